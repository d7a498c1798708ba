//! How wide a typical shaft is in px, found from the photo itself.

use crate::plane::Plane;
use crate::segmentation::closeup::darkness::Contrast;

/// Directions along which the width of a dark area is measured.
const DIRECTIONS: usize = 8;

/// Width of the narrowest way through the hair at a pixel, in px; none where the way is longer than `longest`.
fn width_at(plane: &Plane<f32>, x: f32, y: f32, level: f32, longest: f32) -> Option<f32> {
    let mut best = f32::INFINITY;
    for k in 0..DIRECTIONS {
        let (dy, dx) = (k as f32 * std::f32::consts::PI / DIRECTIONS as f32).sin_cos();
        let mut width = 0.0;
        for sign in [-1.0, 1.0] {
            let (mut before, mut t) = (plane.sample(x, y), 0.0f32);
            loop {
                t += 1.0;
                if width + t > best.min(longest) {
                    break;
                }
                let (u, v) = (x + sign * t * dx, y + sign * t * dy);
                if u < 0.0 || v < 0.0 || u > (plane.width() - 1) as f32 || v > (plane.height() - 1) as f32 {
                    // Cut by the edge of the photo: no width.
                    t = f32::INFINITY;
                    break;
                }
                let now = plane.sample(u, v);
                if now < level {
                    t -= (level - now) / (before - now).max(1e-6);
                    break;
                }
                before = now;
            }
            width += t;
        }
        best = best.min(width);
    }
    (best <= longest).then_some(best)
}

/// Width of the typical shaft in px of the contrast plane, and how many px of shaft length it rests on.
///
/// Every dark pixel is measured across its narrowest way at half of the typical contrast; the answer is the median over shaft
/// length (each pixel counts by 1 / width), so that thick clumps do not outweigh single shafts.
#[must_use]
pub fn typical_width(contrast: &Contrast, field: &Plane<bool>, longest: f32) -> Option<(f32, f32)> {
    let level = 0.5 * contrast.hair;
    let plane = &contrast.plane;
    let dark = plane.as_slice().iter().filter(|v| **v > 1.4 * level).count();
    // About 20 000 measurements are plenty for a median.
    let step = ((dark as f32 / 20_000.0).sqrt().ceil() as usize).max(1);
    let mut widths = Vec::new();
    for y in (0..plane.height()).step_by(step) {
        for x in (0..plane.width()).step_by(step) {
            if plane.get(x, y) > 1.4 * level && field.get(x, y) {
                widths.extend(width_at(plane, x as f32, y as f32, level, longest));
            }
        }
    }
    widths.sort_by(f32::total_cmp);
    let length: f32 = widths.iter().map(|w| 1.0 / w.max(1.0)).sum();
    let mut passed = 0.0;
    let median = widths.iter().find(|w| {
        passed += 1.0 / w.max(1.0);
        passed >= 0.5 * length
    })?;
    Some((*median, length * (step * step) as f32))
}
