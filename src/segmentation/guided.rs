//! Guided filter with a colour guide: borders of a coarse map are moved to the borders of the photo.
//!
//! K. He, J. Sun, X. Tang, *Guided Image Filtering*, ECCV 2010 (doi:10.1007/978-3-642-15549-9_1), and for the coefficients
//! computed on a small copy, K. He, J. Sun, *Fast Guided Filter*, 2015 (arXiv:1505.00996).

use rayon::prelude::*;

use super::working::{box_mean, box_mean_of, neighbours};
use crate::plane::Plane;

/// Channels filtered at once: three tissues (the fourth follows, since they sum to 1) and the hidden share.
pub const CHANNELS: usize = 4;

/// Affine coefficients per px of the small copy: for each channel the weights of red, green and blue and the offset.
pub type Coefficients = Plane<[f32; 4 * CHANNELS]>;

/// Guide values 0..1 of one px.
fn unit(p: [u8; 3]) -> [f32; 3] {
    p.map(|v| f32::from(v) / 255.0)
}

/// Fits `value = a . rgb + b` in every window.
///
/// `guide` and `values` have the same size; `radius` in px; `epsilon` is the variance of the guide (0..1 units) below which a
/// window counts as flat.
#[must_use]
pub fn fit(guide: &Plane<[u8; 3]>, values: &Plane<[f32; CHANNELS]>, radius: usize, epsilon: f32) -> Coefficients {
    let (w, h) = (guide.width(), guide.height());
    // Means of I (3), of the products I_i I_j (6), of p (4) and of I_i p_k (12).
    let moments = |x: usize, y: usize| {
        let (i, p) = (unit(guide.get(x, y)), values.get(x, y));
        let mut m = [0.0f32; 25];
        m[..3].copy_from_slice(&i);
        m[3..9].copy_from_slice(&[i[0] * i[0], i[0] * i[1], i[0] * i[2], i[1] * i[1], i[1] * i[2], i[2] * i[2]]);
        m[9..13].copy_from_slice(&p);
        for k in 0..CHANNELS {
            for c in 0..3 {
                m[13 + 3 * k + c] = i[c] * p[k];
            }
        }
        m
    };
    let coefficients = box_mean_of((w, h), radius, moments, |m| solve(m, epsilon));
    box_mean(&coefficients, radius)
}

/// Eq. 19 and 20 of the paper: `a = (Sigma + epsilon U)^-1 cov(I, p)`, `b = mean p - a . mean I`.
fn solve(m: &[f32; 25], epsilon: f32) -> [f32; 4 * CHANNELS] {
    let mean = [m[0], m[1], m[2]];
    let (rr, rg, rb) = (m[3] - mean[0] * mean[0] + epsilon, m[4] - mean[0] * mean[1], m[5] - mean[0] * mean[2]);
    let (gg, gb, bb) =
        (m[6] - mean[1] * mean[1] + epsilon, m[7] - mean[1] * mean[2], m[8] - mean[2] * mean[2] + epsilon);
    // Inverse of the symmetric 3 x 3 matrix by its adjugate; positive definite through epsilon.
    let adjugate = [
        [gg * bb - gb * gb, gb * rb - rg * bb, rg * gb - gg * rb],
        [gb * rb - rg * bb, rr * bb - rb * rb, rb * rg - rr * gb],
        [rg * gb - gg * rb, rb * rg - rr * gb, rr * gg - rg * rg],
    ];
    let determinant = rr * adjugate[0][0] + rg * adjugate[0][1] + rb * adjugate[0][2];
    let scale = if determinant > f32::MIN_POSITIVE { 1.0 / determinant } else { 0.0 };
    let mut out = [0.0; 4 * CHANNELS];
    for k in 0..CHANNELS {
        let p = m[9 + k];
        let covariance: [f32; 3] = std::array::from_fn(|c| m[13 + 3 * k + c] - mean[c] * p);
        let a: [f32; 3] = std::array::from_fn(|r| scale * (0..3).map(|c| adjugate[r][c] * covariance[c]).sum::<f32>());
        out[4 * k..4 * k + 3].copy_from_slice(&a);
        out[4 * k + 3] = p - (0..3).map(|c| a[c] * mean[c]).sum::<f32>();
    }
    out
}

/// Applies coefficients to a guide of any size that shows the same picture.
#[must_use]
pub fn apply(coefficients: &Coefficients, guide: &Plane<[u8; 3]>) -> Plane<[f32; CHANNELS]> {
    let (w, h) = (guide.width(), guide.height());
    let columns: Vec<_> = (0..w).map(|x| neighbours(x, w, coefficients.width())).collect();
    let mut out = Plane::filled(w, h, [0.0f32; CHANNELS]);
    out.as_mut_slice().par_chunks_mut(w).enumerate().with_min_len(16).for_each_init(
        || vec![[0.0f32; 4 * CHANNELS]; coefficients.width()],
        |blend, (y, row)| {
            let (y0, y1, fy) = neighbours(y, h, coefficients.height());
            for ((b, p), q) in blend.iter_mut().zip(coefficients.row(y0)).zip(coefficients.row(y1)) {
                *b = std::array::from_fn(|j| p[j] + fy * (q[j] - p[j]));
            }
            for ((value, &(x0, x1, fx)), &rgb) in row.iter_mut().zip(&columns).zip(guide.row(y)) {
                let (p, q, i) = (&blend[x0], &blend[x1], unit(rgb));
                let c: [f32; 4 * CHANNELS] = std::array::from_fn(|j| p[j] + fx * (q[j] - p[j]));
                *value =
                    std::array::from_fn(|k| c[4 * k] * i[0] + c[4 * k + 1] * i[1] + c[4 * k + 2] * i[2] + c[4 * k + 3]);
            }
        },
    );
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_stays_constant() {
        let guide = Plane::from_fn(40, 30, |x, y| [(x * 6) as u8, (y * 8) as u8, 77]);
        let values = Plane::filled(40, 30, [0.2f32, 0.5, 0.3, 1.0]);
        for v in apply(&fit(&guide, &values, 4, 1e-3), &guide).as_slice() {
            assert!((v[0] - 0.2).abs() < 1e-3 && (v[1] - 0.5).abs() < 1e-3 && (v[3] - 1.0).abs() < 1e-3, "{v:?}");
        }
    }

    #[test]
    fn a_coarse_border_moves_to_the_border_of_the_photo() {
        // The photo changes colour at x = 50 of 100; the coarse map (25 px wide) has its border a px (4 px of the photo) late.
        let photo = Plane::from_fn(100, 60, |x, _| if x < 50 { [200, 150, 120] } else { [30, 25, 20] });
        let small = super::super::working::resized(&photo, 25, 15);
        let coarse = Plane::from_fn(25, 15, |x, _| if x < 13 { [1.0f32, 0.0, 0.0, 0.0] } else { [0.0, 1.0, 0.0, 1.0] });
        let fine = apply(&fit(&small, &coarse, 3, 1e-3), &photo);
        let border = (0..100).find(|&x| fine.get(x, 30)[1] > 0.5).unwrap();
        assert!((49..=51).contains(&border), "border at {border}");
    }
}
