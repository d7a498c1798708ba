//! Wire types of `STEM.json`, schema version 1.
//!
//! They stand apart from the engine's types, so that the engine can change while the file does not. A key that cannot be
//! filled is null, never missing; [`schema`] is generated from these types, and the tests hold every output against it.
//! Numbers are rounded to what was measured: px to a hundredth, physical quantities to four significant digits.

mod found;
mod measured;
mod planned;
pub mod visit;

pub use found::{BaldRegion, Hairline, Pattern, Salt, Scar};
pub use measured::{Coverage, Density, Detection, FollicularUnit, Hair, ZoneCoverage};
pub use planned::{Needle, Plan, Reason, RegionPlan};

use schemars::JsonSchema;
use serde::Serialize;

use crate::analysis::Analysis;
use crate::error::Error;
use crate::photo::Photo;
use crate::quality::{Aspect, Verdict};
use crate::scale::ScaleSource;
use crate::segmentation::net::Net;
use crate::units::Estimate;
use crate::view::View;

/// Version of the layout of `STEM.json`; it rises when a key changes its meaning or goes, not when one is added.
pub const SCHEMA_VERSION: u32 = 1;

/// Everything measured on one photo: the content of `STEM.json`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(title = "scalpmap analysis of one photo", deny_unknown_fields)]
pub struct Document {
    /// Version of this layout.
    pub schema_version: u32,
    /// What computed it.
    pub software: Software,
    /// The photo.
    pub photo: PhotoInfo,
    /// How good the photo is.
    pub quality: Quality,
    /// Scale of the photo; null where there is none, and then no physical number is given.
    pub scale: Option<Scale>,
    /// Follicular units in reading order; empty where single hairs are not resolved (`detection` is null then) or none is there.
    pub follicular_units: Vec<FollicularUnit>,
    /// How the units were found; null where the photo does not resolve single hairs, and where hair hides too many roots to count them.
    pub detection: Option<Detection>,
    /// Densities; null without counts or without a scale.
    pub density: Option<Density>,
    /// How much of the scalp is hidden by hair.
    pub coverage: Coverage,
    /// SALT by quadrant; null where no quadrant is seen.
    pub salt: Option<Salt>,
    /// Bald and thinning regions, largest first.
    pub bald_regions: Vec<BaldRegion>,
    /// The frontal hairline; null where none is seen.
    pub hairline: Option<Hairline>,
    /// Possible scars.
    pub scars: Vec<Scar>,
    /// Range of stages of pattern hair loss; null where the view does not tell.
    pub pattern: Option<Pattern>,
    /// The treatment plan; its list of regions is empty where nothing is to be treated.
    pub plan: Plan,
    /// What a reader must know, in the order of the stages.
    pub warnings: Vec<String>,
    /// Seconds of each stage; null unless asked for, so that the same photo gives the same file.
    pub timings_s: Option<Vec<Timing>>,
}

/// The program that computed the document.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Software {
    /// `scalpmap`.
    pub name: &'static str,
    /// Version of the program.
    pub version: &'static str,
    /// SHA-256 of the segmentation model; null where the built-in method without a model was used.
    pub model_sha256: Option<String>,
}

impl Software {
    /// This program, without a model.
    fn this() -> Self {
        Self { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION"), model_sha256: None }
    }
}

/// The photo; nothing here tells a place or a camera's serial number.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct PhotoInfo {
    /// File name without its folder.
    pub file_name: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Width of the upright photo, px.
    pub width: usize,
    /// Height of the upright photo, px.
    pub height: usize,
    /// Degrees by which the photo was turned clockwise, as the user wished, before it was measured: 0, 90, 180 or 270. What the file
    /// itself says of its orientation is not in it. All points and layers are of the turned photo.
    pub turned_degrees: u16,
    /// View, given or guessed; left and right are the client's own.
    pub view: View,
    /// Trust in the view, 0..1; 1 where it was given.
    pub view_confidence: f64,
    /// Local time of capture, ISO 8601 without a zone.
    pub taken_at: Option<String>,
    /// Format told from the bytes.
    pub format: Option<String>,
    /// Maker and model of the camera.
    pub camera: Option<String>,
}

/// Quality of the photo.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Quality {
    /// The worst verdict of all checks.
    pub verdict: Verdict,
    /// One entry for each aspect that could be judged.
    pub checks: Vec<Check>,
}

/// One check of the photo.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Check {
    /// What was looked at.
    pub aspect: Aspect,
    /// The measured value, in the aspect's unit.
    pub value: f64,
    /// The verdict.
    pub verdict: Verdict,
    /// What to do; null for a good verdict.
    pub advice: Option<String>,
}

/// Scale of the photo.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Scale {
    /// Side of a pixel on the skin, mm.
    pub mm_per_px: f64,
    /// Where it comes from.
    pub source: ScaleSource,
    /// One standard deviation of the relative error.
    pub relative_error: f64,
}

/// Time of one stage.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Timing {
    /// Name of the stage.
    pub stage: String,
    /// Wall-clock seconds.
    pub seconds: f64,
}

/// A value with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Interval {
    /// The best estimate.
    pub value: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end of the 95 % interval.
    pub high: f64,
}

