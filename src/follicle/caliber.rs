//! Calibre: width of a shaft from its cross profile.
//!
//! Along a line across the shaft, the area under the contrast divided by the contrast of the shaft's core is the width of the bar
//! that was photographed. A blur moves contrast outwards but keeps the area, so the width holds as long as the core is still seen,
//! which is why no calibre is given below [`LEAST_PX_PER_MM`].

use std::f32::consts::{SQRT_2, TAU};

use crate::follicle::cells::Cells;
use crate::follicle::trace::heading;
use crate::follicle::{HairKind, Micrometre};
use crate::plane::table::Table;
use crate::plane::{Plane, Point};
use crate::scale::Scale;
use crate::segmentation::closeup::darkness::{Contrast, quantile};

/// Calibre needs about 100 px per mm, where a healthy shaft of 60 um is 6 px wide.
const LEAST_PX_PER_MM: f64 = 100.0;
/// Vellus below, um (Rakowska 2009, PMC2938574).
const VELLUS_UM: f64 = 30.0;
/// Terminal above, um (TrichoScan).
const TERMINAL_UM: f64 = 40.0;
/// Reach of a profile to each side, in typical widths: past the edge of a thick shaft, short of most neighbours.
const REACH: f32 = 1.3;

/// How far to each side other shafts count as beside, in typical widths: further than a profile reaches and half of such a shaft.
const NEIGHBOUR: f32 = 1.8;
/// Least contrast of a core whose edges tell the camera's blur, as a share of the typical shaft's in linear light.
const CLEAR: f32 = 0.8;

/// Width that a shaft shows in px of the contrast plane, blur and tones left as they are: the median over its path, ends left out.
/// None for a path too short to tell.
pub fn apparent_width(path: &[Point], contrast: &Plane<f32>, typical: f32) -> Option<f32> {
    let at = |x: f32, y: f32| contrast.sample(x, y).max(0.0);
    median_width(path, typical, |i| profile(path, i, typical, [f32::INFINITY; 2], &at, &|v| v))
}

/// How wide a shaft is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Width {
    /// px of the contrast plane.
    pub px: f32,
    /// Whether it was measured where no other shaft runs beside this one: a calibre.
    pub is_alone: bool,
}

/// Measures the shafts of one photo in linear light, where a blur keeps the area under a profile, and takes the photo's own blur out.
pub struct Gauge<'a> {
    contrast: &'a Contrast,
    typical: f32,
    paths: &'a [&'a [Point]],
    /// Points of the paths with the paths' numbers, by cells as wide as [`Gauge::beside`] looks.
    cells: Cells<usize>,
    /// Standard deviation of the blur in px, 0 where no clear edge tells it.
    blur: f32,
    /// The share of linear light that is missing, by the contrast.
    linear: Table,
}

