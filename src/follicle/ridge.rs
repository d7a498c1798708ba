//! How much each pixel looks like the middle of a shaft, for each direction a shaft can run.
//!
//! The filter is the second derivative of a Gaussian across the shaft, averaged along it: the elongation keeps crossing hairs
//! apart, since each answers in its own direction. The second derivative is steered from three separable convolutions
//! (Freeman and Adelson 1991, doi:10.1109/34.93808).

use std::ops::Range;

use rayon::prelude::*;

use crate::kernel::{Isa, separable};
use crate::plane::Plane;

/// Number of directions over half a turn; 11.25 degrees apart, less than the filter's own width in angle.
pub const DIRECTIONS: usize = 16;

/// Px of a row whose responses lie together: one register of them for each direction.
const BLOCK: usize = 8;

/// The responses of a block of px, all of one direction in a row.
type Block = [[f32; BLOCK]; DIRECTIONS];

/// One response for each direction, where the photo is dark enough for a shaft and [`AROUND`] px around; 0 elsewhere. Direction `k` runs
/// at `k * pi / DIRECTIONS` from the x axis towards the y axis.
///
/// Shafts cover a tenth of a field or so: all directions of all px would cost most of the time and memory of a close-up.
#[derive(Debug, Clone)]
pub struct Response {
    width: usize,
    height: usize,
    /// For each [`BLOCK`] px of a row their place in `values`, or [`NOWHERE`].
    place: Plane<u32>,
    values: Vec<Block>,
}

const NOWHERE: u32 = u32::MAX;
/// Px around dark px that are filtered too: a shaft is followed by comparing its neighbours 1 px away, each read between two px.
const AROUND: usize = 3;

/// Angle between two neighbouring directions, in radians.
pub const STEP: f32 = std::f32::consts::PI / DIRECTIONS as f32;

/// Columns and rows that are steered together, so that one direction of them stays in the first cache.
const TILE: [usize; 2] = [64, 64];
/// Rows whose second derivatives are held at once: memory that was never used before costs more than filtering the seams twice.
const BAND: usize = 4 * TILE[1];

impl Response {
    /// Filters a contrast plane around the px whose contrast is at least `dark`. A straight shaft of width `4 sigma` and contrast 1 answers
    /// 1 in its middle.
    #[must_use]
    pub fn of(contrast: &Plane<f32>, sigma: f32, half_length: f32, dark: f32) -> Self {
        Self::within(Vec::new(), contrast, sigma, half_length, dark)
    }

    /// As [`Self::of`], in the memory of one that has served: as much that was never used before costs more than half of the filtering.
    #[must_use]
    pub fn again(self, contrast: &Plane<f32>, sigma: f32, half_length: f32, dark: f32) -> Self {
        Self::within(self.values, contrast, sigma, half_length, dark)
    }

