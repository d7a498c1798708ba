//! JPEG (ITU-T T.81) through zune-jpeg, with a look at the markers first: size, ending, and who wrote the inks.

use super::exif::{Source, square_resolution};
use super::{Decoded, Limits, Samples, color};
use crate::error::Error;
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;

const FORMAT: &str = "JPEG";

pub fn decode<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Decoded<'a>, Error> {
    let seen = Markers::walk(bytes)?;
    let (width, height) = (usize::from(seen.width), usize::from(seen.height));
    limits.check(u64::from(seen.width), u64::from(seen.height), u64::from(seen.components.max(1)))?;
    if seen.end.is_none() {
        return Err(damaged(format!("{} bytes without the marker that ends the picture", bytes.len())));
    }
    // Odd but harmless bytes between headers are accepted; in the pixels nothing is: a decoder that is not strict fills
    // what is missing with grey, which would be measured as skin.
    let lenient = DecoderOptions::default().set_strict_mode(false).set_max_width(usize::MAX).set_max_height(usize::MAX);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), lenient);
    decoder.decode_headers().map_err(failure)?;
    let input = decoder.input_colorspace().unwrap_or(ColorSpace::YCbCr);
    let output = match (input, seen.components) {
        (ColorSpace::CMYK, 4) => ColorSpace::CMYK,
        (ColorSpace::YCCK, 4) => ColorSpace::YCCK,
        (_, 1) => ColorSpace::Luma,
        (_, 3) => ColorSpace::RGB,
        (_, n) => return Err(Error::Unsupported { format: FORMAT, detail: format!("{n} components per px") }),
    };
    decoder.set_options(lenient.set_strict_mode(true).jpeg_set_out_colorspace(output));
    let n = width * height;
    let samples = match output {
        ColorSpace::Luma => {
            let mut grey = vec![0; n];
            decoder.decode_into(&mut grey).map_err(failure)?;
            Samples::Grey(grey)
        }
        ColorSpace::RGB => {
            let mut rgb = vec![[0; 3]; n];
            decoder.decode_into(rgb.as_flattened_mut()).map_err(failure)?;
            Samples::Rgb(rgb)
        }
        _ => {
            let mut inks = vec![[0; 4]; n];
            decoder.decode_into(inks.as_flattened_mut()).map_err(failure)?;
            if output == ColorSpace::YCCK {
                inks.iter_mut().for_each(|p| *p = cmyk_of_ycck(*p));
            }
            // Adobe's writers store CMYK upside down, 255 = no ink, and say so only by their marker.
            if seen.adobe {
                inks.as_flattened_mut().iter_mut().for_each(|v| *v = 255 - *v);
            }
            Samples::Cmyk(inks)
        }
    };
    Ok(Decoded {
        width,
        height,
        samples,
        profile: color::Profile::from(decoder.icc_profile()),
        exif: Source::Container(bytes),
        upright: false,
        px_per_mm: seen.px_per_mm,
        warnings: Vec::new(),
    })
}

fn damaged(detail: String) -> Error {
    Error::Damaged { format: FORMAT, detail }
}

fn failure(e: DecodeErrors) -> Error {
    match e {
        DecodeErrors::Unsupported(scheme) => Error::Unsupported { format: FORMAT, detail: format!("{scheme:?}") },
        other => damaged(other.to_string()),
    }
}

/// C = 255 - R and so on with R, G, B from Y'CbCr (ITU-T T.871); K as it is (Adobe technical note 5116).
fn cmyk_of_ycck([y, cb, cr, k]: [u8; 4]) -> [u8; 4] {
    let (y, cb, cr) = (i32::from(y) << 16, i32::from(cb) - 128, i32::from(cr) - 128);
    // 1.402, 0.344136, 0.714136 and 1.772 in 1/65536.
    let rgb = [y + 91_881 * cr, y - 22_554 * cb - 46_802 * cr, y + 116_130 * cb];
    let [c, m, yellow] = rgb.map(|v| 255 - ((v + 32_768) >> 16).clamp(0, 255) as u8);
    [c, m, yellow, k]
}

/// What the markers say.
#[derive(Debug, Default)]
struct Markers {
    width: u16,
    height: u16,
    components: u8,
    /// The Adobe APP14 marker is there.
    adobe: bool,
    px_per_mm: Option<f64>,
    /// Where the picture ends.
    end: Option<usize>,
}

