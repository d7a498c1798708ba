//! Maxima of the responses: differences of neighbouring levels, looked at while their rows lie in the rings.

use std::collections::VecDeque;
use std::ops::Range;

use super::cascade::{Take, Walk};
use super::filter::BAND;
use super::lanes::Lanes;
use super::ring::Ring;

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

/// Maxima of one response.
pub(super) struct Response {
    /// Rows `1..scanned` have been looked at.
    scanned: usize,
    /// Maxima that wait for the response above.
    pub waiting: VecDeque<Peak>,
    /// Which groups of rows of its last band exceed the floor, for each vector of columns; memory of [`scan`].
    high: Vec<u8>,
}

impl Response {
    /// Nothing of it has been looked at; its first row has none above.
    pub fn new() -> Self {
        Self { scanned: 1, waiting: VecDeque::new(), high: Vec::new() }
    }
}

/// Takes rows `new` of the response between levels `i` and `i + 1` in some columns, and the maxima that these rows complete.
///
/// # Safety
/// As [`super::cascade::strip`].
#[inline(always)]
pub(super) unsafe fn respond<L: Lanes<R>, const R: usize>(
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
            let (a, b) = difference.rows(y, columns.start as i64);
            line.iter_mut().zip(b.iter().zip(a)).for_each(|(o, (b, a))| *o = b - a);
        }
    }
    if let (true, Some((smooth, response))) = (i + 2 == levels.len(), halved) {
        for y in new.clone().filter(|y| y % 2 == 0) {
            // SAFETY: as above, halved; strips begin at even columns.
            let lines =
                unsafe { [smooth, response].map(|c| c.columns(y / 2, columns.start / 2, columns.end.div_ceil(2))) };
            let (a, b) = difference.rows(y, columns.start as i64);
            // SAFETY: compiled for L by contract.
            unsafe { halve::<L, R>(a, b, lines) };
        }
    }
    // Border pixels have no neighbours on all sides.
    let rows = responses[q].scanned..new.end - 1;
    let inside = columns.start.max(1)..columns.end.min(walk.width - 1);
    let Response { waiting, high, .. } = &mut responses[q];
    let window = Window::of(&difference, &rows, &columns);
    let under = (q > 0).then(|| Window::of(&Difference { fine: &levels[i - 1], coarse: &levels[i] }, &rows, &columns));
    let consider = |x: usize, y: usize| {
        let v = window.at(x, y);
        // Most of a plane's maxima go already here.
        if !halfway && under.as_ref().is_some_and(|under| v <= under.at(x, y)) {
            return;
        }
        let own = window.patch(x, y);
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
    unsafe { scan::<L, R>(&window, rows, columns, inside, floor, high, consider) };
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

impl<'a> Difference<'a> {
    /// Rows `y` of both levels, from column `x` of the picture, which may lie in the halo before it.
    #[inline(always)]
    fn rows(&self, y: usize, x: i64) -> (&'a [f32], &'a [f32]) {
        let from = |ring: &'a Ring| &ring.row(y)[(x - ring.left) as usize..];
        (from(self.fine), from(self.coarse))
    }

    /// The 3 x 3 values at a pixel.
    #[inline(always)]
    fn patch(&self, x: usize, y: usize) -> [[f32; 3]; 3] {
        let mut values = [[0.0; 3]; 3];
        for (values, y) in values.iter_mut().zip(y - 1..) {
            *values = three(self.rows(y, x as i64 - 1), 0);
        }
        values
    }
}

/// Three values of a response from column `c` of a pair of rows.
#[inline(always)]
fn three((a, b): (&[f32], &[f32]), c: usize) -> [f32; 3] {
    let (a, b) = (&a[c..c + 3], &b[c..c + 3]);
    [b[0] - a[0], b[1] - a[1], b[2] - a[2]]
}

/// Rows that are looked at together: a band and a row on each side.
const MOST: usize = BAND + 2;
/// Rows that are held against the floor together.
const GROUP: usize = 4;

/// A band of a response with a pixel on each side, computed where it is looked at.
struct Window<'a> {
    /// Rows of both levels, from the column before the first; the last row may be repeated.
    rows: [(&'a [f32], &'a [f32]); MOST],
    /// The first row and column that are looked at.
    first: (usize, usize),
}

