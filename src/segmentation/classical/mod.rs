//! Heads without a net: colour and texture models fitted to each photo, from a prior of where heads are.
//!
//! On a copy of at most [`SIDE`] px: (1) a head is expected in the middle and not where the border's colours reach
//! ([`prior`]); (2) mixtures of Gaussians of background, skin and hair are fitted by expectation and maximisation, anchored by
//! what skin and hair look like anywhere ([`features`]), so that neither class can wander off when a photo has no hair or no
//! bare skin; (3) the probabilities are smoothed along the photo's edges in every round; (4) skin above the original hairline
//! is scalp ([`scalp`]). A fallback: it knows no faces, so dark clothes that touch dark hair and skin-coloured walls mislead
//! it, and it tells hair from skin by the photo's own contrast, which stubble on dark skin hardly has.

pub mod features;
pub mod mixture;
pub mod prior;
pub mod scalp;

use features::FEATURES;
use mixture::Mixture;
use prior::Cap;
use rayon::prelude::*;

use super::working::resized;
use super::{Segmentation, Segmenter, guided, refine, shape};
use crate::error::Error;
use crate::photo::Photo;
use crate::plane::Plane;
use crate::plane::resize::size_within;
use crate::view::View;

/// Longer side of the working copy in px: a head is then 100 px wide, hair still has texture.
pub const SIDE: usize = 160;
/// Rounds of fitting; the probabilities of the last two differ by less than 0.02 on average.
const ROUNDS: usize = 6;
/// Weight of a log density: neighbours are not independent, and five features of one px neither.
const DENSITY_WEIGHT: f32 = 0.3;
/// Weight of what skin and hair look like anywhere, once the photo's own models exist.
const EVIDENCE_WEIGHT: f32 = 0.7;
/// Most that one density may fall behind the best, so that no px is ever decided by its colour alone.
const MOST_BEHIND: f32 = 12.0;

/// The classical method.
#[derive(Debug, Clone, Copy, Default)]
pub struct Classical;

impl Segmenter for Classical {
    fn name(&self) -> &str {
        "classical 1"
    }

    fn segment(&self, photo: &Photo, view: View) -> Result<Segmentation, Error> {
        Ok(refine::to_photo(photo, &probabilities(&photo.rgb, view), None))
    }
}

/// Probabilities of [`super::Tissue::ALL`] on a copy of at most [`SIDE`] px.
#[must_use]
pub fn probabilities(rgb: &Plane<[u8; 3]>, view: View) -> Plane<[f32; 4]> {
    let (w, h) = size_within(rgb.width(), rgb.height(), SIDE);
    let small = resized(rgb, w, h);
    scalp::part(&three_classes(&small), view)
}

/// Least mean advantage in log density of the head's models over the background's on what was taken for the head. Where the
/// framing alone made a head of a bare wall, both describe the same colours and the advantage is 0.
const LEAST_ADVANTAGE: f32 = 1.0;

