//! The scale bar that microscopes draw into their pictures: a thin, straight, level line of one colour with an upright
//! arm of the same length on one end.
//!
//! Its length in mm is given by the user or read off the [`label`] beside it. A bar without an arm is not taken: straight
//! hairs and the edges of banners look the same, and a wrong scale is worse than none.

mod label;

use super::{Scale, ScaleSource};
use crate::photo::Photo;
use crate::plane::Plane;
use crate::units::{Mm, MmPerPx};

/// The two ends together, px, and the device's own calibration of its magnification [D: many warn "not calibrated"].
const ENDS_PX: f64 = 1.5;
const DEVICE_ERROR: f64 = 0.03;

/// Least contrast in luma to both sides: overlays are drawn to be seen.
const CONTRAST: f32 = 20.0;

/// Largest standard deviation of luma along the bar: it is one colour, half transparent at worst; no hair is.
const UNEVEN: f64 = 14.0;

/// Widest thing in px that may cross a bar: a hair at 70x.
const GAP: usize = 30;

/// A level or upright line: where it lies across and where it begins and ends along (end not included).
#[derive(Debug, Clone, Copy, PartialEq)]
struct Line {
    across: usize,
    from: usize,
    to: usize,
}

impl Line {
    fn length(self) -> usize {
        self.to - self.from
    }
}

/// Finds the bar and gives its length in px: the longest level line with an arm.
#[must_use]
pub fn detect(photo: &Photo) -> Option<f64> {
    bar(&photo.rgb.luma()).map(|b| b.length() as f64)
}

fn bar(luma: &Plane<f32>) -> Option<Line> {
    let turned = luma.transposed();
    let (level, upright) = (lines(luma), lines(&turned));
    let arm = |bar: &Line| {
        upright.iter().any(|arm| {
            let at_end = [bar.from, bar.to].iter().any(|x| x.abs_diff(arm.across) <= 4);
            let meets = [arm.from, arm.to].iter().any(|y| y.abs_diff(bar.across) <= 4);
            at_end && meets && arm.length().abs_diff(bar.length()) * 20 <= bar.length()
        })
    };
    level.into_iter().filter(arm).max_by_key(|bar| bar.length())
}

/// The part of the photo in which a bar's label stands: beside either end, above or below.
fn around(luma: &Plane<f32>, bar: Line) -> Plane<f32> {
    let length = bar.length();
    let (x0, x1) = (bar.from.saturating_sub(length), (bar.to + length).min(luma.width()));
    let (y0, y1) = (bar.across.saturating_sub(length / 2), (bar.across + length / 2).min(luma.height()));
    luma.crop(x0, y0, x1 - x0, y1 - y0)
}

/// The scale by a bar that stands for `length`, or for what its label says; where neither is known, tells that there is a bar.
#[must_use]
pub fn scale(photo: &Photo, length: Option<Mm>, warnings: &mut Vec<String>) -> Option<Scale> {
    let luma = photo.rgb.luma();
    let Some(bar) = bar(&luma) else {
        if length.is_some() {
            warnings.push(
                "--scale-bar-mm was not used: no scale bar with an arm was found. Give its ends with --reference."
                    .into(),
            );
        }
        return None;
    };
    let px = bar.length() as f64;
    let read = if length.is_none() { label::read(&around(&luma, bar)) } else { None };
    let Some(mm) = length.or(read) else {
        warnings.push(format!(
            "There is a scale bar {px:.0} px long in the photo, and its label could not be read. Give the length it stands for \
             with --scale-bar-mm."
        ));
        return None;
    };
    if length.is_none() {
        warnings.push(format!(
            "The scale is by the bar in the photo, {px:.0} px long, whose label reads {} mm. If it says something else give \
             --scale-bar-mm.",
            mm.get()
        ));
    }
    let mm_per_px = MmPerPx::new(mm.get() / px).ok()?;
    Some(Scale { mm_per_px, source: ScaleSource::ScaleBar, relative_error: (ENDS_PX / px).hypot(DEVICE_ERROR) })
}

