//! Gaussian mixtures fitted by expectation and maximisation to weighted samples.
//!
//! C. M. Bishop, *Pattern Recognition and Machine Learning*, 2006, eq. 9.23 to 9.27, with weights.

use super::features::FEATURES;

/// Values of one px, see [`super::features`].
pub type Sample = [f32; FEATURES];

/// Added to each variance (features are scaled to within-tissue deviations near 1): colours in a JPEG are quantised, and a
/// component on a flat wall would otherwise become a spike.
const LEAST_VARIANCE: f64 = 0.15;
/// Components that hold less weight than this are left as they are.
const LEAST_WEIGHT: f64 = 5.0;

#[derive(Debug, Clone)]
struct Component {
    mean: [f64; FEATURES],
    covariance: [[f64; FEATURES]; FEATURES],
    /// Inverse of the Cholesky factor of the covariance, lower triangle.
    whitener: [[f32; FEATURES]; FEATURES],
    /// Log of the density at the mean, with the weight, without the constant of the dimension.
    log_peak: f32,
}

/// One tissue's density of features.
#[derive(Debug, Clone)]
pub struct Mixture {
    components: Vec<Component>,
    wanted: usize,
}

impl Mixture {
    /// An unfitted mixture of `components` Gaussians.
    #[must_use]
    pub fn new(components: usize) -> Self {
        Self { components: Vec::new(), wanted: components }
    }

    /// `rounds` of expectation and maximisation; the first call starts at quantiles of the first feature and takes four more.
    pub fn fit(&mut self, samples: &[Sample], weights: &[f32], rounds: usize) {
        let total: f64 = weights.iter().map(|w| f64::from(*w)).sum();
        if total < LEAST_WEIGHT {
            return;
        }
        let first = self.components.is_empty();
        if first {
            self.start(samples, weights, total);
        }
        for _ in 0..rounds + if first { 4 } else { 0 } {
            self.round(samples, weights);
        }
    }

    fn start(&mut self, samples: &[Sample], weights: &[f32], total: f64) {
        let mut order: Vec<u32> = (0..samples.len() as u32).collect();
        order.sort_by(|a, b| samples[*a as usize][0].total_cmp(&samples[*b as usize][0]));
        let mut mean = [0.0f64; FEATURES];
        let mut square = [0.0f64; FEATURES];
        for (s, w) in samples.iter().zip(weights) {
            for d in 0..FEATURES {
                mean[d] += f64::from(*w) * f64::from(s[d]) / total;
                square[d] += f64::from(*w) * f64::from(s[d]).powi(2) / total;
            }
        }
        let mut below = 0.0;
        for i in order {
            below += f64::from(weights[i as usize]);
            let k = self.components.len();
            if k < self.wanted && below >= (k as f64 + 0.5) / self.wanted as f64 * total {
                let mut covariance = [[0.0; FEATURES]; FEATURES];
                for d in 0..FEATURES {
                    covariance[d][d] = (square[d] - mean[d] * mean[d]).max(0.0);
                }
                let centre = samples[i as usize].map(f64::from);
                self.components.push(Component::new(1.0 / self.wanted as f64, centre, covariance));
            }
        }
    }

    fn round(&mut self, samples: &[Sample], weights: &[f32]) {
        let n = self.components.len();
        let mut mass = vec![0.0f64; n];
        let mut first = vec![[0.0f64; FEATURES]; n];
        let mut second = vec![[[0.0f64; FEATURES]; FEATURES]; n];
        let mut share = vec![0.0f32; n];
        for (s, &w) in samples.iter().zip(weights) {
            if w < 1e-3 {
                continue;
            }
            let top = self.log_each(s, &mut share);
            let sum: f32 = share
                .iter_mut()
                .map(|v| {
                    *v = (*v - top).exp();
                    *v
                })
                .sum();
            for k in 0..n {
                let r = f64::from(w * share[k] / sum);
                if r < 1e-4 {
                    continue;
                }
                mass[k] += r;
                for d in 0..FEATURES {
                    let x = r * f64::from(s[d]);
                    first[k][d] += x;
                    for e in 0..=d {
                        second[k][d][e] += x * f64::from(s[e]);
                    }
                }
            }
        }
        let total: f64 = mass.iter().sum();
        for k in 0..n {
            if mass[k] < LEAST_WEIGHT {
                let c = &self.components[k];
                self.components[k] = Component::new(1e-4, c.mean, c.covariance);
                continue;
            }
            let mean = first[k].map(|v| v / mass[k]);
            let mut covariance = [[0.0; FEATURES]; FEATURES];
            for d in 0..FEATURES {
                for e in 0..=d {
                    covariance[d][e] = second[k][d][e] / mass[k] - mean[d] * mean[e];
                    covariance[e][d] = covariance[d][e];
                }
            }
            self.components[k] = Component::new(mass[k] / total, mean, covariance);
        }
    }

