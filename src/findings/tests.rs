//! Heads drawn from the model itself: what was drawn must be found.

use super::grid::Grid;
use super::skull::{BREADTH_MM, CRANIUM, Camera, Part, Pose, USUAL_NEAR, V3};
use super::*;
use crate::segmentation::Tissue;
use crate::units::MmPerPx;

const SIDE: usize = 320;
const BREADTH_PX: f64 = 150.0;

pub(super) fn pose(yaw: f64, pitch: f64) -> Pose {
    Pose {
        yaw: yaw.to_radians(),
        pitch: pitch.to_radians(),
        roll: 0.0,
        centre: (160.0, 165.0),
        scale: BREADTH_PX,
        near: 0.0,
    }
}

/// A head with bare scalp where `bald` says so.
fn drawn(pose: Pose, bald: impl Fn(V3) -> bool + Sync) -> Segmentation {
    let camera = Camera::new(pose);
    let tissue = Plane::from_fn(SIDE, SIDE, |x, y| match camera.part(x as f64, y as f64) {
        Part::Room | Part::Torso => Tissue::Background,
        Part::Dome if bald(camera.place(Point::new(x as f32, y as f32)).0) => Tissue::Scalp,
        Part::Dome => Tissue::Hair,
        Part::Face | Part::Ear | Part::Neck => Tissue::Skin,
    });
    of(tissue)
}

/// The model head seen from a side, with the places on the head that a perfect net would tell.
pub(super) fn with_places(yaw: f64, pitch: f64) -> Segmentation {
    let pose = pose(yaw, pitch);
    let camera = Camera::new(pose);
    let canonical = Plane::from_fn(SIDE / 2, SIDE / 2, |x, y| {
        let at = Point::new(2.0 * x as f32 + 0.5, 2.0 * y as f32 + 0.5);
        match camera.part(f64::from(at.x), f64::from(at.y)) {
            Part::Room | Part::Torso => [0.0; 3],
            _ => place::told(camera.place(at).0),
        }
    });
    Segmentation { canonical: Some(canonical), ..drawn(pose, |_| false) }
}

fn of(tissue: Plane<Tissue>) -> Segmentation {
    let probability = tissue.map(|t| std::array::from_fn(|i| if i == t as usize { 1.0 } else { 0.0 }));
    let hidden = tissue.map(|t| if t == Tissue::Hair { 1.0 } else { 0.0 });
    Segmentation {
        tissue,
        probability,
        hidden,
        canonical: None,
        field: None,
        work_image: None,
        head_width_px: None,
        confidence: 1.0,
        warnings: Vec::new(),
    }
}

fn read_it(segmentation: &Segmentation) -> Findings {
    let coverage = crate::coverage::measure(segmentation);
    let scale =
        Scale { mm_per_px: MmPerPx::new(1.0).unwrap(), source: crate::scale::ScaleSource::Given, relative_error: 0.02 };
    read(segmentation, &coverage, None, None, Some(&scale))
}

/// Direction from the skull's centre on its own unit sphere.
fn sphere(p: V3) -> V3 {
    std::array::from_fn(|i| (p[i] - CRANIUM.centre[i]) / CRANIUM.axes[i])
}

#[test]
fn the_five_views_are_told_apart() {
    let views = [
        (0.0, 10.0, View::Front),
        (0.0, 85.0, View::Top),
        (90.0, 5.0, View::Left),
        (-90.0, 5.0, View::Right),
        (180.0, 5.0, View::Back),
    ];
    for (yaw, pitch, view) in views {
        let found = read_it(&drawn(pose(yaw, pitch), |_| false)).head.unwrap();
        assert_eq!(found.view.view, view, "drawn at yaw {yaw}, pitch {pitch}");
    }
}

