//! Kernels from each level of a scale space to the next.
//!
//! What is smooth needs few samples: a level of sigma 2 px holds nothing that every second px would not show (of waves two px long it
//! keeps e^-20), one of sigma 4 nothing that every fourth would not. So the kernels from such levels have weights on every second or
//! fourth px alone, and answer as the whole ones do.

use super::filter::BAND;

/// A symmetric kernel with weights on every `step`-th px.
#[derive(Debug, Clone)]
pub(super) struct Taps {
    /// The weights of distance 0, `step`, 2 `step`...
    pub half: Vec<f32>,
    /// A power of two.
    pub step: usize,
}

impl Taps {
    /// Px that it reaches to each side.
    pub fn reach(&self) -> usize {
        (self.half.len() - 1) * self.step
    }
}

/// Half of a sampled Gaussian, cut at three sigma, whose sum is 1.
#[must_use]
pub(super) fn half_gaussian(sigma: f32) -> Vec<f32> {
    let reach = (3.0 * sigma).ceil() as usize;
    let weight = |i: usize| (-0.5 * (i as f64 / f64::from(sigma)).powi(2)).exp();
    let total: f64 = weight(0) + 2.0 * (1..=reach).map(weight).sum::<f64>();
    (0..=reach).map(|i| (weight(i) / total) as f32).collect()
}

/// Half kernels from each level to the next: Gaussians of what is missing from the variance, by definition.
pub(super) fn steps(from: f32, sigmas: &[f32]) -> Vec<Vec<f32>> {
    let mut last = from;
    let step = |&s: &f32| half_gaussian((s * s - std::mem::replace(&mut last, s).powi(2)).sqrt());
    sigmas.iter().map(step).collect()
}

/// Results of a band that lie as far apart as the farthest weights.
pub(super) const FAR: usize = 4;

/// As [`steps`], with weights as far apart as the level before and the band allow.
pub(super) fn wide_steps(from: f32, sigmas: &[f32]) -> Vec<Taps> {
    let wide = |(whole, before): (Vec<f32>, &f32)| {
        // Sigmas are roots of two as floats know them.
        let smooth = (1.001 * before) as usize;
        let step = smooth.min(BAND / FAR).checked_ilog2().map_or(1, |octaves| 1 << octaves);
        Taps { half: if step == 1 { whole } else { apart(&whole, f64::from(*before), step) }, step }
    };
    steps(from, sigmas).into_iter().zip([from].iter().chain(sigmas)).map(wide).collect()
}

/// Variance that each px has for itself, of that which it shares with its neighbours.
const OWN: f64 = 1e-6;

/// Half of the kernel on every `step`-th px whose answer is nearest to that of the half kernel `full`: in the mean of squares, for white
/// noise smoothed by a Gaussian of sigma `before`.
fn apart(full: &[f32], before: f64, step: usize) -> Vec<f32> {
    let reach = (full.len() - 1).div_ceil(step);
    // How far two px of such noise go together. A little of each px's own keeps neighbours apart that know nearly the same: else their
    // weights are large, of both signs, and nearly cancel.
    let together = |apart: i64| (-(apart * apart) as f64 / (4.0 * before * before)).exp();
    let alike = |apart: i64| together(apart) + if apart == 0 { OWN } else { 0.0 };
    let (far, step) = (reach as i64, step as i64);
    let all = 1 - full.len() as i64..full.len() as i64;
    let like_full = |at: i64| all.clone().map(|k| f64::from(full[k.unsigned_abs() as usize]) * together(at - k)).sum();
    // The normal equations, one row for each weight; the last column is what they must give.
    let row = |m: i64| (-far..=far).map(|k| alike(step * (m - k))).chain([like_full(step * m)]).collect();
    let mut rows: Vec<Vec<f64>> = (-far..=far).map(row).collect();
    // Such a matrix is positive definite, so elimination needs no other order.
    for i in 0..rows.len() {
        let (upper, lower) = rows.split_at_mut(i + 1);
        for row in lower {
            let share = row[i] / upper[i][i];
            row.iter_mut().zip(&upper[i]).for_each(|(v, u)| *v -= share * u);
        }
    }
    let mut weights = vec![0.0; rows.len()];
    for (i, row) in rows.iter().enumerate().rev() {
        let known: f64 = row[i + 1..].iter().zip(&weights[i + 1..]).map(|(v, w)| v * w).sum();
        weights[i] = (row[rows.len()] - known) / row[i];
    }
    // Even light stays as bright as it is.
    let total: f64 = weights.iter().sum();
    weights[reach..].iter().map(|w| (w / total) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Share that a kernel leaves of waves with so many radians per px.
    fn answer(taps: &Taps, wave: f64) -> f64 {
        let weighed = |(k, w): (usize, &f32)| f64::from(*w) * ((k * taps.step) as f64 * wave).cos();
        2.0 * taps.half.iter().enumerate().map(weighed).sum::<f64>() - f64::from(taps.half[0])
    }

    #[test]
    fn few_weights_answer_as_all_do() {
        let sigmas: Vec<f32> = (0..8).map(|i| 2f32.powf(0.5 * i as f32)).collect();
        let all: Vec<Taps> = steps(0.0, &sigmas).into_iter().map(|half| Taps { half, step: 1 }).collect();
        let few = wide_steps(0.0, &sigmas);
        assert_eq!(few.iter().map(|t| t.step).collect::<Vec<_>>(), [1, 1, 1, 2, 2, 4, 4, 4]);
        let weights = |all: &[Taps]| all.iter().map(|t| t.half.len()).sum::<usize>();
        assert!(weights(&few) < weights(&all) * 2 / 3, "{} of {}", weights(&few), weights(&all));
        // Weights of both signs that nearly cancel would answer by chance.
        let sizes = |t: &Taps| 2.0 * t.half.iter().map(|w| w.abs()).sum::<f32>() - t.half[0].abs();
        assert!(few.iter().all(|t| sizes(t) < 1.01), "{few:?}");
        for ((all, few), before) in all.iter().zip(&few).zip([0.0].iter().chain(&sigmas)) {
            for wave in (0..=314).map(|i| 0.01 * f64::from(i)) {
                // What the level before holds of these waves.
                let held = (-0.5 * (f64::from(*before) * wave).powi(2)).exp();
                let off = held * (answer(few, wave) - answer(all, wave));
                assert!(off.abs() < 1e-3, "sigma {before}: {off} at {wave}");
            }
        }
    }
}
