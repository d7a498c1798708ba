//! How much of the scalp is hidden by hair.
//!
//! Coverage is a share, 0..1, and needs no scale. It is not density: few long hairs can hide what many short ones show.

use std::ops::Range;

use crate::plane::Plane;
use crate::segmentation::place::is_below_the_border;
use crate::segmentation::working::{enlarged_rows, neighbours};
use crate::segmentation::{Segmentation, Tissue};
use crate::units::Estimate;

/// Coverage of one photo.
#[derive(Debug, Clone, PartialEq)]
pub struct Coverage {
    /// 0..255 = 0..100 % of the scalp hidden, size of the photo; 0 outside the scalp.
    pub map: Plane<u8>,
    /// Share of the visible scalp that is hidden; absent where no scalp or hair is seen.
    ///
    /// The interval holds two causes, added in squares: what the share would be if all px that the segmentation may have wrong
    /// (each by 1 minus the probability of its tissue) were wrong in the same direction, as errors of one photo go together; and
    /// the error of a photo's coverage as measured, [`ERROR`]. The skill of whoever combed the hair is not in it.
    pub scalp_share_hidden: Option<Estimate<f64>>,
}

/// Error of the coverage of one photo, one standard deviation, as a share: 74 drawn heads of other seeds than those the net learnt
/// from scatter by 0.11, mostly shaven ones, and twice this holds 93 % of them; drawn close-ups scatter by 0.09.
pub const ERROR: f64 = 0.10;

fn is_scalp_or_hair(tissue: Tissue) -> bool {
    matches!(tissue, Tissue::Hair | Tissue::Scalp)
}

/// Reads coverage off the segmentation.
#[must_use]
pub fn measure(segmentation: &Segmentation) -> Coverage {
    Coverage { map: map(segmentation), scalp_share_hidden: share(segmentation) }
}

