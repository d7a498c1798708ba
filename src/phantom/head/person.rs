//! Who is drawn: sex, tones, hair style, beard; everything that stays the same from view to view.

use super::dice::Dice;
use super::mesh::HeadMesh;
use super::pattern::{Loss, Pattern};
use super::scar::HeadScar;
use super::shape::HeadShape;
use super::style::{Cut, HairStyle};
use super::vec3::{V3, linear};

/// Skin tones from very light to very dark, sRGB; ITA about 60 to -50 degrees.
const SKIN: [(f32, f32, f32); 9] = [
    (248.0, 220.0, 205.0),
    (238.0, 200.0, 178.0),
    (226.0, 180.0, 152.0),
    (205.0, 150.0, 120.0),
    (180.0, 122.0, 90.0),
    (150.0, 96.0, 68.0),
    (115.0, 72.0, 50.0),
    (82.0, 52.0, 38.0),
    (58.0, 38.0, 30.0),
];

/// Hair colours, sRGB: black to light blond, red, then three greys.
const HAIR: [(f32, f32, f32); 12] = [
    (12.0, 10.0, 9.0),
    (22.0, 16.0, 13.0),
    (38.0, 26.0, 19.0),
    (58.0, 38.0, 25.0),
    (84.0, 56.0, 34.0),
    (120.0, 84.0, 50.0),
    (165.0, 125.0, 80.0),
    (196.0, 165.0, 120.0),
    (110.0, 50.0, 25.0),
    (130.0, 128.0, 126.0),
    (190.0, 188.0, 185.0),
    (225.0, 224.0, 222.0),
];

/// How the skin looks, beyond its tone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SkinLook {
    /// Linear RGB of the face.
    pub(crate) tone: V3,
    /// 0 very light .. 8 very dark.
    pub(crate) darkness: f32,
    pub(crate) seed: u32,
    /// Blotches, pores, redness, 0..1 each.
    pub(crate) blotch: f32,
    pub(crate) texture: f32,
    pub(crate) flush: f32,
    /// How much paler (positive) the scalp is than the face.
    pub(crate) scalp_pale: f32,
    pub(crate) sunburn: f32,
    /// Noise level above which age spots show.
    pub(crate) spots: f32,
    pub(crate) wrinkles: f32,
    pub(crate) wrinkle_cm: f32,
    pub(crate) nape_folds: f32,
    pub(crate) roughness: f32,
    pub(crate) shine: f32,
    pub(crate) scalp_shine: f32,
    pub(crate) lips: f32,
    pub(crate) worn: Worn,
}

/// What years and weather do to skin; all 0 for smooth skin.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Worn {
    /// Relief some mm wide, as of coarse pores, and some cm wide, as of veins and fat: slope of the surface.
    pub(crate) pores: f32,
    pub(crate) lumps: f32,
    /// Depth of the creases across the forehead, 0..1.3, and cm between them.
    pub(crate) furrows: f32,
    pub(crate) furrow_cm: f32,
    /// Freckles and uneven colour, 0..1.
    pub(crate) mottle: f32,
}

/// Facial hair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beard {
    None,
    Stubble,
    Short,
    Full,
    Moustache,
    Goatee,
}

/// One person, complete.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) female: bool,
    pub(crate) shape: HeadShape,
    pub(crate) pattern: Pattern,
    pub(crate) skin: SkinLook,
    /// Linear RGB.
    pub(crate) hair: V3,
    pub(crate) grey_color: V3,
    /// Share of grey hairs.
    pub(crate) grey: f32,
    pub(crate) style: HairStyle,
    pub(crate) beard: Beard,
    pub(crate) beard_seed: u32,
    pub(crate) beard_line: f32,
    /// Strength of the stubble layer, 0 (clean shaven, nothing shows) .. about 1.
    pub(crate) stubble: f32,
    pub(crate) stubble_frequency: f32,
    pub(crate) hair_seed: u64,
    /// Scalp micropigmentation, 0 none .. 1 as dark as a shaven full head.
    pub(crate) pigment: f32,
}

