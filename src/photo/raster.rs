//! PNG, TIFF and WebP through the image crate.

use super::exif::{Source, square_resolution};
use super::{Decoded, Format, Limits, Samples, color};
use crate::error::Error;
use image::codecs::{png::PngDecoder, tiff::TiffDecoder, webp::WebPDecoder};
use image::{ColorType, ExtendedColorType, ImageDecoder, ImageError};
use std::io::Cursor;

pub fn decode<'a>(format: Format, bytes: &'a [u8], limits: &Limits) -> Result<Decoded<'a>, Error> {
    let fail = |e| failure(format, e);
    let mut warnings = Vec::new();
    let mut px_per_mm = None;
    let input = Cursor::new(bytes);
    let decoder: Box<dyn ImageDecoder + 'a> = match format {
        Format::Png => {
            // The header's own size first: the decoder takes memory for whole rows as soon as it has read them.
            if let Some([w0, w1, w2, w3, h0, h1, h2, h3]) = bytes.get(16..24) {
                let (w, h) = (u32::from_be_bytes([*w0, *w1, *w2, *w3]), u32::from_be_bytes([*h0, *h1, *h2, *h3]));
                limits.check(w.into(), h.into(), 1)?;
            }
            px_per_mm = png_px_per_mm(bytes);
            let decoder = PngDecoder::with_limits(input, decoder_limits(limits)).map_err(fail)?;
            if decoder.is_apng().map_err(fail)? {
                warnings.push("The PNG is animated; its first picture is read.".into());
            }
            Box::new(decoder)
        }
        Format::WebP => {
            let claimed = bytes.get(4..8).map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize);
            let decoder = WebPDecoder::new(input).map_err(fail)?;
            let (w, h) = decoder.dimensions();
            limits.check(w.into(), h.into(), 4)?;
            // The last byte may be padding to an even length that some writers leave out.
            if bytes.len() + 1 < claimed.saturating_add(8) {
                let detail = format!("{} of {} bytes are there", bytes.len(), claimed + 8);
                return Err(Error::Damaged { format: format.name(), detail });
            }
            if decoder.has_animation() {
                warnings.push("The WebP is animated; its first picture is read.".into());
            }
            Box::new(decoder)
        }
        _ => {
            let facts = TiffFacts::read(bytes);
            if facts.is_raw {
                return Err(Error::NotAPhoto { found: "a camera raw file (DNG, NEF, CR2 or ARW)".into() });
            }
            if facts.has_more {
                warnings.push("The TIFF holds several pictures; the first is read.".into());
            }
            Box::new(TiffDecoder::new(input).map_err(fail)?)
        }
    };
    read(format, decoder, limits, px_per_mm, warnings, bytes)
}

fn read<'a>(
    format: Format,
    mut decoder: Box<dyn ImageDecoder + 'a>,
    limits: &Limits,
    px_per_mm: Option<f64>,
    mut warnings: Vec<String>,
    bytes: &'a [u8],
) -> Result<Decoded<'a>, Error> {
    let (width, height) = decoder.dimensions();
    let kind = decoder.color_type();
    limits.check(width.into(), height.into(), kind.bytes_per_pixel().into())?;
    decoder.set_limits(decoder_limits(limits)).map_err(|e| failure(format, e))?;
    let mut profile = color::Profile::from(decoder.icc_profile().unwrap_or_else(|_| {
        warnings.push("The colour profile cannot be read; colours are taken as sRGB.".into());
        None
    }));
    if let ExtendedColorType::Cmyk8 | ExtendedColorType::Cmyk16 = decoder.original_color_type() {
        // The image crate has turned the inks into RGB already, by the formula of ideal inks.
        profile = color::Profile::None;
        warnings.push("The photo is in print colours (CMYK); colours are approximate. Export it as RGB.".into());
    }
    let mut data = vec![0; decoder.total_bytes() as usize];
    decoder.read_image_boxed(&mut data).map_err(|e| failure(format, e))?;
    let samples = match kind {
        ColorType::L8 => Samples::Grey(data),
        ColorType::La8 => Samples::Grey(packed(data, |[v, a]| [over_white(v, a)])),
        ColorType::Rgb8 => Samples::Rgb(pixels(data)),
        ColorType::Rgba8 => Samples::Rgb(rgb_of_rgba(data)),
        ColorType::L16 => Samples::Grey(packed(data, |p: [u8; 2]| words::<2, 1>(p).map(rounded))),
        ColorType::La16 => Samples::Grey(packed(data, |p: [u8; 4]| {
            let [v, a] = words(p);
            [over_white_16(v, a)]
        })),
        ColorType::Rgb16 => Samples::Rgb(pixels(packed(data, |p: [u8; 6]| words::<6, 3>(p).map(rounded)))),
        ColorType::Rgba16 => Samples::Rgb(pixels(packed(data, |p: [u8; 8]| {
            let [r, g, b, a] = words(p);
            [r, g, b].map(|v| over_white_16(v, a))
        }))),
        other => return Err(Error::Unsupported { format: format.name(), detail: format!("pixels of kind {other:?}") }),
    };
    Ok(Decoded {
        width: width as usize,
        height: height as usize,
        samples,
        profile,
        exif: Source::Container(bytes),
        upright: false,
        px_per_mm,
        warnings,
    })
}

