//! Scars on a head: where hair does not grow and skin looks otherwise.

use super::dice::Dice;
use super::noise::fbm;
use super::vec3::{V3, logistic, v3};
use crate::findings::ScarKind;

/// One scar, or the many dots of one harvest.
#[derive(Debug, Clone)]
pub(crate) struct HeadScar {
    pub(crate) kind: ScarKind,
    seed: u32,
    /// Height of the strip at the back, canonical cm, and half its width in cm.
    strip: (f32, f32),
    /// Middles and radii in canonical cm of punches or of the burn's lobes.
    discs: Vec<(V3, f32)>,
}

impl HeadScar {
    /// Draws a scar: a strip 2 to 6 mm wide from ear to ear, 80 to 200 punches of 1 mm at the back, or a burn of a few cm.
    pub(crate) fn draw(dice: &mut Dice) -> Self {
        let kind = dice.weighted(&[(ScarKind::Linear, 0.4), (ScarKind::Dotted, 0.25), (ScarKind::Patch, 0.35)]);
        // The skull is nearly a ball around (0, 5, -0.3) with half axes of 8, 9.4 and 8.6 cm.
        let on_skull = |azimuth: f32, elevation: f32| {
            let (a, e) = (azimuth.to_radians(), elevation.to_radians());
            v3(0.0, 5.0, -0.3) + v3(8.0 * e.cos() * a.sin(), 9.4 * e.sin(), 8.6 * e.cos() * a.cos())
        };
        let discs = match kind {
            ScarKind::Linear => Vec::new(),
            ScarKind::Dotted => (0..80 + dice.below(120))
                .map(|_| (on_skull(180.0 + dice.range(-65.0, 65.0), dice.range(-30.0, 15.0)), dice.range(0.04, 0.07)))
                .collect(),
            ScarKind::Patch => {
                let (azimuth, elevation) = (dice.range(-180.0, 180.0), dice.range(15.0, 80.0));
                let lobes = 2 + dice.below(3);
                (0..lobes)
                    .map(|_| {
                        let at = on_skull(azimuth + dice.range(-14.0, 14.0), elevation + dice.range(-12.0, 12.0));
                        (at, dice.range(1.0, 2.4))
                    })
                    .collect()
            }
        };
        Self { kind, seed: dice.seed(), strip: (dice.range(1.0, 4.5), dice.range(0.1, 0.3)), discs }
    }

    /// Share of the skin at canonical `p` that is scar, 0..1.
    pub(crate) fn cover(&self, p: V3) -> f32 {
        match self.kind {
            ScarKind::Linear => {
                if p.z > -1.0 {
                    return 0.0;
                }
                // A shallow smile that ends behind the ears.
                let (height, half) = self.strip;
                let line = height + 0.02 * p.x * p.x + 0.25 * fbm(p, 0.5, self.seed, 2);
                logistic((half - (p.y - line).abs()) / 0.05) * logistic((-1.5 - p.z) / 0.3)
            }
            ScarKind::Dotted => {
                let near = self.discs.iter().filter(|(c, _)| (c.x - p.x).abs() < 0.3 && (c.y - p.y).abs() < 0.3);
                near.map(|(c, r)| logistic((r - (*c - p).length()) / 0.015)).fold(0.0, f32::max)
            }
            ScarKind::Patch => {
                let ragged = 0.35 * fbm(p, 0.9, self.seed, 2);
                self.discs.iter().map(|(c, r)| logistic((r + ragged - (*c - p).length()) / 0.12)).fold(0.0, f32::max)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scars_lie_on_the_skull_and_not_on_the_face() {
        let mut kinds = Vec::new();
        for seed in 0..12 {
            let scar = HeadScar::draw(&mut Dice::new(seed, 6));
            kinds.push(scar.kind);
            assert!(scar.cover(v3(0.0, 1.0, 10.0)) < 0.05, "the nose is free");
            let seen = (0..4000).any(|k| {
                let (a, e) = (0.157 * (k % 40) as f32, 0.022 * (k / 40) as f32 - 0.6);
                scar.cover(v3(8.0 * e.cos() * a.sin(), 5.0 + 9.4 * e.sin(), -0.3 + 8.6 * e.cos() * a.cos())) > 0.5
            });
            assert!(seen || scar.kind == ScarKind::Dotted, "{:?} of seed {seed} lies nowhere", scar.kind);
        }
        assert!([ScarKind::Linear, ScarKind::Dotted, ScarKind::Patch].iter().all(|k| kinds.contains(k)));
    }
}
