//! Drawn scenes whose truth is known.

use super::*;
use crate::phantom::closeup::{CloseupPhantom, CloseupSpec, Light, Overlay, draw};
use crate::segmentation::closeup::segment;

fn photo(rgb: Plane<[u8; 3]>) -> Photo {
    Photo::of(rgb)
}

fn found(rgb: &Plane<[u8; 3]>) -> Follicles {
    let photo = photo(rgb.clone());
    detect(&photo, View::Closeup, &segment(&photo), None).expect("a close-up")
}

fn hairs(f: &Follicles) -> usize {
    f.units.iter().map(|u| u.hairs.len()).sum()
}

/// Two fields, so that one unlucky overlap does not decide.
fn scenes(spec: &CloseupSpec) -> Vec<CloseupPhantom> {
    [41, 42].map(|seed| draw(spec, seed)).to_vec()
}

/// Relative difference of two counts.
fn change(a: usize, b: usize) -> f64 {
    (a as f64 - b as f64).abs() / b.max(1) as f64
}

fn total(scenes: &[CloseupPhantom], count: impl Fn(&CloseupPhantom) -> usize) -> usize {
    scenes.iter().map(count).sum()
}

#[test]
fn units_of_one_to_three_hairs_are_counted() {
    for hairs_per_unit in [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.3, 0.5, 0.2, 0.0]] {
        let spec = CloseupSpec { hairs_per_unit, vellus_share: 0.0, ..CloseupSpec::default() };
        let scenes = scenes(&spec);
        // Shafts that enter from outside have their apparent root at the edge; they are no part of the truth.
        let inner = |units: &[FollicularUnit]| -> (usize, usize) {
            let (w, h) = (spec.width as f32, spec.height as f32);
            let edge = 12.0;
            let inside = |p: Point| p.x > edge && p.y > edge && p.x < w - edge && p.y < h - edge;
            let inside: Vec<_> = units.iter().filter(|u| inside(u.root)).collect();
            (inside.len(), inside.iter().map(|u| u.hairs.len()).sum())
        };
        let truth: Vec<_> = scenes.iter().map(|s| inner(&s.units)).collect();
        let got: Vec<_> = scenes.iter().map(|s| inner(&found(&s.rgb).units)).collect();
        let sum = |of: &[(usize, usize)]| of.iter().fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        let ((units, all), (got_units, got_hairs)) = (sum(&truth), sum(&got));
        assert!(change(got_units, units) < 0.15, "{got_units} units of {units}, {hairs_per_unit:?}");
        assert!(change(got_hairs, all) < 0.20, "{got_hairs} hairs of {all}, {hairs_per_unit:?}");
    }
}

#[test]
fn a_quarter_turn_and_another_resolution_count_the_same() {
    for scene in scenes(&CloseupSpec::default()) {
        let plain = hairs(&found(&scene.rgb));
        let (w, h) = (scene.rgb.width(), scene.rgb.height());
        let turned = hairs(&found(&Plane::from_fn(h, w, |x, y| scene.rgb.get(y, h - 1 - x))));
        assert!(change(turned, plain) < 0.08, "turned: {turned} for {plain}");
        let larger = crate::segmentation::closeup::resample::resample(&scene.rgb, 0.5);
        let larger = hairs(&found(&larger.map(|c| c.map(|v| v.round() as u8))));
        assert!(change(larger, plain) < 0.08, "twice as large: {larger} for {plain}");
    }
}

#[test]
fn light_hair_on_dark_skin_is_found_as_dark_hair_on_light_skin_is() {
    let dark = scenes(&CloseupSpec::default());
    let light = scenes(&CloseupSpec { skin: [84, 58, 46], hair: [232, 222, 200], ..CloseupSpec::default() });
    let (d, l) = (total(&dark, |s| hairs(&found(&s.rgb))), total(&light, |s| hairs(&found(&s.rgb))));
    assert!(change(l, d) < 0.15, "{l} light hairs for {d} dark ones");
}

#[test]
fn grey_hair_as_bright_as_its_skin_is_found() {
    let dark = scenes(&CloseupSpec::default());
    let grey = scenes(&CloseupSpec { skin: [214, 174, 152], hair: [186, 182, 178], ..CloseupSpec::default() });
    let (d, g) = (total(&dark, |s| hairs(&found(&s.rgb))), total(&grey, |s| hairs(&found(&s.rgb))));
    assert!(change(g, d) < 0.25, "{g} grey hairs for {d} dark ones");
}

#[test]
fn empty_skin_has_no_hair_however_noisy() {
    // The last two have glints that are lighter than the skin.
    let skins = [
        (2.0, [214, 170, 148]),
        (9.0, [214, 170, 148]),
        (6.0, [98, 66, 50]),
        (2.0, [98, 66, 50]),
        (2.0, [140, 98, 74]),
    ];
    for (noise, skin) in skins {
        let spec = CloseupSpec { units_per_cm2: 0.0, noise, skin, ..CloseupSpec::default() };
        for scene in scenes(&spec) {
            let f = found(&scene.rgb);
            assert!(f.units.is_empty(), "{} units on empty skin, noise {noise}", f.units.len());
            assert!(f.warnings.iter().any(|w| w.contains("hair")), "nobody is told");
        }
    }
}

