//! One thick shaft or two that touch.
//!
//! A shaft wider than the filter answers along both of its sides, as two touching shafts do. Two shafts show a slit between
//! them, or are together clearly wider than one, or end apart from each other.

use crate::follicle::link::chord;
use crate::follicle::trace::{Extent, Trace};
use crate::plane::{Plane, Point};
use crate::segmentation::closeup::darkness::quantile;

/// How far the middles of two shafts may lie apart for them to be beside each other, in widths.
const REACH: f32 = 1.3;

/// Contrast that the slit between two shafts lacks, as a share of the typical shaft's.
const SLIT: f32 = 0.06;
/// Widths, in typical ones, from which on two sides without a slit are two shafts: always, and where the width [`VARIES`].
const TWO: f32 = 1.5;
const THICK: f32 = 1.2;
/// What the middle three fifths of the widths along two shafts differ by at least, in typical widths: shafts of one opening part on
/// their way, a thick one stays as it is.
const VARIES: f32 = 0.12;

/// Widths to the left and right of a path's point at which the contrast has fallen to `level`; at most `longest`.
#[must_use]
pub fn sides(contrast: &Plane<f32>, at: Point, angle: f32, level: f32, longest: f32) -> (f32, f32) {
    let (sin, cos) = angle.sin_cos();
    let reach = |sign: f32| {
        let (mut before, mut t) = (contrast.sample(at.x, at.y), 0.0f32);
        while t < longest {
            t += 0.5;
            let now = contrast.sample(at.x - sign * t * sin, at.y + sign * t * cos);
            if now < level {
                return (t - 0.5 * (level - now) / (before - now).max(1e-6)).max(0.0);
            }
            before = now;
        }
        longest
    };
    (reach(-1.0), reach(1.0))
}

/// Whether `short`, which runs beside `long`, is a hair of its own. None if it does not run beside it.
fn is_own(short: &Trace, long: &Trace, contrast: &Plane<f32>, width: f32, hair: f32) -> Option<bool> {
    let apart = (chord(&short.path) - chord(&long.path)).sin().abs();
    if apart > 0.35 {
        return None;
    }
    let reach = REACH * width;
    let extent = Extent::of(&long.path);
    let (mut beside, mut slits, mut wholes) = (0usize, Vec::new(), Vec::new());
    // A px more than the reach, so that rounding leaves out none.
    for p in short.path.iter().filter(|p| Extent::of(&[**p]).meets(extent, reach + 1.0)) {
        let squared = |q: &Point| (q.x - p.x).powi(2) + (q.y - p.y).powi(2);
        let nearest = long.path.iter().map(|q| (squared(q), q)).reduce(|a, b| if b.0 < a.0 { b } else { a });
        let Some((_, q)) = nearest else { continue };
        let d = p.distance(*q);
        if d > reach {
            continue;
        }
        beside += 1;
        let steps = 8;
        let between: Vec<f32> = (0..=steps)
            .map(|i| {
                let t = i as f32 / steps as f32;
                contrast.sample(p.x + t * (q.x - p.x), p.y + t * (q.y - p.y)) / hair
            })
            .collect();
        let rims =
            between[..=2].iter().copied().fold(0.0, f32::max).min(between[6..].iter().copied().fold(0.0, f32::max));
        slits.push(rims - between.iter().copied().fold(f32::INFINITY, f32::min));
        let across = (q.y - p.y).atan2(q.x - p.x);
        // `sides` measures left and right of an angle; the outer sides lie along the line from one path to the other.
        let angle = across - std::f32::consts::FRAC_PI_2;
        let (outer_p, _) = sides(contrast, *p, angle, 0.5 * hair, 2.0 * width);
        let (_, outer_q) = sides(contrast, *q, angle, 0.5 * hair, 2.0 * width);
        wholes.push(outer_p + d + outer_q);
    }
    if (beside as f32) < 0.65 * short.path.len() as f32 {
        return None;
    }
    let (slit, whole) = (quantile(&mut slits, 0.5), quantile(&mut wholes, 0.5));
    let varies = quantile(&mut wholes, 0.8) - quantile(&mut wholes, 0.2);
    Some(slit > SLIT || whole > TWO * width || (whole > THICK * width && varies > VARIES * width))
}

/// Drops traces that are the second side of a thick shaft, and moves the first side to the middle of it.
#[must_use]
pub fn resolve(traces: Vec<Trace>, contrast: &Plane<f32>, width: f32, hair: f32) -> Vec<Trace> {
    let mut kept: Vec<Trace> = Vec::new();
    let mut extents: Vec<Extent> = Vec::new();
    // Traces come best first, so each is compared with those that outrank it.
    for t in traces {
        let extent = Extent::of(&t.path);
        let mut near = (0..kept.len()).filter(|&k| extents[k].meets(extent, REACH * width));
        match near.find(|&k| is_own(&t, &kept[k], contrast, width, hair) == Some(false)) {
            None => {
                kept.push(t);
                extents.push(extent);
            }
            Some(k) => {
                centre(&mut kept[k], contrast, width, hair);
                extents[k] = Extent::of(&kept[k].path);
            }
        }
    }
    kept
}

