//! Close-up phantom: a field of clipped scalp whose every unit and hair is known.
//!
//! Units by a hard-core point process (dart throwing with a least distance), one to four hairs a unit, calibres by kind, shafts
//! that lean with the field, curve and taper, root shadows, skin with pores and blotches, vignette, focus blur, sensor noise.

mod paint;
mod scatter;

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use crate::follicle::FollicularUnit;
use crate::plane::Plane;
use crate::units::{MmPerPx, PerCm2};

/// What to draw. The default is healthy dark straight hair on light skin at 100 px/mm, sharp and evenly lit.
#[derive(Debug, Clone, PartialEq)]
pub struct CloseupSpec {
    /// Width of the picture, px.
    pub width: usize,
    /// Height of the picture, px.
    pub height: usize,
    /// Resolution, 20 to 250 px per mm.
    pub px_per_mm: f64,
    /// Follicular units per cm2, 10 to 150.
    pub units_per_cm2: f64,
    /// Shares of units with 1, 2, 3 and 4 hairs; need not sum to 1.
    pub hairs_per_unit: [f64; 4],
    /// Mean calibre of terminal hairs, um. Healthy 58-61 (Rakowska 2009, PMC2938574).
    pub caliber_um: f64,
    /// Share of vellus hairs, 0..1. Healthy about 0.06 (Rakowska 2009).
    pub vellus_share: f64,
    /// Visible length of the clipped hairs, mm.
    pub length_mm: f64,
    /// Skin colour, sRGB.
    pub skin: [u8; 3],
    /// Hair colour, sRGB.
    pub hair: [u8; 3],
    /// Standard deviation of the focus blur, px.
    pub blur_px: f64,
    /// Standard deviation of the sensor noise, 0..255.
    pub noise: f64,
    /// Loose clippings lying about.
    pub clippings: usize,
}

impl Default for CloseupSpec {
    fn default() -> Self {
        Self {
            width: 640,
            height: 512,
            px_per_mm: 100.0,
            units_per_cm2: 75.0,
            hairs_per_unit: [0.3, 0.5, 0.18, 0.02],
            caliber_um: 62.0,
            vellus_share: 0.06,
            length_mm: 0.9,
            skin: [214, 170, 148],
            hair: [38, 30, 28],
            blur_px: 0.8,
            noise: 2.0,
            clippings: 0,
        }
    }
}

impl CloseupSpec {
    /// Draws hair colour, skin tone, density, calibre and camera at random, within what is seen in practice.
    #[must_use]
    pub fn varied(seed: u64) -> Self {
        // Skin tones from light to dark with hair that occurs with them.
        const LOOKS: [([u8; 3], [u8; 3]); 8] = [
            ([226, 188, 168], [150, 112, 74]),
            ([222, 182, 160], [92, 62, 44]),
            ([214, 170, 148], [38, 30, 28]),
            ([205, 160, 130], [30, 24, 22]),
            ([180, 132, 104], [28, 22, 20]),
            ([140, 98, 74], [24, 20, 18]),
            ([98, 66, 50], [18, 15, 14]),
            ([214, 174, 152], [186, 182, 178]),
        ];
        let mut dice = Pcg64Mcg::seed_from_u64(seed ^ 0x5ca1_9ca9);
        let (skin, hair) = LOOKS[dice.random_range(0..LOOKS.len())];
        Self {
            px_per_mm: dice.random_range(60.0..180.0),
            units_per_cm2: dice.random_range(25.0..110.0),
            caliber_um: dice.random_range(48.0..80.0),
            vellus_share: dice.random_range(0.0..0.25),
            length_mm: dice.random_range(0.4..1.2),
            skin,
            hair,
            blur_px: dice.random_range(0.5..1.6),
            noise: dice.random_range(1.0..5.0),
            clippings: dice.random_range(0..3),
            ..Self::default()
        }
    }
}

