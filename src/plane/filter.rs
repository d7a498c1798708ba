//! Filters that several stages share: luma, Gaussian blur, grey closing, what lies around and how far away. All borders are repeated.

use rayon::prelude::*;

use super::{Plane, Point};

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

impl Plane<bool> {
    /// Whether a px or one of its eight neighbours is set.
    #[must_use]
    pub fn any_around(&self, x: usize, y: usize) -> bool {
        (y.saturating_sub(1)..(y + 2).min(self.height()))
            .any(|v| (x.saturating_sub(1)..(x + 2).min(self.width())).any(|u| self.get(u, v)))
    }

    /// Distance of each px to the nearest one that is set, px; infinite where none is.
    #[must_use]
    pub fn to_nearest(&self) -> Plane<f64> {
        let set = self.as_slice().iter().map(|set| if *set { u8::MAX } else { 0 }).collect();
        let mask = image::GrayImage::from_raw(self.width() as u32, self.height() as u32, set).unwrap_or_default();
        let squared = imageproc::distance_transform::euclidean_squared_distance_transform(&mask);
        Plane::from_vec(self.width(), self.height(), squared.iter().map(|v| v.sqrt()).collect())
    }
}

impl Plane<f32> {
    /// Gaussian blur with standard deviation `sigma` px; a copy for `sigma <= 0`.
    #[must_use]
    pub fn gaussian(&self, sigma: f32) -> Self {
        if sigma <= 0.0 {
            return self.clone();
        }
        let (radius, weights) = bell(sigma);
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

    /// The value at a position, as [`Self::sample`] reads it, after a Gaussian blur with standard deviation `sigma` px; looks at the px
    /// around it alone.
    #[must_use]
    pub fn blurred_at(&self, sigma: f32, p: Point) -> f32 {
        if sigma <= 0.0 {
            return self.sample(p.x, p.y);
        }
        let (radius, weights) = bell(sigma);
        let inside = |v: f32, n: usize| v.clamp(0.0, (n - 1) as f32);
        let (x, y) = (inside(p.x, self.width()), inside(p.y, self.height()));
        let (left, top) = (x as i64, y as i64);
        // The four px that are read between: down the columns first, then along the rows.
        let row = |y: i64| {
            let columns: Vec<f32> = (left - radius..=left + 1 + radius)
                .map(|x| weighed(&weights, (y - radius..=y + radius).map(|v| self.get_clamped(x, v))))
                .collect();
            [0, 1].map(|i| weighed(&weights, columns[i..].iter().copied()))
        };
        let four = [row(top), row(top + 1)].concat();
        Self::from_vec(2, 2, four).sample(x - left as f32, y - top as f32)
    }

    /// Grey closing by a square of `2 * radius + 1` px: fills everything dark that is narrower.
    #[must_use]
    pub fn closing(&self, radius: usize) -> Self {
        let mut out = Self::filled(self.width(), self.height(), 0.0);
        self.close_into(radius, &mut out);
        out
    }

    /// As [`Self::closing`], into a plane of the same size that is there already.
    ///
    /// # Panics
    /// If the sizes differ.
    pub fn close_into(&self, radius: usize, out: &mut Self) {
        assert_eq!((self.width(), self.height()), (out.width(), out.height()), "planes of one size");
        let (w, h) = (self.width(), self.height());
        // Rows are closed in bands that stay in the cache, with what the windows of both passes reach beyond them.
        let tall = (4 * radius).max(32);
        let memory = <(Line, Vec<f32>)>::default;
        out.as_mut_slice().par_chunks_mut(w * tall).enumerate().for_each_init(memory, |(line, wide), (band, rows)| {
            let within = |y: usize| y.saturating_sub(radius)..(y + radius + 1).min(h);
            let (y0, y1) = (band * tall, band * tall + rows.len() / w);
            let (first, last) = (within(y0).start, within(y1 - 1).end);
            wide.resize((last - first) * w, 0.0);
            for (y, row) in (first..last).zip(wide.chunks_exact_mut(w)) {
                line.extreme(&self.as_slice()[within(y).start * w..within(y).end * w], radius, raise, row);
            }
            for (y, row) in (y0..y1).zip(rows.chunks_exact_mut(w)) {
                line.extreme(&wide[(within(y).start - first) * w..(within(y).end - first) * w], radius, lower, row);
            }
        });
    }

    /// The value below which a share `p` (0..1) of the values lies; the lower neighbour, no interpolation.
    #[must_use]
    pub fn quantile(&self, p: f64) -> f32 {
        quantile(&mut self.as_slice().to_vec(), p)
    }
}

/// Weights of a Gaussian, which sum to 1, as far as it reaches to both sides.
fn bell(sigma: f32) -> (i64, Vec<f32>) {
    let radius = (3.0 * sigma).ceil() as i64;
    let weights: Vec<f32> = (-radius..=radius).map(|i| (-((i * i) as f32) / (2.0 * sigma * sigma)).exp()).collect();
    let total: f32 = weights.iter().sum();
    (radius, weights.iter().map(|w| w / total).collect())
}

fn weighed(weights: &[f32], values: impl Iterator<Item = f32>) -> f32 {
    weights.iter().zip(values).fold(0.0, |sum, (w, v)| sum + w * v)
}

/// Memory for one row that is made from several.
#[derive(Default)]
struct Line {
    own: Vec<f32>,
    next: Vec<f32>,
}

impl Line {
    /// The extreme of each square of `2 * radius + 1` px, cut at the border, around one row; `rows` are that row and those within reach.
    fn extreme(&mut self, rows: &[f32], radius: usize, pick: fn(&mut [f32], &[f32]), out: &mut [f32]) {
        let w = out.len();
        self.own.resize(w + 2 * radius, 0.0);
        let middle = &mut self.own[radius..radius + w];
        let mut rows = rows.chunks_exact(w);
        middle.copy_from_slice(rows.next().expect("a row lies within reach of itself"));
        rows.for_each(|row| pick(middle, row));
        // A border px that is repeated changes no extreme.
        let (first, last) = (middle[0], middle[w - 1]);
        self.own[..radius].fill(first);
        self.own[radius + w..].fill(last);
        // Windows of twice the width from two that lie side by side.
        let mut width = 1;
        while 2 * width <= 2 * radius + 1 {
            let n = self.own.len() - width;
            self.next.clear();
            self.next.extend_from_slice(&self.own[..n]);
            pick(&mut self.next, &self.own[width..]);
            std::mem::swap(&mut self.own, &mut self.next);
            width *= 2;
        }
        out.copy_from_slice(&self.own[..w]);
        pick(out, &self.own[2 * radius + 1 - width..][..w]);
    }
}

#[multiversion::multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn raise(values: &mut [f32], others: &[f32]) {
    values.iter_mut().zip(others).for_each(|(v, o)| *v = v.max(*o));
}

