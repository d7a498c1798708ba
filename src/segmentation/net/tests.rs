use super::*;

/// A picture with structure, so that equal results mean something.
fn picture(w: usize, h: usize) -> Plane<[u8; 3]> {
    Plane::from_fn(w, h, |x, y| {
        let head = (x as f32 / w as f32 - 0.5).hypot(y as f32 / h as f32 - 0.5) < 0.3;
        if head { [200, (150 + x % 7) as u8, 130] } else { [(x * 255 / w) as u8, 90, (y * 255 / h) as u8] }
    })
}

#[test]
fn embedded_weights_are_those_of_models_toml() {
    let net = Net::embedded().expect("the embedded net loads");
    assert_eq!(net.sha256().len(), 64);
    let changed: &'static [u8] = &WEIGHTS[..WEIGHTS.len() - 1];
    let refused = Net::load(MODELS, changed).err().expect("other weights are refused");
    assert!(refused.contains("SHA-256"), "{refused}");
}

#[test]
fn coverage_speaks_for_hair_and_against_skin_and_never_shouts() {
    let entry = &Net::embedded().unwrap().entry;
    // Log-odds of coverage.
    let (hidden, bare) = (4.0, -6.0);
    assert!(entry.hair.says(hidden) > 0.0 && entry.hair.says(bare) < 0.0);
    assert!(entry.skin.says(hidden) < 0.0 && entry.skin.says(bare) > 0.0);
    for witness in [entry.hair, entry.skin] {
        assert!((witness.says(1e6).abs() - witness.weight.abs()).abs() < 1e-6);
        assert!(witness.says(witness.at).abs() < 1e-6);
    }
}

#[test]
fn maps_cover_the_photo_and_are_probabilities() {
    let maps = Net::embedded().unwrap().maps(&Photo::of(picture(600, 450)));
    assert_eq!((maps.probability.width(), maps.probability.height()), (maps.hidden.width(), maps.hidden.height()));
    let ratio = maps.probability.width() as f64 / maps.probability.height() as f64;
    assert!((ratio / (600.0 / 450.0) - 1.0).abs() < 0.15, "{ratio}");
    for p in maps.probability.as_slice() {
        assert!((p.iter().sum::<f32>() - 1.0).abs() < 1e-4 && p.iter().all(|v| (0.0..=1.0).contains(v)), "{p:?}");
    }
    assert!(maps.hidden.as_slice().iter().all(|v| (0.0..=1.0).contains(v)));
}

/// The runtime that served before is the peer: it reads the same file by code of its own.
#[test]
fn the_graph_answers_as_another_runtime_does() {
    let peer = rten::Model::load_static_slice(WEIGHTS).expect("the peer reads the file");
    for (w, h) in [(128, 96), (64, 160)] {
        let value = |c: usize, x: usize, y: usize| ((c * 31 + x * 7 + y * 13) % 101) as f32 * 0.03 - 1.5;
        let flat: Vec<f32> = (0..3 * w * h).map(|i| value(i / (w * h), i % w, i / w % h)).collect();
        let given = rten::Value::from_shape([1, 3, h, w], flat).unwrap();
        let (shape, expected) = peer.run_one(given.into(), None).unwrap().into_shape_vec::<f32, 4>().unwrap();
        assert_eq!(shape, [1, CHANNELS, h / 2, w / 2]);
        for isa in Isa::available() {
            let mut input = Features::zeros(3, w, h);
            for c in 0..3 {
                for y in 0..h {
                    input.row_mut(c, y).iter_mut().enumerate().for_each(|(x, v)| *v = value(c, x, y));
                }
            }
            let answer = graph::Graph::read(WEIGHTS, isa).unwrap().run(input);
            let rows = (0..CHANNELS).flat_map(|c| (0..h / 2).map(move |y| (c, y)));
            let found: Vec<f32> = rows.flat_map(|(c, y)| answer.row(c, y).to_vec()).collect();
            assert_eq!(found.len(), expected.len());
            let off = found.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(off < 1e-3, "{isa:?}, {w} x {h}: {off}");
        }
    }
}

#[test]
fn input_sides_are_multiples_of_the_stride() {
    assert_eq!(input_size(640, 640, 288), (288, 288));
    assert_eq!(input_size(4032, 3024, 288), (288, 224));
    assert_eq!(input_size(10_000, 10, 288), (288, 32));
}

