//! The whole phantom: the same on every thread count, and true to its own labels and to geometry.

use rayon::prelude::*;

use super::camera::Camera;
use super::mesh::CENTRE;
use super::picture::label;
use super::vec3::{V3, v3};
use super::{Course, HeadMesh, draw, draw_phantom, draw_series};

#[test]
fn one_seed_is_one_picture_on_any_number_of_threads() {
    let mesh = HeadMesh::built_in();
    let alone: Vec<_> = (5..8).map(|s| draw(&mesh, s, 64, 48)).collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("threads");
    let together: Vec<_> = pool.install(|| (5u64..8).into_par_iter().map(|s| draw(&mesh, s, 64, 48)).collect());
    for (a, b) in alone.iter().zip(&together) {
        assert_eq!(a.rgb, b.rgb);
        assert_eq!(a.label, b.label);
    }
    assert_ne!(alone[0].rgb, alone[1].rgb);
}

#[test]
fn labels_coverage_and_position_agree() {
    let mesh = HeadMesh::built_in();
    let (mut hair, mut scalp, mut heads) = ((0u64, 0u64), (0u64, 0u64), 0);
    for seed in 0..12 {
        let p = draw(&mesh, seed, 96, 96);
        let count = |l: u8| p.label.as_slice().iter().filter(|&&v| v == l).count();
        heads += usize::from(count(label::SKIN) + count(label::HAIR) + count(label::SCALP) > 400);
        for (k, &l) in p.label.as_slice().iter().enumerate() {
            let covered = u64::from(p.coverage.as_slice()[k]);
            match l {
                label::HAIR => hair = (hair.0 + covered, hair.1 + 1),
                label::SCALP => {
                    scalp = (scalp.0 + covered, scalp.1 + 1);
                    assert!(p.inside.as_slice()[k] >= 128, "scalp lies within the original hairline");
                    assert!(p.height.as_slice()[k] > 0, "scalp has a place on the head");
                }
                _ => {}
            }
            if p.alpha.as_slice()[k] == 0 {
                assert!(l == label::BACKGROUND || l == label::THIN || l == label::HAIR);
            }
        }
    }
    assert!(heads >= 11, "{heads} of 12 pictures show a head");
    let mean = |s: (u64, u64)| s.0 as f64 / s.1.max(1) as f64 / 255.0;
    assert!(mean(hair) > 0.6, "hair hides {:.2}", mean(hair));
    assert!(mean(scalp) < 0.25, "bare scalp is hidden by {:.2}", mean(scalp));
}

/// The cap of an ellipsoid of revolution above a plane has a closed area; the mesh's sum must match it.
#[test]
fn triangle_areas_sum_to_an_ellipsoids_area() {
    let (a, c) = (8.0f64, 9.5f64);
    let (points, triangles) = super::body::ball(|d| v3(d.x * a as f32, d.y * c as f32, d.z * a as f32), |_| true);
    let sum: f64 = triangles
        .iter()
        .map(|t| {
            let [p, q, r] = t.map(|i| points[i as usize]);
            f64::from((q - p).cross(r - p).length()) / 2.0
        })
        .sum();
    // Prolate spheroid: 2 pi a^2 (1 + c / (a e) asin e).
    let e = (1.0 - a * a / (c * c)).sqrt();
    let exact = 2.0 * std::f64::consts::PI * a * a * (1.0 + c / (a * e) * e.asin());
    assert!((sum / exact - 1.0).abs() < 0.01, "{sum:.1} against {exact:.1} cm2");
}

/// Published scalps measure about 500 cm2 (Bernstein and Rassman 1997).
#[test]
fn the_built_in_scalp_has_a_human_size_and_its_parts_add_up() {
    let mesh = HeadMesh::built_in();
    for seed in 0..6 {
        let t = draw_phantom(&mesh, seed, 48, 48).truth;
        let a = t.areas_cm2;
        assert!((380.0..780.0).contains(&a.scalp), "scalp {:.0} cm2", a.scalp);
        assert!((a.haired + a.thin + a.bare - a.scalp).abs() < 0.01 * a.scalp);
        assert!(a.loss_weighted >= 0.8 * a.bare && a.loss_weighted <= a.scalp);
    }
}

