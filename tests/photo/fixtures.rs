//! Small photo files made in memory.

use exif::experimental::Writer;
use exif::{Field, In, Rational, Tag, Value};
use image::codecs::{jpeg::JpegEncoder, png::PngEncoder, webp::WebPEncoder};
use image::{ExtendedColorType, ImageEncoder};
use std::io::Cursor;

pub const WIDTH: u32 = 64;
pub const HEIGHT: u32 = 48;
/// Colours of the quarters: top left, top right, bottom left, bottom right.
pub const QUARTERS: [[u8; 3]; 4] = [[200, 150, 130], [60, 40, 30], [20, 90, 160], [240, 240, 235]];

/// RGB of the test picture: four quarters of one colour each.
pub fn quarters(width: u32, height: u32) -> Vec<u8> {
    let at = |i: u32| QUARTERS[((i / width >= height / 2) as usize) * 2 + (i % width >= width / 2) as usize];
    (0..width * height).flat_map(at).collect()
}

pub struct Extras {
    pub exif: Option<Vec<u8>>,
    pub icc: Option<Vec<u8>>,
}

pub const PLAIN: Extras = Extras { exif: None, icc: None };

fn with_extras<E: ImageEncoder>(mut encoder: E, extras: Extras, data: &[u8], kind: ExtendedColorType) {
    if let Some(icc) = extras.icc {
        encoder.set_icc_profile(icc).unwrap();
    }
    if let Some(exif) = extras.exif {
        encoder.set_exif_metadata(exif).unwrap();
    }
    encoder.write_image(data, WIDTH, HEIGHT, kind).unwrap();
}

pub fn jpeg(extras: Extras) -> Vec<u8> {
    let mut out = Vec::new();
    with_extras(JpegEncoder::new_with_quality(&mut out, 95), extras, &quarters(WIDTH, HEIGHT), ExtendedColorType::Rgb8);
    out
}

pub fn png(extras: Extras) -> Vec<u8> {
    png_of(&quarters(WIDTH, HEIGHT), ExtendedColorType::Rgb8, extras)
}

pub fn png_of(data: &[u8], kind: ExtendedColorType, extras: Extras) -> Vec<u8> {
    let mut out = Vec::new();
    with_extras(PngEncoder::new(&mut out), extras, data, kind);
    out
}

pub fn webp(extras: Extras) -> Vec<u8> {
    let mut out = Vec::new();
    with_extras(WebPEncoder::new_lossless(&mut out), extras, &quarters(WIDTH, HEIGHT), ExtendedColorType::Rgb8);
    out
}

pub fn heic(extras: Extras) -> Vec<u8> {
    heic_of(WIDTH, HEIGHT, 8, extras)
}

pub fn heic_of(width: u32, height: u32, bit_depth: u8, extras: Extras) -> Vec<u8> {
    let shift = bit_depth - 8;
    let data = quarters(width, height)
        .chunks_exact(3)
        .flat_map(|p| [p[0], p[1], p[2], 255].map(|v| u16::from(v) << shift | u16::from(v) >> (8 - shift).min(7)))
        .collect();
    let image = heifer::Image { width, height, bit_depth, has_alpha: false, data };
    let metadata = heifer::Metadata { exif: extras.exif, xmp: None, icc_profile: extras.icc };
    let options = heifer::EncodeOptions { quality: 95, max_threads: 1 };
    heifer::encode_with_metadata(&image, &metadata, &options).unwrap()
}

/// An uncompressed RGB TIFF by hand: the image crate's encoder writes neither orientation nor a second picture.
pub fn tiff(orientation: Option<u16>, size: (u32, u32), second_picture: bool) -> Vec<u8> {
    let pixels = quarters(WIDTH, HEIGHT);
    let mut out = b"II*\0\x08\0\0\0".to_vec();
    let mut tags: Vec<(u16, u16, u32, u32)> = vec![
        (256, 4, 1, size.0),
        (257, 4, 1, size.1),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 2),
        (273, 4, 1, 0),
        (277, 3, 1, 3),
        (278, 4, 1, size.1),
        (279, 4, 1, pixels.len() as u32),
    ];
    tags.extend(orientation.map(|v| (274, 3, 1, u32::from(v))));
    tags.sort_unstable();
    let data_at = 8 + 2 + 12 * tags.len() as u32 + 4;
    let mut directory = (tags.len() as u16).to_le_bytes().to_vec();
    for (tag, kind, count, value) in tags {
        directory.extend(tag.to_le_bytes());
        directory.extend(kind.to_le_bytes());
        directory.extend(count.to_le_bytes());
        directory.extend((if tag == 273 { data_at } else { value }).to_le_bytes());
    }
    out.extend(&directory);
    let next = if second_picture { data_at + pixels.len() as u32 } else { 0 };
    out.extend(next.to_le_bytes());
    out.extend(pixels);
    if second_picture {
        // The same pixels once more.
        out.extend(directory);
        out.extend([0; 4]);
    }
    out
}

