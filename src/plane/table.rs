//! Functions that are asked for at every px.

use std::ops::Range;

/// A function of one variable by its values at equal steps over a range: linear between them, constant beyond.
#[derive(Debug, Clone)]
pub struct Table {
    from: f32,
    per_unit: f32,
    values: Vec<f32>,
}

impl Table {
    /// So fine that a power of 0.85 to 2.6 over 0..1 is met to a ten-thousandth even where it is steepest; all of it stays in the first cache.
    const STEPS: usize = 4096;

    /// The function `f` over a range, which is not to be empty.
    #[must_use]
    pub fn of(range: Range<f32>, f: impl Fn(f32) -> f32) -> Self {
        let step = (range.end - range.start) / Self::STEPS as f32;
        // The last value twice, so that the end of the range has a value after it, too.
        let values = (0..Self::STEPS + 2).map(|i| f(range.start + step * i.min(Self::STEPS) as f32)).collect();
        Self { from: range.start, per_unit: 1.0 / step, values }
    }

    /// The function at `x`.
    #[must_use]
    #[inline]
    pub fn at(&self, x: f32) -> f32 {
        let at = ((x - self.from) * self.per_unit).clamp(0.0, Self::STEPS as f32);
        let i = at as usize;
        let (a, b) = (self.values[i], self.values[i + 1]);
        a + (at - i as f32) * (b - a)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_met_within_and_kept_beyond() {
        for exponent in [0.85f32, 1.0, 2.6] {
            let table = Table::of(0.0..1.0, |c| 1.0 - (1.0 - c).powf(exponent));
            for i in 0..=10_007u16 {
                let c = f32::from(i) / 10_007.0;
                assert!((table.at(c) - (1.0 - (1.0 - c).powf(exponent))).abs() < 1e-4, "{c} to {exponent}");
            }
            assert_eq!([-3.0, 0.0, 1.0, 7.0].map(|c| table.at(c)), [0.0, 0.0, 1.0, 1.0]);
        }
        assert!((Table::of(-2.0..3.0, |x| x * x).at(1.3) - 1.69).abs() < 1e-5);
    }
}
