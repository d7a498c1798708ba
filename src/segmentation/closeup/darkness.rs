//! How much darker (or, for light hair on dark skin, lighter) each pixel is than the skin around it.

use crate::plane::Plane;
use crate::segmentation::closeup::blur::box_mean;
use crate::segmentation::closeup::resample::enlarged;

/// Contrast of a work image against its background.
#[derive(Debug, Clone)]
pub struct Contrast {
    /// Share of the background's light that is missing (dark hair) or added (light hair), about -1..1; 0 on bare skin.
    pub plane: Plane<f32>,
    /// Contrast of the typical hair in this photo, 0..1: what `plane` reads in the middle of a shaft.
    pub hair: f32,
    /// Standard deviation of `plane` on skin without hair.
    pub noise: f32,
    /// Hair lighter than the skin.
    pub light_hair: bool,
    /// 1 - `plane` to this power is the share of linear light that is left, in which a blur adds up; 1 for light hair, of which
    /// `plane` says too little to tell.
    pub to_linear: f32,
}

/// One channel in which hair stands out and its shadow does not: the mean of luma and of the brightest channel.
///
/// A hair below the skin and its shadow look blue (they keep the blue light), a hair above it is dark in all channels, so the
/// brightest channel drops only in hair; luma keeps brown and red hair in view, whose red channel stays bright.
#[must_use]
pub fn channel(rgb: &Plane<[f32; 3]>) -> Plane<f32> {
    rgb.map(|[r, g, b]| 0.5 * (0.299 * r + 0.587 * g + 0.114 * b) + 0.5 * r.max(g).max(b))
}

/// How grey each px is, 0..255: its least colour by its largest.
///
/// Grey and white hair has lost its pigment and reflects all colours alike, while blood and melanin make skin red. Light, shadow
/// and relief change all three together and leave this as it is, so hair shows even where it is as bright as the skin.
#[must_use]
pub fn greyness(rgb: &Plane<[f32; 3]>) -> Plane<f32> {
    // Below 16 of 255 a ratio is noise.
    rgb.map(|[r, g, b]| 255.0 * r.min(g).min(b) / r.max(g).max(b).max(16.0))
}

/// Fills pixels outside the field from their neighbours inside, ring by ring, so that a thin line drawn over a hair closes.
pub fn inpaint(plane: &mut Plane<f32>, field: &Plane<bool>) {
    let (w, h) = (plane.width() as i64, plane.height() as i64);
    let mut known = field.clone();
    let mut open: Vec<(i64, i64)> =
        (0..h).flat_map(|y| (0..w).map(move |x| (x, y))).filter(|&(x, y)| !field.get(x as usize, y as usize)).collect();
    if open.len() as i64 == w * h {
        return;
    }
    while !open.is_empty() {
        let mut found = Vec::new();
        open.retain(|&(x, y)| {
            let (mut sum, mut n) = (0.0f32, 0.0f32);
            for (dx, dy) in [(-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, -1), (-1, 1), (1, 1)] {
                let (u, v) = (x + dx, y + dy);
                if u >= 0 && v >= 0 && u < w && v < h && known.get(u as usize, v as usize) {
                    sum += plane.get(u as usize, v as usize);
                    n += 1.0;
                }
            }
            if n > 0.0 {
                found.push((x, y, sum / n));
            }
            n == 0.0
        });
        for &(x, y, v) in &found {
            plane.set(x as usize, y as usize, v);
            known.set(x as usize, y as usize, true);
        }
    }
}

/// The share `q` (0..1) quantile of some values; 0 of none.
#[must_use]
pub fn quantile(values: &mut [f32], q: f32) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let k = ((values.len() - 1) as f32 * q).round() as usize;
    *values.select_nth_unstable_by(k, f32::total_cmp).1
}

/// The skin's brightness under and around the hair: a high quantile of blocks about two shafts wide, then a quantile of their
/// neighbourhoods so that blocks full of hair are passed over, then a smooth surface, one value for each block; and the side of a
/// block. `sign` is -1 for light hair.
fn background(plane: &Plane<f32>, field: &Plane<bool>, width: f32, sign: f32) -> (Plane<f32>, usize) {
    let block = (2.0 * width).round().max(4.0) as usize;
    let (columns, rows) = (plane.width().div_ceil(block), plane.height().div_ceil(block));
    let cells = Plane::from_fn(columns, rows, |bx, by| {
        let mut values = Vec::with_capacity(block * block / 2);
        for y in (by * block..((by + 1) * block).min(plane.height())).step_by(2) {
            for x in bx * block..((bx + 1) * block).min(plane.width()) {
                if field.get(x, y) {
                    values.push(sign * plane.get(x, y));
                }
            }
        }
        if values.len() < block { f32::NAN } else { quantile(&mut values, 0.7) }
    });
    let reach = 2i64;
    let smooth = Plane::from_fn(columns, rows, |bx, by| {
        let mut values: Vec<f32> = Vec::with_capacity(25);
        let mut grow = reach;
        while values.is_empty() && grow < 64 {
            for dy in -grow..=grow {
                for dx in -grow..=grow {
                    let (x, y) = (bx as i64 + dx, by as i64 + dy);
                    if x >= 0 && y >= 0 && x < columns as i64 && y < rows as i64 {
                        let v = cells.get(x as usize, y as usize);
                        if !v.is_nan() {
                            values.push(v);
                        }
                    }
                }
            }
            grow *= 2;
        }
        quantile(&mut values, 0.65)
    });
    (box_mean(&smooth, 1).map(|v| sign * v), block)
}