/// EXIF from fields of the main directory.
pub fn exif(fields: &[(Tag, Value)]) -> Vec<u8> {
    let fields: Vec<Field> =
        fields.iter().map(|(tag, value)| Field { tag: *tag, ifd_num: In::PRIMARY, value: value.clone() }).collect();
    let mut writer = Writer::new();
    fields.iter().for_each(|f| writer.push_field(f));
    let mut out = Cursor::new(Vec::new());
    writer.write(&mut out, true).unwrap();
    out.into_inner()
}

pub fn turned(orientation: u16) -> Extras {
    Extras { exif: Some(exif(&[(Tag::Orientation, Value::Short(vec![orientation]))])), icc: None }
}

pub fn ascii(text: &str) -> Value {
    Value::Ascii(vec![text.as_bytes().to_vec()])
}

pub fn ratio(num: u32, denom: u32) -> Value {
    Value::Rational(vec![Rational { num, denom }])
}

/// A baseline JPEG of one colour, given as stored components, by hand: no encoder at hand writes YCCK.
///
/// Each 8 x 8 block is its mean alone (ITU-T T.81, F.1.2); all quantisers are 1, so the mean is exact.
pub fn flat_jpeg(components: &[u8], adobe_transform: Option<u8>) -> Vec<u8> {
    let n = components.len() as u8;
    let mut out = vec![0xFF, 0xD8];
    if let Some(transform) = adobe_transform {
        out.extend([0xFF, 0xEE, 0, 14]);
        out.extend(b"Adobe\0\x64\0\0\0\0");
        out.push(transform);
    }
    out.extend([0xFF, 0xDB, 0, 67, 0]);
    out.extend([1; 64]);
    out.extend([0xFF, 0xC0, 0, 8 + 3 * n, 8, 0, HEIGHT as u8, 0, WIDTH as u8, n]);
    (1..=n).for_each(|i| out.extend([i, 0x11, 0]));
    // Means: the 12 sizes as codes of 4 bits. The rest: one code of 1 bit, "no more".
    out.extend([0xFF, 0xC4, 0, 31, 0x00, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    out.extend(0..12);
    out.extend([0xFF, 0xC4, 0, 20, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    out.extend([0xFF, 0xDA, 0, 6 + 2 * n, n]);
    (1..=n).for_each(|i| out.extend([i, 0]));
    out.extend([0, 63, 0]);
    let mut bits: Vec<bool> = Vec::new();
    let mut put = |value: u32, count: u32| (0..count).rev().for_each(|i| bits.push(value >> i & 1 == 1));
    for block in 0..WIDTH / 8 * HEIGHT / 8 {
        for &v in components {
            let mean = if block == 0 { (i32::from(v) - 128) * 8 } else { 0 };
            let size = 32 - mean.unsigned_abs().leading_zeros();
            put(size, 4);
            put((if mean < 0 { mean - 1 } else { mean }) as u32, size);
            put(0, 1);
        }
    }
    while !bits.len().is_multiple_of(8) {
        bits.push(true);
    }
    for byte in bits.chunks_exact(8) {
        let byte = byte.iter().fold(0, |b, &bit| b << 1 | u8::from(bit));
        out.push(byte);
        if byte == 0xFF {
            out.push(0);
        }
    }
    out.extend([0xFF, 0xD9]);
    out
}

/// An animation of two frames from two still lossless WebP files.
pub fn animated_webp() -> Vec<u8> {
    let chunk = |name: &[u8; 4], body: &[u8]| {
        let mut c = name.to_vec();
        c.extend((body.len() as u32).to_le_bytes());
        c.extend(body);
        c.extend(vec![0; body.len() % 2]);
        c
    };
    let u24 = |v: u32| v.to_le_bytes()[..3].to_vec();
    let picture = webp(PLAIN)[12..].to_vec();
    // Flags 2: replace the canvas instead of blending with it.
    let mut frame = [u24(0), u24(0), u24(WIDTH - 1), u24(HEIGHT - 1), u24(100), vec![2]].concat();
    frame.extend(picture);
    let mut body = b"WEBP".to_vec();
    body.extend(chunk(b"VP8X", &[vec![2, 0, 0, 0], u24(WIDTH - 1), u24(HEIGHT - 1)].concat()));
    body.extend(chunk(b"ANIM", &[0; 6]));
    body.extend(chunk(b"ANMF", &frame));
    body.extend(chunk(b"ANMF", &frame));
    chunk(b"RIFF", &body)
}

/// Overwrites bytes a number of places behind the first occurrence of a mark.
pub fn patched(mut file: Vec<u8>, mark: &[u8], skip: usize, bytes: &[u8]) -> Vec<u8> {
    let at = file.windows(mark.len()).position(|w| w == mark).expect("the mark is in the file") + skip;
    file[at..at + bytes.len()].copy_from_slice(bytes);
    file
}
