//! A photo at another scale, averaged over the area that each new pixel covers.

use rayon::prelude::*;

use crate::plane::Plane;
use crate::segmentation::working::{enlarged_rows, row_between};

/// One axis: for each new pixel the first source pixel and the weights of it and its followers, summing to 1.
fn taps(source: usize, target: usize, factor: f32) -> Vec<(usize, Vec<f32>)> {
    // A tent as wide as the new pixel (at least one source pixel) averages when shrinking and interpolates when enlarging.
    let reach = factor.max(1.0);
    (0..target)
        .map(|i| {
            let centre = (i as f32 + 0.5) * factor - 0.5;
            let first = (centre - reach).ceil().max(0.0) as usize;
            let last = ((centre + reach).floor().max(0.0) as usize).min(source - 1);
            let first = first.min(last);
            let mut weights: Vec<f32> =
                (first..=last).map(|x| (1.0 - (x as f32 - centre).abs() / reach).max(1e-6)).collect();
            let sum: f32 = weights.iter().sum();
            weights.iter_mut().for_each(|w| *w /= sum);
            (first, weights)
        })
        .collect()
}

/// The photo with `factor` source px for each new px (more than 1 shrinks), as three channels of 0..255.
#[must_use]
pub fn resample(rgb: &Plane<[u8; 3]>, factor: f32) -> Plane<[f32; 3]> {
    resampled_as(rgb, factor, |px| px)
}

/// As [`resample`], with one value made from the three channels of each new px.
pub fn resampled_as<T: Copy + Send + Default>(
    rgb: &Plane<[u8; 3]>,
    factor: f32,
    value: impl Fn([f32; 3]) -> T + Sync,
) -> Plane<T> {
    let width = ((rgb.width() as f32 / factor).round() as usize).max(1);
    let height = ((rgb.height() as f32 / factor).round() as usize).max(1);
    let (across, down) = (taps(rgb.width(), width, factor), taps(rgb.height(), height, factor));
    let mut out = vec![T::default(); width * height];
    out.par_chunks_mut(width).zip(down.par_iter()).for_each_init(
        // Channels one after another, and room behind for a fourth of the last px: four are one register.
        || (vec![0.0f32; 3 * rgb.width() + 1], vec![[0.0f32; 3]; width]),
        |(column_sums, sums), (row, (first, weights))| {
            let flat = |k: usize| rgb.row(first + k).as_flattened();
            let own = &mut column_sums[..3 * rgb.width()];
            weigh(own, flat(0), weights[0]);
            weights.iter().enumerate().skip(1).for_each(|(k, &weight)| add_weighed(own, flat(k), weight));
            for (sum, (first, weights)) in sums.iter_mut().zip(&across) {
                let mut four = [0.0f32; 4];
                for (k, &weight) in (*first..).zip(weights) {
                    let px = &column_sums[3 * k..3 * k + 4];
                    four.iter_mut().zip(px).for_each(|(s, v)| *s += weight * v);
                }
                *sum = [four[0], four[1], four[2]];
            }
            row.iter_mut().zip(&*sums).for_each(|(new, sum)| *new = value(*sum));
        },
    );
    Plane::from_vec(width, height, out)
}

#[multiversion::multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn weigh(sums: &mut [f32], bytes: &[u8], weight: f32) {
    sums.iter_mut().zip(bytes).for_each(|(s, b)| *s = weight * f32::from(*b));
}

#[multiversion::multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn add_weighed(sums: &mut [f32], bytes: &[u8], weight: f32) {
    sums.iter_mut().zip(bytes).for_each(|(s, b)| *s += weight * f32::from(*b));
}

/// Where the centre of px `i` of an enlarged line lies among the `n` px of the line itself: two neighbours and the weight of the second.
fn place(i: usize, factor: f32, n: usize) -> (usize, usize, f32) {
    let at = ((i as f32 + 0.5) / factor - 0.5).clamp(0.0, (n - 1) as f32);
    (at as usize, (at as usize + 1).min(n - 1), at - at.floor())
}

/// A plane with `factor` px for each of its own, `width` x `height`, row by row: bilinear between the centres of its px, clamped at
/// the border. `make` makes the values of row `y` from what the plane has there.
pub fn enlarged<T: Copy + Send + Default>(
    plane: &Plane<f32>,
    factor: f32,
    width: usize,
    height: usize,
    make: impl Fn(usize, &[f32], &mut [T]) + Sync,
) -> Plane<T> {
    enlarged_rows(plane, (width, height), |i, _, n| place(i, factor, n), |_, _| true, make)
}

/// Single values of what [`enlarged`] makes whole rows of.
pub struct Enlarged<'a> {
    plane: &'a Plane<f32>,
    columns: Vec<(usize, usize, f32)>,
    rows: Vec<(usize, usize, f32)>,
}

impl<'a> Enlarged<'a> {
    /// A plane as [`enlarged`] sees it.
    #[must_use]
    pub fn of(plane: &'a Plane<f32>, factor: f32, width: usize, height: usize) -> Self {
        let places = |to: usize, n: usize| (0..to).map(|i| place(i, factor, n)).collect();
        Self { plane, columns: places(width, plane.width()), rows: places(height, plane.height()) }
    }

    /// Makes `line` row `y`, as wide as the plane itself.
    pub fn line(&self, y: usize, line: &mut Vec<f32>) {
        row_between(self.plane, self.rows[y], line);
    }

    /// The value at column `x` of such a line.
    #[must_use]
    #[inline]
    pub fn on_line(&self, line: &[f32], x: usize) -> f32 {
        let (x0, x1, f) = self.columns[x];
        line[x0] + f * (line[x1] - line[x0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enlarging_is_sampling() {
        let small = Plane::from_fn(7, 5, |x, y| (x * x + 3 * y) as f32);
        for factor in [0.7, 1.0, 4.3] {
            let at = |i: usize| (i as f32 + 0.5) / factor - 0.5;
            let large = enlarged(&small, factor, 30, 20, |_, values, row: &mut [f32]| row.copy_from_slice(values));
            let single = Enlarged::of(&small, factor, 30, 20);
            for (x, y) in [(0, 0), (5, 3), (17, 11), (29, 19)] {
                assert!((large.get(x, y) - small.sample(at(x), at(y))).abs() < 1e-3, "factor {factor} at {x}, {y}");
                let mut line = Vec::new();
                single.line(y, &mut line);
                assert_eq!(single.on_line(&line, x), large.get(x, y));
            }
        }
    }

    #[test]
    fn a_ramp_stays_a_ramp() {
        let rgb = Plane::from_fn(64, 48, |x, _| [(3 * x) as u8; 3]);
        for factor in [0.5, 1.7, 3.0] {
            let small = resample(&rgb, factor);
            for x in 4..small.width() - 4 {
                let expected = 3.0 * ((x as f32 + 0.5) * factor - 0.5);
                let found = small.get(x, small.height() / 2)[1];
                assert!((found - expected).abs() < 0.7, "factor {factor}, column {x}: {found} for {expected}");
            }
        }
    }
}