impl Interval {
    /// A value that is known exactly.
    #[must_use]
    pub fn exact(value: f64) -> Self {
        let value = significant(value);
        Self { value, low: value, high: value }
    }

    fn of<U>(e: &Estimate<U>, get: impl Fn(&U) -> f64) -> Self {
        Self { value: significant(get(&e.value)), low: significant(get(&e.low)), high: significant(get(&e.high)) }
    }
}

/// Rounds to four significant digits; no measurement here has a relative error below 1e-4.
pub(super) fn significant(v: f64) -> f64 {
    if v == 0.0 || !v.is_finite() {
        return 0.0;
    }
    let digits = 3 - v.abs().log10().floor() as i32;
    // Through decimal text, because multiplying by a power of ten and dividing again leaves binary dust.
    if digits >= 0 { decimal(v, digits as usize) } else { (v / 10f64.powi(-digits)).round() * 10f64.powi(-digits) }
}

/// Rounds to decimals.
pub(super) fn decimal(v: f64, decimals: usize) -> f64 {
    if v.is_finite() { format!("{v:.decimals$}").parse().unwrap_or(v) } else { 0.0 }
}

/// Builds the document of one photo.
#[must_use]
pub fn document(photo: &Photo, file_name: &str, a: &Analysis) -> Document {
    let meta = &photo.meta;
    Document {
        schema_version: SCHEMA_VERSION,
        software: Software {
            // Only the net tells places on the head, so their presence says that it was used.
            model_sha256: a
                .segmentation
                .canonical
                .as_ref()
                .and_then(|_| Net::embedded().ok())
                .map(|net| net.sha256().to_owned()),
            ..Software::this()
        },
        photo: PhotoInfo {
            file_name: file_name.to_owned(),
            sha256: meta.sha256.clone(),
            width: photo.rgb.width(),
            height: photo.rgb.height(),
            turned_degrees: photo.turned_degrees,
            view: a.view.view,
            view_confidence: decimal(f64::from(a.view.confidence), 3),
            taken_at: meta.taken_at.clone(),
            format: (!meta.format.is_empty()).then(|| meta.format.to_owned()),
            camera: meta.camera.clone(),
        },
        quality: Quality {
            verdict: a.quality.verdict(),
            checks: a
                .quality
                .checks
                .iter()
                .map(|c| Check {
                    aspect: c.aspect,
                    value: significant(c.value),
                    verdict: c.verdict,
                    advice: (!c.advice.is_empty()).then(|| c.advice.clone()),
                })
                .collect(),
        },
        scale: a.scale.as_ref().map(|s| Scale {
            mm_per_px: significant(s.mm_per_px.get()),
            source: s.source,
            relative_error: significant(s.relative_error),
        }),
        follicular_units: a.follicles.iter().flat_map(|f| &f.units).map(FollicularUnit::of).collect(),
        detection: a.follicles.as_ref().map(Detection::of),
        density: a.density.as_ref().map(Density::of),
        coverage: Coverage::of(&a.coverage, &a.findings),
        salt: a.findings.salt.as_ref().map(Salt::of),
        bald_regions: a.findings.bald_regions.iter().enumerate().map(|(i, r)| BaldRegion::of(i, r)).collect(),
        hairline: a.findings.hairline.as_ref().map(Hairline::of),
        scars: a.findings.scars.iter().map(Scar::of).collect(),
        pattern: a.findings.pattern.as_ref().map(Pattern::of),
        plan: Plan::of(&a.plan, &a.findings),
        warnings: a.warnings.clone(),
        timings_s: None,
    }
}

/// The document as one line of JSON.
///
/// # Errors
/// [`Error::Encode`] if it cannot be encoded.
pub fn to_line(document: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(document).map_err(|e| Error::Encode { what: "JSON", detail: e.to_string() })
}

/// The JSON Schema (draft 2020-12) of [`Document`].
#[must_use]
pub fn schema() -> serde_json::Value {
    schema_of::<Document>()
}

fn schema_of<T: JsonSchema>() -> serde_json::Value {
    // Serialize, because in what is written every key is present: an optional one is required and may be null.
    schemars::generate::SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<T>()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_carry_no_binary_dust() {
        assert_eq!(significant(123.456_789).to_string(), "123.5");
        assert_eq!(significant(0.005_559_999).to_string(), "0.00556");
        assert_eq!(significant(1_234_567.0).to_string(), "1235000");
        assert_eq!(significant(f64::NAN), 0.0);
        assert_eq!(decimal(0.1 + 0.2, 3).to_string(), "0.3");
    }

    #[test]
    fn every_key_of_the_contract_is_required() {
        let schema = schema();
        let required: Vec<&str> = schema["required"].as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect();
        for key in [
            "schema_version",
            "software",
            "photo",
            "quality",
            "scale",
            "follicular_units",
            "density",
            "coverage",
            "bald_regions",
            "hairline",
            "scars",
            "pattern",
            "plan",
            "warnings",
        ] {
            assert!(required.contains(&key), "{key} is not required");
        }
        assert_eq!(schema["additionalProperties"], false);
    }
}