    /// Log density of each component at a sample; returns the largest.
    fn log_each(&self, s: &Sample, out: &mut [f32]) -> f32 {
        let mut top = f32::NEG_INFINITY;
        for (value, c) in out.iter_mut().zip(&self.components) {
            *value = c.log_density(s);
            top = top.max(*value);
        }
        top
    }

    /// Log density at a sample, up to the constant of the dimension; none before a fit.
    #[must_use]
    pub fn log_density(&self, s: &Sample) -> Option<f32> {
        let mut each = [0.0f32; 8];
        let each = &mut each[..self.components.len().min(8)];
        let top = self.log_each(s, each);
        (!self.components.is_empty()).then(|| top + each.iter().map(|v| (v - top).exp()).sum::<f32>().ln())
    }
}

impl Component {
    fn new(weight: f64, mean: [f64; FEATURES], covariance: [[f64; FEATURES]; FEATURES]) -> Self {
        // Cholesky of the covariance with its floor, then the inverse of the factor by forward substitution.
        let mut factor = [[0.0f64; FEATURES]; FEATURES];
        for i in 0..FEATURES {
            for j in 0..=i {
                let mut v = covariance[i][j] + if i == j { LEAST_VARIANCE } else { 0.0 };
                v -= factor[i][..j].iter().zip(&factor[j][..j]).map(|(a, b)| a * b).sum::<f64>();
                factor[i][j] = if i == j { v.max(1e-3).sqrt() } else { v / factor[j][j] };
            }
        }
        let mut whitener = [[0.0f32; FEATURES]; FEATURES];
        let mut inverse = [[0.0f64; FEATURES]; FEATURES];
        for column in 0..FEATURES {
            for i in column..FEATURES {
                let mut v = if i == column { 1.0 } else { 0.0 };
                v -= (column..i).map(|k| factor[i][k] * inverse[k][column]).sum::<f64>();
                inverse[i][column] = v / factor[i][i];
                whitener[i][column] = inverse[i][column] as f32;
            }
        }
        let half_log_determinant: f64 = (0..FEATURES).map(|i| factor[i][i].ln()).sum();
        Self { mean, covariance, whitener, log_peak: (weight.max(1e-4).ln() - half_log_determinant) as f32 }
    }

    fn log_density(&self, s: &Sample) -> f32 {
        let centred: [f32; FEATURES] = std::array::from_fn(|d| s[d] - self.mean[d] as f32);
        let mut square = 0.0;
        for i in 0..FEATURES {
            let z: f32 = self.whitener[i][..=i].iter().zip(&centred).map(|(w, c)| w * c).sum();
            square += z * z;
        }
        self.log_peak - 0.5 * square
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_groups_are_found_and_told_from_a_third() {
        let at = |centre: f32, i: usize| -> Sample {
            std::array::from_fn(|d| centre + (((i * 37 + d * 11) % 17) as f32 - 8.0) / 16.0)
        };
        let samples: Vec<Sample> = (0..300).map(|i| at([0.0, 5.0, 10.0][i % 3], i)).collect();
        let weights: Vec<f32> = (0..300).map(|i| if i % 3 == 2 { 0.0 } else { 1.0 }).collect();
        let mut mixture = Mixture::new(2);
        assert!(mixture.log_density(&samples[0]).is_none());
        mixture.fit(&samples, &weights, 3);
        let density = |s: &Sample| mixture.log_density(s).unwrap();
        assert!(density(&at(0.0, 1)) > density(&at(2.5, 1)) + 3.0);
        assert!(density(&at(5.0, 1)) > density(&at(10.0, 1)) + 10.0);
    }

    #[test]
    fn a_flat_colour_does_not_become_a_spike() {
        let mut mixture = Mixture::new(3);
        mixture.fit(&[[1.0; FEATURES]; 100], &[1.0; 100], 4);
        let far = mixture.log_density(&[2.0; FEATURES]).unwrap();
        assert!(far.is_finite() && far > mixture.log_density(&[1.0; FEATURES]).unwrap() - 50.0);
    }
}
