//! How much each pixel looks like the middle of a shaft, for each direction a shaft can run.
//!
//! The filter is the second derivative of a Gaussian across the shaft, averaged along it: the elongation keeps crossing hairs
//! apart, since each answers in its own direction. The second derivative is steered from three separable convolutions
//! (Freeman and Adelson 1991, doi:10.1109/34.93808).

use rayon::prelude::*;

use crate::kernel::{Isa, separable};
use crate::plane::Plane;

/// Number of directions over half a turn; 11.25 degrees apart, less than the filter's own width in angle.
pub const DIRECTIONS: usize = 16;

/// One response for each direction; direction `k` runs at `k * pi / DIRECTIONS` from the x axis towards the y axis.
#[derive(Debug, Clone)]
pub struct Response {
    planes: Vec<Plane<f32>>,
}

/// Angle between two neighbouring directions, in radians.
pub const STEP: f32 = std::f32::consts::PI / DIRECTIONS as f32;

impl Response {
    /// Filters a contrast plane. A straight shaft of width `4 sigma` and contrast 1 answers 1 in its middle.
    #[must_use]
    pub fn of(contrast: &Plane<f32>, sigma: f32, half_length: f32) -> Self {
        let reach = (3.5 * sigma).ceil() as i64;
        let taps = |f: &dyn Fn(f32) -> f32| (-reach..=reach).map(|i| f(i as f32)).collect::<Vec<f32>>();
        let s2 = sigma * sigma;
        let norm = 1.0 / ((2.0 * std::f32::consts::PI).sqrt() * sigma);
        let g0 = taps(&|x| norm * (-0.5 * x * x / s2).exp());
        let g1 = taps(&|x| norm * (x / s2) * (-0.5 * x * x / s2).exp());
        let mut g2 = taps(&|x| norm * (x * x / s2 - 1.0) / s2 * (-0.5 * x * x / s2).exp());
        let mean = g2.iter().sum::<f32>() / g2.len() as f32;
        g2.iter_mut().for_each(|t| *t -= mean);
        // Answer of the second derivative in the middle of a bar of half width a = 2 sigma: (2 a / sigma^2) g(a).
        let a = 2.0 * sigma;
        let bar = 2.0 * a / s2 * norm * (-0.5 * a * a / s2).exp();
        let filtered = |x: &[f32], y: &[f32]| separable(contrast, x, y, Isa::chosen());
        let (xx, xy, yy) = (filtered(&g2, &g0), filtered(&g1, &g1), filtered(&g0, &g2));
        let planes = (0..DIRECTIONS)
            .into_par_iter()
            .map(|k| {
                let (sin, cos) = (k as f32 * STEP).sin_cos();
                let mut across = xx.clone();
                for ((v, &m), &y) in across.as_mut_slice().iter_mut().zip(xy.as_slice()).zip(yy.as_slice()) {
                    *v = -(sin * sin * *v - 2.0 * sin * cos * m + cos * cos * y) / bar;
                }
                average_along(&across, cos, sin, half_length)
            })
            .collect();
        Self { planes }
    }

    /// Response at a position for a direction given by its number; numbers wrap around.
    #[must_use]
    pub fn at(&self, x: f32, y: f32, direction: i32) -> f32 {
        self.planes[direction.rem_euclid(DIRECTIONS as i32) as usize].sample(x, y)
    }

    /// Plane of one direction.
    #[must_use]
    pub fn plane(&self, direction: usize) -> &Plane<f32> {
        &self.planes[direction]
    }
}

/// Mean along a line through each pixel, every second pixel, by adding shifted rows.
fn average_along(plane: &Plane<f32>, cos: f32, sin: f32, half_length: f32) -> Plane<f32> {
    let (w, h) = (plane.width(), plane.height());
    let n = (half_length / 2.0).round().max(1.0) as i64;
    let shifts: Vec<(i64, i64)> =
        (-n..=n).map(|i| ((2.0 * i as f32 * cos).round() as i64, (2.0 * i as f32 * sin).round() as i64)).collect();
    let weight = 1.0 / shifts.len() as f32;
    let mut out = Plane::filled(w, h, 0.0f32);
    out.as_mut_slice().par_chunks_mut(w).enumerate().for_each(|(y, row)| {
        for &(dx, dy) in &shifts {
            let from = plane.row((y as i64 + dy).clamp(0, h as i64 - 1) as usize);
            let (start, end) = ((-dx).max(0) as usize, (w as i64 - dx.max(0)).max(0) as usize);
            if start < end {
                let shifted = &from[(start as i64 + dx) as usize..(end as i64 + dx) as usize];
                for (o, v) in row[start..end].iter_mut().zip(shifted) {
                    *o += weight * v;
                }
            }
        }
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_answers_one_in_its_own_direction() {
        for k in [0usize, 3, 8, 13] {
            let (sin, cos) = (k as f32 * STEP).sin_cos();
            let bar = Plane::from_fn(81, 81, |x, y| {
                let (dx, dy) = (x as f32 - 40.0, y as f32 - 40.0);
                (4.5 - (-sin * dx + cos * dy).abs()).clamp(0.0, 1.0)
            });
            let response = Response::of(&bar, 2.0, 8.0);
            let best = (0..DIRECTIONS as i32)
                .max_by(|a, b| response.at(40.0, 40.0, *a).total_cmp(&response.at(40.0, 40.0, *b)));
            // Lines are drawn through whole px, so a neighbouring direction can answer as well; never one further off.
            let off = (best.expect("directions") - k as i32).rem_euclid(DIRECTIONS as i32);
            assert!(off <= 1 || off == DIRECTIONS as i32 - 1, "direction {k}: {best:?}");
            assert!((response.at(40.0, 40.0, k as i32) - 1.0).abs() < 0.1, "{}", response.at(40.0, 40.0, k as i32));
            assert!(response.at(40.0, 40.0, k as i32 + 8).abs() < 0.3);
        }
    }
}