/// The image crate's own limits, as a second line: work space of up to twice the pixels.
fn decoder_limits(limits: &Limits) -> image::Limits {
    let mut l = image::Limits::no_limits();
    l.max_alloc = Some(limits.bytes().saturating_mul(2));
    l
}

fn failure(format: Format, e: ImageError) -> Error {
    let format = format.name();
    match e {
        ImageError::Unsupported(e) => Error::Unsupported { format, detail: e.to_string() },
        other => Error::Damaged { format, detail: other.to_string() },
    }
}

/// RGB of RGBA laid over white.
pub fn rgb_of_rgba(data: Vec<u8>) -> Vec<[u8; 3]> {
    pixels(packed(data, |[r, g, b, a]: [u8; 4]| if a == 255 { [r, g, b] } else { [r, g, b].map(|v| over_white(v, a)) }))
}

/// Turns each group of `IN` bytes into `OUT` bytes within the same memory; `OUT` is not above `IN`.
fn packed<const IN: usize, const OUT: usize>(mut data: Vec<u8>, f: impl Fn([u8; IN]) -> [u8; OUT]) -> Vec<u8> {
    let n = data.len() / IN;
    for i in 0..n {
        let mut group = [0; IN];
        group.copy_from_slice(&data[i * IN..(i + 1) * IN]);
        data[i * OUT..(i + 1) * OUT].copy_from_slice(&f(group));
    }
    data.truncate(n * OUT);
    data
}

fn pixels(data: Vec<u8>) -> Vec<[u8; 3]> {
    data.as_chunks::<3>().0.to_vec()
}

/// 16-bit samples in the machine's byte order, as the image crate writes them.
fn words<const BYTES: usize, const N: usize>(p: [u8; BYTES]) -> [u16; N] {
    std::array::from_fn(|i| u16::from_ne_bytes([p[2 * i], p[2 * i + 1]]))
}

/// 0..65535 to 0..255: v 255 / 65535 = v / 257, rounded.
fn rounded(v: u16) -> u8 {
    ((u32::from(v) + 128) / 257) as u8
}

/// v a + 255 (1 - a), rounded; a = alpha / 255.
fn over_white(v: u8, alpha: u8) -> u8 {
    let (v, a) = (u32::from(v), u32::from(alpha));
    ((v * a + 255 * (255 - a) + 127) / 255) as u8
}

/// As [`over_white`], rounded once, after the mixing.
fn over_white_16(v: u16, alpha: u16) -> u8 {
    let (v, a) = (u64::from(v), u64::from(alpha));
    rounded(((v * a + 65_535 * (65_535 - a) + 32_767) / 65_535) as u16)
}

