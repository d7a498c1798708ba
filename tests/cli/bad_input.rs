//! Bad photos: a clear message with what to do, or a flagged result; never a panic, and the others complete.

use predicates::prelude::*;
use predicates::str::contains;

use super::{Bench, closeup, encoded, head, plain};

/// Runs one bad photo beside a good one: exit code 1, a message, a remedy, the path last, the good one complete.
#[track_caller]
fn refused(name: &str, bytes: &[u8], message: &str) {
    let bench = Bench::empty();
    bench.file(name, bytes);
    bench.file("good.jpg", &head());
    let run = bench.scalpmap(&["analyze", "--out", "out", name, "good.jpg"]).assert().code(1);
    let error = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
    assert!(error.starts_with("error: ") && error.contains(message), "{name}: {error}");
    assert!(error.contains("\n  fix: "), "no remedy for {name}: {error}");
    assert!(error.trim_end().ends_with(name), "the path is not last: {error}");
    assert!(!error.contains("panicked"), "{error}");
    assert_eq!(
        bench.names("out"),
        ["good.coverage.png", "good.json", "good.overlay.png", "good.tissue.png"],
        "{name}: the good photo is incomplete, or the bad one left something"
    );
}

/// A photo that is read but shows nothing to measure: exit code 0 and a complete result.
#[track_caller]
fn flagged(name: &str, bytes: &[u8], args: &[&str]) -> serde_json::Value {
    let bench = Bench::empty();
    bench.file(name, bytes);
    bench.scalpmap(&["analyze", "--out", "out", name]).args(args).assert().code(0).stderr(contains("panicked").not());
    let stem = name.split('.').next().unwrap();
    bench.json(&format!("out/{stem}.json"))
}

#[test]
fn an_empty_file() {
    refused("empty.jpg", b"", "empty");
}

#[test]
fn a_text_named_jpg() {
    refused("notes.jpg", b"Dear doctor, here is the photo of my head.", "not a photo");
}

#[test]
fn a_jpeg_cut_short() {
    let whole = head();
    refused("cut.jpg", &whole[..200], "damaged");
}

#[test]
fn a_png_cut_short() {
    let whole = closeup();
    refused("cut.png", &whole[..whole.len() / 2], "damaged");
}

#[test]
fn a_header_of_50000_by_50000() {
    let mut bytes = plain(32, 32, [9, 9, 9]);
    // IHDR: width and height follow the 8 bytes of signature, the length and the name; its CRC is at 29.
    bytes[16..20].copy_from_slice(&50_000u32.to_be_bytes());
    bytes[20..24].copy_from_slice(&50_000u32.to_be_bytes());
    let crc = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&crc.to_be_bytes());
    refused("huge.png", &bytes, "50000 x 50000 px");
}

/// CRC-32 as in PNG, annex D.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, &b| {
        (0..8).fold(crc ^ u32::from(b), |c, _| if c & 1 == 1 { 0xEDB8_8320 ^ (c >> 1) } else { c >> 1 })
    })
}

#[test]
fn one_px() {
    refused("dot.png", &plain(1, 1, [9, 9, 9]), "1 x 1 px");
}

#[test]
fn a_file_that_is_not_there() {
    let bench = Bench::empty();
    bench
        .scalpmap(&["analyze", "gone.jpg"])
        .assert()
        .code(1)
        .stderr(contains("cannot read the photo").and(contains("fix:")));
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_larger_than_the_limit_is_not_read() {
    let bench = Bench::empty();
    // Ten GiB that take no space.
    std::fs::File::create(bench.path("film.jpg")).unwrap().set_len(10 << 30).unwrap();
    bench.scalpmap(&["analyze", "film.jpg"]).assert().code(1).stderr(contains("10240 MiB"));
}

#[test]
fn a_wall_has_no_hairline_and_no_plan() {
    let json = flagged("wall.png", &plain(320, 240, [190, 185, 170]), &[]);
    assert_eq!(json["hairline"], serde_json::Value::Null);
    assert_eq!(json["density"], serde_json::Value::Null);
}

#[test]
fn all_black_is_flagged() {
    let json = flagged("black.png", &plain(320, 240, [0, 0, 0]), &[]);
    assert_ne!(json["quality"]["verdict"], "good", "{}", json["quality"]);
}

#[test]
fn all_black_is_refused_by_strict() {
    let bench = Bench::empty();
    bench.file("black.png", &plain(320, 240, [0, 0, 0]));
    bench
        .scalpmap(&["analyze", "--strict", "black.png"])
        .assert()
        .code(1)
        .stderr(contains("unusable").and(contains("fix:")));
}

#[test]
fn a_closeup_given_as_top() {
    let json = flagged("field.png", &closeup(), &["--view", "top"]);
    assert_eq!(json["photo"]["view"], "top");
}

#[test]
fn a_wrong_orientation_is_ignored() {
    let plain = head();
    // An EXIF block whose only entry is an orientation of 9.
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x09\0\0\0\0\0\0".to_vec();
    let mut bytes = plain[..2].to_vec();
    bytes.extend([0xFF, 0xE1]);
    bytes.extend(((exif.len() + 2) as u16).to_be_bytes());
    bytes.append(&mut exif);
    bytes.extend(&plain[2..]);
    let json = flagged("turned.jpg", &bytes, &[]);
    assert_eq!((&json["photo"]["width"], &json["photo"]["height"]), (&240.into(), &240.into()));
}

#[test]
fn without_a_scale_there_is_no_physical_number_and_the_message_says_how_to_give_one() {
    let bench = Bench::empty();
    bench.file("field.png", &closeup());
    bench
        .scalpmap(&["analyze", "--view", "closeup", "--out", "out", "field.png"])
        .assert()
        .code(0)
        .stdout(contains("scale").and(contains("none")).and(contains("help analyze")));
    let json = bench.json("out/field.json");
    assert_eq!(json["scale"], serde_json::Value::Null);
    assert_eq!(json["density"], serde_json::Value::Null);
}

#[test]
fn an_odd_photo_format_is_told_from_its_bytes() {
    let bench = Bench::empty();
    let picture = image::load_from_memory(&head()).unwrap().into_rgb8();
    bench.file("really-a-png.jpg", &encoded(&picture, image::ImageFormat::Png));
    bench.scalpmap(&["analyze", "--out", "out", "really-a-png.jpg"]).assert().code(0);
    assert_eq!(bench.json("out/really-a-png.json")["photo"]["format"], "PNG");
}
