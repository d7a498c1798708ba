use super::*;
use crate::plane::Plane;
use crate::segmentation::Tissue;

fn of_rgb(rgb: Plane<[u8; 3]>) -> Photo {
    Photo::of(rgb)
}

fn noise(x: usize, y: usize) -> f32 {
    // An integer hash (Wang 2007) as a uniform value in -1..1.
    let mut v = (x as u32).wrapping_mul(73_856_093) ^ (y as u32).wrapping_mul(19_349_663);
    v = (v ^ 61) ^ (v >> 16);
    v = v.wrapping_mul(9);
    v ^= v >> 4;
    v = v.wrapping_mul(0x27d4_eb2d);
    v ^= v >> 15;
    v as f32 / u32::MAX as f32 * 2.0 - 1.0
}

/// Skin with dark hairs 8 px wide, sharp to a px.
fn closeup() -> Photo {
    of_rgb(Plane::from_fn(640, 512, |x, y| {
        let (u, v) = (x as f32 + 0.4 * y as f32, y as f32);
        let d = (u.rem_euclid(90.0) - 45.0).abs();
        let edge = if v.rem_euclid(120.0) < 80.0 { (d - 4.0).clamp(0.0, 1.0) } else { 1.0 };
        [200.0, 160.0, 140.0].map(|c| (40.0 + (c - 40.0) * edge + 2.0 * noise(x, y)) as u8)
    }))
}

fn segmentation(photo: &Photo, tissue: impl Fn(usize, usize) -> Tissue + Sync, head: Option<f64>) -> Segmentation {
    let (w, h) = (photo.rgb.width(), photo.rgb.height());
    Segmentation {
        tissue: Plane::from_fn(w, h, tissue),
        probability: Plane::filled(w, h, [1.0, 0.0, 0.0, 0.0]),
        hidden: Plane::filled(w, h, 0.0),
        canonical: None,
        field: None,
        work_image: None,
        head_width_px: head,
        confidence: 1.0,
        warnings: Vec::new(),
    }
}

fn assess_closeup(photo: &Photo) -> Quality {
    let segmentation = segmentation(photo, |_, _| Tissue::Background, None);
    assess(photo, View::Closeup, &segmentation, None)
}

fn get(quality: &Quality, aspect: Aspect) -> &Check {
    quality.checks.iter().find(|c| c.aspect == aspect).unwrap()
}

fn changed(photo: &Photo, f: impl Fn(usize, usize, f32) -> f32 + Sync) -> Photo {
    of_rgb(Plane::from_fn(photo.rgb.width(), photo.rgb.height(), |x, y| {
        photo.rgb.get(x, y).map(|c| f(x, y, f32::from(c)).clamp(0.0, 255.0) as u8)
    }))
}

fn blurred(photo: &Photo, sigma: f32) -> Photo {
    let channels = [0, 1, 2].map(|i| photo.rgb.map(|p| f32::from(p[i])).gaussian(sigma));
    of_rgb(Plane::from_fn(photo.rgb.width(), photo.rgb.height(), |x, y| {
        // The camera's noise comes after the lens's blur.
        [0, 1, 2].map(|i: usize| (channels[i].get(x, y) + 2.0 * noise(x, y)) as u8)
    }))
}

/// The verdicts along a series of ever worse photos start good, end unusable, and never get better.
fn gets_worse(aspect: Aspect, photos: impl Iterator<Item = Photo>) {
    let verdicts: Vec<Verdict> = photos.map(|p| get(&assess_closeup(&p), aspect).verdict).collect();
    assert!(verdicts.is_sorted(), "{aspect:?}: {verdicts:?}");
    assert_eq!(
        (verdicts[0], verdicts[verdicts.len() - 1]),
        (Verdict::Good, Verdict::Unusable),
        "{aspect:?}: {verdicts:?}"
    );
    assert!(verdicts.contains(&Verdict::Doubtful), "{aspect:?}: {verdicts:?}");
}

#[test]
fn a_good_closeup_is_good_and_says_nothing() {
    let quality = assess_closeup(&closeup());
    assert_eq!(quality.verdict(), Verdict::Good, "{quality:?}");
    assert!(quality.checks.iter().all(|c| c.advice.is_empty() && c.value.is_finite()));
}

#[test]
fn degraded_photos_get_worse_verdicts() {
    let good = closeup();
    gets_worse(Aspect::Focus, [0.0, 1.0, 2.0, 4.0, 6.0, 9.0, 14.0].into_iter().map(|s| blurred(&good, s)));
    let light = [1.0, 0.7, 0.5, 0.35, 0.2, 0.1, 0.0];
    gets_worse(Aspect::Exposure, light.into_iter().map(|k| changed(&good, |_, _, v| k * v)));
    // Lit from the right, so that clipping creeps in from there.
    let exposure = [0.9, 1.2, 1.5, 1.6, 1.7, 2.0, 3.0];
    let lit = |k: f32| changed(&good, move |x, _, v| k * v * (0.6 + 0.5 * x as f32 / 640.0));
    gets_worse(Aspect::Clipping, exposure.into_iter().map(lit));
    gets_worse(
        Aspect::Glare,
        [0, 5, 10, 20, 40, 60].into_iter().map(|r| {
            changed(&good, |x, y, v| {
                if (x % 128).abs_diff(64).pow(2) + (y % 128).abs_diff(64).pow(2) < r * r { 245.0 } else { v }
            })
        }),
    );
    let grain = [0.0, 5.0, 15.0, 30.0, 60.0];
    gets_worse(Aspect::Noise, grain.into_iter().map(|a| changed(&good, |x, y, v| v + a * noise(y + 7, x + 3))));
}

