//! The neutral head: vertices, triangles and the shapes that turn it into one person.
//!
//! *Canonical* positions are those of the neutral head in cm: x to the head's left, y up, z out of the face; crown at
//! y = 14.5, brow at y = 6, chin near y = -9, ears at x = +-8. Whatever a head's shape, hairlines, density and truth
//! are laid out on the canonical positions, so that they mean the same place on every head.

use super::vec3::{V3, v3};
use crate::error::Error;

/// The skull's middle in canonical cm; radii and shapes are measured from here.
pub(crate) const CENTRE: V3 = v3(0.0, 5.0, -0.3);

/// Columns and rows of the radius table over azimuth and elevation.
pub(crate) const AZIMUTHS: usize = 96;
pub(crate) const ELEVATIONS: usize = 64;

/// What a vertex is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Material {
    Skin,
    Sclera,
    Iris,
    Socket,
    /// Torso: cloth, or skin where the shoulders are bare.
    Torso,
    /// Chair, cape, hat or other thing that is not the person.
    Prop,
    /// A hand: always skin.
    Hand,
}

/// A neutral head and the displacements that vary it.
#[derive(Debug)]
pub struct HeadMesh {
    pub(crate) canonical: Vec<V3>,
    pub(crate) triangles: Vec<[u32; 3]>,
    pub(crate) material: Vec<Material>,
    /// Identity displacements, weights about N(0, 1).
    pub(crate) identity: Vec<Vec<V3>>,
    pub(crate) closed_eyes: Option<Vec<V3>>,
    pub(crate) open_jaw: Option<Vec<V3>>,
    /// Indices of triangles that can carry hair.
    pub(crate) skin: Vec<u32>,
    /// For each direction from [`CENTRE`] the nearest vertices and their weights.
    pub(crate) radius_sources: Vec<[(u32, f32); 4]>,
}

/// Whether a canonical position lies on an ear, which carries no hair.
pub(crate) fn on_ear(p: V3) -> bool {
    p.x.abs() > 7.4 && p.y > -2.6 && p.y < 4.0 && p.z > -3.6 && p.z < 2.2
}

impl HeadMesh {
    /// Reads the bytes of the file that `models/train/prepare_mesh.py` packs.
    ///
    /// # Errors
    /// [`Error::Damaged`] when they are not such a file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        Self::parse(bytes).ok_or_else(|| Error::Damaged {
            format: "packed head mesh",
            detail: format!("{} bytes; make the file with models/train/prepare_mesh.py", bytes.len()),
        })
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(b"SMHEAD1\0")?;
        let mut take = |n: usize| -> Option<&[u8]> {
            let (head, tail) = rest.split_at_checked(n)?;
            rest = tail;
            Some(head)
        };
        let counts: Vec<usize> =
            take(12)?.chunks_exact(4).map(|c| u32::from_le_bytes([c[0], c[1], c[2], c[3]]) as usize).collect();
        let (nv, nt, shapes) = (counts[0], counts[1], counts[2]);
        // A head has thousands of vertices, not millions: refuse sizes that would exhaust memory.
        if nv > 1 << 20 || nt > 1 << 21 || shapes > 1 << 10 {
            return None;
        }
        let float = |c: &[u8]| f32::from_le_bytes([c[0], c[1], c[2], c[3]]);
        let canonical =
            take(nv * 12)?.chunks_exact(12).map(|c| v3(float(c), float(&c[4..]), float(&c[8..]))).collect::<Vec<_>>();
        let index = |c: &[u8]| u32::from_le_bytes([c[0], c[1], c[2], c[3]]);
        let triangles =
            take(nt * 12)?.chunks_exact(12).map(|c| [index(c), index(&c[4..]), index(&c[8..])]).collect::<Vec<_>>();
        if triangles.iter().flatten().any(|&i| i as usize >= nv) {
            return None;
        }
        let material = take(nv)?
            .iter()
            .map(|m| match m {
                1 => Material::Sclera,
                2 => Material::Iris,
                3 => Material::Socket,
                _ => Material::Skin,
            })
            .collect::<Vec<_>>();
        let mut shape = || {
            Some(
                take(nv * 6)?
                    .chunks_exact(6)
                    .map(|c| v3(half([c[0], c[1]]), half([c[2], c[3]]), half([c[4], c[5]])))
                    .collect::<Vec<_>>(),
            )
        };
        let identity = (0..shapes).map(|_| shape()).collect::<Option<Vec<_>>>()?;
        let (closed_eyes, open_jaw) = (shape()?, shape()?);
        Some(Self::assemble(canonical, triangles, material, identity, Some(closed_eyes), Some(open_jaw)))
    }

    /// Adds what is derived from the vertices.
    pub(crate) fn assemble(
        canonical: Vec<V3>,
        triangles: Vec<[u32; 3]>,
        material: Vec<Material>,
        identity: Vec<Vec<V3>>,
        closed_eyes: Option<Vec<V3>>,
        open_jaw: Option<Vec<V3>>,
    ) -> Self {
        let skin = (0..triangles.len() as u32)
            .filter(|&t| triangles[t as usize].iter().all(|&i| material[i as usize] == Material::Skin))
            .collect();
        let radius_sources = radius_sources(&canonical, &material);
        Self { canonical, triangles, material, identity, closed_eyes, open_jaw, skin, radius_sources }
    }
}

