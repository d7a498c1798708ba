//! Bytes to an upright sRGB photo, with what the camera said about it.

mod color;
mod exif;
mod format;
mod heic;
mod jpeg;
mod limits;
mod orient;
mod raster;
mod resample;

pub use format::Format;
pub use limits::{Limits, MIN_SIDE_PX};
pub use resample::{SCREEN_SIDE, luma};

use crate::error::Error;
use crate::plane::Plane;

/// An upright photo in sRGB.
#[derive(Debug, Clone)]
pub struct Photo {
    /// 8-bit sRGB, EXIF orientation applied, ICC profile converted, alpha laid over white. Not to be changed in place:
    /// [`Photo::of_side`] keeps copies of it.
    pub rgb: Plane<[u8; 3]>,
    /// What is known about the file and the camera. Never a position, a serial number or a name of a person.
    pub meta: Metadata,
    /// What was odd about the file but did not stop it from being read.
    pub warnings: Vec<String>,
    /// Degrees by which [`Photo::turned`] turned it clockwise: 0, 90, 180 or 270. What the file itself says of its orientation is not in it.
    pub turned_degrees: u16,
    /// Copies of half the size, a quarter and so on, made when first asked for.
    halved: std::sync::OnceLock<Vec<Plane<[u8; 3]>>>,
    /// See [`Photo::on_screen`].
    on_screen: std::sync::OnceLock<Plane<[u8; 3]>>,
}

impl Photo {
    /// A photo with what is known about its file.
    #[must_use]
    pub fn new(rgb: Plane<[u8; 3]>, meta: Metadata, warnings: Vec<String>) -> Self {
        Self {
            rgb,
            meta,
            warnings,
            turned_degrees: 0,
            halved: std::sync::OnceLock::new(),
            on_screen: std::sync::OnceLock::new(),
        }
    }

    /// The photo after clockwise quarter turns.
    #[must_use]
    pub fn turned(self, quarter_turns: usize) -> Self {
        let turned_degrees = (self.turned_degrees + 90 * (quarter_turns % 4) as u16) % 360;
        Self { turned_degrees, ..Self::new(turned(self.rgb, quarter_turns), self.meta, self.warnings) }
    }

    /// A picture about whose file nothing is known.
    #[must_use]
    pub fn of(rgb: Plane<[u8; 3]>) -> Self {
        Self::new(rgb, Metadata::default(), Vec::new())
    }
}

/// A picture after clockwise quarter turns.
#[must_use]
pub fn turned(rgb: Plane<[u8; 3]>, quarter_turns: usize) -> Plane<[u8; 3]> {
    /// EXIF orientations of pictures that need so many.
    const ORIENTATIONS: [u16; 4] = [1, 6, 3, 8];
    orient::upright(rgb, ORIENTATIONS[quarter_turns % 4])
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

/// Pixels as a decoder hands them over, 8 bits per sample, not yet upright or in sRGB.
enum Samples {
    Grey(Vec<u8>),
    Rgb(Vec<[u8; 3]>),
    /// Amounts of ink, 255 = full ink.
    Cmyk(Vec<[u8; 4]>),
}

/// A decoded file before colour and orientation.
struct Decoded<'a> {
    width: usize,
    height: usize,
    samples: Samples,
    profile: color::Profile,
    /// EXIF as found, to be read by [`exif::read`].
    exif: exif::Source<'a>,
    /// The container's own orientation is applied already, and EXIF must not turn the photo again.
    upright: bool,
    /// Resolution that the container (JFIF, pHYs) claims, for files without EXIF.
    px_per_mm: Option<f64>,
    warnings: Vec<String>,
}

/// Decodes a photo. The format is told from the bytes; the limits are checked on the header, before pixels take memory.
///
/// 16-bit samples are rounded to 8 bits, alpha is laid over white, CMYK without a usable profile is converted by
/// R = (1 - C)(1 - K) with a warning, HEIC is turned by its own `irot`/`imir` and not by EXIF (ISO/IEC 23008-12).
/// Of several images in one file the first (HEIC: the primary) is taken, with a warning.
///
/// # Errors
/// The variants of [`Error`] about files: empty, not a photo, damaged, unsupported, too large, too small.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Photo, Error> {
    if bytes.is_empty() {
        return Err(Error::EmptyFile);
    }
    let format = format::tell(bytes)?;
    let (sha256, photo) = rayon::join(
        || sha256_hex(bytes),
        || {
            // The decoders are others' code fed with bytes from anywhere: should one panic, it is this file's damage
            // and not the end of a batch. The closure owns all it changes, so nothing half-done survives.
            std::panic::catch_unwind(|| decode_as(format, bytes, limits)).unwrap_or_else(|_| {
                Err(Error::Damaged {
                    format: format.name(),
                    detail: "the decoder gave up on the file's structure".into(),
                })
            })
        },
    );
    let mut photo = photo?;
    photo.meta.sha256 = sha256;
    Ok(photo)
}

fn sha256_hex(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

fn decode_as(format: Format, bytes: &[u8], limits: &Limits) -> Result<Photo, Error> {
    let decoded = match format {
        Format::Jpeg => jpeg::decode(bytes, limits)?,
        Format::Heic => heic::decode(bytes, limits)?,
        Format::Png | Format::Tiff | Format::WebP => raster::decode(format, bytes, limits)?,
    };
    let Decoded { width, height, samples, profile, exif, upright, px_per_mm, mut warnings } = decoded;
    let (mut meta, orientation) = exif::read(exif, &mut warnings);
    meta.format = format.name();
    meta.px_per_mm = meta.px_per_mm.or(px_per_mm);
    let rgb = Plane::from_vec(width, height, color::to_srgb(samples, &profile, &mut warnings));
    let rgb = if upright { rgb } else { orient::upright(rgb, orientation) };
    Ok(Photo::new(rgb, meta, warnings))
}
