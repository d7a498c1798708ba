//! The colour of the pigment: what turns this client's skin into the colour of this client's hair.

use super::ground::Ground;
use crate::photo::Photo;
use crate::plan::Profile;
use crate::plane::Plane;
use crate::segmentation::{Segmentation, working};

/// Linear light, 0..1.
pub type Linear = [f32; 3];

/// Pigment in the upper dermis is seen through the skin above it: even black pigment sends back this share of the skin's light [D].
const DARKEST: f32 = 0.10;
/// Pigment that hardly differs from the skin would not be used: it takes away at least this much [D].
const LIGHTEST: f32 = 0.70;
/// Least share of the map that must be hair before its colour is read.
const LEAST_HAIR: f64 = 0.003;
/// Radius over which the skin around a px tells its light, mm.
const LIGHT_MM: f32 = 4.0;

/// Pigment and the skin it is set in.
pub struct Pigment {
    /// Optical density of the undiluted pigment by channel: skin becomes skin times exp(-density) (Beer and Lambert).
    pub density: Linear,
    /// Share of each px's light that skin, not hair, sends back, 0..1, from the photo's own light and dark: its lower end.
    pub hair_to_skin: f32,
    /// The skin's colour, linear.
    pub tone: Linear,
    /// Brightness of the skin around, linear, at the resolution of the ground.
    pub skin: Plane<f32>,
    /// Share hidden, for heads whose hair is not darker than the skin.
    pub hidden: Plane<f32>,
    /// Area of the ground's px in px of the photo, across and down.
    pub step: (f32, f32),
    /// Where the colour could not be measured, what was taken.
    pub note: Option<String>,
}

/// sRGB (IEC 61966-2-1) to linear light.
pub fn linear(v: u8) -> f32 {
    let v = f32::from(v) / 255.0;
    if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
}

/// Luminance by Rec. 709, whose primaries sRGB has.
pub fn luminance([r, g, b]: Linear) -> f32 {
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// sRGB of a hair colour that a profile names; middles of what goes by that name, for drawing only.
fn named(colour: &str) -> Option<[u8; 3]> {
    Some(match colour {
        "black" => [34, 30, 29],
        "brown" => [68, 50, 40],
        "blond" => [150, 122, 86],
        "red" => [122, 66, 42],
        "grey" => [120, 118, 116],
        "white" => [165, 162, 158],
        _ => return None,
    })
}

/// The median by luminance.
fn median(mut colours: Vec<Linear>, quantile: f64) -> Option<Linear> {
    let at = (colours.len().checked_sub(1)? as f64 * quantile) as usize;
    Some(*colours.select_nth_unstable_by(at, |a, b| luminance(*a).total_cmp(&luminance(*b))).1)
}

impl Pigment {
    /// Reads skin and hair off the photo; a hair colour in the profile counts more.
    pub fn new(photo: &Photo, segmentation: &Segmentation, ground: &Ground, profile: &Profile, px_per_mm: f32) -> Self {
        let p = &segmentation.probability;
        let (w, h) = (p.width(), p.height());
        let small = working::resized(&photo.rgb, w, h).map(|c| c.map(linear));
        let hidden = &segmentation.hidden;
        let all = || (0..w * h).map(|i| (small.as_slice()[i], p.as_slice()[i], hidden.as_slice()[i], i));
        let pick = |keep: &dyn Fn([f32; 4], f32, usize) -> bool| -> Vec<Linear> {
            all().filter(|&(_, p, hidden, i)| keep(p, hidden, i)).map(|c| c.0).collect()
        };
        let planned = |i: usize| ground.region.as_slice()[i] > 0;
        let skin = median(pick(&|_, hidden, i| planned(i) && hidden < 0.3), 0.5)
            .or_else(|| median(pick(&|p, _, _| p[1] + p[3] > 0.8), 0.5))
            .unwrap_or([0.5, 0.35, 0.28]);
        let strands = pick(&|p, hidden, _| p[2] > 0.9 && hidden > 0.8);
        let enough = strands.len() as f64 > LEAST_HAIR * (w * h) as f64;
        // The darker half of the hair: what shines is light, not pigment.
        let measured = enough.then(|| median(strands, 0.3)).flatten();
        let told = profile.hair_colour.as_deref().and_then(named).map(|c| c.map(linear));
        let note = (measured.is_none() && told.is_none()).then(|| {
            "The hair's colour was not seen; a very dark brown was taken. A profile can tell it (hair_colour).".into()
        });
        let hair = told.or(measured).unwrap_or_else(|| [44, 36, 33].map(linear));
        let density = std::array::from_fn(|k| -(hair[k] / skin[k].max(0.01)).clamp(DARKEST, LIGHTEST).ln());
        // What lies in front is the photo's own hair, whatever colour the pigment is to have.
        let in_front = measured.unwrap_or(hair);
        let hair_to_skin = luminance(in_front) / luminance(skin).max(0.01);
        let weight = Plane::from_fn(w, h, |x, y| {
            let p = p.get(x, y);
            (p[1] + p[3]) * (1.0 - hidden.get(x, y).clamp(0.0, 1.0)).powi(2) + 1e-4
        });
        let sigma = (LIGHT_MM * px_per_mm / ground.step.0).clamp(1.0, 40.0);
        let light = Plane::from_fn(w, h, |x, y| luminance(small.get(x, y)) * weight.get(x, y)).gaussian(sigma);
        let around = weight.gaussian(sigma);
        let whole = luminance(skin);
        let tone = skin;
        let skin = Plane::from_fn(w, h, |x, y| {
            // Far from any skin the whole head's stands in.
            let known = around.get(x, y);
            (light.get(x, y) + 0.02 * whole) / (known + 0.02)
        });
        Self { density, hair_to_skin, tone, skin, hidden: hidden.clone(), step: ground.step, note }
    }
}
