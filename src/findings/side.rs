//! Which side of the head a photo shows, by the places on the head that its px show.
//!
//! The poses of a model head tell it less well: hair has a shape of its own, and a thick fringe makes a face from the front look like
//! one from above. Here a few figures of the net's maps (where hair, scalp and skin lie on the head and in the picture, and how places
//! change across it) go through a linear classifier. `models/view.toml` holds its weights; `models/train/view.py` fits them to drawn
//! heads.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::plane::Plane;
use crate::plane::linear::solve;
use crate::segmentation::Segmentation;
use crate::segmentation::working::sample_scaled;
use crate::view::{View, ViewGuess};

static WEIGHTS: &str = include_str!("../../models/view.toml");

/// Number of [`features`].
pub const FEATURES: usize = 32;
/// The classes in their order in `models/view.toml`.
const VIEWS: [View; 5] = [View::Front, View::Top, View::Left, View::Right, View::Back];
/// Of the places on the head, skin counts half: shoulders have none, and necks hardly differ.
const SKIN: f64 = 0.5;

/// Log-odds of each of [`VIEWS`], up to a constant: `bias` and `weight` times the features.
#[derive(Debug, Deserialize)]
struct Weights {
    bias: [f64; 5],
    weight: Vec<[f64; 5]>,
}

impl Weights {
    /// None where the file is not as it should be; a test holds it.
    fn embedded() -> Option<&'static Self> {
        static FOUND: OnceLock<Option<Weights>> = OnceLock::new();
        let load = || toml::from_str::<Weights>(WEIGHTS).ok().filter(|w| w.weight.len() == FEATURES);
        FOUND.get_or_init(load).as_ref()
    }
}

/// The likeliest view, or none where the net told no places or nothing of a head is seen.
pub(super) fn tell(segmentation: &Segmentation) -> Option<ViewGuess> {
    let (features, weights) = (features(segmentation)?, Weights::embedded()?);
    let log_odds: [f64; 5] = std::array::from_fn(|k| {
        weights.bias[k] + features.iter().zip(&weights.weight).map(|(f, w)| f * w[k]).sum::<f64>()
    });
    let best = (0..5).max_by(|&a, &b| log_odds[a].total_cmp(&log_odds[b]))?;
    let odds: f64 = log_odds.iter().map(|l| (l - log_odds[best]).exp()).sum();
    Some(ViewGuess { view: VIEWS[best], confidence: (1.0 / odds) as f32 })
}

/// Sums over px with a weight each.
#[derive(Default)]
struct Sums {
    weight: f64,
    /// Of sine, cosine, height, and the length of sine and cosine.
    place: [f64; 4],
    square: [f64; 3],
    at: [f64; 2],
}

impl Sums {
    fn add(&mut self, weight: f64, place: [f64; 3], at: [f64; 2]) {
        self.weight += weight;
        let values = [place[0], place[1], place[2], place[0].hypot(place[1])];
        (0..4).for_each(|k| self.place[k] += weight * values[k]);
        (0..3).for_each(|k| self.square[k] += weight * place[k] * place[k]);
        (0..2).for_each(|k| self.at[k] += weight * at[k]);
    }

    /// Means of the places, their standard deviations, and where they lie in the picture.
    fn features(&self, out: &mut Vec<f64>) {
        let n = self.weight.max(1e-6);
        let mean = self.place.map(|v| v / n);
        out.extend(mean);
        out.extend((0..3).map(|k| (self.square[k] / n - mean[k] * mean[k]).max(0.0).sqrt()));
        out.extend(self.at.map(|v| v / n));
    }
}

