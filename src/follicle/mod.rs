//! Follicular units, their hairs and the hairs' calibre, in close-ups and on shaven heads sharp enough.

mod caliber;
mod cells;
mod debris;
mod endwise;
mod fork;
mod link;
mod ridge;
mod root;
mod stubble;
mod thin;
mod touching;
mod trace;
mod unit;

use serde::Serialize;

use crate::photo::Photo;
use crate::plane::{Plane, Point};
use crate::scale::Scale;
use crate::segmentation::Segmentation;
use crate::segmentation::closeup::darkness::{self, Contrast};
use crate::segmentation::closeup::{FAINT_HAIR, WorkImage};
use crate::units::Micrometre;
use crate::view::View;

use ridge::Response;
use trace::Rules;

/// Hairs by calibre: vellus < 30 µm (Rakowska 2009, PMC2938574), terminal > 40 µm (TrichoScan), intermediate between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum HairKind {
    /// Thick.
    Terminal,
    /// Between.
    Intermediate,
    /// Thin.
    Vellus,
}

/// One hair shaft.
#[derive(Debug, Clone, PartialEq)]
pub struct Hair {
    /// Where the shaft leaves the skin.
    pub root: Point,
    /// Middle of the visible shaft along its path.
    pub midpoint: Point,
    /// Free end, or where the shaft leaves the field.
    pub tip: Point,
    /// The visible shaft from root to tip, at least two points.
    pub path: Vec<Point>,
    /// Width of the shaft in px, camera blur taken out where possible.
    pub width_px: f32,
    /// Calibre; absent without a scale, below the resolution that calibre needs, and where another shaft runs beside this one
    /// along its whole length.
    pub caliber: Option<Micrometre>,
    /// Kind by calibre; absent without a calibre.
    pub kind: Option<HairKind>,
    /// Probability that this is a hair, 0..1.
    pub confidence: f32,
}

/// Hairs that leave the skin together.
#[derive(Debug, Clone, PartialEq)]
pub struct FollicularUnit {
    /// Mean of the hairs' roots.
    pub root: Point,
    /// One to four hairs, rarely more; empty where units were counted and hairs cannot be told apart.
    pub hairs: Vec<Hair>,
}

/// What was found in one photo.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Follicles {
    /// Units in reading order (top to bottom, then left to right, of the roots).
    pub units: Vec<FollicularUnit>,
    /// Things seen and not counted: loose clippings, flakes, graphics, stubs of shafts that are rooted outside the photo; drawn crossed
    /// out.
    pub debris: Vec<Vec<Point>>,
    /// The shaft width in px that the detector found to be typical of this photo; its working scale.
    pub working_width_px: Option<f32>,
    /// Expected relative error of the counts as a whole from missed and false detections, one standard deviation, 0..1; the scatter of single
    /// hairs comes on top.
    pub detection_error: f32,
    /// How clearly the photo shows its shafts, 0..1: 0 as most photos of clipped scalps, 1 where even the fainter ones stand far above
    /// what skin shows by itself. Counts and calibres are the surer for it.
    pub clearness: f32,
    /// Where units were counted on a head; none in close-ups, where it is the whole field.
    pub field: Option<CountedField>,
    /// Hairs are there and cannot be counted: the counts are unknown, not zero.
    pub is_uncountable: bool,
    /// What a reader of the counts must know.
    pub warnings: Vec<String>,
}

/// The part of a head on which units were counted.
#[derive(Debug, Clone, PartialEq)]
pub struct CountedField {
    /// Size of the photo: where the scalp faces the camera.
    pub mask: Plane<bool>,
    /// Skin area under a px of the mask, over that of a px seen straight on: 1 for a flat field, more on a curved one.
    pub skin_per_px: f64,
}

/// Finds units and hairs; of a shaven head the units alone. Returns none where the photo does not resolve single hairs (long hair on a whole head, blur).
#[must_use]
pub fn detect(photo: &Photo, view: View, segmentation: &Segmentation, scale: Option<&Scale>) -> Option<Follicles> {
    if view != View::Closeup {
        return stubble::count(photo, segmentation, scale);
    }
    let Some(image) = &segmentation.work_image else {
        return Some(Follicles {
            detection_error: DETECTION_ERROR,
            warnings: vec!["Nothing in this close-up looks like a hair: no lines stand out from the skin.".into()],
            ..Follicles::default()
        });
    };
    Some(closeup(image, scale))
}