#[multiversion::multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn lower(values: &mut [f32], others: &[f32]) {
    values.iter_mut().zip(others).for_each(|(v, o)| *v = v.min(*o));
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
    fn a_blurred_place_is_that_of_the_blurred_plane() {
        let p = Plane::from_fn(33, 21, |x, y| ((x * 37 + y * 101) % 53) as f32);
        let blurred = p.gaussian(2.3);
        for (x, y) in [(0.0, 0.0), (12.4, 9.7), (32.0, 20.0), (31.6, 3.0), (-4.0, 19.9)] {
            assert!((p.blurred_at(2.3, Point::new(x, y)) - blurred.sample(x, y)).abs() < 1e-4, "{x}, {y}");
        }
    }

    #[test]
    fn a_closing_is_the_least_of_the_largest_values_around() {
        let around = |plane: &Plane<f32>, radius: i64, pick: fn(f32, f32) -> f32| {
            Plane::from_fn(plane.width(), plane.height(), |x, y| {
                let offsets = (-radius..=radius).flat_map(|dy| (-radius..=radius).map(move |dx| (dx, dy)));
                offsets.map(|(dx, dy)| plane.get_clamped(x as i64 + dx, y as i64 + dy)).reduce(pick).unwrap_or(0.0)
            })
        };
        let p = Plane::from_fn(47, 39, |x, y| ((x * x * 37 + y * 101) % 53) as f32);
        for radius in [0, 1, 2, 3, 11, 60] {
            let direct = around(&around(&p, radius, f32::max), radius, f32::min);
            assert_eq!(p.closing(radius as usize), direct, "{radius}");
        }
    }

    #[test]
    fn a_closing_fills_what_is_narrow_and_keeps_what_is_wide() {
        let p = Plane::from_fn(40, 9, |x, _| if (10..13).contains(&x) || (20..35).contains(&x) { 0.0 } else { 100.0 });
        let c = p.closing(2);
        assert_eq!(c.get(11, 4), 100.0);
        assert_eq!(c.get(27, 4), 0.0);
    }
}