    fn within(mut values: Vec<Block>, contrast: &Plane<f32>, sigma: f32, half_length: f32, dark: f32) -> Self {
        let reach = (3.5 * sigma).ceil() as i64;
        let taps = |f: &dyn Fn(f32) -> f32| (-reach..=reach).map(|i| f(i as f32)).collect::<Vec<f32>>();
        let s2 = sigma * sigma;
        let norm = 1.0 / ((2.0 * std::f32::consts::PI).sqrt() * sigma);
        let g0 = taps(&|x| norm * (-0.5 * x * x / s2).exp());
        let g1 = taps(&|x| norm * (x / s2) * (-0.5 * x * x / s2).exp());
        let mut g2 = taps(&|x| norm * (x * x / s2 - 1.0) / s2 * (-0.5 * x * x / s2).exp());
        let mean = g2.iter().sum::<f32>() / g2.len() as f32;
        g2.iter_mut().for_each(|t| *t -= mean);
        // Answer of the second derivative in the middle of a bar of half width a = 2 sigma: (2 a / sigma^2) g(a).
        let a = 2.0 * sigma;
        let bar = 2.0 * a / s2 * norm * (-0.5 * a * a / s2).exp();
        let lines = Lines::of(bar, half_length);
        let (w, h) = (contrast.width(), contrast.height());
        let tiles = tiles(contrast, dark);
        let mut place = Plane::filled(w.div_ceil(BLOCK), h, NOWHERE);
        let mut count = 0usize;
        for tile in &tiles {
            for found in &tile.blocks {
                place.set((tile.x + usize::from(found.x)) / BLOCK, tile.y + usize::from(found.y), count as u32);
                count += 1;
            }
        }
        let unset = [[0.0f32; BLOCK]; DIRECTIONS];
        if values.is_empty() {
            values = vec![unset; count];
        } else {
            values.reserve_exact(count.saturating_sub(values.len()));
            values.resize(count, unset);
        }
        // Values of a tile lie one after another: each worker takes its own part.
        let mut rest = values.as_mut_slice();
        for y0 in (0..h).step_by(BAND) {
            // With what the lines and the filters reach beyond the band.
            let beyond = lines.reach + reach as usize;
            let first = y0.saturating_sub(beyond);
            let band = contrast.crop(0, first, w, y0 + BAND + beyond - first);
            let filtered = |x: &[f32], y: &[f32]| separable(&band, x, y, Isa::chosen());
            let derivatives =
                Derivatives { planes: [filtered(&g2, &g0), filtered(&g1, &g1), filtered(&g0, &g2)], first, height: h };
            let mut jobs = Vec::new();
            for tile in tiles.iter().filter(|t| (y0..y0 + BAND).contains(&t.y) && !t.blocks.is_empty()) {
                let (own, others) = rest.split_at_mut(tile.blocks.len());
                rest = others;
                jobs.push((tile, own));
            }
            jobs.into_par_iter().for_each_init(<(Vec<f32>, Vec<_>)>::default, |(steered, spans), (tile, own)| {
                steered.resize(stride(lines.reach) * (TILE[1] + 2 * lines.reach), 0.0);
                tile.crossed(lines.reach, spans);
                for (k, line) in lines.all.iter().enumerate() {
                    steer(&derivatives, (tile, spans), line, lines.reach, steered);
                    add_along(steered, stride(lines.reach), &tile.blocks, &line.offsets, k, own);
                }
                for (found, block) in tile.blocks.iter().zip(own) {
                    found.clear_rest(block);
                }
            });
        }
        Self { width: w, height: h, place, values }
    }

    /// Response at a position for a direction given by its number; numbers wrap around.
    #[must_use]
    pub fn at(&self, x: f32, y: f32, direction: i32) -> f32 {
        self.spot(x, y).of(direction)
    }

    /// A position whose response is asked for in several directions.
    #[must_use]
    #[inline]
    pub fn spot(&self, x: f32, y: f32) -> Spot<'_> {
        let x = x.clamp(0.0, (self.width - 1) as f32);
        let y = y.clamp(0.0, (self.height - 1) as f32);
        let (x0, y0) = (x as usize, y as usize);
        let (x1, y1) = ((x0 + 1).min(self.width - 1), (y0 + 1).min(self.height - 1));
        let px = |x: usize, y: usize| (self.values.get(self.place.get(x / BLOCK, y) as usize), x % BLOCK);
        Spot { px: [px(x0, y0), px(x1, y0), px(x0, y1), px(x1, y1)], fx: x - x0 as f32, fy: y - y0 as f32 }
    }

    /// Sees `(x, y, direction, response)` wherever the response is above `least` and no smaller than those of both neighbouring directions,
    /// but for px at the photo's border.
    pub fn each_peak(&self, least: f32, mut see: impl FnMut(usize, usize, i32, f32)) {
        let mut found = [[0; BLOCK]; DIRECTIONS];
        for y in 1..self.height.saturating_sub(1) {
            for (column, at) in self.place.row(y).iter().enumerate() {
                let Some(block) = self.values.get(*at as usize) else { continue };
                let mut directions = peaks(block, least, &mut found);
                while directions != 0 {
                    let k = directions.trailing_zeros() as usize;
                    directions &= directions - 1;
                    for i in (0..BLOCK).filter(|i| found[k][*i] != 0) {
                        let x = column * BLOCK + i;
                        if x >= 1 && x + 1 < self.width {
                            see(x, y, k as i32, block[k][i]);
                        }
                    }
                }
            }
        }
    }
}

