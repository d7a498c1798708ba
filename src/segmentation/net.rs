//! The project's own net for whole heads: a U-Net of 1.4 M parameters, trained on renders alone.
//!
//! The weights and their operating point (`models/head-seg.onnx`, `models/models.toml`) are part of the program; the model
//! card `models/README.md` says what they were trained on and where they fail. One pass tells, for each px at half the
//! input's size: background, skin, hair, bare scalp, facial hair; the share of the scalp hidden by hair; and the place on
//! the head ([`Maps::canonical`]). A photo is looked at in several ways, mirrored too, and the answers are averaged; where the head is
//! small in it, the head is looked at once more by itself.

mod graph;

use std::sync::OnceLock;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::working::resized;
use super::{Segmentation, Segmenter, colours, orientation, refine, surround};
use crate::error::Error;
use crate::kernel::{Features, Isa};
use crate::photo::Photo;
use crate::plane::Plane;
use crate::view::View;

static WEIGHTS: &[u8] = include_bytes!("../../models/head-seg.onnx");
static MODELS: &str = include_str!("../../models/models.toml");

/// Sides of the input are multiples of this: the net halves five times.
const STRIDE: usize = 32;
/// Output channels: five classes, coverage, sine and cosine of the azimuth, height. `models/train/net.py` names them.
const CHANNELS: usize = 9;
/// Share of the photo's longer side below which hair and scalp are looked at again by themselves. The renders of training show heads
/// at 0.35 to 1.5 of the picture, most near 0.8. Hair and scalp alone count: bare shoulders are skin too, and would hide how small the
/// head is.
const SMALL_HEAD: f64 = 0.6;
/// Room around them, as a share of their longer side.
const MARGIN: f64 = 0.3;
/// Share of a window along which the answers of the closer look fade in where the window cuts the photo, and with it a face or a neck.
const FADE: f64 = 0.1;
/// Side in px of the copy from which looks at a whole photo are made: well above their inputs, so that the reduction averages.
pub(super) const LOOKED_AT: usize = 512;
/// Longest side in px of the maps after a second pass.
const LONGEST_MAP: usize = 1024;

/// The operating point in `models/models.toml`.
#[derive(Debug, Clone, Deserialize)]
struct Entry {
    version: String,
    sha256: String,
    mean: f32,
    spread: f32,
    looks: Vec<Look>,
    offset: [f32; 5],
    /// What the coverage says of hair and of skin.
    hair: Witness,
    skin: Witness,
}

/// One way of looking at a picture. What the ways say is averaged: single answers swing with size and side, their mean less.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Look {
    /// Longer side of the input in px.
    side: usize,
    /// The mirror image instead of the picture.
    mirror: bool,
    /// Median luma, 0..1, to which the picture is brought; as it is without. The renders of training are lit better than most rooms.
    median: Option<f32>,
}

/// Gammas with which a look brightens and darkens a picture at most: a photo at dusk is not to be made one at noon.
const GAMMAS: [f32; 2] = [0.75, 1.3];

/// The gamma that brings a picture's median luma to `median`, as far as [`GAMMAS`] go.
fn gamma_to(median: f32, rgb: &Plane<[u8; 3]>) -> f32 {
    let own = (rgb.luma().quantile(0.5) / 255.0).clamp(0.01, 0.99);
    (median.ln() / own.ln()).clamp(GAMMAS[0], GAMMAS[1])
}

/// How the log-odds of coverage bear on a tissue's: what they exceed `at` by, held within -1 and 1, times `weight` is added.
///
/// Hair hides most of what is below it, and skin is hidden by nothing: a px that the classes take for one and the coverage for
/// something else lies mostly on thin hair, on a shadow or on a border.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Witness {
    at: f32,
    weight: f32,
}

impl Witness {
    fn says(self, coverage: f32) -> f32 {
        self.weight * (coverage - self.at).clamp(-1.0, 1.0)
    }
}

