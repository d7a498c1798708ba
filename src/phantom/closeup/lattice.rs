//! Smooth noise: random values on a turned lattice, smoothly interpolated.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

/// Cells after which the noise repeats; the lattice is turned, so that neither it nor its period shows.
const PERIOD: usize = 64;

/// Noise within -1..1.
pub(super) struct Lattice {
    values: Vec<f32>,
    /// Rows of the matrix from px to cells.
    across: (f32, f32),
    down: (f32, f32),
}

impl Lattice {
    /// Cells of `cell_px`, `stretch` times as long along their own direction `angle` (radians).
    pub(super) fn new(cell_px: f32, stretch: f32, angle: f32, dice: &mut Pcg64Mcg) -> Self {
        let (s, c) = angle.sin_cos();
        let (long, short) = (1.0 / (cell_px * stretch).max(0.5), 1.0 / cell_px.max(0.5));
        Self {
            values: (0..PERIOD * PERIOD).map(|_| dice.random_range(-1.0..1.0)).collect(),
            across: (c * long, s * long),
            down: (-s * short, c * short),
        }
    }

    /// The noise at a place in px.
    pub(super) fn at(&self, x: f32, y: f32) -> f32 {
        let (u, v) = (x * self.across.0 + y * self.across.1, x * self.down.0 + y * self.down.1);
        let (i, j) = (u.floor(), v.floor());
        let smooth = |t: f32| t * t * (3.0 - 2.0 * t);
        let (a, b) = (smooth(u - i), smooth(v - j));
        let wrap = |k: f32, d: i32| (k as i32 + d) as usize % PERIOD;
        let (j0, j1, i0, i1) = (wrap(j, 0) * PERIOD, wrap(j, 1) * PERIOD, wrap(i, 0), wrap(i, 1));
        let top = self.values[j0 + i0] * (1.0 - a) + self.values[j0 + i1] * a;
        let bottom = self.values[j1 + i0] * (1.0 - a) + self.values[j1 + i1] * a;
        top * (1.0 - b) + bottom * b
    }
}