/// Marks where the response is above `least` and at its peak among the directions; a bit for each direction that has such px.
#[multiversion::multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn peaks(block: &Block, least: f32, found: &mut [[u32; BLOCK]; DIRECTIONS]) -> u32 {
    // Most blocks have none.
    if !block.as_flattened().iter().fold(false, |any, v| any | (*v > least)) {
        return 0;
    }
    let mut directions = 0;
    for (k, found) in found.iter_mut().enumerate() {
        let (here, next) = (&block[k], &block[(k + 1) % DIRECTIONS]);
        let before = &block[(k + DIRECTIONS - 1) % DIRECTIONS];
        for i in 0..BLOCK {
            found[i] = u32::from((here[i] > least) & (here[i] >= next[i]) & (here[i] > before[i]));
        }
        directions |= found.iter().fold(0, |any, own| any | own) << k;
    }
    directions
}

/// The four px around a position, and how far it lies from the first of them.
#[derive(Debug, Clone, Copy)]
pub struct Spot<'a> {
    px: [(Option<&'a Block>, usize); 4],
    fx: f32,
    fy: f32,
}

impl Spot<'_> {
    /// Response in a direction given by its number; numbers wrap around.
    #[must_use]
    #[inline]
    pub fn of(&self, direction: i32) -> f32 {
        let k = direction.rem_euclid(DIRECTIONS as i32) as usize;
        let value = |i: usize| self.px[i].0.map_or(0.0, |block| block[k][self.px[i].1]);
        let (fx, fy) = (self.fx, self.fy);
        let top = value(0) * (1.0 - fx) + value(1) * fx;
        let bottom = value(2) * (1.0 - fx) + value(3) * fx;
        top * (1.0 - fy) + bottom * fy
    }
}

/// A part of the photo, and its blocks that are filtered.
struct Tile {
    x: usize,
    y: usize,
    blocks: Vec<Found>,
}

impl Tile {
    /// For each row of the tile, and `reach` above and below it, the columns that hold all blocks of the rows within `reach`: what lines
    /// through those blocks cross there lies no farther from these than the lines reach.
    fn crossed(&self, reach: usize, spans: &mut Vec<Range<usize>>) {
        spans.clear();
        spans.resize(TILE[1] + 2 * reach, 0..0);
        for found in &self.blocks {
            let (x, y) = (usize::from(found.x), usize::from(found.y));
            for span in &mut spans[y..=y + 2 * reach] {
                let first = if span.start == span.end { x } else { span.start.min(x) };
                *span = first..span.end.max(x + BLOCK);
            }
        }
    }
}

/// A block that holds px to be filtered.
struct Found {
    /// Where it begins in its tile.
    x: u16,
    y: u16,
    /// The px that are filtered.
    wanted: [bool; BLOCK],
}

impl Found {
    /// Sets the responses of all other px to 0.
    fn clear_rest(&self, block: &mut Block) {
        if self.wanted != [true; BLOCK] {
            for own in block {
                own.iter_mut().zip(self.wanted).filter(|(_, wanted)| !wanted).for_each(|(v, _)| *v = 0.0);
            }
        }
    }
}

