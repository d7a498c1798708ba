//! Photos of every format, good and bad, through [`scalpmap::photo::decode`].

mod fixtures;
mod hostile;

use exif::{Tag, Value};
use fixtures::*;
use image::ExtendedColorType as Kind;
use moxcms::ColorProfile;
use scalpmap::Error;
use scalpmap::photo::{Limits, Metadata, Photo, decode};

fn read(bytes: &[u8]) -> Result<Photo, Error> {
    decode(bytes, &Limits::default())
}

/// Colours in the middle of the quarters: top left, top right, bottom left, bottom right.
fn corners(photo: &Photo) -> [[u8; 3]; 4] {
    let (w, h) = (photo.rgb.width(), photo.rgb.height());
    let at = |x: usize, y: usize| photo.rgb.get(w * x / 8, h * y / 8);
    [at(1, 1), at(7, 1), at(1, 7), at(7, 7)]
}

fn assert_near(found: &[[u8; 3]], expected: &[[u8; 3]], tolerance: u8) {
    let off = found.as_flattened().iter().zip(expected.as_flattened()).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(off.unwrap() <= tolerance, "{found:?}, expected {expected:?}");
}

#[test]
fn every_format_is_told_from_its_bytes_and_read() {
    let files = [
        ("JPEG", jpeg(PLAIN), 3),
        ("PNG", png(PLAIN), 0),
        ("TIFF", tiff(None, (WIDTH, HEIGHT), false), 0),
        ("WebP", webp(PLAIN), 0),
        ("HEIC", heic(PLAIN), 4),
    ];
    for (name, bytes, tolerance) in files {
        let photo = read(&bytes).unwrap();
        assert_eq!((photo.meta.format, photo.warnings.len()), (name, 0), "{:?}", photo.warnings);
        assert_eq!((photo.rgb.width(), photo.rgb.height()), (64, 48), "{name}");
        assert_near(&corners(&photo), &QUARTERS, tolerance);
    }
}

#[test]
fn sha256_is_that_of_the_bytes() {
    // `sha256sum tests/data/progressive-64x48.jpg`
    let photo = read(include_bytes!("../data/progressive-64x48.jpg")).unwrap();
    assert_eq!(photo.meta.sha256, "9473222f7c96b86d012870d8ee9b1aff3897cb3faa8a8de377950dac1c6436c5");
}

#[test]
fn progressive_jpeg() {
    let photo = read(include_bytes!("../data/progressive-64x48.jpg")).unwrap();
    // Drawn as R = 40 + 3x, G = 200 - 3y, B = 90 + x + y by another encoder (libjpeg-turbo, quality 90).
    assert_near(&[photo.rgb.get(20, 10), photo.rgb.get(50, 40)], &[[100, 170, 120], [190, 80, 180]], 6);
}

#[test]
fn grey_and_ink_jpegs() {
    let one = |bytes: &[u8]| {
        let photo = read(bytes).unwrap();
        (photo.rgb.get(33, 21), photo.warnings)
    };
    assert_eq!(one(&flat_jpeg(&[77], None)), ([77; 3], vec![]));
    // Adobe: 255 = no ink. Half of the light through cyan, all through the others.
    let (rgb, warnings) = one(&flat_jpeg(&[128, 255, 255, 255], Some(0)));
    assert_eq!(rgb, [128, 255, 255]);
    assert!(warnings[0].contains("CMYK"), "{warnings:?}");
    // Without the marker 255 = full ink.
    assert_eq!(one(&flat_jpeg(&[0, 255, 255, 0], None)).0, [255, 0, 0]);
    // YCCK: Y'CbCr of (254, 0, 0) stands for the stored cyan 1, magenta 255, yellow 255.
    assert_near(&[one(&flat_jpeg(&[76, 85, 255, 255], Some(2))).0], &[[1, 255, 255]], 1);
    assert_near(&[one(&flat_jpeg(&[255, 128, 128, 255], Some(2))).0], &[[0, 0, 0]], 1);
    // The picture of the progressive one as CMYK by Pillow, read as Pillow reads it back.
    let photo = read(include_bytes!("../data/cmyk-adobe-64x48.jpg")).unwrap();
    assert_near(&[photo.rgb.get(20, 10)], &[[100, 170, 120]], 6);
}