impl Markers {
    /// Walks from marker to marker up to the end of the first picture.
    fn walk(bytes: &[u8]) -> Result<Self, Error> {
        let mut seen = Self::default();
        let mut at = 2;
        while let Some(marker) = next_marker(bytes, &mut at) {
            match marker {
                0xD9 => {
                    seen.end = Some(at);
                    break;
                }
                // Without a length: restarts and TEM.
                0x01 | 0xD0..=0xD8 => continue,
                _ => {}
            }
            let length = bytes.get(at..at + 2).map_or(0, |b| usize::from(u16::from_be_bytes([b[0], b[1]])));
            let Some(body) = bytes.get(at + 2..at + length.max(2)) else { break };
            match (marker, body) {
                // Frame headers; C4, C8 and CC are other tables.
                (0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF, [_, h0, h1, w0, w1, n, ..])
                    if seen.components == 0 =>
                {
                    seen.width = u16::from_be_bytes([*w0, *w1]);
                    seen.height = u16::from_be_bytes([*h0, *h1]);
                    seen.components = *n;
                }
                (0xE0, [b'J', b'F', b'I', b'F', 0, _, _, unit, x0, x1, y0, y1, ..]) => {
                    let unit_mm = match unit {
                        1 => Some(25.4),
                        2 => Some(10.0),
                        _ => None,
                    };
                    let (x, y) = (u16::from_be_bytes([*x0, *x1]), u16::from_be_bytes([*y0, *y1]));
                    seen.px_per_mm = unit_mm.and_then(|mm| square_resolution(f64::from(x), f64::from(y), mm));
                }
                (0xEE, [b'A', b'd', b'o', b'b', b'e', ..]) => seen.adobe = true,
                _ => {}
            }
            at += length.max(2);
        }
        if seen.components == 0 {
            return Err(damaged("the header that holds the size is missing".into()));
        }
        if seen.width == 0 || seen.height == 0 {
            return Err(damaged(format!("the header says {} x {} px", seen.width, seen.height)));
        }
        Ok(seen)
    }
}

/// The next marker at or after `at`, which moves behind it; coded data in between is passed over.
fn next_marker(bytes: &[u8], at: &mut usize) -> Option<u8> {
    loop {
        let rest = bytes.get(*at..)?;
        *at += rest.iter().position(|&b| b == 0xFF)? + 1;
        // Any number of 0xFF may precede a marker.
        while bytes.get(*at) == Some(&0xFF) {
            *at += 1;
        }
        let code = *bytes.get(*at)?;
        *at += 1;
        // 0 is a stuffed byte of coded data.
        if code != 0 {
            return Some(code);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_walked_past_thumbnails_and_stuffing() {
        let mut b = vec![0xFF, 0xD8];
        // An APP1 segment that holds a whole little JPEG with an end of its own.
        b.extend([0xFF, 0xE1, 0, 8, 0xFF, 0xD8, 0xFF, 0xD9, 0, 0]);
        b.extend([0xFF, 0xE0, 0, 14, b'J', b'F', b'I', b'F', 0, 1, 1, 2, 0, 40, 0, 40]);
        b.extend([0xFF, 0xC0, 0, 17, 8, 0x12, 0x34, 0xC3, 0x50, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]);
        b.extend([0xFF, 0xDA, 0, 2, 1, 2, 0xFF, 0, 3, 0xFF, 0xD0, 4]);
        let cut = Markers::walk(&b).unwrap();
        assert_eq!((cut.width, cut.height, cut.components, cut.end), (50_000, 0x1234, 3, None));
        assert_eq!(cut.px_per_mm, Some(4.0));
        b.extend([0xFF, 0xD9, 9, 9]);
        assert_eq!(Markers::walk(&b).unwrap().end, Some(b.len() - 2));
        assert!(matches!(Markers::walk(&[0xFF, 0xD8, 0xFF]), Err(Error::Damaged { .. })));
    }

    #[test]
    fn ycck_of_known_colours() {
        // Y'CbCr of pure red is (76, 85, 255); as CMYK: no cyan, full magenta and yellow.
        assert_eq!(cmyk_of_ycck([76, 85, 255, 7]), [1, 255, 255, 7]);
        assert_eq!(cmyk_of_ycck([255, 128, 128, 0]), [0, 0, 0, 0]);
    }
}
