//! Five phantom photos of one head, joined: each place counts once.

use scalpmap::Options;
use scalpmap::findings::visit::{Contribution, join};
use scalpmap::phantom::head::{Course, HeadMesh, draw_series};
use scalpmap::photo::{Metadata, Photo};
use scalpmap::scale::ScaleOptions;
use scalpmap::units::MmPerPx;
use scalpmap::view::View;

/// What the five photos of a seed's first date say together, and the truth: bald share and bald cm2.
fn visit(seed: u64) -> ((f64, f64), (f64, f64)) {
    let phantoms = draw_series(&HeadMesh::built_in(), seed, Course::Loss, 1, 480, 480);
    let mut photos = Vec::new();
    let mut truth = (0.0, 0.0);
    for phantom in &phantoms {
        let view = match phantom.truth.view {
            "front" => View::Front,
            "top" => View::Top,
            "left" => View::Left,
            "right" => View::Right,
            _ => View::Back,
        };
        let options = Options {
            view: Some(view),
            scale: ScaleOptions {
                mm_per_px: Some(MmPerPx::new(f64::from(phantom.truth.mm_per_px)).unwrap()),
                ..ScaleOptions::default()
            },
            ..Options::default()
        };
        let photo = Photo { rgb: phantom.photo.clone(), meta: Metadata::default(), warnings: Vec::new() };
        let a = scalpmap::analyze(&photo, &options).unwrap();
        photos.extend(Contribution::new(&a.segmentation, &a.findings, a.scale.as_ref()));
        let areas = phantom.truth.areas_cm2;
        truth = (f64::from(areas.bare / areas.scalp), f64::from(areas.bare));
    }
    assert_eq!(photos.len(), 5, "a head is found on every photo");
    let map = join(&photos);
    assert!(map.seen > 0.85, "five photos show {:.0} % of the scalp", 100.0 * map.seen);
    // The same photo twice tells nothing new.
    let twice: Vec<Contribution> = photos.iter().chain(&photos).cloned().collect();
    assert!((join(&twice).bald_share - map.bald_share).abs() < 1e-9, "skin was counted twice");
    ((map.bald_share, map.bald.unwrap().value.get()), truth)
}

#[test]
fn the_bald_area_of_five_photos_is_that_of_the_head() {
    for seed in SEEDS {
        let ((share, cm2), (true_share, true_cm2)) = visit(seed);
        println!("{seed}: bald {:.3} of {:.3}, {cm2:.0} of {true_cm2:.0} cm2", share, true_share);
        assert!((share - true_share).abs() < 0.12, "seed {seed}: {share:.3}, true {true_share:.3}");
    }
}

/// Heads from full hair to a low horseshoe.
const SEEDS: [u64; 3] = [2, 11, 5];