#[test]
fn png_depths_palettes_and_alpha() {
    let n = (WIDTH * HEIGHT) as usize;
    let words = |v: &[u16]| v.repeat(n).iter().flat_map(|v| v.to_ne_bytes()).collect::<Vec<u8>>();
    let cases = [
        (png_of(&[9].repeat(n), Kind::L8, PLAIN), [9; 3]),
        (png_of(&words(&[386]), Kind::L16, PLAIN), [2; 3]),
        (png_of(&words(&[386, 385, 65_535]), Kind::Rgb16, PLAIN), [2, 1, 255]),
        (png_of(&[10, 20, 30, 255].repeat(n), Kind::Rgba8, PLAIN), [10, 20, 30]),
        (png_of(&[10, 20, 30, 0].repeat(n), Kind::Rgba8, PLAIN), [255; 3]),
        (png_of(&[0, 0, 0, 51].repeat(n), Kind::Rgba8, PLAIN), [204; 3]),
        (png_of(&words(&[0, 0, 0, 13_107]), Kind::Rgba16, PLAIN), [204; 3]),
        (png_of(&[0, 51].repeat(n), Kind::La8, PLAIN), [204; 3]),
    ];
    for (i, (bytes, expected)) in cases.iter().enumerate() {
        assert_eq!(read(bytes).unwrap().rgb.get(5, 5), *expected, "case {i}");
    }
}

#[test]
fn png_palette_of_two_bits_with_transparency() {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, WIDTH, HEIGHT);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Two);
    encoder.set_palette(vec![1, 2, 3, 40, 50, 60, 0, 0, 0]);
    encoder.set_trns(vec![255, 255, 0]);
    let mut writer = encoder.write_header().unwrap();
    // Each byte holds the px 0, 1, 2, 2.
    writer.write_image_data(&vec![0b0001_1010; (WIDTH / 4 * HEIGHT) as usize]).unwrap();
    writer.finish().unwrap();
    let photo = read(&out).unwrap();
    assert_eq!(&photo.rgb.row(7)[..4], &[[1, 2, 3], [40, 50, 60], [255; 3], [255; 3]]);
}

#[test]
fn tiff_of_other_encoders() {
    for (image, expected) in [
        (image::DynamicImage::ImageLuma16(image::ImageBuffer::from_pixel(WIDTH, HEIGHT, image::Luma([386]))), [2; 3]),
        (
            image::DynamicImage::ImageRgb16(image::ImageBuffer::from_pixel(
                WIDTH,
                HEIGHT,
                image::Rgb([386, 0, 65_535]),
            )),
            [2, 0, 255],
        ),
    ] {
        let mut out = std::io::Cursor::new(Vec::new());
        image.write_to(&mut out, image::ImageFormat::Tiff).unwrap();
        assert_eq!(read(&out.into_inner()).unwrap().rgb.get(9, 9), expected);
    }
}

#[test]
fn heic_of_ten_bits_and_in_tiles() {
    let deep = read(&heic_of(WIDTH, HEIGHT, 10, PLAIN)).unwrap();
    assert_near(&corners(&deep), &QUARTERS, 4);
    // Above 512 px the encoder writes a grid of tiles, as phones do.
    let bytes = heic_of(600, 530, 8, PLAIN);
    assert!(bytes.windows(4).any(|w| w == b"grid"));
    let tiled = read(&bytes).unwrap();
    assert_eq!((tiled.rgb.width(), tiled.rgb.height()), (600, 530));
    assert_near(&corners(&tiled), &QUARTERS, 4);
}