impl<'a> Window<'a> {
    /// Of `rows`, at most a band, in some columns; there is a column on each side.
    fn of(difference: &Difference<'a>, rows: &Range<usize>, columns: &Range<usize>) -> Self {
        assert!(rows.len() <= BAND);
        let rows_of = |j: usize| difference.rows((rows.start + j).min(rows.end + 1) - 1, columns.start as i64 - 1);
        Self { rows: std::array::from_fn(rows_of), first: (columns.start, rows.start) }
    }

    #[inline(always)]
    fn at(&self, x: usize, y: usize) -> f32 {
        let (a, b) = self.rows[y + 1 - self.first.1];
        let c = x + 1 - self.first.0;
        b[c] - a[c]
    }

    /// The 3 x 3 values at a pixel.
    #[inline(always)]
    fn patch(&self, x: usize, y: usize) -> [[f32; 3]; 3] {
        let (c, r) = (x - self.first.0, y - self.first.1);
        let mut values = [[0.0; 3]; 3];
        for (values, rows) in values.iter_mut().zip(&self.rows[r..r + 3]) {
            *values = three(*rows, c);
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
    window: &Window<'_>,
    rows: Range<usize>,
    columns: Range<usize>,
    inside: Range<usize>,
    floor: f32,
    high: &mut Vec<u8>,
    mut peak: impl FnMut(usize, usize),
) {
    if rows.is_empty() || inside.is_empty() {
        return;
    }
    let (height, width) = (rows.len(), columns.len());
    let pointers: [(*const f32, *const f32); MOST] = std::array::from_fn(|j| {
        let (a, b) = window.rows[j];
        let (a, b) = (&a[1..], &b[1..]);
        assert!(a.len().min(b.len()) >= width + 32);
        (a.as_ptr(), b.as_ptr())
    });
    // Rows side by side, which the caches foresee: bit g of a vector's columns is set where group g of rows exceeds the floor somewhere.
    high.clear();
    high.resize(width.div_ceil(L::N), 0);
    for (g, group) in pointers[1..=BAND].as_chunks::<GROUP>().0.iter().take(height.div_ceil(GROUP)).enumerate() {
        for (i, high) in high.iter_mut().enumerate() {
            // SAFETY: each row has room for a whole vector by the assertion; compiled for L by contract.
            unsafe {
                let value =
                    |(a, b): (*const f32, *const f32)| L::sub(L::load(b.add(i * L::N)), L::load(a.add(i * L::N)));
                let two = |j: usize| L::max(value(group[j]), value(group[j + 1]));
                *high |= u8::from(L::exceed(L::max(two(0), two(2)), L::splat(floor)) != 0) << g;
            }
        }
    }
    for (i, high) in high.iter().enumerate().filter(|(_, high)| **high != 0) {
        let c = i * L::N;
        let x = columns.start + c;
        let (first, last) = (GROUP * high.trailing_zeros() as usize, height.min(GROUP * (1 + high.ilog2() as usize)));
        let mut within = if inside.end >= x + L::N { u32::MAX } else { (1u32 << inside.end.saturating_sub(x)) - 1 };
        if inside.start > x {
            within &= u32::MAX << (inside.start - x);
        }
        // SAFETY: a cache line before the core and two behind are in each row: the rings' halo, and room by the assertion.
        unsafe {
            let (_, mut above) = widened::<L, R>(*pointers.get_unchecked(first), c);
            let (mut here, mut wide) = widened::<L, R>(*pointers.get_unchecked(first + 1), c);
            for j in first..last {
                let (next, next_wide) = widened::<L, R>(*pointers.get_unchecked(j + 2), c);
                let mut bits = L::peaks(here, L::max(L::max(above, wide), next_wide), L::splat(floor)) & within;
                (above, here, wide) = (wide, next, next_wide);
                while bits != 0 {
                    peak(x + bits.trailing_zeros() as usize, rows.start + j);
                    bits &= bits - 1;
                }
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
