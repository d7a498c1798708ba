//! How much each pixel looks like the middle of a shaft, for each direction a shaft can run.
//!
//! The filter is the second derivative of a Gaussian across the shaft, averaged along it: the elongation keeps crossing hairs
//! apart, since each answers in its own direction. The second derivative is steered from three separable convolutions
//! (Freeman and Adelson 1991, doi:10.1109/34.93808).

use std::ops::Range;

use rayon::prelude::*;

use crate::kernel::{Isa, separable};
use crate::plane::Plane;

/// Number of directions over half a turn; 11.25 degrees apart, less than the filter's own width in angle.
pub const DIRECTIONS: usize = 16;

/// One response for each direction, where the photo is dark enough for a shaft and [`AROUND`] px around; 0 elsewhere. Direction `k` runs
/// at `k * pi / DIRECTIONS` from the x axis towards the y axis.
///
/// Shafts cover a tenth of a field or so: all directions of all px would cost most of the time and memory of a close-up.
#[derive(Debug, Clone)]
pub struct Response {
    /// For each px its place in `values`, or [`NOWHERE`].
    place: Plane<u32>,
    values: Vec<[f32; DIRECTIONS]>,
}

const NOWHERE: u32 = u32::MAX;
/// Px around dark px that are filtered too: a shaft is followed by comparing its neighbours 1 px away, each read between two px.
const AROUND: usize = 3;

/// Angle between two neighbouring directions, in radians.
pub const STEP: f32 = std::f32::consts::PI / DIRECTIONS as f32;

impl Response {
    /// Filters a contrast plane around the px whose contrast is at least `dark`. A straight shaft of width `4 sigma` and contrast 1 answers
    /// 1 in its middle.
    #[must_use]
    pub fn of(contrast: &Plane<f32>, sigma: f32, half_length: f32, dark: f32) -> Self {
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
        let (w, h) = (contrast.width(), contrast.height());
        let mut place = Plane::filled(w, h, NOWHERE);
        let (mut rows, mut count) = (Vec::with_capacity(h), 0usize);
        for (y, runs) in runs_around(contrast, dark).into_iter().enumerate() {
            let first = count;
            for run in &runs {
                for p in &mut place.row_mut(y)[run.clone()] {
                    *p = count as u32;
                    count += 1;
                }
            }
            rows.push((first, runs));
        }
        let mut values = vec![[0.0f32; DIRECTIONS]; count];
        let shafts = Shafts { planes: [&xx, &xy, &yy], lines: lines(bar, half_length) };
        // Rows of values lie one after another: each worker takes its own part.
        let mut rest = values.as_mut_slice();
        let mut jobs = Vec::with_capacity(h);
        for (y, (first, runs)) in rows.iter().enumerate() {
            let n = rows.get(y + 1).map_or(count, |next| next.0) - first;
            let (own, others) = rest.split_at_mut(n);
            rest = others;
            jobs.push((y, runs, own));
        }
        jobs.into_par_iter().with_min_len(16).for_each_init(Vec::new, |sums, (y, runs, own)| {
            let mut from = 0;
            for run in runs {
                let n = run.len();
                shafts.along(y, run.clone(), sums, &mut own[from..from + n]);
                from += n;
            }
        });
        Self { place, values }
    }

    /// Response at a position for a direction given by its number; numbers wrap around.
    #[must_use]
    pub fn at(&self, x: f32, y: f32, direction: i32) -> f32 {
        let k = direction.rem_euclid(DIRECTIONS as i32) as usize;
        let x = x.clamp(0.0, (self.place.width() - 1) as f32);
        let y = y.clamp(0.0, (self.place.height() - 1) as f32);
        let (x0, y0) = (x as usize, y as usize);
        let (x1, y1) = ((x0 + 1).min(self.place.width() - 1), (y0 + 1).min(self.place.height() - 1));
        let (fx, fy) = (x - x0 as f32, y - y0 as f32);
        let value = |x, y| self.values.get(self.place.get(x, y) as usize).map_or(0.0, |v| v[k]);
        let top = value(x0, y0) * (1.0 - fx) + value(x1, y0) * fx;
        let bottom = value(x0, y1) * (1.0 - fx) + value(x1, y1) * fx;
        top * (1.0 - fy) + bottom * fy
    }

