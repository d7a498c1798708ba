//! What is joined to the photo's border by its colours is rather background, what is joined to the middle of the head is rather
//! head: a correction of a net's probabilities by this very photo.
//!
//! Walls and furniture of skin's colour are what a net takes for skin; their colours run on to the border, the head's end at its
//! outline. The idea is the boundary prior of saliency detection (Y. Wei et al., *Geodesic Saliency Using Background Priors*,
//! ECCV 2012, doi:10.1007/978-3-642-33712-3_3), with the net's own hair and scalp for the other end.

use super::classical::features::{lab, logistic};
use super::classical::prior::geodesic;
use super::working::{resized, sample_scaled};
use crate::plane::Plane;
use crate::plane::resize::size_within;

/// Longer side of the copy in px on which paths are sought: outlines count, texture does not.
pub(super) const SIDE: usize = 96;
/// The head's middle: this share of the root-mean-square radius of its hair and scalp.
const MIDDLE: f32 = 0.5;
/// Difference of the two paths, in units of 25 of CIE L* a* b*, that makes the odds e to 1.
const SOFTNESS: f32 = 0.9;
/// The paths speak with the square root of their odds, and with odds of at most 49: a path is one witness and the net another,
/// and a head that the border cuts or a second one must be able to overrule it.
const MOST_SURE: f32 = 0.98;
/// Least mean square of the probability of hair and scalp: below, there is no head whose middle could be found.
const LEAST_DOME: f32 = 0.005;

/// The probabilities, in the order of [`super::Tissue::ALL`] and at their size, with the background weighed by the photo.
#[must_use]
pub fn weighed(rgb: &Plane<[u8; 3]>, probability: &Plane<[f32; 4]>) -> Plane<[f32; 4]> {
    let (w, h) = size_within(rgb.width(), rgb.height(), SIDE);
    let seen = Plane::from_fn(w, h, |x, y| sample_scaled(probability, x, y, w, h));
    let (mut mass, mut sx, mut sy, mut square) = (0.0f64, 0.0f64, 0.0f64, 0.0f64);
    for (y, row) in seen.rows().enumerate() {
        for (x, p) in row.iter().enumerate() {
            let weight = f64::from((p[2] + p[3]) * (p[2] + p[3]));
            let (x, y) = (x as f64, y as f64);
            mass += weight;
            sx += weight * x;
            sy += weight * y;
            square += weight * (x * x + y * y);
        }
    }
    if mass < f64::from(LEAST_DOME) * (w * h) as f64 {
        return probability.clone();
    }
    let (cx, cy) = (sx / mass, sy / mass);
    let radius = f64::from(MIDDLE) * (square / mass - cx * cx - cy * cy).max(0.0).sqrt().max(2.0);

    let lab = resized(rgb, w, h).map(lab);
    let channel = |c: usize| lab.map(move |v| v[c] / 25.0).gaussian(0.7);
    let (l, a, b) = (channel(0), channel(1), channel(2));
    let colour = Plane::from_fn(w, h, |x, y| [l.get(x, y), a.get(x, y), b.get(x, y)]);
    // Neck and shoulders leave through the lower border; hair or scalp on the border is a head that is cut off.
    let on_border = |x: usize, y: usize| y == 0 || ((x == 0 || x + 1 == w) && 5 * y < 4 * h);
    let from_border = geodesic(&colour, |x, y| on_border(x, y) && seen.get(x, y)[2] + seen.get(x, y)[3] < 0.5);
    let from_head = geodesic(&colour, |x, y| (x as f64 - cx).hypot(y as f64 - cy) < radius);
    let nearer = Plane::from_fn(w, h, |x, y| [logistic((from_border.get(x, y) - from_head.get(x, y)) / SOFTNESS)]);

    let (pw, ph) = (probability.width(), probability.height());
    Plane::from_fn(pw, ph, |x, y| {
        let head = sample_scaled(&nearer, x, y, pw, ph)[0].clamp(1.0 - MOST_SURE, MOST_SURE);
        let [background, skin, hair, scalp] = probability.get(x, y);
        let (outside, inside) = ((1.0 - head).sqrt(), head.sqrt());
        let p = [background * outside, skin * inside, hair * inside, scalp * inside];
        let sum = p.iter().sum::<f32>().max(1e-6);
        p.map(|v| v / sum)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A dark-haired head as a disc before a wall, and a map that half takes the wall's left for skin.
    fn doubtful() -> (Plane<[u8; 3]>, Plane<[f32; 4]>) {
        let is_head = |u: f32, v: f32| (u - 0.5).hypot(v - 0.5) < 0.3;
        let photo = Plane::from_fn(300, 300, |x, y| {
            if is_head(x as f32 / 300.0, y as f32 / 300.0) { [50u8, 40, 35] } else { [200, 170, 140] }
        });
        let map = Plane::from_fn(60, 60, |x, y| match (is_head(x as f32 / 60.0, y as f32 / 60.0), x < 12) {
            (true, _) => [0.05, 0.05, 0.9, 0.0],
            (false, true) => [0.4, 0.6, 0.0, 0.0],
            (false, false) => [0.9, 0.1, 0.0, 0.0],
        });
        (photo, map)
    }

    #[test]
    fn a_wall_of_skins_colour_is_background_again() {
        let (photo, map) = doubtful();
        let found = weighed(&photo, &map);
        assert!(found.get(4, 30)[0] > 0.6, "{:?}", found.get(4, 30));
        assert!(found.get(30, 30)[2] > 0.9, "{:?}", found.get(30, 30));
        assert!(found.as_slice().iter().all(|p| (p.iter().sum::<f32>() - 1.0).abs() < 1e-5));
    }

    #[test]
    fn without_a_head_nothing_changes() {
        let (photo, _) = doubtful();
        let none = Plane::filled(60, 60, [0.9, 0.1, 0.0, 0.0]);
        assert_eq!(weighed(&photo, &none), none);
    }
}
