use super::*;
use crate::plane::Plane;

/// A photo of skin-like ground with a tag seen through a homography; `corners` of the black square in px edges.
pub fn photo_of_tag(tag: usize, corners: [Point; 4], blur: f32, noise: f32, shade: f32) -> Photo {
    let (w, h) = (640, 480);
    let map = geometry::Homography::of_square(&corners);
    // The inverse by search is slow; paint cells as points dense enough to fill every px, four samples a px and side.
    let mut sum = Plane::filled(w, h, 0.0_f32);
    let mut hits = Plane::filled(w, h, 0.0_f32);
    let side = corners[0].distance(corners[2]).max(corners[1].distance(corners[3]));
    let steps = (side * 5.0) as i64;
    for i in -steps / 4..steps + steps / 4 {
        for j in -steps / 4..steps + steps / 4 {
            let (u, v) = ((i as f64 + 0.5) / steps as f64, (j as f64 + 0.5) / steps as f64);
            let p = map.map(u, v);
            if p.x < 0.0 || p.y < 0.0 || p.x >= w as f32 || p.y >= h as f32 {
                continue;
            }
            let inside = (0.0..1.0).contains(&u) && (0.0..1.0).contains(&v);
            let white = !inside || tag36h11::is_white(tag, (v * 8.0) as usize, (u * 8.0) as usize);
            let (x, y) = (p.x as usize, p.y as usize);
            sum.set(x, y, sum.get(x, y) + if white { 225.0 } else { 35.0 });
            hits.set(x, y, hits.get(x, y) + 1.0);
        }
    }
    let plain = Plane::from_fn(w, h, |x, y| match hits.get(x, y) {
        n if n > 0.0 => sum.get(x, y) / n,
        // Skin with short dark hairs.
        _ if (x + y / 3) % 23 < 2 && y % 31 < 20 => 60.0,
        _ => 165.0,
    });
    let soft = plain.gaussian(blur);
    let rgb = Plane::from_fn(w, h, |x, y| {
        let light = 1.0 - shade * x as f32 / w as f32;
        let grain = ((x * 7919 + y * 104_729 + x * y * 31) % 101) as f32 / 50.0 - 1.0;
        [(soft.get(x, y) * light + noise * grain).clamp(0.0, 255.0) as u8; 3]
    });
    Photo::of(rgb)
}

fn turned(side: f32, degrees: f32) -> [Point; 4] {
    let (s, c) = degrees.to_radians().sin_cos();
    [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)]
        .map(|(u, v)| Point::new(320.3 + side * (u * c - v * s), 240.7 + side * (u * s + v * c)))
}

#[test]
fn tags_are_found_turned_small_blurred_noisy_and_in_uneven_light() {
    for (side, degrees, blur, noise, shade) in [
        (160.0, 0.0, 0.6, 3.0, 0.0),
        (160.0, 31.0, 1.5, 8.0, 0.6),
        (300.0, 45.0, 2.0, 5.0, 0.3),
        (60.0, 77.0, 1.0, 5.0, 0.5),
        (40.0, 12.0, 0.8, 4.0, 0.0),
        (27.0, 5.0, 0.5, 3.0, 0.2),
        (27.0, 40.0, 0.5, 3.0, 0.0),
    ] {
        for tag in [0, 3, 7] {
            let found = detect(&photo_of_tag(tag, turned(side, degrees), blur, noise, shade));
            assert_eq!(found.len(), 1, "side {side} at {degrees}°: {found:?}");
            assert_eq!(found[0].tag, tag);
            let error = found[0].side_px() / f64::from(side) - 1.0;
            let limit = 0.3 / f64::from(side) + 0.003;
            assert!(error.abs() < limit, "side {side} at {degrees}°: off by {:.2} %", error * 100.0);
        }
    }
}

#[test]
fn a_tag_in_perspective_is_read_and_costs_trust() {
    let p = Point::new;
    let corners = [p(250.0, 150.0), p(400.0, 170.0), p(390.0, 290.0), p(240.0, 300.0)];
    let photo = photo_of_tag(0, corners, 0.8, 4.0, 0.2);
    let found = detect(&photo);
    assert_eq!(found.len(), 1);
    let truth = geometry::area(&corners).sqrt();
    assert!((found[0].side_px() / truth - 1.0).abs() < 0.01, "{} for {truth}", found[0].side_px());
    let straight = scale(&photo_of_tag(0, turned(140.0, 0.0), 0.8, 4.0, 0.2), None, &mut Vec::new()).unwrap();
    let slanted = scale(&photo, None, &mut Vec::new()).unwrap();
    assert!(slanted.relative_error > 1.5 * straight.relative_error, "{slanted:?} {straight:?}");
}

#[test]
fn the_number_tells_the_size_and_the_option_overrides_it() {
    let side = 160.0;
    let photo = |tag| photo_of_tag(tag, turned(f32::from(160_u8), 20.0), 0.8, 3.0, 0.1);
    let mut warnings = Vec::new();
    for (tag, size, expected) in
        [(0, None, Some(20.0)), (1, None, Some(10.0)), (7, None, None), (7, Some(35.0), Some(35.0))]
    {
        let size = size.map(|s| Mm::new(s).unwrap());
        let found = scale(&photo(tag), size, &mut warnings).map(|s| s.mm_per_px.get() * side);
        match (found, expected) {
            (Some(f), Some(e)) => assert!((f / e - 1.0_f64).abs() < 0.01, "tag {tag}: {f} for {e}"),
            (found, expected) => assert_eq!(found, expected, "tag {tag}"),
        }
    }
    assert!(warnings.iter().any(|w| w.contains("--marker-size")), "{warnings:?}");
}

#[test]
fn skin_with_hairs_has_no_marker() {
    let far = [
        Point::new(-900.0, -900.0),
        Point::new(-800.0, -900.0),
        Point::new(-800.0, -800.0),
        Point::new(-900.0, -800.0),
    ];
    assert_eq!(detect(&photo_of_tag(0, far, 0.6, 6.0, 0.3)), Vec::new());
}
