//! Draws dots: as much pigment on each px as its dots cover, light taken from the skin below.

use rayon::prelude::*;

use super::pigment::{Pigment, linear, luminance};
use crate::plane::{Plane, Point};

/// A dot as it looks at one stage.
#[derive(Debug, Clone, Copy)]
pub struct Spot {
    /// Middle, px of the photo.
    pub at: Point,
    /// Radius, px.
    pub radius: f32,
    /// Share of the radius that is left along `shortened`.
    pub cosine: f32,
    /// Direction of the photo in which the surface appears shortened.
    pub shortened: (f32, f32),
    /// Strength of the pigment, 1 undiluted.
    pub strength: f32,
    /// Its edge has blurred.
    pub soft: bool,
}

/// Half the width of an edge in a photo that is in focus, px.
const BLUR_PX: f32 = 0.75;
/// Share of its radius over which a dot fades at its edge: fresh, healed [D].
const EDGE: (f32, f32) = (0.35, 0.8);
/// Light that enters the skin beside a dot is caught below it: the optical dot gain of halftone print, at most as much again as
/// the dot covers where light spreads wider than dots (Yule & Nielsen 1951, n = 2) ...
const OPTICAL_GAIN: f32 = 1.0;
/// ... and light spreads in the dermis by about the transport mean free path, 0.3 mm at 600 nm (Jacques 2013,
/// doi:10.1088/0031-9155/58/11/R37: scattering 46/cm at 500 nm falling with the power 1.4).
const SPREAD_MM: f32 = 0.3;
/// Skin that is darker than its surroundings by less than this is shading, not hair, share.
const SHADING: f32 = 0.12;
/// Hair must be darker than this share of the skin's light to be told from it by its darkness.
const TOLD_APART: f32 = 0.7;

/// Brightness against the skin at large from which glare is looked for, and from which all of it counts.
const GLARE: (f32, f32) = (1.1, 1.5);

/// Rows of a strip that is drawn at a time.
const STRIP: usize = 32;

/// Draws spots on a photo.
pub fn paint(photo: &Plane<[u8; 3]>, spots: &[Spot], pigment: &Pigment, px_per_mm: f32) -> Plane<[u8; 3]> {
    let mut out = photo.clone();
    let (w, h) = (photo.width(), photo.height());
    let halo = halo(spots, pigment, px_per_mm);
    let to_linear: Vec<f32> = (0..=255).map(linear).collect();
    let to_srgb = srgb_table();
    let mut order: Vec<u32> = (0..spots.len() as u32).collect();
    order.sort_by(|&a, &b| spots[a as usize].at.y.total_cmp(&spots[b as usize].at.y));
    let reach = spots.iter().map(Spot::reach).fold(0.0, f32::max);
    out.as_mut_slice().par_chunks_mut(w * STRIP).enumerate().for_each(|(strip, rows)| {
        let (top, bottom) = (strip * STRIP, ((strip + 1) * STRIP).min(h));
        let from = order.partition_point(|&i| spots[i as usize].at.y < top as f32 - reach - 1.0);
        let to = order.partition_point(|&i| spots[i as usize].at.y < bottom as f32 + reach + 1.0);
        // Covered share, and covered share times strength.
        let mut cover = vec![[0.0f32; 2]; rows.len()];
        order[from..to].iter().for_each(|&i| spots[i as usize].lay(&mut cover, w, top));
        for (y, (row, cover)) in rows.chunks_mut(w).zip(cover.chunks(w)).enumerate() {
            let v = ((y + top) as f32 + 0.5) / pigment.step.1 - 0.5;
            if !halo.reaches(v) {
                continue;
            }
            for (x, (px, dot)) in row.iter_mut().zip(cover).enumerate() {
                let u = (x as f32 + 0.5) / pigment.step.0 - 0.5;
                let around = [halo.cover.sample(u, v), halo.strength.sample(u, v)];
                let sum = [dot[0] + around[0], dot[1] + around[1]];
                if sum[0] < 1e-3 {
                    continue;
                }
                let colour = px.map(|c| to_linear[usize::from(c)]);
                let open = open_skin(colour, pigment, u, v);
                let (covered, strength) = (sum[0].min(1.0) * open, sum[1] / sum[0]);
                let glare = glare(colour, pigment);
                *px = std::array::from_fn(|k| {
                    let taken = covered * (1.0 - (-strength * pigment.density[k]).exp());
                    let light = colour[k] - taken * (colour[k] - glare).max(0.0);
                    to_srgb[(light * (to_srgb.len() - 1) as f32 + 0.5) as usize]
                });
            }
        }
    });
    out
}

/// Share of a px's light that comes from skin: hair in front is darker than the skin around it.
fn open_skin(colour: [f32; 3], pigment: &Pigment, u: f32, v: f32) -> f32 {
    if pigment.hair_to_skin > TOLD_APART {
        return 1.0 - pigment.hidden.sample(u, v).clamp(0.0, 1.0);
    }
    let light = luminance(colour) / pigment.skin.sample(u, v).max(1e-3);
    ((light - pigment.hair_to_skin) / (1.0 - SHADING - pigment.hair_to_skin).max(0.05)).clamp(0.0, 1.0)
}

/// Light of a px that the skin's surface mirrors and pigment below it cannot take away: white added to the skin's own colour
/// (Shafer 1985, doi:10.1002/col.5080100409), looked for only where the px is brighter than the skin at large.
fn glare(colour: [f32; 3], pigment: &Pigment) -> f32 {
    let bright = luminance(colour) / luminance(pigment.tone).max(1e-3);
    if bright < GLARE.0 {
        return 0.0;
    }
    let [r, _, b] = pigment.tone;
    let own = ((colour[0] - colour[2]) / (r - b).max(0.02)).max(0.0);
    let white = (colour[2] - own * b).clamp(0.0, colour[2]);
    white * ((bright - GLARE.0) / (GLARE.1 - GLARE.0)).min(1.0)
}

