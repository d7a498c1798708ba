//! Skin: colour, creases, vessels, and what lies in it; in linear light.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use super::lattice::Lattice;
use super::marks::Marks;
use super::scar::ScarShape;
use super::stroke::{Canvas, Shaft, near};
use super::{CloseupSpec, Light};
use crate::findings::ScarKind;
use crate::plane::{Plane, Point};

/// Linear light of an sRGB value (IEC 61966-2-1, the 2.2 power being close enough for a drawing).
pub(super) fn linear(c: [u8; 3]) -> [f32; 3] {
    c.map(|v| (f32::from(v) / 255.0).powf(2.2))
}

/// Skin with its creases, blotches, glints, vessels, scar, moles, dots of pigment and empty openings.
pub(super) fn skin(spec: &CloseupSpec, marks: &Marks, scar: Option<&ScarShape>, dice: &mut Pcg64Mcg) -> Canvas {
    let px = spec.px_per_mm as f32;
    let base = linear(spec.skin);
    let mut layer = |cell_mm: f32, stretch: f32| {
        let angle = dice.random_range(0.3..1.2);
        Lattice::new(cell_mm * px, stretch, angle, dice)
    };
    let (blotch, blood) = (layer(0.9, 1.0), layer(0.5, 1.4));
    // Creases run in two directions and enclose fields a few tenths of a mm wide.
    let (crease, cross, fine, grain) = (layer(0.3, 2.6), layer(0.2, 2.2), layer(0.05, 2.0), layer(0.025, 1.8));
    let height = Plane::from_fn(spec.width, spec.height, |x, y| {
        let (x, y) = (x as f32, y as f32);
        // Where the noise crosses zero there is a furrow.
        let furrow = |v: f32| (v.abs() * 3.0).min(1.0);
        0.5 * (furrow(crease.at(x, y)) + furrow(cross.at(x, y))) + 0.35 * fine.at(x, y)
    });
    let (slope, mirrored) = match spec.light {
        Light::Ring => (0.03, 0.5),
        Light::Side => (0.08, 0.6),
        Light::CrossPolarised => (0.01, 0.0),
    };
    let red = spec.redness as f32;
    let light = Plane::from_fn(spec.width, spec.height, |x, y| {
        let (fx, fy) = (x as f32, y as f32);
        let scarred =
            scar.map_or(0.0, |s| (s.depth(f64::from(fx / px), f64::from(fy / px)) / 0.15).clamp(0.0, 1.0) as f32);
        let h = height.get(x, y);
        let (dx, dy) =
            (height.get((x + 1).min(spec.width - 1), y) - h, height.get(x, (y + 1).min(spec.height - 1)) - h);
        // Per px at 100 px/mm, so that relief does not fade with resolution.
        let tilt = (dx + dy) * px / 100.0 * (1.0 - 0.7 * scarred);
        let tone = 1.0 + 0.09 * blotch.at(fx, fy) + 0.12 * (h - 0.7) * (1.0 - scarred) + slope * 6.0 * tilt;
        let blood = 0.02 + 0.08 * blood.at(fx, fy) + 0.22 * red;
        let pale = 0.16 * scarred * if scar.is_some_and(|s| s.kind == ScarKind::Patch) { -0.6 } else { 1.0 };
        // Small bumps that face the lamp mirror it, where the skin as a whole does: flecks in patches, away from the furrows.
        let patch = (0.5 + 0.9 * blotch.at(1.7 * fy + 91.0, 1.7 * fx)).clamp(0.0, 1.0);
        let facing = (grain.at(fx, fy) * 0.7 + fine.at(fx, fy) * 0.5 - 0.42).max(0.0) * h.max(0.0) * patch;
        let glint = mirrored * facing * (0.4 + 0.6 * base[1]) * (1.0 - 0.3 * scarred);
        [
            base[0] * tone * (1.0 + pale * 0.5) + glint,
            base[1] * tone * (1.0 - blood) * (1.0 + pale) + glint,
            base[2] * tone * (1.0 - 0.9 * blood) * (1.0 + pale) + glint,
        ]
    });
    let mut canvas = Canvas::new(light);
    vessels(spec, &mut canvas, dice);
    for m in &marks.moles {
        tint(&mut canvas.light, m.centre_px, m.radius_px, 0.75, 6, [0.25, 0.16, 0.12]);
    }
    for d in &marks.dots {
        let strength = spec.dots.map_or(0.0, |d| d.strength) as f32;
        // Carbon under skin looks cold.
        tint(&mut canvas.light, d.centre_px, d.radius_px, strength, 4, [0.12, 0.13, 0.15]);
    }
    for e in &marks.empty {
        tint(&mut canvas.light, e.centre_px, 1.6 * e.radius_px, 0.25, 2, base.map(|v| v * 1.25));
        tint(&mut canvas.light, e.centre_px, 0.6 * e.radius_px, 0.4, 2, base.map(|v| v * 0.35));
    }
    canvas
}

/// Thin red lines under the skin, soft and faint.
fn vessels(spec: &CloseupSpec, canvas: &mut Canvas, dice: &mut Pcg64Mcg) {
    let px = spec.px_per_mm as f32;
    let strength = 0.04 + 0.25 * spec.redness as f32;
    let area = (spec.width * spec.height) as f32 / px / px;
    for _ in 0..(area * 0.25) as usize {
        let (mut x, mut y) = (dice.random_range(0.0..spec.width as f32), dice.random_range(0.0..spec.height as f32));
        let mut angle: f32 = dice.random_range(0.0..std::f32::consts::TAU);
        let mut path = vec![Point::new(x, y)];
        for _ in 0..dice.random_range(5..14) {
            angle += dice.random_range(-0.5..0.5);
            (x, y) = (x + 0.15 * px * angle.cos(), y + 0.15 * px * angle.sin());
            path.push(Point::new(x, y));
        }
        let skin = linear(spec.skin);
        let width = dice.random_range(0.03..0.08) * px;
        let colour = [skin[0] * 0.95, skin[1] * 0.45, skin[2] * 0.45];
        canvas.stroke(&path, Shaft { width, opacity: strength, soft: 0.6 * width, ..Shaft::plain(colour) });
    }
}

/// Mixes a colour into a round spot; `hardness` 2 is a soft blob, 6 nearly a disc.
pub(super) fn tint(
    light: &mut Plane<[f32; 3]>,
    at: Point,
    radius: f32,
    strength: f32,
    hardness: i32,
    colour: [f32; 3],
) {
    // At the radius half is left; beyond 2.2 radii nothing that shows.
    let (columns, rows) = near(light, &[at], 2.2 * radius + 1.0);
    for y in rows {
        for x in columns.clone() {
            let d = at.distance(Point::new(x as f32, y as f32)) / radius.max(0.3);
            let a = strength * (-std::f32::consts::LN_2 * d.powi(hardness)).exp();
            let c = light.get(x, y);
            light.set(x, y, std::array::from_fn(|k| c[k] + (colour[k] - c[k]) * a));
        }
    }
}