#[test]
fn a_bald_cap_has_its_curved_area() {
    // A disc on the skull's own sphere around a place between crown and front.
    let axis: V3 = [0.0, 0.93, 0.368];
    let inside = |p: V3| sphere(p).iter().zip(axis).map(|(a, b)| a * b).sum::<f64>() > 0.9;
    // Its area by summing surface elements of the ellipsoid, in px of the drawing (1 mm each).
    let (n, mut area) = (600, 0.0);
    let [a, b, c] = CRANIUM.axes;
    for i in 0..n {
        for j in 0..2 * n {
            let t = std::f64::consts::PI * (f64::from(i) + 0.5) / f64::from(n);
            let f = std::f64::consts::PI * (f64::from(j) + 0.5) / f64::from(n);
            let s = [t.sin() * f.sin(), t.cos(), t.sin() * f.cos()];
            if s.iter().zip(axis).map(|(a, b)| a * b).sum::<f64>() > 0.9 {
                let m = ((s[0] / a).powi(2) + (s[1] / b).powi(2) + (s[2] / c).powi(2)).sqrt();
                area += a * b * c * m * t.sin() * (std::f64::consts::PI / f64::from(n)).powi(2);
            }
        }
    }
    for near in [0.0, USUAL_NEAR] {
        let pose = Pose { near, ..pose(0.0, 80.0) };
        let drawing = drawn(pose, inside);
        // A px is a mm on the scalp, which a near camera sees larger than what lies between the ears.
        let breadth_px = BREADTH_PX / Grid::new(&drawing).scalp_depth(&Camera::new(pose));
        assert!((breadth_px > 1.05 * BREADTH_PX) == (near > 0.0), "{breadth_px}");
        has_area(&read_it(&drawing), area * breadth_px * breadth_px / 100.0);
    }
}

#[test]
fn from_the_side_a_near_camera_sees_the_hairline_up_to_the_outline() {
    for yaw in [90.0, -90.0] {
        let found = read_it(&drawn(Pose { near: USUAL_NEAR, ..pose(yaw, 5.0) }, |_| false));
        let mid = found.hairline.expect("hair above a face").mid_frontal.expect("the line runs to the outline");
        // The face looks to the photo's left from the client's left, and the other way round.
        assert!((mid.x < 160.0) == (yaw > 0.0), "{mid:?}");
    }
}

fn has_area(found: &Findings, cm2: f64) {
    let region = found.bald_regions.iter().find(|r| r.kind == RegionKind::Bald).unwrap();
    let measured = region.area.unwrap();
    assert!((measured.value.get() / cm2 - 1.0).abs() < 0.08, "{} of {cm2:.1} cm2", measured.value);
    assert!(measured.low.get() < cm2 && cm2 < measured.high.get());
    assert!(region.area_px / 100.0 < measured.value.get(), "a curved area exceeds its picture");
}

#[test]
fn thin_hair_on_the_scalp_is_a_region_and_hair_over_the_shoulders_is_none() {
    let half_hidden = |thin: &(dyn Fn(usize, usize) -> bool + Sync)| {
        let head = drawn(pose(180.0, 10.0), |_| false);
        let tissue = Plane::from_fn(SIDE, SIDE, |x, y| if thin(x, y) { Tissue::Hair } else { head.tissue.get(x, y) });
        let hidden = Plane::from_fn(SIDE, SIDE, |x, y| if thin(x, y) { 0.5 } else { head.hidden.get(x, y) });
        Segmentation { hidden, ..of(tissue) }
    };
    // Two locks beside the neck, down to the photo's edge; and a patch on the back of the head, no larger.
    let locks = half_hidden(&|x, y| (210..SIDE).contains(&y) && ((35..75).contains(&x) || (245..285).contains(&x)));
    let patch = half_hidden(&|x, y| (100..150).contains(&y) && (135..185).contains(&x));
    let found = read_it(&patch).bald_regions;
    assert!(found.len() == 1 && found[0].kind == RegionKind::Thinning, "{found:?}");
    assert!(read_it(&locks).bald_regions.is_empty(), "{:?}", read_it(&locks).bald_regions);
    // Nor does a zone count them as its scalp.
    let by_zone = read_it(&locks).by_zone;
    assert!(by_zone.len() > 2 && by_zone.iter().all(|z| z.hidden.value > 0.99), "{by_zone:?}");
}

