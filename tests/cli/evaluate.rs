//! `scalpmap phantom` and `scalpmap evaluate`: what one writes the other reads.

use predicates::str::contains;

use super::Bench;

#[test]
fn a_truth_against_itself_has_no_error_and_without_a_result_nothing_is_found() {
    let bench = Bench::empty();
    let draw = ["phantom", "closeup", "--count", "3", "--size", "200x160", "--vary", "--out", "truth"];
    bench.scalpmap(&draw).assert().code(0);
    let same = bench.scalpmap(&["evaluate", "truth", "truth", "--json"]).assert().code(0);
    let report: serde_json::Value = serde_json::from_slice(&same.get_output().stdout).unwrap();
    let of = |report: &serde_json::Value, measure: &str| {
        report["overall"].as_array().unwrap().iter().find(|f| f["measure"] == measure).unwrap().clone()
    };
    assert_eq!(of(&report, "hair_density")["rmse"]["value"], 0.0);
    assert_eq!(of(&report, "unit_f1")["share"]["value"], 1.0);
    assert_eq!(report["pictures"], 3);
    std::fs::create_dir(bench.path("none")).unwrap();
    let none = bench.scalpmap(&["evaluate", "truth", "none", "--json", "--html", "page.html"]).assert().code(0);
    let report: serde_json::Value = serde_json::from_slice(&none.get_output().stdout).unwrap();
    assert_eq!(of(&report, "hair_density")["bias"]["value"], -100.0);
    assert_eq!(of(&report, "unit_f1")["share"]["value"], 0.0);
    assert_eq!(report["without_result"].as_array().unwrap().len(), 3);
    let page = std::fs::read_to_string(bench.path("page.html")).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.contains("<svg"));
}

/// A truth has the keys of an analysis: without its own block it keeps the schema of one.
#[test]
fn a_truth_keeps_the_schema_of_an_analysis() {
    let bench = Bench::empty();
    let schema = bench.scalpmap(&["schema"]).assert().code(0).get_output().stdout.clone();
    let validator = jsonschema::validator_for(&serde_json::from_slice(&schema).unwrap()).unwrap();
    bench.scalpmap(&["phantom", "closeup", "--size", "128x96", "--out", "t", "--jpeg", "80"]).assert().code(0);
    bench.scalpmap(&["phantom", "head", "--seed", "5", "--size", "96x72", "--out", "t"]).assert().code(0);
    let names: Vec<String> = bench.names("t").into_iter().filter(|n| n.ends_with(".json")).collect();
    assert_eq!(names.len(), 2);
    for name in names {
        let mut truth = bench.json(&format!("t/{name}"));
        assert!(truth.as_object_mut().unwrap().remove("phantom").is_some_and(|p| p["kind"].is_string()));
        let errors: Vec<String> = validator.iter_errors(&truth).map(|e| format!("{} {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
    assert!(bench.names("t").iter().any(|n| n.ends_with(".jpg")));
}

#[test]
fn an_empty_truth_is_told() {
    let bench = Bench::empty();
    std::fs::create_dir(bench.path("t")).unwrap();
    bench.scalpmap(&["evaluate", "t", "t"]).assert().code(1).stderr(contains("no STEM.json here"));
    bench.scalpmap(&["evaluate", "t"]).assert().code(2);
}
