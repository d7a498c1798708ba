//! Calibre: width of a shaft from its cross profile.
//!
//! Along a line across the shaft, the area under the contrast divided by the contrast of the shaft's core is the width of the bar
//! that was photographed. A blur moves contrast outwards but keeps the area, so the width holds as long as the core is still seen,
//! which is why no calibre is given below [`LEAST_PX_PER_MM`].

use crate::follicle::trace::heading;
use crate::follicle::{HairKind, Micrometre};
use crate::plane::{Plane, Point};
use crate::scale::Scale;

/// Calibre needs about 100 px per mm, where a healthy shaft of 60 um is 6 px wide.
const LEAST_PX_PER_MM: f64 = 100.0;
/// Vellus below, um (Rakowska 2009, PMC2938574).
const VELLUS_UM: f64 = 30.0;
/// Terminal above, um (TrichoScan).
const TERMINAL_UM: f64 = 40.0;
/// Reach of a profile to each side, in typical widths: past the edge of a thick shaft, short of most neighbours.
const REACH: f32 = 1.3;

/// Width of a shaft in px of the contrast plane: the median over its path, ends left out. None for a path too short to tell.
pub fn width(path: &[Point], contrast: &Plane<f32>, typical: f32) -> Option<f32> {
    let skip = (0.5 * typical) as usize;
    let mut widths: Vec<f32> =
        (skip..path.len().saturating_sub(skip)).filter_map(|i| profile(path, i, contrast, typical)).collect();
    if widths.len() < 4 {
        return None;
    }
    widths.sort_by(f32::total_cmp);
    Some(widths[widths.len() / 2])
}

fn profile(path: &[Point], i: usize, contrast: &Plane<f32>, typical: f32) -> Option<f32> {
    const STEP: f32 = 0.5;
    let angle = heading(path, i);
    let (nx, ny) = (-angle.sin(), angle.cos());
    let n = (REACH * typical / STEP).ceil() as i32;
    let at = |k: i32| {
        let t = k as f32 * STEP;
        contrast.sample(path[i].x + t * nx, path[i].y + t * ny).max(0.0)
    };
    let core = (-2..=2).map(at).fold(0.0f32, f32::max);
    if core <= 0.0 {
        return None;
    }
    // From the core outwards until the contrast has fallen away or rises again: a neighbour is not this shaft.
    let side = |sign: i32| {
        let (mut area, mut before) = (0.0, at(0));
        for k in 1..=n {
            let v = at(sign * k);
            if v < 0.08 * core || (v < 0.5 * core && v > before * 1.02) {
                break;
            }
            area += v.min(core);
            before = v;
        }
        area
    };
    Some(STEP * (at(0).min(core) + side(1) + side(-1)) / core)
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
                let w = width(&path, &bar(true_width, blur), 8.0).expect("a width");
                assert!((w - true_width).abs() < 0.12 * true_width, "{true_width} px, blur {blur}: {w}");
            }
        }
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
