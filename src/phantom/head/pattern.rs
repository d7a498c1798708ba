//! Where hair grows on a head: the original hairline, and the density of hair behind it.
//!
//! Both are functions of the canonical position, so a pattern fits any head.

use super::dice::Dice;
use super::mesh::on_ear;
use super::noise::fbm;
use super::scar::HeadScar;
use super::vec3::{V3, interpolate, logistic, v3};

/// Kinds of loss, after Norwood (men) and Ludwig and Sinclair (women).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// None.
    Full,
    /// Norwood II: the hairline of a grown man.
    Mature,
    /// Norwood III: deep temples.
    Temples,
    /// Norwood III vertex: thin crown, temples as they may be.
    Crown,
    /// Norwood IV and V: temples and crown, a bridge between.
    Vertex,
    /// Norwood VI: a horseshoe.
    Horseshoe,
    /// Norwood VII: a low horseshoe.
    LowHorseshoe,
    /// No hair at all.
    Bald,
    /// Thin all over the top (also Ludwig's pattern).
    Diffuse,
    /// The whole front gone (Norwood IIIa, IVa).
    Front,
    /// Ludwig and Sinclair: the parting widens.
    Parting,
    /// Alopecia areata: smooth patches.
    Patches,
}

/// Where hair grows and how dense it is.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    pub(crate) loss: Loss,
    seed: u32,
    /// Azimuth in degrees from the face, height in canonical cm: the original hairline, then above and behind the ear.
    hairline: Vec<(f32, f32)>,
    skew: f32,
    /// Width in cm over which density falls to nothing.
    softness: f32,
    recession_middle: f32,
    recession_temple: f32,
    crown: Option<(f32, f32)>,
    /// Height in cm of the horseshoe's rim at the front and at the back.
    rim: Option<(f32, f32)>,
    residue: f32,
    islands: bool,
    thinning: f32,
    wobble: f32,
    parting: Option<Parting>,
    patches: Vec<(V3, f32, f32)>,
    pub(crate) scar: Option<HeadScar>,
}

#[derive(Debug, Clone, Copy)]
struct Parting {
    x: f32,
    width: f32,
    depth: f32,
}

impl Loss {
    /// Norwood stages that a reader may give this pattern; none for women's and patchy loss.
    #[must_use]
    pub fn norwood(self) -> Option<[u8; 2]> {
        match self {
            Self::Full => Some([1, 1]),
            Self::Mature => Some([2, 2]),
            Self::Temples => Some([2, 3]),
            Self::Crown => Some([3, 4]),
            Self::Front => Some([3, 4]),
            Self::Vertex => Some([4, 5]),
            Self::Horseshoe => Some([5, 6]),
            Self::LowHorseshoe | Self::Bald => Some([7, 7]),
            Self::Diffuse | Self::Parting | Self::Patches => None,
        }
    }
}