fn radius_sources(canonical: &[V3], material: &[Material]) -> Vec<[(u32, f32); 4]> {
    let candidates: Vec<(u32, V3)> = canonical
        .iter()
        .enumerate()
        .filter(|&(i, &p)| material[i] == Material::Skin && !on_ear(p))
        .map(|(i, &p)| (i as u32, (p - CENTRE).unit()))
        .collect();
    let direction = |i: usize| {
        let az = ((i % AZIMUTHS) as f32 + 0.5) / AZIMUTHS as f32 * std::f32::consts::TAU - std::f32::consts::PI;
        let el = ((i / AZIMUTHS) as f32 + 0.5) / ELEVATIONS as f32 * std::f32::consts::PI - std::f32::consts::FRAC_PI_2;
        v3(el.cos() * az.sin(), el.sin(), el.cos() * az.cos())
    };
    (0..AZIMUTHS * ELEVATIONS)
        .map(|i| {
            let d = direction(i);
            let mut best = [(0u32, f32::NEG_INFINITY); 4];
            for &(k, u) in &candidates {
                let c = u.dot(d);
                if c > best[3].1 {
                    best[3] = (k, c);
                    best.sort_by(|a, b| b.1.total_cmp(&a.1));
                }
            }
            let mut total = 0.0;
            for b in &mut best {
                b.1 = 1.0 / (2.0 * (1.0 - b.1).max(0.0) + 1e-4);
                total += b.1;
            }
            best.map(|(k, w)| (k, w / total))
        })
        .collect()
}

/// IEEE 754 binary16 to f32.
fn half(b: [u8; 2]) -> f32 {
    let bits = u16::from_le_bytes(b);
    let (sign, exponent, fraction) = (bits >> 15, (bits >> 10) & 31, f32::from(bits & 1023));
    let magnitude = match exponent {
        0 => fraction * 2f32.powi(-24),
        31 => 0.0,
        e => (1.0 + fraction / 1024.0) * 2f32.powi(i32::from(e) - 15),
    };
    if sign == 1 { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_precision_numbers_are_read() {
        assert_eq!(half([0x00, 0x3c]), 1.0);
        assert_eq!(half([0x00, 0xc0]), -2.0);
        assert_eq!(half([0x01, 0x00]), 2f32.powi(-24));
        assert!((half([0x55, 0x35]) - 1.0 / 3.0).abs() < 1e-4);
    }

    #[test]
    fn other_files_are_refused() {
        assert!(HeadMesh::parse(b"PNG").is_none());
        assert!(HeadMesh::parse(b"SMHEAD1\0\xff\xff\xff\xff\0\0\0\0\0\0\0\0").is_none());
    }
}
