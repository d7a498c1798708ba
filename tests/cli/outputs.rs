//! What is written, under which names, and that it keeps the schema.

use predicates::str::contains;

use super::{Bench, closeup, encoded, head, plain};

#[test]
fn every_output_keeps_the_schema() {
    let bench = Bench::empty();
    let schema = bench.scalpmap(&["schema"]).assert().code(0).get_output().stdout.clone();
    let schema: serde_json::Value = serde_json::from_slice(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    bench.file("head.jpg", &head());
    bench.file("field.png", &closeup());
    bench.file("black.png", &plain(200, 150, [0, 0, 0]));
    bench.file("white.png", &plain(150, 200, [255, 255, 255]));
    bench.scalpmap(&["analyze", ".", "--out", "plain"]).assert().code(0);
    bench
        .scalpmap(&["analyze", "field.png", "--out", "scaled", "--view", "closeup", "--mm-per-px", "0.01", "--timings"])
        .assert()
        .code(0);
    bench
        .scalpmap(&["analyze", "head.jpg", "--out", "scaled", "--view", "front", "--assume-head-width", "155mm"])
        .assert()
        .code(0);
    for file in ["plain/head", "plain/field", "plain/black", "plain/white", "scaled/field", "scaled/head"] {
        let json = bench.json(&format!("{file}.json"));
        let errors: Vec<String> = validator.iter_errors(&json).map(|e| format!("{} {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{file}: {errors:?}");
    }
    // The schema itself must be able to fail.
    let mut wrong = bench.json("plain/head.json");
    wrong["unheard_of"] = 1.into();
    assert!(!validator.is_valid(&wrong));
    let mut missing = bench.json("plain/head.json");
    missing.as_object_mut().unwrap().remove("scale");
    assert!(!validator.is_valid(&missing));
}

#[test]
fn layers_have_the_size_of_the_photo() {
    let bench = Bench::empty();
    bench.file("head.jpg", &head());
    bench.scalpmap(&["analyze", "head.jpg", "--out", "out"]).assert().code(0);
    for layer in ["tissue", "coverage"] {
        let image = image::open(bench.path(&format!("out/head.{layer}.png"))).unwrap();
        assert_eq!((image.width(), image.height(), image.color()), (240, 240, image::ColorType::L8), "{layer}");
    }
}

#[test]
fn a_head_on_its_side_is_named_and_turned_on_request() {
    let bench = Bench::empty();
    bench.scalpmap(&["phantom", "head", "--seed", "9600011", "--size", "320x240", "--out", "drawn"]).assert().code(0);
    let drawn = bench.names("drawn").into_iter().find(|n| n.ends_with(".png") && n.matches('.').count() == 1).unwrap();
    let upright = image::open(bench.path("drawn").join(drawn)).unwrap().to_rgb8();
    bench.file("upright.png", &encoded(&upright, image::ImageFormat::Png));
    bench.file("side.png", &encoded(&image::imageops::rotate90(&upright), image::ImageFormat::Png));
    bench.scalpmap(&["analyze", "side.png", "--out", "left"]).assert().code(0).stdout(contains("--turn 270"));
    let size = |file: &str| {
        let photo = &bench.json(file)["photo"];
        ["width", "height", "turned_degrees"].map(|key| photo[key].as_u64().unwrap())
    };
    assert_eq!(size("left/side.json"), [240, 320, 0]);
    for (turn, out) in [("auto", "auto"), ("270", "by")] {
        bench.scalpmap(&["analyze", "side.png", "upright.png", "--turn", turn, "--out", out]).assert().code(0);
        assert_eq!(size(&format!("{out}/side.json")), [320, 240, 270]);
    }
    assert_eq!((size("auto/upright.json"), size("by/upright.json")), ([320, 240, 0], [240, 320, 270]));
    let tissues = ["auto/side", "auto/upright"].map(|f| image::open(bench.path(&format!("{f}.tissue.png"))).unwrap());
    assert_eq!(tissues[0], tissues[1], "turned back, nothing is lost");
    let warnings = bench.json("auto/side.json")["warnings"].to_string();
    assert!(warnings.contains("was turned clockwise by 270 degrees"), "{warnings}");
}

#[test]
fn a_report_of_two_pages_is_written_on_request() {
    let bench = Bench::empty();
    bench.file("head.jpg", &head());
    bench.scalpmap(&["analyze", "head.jpg", "--out", "out", "--pdf", "--view", "front"]).assert().code(0);
    let pdf = std::fs::read(bench.path("out/head.report.pdf")).unwrap();
    let text = String::from_utf8_lossy(&pdf);
    assert!(text.starts_with("%PDF-"));
    assert!(text.matches("/MediaBox").count() >= 2, "fewer than two pages");
}

#[test]
fn the_same_photo_twice_is_analysed_once() {
    let bench = Bench::empty();
    bench.file("a.jpg", &head());
    bench.scalpmap(&["analyze", "a.jpg", "./a.jpg", "--out", "out"]).assert().code(0).stderr(contains("analysed once"));
    assert_eq!(bench.names("out").len(), 4);
}

#[test]
fn two_photos_of_one_name_get_two_results() {
    let bench = Bench::empty();
    bench.file("monday/front.jpg", &head());
    bench.file("friday/front.png", &closeup());
    bench
        .scalpmap(&["analyze", "monday/front.jpg", "friday/front.png", "--out", "out"])
        .assert()
        .code(0)
        .stderr(contains("front-2"));
    assert_eq!(bench.json("out/front.json")["photo"]["file_name"], "front.jpg");
    assert_eq!(bench.json("out/front-2.json")["photo"]["file_name"], "front.png");
}

#[test]
fn results_of_another_photo_are_never_replaced_unasked() {
    let bench = Bench::empty();
    bench.file("monday/front.jpg", &head());
    bench.file("friday/front.jpg", &closeup());
    let run = |photo: &str, more: &[&str]| bench.scalpmap(&["analyze", photo, "--out", "out"]).args(more).assert();
    run("monday/front.jpg", &[]).code(0);
    run("monday/front.jpg", &[]).code(0);
    let before = bench.json("out/front.json");
    run("friday/front.jpg", &[]).code(1).stderr(contains("--overwrite"));
    assert_eq!(bench.json("out/front.json"), before);
    run("friday/front.jpg", &["--overwrite"]).code(0);
    assert_ne!(bench.json("out/front.json"), before);
}

#[test]
fn names_with_spaces_umlauts_and_a_leading_dash() {
    let bench = Bench::empty();
    for name in ["Frau Müller vorn.jpg", "-top.jpg"] {
        bench.file(name, &head());
    }
    bench
        .scalpmap(&["analyze", "--out", "Ergebnisse für Müller", "--", "Frau Müller vorn.jpg", "-top.jpg"])
        .assert()
        .code(0);
    assert!(bench.path("Ergebnisse für Müller/Frau Müller vorn.json").exists());
    assert!(bench.path("Ergebnisse für Müller/-top.json").exists());
}

#[test]
fn json_lines_come_in_input_order_whatever_the_threads() {
    let bench = Bench::empty();
    for (i, name) in ["c", "a", "b"].into_iter().enumerate() {
        bench.file(&format!("{name}.png"), &plain(64 + 32 * i as u32, 64, [90, 60, 50]));
    }
    let lines = |threads: &str| {
        let run =
            bench.scalpmap(&["analyze", "--json", "--threads", threads, "c.png", "a.png", "b.png"]).assert().code(0);
        String::from_utf8(run.get_output().stdout.clone()).unwrap()
    };
    let one = lines("1");
    let names: Vec<String> = one
        .lines()
        .map(|l| {
            serde_json::from_str::<serde_json::Value>(l).unwrap()["photo"]["file_name"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(names, ["c.png", "a.png", "b.png"]);
    assert_eq!(one, lines("4"), "numbers depend on the number of threads");
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_no_half_written_file() {
    let bench = Bench::empty();
    for i in 0..40 {
        bench.file(&format!("{i}.jpg"), &head());
    }
    let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin!("scalpmap"))
        .current_dir(bench.path("."))
        .args(["analyze", ".", "--out", "out", "-q"])
        .spawn()
        .unwrap();
    // Once the first result is there, files are being written.
    let since = std::time::Instant::now();
    while !bench.path("out").is_dir() || !bench.names("out").iter().any(|n| n.ends_with(".json")) {
        assert!(since.elapsed().as_secs() < 120, "no result within two minutes");
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    child.wait().unwrap();
    for name in bench.names("out") {
        assert!(!name.ends_with(".tmp"), "{name} is left");
        let bytes = std::fs::read(bench.path("out").join(&name)).unwrap();
        if name.ends_with(".json") {
            serde_json::from_slice::<serde_json::Value>(&bytes).unwrap();
        } else {
            image::load_from_memory(&bytes).unwrap();
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said() {
    let bench = Bench::empty();
    bench.file("a.jpg", &head());
    std::fs::create_dir(bench.path("out")).unwrap();
    // A limit on the size of written files stands in for a full disk; SIGXFSZ is ignored so that the write fails.
    let script = format!(
        "trap '' XFSZ; ulimit -f 0; '{}' analyze a.jpg --out out",
        assert_cmd::cargo::cargo_bin!("scalpmap").display()
    );
    let run = std::process::Command::new("sh").current_dir(bench.path(".")).args(["-c", &script]).output().unwrap();
    assert_eq!(run.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&run.stderr).contains("cannot write the results"));
    assert!(bench.names("out").is_empty(), "{:?}", bench.names("out"));
}
