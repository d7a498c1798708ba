//! Skin, hairs and camera.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use super::CloseupSpec;
use super::scatter::normal;
use crate::follicle::FollicularUnit;
use crate::plane::{Plane, Point};

/// Linear light of an sRGB value (IEC 61966-2-1, the 2.2 power being close enough for a drawing).
fn linear(c: [u8; 3]) -> [f32; 3] {
    c.map(|v| (f32::from(v) / 255.0).powf(2.2))
}

/// Paints the picture in linear light, blurs it as a lens does, and lets a sensor read it.
pub fn picture(spec: &CloseupSpec, units: &[FollicularUnit], dice: &mut Pcg64Mcg) -> Plane<[u8; 3]> {
    let mut canvas = skin(spec, dice);
    let hair = linear(spec.hair);
    for unit in units {
        shade(&mut canvas, unit.root, 0.11 * spec.px_per_mm as f32, 0.24);
        for h in &unit.hairs {
            let tone = 1.0 + 0.12 * normal(dice) as f32;
            // Thin hairs hold less pigment and let light through.
            let opacity = if h.width_px < 0.035 * spec.px_per_mm as f32 { 0.6 } else { 0.93 };
            stroke(&mut canvas, &h.path, h.width_px, hair.map(|v| v * tone.clamp(0.6, 1.5)), opacity, true);
        }
    }
    for _ in 0..spec.clippings {
        let (x, y) = (dice.random_range(0.0..spec.width as f32), dice.random_range(0.0..spec.height as f32));
        let (angle, length) = (dice.random_range(0.0..std::f32::consts::TAU), 0.6 * spec.px_per_mm as f32);
        let path = [Point::new(x, y), Point::new(x + length * angle.cos(), y + length * angle.sin())];
        stroke(&mut canvas, &path, (spec.caliber_um / 1000.0 * spec.px_per_mm) as f32, hair, 0.9, false);
    }
    let canvas = blur(&canvas, spec.blur_px as f32);
    let (cx, cy) = (spec.width as f32 / 2.0, spec.height as f32 / 2.0);
    let mut out = Plane::filled(spec.width, spec.height, [0u8; 3]);
    for y in 0..spec.height {
        for x in 0..spec.width {
            let r2 = ((x as f32 - cx) / cx).powi(2) + ((y as f32 - cy) / cy).powi(2);
            let light = 1.0 - 0.10 * r2;
            let noise = spec.noise as f32;
            let c = canvas.get(x, y).map(|v| 255.0 * (v * light).max(0.0).powf(1.0 / 2.2));
            out.set(x, y, c.map(|v| (v + noise * normal(dice) as f32).round().clamp(0.0, 255.0) as u8));
        }
    }
    out
}

/// Skin: a base colour with soft blotches of blood and melanin and fine relief.
fn skin(spec: &CloseupSpec, dice: &mut Pcg64Mcg) -> Plane<[f32; 3]> {
    let base = linear(spec.skin);
    let blotch = lattice(spec, 0.9, dice);
    let red = lattice(spec, 0.5, dice);
    let relief = lattice(spec, 0.07, dice);
    Plane::from_fn(spec.width, spec.height, |x, y| {
        let (b, r, f) = (blotch(x, y), red(x, y), relief(x, y));
        let tone = 1.0 + 0.10 * b + 0.06 * f;
        [base[0] * tone, base[1] * tone * (1.0 - 0.07 * r), base[2] * tone * (1.0 - 0.06 * r)]
    })
}

/// Smooth noise within -1..1 whose cells are `cell_mm` wide: random values on a lattice, smoothly interpolated.
fn lattice(spec: &CloseupSpec, cell_mm: f64, dice: &mut Pcg64Mcg) -> impl Fn(usize, usize) -> f32 + Sync + use<> {
    let cell = (cell_mm * spec.px_per_mm).max(1.0) as f32;
    let (w, h) = ((spec.width as f32 / cell) as usize + 3, (spec.height as f32 / cell) as usize + 3);
    let values: Vec<f32> = (0..w * h).map(|_| dice.random_range(-1.0..1.0)).collect();
    move |x, y| {
        let (u, v) = (x as f32 / cell, y as f32 / cell);
        let (i, j) = (u as usize, v as usize);
        let smooth = |t: f32| t * t * (3.0 - 2.0 * t);
        let (a, b) = (smooth(u.fract()), smooth(v.fract()));
        let at = |i: usize, j: usize| values[j * w + i];
        let top = at(i, j) * (1.0 - a) + at(i + 1, j) * a;
        let bottom = at(i, j + 1) * (1.0 - a) + at(i + 1, j + 1) * a;
        top * (1.0 - b) + bottom * b
    }
}

