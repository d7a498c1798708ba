//! Bald and thinning regions: smooth outlines and areas on the curved head.

use super::contour::{level_lines, resample, signed_area, simplify_closed, smooth};
use super::grid::{Grid, components};
use super::skull::{Camera, Pose};
use super::zones::{ALL, LEAST_COSINE, zone};
use super::{BaldRegion, RegionKind, Zone};
use crate::plane::{Plane, Point};
use crate::scale::Scale;
use crate::units::{Cm2, Estimate};

/// Below this share hidden the scalp counts as bald: the eye takes the rest for stray hairs.
pub(super) const BALD_BELOW: f32 = 0.25;
/// Below this share hidden it counts as thinning; a loss of 22.7 % is just noticeable (Buontempo, JAAD), so that what hides more
/// than three quarters looks full.
pub(super) const THIN_BELOW: f32 = 0.75;
/// Least area of a region in squares of the head's breadth: 0.4 % is about 1 cm2, a spot 11 mm across.
const LEAST_AREA: f64 = 0.004;
/// Blur before outlines are read, in breadths of the head: bridges single strands (about 1 mm).
const SIGMA: f64 = 0.008;
/// Seen flatter than this (cosine), a region's area hangs on the model head.
const LIMB_COSINE: f64 = 0.4;

/// Relative error of an area from where the segmentation and the cut of 25 % hidden put its border, one standard deviation: bald areas
/// of drawn heads at a known scale are off by 40 % in the mean, most of them too small.
const MEASURED: f64 = 0.4;

/// Finds the regions, largest first.
pub(super) fn regions(grid: &Grid, pose: &Pose, scale: Option<&Scale>) -> Vec<BaldRegion> {
    let (w, h) = grid.size();
    let step = f64::from(grid.step);
    let dome = grid.dome();
    let scalp_px: f64 = dome.as_slice().iter().map(|&v| f64::from(v)).sum();
    let sigma = (SIGMA * pose.scale / step) as f32;
    let hidden = Plane::from_fn(w, h, |x, y| grid.hidden.get(x, y) * dome.get(x, y)).gaussian(sigma);
    let weight = dome.gaussian(sigma);
    let share =
        Plane::from_fn(w, h, |x, y| if weight.get(x, y) > 0.05 { hidden.get(x, y) / weight.get(x, y) } else { 1.0 });
    let camera = Camera::new(*pose);
    let least = LEAST_AREA * pose.scale * pose.scale / (step * step);
    let mut found = Vec::new();
    for (kind, low, high) in [(RegionKind::Bald, -1.0, BALD_BELOW), (RegionKind::Thinning, BALD_BELOW, THIN_BELOW)] {
        let inside = Plane::from_fn(w, h, |x, y| {
            let s = share.get(x, y);
            dome.get(x, y) > 0.5 && s >= low && s < high
        });
        let (label, sizes) = components(&inside);
        for (i, &size) in sizes.iter().enumerate() {
            if (size as f64) < least {
                continue;
            }
            let of = |x: usize, y: usize| label.get(x, y) == i as u32 + 1;
            let mask = Plane::from_fn(w, h, |x, y| f32::from(u8::from(of(x, y))));
            let Some(outline) = outline(&mask, grid, pose) else { continue };
            // A rim between bald skin and hair is the eye's own blur, not a region: it must be wider than its smoothing.
            let ring = signed_area(&outline) / step / step;
            let thickness = 2.0 * size as f64 / (outline_length(&outline) / step).max(1.0);
            if kind == RegionKind::Thinning && (thickness < 5.0 * f64::from(sigma) || ring < least) {
                continue;
            }
            found.push(measure(&mask, size, outline, kind, grid, pose, &camera, &share, scalp_px, scale));
        }
    }
    found.sort_by(|a, b| b.area_px.total_cmp(&a.area_px));
    found
}

fn outline_length(line: &[Point]) -> f64 {
    (0..line.len()).map(|i| f64::from(line[i].distance(line[(i + 1) % line.len()]))).sum()
}