/// Which corner of the stored picture comes to the top left, top right, bottom left and bottom right.
const TURNS: [[usize; 4]; 8] =
    [[0, 1, 2, 3], [1, 0, 3, 2], [3, 2, 1, 0], [2, 3, 0, 1], [0, 2, 1, 3], [2, 0, 3, 1], [3, 1, 2, 0], [1, 3, 0, 2]];

#[test]
fn all_orientations_in_all_formats_with_exif() {
    for (i, turn) in TURNS.iter().enumerate() {
        let o = i as u16 + 1;
        let files = [jpeg(turned(o)), png(turned(o)), webp(turned(o)), tiff(Some(o), (WIDTH, HEIGHT), false)];
        for bytes in files {
            let photo = read(&bytes).unwrap();
            assert_near(&corners(&photo), &turn.map(|c| QUARTERS[c]), 3);
            let upright = if o >= 5 { (48, 64) } else { (64, 48) };
            assert_eq!((photo.rgb.width(), photo.rgb.height()), upright);
            assert_eq!(photo.warnings, Vec::<String>::new());
        }
    }
}

#[test]
fn orientations_that_do_not_exist_are_doubted() {
    for o in [0, 9, 77] {
        let photo = read(&jpeg(turned(o))).unwrap();
        assert_near(&corners(&photo), &QUARTERS, 3);
        assert!(photo.warnings[0].contains(&format!("orientation {o}")), "{:?}", photo.warnings);
    }
}

#[test]
fn heic_is_turned_once() {
    // The encoder marks EXIF as upright, so the tag is set to 6 behind its back; alone it must not turn the picture.
    let tag = [0x12, 0x01, 3, 0, 1, 0, 0, 0];
    let bytes = patched(heic(turned(6)), &tag, 8, &[6]);
    assert_near(&corners(&read(&bytes).unwrap()), &QUARTERS, 4);
    // The box of bit depths, which no decoder needs, becomes the rotation: a quarter against the clock is EXIF's 8.
    let bytes = patched(patched(bytes, b"pixi", 4, &[1]), b"pixi", 0, b"irot");
    let photo = read(&bytes).unwrap();
    assert_eq!((photo.rgb.width(), photo.rgb.height()), (48, 64));
    assert_near(&corners(&photo), &TURNS[7].map(|c| QUARTERS[c]), 4);
    // And the box of colours a mirror of left and right, applied after the rotation.
    let bytes = patched(patched(bytes, b"colr", 4, &[1]), b"colr", 0, b"imir");
    let [a, b, c, d] = TURNS[7].map(|c| QUARTERS[c]);
    assert_near(&corners(&read(&bytes).unwrap()), &[b, a, d, c], 4);
}

#[test]
fn display_p3_in_every_container() {
    let extras = || Extras { exif: None, icc: Some(ColorProfile::new_display_p3().encode().unwrap()) };
    // By the primaries of SMPTE EG 432-1 and the curve of IEC 61966-2-1, for the colours of the quarters.
    let expected = [[209, 147, 126], [64, 39, 28], [0, 92, 165], [240, 240, 235]];
    for (bytes, tolerance) in [(jpeg(extras()), 4), (png(extras()), 2), (webp(extras()), 2), (heic(extras()), 5)] {
        let photo = read(&bytes).unwrap();
        assert_near(&corners(&photo), &expected, tolerance);
        assert_eq!(photo.warnings, Vec::<String>::new());
    }
    // HEIC without a profile but with code points: 12 = P3 primaries.
    assert_near(&corners(&read(&patched(heic(PLAIN), b"nclx", 4, &[0, 12])).unwrap()), &expected, 5);
}

#[test]
fn high_dynamic_range_heic_is_refused_in_words() {
    let pq = patched(heic(PLAIN), b"nclx", 6, &[0, 16]);
    assert!(matches!(read(&pq), Err(Error::Unsupported { format: "HEIC", detail }) if detail.contains("PQ")));
}

