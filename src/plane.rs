//! A rectangle of values: the one image container of the crate.
//!
//! Shape is height x width, stored row by row; `(x, y)` counts columns to the right and rows down from the top left.

pub mod filter;
pub mod linear;
pub mod resize;
pub mod runs;
pub mod table;

use rayon::prelude::*;
use serde::Serialize;

/// A point in px of the upright photo: origin at the top left corner of the photo, x to the right, y down.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Point {
    /// Columns from the left edge.
    pub x: f32,
    /// Rows from the top edge.
    pub y: f32,
}

impl Point {
    /// A point from its coordinates.
    #[must_use]
    pub const fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }

    /// Distance to another point in px.
    #[must_use]
    pub fn distance(self, other: Self) -> f32 {
        // Not `hypot`: px neither overflow nor vanish when squared, and it is a call.
        let (dx, dy) = (self.x - other.x, self.y - other.y);
        (dx * dx + dy * dy).sqrt()
    }
}

/// A point is `[x, y]` on the wire.
impl Serialize for Point {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        // A hundredth of a px is finer than anything measured here and keeps the files short.
        let round = |v: f32| (f64::from(v) * 100.0).round() / 100.0;
        [round(self.x), round(self.y)].serialize(s)
    }
}

/// Height x width values, row-major, at least one of each.
#[derive(Debug, Clone, PartialEq)]
pub struct Plane<T> {
    width: usize,
    height: usize,
    data: Vec<T>,
}

impl<T: Copy> Plane<T> {
    /// A plane filled with one value.
    #[must_use]
    pub fn filled(width: usize, height: usize, value: T) -> Self {
        Self { width, height, data: vec![value; width * height] }
    }

    /// Wraps rows laid one after another.
    ///
    /// # Panics
    /// If `data.len() != width * height`.
    #[must_use]
    pub fn from_vec(width: usize, height: usize, data: Vec<T>) -> Self {
        assert_eq!(data.len(), width * height, "a plane of {width} x {height} needs as many values");
        Self { width, height, data }
    }

    /// Computes each value from its position, rows in parallel.
    pub fn from_fn(width: usize, height: usize, f: impl Fn(usize, usize) -> T + Sync) -> Self
    where
        T: Send + Sync,
    {
        if width * height == 0 {
            return Self { width, height, data: Vec::new() };
        }
        let mut data = vec![f(0, 0); width * height];
        data.par_chunks_exact_mut(width).enumerate().for_each(|(y, row)| {
            for (x, value) in row.iter_mut().enumerate() {
                *value = f(x, y);
            }
        });
        Self { width, height, data }
    }

    /// Columns become rows: `(x, y)` is found at `(y, x)`.
    #[must_use]
    pub fn transposed(&self) -> Self {
        // In squares that stay in the first cache.
        const SIDE: usize = 32;
        let (w, h) = (self.width, self.height);
        let mut data = self.data.clone();
        for (x0, y0) in (0..w).step_by(SIDE).flat_map(|x| (0..h).step_by(SIDE).map(move |y| (x, y))) {
            for x in x0..(x0 + SIDE).min(w) {
                for y in y0..(y0 + SIDE).min(h) {
                    data[x * h + y] = self.data[y * w + x];
                }
            }
        }
        Self { width: h, height: w, data }
    }

    /// Number of columns.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Number of rows.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// The value at column `x`, row `y`.
    #[must_use]
    #[inline]
    pub fn get(&self, x: usize, y: usize) -> T {
        self.data[y * self.width + x]
    }

    /// The value at px `(x, y)` of another plane, of `width` x `height` px, that shows the same picture: the one that holds its corner.
    #[must_use]
    #[inline]
    pub fn get_scaled(&self, (x, y): (usize, usize), (width, height): (usize, usize)) -> T {
        self.get(x * self.width / width, y * self.height / height)
    }

