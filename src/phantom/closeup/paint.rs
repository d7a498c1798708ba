//! Hairs and what lies on the skin.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use super::marks::Marks;
use super::scar::ScarShape;
use super::scatter::normal;
use super::skin::{linear, skin, tint};
use super::stroke::{Canvas, Shaft};
use super::{CloseupSpec, Light};
use crate::follicle::{FollicularUnit, Hair};
use crate::plane::{Plane, Point};

/// How far below the skin a shaft still shows, mm.
const SEEN_BELOW_MM: f32 = 0.5;
/// Share of its width that a shaft loses from root to tip.
pub(super) const TAPER: f32 = 0.12;

/// Paints the picture in linear light; also gives the share of each px that hairs hide, 0..255.
pub(super) fn picture(
    spec: &CloseupSpec,
    units: &[FollicularUnit],
    marks: &Marks,
    scar: Option<&ScarShape>,
    dice: &mut Pcg64Mcg,
) -> (Plane<[f32; 3]>, Plane<u8>) {
    let mut canvas = skin(spec, marks, scar, dice);
    let px = spec.px_per_mm as f32;
    let (base, colour) = (linear(spec.skin), linear(spec.hair));
    for unit in units {
        openings(spec, &mut canvas, unit, base, colour);
    }
    let shine = match spec.light {
        Light::Ring => 0.9,
        Light::Side => 1.6,
        Light::CrossPolarised => 0.1,
    };
    let lamp: f32 = dice.random_range(0.0..std::f32::consts::TAU);
    if spec.light == Light::Side {
        // Shadows fall on the skin before any hair is drawn.
        let (dx, dy) = (0.06 * px * lamp.cos(), 0.06 * px * lamp.sin());
        for h in units.iter().flat_map(|u| &u.hairs) {
            let path: Vec<Point> = h.path.iter().map(|p| Point::new(p.x + dx, p.y + dy)).collect();
            let shadow = base.map(|v| 0.35 * v);
            canvas.stroke(&path, Shaft { width: h.width_px, opacity: 0.4, soft: 0.02 * px, ..Shaft::plain(shadow) });
        }
    }
    for h in units.iter().flat_map(|u| &u.hairs) {
        let tone = (1.0 + 0.12 * normal(dice) as f32).clamp(0.6, 1.5);
        // Thin hairs hold less pigment and let light through.
        let root_width = h.width_px / (1.0 - TAPER / 2.0);
        let thin = root_width < 0.035 * px;
        canvas.stroke(
            &h.path,
            Shaft {
                width: root_width,
                opacity: if thin { 0.6 } else { 0.95 },
                taper: TAPER,
                shine,
                counts: true,
                seed: dice.random(),
                ..Shaft::plain(colour.map(|v| v * tone))
            },
        );
    }
    for f in &marks.flakes {
        flake(&mut canvas, f.centre_px, f.radius_px, dice);
    }
    for _ in 0..spec.clippings {
        let (x, y) = (dice.random_range(0.0..spec.width as f32), dice.random_range(0.0..spec.height as f32));
        let (angle, length) = (dice.random_range(0.0..std::f32::consts::TAU), dice.random_range(0.15..0.7) * px);
        let path = [Point::new(x, y), Point::new(x + length * angle.cos(), y + length * angle.sin())];
        let width = (spec.caliber_um / 1000.0) as f32 * px;
        canvas.stroke(&path, Shaft { width, opacity: 0.93, shine, seed: dice.random(), ..Shaft::plain(colour) });
    }
    for g in &marks.glare {
        tint(&mut canvas.light, g.centre_px, g.radius_px, 1.0, 4, [1.3; 3]);
    }
    let cover = canvas.cover.map(|c| (255.0 * c).round() as u8);
    (canvas.light, cover)
}

/// Around and below the openings: a halo, a shadow, and the shaft seen through the skin, bluish and soft.
fn openings(spec: &CloseupSpec, canvas: &mut Canvas, unit: &FollicularUnit, base: [f32; 3], colour: [f32; 3]) {
    let px = spec.px_per_mm as f32;
    let halo = spec.halo as f32;
    if halo != 0.0 {
        let ring = base.map(|v| v * (1.0 + 0.35 * halo));
        tint(&mut canvas.light, unit.root, 0.3 * px, 0.6 * halo.abs(), 2, ring);
    }
    for h in &unit.hairs {
        tint(&mut canvas.light, h.root, 0.08 * px, 0.3, 2, base.map(|v| 0.5 * v));
        if let Some(below) = below(h, SEEN_BELOW_MM * px) {
            // Skin scatters blue back over what is dark below it (the Tyndall effect).
            let seen = std::array::from_fn(|k| colour[k] * 0.5 + base[k] * [0.30, 0.36, 0.46][k]);
            let shaft =
                Shaft { width: 1.8 * h.width_px, opacity: 0.8, soft: 0.06 * px, fades: true, ..Shaft::plain(seen) };
            canvas.stroke(&below, shaft);
        }
    }
}

/// The shaft's way below the skin: back from the root, against its first direction.
fn below(hair: &Hair, length: f32) -> Option<[Point; 2]> {
    let (a, b) = (hair.path.first()?, hair.path.get(1)?);
    let d = a.distance(*b).max(1e-6);
    let (ux, uy) = ((a.x - b.x) / d, (a.y - b.y) / d);
    Some([*a, Point::new(a.x + ux * length, a.y + uy * length)])
}

/// A flake: a few pale, half-clear discs beside each other.
fn flake(canvas: &mut Canvas, at: Point, radius: f32, dice: &mut Pcg64Mcg) {
    for _ in 0..4 {
        let (dx, dy) = (radius * dice.random_range(-0.6..0.6), radius * dice.random_range(-0.6..0.6));
        let grey = dice.random_range(0.6..0.85);
        let shade = [grey, grey * 0.98, grey * 0.93];
        tint(&mut canvas.light, Point::new(at.x + dx, at.y + dy), radius * dice.random_range(0.4..0.8), 0.55, 6, shade);
    }
}
