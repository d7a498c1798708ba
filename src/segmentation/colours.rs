//! Hair, bare skin and room by their colours in this very photo: what a net is sure of teaches how each is coloured here, and the
//! rest is weighed by it.
//!
//! A net takes a forehead in the shade for hair, because hair is dark; beside this photo's own hair and skin the forehead is of
//! skin's hue. Hair is told from bare skin by the linear discriminant of their colours (R. A. Fisher, *The use of multiple
//! measurements in taxonomic problems*, Annals of Eugenics 7, 1936, doi:10.1111/j.1469-1809.1936.tb02137.x): px that the net is sure
//! of and wrong about move its two means and not its axis. A room has many colours, so both are told from it by histograms.

use super::classical::features::lab;
use super::working::resized;
use crate::plane::Plane;
use crate::plane::linear::solve;

/// Probability from which on a px teaches.
const SURE: f32 = 0.9;
/// Least share of the picture that teaches one side.
const LEAST_SHARE: f64 = 0.003;
/// How much of the log-odds of hair against bare skin counts, and the most that it may come to: neighbouring px err together, and the
/// net has seen the colours, too. Of 0.1 to 1 the gain in hair and skin grows up to 0.3, and thin hair at the temples, which lets
/// skin's colour through, is lost the faster the louder.
const DISCRIMINANT: Voice = Voice { share: 0.15, most: 2.0 };
/// The same of either against the room. A wall may well have the colour of the skin before it.
const HISTOGRAM: Voice = Voice { share: 0.3, most: 0.8 };
/// Added to the variances, squares of [`UNIT`]: colours in a JPEG are quantised.
const LEAST_VARIANCE: f64 = 1e-3;
/// CIE L* a* b* differences of so much are 1.
const UNIT: f32 = 25.0;

/// How far one witness is heard.
#[derive(Clone, Copy)]
struct Voice {
    share: f32,
    most: f32,
}

impl Voice {
    fn heard(self, log_odds: f32) -> f32 {
        (self.share * log_odds).clamp(-self.most, self.most)
    }
}

/// The probabilities, in the order of [`super::Tissue::ALL`] and at their size, weighed by the photo's colours.
#[must_use]
pub fn weighed(rgb: &Plane<[u8; 3]>, probability: &Plane<[f32; 4]>) -> Plane<[f32; 4]> {
    let (w, h) = (probability.width(), probability.height());
    let colour = resized(rgb, w, h).map(|px| lab(px).map(|v| v / UNIT));
    let teaching = |share: fn([f32; 4]) -> f32| -> Option<Vec<[f32; 3]>> {
        let of_all = colour.as_slice().iter().zip(probability.as_slice());
        let sure: Vec<[f32; 3]> = of_all.filter(|(_, p)| share(**p) > SURE).map(|(c, _)| *c).collect();
        (sure.len() as f64 > LEAST_SHARE * (w * h) as f64).then_some(sure)
    };
    let (room, hair, bare) = (teaching(|p| p[0]), teaching(|p| p[2]), teaching(|p| p[1] + p[3]));
    let discriminant = hair.as_ref().zip(bare.as_ref()).and_then(|(a, b)| Discriminant::between(a, b));
    let [room, hair, bare] = [room, hair, bare].map(|of| of.map(|colours| Histogram::of(&colours)));
    Plane::from_fn(w, h, |x, y| {
        let (c, mut p) = (colour.get(x, y), probability.get(x, y));
        let from_room = |of: &Option<Histogram>| {
            of.as_ref()
                .zip(room.as_ref())
                .map_or(0.0, |(of, room)| HISTOGRAM.heard(of.log_share(c) - room.log_share(c)))
        };
        if let Some(d) = &discriminant {
            shift(&mut p, &[2], &[1, 3], DISCRIMINANT.heard(d.log_odds(c)));
        }
        shift(&mut p, &[2], &[0], from_room(&hair));
        shift(&mut p, &[1, 3], &[0], from_room(&bare));
        p
    })
}

/// Adds to the log-odds of some tissues against others; what they have together stays.
fn shift(p: &mut [f32; 4], these: &[usize], others: &[usize], log_odds: f32) {
    let sum = |p: &[f32; 4]| these.iter().chain(others).map(|&k| p[k]).sum::<f32>();
    let before = sum(p);
    these.iter().for_each(|&k| p[k] *= (0.5 * log_odds).exp());
    others.iter().for_each(|&k| p[k] *= (-0.5 * log_odds).exp());
    let factor = before / sum(p).max(1e-9);
    these.iter().chain(others).for_each(|&k| p[k] *= factor);
}

/// Log-odds of two classes with one covariance: a linear function of the colour.
struct Discriminant {
    axis: [f64; 3],
    middle: [f64; 3],
}

impl Discriminant {
    /// None where the colours of both lie in a plane.
    fn between(a: &[[f32; 3]], b: &[[f32; 3]]) -> Option<Self> {
        let ((mean_a, spread_a), (mean_b, spread_b)) = (moments(a), moments(b));
        let mut covariance = [[0.0; 3]; 3];
        for i in 0..3 {
            for j in 0..3 {
                covariance[i][j] = 0.5 * (spread_a[i][j] + spread_b[i][j]);
            }
            covariance[i][i] += LEAST_VARIANCE;
        }
        let axis = solve(covariance, std::array::from_fn(|i| mean_a[i] - mean_b[i]))?;
        Some(Self { axis, middle: std::array::from_fn(|i| 0.5 * (mean_a[i] + mean_b[i])) })
    }

