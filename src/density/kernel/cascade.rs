//! The levels of a strip of columns, each smoothed from the one before, in one walk down the picture.
//!
//! No level is ever held whole: each lags behind the one it is made from by its kernel's half length, and its last rows lie in a ring
//! that lies in the caches. Responses, their maxima and ridges are taken from the rings while they are there.

use std::ops::Range;

use super::filter::{self, BAND};
use super::lanes::Lanes;
use super::maxima::{Peaks, Response, respond};
use super::ring::{Ring, mirrored};
use super::taps::{FAR, Taps};

/// Where the rows of level 0 come from.
#[derive(Clone, Copy)]
pub(super) enum Source<'a> {
    /// Interleaved sRGB.
    Rgb(&'a [[u8; 3]]),
    /// Values as they are.
    Values(&'a [f32]),
}

/// A plane that strips write side by side.
#[derive(Clone, Copy)]
pub(super) struct Canvas {
    start: *mut f32,
    width: usize,
    height: usize,
}

// SAFETY: strips write disjoint columns (the strips' cores partition the picture), and nothing reads before all are done.
unsafe impl Sync for Canvas {}
// SAFETY: as above.
unsafe impl Send for Canvas {}

impl Canvas {
    pub fn new(data: &mut [f32], width: usize, height: usize) -> Self {
        assert_eq!(data.len(), width * height);
        Self { start: data.as_mut_ptr(), width, height }
    }

    /// Columns `from..to` of row `y`.
    ///
    /// # Safety
    /// No one else holds these columns.
    #[inline(always)]
    #[allow(clippy::mut_from_ref)]
    pub unsafe fn columns(&self, y: usize, from: usize, to: usize) -> &mut [f32] {
        assert!(y < self.height && from <= to && to <= self.width);
        // SAFETY: within the plane by the assertion; no other holder by contract.
        unsafe { std::slice::from_raw_parts_mut(self.start.add(y * self.width + from), to - from) }
    }
}

/// What is taken from the levels.
pub(super) enum Take<'a> {
    /// Maxima of the differences of neighbouring levels.
    Spots {
        /// Level from which the first difference is taken.
        first: usize,
        /// Least response.
        floor: f32,
        /// The response below the first, where it was computed on the octave before.
        below: Option<&'a [f32]>,
        /// Whether the response above the last is computed on the next octave.
        open: bool,
        /// The first response, to be kept whole.
        first_response: Option<Canvas>,
        /// Whether neighbours in scale are taken half a pixel away, which is what a pixel was before the picture was halved.
        halfway: bool,
        /// Every second pixel of the last level and of the last response.
        halved: Option<(Canvas, Canvas)>,
    },
    /// The largest second derivative over all levels but the source, times the square of its sigma.
    Ridges { sigmas: &'a [f32], out: Canvas },
}

/// One walk.
pub(super) struct Walk<'a> {
    pub source: Source<'a>,
    pub width: usize,
    pub height: usize,
    /// Kernels from each level to the next.
    pub taps: &'a [Taps],
    pub take: Take<'a>,
}

/// Memory that is used again from strip to strip.
#[derive(Default)]
pub(super) struct Memory {
    buffers: Vec<Vec<f32>>,
}

impl Memory {
    fn take(&mut self) -> Vec<f32> {
        self.buffers.pop().unwrap_or_default()
    }
}