impl Person {
    /// Draws a person; `mesh` gives the neutral head.
    pub(crate) fn draw(mesh: &HeadMesh, seed: u64) -> Self {
        let dice = &mut Dice::new(seed, 1);
        let female = dice.chance(0.4);
        let loss = if female {
            dice.weighted(&[
                (Loss::Full, 0.72),
                (Loss::Parting, 0.12),
                (Loss::Diffuse, 0.08),
                (Loss::Patches, 0.05),
                (Loss::Bald, 0.01),
                (Loss::Mature, 0.02),
            ])
        } else {
            dice.weighted(&[
                (Loss::Full, 0.16),
                (Loss::Mature, 0.1),
                (Loss::Temples, 0.12),
                (Loss::Crown, 0.08),
                (Loss::Vertex, 0.12),
                (Loss::Horseshoe, 0.19),
                (Loss::LowHorseshoe, 0.12),
                (Loss::Bald, 0.03),
                (Loss::Diffuse, 0.05),
                (Loss::Front, 0.02),
                (Loss::Patches, 0.02),
            ])
        };
        let shape = HeadShape::draw(mesh, &mut Dice::new(seed, 2), female);
        let style = HairStyle::draw(&mut Dice::new(seed, 3), female, loss);
        let pattern = Pattern::draw(&mut Dice::new(seed, 4), loss, female, style.part_x);
        let skin = draw_skin(&mut Dice::new(seed, 5), female);
        let index = if skin.darkness > 4.5 { dice.below(4) } else { dice.below(9) };
        let index = if dice.chance(if female { 0.07 } else { 0.12 }) { 9 + dice.below(3) } else { index };
        let mut hair = tinted(dice, HAIR[index], 0.12);
        if dice.chance(if female { 0.07 } else { 0.02 }) {
            let c = [
                (150.0, 20.0, 30.0),
                (40.0, 60.0, 150.0),
                (190.0, 80.0, 140.0),
                (90.0, 30.0, 110.0),
                (40.0, 120.0, 110.0),
                (225.0, 205.0, 165.0),
            ];
            let dyed = c[dice.below(6)];
            hair = tinted(dice, dyed, 0.2);
        }
        let grey = [0.0, 0.0, 0.0, dice.range(0.0, 0.2), dice.range(0.1, 0.5)][dice.below(5)];
        let grey_index = 9 + dice.below(3);
        let grey_color = tinted(dice, HAIR[grey_index], 0.05);
        let beard = if female {
            Beard::None
        } else {
            dice.weighted(&[
                (Beard::None, 0.4),
                (Beard::Stubble, 0.27),
                (Beard::Short, 0.14),
                (Beard::Full, 0.1),
                (Beard::Moustache, 0.04),
                (Beard::Goatee, 0.05),
            ])
        };
        let (mut pattern, mut pigment) = (pattern, 0.0);
        // A stream of its own, so that a scar leaves the rest of the person as it is.
        let marks = &mut Dice::new(seed, 6);
        if marks.chance(0.06) {
            pattern.scar = Some(HeadScar::draw(marks));
        }
        if style.cut == Cut::Shaven && loss != Loss::Full && marks.chance(0.2) {
            pigment = marks.range(0.5, 1.0);
        }
        Self {
            female,
            shape,
            pattern,
            skin,
            hair,
            grey_color,
            grey,
            style,
            beard,
            beard_seed: dice.seed(),
            beard_line: dice.range(-0.5, 0.6),
            stubble: if dice.chance(0.2) { 0.0 } else { dice.range(0.3, 1.1) },
            stubble_frequency: dice.range(3.0, 9.0),
            hair_seed: u64::from(dice.seed()),
            pigment,
        }
    }

    /// Colour of the stubble layer: hair seen through skin, a little greyed.
    pub(crate) fn stubble_color(&self) -> V3 {
        let c = if self.grey < 0.5 { self.hair * 1.05 + self.skin.tone * 0.03 } else { self.grey_color * 0.8 };
        c * 0.6 + V3::splat(c.mean() * 0.4)
    }
}

