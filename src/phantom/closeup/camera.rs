//! From linear light to the numbers of a sensor: light, lens, motion, noise.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use super::scatter::normal;
use super::{CloseupSpec, Light};
use crate::plane::Plane;

/// Takes the picture.
pub(super) fn take(spec: &CloseupSpec, light: Plane<[f32; 3]>, dice: &mut Pcg64Mcg) -> Plane<[u8; 3]> {
    let lit = lit(spec, light, dice);
    let sharp = gaussian(lit, spec.blur_px as f32);
    let deep = if spec.depth_blur_px > 0.0 { depth(spec, sharp, dice) } else { sharp };
    let moved = if spec.motion_px > 0.0 { motion(spec, &deep, dice) } else { deep };
    let fringed = if spec.fringe_px > 0.0 { fringe(spec, &moved) } else { moved };
    sensed(spec, &fringed, dice)
}

/// Vignette, and the fall of light away from a lamp at one side.
fn lit(spec: &CloseupSpec, light: Plane<[f32; 3]>, dice: &mut Pcg64Mcg) -> Plane<[f32; 3]> {
    let (cx, cy) = (spec.width as f32 / 2.0, spec.height as f32 / 2.0);
    let angle: f32 = dice.random_range(0.0..std::f32::consts::TAU);
    let fall = if spec.light == Light::Side { 0.28 } else { 0.03 };
    let (ax, ay) = (fall * angle.cos(), fall * angle.sin());
    let corner = spec.vignette as f32 / 2.0;
    Plane::from_fn(spec.width, spec.height, |x, y| {
        let (u, v) = ((x as f32 - cx) / cx, (y as f32 - cy) / cy);
        let k = (1.0 - corner * (u * u + v * v)) * (1.0 + ax * u + ay * v);
        light.get(x, y).map(|c| c * k)
    })
}

/// Gaussian blur, separable; rows are summed as slices so that they vectorise.
pub(super) fn gaussian(canvas: Plane<[f32; 3]>, sigma: f32) -> Plane<[f32; 3]> {
    if sigma < 0.1 {
        return canvas;
    }
    let (w, h) = (canvas.width(), canvas.height());
    let radius = (2.6 * sigma).ceil() as usize;
    let weights: Vec<f32> =
        (0..=2 * radius).map(|i| (-(i as f32 - radius as f32).powi(2) / (2.0 * sigma * sigma)).exp()).collect();
    let sum: f32 = weights.iter().sum();
    let mut down = Plane::filled(w, h, [0.0f32; 3]);
    for y in 0..h {
        let out = down.row_mut(y).as_flattened_mut();
        for (i, weight) in weights.iter().enumerate() {
            let k = weight / sum;
            let from = canvas.row((y + i).saturating_sub(radius).min(h - 1)).as_flattened();
            out.iter_mut().zip(from).for_each(|(o, v)| *o += k * v);
        }
    }
    let mut out = Plane::filled(w, h, [0.0f32; 3]);
    let mut padded = vec![[0.0f32; 3]; w + 2 * radius];
    for y in 0..h {
        let row = down.row(y);
        padded[..radius].fill(row[0]);
        padded[radius..radius + w].copy_from_slice(row);
        padded[radius + w..].fill(row[w - 1]);
        let target = out.row_mut(y).as_flattened_mut();
        for (i, weight) in weights.iter().enumerate() {
            let k = weight / sum;
            target.iter_mut().zip(padded[i..].as_flattened()).for_each(|(o, v)| *o += k * v);
        }
    }
    out
}

/// A tilted skin: sharp at one edge, blurred at the other.
fn depth(spec: &CloseupSpec, sharp: Plane<[f32; 3]>, dice: &mut Pcg64Mcg) -> Plane<[f32; 3]> {
    let angle: f32 = dice.random_range(0.0..std::f32::consts::TAU);
    let (ax, ay) = (angle.cos() / spec.width as f32, angle.sin() / spec.height as f32);
    let (half, full) =
        (gaussian(sharp.clone(), spec.depth_blur_px as f32 / 2.0), gaussian(sharp.clone(), spec.depth_blur_px as f32));
    let (cx, cy) = (spec.width as f32 / 2.0, spec.height as f32 / 2.0);
    Plane::from_fn(spec.width, spec.height, |x, y| {
        let t = (((x as f32 - cx) * ax + (y as f32 - cy) * ay) * 1.6 + 0.4).clamp(0.0, 1.0) * 2.0;
        let (a, b, t) =
            if t < 1.0 { (sharp.get(x, y), half.get(x, y), t) } else { (half.get(x, y), full.get(x, y), t - 1.0) };
        std::array::from_fn(|k| a[k] + (b[k] - a[k]) * t)
    })
}