impl<'a> Gauge<'a> {
    /// Reads the blur off the edges of the clear shafts among `paths`; `typical` is the width of a typical shaft in px.
    pub fn of(contrast: &'a Contrast, typical: f32, paths: &'a [&'a [Point]]) -> Self {
        let mut cells = Cells::around(paths.iter().copied().flatten(), NEIGHBOUR * typical);
        for (k, path) in paths.iter().enumerate() {
            path.iter().step_by(2).for_each(|p| cells.add(*p, k));
        }
        let linear = Table::of(0.0..1.0, |c| 1.0 - (1.0 - c).powf(contrast.to_linear));
        let gauge = Self { contrast, typical, paths, cells, blur: 0.0, linear };
        let least = CLEAR * gauge.linear.at(contrast.hair);
        let mut blurs: Vec<f32> = paths
            .iter()
            .flat_map(|path| (1..path.len().saturating_sub(1)).step_by(3).map(move |i| (path, i)))
            .filter_map(|(path, i)| steepest(path, i, typical, least, &|x, y| gauge.at(x, y)))
            // The steepest slope of an edge blurred by a Gaussian is its height by sqrt(2 pi) sigma.
            .map(|(core, slope)| core / (slope * TAU.sqrt()))
            .collect();
        Self { blur: quantile(&mut blurs, 0.5), ..gauge }
    }

    /// Width of shaft number `k`; none for a path too short to tell.
    ///
    /// Measured where nothing runs beside the shaft. Where it is nowhere alone, the free side is measured and doubled, and where none
    /// of it is free, each side up to midway: enough to draw it, but off by 19 um (RMSE, drawn hair of 50 to 75 um) where the other
    /// widths are off by 5.
    pub fn width(&self, k: usize) -> Option<Width> {
        let path = self.paths[k];
        let at = |x: f32, y: f32| self.contrast.plane.sample(x, y).max(0.0);
        let linear = |v: f32| self.linear.at(v);
        let beside: Vec<[f32; 2]> = (0..path.len()).map(|i| self.beside(k, i)).collect();
        let within = |i: usize, most: [f32; 2]| profile(path, i, self.typical, most, &at, &linear);
        let alone = |i: usize| beside[i].iter().all(|d| d.is_infinite()).then(|| within(i, beside[i])).flatten();
        let free = |i: usize| {
            let most = beside[i].map(|d| if d.is_infinite() { d } else { 0.0 });
            if most == [0.0; 2] { None } else { within(i, most) }
        };
        let midway = |i: usize| within(i, beside[i].map(|d| 0.5 * d));
        let (seen, is_alone) = match median_width(path, self.typical, alone) {
            Some(seen) => (seen, true),
            None => {
                (median_width(path, self.typical, free).or_else(|| median_width(path, self.typical, midway))?, false)
            }
        };
        Some(Width { px: sharpened(seen, self.blur), is_alone })
    }

    /// Distances in px across to the shafts that run beside point `i` of path `k`, on its left and on its right; infinite where none does.
    fn beside(&self, k: usize, i: usize) -> [f32; 2] {
        let (p, angle) = (self.paths[k][i], heading(self.paths[k], i));
        let (sin, cos) = angle.sin_cos();
        let reach = NEIGHBOUR * self.typical;
        let mut nearest = [f32::INFINITY; 2];
        // What lies beyond the photo's edge is not known, so nothing is free there.
        let (w, h) = (self.contrast.plane.width() as f32, self.contrast.plane.height() as f32);
        for (side, sign) in nearest.iter_mut().zip([-1.0, 1.0]) {
            let far = REACH * self.typical * sign;
            let (x, y) = (p.x - far * sin, p.y + far * cos);
            if x < 0.0 || y < 0.0 || x > w - 1.0 || y > h - 1.0 {
                *side = reach;
            }
        }
        for (q, _) in self.cells.near(p).filter(|(_, other)| *other != k) {
            let (vx, vy) = (q.x - p.x, q.y - p.y);
            let (along, across) = (vx * cos + vy * sin, vy * cos - vx * sin);
            if along.abs() <= 0.5 * self.typical && across.abs() <= reach {
                let side = &mut nearest[usize::from(across > 0.0)];
                *side = side.min(across.abs());
            }
        }
        nearest
    }

    fn at(&self, x: f32, y: f32) -> f32 {
        self.linear.at(self.contrast.plane.sample(x, y))
    }
}

/// Width of the bar that a Gaussian blur makes `seen` wide, both measured as area by height: the height falls to
/// `erf(width / (2 sqrt(2) blur))`.
fn sharpened(seen: f32, blur: f32) -> f32 {
    if blur <= 0.0 {
        return seen;
    }
    let as_seen = |width: f32| width / erf(width / (2.0 * SQRT_2 * blur));
    let (mut low, mut high) = (0.0, seen);
    for _ in 0..20 {
        let middle = 0.5 * (low + high);
        if as_seen(middle) < seen { low = middle } else { high = middle }
    }
    // A bar much narrower than the blur leaves no trace of its width.
    low.max(0.5 * blur).min(seen)
}

/// Error function for 0 and above, off by less than 2e-7 (Abramowitz and Stegun 1964, 7.1.26).
fn erf(x: f32) -> f32 {
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let poly = ((((1.061_405_4 * t - 1.453_152) * t + 1.421_413_7) * t - 0.284_496_74) * t + 0.254_829_6) * t;
    1.0 - poly * (-x * x).exp()
}

/// Median of what `width` says at the points of a path, ends left out; none where it says too little.
fn median_width(path: &[Point], typical: f32, width: impl Fn(usize) -> Option<f32>) -> Option<f32> {
    let skip = (0.5 * typical) as usize;
    let mut widths: Vec<f32> = (skip..path.len().saturating_sub(skip)).filter_map(width).collect();
    (widths.len() >= LEAST_POINTS).then(|| quantile(&mut widths, 0.5))
}

/// Points of a path, about 1 px apart, that a width rests on at least.
const LEAST_POINTS: usize = 8;
/// px between two samples of a profile.
const STEP: f32 = 0.5;

/// The samples across a shaft at one of its points, numbered from its middle.
fn across<'f>(path: &[Point], i: usize, at: &'f impl Fn(f32, f32) -> f32) -> impl Fn(i32) -> f32 + 'f {
    let (angle, p) = (heading(path, i), path[i]);
    let (nx, ny) = (-angle.sin(), angle.cos());
    move |k| at(p.x + k as f32 * STEP * nx, p.y + k as f32 * STEP * ny)
}

