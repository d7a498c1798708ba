//! One separable filter over a band of rows, in blocks that stay in registers and the first cache.
//!
//! A tile is `R` results along the filter times one register across it. Each sample of the window is loaded once into a ring of
//! registers and serves all `R` results; pairs at equal distance from the centre are added before they are weighed. Tiles leave
//! transposed, so that the second pass, along the other axis, is the first one again and leaves them as they were.

use std::mem::MaybeUninit;
use std::ops::Range;

use super::lanes::Lanes;

/// Rows that are filtered together: a vector of the second pass.
pub(super) const BAND: usize = 16;

/// Half of a symmetric (`EVEN`) or antisymmetric kernel: the weights of distance 0, 1, 2...
pub(super) type HalfTaps = [f32];

/// `M` results along the filter: result `r` is centred on row `half + r` of the rows that `row` points to.
///
/// # Safety
/// A vector can be read at `row(j)` for `j < M + 2 * half`, where `half = taps.len() - 1`.
#[inline(always)]
unsafe fn tile<L: Lanes<R>, const R: usize, const M: usize, const EVEN: bool>(
    row: impl Fn(usize) -> *const f32,
    taps: &HalfTaps,
) -> [L::V; M] {
    const { assert!(M == 2 || M == 4 || M == 8, "the ring's places are known when M divides 8") }
    let half = taps.len() - 1;
    // SAFETY: all rows named below are `half - k .. half + k + M`, within what the caller promises.
    unsafe {
        // Sample `half + m` lies in slot `m mod M` of its ring.
        let mut high: [L::V; M] = std::array::from_fn(|r| L::load(row(half + r)));
        let mut low = high;
        let middle = L::splat(taps[0]);
        let mut sums: [L::V; M] = std::array::from_fn(|r| L::mul(middle, high[r]));
        let mut k = 1;
        macro_rules! step {
            ($i:literal) => {
                if k > half {
                    break;
                }
                low[(8 - $i) % M] = L::load(row(half - k));
                high[($i - 1) % M] = L::load(row(half + k + M - 1));
                let tap = L::splat(*taps.get_unchecked(k));
                for r in 0..M {
                    let (a, b) = (low[(r + 8 - $i) % M], high[(r + $i) % M]);
                    let pair = if EVEN { L::add(b, a) } else { L::sub(b, a) };
                    sums[r] = L::fma(tap, pair, sums[r]);
                }
                k += 1;
            };
        }
        loop {
            step!(1);
            step!(2);
            step!(3);
            step!(4);
            step!(5);
            step!(6);
            step!(7);
            step!(8);
        }
        sums
    }
}

/// First pass: filters columns `columns` of a band and leaves it transposed: column `x` is `turned[16 x..][..16]`.
///
/// `taps` weigh every `step`-th row. The band's rows fall into `step` classes that share none, so `rows` are, class after class, those
/// that serve it, and the results lie in that order, too: row 0, `step`, 2 `step`, ..., 1, `step + 1`, ...
///
/// # Safety
/// `rows` are `BAND + 2 * half * step` pointers, `step * M` divides `BAND`, `M` divides `R`; at each pointer, `columns` rounded outwards to
/// multiples of 16 can be read, and `turned` takes 16 times as many values.
#[inline(always)]
pub(super) unsafe fn along_columns<L: Lanes<R>, const R: usize, const M: usize, const EVEN: bool>(
    rows: &[*const f32],
    taps: &HalfTaps,
    step: usize,
    columns: Range<usize>,
    turned: *mut f32,
) {
    let (own, more) = (BAND / step, 2 * (taps.len() - 1));
    debug_assert_eq!(rows.len(), BAND + more * step);
    for x in (columns.start & !(BAND - 1)..columns.end).step_by(L::N) {
        for t in (0..BAND).step_by(R) {
            // SAFETY: first + j is a row of the tile's class; x + N is within the columns rounded up; the writes fill columns x..x + N.
            unsafe {
                let mut all = [L::splat(0.0); R];
                for (sums, t) in all.as_chunks_mut::<M>().0.iter_mut().zip((t..).step_by(M)) {
                    let first = t + t / own * more;
                    *sums = tile::<L, R, M, EVEN>(|j| rows.get_unchecked(first + j).add(x), taps);
                }
                L::store_transposed(all, |l| turned.add((x + l) * BAND + t));
            }
        }
    }
}

/// Second pass: filters columns `columns` of a transposed band along rows; row `i` of the result is written at `out[i]`. Result `x` is
/// centred on column `x + half` of `turned`.
///
/// # Safety
/// `columns.start` is a multiple of `R`. `turned` holds `columns` rounded up to `R`, and `2 * half` more; the former can be written at
/// each `out`.
#[inline(always)]
pub(super) unsafe fn along_rows<L: Lanes<R>, const R: usize, const EVEN: bool>(
    turned: *const f32,
    taps: &HalfTaps,
    columns: Range<usize>,
    out: &[*mut f32; BAND],
) {
    for x in columns.step_by(R) {
        for q in (0..BAND).step_by(L::N) {
            // SAFETY: columns x..x + R + 2 half are there; the writes fill columns x..x + R of rows q..q + N.
            unsafe {
                let sums = tile::<L, R, R, EVEN>(|j| turned.add((x + j) * BAND + q), taps);
                L::store_transposed(sums, |l| out[q + l].add(x));
            }
        }
    }
}

/// As [`along_rows`], with weights on every `step`-th column.
///
/// # Safety
/// As there, with `step * M`, at most [`BAND`] and a multiple of `R`, for `R`, and `step * half` for `half`.
#[inline(always)]
pub(super) unsafe fn along_rows_apart<L: Lanes<R>, const R: usize, const M: usize>(
    turned: *const f32,
    taps: &HalfTaps,
    step: usize,
    columns: Range<usize>,
    out: &[*mut f32; BAND],
) {
    debug_assert!(step * M <= BAND && (step * M).is_multiple_of(R));
    // The results of a tile lie `step` columns apart; those of `step` tiles fill the columns between.
    let mut block = [MaybeUninit::<L::V>::uninit(); BAND];
    let block = block.as_mut_ptr().cast::<L::V>();
    for x in columns.step_by(step * M) {
        for q in (0..BAND).step_by(L::N) {
            // SAFETY: columns x..x + step (M + 2 half) are there; the first step M places of the block are written before they are read;
            // the writes to `out` fill columns x..x + step M of rows q..q + N.
            unsafe {
                for t in 0..step {
                    let from = turned.add((x + t) * BAND + q);
                    let sums = tile::<L, R, M, true>(|j| from.add(j * step * BAND), taps);
                    sums.into_iter().enumerate().for_each(|(r, sum)| block.add(t + step * r).write(sum));
                }
                for c in (0..step * M).step_by(R) {
                    L::store_transposed(block.add(c).cast::<[L::V; R]>().read(), |l| out[q + l].add(x + c));
                }
            }
        }
    }
}