#[test]
fn receded_temples_recede_and_the_mirror_image_mirrors() {
    // The client's left temple is bare 45 mm further back than the border.
    let left = |p: V3| p[0] > 0.14 && p[2] > 0.15 && p[1] > 0.3;
    let segmentation = drawn(pose(0.0, 35.0), left);
    let found = read_it(&segmentation).hairline.unwrap();
    let (l, r) = (found.recession_left.unwrap(), found.recession_right.unwrap());
    assert!(l > r + 0.05, "left {l:.3} against right {r:.3} breadths");
    let t = &segmentation.tissue;
    let mirrored = of(Plane::from_fn(SIDE, SIDE, |x, y| t.get(SIDE - 1 - x, y)));
    let other = read_it(&mirrored).hairline.unwrap();
    assert!((other.recession_right.unwrap() - l).abs() < 0.05, "{:?} against {l:.3}", other.recession_right);
    assert!(other.polyline[0].x <= other.polyline[other.polyline.len() - 1].x, "runs from left to right");
}

#[test]
fn the_hairline_runs_across_a_parting() {
    // 14 mm broad, from the hairline to the crown.
    let parting = |p: V3| p[0].abs() * BREADTH_MM < 7.0 && p[1] > 0.3;
    let length = |line: &[Point]| line.windows(2).map(|k| k[0].distance(k[1])).sum::<f32>();
    let plain = read_it(&drawn(pose(0.0, 35.0), |_| false)).hairline.unwrap();
    let parted = read_it(&drawn(pose(0.0, 35.0), parting)).hairline.unwrap();
    let (without, with) = (length(&plain.polyline), length(&parted.polyline));
    assert!((with / without - 1.0).abs() < 0.15, "{with:.0} px with the parting, {without:.0} without");
}

#[test]
fn a_shadow_over_brows_and_nose_makes_no_hairline() {
    let bald = drawn(pose(0.0, 20.0), |_| true);
    let camera = Camera::new(pose(0.0, 20.0));
    let shaded = of(Plane::from_fn(SIDE, SIDE, |x, y| {
        let (place, _) = camera.place(Point::new(x as f32, y as f32));
        let in_shade = (40.0..70.0).contains(&(place[1] * BREADTH_MM)) && place[0].abs() * BREADTH_MM < 45.0;
        let t = bald.tissue.get(x, y);
        if t == Tissue::Skin && in_shade { Tissue::Hair } else { t }
    }));
    assert!(read_it(&shaded).hairline.is_none());
}

#[test]
fn a_fringe_down_to_the_brows_hides_the_hairline() {
    let head = with_places(0.0, 5.0);
    assert!(read_it(&head).hairline.is_some(), "the forehead is free");
    let canonical = head.canonical.clone().unwrap();
    // From two centimetres above the brows on; a model head set higher by as much would see nothing wrong.
    let tissue = Plane::from_fn(SIDE, SIDE, |x, y| {
        let [_, cosine, height] = canonical.get(x / 2, y / 2);
        if head.tissue.get(x, y) == Tissue::Skin && cosine > 0.0 && height > 0.41 {
            Tissue::Hair
        } else {
            head.tissue.get(x, y)
        }
    });
    let found = read_it(&Segmentation { canonical: head.canonical, ..of(tissue) });
    assert!(found.hairline.is_none());
    assert!(found.warnings.iter().any(|w| w.contains("down to the brows")), "{:?}", found.warnings);
}

#[test]
fn thin_hair_has_a_hairline_where_it_stands_out_from_the_forehead() {
    let bald = drawn(pose(0.0, 20.0), |_| true);
    let hiding = |scalp: f32, skin: f32| {
        let hidden = bald.tissue.map(|t| match t {
            Tissue::Scalp => scalp,
            Tissue::Skin => skin,
            _ => 0.0,
        });
        read_it(&Segmentation { hidden, ..bald.clone() }).hairline
    };
    assert!(hiding(0.35, 0.02).is_some(), "a thin forelock");
    assert!(hiding(0.05, 0.02).is_none(), "bald");
    // A rough forehead that reads as hidden goes on up the scalp.
    assert!(hiding(0.35, 0.25).is_none(), "rough skin");
}

#[test]
fn no_hairline_from_behind_or_on_a_shaven_head() {
    assert!(read_it(&drawn(pose(180.0, 5.0), |_| false)).hairline.is_none());
    assert!(read_it(&drawn(pose(0.0, 20.0), |_| true)).hairline.is_none());
}

#[test]
fn an_empty_photo_has_no_head() {
    let found = read_it(&of(Plane::filled(64, 48, Tissue::Background)));
    assert!(found.head.is_none() && found.warnings[0].contains("no head"));
}
