//! Strands: polylines with a width and a colour; hair, brows, beard, and the wires of spectacles.

use super::vec3::V3;

/// What a strand belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Hair,
    Facial,
    Glasses,
}

/// Many strands, points one after another.
#[derive(Debug, Default)]
pub(crate) struct Strands {
    /// All points in cm.
    pub(crate) points: Vec<V3>,
    /// The strand that each point belongs to.
    pub(crate) owner: Vec<u32>,
    first: Vec<u32>,
    pub(crate) kind: Vec<Kind>,
    /// Linear RGB.
    pub(crate) color: Vec<V3>,
    /// 0..1, of the strand's own width.
    pub(crate) opacity: Vec<f32>,
    /// Drawn width in cm: one drawn strand stands for several real hairs.
    pub(crate) width: Vec<f32>,
    /// Skin normal at the root.
    pub(crate) normal: Vec<V3>,
    /// Canonical position of the root.
    pub(crate) root: Vec<V3>,
}

impl Strands {
    pub(crate) fn count(&self) -> usize {
        self.first.len()
    }

    /// Point indices of strand `i`.
    pub(crate) fn range(&self, i: usize) -> std::ops::Range<usize> {
        let end = self.first.get(i + 1).map_or(self.points.len(), |&f| f as usize);
        self.first[i] as usize..end
    }

    /// Adds one strand of at least two points.
    pub(crate) fn push(&mut self, points: &[V3], look: Look) {
        let id = self.first.len() as u32;
        self.first.push(self.points.len() as u32);
        self.points.extend_from_slice(points);
        self.owner.resize(self.points.len(), id);
        self.kind.push(look.kind);
        self.color.push(look.color);
        self.opacity.push(look.opacity);
        self.width.push(look.width);
        self.normal.push(look.normal);
        self.root.push(look.root);
    }
}

/// All of a strand but its points.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    pub(crate) kind: Kind,
    pub(crate) color: V3,
    pub(crate) opacity: f32,
    pub(crate) width: f32,
    pub(crate) normal: V3,
    pub(crate) root: V3,
}
