//! From samples to pixels: colour with alpha, and the truth of each pixel.

use super::dice::Dice;
use super::hair::HAIRS_PER_CM2;
use super::mesh::Material;
use super::person::Person;
use super::render::{Pixel, Sample};
use super::strand::Kind;
use super::style::Cut;
use super::vec3::V3;
use crate::plane::Plane;

/// Labels of the training plane; the first four are [`crate::segmentation::Tissue`]'s.
pub mod label {
    /// Room, clothes, hats.
    pub const BACKGROUND: u8 = 0;
    /// Face, ears, neck.
    pub const SKIN: u8 = 1;
    /// Hair that hides the scalp.
    pub const HAIR: u8 = 2;
    /// Bare scalp.
    pub const SCALP: u8 = 3;
    /// Thin hair: hair or scalp, a matter of judgement.
    pub const THIN: u8 = 4;
    /// Brows and beard.
    pub const FACIAL: u8 = 5;
    /// Not scored.
    pub const IGNORE: u8 = 255;
}

/// One drawn head before a background is laid under it, all planes of the same size.
#[derive(Debug, Clone)]
pub struct Picture {
    /// sRGB, not multiplied by alpha.
    pub rgb: Plane<[u8; 3]>,
    /// Share of the pixel that the person and clothes cover, 0..255.
    pub alpha: Plane<u8>,
    /// One of [`label`].
    pub label: Plane<u8>,
    /// Share of the pixel hidden by scalp hair (strands and unresolved stubble), 0..255.
    pub coverage: Plane<u8>,
    /// Canonical azimuth of the head: 128 the face, 192 the head's left, 64 its right, 0 the back; 0 off the head.
    pub azimuth: Plane<u8>,
    /// Canonical height, `(y_cm + 10) * 10`: 245 at the crown, about 10 at the chin; 0 off the head.
    pub height: Plane<u8>,
    /// Signed distance to the original hairline, `128 + 16 * cm`, above 128 on the scalp; 0 off the head.
    pub inside: Plane<u8>,
    /// Hairs on each cm2 of the skin that the px shows, hidden by longer hair or not; 0 off the head.
    pub hairs_per_cm2: Plane<u8>,
    /// mm per px at the surface; 0 where nothing is drawn.
    pub mm_per_px: Plane<f32>,
    /// Share of the px that is scar, hair over it or not, 0..255.
    pub scar: Plane<u8>,
    /// Skin that the px shows, mm2 along the curved surface, as if no hair lay over it; 0 off the head.
    pub skin_mm2: Plane<f32>,
}

/// Micropigmentation stronger than this (1 is as dark as a shaven full head) passes for stubble, as it is meant to: whether a treated
/// scalp is called hair or scalp, covered or bald, is a matter of judgement.
pub const PASSES_FOR_STUBBLE: f32 = 0.3;

