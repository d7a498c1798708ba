//! Possible scars: bare streaks and patches enclosed by hair where pattern loss does not begin.
//!
//! Only what the tissues show: a bare streak across the back or the sides of the head (strip graft scars lie there), and a round
//! bare patch there. Dotted scars of punch grafts and pale skin without a break in the hair are not looked for. On the crown and
//! the mid-scalp a bare patch is taken for pattern loss, a streak for a parting.

use super::bald::{BALD_BELOW, outline};
use super::contour::signed_area;
use super::grid::{Grid, components};
use super::head::Fit;
use super::skull::Camera;
use super::zones::zone;
use super::{Scar, ScarKind, Zone};
use crate::plane::{Plane, Point};

/// Least length of a streak and least diameter of a patch, breadths of the head: about 25 and 9 mm.
const LEAST_STREAK: f32 = 0.16;
const LEAST_PATCH: f32 = 0.06;
/// A streak is at least this many times as long as wide.
const STREAK_RATIO: f32 = 5.0;
/// A patch fills this much of the disc around it.
const ROUNDNESS: f64 = 0.6;

/// Looks for possible scars.
pub(super) fn find(grid: &Grid, fit: &Fit) -> Vec<Scar> {
    let (w, h) = grid.size();
    let camera = Camera::new(fit.pose);
    let bare = Plane::from_fn(w, h, |x, y| grid.scalp.get(x, y) > 0.5 && grid.hidden.get(x, y) < BALD_BELOW);
    let (label, sizes) = components(&bare);
    let breadth = fit.breadth_px as f32;
    let mut scars = Vec::new();
    for (i, &size) in sizes.iter().enumerate() {
        let area = size as f32 * grid.step * grid.step;
        if area < 0.0008 * breadth * breadth || area > 0.08 * breadth * breadth {
            continue;
        }
        let of = |x: usize, y: usize| label.get(x, y) == i as u32 + 1;
        if !(enclosed(grid, &of) && permanent_zone(grid, &camera, &of)) {
            continue;
        }
        let mask = Plane::from_fn(w, h, |x, y| f32::from(u8::from(of(x, y))));
        let Some(polygon) = outline(&mask, grid, fit.breadth_px) else { continue };
        let length_px = diameter(&polygon);
        let width = area / length_px.max(1.0);
        let round = signed_area(&polygon) / (std::f64::consts::PI * f64::from(length_px / 2.0).powi(2));
        let (kind, confidence) = if length_px > STREAK_RATIO * width && length_px > LEAST_STREAK * breadth {
            (ScarKind::Linear, 0.4)
        } else if round > ROUNDNESS && length_px > LEAST_PATCH * breadth {
            (ScarKind::Patch, 0.3)
        } else {
            continue;
        };
        scars.push(Scar { polygon, kind, length_px: f64::from(length_px), confidence });
    }
    scars
}

/// True if hair surrounds nine tenths of a part.
fn enclosed(grid: &Grid, of: &impl Fn(usize, usize) -> bool) -> bool {
    let (w, h) = grid.size();
    let (mut hair, mut all) = (0.0, 0.0);
    for y in 3..h.saturating_sub(3) {
        for x in 3..w.saturating_sub(3) {
            if of(x, y) {
                for (nx, ny, fx, fy) in
                    [(x + 1, y, x + 3, y), (x - 1, y, x - 3, y), (x, y + 1, x, y + 3), (x, y - 1, x, y - 3)]
                {
                    if !of(nx, ny) && !of(fx, fy) {
                        all += 1.0;
                        hair += grid.hair.get(fx, fy);
                    }
                }
            }
        }
    }
    all > 0.0 && hair > 0.9 * all
}

/// True if most of a part lies at the back or the sides, where hair stays in pattern loss.
fn permanent_zone(grid: &Grid, camera: &Camera, of: &impl Fn(usize, usize) -> bool) -> bool {
    let (w, h) = grid.size();
    let (mut there, mut all) = (0, 0);
    for y in 0..h {
        for x in 0..w {
            if of(x, y) {
                let z = zone(camera.place(grid.to_photo(x as f32, y as f32)).0);
                all += 1;
                there += usize::from(matches!(z, Zone::Occiput | Zone::LeftSide | Zone::RightSide));
            }
        }
    }
    10 * there > 8 * all
}

/// Longest distance between two points.
fn diameter(points: &[Point]) -> f32 {
    points.iter().flat_map(|a| points.iter().map(|b| a.distance(*b))).fold(0.0, f32::max)
}
