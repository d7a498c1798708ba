//! The code of a tag whose corners are known.

use super::geometry::Homography;
use crate::plane::{Plane, Point};
use crate::scale::tag36h11::{CELLS, SQUARE, decode};

/// Least difference of paper and ink in luma: print on a dark, blurred photo still has it, skin texture has not.
const LEAST_CONTRAST: f64 = 15.0;

/// How much of a cell's difference to its neighbours is added to it: undoes part of the blur of small tags, as the
/// AprilTag library does (Wang & Olson 2016, doi:10.1109/IROS.2016.7759617).
const SHARPENING: f64 = 0.25;

/// Reads the tag; none where the border is not black on white or the code is unknown.
pub fn tag(luma: &Plane<u8>, corners: &[Point; 4]) -> Option<usize> {
    let map = Homography::of_square(corners);
    let cell = SQUARE as f64;
    let at = |column: f64, row: f64| {
        // Nine points of the middle third of the cell.
        let mut sum = 0.0;
        for i in 0..9 {
            let (du, dv) = (f64::from(i % 3 - 1) * 0.2, f64::from(i / 3 - 1) * 0.2);
            let p = map.map((column + 0.5 + du) / cell, (row + 0.5 + dv) / cell);
            sum += f64::from(luma.sample(p.x - 0.5, p.y - 0.5));
        }
        sum / 9.0
    };
    let (mut ink, mut paper) = (Slope::default(), Slope::default());
    let last = SQUARE - 1;
    for i in 0..SQUARE {
        for (column, row) in [(i, 0), (i, last), (0, i), (last, i)] {
            ink.add(column as f64, row as f64, at(column as f64, row as f64));
        }
        let (i, out) = (i as f64, SQUARE as f64);
        for (column, row) in [(i, -1.0), (i, out), (-1.0, i), (out, i)] {
            paper.add(column, row, at(column, row));
        }
    }
    let (ink, paper) = (ink.plane()?, paper.plane()?);
    let middle = (SQUARE - 1) as f64 / 2.0;
    if paper.at(middle, middle) - ink.at(middle, middle) < LEAST_CONTRAST {
        return None;
    }
    // Values as shares from ink (0) to paper (1); the border is ink.
    let share = Plane::from_fn(SQUARE, SQUARE, |column, row| {
        if column % last == 0 || row % last == 0 {
            return 0.0;
        }
        let (x, y) = (column as f64, row as f64);
        (at(x, y) - ink.at(x, y)) / (paper.at(x, y) - ink.at(x, y)).max(1.0)
    });
    let code = (0..CELLS * CELLS).fold(0_u64, |code, i| {
        let (column, row) = (i % CELLS + 1, i / CELLS + 1);
        let here: f64 = share.get(column, row);
        let around = share.get(column - 1, row)
            + share.get(column + 1, row)
            + share.get(column, row - 1)
            + share.get(column, row + 1);
        (code << 1) | u64::from(here + SHARPENING * (4.0 * here - around) > 0.5)
    });
    decode(code)
}

/// Luma as a plane over the tag: light is never even on a head.
#[derive(Default)]
struct Slope {
    points: Vec<(f64, f64, f64)>,
}

struct Fitted {
    mean: (f64, f64, f64),
    slope: (f64, f64),
}

impl Slope {
    fn add(&mut self, x: f64, y: f64, value: f64) {
        self.points.push((x, y, value));
    }

    /// Least squares plane through the points.
    fn plane(&self) -> Option<Fitted> {
        let n = self.points.len() as f64;
        let mean = |f: fn(&(f64, f64, f64)) -> f64| self.points.iter().map(f).sum::<f64>() / n;
        let (mx, my, mv) = (mean(|p| p.0), mean(|p| p.1), mean(|p| p.2));
        let (mut xx, mut xy, mut yy, mut xv, mut yv) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for &(x, y, v) in &self.points {
            let (x, y, v) = (x - mx, y - my, v - mv);
            xx += x * x;
            xy += x * y;
            yy += y * y;
            xv += x * v;
            yv += y * v;
        }
        let determinant = xx * yy - xy * xy;
        (determinant > 0.0).then(|| Fitted {
            mean: (mx, my, mv),
            slope: ((xv * yy - yv * xy) / determinant, (yv * xx - xv * xy) / determinant),
        })
    }
}

impl Fitted {
    fn at(&self, x: f64, y: f64) -> f64 {
        self.mean.2 + self.slope.0 * (x - self.mean.0) + self.slope.1 * (y - self.mean.1)
    }
}