#[test]
fn mirror_images_swap_left_and_right() {
    let mut maps = Maps {
        probability: Plane::filled(2, 1, [0.25; 4]),
        hidden: Plane::from_vec(2, 1, vec![0.2, 0.6]),
        canonical: Plane::from_vec(2, 1, vec![[0.5, 0.5, 0.1], [-0.5, 0.5, 0.3]]),
    };
    let mirrored = Maps {
        hidden: Plane::from_vec(2, 1, vec![0.6, 0.2]),
        canonical: Plane::from_vec(2, 1, vec![[0.5, 0.5, 0.3], [-0.5, 0.5, 0.1]]),
        ..maps.clone()
    };
    assert_eq!(mirrored.clone().mirrored().hidden, maps.hidden);
    assert_eq!(mirrored.clone().mirrored().canonical, maps.canonical);
    let both = mean(&[maps.clone(), mirrored.clone().mirrored()]);
    assert_eq!((both.hidden, both.canonical), (maps.hidden.clone(), maps.canonical.clone()));
    maps.hidden.set(0, 0, 0.4);
    assert!((mean(&[maps, mirrored.clone().mirrored()]).hidden.get(0, 0) - 0.3).abs() < 1e-6);
}

#[test]
fn looks_of_several_sizes_are_averaged_at_the_largest() {
    let of = |w: usize, h: usize, p: [f32; 4]| Maps {
        probability: Plane::filled(w, h, p),
        hidden: Plane::filled(w, h, p[2]),
        canonical: Plane::filled(w, h, [0.0, p[2], 0.0]),
    };
    let both = mean(&[of(4, 3, [1.0, 0.0, 0.0, 0.0]), of(5, 4, [0.0, 0.0, 1.0, 0.0])]);
    assert_eq!((both.probability.width(), both.probability.height()), (5, 4));
    assert!(both.probability.as_slice().iter().all(|p| *p == [0.5, 0.0, 0.5, 0.0]));
    assert!(both.hidden.as_slice().iter().all(|&v| v == 0.5));
}

#[test]
fn only_a_small_head_gets_a_second_look() {
    let seen = |r: f64| {
        Plane::from_fn(100, 100, |x, y| {
            let inside = (x as f64 - 40.0).abs() < r && (y as f64 - 60.0).abs() < r;
            if inside { [0.0, 0.0, 1.0, 0.0] } else { [1.0, 0.0, 0.0, 0.0] }
        })
    };
    assert_eq!(small_head(&seen(35.0), 1000, 1000), None);
    assert_eq!(small_head(&seen(0.0), 1000, 1000), None);
    let window = small_head(&seen(10.0), 1000, 1000).expect("a head of 190 px");
    assert!(window.x <= 310 - 40 && window.x + window.width >= 500 + 40, "{window:?}");
    assert!(window.y <= 510 - 40 && window.y + window.height >= 700 + 40, "{window:?}");
    // Bare shoulders do not make the head a large one.
    let mut shoulders = seen(10.0);
    (75..100).for_each(|y| shoulders.row_mut(y).fill([0.0, 1.0, 0.0, 0.0]));
    assert_eq!(small_head(&shoulders, 1000, 1000), Some(window));
    // Without hair and scalp all that is not background counts.
    let face = seen(10.0).map(|p| [p[0], p[2], 0.0, 0.0]);
    assert_eq!(small_head(&face, 1000, 1000), Some(window));
}

#[test]
fn second_look_replaces_only_its_window() {
    let of = |w: usize, p: [f32; 4], hidden: f32| Maps {
        probability: Plane::filled(w, w, p),
        hidden: Plane::filled(w, w, hidden),
        canonical: Plane::filled(w, w, [0.0; 3]),
    };
    let whole = of(50, [1.0, 0.0, 0.0, 0.0], 0.0);
    let closer = of(50, [0.0, 0.0, 1.0, 0.0], 1.0);
    let window = Window { x: 100, y: 200, width: 200, height: 200 };
    let both = insert(&whole, &closer, window, 1000, 1000);
    assert_eq!((both.hidden.width(), both.hidden.height()), (250, 250));
    // 50 px a side, less on each side the outer half of the fading, 2.5 px; the px in its middle is as much the one as the other.
    let hair = |maps: &Maps| maps.probability.as_slice().iter().filter(|p| p[2] > 0.5).count();
    assert_eq!(hair(&both), 44 * 44);
    assert!((both.hidden.get(50, 75) - 1.0).abs() < 1e-6);
    assert!(both.hidden.get(10, 75).abs() < 1e-6);
    assert!(both.probability.as_slice().iter().all(|p| (p.iter().sum::<f32>() - 1.0).abs() < 1e-5));
    // At the photo's own border nothing fades.
    let corner = insert(&whole, &closer, Window { x: 0, y: 800, width: 200, height: 200 }, 1000, 1000);
    assert!((corner.hidden.get(0, 249) - 1.0).abs() < 1e-6);
    assert_eq!(hair(&corner), 47 * 47);
}