/// How many hairs are drawn in some scenes and how many are found.
fn drawn_and_found(spec: &CloseupSpec) -> (usize, usize) {
    let scenes = scenes(spec);
    let drawn = total(&scenes, |s| s.units.iter().map(|u| u.hairs.len()).sum());
    (drawn, total(&scenes, |s| hairs(&found(&s.rgb))))
}

#[test]
fn hair_that_brightness_does_not_show_is_found_by_its_colour() {
    let everyday = CloseupSpec { light: Light::CrossPolarised, flakes: 9, ..CloseupSpec::default() };
    let fair = CloseupSpec {
        skin: [240, 208, 192],
        hair: [196, 165, 120],
        px_per_mm: 50.0,
        caliber_um: 74.0,
        blur_px: 1.7,
        noise: 3.2,
        light: Light::Ring,
        ..CloseupSpec::default()
    };
    let grey = CloseupSpec { skin: [140, 98, 74], hair: [150, 146, 142], noise: 5.8, ..everyday.clone() };
    // So dense and thick that the gaps between are dark lines.
    let dense = CloseupSpec {
        px_per_mm: 174.0,
        units_per_cm2: 90.0,
        caliber_um: 70.0,
        flakes: 0,
        overlay: Some(Overlay { banner: true, circle: true, scale_bar_mm: Some(1.0) }),
        ..grey.clone()
    };
    let white = CloseupSpec { skin: [214, 174, 152], hair: [186, 182, 178], blur_px: 1.7, ..everyday };
    for (what, spec) in [("fair", fair), ("grey", grey), ("dense grey", dense), ("white", white)] {
        let (drawn, found) = drawn_and_found(&spec);
        assert!(change(found, drawn) < 0.4, "{what}: {found} of {drawn}");
    }
}

#[test]
fn flakes_raise_few_hairs_around_them_and_hide_few() {
    for skin in [[70, 46, 36], [140, 98, 74], [214, 170, 148]] {
        let spec = CloseupSpec { skin, flakes: 10, ..CloseupSpec::default() };
        let (_, bare) = drawn_and_found(&CloseupSpec { units_per_cm2: 0.0, ..spec.clone() });
        assert!(bare <= 15, "{bare} hairs on bare skin {skin:?}");
        let (drawn, found) = drawn_and_found(&CloseupSpec { hair: [16, 13, 12], ..spec });
        assert!(change(found, drawn) < 0.25, "{found} of {drawn} hairs on skin {skin:?}");
    }
}