#[derive(Deserialize)]
struct Models {
    #[serde(rename = "head-seg")]
    head_seg: Entry,
}

/// What the net says about a photo; all planes cover the whole photo at the same size, at most half the net's input.
#[derive(Debug, Clone)]
pub struct Maps {
    /// Probability of each tissue in the order of [`super::Tissue::ALL`], facial hair counted as skin, summing to 1.
    pub probability: Plane<[f32; 4]>,
    /// Share of the scalp hidden by hair, 0..1; meaningful on hair and scalp only.
    pub hidden: Plane<f32>,
    /// Place on the head: sine and cosine of the azimuth (0 = face, positive towards the client's left; their length tells
    /// how sure the net is, 0..1), and height in units of 12.75 cm on an average head: chin -0.92, brow 0.25, crown 0.92.
    /// Meaningful on the head only; hair that hangs beyond it has the place of its root.
    pub canonical: Plane<[f32; 3]>,
}

impl Maps {
    /// Maps of a size, from what they hold at each place, told as shares of the width and height: the tissues, the share hidden, the
    /// place on the head.
    fn from_fn(width: usize, height: usize, f: impl Fn((f64, f64)) -> [f32; 8]) -> Self {
        let mut maps = Self {
            probability: Plane::filled(width, height, [0.0; 4]),
            hidden: Plane::filled(width, height, 0.0),
            canonical: Plane::filled(width, height, [0.0; 3]),
        };
        for y in 0..height {
            for x in 0..width {
                let [b, s, h, c, hidden, sine, cosine, up] =
                    f(((x as f64 + 0.5) / width as f64, (y as f64 + 0.5) / height as f64));
                maps.probability.set(x, y, [b, s, h, c]);
                maps.hidden.set(x, y, hidden);
                maps.canonical.set(x, y, [sine, cosine, up]);
            }
        }
        maps
    }

    /// Bilinear values at a place, in the order of [`Maps::from_fn`].
    fn at(&self, (u, v): (f64, f64)) -> [f32; 8] {
        let ([b, s, h, c], [sine, cosine, up]) = (sample(&self.probability, (u, v)), sample(&self.canonical, (u, v)));
        let (x, y) = (u * self.hidden.width() as f64 - 0.5, v * self.hidden.height() as f64 - 0.5);
        [b, s, h, c, self.hidden.sample(x as f32, y as f32), sine, cosine, up]
    }

    /// The maps of the mirror image; left and right of the head change places.
    fn mirrored(mut self) -> Self {
        for y in 0..self.hidden.height() {
            self.probability.row_mut(y).reverse();
            self.hidden.row_mut(y).reverse();
            self.canonical.row_mut(y).reverse();
        }
        self.canonical.as_mut_slice().iter_mut().for_each(|[sine, ..]| *sine = -*sine);
        self
    }
}

/// The net, loaded.
pub struct Net {
    graph: graph::Graph,
    entry: Entry,
    name: String,
}

