use super::super::Tissue;
use super::*;

/// Reproducible noise, -1..1.
fn noise(x: usize, y: usize) -> f32 {
    let mut v = (x as u32).wrapping_mul(0x9E37_79B1) ^ (y as u32).wrapping_mul(0x85EB_CA77);
    v = (v ^ (v >> 15)).wrapping_mul(0x2C1B_3C6D);
    v = (v ^ (v >> 12)).wrapping_mul(0x297A_2D39);
    (v ^ (v >> 15)) as f32 / u32::MAX as f32 * 2.0 - 1.0
}

/// A face on a neck under a cap of hair, and the truth; the head leaves through the lower border.
fn drawn(w: usize, h: usize, skin: [u8; 3], hair: [u8; 3], wall: [u8; 3]) -> (Photo, Plane<Tissue>) {
    let truth = Plane::from_fn(w, h, |x, y| {
        let (u, v) = ((x as f32 + 0.5) / w as f32 - 0.5, (y as f32 + 0.5) / w as f32);
        let head = (u / 0.3).hypot((v - 0.5) / 0.38) < 1.0;
        match (head, u.abs() < 0.16 && v > 0.7) {
            (true, _) if v < 0.36 || (u.abs() > 0.24 && v < 0.6) => Tissue::Hair,
            (true, _) | (_, true) => Tissue::Skin,
            _ => Tissue::Background,
        }
    });
    let rgb = Plane::from_fn(w, h, |x, y| {
        let (base, rough) = match truth.get(x, y) {
            Tissue::Hair => (hair, 0.35),
            Tissue::Skin | Tissue::Scalp => (skin, 0.02),
            Tissue::Background => (wall, 0.02),
        };
        let light = 1.0 + rough * noise(x / 2, y / 2);
        base.map(|c| (f32::from(c) * light).clamp(0.0, 255.0) as u8)
    });
    (Photo::of(rgb), truth)
}

fn share_right(found: &Plane<Tissue>, truth: &Plane<Tissue>, of: Tissue) -> f64 {
    let pairs = || found.as_slice().iter().zip(truth.as_slice());
    let both = pairs().filter(|(f, t)| **f == of && **t == of).count();
    both as f64 / pairs().filter(|(f, t)| **f == of || **t == of).count() as f64
}

#[test]
fn heads_of_many_colours_are_found() {
    for (name, skin, hair, wall) in [
        ("light skin, brown hair", [225, 180, 155], [70, 50, 38], [120, 135, 150]),
        ("medium skin, black hair", [175, 125, 95], [30, 26, 25], [215, 215, 210]),
        ("dark skin, black hair", [95, 62, 48], [22, 19, 18], [140, 150, 140]),
        ("light skin, grey hair", [215, 170, 150], [150, 150, 152], [50, 70, 60]),
    ] {
        let (photo, truth) = drawn(400, 500, skin, hair, wall);
        let found = Classical.segment(&photo, View::Front).unwrap();
        for (tissue, least) in [(Tissue::Background, 0.9), (Tissue::Hair, 0.75), (Tissue::Skin, 0.6)] {
            let iou = share_right(&found.tissue, &truth, tissue);
            assert!(iou > least, "{name}: IoU of {tissue:?} is {iou:.3}");
        }
        let width = found.head_width_px.unwrap();
        assert!((width - 240.0).abs() < 20.0, "{name}: {width} px wide");
    }
}

#[test]
fn a_wall_and_a_black_picture_have_no_head() {
    for colour in [[0u8; 3], [128, 130, 126], [255; 3]] {
        let photo = Photo::of(Plane::filled(200, 150, colour));
        let found = Classical.segment(&photo, View::Front).unwrap();
        assert!(found.head_width_px.is_none(), "{colour:?}: {:?} px", found.head_width_px);
        assert!(!found.warnings.is_empty());
    }
}

#[test]
fn sizes_down_to_one_px_do_not_panic() {
    for (w, h) in [(1, 1), (1, 40), (7, 3)] {
        let photo = Photo::of(Plane::filled(w, h, [200, 150, 120]));
        let found = Classical.segment(&photo, View::Top).unwrap();
        assert_eq!((found.tissue.width(), found.tissue.height()), (w, h));
    }
}
