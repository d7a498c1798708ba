//! Small copies of the photo, and the filters that work on them.

use std::ops::Range;

use rayon::prelude::*;

use crate::plane::Plane;
use crate::plane::resize::FilterType;

/// The whole picture at another size; an area-weighted triangle when shrinking.
#[must_use]
pub fn resized(rgb: &Plane<[u8; 3]>, width: usize, height: usize) -> Plane<[u8; 3]> {
    rgb.resized(width, height, FilterType::Bilinear)
}

/// Mean over a square window of `2 radius + 1` px, cut at the border, of each of `N` channels.
#[must_use]
pub fn box_mean<const N: usize>(plane: &Plane<[f32; N]>, radius: usize) -> Plane<[f32; N]> {
    box_mean_of((plane.width(), plane.height()), radius, |x, y| plane.get(x, y), |mean| *mean)
}

/// Rows that are computed one after another, so that the sums of each start from those of the row before.
const BAND: usize = 64;

/// As [`box_mean`] of what `value` tells for each px, and what `made` makes of each mean.
///
/// Running sums in f64, so the window's size costs nothing and no drift shows. Only as many rows as the window is high are held: planes
/// of many channels would cost more time for their memory than for the sums.
#[must_use]
pub fn box_mean_of<const N: usize, T: Copy + Send + Sync>(
    (w, h): (usize, usize),
    radius: usize,
    value: impl Fn(usize, usize) -> [f32; N] + Sync,
    made: impl Fn(&[f32; N]) -> T + Sync,
) -> Plane<T> {
    let nothing = made(&[0.0; N]);
    let mut out = Plane::filled(w, h, nothing);
    // Bands and not one for each thread: results must not depend on their number.
    out.as_mut_slice().par_chunks_mut(w.max(1) * BAND).enumerate().for_each(|(band, rows)| {
        let ring = 2 * radius + 1;
        let mut own = vec![[0.0f32; N]; w];
        let mut across = vec![[0.0f32; N]; w * ring];
        let mut sums = vec![[0.0f64; N]; w];
        let mut count = 0usize;
        let mut enter = |y: usize, across: &mut [[f32; N]], sums: &mut [[f64; N]]| {
            own.iter_mut().enumerate().for_each(|(x, v)| *v = value(x, y));
            let row = &mut across[y % ring * w..][..w];
            slide(w, radius, row, |x| &own[x]);
            sums.iter_mut().zip(row).for_each(|(sum, v)| add(sum, v, 1.0));
        };
        let first = band * BAND;
        for y in first.saturating_sub(radius)..(first + radius).min(h) {
            enter(y, &mut across, &mut sums);
            count += 1;
        }
        for (y, out) in (first..).zip(rows.chunks_exact_mut(w)) {
            // The row that leaves has the place in the ring of the one that enters.
            if y > first && y > radius {
                let leaves = &across[(y - radius - 1) % ring * w..][..w];
                sums.iter_mut().zip(leaves).for_each(|(sum, v)| add(sum, v, -1.0));
                count -= 1;
            }
            if y + radius < h {
                enter(y + radius, &mut across, &mut sums);
                count += 1;
            }
            let share = count as f64;
            out.iter_mut().zip(&sums).for_each(|(out, sum)| *out = made(&sum.map(|s| (s / share) as f32)));
        }
    });
    out
}

/// Window means along one line.
fn slide<'a, const N: usize>(n: usize, radius: usize, out: &mut [[f32; N]], at: impl Fn(usize) -> &'a [f32; N]) {
    let mut sum = [0.0f64; N];
    let mut count = 0usize;
    for i in 0..radius.min(n) {
        add(&mut sum, at(i), 1.0);
        count += 1;
    }
    for (i, value) in out.iter_mut().enumerate() {
        if i + radius < n {
            add(&mut sum, at(i + radius), 1.0);
            count += 1;
        }
        if i > radius {
            add(&mut sum, at(i - radius - 1), -1.0);
            count -= 1;
        }
        *value = sum.map(|s| (s / count as f64) as f32);
    }
}

fn add<const N: usize>(sum: &mut [f64; N], value: &[f32; N], sign: f64) {
    for (s, v) in sum.iter_mut().zip(value) {
        *s += sign * f64::from(*v);
    }
}

/// Bilinear value of each channel of a plane that covers the same picture as another of `width` x `height` px, at that
/// other's px `(x, y)`.
#[must_use]
pub fn sample_scaled<const N: usize>(
    plane: &Plane<[f32; N]>,
    x: usize,
    y: usize,
    width: usize,
    height: usize,
) -> [f32; N] {
    let (x0, x1, fx) = neighbours(x, width, plane.width());
    let (y0, y1, fy) = neighbours(y, height, plane.height());
    let (a, b, c, d) = (plane.get(x0, y0), plane.get(x1, y0), plane.get(x0, y1), plane.get(x1, y1));
    std::array::from_fn(|k| {
        let top = a[k] + fx * (b[k] - a[k]);
        let bottom = c[k] + fx * (d[k] - c[k]);
        top + fy * (bottom - top)
    })
}