/// Develops and labels what was drawn. `focal` is the picture's focal length in px.
pub(crate) fn resolve(
    pixels: &[Pixel],
    width: usize,
    height: usize,
    focal: f32,
    person: &Person,
    dice: &mut Dice,
) -> Picture {
    let n = width * height;
    let hair: Vec<f32> = pixels.iter().map(|p| p.hair).collect();
    let facial: Vec<f32> = pixels.iter().map(|p| p.facial).collect();
    let blur_px = width.min(height) as f32 / 210.0;
    let smooth = blurred(&hair, width, height, blur_px);
    let smooth_facial = blurred(&facial, width, height, blur_px);
    let contrast = stubble_contrast(person);
    // Where hair is long it hides thin roots: there the picture decides, not the density.
    let cropped = matches!(person.style.cut, Cut::Shaven | Cut::Buzz | Cut::Short);
    let mut labels = vec![0u8; n];
    let (mut coverage, mut azimuth, mut heights, mut inside) = (vec![0u8; n], vec![0u8; n], vec![0u8; n], vec![0u8; n]);
    let (mut scars, mut hairs_per_cm2) = (vec![0u8; n], vec![0u8; n]);
    let (mut scale, mut skin_mm2) = (vec![0f32; n], vec![0f32; n]);
    let byte = |v: f32| (v + 0.5) as u8;
    for (k, px) in pixels.iter().enumerate() {
        let s = &px.first;
        labels[k] = label_of(s, smooth[k], smooth_facial[k], contrast, cropped);
        if labels[k] == label::SCALP && person.pigment > PASSES_FOR_STUBBLE {
            labels[k] = label::THIN;
        }
        if px.glasses > 0.2 {
            labels[k] = label::IGNORE;
        }
        let grown = s.surface.and_then(|f| f.skin);
        scars[k] = byte(255.0 * grown.map_or(0.0, |p| p.scar));
        let stubble = grown.map_or(0.0, |p| p.stubble);
        hairs_per_cm2[k] = byte(HAIRS_PER_CM2 * grown.map_or(0.0, |p| p.density));
        coverage[k] = byte(255.0 * (1.0 - (1.0 - px.hair) * (1.0 - stubble)));
        if s.drawn {
            scale[k] = s.depth / focal * 10.0;
        }
        let on_head = match (s.surface, s.strand) {
            (Some(f), _) if !f.cloth && !matches!(f.material, Material::Torso | Material::Hand | Material::Prop) => {
                Some(f.canonical)
            }
            (_, Some((Kind::Hair | Kind::Facial, root))) => Some(root),
            _ => None,
        };
        if let (Some(surface), Some(_)) = (s.surface, on_head) {
            // Seen flatter than about 84 degrees, a px shows more than it can tell.
            skin_mm2[k] = scale[k] * scale[k] / surface.cosine.max(0.1);
        }
        if let Some(c) = on_head {
            azimuth[k] = ((c.x.atan2(c.z) / std::f32::consts::TAU + 0.5) * 256.0).rem_euclid(256.0) as u8;
            heights[k] = byte((c.y + 10.0) * 10.0).max(1);
            let cm = grown.map_or_else(|| person.pattern.inside(c), |p| p.inside);
            inside[k] = byte(128.0 + 16.0 * cm).max(1);
        }
    }
    Picture {
        rgb: Plane::from_vec(width, height, developed(pixels, dice)),
        alpha: Plane::from_vec(width, height, pixels.iter().map(|p| byte(p.alpha * 255.0)).collect()),
        label: Plane::from_vec(width, height, labels),
        coverage: Plane::from_vec(width, height, coverage),
        azimuth: Plane::from_vec(width, height, azimuth),
        height: Plane::from_vec(width, height, heights),
        inside: Plane::from_vec(width, height, inside),
        hairs_per_cm2: Plane::from_vec(width, height, hairs_per_cm2),
        mm_per_px: Plane::from_vec(width, height, scale),
        scar: Plane::from_vec(width, height, scars),
        skin_mm2: Plane::from_vec(width, height, skin_mm2),
    }
}

fn label_of(s: &Sample, hair: f32, facial: f32, contrast: Option<f32>, cropped: bool) -> u8 {
    if !s.drawn || s.surface.is_none() {
        // Hair beyond the outline: locks are hair, flyaway strands are not scored.
        return match hair {
            h if h > 0.45 => label::HAIR,
            h if h > 0.2 => label::THIN,
            _ => label::BACKGROUND,
        };
    }
    let Some(surface) = s.surface else { return label::BACKGROUND };
    let loose = |below: u8| match hair {
        h if h > 0.5 => label::HAIR,
        h if h > 0.25 => label::THIN,
        _ => below,
    };
    let Some(skin) = surface.skin else {
        let skinlike = !surface.cloth && surface.material != Material::Prop;
        return loose(if skinlike { label::SKIN } else { label::BACKGROUND });
    };
    if skin.inside > 0.0 && !super::mesh::on_ear(surface.canonical) {
        if hair > 0.6 {
            return label::HAIR;
        }
        // Shaven hair that can hardly be told from skin is no hair to a labeller.
        return match contrast {
            Some(c) if c < 0.04 => label::SCALP,
            Some(c) if c < 0.09 && skin.density > 0.15 => label::THIN,
            _ if skin.density > 0.48 && (cropped || hair > 0.3) => label::HAIR,
            _ if (skin.density < 0.16 || !cropped) && hair < 0.18 => label::SCALP,
            _ => label::THIN,
        };
    }
    if facial > 0.25 || skin.beard > 0.4 {
        return if hair > 0.5 { label::HAIR } else { label::FACIAL };
    }
    loose(label::SKIN)
}