/// One standard deviation of the relative error of a field's count, beside the scatter of single hairs: with it 98 % of the intervals of 320
/// tiles that people labelled hold the labelled count, and 90 % of those of 157 everyday drawn close-ups the true one.
const DETECTION_ERROR: f32 = 0.13;

/// As [`DETECTION_ERROR`], where shafts are as clear as in sharp drawings.
const CLEAR_DETECTION_ERROR: f32 = 0.01;

/// Contrast of the fainter shafts (a quarter is fainter still) in multiples of the skin's noise, at which [`Follicles::clearness`] leaves 0
/// and reaches 1: of labelled tiles from photos half have below 7.6 and one in twenty more than 12, of sharp drawn fields one in twenty
/// less than 12.6 and three quarters more than 19.
const CLEAR: [f32; 2] = [12.0, 18.0];

/// As [`DETECTION_ERROR`], of hair fainter than [`FAINT_HAIR`]: drawn fair and red hair of everyday photos is off by 24 % in the mean, which is 30 % for normal
/// errors.
const FAINT_DETECTION_ERROR: f32 = 0.3;

/// As [`CLEAR_DETECTION_ERROR`], of faint hair: sharp drawings of it are off by 5 to 9 %.
const CLEAR_FAINT_DETECTION_ERROR: f32 = 0.1;

/// As [`DETECTION_ERROR`], of long hair: drawn hair of 3 to 5 mm is off by 35 % in the mean, which is 44 % for normal errors.
const LONG_DETECTION_ERROR: f32 = 0.45;
/// Median length from which on hair is long, in widths, about 2 mm: clipped fields, drawn and real, have 3 to 25, drawn hair of 3 mm and
/// more 40 and more.
const LONG: f32 = 32.0;
/// Share of the field that hair covers from which on its roots cannot be counted: counts of drawn fields with more are wrong by a
/// factor of 2 to 9. Clipped fields, drawn and real, have 0.02 to 0.17.
const ROOTS_HIDDEN: f64 = 0.33;
/// What to do about long hair: TrichoScan and the phototrichogram clip, too.
const CLIP: &str = "Clip the hair of a small area to about 1 mm, or part it, and take the close-up there.";

/// How far a count of hair with this contrast may be off, and what to tell the reader.
fn reliability(contrast: f32, clearness: f32, is_long: bool) -> (f32, Vec<String>) {
    let mixed = |photo: f32, clear: f32| photo + clearness * (clear - photo);
    let (mut error, mut doubts) = (mixed(DETECTION_ERROR, CLEAR_DETECTION_ERROR), Vec::new());
    if contrast < FAINT_HAIR {
        error = mixed(FAINT_DETECTION_ERROR, CLEAR_FAINT_DETECTION_ERROR);
        doubts.push(format!(
            "The hair differs from the skin by only {:.0} % in brightness: creases and shine may have been counted as hairs, and hairs \
             missed. Compare the overlay with the photo before the counts are used.",
            100.0 * contrast
        ));
    }
    if is_long {
        error = LONG_DETECTION_ERROR;
        doubts
            .push(format!("The hair is long: shafts cross and cover roots, so that counts may be off by half. {CLIP}"));
    }
    (error, doubts)
}

/// How clearly these shafts stand out, 0..1.
fn clearness(traces: &[trace::Trace], contrast: &Contrast) -> f32 {
    let fainter = darkness::quantile(&mut traces.iter().map(|t| t.strength).collect::<Vec<_>>(), 0.25);
    let above_noise = fainter * contrast.hair / contrast.noise.max(1e-3);
    ((above_noise - CLEAR[0]) / (CLEAR[1] - CLEAR[0])).clamp(0.0, 1.0)
}

/// What is told where hairs are seen and cannot be counted.
fn uncountable(warning: String) -> Follicles {
    Follicles { is_uncountable: true, warnings: vec![warning], ..Follicles::default() }
}

