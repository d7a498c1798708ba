//! `analyze --visit`, `preview`.

use predicates::str::contains;

use super::{Bench, head};

#[test]
fn a_visit_is_joined_and_keeps_its_schema() {
    let bench = Bench::empty();
    let schema = bench.scalpmap(&["schema", "--visit"]).assert().code(0).get_output().stdout.clone();
    let schema: serde_json::Value = serde_json::from_slice(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    bench.file("front.jpg", &head());
    bench.file("top.png", &super::plain(200, 150, [90, 70, 60]));
    bench
        .scalpmap(&["analyze", "--visit", "front.jpg", "top.png", "--out", "out", "--pdf"])
        .assert()
        .code(0)
        .stdout(contains("visit of 2 photos"));
    let visit = bench.json("out/visit.json");
    let errors: Vec<String> = validator.iter_errors(&visit).map(|e| format!("{} {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(visit["photos"][0]["view"], "front");
    assert_eq!(visit["photos"][0]["view_confidence"], 1.0);
    assert!(visit["bald_cm2"].is_null() && visit["head_breadth_mm"].is_null(), "no scale, no area");
    assert!(std::fs::read(bench.path("out/visit.report.pdf")).unwrap().starts_with(b"%PDF-"));
    assert!(bench.path("out/front.json").exists() && bench.path("out/top.json").exists());
    assert!(std::fs::read(bench.path("out/visit.scalp.png")).unwrap().starts_with(b"\x89PNG"));
}

#[test]
fn a_pipe_gets_the_visit_after_its_photos() {
    let bench = Bench::empty();
    bench.file("front.jpg", &head());
    let out =
        bench.scalpmap(&["analyze", "--visit", "--json", "front.jpg"]).assert().code(0).get_output().stdout.clone();
    let lines: Vec<serde_json::Value> =
        String::from_utf8(out).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["photo"]["file_name"], "front.jpg");
    assert_eq!(lines[1]["photos"][0]["file_name"], "front.jpg");
    // Without a folder nothing is written.
    assert!(!bench.path("visit.json").exists());
}

#[test]
fn another_visit_is_never_replaced_unasked() {
    let bench = Bench::empty();
    bench.file("front.jpg", &head());
    bench.file("other.png", &super::plain(120, 100, [120, 90, 80]));
    let run = |photos: &[&str], more: &[&str]| {
        bench.scalpmap(&["analyze", "--visit", "--out", "out"]).args(more).args(photos).assert()
    };
    run(&["front.jpg"], &[]).code(0);
    run(&["front.jpg"], &[]).code(0);
    run(&["front.jpg", "other.png"], &[]).code(1).stderr(contains("--overwrite"));
    run(&["front.jpg", "other.png"], &["--overwrite"]).code(0);
    bench.file("visit.jpg", &head());
    run(&["visit.jpg"], &[]).code(2).stderr(contains("named visit"));
}

#[test]
fn a_preview_is_written_or_said_to_be_impossible() {
    let bench = Bench::empty();
    bench.file("head.jpg", &head());
    bench.scalpmap(&["preview", "head.jpg"]).assert().code(2).stderr(contains("--out"));
    bench.scalpmap(&["preview", "head.jpg", "--out", "out", "--view", "front"]).assert().code(0);
    let json = bench.json("out/head.json");
    let said = json["warnings"].as_array().unwrap().iter().any(|w| w.as_str().unwrap().contains("No preview"));
    assert_ne!(bench.path("out/head.healed.png").exists(), said);
    assert!(!bench.path("out/head.overlay.png").exists(), "preview writes no layers");
}
