//! The layers `STEM.tissue.png` and `STEM.coverage.png`, and any picture, as PNG bytes.

use std::io::Write;

use crate::error::Error;
use crate::plane::Plane;
use crate::segmentation::Tissue;

/// Tissue numbers as 8-bit grey: 0 background, 1 skin, 2 hair, 3 bare scalp.
///
/// # Errors
/// [`Error::Encode`] if the encoder fails.
pub fn tissue(tissue: &Plane<Tissue>) -> Result<Vec<u8>, Error> {
    let what = "tissue picture";
    let (w, h) = (tissue.width(), tissue.height());
    let mut bytes = Vec::new();
    let mut writer = header(what, (w, h), png::ColorType::Grayscale, png::BitDepth::Eight, &mut bytes)?;
    let mut rows = writer.stream_writer().map_err(|e| failed(what, e))?;
    // The numbers of a whole photo at once would be a copy of its size.
    let mut numbers = vec![0; w];
    for row in tissue.rows() {
        numbers.iter_mut().zip(row).for_each(|(number, t)| *number = *t as u8);
        rows.write_all(&numbers).map_err(|e| failed(what, e))?;
    }
    rows.finish().map_err(|e| failed(what, e))?;
    writer.finish().map_err(|e| failed(what, e))?;
    Ok(bytes)
}

/// Coverage as 8-bit grey: 0..255 = 0..100 % of the scalp hidden.
///
/// # Errors
/// [`Error::Encode`] if the encoder fails.
pub fn coverage(map: &Plane<u8>) -> Result<Vec<u8>, Error> {
    grey8("coverage picture", map)
}

/// 16-bit grey.
///
/// # Errors
/// [`Error::Encode`] if the encoder fails.
pub fn grey16(what: &'static str, plane: &Plane<u16>) -> Result<Vec<u8>, Error> {
    let bytes: Vec<u8> = plane.as_slice().iter().flat_map(|v| v.to_be_bytes()).collect();
    let (w, h) = (plane.width(), plane.height());
    encode_deep(what, (w, h), png::ColorType::Grayscale, png::BitDepth::Sixteen, &bytes)
}

/// 8-bit grey.
///
/// # Errors
/// [`Error::Encode`] if the encoder fails.
pub fn grey8(what: &'static str, plane: &Plane<u8>) -> Result<Vec<u8>, Error> {
    encode(what, plane.width(), plane.height(), png::ColorType::Grayscale, plane.as_slice())
}

/// An sRGB picture.
///
/// # Errors
/// [`Error::Encode`] if the encoder fails.
pub fn rgb(what: &'static str, width: usize, height: usize, data: &[u8]) -> Result<Vec<u8>, Error> {
    encode(what, width, height, png::ColorType::Rgb, data)
}

fn encode(what: &'static str, w: usize, h: usize, color: png::ColorType, data: &[u8]) -> Result<Vec<u8>, Error> {
    encode_deep(what, (w, h), color, png::BitDepth::Eight, data)
}

fn encode_deep(
    what: &'static str,
    size: (usize, usize),
    color: png::ColorType,
    depth: png::BitDepth,
    data: &[u8],
) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let mut writer = header(what, size, color, depth, &mut bytes)?;
    writer.write_image_data(data).map_err(|e| failed(what, e))?;
    writer.finish().map_err(|e| failed(what, e))?;
    Ok(bytes)
}

/// Begins a file.
fn header<'a>(
    what: &'static str,
    (w, h): (usize, usize),
    color: png::ColorType,
    depth: png::BitDepth,
    bytes: &'a mut Vec<u8>,
) -> Result<png::Writer<&'a mut Vec<u8>>, Error> {
    let mut encoder = png::Encoder::new(bytes, w as u32, h as u32);
    encoder.set_color(color);
    encoder.set_depth(depth);
    // Time over size: the layers are flat areas that any setting packs well, and a photo gains 4 % from trying all filters.
    encoder.set_compression(png::Compression::Fastest);
    encoder.write_header().map_err(|e| failed(what, e))
}

fn failed(what: &'static str, e: impl std::fmt::Display) -> Error {
    Error::Encode { what, detail: e.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_bits_come_back() {
        let plane = Plane::from_vec(3, 1, vec![0u16, 421, 65535]);
        let image = image::load_from_memory(&grey16("map", &plane).unwrap()).unwrap();
        assert_eq!(image.into_luma16().into_raw(), [0, 421, 65535]);
    }

    #[test]
    fn the_tissue_picture_holds_the_tissue_numbers() {
        let plane = Plane::from_vec(4, 1, Tissue::ALL.to_vec());
        let bytes = tissue(&plane).unwrap();
        let image = image::load_from_memory(&bytes).unwrap();
        assert_eq!(image.color(), image::ColorType::L8);
        assert_eq!(image.into_luma8().into_raw(), [0, 1, 2, 3]);
    }
}
