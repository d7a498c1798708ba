//! Density as a map: counts within a disc, divided by the part of the disc that can be seen.

use rayon::prelude::*;

use crate::plane::{Plane, Point};

/// px of the photo for each cell of a map.
pub const PX_PER_CELL: usize = 8;

/// Visible cells: the share of each cell's pixels that lie in the field, 0..1.
fn visible_share(field: &Plane<bool>) -> Plane<f32> {
    let (w, h) = (field.width().div_ceil(PX_PER_CELL), field.height().div_ceil(PX_PER_CELL));
    Plane::from_fn(w, h, |cx, cy| {
        let mut seen = 0usize;
        for y in cy * PX_PER_CELL..((cy + 1) * PX_PER_CELL).min(field.height()) {
            let row = &field.row(y)[cx * PX_PER_CELL..((cx + 1) * PX_PER_CELL).min(field.width())];
            seen += row.iter().filter(|f| **f).count();
        }
        seen as f32 / (PX_PER_CELL * PX_PER_CELL) as f32
    })
}

/// Points per px2 around each cell, within `radius_px`; 0 where nothing of the disc can be seen.
///
/// The count in the disc is divided by the visible area of the disc (border correction), so a uniform pattern gives a flat map
/// up to the very edge. Cells of which nothing can be seen stay 0.
#[must_use]
pub fn per_px2(points: &[Point], field: &Plane<bool>, radius_px: f32) -> Plane<f32> {
    let share = visible_share(field);
    let (w, h) = (share.width(), share.height());
    let cell = PX_PER_CELL as f32;
    // Running sums of the visible share along each row give the area of a disc as one difference per row.
    let mut sums = Plane::filled(w + 1, h, 0.0f64);
    for y in 0..h {
        let mut sum = 0.0;
        for x in 0..w {
            sum += f64::from(share.get(x, y));
            sums.set(x + 1, y, sum);
        }
    }
    let reach = radius_px / cell;
    // Half the width of the disc by the rows from its middle, and with it the cells, and how much of each, where its sides lie by the
    // column of its middle: cells cut by the circle count with the part of their width inside it.
    let halves: Vec<f32> =
        (0..=(reach as usize).min(h) + 1).map(|dy| (reach * reach - (dy * dy) as f32).max(0.0).sqrt()).collect();
    let side = |edge: f32| {
        let edge = edge.clamp(0.0, w as f32);
        let i = (edge as usize).min(w - 1);
        (i, f64::from(edge - i as f32))
    };
    let sides = Plane::from_fn(w, halves.len(), |cx, dy| {
        let middle = cx as f32 + 0.5;
        [side(middle - halves[dy]), side(middle + halves[dy])]
    });
    let mut out = Plane::filled(w, h, 0.0f32);
    out.as_mut_slice().par_chunks_mut(w).enumerate().for_each(|(cy, row)| {
        let centre_y = (cy as f32 + 0.5) * cell - 0.5;
        // Points beyond the disc's rows never count for this row of cells.
        let near: Vec<Point> = points.iter().filter(|p| (p.y - centre_y).abs() <= radius_px).copied().collect();
        for (cx, out) in row.iter_mut().enumerate() {
            if share.get(cx, cy) == 0.0 {
                continue;
            }
            let mut area = 0.0f64;
            let first = (cy as f32 - reach).ceil().max(0.0) as usize;
            let last = ((cy as f32 + reach).floor() as usize).min(h - 1);
            for y in first..=last {
                let at = |(i, part): (usize, f64)| sums.get(i, y) + part * f64::from(share.get(i, y));
                let [left, right] = sides.get(cx, y.abs_diff(cy));
                area += at(right) - at(left);
            }
            let centre = Point::new((cx as f32 + 0.5) * cell - 0.5, centre_y);
            let count: u32 = near.iter().map(|p| u32::from(p.distance(centre) <= radius_px)).sum();
            *out = (f64::from(count) / (area * f64::from(cell * cell)).max(1e-9)) as f32;
        }
    });
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lattice(w: usize, h: usize, step: f32) -> Vec<Point> {
        let mut points = Vec::new();
        let mut y = step / 2.0;
        while y < h as f32 {
            let mut x = step / 2.0;
            while x < w as f32 {
                points.push(Point::new(x, y));
                x += step;
            }
            y += step;
        }
        points
    }

    #[test]
    fn a_uniform_pattern_gives_a_flat_map_to_the_edge() {
        let field = Plane::filled(640, 512, true);
        let map = per_px2(&lattice(640, 512, 16.0), &field, 100.0);
        let expected = 1.0 / (16.0 * 16.0);
        for v in map.as_slice() {
            assert!((v / expected - 1.0).abs() < 0.12, "{v} for {expected}");
        }
        let mean_of = |x: usize| (0..map.height()).map(|y| map.get(x, y)).sum::<f32>() / map.height() as f32;
        assert!((mean_of(0) / mean_of(map.width() / 2) - 1.0).abs() < 0.05, "no dip at the edge");
    }

    #[test]
    fn a_hidden_half_changes_nothing_beside_it() {
        let field = Plane::from_fn(640, 512, |x, _| x < 320);
        let points: Vec<Point> = lattice(640, 512, 16.0).into_iter().filter(|p| p.x < 320.0).collect();
        let map = per_px2(&points, &field, 80.0);
        let beside = map.get(39, 32) * 256.0;
        assert!((beside - 1.0).abs() < 0.12, "{beside}");
        assert_eq!(map.get(60, 32), 0.0);
    }
}
