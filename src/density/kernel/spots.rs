//! Dark spots at all scales, the density of their maxima, and dark ridges.

use std::cell::RefCell;

use rayon::prelude::*;

use super::cascade::{Canvas, Memory, Source, Take, Walk};
use super::lanes::{self, Isa};
use super::maxima::{Peak, Peaks, halfway_most, patch_of_plane};
use super::reference::{self, Whole};
use super::separable::separable;
use super::taps::{half_gaussian, steps, wide_steps};
use crate::plane::Plane;

/// Scales of the levels, px: two to an octave, from the thinnest stubble that a pixel grid resolves upwards.
pub const SIGMAS: [f32; 8] = [
    1.0,
    std::f32::consts::SQRT_2,
    2.0,
    2.0 * std::f32::consts::SQRT_2,
    4.0,
    4.0 * std::f32::consts::SQRT_2,
    8.0,
    8.0 * std::f32::consts::SQRT_2,
];

/// Levels that are always computed at full resolution: up to sigma 4.
const FULL: usize = 5;

/// Columns of a strip, whose rings then lie in the caches.
const STRIP: usize = 2048;

/// A dark spot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    /// Column of the centre, px.
    pub x: f32,
    /// Row of the centre, px.
    pub y: f32,
    /// Response, grey levels: difference of the two Gaussians whose scales embrace the spot's.
    pub response: f32,
    /// Number of the response: between `SIGMAS[scale]` and `SIGMAS[scale + 1]`.
    pub scale: u8,
}

/// How coarse scales are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// All at full resolution.
    Exact,
    /// Those beyond sigma 4 on every second pixel of the level of sigma 4.
    Decimated,
}

/// Dark spots of a picture whose response exceeds `floor` grey levels, in no particular order.
///
/// # Panics
/// If `rgb.len() != width * height`, or the CPU does not have `isa`.
#[must_use]
pub fn dark_spots(rgb: &[[u8; 3]], width: usize, height: usize, floor: f32, mode: Mode, isa: Isa) -> Vec<Spot> {
    assert_eq!(rgb.len(), width * height, "a picture of {width} x {height} needs as many pixels");
    if width < 3 || height < 3 {
        return Vec::new();
    }
    let source = Source::Rgb(rgb);
    if isa == Isa::Plain {
        return plain_spots(source, width, height, floor);
    }
    let spot = |p: &Peak, first: usize, step: f32| Spot {
        x: step * (p.x as f32 + p.dx),
        y: step * (p.y as f32 + p.dy),
        response: p.value,
        scale: (first + usize::from(p.response)) as u8,
    };
    if mode == Mode::Exact {
        let taps = wide_steps(0.0, &SIGMAS);
        let take = Take::Spots {
            first: 1,
            floor,
            halfway: false,
            below: None,
            open: false,
            first_response: None,
            halved: None,
        };
        let found = walk_strips(&Walk { source, width, height, taps: &taps, take }, isa);
        return found.iter().flat_map(|f| f.sure.iter().map(|p| spot(p, 0, 1.0))).collect();
    }
    let (w, h) = (width.div_ceil(2), height.div_ceil(2));
    let mut planes = [const { Vec::new() }; 3].map(|_: Vec<f32>| pooled(w * h));
    let [smooth, response, above] = &mut planes;
    let taps = wide_steps(0.0, &SIGMAS[..FULL]);
    let halved = Some((Canvas::new(smooth, w, h), Canvas::new(response, w, h)));
    let take = Take::Spots { first: 1, floor, halfway: false, below: None, open: true, first_response: None, halved };
    let fine = walk_strips(&Walk { source, width, height, taps: &taps, take }, isa);
    let halves: Vec<f32> = SIGMAS[FULL..].iter().map(|s| 0.5 * s).collect();
    let taps = wide_steps(0.5 * SIGMAS[FULL - 1], &halves);
    let first_response = Some(Canvas::new(above, w, h));
    let take = Take::Spots {
        first: 0,
        floor,
        halfway: true,
        below: Some(response),
        open: false,
        first_response,
        halved: None,
    };
    let coarse = walk_strips(&Walk { source: Source::Values(smooth), width: w, height: h, taps: &taps, take }, isa);
    // The same on the halved plane: pixel x is x / 2 there.
    let open = |p: &&Peak| {
        let (x, y) = (p.x.div_ceil(2), p.y.div_ceil(2));
        let near = patch_of_plane(above, w, h, x as usize, y as usize);
        p.value > halfway_most(near, 0.5 * p.x as f32 - x as f32, 0.5 * p.y as f32 - y as f32)
    };
    let mut spots = Vec::new();
    for f in &fine {
        spots.extend(f.sure.iter().chain(f.open.iter().filter(open)).map(|p| spot(p, 0, 1.0)));
    }
    spots.extend(coarse.iter().flat_map(|f| f.sure.iter().map(|p| spot(p, FULL - 1, 2.0))));
    planes.into_iter().for_each(give_back);
    spots
}

