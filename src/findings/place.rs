//! Places on the head as the net tells them ([`crate::segmentation::net::Maps::canonical`]), against the model head's.

use super::skull::{BREADTH_MM, V3, at_height};
use crate::segmentation::place::{height_of, mm_of};

/// Trust in the net's place on the head, as the concentration of a von Mises distribution about its azimuth: single px err by 20
/// degrees on held-out renders, and the concentration is about the inverse square of that in radians.
const AZIMUTH_TRUST: f64 = 8.0;
/// Standard deviation of the net's height, units of [`crate::segmentation::net::Maps::canonical`]: 3.8 cm, as heads differ from the
/// model's; of 0.15, 0.2 and 0.3 the last told most views of 74 drawn heads.
const HEIGHT_SD: f64 = 0.3;
/// A place costs at most this much (log-likelihood): places of hair that hangs down are its roots', not the surface's.
const MOST_COST: f64 = 4.0;

/// Below this height the face and the neck leave the model's skull, on which poses are resected: the tip of the nose.
pub(super) const LOWEST_ON_SKULL: f64 = -0.2;

/// How far the place that the net tells is from the model's, 0 for the same up to [`MOST_COST`].
pub(super) fn cost(told: [f64; 3], place: V3) -> f64 {
    // Near the vertical axis the azimuth says nothing: the distance from it, in half breadths, is its weight.
    let from_axis = (place[0] * place[0] + place[2] * place[2]).sqrt().max(1e-9);
    let agreement = (told[0] * place[0] + told[1] * place[2]) / from_axis;
    // Where the net is unsure its vector is short, and so is what it can cost.
    let length = (told[0] * told[0] + told[1] * told[1]).sqrt();
    let turn = AZIMUTH_TRUST * (length - agreement) * (2.0 * from_axis).min(1.0);
    (turn + 0.5 * ((told[2] - height(place)) / HEIGHT_SD).powi(2)).min(MOST_COST)
}

/// The place of the model's skull that the net tells.
pub(super) fn on_skull([sine, cosine, up]: [f64; 3]) -> V3 {
    at_height(sine.atan2(cosine).to_degrees(), mm_of(up) / BREADTH_MM)
}

/// The net's height of a place in the model's frame.
fn height(place: V3) -> f64 {
    height_of(place[1] * BREADTH_MM)
}

/// What a net that never errs tells of a place in the model's frame.
#[cfg(test)]
pub(super) fn told(place: V3) -> [f32; 3] {
    let from_axis = place[0].hypot(place[2]).max(1e-9);
    [place[0] / from_axis, place[2] / from_axis, height(place)].map(|v| v as f32)
}