#[test]
fn an_even_field_is_a_closeup_and_a_head_before_a_wall_is_none() {
    let even = Plane::from_fn(96, 64, |x, y| {
        let hair = if (x + y / 3) % 9 < 2 { 0.6 } else { 0.05 };
        [0.1, 0.9 - hair, hair, 0.0]
    });
    let head = Plane::from_fn(96, 64, |x, y| match ((x as f32 - 48.0).hypot(y as f32 - 32.0) < 26.0, y < 30) {
        (false, _) => [0.98, 0.01, 0.01, 0.0],
        (true, true) => [0.02, 0.02, 0.95, 0.01],
        (true, false) => [0.02, 0.95, 0.02, 0.01],
    });
    // Places turn about the head; a field has one, if any.
    let around = |x: usize, y: usize| {
        let azimuth = (x as f32 - 48.0) / 26.0;
        [azimuth.sin(), azimuth.cos(), 0.9 - y as f32 / 40.0]
    };
    let odds = |probability: Plane<[f32; 4]>, turn: bool| {
        let (w, h) = (probability.width(), probability.height());
        let canonical = Plane::from_fn(w, h, |x, y| if turn { around(x, y) } else { [0.1, 0.8, 0.5] });
        closeup_log_odds(&Maps { hidden: Plane::filled(w, h, 0.5), probability, canonical })
    };
    // Odds of more than seven to one, which no layout outweighs.
    let (even, head) = (odds(even, false), odds(head, true));
    assert!(even > 2.0 && head < -2.0, "{even}, {head}");
    assert!(odds(Plane::filled(3, 1, [0.25; 4]), false).is_finite());
}

#[test]
fn a_file_with_other_operators_is_refused() {
    let mut model = rten_onnx::onnx::ModelProto::parse_buf(WEIGHTS).unwrap();
    let node = model.graph.as_mut().and_then(|g| g.node.iter_mut().find(|n| n.op_type.as_deref() == Some("Relu")));
    node.expect("the net has a Relu").op_type = Some("Sigmoid".into());
    let refused = graph::Graph::read(&model.write_buf().unwrap(), Isa::Portable).err().expect("refused");
    assert!(refused.contains("Sigmoid"), "{refused}");
    assert!(graph::Graph::read(&WEIGHTS[..WEIGHTS.len() / 2], Isa::Portable).is_err(), "a truncated file");
    // A convolution for other channels than those that reach it.
    let mut model = rten_onnx::onnx::ModelProto::parse_buf(WEIGHTS).unwrap();
    let nodes = model.graph.as_mut().map(|g| &mut g.node).expect("a graph");
    let joins = nodes.iter_mut().find(|n| n.op_type.as_deref() == Some("Concat")).expect("skips are joined");
    joins.input[1] = joins.input[0].clone();
    assert!(graph::Graph::read(&model.write_buf().unwrap(), Isa::Portable).is_err(), "channels that do not fit");
}

#[test]
fn dark_and_bright_pictures_are_brought_to_the_median_and_no_farther_than_is_believed() {
    let lit = |v: u8| Plane::from_fn(40, 30, |x, _| [if x % 2 == 0 { v } else { v - 3 }; 3]);
    let at = |v: u8| gamma_to(0.55, &lit(v));
    let brought = |v: u8| (f32::from(v - 3) / 255.0).powf(at(v));
    for v in [120, 140, 160] {
        assert!((brought(v) - 0.55).abs() < 0.01, "{v}: {}", brought(v));
    }
    assert_eq!([at(3), at(20), at(250), at(255)], [GAMMAS[0], GAMMAS[0], GAMMAS[1], GAMMAS[1]]);
}