/// Probabilities of background, skin (scalp included) and hair.
fn three_classes(small: &Plane<[u8; 3]>) -> Plane<[f32; 3]> {
    let (w, h) = (small.width(), small.height());
    let looks = features::read(small, |x, y| prior::eccentricity(x, y, w, h) < 0.75);
    let framing = prior::framing(&looks.colour);
    let mut p = Plane::from_fn(w, h, |x, y| {
        let (place, evidence) = (layout(framing.get(x, y), y, h), looks.evidence.get(x, y));
        softmax(std::array::from_fn(|k| (place[k] + 0.02).ln() + evidence[k]))
    });
    let mut models = [Mixture::new(5), Mixture::new(3), Mixture::new(3)];
    // A quarter of the px describes the densities as well as all.
    let sampled: Vec<usize> = (0..w * h).filter(|i| (i % w) % 2 == 0 && (i / w) % 2 == 0).collect();
    let samples: Vec<[f32; FEATURES]> = sampled.iter().map(|&i| looks.features.as_slice()[i]).collect();
    for round in 0..ROUNDS {
        models.par_iter_mut().enumerate().for_each(|(k, model)| {
            let weights: Vec<f32> = sampled.iter().map(|&i| p.as_slice()[i][k].powf(1.5)).collect();
            model.fit(&samples, &weights, 2);
        });
        let smooth = smoothed(small, &p, 6, 2e-3);
        let cap = (round >= 2).then(|| cap(&smooth));
        p = Plane::from_fn(w, h, |x, y| {
            let density = models.each_ref().map(|m| m.log_density(&looks.features.get(x, y)).unwrap_or(-1e3));
            let best = density.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let head = match &cap {
                Some(cap) => 0.25 * framing.get(x, y) + 0.75 * cap.covers(x, y),
                None => framing.get(x, y),
            };
            let (place, around, evidence) = (layout(head, y, h), smooth.get(x, y), looks.evidence.get(x, y));
            softmax(std::array::from_fn(|k| {
                DENSITY_WEIGHT * density[k].max(best - MOST_BEHIND)
                    + (place[k] + 0.03).ln()
                    + (around[k] + 0.03).ln()
                    + EVIDENCE_WEIGHT * evidence[k]
            }))
        });
    }
    if advantage(&models, &looks.features, &p) < LEAST_ADVANTAGE {
        return Plane::filled(w, h, [0.98, 0.01, 0.01]);
    }
    smoothed(small, &p, 4, 1e-3)
}

/// Mean log of how much better skin or hair explains the head's px than the background does.
fn advantage(models: &[Mixture; 3], features: &Plane<[f32; FEATURES]>, p: &Plane<[f32; 3]>) -> f32 {
    let (mut sum, mut n) = (0.0f64, 0usize);
    for (sample, q) in features.as_slice().iter().zip(p.as_slice()) {
        if q[0] < 0.5 {
            let density = models.each_ref().map(|m| m.log_density(sample).unwrap_or(-1e3));
            sum += f64::from((density[1].max(density[2]) - density[0]).clamp(-MOST_BEHIND, MOST_BEHIND));
            n += 1;
        }
    }
    if n == 0 { 0.0 } else { (sum / n as f64) as f32 }
}

/// Prior of the three classes where the head is with probability `head`: hair rather above, skin rather below.
fn layout(head: f32, y: usize, h: usize) -> [f32; 3] {
    let upper = features::logistic((0.5 - (y as f32 + 0.5) / h as f32) / 0.25);
    let (skin, hair) = (head * (0.65 - 0.3 * upper), head * (0.35 + 0.3 * upper));
    let sum = 1.0 - head + skin + hair;
    [(1.0 - head) / sum, skin / sum, hair / sum]
}

fn softmax(q: [f32; 3]) -> [f32; 3] {
    let top = q.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let e = q.map(|v| (v - top).exp());
    let sum: f32 = e.iter().sum();
    e.map(|v| v / sum)
}

/// The probabilities smoothed within the photo's edges.
fn smoothed(small: &Plane<[u8; 3]>, p: &Plane<[f32; 3]>, radius: usize, epsilon: f32) -> Plane<[f32; 3]> {
    let values = p.map(|[a, b, c]| [a, b, c, 0.0]);
    guided::apply(&guided::fit(small, &values, radius, epsilon), small).map(|[a, b, c, _]| {
        let q = [a, b, c].map(|v| v.max(1e-3));
        let sum: f32 = q.iter().sum();
        q.map(|v| v / sum)
    })
}

/// The cap of the largest thing that is not background, with a width that a photo of a head can have.
fn cap(p: &Plane<[f32; 3]>) -> Cap {
    let (w, h) = (p.width() as f32, p.height() as f32);
    let found =
        shape::cap(&p.map(|q| q[0] < 0.5)).unwrap_or(Cap { centre_x: w / 2.0, top_y: 0.05 * h, width: 0.8 * w });
    Cap { width: found.width.clamp(0.45 * w, 1.05 * w), ..found }
}

#[cfg(test)]
mod tests;