/// What tells the side: of hair and scalp, then of skin, the mean place (sine, cosine, height, sureness), its spread (3) and where it
/// lies in the picture (2, in root-mean-square radii of the head from its middle); how sine, cosine and height change to the right
/// and downwards (6, per such radius); the shares of skin in the head, of bare scalp in hair and scalp, of the head in the picture, the
/// height of its middle (0..1), and the share of room along the lower, upper, left and right border. None without a head or places.
#[must_use]
pub fn features(segmentation: &Segmentation) -> Option<[f64; FEATURES]> {
    let canonical = segmentation.canonical.as_ref()?;
    let (w, h) = (canonical.width(), canonical.height());
    let tissue = Plane::from_fn(w, h, |x, y| sample_scaled(&segmentation.probability, x, y, w, h).map(f64::from));
    let px = || (0..w * h).map(|i| (i % w, i / w));
    let weight = |p: [f64; 4]| p[2] + p[3] + SKIN * p[1];
    let (mut mass, mut middle, mut square) = (0.0, [0.0; 2], 0.0);
    for (x, y) in px() {
        let (m, at) = (weight(tissue.get(x, y)), [x as f64, y as f64]);
        mass += m;
        (0..2).for_each(|k| middle[k] += m * at[k]);
        square += m * (at[0] * at[0] + at[1] * at[1]);
    }
    if mass < 1.0 {
        return None;
    }
    let middle = middle.map(|v| v / mass);
    let radius = (square / mass - middle[0] * middle[0] - middle[1] * middle[1]).max(1e-6).sqrt();
    let (mut dome, mut skin, mut bare) = (Sums::default(), Sums::default(), 0.0);
    // Normal equations of place = a + b right + c down.
    let (mut normal, mut right) = ([[0.0; 3]; 3], [[0.0; 3]; 3]);
    for (x, y) in px() {
        let (p, place) = (tissue.get(x, y), canonical.get(x, y).map(f64::from));
        let at = [(x as f64 - middle[0]) / radius, (y as f64 - middle[1]) / radius];
        dome.add(p[2] + p[3], place, at);
        skin.add(p[1], place, at);
        bare += p[3];
        let (m, row) = (weight(p), [1.0, at[0], at[1]]);
        for i in 0..3 {
            for j in 0..3 {
                normal[i][j] += m * row[i] * row[j];
                right[j][i] += m * row[i] * place[j];
            }
        }
    }
    (0..3).for_each(|i| normal[i][i] += 1e-3);
    let mut out = Vec::with_capacity(FEATURES);
    dome.features(&mut out);
    skin.features(&mut out);
    for right in right {
        let slopes = solve(normal, right)?;
        out.extend([slopes[1], slopes[2]]);
    }
    let room = |of: &mut dyn Iterator<Item = (usize, usize)>| {
        let (sum, n) = of.fold((0.0, 0.0), |(s, n), (x, y)| (s + tissue.get(x, y)[0], n + 1.0));
        sum / n
    };
    out.extend([
        skin.weight / (skin.weight + dome.weight),
        bare / dome.weight.max(1e-6),
        mass / (w * h) as f64,
        middle[1] / h as f64,
        room(&mut (0..w).map(|x| (x, h - 1))),
        room(&mut (0..w).map(|x| (x, 0))),
        room(&mut (0..h).map(|y| (0, y))),
        room(&mut (0..h).map(|y| (w - 1, y))),
    ]);
    out.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::tests::with_places;

    #[test]
    fn the_side_of_the_model_head_is_told() {
        for (yaw, pitch, view) in [
            (0.0, 12.0, View::Front),
            (0.0, 80.0, View::Top),
            (90.0, 5.0, View::Left),
            (-90.0, 5.0, View::Right),
            (180.0, 10.0, View::Back),
        ] {
            let told = tell(&with_places(yaw, pitch)).expect("the weights fit and a head is there");
            assert_eq!(told.view, view, "{told:?}");
            assert!((0.2..=1.0).contains(&told.confidence));
        }
    }

    #[test]
    fn the_mirror_exchanges_left_and_right_alone() {
        let told = features(&with_places(30.0, 20.0)).expect("a head");
        let mirrored = features(&with_places(-30.0, 20.0)).expect("a head");
        let odd = [0, 7, 9, 16, 19, 20, 22];
        for k in (0..FEATURES - 2).filter(|k| !odd.contains(k)) {
            assert!((told[k] - mirrored[k]).abs() < 0.05, "{k}: {} {}", told[k], mirrored[k]);
        }
        odd.into_iter().for_each(|k| assert!((told[k] + mirrored[k]).abs() < 0.05, "{k}: {} {}", told[k], mirrored[k]));
    }

    #[test]
    fn without_places_or_a_head_nothing_is_told() {
        let mut head = with_places(0.0, 10.0);
        let room = Plane::filled(head.probability.width(), head.probability.height(), [1.0, 0.0, 0.0, 0.0]);
        assert!(tell(&Segmentation { probability: room, ..head.clone() }).is_none());
        head.canonical = None;
        assert!(tell(&head).is_none());
    }
}