/// How much darker or lighter a shaven head's stubble makes it, 0..1 in sRGB; none where hair is longer.
fn stubble_contrast(person: &Person) -> Option<f32> {
    if person.style.cut != Cut::Shaven {
        return None;
    }
    let display = |c: V3| [c.x, c.y, c.z].iter().map(|v| v.clamp(0.0, 1.0).powf(1.0 / 2.2)).sum::<f32>() / 3.0;
    let bare = display(person.skin.tone);
    let shaded = display(person.skin.tone.mix(person.stubble_color(), 0.48 * person.stubble));
    Some((bare - shaded).abs() / bare.max(0.05))
}

/// Exposure, a soft shoulder and the display's gamma.
fn developed(pixels: &[Pixel], dice: &mut Dice) -> Vec<[u8; 3]> {
    let mut peaks: Vec<f32> = pixels.iter().filter(|p| p.alpha > 0.9).map(|p| p.light.max_component()).collect();
    let at = (dice.range(0.85, 0.99) * peaks.len() as f32) as usize;
    let reference = match peaks.len() {
        0 => 1.0,
        n => *peaks.select_nth_unstable_by(at.min(n - 1), f32::total_cmp).1,
    };
    let exposure = dice.range(0.5, 1.15) / reference.max(1e-3);
    let shoulder = dice.chance(0.6);
    let tone = |v: f32| {
        let v = if shoulder { v * (1.0 + v / 6.0) / (1.0 + v * 0.55) * 1.35 } else { v };
        (v.clamp(0.0, 1.0).powf(1.0 / 2.2) * 255.0 + 0.5) as u8
    };
    pixels
        .iter()
        .map(|p| {
            let c = p.light * (exposure / p.alpha.max(1e-3));
            [tone(c.x), tone(c.y), tone(c.z)]
        })
        .collect()
}

/// Two box blurs, near enough to a Gaussian of this deviation; beyond the border the border goes on.
pub(crate) fn blurred(values: &[f32], width: usize, height: usize, sigma: f32) -> Vec<f32> {
    let radius = (sigma.round() as usize).max(1);
    let share = 1.0 / (2 * radius + 1) as f32;
    let mut out = values.to_vec();
    let mut from = Vec::new();
    for _ in 0..2 {
        for row in out.chunks_exact_mut(width) {
            from.clear();
            from.extend_from_slice(row);
            let mut sum: f32 = (0..=radius).map(|k| from[k.min(width - 1)]).sum::<f32>() + from[0] * radius as f32;
            for (x, v) in row.iter_mut().enumerate() {
                *v = sum * share;
                sum += from[(x + radius + 1).min(width - 1)] - from[x.saturating_sub(radius)];
            }
        }
        // Whole rows at a time: a column's values lie far apart in memory.
        from.clear();
        from.extend_from_slice(&out);
        let row = |y: usize| &from[y * width..(y + 1) * width];
        let mut sums: Vec<f32> = row(0).iter().map(|v| v * radius as f32).collect();
        for y in 0..=radius {
            sums.iter_mut().zip(row(y.min(height - 1))).for_each(|(s, v)| *s += v);
        }
        for y in 0..height {
            let (enters, leaves) = (row((y + radius + 1).min(height - 1)), row(y.saturating_sub(radius)));
            for (x, sum) in sums.iter_mut().enumerate() {
                out[y * width + x] = *sum * share;
                *sum += enters[x] - leaves[x];
            }
        }
    }
    out
}
