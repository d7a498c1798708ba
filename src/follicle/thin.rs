//! Vellus and miniaturised hairs: thinner and paler than the typical shaft, so that its filter passes over them.
//!
//! They are looked for where no shaft was found, with a filter of their own width. Creases and vessels are thin and pale, too: a thin
//! hair must stand clear of the noise, be long, even and narrow, and run with the hairs around it. One that shares no unit with a
//! clear hair is counted only where it is clear itself ([`counts_alone`]): elsewhere a crease looks the same, and people who mark
//! units leave most of them out.

use crate::follicle::caliber;
use crate::follicle::link::{chord, common_axis, doubled, join, smooth, trim};
use crate::follicle::ridge::Response;
use crate::follicle::trace::{Rules, Trace, disc, distinct, trace};
use crate::plane::{Plane, Point};
use crate::segmentation::closeup::WorkImage;

/// Width of the filter, in typical shafts: vellus hair of up to 30 um beside terminal hair of 60 (Rakowska 2009).
const WIDTH: f32 = 0.45;
/// Contrast that is looked for, as a share of the typical shaft's, and least multiple of the skin's noise.
const CONTRAST: f32 = 0.3;
const ABOVE_NOISE: f32 = 4.5;
/// Most of the typical shaft's contrast that a thin hair can have: above, it would have been found as a shaft.
const FAINTER: f32 = 0.7;
/// Contrast, in multiples of the skin's noise, from which a thin hair counts alone.
const LONE_ABOVE_NOISE: f32 = 4.0;
/// Least length and most width as seen, in typical shafts: at 60 px per mm the blur alone makes a shaft of 20 um look more than half as wide
/// as one of 60.
const LONG: f32 = 3.0;
const NARROW: f32 = 0.9;
/// Most that a thin hair may leave the axis of the hairs around it, radians, where these agree.
const ASIDE: f32 = 0.6;
/// How far around a shaft its rims start no thin hair, in typical shafts.
const RIM: f32 = 0.7;

/// Thin hairs beside the `known` shafts; `served` is the response by which these were found.
pub fn find(body: &Plane<f32>, image: &WorkImage, known: &[Trace], served: Response) -> Vec<Trace> {
    let (width, contrast) = (image.shaft, &image.contrast);
    let hair = (CONTRAST * contrast.hair).max(ABOVE_NOISE * contrast.noise);
    // Hair that is hardly clear of the skin itself has no thinner one beside it that could be told.
    if known.is_empty() || hair > FAINTER * contrast.hair {
        return Vec::new();
    }
    let fine = WIDTH * width;
    let rules = Rules { width: fine, hair, start: 0.5, go_on: 0.25, dark: 0.5, shortest: LONG / WIDTH };
    let response = served.again(body, 0.25 * fine, width, rules.dark * hair);
    let taken = around(known, &image.field, RIM * width);
    let mut found = distinct(trace(body, &response, &taken, &rules), fine);
    found.iter_mut().for_each(|t| smooth(&mut t.path, (0.5 * width) as usize));
    let mut found = distinct(join(found, body, width, hair), fine);
    found.iter_mut().for_each(|t| trim(&mut t.path, body, fine, 0.55));
    found.retain(|t| {
        let beside = t.path.iter().filter(|p| taken.get_clamped(p.x as i64, p.y as i64)).count();
        t.path.len() > 3
            && t.length() >= LONG * width
            && 3 * beside <= t.path.len()
            && caliber::apparent_width(&t.path, &contrast.plane, fine).is_some_and(|w| w <= NARROW * width)
            && runs_with(t, known, width)
    });
    // Of the typical shaft's, as of all others.
    let share = hair / contrast.hair;
    found.iter_mut().for_each(|t| (t.strength, t.contrast, t.is_thin) = (t.strength * share, t.contrast * share, true));
    found
}

/// Whether a thin hair counts that shares no unit with a clear one: nearly all of it stands well above what skin shows by itself.
pub fn counts_alone(t: &Trace, body: &Plane<f32>, image: &WorkImage) -> bool {
    let least = LONE_ABOVE_NOISE * image.contrast.noise;
    let above = t.path.iter().filter(|p| body.sample(p.x, p.y) >= least).count();
    t.strength * image.contrast.hair >= least && 10 * above >= 9 * t.path.len()
}

/// Px that lie outside the field or within `reach` of a path.
fn around(known: &[Trace], field: &Plane<bool>, reach: f32) -> Plane<bool> {
    let mut taken = field.map(|f| !f);
    let (w, h) = (taken.width(), taken.height());
    // Discs two px apart cover the path as well.
    for &p in known.iter().flat_map(|t| t.path.iter().step_by(2)) {
        disc(p, reach, w, h).for_each(|(y, row)| taken.row_mut(y)[row].fill(true));
    }
    taken
}

/// Whether a path runs along the axis of the shafts around it; where these have none of their own it may run as it likes.
fn runs_with(t: &Trace, known: &[Trace], width: f32) -> bool {
    let reach = 25.0 * width;
    let middle = |t: &Trace| -> Point { t.path[t.path.len() / 2] };
    let around = known.iter().map(|other| {
        let near = (-(middle(t).distance(middle(other)) / reach).powi(2)).exp() + 0.02;
        (near, doubled(chord(&other.path)))
    });
    let (axis, order) = common_axis(around);
    let aside = (chord(&t.path) - axis).sin().abs().asin();
    order < 0.5 || aside < ASIDE
}