/// Share of the field that hair covers.
fn covered(image: &WorkImage) -> f64 {
    let border = 0.5 * image.contrast.hair;
    let (mut hair, mut inside) = (0usize, 0usize);
    for (values, field) in image.contrast.plane.rows().zip(image.field.rows()) {
        hair += values.iter().zip(field).map(|(v, f)| u32::from(*f & (*v > border))).sum::<u32>() as usize;
        inside += field.iter().map(|f| u32::from(*f)).sum::<u32>() as usize;
    }
    hair as f64 / inside.max(1) as f64
}

/// Most strokes of a close-up: a field of 14 x 14 mm with 250 hairs per cm2 holds 490. A head full of hair holds many thousands.
const MOST_STROKES: usize = 4000;

/// Roots that lie closer together than this many widths leave one opening: about 0.2 mm for shafts of 60 um. Drawn scalps and the units
/// that people marked in photos both come out better than with 3.
const UNIT_REACH: f32 = 3.5;

/// Share of the shafts' contrast that gleams in their middle from which on shafts count as hollow. Clipped fields under even light
/// have 0.02, video microscopes with a lamp beside the lens 0.06 and more.
const HOLLOW: f64 = 0.05;

/// The contrast with the gleam along the middle of shafts filled in, so that one shaft is one line and not two walls.
///
/// Where shafts do gleam, gaps of half a width are filled; elsewhere only those of a quarter, since the slit between two touching
/// shafts is as narrow.
fn filled(contrast: &Contrast, width: f32) -> Plane<f32> {
    let mut closed = contrast.plane.closing((0.25 * width).round() as usize);
    let (mut gleam, mut all) = (0.0f64, 0.0f64);
    for (c, r) in closed.as_slice().iter().zip(contrast.plane.as_slice()) {
        if *c > 0.7 * contrast.hair {
            gleam += f64::from(c - r);
            all += f64::from(*c);
        }
    }
    if gleam <= HOLLOW * all {
        contrast.plane.close_into((0.125 * width).round() as usize, &mut closed);
    }
    closed
}

/// Share of the field's usual length of which a shaft must show more to be counted where the photo's edge cuts its root off.
const STUB: f32 = 0.33;

/// Whether the photo shows too little of each shaft to count it: its root lies outside, and so does most of its length.
///
/// Paths start at their roots.
fn are_stubs(traces: &[trace::Trace], contrast: &Plane<f32>, width: f32) -> Vec<bool> {
    let is_cut = |p: Point| trace::is_cut(p, contrast, width);
    let ends = |t: &trace::Trace| [t.path[0], t.path[t.path.len() - 1]];
    let mut whole: Vec<f32> =
        traces.iter().filter(|t| !ends(t).into_iter().any(is_cut)).map(trace::Trace::length).collect();
    let usual = darkness::quantile(&mut whole, 0.5);
    traces.iter().map(|t| is_cut(t.path[0]) && t.length() < STUB * usual).collect()
}