impl Net {
    /// The embedded net, loaded at the first call.
    ///
    /// # Errors
    /// [`Error::Segmentation`] if the weights are not those of `models.toml` or cannot be read.
    pub fn embedded() -> Result<&'static Self, Error> {
        static NET: OnceLock<Result<Net, String>> = OnceLock::new();
        NET.get_or_init(|| Self::load(MODELS, WEIGHTS))
            .as_ref()
            .map_err(|detail| Error::Segmentation { detail: detail.clone() })
    }

    fn load(models: &str, weights: &[u8]) -> Result<Self, String> {
        let entry = toml::from_str::<Models>(models).map_err(|e| format!("models.toml cannot be read: {e}"))?.head_seg;
        let found: String = Sha256::digest(weights).iter().map(|b| format!("{b:02x}")).collect();
        if found != entry.sha256 {
            return Err(format!("the weights have SHA-256 {found}, models.toml says {}", entry.sha256));
        }
        if entry.looks.is_empty() {
            return Err("models.toml asks for no look at a picture".into());
        }
        let graph =
            graph::Graph::read(weights, Isa::chosen()).map_err(|e| format!("the weights cannot be read: {e}"))?;
        if graph.channels() != CHANNELS {
            return Err(format!("the net has {} channels, expected {CHANNELS}", graph.channels()));
        }
        let name = format!("head-seg {}", entry.version);
        Ok(Self { graph, entry, name })
    }

    /// SHA-256 of the weights, lower-case hex.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.entry.sha256
    }

    /// Runs the net on a whole photo, and once more on the head where it is small.
    #[must_use]
    pub fn maps(&self, photo: &Photo) -> Maps {
        self.on_head(photo, self.glance(photo.of_side(LOOKED_AT)))
    }

    /// Goes on from a glance at a whole photo that turned out to be a head: the further looks, and once more at the head where it
    /// is small.
    pub(super) fn on_head(&self, photo: &Photo, glance: Maps) -> Maps {
        let whole = self.further(photo.of_side(LOOKED_AT), glance);
        let rgb = &photo.rgb;
        let Some(window) = small_head(&whole.probability, rgb.width(), rgb.height()) else { return whole };
        let part = window.of(photo);
        let closer = self.further(&part, self.glance(&part));
        insert(&whole, &closer, window, rgb.width(), rgb.height())
    }

    /// Goes on from a glance at a whole photo of a head to its segmentation; says so where the photo needs turning.
    pub(super) fn segment_from(&self, photo: &Photo, glance: Maps, view: Option<View>) -> Segmentation {
        let turns = orientation::told_by(self, photo, &glance, view);
        let mut found = on_photo(photo, self.on_head(photo, glance));
        if turns > 0 {
            found.warnings.insert(0, orientation::warning(turns));
        }
        found
    }

    /// The first look at a picture.
    pub(super) fn glance(&self, rgb: &Plane<[u8; 3]>) -> Maps {
        self.look(rgb, self.entry.looks[0])
    }

    /// The mean of the first look at a picture and of the others.
    fn further(&self, rgb: &Plane<[u8; 3]>, glance: Maps) -> Maps {
        let others = &self.entry.looks[1..];
        if others.is_empty() {
            return glance;
        }
        let looks: Vec<Maps> = std::iter::once(glance).chain(others.iter().map(|&look| self.look(rgb, look))).collect();
        mean(&looks)
    }

    /// What the net says of a picture, left and right as in the picture.
    fn look(&self, rgb: &Plane<[u8; 3]>, look: Look) -> Maps {
        let (w, h) = input_size(rgb.width(), rgb.height(), look.side);
        let maps = unpack(&self.graph.run(self.input(&resized(rgb, w, h), look)), &self.entry);
        if look.mirror { maps.mirrored() } else { maps }
    }

    /// A picture as the net takes it in a look.
    fn input(&self, rgb: &Plane<[u8; 3]>, look: Look) -> Features {
        let gamma = look.median.map_or(1.0, |median| gamma_to(median, rgb));
        let table: [f32; 256] =
            std::array::from_fn(|v| ((v as f32 / 255.0).powf(gamma) - self.entry.mean) / self.entry.spread);
        let mut input = Features::zeros(3, rgb.width(), rgb.height());
        for (y, row) in rgb.rows().enumerate() {
            for channel in 0..3 {
                let value = |px: &[u8; 3]| table[usize::from(px[channel])];
                let out = input.row_mut(channel, y).iter_mut();
                if look.mirror {
                    out.zip(row.iter().rev()).for_each(|(v, px)| *v = value(px));
                } else {
                    out.zip(row).for_each(|(v, px)| *v = value(px));
                }
            }
        }
        input
    }
}

impl Segmenter for Net {
    fn name(&self) -> &str {
        &self.name
    }

    fn segment(&self, photo: &Photo, view: View) -> Result<Segmentation, Error> {
        Ok(self.segment_from(photo, self.glance(photo.of_side(LOOKED_AT)), Some(view)))
    }
}