/// Width at one point of a path, from its sides up to `most` px on the left and right; a side of 0 px is taken to be as the other.
///
/// `linear` makes of a contrast what adds up under a blur.
fn profile(
    path: &[Point],
    i: usize,
    typical: f32,
    most: [f32; 2],
    at: &impl Fn(f32, f32) -> f32,
    linear: &impl Fn(f32) -> f32,
) -> Option<f32> {
    let at = across(path, i, at);
    let core = (-2..=2).map(&at).fold(0.0f32, f32::max);
    let steps = most.map(|most| (most.min(REACH * typical) / STEP).ceil() as usize);
    // Each sample is looked at more than once. The first on either side is the middle.
    let samples =
        [-1, 1].map(|sign| (0..=steps[usize::from(sign > 0)] as i32).map(|k| at(sign * k)).collect::<Vec<f32>>());
    let lowest = |side: usize| samples[side][1..].iter().copied().fold(core, f32::min);
    // What the skin beside differs by from the photo's usual skin is not the shaft's: a faint hair lies in the shade of its root.
    let base = match [lowest(0), lowest(1)] {
        [_, right] if steps[0] == 0 => linear(right),
        [left, _] if steps[1] == 0 => linear(left),
        [left, right] => 0.5 * (linear(left) + linear(right)),
    };
    let above = |v: f32| (linear(v) - base).max(0.0);
    let height = above(core);
    if height <= 0.0 {
        return None;
    }
    // From the core outwards until the contrast has fallen away or rises again: a neighbour is not this shaft.
    let side = |side: usize| {
        let (mut area, mut before) = (0.0, samples[side][0]);
        for &v in &samples[side][1..] {
            let seen = above(v);
            if seen < 0.08 * height || (seen < 0.5 * height && v > before * 1.02) {
                break;
            }
            area += if v < core { seen } else { height };
            before = v;
        }
        area
    };
    let [left, right] = match steps {
        [0, _] => [side(1); 2],
        [_, 0] => [side(0); 2],
        _ => [side(0), side(1)],
    };
    Some(STEP * (above(samples[0][0].min(core)) + left + right) / height)
}

/// Contrast of a shaft's core and the steepest slope beside it, per px; none where the core has less than the `least` contrast.
fn steepest(path: &[Point], i: usize, typical: f32, least: f32, at: &impl Fn(f32, f32) -> f32) -> Option<(f32, f32)> {
    let at = across(path, i, at);
    let n = (typical / STEP).ceil() as i32;
    let core = (-2..=2).map(&at).fold(0.0f32, f32::max);
    if core < least {
        return None;
    }
    let values: Vec<f32> = (-n..=n).map(at).collect();
    let slope = values.windows(3).map(|v| (v[2] - v[0]).abs() / (2.0 * STEP)).fold(0.0f32, f32::max);
    (core > 0.0 && slope > 0.0).then_some((core, slope))
}

