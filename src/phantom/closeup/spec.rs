//! What a close-up shows.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use serde::Serialize;

use crate::findings::ScarKind;

/// Light on a close-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Light {
    /// A ring around the lens: even, shafts mirror it along their middle.
    Ring,
    /// One lamp from the side: relief, shadows of the hairs, one side darker.
    Side,
    /// Crossed polarisers: nothing mirrors, colours are full.
    CrossPolarised,
}

/// Scalp micropigmentation: dots of one size.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Dots {
    /// Dots per cm2.
    pub per_cm2: f64,
    /// Visible diameter, mm. About 0.1 (ISHRS Forum 26(3):85).
    pub diameter_mm: f64,
    /// Share of the light that a dot takes away in its middle, 0..1.
    pub strength: f64,
}

/// What a microscope's program draws over its picture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Overlay {
    /// A band with text along the top.
    pub banner: bool,
    /// A red measuring circle.
    pub circle: bool,
    /// An L-shaped scale bar that stands for so many mm.
    pub scale_bar_mm: Option<f64>,
}

/// What to draw. The default is healthy dark straight hair on light skin at 100 px/mm, sharp and evenly lit.
#[derive(Debug, Clone, PartialEq, Serialize)]
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
    /// Mean calibre of terminal hairs at their roots, um; the mean along a shaft is 6 % less. Healthy 58-61 (Rakowska 2009, PMC2938574).
    pub caliber_um: f64,
    /// Share of vellus hairs, 0..1. Healthy about 0.06 (Rakowska 2009).
    pub vellus_share: f64,
    /// Visible length of the hairs, 0.3 (clipped) to 20 mm.
    pub length_mm: f64,
    /// 0 straight .. 1 coily.
    pub curl: f64,
    /// Skin colour, sRGB.
    pub skin: [u8; 3],
    /// Hair colour, sRGB.
    pub hair: [u8; 3],
    /// Redness of the skin and its vessels, 0 .. 1 inflamed.
    pub redness: f64,
    /// Strength of the ring of lighter or darker skin around each opening, -1 (dark, peripilar sign) .. 1 (light halo).
    pub halo: f64,
    /// Moles.
    pub moles: usize,
    /// Flakes of skin.
    pub flakes: usize,
    /// Openings without a hair, per cm2.
    pub empty_per_cm2: f64,
    /// Loose clippings lying about.
    pub clippings: usize,
    /// Scalp micropigmentation.
    pub dots: Option<Dots>,
    /// A scar, on which nothing grows.
    pub scar: Option<ScarKind>,
    /// Light.
    pub light: Light,
    /// Bright spots of glare.
    pub glare: usize,
    /// Light lost in the corners, 0..1.
    pub vignette: f64,
    /// Standard deviation of the focus blur, px.
    pub blur_px: f64,
    /// Further blur at the edge that is farthest from the plane of focus, px.
    pub depth_blur_px: f64,
    /// Length of the streak by motion, px.
    pub motion_px: f64,
    /// Shift between red and blue in the corners, px.
    pub fringe_px: f64,
    /// Standard deviation of the sensor's noise, 0..255.
    pub noise: f64,
    /// Whether each px of the sensor sees one colour only, so that noise is coloured and soft.
    pub bayer: bool,
    /// Graphics over the picture.
    pub overlay: Option<Overlay>,
    /// Quality of the JPEG file that holds the picture, 1 to 100; none makes a PNG.
    pub jpeg_quality: Option<u8>,
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
            curl: 0.0,
            skin: [214, 170, 148],
            hair: [38, 30, 28],
            redness: 0.15,
            halo: 0.0,
            moles: 0,
            flakes: 0,
            empty_per_cm2: 0.0,
            clippings: 0,
            dots: None,
            scar: None,
            light: Light::Ring,
            glare: 0,
            vignette: 0.1,
            blur_px: 0.8,
            depth_blur_px: 0.0,
            motion_px: 0.0,
            fringe_px: 0.0,
            noise: 2.0,
            bayer: false,
            overlay: None,
            jpeg_quality: None,
        }
    }
}

