//! Share of the scalp hidden per px, from how each px's colour lies between the hair's and the skin's around it.
//!
//! The linear mixing model of alpha matting, `I = alpha H + (1 - alpha) S` (Y.-Y. Chuang et al., *A Bayesian Approach to
//! Digital Matting*, CVPR 2001, doi:10.1109/CVPR.2001.990970), with local means of hair `H` and skin `S` instead of sampled
//! foreground and background. Thin areas, partings and stubble so become values between 0 and 1.

use super::working::{box_mean, sample_scaled};
use crate::plane::Plane;

/// Window of the local colour models, as a share of the picture's longer side: a few centimetres on a head that fills it.
const WINDOW: f32 = 0.08;
/// Colour distance (RGB, 0..1 each) between hair and skin at which mixing is trusted half: twice the noise and shading
/// that a phone photo shows within one tissue.
const HALF_TRUST: f32 = 0.12;

/// The hidden share at the size of `guide`; `probability` has the same size, in the order of [`super::Tissue::ALL`].
#[must_use]
pub fn hidden_share(guide: &Plane<[u8; 3]>, probability: &Plane<[f32; 4]>) -> Plane<f32> {
    let (w, h) = (guide.width(), guide.height());
    let coarse = 4usize.min(w).min(h).max(1);
    let (cw, ch) = (w.div_ceil(coarse), h.div_ceil(coarse));
    // Hair colour x weight (3), its weight, skin colour x weight (3), its weight.
    let weighted = Plane::from_fn(cw, ch, |x, y| {
        let mut sums = [0.0f32; 8];
        for v in y * coarse..((y + 1) * coarse).min(h) {
            for u in x * coarse..((x + 1) * coarse).min(w) {
                let (p, rgb) = (probability.get(u, v), guide.get(u, v));
                // Px that may be mixed stay out of the models of the pure colours. Facial skin stands in where no scalp is bare.
                for (at, weight) in [(0, purity(p[2])), (4, purity(p[3]) + 0.1 * purity(p[1]))] {
                    for c in 0..3 {
                        sums[at + c] += weight * f32::from(rgb[c]) / 255.0;
                    }
                    sums[at + 3] += weight;
                }
            }
        }
        sums
    });
    let mut whole = [0.0f64; 8];
    for s in weighted.as_slice() {
        for (sum, v) in whole.iter_mut().zip(s) {
            *sum += f64::from(*v);
        }
    }
    let radius = ((cw.max(ch) as f32 * WINDOW) as usize).max(1);
    let pure = box_mean(&weighted, radius).map(|local| {
        let mut colours = [0.0f32; 6];
        for (at, out) in [(0, 0), (4, 3)] {
            // Where a window holds none of a tissue, the whole photo's mean of it takes over; where the photo holds none, grey.
            let floor = 0.02 * (coarse * coarse) as f32;
            let mean = |c: usize| if whole[at + 3] > 1.0 { (whole[at + c] / whole[at + 3]) as f32 } else { 0.5 };
            for c in 0..3 {
                colours[out + c] = (local[at + c] + floor * mean(c)) / (local[at + 3] + floor);
            }
        }
        colours
    });
    let both = whole[3] > 1.0 && whole[7] > 1.0;
    Plane::from_fn(w, h, |x, y| {
        let p = probability.get(x, y);
        let prior = p[2] / (p[1] + p[2] + p[3]).max(1e-6);
        if !both || p[2] + p[3] < 0.05 {
            return prior;
        }
        let colours = sample_scaled(&pure, x, y, w, h);
        let rgb = guide.get(x, y).map(|v| f32::from(v) / 255.0);
        let (mut along, mut distance) = (0.0, 0.0);
        for c in 0..3 {
            let d = colours[c] - colours[3 + c];
            along += d * (rgb[c] - colours[3 + c]);
            distance += d * d;
        }
        let alpha = (along / distance.max(1e-6)).clamp(0.0, 1.0);
        let trust = distance / (distance + HALF_TRUST * HALF_TRUST);
        // Where the tissues are certain, gloss on hair and shadow on skin must not speak; in between, the colour decides.
        let open = (4.0 * prior * (1.0 - prior)).max(0.0).sqrt();
        prior + trust * open * (alpha - prior)
    })
}

/// Weight of a px in the model of a tissue that it has with probability `p`: 0 up to one half, 1 at certainty.
fn purity(p: f32) -> f32 {
    let above = (2.0 * p - 1.0).max(0.0);
    above * above
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixed_colours_become_shares() {
        // Left third hair, right third scalp, between them a px-wise mix of three quarters hair that the map is unsure about.
        let guide = Plane::from_fn(120, 60, |x, _| match x {
            0..40 => [40u8, 30, 20],
            40..80 => [80, 65, 52],
            _ => [200, 170, 150],
        });
        let probability = Plane::from_fn(120, 60, |x, _| match x {
            0..40 => [0.0, 0.0, 1.0, 0.0],
            40..80 => [0.0, 0.0, 0.5, 0.5],
            _ => [0.0, 0.0, 0.0, 1.0],
        });
        let hidden = hidden_share(&guide, &probability);
        assert!((hidden.get(60, 30) - 0.75).abs() < 0.12, "{}", hidden.get(60, 30));
        assert!(hidden.get(5, 30) > 0.99 && hidden.get(115, 30) < 0.01);
    }

    #[test]
    fn without_hair_the_map_alone_speaks() {
        let hidden = hidden_share(&Plane::filled(9, 7, [0; 3]), &Plane::filled(9, 7, [0.0, 0.0, 0.0, 1.0]));
        assert!(hidden.as_slice().iter().all(|v| *v == 0.0));
    }
}
