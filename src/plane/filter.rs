//! Filters that several stages share: luma, Gaussian blur, grey closing. All borders are repeated.

use rayon::prelude::*;

use super::Plane;

impl Plane<[u8; 3]> {
    /// Luma of Rec. 601 (the weights of JPEG), 0..255.
    #[must_use]
    pub fn luma(&self) -> Plane<f32> {
        self.map(luma)
    }
}

/// Luma of one sRGB pixel by Rec. 601, 0..255.
#[must_use]
pub fn luma([r, g, b]: [u8; 3]) -> f32 {
    0.299 * f32::from(r) + 0.587 * f32::from(g) + 0.114 * f32::from(b)
}

impl Plane<f32> {
    /// Gaussian blur with standard deviation `sigma` px; a copy for `sigma <= 0`.
    #[must_use]
    pub fn gaussian(&self, sigma: f32) -> Self {
        if sigma <= 0.0 {
            return self.clone();
        }
        let radius = (3.0 * sigma).ceil() as i64;
        let weights: Vec<f32> = (-radius..=radius).map(|i| (-((i * i) as f32) / (2.0 * sigma * sigma)).exp()).collect();
        let total: f32 = weights.iter().sum();
        let weights: Vec<f32> = weights.iter().map(|w| w / total).collect();
        let last = self.width() as i64 - 1;
        let pass = |plane: &Self| {
            let mut out = Self::filled(plane.width(), plane.height(), 0.0);
            let last_row = plane.height() as i64 - 1;
            out.as_mut_slice().par_chunks_exact_mut(plane.width()).enumerate().for_each(|(y, row)| {
                // Written before it is read: fresh memory that is read first costs a second page fault.
                row.fill(0.0);
                for (w, dy) in weights.iter().zip(-radius..) {
                    let source = plane.row((y as i64 + dy).clamp(0, last_row) as usize);
                    row.iter_mut().zip(source).for_each(|(o, s)| *o += w * s);
                }
            });
            out
        };
        let vertical = pass(self);
        let mut out = Self::filled(self.width(), self.height(), 0.0);
        out.as_mut_slice().par_chunks_exact_mut(self.width()).enumerate().for_each(|(y, row)| {
            let padded: Vec<f32> = (-radius..=last + radius).map(|x| vertical.get_clamped(x, y as i64)).collect();
            row.fill(0.0);
            for (i, w) in weights.iter().enumerate() {
                row.iter_mut().zip(&padded[i..]).for_each(|(o, s)| *o += w * s);
            }
        });
        out
    }

    /// Grey closing by a square of `2 * radius + 1` px: fills everything dark that is narrower.
    #[must_use]
    pub fn closing(&self, radius: usize) -> Self {
        self.extreme(radius, f32::max).extreme(radius, f32::min)
    }

    /// The extreme of each square of `2 * radius + 1` px, cut at the border.
    fn extreme(&self, radius: usize, pick: impl Fn(f32, f32) -> f32 + Sync) -> Self {
        let (w, h) = (self.width(), self.height());
        // Shifted whole rows against each other: these are loops without branches.
        let against = |out: &mut [f32], other: &[f32]| {
            out.iter_mut().zip(other).for_each(|(o, v)| *o = pick(*o, *v));
        };
        let mut horizontal = self.clone();
        horizontal.as_mut_slice().par_chunks_exact_mut(w).zip(self.as_slice().par_chunks_exact(w)).for_each(
            |(out, row)| {
                for by in 1..=radius.min(w - 1) {
                    against(&mut out[..w - by], &row[by..]);
                    against(&mut out[by..], &row[..w - by]);
                }
            },
        );
        let mut out = horizontal.clone();
        out.as_mut_slice().par_chunks_exact_mut(w).enumerate().for_each(|(y, row)| {
            for near in (y.saturating_sub(radius)..(y + radius + 1).min(h)).filter(|near| *near != y) {
                against(row, horizontal.row(near));
            }
        });
        out
    }

    /// The value below which a share `p` (0..1) of the values lies; the lower neighbour, no interpolation.
    #[must_use]
    pub fn quantile(&self, p: f64) -> f32 {
        quantile(&mut self.as_slice().to_vec(), p)
    }
}

/// The value below which a share `p` (0..1) of the values lies; reorders them. 0 for none.
pub fn quantile(values: &mut [f32], p: f64) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let rank = ((values.len() - 1) as f64 * p.clamp(0.0, 1.0)) as usize;
    *values.select_nth_unstable_by(rank, f32::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gaussian_keeps_a_constant_and_spreads_a_point_evenly() {
        let mut p = Plane::filled(41, 41, 0.0);
        p.set(20, 20, 1.0);
        let g = p.gaussian(2.0);
        let sum: f32 = g.as_slice().iter().sum();
        assert!((sum - 1.0).abs() < 1e-4, "{sum}");
        let var: f32 = (0..41).map(|x| (x as f32 - 20.0).powi(2) * (0..41).map(|y| g.get(x, y)).sum::<f32>()).sum();
        assert!((var - 4.0).abs() < 0.1, "{var}");
        assert!(Plane::filled(5, 5, 7.0).gaussian(3.0).as_slice().iter().all(|v| (v - 7.0).abs() < 1e-4));
    }

    #[test]
    fn a_closing_fills_what_is_narrow_and_keeps_what_is_wide() {
        let p = Plane::from_fn(40, 9, |x, _| if (10..13).contains(&x) || (20..35).contains(&x) { 0.0 } else { 100.0 });
        let c = p.closing(2);
        assert_eq!(c.get(11, 4), 100.0);
        assert_eq!(c.get(27, 4), 0.0);
    }
}
