//! A printed marker held beside the head, in the plane of its middle.

use serde::Serialize;

use super::Phantom;
use super::dice::Dice;
use crate::plane::Point;
use crate::scale::tag36h11::{SQUARE, is_white};

/// Number of the tag and side of its black square: what a sheet for heads prints.
const TAG: usize = 0;
const SIDE_MM: f32 = 20.0;
/// White paper around the square, in cells.
const QUIET: f32 = 2.0;

/// A marker in the picture.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DrawnMarker {
    /// Number of the tag in the family 36h11.
    pub tag: usize,
    /// Side of the black square, mm.
    pub side_mm: f32,
    /// Corners of the black square, px, clockwise from the tag's own top left.
    pub corners_px: [Point; 4],
}

/// Lays the marker where least of the head is hidden; none where the picture has no room for it.
pub(crate) fn lay(phantom: &mut Phantom, dice: &mut Dice) -> Option<DrawnMarker> {
    let (w, h) = (phantom.photo.width() as f32, phantom.photo.height() as f32);
    let side = SIDE_MM / phantom.truth.mm_per_px;
    let cell = side / SQUARE as f32;
    let half = side / 2.0 + QUIET * cell;
    let turn = dice.range(-0.35, 0.35);
    let reach = half * (turn.cos() + turn.sin().abs());
    if 2.0 * reach > w.min(h) * 0.9 {
        return None;
    }
    let taken = |at: Point| {
        let (x0, y0) = ((at.x - reach) as usize, (at.y - reach) as usize);
        let alpha = &phantom.picture.alpha;
        let n = (2.0 * reach) as usize;
        let rows = (y0..y0 + n).step_by(4);
        rows.flat_map(|y| (x0..x0 + n).step_by(4).map(move |x| (x, y)))
            .map(|(x, y)| u32::from(alpha.get_clamped(x as i64, y as i64)))
            .sum::<u32>()
    };
    let places: Vec<Point> =
        (0..40).map(|_| Point::new(dice.range(reach, w - reach), dice.range(reach, h - reach))).collect();
    let at = places.into_iter().min_by_key(|&p| taken(p))?;
    let (s, c) = turn.sin_cos();
    let place = |u: f32, v: f32| Point::new(at.x + c * u - s * v, at.y + s * u + c * v);
    let corners = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)];
    let corners_px = corners.map(|(i, j)| place(i * side / 2.0, j * side / 2.0));
    let light = dice.range(0.75, 1.0);
    const SAMPLES: i32 = 4;
    let clip = |v: f32, most: f32| v.clamp(0.0, most) as usize;
    for y in clip(at.y - reach, h)..clip(at.y + reach + 1.0, h) {
        for x in clip(at.x - reach, w)..clip(at.x + reach + 1.0, w) {
            let (mut white, mut inside) = (0, 0);
            for k in 0..SAMPLES * SAMPLES {
                let dx = x as f32 + ((k % SAMPLES) as f32 + 0.5) / SAMPLES as f32 - at.x;
                let dy = y as f32 + ((k / SAMPLES) as f32 + 0.5) / SAMPLES as f32 - at.y;
                let (u, v) = (c * dx + s * dy, c * dy - s * dx);
                if u.abs() > half || v.abs() > half {
                    continue;
                }
                inside += 1;
                let (i, j) = ((u + side / 2.0) / cell, (v + side / 2.0) / cell);
                let on_tag = (0.0..SQUARE as f32).contains(&i) && (0.0..SQUARE as f32).contains(&j);
                white += i32::from(!on_tag || is_white(TAG, j as usize, i as usize));
            }
            if inside == 0 {
                continue;
            }
            let all = (SAMPLES * SAMPLES) as f32;
            let (share, tone) = (inside as f32 / all, 12.0 + 235.0 * light * white as f32 / inside as f32);
            let below = phantom.photo.get(x, y);
            let noise = dice.normal(0.0, 1.5);
            phantom.photo.set(x, y, below.map(|b| (f32::from(b) * (1.0 - share) + (tone + noise) * share) as u8));
            if share > 0.5 {
                for (plane, value) in [
                    (&mut phantom.picture.label, super::label::BACKGROUND),
                    (&mut phantom.picture.coverage, 0),
                    (&mut phantom.picture.alpha, 0),
                ] {
                    plane.set(x, y, value);
                }
            }
        }
    }
    Some(DrawnMarker { tag: TAG, side_mm: SIDE_MM, corners_px })
}