#[test]
fn the_radius_table_follows_the_skin() {
    let mesh = HeadMesh::built_in();
    let shape = super::shape::HeadShape::from_positions(&mesh, mesh.canonical.clone());
    for d in [v3(0.0, 1.0, 0.0), v3(0.0, 0.7, -0.7), v3(0.6, 0.6, 0.5)] {
        let d: V3 = d.unit();
        let along = mesh.canonical.iter().map(|&p| p - CENTRE).filter(|p| p.unit().dot(d) > 0.999).map(V3::length);
        let (sum, n) = along.fold((0.0, 0), |(s, n), r| (s + r, n + 1));
        assert!(
            n > 0 && (shape.radius(d) - sum / n as f32).abs() < 0.25,
            "{} against {}",
            shape.radius(d),
            sum / n as f32
        );
    }
}

#[test]
fn scale_of_the_truth_is_that_of_the_scalp() {
    let mesh = HeadMesh::built_in();
    for seed in [3, 5, 8] {
        let t = draw_phantom(&mesh, seed, 96, 96).truth;
        let mut c = Camera::orbit(CENTRE, t.pose.distance_cm, t.pose.yaw_deg, t.pose.pitch_deg, t.pose.roll_deg);
        c.focal = t.pose.focal_px;
        // The scalp lies up to a head's radius before the middle of the head, hardly ever behind it.
        let scale_at = |cm_nearer: f32| {
            let at = CENTRE - c.axes[2] * cm_nearer;
            10.0 / (c.project(at + c.axes[0]).x - c.project(at).x)
        };
        let (nearest, farthest) = (scale_at(13.0), scale_at(-3.0));
        assert!((nearest..farthest).contains(&t.mm_per_px), "seed {seed}: {} of {nearest}..{farthest}", t.mm_per_px);
    }
}

/// The marker's truth is what a reader of markers finds.
#[test]
fn a_marker_is_read_at_the_scale_it_was_drawn_at() {
    let mesh = HeadMesh::built_in();
    let mut read = 0;
    for seed in 20..24 {
        let p = super::draw_with_marker(&mesh, seed, 480, 360);
        let Some(drawn) = &p.truth.marker else { continue };
        let side = drawn.corners_px[0].distance(drawn.corners_px[1]);
        assert!((side * p.truth.mm_per_px - 20.0).abs() < 0.05);
        let photo = crate::photo::Photo::of(p.photo.clone());
        let scale = crate::scale::marker::scale(&photo, None, &mut Vec::new());
        if let Some(scale) = scale {
            let off = scale.mm_per_px.get() / f64::from(p.truth.mm_per_px) - 1.0;
            assert!(off.abs() < 0.03, "scale off by {off:.3}");
            read += 1;
        }
    }
    assert!(read >= 2, "{read} of 4 markers are read");
}

#[test]
fn loss_goes_on_over_a_series_and_pigment_comes_with_the_sessions() {
    let mesh = HeadMesh::built_in();
    let lost: Vec<f32> = draw_series(&mesh, 40, Course::Loss, 3, 32, 32)
        .iter()
        .step_by(5)
        .map(|p| p.truth.areas_cm2.loss_weighted)
        .collect();
    assert!(lost.windows(2).all(|w| w[1] >= w[0] - 1e-3), "{lost:?}");
    let ink: Vec<f32> =
        draw_series(&mesh, 40, Course::Pigmentation, 5, 32, 32).iter().step_by(5).map(|p| p.truth.pigment).collect();
    assert!(ink[0] == 0.0 && ink[1] < ink[2] && ink[2] < ink[3] && ink[4] < ink[3], "{ink:?}");
}

/// Seeds whose head wears a hat over the hairline, and whose shaven head has all its hair: bare is only the ear.
#[test]
fn what_a_hat_hides_is_not_asked_for_and_an_ear_is_no_bald_place() {
    const HAT: u64 = 8_800_059;
    const FULL: u64 = 8_800_046;
    let mesh = HeadMesh::built_in();
    let line = draw_phantom(&mesh, HAT, 320, 240).truth.hairline.expect("there is one under the hat");
    assert!(line.covered && line.polyline_px.len() < 2, "{} points are seen", line.polyline_px.len());
    let full = draw_phantom(&mesh, FULL, 320, 240).truth;
    assert!(full.hairline.is_some_and(|l| !l.covered && l.polyline_px.len() > 5));
    assert!(full.seen_regions.iter().all(|r| !r.bald), "{:?}", full.seen_regions);
}