fn tinted(dice: &mut Dice, c: (f32, f32, f32), sd: f32) -> V3 {
    let k = dice.normal(1.0, sd);
    linear(c.0 * k, c.1 * k, c.2 * k)
}

fn draw_skin(dice: &mut Dice, female: bool) -> SkinLook {
    let darkness = dice.unit().powf(1.15) * 8.0;
    let i = (darkness as usize).min(7);
    let t = darkness - i as f32;
    let (a, b) = (SKIN[i], SKIN[i + 1]);
    let k = dice.normal(1.0, 0.05);
    let mut channel = |a: f32, b: f32| (a + (b - a) * t) * dice.normal(1.0, 0.03) * k;
    let tone = linear(channel(a.0, b.0), channel(a.1, b.1), channel(a.2, b.2));
    SkinLook {
        tone,
        darkness,
        seed: dice.seed(),
        blotch: dice.unit(),
        texture: dice.unit() * if female { 0.7 } else { 1.0 },
        flush: dice.unit(),
        scalp_pale: dice.normal(0.03, 0.08),
        sunburn: dice.normal(0.0, 0.45).max(0.0),
        spots: dice.range(1.2, 3.5),
        wrinkles: dice.normal(0.06, 0.15).max(0.0),
        wrinkle_cm: dice.range(0.8, 2.0),
        nape_folds: dice.normal(0.0, 0.2).max(0.0),
        roughness: dice.range(0.22, 0.6),
        shine: dice.normal(-0.5, 0.8).exp(),
        scalp_shine: dice.normal(0.3, 0.6).max(0.0),
        lips: if female { dice.range(0.4, 1.6) } else { dice.range(0.1, 0.8) },
        worn: Worn::default(),
    }
}

impl SkinLook {
    /// Makes the skin of six in ten people rough, furrowed or freckled. For training alone: without it, bald foreheads in hard light
    /// were called hair, while the phantoms whose truth is asked for stay the same from version to version.
    pub(crate) fn weather(&mut self, dice: &mut Dice) {
        if !dice.chance(0.6) {
            return;
        }
        // Squared: a little is common, much is rare.
        let mut some = |chance: f32, most: f32| if dice.chance(chance) { dice.unit().powi(2) * most } else { 0.0 };
        self.worn = Worn {
            pores: some(0.75, 0.4),
            lumps: some(0.6, 0.4),
            furrows: some(0.5, 1.3),
            mottle: some(0.7, 0.9),
            furrow_cm: dice.range(0.8, 1.8),
        };
    }
}

/// Where a beard grows, 0..1, at a canonical position.
pub(crate) fn beard_density(person: &Person, p: V3) -> f32 {
    use super::noise::fbm;
    use super::vec3::{interpolate, logistic};
    if person.beard == Beard::None || p.z < -0.8 || p.y > 2.0 || p.y < -11.0 {
        return 0.0;
    }
    let x = p.x.abs();
    let line = person.beard_line;
    let top =
        interpolate(x, &[(0.0, -2.2), (1.5, -2.2), (3.2, -2.6), (5.0, -2.6 + line), (6.5, -1.0 + line), (7.6, 1.0)]);
    let mut d = logistic((top - p.y) / 0.25);
    if p.z > 7.0 {
        let lip = (p.x / 2.7).powi(2) + ((p.y + 3.7) / 0.85).powi(2);
        d *= 1.0 - logistic((1.0 - lip) / 0.15);
    }
    d *= logistic((p.y + 9.3) / 0.4);
    match person.beard {
        Beard::Moustache => d *= logistic((p.y + 3.9) / 0.2) * logistic((3.4 - x) / 0.2),
        Beard::Goatee => d *= logistic((3.3 - x) / 0.25),
        _ => {}
    }
    d * logistic(fbm(p, 0.5, person.beard_seed, 2) * 2.5 + 1.2)
}
