//! Which of the skin-coloured px are scalp: those enclosed by hair, and those above and behind the original hairline.
//!
//! The line is where the head's own shape puts it, since bald skin and forehead look alike: a share of the head's width in from
//! the end of the head that lies opposite to the face. It is a default, moved out where hair grows beyond it.

use super::super::shape;
use super::features::logistic;
use crate::plane::Plane;
use crate::plane::filter::quantile;
use crate::view::View;

/// From the top of a head seen from the front to the original hairline, in head widths. A head held upright shows 0.25, a bowed
/// one up to 0.6; people who photograph their hairline bow.
const DEPTH_FRONT: f32 = 0.45;
/// From the back of a head seen from the side, along the direction to the face, in widths of the head as seen.
const DEPTH_SIDE: f32 = 0.62;
/// From above only the rim nearest to the face is forehead.
const DEPTH_TOP: f32 = 0.75;
/// Half the width over which scalp becomes skin, in head widths: people put the line this differently.
const SOFTNESS: f32 = 0.04;
/// Least share of hair, and of skin, on the head from which the direction to the face can be read.
const LEAST_SHARE: f32 = 0.12;
/// Least distance of the middles of hair and skin for that, in head widths; ears and noise move them less.
const LEAST_APART: f32 = 0.2;

/// Parts skin into skin and scalp.
#[must_use]
pub fn part(p: &Plane<[f32; 3]>, view: View) -> Plane<[f32; 4]> {
    let (w, h) = (p.width(), p.height());
    let unparted = || p.map(|[b, s, k]| [b, s, k, 0.0]);
    let mask = shape::largest(&p.map(|q| q[0] < 0.5));
    let Some(cap) = shape::cap(&mask) else { return unparted() };
    // The head without shoulders: 1.3 widths below its top.
    let head: Vec<(f32, f32, [f32; 3])> = (0..w * h)
        .filter(|i| mask.as_slice()[*i] && ((i / w) as f32) < cap.top_y + 1.3 * cap.width)
        .map(|i| ((i % w) as f32 + 0.5, (i / w) as f32 + 0.5, p.as_slice()[i]))
        .collect();
    if head.is_empty() {
        return unparted();
    }
    let centre = |k: usize| {
        let (mut x, mut y, mut m) = (0.0f64, 0.0f64, 1e-9f64);
        for (u, v, q) in &head {
            let weight = f64::from(q[k] * q[k]);
            x += weight * f64::from(*u);
            y += weight * f64::from(*v);
            m += weight;
        }
        ((x / m) as f32, (y / m) as f32, (m / head.len() as f64) as f32)
    };
    let (skin, hair) = (centre(1), centre(2));
    let (dx, dy) = (skin.0 - hair.0, skin.1 - hair.1);
    let apart = dx.hypot(dy);
    let (tx, ty) = match view {
        // The face is to the left on a photo of the client's left side.
        View::Left => (-0.8, 0.6),
        View::Right => (0.8, 0.6),
        View::Back => (0.0, 1.0),
        _ if hair.2 < LEAST_SHARE || skin.2 < LEAST_SHARE || apart < LEAST_APART * cap.width => (0.0, 1.0),
        // Skin in the photo's lower half means a neck or face there even where the hair says otherwise.
        _ => {
            let (dx, dy) = (dx, dy.max(0.0));
            let n = dx.hypot(dy).max(1e-6);
            (dx / n, dy / n)
        }
    };
    let along = |x: f32, y: f32| (x * tx + y * ty) / cap.width;
    let mut ends: Vec<f32> = head.iter().map(|(x, y, _)| along(*x, *y)).collect();
    let start = quantile(&mut ends, 0.01);
    let mut hairs: Vec<f32> = head.iter().filter(|v| v.2[2] > 0.5).map(|(x, y, _)| along(*x, *y)).collect();
    let beyond = if hairs.is_empty() { start } else { quantile(&mut hairs, 0.9) };
    let depth = match view {
        View::Top => DEPTH_TOP,
        _ => DEPTH_FRONT + (DEPTH_SIDE - DEPTH_FRONT) * (tx.abs() / 0.8).min(1.0),
    };
    let line = start + depth;
    let enclosed = enclosed_by_hair(p);
    Plane::from_fn(w, h, |x, y| {
        let [background, skin, hair] = p.get(x, y);
        let at = along(x as f32 + 0.5, y as f32 + 0.5);
        let above = logistic((line - at) / SOFTNESS * 2.0);
        let within = enclosed.get(x, y) * logistic((beyond - at) / SOFTNESS * 2.0);
        let scalp = if view == View::Back { within } else { above.max(within) };
        [background, skin * (1.0 - scalp), hair, skin * scalp]
    })
}

/// 0..1: hair on both sides in the row. Ears and necks lie outside the hair.
fn enclosed_by_hair(p: &Plane<[f32; 3]>) -> Plane<f32> {
    let (w, h) = (p.width(), p.height());
    let mut out = Plane::filled(w, h, 0.0f32);
    // A side counts in full when the hair there is 3 % of the picture wide.
    let full = 0.03 * w as f32;
    for y in 0..h {
        let row = p.row(y);
        let hair = |q: &[f32; 3]| if q[2] > 0.5 { 1.0f32 } else { 0.0 };
        let total: f32 = row.iter().map(hair).sum();
        let mut left = 0.0;
        for (x, q) in row.iter().enumerate() {
            left += hair(q);
            out.set(x, y, (left.min(total - left) / full).min(1.0));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A bald head seen from the front, a horseshoe of hair on its sides, the face below.
    fn horseshoe() -> Plane<[f32; 3]> {
        Plane::from_fn(100, 140, |x, y| {
            let (u, v) = (x as f32 - 49.5, y as f32 - 60.0);
            match ((u / 35.0).hypot(v / 48.0) < 1.0, u.abs() > 24.0 && v < 10.0) {
                (false, _) => [1.0, 0.0, 0.0],
                (true, true) => [0.0, 0.0, 1.0],
                (true, false) => [0.0, 1.0, 0.0],
            }
        })
    }

    #[test]
    fn the_top_of_a_bald_head_is_scalp_and_the_face_is_skin() {
        let parted = part(&horseshoe(), View::Front);
        assert!(parted.get(50, 20)[3] > 0.9, "{:?}", parted.get(50, 20));
        assert!(parted.get(50, 95)[1] > 0.9, "{:?}", parted.get(50, 95));
        assert_eq!(parted.get(2, 2), [1.0, 0.0, 0.0, 0.0]);
        assert!(parted.as_slice().iter().all(|p| (p.iter().sum::<f32>() - 1.0).abs() < 1e-5));
    }

    #[test]
    fn from_behind_only_what_hair_encloses_is_scalp() {
        let parted = part(&horseshoe(), View::Back);
        assert!(parted.get(50, 45)[3] > 0.9 && parted.get(50, 95)[3] < 0.1);
    }
}
