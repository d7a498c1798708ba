//! Rooms without a photo: a wall, things on it, all out of focus.

use super::dice::Dice;
use super::noise::fbm;
use super::vec3::{V3, v3};
use crate::plane::Plane;

/// One flat thing: where it is, its colour and its grain.
struct Patch {
    centre: (f32, f32),
    half: (f32, f32),
    turn: f32,
    round: bool,
    blur: f32,
    look: Look,
}

struct Look {
    color: V3,
    slope: (f32, f32),
    grain: f32,
    frequency: f32,
    stripes: f32,
    period: f32,
    seed: u32,
}

impl Look {
    fn draw(dice: &mut Dice) -> Self {
        let grey = dice.range(10.0, 245.0);
        let vivid = dice.weighted(&[(0.05, 0.35), (0.2, 0.3), (0.5, 0.25), (1.0, 0.1)]) * 110.0;
        let color =
            v3(grey + dice.range(-vivid, vivid), grey + dice.range(-vivid, vivid), grey + dice.range(-vivid, vivid));
        Self {
            color,
            slope: (dice.normal(0.0, 40.0), dice.normal(0.0, 40.0)),
            grain: dice.normal(0.5, 1.3).exp() * 2.0,
            frequency: dice.range(2.0, 30.0),
            stripes: if dice.chance(0.2) { dice.range(8.0, 35.0) } else { 0.0 },
            period: dice.range(8.0, 60.0),
            seed: dice.seed(),
        }
    }

    fn at(&self, x: f32, y: f32) -> V3 {
        let grain = self.grain * fbm(v3(x, y, 0.0), self.frequency, self.seed, 2);
        let stripe = if self.stripes > 0.0 && (x * self.period).sin() > 0.0 { self.stripes } else { 0.0 };
        self.color + V3::splat(grain + stripe + self.slope.0 * x + self.slope.1 * y)
    }
}

/// Draws a background, sRGB, where `alpha` lets any of it through.
pub(crate) fn draw(dice: &mut Dice, alpha: &Plane<u8>) -> Plane<[u8; 3]> {
    let (width, height) = (alpha.width(), alpha.height());
    let wall = Look::draw(dice);
    let blur = dice.range(0.003, 0.04);
    let patches: Vec<Patch> = (0..dice.below(8))
        .map(|_| Patch {
            centre: (dice.range(-0.7, 0.7), dice.range(-0.6, 0.6)),
            half: (dice.range(0.03, 0.35), dice.range(0.03, 0.35)),
            turn: if dice.chance(0.7) { dice.normal(0.0, 0.05) } else { dice.range(0.0, 3.0) },
            round: dice.chance(0.3),
            blur: blur * dice.range(0.5, 1.5),
            look: Look::draw(dice),
        })
        .collect();
    let light = dice.range(0.35, 1.1);
    let size = width.min(height) as f32;
    let mut out = Plane::filled(width, height, [0u8; 3]);
    for y in 0..height {
        for (x, px) in out.row_mut(y).iter_mut().enumerate().filter(|(x, _)| alpha.get(*x, y) < 255) {
            let (u, v) = ((x as f32 - width as f32 / 2.0) / size, (y as f32 - height as f32 / 2.0) / size);
            let mut c = wall.at(u, v);
            for p in &patches {
                let (s, k) = p.turn.sin_cos();
                let (dx, dy) = (u - p.centre.0, v - p.centre.1);
                let (a, b) = ((dx * k + dy * s) / p.half.0, (dy * k - dx * s) / p.half.1);
                let out_by =
                    if p.round { a.hypot(b) - 1.0 } else { a.abs().max(b.abs()) - 1.0 } * p.half.0.min(p.half.1);
                let cover = (0.5 - out_by / p.blur).clamp(0.0, 1.0);
                if cover > 0.0 {
                    c = c.mix(p.look.at(u, v), cover);
                }
            }
            let byte = |v: f32| (v * light).clamp(0.0, 255.0) as u8;
            *px = [byte(c.x), byte(c.y), byte(c.z)];
        }
    }
    out
}

/// Lays a picture over a background and adds the camera's noise.
pub(crate) fn composite(
    rgb: &Plane<[u8; 3]>,
    alpha: &Plane<u8>,
    under: &Plane<[u8; 3]>,
    dice: &mut Dice,
) -> Plane<[u8; 3]> {
    let sd = dice.range(0.5, 4.0);
    let mut out = rgb.clone();
    for (k, px) in out.as_mut_slice().iter_mut().enumerate() {
        let a = f32::from(alpha.as_slice()[k]) / 255.0;
        let below = under.as_slice()[k];
        let noise = sd * dice.rough_normal();
        for c in 0..3 {
            let v = f32::from(px[c]) * a + f32::from(below[c]) * (1.0 - a) + noise;
            px[c] = (v + 0.5) as u8;
        }
    }
    out
}