/// The hidden share enlarged to the photo's size.
fn map(segmentation: &Segmentation) -> Plane<u8> {
    let tissue = &segmentation.tissue;
    let size = (tissue.width(), tissue.height());
    // All are looked at: that compiles to vectors.
    let bears_hair = |y: usize, columns: Range<usize>| {
        tissue.row(y)[columns].iter().fold(false, |any, t| any | is_scalp_or_hair(*t))
    };
    enlarged_rows(&segmentation.hidden, size, neighbours, bears_hair, |y, shares, row| {
        for ((out, tissue), share) in row.iter_mut().zip(tissue.row(y)).zip(shares) {
            // Both are computed: that compiles to vectors.
            let hidden = (share.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
            *out = if is_scalp_or_hair(*tissue) { hidden } else { 0 };
        }
    })
}

/// Share of the hair and scalp that must lie above the hair's border for the rest to be left out: less is a place told wrongly.
const LEAST_ABOVE: f64 = 0.25;

/// Mean over the px of the working resolution whose likeliest tissue is hair or scalp, each by how sure that is: a px on the border, half
/// beside the head, says little of the scalp. Hair that hangs over neck or face hides no scalp; where the net tells places it is left out.
fn share(segmentation: &Segmentation) -> Option<Estimate<f64>> {
    // Told once for each of the net's px, of which there are far fewer.
    let below = segmentation.canonical.as_ref().map(|places| places.map(is_below_the_border));
    let (w, h) = (segmentation.probability.width(), segmentation.probability.height());
    let hangs = |x: usize, y: usize| below.as_ref().is_some_and(|b| b.get_scaled((x, y), (w, h)));
    let (mut above, mut all) = (Sum::default(), Sum::default());
    for y in 0..h {
        for (x, (p, hidden)) in segmentation.probability.row(y).iter().zip(segmentation.hidden.row(y)).enumerate() {
            let best = (1..4).fold(0, |best, k| if p[k] > p[best] { k } else { best });
            if !is_scalp_or_hair(Tissue::ALL[best]) {
                continue;
            }
            let part = Sum::of(p, best, *hidden);
            all.add(&part);
            if !hangs(x, y) {
                above.add(&part);
            }
        }
    }
    if above.weight < LEAST_ABOVE * all.weight { all.share() } else { above.share() }
}

/// Weighed sums of the share hidden, and of the least and the most that it may be.
#[derive(Default)]
struct Sum {
    weight: f64,
    value: f64,
    low: f64,
    high: f64,
}

impl Sum {
    /// A px of probabilities `p`, the likeliest of them the `best`.
    fn of(p: &[f32; 4], best: usize, hidden: f32) -> Self {
        let (hidden, wrong) = (f64::from(hidden.clamp(0.0, 1.0)), 1.0 - f64::from(p[best].clamp(0.0, 1.0)));
        let weight = f64::from(p[2] + p[3]).powi(2);
        let (low, high) = (hidden * (1.0 - wrong), hidden + (1.0 - hidden) * wrong);
        Self { weight, value: weight * hidden, low: weight * low, high: weight * high }
    }

    fn add(&mut self, other: &Self) {
        self.weight += other.weight;
        self.value += other.value;
        self.low += other.low;
        self.high += other.high;
    }

    fn share(&self) -> Option<Estimate<f64>> {
        (self.weight > 0.0).then(|| {
            let [value, low, high] = [self.value, self.low, self.high].map(|v| v / self.weight);
            let measured = 1.96 * ERROR;
            Estimate::new(
                value,
                (value - measured.hypot(value - low)).max(0.0),
                (value + measured.hypot(high - value)).min(1.0),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Left half scalp that is hidden by `share`, right half background; the map has a quarter of the photo's size.
    fn half(share: f32, sure: f32) -> Segmentation {
        let rest = (1.0 - sure) / 3.0;
        let scalp = [rest, rest, rest, sure];
        Segmentation {
            tissue: Plane::from_fn(80, 40, |x, _| if x < 40 { Tissue::Scalp } else { Tissue::Background }),
            probability: Plane::from_fn(20, 10, |x, _| if x < 10 { scalp } else { [1.0, 0.0, 0.0, 0.0] }),
            hidden: Plane::filled(20, 10, share),
            canonical: None,
            field: None,
            work_image: None,
            head_width_px: None,
            confidence: 1.0,
            warnings: Vec::new(),
        }
    }

    #[test]
    fn the_share_is_of_the_scalp_alone_and_doubt_widens_it() {
        let found = measure(&half(0.4, 0.9));
        let share = found.scalp_share_hidden.unwrap();
        // Of px that are 10 % unsure the share could be 0.36 to 0.46.
        let wide = |own: f64| (1.96 * ERROR).hypot(own);
        assert!(
            (share.value - 0.4).abs() < 1e-6
                && (0.4 - wide(0.04) - share.low).abs() < 1e-6
                && (0.4 + wide(0.06) - share.high).abs() < 1e-6
        );
        let sure = measure(&half(0.4, 1.0)).scalp_share_hidden.unwrap();
        assert!((sure.high - sure.low - 2.0 * 1.96 * ERROR).abs() < 1e-6);
        assert_eq!((found.map.get(10, 20), found.map.get(70, 20)), (102, 0));
    }

    #[test]
    fn hair_that_hangs_and_doubtful_px_are_left_out() {
        let mut head = half(0.4, 0.9);
        // Of the scalp the left half is the crown; the right half hides less and hangs at the cheek, as the net tells.
        head.hidden = Plane::from_fn(20, 10, |x, _| if x < 5 { 0.4 } else { 0.1 });
        let share = |head: &Segmentation| measure(head).scalp_share_hidden.unwrap().value;
        assert!((share(&head) - 0.25).abs() < 1e-6);
        head.canonical = Some(Plane::from_fn(10, 5, |x, _| if x < 3 { [0.0, 1.0, 0.9] } else { [0.7, 0.7, -0.5] }));
        assert!((share(&head) - (5.0 * 0.4 + 0.1) / 6.0).abs() < 1e-6);
        // Places that leave next to nothing of the scalp are wrong.
        head.canonical = Some(Plane::filled(10, 5, [0.7, 0.7, -0.5]));
        assert!((share(&head) - 0.25).abs() < 1e-6);
        head.canonical = None;
        head.probability =
            Plane::from_fn(20, 10, |x, _| if x < 5 { [0.1, 0.0, 0.9, 0.0] } else { [0.4, 0.0, 0.6, 0.0] });
        assert!((share(&head) - (0.81 * 0.4 * 5.0 + 0.36 * 0.1 * 15.0) / (0.81 * 5.0 + 0.36 * 15.0)).abs() < 1e-6);
    }

    #[test]
    fn no_scalp_no_share() {
        let mut none = half(0.4, 0.9);
        none.tissue = Plane::filled(80, 40, Tissue::Background);
        none.probability = Plane::filled(20, 10, [1.0, 0.0, 0.0, 0.0]);
        let found = measure(&none);
        assert!(found.scalp_share_hidden.is_none() && found.map.as_slice().iter().all(|v| *v == 0));
    }
}
