//! Statistics of differences, each with a 95 % interval by the bootstrap over pictures.
//!
//! Errors within one picture go together, so pictures are drawn anew, not hairs (cluster bootstrap; Efron and Tibshirani 1993,
//! chapter 8). Everything shown is a ratio of sums, so a picture is kept as its sums.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use serde::Serialize;

/// Draws of the bootstrap; the ends of a 95 % interval then wander by about 4 % of its width.
const DRAWS: usize = 1000;

/// Sums over the differences of one picture.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sums {
    /// How many values were compared.
    pub n: f64,
    /// Sum of found minus true.
    pub error: f64,
    /// Sum of absolute errors.
    pub absolute: f64,
    /// Sum of squared errors.
    pub squared: f64,
    /// Values that came with an interval.
    pub intervals: f64,
    /// Of these, intervals that hold the truth.
    pub inside: f64,
    /// Numerator of a share (F1, IoU).
    pub hit: f64,
    /// Its denominator.
    pub of: f64,
}

impl Sums {
    /// Adds one compared value; `interval` is low and high.
    pub fn compare(&mut self, truth: f64, found: f64, interval: Option<(f64, f64)>, relative: bool) {
        let by = if relative { truth.abs().max(1e-9) / 100.0 } else { 1.0 };
        let error = (found - truth) / by;
        self.n += 1.0;
        self.error += error;
        self.absolute += error.abs();
        self.squared += error * error;
        if let Some((low, high)) = interval {
            self.intervals += 1.0;
            self.inside += f64::from(u8::from((low..=high).contains(&truth)));
        }
    }

    /// Adds to a share.
    pub fn share(&mut self, hit: f64, of: f64) {
        self.hit += hit;
        self.of += of;
    }

    fn add(&mut self, o: &Self) {
        self.n += o.n;
        self.error += o.error;
        self.absolute += o.absolute;
        self.squared += o.squared;
        self.intervals += o.intervals;
        self.inside += o.inside;
        self.hit += o.hit;
        self.of += o.of;
    }
}

/// A statistic with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Statistic {
    /// Over all pictures.
    pub value: f64,
    /// 2.5 % quantile of the bootstrap.
    pub low: f64,
    /// 97.5 % quantile.
    pub high: f64,
}

/// All statistics of one measure; those that have no meaning for it, or no data, are null.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Statistics {
    /// Pictures that have it.
    pub pictures: usize,
    /// Values compared, or the denominator of the share.
    pub values: f64,
    /// Mean of found minus true.
    pub bias: Option<Statistic>,
    /// Mean absolute error.
    pub mean_absolute_error: Option<Statistic>,
    /// Root mean square error.
    pub rmse: Option<Statistic>,
    /// F1, IoU or another share, 0..1.
    pub share: Option<Statistic>,
    /// Share of 95 % intervals that hold the truth, 0..1.
    pub intervals_hold: Option<Statistic>,
}

/// Statistics over pictures; the same list gives the same numbers.
#[must_use]
pub fn statistics(pictures: &[Sums]) -> Statistics {
    let mut dice = Pcg64Mcg::seed_from_u64(20_240_607);
    let sum = |indices: &mut dyn Iterator<Item = usize>| {
        let mut total = Sums::default();
        indices.for_each(|i| total.add(&pictures[i]));
        total
    };
    let whole = sum(&mut (0..pictures.len()));
    let draws: Vec<Sums> = if pictures.len() < 2 {
        vec![whole]
    } else {
        (0..DRAWS).map(|_| sum(&mut (0..pictures.len()).map(|_| dice.random_range(0..pictures.len())))).collect()
    };
    let ratio = |top: fn(&Sums) -> f64, bottom: fn(&Sums) -> f64| {
        let of = |s: &Sums| (bottom(s) > 0.0).then(|| top(s) / bottom(s));
        let mut values: Vec<f64> = draws.iter().filter_map(of).collect();
        values.sort_by(f64::total_cmp);
        let at = |q: f64| values[((q * values.len() as f64) as usize).min(values.len() - 1)];
        of(&whole).map(|value| Statistic { value, low: at(0.025).min(value), high: at(0.975).max(value) })
    };
    let root = |s: Statistic| Statistic { value: s.value.sqrt(), low: s.low.sqrt(), high: s.high.sqrt() };
    Statistics {
        pictures: pictures.len(),
        values: whole.n.max(whole.of),
        bias: ratio(|s| s.error, |s| s.n),
        mean_absolute_error: ratio(|s| s.absolute, |s| s.n),
        rmse: ratio(|s| s.squared, |s| s.n).map(root),
        share: ratio(|s| s.hit, |s| s.of),
        intervals_hold: ratio(|s| s.inside, |s| s.intervals),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_known_numbers() {
        let mut a = Sums::default();
        a.compare(100.0, 110.0, Some((90.0, 120.0)), true);
        let mut b = Sums::default();
        b.compare(200.0, 190.0, Some((180.0, 195.0)), true);
        let s = statistics(&[a, b]);
        let value = |v: Option<Statistic>| v.unwrap().value;
        assert!((value(s.bias) - 2.5).abs() < 1e-9);
        assert!((value(s.mean_absolute_error) - 7.5).abs() < 1e-9);
        assert!((value(s.rmse) - 62.5f64.sqrt()).abs() < 1e-9);
        assert!((value(s.intervals_hold) - 0.5).abs() < 1e-9);
        assert!(s.share.is_none());
    }

    /// The bootstrap's interval of a mean of normal numbers is about 1.96 standard errors to each side.
    #[test]
    fn the_interval_is_as_wide_as_theory_says() {
        let mut dice = Pcg64Mcg::seed_from_u64(1);
        let pictures: Vec<Sums> = (0..400)
            .map(|_| {
                let mut s = Sums::default();
                // Sum of 12 uniform numbers: deviation 1.
                let error = (0..12).map(|_| dice.random_range(0.0..1.0)).sum::<f64>() - 6.0;
                s.compare(0.0, error, None, false);
                s
            })
            .collect();
        let b = statistics(&pictures).bias.unwrap();
        let width = b.high - b.low;
        assert!((width / (2.0 * 1.96 / 20.0) - 1.0).abs() < 0.15, "{width}");
    }
}