fn closeup(image: &WorkImage, scale: Option<&Scale>) -> Follicles {
    let hidden = covered(image);
    if hidden > ROOTS_HIDDEN {
        return uncountable(format!(
            "Hair covers {:.0} % of the skin seen here and with it most roots: hairs were not counted. {CLIP}",
            100.0 * hidden
        ));
    }
    let (width, hair) = (image.shaft, image.contrast.hair);
    let body = filled(&image.contrast, width);
    let rules = Rules { width, hair, start: 0.4, go_on: 0.2, dark: 0.45, shortest: 1.2 };
    let response = Response::of(&body, 0.25 * width, 1.0 * width, rules.dark * hair);
    let taken = image.field.map(|f| !f);
    let found = trace::trace(&body, &response, &taken, &rules);
    if found.len() > MOST_STROKES {
        return uncountable(format!(
            "{} strokes are more than a close-up holds; hairs were not counted. If this is a head, give its --view.",
            found.len()
        ));
    }
    let mut traces = trace::distinct(found, width);
    traces.iter_mut().for_each(|t| link::smooth(&mut t.path, (0.5 * width) as usize));
    let traces = link::join(traces, &body, width, hair);
    let mut traces = trace::distinct(traces, width);
    traces.iter_mut().for_each(|t| link::trim(&mut t.path, &body, width, 0.55));
    traces.retain(|t| t.path.len() > 3);
    let traces = touching::resolve(traces, &body, width, hair);
    let mut traces = touching::split(traces, &body, width, hair);
    let fine = thin::find(&body, image, &traces, response);
    traces.extend(fine);
    let (shade, dark) = image.shade.as_ref().map_or((&body, hair), |s| (&s.plane, s.hair));
    root::orient(&mut traces, shade, width, dark);
    let traces = endwise::part(traces, &body, shade, width, hair, dark);
    let is_debris = debris::tell(&traces, shade, width);
    let mut loose = Vec::new();
    let mut hairs = Vec::new();
    let is_stub = are_stubs(&traces, &image.contrast.plane, width);
    for ((t, d), stub) in traces.into_iter().zip(is_debris).zip(is_stub) {
        if t.length() < 1.5 * width {
            continue;
        }
        if d || stub { loose.push(t) } else { hairs.push(t) }
    }
    let mut traces = hairs;
    root::orient(&mut traces, shade, width, dark);
    let is_long =
        darkness::quantile(&mut traces.iter().map(trace::Trace::length).collect::<Vec<_>>(), 0.5) > LONG * width;
    let traces = fork::adopt(traces, width);
    let roots: Vec<Point> = traces.iter().map(|t| t.path[0]).collect();
    let groups = unit::group(&roots, UNIT_REACH * width);
    let count = groups.iter().max().map_or(0, |m| m + 1);
    let members = |g: usize| traces.iter().zip(&groups).filter(move |(_, of)| **of == g).map(|(t, _)| t);
    let alone = |t: &trace::Trace| !t.is_thin || thin::counts_alone(t, &body, image);
    let is_doubtful: Vec<bool> = (0..count).map(|g| !members(g).any(alone)).collect();
    let mut units: Vec<FollicularUnit> =
        (0..count).map(|_| FollicularUnit { root: Point::default(), hairs: vec![] }).collect();
    let paths: Vec<&[Point]> = traces.iter().map(|t| t.path.as_slice()).collect();
    let gauge = caliber::Gauge::of(&image.contrast, width, &paths);
    for (k, (t, &g)) in traces.iter().zip(&groups).enumerate() {
        if is_doubtful[g] {
            loose.push(t.clone());
            continue;
        }
        let path: Vec<Point> = t.path.iter().map(|p| image.to_photo(*p)).collect();
        let measured = gauge.width(k);
        let width_px = measured.map_or(width, |w| w.px) * image.factor;
        let calibre = measured.filter(|w| w.is_alone).and_then(|_| caliber::calibre(width_px, scale));
        units[g].hairs.push(Hair {
            root: path[0],
            midpoint: path[path.len() / 2],
            tip: path[path.len() - 1],
            path,
            width_px,
            caliber: calibre.map(|c| c.0),
            kind: calibre.map(|c| c.1),
            confidence: t.strength.clamp(0.0, 1.0),
        });
    }
    units.retain(|u| !u.hairs.is_empty());
    for u in &mut units {
        let n = u.hairs.len() as f32;
        u.root = Point::new(
            u.hairs.iter().map(|h| h.root.x).sum::<f32>() / n,
            u.hairs.iter().map(|h| h.root.y).sum::<f32>() / n,
        );
    }
    units.sort_by(|a, b| a.root.y.total_cmp(&b.root.y).then(a.root.x.total_cmp(&b.root.x)));
    let mut warnings = Vec::new();
    if scale.is_none() {
        warnings.push(format!(
            "The detector took its working scale from the photo itself: shafts about {:.1} px wide.",
            width * image.factor
        ));
    }
    let clearness = clearness(&traces, &image.contrast);
    let (detection_error, doubts) = reliability(hair, clearness, is_long);
    warnings.extend(doubts);
    Follicles {
        units,
        debris: loose.iter().map(|t| t.path.iter().map(|p| image.to_photo(*p)).collect()).collect(),
        working_width_px: Some(width * image.factor),
        field: None,
        is_uncountable: false,
        detection_error,
        clearness,
        warnings,
    }
}

#[cfg(test)]
mod tests;
