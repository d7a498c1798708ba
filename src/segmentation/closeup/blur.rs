//! Smoothing of planes by boxes.

use rayon::prelude::*;

use crate::plane::Plane;

/// Mean over a square of side `2 radius + 1`, cut at the border (the mean is over what lies inside).
#[must_use]
pub fn box_mean(plane: &Plane<f32>, radius: usize) -> Plane<f32> {
    let (w, h) = (plane.width(), plane.height());
    let mut across = Plane::filled(w, h, 0.0f32);
    across.as_mut_slice().par_chunks_mut(w).zip(plane.as_slice().par_chunks(w)).for_each(|(out, row)| {
        running_mean(row, out, radius);
    });
    // Columns are taken in strips so that each strip stays in the cache.
    let mut out = Plane::filled(w, h, 0.0f32);
    let mut sums = vec![0.0f32; w];
    let mut rows_in = 0usize;
    for y in 0..h.min(radius) {
        add(&mut sums, across.row(y), 1.0);
        rows_in += 1;
    }
    for y in 0..h {
        if y + radius < h {
            add(&mut sums, across.row(y + radius), 1.0);
            rows_in += 1;
        }
        if y > radius {
            add(&mut sums, across.row(y - radius - 1), -1.0);
            rows_in -= 1;
        }
        let scale = 1.0 / rows_in as f32;
        for (o, s) in out.row_mut(y).iter_mut().zip(&sums) {
            *o = s * scale;
        }
    }
    out
}

fn add(sums: &mut [f32], row: &[f32], sign: f32) {
    for (s, v) in sums.iter_mut().zip(row) {
        *s += sign * v;
    }
}

fn running_mean(row: &[f32], out: &mut [f32], radius: usize) {
    let w = row.len();
    let mut sum: f64 = row[..w.min(radius)].iter().map(|&v| f64::from(v)).sum();
    let mut n = w.min(radius);
    for x in 0..w {
        if x + radius < w {
            sum += f64::from(row[x + radius]);
            n += 1;
        }
        if x > radius {
            sum -= f64::from(row[x - radius - 1]);
            n -= 1;
        }
        out[x] = (sum / n as f64) as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_at_the_border_are_over_what_lies_inside() {
        let p = Plane::from_fn(9, 7, |x, y| (x * x + 3 * y) as f32);
        let smooth = box_mean(&p, 2);
        for (x, y) in [(0usize, 0usize), (4, 3), (8, 6), (8, 0)] {
            let (mut sum, mut n) = (0.0, 0.0);
            for yy in y.saturating_sub(2)..=(y + 2).min(6) {
                for xx in x.saturating_sub(2)..=(x + 2).min(8) {
                    sum += p.get(xx, yy);
                    n += 1.0;
                }
            }
            assert!((smooth.get(x, y) - sum / n).abs() < 1e-4, "at {x}, {y}");
        }
    }
}
