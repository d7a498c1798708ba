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

/// Connected dark areas that hold at least one pixel of full contrast: number of the area of each pixel (0 is none), and the
/// size of each area in px.
fn areas(plane: &Plane<f32>, level: f32, full: f32) -> (Plane<u32>, Vec<usize>) {
    let (w, h) = (plane.width(), plane.height());
    let mut of = Plane::filled(w, h, 0u32);
    let mut sizes = vec![0usize];
    let mut open = Vec::new();
    for y in 0..h {
        for x in 0..w {
            if plane.get(x, y) < full || of.get(x, y) != 0 {
                continue;
            }
            let number = sizes.len() as u32;
            of.set(x, y, number);
            open.push((x, y));
            let mut size = 0;
            while let Some((u, v)) = open.pop() {
                size += 1;
                for (a, b) in [(u.wrapping_sub(1), v), (u + 1, v), (u, v.wrapping_sub(1)), (u, v + 1)] {
                    if a < w && b < h && of.get(a, b) == 0 && plane.get(a, b) > level {
                        of.set(a, b, number);
                        open.push((a, b));
                    }
                }
            }
            sizes.push(size);
        }
    }
    (of, sizes)
}

/// Width of the typical shaft in px of the contrast plane, and how many px of shaft length it rests on.
///
/// Every dark pixel is measured across its narrowest way at half of the typical contrast. Areas that are not elongated (pores,
/// flakes, texture) are left out. The answer is the median over shaft length (each pixel counts by 1 / width), so that thick
/// clumps do not outweigh single shafts.
#[must_use]
pub fn typical_width(contrast: &Contrast, field: &Plane<bool>, longest: f32) -> Option<(f32, f32)> {
    let level = 0.5 * contrast.hair;
    let plane = &contrast.plane;
    let (of, sizes) = areas(plane, level, 0.9 * contrast.hair);
    let dark = sizes.iter().sum::<usize>();
    // About 20 000 measurements are plenty for a median.
    let step = ((dark as f32 / 20_000.0).sqrt().ceil() as usize).max(1);
    let mut by_area: Vec<Vec<f32>> = vec![Vec::new(); sizes.len()];
    for y in (0..plane.height()).step_by(step) {
        for x in (0..plane.width()).step_by(step) {
            let area = of.get(x, y) as usize;
            if area != 0 && plane.get(x, y) > 1.4 * level && field.get(x, y) {
                by_area[area].extend(width_at(plane, x as f32, y as f32, level, longest));
            }
        }
    }
    let mut widths = Vec::new();
    for (mut own, size) in by_area.into_iter().zip(sizes) {
        own.sort_by(f32::total_cmp);
        if let Some(&median) = own.get(own.len() / 2)
            && size as f32 > 2.5 * median * median
        {
            widths.extend(own);
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
