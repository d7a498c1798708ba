//! A contact sheet of phantoms, to be looked at beside real photos.

use rayon::prelude::*;

use super::closeup::{self, CloseupSpec, Dots, LOOKS, Light, Overlay};
use super::head::{HeadMesh, draw_phantom};
use crate::findings::ScarKind;
use crate::plane::Plane;
use crate::report::canvas::{Canvas, INK, WHITE, Weight};

/// Pictures in a row.
const COLUMNS: usize = 4;
/// Size of one picture, px.
const SIZE: (usize, usize) = (400, 320);
const GAP: usize = 8;
const CAPTION: usize = 22;

/// Seeds of heads that show the range of patterns, hair, skin and views.
const HEADS: [u64; 8] = [41, 52, 50, 53, 56, 60, 63, 66];

/// The close-ups with their captions and seeds.
fn closeups() -> [(CloseupSpec, u64, &'static str); 8] {
    let plain = CloseupSpec { width: SIZE.0, height: SIZE.1, px_per_mm: 80.0, ..CloseupSpec::default() };
    let look = |i: usize, spec: CloseupSpec| CloseupSpec { skin: LOOKS[i].0, hair: LOOKS[i].1, ..spec };
    let overlay = Overlay { banner: true, circle: true, scale_bar_mm: Some(1.0) };
    let dots = Dots { per_cm2: 90.0, diameter_mm: 0.1, strength: 0.5 };
    [
        (look(4, plain.clone()), 7, "clipped, ring light"),
        (
            look(5, CloseupSpec { px_per_mm: 140.0, overlay: Some(overlay), length_mm: 0.6, ..plain.clone() }),
            11,
            "video microscope with its graphics",
        ),
        (
            look(2, CloseupSpec { light: Light::Side, flakes: 6, moles: 1, ..plain.clone() }),
            3,
            "side light, flakes, a mole",
        ),
        (look(1, CloseupSpec { units_per_cm2: 40.0, vellus_share: 0.25, ..plain.clone() }), 5, "fair, thinning"),
        (
            look(10, CloseupSpec { length_mm: 6.0, curl: 1.0, units_per_cm2: 55.0, ..plain.clone() }),
            6,
            "coily hair, 6 mm",
        ),
        (
            look(
                4,
                CloseupSpec {
                    dots: Some(dots),
                    scar: Some(ScarKind::Linear),
                    units_per_cm2: 30.0,
                    light: Light::CrossPolarised,
                    ..plain.clone()
                },
            ),
            8,
            "pigment dots and a strip scar",
        ),
        (look(6, CloseupSpec { glare: 2, empty_per_cm2: 8.0, ..plain.clone() }), 9, "grey hair, empty openings"),
        (
            look(
                7,
                CloseupSpec {
                    blur_px: 1.4,
                    depth_blur_px: 2.0,
                    noise: 5.0,
                    bayer: true,
                    fringe_px: 1.0,
                    vignette: 0.4,
                    ..plain
                },
            ),
            10,
            "phone with a clip-on lens",
        ),
    ]
}

/// Draws the sheet: close-ups above, heads below.
#[must_use]
pub fn draw() -> Plane<[u8; 3]> {
    let closeups = closeups();
    let mesh = HeadMesh::built_in();
    let mut tiles: Vec<(Plane<[u8; 3]>, String)> =
        closeups.par_iter().map(|(spec, seed, name)| (closeup::draw(spec, *seed).rgb, (*name).to_owned())).collect();
    tiles.par_extend(HEADS.par_iter().map(|&seed| {
        let p = draw_phantom(&mesh, seed, SIZE.0, SIZE.1);
        (p.photo, format!("{}, {}, {}", p.truth.loss, p.truth.style, p.truth.view))
    }));
    let (w, h) = (SIZE.0 + GAP, SIZE.1 + GAP + CAPTION);
    let mut canvas = Canvas::new((COLUMNS * w + GAP) as u32, (tiles.len().div_ceil(COLUMNS) * h + GAP) as u32, WHITE);
    for (i, (picture, name)) in tiles.iter().enumerate() {
        let (x, y) = (GAP + i % COLUMNS * w, GAP + i / COLUMNS * h);
        canvas.place(picture, x, y);
        canvas.text(x as f32, (y + SIZE.1) as f32 + 16.0, name, 14.0, Weight::Regular, INK);
    }
    let (w, h) = canvas.size();
    Plane::from_vec(w, h, canvas.into_rgb().as_chunks::<3>().0.to_vec())
}