/// Skin tones from very light to dark (ITA about 58 to -45 degrees) with hair that occurs with them, sRGB: `(skin, hair)`.
pub const LOOKS: [([u8; 3], [u8; 3]); 12] = [
    ([240, 208, 192], [196, 165, 120]),
    ([226, 188, 168], [150, 112, 74]),
    ([222, 182, 160], [92, 62, 44]),
    ([232, 192, 170], [128, 62, 34]),
    ([214, 170, 148], [38, 30, 28]),
    ([205, 160, 130], [30, 24, 22]),
    ([214, 174, 152], [186, 182, 178]),
    ([180, 132, 104], [28, 22, 20]),
    ([140, 98, 74], [24, 20, 18]),
    ([140, 98, 74], [150, 146, 142]),
    ([98, 66, 50], [18, 15, 14]),
    ([70, 46, 36], [16, 13, 12]),
];

impl CloseupSpec {
    /// Draws everything at random, within what is seen in practice.
    #[must_use]
    pub fn varied(seed: u64) -> Self {
        let mut dice = Pcg64Mcg::seed_from_u64(seed ^ 0x5ca1_9ca9);
        let (skin, hair) = LOOKS[dice.random_range(0..LOOKS.len())];
        let mut chance = |p: f64| dice.random::<f64>() < p;
        let (curly, odd_light, motion, dotted, scarred, overlaid, jpeg) =
            (chance(0.2), chance(0.35), chance(0.15), chance(0.1), chance(0.1), chance(0.25), chance(0.6));
        let (flaky, empty, moles, glare, bayer, far) =
            (chance(0.2), chance(0.25), chance(0.1), chance(0.2), chance(0.5), chance(0.25));
        let some = |yes: bool, dice: &mut Pcg64Mcg, low: f64, high: f64| {
            let v = dice.random_range(low..high);
            if yes { v } else { 0.0 }
        };
        Self {
            px_per_mm: dice.random_range(45.0..180.0),
            units_per_cm2: dice.random_range(20.0..110.0),
            caliber_um: dice.random_range(48.0..80.0),
            vellus_share: dice.random_range(0.0..0.25),
            length_mm: dice.random_range(0.4..1.2),
            curl: some(curly, &mut dice, 0.3, 1.0),
            skin,
            hair,
            redness: dice.random_range(0.0..0.5),
            halo: dice.random_range(-0.4..0.3),
            moles: usize::from(moles),
            flakes: some(flaky, &mut dice, 1.0, 12.0) as usize,
            empty_per_cm2: some(empty, &mut dice, 2.0, 15.0),
            clippings: dice.random_range(0..4),
            dots: dotted.then(|| Dots {
                per_cm2: dice.random_range(60.0..120.0),
                diameter_mm: dice.random_range(0.08..0.16),
                strength: dice.random_range(0.3..0.6),
            }),
            scar: scarred.then(|| [ScarKind::Linear, ScarKind::Dotted, ScarKind::Patch][dice.random_range(0..3usize)]),
            light: if odd_light {
                [Light::Side, Light::CrossPolarised][dice.random_range(0..2usize)]
            } else {
                Light::Ring
            },
            glare: some(glare, &mut dice, 1.0, 6.0) as usize,
            vignette: dice.random_range(0.0..0.35),
            blur_px: dice.random_range(0.5..1.8),
            depth_blur_px: some(far, &mut dice, 0.5, 3.0),
            motion_px: some(motion, &mut dice, 1.0, 4.0),
            fringe_px: dice.random_range(0.0..1.0),
            noise: dice.random_range(1.0..6.0),
            bayer,
            overlay: overlaid.then(|| Overlay {
                banner: dice.random(),
                circle: dice.random(),
                scale_bar_mm: dice.random::<bool>().then_some(1.0),
            }),
            jpeg_quality: jpeg.then(|| dice.random_range(50..97)),
            ..Self::default()
        }
    }
}