/// Otsu's threshold (Otsu 1979, doi:10.1109/TSMC.1979.4310076) over 0..1 in 256 steps, and the means below and above it.
fn otsu(values: impl Iterator<Item = f32>) -> (f32, f32, f32) {
    let mut histogram = [0.0f64; 256];
    for v in values {
        histogram[(v.clamp(0.0, 1.0) * 255.0) as usize] += 1.0;
    }
    let total: f64 = histogram.iter().sum();
    let all: f64 = histogram.iter().enumerate().map(|(i, n)| i as f64 * n).sum();
    let (mut below, mut sum, mut best) = (0.0, 0.0, (-1.0, 0usize, 0.0, 0.0));
    for (i, n) in histogram.iter().enumerate().take(255) {
        below += n;
        sum += i as f64 * n;
        let above = total - below;
        if below > 0.0 && above > 0.0 {
            let (low, high) = (sum / below, (all - sum) / above);
            let between = below * above * (high - low) * (high - low);
            if between > best.0 {
                best = (between, i, low, high);
            }
        }
    }
    ((best.1 as f32 + 0.5) / 255.0, best.2 as f32 / 255.0, best.3 as f32 / 255.0)
}

/// Contrast of hair against skin for one polarity. `width` is the width of a shaft in px of `plane`.
#[must_use]
pub fn contrast(plane: &Plane<f32>, field: &Plane<bool>, width: f32, light_hair: bool) -> Contrast {
    let sign = if light_hair { -1.0 } else { 1.0 };
    let (background, block) = background(plane, field, width, sign);
    let plane = enlarged(&background, block as f32, plane.width(), plane.height(), |x, y, skin| {
        let (value, skin) = (plane.get(x, y), skin.max(8.0));
        // Light hair adds light up to white, dark hair takes it away down to black.
        if light_hair { (value - skin) / (255.0 - skin).max(32.0) } else { (skin - value) / skin }
    });
    let inside = || plane.as_slice().iter().zip(field.as_slice()).filter(|(_, f)| **f).map(|(v, _)| *v);
    let (cut, _, high) = otsu(inside());
    // Shadows under the skin lie above the threshold too, but paler than the shafts: the upper part is the shafts'.
    let mut above: Vec<f32> = inside().filter(|&v| v >= cut).collect();
    let high = if above.is_empty() { high } else { quantile(&mut above, 0.75) };
    let mut below: Vec<f32> = inside().filter(|&v| v < cut).collect();
    let middle = quantile(&mut below, 0.5);
    let mut deviation: Vec<f32> = below.iter().map(|v| (v - middle).abs()).collect();
    let noise = 1.4826 * quantile(&mut deviation, 0.5);
    if light_hair {
        return Contrast { plane, hair: high, noise, light_hair, to_linear: 1.0 };
    }
    let exponent = exponent(high);
    let toned = |c: f32| if c > 0.0 { 1.0 - (1.0 - c.min(1.0)).powf(exponent) } else { exponent * c };
    Contrast {
        plane: plane.map(toned),
        hair: toned(high),
        noise: exponent * noise,
        light_hair,
        to_linear: SRGB_GAMMA / exponent,
    }
}

/// Gamma of sRGB as a whole (IEC 61966-2-1).
const SRGB_GAMMA: f32 = 2.2;
/// Contrast that clipped dark hair has in most photos.
const USUAL_HAIR: f32 = 0.7;
/// How far a photo's tone is brought to that of [`USUAL_HAIR`]: 0 not at all, 1 whole. The whole way makes counts independent of a
/// camera's gamma, but pale hair then looks wider, and touching shafts are told apart less well; this much brings the change of counts
/// with gamma below a hair in twenty.
const TONED: f32 = 0.15;

/// The exponent on the light that is left, 1 - contrast, that evens out how cameras draw tones: a camera's gamma is such an exponent too,
/// so photos that differ in it alone become more alike.
fn exponent(hair: f32) -> f32 {
    ((1.0 - USUAL_HAIR).ln() / (1.0 - hair.clamp(0.45, 0.95)).ln()).powf(TONED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn photos_that_differ_in_gamma_alone_become_more_alike() {
        let hair = 0.7f32;
        assert!((exponent(hair) - 1.0).abs() < 1e-6, "the usual photo stays as it is");
        for gamma in [0.7f32, 1.4] {
            let seen = 1.0 - (1.0 - hair).powf(gamma);
            let evened = 1.0 - (1.0 - seen).powf(exponent(seen));
            assert!((evened - hair).abs() < 0.9 * (seen - hair).abs(), "gamma {gamma}: {seen} to {evened}");
        }
    }
}