/// The longest outer line of a mask, smooth and simplified, in px of the photo.
pub(super) fn outline(mask: &Plane<f32>, grid: &Grid, pose: &Pose) -> Option<Vec<Point>> {
    let lines = level_lines(&mask.gaussian(0.8), 0.5);
    let mut line = lines.into_iter().max_by(|a, b| signed_area(a).total_cmp(&signed_area(b)))?;
    line.push(line[0]);
    let even = resample(&line, 1.0);
    let round = smooth(&even[..even.len() - 1], 1.5, true);
    let photo: Vec<Point> = round.iter().map(|p| grid.to_photo(p.x, p.y)).collect();
    let simple = simplify_closed(&photo, (0.003 * pose.scale) as f32);
    (simple.len() >= 3 && signed_area(&simple) > 0.0).then_some(simple)
}

#[allow(clippy::too_many_arguments)]
fn measure(
    mask: &Plane<f32>,
    size: usize,
    polygon: Vec<Point>,
    kind: RegionKind,
    grid: &Grid,
    pose: &Pose,
    camera: &Camera,
    share: &Plane<f32>,
    scalp_px: f64,
    scale: Option<&Scale>,
) -> BaldRegion {
    let (w, h) = grid.size();
    let step = f64::from(grid.step);
    let (mut mean_hidden, mut flat) = (0.0, 0.0);
    let mut by_zone = [0usize; 10];
    for y in 0..h {
        for x in 0..w {
            if mask.get(x, y) > 0.5 {
                mean_hidden += f64::from(share.get(x, y).clamp(0.0, 1.0));
                let (place, cosine) = camera.place(grid.to_photo(x as f32, y as f32));
                by_zone[zone(place) as usize] += 1;
                flat += f64::from(u8::from(cosine < LIMB_COSINE));
            }
        }
    }
    let zone = ALL.into_iter().max_by_key(|&z| by_zone[z as usize]).unwrap_or(Zone::MidScalp);
    let near_limb = flat / size as f64 > 0.3;
    let border = outline_length(&polygon);
    let area = scale.and_then(|s| curved_area(mask, border, grid, pose, s));
    BaldRegion {
        polygon,
        area_px: size as f64 * step * step,
        area,
        share_of_scalp: (size as f64 / scalp_px.max(1.0)).min(1.0),
        mean_hidden: mean_hidden / size as f64,
        kind,
        zone,
        near_limb,
    }
}

/// Px of the photo that the mask would fill were it laid flat.
pub(super) fn flattened_px(mask: &Plane<f32>, grid: &Grid, pose: &Pose) -> f64 {
    let camera = Camera::new(*pose);
    let mut sum = 0.0;
    for y in 0..mask.height() {
        for x in 0..mask.width() {
            let m = f64::from(mask.get(x, y));
            if m > 0.0 {
                sum += m / camera.place(grid.to_photo(x as f32, y as f32)).1.max(LEAST_COSINE);
            }
        }
    }
    sum * f64::from(grid.step).powi(2)
}

/// Area on the curved head. The interval adds up, in quadrature, the scale (twice, as areas go with its square), the head's pose
/// and size (each moved by its usual error), and the border (1 % of the head's breadth, on which people agree).
fn curved_area(mask: &Plane<f32>, border_px: f64, grid: &Grid, pose: &Pose, scale: &Scale) -> Option<Estimate<Cm2>> {
    let value = flattened_px(mask, grid, pose);
    let moved = [
        Pose { yaw: pose.yaw + 0.12, ..*pose },
        Pose { pitch: pose.pitch + 0.12, ..*pose },
        Pose { scale: pose.scale * 1.05, ..*pose },
        Pose { centre: (pose.centre.0 + 0.04 * pose.scale, pose.centre.1), ..*pose },
        Pose { centre: (pose.centre.0, pose.centre.1 + 0.04 * pose.scale), ..*pose },
    ];
    let geometry: f64 = moved.iter().map(|p| (flattened_px(mask, grid, p) / value - 1.0).powi(2)).sum();
    let border = 0.01 * pose.scale * border_px
        / (mask.as_slice().iter().map(|&m| f64::from(m)).sum::<f64>() * f64::from(grid.step).powi(2));
    let relative = (geometry + (2.0 * scale.relative_error).powi(2) + (0.5 * border).powi(2) + MEASURED.powi(2)).sqrt();
    let cm2 = value * scale.mm_per_px.px_area().get();
    Estimate::new(cm2, cm2 * (1.0 - 1.96 * relative).max(0.0), cm2 * (1.0 + 1.96 * relative)).with_unit(Cm2::new).ok()
}