/// Dark strokes `width` px wide on light skin, and a soft shadow of some depth (0..1) around the start of the first, its root.
fn strokes(lines: &[(Point, Point)], width: f32, shadow: f32) -> Plane<[u8; 3]> {
    Plane::from_fn(320, 320, |x, y| {
        let p = Point::new(x as f32, y as f32);
        let cover = lines
            .iter()
            .map(|(a, b)| {
                let (dx, dy) = (b.x - a.x, b.y - a.y);
                let t = (((p.x - a.x) * dx + (p.y - a.y) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
                (0.5 * width + 0.5 - p.distance(Point::new(a.x + t * dx, a.y + t * dy))).clamp(0.0, 1.0)
            })
            .fold(0.0f32, f32::max);
        let shadow = shadow * (-(p.distance(lines[0].0) / (1.8 * width)).powi(2)).exp();
        [210.0, 168.0, 146.0].map(|v: f32| (v * (1.0 - 0.85 * cover.max(shadow))) as u8)
    })
}

#[test]
fn two_hairs_that_cross_are_two() {
    let at = Point::new;
    for (a, b) in [(60.0, 260.0), (110.0, 210.0)] {
        let crossing = strokes(&[(at(60.0, a), at(260.0, b)), (at(60.0, b), at(260.0, a))], 8.0, 0.0);
        let f = found(&crossing);
        assert_eq!((f.units.len(), hairs(&f)), (2, 2), "crossing from {a} to {b}");
    }
}

#[test]
fn hairs_that_share_a_stem_are_one_unit() {
    let at = Point::new;
    let fork = strokes(&[(at(60.0, 160.0), at(270.0, 140.0)), (at(140.0, 152.0), at(270.0, 200.0))], 8.0, 0.3);
    assert_eq!(found(&fork).units.len(), 1);
}

#[test]
fn drawings_of_the_microscope_are_no_hair() {
    for scene in scenes(&CloseupSpec::default()) {
        let plain = hairs(&found(&scene.rgb));
        let mut rgb = scene.rgb.clone();
        let (w, h) = (rgb.width(), rgb.height());
        for x in 0..w {
            (0..14).for_each(|y| rgb.set(x, y, [235, 235, 235]));
        }
        for k in 0..2000 {
            let (sin, cos) = (k as f32 * std::f32::consts::TAU / 2000.0).sin_cos();
            for r in [100.0, 101.0] {
                rgb.set((w as f32 / 2.0 + r * cos) as usize, (h as f32 / 2.0 + r * sin) as usize, [250, 10, 10]);
            }
        }
        let drawn = hairs(&found(&rgb));
        assert!(change(drawn, plain) < 0.12, "{drawn} hairs with graphics, {plain} without");
    }
}

#[test]
fn faint_hair_is_counted_with_a_warning_and_a_wide_error() {
    let (skin, hair) = crate::phantom::closeup::LOOKS[0];
    let dark = found(&draw(&CloseupSpec::default(), 41).rgb);
    let fair = found(&draw(&CloseupSpec { skin, hair, ..CloseupSpec::default() }, 41).rgb);
    let doubts = |f: &Follicles| f.warnings.iter().filter(|w| w.contains("differs from the skin by only")).count();
    assert!(hairs(&fair) > 0, "fair hair is seen");
    assert_eq!((doubts(&dark), doubts(&fair)), (0, 1));
    assert!(fair.detection_error >= 2.0 * dark.detection_error);
}

#[test]
fn fair_hair_is_one_line_each_and_its_units_hold_together() {
    let (skin, hair) = crate::phantom::closeup::LOOKS[0];
    // Against dark hair at the same places: shafts that the photo's edge cuts are found in both.
    let sharp = CloseupSpec { px_per_mm: 140.0, vellus_share: 0.0, ..CloseupSpec::default() };
    let (dark, fair) = (scenes(&sharp), scenes(&CloseupSpec { skin, hair, ..sharp }));
    let (d, f) = (total(&dark, |s| hairs(&found(&s.rgb))), total(&fair, |s| hairs(&found(&s.rgb))));
    assert!(change(f, d) < 0.2, "{f} fair hairs, {d} dark ones");
    let (d, f) = (total(&dark, |s| found(&s.rgb).units.len()), total(&fair, |s| found(&s.rgb).units.len()));
    assert!(change(f, d) < 0.2, "{f} units of fair hair, {d} of dark");
}

#[test]
fn vellus_beside_terminal_hair_is_found() {
    let plain = CloseupSpec { vellus_share: 0.0, ..CloseupSpec::default() };
    let vellus = CloseupSpec { vellus_share: 0.3, ..CloseupSpec::default() };
    for spec in [plain, vellus] {
        let scenes = scenes(&spec);
        let (n, drawn) = (total(&scenes, |s| hairs(&found(&s.rgb))), total(&scenes, CloseupPhantom::hair_count));
        assert!(change(n, drawn) < 0.15, "{n} of {drawn} hairs, {:.1} vellus", spec.vellus_share);
    }
}

#[test]
fn of_shafts_cut_at_their_roots_the_short_ones_are_not_counted() {
    let contrast = Plane::filled(200, 200, 0.0f32);
    let level = |x: usize, length: usize, y: usize| trace::Trace {
        path: (x..=x + length).map(|x| Point::new(x as f32, y as f32)).collect(),
        strength: 1.0,
        contrast: 1.0,
        is_thin: false,
    };
    let mut traces: Vec<_> = (0..5).map(|i| level(60, 60, 20 * i + 20)).collect();
    // Rooted beyond the left edge: little of the one is seen, much of the other. The last leaves the photo with its tip.
    traces.extend([level(0, 15, 130), level(0, 40, 150), level(185, 14, 170)]);
    let expected = [false, false, false, false, false, true, false, false];
    assert_eq!(are_stubs(&traces, &contrast, 8.0), expected);
}

#[test]
fn long_hair_is_counted_with_doubt_and_dense_long_hair_not_at_all() {
    let spec = CloseupSpec { vellus_share: 0.0, units_per_cm2: 30.0, length_mm: 3.2, ..CloseupSpec::default() };
    let long = found(&draw(&spec, 41).rgb);
    assert!(!long.is_uncountable && hairs(&long) > 0);
    assert!(long.detection_error > 0.4 && long.warnings.iter().any(|w| w.contains("long")), "{:?}", long.warnings);
    // Black on light skin, grey on light skin and on brown skin: the skin between is lines as well.
    let looks = crate::phantom::closeup::LOOKS;
    for (skin, hair) in [([226, 188, 168], [32, 26, 22]), looks[6], looks[9]] {
        let spec = CloseupSpec { skin, hair, units_per_cm2: 85.0, length_mm: 6.0, ..spec.clone() };
        let phantom = draw(&spec, 42);
        let photo = photo(phantom.rgb.clone());
        let segmentation = segment(&photo);
        let dense = detect(&photo, View::Closeup, &segmentation, None).expect("a close-up");
        assert!(dense.is_uncountable && dense.units.is_empty(), "{hair:?} on {skin:?}");
        assert!(dense.warnings.iter().any(|w| w.contains("not counted")), "{:?}", dense.warnings);
        let hair = segmentation.tissue.as_slice().iter().filter(|t| **t == crate::segmentation::Tissue::Hair).count();
        let share = hair as f32 / segmentation.tissue.as_slice().len() as f32;
        assert!(share > 0.3, "hair covers {share:.2}, not nothing");
    }
}
