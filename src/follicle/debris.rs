//! What lies on the skin and is not rooted in it: loose clippings, flakes, rims of scale around the roots.

use crate::follicle::link::{chord, common_axis, doubled};
use crate::follicle::trace::Trace;
use crate::plane::{Plane, Point};
use crate::segmentation::closeup::darkness::quantile;

/// Axial angle between two directions, 0..pi/2.
fn between(a: f32, b: f32) -> f32 {
    (a - b).sin().abs().asin()
}

/// Fewer shafts than this have no common lean to speak of.
const FIELD: usize = 12;

/// How dark a shaft's root is against the roots of its field: 1 for the median. None where the photo's edge cuts it off.
///
/// Where a hair enters the skin its bulb and the skin's funnel add shadow; a clipping is as pale there as at its other end.
fn root_darkness(traces: &[Trace], contrast: &Plane<f32>, width: f32) -> Vec<Option<f32>> {
    let (w, h) = (contrast.width() as f32, contrast.height() as f32);
    let margin = 1.5 * width;
    let inside = |p: &Point| p.x > margin && p.y > margin && p.x < w - margin && p.y < h - margin;
    let roots: Vec<Option<Point>> = traces.iter().map(|t| Some(t.path[0]).filter(inside)).collect();
    let dark: Vec<Option<f32>> = roots.into_iter().map(|p| p.map(|p| contrast.blurred_at(0.6 * width, p))).collect();
    let median = quantile(&mut dark.iter().flatten().copied().collect::<Vec<_>>(), 0.5).max(1e-6);
    dark.into_iter().map(|d| d.map(|d| d / median)).collect()
}

/// How far, in radians, a shaft may leave the lean of its field with a root so dark: 9 degrees where no root is seen, 45 degrees
/// with a root like the others'.
fn freedom(root_darkness: f32) -> f32 {
    0.15 + 0.9 * (root_darkness - 0.3).max(0.0)
}

/// Whether each trace is debris; paths start at their roots.
#[must_use]
pub fn tell(traces: &[Trace], contrast: &Plane<f32>, width: f32) -> Vec<bool> {
    let darkness = root_darkness(traces, contrast, width);
    let chords: Vec<f32> = traces.iter().map(|t| chord(&t.path)).collect();
    let axes: Vec<(f32, f32)> = chords.iter().map(|c| doubled(*c)).collect();
    let lengths: Vec<f32> = traces.iter().map(Trace::length).collect();
    let mut sorted = lengths.clone();
    sorted.sort_by(f32::total_cmp);
    let typical = sorted.get(sorted.len() / 2).copied().unwrap_or(0.0);
    let reach = 25.0 * width;
    traces
        .iter()
        .enumerate()
        .map(|(i, t)| {
            // The axis of the neighbourhood: doubled angles, by length and nearness.
            let middle = t.path[t.path.len() / 2];
            let (axis, order) = common_axis(traces.iter().enumerate().filter(|(j, _)| *j != i).map(|(j, other)| {
                let near = (-(middle.distance(other.path[other.path.len() / 2]) / reach).powi(2)).exp() + 0.02;
                (near * lengths[j].min(2.0 * typical) * other.strength, axes[j])
            }));
            let foreign = between(chords[i], axis);
            // Short pieces at a root that leave it sideways are rims of scale, not hairs.
            let rim = lengths[i] < 2.2 * width
                && traces.iter().enumerate().any(|(j, other)| {
                    j != i
                        && lengths[j] > 1.3 * lengths[i]
                        && between(chords[i], chords[j]) > 0.55
                        && [t.path[0], t.path[t.path.len() - 1]]
                            .iter()
                            .any(|p| other.path.iter().any(|q| p.distance(*q) < 1.3 * width))
                });
            // A hair may leave its neighbours' direction; it takes a field that agrees with itself to say so.
            let clipping =
                traces.len() >= 6 && order > 0.6 && foreign > 0.9 && lengths[i] < 1.5 * typical.max(3.0 * width);
            let field = traces.len() >= FIELD;
            let rootless = field && order > 0.6 && darkness[i].is_some_and(|d| foreign > freedom(d));
            // A loose long hair that lies across the field.
            let strand =
                field && (lengths[i] > 6.0 * typical || (order > 0.6 && foreign > 0.3 && lengths[i] > 3.2 * typical));
            rim || clipping || rootless || strand
        })
        .collect()
}
