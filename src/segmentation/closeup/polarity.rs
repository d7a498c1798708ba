//! Whether hair is darker or lighter than the skin here, and whether anything looks like hair at all.
//!
//! Strokes have a polarity and noise has none: dark hair makes dark lines far stronger than any light ones, light hair the
//! other way round, and bare skin, however noisy, makes both alike. So does hair so dense that the skin between is lines too: there
//! the strokes run together, which noise does not, and their colours say which are hair.

use std::borrow::Cow;
use std::cell::LazyCell;

use crate::kernel::{Isa, separable};
use crate::plane::Plane;
use crate::segmentation::closeup::darkness::quantile;

/// What the strokes of a close-up are against the skin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Polarity {
    /// Hair darker than the skin.
    DarkHair,
    /// Hair lighter than the skin.
    LightHair,
    /// No strokes.
    Nothing,
}

/// Standard deviations of the line filter, px of a picture whose longer side is at most 1000 px; each twice the one before.
const SIGMAS: [f32; 4] = [1.5, 3.0, 6.0, 12.0];
/// Share of the px whose lines are compared: hair covers more than this in all but nearly bald fields.
const STRONGEST: f64 = 0.005;
/// How much stronger the lines of one polarity must be than those of the other. On noise and blotches of every grain the ratio
/// stays below 1.08; in fields of hair it is 1.2 and more.
const CLEAR: f32 = 1.15;
/// Light hair must outweigh the evidence for dark hair by this factor: light gaps between dark hairs are common, hair
/// lighter than its skin is not.
const LIGHT_OUTWEIGHS: f32 = 1.3;
/// Coherence of the field from which on it is full of strokes. Drawn fields of long hair that cover a third of the skin and more have 0.75
/// to 0.95, clipped ones 0.3 to 0.65, noise of any grain 0.14 to 0.47.
const COHERENT: f32 = 0.7;
/// Standard deviation of the filter for the gradient whose coherence is asked for, in px of the same picture.
const GRADIENT: f32 = 1.5;
/// How much greyer the light px must be than the dark ones, of 255, to be grey or white hair in front of skin: such hair has 245, skin 110
/// to 190, and black hair is as grey as light skin at most.
const GREYER: f32 = 25.0;

/// Strength of dark lines over that of light lines, and the other way round, each at the width where it is largest.
#[must_use]
pub fn evidence(channel: &Plane<f32>, field: &Plane<bool>) -> (f32, f32) {
    let mut best = (0.0f32, 0.0f32);
    let (mut channel, mut field) = (Cow::Borrowed(channel), Cow::Borrowed(field));
    for sigma in SIGMAS {
        if sigma > SIGMAS[1] {
            // Wide lines show as well on half the px, and filters half as long find them.
            (channel, field) = (Cow::Owned(halved(&channel)), Cow::Owned(halved_field(&field)));
        }
        let (dark, light) = lines(&channel, &field, sigma.min(SIGMAS[1]));
        best = (best.0.max(dark / light.max(1e-6)), best.1.max(light / dark.max(1e-6)));
    }
    best
}

/// Means of squares of 2 x 2 px; an odd last row or column stands alone.
fn halved(plane: &Plane<f32>) -> Plane<f32> {
    Plane::from_fn(plane.width().div_ceil(2), plane.height().div_ceil(2), |x, y| {
        let at = |dx, dy| plane.get_clamped(2 * x as i64 + dx, 2 * y as i64 + dy);
        0.25 * (at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1))
    })
}

/// Squares that lie in the field with all of their px.
fn halved_field(field: &Plane<bool>) -> Plane<bool> {
    Plane::from_fn(field.width().div_ceil(2), field.height().div_ceil(2), |x, y| {
        let at = |dx, dy| field.get_clamped(2 * x as i64 + dx, 2 * y as i64 + dy);
        at(0, 0) && at(1, 0) && at(0, 1) && at(1, 1)
    })
}

