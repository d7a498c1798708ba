//! Lines of a width, laid over the picture in linear light.

use std::ops::Range;

use crate::plane::{Plane, Point};

/// How a stroke is laid down.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shaft {
    /// px.
    pub(super) width: f32,
    /// Linear light.
    pub(super) colour: [f32; 3],
    /// 0..1.
    pub(super) opacity: f32,
    /// px over which the edge fades beyond the usual one px.
    pub(super) soft: f32,
    /// Share of the width that is lost at the free end.
    pub(super) taper: f32,
    /// How much lighter the middle is, where a cylinder mirrors the lamp.
    pub(super) shine: f32,
    /// Opacity fades towards the end of the path.
    pub(super) fades: bool,
    /// It hides scalp in the truth.
    pub(super) counts: bool,
    /// Varies the grain along the shaft.
    pub(super) seed: u32,
}

impl Shaft {
    /// One px wide, opaque, even.
    pub(super) fn plain(colour: [f32; 3]) -> Self {
        Self {
            width: 1.0,
            colour,
            opacity: 1.0,
            soft: 0.0,
            taper: 0.0,
            shine: 0.0,
            fades: false,
            counts: false,
            seed: 0,
        }
    }
}

/// Where a px lies in the stroke being drawn.
#[derive(Debug, Clone, Copy)]
struct Near {
    /// Distance to its middle line, px, signed: left of it is negative; infinite where it is not near.
    across: f32,
    /// How far along, 0..1.
    along: f32,
}

const FAR: Near = Near { across: f32::INFINITY, along: 0.0 };

/// The picture in linear light, what hides its scalp, and room to draw one stroke.
pub(super) struct Canvas {
    pub(super) light: Plane<[f32; 3]>,
    /// Share of each px hidden by hairs, 0..1.
    pub(super) cover: Plane<f32>,
    near: Plane<Near>,
    touched: Vec<(u32, u32)>,
}

impl Canvas {
    pub(super) fn new(light: Plane<[f32; 3]>) -> Self {
        let (w, h) = (light.width(), light.height());
        Self { light, cover: Plane::filled(w, h, 0.0), near: Plane::filled(w, h, FAR), touched: Vec::new() }
    }

    /// Draws a shaft: coverage falls from one to zero over one px and what is `soft`. Ends are cut square.
    pub(super) fn stroke(&mut self, path: &[Point], shaft: Shaft) {
        let reach = shaft.width / 2.0 + shaft.soft + 1.0;
        let n = (path.len() - 1) as f32;
        let last = path.len() - 2;
        for (i, s) in path.windows(2).enumerate() {
            let (dx, dy) = (s[1].x - s[0].x, s[1].y - s[0].y);
            let length = dx.hypot(dy).max(1e-6);
            let (ux, uy) = (dx / length, dy / length);
            let (columns, rows) = near(&self.light, s, reach);
            for y in rows {
                for x in columns.clone() {
                    let (px, py) = (x as f32 - s[0].x, y as f32 - s[0].y);
                    let (t, across) = (px * ux + py * uy, py * ux - px * uy);
                    // Between segments joints are round; the two ends are flat, as scissors leave them.
                    let beyond = if t < 0.0 { t } else { (t - length).max(0.0) };
                    if (i == 0 && t < -0.5) || (i == last && t > length + 0.5) {
                        continue;
                    }
                    let d = across.hypot(beyond);
                    if d < self.near.get(x, y).across.abs().min(reach) {
                        if self.near.get(x, y).across.is_infinite() {
                            self.touched.push((x as u32, y as u32));
                        }
                        let along = (i as f32 + (t / length).clamp(0.0, 1.0)) / n;
                        self.near.set(x, y, Near { across: d.copysign(across), along });
                    }
                }
            }
        }
        for (x, y) in std::mem::take(&mut self.touched) {
            self.lay(x as usize, y as usize, &shaft);
        }
    }

    fn lay(&mut self, x: usize, y: usize, shaft: &Shaft) {
        let at = self.near.get(x, y);
        self.near.set(x, y, FAR);
        let half = shaft.width / 2.0 * (1.0 - shaft.taper * at.along);
        let d = at.across.abs();
        let hides = ((half + 0.5 + shaft.soft - d) / (1.0 + 2.0 * shaft.soft)).clamp(0.0, 1.0).min(2.0 * half);
        if shaft.counts {
            let c = self.cover.get(x, y);
            self.cover.set(x, y, c + (1.0 - c) * hides);
        }
        // The lamp is mirrored a little off the middle, in dashes, as the cuticle's scales break it.
        let off = (at.across / half.max(0.5) - 0.2).abs();
        let dash = 0.55 + 0.45 * grain(shaft.seed, at.along * 40.0);
        let shine = 1.0 + shaft.shine * (1.0 - 1.6 * off).clamp(0.0, 1.0).powi(2) * dash;
        let a = hides * shaft.opacity * if shaft.fades { (1.0 - at.along).powi(2) } else { 1.0 };
        let c = self.light.get(x, y);
        let lift = 0.02 * (shine - 1.0);
        let value = std::array::from_fn(|k| c[k] * (1.0 - a) + (shaft.colour[k] * shine + lift) * a);
        self.light.set(x, y, value);
    }
}

/// Smooth noise along a line, 0..1.
fn grain(seed: u32, t: f32) -> f32 {
    let hash = |i: i32| {
        let x = (i as u32).wrapping_mul(0x9E37_79B9) ^ seed;
        let x = (x ^ (x >> 15)).wrapping_mul(0x2C1B_3C6D);
        ((x ^ (x >> 12)) >> 8) as f32 / 16_777_216.0
    };
    let (i, f) = (t.floor(), t - t.floor());
    hash(i as i32) * (1.0 - f) + hash(i as i32 + 1) * f
}

/// Columns and rows within `reach` of the bounding box of some points.
pub(super) fn near(canvas: &Plane<[f32; 3]>, points: &[Point], reach: f32) -> (Range<usize>, Range<usize>) {
    let bound = |of: fn(&Point) -> f32| {
        let values = points.iter().map(of);
        values.fold((f32::MAX, f32::MIN), |(low, high), v| (low.min(v), high.max(v)))
    };
    let clip = |v: f32, most: usize| v.clamp(0.0, most as f32) as usize;
    let span = |(low, high): (f32, f32), most: usize| clip(low - reach, most)..clip(high + reach + 1.0, most);
    (span(bound(|p| p.x), canvas.width()), span(bound(|p| p.y), canvas.height()))
}