/// The tiles of a photo with the blocks that lie within [`AROUND`] of a px whose contrast is at least `dark`.
fn tiles(contrast: &Plane<f32>, dark: f32) -> Vec<Tile> {
    let (w, h) = (contrast.width(), contrast.height());
    let (columns, rows) = (w.div_ceil(TILE[0]), h.div_ceil(TILE[1]));
    (0..columns * rows)
        .into_par_iter()
        .map(|i| {
            let (x, y) = (i % columns * TILE[0], i / columns * TILE[1]);
            let (right, bottom) = ((x + TILE[0]).min(w), (y + TILE[1]).min(h));
            // Whether each px has a dark one beside it in its row, then whether it has one around it.
            let (left, top) = (x.saturating_sub(AROUND), y.saturating_sub(AROUND));
            let beside: Vec<[bool; TILE[0]]> = (top..(bottom + AROUND).min(h))
                .map(|v| {
                    let row = &contrast.row(v)[left..(right + AROUND).min(w)];
                    // Room for what lies beyond the photo.
                    let mut is_dark = [false; TILE[0] + 2 * AROUND];
                    is_dark[left + AROUND - x..].iter_mut().zip(row).for_each(|(d, c)| *d = *c >= dark);
                    let mut near = [false; TILE[0]];
                    for by in 0..=2 * AROUND {
                        near.iter_mut().zip(&is_dark[by..]).for_each(|(n, d)| *n |= d);
                    }
                    near
                })
                .collect();
            let mut blocks = Vec::new();
            for v in y..bottom {
                let mut near = [false; TILE[0]];
                for other in &beside[v.saturating_sub(AROUND) - top..(v + AROUND + 1).min(h) - top] {
                    near.iter_mut().zip(other).for_each(|(n, d)| *n |= d);
                }
                near[right - x..].fill(false);
                let found = near.as_chunks::<BLOCK>().0.iter().enumerate().filter(|(_, wanted)| wanted.contains(&true));
                blocks.extend(found.map(|(i, wanted)| Found {
                    x: (i * BLOCK) as u16,
                    y: (v - y) as u16,
                    wanted: *wanted,
                }));
            }
            Tile { x, y, blocks }
        })
        .collect()
}

/// One direction: how the three second derivatives are weighed, and where the px that are averaged, every second one along it, lie
/// in a steered tile, seen from the px with the same coordinates in the tile itself.
struct Line {
    weights: [f32; 3],
    /// Columns and rows that it reaches to each side.
    extent: [usize; 2],
    offsets: Vec<usize>,
}

struct Lines {
    all: Vec<Line>,
    /// Px that lines reach at most to each side.
    reach: usize,
}

/// Columns of a steered tile whose lines reach so far.
fn stride(reach: usize) -> usize {
    TILE[0] + 2 * reach
}

impl Lines {
    fn of(bar: f32, half_length: f32) -> Self {
        let n = (half_length / 2.0).round().max(1.0) as i64;
        let reach = 2 * n as usize;
        let line = |k: usize| {
            let (sin, cos) = (k as f32 * STEP).sin_cos();
            let share = -1.0 / (bar * (2 * n + 1) as f32);
            let shift = |i: i64| [cos, sin].map(|c| (2.0 * i as f32 * c).round() as i64);
            let offset = |i: i64| {
                let [dx, dy] = shift(i).map(|d| (d + reach as i64) as usize);
                dy * stride(reach) + dx
            };
            Line {
                weights: [sin * sin * share, -2.0 * sin * cos * share, cos * cos * share],
                extent: shift(n).map(|d| d.unsigned_abs() as usize),
                offsets: (-n..=n).map(offset).collect(),
            }
        };
        Self { all: (0..DIRECTIONS).map(line).collect(), reach }
    }
}

/// The second derivatives of a band of the photo: along x, mixed, along y.
struct Derivatives {
    planes: [Plane<f32>; 3],
    /// Row of the photo that is their first.
    first: usize,
    /// Rows of the photo.
    height: usize,
}

/// The second derivative in the direction of a line, for what lines through a tile's blocks cross; 0 beyond the photo's sides, which counts
/// as skin.
#[multiversion::multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn steer(
    derivatives: &Derivatives,
    (tile, spans): (&Tile, &[Range<usize>]),
    line: &Line,
    reach: usize,
    out: &mut [f32],
) {
    let (width, [a, b, c], [wide, tall]) = (derivatives.planes[0].width(), line.weights, line.extent);
    let rows = (reach - tall..reach + TILE[1] + tall).map(|i| (i, &spans[i]));
    for (i, span) in rows.filter(|(_, span)| span.start < span.end) {
        let crossed = span.start + reach - wide..span.end + reach + wide;
        let (left, right) = ((tile.x + span.start).saturating_sub(wide), (tile.x + span.end + wide).min(width));
        let columns = left + reach - tile.x..right + reach - tile.x;
        let row = &mut out[i * stride(reach)..(i + 1) * stride(reach)];
        if columns != crossed {
            row[crossed.start..columns.start].fill(0.0);
            row[columns.end..crossed.end].fill(0.0);
        }
        let y = (tile.y + i).saturating_sub(reach).min(derivatives.height - 1) - derivatives.first;
        let own = |plane: usize| &derivatives.planes[plane].row(y)[left..right];
        let (xx, xy, yy) = (own(0), own(1), own(2));
        for (((o, x), m), y) in row[columns.clone()].iter_mut().zip(xx).zip(xy).zip(yy) {
            *o = a * x + b * m + c * y;
        }
    }
}