/// Darkens a round spot softly: the shadow around a root.
fn shade(canvas: &mut Plane<[f32; 3]>, at: Point, radius: f32, depth: f32) {
    each_near(canvas, &[at], 2.5 * radius, |p, c| {
        let d = p.distance(at) / radius;
        let keep = 1.0 - depth * (-d * d).exp();
        c.map(|v| v * keep)
    });
}

/// Draws a shaft with soft edges: coverage falls from one to zero over one px.
fn stroke(canvas: &mut Plane<[f32; 3]>, path: &[Point], width: f32, colour: [f32; 3], opacity: f32, taper: bool) {
    let n = (path.len() - 1) as f32;
    each_near(canvas, path, width / 2.0 + 1.5, |p, c| {
        let (mut best, mut along) = (f32::MAX, 0.0);
        for (i, s) in path.windows(2).enumerate() {
            let (dx, dy) = (s[1].x - s[0].x, s[1].y - s[0].y);
            let t = (((p.x - s[0].x) * dx + (p.y - s[0].y) * dy) / (dx * dx + dy * dy).max(1e-9)).clamp(0.0, 1.0);
            let d = p.distance(Point::new(s[0].x + t * dx, s[0].y + t * dy));
            if d < best {
                (best, along) = (d, (i as f32 + t) / n);
            }
        }
        // Shafts narrow a little towards the free end.
        let half = width / 2.0 * if taper { 1.0 - 0.12 * along } else { 1.0 };
        let cover = (half + 0.5 - best).clamp(0.0, 1.0).min(width) * opacity;
        // A cylinder is lighter along its middle, where it mirrors the lamp.
        let shine = 1.0 + 0.5 * (1.0 - best / half.max(0.5)).clamp(0.0, 1.0).powi(3);
        std::array::from_fn(|k| c[k] * (1.0 - cover) + colour[k] * shine * cover)
    });
}

/// Changes every px within `reach` of the bounding box of some points.
fn each_near(canvas: &mut Plane<[f32; 3]>, points: &[Point], reach: f32, change: impl Fn(Point, [f32; 3]) -> [f32; 3]) {
    let bound = |of: fn(&Point) -> f32| {
        let values = points.iter().map(of);
        values.fold((f32::MAX, f32::MIN), |(low, high), v| (low.min(v), high.max(v)))
    };
    let ((x0, x1), (y0, y1)) = (bound(|p| p.x), bound(|p| p.y));
    let clip = |v: f32, most: usize| v.clamp(0.0, most as f32) as usize;
    let (w, h) = (canvas.width(), canvas.height());
    for y in clip(y0 - reach, h)..clip(y1 + reach + 1.0, h) {
        for x in clip(x0 - reach, w)..clip(x1 + reach + 1.0, w) {
            let c = canvas.get(x, y);
            canvas.set(x, y, change(Point::new(x as f32, y as f32), c));
        }
    }
}

/// Gaussian blur in linear light, separable.
fn blur(canvas: &Plane<[f32; 3]>, sigma: f32) -> Plane<[f32; 3]> {
    if sigma < 0.1 {
        return canvas.clone();
    }
    let radius = (3.0 * sigma).ceil() as i64;
    let weights: Vec<f32> = (-radius..=radius).map(|i| (-(i * i) as f32 / (2.0 * sigma * sigma)).exp()).collect();
    let sum: f32 = weights.iter().sum();
    let pass = |from: &Plane<[f32; 3]>, dx: i64, dy: i64| {
        Plane::from_fn(from.width(), from.height(), |x, y| {
            let mut acc = [0.0f32; 3];
            for (i, w) in (-radius..=radius).zip(&weights) {
                let c = from.get_clamped(x as i64 + i * dx, y as i64 + i * dy);
                (0..3).for_each(|k| acc[k] += c[k] * w / sum);
            }
            acc
        })
    };
    pass(&pass(canvas, 1, 0), 0, 1)
}