    /// All directions at a px; none where it was not filtered.
    #[must_use]
    pub fn all(&self, x: usize, y: usize) -> Option<&[f32; DIRECTIONS]> {
        self.values.get(self.place.get(x, y) as usize)
    }
}

/// For each row the runs of px within [`AROUND`] of one whose contrast is at least `dark`.
fn runs_around(contrast: &Plane<f32>, dark: f32) -> Vec<Vec<Range<usize>>> {
    let (w, h) = (contrast.width(), contrast.height());
    let own: Vec<Vec<Range<usize>>> = contrast
        .as_slice()
        .par_chunks_exact(w)
        .map(|row| {
            let mut runs: Vec<Range<usize>> = Vec::new();
            for (x, _) in row.iter().enumerate().filter(|(_, v)| **v >= dark) {
                add_run(&mut runs, x.saturating_sub(AROUND)..(x + AROUND + 1).min(w));
            }
            runs
        })
        .collect();
    (0..h)
        .map(|y| {
            let mut all: Vec<Range<usize>> =
                own[y.saturating_sub(AROUND)..(y + AROUND + 1).min(h)].iter().flatten().cloned().collect();
            all.sort_by_key(|r| r.start);
            all.into_iter().fold(Vec::new(), |mut runs, run| {
                add_run(&mut runs, run);
                runs
            })
        })
        .collect()
}

/// Adds a run that starts no further left than the last one, joined with it where they touch.
fn add_run(runs: &mut Vec<Range<usize>>, run: Range<usize>) {
    match runs.last_mut() {
        Some(last) if run.start <= last.end => last.end = last.end.max(run.end),
        _ => runs.push(run),
    }
}

/// One direction: how the three second derivatives are weighed, and the px that are averaged, every second one along it.
struct Line {
    weights: [f32; 3],
    shifts: Vec<(i64, i64)>,
}

fn lines(bar: f32, half_length: f32) -> Vec<Line> {
    let n = (half_length / 2.0).round().max(1.0) as i64;
    (0..DIRECTIONS)
        .map(|k| {
            let (sin, cos) = (k as f32 * STEP).sin_cos();
            let share = -1.0 / (bar * (2 * n + 1) as f32);
            let shift = |i: i64| ((2.0 * i as f32 * cos).round() as i64, (2.0 * i as f32 * sin).round() as i64);
            Line {
                weights: [sin * sin * share, -2.0 * sin * cos * share, cos * cos * share],
                shifts: (-n..=n).map(shift).collect(),
            }
        })
        .collect()
}

struct Shafts<'a> {
    planes: [&'a Plane<f32>; 3],
    lines: Vec<Line>,
}

impl Shafts<'_> {
    /// Filters one run of a row in all directions.
    fn along(&self, y: usize, run: Range<usize>, sums: &mut Vec<f32>, out: &mut [[f32; DIRECTIONS]]) {
        let (w, h) = (self.planes[0].width() as i64, self.planes[0].height() as i64);
        for (k, line) in self.lines.iter().enumerate() {
            sums.clear();
            sums.resize(run.len(), 0.0);
            for &(dx, dy) in &line.shifts {
                let row = (y as i64 + dy).clamp(0, h - 1) as usize;
                // What lies beyond the border counts as skin.
                let (from, to) = ((run.start as i64).max(-dx), (run.end as i64).min(w - dx));
                if from >= to {
                    continue;
                }
                let source = (from + dx) as usize..(to + dx) as usize;
                let [xx, xy, yy] = self.planes.map(|p| &p.row(row)[source.clone()]);
                let into = &mut sums[(from - run.start as i64) as usize..(to - run.start as i64) as usize];
                add_weighed(into, xx, xy, yy, line.weights);
            }
            for (px, sum) in out.iter_mut().zip(sums.iter()) {
                px[k] = *sum;
            }
        }
    }
}

#[multiversion::multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn add_weighed(sums: &mut [f32], xx: &[f32], xy: &[f32], yy: &[f32], [a, b, c]: [f32; 3]) {
    for (((s, x), m), y) in sums.iter_mut().zip(xx).zip(xy).zip(yy) {
        *s += a * x + b * m + c * y;
    }
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
            let response = Response::of(&bar, 2.0, 8.0, 0.5);
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