/// The maps of a head brought to the photo's size and borders.
pub(super) fn on_photo(photo: &Photo, maps: Maps) -> Segmentation {
    let probability = colours::weighed(photo.of_side(LOOKED_AT), &maps.probability);
    let probability = surround::weighed(photo.of_side(2 * surround::SIDE), &probability);
    let mut found = refine::to_photo(photo, &probability, Some(&maps.hidden));
    found.canonical = Some(maps.canonical);
    found
}

/// Cells along each side in which the maps of a photo are compared.
const CELLS: usize = 16;

/// Log-odds that a picture with these maps is a close-up. A field of skin is much the same everywhere; a head has hair here, a face
/// there and a room around it, and its places turn about it. And the net, which knows heads alone, is unsure of a close-up.
///
/// A logistic regression with the layout as the other witness ([`crate::view::CloseupGuess::and`]; its weight came out at 1.00), fitted on
/// 640 drawn heads, as many cut out of them so that little of the room is left, and 500 drawn close-ups; the constant is set where whole
/// heads and close-ups are mistaken as rarely (1 and 1, and 20 of those cut out). Logarithms, since the net is half as sure of photographed
/// heads as of drawn ones. Between -8 and 8.
pub(super) fn closeup_log_odds(maps: &Maps) -> f32 {
    let shares = cells(&maps.probability);
    let ln = |v: f32| v.max(1e-4).ln();
    let [places, tissues] = [variance(&cells(&maps.canonical)), variance(&shares)].map(ln);
    (-1.7 - 2.35 * places - 1.05 * tissues + 2.95 * ln(entropy(&shares))).clamp(-8.0, 8.0)
}

/// Share of a picture with these maps that looks like a room, clothes or a towel, 0..1.
pub(super) fn room(maps: &Maps) -> f32 {
    let p = maps.probability.as_slice();
    p.iter().map(|p| p[0]).sum::<f32>() / p.len().max(1) as f32
}

/// Means of a plane over [`CELLS`] x [`CELLS`] cells, row after row.
pub(super) fn cells<const N: usize>(plane: &Plane<[f32; N]>) -> Vec<[f32; N]> {
    let (w, h) = (plane.width(), plane.height());
    let (columns, rows) = (CELLS.min(w), CELLS.min(h));
    (0..columns * rows)
        .map(|i| {
            let (x, y) = (i % columns, i / columns);
            let (x0, x1) = (x * w / columns, (x + 1) * w / columns);
            let mut sum = [0.0f32; N];
            let range = y * h / rows..(y + 1) * h / rows;
            let n = (range.len() * (x1 - x0)) as f32;
            for row in range {
                for p in &plane.row(row)[x0..x1] {
                    (0..N).for_each(|k| sum[k] += p[k]);
                }
            }
            sum.map(|s| s / n)
        })
        .collect()
}

/// Variance of cells, summed over their channels.
fn variance<const N: usize>(cells: &[[f32; N]]) -> f32 {
    let n = cells.len() as f32;
    (0..N)
        .map(|k| {
            let mean = cells.iter().map(|c| c[k]).sum::<f32>() / n;
            cells.iter().map(|c| (c[k] - mean).powi(2)).sum::<f32>() / n
        })
        .sum()
}

/// Mean entropy of cells' shares, nats: how unsure the net is.
pub(super) fn entropy(cells: &[[f32; 4]]) -> f32 {
    let of = |p: &[f32; 4]| p.iter().map(|v| -v * v.max(1e-4).ln()).sum::<f32>();
    cells.iter().map(of).sum::<f32>() / cells.len() as f32
}

/// Sides of the input for a picture: the longer one `side` px, both multiples of [`STRIDE`]. Up to 6 % of stretch, which
/// training covers, saves padding.
fn input_size(width: usize, height: usize, side: usize) -> (usize, usize) {
    let longer = width.max(height).max(1) as f64;
    let to_stride = |v: usize| ((v as f64 * side as f64 / longer / STRIDE as f64).round() as usize).max(1) * STRIDE;
    (to_stride(width), to_stride(height))
}