/// A drawn close-up with its truth.
#[derive(Debug, Clone)]
pub struct CloseupPhantom {
    /// The picture, 8-bit sRGB.
    pub rgb: Plane<[u8; 3]>,
    /// Every unit whose root lies in the picture, with its hairs; paths may leave the picture.
    pub units: Vec<FollicularUnit>,
    /// The scale it was drawn at.
    pub mm_per_px: MmPerPx,
}

impl CloseupPhantom {
    /// Hairs whose root lies in the picture.
    #[must_use]
    pub fn hair_count(&self) -> usize {
        self.units.iter().map(|u| u.hairs.len()).sum()
    }

    /// Area of the picture, cm2.
    #[must_use]
    pub fn area_cm2(&self) -> f64 {
        (self.rgb.width() * self.rgb.height()) as f64 * self.mm_per_px.px_area().get()
    }

    /// True hairs per cm2: roots in the picture by its area.
    #[must_use]
    pub fn hairs_per_cm2(&self) -> PerCm2 {
        PerCm2::new(self.hair_count() as f64 / self.area_cm2()).expect("a count by an area")
    }
}

/// Draws a close-up; the same spec and seed give the same picture on any machine and number of threads.
#[must_use]
pub fn draw(spec: &CloseupSpec, seed: u64) -> CloseupPhantom {
    let mut dice = Pcg64Mcg::seed_from_u64(seed);
    let all = scatter::units(spec, &mut dice);
    let rgb = paint::picture(spec, &all, &mut dice);
    let inside = |u: &FollicularUnit| {
        (0.0..spec.width as f32).contains(&u.root.x) && (0.0..spec.height as f32).contains(&u.root.y)
    };
    CloseupPhantom {
        rgb,
        units: all.into_iter().filter(inside).collect(),
        mm_per_px: MmPerPx::new(1.0 / spec.px_per_mm).expect("a positive resolution"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same() {
        let spec = CloseupSpec { width: 200, height: 160, ..CloseupSpec::default() };
        let (a, b) = (draw(&spec, 3), draw(&spec, 3));
        assert_eq!(a.rgb, b.rgb);
        assert_eq!(a.units, b.units);
        assert_ne!(a.rgb, draw(&spec, 4).rgb);
    }

    #[test]
    fn density_is_what_was_asked_for_and_units_keep_their_distance() {
        let spec = CloseupSpec { px_per_mm: 60.0, width: 900, height: 900, ..CloseupSpec::default() };
        let drawn: f64 = (0..6).map(|s| draw(&spec, s)).map(|p| p.units.len() as f64 / p.area_cm2()).sum::<f64>() / 6.0;
        assert!((drawn - 75.0).abs() < 6.0, "{drawn} units/cm2");
        let units = draw(&spec, 1).units;
        let least = 0.45 * 10.0 / 75f32.sqrt() * 60.0;
        for (i, a) in units.iter().enumerate() {
            assert!(units[..i].iter().all(|b| a.root.distance(b.root) > least * 0.8), "two units nearly touch");
        }
    }

    #[test]
    fn hairs_are_darker_than_the_skin_beside_them() {
        let p = draw(&CloseupSpec { noise: 0.0, ..CloseupSpec::default() }, 9);
        let luma = |x: f32, y: f32| {
            let [r, g, b] = p.rgb.get_clamped(x as i64, y as i64);
            f32::from(r) * 0.3 + f32::from(g) * 0.6 + f32::from(b) * 0.1
        };
        let terminal = p.units.iter().flat_map(|u| &u.hairs).filter(|h| h.caliber.is_some_and(|c| c.get() > 45.0));
        let inside =
            |h: &&crate::follicle::Hair| (20.0..620.0).contains(&h.midpoint.x) && (20.0..490.0).contains(&h.midpoint.y);
        let (mut dark, mut all) = (0, 0);
        for h in terminal.filter(inside) {
            all += 1;
            dark += usize::from(luma(h.midpoint.x, h.midpoint.y) < 110.0);
        }
        assert!(all > 10 && dark * 10 >= all * 9, "{dark} of {all} shafts are dark");
    }
}
