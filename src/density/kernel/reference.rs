//! The definition, value by value on whole planes; what all other ways must equal.

use super::cascade::Source;
use super::maxima::{Peak, summit};
use super::ring::mirrored;

/// A whole plane and its shape.
pub(super) struct Whole {
    pub data: Vec<f32>,
    pub width: usize,
    pub height: usize,
}

impl Whole {
    pub fn of(source: Source<'_>, width: usize, height: usize) -> Self {
        let data = match source {
            Source::Values(v) => v.to_vec(),
            Source::Rgb(rgb) => rgb.iter().map(|&px| f32::from(super::luminance(px))).collect(),
        };
        Self { data, width, height }
    }

    pub fn at(&self, x: usize, y: usize) -> f32 {
        self.data[y * self.width + x]
    }

    fn with(&self, f: impl Fn(usize, usize) -> f32) -> Self {
        let data = (0..self.data.len()).map(|i| f(i % self.width, i / self.width)).collect();
        Self { data, width: self.width, height: self.height }
    }

    /// Convolution with a symmetric kernel along columns, then along rows.
    pub fn smoothed(&self, taps: &[f32]) -> Self {
        let turned = self.with(|x, y| {
            (1..taps.len()).fold(taps[0] * self.at(x, y), |sum, k| {
                let (up, down) = (y as i64 - k as i64, y as i64 + k as i64);
                sum + taps[k] * (self.at(x, mirrored(up, self.height)) + self.at(x, mirrored(down, self.height)))
            })
        });
        turned.with(|x, y| {
            (1..taps.len()).fold(taps[0] * turned.at(x, y), |sum, k| {
                let (left, right) = (x as i64 - k as i64, x as i64 + k as i64);
                sum + taps[k] * (turned.at(mirrored(left, self.width), y) + turned.at(mirrored(right, self.width), y))
            })
        })
    }

    pub fn less(&self, other: &Self) -> Self {
        self.with(|x, y| self.at(x, y) - other.at(x, y))
    }

    /// Largest second derivative in any direction, or 0.
    pub fn ridges(&self) -> Self {
        self.with(|x, y| {
            let at =
                |dx: i64, dy: i64| self.at(mirrored(x as i64 + dx, self.width), mirrored(y as i64 + dy, self.height));
            let xx = at(-1, 0) + at(1, 0) - 2.0 * at(0, 0);
            let yy = at(0, -1) + at(0, 1) - 2.0 * at(0, 0);
            let xy = 0.25 * (at(-1, -1) + at(1, 1) - at(1, -1) - at(-1, 1));
            (0.5 * (xx + yy) + (0.5 * (xx - yy)).hypot(xy)).max(0.0)
        })
    }
}

/// Maxima of a stack of responses among their 26 neighbours that exceed `floor`; the first and the last have neighbours on one side
/// only.
pub(super) fn maxima(stack: &[Whole], floor: f32) -> Vec<Peak> {
    let mut found = Vec::new();
    for (q, plane) in stack.iter().enumerate() {
        for y in 1..plane.height.saturating_sub(1) {
            for x in 1..plane.width.saturating_sub(1) {
                let v = plane.at(x, y);
                let mut largest = v > floor;
                for (o, other) in stack.iter().enumerate().take(q + 2).skip(q.saturating_sub(1)) {
                    for (dx, dy) in (0..9).map(|i| (i % 3, i / 3)).filter(|&d| o != q || d != (1, 1)) {
                        let n = other.at(x + dx - 1, y + dy - 1);
                        // Of equal neighbours in one response the first in reading order counts.
                        let later = o == q && (dy, dx) > (1, 1);
                        largest &= if later { v >= n } else { v > n };
                    }
                }
                if largest {
                    let row = |dy: usize| [0, 1, 2].map(|dx| plane.at(x + dx - 1, y + dy - 1));
                    let (dx, dy) = summit([row(0), row(1), row(2)]);
                    found.push(Peak { x: x as u32, y: y as u32, value: v, summit: v, dx, dy, response: q as u8 });
                }
            }
        }
    }
    found
}
