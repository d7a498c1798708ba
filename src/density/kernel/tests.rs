use super::*;
use crate::plane::Plane;

/// Skin with dots, short hairs and noise; sizes that no vector length divides.
fn scalp(width: usize, height: usize, seed: u64) -> Vec<[u8; 3]> {
    let mut state = seed;
    let mut dice = |sides: u32| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32 % sides
    };
    let mut grey: Vec<f32> = (0..width * height).map(|_| 172.0 + dice(17) as f32).collect();
    for _ in 0..12.max(width * height / 700) {
        let (cx, cy) = (dice(width as u32) as i64, dice(height as u32) as i64);
        let radius = 1.2 + dice(1000) as f32 * 0.007;
        let length = 1.0 + dice(3) as f32;
        let (sin, cos) = (dice(314) as f32 * 0.01).sin_cos();
        let reach = (3.0 * radius * length) as i64;
        for (dx, dy) in (-reach..=reach).flat_map(|y| (-reach..=reach).map(move |x| (x, y))) {
            let (x, y) = (cx + dx, cy + dy);
            if (0..width as i64).contains(&x) && (0..height as i64).contains(&y) {
                let (along, across) = ((dx as f32 * cos + dy as f32 * sin) / length, dy as f32 * cos - dx as f32 * sin);
                let depth = 90.0 * (-(along * along + across * across) / (radius * radius)).exp();
                grey[y as usize * width + x as usize] -= depth;
            }
        }
    }
    grey.iter().map(|g| [g * 1.05, g * 0.9, g * 0.8].map(|v| v.clamp(0.0, 255.0) as u8)).collect()
}

/// Share of `a` that has a partner in `b` of the same scale within `distance` px.
fn matched(a: &[Spot], b: &[Spot], distance: f32) -> f64 {
    let near = |s: &Spot| b.iter().any(|o| o.scale == s.scale && (o.x - s.x).hypot(o.y - s.y) <= distance);
    a.iter().filter(|s| near(s)).count() as f64 / a.len() as f64
}

#[test]
fn every_instruction_set_finds_the_spots_of_the_plain_definition() {
    // One narrower than a register, one with several strips, one lower than the largest kernel.
    for (width, height, seed) in [(11, 90, 1), (331, 277, 2), (4111, 61, 3), (130, 22, 4)] {
        let rgb = scalp(width, height, seed);
        let plain = dark_spots(&rgb, width, height, 2.0, Mode::Exact, Isa::Plain);
        assert!(!plain.is_empty(), "{width} x {height}");
        for isa in Isa::available() {
            let exact = dark_spots(&rgb, width, height, 2.0, Mode::Exact, isa);
            for share in [matched(&exact, &plain, 0.1), matched(&plain, &exact, 0.1)] {
                assert!(share >= 0.99, "{isa:?} {width} x {height}: {share}");
            }
        }
    }
}

#[test]
fn decimation_moves_few_spots() {
    let (width, height) = (613, 587);
    let rgb = scalp(width, height, 5);
    let exact = dark_spots(&rgb, width, height, 2.0, Mode::Exact, Isa::Plain);
    for isa in Isa::available().into_iter().skip(1) {
        let decimated = dark_spots(&rgb, width, height, 2.0, Mode::Decimated, isa);
        for share in [matched(&decimated, &exact, 1.0), matched(&exact, &decimated, 1.0)] {
            assert!(share >= 0.97, "{isa:?}: {share} of {}", exact.len());
        }
    }
}

#[test]
fn a_spot_answers_at_its_place_and_its_size() {
    for (scale, sigma) in [(1usize, 1.7f32), (3, 3.3), (5, 6.7)] {
        let rgb: Vec<[u8; 3]> = (0..101 * 97)
            .map(|i| {
                let (dx, dy) = ((i % 101) as f32 - 43.0, (i / 101) as f32 - 51.0);
                [(200.0 - 120.0 * (-0.5 * (dx * dx + dy * dy) / (sigma * sigma)).exp()) as u8; 3]
            })
            .collect();
        for isa in Isa::available() {
            let spots = dark_spots(&rgb, 101, 97, 8.0, Mode::Decimated, isa);
            assert_eq!(spots.len(), 1, "{isa:?} {sigma}: {spots:?}");
            assert!((spots[0].x - 43.0).hypot(spots[0].y - 51.0) < 0.2, "{isa:?} {sigma}: {spots:?}");
            assert_eq!(usize::from(spots[0].scale), scale, "{isa:?} {sigma}");
        }
    }
}

#[test]
fn every_instruction_set_draws_the_same_ridges() {
    for (width, height) in [(203, 117), (17, 40), (2500, 20)] {
        let rgb = scalp(width, height, 7);
        let plain = dark_ridges(&rgb, width, height, &SIGMAS[..5], Isa::Plain);
        assert!(plain.iter().any(|&v| v > 5.0));
        for isa in Isa::available() {
            let ridges = dark_ridges(&rgb, width, height, &SIGMAS[..5], isa);
            let worst = ridges.iter().zip(&plain).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst < 0.01, "{isa:?} {width} x {height}: {worst}");
        }
    }
}

#[test]
fn separable_filters_of_both_symmetries_agree() {
    let even = [0.1, 0.2, 0.4, 0.2, 0.1f32];
    let odd = [-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3f32];
    for (width, height) in [(1, 1), (15, 16), (16, 33), (77, 50)] {
        let plane = Plane::from_fn(width, height, |x, y| ((x * 37 + y * 101) % 53) as f32);
        for (x, y) in [(&even[..], &odd[..]), (&odd, &even), (&odd, &odd), (&even, &even)] {
            let direct = Plane::from_fn(width, height, |px, py| {
                let mut sum = 0.0;
                for (j, v) in (0i64..).zip(y) {
                    for (i, u) in (0i64..).zip(x) {
                        let (sx, sy) = (px as i64 + i - x.len() as i64 / 2, py as i64 + j - y.len() as i64 / 2);
                        sum += u * v * plane.get_clamped(sx, sy);
                    }
                }
                sum
            });
            for isa in Isa::available() {
                let fast = separable(&plane, x, y, isa);
                let worst =
                    fast.as_slice().iter().zip(direct.as_slice()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(worst < 1e-3, "{isa:?} {width} x {height}: {worst}");
            }
        }
    }
}

#[test]
fn density_keeps_the_number_of_spots() {
    let spot = |x: f32, y: f32| Spot { x, y, response: 9.0, scale: 2 };
    let map = density(&[spot(100.0, 96.0), spot(101.0, 97.0)], 203, 199, 1.5);
    assert_eq!((map.width(), map.height()), (26, 25));
    assert!((map.as_slice().iter().sum::<f32>() * 64.0 - 2.0).abs() < 1e-3);
    assert!(map.get(12, 12) > map.get(9, 12));
}