/// Calibre and kind of a shaft `width_px` wide in px of the photo; none without a scale or below its resolution.
pub fn calibre(width_px: f32, scale: Option<&Scale>) -> Option<(Micrometre, HairKind)> {
    let mm_per_px = scale?.mm_per_px.get();
    if mm_per_px * LEAST_PX_PER_MM > 1.0 + 1e-9 {
        return None;
    }
    let um = f64::from(width_px) * mm_per_px * 1000.0;
    let kind = match um {
        u if u < VELLUS_UM => HairKind::Vellus,
        u if u > TERMINAL_UM => HairKind::Terminal,
        _ => HairKind::Intermediate,
    };
    Some((Micrometre::new(um).ok()?, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A vertical bar, blurred: the difference of two smooth steps.
    fn bar(width: f32, blur: f32) -> Plane<f32> {
        let step = |x: f32| 1.0 / (1.0 + (-x / (0.6 * blur)).exp());
        Plane::from_fn(80, 60, |x, _| step(x as f32 - 40.0 + width / 2.0) - step(x as f32 - 40.0 - width / 2.0))
    }

    #[test]
    fn a_bar_has_its_width_whatever_the_blur() {
        let path: Vec<Point> = (10..50).map(|y| Point::new(40.0, y as f32)).collect();
        for true_width in [5.0, 7.0, 10.0] {
            for blur in [0.5, 1.0] {
                let w = apparent_width(&path, &bar(true_width, blur), 8.0).expect("a width");
                assert!((w - true_width).abs() < 0.12 * true_width, "{true_width} px, blur {blur}: {w}");
            }
        }
    }

    /// What a camera sees of bars, each given by its middle and its width in px: opaque, blurred by a Gaussian in linear light, then given a gamma of 2.2.
    fn photographed(bars: &[(f32, f32)], blur: f32) -> Contrast {
        let step = |x: f32| 0.5 + 0.5 * erf(x.abs() / (SQRT_2 * blur)).copysign(x);
        let linear = |x: f32| {
            bars.iter()
                .map(|(middle, width)| step(x - middle + width / 2.0) - step(x - middle - width / 2.0))
                .sum::<f32>()
        };
        let plane = Plane::from_fn(80, 60, |x, _| 1.0 - (1.0 - 0.9 * linear(x as f32)).powf(1.0 / 2.2));
        let hair = 1.0 - 0.1f32.powf(1.0 / 2.2);
        Contrast { plane, hair, noise: 0.01, light_hair: false, to_linear: 2.2 }
    }

    fn upright(x: f32) -> Vec<Point> {
        (10..50).map(|y| Point::new(x, y as f32)).collect()
    }

    #[test]
    fn the_blur_and_the_tones_of_a_photo_are_taken_out() {
        let path = upright(40.0);
        for true_width in [5.0, 7.0, 10.0] {
            for blur in [0.5, 1.0, 1.5] {
                let contrast = photographed(&[(40.0, true_width)], blur);
                let paths = [path.as_slice()];
                let w = Gauge::of(&contrast, true_width, &paths).width(0).filter(|w| w.is_alone).expect("a calibre").px;
                assert!((w - true_width).abs() < 0.08 * true_width, "{true_width} px, blur {blur}: {w}");
            }
        }
    }

    #[test]
    fn a_neighbour_beside_is_not_measured_along() {
        let contrast = photographed(&[(36.0, 6.0), (45.0, 6.0)], 1.0);
        let (first, second) = (upright(36.0), upright(45.0));
        let paths = [first.as_slice(), second.as_slice()];
        let gauge = Gauge::of(&contrast, 6.0, &paths);
        for k in 0..2 {
            let w = gauge.width(k).expect("a width");
            assert!((w.px - 6.0).abs() < 0.6, "shaft {k}: {w:?}");
            assert!(!w.is_alone, "side by side along their whole length");
        }
        // One that goes on where the other ends is measured there.
        let short = &second[..20];
        let paths = [first.as_slice(), short];
        let gauge = Gauge::of(&contrast, 6.0, &paths);
        assert!(gauge.width(0).is_some_and(|w| w.is_alone));
        let short = [&first[..4]];
        assert!(Gauge::of(&contrast, 6.0, &short).width(0).is_none());
    }

    #[test]
    fn sharpening_undoes_what_a_blur_does() {
        for (width, blur) in [(3.0f32, 1.0f32), (6.0, 1.0), (6.0, 3.0)] {
            let seen = width / erf(width / (2.0 * SQRT_2 * blur));
            assert!((sharpened(seen, blur) - width).abs() < 0.01 * width, "{width} px, blur {blur}");
        }
        assert_eq!(sharpened(5.0, 0.0), 5.0);
        assert!(sharpened(1.0, 2.0) <= 1.0);
    }

    #[test]
    fn no_calibre_without_scale_or_resolution() {
        use crate::scale::ScaleSource;
        use crate::units::MmPerPx;
        let scale = |v| Scale { mm_per_px: MmPerPx::new(v).unwrap(), source: ScaleSource::Given, relative_error: 0.01 };
        assert!(calibre(6.0, None).is_none());
        assert!(calibre(6.0, Some(&scale(0.02))).is_none());
        let (um, kind) = calibre(6.0, Some(&scale(0.01))).expect("100 px per mm");
        assert!((um.get() - 60.0).abs() < 1e-6 && kind == HairKind::Terminal);
        assert_eq!(calibre(2.5, Some(&scale(0.01))).expect("fine").1, HairKind::Vellus);
    }
}
