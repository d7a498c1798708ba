//! What each px looks like: colour with the light divided out, texture, and how much that resembles skin or hair.

use crate::plane::Plane;
use crate::plane::filter::quantile;

/// Number of values per px: lightness, two normalised chromas, fine and middle texture.
pub const FEATURES: usize = 5;

/// Appearance of a small copy of the photo.
pub struct Appearance {
    /// Values per px, each scaled so that it varies by about 1 within one tissue.
    pub features: Plane<[f32; FEATURES]>,
    /// CIE L* a* b* (D65) divided by 25, blurred by a px: colour for distances between neighbours.
    pub colour: Plane<[f32; 3]>,
    /// Log of how well background, skin and hair explain a px before anything of this photo is learnt.
    pub evidence: Plane<[f32; 3]>,
}

/// CIE 1976 L* a* b* of an sRGB px under D65 (CIE 15:2004; sRGB by IEC 61966-2-1).
#[must_use]
pub fn lab(rgb: [u8; 3]) -> [f32; 3] {
    let linear = rgb.map(|v| {
        let c = f32::from(v) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    });
    let f = |r: f32, g: f32, b: f32, white: f32| {
        let t = (r * linear[0] + g * linear[1] + b * linear[2]) / white;
        if t > 0.008_856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 }
    };
    let x = f(0.4124, 0.3576, 0.1805, 0.9505);
    let y = f(0.2126, 0.7152, 0.0722, 1.0);
    let z = f(0.0193, 0.1192, 0.9505, 1.089);
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// 0..1, how much a colour is skin's.
///
/// Skin of all tones lies near one hue: the means of 8 dermatological and cosmetic groups have hue angles of 43 to 66 degrees
/// at L* 34 to 68 (K. Xiao et al., *Characterising the variations in ethnic skin colours*, Skin Res. Technol. 23:21, 2017,
/// doi:10.1111/srt.12295). Flash-reddened and tungsten-lit skin lies outside, so the band here is twice as broad. Less light
/// shrinks L* and chroma together, so chroma counts relative to L*.
#[must_use]
pub fn skin_likeness([l, a, b]: [f32; 3]) -> f32 {
    let hue = b.atan2(a).to_degrees();
    let relative = a.hypot(b) / (l + 10.0);
    (-0.5 * ((hue - 50.0) / 25.0).powi(2)).exp() * logistic((relative - 0.14) / 0.04)
}

/// The logistic function.
#[must_use]
pub fn logistic(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// Reads a small copy. `core` is true where the head is expected.
#[must_use]
pub fn read(small: &Plane<[u8; 3]>, core: impl Fn(usize, usize) -> bool) -> Appearance {
    let (w, h) = (small.width(), small.height());
    let lab = small.map(lab);
    let lightness = lab.map(|c| c[0]);
    let square_root_of_mean =
        |plane: &Plane<f32>, sigma: f32| plane.map(|v| v * v).gaussian(sigma).map(|v| v.max(0.0).sqrt());
    let difference = |a: &Plane<f32>, b: &Plane<f32>| Plane::from_fn(w, h, |x, y| a.get(x, y) - b.get(x, y));
    let soft = lightness.gaussian(1.0);
    let fine = square_root_of_mean(&difference(&lightness, &lightness.gaussian(1.2)), 2.0);
    let middle = square_root_of_mean(&difference(&soft, &lightness.gaussian(3.0)), 3.5);

    let features = Plane::from_fn(w, h, |x, y| {
        let [l, a, b] = lab.get(x, y);
        // Less light shrinks chroma about as it shrinks L*; texture counts relative to the light (Weber).
        let light = 60.0 / (l + 20.0);
        let texture = |v: f32| (0.3 + 50.0 * v / (l + 15.0)).ln();
        [l / 12.0, a * light / 5.0, b * light / 7.0, texture(fine.get(x, y)) / 0.35, texture(middle.get(x, y)) / 0.4]
    });

    let skin = lab.map(skin_likeness);
    // Lit skin of this photo: the brighter part of what is skin-like where the head is expected.
    let inside: Vec<(f32, f32)> =
        (0..w * h).filter(|i| core(i % w, i / w)).map(|i| (soft.as_slice()[i], skin.as_slice()[i])).collect();
    let mut likely: Vec<f32> = inside.iter().filter(|v| v.1 > 0.4).map(|v| v.0).collect();
    let lit = if likely.len() * 33 > inside.len() {
        quantile(&mut likely, 0.7)
    } else {
        quantile(&mut inside.iter().map(|v| v.0).collect::<Vec<_>>(), 0.9)
    };
    let evidence = Plane::from_fn(w, h, |x, y| {
        let likeness = skin.get(x, y);
        let dark = logistic((0.58 - (soft.get(x, y) + 6.0) / (lit + 6.0)) / 0.10);
        let contrast = fine.get(x, y) / (soft.get(x, y) + 12.0);
        let textured = logistic(((contrast + 1e-4).ln() - 0.035f32.ln()) / 0.35);
        // Hair is darker than lit skin, stranded, or not skin-coloured (grey, white); any two outvote the third.
        let odds = 2.2 * (dark - 0.45) + 2.0 * (textured - 0.5) + 2.2 * (0.55 - likeness);
        let hair = logistic(1.3 * odds);
        [0.45, (1.0 - hair) * (0.25 + 0.75 * likeness), hair].map(|v: f32| (v + 0.03).ln())
    });
    let channel = |c: usize| lab.map(move |v| v[c] / 25.0).gaussian(1.0);
    let (l, a, b) = (channel(0), channel(1), channel(2));
    let colour = Plane::from_fn(w, h, |x, y| [l.get(x, y), a.get(x, y), b.get(x, y)]);
    Appearance { features, colour, evidence }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lab_of_known_colours() {
        // D65 white, mid grey, pure red: published values of the sRGB primaries.
        for (rgb, expected) in
            [([255; 3], [100.0, 0.0, 0.0]), ([119; 3], [50.0, 0.0, 0.0]), ([255, 0, 0], [53.2, 80.1, 67.2])]
        {
            for (found, wanted) in lab(rgb).iter().zip(expected) {
                assert!((found - wanted).abs() < 0.4, "{rgb:?}: {found} against {wanted}");
            }
        }
    }

    #[test]
    fn skin_of_all_tones_is_skin_and_walls_are_not() {
        // Swatches 4 to 8 of the Monk skin tone scale; its palest are beige walls to any rule on one px's colour.
        for skin in [[234, 218, 186], [215, 189, 150], [160, 126, 86], [130, 92, 67], [96, 65, 52]] {
            let found = skin_likeness(lab(skin));
            assert!(found > 0.15, "{skin:?}: {found}");
        }
        for other in [[128, 128, 128], [60, 90, 160], [70, 140, 70], [10, 10, 10]] {
            assert!(skin_likeness(lab(other)) < 0.1, "{other:?}");
        }
    }
}
