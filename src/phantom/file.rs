//! Pictures as the bytes of a file.

use image::ImageEncoder;
use image::codecs::jpeg::JpegEncoder;

use crate::error::Error;
use crate::plane::Plane;
use crate::report::png;

/// PNG, or JPEG of a quality from 1 to 100.
///
/// # Errors
/// [`Error::Encode`] if the encoder fails.
pub fn encode(rgb: &Plane<[u8; 3]>, jpeg_quality: Option<u8>) -> Result<Vec<u8>, Error> {
    let (w, h, bytes) = (rgb.width(), rgb.height(), rgb.as_slice().as_flattened());
    let Some(quality) = jpeg_quality else { return png::rgb("phantom", w, h, bytes) };
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, quality.clamp(1, 100))
        .write_image(bytes, w as u32, h as u32, image::ExtendedColorType::Rgb8)
        .map_err(|e| Error::Encode { what: "phantom", detail: e.to_string() })?;
    Ok(out)
}

/// Ending of the file's name.
#[must_use]
pub const fn ending(jpeg_quality: Option<u8>) -> &'static str {
    if jpeg_quality.is_some() { "jpg" } else { "png" }
}