    fn log_odds(&self, colour: [f32; 3]) -> f32 {
        (0..3).map(|i| self.axis[i] * (f64::from(colour[i]) - self.middle[i])).sum::<f64>() as f32
    }
}

/// Mean and covariance.
fn moments(colours: &[[f32; 3]]) -> ([f64; 3], [[f64; 3]; 3]) {
    let n = colours.len() as f64;
    let mut mean = [0.0; 3];
    for c in colours {
        (0..3).for_each(|i| mean[i] += f64::from(c[i]) / n);
    }
    let mut covariance = [[0.0; 3]; 3];
    for c in colours {
        let d: [f64; 3] = std::array::from_fn(|i| f64::from(c[i]) - mean[i]);
        (0..9).for_each(|k| covariance[k / 3][k % 3] += d[k / 3] * d[k % 3] / n);
    }
    (mean, covariance)
}

/// How often each colour occurs, blurred by a bin.
struct Histogram {
    log_share: Vec<f32>,
}

impl Histogram {
    /// Bins along each axis; L* of 0 to 100, a* and b* of -40 to 60, where nearly all of a photo's px lie.
    const BINS: usize = 16;
    /// Blur along one axis, a standard deviation of one bin.
    const BLUR: [f32; 5] = [0.0545, 0.2442, 0.4026, 0.2442, 0.0545];
    /// Share of the px that every bin has at least: a colour that was never seen says nothing.
    const LEAST: f32 = 1e-4;

    fn bin([l, a, b]: [f32; 3]) -> usize {
        let index =
            |v: f32, from: f32| (((v * UNIT - from) / 100.0 * Self::BINS as f32).max(0.0) as usize).min(Self::BINS - 1);
        (index(l, 0.0) * Self::BINS + index(a, -40.0)) * Self::BINS + index(b, -40.0)
    }

    fn of(colours: &[[f32; 3]]) -> Self {
        let mut share = vec![0.0f32; Self::BINS.pow(3)];
        let one = 1.0 / colours.len().max(1) as f32;
        colours.iter().for_each(|&c| share[Self::bin(c)] += one);
        for step in [1, Self::BINS, Self::BINS * Self::BINS] {
            share = (0..share.len())
                .map(|i| {
                    let at = (i / step % Self::BINS) as i64;
                    let near = (-2..=2i64).filter(|d| (0..Self::BINS as i64).contains(&(at + d)));
                    near.map(|d| Self::BLUR[(d + 2) as usize] * share[(i as i64 + d * step as i64) as usize]).sum()
                })
                .collect();
        }
        Self { log_share: share.into_iter().map(|v| (v + Self::LEAST).ln()).collect() }
    }

    fn log_share(&self, colour: [f32; 3]) -> f32 {
        self.log_share[Self::bin(colour)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: usize = 60;

    /// A head from above in three bands: hair, a forehead in the shade that a net takes for hair, a face that darkens to the right; a
    /// green room to the left.
    fn shaded() -> (Plane<[u8; 3]>, Plane<[f32; 4]>) {
        let noise = |x: usize, y: usize, k: usize| ((x * 7 + y * 13 + k * 5) % 11) as u8;
        let band = |y: usize| {
            if y < 20 {
                0
            } else if y < 30 {
                1
            } else {
                2
            }
        };
        let photo = Plane::from_fn(SIDE, SIDE, |x, y| {
            let base: [u8; 3] = match (x < 12, band(y)) {
                (true, _) => [90, 130, 80],
                (false, 0) => [40, 38, 40],
                (false, 1) => [105, 66, 48],
                (false, _) => [205, 145, 115].map(|v: usize| (v - v * (x - 12) / 80) as u8),
            };
            std::array::from_fn(|k| base[k] + noise(x, y, k))
        });
        let map = Plane::from_fn(SIDE, SIDE, |x, y| match (x < 12, band(y)) {
            (true, 0) => [0.45, 0.0, 0.55, 0.0],
            (true, _) => [0.97, 0.03, 0.0, 0.0],
            (false, 0) => [0.02, 0.02, 0.95, 0.01],
            (false, 1) => [0.02, 0.28, 0.6, 0.1],
            (false, _) => [0.02, 0.95, 0.02, 0.01],
        });
        (photo, map)
    }

    #[test]
    fn a_forehead_in_the_shade_has_the_hue_of_skin() {
        let (photo, map) = shaded();
        let found = weighed(&photo, &map);
        let p = found.get(40, 25);
        assert!(p[1] + p[3] > 0.55 && p[2] < 0.45, "{p:?}");
        assert!(found.get(40, 10)[2] > 0.9 && found.get(40, 50)[1] > 0.9, "what was sure stays");
    }

    #[test]
    fn what_has_the_rooms_colour_is_room() {
        let (photo, map) = shaded();
        assert!(weighed(&photo, &map).get(5, 8)[0] > 0.5);
    }

    #[test]
    fn probabilities_stay_probabilities_whatever_the_photo() {
        let (photo, map) = shaded();
        let grey = photo.map(|_| [128u8; 3]);
        let empty = map.map(|_| [1.0, 0.0, 0.0, 0.0]);
        for (photo, map) in [(&photo, &map), (&grey, &map), (&photo, &empty)] {
            let found = weighed(photo, map);
            let right = |p: &[f32; 4]| (p.iter().sum::<f32>() - 1.0).abs() < 1e-4 && p.iter().all(|v| *v >= 0.0);
            assert!(found.as_slice().iter().all(right));
        }
        assert_eq!(weighed(&photo, &empty), empty, "nobody is there to learn from");
    }
}
