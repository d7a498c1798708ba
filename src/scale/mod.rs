//! Millimetres per pixel, where they come from and how far they can be trusted.
//!
//! Sources in order of preference: given ([`ScaleSource::Given`]), field width, drawn [`mod@reference`], printed [`marker`],
//! [`scale_bar`], [`camera`] distance, [`anatomy`]. The first that exists counts; one that contradicts it beyond both
//! errors gives a warning. Where none exists there is no scale, and no physical number.
//!
//! A photo is measured in one plane: what lies nearer to the camera than the reference is shown larger. At 500 mm a part
//! of the head 10 mm nearer is 2 % larger; each source's error has a share for that.

pub mod anatomy;
pub mod camera;
pub mod marker;
pub mod reference;
pub mod scale_bar;
pub mod sheet;
pub(crate) mod tag36h11;

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

impl ScaleSource {
    /// The source in words, for messages.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Given => "--mm-per-px",
            Self::FieldWidth => "--field-width-mm",
            Self::Reference => "--reference",
            Self::Marker => "the printed marker",
            Self::ScaleBar => "the scale bar",
            Self::Camera => "the camera's focal length and distance",
            Self::Anatomy => "the assumed head width",
        }
    }
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

impl Scale {
    /// True where two scales differ by more than two standard deviations of their difference.
    #[must_use]
    pub fn contradicts(&self, other: &Self) -> bool {
        let difference = (self.mm_per_px.get() / other.mm_per_px.get()).ln().abs();
        difference > 2.0 * self.relative_error.hypot(other.relative_error)
    }
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
    /// `--marker-size`: side of the printed marker's black square; none takes the size that its number stands for.
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

/// Relative error of a given scale: a stage micrometre or ruler over at least 100 px, each end read to half a pixel, and
/// the same again for the focus at which it was read [D].
const GIVEN_ERROR: f64 = 0.01;

/// Relative error of a given field width: a ruler's half millimetre on 25 mm [D].
const FIELD_WIDTH_ERROR: f64 = 0.02;

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
    let (width, height) = (photo.rgb.width(), photo.rgb.height());
    let mut warnings = Vec::new();
    let mut found = Vec::new();
    if let Some(mm_per_px) = options.mm_per_px {
        found.push(Scale { mm_per_px, source: ScaleSource::Given, relative_error: GIVEN_ERROR });
    }
    if let Some(field) = options.field_width {
        let mm_per_px = MmPerPx::new(field.get() / width as f64).map_err(|_| Error::Scale {
            detail: format!("a field {} mm wide", field.get()),
            remedy: "Give the width of the photo on the skin, such as --field-width-mm 12.".into(),
        })?;
        found.push(Scale { mm_per_px, source: ScaleSource::FieldWidth, relative_error: FIELD_WIDTH_ERROR });
    }
    if let Some((from, to, length)) = options.reference {
        found.push(reference::scale(from, to, length, width, height)?);
    }
    found.extend(marker::scale(photo, options.marker_size, &mut warnings));
    if view == View::Closeup {
        if options.scale_bar.is_some() || found.is_empty() {
            found.extend(scale_bar::scale(photo, options.scale_bar, &mut warnings));
        }
    } else if options.scale_bar.is_some() {
        warnings.push("--scale-bar-mm was not used: it is for close-ups.".into());
    }
    found.extend(camera::scale(&photo.meta, width, height, &mut warnings));
    if let Some(head_width) = options.head_width {
        found.extend(anatomy::scale(head_width, head_width_px, view, &mut warnings)?);
    }

    let scale = found.first().copied();
    match scale {
        Some(scale) => {
            warnings
                .extend(found[1..].iter().filter(|other| scale.contradicts(other)).map(|o| contradiction(&scale, o)));
            warnings.extend(implausible(&scale, width, view, head_width_px));
        }
        None => warnings.push(how_to_give_a_scale(view)),
    }
    Ok(ScaleFinding { scale, warnings })
}

fn contradiction(taken: &Scale, other: &Scale) -> String {
    let (a, b) = (taken.mm_per_px.get(), other.mm_per_px.get());
    format!(
        "Two scales disagree: {a:.4} mm/px from {} (taken) and {b:.4} mm/px from {}, {:.0} % apart. Check both; densities \
         change by the square of it.",
        taken.source.words(),
        other.source.words(),
        ((b / a).max(a / b) - 1.0) * 100.0
    )
}

/// A warning where the scale gives the head or the field an impossible size.
fn implausible(scale: &Scale, width_px: usize, view: View, head_width_px: Option<f64>) -> Option<String> {
    let mm = |px: f64| px * scale.mm_per_px.get();
    // Heads are 130 to 220 mm wide and long (ANSUR II, 1st to 99th percentile of breadth and length); half and double
    // of that leave room for hair and for a head seen in part. A close-up is a dermatoscope's field of 1 to 30 mm or a
    // phone's macro of up to 100 mm.
    let (what, size, low, high) = match (view, head_width_px) {
        (View::Closeup, _) => ("the close-up's field", mm(width_px as f64), 0.5, 120.0),
        (_, Some(px)) => ("the head", mm(px), 65.0, 440.0),
        (_, None) => ("the photo", mm(width_px as f64), 50.0, 5000.0),
    };
    (size < low || size > high).then(|| {
        format!(
            "By {} ({} mm/px) {what} is {size:.3} mm wide, which cannot be ({low} to {high} mm expected). Check the scale.",
            scale.source.words(),
            scale.mm_per_px.get()
        )
    })
}

fn how_to_give_a_scale(view: View) -> String {
    let way = match view {
        View::Closeup => {
            "--mm-per-px or --field-width-mm from the microscope's data, or --scale-bar-mm for a scale bar in the photo"
        }
        _ => {
            "a printed marker in the photo (`scalpmap marker`), --reference x0,y0,x1,y1=20mm along something of known length, or --mm-per-px"
        }
    };
    format!("No scale: lengths, areas and densities are left out. Give {way}.")
}

#[cfg(test)]
mod tests;