/// Walks down columns `from..to`.
///
/// # Safety
/// The CPU has the instruction set of `L`, and the caller is compiled for it.
#[inline(always)]
pub(super) unsafe fn strip<L: Lanes<R>, const R: usize>(
    walk: &Walk<'_>,
    from: usize,
    to: usize,
    memory: &mut Memory,
    found: &mut Peaks,
) {
    let n = walk.taps.len();
    let reach = |level: usize| walk.taps.get(level).map_or(0, Taps::reach);
    // One column more than the core, since maxima and second derivatives look at their neighbours.
    let mut halos = vec![1usize; n + 1];
    for i in (0..n).rev() {
        halos[i] = halos[i + 1] + reach(i);
    }
    // A level's rows are read by the level above, and for maxima by the response above that one.
    let slots = |i: usize| (2 * reach(i) + 3 * BAND).max(reach(i) + reach(i + 1) + 5 * BAND);
    let mut levels: Vec<Ring> = (0..=n).map(|i| Ring::new(memory.take(), slots(i), halos[i], from, to)).collect();
    let first = if let Take::Spots { first, .. } = walk.take { first } else { n };
    let mut responses: Vec<Response> = (first..n).map(|_| Response::new()).collect();
    let mut turned = memory.take();
    turned.resize((levels[0].end + 7 * BAND) * BAND, 0.0);
    // A vector that straddles two cache lines is read half as fast.
    let aligned = turned.as_ptr().align_offset(64).min(BAND);
    let mut ridged = vec![0usize; n + 1];
    let mut rows: Vec<*const f32> = Vec::new();

    while levels[n].front() < walk.height {
        let loaded = (levels[0].front() + BAND).min(walk.height);
        for y in levels[0].front()..loaded {
            // SAFETY: compiled for L by contract.
            unsafe { load_row::<L, R>(walk, y, &mut levels[0]) };
        }
        levels[0].advance(loaded);
        for i in 0..n {
            let (lower, upper) = levels.split_at_mut(i + 1);
            let (below, above) = (&lower[i], &mut upper[0]);
            let (y0, r) = (above.front(), reach(i));
            let y1 = (y0 + BAND).min(walk.height);
            if y0 == y1 || (below.front() < walk.height && below.front() < y0 + BAND + r) {
                continue;
            }
            let Taps { half, step } = &walk.taps[i];
            rows.clear();
            for class in 0..*step {
                rows.extend((class..BAND + 2 * r).step_by(*step).map(|j| {
                    // Rows past the last serve only results that are thrown away.
                    let y = (y0 as i64 + j as i64 - r as i64).min((y1 - 1 + r) as i64);
                    below.row(mirrored(y, walk.height)).as_ptr()
                }));
            }
            // The ring has room for a whole band, so rows past the last fall into slots that are no longer needed.
            let mut out = [std::ptr::null_mut(); BAND];
            let own = BAND / step;
            for (j, out) in out.iter_mut().enumerate() {
                *out = above.row_mut(y0 + j % own * step + j / own).as_mut_ptr();
            }
            above.advance(y1);
            // Results of a tile: where they lie far apart, a band has only four of a class.
            let most = if *step <= 2 { R } else { FAR };
            let (end, lead, shift) = (below.end, above.lead & !(step * most - 1), (above.left - below.left) as usize);
            let columns = lead..above.end;
            // SAFETY: the rings hold the rows and have room for rounding up; `turned` has spare columns before the first, since the first
            // tile may begin before the first valid column, and behind the last. Compiled for L by contract.
            unsafe {
                let spare = turned.as_mut_ptr().add(BAND * BAND + aligned);
                if *step <= 2 {
                    filter::along_columns::<L, R, R, true>(&rows, half, *step, 0..end, spare);
                } else {
                    filter::along_columns::<L, R, FAR, true>(&rows, half, *step, 0..end, spare);
                }
                let window = spare.offset((shift as isize - r as isize) * BAND as isize);
                match *step {
                    1 => filter::along_rows::<L, R, true>(window, half, columns, &out),
                    2 => filter::along_rows_apart::<L, R, R>(window, half, 2, columns, &out),
                    _ => filter::along_rows_apart::<L, R, FAR>(window, half, *step, columns, &out),
                }
                if i >= first {
                    respond::<L, R>(walk, &levels, &mut responses, i, y0..y1, from..to, found);
                }
            }
            match &walk.take {
                Take::Spots { .. } => {}
                Take::Ridges { sigmas, out } => {
                    let end = if y1 == walk.height { y1 } else { y1 - 1 };
                    // SAFETY: compiled for L by contract.
                    unsafe {
                        ridge::<L, R>(
                            &levels[i + 1],
                            sigmas[i],
                            ridged[i + 1]..end,
                            walk.height,
                            from,
                            to,
                            *out,
                            i == 0,
                        )
                    };
                    ridged[i + 1] = end;
                }
            }
        }
    }
    if let Take::Spots { open, .. } = walk.take
        && let Some(last) = responses.last_mut()
    {
        let list = if open { &mut found.open } else { &mut found.sure };
        list.extend(last.waiting.drain(..));
    }
    memory.buffers.push(turned);
    memory.buffers.extend(levels.into_iter().map(Ring::into_memory).rev());
}

