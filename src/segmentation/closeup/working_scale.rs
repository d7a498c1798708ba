//! How wide a typical shaft is in px, found from the photo itself.

use crate::plane::Plane;
use crate::plane::runs::{Run, Runs};
use crate::segmentation::closeup::darkness::Contrast;

/// Directions along which the width of a dark area is measured.
const DIRECTIONS: usize = 8;

/// Width of the narrowest way through the hair at a pixel along one of the `directions`, in px; none where the way is longer than
/// `longest`.
fn width_at(
    plane: &Plane<f32>,
    directions: &[(f32, f32); DIRECTIONS],
    (x, y): (f32, f32),
    level: f32,
    longest: f32,
) -> Option<f32> {
    let mut best = f32::INFINITY;
    let middle = plane.sample(x, y);
    for (dy, dx) in directions {
        let mut width = 0.0;
        for sign in [-1.0, 1.0] {
            let (mut before, mut t) = (middle, 0.0f32);
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

/// The runs of connected dark areas that hold at least one pixel of full contrast, row after row, each with the number of its area, and
/// the size of each area in px; 0 for numbers that are none.
fn areas(plane: &Plane<f32>, level: f32, full: f32) -> (Vec<(Run<()>, usize)>, Vec<usize>) {
    let Runs { list, part } = Runs::of(plane, |v| (v > level).then_some(()), false);
    let mut sizes = vec![0usize; list.len()];
    let mut counts = vec![false; list.len()];
    for (run, area) in list.iter().zip(&part) {
        sizes[*area] += run.columns.len();
        counts[*area] |= plane.row(run.row)[run.columns.clone()].iter().any(|v| *v >= full);
    }
    sizes.iter_mut().zip(&counts).filter(|(_, counts)| !**counts).for_each(|(size, _)| *size = 0);
    (list.into_iter().zip(part).filter(|(_, area)| counts[*area]).collect(), sizes)
}

/// The shafts that a contrast plane shows.
#[derive(Debug, Clone, Copy)]
pub struct Shafts {
    /// Width of the typical one, px of the plane.
    pub width: f32,
    /// Share of the px that stand out as the middles of hairs do which lie in elongated areas, 0..1: about 0 where flakes and glints stand
    /// out.
    pub strokes: f32,
    /// Share of the plane that those px cover, 0..1.
    pub cover: f32,
}

/// Width of the typical shaft in px of the contrast plane, and how much of what stands out are shafts; none where there is none.
///
/// Every dark pixel is measured across its narrowest way at half of the typical contrast. Areas that are not elongated (pores,
/// flakes, texture) are left out. The answer is the median over shaft length (each pixel counts by 1 / width), so that thick
/// clumps do not outweigh single shafts.
#[must_use]
pub fn typical_width(contrast: &Contrast, field: &Plane<bool>, longest: f32) -> Option<Shafts> {
    let level = 0.5 * contrast.hair;
    let plane = &contrast.plane;
    let (runs, sizes) = areas(plane, level, 0.9 * contrast.hair);
    let dark = sizes.iter().sum::<usize>();
    // About 20 000 measurements are plenty for a median.
    let step = ((dark as f32 / 20_000.0).sqrt().ceil() as usize).max(1);
    let mut by_area: Vec<Vec<f32>> = vec![Vec::new(); sizes.len()];
    let directions: [(f32, f32); DIRECTIONS] =
        std::array::from_fn(|k| (k as f32 * std::f32::consts::PI / DIRECTIONS as f32).sin_cos());
    let mut middles = 0usize;
    for (run, area) in runs.iter().filter(|(run, _)| run.row % step == 0) {
        let columns = run.columns.start.next_multiple_of(step)..run.columns.end;
        for (x, y) in columns.step_by(step).map(|x| (x, run.row)) {
            if plane.get(x, y) > 1.4 * level && field.get(x, y) {
                middles += 1;
                by_area[*area].extend(width_at(plane, &directions, (x as f32, y as f32), level, longest));
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
    Some(Shafts {
        width: *median,
        strokes: widths.len() as f32 / middles as f32,
        cover: (widths.len() * step * step) as f32 / plane.as_slice().len() as f32,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_is_one_however_its_runs_meet_and_needs_full_contrast() {
        let picture = ["#.#..++..", "#.#.+..+.", "###.++++.", "....+....", "##.......", "+#..+++.+", ".#..#.#.."];
        let value = |c: u8| match c {
            b'#' => 1.0,
            b'+' => 0.6,
            _ => 0.1,
        };
        let plane = Plane::from_fn(9, 7, |x, y| value(picture[y].as_bytes()[x]));
        let (runs, sizes) = areas(&plane, 0.5, 0.9);
        let mut found: Vec<usize> = sizes.into_iter().filter(|n| *n > 0).collect();
        found.sort_unstable();
        assert_eq!(found, [5, 5, 7]);
        assert_eq!(runs.iter().map(|(run, _)| run.columns.len()).sum::<usize>(), 17);
    }
}
