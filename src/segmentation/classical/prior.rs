//! Where a head is expected: in the middle of the photo, apart from what touches the borders, egg-shaped on a neck.

use super::features::logistic;
use crate::plane::Plane;

/// Distance from the middle in units of an ellipse that nearly fills the photo, the way people frame a head.
#[must_use]
pub fn eccentricity(x: usize, y: usize, w: usize, h: usize) -> f32 {
    let (u, v) = ((x as f32 + 0.5) / w as f32, (y as f32 + 0.5) / h as f32);
    ((u - 0.5) / 0.46).hypot((v - 0.48) / 0.48)
}

/// Least cost of a path from the seeds to each px, where a step costs the colour distance it crosses plus a little length.
///
/// Sweeps as in P. J. Toivanen, *New geodesic distance transforms for gray-scale images*, Pattern Recogn. Lett. 17:437, 1996
/// (doi:10.1016/0167-8655(96)00010-4), a fixed number of times: far windings stay a little too dear.
#[must_use]
pub fn geodesic(colour: &Plane<[f32; 3]>, seed: impl Fn(usize, usize) -> bool + Sync) -> Plane<f32> {
    let (w, h) = (colour.width(), colour.height());
    let step = |a: [f32; 3], b: [f32; 3]| {
        ((a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2) + (a[2] - b[2]).powi(2)).sqrt() + 0.02
    };
    let mut cost = Plane::from_fn(w, h, |x, y| if seed(x, y) { 0.0 } else { 1e3f32 });
    let relax = |cost: &mut Plane<f32>, x: usize, y: usize, u: usize, v: usize| {
        let through = cost.get(u, v) + step(colour.get(x, y), colour.get(u, v));
        if through < cost.get(x, y) {
            cost.set(x, y, through);
        }
    };
    for _ in 0..5 {
        for y in 0..h {
            for x in 0..w {
                if x > 0 {
                    relax(&mut cost, x, y, x - 1, y);
                }
                if y > 0 {
                    relax(&mut cost, x, y, x, y - 1);
                }
            }
            for x in (0..w.saturating_sub(1)).rev() {
                relax(&mut cost, x, y, x + 1, y);
            }
        }
        for y in (0..h).rev() {
            for x in (0..w).rev() {
                if x + 1 < w {
                    relax(&mut cost, x, y, x + 1, y);
                }
                if y + 1 < h {
                    relax(&mut cost, x, y, x, y + 1);
                }
            }
            for x in 1..w {
                relax(&mut cost, x, y, x - 1, y);
            }
        }
    }
    cost
}

/// Probability of the head from the framing and from which is nearer in colour, the photo's middle or its border.
#[must_use]
pub fn framing(colour: &Plane<[f32; 3]>) -> Plane<f32> {
    let (w, h) = (colour.width(), colour.height());
    // The lower border and the lower fifth of the sides belong to neck and shoulders.
    let from_border = geodesic(colour, |x, y| y == 0 || ((x == 0 || x + 1 == w) && 5 * y < 4 * h));
    let from_middle = geodesic(colour, |x, y| eccentricity(x, y, w, h) < 0.35);
    Plane::from_fn(w, h, |x, y| {
        let framed = logistic((1.02 - eccentricity(x, y, w, h)) / 0.13);
        let nearer = logistic((from_border.get(x, y) - from_middle.get(x, y)) / 0.9);
        let (yes, no) = (framed * nearer, (1.0 - framed) * (1.0 - nearer));
        yes / (yes + no + 1e-9)
    })
}

/// The upper part of a head: what is left when neck and shoulders are cut off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cap {
    /// Column of the middle of its widest row.
    pub centre_x: f32,
    /// Row of its top.
    pub top_y: f32,
    /// Width of its widest row in px.
    pub width: f32,
}

impl Cap {
    /// Probability that a px belongs to the egg-shaped head with its neck that hangs under this cap.
    #[must_use]
    pub fn covers(&self, x: usize, y: usize) -> f32 {
        let across = (x as f32 + 0.5 - self.centre_x).abs() / (self.width / 2.0);
        let down = (y as f32 + 0.5 - self.top_y) / self.width;
        // A half ellipse down to 0.62 widths (the ears' level), then sides that close in to a neck of 0.65 head widths.
        let radius = if down < 0.62 {
            across.hypot((down - 0.62) / 0.62)
        } else {
            across / (1.0 - 0.35 * ((down - 0.75) / 0.6).clamp(0.0, 1.0))
        };
        logistic((1.03 - radius) / 0.12)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disc_on_a_wall_is_nearer_to_the_middle() {
        let colour =
            Plane::from_fn(
                60,
                60,
                |x, y| if (x as f32 - 30.0).hypot(y as f32 - 30.0) < 20.0 { [2.0; 3] } else { [0.0; 3] },
            );
        let p = framing(&colour);
        assert!(p.get(30, 15) > 0.9 && p.get(3, 3) < 0.1, "{} {}", p.get(30, 15), p.get(3, 3));
        assert!(p.get(14, 30) > 0.6 && p.get(5, 30) < 0.4, "{} {}", p.get(14, 30), p.get(5, 30));
    }

    #[test]
    fn a_cap_covers_head_and_neck_and_not_the_sides() {
        let cap = Cap { centre_x: 50.0, top_y: 10.0, width: 60.0 };
        assert!(cap.covers(50, 40) > 0.9 && cap.covers(50, 95) > 0.9);
        assert!(cap.covers(95, 40) < 0.1 && cap.covers(22, 12) < 0.2 && cap.covers(50, 1) < 0.3);
    }
}
