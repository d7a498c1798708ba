//! How much darker (or, for light hair on dark skin, lighter) each pixel is than the skin around it.

use rayon::prelude::*;

use crate::plane::Plane;
use crate::plane::table::Table;
use crate::segmentation::closeup::blur::box_mean;
use crate::segmentation::closeup::flakes;
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
pub fn channel([r, g, b]: [f32; 3]) -> f32 {
    0.5 * (0.299 * r + 0.587 * g + 0.114 * b) + 0.5 * r.max(g).max(b)
}

/// How grey a px is, 0..255: its least colour by its largest.
///
/// Grey and white hair has lost its pigment and reflects all colours alike, while blood and melanin make skin red. Light, shadow
/// and relief change all three together and leave this as it is, so hair shows even where it is as bright as the skin.
#[must_use]
pub fn greyness([r, g, b]: [f32; 3]) -> f32 {
    // Below 16 of 255 a ratio is noise.
    255.0 * r.min(g).min(b) / r.max(g).max(b).max(16.0)
}

/// The blue light of a px, 0..255.
///
/// Melanin takes away more of it than of any other (Jacques 2013, doi:10.1088/0031-9155/58/11/R37), so what little of it fair hair holds
/// shows here two or three times as much as in brightness. So do shadows and what lies below the skin, which is why darker hair is
/// not looked for here.
#[must_use]
pub fn blue([_, _, b]: [f32; 3]) -> f32 {
    b
}