/// Tells the polarity. `channel` is at most about 1000 px wide; its px outside `field` are not looked at. A polarity that is `known` from
/// elsewhere needs clear lines alone, however clear those of the other are. `by_colour` is asked where strokes fill the field.
///
/// Also tells whether strokes fill the field, so that no polarity is clear by itself: creases of skin may do so, too.
#[must_use]
pub fn tell(
    channel: &Plane<f32>,
    field: &Plane<bool>,
    known: Option<Polarity>,
    by_colour: impl Fn() -> Polarity,
) -> (Polarity, bool) {
    let (dark, light) = evidence(channel, field);
    let fills = LazyCell::new(|| coherence(channel, field) > COHERENT);
    match known {
        Some(Polarity::DarkHair) if dark > CLEAR => return (Polarity::DarkHair, false),
        Some(Polarity::LightHair) if light > CLEAR => return (Polarity::LightHair, false),
        // Between hairs so dense the gaps may be the clearer lines.
        Some(known) if *fills => return (known, true),
        _ => {}
    }
    if light > CLEAR && light > LIGHT_OUTWEIGHS * dark {
        (Polarity::LightHair, false)
    } else if dark > CLEAR {
        (Polarity::DarkHair, false)
    } else if *fills {
        (by_colour(), true)
    } else {
        (Polarity::Nothing, false)
    }
}

/// Whether the lightest or the darkest px are the hair of a field that is full of it: light hair is grey or white. `grey` tells how
/// grey each px is.
#[must_use]
pub fn by_colour(grey: &Plane<f32>, channel: &Plane<f32>, field: &Plane<bool>) -> Polarity {
    let mut values: Vec<f32> =
        channel.as_slice().iter().zip(field.as_slice()).filter(|(_, f)| **f).map(|(v, _)| *v).collect();
    let (low, high) = (quantile(&mut values, 0.15), quantile(&mut values, 0.85));
    let mean = |keep: &dyn Fn(f32) -> bool| {
        let all = grey.as_slice().iter().zip(channel.as_slice()).zip(field.as_slice());
        let (sum, n) = all
            .filter(|((_, v), f)| **f && keep(**v))
            .fold((0.0f64, 0.0f64), |(sum, n), ((g, _), _)| (sum + f64::from(*g), n + 1.0));
        (sum / n.max(1.0)) as f32
    };
    if mean(&|v| v >= high) - mean(&|v| v <= low) > GREYER { Polarity::LightHair } else { Polarity::DarkHair }
}

/// How far the strokes of a field run together, 0..1: the median coherence of the structure tensor (Bigün and Granlund 1987) within
/// about 6 px.
fn coherence(channel: &Plane<f32>, field: &Plane<bool>) -> f32 {
    let (smooth, slope) = (taps(GRADIENT, |_| 1.0), taps(GRADIENT, |x| x));
    let (dx, dy) =
        (separable(channel, &slope, &smooth, Isa::chosen()), separable(channel, &smooth, &slope, Isa::chosen()));
    let product = |a: &Plane<f32>, b: &Plane<f32>| {
        Plane::from_fn(a.width(), a.height(), |x, y| a.get(x, y) * b.get(x, y)).gaussian(4.0 * GRADIENT)
    };
    let (xx, xy, yy) = (product(&dx, &dx), product(&dx, &dy), product(&dy, &dy));
    let all = xx.as_slice().iter().zip(xy.as_slice()).zip(yy.as_slice()).zip(field.as_slice());
    let mut values: Vec<f32> = all
        .filter(|(_, f)| **f)
        .map(|(((a, b), c), _)| ((a - c) * (a - c) + 4.0 * b * b).sqrt() / (a + c).max(1e-6))
        .collect();
    quantile(&mut values, 0.5)
}

/// A Gaussian times `factor`, sampled at whole px as far as it reaches.
fn taps(sigma: f32, factor: impl Fn(f32) -> f32) -> Vec<f32> {
    let reach = (3.5 * sigma).ceil() as i64;
    (-reach..=reach).map(|i| i as f32).map(|x| factor(x) * (-0.5 * x * x / (sigma * sigma)).exp()).collect()
}