    /// Sets the value at column `x`, row `y`.
    #[inline]
    pub fn set(&mut self, x: usize, y: usize, value: T) {
        self.data[y * self.width + x] = value;
    }

    /// The value nearest to a position that may lie outside.
    #[must_use]
    #[inline]
    pub fn get_clamped(&self, x: i64, y: i64) -> T {
        let x = x.clamp(0, self.width as i64 - 1) as usize;
        let y = y.clamp(0, self.height as i64 - 1) as usize;
        self.get(x, y)
    }

    /// One row.
    #[must_use]
    #[inline]
    pub fn row(&self, y: usize) -> &[T] {
        &self.data[y * self.width..(y + 1) * self.width]
    }

    /// One row, to be changed.
    #[inline]
    pub fn row_mut(&mut self, y: usize) -> &mut [T] {
        &mut self.data[y * self.width..(y + 1) * self.width]
    }

    /// All rows from top to bottom.
    pub fn rows(&self) -> impl Iterator<Item = &[T]> {
        self.data.chunks_exact(self.width)
    }

    /// All values, row after row.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        &self.data
    }

    /// All values, row after row, to be changed.
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        &mut self.data
    }

    /// The values alone.
    #[must_use]
    pub fn into_vec(self) -> Vec<T> {
        self.data
    }

    /// A plane of the same shape with each value changed.
    pub fn map<U: Copy + Send>(&self, f: impl Fn(T) -> U + Sync) -> Plane<U>
    where
        T: Sync,
    {
        let mut data = Vec::with_capacity(self.data.len());
        self.data.par_iter().with_min_len(1 << 14).map(|&v| f(v)).collect_into_vec(&mut data);
        Plane { width: self.width, height: self.height, data }
    }

    /// The part whose top left corner is `(x, y)`; cut at the plane's border.
    #[must_use]
    pub fn crop(&self, x: usize, y: usize, width: usize, height: usize) -> Self {
        let (x, y) = (x.min(self.width), y.min(self.height));
        let (w, h) = (width.min(self.width - x), height.min(self.height - y));
        let mut data = Vec::with_capacity(w * h);
        for row in y..y + h {
            data.extend_from_slice(&self.row(row)[x..x + w]);
        }
        Self { width: w, height: h, data }
    }
}

impl<T: Copy + Into<f32>> Plane<T> {
    /// Bilinear value at a position in px where `(0, 0)` is the centre of the first pixel; clamped at the border.
    #[must_use]
    #[inline]
    pub fn sample(&self, x: f32, y: f32) -> f32 {
        let x = x.clamp(0.0, (self.width - 1) as f32);
        let y = y.clamp(0.0, (self.height - 1) as f32);
        let (x0, y0) = (x as usize, y as usize);
        let (fx, fy) = (x - x0 as f32, y - y0 as f32);
        // The last of the four lies within, so the compiler need not ask for the others.
        let first = y0 * self.width + x0;
        let right = usize::from(x0 + 1 < self.width);
        let below = if y0 + 1 < self.height { self.width } else { 0 };
        let four = &self.data[first..=first + below + right];
        let at = |i: usize| -> f32 { four[i].into() };
        let top = at(0) * (1.0 - fx) + at(right) * fx;
        let bottom = at(below) * (1.0 - fx) + at(below + right) * fx;
        top * (1.0 - fy) + bottom * fy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crop_and_sample() {
        let p = Plane::from_fn(4, 3, |x, y| (x + 10 * y) as f32);
        assert_eq!(p.crop(1, 1, 2, 9).as_slice(), &[11.0, 12.0, 21.0, 22.0]);
        assert!((p.sample(1.5, 0.5) - 6.5).abs() < 1e-6);
        assert_eq!(p.sample(-5.0, 99.0), 20.0);
        let turned = Plane::from_fn(70, 41, |x, y| x * 100 + y).transposed();
        assert_eq!(turned, Plane::from_fn(41, 70, |x, y| y * 100 + x));
    }
}
