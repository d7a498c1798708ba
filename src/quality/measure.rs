//! What the checks measure, apart from how it is judged.

use rayon::prelude::*;

use crate::photo::Photo;
use crate::plane::Plane;
use crate::plane::filter::{luma, quantile};
use crate::segmentation::{Segmentation, Tissue};
use crate::view::View;

/// Side of a tile in px.
const TILE: usize = 160;

/// Most tiles that are looked at: about 0.6 MP of the photo, whatever its size.
pub const MOST_TILES: usize = 24;

/// Where the photo shows what it is about: head, or the field of a close-up; the whole photo where neither is known.
pub struct Subject<'a> {
    segmentation: &'a Segmentation,
    closeup: bool,
    everything: bool,
}

impl<'a> Subject<'a> {
    /// The subject of a segmented photo.
    pub fn of(photo: &Photo, view: View, segmentation: &'a Segmentation) -> Self {
        let mut subject = Self { segmentation, closeup: view == View::Closeup, everything: false };
        let (w, h) = (photo.rgb.width(), photo.rgb.height());
        let places = || (0..h).step_by(8).flat_map(|y| (0..w).step_by(8).map(move |x| (x, y)));
        let held = places().filter(|&(x, y)| subject.holds(x, y)).count();
        // Less than 2 % is no subject but a mistake of the segmentation.
        subject.everything = held * 50 < places().count();
        subject
    }

    fn holds(&self, x: usize, y: usize) -> bool {
        if self.everything {
            return true;
        }
        if self.closeup {
            self.segmentation.field.as_ref().is_none_or(|field| field.get(x, y))
        } else {
            self.segmentation.tissue.get(x, y) != Tissue::Background
        }
    }

    /// Where glare matters.
    fn is_skin(&self, x: usize, y: usize) -> bool {
        if self.closeup {
            self.holds(x, y)
        } else {
            matches!(self.segmentation.tissue.get(x, y), Tissue::Skin | Tissue::Scalp)
        }
    }
}

/// Light on the subject.
pub struct Light {
    /// 90th percentile of the luma, 0..255.
    pub bright: f64,
    /// Share of pixels that are white or black at the end of the range.
    pub clipped: f64,
    /// Share of skin and scalp under white highlights; none where there is no skin.
    pub glare: Option<f64>,
}

/// Reads the light on every few pixels.
pub fn light(rgb: &Plane<[u8; 3]>, subject: &Subject) -> Light {
    // About a quarter million samples settle a share to a thousandth.
    let step = (((rgb.width() * rgb.height()) as f64 / 250_000.0).sqrt() as usize).max(1);
    let mut lumas = Vec::new();
    let (mut clipped, mut skin, mut shining) = (0_usize, 0_usize, 0_usize);
    for y in (0..rgb.height()).step_by(step) {
        for x in (0..rgb.width()).step_by(step).filter(|x| subject.holds(*x, y)) {
            let pixel = rgb.get(x, y);
            let (least, most) = (pixel.into_iter().min().unwrap_or(0), pixel.into_iter().max().unwrap_or(0));
            lumas.push(luma(pixel));
            clipped += usize::from(least >= 253 || most <= 3);
            if subject.is_skin(x, y) {
                skin += 1;
                // Skin is never white by itself: its blue lies well below its red (a mirror image of the lamp is white).
                shining += usize::from(least >= 240);
            }
        }
    }
    let share = |n: usize, of: usize| n as f64 / of.max(1) as f64;
    Light {
        bright: f64::from(quantile(&mut lumas, 0.9)),
        clipped: share(clipped, lumas.len()),
        glare: (skin >= 100).then(|| share(shining, skin)),
    }
}

/// What the tiles show.
pub struct Tiles {
    /// 10 to 90 % rise of the sharpest edges in px; none where no edge stands out of the noise.
    pub edge_rise: Option<f64>,
    /// Standard deviation of the noise in luma; none where everything is clipped.
    pub noise: Option<f64>,
}

