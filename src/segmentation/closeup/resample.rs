//! A photo at another scale, averaged over the area that each new pixel covers.

use rayon::prelude::*;

use crate::plane::Plane;
use crate::segmentation::working::enlarged_at;

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
    let width = ((rgb.width() as f32 / factor).round() as usize).max(1);
    let height = ((rgb.height() as f32 / factor).round() as usize).max(1);
    let (across, down) = (taps(rgb.width(), width, factor), taps(rgb.height(), height, factor));
    let mut out = Plane::filled(width, height, [0.0f32; 3]);
    out.as_mut_slice().par_chunks_mut(width).zip(down.par_iter()).for_each_init(
        || vec![[0.0f32; 3]; rgb.width()],
        |column_sums, (row, (first, weights))| {
            column_sums.fill([0.0; 3]);
            for (k, &weight) in weights.iter().enumerate() {
                for (sum, px) in column_sums.iter_mut().zip(rgb.row(first + k)) {
                    for c in 0..3 {
                        sum[c] += weight * f32::from(px[c]);
                    }
                }
            }
            for (new, (first, weights)) in row.iter_mut().zip(&across) {
                // Summed apart: memory that is read before it is first written costs a second page fault.
                let mut sum = [0.0; 3];
                for (px, &weight) in column_sums[*first..].iter().zip(weights) {
                    for c in 0..3 {
                        sum[c] += weight * px[c];
                    }
                }
                *new = sum;
            }
        },
    );
    out
}

/// A plane with `factor` px for each of its own, `width` x `height`, row by row: bilinear between the centres of its px, clamped at
/// the border.
pub fn enlarged<T: Copy + Send + Default>(
    plane: &Plane<f32>,
    factor: f32,
    width: usize,
    height: usize,
    value: impl Fn(usize, usize, f32) -> T + Sync,
) -> Plane<T> {
    let place = |i: usize, _: usize, n: usize| {
        let at = ((i as f32 + 0.5) / factor - 0.5).clamp(0.0, (n - 1) as f32);
        (at as usize, (at as usize + 1).min(n - 1), at - at.floor())
    };
    enlarged_at(plane, (width, height), place, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enlarging_is_sampling() {
        let small = Plane::from_fn(7, 5, |x, y| (x * x + 3 * y) as f32);
        for factor in [0.7, 1.0, 4.3] {
            let at = |i: usize| (i as f32 + 0.5) / factor - 0.5;
            let large = enlarged(&small, factor, 30, 20, |_, _, v| v);
            for (x, y) in [(0, 0), (5, 3), (17, 11), (29, 19)] {
                assert!((large.get(x, y) - small.sample(at(x), at(y))).abs() < 1e-3, "factor {factor} at {x}, {y}");
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