impl Pattern {
    /// Draws a pattern. `part_x` is where the hair is parted, cm from the middle.
    pub(crate) fn draw(dice: &mut Dice, loss: Loss, female: bool, part_x: f32) -> Self {
        // Mid-frontal point: 7-10 cm of arc above the glabella in men, 8 usual, 6.4 cm in women; the glabella lies at
        // y = 5.8, and 6.5, 7.5, 8 and 9 cm of arc above it are y = 11.6, 12.4, 12.75 and 13.3 on the neutral head.
        let mid = if female { dice.normal(11.6, 0.45) } else { dice.normal(12.7, 0.45) }.clamp(10.6, 13.5);
        let square = if female { dice.range(-0.5, 0.1) } else { dice.range(-0.3, 0.7) };
        let temple = dice.normal(0.0, 0.45);
        let sideburn = dice.range(-1.5, 2.8);
        let nape = dice.normal(-3.4, 1.2);
        let hairline = vec![
            (0.0, mid),
            (15.0, mid + 0.05),
            (28.0, mid + 0.1 + 0.3 * square),
            (38.0, mid - 0.45 + 0.5 * square),
            (46.0, mid - 1.3 + 0.6 * square),
            (53.0, 9.2 + temple),
            (58.0, 7.2 + temple),
            (62.0, 5.2 + 0.5 * temple),
            (67.0, sideburn),
            (79.0, sideburn),
            (81.0, 4.0),
            (100.0, 3.4),
            (107.0, 1.0),
            (113.0, -1.0),
            (130.0, (nape - 1.0) / 2.0),
            (180.0, nape),
        ];
        use Loss::{
            Bald, Crown, Diffuse, Front, Full, Horseshoe, LowHorseshoe, Mature, Parting as Part, Patches, Temples,
            Vertex,
        };
        let recession_middle = match loss {
            Mature => dice.range(0.0, 0.5),
            Temples | Crown | Diffuse => dice.range(0.0, 1.0),
            Vertex => dice.range(0.5, 3.0),
            Front => dice.range(2.0, 6.0),
            _ => 0.0,
        };
        let recession_temple = match loss {
            Mature => dice.range(0.5, 1.5),
            Temples => dice.range(1.5, 4.5),
            Crown => dice.range(0.0, 2.5),
            Vertex => dice.range(2.0, 6.0),
            Diffuse if !female => dice.range(0.0, 3.0),
            Front => dice.range(3.0, 6.0),
            _ => 0.0,
        };
        let depth = dice.range(0.55, 1.0);
        let crown = match loss {
            Crown => Some((dice.range(2.0, 5.0), depth)),
            Vertex => Some((dice.range(2.0, 6.0), depth)),
            Full | Part | Patches => None,
            _ if dice.chance(0.15) && !female => Some((dice.range(1.0, 3.0), depth)),
            _ => None,
        };
        let front_rim = match loss {
            Horseshoe => Some(dice.range(8.3, 12.2)),
            LowHorseshoe => Some(dice.range(4.5, 8.2)),
            Bald => Some(-30.0),
            _ => None,
        };
        let rim = front_rim.map(|f| (f, f + dice.range(-2.5, 1.0)));
        let residue = [0.0, 0.0, 0.0, dice.range(0.0, 0.3), dice.range(0.1, 0.5)][dice.below(5)];
        // In women down to Ludwig III, which leaves next to nothing on top.
        let thinnest = if female { 0.1 } else { 0.25 };
        let thinning = if loss == Diffuse { dice.range(thinnest, 0.75) } else { 1.0 };
        // Sinclair's grades II to IV as width in cm; a normal parting is a mm or two and comes from the flow alone.
        let parting =
            (loss == Part).then(|| Parting { x: part_x, width: dice.range(0.3, 1.8), depth: dice.range(0.5, 0.95) });
        let patches = if loss == Patches {
            (0..1 + dice.below(5))
                .map(|_| {
                    let (az, el) = (dice.range(-180.0, 180.0).to_radians(), dice.range(10.0, 90.0).to_radians());
                    let d = v3(el.cos() * az.sin(), el.sin(), el.cos() * az.cos());
                    (v3(0.0, 5.0, -0.3) + d.times(v3(8.0, 9.4, 8.6)), dice.range(0.7, 3.0), dice.range(0.8, 1.0))
                })
                .collect()
        } else {
            Vec::new()
        };
        Self {
            loss,
            seed: dice.seed(),
            hairline,
            skew: dice.normal(0.0, 0.15),
            softness: dice.range(0.08, 0.45),
            recession_middle,
            recession_temple,
            crown,
            rim,
            residue,
            islands: dice.chance(0.5),
            thinning,
            wobble: dice.range(0.1, 0.45),
            parting,
            patches,
            scar: None,
        }
    }

    /// Height of the original hairline in canonical cm at an azimuth in degrees (positive to the head's left).
    pub(crate) fn hairline_height(&self, azimuth: f32) -> f32 {
        interpolate(azimuth.abs(), &self.hairline)
            + self.skew * azimuth.signum() * f32::from(u8::from(azimuth.abs() < 60.0))
    }

    /// Signed distance to the original hairline in cm, roughly: positive on the scalp.
    pub(crate) fn inside(&self, p: V3) -> f32 {
        let azimuth = p.x.atan2(p.z).to_degrees();
        let above = p.y - self.hairline_height(azimuth);
        if (45.0..70.0).contains(&azimuth.abs()) { above * 0.6 } else { above }
    }

    /// Density of hair relative to a full head, 0..1, at a canonical position.
    pub(crate) fn density(&self, p: V3) -> f32 {
        self.density_at(p, self.inside(p))
    }