/// Reads edges and noise on tiles spread evenly over the subject.
pub fn tiles(rgb: &Plane<[u8; 3]>, subject: &Subject) -> Tiles {
    let (w, h) = (rgb.width(), rgb.height());
    let (columns, rows) = (w.div_ceil(TILE), h.div_ceil(TILE));
    let all: Vec<(usize, usize)> = (0..rows)
        .flat_map(|r| (0..columns).map(move |c| (c * TILE, r * TILE)))
        .filter(|&(x, y)| {
            let places = |n: usize, end: usize| (n..(n + TILE).min(end)).step_by(16);
            let total = places(y, h).count() * places(x, w).count();
            let held =
                places(y, h).flat_map(|y| places(x, w).map(move |x| (x, y))).filter(|&(x, y)| subject.holds(x, y));
            held.count() * 2 >= total
        })
        .collect();
    // Every k-th in reading order, k without the row's length as a factor, so that no column is preferred.
    let every = all.len().div_ceil(MOST_TILES).max(1);
    let chosen: Vec<Plane<f32>> = all.iter().step_by(every).map(|&(x, y)| rgb.crop(x, y, TILE, TILE).luma()).collect();

    let mut blocks: Vec<f32> = chosen.par_iter().flat_map_iter(block_noise).collect();
    let noise = (!blocks.is_empty()).then(|| quantile(&mut blocks, 0.15));
    let mut edge_rise = None;
    // A rise of many px is seen better on a shrunk copy: there it is a rise of a few.
    for shrink in [1, 2, 4, 8] {
        let sigma = edge_sigma(&chosen, shrink, noise.unwrap_or(0.0) / shrink as f32);
        // On a shrunk copy only because the finer one showed a blur of 2 px or more, or nothing: less cannot be true
        // here, yet close lines can feign it.
        let sigma = sigma.map(|s| if shrink > 1 { s.max(1.0) } else { s });
        if let Some(sigma) = sigma {
            edge_rise = Some(f64::from(sigma * shrink as f32) * RISE_PER_SIGMA);
        }
        if sigma.is_some_and(|s| s < 2.0) {
            break;
        }
    }
    Tiles { edge_rise, noise: noise.map(f64::from) }
}

/// 10 to 90 % rise of a step blurred by a Gaussian, in its standard deviations.
const RISE_PER_SIGMA: f64 = 2.563;

/// Standard deviation of the blur of the sharpest strong edges in px, by re-blurring (Zhuo & Sim 2011,
/// doi:10.1016/j.patcog.2011.03.009, here with two Gaussians so that noise does not count as an edge).
fn edge_sigma(tiles: &[Plane<f32>], shrink: usize, noise: f32) -> Option<f32> {
    // The two blurs, px. The first takes pixel noise out, the second is the one compared with.
    const S1: f32 = 1.0;
    const S2: f32 = 2.0;
    let mut edges: Vec<(f32, f32)> = tiles
        .par_iter()
        .flat_map_iter(|tile| {
            let tile = shrunk(tile, shrink);
            let (a, b) = (tile.gaussian(S1), tile.gaussian(S2));
            let (w, h) = (tile.width(), tile.height());
            let mut found = Vec::new();
            for y in 1..h.saturating_sub(1) {
                for x in 1..w.saturating_sub(1) {
                    let slope = |p: &Plane<f32>| {
                        let (dx, dy) = (p.get(x + 1, y) - p.get(x - 1, y), p.get(x, y + 1) - p.get(x, y - 1));
                        (dx * dx + dy * dy).sqrt() / 2.0
                    };
                    let g = slope(&a);
                    // The blur S1 leaves a fifth to a third of the noise as slope; ten times that, because the highest
                    // ratios are taken below and noise must not make them. 1.5 is a just visible step.
                    if g > (3.0 * noise).max(1.5) {
                        found.push((g, g / slope(&b).max(1e-3)));
                    }
                }
            }
            found
        })
        .collect();
    // An edge here and there is dust or a logo.
    if edges.len() < 40 {
        return None;
    }
    let mut slopes: Vec<f32> = edges.iter().map(|e| e.0).collect();
    let strong = 0.7 * quantile(&mut slopes, 0.995);
    edges.retain(|e| e.0 >= strong);
    let mut ratios: Vec<f32> = edges.iter().map(|e| e.1).collect();
    // R^2 = (s^2 + S2^2 + D) / (s^2 + S1^2 + D) for a step of blur s; the central difference blurs by D = 1/3 px^2 itself.
    const D: f32 = 1.0 / 3.0;
    let r2 = quantile(&mut ratios, 0.85).powi(2).max(1.001);
    Some(((S2 * S2 + D - r2 * (S1 * S1 + D)) / (r2 - 1.0)).max(0.0).sqrt())
}

