//! What is read of a `STEM.json`, be it a truth or a result. Other keys are left alone.

use serde::Deserialize;
use serde_json::Value;

use crate::error::Error;
use crate::plane::{Plane, Point};

/// A truth or a result.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Document {
    /// mm per px.
    pub scale: Option<Scale>,
    /// Units with their hairs.
    pub follicular_units: Vec<Unit>,
    /// Densities.
    pub density: Option<Density>,
    /// Coverage.
    pub coverage: Coverage,
    /// Bald and thinning regions.
    pub bald_regions: Vec<Region>,
    /// Frontal hairline.
    pub hairline: Option<Hairline>,
    /// Size of the picture.
    pub photo: Photo,
    /// What was drawn; null in a result.
    pub phantom: Value,
}

/// Size of the picture.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct Photo {
    /// px.
    pub width: usize,
    /// px.
    pub height: usize,
}

/// Scale.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Scale {
    /// Side of a px on the skin.
    pub mm_per_px: f64,
}

/// A follicular unit.
#[derive(Debug, Clone, Deserialize)]
pub struct Unit {
    /// Root.
    pub root_px: [f32; 2],
    /// Hairs.
    pub hairs: Vec<Hair>,
}

/// A hair.
#[derive(Debug, Clone, Deserialize)]
pub struct Hair {
    /// Middle of the shaft.
    pub midpoint_px: [f32; 2],
    /// Calibre.
    pub caliber_um: Option<f64>,
    /// `terminal`, `intermediate` or `vellus`.
    pub kind: Option<String>,
}

/// A value with its interval.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Interval {
    /// Best estimate.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Densities.
#[derive(Debug, Clone, Deserialize)]
pub struct Density {
    /// Hairs.
    pub hairs_per_cm2: Option<Interval>,
    /// Units.
    pub follicular_units_per_cm2: Interval,
    /// Calibre.
    pub mean_caliber_um: Option<Interval>,
}

/// Coverage.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Coverage {
    /// Share hidden.
    pub scalp_share_hidden: Option<f64>,
    /// Its interval.
    pub scalp_share_hidden_interval: Option<[f64; 2]>,
}

/// A bald or thinning region.
#[derive(Debug, Clone, Deserialize)]
pub struct Region {
    /// `bald` or `thinning`.
    pub kind: String,
    /// Area along the curved skin.
    pub area_cm2: Option<Interval>,
    /// Area in the picture.
    pub area_px: f64,
}

/// A hairline.
#[derive(Debug, Clone, Deserialize)]
pub struct Hairline {
    /// From the picture's left to its right, or the other way.
    pub polyline_px: Vec<[f32; 2]>,
}

impl Document {
    /// Reads a `STEM.json`.
    ///
    /// # Errors
    /// [`Error::Damaged`] where it is no such file.
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        let damaged =
            |e: serde_json::Error| Error::Damaged { format: "JSON of a phantom or an analysis", detail: e.to_string() };
        serde_json::from_slice(bytes).map_err(damaged)
    }

    /// From what would be written.
    ///
    /// # Errors
    /// [`Error::Encode`] where it cannot be encoded.
    pub fn of(document: &impl serde::Serialize) -> Result<Self, Error> {
        let failed = |e: serde_json::Error| Error::Encode { what: "JSON", detail: e.to_string() };
        serde_json::from_value(serde_json::to_value(document).map_err(failed)?).map_err(failed)
    }
}

/// Reads the 8-bit numbers of a `STEM.tissue.png`.
///
/// # Errors
/// [`Error::Damaged`] where it is no such file.
pub fn tissue(bytes: &[u8]) -> Result<Plane<u8>, Error> {
    let image = image::load_from_memory(bytes)
        .map_err(|e| Error::Damaged { format: "tissue picture", detail: e.to_string() })?
        .into_luma8();
    let (w, h) = (image.width() as usize, image.height() as usize);
    Ok(Plane::from_vec(w, h, image.into_raw()))
}

/// A point of the wire.
#[must_use]
pub fn point([x, y]: [f32; 2]) -> Point {
    Point::new(x, y)
}