/// What the coverage channel says of fully hidden scalp, a little below the median over held-out renders (0.98). Stretched by it the
/// channel errs by 10.5 points there, as it is by 11.0. Hair's share of hair and scalp errs more (by 14 with the net before, and by
/// 38 where half of the scalp is hidden).
const FULL_COVERAGE: f32 = 0.95;

/// Softmax of the classes after the offsets and what the coverage says are added to them, sigmoid of the coverage, facial hair into skin.
fn unpack(answer: &Features, entry: &Entry) -> Maps {
    let (w, h) = (answer.width(), answer.height());
    let mut maps = Maps {
        probability: Plane::filled(w, h, [0.0; 4]),
        hidden: Plane::filled(w, h, 0.0),
        canonical: Plane::filled(w, h, [0.0; 3]),
    };
    for y in 0..h {
        let rows: [&[f32]; CHANNELS] = std::array::from_fn(|channel| answer.row(channel, y));
        let at = |channel: usize, x: usize| rows[channel][x];
        for x in 0..w {
            let mut logits: [f32; 5] = std::array::from_fn(|k| at(k, x) + entry.offset[k]);
            let coverage = at(5, x);
            logits[1] += entry.skin.says(coverage);
            logits[2] += entry.hair.says(coverage);
            let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let odds = logits.map(|v| (v - top).exp());
            let sum: f32 = odds.iter().sum();
            let p = odds.map(|v| v / sum);
            maps.probability.set(x, y, [p[0], p[1] + p[4], p[2], p[3]]);
            maps.hidden.set(x, y, (1.0 / (1.0 + (-coverage).exp()) / FULL_COVERAGE).min(1.0));
            maps.canonical.set(x, y, [6, 7, 8].map(|channel| at(channel, x)));
        }
    }
    maps
}

/// Mean of several looks at one picture, at the size of the largest.
fn mean(looks: &[Maps]) -> Maps {
    let size = looks.iter().map(|maps| (maps.hidden.width(), maps.hidden.height())).max().unwrap_or_default();
    let share = 1.0 / looks.len() as f32;
    Maps::from_fn(size.0, size.1, |at| {
        let mut sum = [0.0; 8];
        for px in looks.iter().map(|maps| maps.at(at)) {
            (0..8).for_each(|k| sum[k] += share * px[k]);
        }
        sum
    })
}

/// A part of the photo, in px of the photo.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Window {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
}

impl Window {
    /// What it shows, from a copy of the photo that leaves it some [`LOOKED_AT`] px.
    fn of(self, photo: &Photo) -> Plane<[u8; 3]> {
        let (w, h) = (photo.rgb.width(), photo.rgb.height());
        let copy = photo.of_side(LOOKED_AT * w.max(h) / self.width.max(self.height));
        let across = |v: usize| v * copy.width() / w;
        let down = |v: usize| v * copy.height() / h;
        copy.crop(across(self.x), down(self.y), across(self.width).max(1), down(self.height).max(1))
    }

    /// How much the closer look counts at a place given as shares of the window; the photo has `width` x `height` px.
    fn weight(self, (u, v): (f64, f64), width: usize, height: usize) -> f64 {
        // An end of the window that is the photo's own cuts nothing off.
        let along = |v: f64, begin: usize, length: usize, of: usize| {
            let low = if begin > 0 { v } else { 1.0 };
            let high = if begin + length < of { 1.0 - v } else { 1.0 };
            low.min(high) / FADE
        };
        along(u, self.x, self.width, width).min(along(v, self.y, self.height, height)).clamp(0.0, 1.0)
    }
}