/// Sums of a steered tile along the lines of direction `k` through each px of each block.
#[multiversion::multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn add_along(steered: &[f32], stride: usize, blocks: &[Found], offsets: &[usize], k: usize, out: &mut [Block]) {
    for (found, block) in blocks.iter().zip(out) {
        let at = usize::from(found.y) * stride + usize::from(found.x);
        let mut sums = [0.0f32; BLOCK];
        for offset in offsets {
            let own = &steered[at + offset..at + offset + BLOCK];
            sums.iter_mut().zip(own).for_each(|(s, v)| *s += v);
        }
        block[k] = sums;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_answers_one_in_its_own_direction() {
        for k in [0usize, 3, 8, 13] {
            let (sin, cos) = (k as f32 * STEP).sin_cos();
            let bar = Plane::from_fn(81, 81, |x, y| {
                let (dx, dy) = (x as f32 - 40.0, y as f32 - 40.0);
                (4.5 - (-sin * dx + cos * dy).abs()).clamp(0.0, 1.0)
            });
            let response = Response::of(&bar, 2.0, 8.0, 0.5);
            let best = (0..DIRECTIONS as i32)
                .max_by(|a, b| response.at(40.0, 40.0, *a).total_cmp(&response.at(40.0, 40.0, *b)));
            // Lines are drawn through whole px, so a neighbouring direction can answer as well; never one further off.
            let off = (best.expect("directions") - k as i32).rem_euclid(DIRECTIONS as i32);
            assert!(off <= 1 || off == DIRECTIONS as i32 - 1, "direction {k}: {best:?}");
            assert!((response.at(40.0, 40.0, k as i32) - 1.0).abs() < 0.1, "{}", response.at(40.0, 40.0, k as i32));
            assert!(response.at(40.0, 40.0, k as i32 + 8).abs() < 0.3);
        }
    }

    #[test]
    fn what_is_steered_where_lines_cross_blocks_is_what_is_steered_everywhere() {
        // Short bars of any direction, some at the photo's sides, some over the seams of tiles and bands.
        let bars = [(3.0f32, 40.0f32), (62.0, 64.0), (130.0, 5.0), (90.0, 257.0), (40.0, 296.0), (136.0, 200.0)];
        let picture = Plane::from_fn(140, 300, |x, y| {
            let on = bars.iter().enumerate().any(|(i, (cx, cy))| {
                let ((sin, cos), dx, dy) = ((i as f32 * 0.7).sin_cos(), x as f32 - cx, y as f32 - cy);
                (dx * cos + dy * sin).abs() < 12.0 && (dy * cos - dx * sin).abs() < 3.0
            });
            if on { 0.8 } else { (x * 7 + y * 13) as f32 % 11.0 * 0.01 }
        });
        let few = Response::of(&picture, 2.0, 8.0, 0.5);
        let all = Response::of(&picture, 2.0, 8.0, f32::NEG_INFINITY);
        assert!(few.values.len() < all.values.len() / 4);
        for (x, y) in (0..140).flat_map(|x| (0..300).map(move |y| (x, y))).filter(|(x, y)| picture.get(*x, *y) >= 0.5) {
            for k in 0..DIRECTIONS as i32 {
                assert_eq!(few.at(x as f32, y as f32, k), all.at(x as f32, y as f32, k), "{x}, {y}, direction {k}");
            }
        }
    }
}