/// Level lines of one colour, darker or brighter than what lies above and below.
fn lines(luma: &Plane<f32>) -> Vec<Line> {
    let (w, h) = (luma.width(), luma.height());
    // Bars are drawn between a tenth and two thirds of the picture long; longer ones are frames and banners.
    let (least, most) = ((w / 10).max(30), w * 2 / 3);
    let mut found = Vec::new();
    // Thin bars are compared with what lies near; a bar thicker than 8 px is not looked for.
    for reach in [4, 10] {
        for y in reach..h.saturating_sub(reach) {
            let (above, here, below) = (luma.row(y - reach), luma.row(y), luma.row(y + reach));
            for sign in [1.0, -1.0] {
                let stands_out = |above: f32, here: f32, below: f32| {
                    (sign * (above - here) >= CONTRAST) & (sign * (below - here) >= CONTRAST)
                };
                // Most rows hold too little of one sign to look at more closely: hairs may cross half of a bar.
                let pairs = above.iter().zip(here).zip(below);
                let standing: usize = pairs.map(|((a, v), b)| usize::from(stands_out(*a, *v, *b))).sum();
                if 2 * standing < least {
                    continue;
                }
                let on = |x: usize| stands_out(above[x], here[x], below[x]);
                let mut x = 0;
                while x < w {
                    if !on(x) {
                        x += 1;
                        continue;
                    }
                    let (from, mut to) = (x, x + 1);
                    // Where a hair crosses, the bar has no contrast but keeps its colour.
                    let same = |n: usize| (here[n] - here[from]).abs() <= CONTRAST;
                    while let Some(next) = (to..(to + GAP).min(w)).take_while(|&n| on(n) || same(n)).find(|&n| on(n)) {
                        to = next + 1;
                    }
                    x = to;
                    if (least..=most).contains(&(to - from)) && deviation(&here[from..to]) <= UNEVEN {
                        found.push(Line { across: y, from, to });
                    }
                }
            }
        }
    }
    found
}

fn deviation(values: &[f32]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().map(|v| f64::from(*v)).sum::<f64>() / n;
    (values.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum::<f64>() / n).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Skin with slanted hairs, with a bar from (40, 380) of `length` px and an arm of the same height or none.
    fn photo(length: usize, arm: bool, ink: u8) -> Photo {
        let rgb = Plane::from_fn(640, 480, |x, y| {
            let bar = length > 0
                && ((y == 380 && (40..40 + length).contains(&x))
                    || (arm && x == 40 && (380 - length..=380).contains(&y)));
            let hair = (x + y / 2) % 70 < 6 && (y / 60) % 2 == 0;
            let skin = 170 + ((x * 7919 + y * 104_729) % 13) as u8;
            [if bar {
                ink
            } else if hair {
                45
            } else {
                skin
            }; 3]
        });
        Photo::of(rgb)
    }

    #[test]
    fn a_bar_of_180_px_for_1_mm() {
        for ink in [50, 255] {
            let found = scale(&photo(180, true, ink), Some(Mm::new(1.0).unwrap()), &mut Vec::new()).unwrap();
            assert!((found.mm_per_px.get() * 180.0 - 1.0).abs() < 0.02, "{found:?}");
            assert_eq!(detect(&photo(180, false, ink)), None);
        }
    }

    #[test]
    fn a_bar_without_its_length_is_told_and_no_bar_gives_no_scale() {
        let mut warnings = Vec::new();
        assert_eq!(scale(&photo(180, true, 50), None, &mut warnings), None);
        assert!(warnings[0].contains("--scale-bar-mm"), "{warnings:?}");
        warnings.clear();
        assert_eq!(scale(&photo(0, false, 0), None, &mut warnings), None);
        assert_eq!(warnings, Vec::<String>::new());
        assert_eq!(scale(&photo(0, false, 0), Some(Mm::new(1.0).unwrap()), &mut warnings), None);
        assert!(warnings[0].contains("--reference"), "{warnings:?}");
    }

    /// Prints what is found in the photos of SCALPMAP_BAR_DIR.
    #[test]
    #[ignore = "measures photos outside the repository"]
    #[allow(clippy::print_stdout)]
    fn bars_in_a_folder() {
        let mut paths: Vec<_> = std::fs::read_dir(std::env::var("SCALPMAP_BAR_DIR").expect("SCALPMAP_BAR_DIR=DIR"))
            .unwrap()
            .map(|e| e.unwrap().path())
            .collect();
        paths.sort();
        for path in paths {
            let bytes = std::fs::read(&path).unwrap();
            let photo = crate::photo::decode(&bytes, &crate::photo::Limits::default()).unwrap();
            println!("{} {:?}", path.file_name().unwrap().to_string_lossy(), detect(&photo));
        }
    }
}