/// Mean strength of the strongest dark and light lines `4 sigma` wide: the larger principal curvature less the smaller, so that
/// spots (pores, glints), which curve alike both ways, do not count.
fn lines(channel: &Plane<f32>, field: &Plane<bool>, sigma: f32) -> (f32, f32) {
    let s2 = sigma * sigma;
    let g0 = taps(sigma, |_| 1.0);
    let g1 = taps(sigma, |x| x / s2);
    let mut g2 = taps(sigma, |x| (x * x / s2 - 1.0) / s2);
    let mean = g2.iter().sum::<f32>() / g2.len() as f32;
    g2.iter_mut().for_each(|t| *t -= mean);
    let filtered = |x: &[f32], y: &[f32]| separable(channel, x, y, Isa::chosen());
    let (xx, xy, yy) = (filtered(&g2, &g0), filtered(&g1, &g1), filtered(&g0, &g2));
    let inside = field.as_slice().iter().filter(|f| **f).count();
    let (mut dark, mut light) = (Strongest::of(inside), Strongest::of(inside));
    let mut rows = [vec![0.0f32; channel.width()], vec![0.0f32; channel.width()]];
    for (((xx, xy), yy), field) in xx.rows().zip(xy.rows()).zip(yy.rows()).zip(field.rows()) {
        strengths([xx, xy, yy], &mut rows);
        for ((d, l), _) in rows[0].iter().zip(&rows[1]).zip(field).filter(|(_, f)| **f) {
            dark.add(*d);
            light.add(*l);
        }
    }
    (dark.mean(), light.mean())
}

/// Strengths of dark and of light lines along a row of second derivatives.
#[multiversion::multiversion(targets("x86_64+avx512f+avx512vl+avx2+fma", "x86_64+avx2+fma"))]
fn strengths([xx, xy, yy]: [&[f32]; 3], [dark, light]: &mut [Vec<f32>; 2]) {
    let derivatives = xx.iter().zip(xy).zip(yy);
    for ((d, l), ((a, b), c)) in dark.iter_mut().zip(light.iter_mut()).zip(derivatives) {
        let (middle, spread) = (0.5 * (a + c), (0.25 * (a - c) * (a - c) + b * b).sqrt());
        let (high, low) = (middle + spread, middle - spread);
        *d = (high - low.abs()).max(0.0);
        *l = (-low - high.abs()).max(0.0);
    }
}

/// The strongest of many values, of which only a few are stored at a time.
struct Strongest {
    /// How many.
    n: usize,
    values: Vec<f32>,
    /// As many as are asked for are no smaller.
    least: f32,
}

impl Strongest {
    /// The strongest of `all` values.
    fn of(all: usize) -> Self {
        let n = ((all as f64 * STRONGEST) as usize).max(1);
        Self { n, values: Vec::with_capacity(4 * n), least: f32::NEG_INFINITY }
    }

    fn add(&mut self, value: f32) {
        if value > self.least {
            self.values.push(value);
            if self.values.len() == 4 * self.n {
                self.leave_strongest();
                self.least = self.values[self.n - 1];
            }
        }
    }

    fn leave_strongest(&mut self) {
        if self.values.len() > self.n {
            self.values.select_nth_unstable_by(self.n - 1, |a, b| b.total_cmp(a));
            self.values.truncate(self.n);
        }
    }

    /// Their mean; 0 of none.
    fn mean(mut self) -> f32 {
        self.leave_strongest();
        self.values.sort_by(f32::total_cmp);
        self.values.iter().sum::<f32>() / self.values.len().max(1) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_are_those_of_all() {
        for all in [0usize, 1, 300, 5000] {
            let values: Vec<f32> = (0..all).map(|i| (i * 7919 % 4999 / 3) as f32).collect();
            let mut strongest = Strongest::of(all);
            values.iter().for_each(|v| strongest.add(*v));
            let mut sorted = values;
            sorted.sort_by(|a, b| b.total_cmp(a));
            sorted.truncate((all / 200).max(1));
            let mean = sorted.iter().rev().sum::<f32>() / sorted.len().max(1) as f32;
            assert_eq!(strongest.mean(), mean, "{all}");
        }
    }
}