/// Fills pixels outside the field from their neighbours inside, ring by ring, so that a thin line drawn over a hair closes.
pub fn inpaint(plane: &mut Plane<f32>, field: &Plane<bool>) {
    let (w, h) = (plane.width() as i64, plane.height() as i64);
    let mut open: Vec<(i64, i64)> = Vec::new();
    for (y, row) in (0..h).zip(field.rows()) {
        if !is_whole(row) {
            open.extend((0..w).zip(row).filter(|(_, f)| !**f).map(|(x, _)| (x, y)));
        }
    }
    if open.is_empty() || open.len() as i64 == w * h {
        return;
    }
    let mut known = field.clone();
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

/// Whether all px of a row lie in the field.
#[must_use]
pub fn is_whole(row: &[bool]) -> bool {
    // All of them are looked at: that compiles to vectors.
    row.iter().fold(true, |all, f| all & f)
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
    let cell = |bx: usize, by: usize, most: f32| {
        let across = bx * block..((bx + 1) * block).min(plane.width());
        let mut values = Vec::with_capacity(block * block / 2);
        for y in (by * block..((by + 1) * block).min(plane.height())).step_by(2) {
            let row = (&plane.row(y)[across.clone()], &field.row(y)[across.clone()]);
            gather(row, |v| v <= most, |v| sign * v, &mut values);
        }
        if values.len() < block { f32::NAN } else { quantile(&mut values, 0.7) }
    };
    let mut cells = Plane::from_fn(columns, rows, |bx, by| cell(bx, by, f32::INFINITY));
    if sign > 0.0 {
        cells = flakes::left_out(&cells, cell);
    }
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

/// The values of a plane that lie in the field, of as many rows as are needed. They are many, so nothing stores them all.
#[derive(Clone, Copy)]
struct Inside<'a> {
    plane: &'a Plane<f32>,
    field: &'a Plane<bool>,
    /// Of every how many rows one is looked at.
    step: usize,
}

impl<'a> Inside<'a> {
    /// Of every how many px of a row one is looked at to find out about where the median lies.
    const SPARSE: usize = 61;

    /// Px that settle a quantile to a thousandth of the values.
    const ENOUGH: usize = 1_000_000;

    fn of(plane: &'a Plane<f32>, field: &'a Plane<bool>) -> Self {
        Self { plane, field, step: (plane.as_slice().len() / Self::ENOUGH).max(1) }
    }

    fn rows(self) -> impl Iterator<Item = (&'a [f32], &'a [bool])> {
        (0..self.plane.height()).step_by(self.step).map(move |y| (self.plane.row(y), self.field.row(y)))
    }

    /// What `of` makes of each of the values that are `kept`, as far as it is.
    fn gather(self, kept: impl Fn(f32) -> bool, of: impl Fn(f32) -> f32) -> Vec<f32> {
        let mut found = Vec::new();
        self.rows().for_each(|row| gather(row, &kept, &of, &mut found));
        found
    }

    /// Median of what `of` makes of each of the values that are `kept`, as [`quantile`] tells it: a few of them tell between which two it
    /// lies, all are counted, and only those between the two are sorted.
    fn median(self, kept: impl Fn(f32) -> bool, of: impl Fn(f32) -> f32) -> f32 {
        let mut sample = Vec::new();
        for (i, (values, field)) in self.rows().enumerate() {
            // Columns differ from row to row, for what is upright in the photo.
            let few = values.iter().zip(field).skip(i * 23 % Self::SPARSE).step_by(Self::SPARSE);
            sample.extend(few.filter(|(v, f)| **f && kept(**v)).map(|(v, _)| of(*v)));
        }
        let [low, high] = [0.48, 0.52].map(|q| quantile(&mut sample, q));
        let (mut all, mut lower) = (0usize, 0usize);
        for (values, field) in self.rows() {
            let counts = values.iter().zip(field).fold((0u32, 0u32), |(all, lower), (v, f)| {
                let counted = *f & kept(*v);
                (all + u32::from(counted), lower + u32::from(counted & (of(*v) < low)))
            });
            (all, lower) = (all + counts.0 as usize, lower + counts.1 as usize);
        }
        if all == 0 {
            return 0.0;
        }
        let rank = ((all - 1) as f32 * 0.5).round() as usize;
        let mut between = self.gather(|v| kept(v) & (low..=high).contains(&of(v)), &of);
        match rank.checked_sub(lower).filter(|k| *k < between.len()) {
            Some(k) => *between.select_nth_unstable_by(k, f32::total_cmp).1,
            // The few were unlike the others.
            None => *self.gather(&kept, &of).select_nth_unstable_by(rank, f32::total_cmp).1,
        }
    }
}

/// Appends what `of` makes of each of the values of a row that lie in the field and are `kept`.
fn gather(
    (values, field): (&[f32], &[bool]),
    kept: impl Fn(f32) -> bool,
    of: impl Fn(f32) -> f32,
    into: &mut Vec<f32>,
) {
    // Without branches: each value is written, and the next one over it unless it counts.
    let mut found = [0.0f32; 128];
    for (values, field) in values.chunks(found.len()).zip(field.chunks(found.len())) {
        let mut n = 0;
        for (v, f) in values.iter().zip(field) {
            found[n] = of(*v);
            n += usize::from(*f & kept(*v));
        }
        into.extend_from_slice(&found[..n]);
    }
}

/// Otsu's threshold (Otsu 1979, doi:10.1109/TSMC.1979.4310076) over 0..1 in 256 steps, and the means below and above it.
fn otsu(inside: Inside<'_>) -> (f32, f32, f32) {
    // Neighbours are alike and counted apart, or each count would wait for the one before; those outside have a place of their own.
    let mut counts = [[0u32; 257]; 4];
    for (values, field) in inside.rows() {
        for (values, field) in values.chunks(counts.len()).zip(field.chunks(counts.len())) {
            for ((v, f), counts) in values.iter().zip(field).zip(&mut counts) {
                counts[if *f { (v.clamp(0.0, 1.0) * 255.0) as usize } else { 256 }] += 1;
            }
        }
    }
    let histogram: [f64; 256] = std::array::from_fn(|i| counts.iter().map(|c| f64::from(c[i])).sum());
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
    let mut plane = enlarged(&background, block as f32, plane.width(), plane.height(), |y, skin, row: &mut [f32]| {
        let px = row.iter_mut().zip(plane.row(y)).zip(skin).map(|((out, value), skin)| (out, *value, skin.max(8.0)));
        // Light hair adds light up to white, dark hair takes it away down to black.
        if light_hair {
            px.for_each(|(out, value, skin)| *out = (value - skin) / (255.0 - skin).max(32.0));
        } else {
            px.for_each(|(out, value, skin)| *out = (skin - value) / skin);
        }
    });
    let inside = Inside::of(&plane, field);
    let (cut, _, high) = otsu(inside);
    // Shadows under the skin lie above the threshold too, but paler than the shafts: the upper part is the shafts'.
    let mut above = inside.gather(|v| v >= cut, |v| v);
    let high = if above.is_empty() { high } else { quantile(&mut above, 0.75) };
    let middle = inside.median(|v| v < cut, |v| v);
    let noise = 1.4826 * inside.median(|v| v < cut, |v| (v - middle).abs());
    if light_hair {
        return Contrast { plane, hair: high, noise, light_hair, to_linear: 1.0 };
    }
    let exponent = exponent(high);
    let darker = Table::of(0.0..1.0, |c| 1.0 - (1.0 - c).powf(exponent));
    let toned = |c: f32| if c > 0.0 { darker.at(c) } else { exponent * c };
    plane.as_mut_slice().par_iter_mut().with_min_len(1 << 14).for_each(|v| *v = toned(*v));
    Contrast { plane, hair: toned(high), noise: exponent * noise, light_hair, to_linear: SRGB_GAMMA / exponent }
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
    fn a_median_of_values_that_are_not_stored_is_that_of_those_that_are() {
        // Values in clumps, in runs that a few px pass over, and of one kind alone.
        for (n, spread, run) in [(5, 1, 1), (40_000, 997, 1), (40_000, 7, 3), (40_000, 3, 10_000), (9000, 1, 1)] {
            let values: Vec<f32> = (0..n).map(|i| ((i / run * 7919) % spread) as f32 / 997.0 - 0.2).collect();
            let field: Vec<bool> = (0..n).map(|i| i % 11 != 3).collect();
            let (values, field) = (Plane::from_vec(n / 5, 5, values), Plane::from_vec(n / 5, 5, field));
            let inside = Inside::of(&values, &field);
            for cut in [-1.0, 0.3, 2.0] {
                let mut stored = inside.gather(|v| v < cut, |v| (v - 0.1).abs());
                assert_eq!(
                    inside.median(|v| v < cut, |v| (v - 0.1).abs()),
                    quantile(&mut stored, 0.5),
                    "{n} {run} {cut}"
                );
            }
        }
    }

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
