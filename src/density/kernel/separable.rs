//! A separable filter of a plane with symmetric or antisymmetric kernels; borders are repeated.

use rayon::prelude::*;

use super::filter::{self, BAND};
use super::lanes::{self, Isa, Lanes};
use crate::plane::Plane;

/// A kernel of odd length that is symmetric or antisymmetric about its middle, by its half.
struct Kernel {
    half: Vec<f32>,
    even: bool,
}

impl Kernel {
    /// # Panics
    /// If the kernel has an even length or no symmetry.
    fn of(taps: &[f32]) -> Self {
        assert!(taps.len() % 2 == 1, "a kernel of {} weights has no middle", taps.len());
        let reach = taps.len() / 2;
        // Rounding and the removal of a mean disturb the symmetry in the last places.
        let tolerance = 1e-5 * taps.iter().fold(0.0f32, |m, t| m.max(t.abs()));
        let mirrors = |sign: f32| (1..=reach).all(|k| (taps[reach + k] - sign * taps[reach - k]).abs() <= tolerance);
        let even = mirrors(1.0);
        assert!(even || (mirrors(-1.0) && taps[reach].abs() <= tolerance), "the kernel has no symmetry");
        Self { half: taps[reach..].to_vec(), even }
    }
}

/// What one band is made from.
pub(super) struct Job<'a> {
    plane: &'a Plane<f32>,
    x: Kernel,
    y: Kernel,
}

/// Memory of one worker.
#[derive(Default)]
pub(super) struct Scratch {
    turned: Vec<f32>,
    rows: Vec<f32>,
    tail: Vec<f32>,
}

/// Correlation with one kernel along rows and one along columns, each of odd length and symmetric or antisymmetric; borders are repeated.
///
/// # Panics
/// If a kernel has an even length or no symmetry, or the CPU does not have `isa`.
#[must_use]
pub fn separable(plane: &Plane<f32>, along_x: &[f32], along_y: &[f32], isa: Isa) -> Plane<f32> {
    let job = Job { plane, x: Kernel::of(along_x), y: Kernel::of(along_y) };
    let width = plane.width();
    let mut out = Plane::filled(width, plane.height(), 0.0f32);
    if isa == Isa::Plain {
        plain(&job, &mut out);
        return out;
    }
    out.as_mut_slice().par_chunks_mut(width * BAND).enumerate().for_each_init(
        Scratch::default,
        |scratch, (i, rows)| {
            lanes::band_with(isa, &job, i * BAND, rows, scratch);
        },
    );
    out
}

fn plain(job: &Job<'_>, out: &mut Plane<f32>) {
    let pass = |at: &dyn Fn(i64) -> f32, kernel: &Kernel| {
        (1..kernel.half.len()).fold(kernel.half[0] * at(0), |sum, k| {
            let (after, before) = (at(k as i64), at(-(k as i64)));
            sum + kernel.half[k] * if kernel.even { after + before } else { after - before }
        })
    };
    let (w, h) = (job.plane.width(), job.plane.height());
    let turned = Plane::from_fn(w, h, |x, y| pass(&|d| job.plane.get_clamped(x as i64, y as i64 + d), &job.y));
    *out = Plane::from_fn(w, h, |x, y| pass(&|d| turned.get_clamped(x as i64 + d, y as i64), &job.x));
}

/// Rows `y0..` of the result.
///
/// # Safety
/// The caller is compiled for the instruction set of `L`.
#[inline(always)]
pub(super) unsafe fn band<L: Lanes<R>, const R: usize>(
    job: &Job<'_>,
    y0: usize,
    out: &mut [f32],
    scratch: &mut Scratch,
) {
    let (w, h) = (job.plane.width(), job.plane.height());
    let (ry, rx) = (job.y.half.len() - 1, job.x.half.len() - 1);
    let whole = w & !(BAND - 1);
    let source = |j: usize| job.plane.row((y0 + j).saturating_sub(ry).min(h - 1));
    let rows: Vec<*const f32> = (0..BAND + 2 * ry).map(|j| source(j).as_ptr()).collect();
    // The last columns, less than a register of them, with room behind.
    scratch.tail.clear();
    scratch.tail.resize((BAND + 2 * ry) * BAND, 0.0);
    for (j, line) in scratch.tail.chunks_exact_mut(BAND).enumerate() {
        line[..w - whole].copy_from_slice(&source(j)[whole..]);
    }
    let tail: Vec<*const f32> = scratch.tail.chunks_exact(BAND).map(<[f32]>::as_ptr).collect();
    scratch.turned.resize((w + 2 * rx + 2 * BAND) * BAND, 0.0);
    let stride = w + BAND;
    scratch.rows.resize(stride * BAND, 0.0);
    let (first, last) = (rx * BAND, (rx + w - 1) * BAND);
    // SAFETY: `turned` holds rx columns before the first, `whole` and a block of 16, and those that along_rows reads behind them; rows hold
    // `whole` columns and the tail 16; `rows` takes w rounded up to R in each of 16 lines. Compiled for L by contract.
    unsafe {
        let turned = scratch.turned.as_mut_ptr().add(first);
        // Called by name in both branches: behind a pointer they would not be inlined, and so not compiled for the instruction set.
        let (tail_columns, after) = (0..w - whole, turned.add(whole * BAND));
        if job.y.even {
            filter::along_columns::<L, R, R, true>(&rows, &job.y.half, 1, 0..whole, turned);
            filter::along_columns::<L, R, R, true>(&tail, &job.y.half, 1, tail_columns, after);
        } else {
            filter::along_columns::<L, R, R, false>(&rows, &job.y.half, 1, 0..whole, turned);
            filter::along_columns::<L, R, R, false>(&tail, &job.y.half, 1, tail_columns, after);
        }
        for k in 0..rx {
            scratch.turned.copy_within(first..first + BAND, k * BAND);
            scratch.turned.copy_within(last..last + BAND, last + (k + 1) * BAND);
        }
        let start = scratch.rows.as_mut_ptr();
        let lines: [*mut f32; BAND] = std::array::from_fn(|i| start.add(i * stride));
        if job.x.even {
            filter::along_rows::<L, R, true>(scratch.turned.as_ptr(), &job.x.half, 0..w, &lines);
        } else {
            filter::along_rows::<L, R, false>(scratch.turned.as_ptr(), &job.x.half, 0..w, &lines);
        }
    }
    for (line, row) in out.chunks_exact_mut(w).zip(scratch.rows.chunks_exact(stride)) {
        line.copy_from_slice(&row[..w]);
    }
}