    /// As [`Self::density`], where [`Self::inside`] is known.
    pub(crate) fn density_at(&self, p: V3, inside: f32) -> f32 {
        if on_ear(p) {
            return 0.0;
        }
        if inside < -2.0 {
            return 0.0;
        }
        let w = self.softness;
        let n = fbm(p, 0.35, self.seed, 2) * self.wobble * 2.2;
        let mut d = logistic((inside + n * 0.4 - 0.1) / (w * 0.6 + 0.05));
        // Recession: cm of arc behind the original hairline, over the dome measured along z.
        let x = p.x.abs();
        if p.z > -2.0 && p.y > 5.5 && self.recession_middle.max(self.recession_temple) > 0.01 {
            let front = interpolate(x, &[(0.0, 7.9), (2.0, 7.6), (4.0, 6.6), (5.5, 5.4), (7.0, 3.6)]);
            let back = inside.max(0.0);
            let arc = if p.y > 9.5 { ((front - p.z) * 1.05).max(back) } else { back };
            const TEMPLE: [(f32, f32); 7] =
                [(0.0, 0.0), (1.2, 0.05), (2.8, 0.55), (4.2, 1.0), (5.6, 1.0), (6.6, 0.45), (7.4, 0.0)];
            let temple = interpolate(x, &TEMPLE);
            let recession = self.recession_middle + (self.recession_temple - self.recession_middle) * temple;
            d *= logistic((arc - recession + n) / w);
        }
        if let Some((radius, depth)) = self.crown {
            let away = (p - v3(0.0, 12.6, -5.0)).times(v3(1.0, 1.0, 0.9)).length();
            d *= 1.0 - depth * logistic((radius - away + n) / (w * 1.5));
        }
        if let Some((front, back)) = self.rim {
            let rim = if p.z > 0.0 { front } else { front + (back - front) * (-p.z / 8.0).clamp(0.0, 1.0) };
            let mut bald = logistic((p.y - rim + n * 1.2) / (w * 1.6));
            if front < 12.0 {
                let side = interpolate(p.y, &[(4.0, 4.6), (8.0, 3.6), (10.0, 2.0), (12.0, 0.0)]);
                bald = bald.max(logistic((p.z - side - 0.6 + n) / w));
            }
            let rest = self.residue * if self.islands { logistic(n * 4.0) } else { 1.0 };
            d *= 1.0 - bald * (1.0 - rest);
        }
        if let Some(part) = self.parting
            && p.y > 8.0
        {
            let dx = (p.x - part.x) / (part.width * (0.7 + 0.3 * (p.z / 8.0).clamp(-1.0, 1.0)));
            d *= 1.0 - part.depth * (-dx * dx).exp() * ((p.y - 8.0) / 2.5).min(1.0);
        }
        for &(centre, radius, depth) in &self.patches {
            d *= 1.0 - depth * logistic((radius - (p - centre).length() + n) / (0.5 * w));
        }
        if self.thinning < 1.0 {
            let top = ((p.y - 6.0) / 4.0).clamp(0.0, 1.0);
            d *= (1.0 + (self.thinning - 1.0) * (0.35 + 0.65 * top)) * (1.0 + 0.15 * n);
        }
        if let Some(scar) = &self.scar {
            d *= 1.0 - scar.cover(p);
        }
        d.clamp(0.0, 1.0)
    }

    /// The same head later: loss advances by `by` (1 is about one Norwood stage; negative regrows).
    pub(crate) fn advance(&mut self, by: f32) {
        let (temple, middle) = if self.recession_temple > 0.0 { (1.2, 0.6) } else { (0.0, 0.0) };
        self.recession_temple = (self.recession_temple + temple * by).max(0.0);
        self.recession_middle = (self.recession_middle + middle * by).max(0.0);
        if let Some((radius, _)) = &mut self.crown {
            *radius = (*radius + 0.8 * by).max(0.0);
        }
        if let Some((front, back)) = &mut self.rim {
            *front -= 0.8 * by;
            *back -= 0.8 * by;
        }
        if let Some(parting) = &mut self.parting {
            parting.width = (parting.width + 0.3 * by).max(0.05);
        }
        for patch in &mut self.patches {
            patch.1 = (patch.1 + 0.4 * by).max(0.0);
        }
        if self.loss == Loss::Diffuse {
            self.thinning = (self.thinning - 0.12 * by).clamp(0.05, 1.0);
        }
    }

    /// Ludwig range that a reader may give this pattern: I is thin, II thinner, III bare on top (Ludwig 1977,
    /// doi:10.1111/j.1365-2133.1977.tb15179.x); how much is lost between the stages is not laid down.
    pub(crate) fn ludwig(&self) -> Option<[u8; 2]> {
        let left = match (self.loss, self.parting) {
            (Loss::Diffuse, _) => self.thinning,
            (Loss::Parting, Some(part)) => 1.0 - part.depth * (part.width / 2.0).min(1.0),
            _ => return None,
        };
        Some(match left {
            l if l > 0.6 => [1, 2],
            l if l > 0.35 => [2, 2],
            _ => [2, 3],
        })
    }

    /// Sinclair's grade of a parting, 1 to 5, by its width and depth: 2 is wider than usual, 3 thin beside it, 4 bare in front
    /// (Sinclair 2004, doi:10.1046/j.1365-4632.2004.02151.x shows pictures and lays down no widths: the cuts are ours).
    pub(crate) fn sinclair(&self) -> Option<u8> {
        self.parting.map(|p| match p.width * p.depth {
            w if w < 0.25 => 1,
            w if w < 0.6 => 2,
            w if w < 1.1 => 3,
            w if w < 1.6 => 4,
            _ => 5,
        })
    }

    /// Whether hair is left at the front, so that there is a frontal hairline.
    pub(crate) fn has_frontal_hair(&self) -> bool {
        self.rim.is_none() && self.recession_middle < 4.0
    }
}
