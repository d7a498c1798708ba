//! Lights: sky, lamps, flash; and the shadows they cast on skin and into hair.

use super::body::Body;
use super::camera::{Camera, Projected};
use super::dice::{Dice, hash};
use super::mesh::CENTRE;
use super::raster::{LineScale, Raster};
use super::strand::Strands;
use super::vec3::{V3, logistic, v3};

/// Side of a shadow map in px, and px per cm in it: 44 cm around the head.
const MAP: usize = 360;
const PX_PER_CM: f32 = MAP as f32 / 44.0;
/// About as many strands cast shadows.
const CASTING: usize = 12_000;

/// Light from all around: a gradient between two colours.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ambient {
    above: V3,
    below: V3,
    axis: V3,
}

impl Ambient {
    pub(crate) fn at(&self, normal: V3) -> V3 {
        self.below.mix(self.above, (0.55 + 0.45 * normal.dot(self.axis)).clamp(0.0, 1.0))
    }
}

/// A distant lamp.
#[derive(Debug)]
pub(crate) struct Lamp {
    /// Unit vector to the lamp.
    pub(crate) towards: V3,
    pub(crate) color: V3,
    /// Radius in shadow map px over which shadow edges blur.
    softness: f32,
    axes: [V3; 3],
    map: Vec<f32>,
    gobo: Option<Gobo>,
}

/// The edge of a shadow cast by something outside the picture.
#[derive(Debug, Clone, Copy)]
struct Gobo {
    across: V3,
    at: f32,
    blur: f32,
    depth: f32,
}

/// All light of one picture.
#[derive(Debug)]
pub(crate) struct Lights {
    pub(crate) ambient: Ambient,
    pub(crate) lamps: Vec<Lamp>,
}

impl Lights {
    /// Draws one to three lamps; nearly half of the first ones are flashes beside the camera, a fifth hang from the ceiling, under
    /// which brows and hair throw their shadows down the face.
    pub(crate) fn draw(dice: &mut Dice, camera: &Camera) -> Self {
        let count = dice.weighted(&[(1, 0.4), (2, 0.35), (3, 0.25)]);
        let ceiling = dice.chance(0.35);
        let hard = dice.chance(if ceiling { 0.6 } else { 0.35 });
        let mut lamps = Vec::new();
        for k in 0..count {
            let flash = k == 0 && dice.chance(0.45);
            let (towards, power) = if flash {
                ((-camera.axes[2] + dice.normal3(0.15)).unit(), dice.range(0.6, 1.8))
            } else if k == 0 && ceiling {
                (v3(dice.normal(0.0, 0.35), 1.0, dice.normal(0.0, 0.45)).unit(), dice.range(0.7, 1.8))
            } else {
                (v3(dice.normal(0.0, 1.0), dice.range(-0.1, 1.6), dice.normal(0.0, 1.0)).unit(), dice.range(0.3, 1.6))
            };
            let warm = dice.normal(0.0, 0.12);
            let tint = v3(1.0 + warm, 1.0, 1.0 - warm).times(V3::splat(1.0) + dice.normal3(0.03));
            let right = towards.cross(v3(0.3, 0.9, 0.2)).unit();
            let gobo = dice.chance(0.35).then(|| Gobo {
                across: towards.cross(dice.normal3(1.0)).unit(),
                at: dice.range(-7.0, 7.0),
                blur: dice.range(-3.0, 0.7).exp(),
                depth: dice.range(0.4, 1.0),
            });
            lamps.push(Lamp {
                towards,
                color: tint * power,
                softness: dice.range(0.0, 4.0),
                axes: [right, towards.cross(right), -towards],
                map: Vec::new(),
                gobo,
            });
        }
        let sky = if hard { dice.range(0.06, 0.3) } else { dice.range(0.2, 0.8) };
        let above = (V3::splat(1.0) + dice.normal3(0.06)) * sky;
        let below = above.times(V3::splat(1.0) + dice.normal3(0.08)) * dice.range(0.2, 0.9);
        let axis = v3(dice.normal(0.0, 0.4), 1.0, dice.normal(0.0, 0.4)).unit();
        Self { ambient: Ambient { above, below, axis }, lamps }
    }

    /// Draws the shadow map of each lamp.
    pub(crate) fn cast(&mut self, body: &Body, strands: &Strands, hair_casts: bool) {
        for lamp in &mut self.lamps {
            let mut raster = Raster::new(MAP, MAP);
            let corners: Vec<Projected> = body.position.iter().map(|&p| lamp.project(p)).collect();
            raster.triangles(&corners, &body.triangles);
            if hair_casts {
                let points: Vec<Projected> = strands.points.iter().map(|&p| lamp.project(p)).collect();
                // So many are enough to fill the map; each then casts the shadow of those left out.
                let every = strands.count().div_ceil(CASTING).max(1);
                raster.strands(
                    strands,
                    &points,
                    LineScale::Parallel { px_per_cm: PX_PER_CM * every as f32 * 1.5 },
                    every,
                );
            }
            lamp.map = raster.depth;
        }
    }
}

impl Lamp {
    fn project(&self, p: V3) -> Projected {
        let q = p - CENTRE;
        let half = MAP as f32 / 2.0;
        Projected {
            x: half + self.axes[0].dot(q) * PX_PER_CM,
            y: half + self.axes[1].dot(q) * PX_PER_CM,
            depth: self.axes[2].dot(q) + 100.0,
        }
    }

    /// Share of the lamp seen from `p`, 0..1. `bias` cm are ignored; light fades over `fade` cm behind the first
    /// surface, so that hair lets some through. `salt` varies the sampling pattern from px to px.
    pub(crate) fn visible(&self, p: V3, bias: f32, fade: f32, blur: f32, salt: u32) -> f32 {
        let at = self.project(p);
        let radius = blur + self.softness;
        let mut sum = 0.0;
        let mut h = hash(salt);
        const TAPS: u32 = 5;
        for k in 0..TAPS {
            h = hash(h.wrapping_add(k));
            let ox = ((h & 0xffff) as f32 / 32768.0 - 1.0) * radius;
            let oy = ((h >> 16) as f32 / 32768.0 - 1.0) * radius;
            let (x, y) = (at.x + ox, at.y + oy);
            if x < 0.0 || y < 0.0 || x >= MAP as f32 || y >= MAP as f32 {
                sum += 1.0;
                continue;
            }
            let behind = at.depth - self.map[y as usize * MAP + x as usize] - bias;
            sum += if behind <= 0.0 { 1.0 } else { (-behind / fade).exp() };
        }
        let seen = sum / TAPS as f32;
        match self.gobo {
            Some(g) => {
                let q = p - CENTRE;
                let wave = 0.25 * q.dot(v3(0.5, 0.3, 0.4)).sin();
                seen * (1.0 - g.depth * logistic((q.dot(g.across) - g.at + wave) / g.blur))
            }
            None => seen,
        }
    }
}