impl Spot {
    fn softness(&self) -> f32 {
        BLUR_PX.hypot(self.radius * if self.soft { EDGE.1 } else { EDGE.0 })
    }

    /// How far from its middle it leaves a trace, px.
    fn reach(&self) -> f32 {
        self.radius + self.softness()
    }

    /// Adds the share that it covers of each px; all shares together are its area, however small it is.
    fn lay(&self, cover: &mut [[f32; 2]], width: usize, top: usize) {
        let soft = self.softness();
        let across = self.radius * self.cosine;
        let reach = self.reach();
        let rows = cover.len() / width;
        let (x0, x1) = ((self.at.x - reach).floor() as i64, (self.at.x + reach).ceil() as i64);
        let (y0, y1) = ((self.at.y - reach).floor() as i64, (self.at.y + reach).ceil() as i64);
        let (c, s) = self.shortened;
        let share = |x: i64, y: i64| {
            let (dx, dy) = (x as f32 - self.at.x, y as f32 - self.at.y);
            let (along, beside) = (dx * c + dy * s, dy * c - dx * s);
            // Scaled so that the edge, not the blur, is shortened.
            let out = (along / (across + soft)).hypot(beside / (self.radius + soft));
            let full = (self.radius - soft).max(0.0) / (self.radius + soft);
            let t = ((1.0 - out) / (1.0 - full)).clamp(0.0, 1.0);
            t * t * (3.0 - 2.0 * t)
        };
        let sum: f32 = (y0..=y1).flat_map(|y| (x0..=x1).map(move |x| (x, y))).map(|(x, y)| share(x, y)).sum();
        if sum <= 0.0 {
            return;
        }
        let scale = std::f32::consts::PI * self.radius * across / sum;
        for y in y0.max(top as i64)..=y1.min((top + rows) as i64 - 1) {
            for x in x0.max(0)..=x1.min(width as i64 - 1) {
                let v = (share(x, y) * scale).min(1.0);
                let px = &mut cover[(y as usize - top) * width + x as usize];
                px[0] += v;
                px[1] += v * self.strength;
            }
        }
    }
}

/// The dots' shadow in the skin around them.
struct Halo {
    cover: Plane<f32>,
    strength: Plane<f32>,
    rows: (f32, f32),
}

impl Halo {
    fn reaches(&self, v: f32) -> bool {
        v >= self.rows.0 && v <= self.rows.1
    }
}

fn halo(spots: &[Spot], pigment: &Pigment, px_per_mm: f32) -> Halo {
    let (w, h) = (pigment.skin.width(), pigment.skin.height());
    let (mut cover, mut strength) = (Plane::filled(w, h, 0.0f32), Plane::filled(w, h, 0.0f32));
    let (mut top, mut bottom) = (f32::MAX, f32::MIN);
    let (sx, sy) = pigment.step;
    for spot in spots {
        let (u, v) = ((spot.at.x + 0.5) / sx - 0.5, (spot.at.y + 0.5) / sy - 0.5);
        let area = std::f32::consts::PI * spot.radius * spot.radius * spot.cosine / (sx * sy) * OPTICAL_GAIN;
        let (x, y) = (u.floor(), v.floor());
        for (dx, dy) in [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)] {
            let share = (1.0 - (u - x - dx).abs()) * (1.0 - (v - y - dy).abs()) * area;
            let (cx, cy) = ((x + dx).clamp(0.0, w as f32 - 1.0) as usize, (y + dy).clamp(0.0, h as f32 - 1.0) as usize);
            cover.set(cx, cy, cover.get(cx, cy) + share);
            strength.set(cx, cy, strength.get(cx, cy) + share * spot.strength);
        }
        (top, bottom) = (top.min(v), bottom.max(v));
    }
    let sigma = SPREAD_MM * px_per_mm / sx.min(sy);
    let margin = 3.0 * sigma + 2.0 + spots.iter().map(Spot::reach).fold(0.0, f32::max) / sy;
    Halo { cover: cover.gaussian(sigma), strength: strength.gaussian(sigma), rows: (top - margin, bottom + margin) }
}

/// Linear light to sRGB by table, fine enough that a value comes back as itself.
fn srgb_table() -> Vec<u8> {
    const N: usize = 1 << 16;
    let encode = |v: f32| if v <= 0.003_130_8 { v * 12.92 } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 };
    (0..N).map(|i| (encode(i as f32 / (N - 1) as f32) * 255.0).round() as u8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn light_comes_back_as_itself() {
        let table = srgb_table();
        for v in 0..=255u8 {
            assert_eq!(table[(linear(v) * (table.len() - 1) as f32 + 0.5) as usize], v);
        }
    }

    #[test]
    fn a_dot_covers_its_area_however_small_it_is() {
        for (radius, cosine) in [(0.1, 1.0), (0.8, 0.5), (4.0, 1.0), (6.0, 0.4)] {
            let at = Point::new(20.3, 19.6);
            let spot = Spot { at, radius, cosine, shortened: (0.6, 0.8), strength: 0.5, soft: false };
            let mut cover = vec![[0.0; 2]; 40 * 40];
            spot.lay(&mut cover, 40, 0);
            let sum: f32 = cover.iter().map(|c| c[0]).sum();
            let area = std::f32::consts::PI * radius * radius * cosine;
            assert!((sum / area - 1.0).abs() < 0.02, "{sum} of {area}");
        }
    }
}