/// A plane at another size, bilinear: `make` makes the values of row `y` from what the plane has there. `place` tells where sample `i`
/// of a line of so many new samples lies among so many of the plane's own, as [`neighbours`] does. Where no px of some columns of a row is
/// `wanted`, the plane's values are not looked up, and `make` is not to read them.
pub fn enlarged_rows<T: Copy + Send + Default>(
    plane: &Plane<f32>,
    (width, height): (usize, usize),
    place: impl Fn(usize, usize, usize) -> (usize, usize, f32) + Sync,
    wanted: impl Fn(usize, Range<usize>) -> bool + Sync,
    make: impl Fn(usize, &[f32], &mut [T]) + Sync,
) -> Plane<T> {
    /// Columns that are asked for together, at least.
    const TOGETHER: usize = 64;
    let columns: Vec<(usize, usize, f32)> = (0..width).map(|x| place(x, width, plane.width())).collect();
    let shares: Vec<f32> = columns.iter().map(|c| c.2).collect();
    let cells = cells(&columns);
    let parts: Vec<_> = cells.chunks((TOGETHER * cells.len()).div_ceil(width.max(1)).max(1)).collect();
    let are_long = width >= 3 * cells.len();
    let mut out = vec![T::default(); width * height];
    out.par_chunks_exact_mut(width.max(1)).enumerate().with_min_len(16).for_each_init(
        || (Vec::new(), vec![0.0f32; width]),
        |(between, values), (y, row)| {
            row_between(plane, place(y, height, plane.height()), between);
            for part in &parts {
                let all = part[0].start..part[part.len() - 1].end;
                if !wanted(y, all.clone()) {
                    continue;
                }
                if are_long {
                    // All px of a cell lie between the same two values.
                    for cell in *part {
                        let (x0, x1, _) = columns[cell.start];
                        let (a, b) = (between[x0], between[x1]);
                        let own = values[cell.clone()].iter_mut().zip(&shares[cell.clone()]);
                        own.for_each(|(v, f)| *v = a + f * (b - a));
                    }
                } else {
                    for (v, &(x0, x1, f)) in values[all.clone()].iter_mut().zip(&columns[all]) {
                        let (a, b) = (between[x0], between[x1]);
                        *v = a + f * (b - a);
                    }
                }
            }
            make(y, values, row);
        },
    );
    Plane::from_vec(width, height, out)
}

/// Makes `line` what lies between two rows of a plane: which, and the weight of the second, as [`neighbours`] tells them.
pub fn row_between(plane: &Plane<f32>, (y0, y1, f): (usize, usize, f32), line: &mut Vec<f32>) {
    line.clear();
    line.extend(plane.row(y0).iter().zip(plane.row(y1)).map(|(a, b)| a + f * (b - a)));
}

/// The two positions of a line of `to` samples around sample `i` of a line of `from` samples over the same length, and the
/// weight of the second.
#[must_use]
pub fn neighbours(i: usize, from: usize, to: usize) -> (usize, usize, f32) {
    let position = ((i as f32 + 0.5) * to as f32 / from as f32 - 0.5).clamp(0.0, (to - 1) as f32);
    let first = position as usize;
    (first, (first + 1).min(to - 1), position - first as f32)
}

/// Runs of new samples that lie between the same two samples of the line that they are read from; `line` is what [`neighbours`] tells of each.
#[must_use]
pub fn cells(line: &[(usize, usize, f32)]) -> Vec<Range<usize>> {
    let runs = line.chunk_by(|a, b| a.0 == b.0);
    runs.scan(0, |end, cell| {
        let start = std::mem::replace(end, *end + cell.len());
        Some(start..*end)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The plain twin: sums every window anew.
    fn slow_mean(plane: &Plane<[f32; 1]>, radius: i64, x: usize, y: usize) -> f32 {
        let (w, h) = (plane.width() as i64, plane.height() as i64);
        let (mut sum, mut n) = (0.0, 0.0);
        for v in (y as i64 - radius).max(0)..=(y as i64 + radius).min(h - 1) {
            for u in (x as i64 - radius).max(0)..=(x as i64 + radius).min(w - 1) {
                sum += plane.get(u as usize, v as usize)[0];
                n += 1.0;
            }
        }
        sum / n
    }

    #[test]
    fn box_mean_equals_plain_sums() {
        for (w, h, radius) in [(37, 23, 3), (5, 4, 9), (1, 1, 2), (40, 1, 1), (3, 200, 5), (2, 70, 90)] {
            let plane = Plane::from_fn(w, h, |x, y| [((x * 7 + y * 13) % 11) as f32]);
            let fast = box_mean(&plane, radius);
            for y in 0..h {
                for x in 0..w {
                    assert!((fast.get(x, y)[0] - slow_mean(&plane, radius as i64, x, y)).abs() < 1e-5);
                }
            }
        }
    }

    #[test]
    fn a_flat_picture_stays_flat() {
        let grey = Plane::filled(50, 31, [90u8, 120, 30]);
        let small = resized(&grey, 20, 13);
        assert!(small.as_slice().iter().all(|p| *p == [90, 120, 30]));
        let sampled = sample_scaled(&Plane::filled(3, 2, [0.25f32, 0.75]), 9, 4, 20, 13);
        assert!((sampled[0] - 0.25).abs() < 1e-6 && (sampled[1] - 0.75).abs() < 1e-6);
    }
}
