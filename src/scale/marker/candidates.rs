//! Dark patches whose convex hull is a quadrilateral.

use super::geometry;
use crate::plane::runs::Runs;
use crate::plane::{Plane, Point};
use rayon::prelude::*;

/// Least side in px of a square worth reading: two px for each of eight cells.
const LEAST_SIDE: f64 = 16.0;

/// Quadrilaterals around dark patches, corners clockwise, in px counted from the px edges.
///
/// Dark is relative to the neighbourhood, in a narrow and in a wide window: the narrow one follows uneven light, the
/// wide one keeps large black areas whole.
pub fn quads(luma: &Plane<u8>) -> Vec<[Point; 4]> {
    let wide = luma.width().max(luma.height()) / 16;
    let sums = Sums::of(luma);
    [12, wide.max(25)]
        .into_iter()
        .flat_map(|radius| patches(&sums.dark(luma, radius)))
        .filter_map(|p| quad(&p))
        .collect()
}

/// Summed luma over the rectangle from the origin, for means of any window. Modulo 2^32, which leaves
/// the sums of windows below 2900 px of side exact and below 2^31.
struct Sums(Plane<u32>);

impl Sums {
    fn of(luma: &Plane<u8>) -> Self {
        let width = luma.width() + 1;
        let mut sums = Plane::filled(width, luma.height() + 1, 0u32);
        for (y, row) in luma.rows().enumerate() {
            let (above, here) = sums.as_mut_slice()[y * width..(y + 2) * width].split_at_mut(width);
            let mut sum = 0u32;
            for ((here, above), luma) in here[1..].iter_mut().zip(&above[1..]).zip(row) {
                sum = sum.wrapping_add(u32::from(*luma));
                *here = above.wrapping_add(sum);
            }
        }
        Self(sums)
    }

    /// Where a pixel is clearly darker than the mean of the window around it.
    fn dark(&self, luma: &Plane<u8>, radius: usize) -> Plane<bool> {
        // Black print on white paper is below half of the white, blurred still below 0.85 of the mean of both; the
        // constant keeps noise of a dark photo out.
        const SHARE: f32 = 0.88;
        const OFFSET: f32 = 2.0;
        let (w, h) = (luma.width(), luma.height());
        let mut out = Plane::filled(w, h, false);
        out.as_mut_slice().par_chunks_exact_mut(w).enumerate().with_min_len(16).for_each(|(y, out)| {
            let (y0, y1) = (y.saturating_sub(radius), (y + radius + 1).min(h));
            let (upper, lower, row) = (self.0.row(y0), self.0.row(y1), luma.row(y));
            let is_dark = |x0: usize, x1: usize, luma: u8| {
                let sum = lower[x1].wrapping_sub(lower[x0]).wrapping_sub(upper[x1].wrapping_sub(upper[x0]));
                let area = ((x1 - x0) * (y1 - y0)) as f32;
                f32::from(luma) * area < SHARE * sum.cast_signed() as f32 - OFFSET * area
            };
            let (inner, outer) = if w > 2 * radius { (radius, w - radius) } else { (w, w) };
            for x in (0..inner).chain(outer..w) {
                out[x] = is_dark(x.saturating_sub(radius), (x + radius + 1).min(w), row[x]);
            }
            // Away from the sides all windows are as wide, and the loop has no branch.
            let span = 2 * radius + 1;
            let area = (span * (y1 - y0)) as f32;
            let windows = lower.windows(span + 1).zip(upper.windows(span + 1));
            for ((out, luma), (lower, upper)) in out[inner..outer].iter_mut().zip(&row[inner..outer]).zip(windows) {
                let sum = lower[span].wrapping_sub(lower[0]).wrapping_sub(upper[span].wrapping_sub(upper[0]));
                // Sums of windows stay below 2^31, and signed whole numbers become floats in one instruction.
                *out = f32::from(*luma) * area < SHARE * sum.cast_signed() as f32 - OFFSET * area;
            }
        });
        out
    }
}

/// A connected dark patch: its px and the first and last px of each row.
struct Patch {
    top: usize,
    rows: Vec<(usize, usize)>,
    area: usize,
}

/// Patches joined over sides and corners that are large and round enough for a square, in the order of their first px.
fn patches(dark: &Plane<bool>) -> Vec<Patch> {
    // A square's border alone has 28 of 64 cells; of 16 px that is 112 px.
    const LEAST_AREA: usize = 100;
    let runs = Runs::of(dark, |d| d.then_some(()), true);
    let mut areas = vec![0; runs.list.len()];
    runs.with_parts().for_each(|(run, part)| areas[part] += run.columns.len());
    let mut place = vec![usize::MAX; runs.list.len()];
    let mut found: Vec<Patch> = Vec::new();
    for (i, (run, part)) in runs.with_parts().enumerate().filter(|(_, (_, part))| areas[*part] >= LEAST_AREA) {
        if part == i {
            place[i] = found.len();
            found.push(Patch { top: run.row, rows: vec![], area: areas[i] });
        }
        let patch = &mut found[place[part]];
        // Runs come row by row and from left to right.
        match patch.rows.get_mut(run.row - patch.top) {
            Some(row) => row.1 = run.columns.end - 1,
            None => patch.rows.push((run.columns.start, run.columns.end - 1)),
        }
    }
    found
}

/// The quadrilateral that a patch fills, if it does.
fn quad(patch: &Patch) -> Option<[Point; 4]> {
    let mut corners = Vec::with_capacity(patch.rows.len() * 4);
    for (i, &(first, last)) in patch.rows.iter().enumerate() {
        for y in [patch.top + i, patch.top + i + 1] {
            corners.push(Point::new(first as f32, y as f32));
            corners.push(Point::new((last + 1) as f32, y as f32));
        }
    }
    let hull = geometry::hull(corners);
    let area = geometry::area(&hull).abs();
    // Black cells of a tag fill 44 to 80 % of it; a ring seen through the narrow window fills less.
    if area < LEAST_SIDE * LEAST_SIDE || (patch.area as f64) < 0.15 * area {
        return None;
    }
    let quad = geometry::largest_quad(&hull)?;
    let sides = [0, 1, 2, 3].map(|i| f64::from(quad[i].distance(quad[(i + 1) % 4])));
    let (least, most) = sides.iter().fold((f64::MAX, 0.0_f64), |(a, b), &s| (a.min(s), b.max(s)));
    // Beyond 3:1 a tag is seen from so low that its scale is of no use.
    (geometry::area(&quad).abs() > 0.85 * area && least >= 0.75 * LEAST_SIDE && most < 3.0 * least).then_some(quad)
}