/// Row `y` of the source, mirrored beyond its ends.
#[inline(always)]
unsafe fn load_row<L: Lanes<R>, const R: usize>(walk: &Walk<'_>, y: usize, ring: &mut Ring) {
    let (left, width) = (ring.left + ring.lead as i64, ring.end - ring.lead);
    let lead = ring.lead;
    let row = &mut ring.row_mut(y)[lead..];
    let (start, end) = (left.max(0) as usize, (left + width as i64).min(walk.width as i64) as usize);
    let lead = (start as i64 - left) as usize;
    let middle = &mut row[lead..lead + end - start];
    match walk.source {
        Source::Values(v) => middle.copy_from_slice(&v[y * walk.width + start..y * walk.width + end]),
        Source::Rgb(rgb) => {
            let from = y * walk.width + start;
            let mut x = 0;
            // 64 bytes are read for each vector.
            while x + L::N <= middle.len() && (from + x) * 3 + 64 <= rgb.len() * 3 {
                // SAFETY: 64 bytes are there; N values fit the slice.
                unsafe { L::store(middle.as_mut_ptr().add(x), L::luminance(rgb.as_ptr().add(from + x).cast())) };
                x += L::N;
            }
            for x in x..middle.len() {
                middle[x] = f32::from(super::luminance(rgb[from + x]));
            }
        }
    }
    for i in (0..lead).chain(lead + end - start..width) {
        let x = mirrored(left + i as i64, walk.width);
        row[i] = if (start..end).contains(&x) {
            row[x - start + lead]
        } else {
            match walk.source {
                Source::Values(v) => v[y * walk.width + x],
                Source::Rgb(rgb) => f32::from(super::luminance(rgb[y * walk.width + x])),
            }
        };
    }
}

/// Rows of the ridge response of one level, joined with those of the levels before.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
unsafe fn ridge<L: Lanes<R>, const R: usize>(
    level: &Ring,
    sigma: f32,
    rows: Range<usize>,
    height: usize,
    from: usize,
    to: usize,
    out: Canvas,
    first: bool,
) {
    let c = (from as i64 - level.left) as usize;
    let count = to - from;
    for y in rows {
        let near = |d: i64| level.row(mirrored(y as i64 + d, height));
        let (up, here, down) = (near(-1), near(0), near(1));
        assert!(c >= 1 && c + count + 17 <= here.len());
        // SAFETY: the core's columns are this strip's own.
        let line = unsafe { out.columns(y, from, to) };
        // SAFETY: reads are within the rows by the assertion; writes go to the line or to `last`.
        unsafe {
            let (half, quarter) = (L::splat(0.5), L::splat(0.25 * sigma * sigma));
            let (scale, two, none) = (L::splat(sigma * sigma), L::splat(-2.0), L::splat(0.0));
            for x in (0..count).step_by(L::N) {
                let at = |row: &[f32], d: usize| L::load(row.as_ptr().add(c + x + d - 1));
                let middle = at(here, 1);
                let xx = L::mul(scale, L::fma(two, middle, L::add(at(here, 0), at(here, 2))));
                let yy = L::mul(scale, L::fma(two, middle, L::add(at(up, 1), at(down, 1))));
                let xy = L::mul(quarter, L::sub(L::add(at(up, 0), at(down, 2)), L::add(at(up, 2), at(down, 0))));
                let (mean, apart) = (L::mul(half, L::add(xx, yy)), L::mul(half, L::sub(xx, yy)));
                let most = L::add(mean, L::sqrt(L::fma(apart, apart, L::mul(xy, xy))));
                let most = L::max(most, none);
                if x + L::N <= count {
                    let p = line.as_mut_ptr().add(x);
                    L::store(p, if first { most } else { L::max(most, L::load(p)) });
                } else {
                    let mut last = [0.0f32; 16];
                    L::store(last.as_mut_ptr(), most);
                    for (o, v) in line[x..].iter_mut().zip(last) {
                        *o = if first { v } else { o.max(v) };
                    }
                }
            }
        }
    }
}