#[test]
fn the_blur_is_measured_in_px() {
    // A step blurred by sigma rises from 10 to 90 % over 2.563 sigma.
    let step = of_rgb(Plane::from_fn(640, 640, |x, _| [if x < 330 { 60 } else { 190 }; 3]));
    for sigma in [1.0, 2.0, 4.0, 8.0] {
        let check = assess_closeup(&blurred(&step, sigma));
        let value = get(&check, Aspect::Focus).value;
        let expected = 2.563 * f64::from(sigma);
        assert!((value / expected - 1.0).abs() < 0.25, "sigma {sigma}: {value:.2} for {expected:.2}");
    }
}

#[test]
fn a_wall_and_darkness_are_unusable_for_a_stated_reason() {
    let wall = of_rgb(Plane::from_fn(640, 480, |x, y| [(200.0 + 3.0 * noise(x, y)) as u8; 3]));
    let check = assess_closeup(&wall);
    assert_eq!(get(&check, Aspect::Focus).verdict, Verdict::Unusable, "{check:?}");
    assert!(get(&check, Aspect::Focus).advice.contains("Nothing sharp"));
    let dark = assess_closeup(&of_rgb(Plane::filled(640, 480, [0; 3])));
    assert_eq!(get(&dark, Aspect::Exposure).verdict, Verdict::Unusable, "{dark:?}");
    let tiny = assess_closeup(&of_rgb(Plane::filled(1, 1, [128; 3])));
    assert_eq!(tiny.verdict(), Verdict::Unusable, "{tiny:?}");
}

#[test]
fn a_head_that_is_cut_off_is_told() {
    let photo = closeup();
    let disc = |cx: f32| {
        move |x: usize, y: usize| {
            if (x as f32 - cx).hypot(y as f32 - 256.0) < 200.0 { Tissue::Scalp } else { Tissue::Background }
        }
    };
    for (cx, verdict) in [(320.0, Verdict::Good), (100.0, Verdict::Doubtful), (-80.0, Verdict::Doubtful)] {
        let quality = assess(&photo, View::Top, &segmentation(&photo, disc(cx), Some(400.0)), None);
        assert_eq!(get(&quality, Aspect::Framing).verdict, verdict, "{cx}: {quality:?}");
    }
    let all = assess(&photo, View::Top, &segmentation(&photo, |_, _| Tissue::Hair, Some(640.0)), None);
    assert_eq!(get(&all, Aspect::Framing).verdict, Verdict::Unusable, "{all:?}");
}

/// Prints each check's distribution over folders named in SCALPMAP_QUALITY_DIRS (`closeup=DIR:head=DIR`, for heads with
/// masks in `../masks`), plain, blurred and darkened.
#[test]
#[ignore = "measures photos outside the repository"]
#[allow(clippy::print_stdout)]
fn verdicts_on_a_folder() {
    use std::collections::BTreeMap;
    let dirs = std::env::var("SCALPMAP_QUALITY_DIRS").expect("SCALPMAP_QUALITY_DIRS=closeup=DIR:head=DIR");
    for (kind, dir) in dirs.split(':').filter_map(|d| d.split_once('=')) {
        for way in ["as it is", "blur 3 px", "blur 8 px", "light x 0.3"] {
            let mut seen: BTreeMap<String, (Vec<f64>, [usize; 3])> = BTreeMap::new();
            let mut time = std::time::Duration::ZERO;
            let mut paths: Vec<_> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
            paths.sort();
            for path in paths.iter().step_by(if paths.len() > 100 { 8 } else { 1 }) {
                let photo =
                    crate::photo::decode(&std::fs::read(path).unwrap(), &crate::photo::Limits::default()).unwrap();
                let photo = match way {
                    "blur 3 px" => blurred(&photo, 3.0),
                    "blur 8 px" => blurred(&photo, 8.0),
                    "light x 0.3" => changed(&photo, |_, _, v| 0.3 * v),
                    _ => photo,
                };
                let (view, segmentation) = if kind == "head" {
                    let mask =
                        path.parent().unwrap().join("../masks").join(path.with_extension("png").file_name().unwrap());
                    let mask = image::open(mask).unwrap().into_luma8();
                    let tissue = |x: usize, y: usize| match mask.get_pixel(x as u32, y as u32).0[0] {
                        1 | 5 => Tissue::Skin,
                        2 | 4 => Tissue::Hair,
                        3 => Tissue::Scalp,
                        _ => Tissue::Background,
                    };
                    (View::Front, segmentation(&photo, tissue, Some(440.0)))
                } else {
                    (View::Closeup, segmentation(&photo, |_, _| Tissue::Background, None))
                };
                let start = std::time::Instant::now();
                let quality = assess(&photo, view, &segmentation, None);
                time += start.elapsed();
                for check in quality.checks {
                    let entry = seen.entry(format!("{:?}", check.aspect)).or_default();
                    entry.0.push(check.value);
                    entry.1[check.verdict as usize] += 1;
                }
            }
            println!("{kind} {way}, {time:?}");
            for (aspect, (mut values, verdicts)) in seen {
                values.sort_by(f64::total_cmp);
                let at = |p: usize| values[(values.len() - 1) * p / 100];
                println!(
                    "  {aspect:10} min {:.3} p10 {:.3} p50 {:.3} p90 {:.3} max {:.3}  good/doubtful/unusable {verdicts:?}",
                    at(0),
                    at(10),
                    at(50),
                    at(90),
                    at(100)
                );
            }
        }
    }
}