#[test]
fn grey_profile_in_png() {
    let icc = Some(ColorProfile::new_gray_with_gamma(1.0).encode().unwrap());
    let bytes = png_of(&[55].repeat((WIDTH * HEIGHT) as usize), Kind::L8, Extras { exif: None, icc });
    // 55/255 in linear light is 128 in sRGB.
    assert_near(&[read(&bytes).unwrap().rgb.get(0, 0)], &[[128; 3]], 1);
}

#[test]
fn camera_notes_are_kept_and_private_ones_are_not() {
    let fields = [
        (Tag::Make, ascii("Apple")),
        (Tag::Model, ascii("iPhone 15 Pro")),
        (Tag::DateTimeOriginal, ascii("2026:05:01 10:30:00")),
        (Tag::FocalLength, ratio(686, 100)),
        (Tag::SubjectDistance, ratio(45, 100)),
        (Tag::GPSLatitudeRef, ascii("N")),
        (Tag::GPSLatitude, Value::Rational([4759, 1234, 5678].map(|num| exif::Rational { num, denom: 100 }).to_vec())),
        (Tag::BodySerialNumber, ascii("SERIAL-4711")),
        (Tag::CameraOwnerName, ascii("Erika Mustermann")),
        (Tag::Artist, ascii("Erika Mustermann")),
    ];
    let extras = || Extras { exif: Some(exif(&fields)), icc: None };
    for bytes in [jpeg(extras()), png(extras()), webp(extras()), heic(extras())] {
        let photo = read(&bytes).unwrap();
        let m = &photo.meta;
        assert_eq!(m.camera.as_deref(), Some("Apple iPhone 15 Pro"), "{}", m.format);
        assert_eq!(m.taken_at.as_deref(), Some("2026-05-01T10:30:00"));
        assert_eq!((m.focal_length_mm, m.subject_distance_mm), (Some(6.86), Some(450.0)));
        let shown = format!("{:?} {:?}", Metadata { sha256: String::new(), ..m.clone() }, photo.warnings);
        for private in ["SERIAL", "4711", "Mustermann", "Erika", "47.59", "4759", "GPS", "\"N\""] {
            assert!(!shown.contains(private), "{private} in {shown}");
        }
    }
}

#[test]
fn damaged_exif_costs_a_warning() {
    let whole = exif(&[(Tag::Make, ascii("Apple")), (Tag::LensModel, ascii("a lens with a long name"))]);
    let extras = Extras { exif: Some(whole[..whole.len() - 12].to_vec()), icc: None };
    let photo = read(&jpeg(extras)).unwrap();
    assert_near(&corners(&photo), &QUARTERS, 3);
    assert!(photo.warnings.len() == 1 && photo.warnings[0].contains("EXIF"), "{:?}", photo.warnings);
}

#[test]
fn resolution_of_containers_without_exif() {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, WIDTH, HEIGHT);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_pixel_dims(Some(png::PixelDimensions { xppu: 40_000, yppu: 40_000, unit: png::Unit::Meter }));
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&quarters(WIDTH, HEIGHT)).unwrap();
    writer.finish().unwrap();
    assert_eq!(read(&out).unwrap().meta.px_per_mm, Some(40.0));
}

#[test]
fn only_the_first_of_several_pictures() {
    let mut apng = Vec::new();
    let mut encoder = png::Encoder::new(&mut apng, WIDTH, HEIGHT);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_animated(2, 0).unwrap();
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&quarters(WIDTH, HEIGHT)).unwrap();
    writer.write_image_data(&vec![0; (WIDTH * HEIGHT * 3) as usize]).unwrap();
    writer.finish().unwrap();
    for bytes in [apng, animated_webp(), tiff(None, (WIDTH, HEIGHT), true)] {
        let photo = read(&bytes).unwrap();
        assert_near(&corners(&photo), &QUARTERS, 0);
        assert!(photo.warnings[0].contains("first"), "{:?}", photo.warnings);
    }
}
