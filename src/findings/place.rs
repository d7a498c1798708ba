//! Places on the head as the net tells them ([`crate::segmentation::net::Maps::canonical`]), against the model head's.

use super::skull::{BREADTH_MM, V3, border_height};

/// The net's height in the model's frame: chin -0.92 at 101 mm below the ear canals, crown 0.92 at 131 mm above them.
const HEIGHT_ZERO_MM: f64 = 15.0;
const HEIGHT_UNIT_MM: f64 = 126.0;

/// Trust in the net's place on the head, as the concentration of a von Mises distribution about its azimuth: single px err by 20
/// degrees on held-out renders, and the concentration is about the inverse square of that in radians.
const AZIMUTH_TRUST: f64 = 8.0;
/// Standard deviation of the net's height, units of [`crate::segmentation::net::Maps::canonical`]: 3.8 cm, as heads differ from the
/// model's; of 0.15, 0.2 and 0.3 the last told most views of 74 drawn heads.
const HEIGHT_SD: f64 = 0.3;
/// A place costs at most this much (log-likelihood): places of hair that hangs down are its roots', not the surface's.
const MOST_COST: f64 = 4.0;

/// Whether what the net places there lies below where hair grows at its azimuth: hair over the neck, the ears or the face.
#[must_use]
pub(crate) fn is_below_the_border([sine, cosine, up]: [f32; 3]) -> bool {
    let border = border_height(f64::from(sine.abs().atan2(cosine).to_degrees()));
    f64::from(up) < of_height(border)
}

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

/// The net's height of a place in the model's frame.
fn height(place: V3) -> f64 {
    of_height(place[1])
}

/// The net's height of a height in the model's frame, breadths.
fn of_height(y: f64) -> f64 {
    (y * BREADTH_MM - HEIGHT_ZERO_MM) / HEIGHT_UNIT_MM
}

/// What a net that never errs tells of a place in the model's frame.
#[cfg(test)]
pub(super) fn told(place: V3) -> [f32; 3] {
    let from_axis = place[0].hypot(place[2]).max(1e-9);
    [place[0] / from_axis, place[2] / from_axis, height(place)].map(|v| v as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hangs_below_the_border_is_told_from_the_scalp() {
        // Crown, forelock and occiput; then brows, cheek and nape.
        for place in [[0.0, 1.3, 0.1], [0.0, 0.75, 0.5], [0.0, 0.0, -0.6]] {
            assert!(!is_below_the_border(told(place)), "{place:?}");
        }
        for place in [[0.0, 0.2, 0.6], [0.4, -0.3, 0.3], [0.0, -0.6, -0.4]] {
            assert!(is_below_the_border(told(place)), "{place:?}");
        }
    }
}
