//! Scars in a close-up: where nothing grows.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use crate::findings::ScarKind;

/// A scar's shape, mm from the picture's top left corner.
#[derive(Debug, Clone)]
pub(super) struct ScarShape {
    pub(super) kind: ScarKind,
    /// Discs of the dotted and the patchy scar: middle and radius.
    discs: Vec<(f64, f64, f64)>,
    /// A point of the linear scar, its direction, half its width, and the waves of its border.
    line: (f64, f64, f64, f64, f64),
}

impl ScarShape {
    /// Draws a scar across a field of `w` x `h` mm: a strip 1 to 2 mm wide, punches of 0.8 to 1.2 mm, or a burn.
    pub(super) fn draw(kind: ScarKind, (w, h): (f64, f64), dice: &mut Pcg64Mcg) -> Self {
        let mut at = |share: f64| {
            (w * dice.random_range(0.5 - share..0.5 + share), h * dice.random_range(0.5 - share..0.5 + share))
        };
        let (x, y) = at(0.2);
        let discs = match kind {
            ScarKind::Linear => Vec::new(),
            ScarKind::Dotted => (0..5).map(|_| at(0.45)).collect::<Vec<_>>(),
            ScarKind::Patch => (0..4).map(|_| at(0.15)).collect(),
        };
        let small = 0.18 * w.min(h);
        let radius = |dice: &mut Pcg64Mcg| match kind {
            ScarKind::Dotted => dice.random_range(0.4..0.6),
            _ => small * dice.random_range(0.8..1.4),
        };
        let discs = discs.into_iter().map(|(x, y)| (x, y, radius(dice))).collect();
        let line = (x, y, dice.random_range(-0.5..0.5), dice.random_range(0.5..1.0), dice.random_range(0.0..6.0));
        Self { kind, discs, line }
    }

    /// How far inside the scar a place lies, mm; negative outside.
    pub(super) fn depth(&self, x: f64, y: f64) -> f64 {
        if self.kind == ScarKind::Linear {
            let (px, py, angle, half, phase) = self.line;
            let (s, c) = angle.sin_cos();
            let (along, across) = ((x - px) * c + (y - py) * s, (y - py) * c - (x - px) * s);
            return half * (1.0 + 0.15 * (1.7 * along + phase).sin()) - (across + 0.12 * (0.9 * along).sin()).abs();
        }
        self.discs.iter().map(|&(cx, cy, r)| r - (x - cx).hypot(y - cy)).fold(f64::NEG_INFINITY, f64::max)
    }
}
