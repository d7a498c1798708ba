//! One person's head: the neutral mesh with drawn identity weights, proportions and skull bumps.

use super::dice::Dice;
use super::mesh::{AZIMUTHS, CENTRE, ELEVATIONS, HeadMesh};
use super::noise::fbm;
use super::vec3::{V3, smoothstep, v3};

/// Vertex positions and normals of one head, in cm, vertex for vertex as in [`HeadMesh`].
#[derive(Debug)]
pub(crate) struct HeadShape {
    pub(crate) position: Vec<V3>,
    pub(crate) normal: Vec<V3>,
    /// Distance from [`CENTRE`] to the skin by direction, ears left out.
    radius: Vec<f32>,
}

impl HeadShape {
    /// Draws a shape. `female` makes the skull a little smaller and the brow smoother.
    pub(crate) fn draw(mesh: &HeadMesh, dice: &mut Dice, female: bool) -> Self {
        let mut position = mesh.canonical.clone();
        for shape in &mesh.identity {
            let weight = dice.normal(0.0, 0.9);
            for (p, d) in position.iter_mut().zip(shape) {
                *p += *d * weight;
            }
        }
        let half_closed = dice.unit();
        let eyes = dice.weighted(&[(0.0, 0.5), (1.0, 0.2), (half_closed, 0.3)]);
        let jaw = if dice.chance(0.12) { dice.range(0.0, 0.25) } else { 0.0 };
        for (shape, weight) in [(&mesh.closed_eyes, eyes), (&mesh.open_jaw, jaw)] {
            if let (Some(shape), true) = (shape, weight > 0.0) {
                for (p, d) in position.iter_mut().zip(shape) {
                    *p += *d * weight;
                }
            }
        }
        let size = if female { 0.965 } else { 1.0 };
        let scale = v3(dice.range(0.94, 1.07), dice.range(0.95, 1.05), dice.range(0.94, 1.06)) * size;
        let (bumps, seed) = (dice.range(0.0, 0.25), dice.seed());
        for (p, &c) in position.iter_mut().zip(&mesh.canonical) {
            *p = CENTRE + (*p - CENTRE).times(scale);
            if c.y > 2.0 {
                let swell = fbm(c, 0.12, seed, 2) * bumps * smoothstep(c.y, 2.0, 5.0);
                *p += (*p - CENTRE).unit() * swell;
            }
        }
        Self::from_positions(mesh, position)
    }

    /// Normals and radii for given positions.
    pub(crate) fn from_positions(mesh: &HeadMesh, position: Vec<V3>) -> Self {
        let normal = normals(&position, &mesh.triangles);
        let radius = mesh
            .radius_sources
            .iter()
            .map(|near| near.iter().map(|&(i, w)| w * (position[i as usize] - CENTRE).length()).sum())
            .collect();
        Self { position, normal, radius }
    }

    /// Distance from [`CENTRE`] to the skin in the unit direction `d`, cm, bilinear over the table.
    pub(crate) fn radius(&self, d: V3) -> f32 {
        let u = (d.x.atan2(d.z) / std::f32::consts::TAU + 0.5) * AZIMUTHS as f32 - 0.5;
        let v = (d.y.clamp(-1.0, 1.0).asin() / std::f32::consts::PI + 0.5) * ELEVATIONS as f32 - 0.5;
        let (u0, v0) = (u.floor(), v.clamp(0.0, (ELEVATIONS - 1) as f32).floor());
        let (fu, fv) = (u - u0, (v - v0).clamp(0.0, 1.0));
        let column = |k: i32| k.rem_euclid(AZIMUTHS as i32) as usize;
        let (c0, c1) = (column(u0 as i32), column(u0 as i32 + 1));
        let (r0, r1) = (v0 as usize, (v0 as usize + 1).min(ELEVATIONS - 1));
        let at = |r: usize| self.radius[r * AZIMUTHS + c0] * (1.0 - fu) + self.radius[r * AZIMUTHS + c1] * fu;
        at(r0) * (1.0 - fv) + at(r1) * fv
    }
}

/// Vertex normals as the area-weighted mean of the triangles around.
pub(crate) fn normals(position: &[V3], triangles: &[[u32; 3]]) -> Vec<V3> {
    let mut sum = vec![V3::default(); position.len()];
    for t in triangles {
        let [a, b, c] = t.map(|i| position[i as usize]);
        let n = (b - a).cross(c - a);
        for &i in t {
            sum[i as usize] += n;
        }
    }
    sum.into_iter().map(V3::unit).collect()
}
