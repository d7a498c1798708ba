//! The levels of a strip of columns, each smoothed from the one before, in one walk down the picture.
//!
//! No level is ever held whole: each lags behind the one it is made from by its kernel's half length, and its last rows lie in a ring
//! that fits the second cache. Responses, their maxima and ridges are taken from the rings while they are there.

use std::collections::VecDeque;
use std::ops::Range;

use super::filter::{self, BAND};
use super::lanes::Lanes;
use super::ring::{Ring, mirrored};

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
    unsafe fn columns(&self, y: usize, from: usize, to: usize) -> &mut [f32] {
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
    /// Half kernels from each level to the next.
    pub taps: &'a [Vec<f32>],
    pub take: Take<'a>,
}

/// A local maximum of one response.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peak {
    pub x: u32,
    pub y: u32,
    pub value: f32,
    /// The parabola's height there, where neighbours in scale are interpolated too; else `value`.
    pub summit: f32,
    /// Offset of the parabola's top from the pixel.
    pub dx: f32,
    pub dy: f32,
    /// Number of the response within the walk.
    pub response: u8,
}

/// What a strip found.
#[derive(Default)]
pub(super) struct Peaks {
    /// Larger than all 26 neighbours.
    pub sure: Vec<Peak>,
    /// Of the last response, not yet compared with the one above.
    pub open: Vec<Peak>,
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

/// Maxima of one response.
struct Response {
    /// Rows `1..scanned` have been looked at.
    scanned: usize,
    /// Maxima that wait for the response above.
    waiting: VecDeque<Peak>,
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
    let reach = |level: usize| walk.taps.get(level).map_or(0, |t| t.len() - 1);
    // One column more than the core, since maxima and second derivatives look at their neighbours.
    let mut halos = vec![1usize; n + 1];
    for i in (0..n).rev() {
        halos[i] = halos[i + 1] + reach(i);
    }
    // A level's rows are read by the level above, and for maxima by the response above that one.
    let slots = |i: usize| (2 * reach(i) + 3 * BAND).max(reach(i) + reach(i + 1) + 5 * BAND);
    let mut levels: Vec<Ring> = (0..=n).map(|i| Ring::new(memory.take(), slots(i), halos[i], from, to)).collect();
    let first = if let Take::Spots { first, .. } = walk.take { first } else { n };
    let mut responses: Vec<Response> = (first..n).map(|_| Response { scanned: 1, waiting: VecDeque::new() }).collect();
    let mut turned = memory.take();
    turned.resize((levels[0].end + 6 * BAND) * BAND, 0.0);
    let mut ridged = vec![0usize; n + 1];
    let mut rows: Vec<*const f32> = Vec::new();

