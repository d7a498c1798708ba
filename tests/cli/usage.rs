//! Wrong usage ends with 2 and says what to do.

use predicates::prelude::*;
use predicates::str::contains;

use super::{Bench, head};

#[test]
fn without_arguments_there_is_a_short_help() {
    Bench::empty().scalpmap(&[]).assert().code(2).stderr(contains("analyze").and(contains("Examples")));
}

#[test]
fn help_teaches() {
    Bench::empty()
        .scalpmap(&["help", "analyze"])
        .assert()
        .code(0)
        .stdout(contains("--assume-head-width 155mm").and(contains("Exit codes")));
}

#[test]
fn scales_that_mean_nothing() {
    let bench = Bench::empty();
    bench.file("a.jpg", &head());
    for bad in ["0", "-1", "nan"] {
        bench
            .scalpmap(&["analyze", "a.jpg", "--mm-per-px", bad])
            .assert()
            .code(2)
            .stderr(contains("finite and more than zero").and(contains("fix:")));
    }
    bench.scalpmap(&["analyze", "a.jpg", "--assume-head-width", "155"]).assert().code(2).stderr(contains("155mm"));
}

#[test]
fn an_output_folder_that_is_a_file() {
    let bench = Bench::empty();
    bench.file("a.jpg", &head());
    bench.file("taken", b"x");
    bench
        .scalpmap(&["analyze", "a.jpg", "--out", "taken"])
        .assert()
        .code(2)
        .stderr(contains("--out").and(contains("fix:")));
    assert_eq!(std::fs::read(bench.path("taken")).unwrap(), b"x");
}

#[test]
fn a_folder_without_photos() {
    let bench = Bench::empty();
    std::fs::create_dir(bench.path("empty")).unwrap();
    bench.scalpmap(&["analyze", "empty"]).assert().code(2).stderr(contains("no photo"));
}

#[test]
fn a_profile_with_a_mistake() {
    let bench = Bench::empty();
    bench.file("a.jpg", &head());
    bench.file("client.toml", b"hair_type = \"nordic\"");
    bench.scalpmap(&["analyze", "a.jpg", "--profile", "client.toml"]).assert().code(2).stderr(contains("european"));
}

#[test]
fn completions_name_the_commands() {
    Bench::empty().scalpmap(&["completions", "bash"]).assert().code(0).stdout(contains("analyze"));
}
