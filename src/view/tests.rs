use super::*;

fn photo(width: usize, height: usize, f: impl Fn(f32, f32) -> [f32; 3] + Sync) -> Photo {
    let rgb = Plane::from_fn(width, height, |x, y| {
        // A little noise that depends on the place alone, as every photo has.
        let noise = ((x * 7919 + y * 104_729 + x * y * 31) % 17) as f32 / 17.0 * 6.0 - 3.0;
        f(x as f32, y as f32).map(|v| (v + noise).clamp(0.0, 255.0) as u8)
    });
    Photo::of(rgb)
}

/// Skin with slanted dark strokes on a grid, lit from one side.
fn strokes(x: f32, y: f32, pitch: f32, width: f32) -> [f32; 3] {
    let light = 0.8 + 0.4 * x / 800.0;
    let (row, u, v) = ((y / pitch).floor(), x + 0.35 * y, y.rem_euclid(pitch));
    let on = (u + row * 0.37 * pitch).rem_euclid(pitch) < width && v < 0.6 * pitch;
    let skin = if on { [40.0, 35.0, 32.0] } else { [205.0, 165.0, 145.0] };
    skin.map(|c| c * light)
}

/// A head with hair on top before a wall, in a dark shirt.
fn head(x: f32, y: f32) -> [f32; 3] {
    let (dx, dy) = ((x - 320.0) / 200.0, (y - 300.0) / 250.0);
    match dx * dx + dy * dy {
        r if r > 1.0 && y > 500.0 => [35.0, 40.0, 60.0],
        r if r > 1.0 => [150.0, 160.0, 165.0],
        _ if y < 260.0 + 20.0 * (x / 40.0).sin() => {
            let streak = 25.0 * ((x + 0.2 * y) * 0.9).sin();
            [60.0 + streak, 45.0 + streak, 38.0 + streak]
        }
        _ => [215.0, 170.0, 150.0],
    }
}

#[test]
fn strokes_on_skin_are_a_closeup_and_a_head_is_not() {
    for (pitch, width) in [(40.0, 4.0), (80.0, 9.0), (160.0, 18.0)] {
        let guess = tell_closeup(&photo(640, 512, |x, y| strokes(x, y, pitch, width)));
        assert!(guess.is_closeup && guess.confidence > 0.9, "pitch {pitch}: {guess:?}");
    }
    let guess = tell_closeup(&photo(640, 640, head));
    assert!(!guess.is_closeup && guess.confidence > 0.7, "{guess:?}");
}

#[test]
fn a_round_mask_or_less_light_changes_nothing() {
    let masked =
        photo(640, 512, |x, y| if (x - 320.0).hypot(y - 256.0) > 290.0 { [4.0; 3] } else { strokes(x, y, 80.0, 9.0) });
    let guess = tell_closeup(&masked);
    assert!(guess.is_closeup && guess.confidence > 0.8, "{guess:?}");
    let dim = tell_closeup(&photo(640, 512, |x, y| strokes(x, y, 80.0, 9.0).map(|c| 0.4 * c)));
    assert!(dim.is_closeup, "{dim:?}");
    let dim = tell_closeup(&photo(640, 640, |x, y| head(x, y).map(|c| 0.4 * c)));
    assert!(!dim.is_closeup, "{dim:?}");
}

#[test]
fn a_wall_and_darkness_tell_nothing() {
    for colour in [[200.0, 198.0, 190.0], [0.0; 3]] {
        let guess = tell_closeup(&photo(640, 480, |_, _| colour));
        assert!(guess.confidence <= 0.5, "{colour:?}: {guess:?}");
    }
    let guess = tell_closeup(&photo(3, 3, |_, _| [100.0; 3]));
    assert!(!guess.is_closeup, "{guess:?}");
}

/// Scores every photo of folders named in SCALPMAP_VIEW_DIRS (`closeup=DIR:head=DIR`); prints the margin.
#[test]
#[ignore = "measures photos outside the repository"]
#[allow(clippy::print_stdout)]
fn margin_on_a_folder() {
    let dirs = std::env::var("SCALPMAP_VIEW_DIRS").expect("SCALPMAP_VIEW_DIRS=closeup=DIR:head=DIR");
    for (kind, dir) in dirs.split(':').filter_map(|d| d.split_once('=')) {
        let mut scores: Vec<(f32, String)> = std::fs::read_dir(dir)
            .unwrap()
            .filter_map(|e| {
                let path = e.unwrap().path();
                let photo = crate::photo::decode(&std::fs::read(&path).ok()?, &crate::photo::Limits::default()).ok()?;
                let layout = Layout::of(&photo.rgb.shrunk(COPY_SIDE))?;
                Some((layout.score(), format!("{} {layout:?}", path.file_name()?.to_string_lossy())))
            })
            .collect();
        scores.sort_by(|a, b| a.0.total_cmp(&b.0));
        println!(
            "{kind}: {} photos, score {:.3}..{:.3}, median {:.3}",
            scores.len(),
            scores[0].0,
            scores[scores.len() - 1].0,
            scores[scores.len() / 2].0
        );
        for (score, name) in scores.iter().take(3).chain(scores.iter().rev().take(3)) {
            println!("  {score:.3} {name}");
        }
    }
}

#[test]
fn two_witnesses_are_weighed() {
    let sure = CloseupGuess { is_closeup: true, confidence: 0.999 };
    assert!(!sure.and(-5.0).is_closeup, "the layout counts for at most 2");
    assert!(sure.and(-1.5).is_closeup);
    assert!(sure.and(3.0).confidence > 0.99);
    let unsure = CloseupGuess { is_closeup: false, confidence: 0.5 };
    assert!(unsure.and(0.5).is_closeup && unsure.and(0.5).confidence < 0.7);
}