fn plain_spots(source: Source<'_>, width: usize, height: usize, floor: f32) -> Vec<Spot> {
    let mut levels = vec![Whole::of(source, width, height)];
    for taps in steps(0.0, &SIGMAS) {
        levels.push(levels[levels.len() - 1].smoothed(&taps));
    }
    let stack: Vec<Whole> = levels.windows(2).skip(1).map(|pair| pair[1].less(&pair[0])).collect();
    let spot = |p: &Peak| Spot { x: p.x as f32 + p.dx, y: p.y as f32 + p.dy, response: p.value, scale: p.response };
    reference::maxima(&stack, floor).iter().map(spot).collect()
}

/// Response to dark lines at the scales `sigmas` (px, ascending): the largest second derivative of the smoothed luminance in any
/// direction and at any scale, times the square of the scale; grey levels, never negative.
///
/// # Panics
/// If `rgb.len() != width * height`, or the CPU does not have `isa`.
#[must_use]
pub fn dark_ridges(rgb: &[[u8; 3]], width: usize, height: usize, sigmas: &[f32], isa: Isa) -> Vec<f32> {
    assert_eq!(rgb.len(), width * height, "a picture of {width} x {height} needs as many pixels");
    let mut out = pooled(width * height);
    if width < 3 || height < 3 || sigmas.is_empty() {
        return out;
    }
    let source = Source::Rgb(rgb);
    if isa == Isa::Plain {
        let mut level = Whole::of(source, width, height);
        out.fill(0.0);
        for (taps, sigma) in steps(0.0, sigmas).iter().zip(sigmas) {
            level = level.smoothed(taps);
            out.iter_mut().zip(level.ridges().data).for_each(|(o, v)| *o = o.max(sigma * sigma * v));
        }
    } else {
        let taps = wide_steps(0.0, sigmas);
        let take = Take::Ridges { sigmas, out: Canvas::new(&mut out, width, height) };
        walk_strips(&Walk { source, width, height, taps: &taps, take }, isa);
    }
    out
}

/// Walks down strips of at most [`STRIP`] columns, in parallel; what they found is in their order.
fn walk_strips(walk: &Walk<'_>, isa: Isa) -> Vec<Peaks> {
    let strips = walk.width.div_ceil(STRIP);
    // Even bounds, so that every second pixel is the same whichever strip it lies in.
    let bound = |i: usize| if i == strips { walk.width } else { (walk.width * i / strips) & !15 };
    let run = |i: usize| {
        thread_local!(static MEMORY: RefCell<Memory> = RefCell::default());
        let mut found = Peaks::default();
        MEMORY.with_borrow_mut(|memory| lanes::strip_with(isa, walk, bound(i), bound(i + 1), memory, &mut found));
        found
    };
    if strips == 1 { vec![run(0)] } else { (0..strips).into_par_iter().map(run).collect() }
}

thread_local!(static POOL: RefCell<Vec<Vec<f32>>> = const { RefCell::new(Vec::new()) });

/// A plane's memory with any content, from this thread's pool: fresh memory costs a page fault every 4 KiB.
fn pooled(len: usize) -> Vec<f32> {
    let mut data = POOL.with_borrow_mut(Vec::pop).unwrap_or_default();
    data.resize(len, 0.0);
    data
}

/// Puts a plane's memory into the pool.
pub fn give_back(data: Vec<f32>) {
    POOL.with_borrow_mut(|pool| {
        if pool.len() < 4 {
            pool.push(data);
        }
    });
}

/// Squares of this side, px, are the pixels of [`density`].
pub const DENSITY_STEP: usize = 8;

/// Spots per px2, one value for each square of 8 x 8 px, smoothed by a Gaussian of `sigma` squares.
#[must_use]
pub fn density(spots: &[Spot], width: usize, height: usize, sigma: f32) -> Plane<f32> {
    let (w, h) = (width.div_ceil(DENSITY_STEP).max(1), height.div_ceil(DENSITY_STEP).max(1));
    let mut counts = Plane::filled(w, h, 0.0f32);
    for s in spots {
        let square = |v: f32, n: usize| (v.max(0.0) as usize / DENSITY_STEP).min(n - 1);
        let (x, y) = (square(s.x, w), square(s.y, h));
        counts.set(x, y, counts.get(x, y) + 1.0 / (DENSITY_STEP * DENSITY_STEP) as f32);
    }
    let half = half_gaussian(sigma);
    let taps: Vec<f32> = half.iter().skip(1).rev().chain(&half).copied().collect();
    separable(&counts, &taps, &taps, Isa::chosen())
}