/// The least box, from the first to behind the last column and row, that holds the px of a kind.
fn bounds(probability: &Plane<[f32; 4]>, is: impl Fn([f32; 4]) -> bool) -> Option<[usize; 4]> {
    let (mut x0, mut y0, mut x1, mut y1) = (probability.width(), probability.height(), 0, 0);
    for (y, row) in probability.rows().enumerate() {
        for (x, _) in row.iter().enumerate().filter(|(_, p)| is(**p)) {
            (x0, y0, x1, y1) = (x0.min(x), y0.min(y), x1.max(x + 1), y1.max(y + 1));
        }
    }
    (x1 > x0).then_some([x0, y0, x1, y1])
}

/// The square around hair and scalp, or where none is seen around all that is not background, if it is small enough for a closer look.
fn small_head(probability: &Plane<[f32; 4]>, width: usize, height: usize) -> Option<Window> {
    let (mw, mh) = (probability.width(), probability.height());
    let dome = bounds(probability, |p| p[2] + p[3] > 0.5);
    let [x0, y0, x1, y1] = dome.or_else(|| bounds(probability, |p| p[0] < 0.5))?;
    let (sx, sy) = (width as f64 / mw as f64, height as f64 / mh as f64);
    let side = ((x1 - x0) as f64 * sx).max((y1 - y0) as f64 * sy);
    let longer = width.max(height) as f64;
    if side > SMALL_HEAD * longer {
        return None;
    }
    let half = side * (0.5 + MARGIN);
    let (cx, cy) = ((x0 + x1) as f64 / 2.0 * sx, (y0 + y1) as f64 / 2.0 * sy);
    let (left, top) = ((cx - half).max(0.0) as usize, (cy - half).max(0.0) as usize);
    let (right, bottom) = ((cx + half).min(width as f64) as usize, (cy + half).min(height as f64) as usize);
    // Fewer px than the input has would only be enlarged.
    (right.saturating_sub(left) >= 64 && bottom.saturating_sub(top) >= 64).then_some(Window {
        x: left,
        y: top,
        width: right - left,
        height: bottom - top,
    })
}

/// The maps of the whole photo with those of a window in their place, at the window's resolution as far as
/// [`LONGEST_MAP`] allows.
fn insert(whole: &Maps, closer: &Maps, window: Window, width: usize, height: usize) -> Maps {
    let per_px = closer.hidden.width() as f64 / window.width as f64;
    let scale = per_px.min(LONGEST_MAP as f64 / width.max(height) as f64);
    let size = |v: usize| ((v as f64 * scale).round() as usize).max(1);
    let (w, h) = (size(width), size(height));
    Maps::from_fn(w, h, |(u, v)| {
        let inside = (
            (u * width as f64 - window.x as f64) / window.width as f64,
            (v * height as f64 - window.y as f64) / window.height as f64,
        );
        let share = window.weight(inside, width, height) as f32;
        if share <= 0.0 {
            return whole.at((u, v));
        }
        let closer = closer.at(inside);
        if share >= 1.0 {
            return closer;
        }
        let whole = whole.at((u, v));
        std::array::from_fn(|k| whole[k] + share * (closer[k] - whole[k]))
    })
}

/// Bilinear value at a place given as shares of the width and height.
fn sample<const N: usize>(plane: &Plane<[f32; N]>, (u, v): (f64, f64)) -> [f32; N] {
    let (x, y) = (u * plane.width() as f64 - 0.5, v * plane.height() as f64 - 0.5);
    let (x0, y0) = (x.floor(), y.floor());
    let (fx, fy) = ((x - x0) as f32, (y - y0) as f32);
    let corner = |dx: i64, dy: i64| plane.get_clamped(x0 as i64 + dx, y0 as i64 + dy);
    let (a, b, c, d) = (corner(0, 0), corner(1, 0), corner(0, 1), corner(1, 1));
    std::array::from_fn(|k| {
        let (upper, lower) = (a[k] + fx * (b[k] - a[k]), c[k] + fx * (d[k] - c[k]));
        upper + fy * (lower - upper)
    })
}

#[cfg(test)]
mod tests;