/// Means along a short straight streak.
fn motion(spec: &CloseupSpec, still: &Plane<[f32; 3]>, dice: &mut Pcg64Mcg) -> Plane<[f32; 3]> {
    let angle: f32 = dice.random_range(0.0..std::f32::consts::PI);
    let taps = (2.0 * spec.motion_px).ceil() as i32 + 1;
    let step = spec.motion_px as f32 / (taps - 1).max(1) as f32;
    let (dx, dy) = (angle.cos() * step, angle.sin() * step);
    Plane::from_fn(spec.width, spec.height, |x, y| {
        let mut sum = [0.0f32; 3];
        for i in 0..taps {
            let t = i as f32 - (taps - 1) as f32 / 2.0;
            let c = still.get_clamped((x as f32 + t * dx).round() as i64, (y as f32 + t * dy).round() as i64);
            (0..3).for_each(|k| sum[k] += c[k] / taps as f32);
        }
        sum
    })
}

/// Red is drawn a little larger and blue a little smaller, as a simple lens does.
fn fringe(spec: &CloseupSpec, from: &Plane<[f32; 3]>) -> Plane<[f32; 3]> {
    let (cx, cy) = (spec.width as f32 / 2.0, spec.height as f32 / 2.0);
    let k = spec.fringe_px as f32 / 2.0 / cx.hypot(cy);
    let sample = |x: f32, y: f32, c: usize| {
        let (x0, y0) = (x.floor(), y.floor());
        let (fx, fy) = (x - x0, y - y0);
        let at = |i: i64, j: i64| from.get_clamped(x0 as i64 + i, y0 as i64 + j)[c];
        (at(0, 0) * (1.0 - fx) + at(1, 0) * fx) * (1.0 - fy) + (at(0, 1) * (1.0 - fx) + at(1, 1) * fx) * fy
    };
    Plane::from_fn(spec.width, spec.height, |x, y| {
        let (u, v) = (x as f32, y as f32);
        let shift = |s: f32, c: usize| sample(u + s * k * (u - cx), v + s * k * (v - cy), c);
        [shift(-1.0, 0), from.get(x, y)[1], shift(1.0, 2)]
    })
}

/// Steps of the tone table; it is read at the square root of the light, where gamma is nearly straight.
const TONES: usize = 2048;
/// Normal numbers to draw noise from; drawing each anew costs more than the rest of the picture.
const NORMALS: usize = 1 << 14;

/// Gamma and noise; a Bayer sensor sees one colour a px and the rest is interpolated.
fn sensed(spec: &CloseupSpec, light: &Plane<[f32; 3]>, dice: &mut Pcg64Mcg) -> Plane<[u8; 3]> {
    let tones: Vec<f32> = (0..=TONES).map(|i| 255.0 * (i as f32 / TONES as f32).powi(2).powf(1.0 / 2.2)).collect();
    let tone = |v: f32| tones[(v.clamp(0.0, 1.0).sqrt() * TONES as f32 + 0.5) as usize];
    let normals: Vec<f32> = (0..NORMALS).map(|_| normal(dice) as f32).collect();
    let sd = spec.noise as f32;
    let (w, h) = (spec.width, spec.height);
    let byte = |v: f32| (v + 0.5).clamp(0.0, 255.0) as u8;
    if !spec.bayer {
        let mut out = Plane::filled(w, h, [0u8; 3]);
        for y in 0..h {
            for (to, from) in out.row_mut(y).iter_mut().zip(light.row(y)) {
                let draw: u64 = dice.random();
                *to =
                    std::array::from_fn(|k| byte(tone(from[k]) + sd * normals[(draw >> (16 * k)) as usize % NORMALS]));
            }
        }
        return out;
    }
    // RGGB; interpolation averages noise, so that the raw one is stronger.
    let color = |x: usize, y: usize| (x & 1) + (y & 1);
    let mut raw = Plane::filled(w, h, 0.0f32);
    for y in 0..h {
        for (x, (to, from)) in raw.row_mut(y).iter_mut().zip(light.row(y)).enumerate() {
            let draw: u32 = dice.random();
            *to = tone(from[color(x, y)]) + 1.4 * sd * normals[draw as usize % NORMALS];
        }
    }
    Plane::from_fn(w, h, |x, y| {
        let mut sum = [(0.0f32, 0.0f32); 3];
        // Bilinear: the nearest samples of each colour within one px.
        for j in -1i64..=1 {
            for i in -1i64..=1 {
                let (u, v) = (x as i64 + i, y as i64 + j);
                if u < 0 || v < 0 || u >= w as i64 || v >= h as i64 {
                    continue;
                }
                let c = color(u as usize, v as usize);
                let weight = [1.0, 0.5, 0.25][(i.abs() + j.abs()) as usize];
                // A px's own colour is its own sample alone.
                if c == color(x, y) && (i, j) != (0, 0) {
                    continue;
                }
                sum[c].0 += weight * raw.get(u as usize, v as usize);
                sum[c].1 += weight;
            }
        }
        sum.map(|(v, n)| byte(v / n.max(1e-6)))
    })
}