/// Means of `n` x `n` px.
fn shrunk(tile: &Plane<f32>, n: usize) -> Plane<f32> {
    if n == 1 {
        return tile.clone();
    }
    let (w, h) = ((tile.width() / n).max(1), (tile.height() / n).max(1));
    Plane::from_fn(w, h, |x, y| {
        let sum: f32 = (0..n * n).map(|i| tile.get_clamped((x * n + i % n) as i64, (y * n + i / n) as i64)).sum();
        sum / (n * n) as f32
    })
}

/// Noise of each block of 16 px that is nowhere clipped (Immerkær 1996, doi:10.1006/cviu.1996.0060, eq. 4).
fn block_noise(tile: &Plane<f32>) -> Vec<f32> {
    const BLOCK: usize = 16;
    let mut found = Vec::new();
    for by in (1..tile.height().saturating_sub(BLOCK)).step_by(BLOCK) {
        for bx in (1..tile.width().saturating_sub(BLOCK)).step_by(BLOCK) {
            let (mut sum, mut clipped) = (0.0, false);
            for y in by..by + BLOCK {
                let (above, here, below) = (tile.row(y - 1), tile.row(y), tile.row(y + 1));
                for x in bx..bx + BLOCK {
                    let corners = above[x - 1] + above[x + 1] + below[x - 1] + below[x + 1];
                    let sides = above[x] + below[x] + here[x - 1] + here[x + 1];
                    sum += (corners - 2.0 * sides + 4.0 * here[x]).abs();
                    clipped |= here[x] <= 2.0 || here[x] >= 253.0;
                }
            }
            if !clipped {
                found.push((std::f32::consts::FRAC_PI_2).sqrt() * sum / (6.0 * (BLOCK * BLOCK) as f32));
            }
        }
    }
    found
}

/// How hair and scalp lie in the picture.
pub struct Outline {
    /// Share of their outline that is not the photo's border.
    pub inside: f64,
    /// Share of the photo that they and the skin fill.
    pub area_share: f64,
}

/// Measures the outline; none where no hair or scalp is seen.
pub fn outline(tissue: &Plane<Tissue>) -> Option<Outline> {
    let (w, h) = (tissue.width() as i64, tissue.height() as i64);
    // Every fourth pixel of a large map is enough for shares.
    let step = ((w.max(h) / 800).max(1)) as usize;
    let is_head = |x: i64, y: i64| matches!(tissue.get(x as usize, y as usize), Tissue::Hair | Tissue::Scalp);
    let s = step as i64;
    let (mut outline, mut cut, mut area, mut all) = (0_u64, 0_u64, 0_u64, 0_u64);
    for y in (0..h).step_by(step) {
        for x in (0..w).step_by(step) {
            all += 1;
            area += u64::from(tissue.get(x as usize, y as usize) != Tissue::Background);
            if is_head(x, y) {
                for (nx, ny) in [(x - s, y), (x + s, y), (x, y - s), (x, y + s)] {
                    let out = nx < 0 || ny < 0 || nx >= w || ny >= h;
                    outline += u64::from(out || !is_head(nx, ny));
                    cut += u64::from(out);
                }
            }
        }
    }
    (outline > 0).then(|| Outline { inside: 1.0 - cut as f64 / outline as f64, area_share: area as f64 / all as f64 })
}
