use super::*;
use crate::plane::Plane;

fn photo(width: usize, height: usize) -> Photo {
    Photo::of(Plane::filled(width, height, [180, 150, 130]))
}

fn mm(value: f64) -> Option<Mm> {
    Some(Mm::new(value).unwrap())
}

#[test]
fn the_first_source_counts_and_a_contradiction_is_told() {
    let options =
        ScaleOptions { mm_per_px: Some(MmPerPx::new(0.02).unwrap()), field_width: mm(16.4), ..ScaleOptions::default() };
    let agree = find(&photo(800, 600), View::Closeup, None, &options).unwrap();
    assert_eq!(agree.scale.unwrap().source, ScaleSource::Given);
    assert_eq!(agree.warnings, Vec::<String>::new());

    let options = ScaleOptions { field_width: mm(24.0), ..options };
    let apart = find(&photo(800, 600), View::Closeup, None, &options).unwrap();
    assert_eq!(apart.scale, agree.scale);
    assert!(apart.warnings[0].contains("50 % apart"), "{:?}", apart.warnings);
}

#[test]
fn without_a_scale_one_line_says_how_to_give_one() {
    for (view, way) in [(View::Closeup, "--field-width-mm"), (View::Top, "marker")] {
        let found = find(&photo(400, 300), view, None, &ScaleOptions::default()).unwrap();
        assert_eq!(found.scale, None);
        assert_eq!(found.warnings.len(), 1);
        assert!(found.warnings[0].contains(way), "{:?}", found.warnings);
    }
}

#[test]
fn impossible_sizes_are_told() {
    let with = |v: f64| ScaleOptions { mm_per_px: Some(MmPerPx::new(v).unwrap()), ..ScaleOptions::default() };
    for (view, head, scale, told) in [
        (View::Front, Some(500.0), 10.0, true),
        (View::Front, Some(500.0), 0.31, false),
        (View::Closeup, None, 1e-6, true),
        (View::Closeup, None, 0.005, false),
        (View::Top, None, 20.0, true),
    ] {
        let found = find(&photo(640, 640), view, head, &with(scale)).unwrap();
        assert_eq!(!found.warnings.is_empty(), told, "{view:?} {scale}: {:?}", found.warnings);
    }
    let zero = ScaleOptions { field_width: mm(0.0), ..ScaleOptions::default() };
    let error = find(&photo(640, 640), View::Closeup, None, &zero).unwrap_err();
    assert!(matches!(error, Error::Scale { .. }), "{error}");
}
