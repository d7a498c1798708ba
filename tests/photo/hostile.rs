//! Files that are empty, cut, too large, too small, of another kind, or changed at random.

use super::fixtures::*;
use super::read;
use proptest::prelude::*;
use scalpmap::Error;
use scalpmap::photo::{Limits, decode};
use std::sync::OnceLock;

#[test]
fn empty_and_foreign_files() {
    assert!(matches!(read(b""), Err(Error::EmptyFile)));
    let found = |bytes: &[u8]| match read(bytes) {
        Err(e @ Error::NotAPhoto { .. }) => format!("{e} {}", e.remedy().unwrap()),
        other => panic!("{other:?}"),
    };
    assert!(found(b"This is a letter, saved as photo.jpg.").contains("plain text"));
    assert!(found(b"%PDF-1.4 ...").contains("a PDF"));
    assert!(found(&[0; 100]).contains("zeros"));
    assert!(found(b"II*").contains("plain text"));
}

#[test]
fn a_header_of_50_000_px_is_refused_at_once() {
    let (w, be) = (50_000u32, 50_000u32.to_be_bytes());
    let sof = [0xC0, 0, 17, 8];
    let vp8x = {
        let exif = exif(&[(exif::Tag::Make, ascii("Apple"))]);
        let side = (w - 1).to_le_bytes();
        let sides = [side[0], side[1], side[2], side[0], side[1], side[2]];
        patched(webp(Extras { exif: Some(exif), icc: None }), b"VP8X", 12, &sides)
    };
    let files = [
        ("JPEG", patched(jpeg(PLAIN), &sof, 4, &[be[2], be[3], be[2], be[3]])),
        ("PNG", patched(png(PLAIN), b"IHDR", 4, &[be, be].concat())),
        ("TIFF", tiff(None, (w, w), false)),
        ("WebP", vp8x),
        ("HEIC", patched(heic(PLAIN), b"ispe", 8, &[be, be].concat())),
    ];
    for (name, bytes) in files {
        let start = std::time::Instant::now();
        match read(&bytes) {
            Err(Error::TooLarge { width: 50_000, height: 50_000, megapixels, .. }) => {
                assert!((megapixels - 2500.0).abs() < 1e-6, "{name}");
            }
            other => panic!("{name}: {other:?}"),
        }
        // Zeroing 7 GiB would take seconds.
        assert!(start.elapsed().as_secs_f64() < 1.0, "{name} took {:?}", start.elapsed());
    }
}

#[test]
fn limits_can_be_changed() {
    let tight = Limits { megapixels: 0.003, ..Limits::default() };
    assert!(matches!(decode(&jpeg(PLAIN), &tight), Err(Error::TooLarge { width: 64, .. })));
    let little_memory = Limits { mebibytes: 0.005, ..Limits::default() };
    assert!(matches!(decode(&png(PLAIN), &little_memory), Err(Error::TooLarge { .. })));
}

#[test]
fn one_pixel_is_too_small() {
    let mut out = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(1, 1).write_to(&mut out, image::ImageFormat::Png).unwrap();
    let e = read(&out.into_inner()).unwrap_err();
    assert!(matches!(e, Error::TooSmall { width: 1, height: 1, minimum: 32 }), "{e}");
    assert!(e.remedy().is_some());
}

#[test]
fn every_cut_is_an_error() {
    // A PNG may lose its last chunk (12 bytes) and a checksum (4 bytes), which hold no pixels; a WebP its padding.
    let files = [
        ("JPEG", jpeg(PLAIN), 0),
        ("progressive JPEG", include_bytes!("../data/progressive-64x48.jpg").to_vec(), 0),
        ("PNG", png(PLAIN), 16),
        ("WebP", webp(PLAIN), 1),
        ("HEIC", heic(PLAIN), 0),
        ("TIFF", tiff(None, (WIDTH, HEIGHT), false), 0),
    ];
    for (name, bytes, spare) in files {
        let end = bytes.len() - spare;
        let step = (end / 300).max(1);
        for n in (16..end).step_by(step).chain([end - 1]) {
            match read(&bytes[..n]) {
                Err(Error::Damaged { .. }) => {}
                // The header may be cut so that the size is still missing, or reads as another.
                Err(e) if n < 64 => drop(e),
                other => panic!("{name} cut to {n} of {} bytes: {:?}", bytes.len(), other.map(|p| p.warnings)),
            }
        }
    }
}

/// Small valid files of each format, made once.
fn seeds() -> &'static Vec<Vec<u8>> {
    static SEEDS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    SEEDS.get_or_init(|| {
        let extras = || {
            let fields = [(exif::Tag::Make, ascii("Apple")), (exif::Tag::FocalLength, ratio(4, 1))];
            let icc = moxcms::ColorProfile::new_display_p3().encode().unwrap();
            Extras { exif: Some(exif(&fields)), icc: Some(icc) }
        };
        vec![
            jpeg(PLAIN),
            jpeg(extras()),
            include_bytes!("../data/progressive-64x48.jpg").to_vec(),
            include_bytes!("../data/cmyk-adobe-64x48.jpg").to_vec(),
            flat_jpeg(&[76, 85, 255, 255], Some(2)),
            png(PLAIN),
            png(extras()),
            webp(PLAIN),
            webp(extras()),
            animated_webp(),
            tiff(Some(6), (WIDTH, HEIGHT), true),
            heic(PLAIN),
            heic(extras()),
            heic_of(WIDTH, HEIGHT, 10, PLAIN),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    /// Any change of a few bytes and any cut ends in a photo within the limits or in an error, never in a panic.
    #[test]
    fn changed_files_never_panic(
        seed in 0usize..14,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        // Headers are short and matter most: half of the changes fall into the first 600 bytes.
        early in any::<bool>(),
        keep in 0.0..1.5f64,
    ) {
        let mut bytes = seeds()[seed].clone();
        let reach = if early { bytes.len().min(600) } else { bytes.len() };
        for (at, value) in changes {
            bytes[at.index(reach)] = value;
        }
        bytes.truncate((bytes.len() as f64 * keep) as usize);
        let limits = Limits { megapixels: 4.0, mebibytes: 32.0 };
        if let Ok(photo) = decode(&bytes, &limits) {
            prop_assert!(photo.rgb.width() * photo.rgb.height() <= 4_000_000);
            prop_assert!(photo.rgb.width().min(photo.rgb.height()) >= 32);
        }
    }

    /// Random bytes behind each signature.
    #[test]
    fn noise_never_panics(head in 0usize..14, noise in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut bytes = seeds()[head][..12].to_vec();
        bytes.extend(noise);
        let limits = Limits { megapixels: 4.0, mebibytes: 32.0 };
        prop_assert!(decode(&bytes, &limits).is_err());
    }
}