/// Resolution of the pHYs chunk (PNG 11.3.4.3), where its unit is the metre.
fn png_px_per_mm(bytes: &[u8]) -> Option<f64> {
    let mut at = 8;
    loop {
        let header = bytes.get(at..at + 8)?;
        let length = u32::from_be_bytes([header[0], header[1], header[2], header[3]]) as usize;
        match &header[4..8] {
            b"pHYs" => {
                let b = bytes.get(at + 8..at + 17)?;
                let word = |i: usize| f64::from(u32::from_be_bytes([b[i], b[i + 1], b[i + 2], b[i + 3]]));
                return if b[8] == 1 { square_resolution(word(0), word(4), 1000.0) } else { None };
            }
            b"IDAT" => return None,
            _ => at = at.checked_add(length)?.checked_add(12)?,
        }
    }
}

/// What the first directory of a TIFF file says beside its picture.
#[derive(Debug, Default, PartialEq)]
struct TiffFacts {
    /// Another directory follows.
    has_more: bool,
    /// The first picture is the small copy that camera raw files begin with, or DNG's version tag is there.
    is_raw: bool,
}

impl TiffFacts {
    /// Reads classic TIFF (version 42); BigTIFF is not looked into.
    fn read(bytes: &[u8]) -> Self {
        Self::try_read(bytes).unwrap_or_default()
    }

    fn try_read(bytes: &[u8]) -> Option<Self> {
        let little = bytes.first()? == &b'I';
        let u16_at = |at: usize| {
            let b = [*bytes.get(at)?, *bytes.get(at + 1)?];
            Some(if little { u16::from_le_bytes(b) } else { u16::from_be_bytes(b) })
        };
        let u32_at = |at: usize| {
            let b = bytes.get(at..at.checked_add(4)?)?.first_chunk::<4>()?;
            Some(if little { u32::from_le_bytes(*b) } else { u32::from_be_bytes(*b) })
        };
        if u16_at(2)? != 42 {
            return None;
        }
        let ifd = u32_at(4)? as usize;
        let entries = usize::from(u16_at(ifd)?);
        let mut facts = Self { has_more: u32_at(ifd + 2 + 12 * entries).unwrap_or(0) != 0, is_raw: false };
        let cr2 = bytes.get(8..10) == Some(b"CR");
        for i in 0..entries {
            let at = ifd + 2 + 12 * i;
            match u16_at(at)? {
                // NewSubfileType, bit 0: a copy of another picture in the file at reduced resolution.
                254 if u32_at(at + 8)? & 1 == 1 => facts.is_raw = true,
                // DNGVersion.
                50_706 => facts.is_raw = true,
                _ => {}
            }
        }
        facts.is_raw |= cr2;
        Some(facts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_bits_are_rounded_not_cut() {
        assert_eq!([0, 128, 129, 385, 386, 65_406, 65_535].map(rounded), [0, 0, 1, 1, 2, 254, 255]);
        for v in 0..=255u8 {
            assert_eq!(rounded(u16::from(v) * 257), v);
        }
    }

    #[test]
    fn alpha_lies_over_white() {
        assert_eq!((over_white(10, 0), over_white(10, 255), over_white(0, 128)), (255, 10, 127));
        assert_eq!((over_white_16(0, 0), over_white_16(257, 65_535), over_white_16(0, 32_768)), (255, 1, 127));
        assert_eq!(rgb_of_rgba(vec![1, 2, 3, 255, 9, 9, 9, 0]), [[1, 2, 3], [255; 3]]);
    }

    #[test]
    fn tiff_directories_are_read_in_both_byte_orders() {
        let mut le = b"II*\0\x08\0\0\0\x01\0".to_vec();
        le.extend([254, 0, 4, 0, 1, 0, 0, 0, 1, 0, 0, 0]);
        le.extend([9, 0, 0, 0]);
        assert_eq!(TiffFacts::read(&le), TiffFacts { has_more: true, is_raw: true });
        let mut be = b"MM\0*\0\0\0\x08\0\x01".to_vec();
        be.extend([0x01, 0x00, 0, 4, 0, 0, 0, 1, 0, 0, 0, 1]);
        be.extend([0, 0, 0, 0]);
        assert_eq!(TiffFacts::read(&be), TiffFacts { has_more: false, is_raw: false });
        assert_eq!(TiffFacts::read(b"II*\0\xFF\xFF\xFF\xFF"), TiffFacts::default());
    }
}