/// Adds a second trace where one trace runs along an area as wide as two shafts that has no trace for the other.
#[must_use]
pub fn split(traces: Vec<Trace>, contrast: &Plane<f32>, width: f32, hair: f32) -> Vec<Trace> {
    let mut out = Vec::with_capacity(traces.len());
    let extents: Vec<Extent> = traces.iter().map(|t| Extent::of(&t.path)).collect();
    for (i, t) in traces.iter().enumerate() {
        let longest = 3.0 * width;
        let near: Vec<usize> =
            (0..traces.len()).filter(|&j| j != i && extents[i].meets(extents[j], longest + 2.0)).collect();
        let (mut wide, mut shifts) = (Vec::new(), Vec::new());
        for (k, p) in t.path.iter().enumerate().step_by(2) {
            let angle = super::trace::heading(&t.path, k);
            let (left, right) = sides(contrast, *p, angle, 0.5 * hair, longest);
            if left >= longest || right >= longest {
                continue;
            }
            let (sin, cos) = angle.sin_cos();
            // Other traces that pass through the same cross-section share its width.
            let passes = |q: &Point| {
                let (along, across) = ((q.x - p.x) * cos + (q.y - p.y) * sin, -(q.x - p.x) * sin + (q.y - p.y) * cos);
                along.abs() < 1.0 && across > -left - 1.0 && across < right + 1.0
            };
            let (own, reach) = (Extent::of(&[*p]), left.max(right) + 3.0);
            let others =
                near.iter().filter(|&&j| extents[j].meets(own, reach) && traces[j].path.iter().any(passes)).count();
            wide.push((left + right) / (others + 1) as f32);
            shifts.push(0.25 * (right + left));
        }
        let enough = wide.iter().filter(|w| **w > 1.5 * width).count() as f32;
        if wide.len() >= 3 && enough > 0.4 * wide.len() as f32 {
            let shift = quantile(&mut shifts, 0.5);
            let mut middle = t.clone();
            centre(&mut middle, contrast, width, hair);
            for sign in [-1.0, 1.0] {
                let mut half = middle.clone();
                for (k, p) in half.path.iter_mut().enumerate() {
                    let (sin, cos) = super::trace::heading(&middle.path, k).sin_cos();
                    *p = Point::new(p.x - sign * shift * sin, p.y + sign * shift * cos);
                }
                out.push(half);
            }
        } else {
            out.push(t.clone());
        }
    }
    out
}

/// Moves each point of a path to the middle between the shaft's two sides.
fn centre(trace: &mut Trace, contrast: &Plane<f32>, width: f32, hair: f32) {
    let angles: Vec<f32> = (0..trace.path.len()).map(|i| super::trace::heading(&trace.path, i)).collect();
    for (p, angle) in trace.path.iter_mut().zip(angles) {
        let (left, right) = sides(contrast, *p, angle, 0.5 * hair, 1.6 * width);
        let shift = 0.5 * (right - left).clamp(-width, width);
        *p = Point::new(p.x - shift * angle.sin(), p.y + shift * angle.cos());
    }
    super::link::smooth(&mut trace.path, 4);
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: f32 = 6.0;

    /// Two traces along the sides of a dark band `wide` px wide at its foot and `wider` px more at its other end.
    fn sides_of(wide: f32, wider: f32) -> Option<bool> {
        let half = |y: f32| 0.5 * (wide + wider * y / 60.0);
        let band = Plane::from_fn(80, 60, |x, y| f32::from((x as f32 - 40.0).abs() <= half(y as f32)));
        let side = |sign: f32| Trace {
            path: (5..55).map(|y| Point::new(40.0 + sign * 0.4 * half(y as f32), y as f32)).collect(),
            strength: 1.0,
            contrast: 1.0,
            is_thin: false,
        };
        is_own(&side(-1.0), &side(1.0), &band, WIDTH, 1.0)
    }

    #[test]
    fn a_thick_shaft_is_one_and_shafts_that_part_are_two() {
        assert_eq!(sides_of(1.3 * WIDTH, 0.0), Some(false), "thick and even");
        assert_eq!(sides_of(1.2 * WIDTH, 0.5 * WIDTH), Some(true), "parting");
        assert_eq!(sides_of(1.9 * WIDTH, 0.0), Some(true), "wider than any shaft");
    }
}