    while levels[n].front < walk.height {
        let loaded = (levels[0].front + BAND).min(walk.height);
        for y in levels[0].front..loaded {
            // SAFETY: compiled for L by contract.
            unsafe { load_row::<L, R>(walk, y, &mut levels[0]) };
        }
        levels[0].front = loaded;
        for i in 0..n {
            let (lower, upper) = levels.split_at_mut(i + 1);
            let (below, above) = (&lower[i], &mut upper[0]);
            let (y0, r) = (above.front, reach(i));
            let y1 = (y0 + BAND).min(walk.height);
            if y0 == y1 || (below.front < walk.height && below.front < y0 + BAND + r) {
                continue;
            }
            rows.clear();
            rows.extend((0..BAND + 2 * r).map(|j| {
                // Rows past the last serve only results that are thrown away.
                let y = (y0 as i64 + j as i64 - r as i64).min((y1 - 1 + r) as i64);
                below.row(mirrored(y, walk.height)).as_ptr()
            }));
            // The ring has room for a whole band, so rows past the last fall into slots that are no longer needed.
            let mut out = [std::ptr::null_mut(); BAND];
            out.iter_mut().enumerate().for_each(|(j, o)| *o = above.row_mut(y0 + j).as_mut_ptr());
            above.front = y1;
            let (end, lead, shift) = (below.end, above.lead & !(R - 1), (above.left - below.left) as usize);
            // SAFETY: the rings hold the rows and have room for rounding up; `turned` has spare columns before the first, since the first
            // tile may begin before the first valid column, and behind the last. Compiled for L by contract.
            unsafe {
                let spare = turned.as_mut_ptr().add(BAND * BAND);
                filter::along_columns::<L, R, true>(&rows, &walk.taps[i], 0..end, spare);
                let window = spare.offset((shift as isize - r as isize) * BAND as isize);
                filter::along_rows::<L, R, true>(window, &walk.taps[i], lead..levels[i + 1].end, &out);
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

/// Takes rows `new` of the response between levels `i` and `i + 1` in some columns, and the maxima that these rows complete.
#[inline(always)]
unsafe fn respond<L: Lanes<R>, const R: usize>(
    walk: &Walk<'_>,
    levels: &[Ring],
    responses: &mut [Response],
    i: usize,
    new: Range<usize>,
    columns: Range<usize>,
    found: &mut Peaks,
) {
    let Take::Spots { first, floor, below, first_response, halfway, ref halved, .. } = walk.take else { return };
    let q = i - first;
    let difference = Difference { fine: &levels[i], coarse: &levels[i + 1] };
    if let (0, Some(canvas)) = (q, first_response) {
        for y in new.clone() {
            // SAFETY: the core's columns are this strip's own.
            let line = unsafe { canvas.columns(y, columns.start, columns.end) };
            let (a, b) = difference.rows(y, columns.start);
            line.iter_mut().zip(b.iter().zip(a)).for_each(|(o, (b, a))| *o = b - a);
        }
    }
    if let (true, Some((smooth, response))) = (i + 2 == levels.len(), halved) {
        for y in new.clone().filter(|y| y % 2 == 0) {
            // SAFETY: as above, halved; strips begin at even columns.
            let lines =
                unsafe { [smooth, response].map(|c| c.columns(y / 2, columns.start / 2, columns.end.div_ceil(2))) };
            let (a, b) = difference.rows(y, columns.start);
            // SAFETY: compiled for L by contract.
            unsafe { halve::<L, R>(a, b, lines) };
        }
    }
    // Border pixels have no neighbours on all sides.
    let rows = responses[q].scanned..new.end - 1;
    let inside = columns.start.max(1)..columns.end.min(walk.width - 1);
    let under = (q > 0).then(|| Difference { fine: &levels[i - 1], coarse: &levels[i] });
    let waiting = &mut responses[q].waiting;
    let consider = |x: usize, y: usize| {
        let own = difference.patch(x, y);
        let v = own[1][1];
        // Of equal neighbours the first in reading order counts.
        if own[1][0] == v || own[0].contains(&v) {
            return;
        }
        let near = match (&under, below) {
            (Some(under), _) => under.patch(x, y),
            (None, Some(plane)) => patch_of_plane(plane, walk.width, walk.height, x, y),
            (None, None) => [[f32::MIN; 3]; 3],
        };
        if !halfway && v <= most(near) {
            return;
        }
        let (dx, dy) = summit(own);
        let top = if halfway {
            interpolated(own, (dx + dx).round_ties_even() * 0.5, (dy + dy).round_ties_even() * 0.5)
        } else {
            v
        };
        if !halfway || (under.is_none() && below.is_none()) || top > halfway_most(near, dx, dy) {
            waiting.push_back(Peak { x: x as u32, y: y as u32, value: v, summit: top, dx, dy, response: q as u8 });
        }
    };
    // SAFETY: compiled for L by contract.
    unsafe { scan::<L, R>(&difference, rows, columns, inside, floor, consider) };
    settle(&difference, halfway, responses, q, new.end, found);
}

/// Ends a band of a response: maxima of the response below that waited for these rows are compared.
#[inline(always)]
fn settle(above: &Difference<'_>, halfway: bool, responses: &mut [Response], q: usize, end: usize, found: &mut Peaks) {
    responses[q].scanned = responses[q].scanned.max(end - 1);
    if q == 0 {
        return;
    }
    let waiting = &mut responses[q - 1].waiting;
    while let Some(p) = waiting.front().copied().filter(|p| (p.y as usize) + 1 < end) {
        waiting.pop_front();
        let near = above.patch(p.x as usize, p.y as usize);
        if if halfway { p.summit > halfway_most(near, p.dx, p.dy) } else { p.value > most(near) } {
            found.sure.push(p);
        }
    }
}

/// Every second value of the coarse level and of the response.
#[inline(always)]
unsafe fn halve<L: Lanes<R>, const R: usize>(fine: &[f32], coarse: &[f32], lines: [&mut [f32]; 2]) {
    let [smooth, response] = lines;
    let count = smooth.len();
    assert!(response.len() == count && fine.len().min(coarse.len()) >= 2 * count);
    let mut x = 0;
    while x + L::N <= count {
        // SAFETY: 2 N values are read at 2 x, N written at x, within the slices by the condition and the assertion.
        unsafe {
            let (a, b) = (fine.as_ptr().add(2 * x), coarse.as_ptr().add(2 * x));
            let level = L::evens(L::load(b), L::load(b.add(L::N)));
            L::store(smooth.as_mut_ptr().add(x), level);
            L::store(response.as_mut_ptr().add(x), L::sub(level, L::evens(L::load(a), L::load(a.add(L::N)))));
        }
        x += L::N;
    }
    for x in x..count {
        (smooth[x], response[x]) = (coarse[2 * x], coarse[2 * x] - fine[2 * x]);
    }
}

/// A response, computed where it is looked at.
struct Difference<'a> {
    fine: &'a Ring,
    coarse: &'a Ring,
}

impl Difference<'_> {
    /// Rows `y` of both levels, from column `x` of the picture.
    #[inline(always)]
    fn rows(&self, y: usize, x: usize) -> (&[f32], &[f32]) {
        let at = |ring: &Ring| (x as i64 - ring.left) as usize;
        (&self.fine.row(y)[at(self.fine)..], &self.coarse.row(y)[at(self.coarse)..])
    }

    /// The 3 x 3 values at a pixel.
    #[inline(always)]
    fn patch(&self, x: usize, y: usize) -> [[f32; 3]; 3] {
        let mut values = [[0.0; 3]; 3];
        for (values, y) in values.iter_mut().zip(y - 1..) {
            let (a, b) = self.rows(y, x - 1);
            *values = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
        }
        values
    }
}

/// A response at column `c` of a pair of rows, and the largest of each value and its neighbours in the row.
#[inline(always)]
unsafe fn widened<L: Lanes<R>, const R: usize>((a, b): (*const f32, *const f32), c: usize) -> (L::V, L::V) {
    // SAFETY: by the caller's reasons.
    unsafe {
        let [left, v, right] = L::differences(b.add(c), a.add(c));
        (v, L::max(v, L::max(left, right)))
    }
}

/// Calls `peak` for each pixel of columns `inside` that no neighbour exceeds and that exceeds `floor`; `columns` are the strip's.
#[inline(always)]
unsafe fn scan<L: Lanes<R>, const R: usize>(
    difference: &Difference<'_>,
    rows: Range<usize>,
    columns: Range<usize>,
    inside: Range<usize>,
    floor: f32,
    mut peak: impl FnMut(usize, usize),
) {
    const MOST: usize = BAND + 2;
    if rows.is_empty() || inside.is_empty() {
        return;
    }
    let (height, width) = (rows.len(), columns.len());
    assert!(height + 2 <= MOST);
    let pointers: [(*const f32, *const f32); MOST] = std::array::from_fn(|j| {
        let (a, b) = difference.rows((rows.start + j).min(rows.end + 1) - 1, columns.start);
        assert!(a.len().min(b.len()) >= width + 32);
        (a.as_ptr(), b.as_ptr())
    });
    let mut masks = [0u32; MOST];
    for c in (0..width).step_by(L::N) {
        let x = columns.start + c;
        let mut within = if inside.end >= x + L::N { u32::MAX } else { (1u32 << inside.end.saturating_sub(x)) - 1 };
        if inside.start > x {
            within &= u32::MAX << (inside.start - x);
        }
        // SAFETY: a cache line before the core and two behind are in each row: the rings' halo, and room by the assertion.
        unsafe {
            let low = L::splat(floor);
            let mut high = 0;
            for j in 1..=height {
                let (a, b) = *pointers.get_unchecked(j);
                high |= L::exceed(L::sub(L::load(b.add(c)), L::load(a.add(c))), low);
            }
            if high == 0 {
                continue;
            }
            let (_, mut above) = widened::<L, R>(pointers[0], c);
            let (mut here, mut wide) = widened::<L, R>(pointers[1], c);
            let mut any = 0;
            for j in 0..height {
                let (next, next_wide) = widened::<L, R>(*pointers.get_unchecked(j + 2), c);
                let bits = L::peaks(here, L::max(L::max(above, wide), next_wide), low) & within;
                *masks.get_unchecked_mut(j) = bits;
                any |= bits;
                (above, here, wide) = (wide, next, next_wide);
            }
            if any == 0 {
                continue;
            }
        }
        for (j, &bits) in masks[..height].iter().enumerate() {
            let mut bits = bits;
            while bits != 0 {
                peak(x + bits.trailing_zeros() as usize, rows.start + j);
                bits &= bits - 1;
            }
        }
    }
}

/// Where the quadratic through 3 x 3 values around a maximum has its top: offset from the middle, at most a pixel.
#[inline(always)]
pub(super) fn summit(v: [[f32; 3]; 3]) -> (f32, f32) {
    let (gx, gy) = (0.5 * (v[1][2] - v[1][0]), 0.5 * (v[2][1] - v[0][1]));
    let (xx, yy) = (v[1][2] + v[1][0] - 2.0 * v[1][1], v[2][1] + v[0][1] - 2.0 * v[1][1]);
    let xy = 0.25 * (v[2][2] + v[0][0] - v[0][2] - v[2][0]);
    let det = xx * yy - xy * xy;
    if det <= 0.0 {
        return (0.0, 0.0);
    }
    (((xy * gy - yy * gx) / det).clamp(-1.0, 1.0), ((xy * gx - xx * gy) / det).clamp(-1.0, 1.0))
}

/// Value at an offset of at most a pixel from the middle of 3 x 3 values, by the parabolas through them.
#[inline(always)]
pub(super) fn interpolated(v: [[f32; 3]; 3], dx: f32, dy: f32) -> f32 {
    let weights = |t: f32| [0.5 * t * (t - 1.0), 1.0 - t * t, 0.5 * t * (t + 1.0)];
    let (wx, wy) = (weights(dx), weights(dy));
    let mut sum = 0.0;
    for (w, row) in wy.iter().zip(v) {
        sum += w * (wx[0] * row[0] + wx[1] * row[1] + wx[2] * row[2]);
    }
    sum
}

/// Largest of the values half a pixel around that half pixel which is nearest to an offset from the middle.
#[inline(always)]
pub(super) fn halfway_most(v: [[f32; 3]; 3], dx: f32, dy: f32) -> f32 {
    let middle = |t: f32| (t + t).round_ties_even() * 0.5;
    let (x, y) = (middle(dx), middle(dy));
    let mut most = f32::MIN;
    for oy in [-0.5, 0.0, 0.5] {
        for ox in [-0.5f32, 0.0, 0.5] {
            most = most.max(interpolated(v, (x + ox).clamp(-1.0, 1.0), (y + oy).clamp(-1.0, 1.0)));
        }
    }
    most
}

#[inline(always)]
fn most(v: [[f32; 3]; 3]) -> f32 {
    let mut most = v[0][0];
    for row in v {
        for value in row {
            most = if value > most { value } else { most };
        }
    }
    most
}

/// As [`Difference::patch`], in a plane, its border repeated.
#[inline(always)]
pub(super) fn patch_of_plane(plane: &[f32], width: usize, height: usize, x: usize, y: usize) -> [[f32; 3]; 3] {
    let columns = [x.saturating_sub(1), x.min(width - 1), (x + 1).min(width - 1)];
    let three = |y: usize| {
        let row = &plane[y * width..][..width];
        [row[columns[0]], row[columns[1]], row[columns[2]]]
    };
    [three(y.saturating_sub(1)), three(y.min(height - 1)), three((y + 1).min(height - 1))]
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
