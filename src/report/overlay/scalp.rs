//! The joined scalp of a visit, spread out as seen from above.

use super::{Canvas, Frame, INK, Overlay, WHITE, Weight, head, legend, mix, text_width};
use crate::findings::visit::{ScalpCell, ScalpMap};
use crate::plane::Plane;

/// Side of the map on the picture, px.
const SIDE: usize = 900;
/// Scalp that no photo shows.
const UNSEEN: [u8; 3] = [62, 66, 74];

/// Draws the scalp: the tints of the overlay where photos show it, hatched where none does.
#[must_use]
pub fn draw(map: &ScalpMap) -> Overlay {
    let text = 20.0f32;
    let (top, foot) = ((text * 2.6) as usize, (text * 5.4) as usize);
    let whole = picture(&map.cells);
    // The face takes no room: the picture ends below the last row that holds scalp, with a line for its name.
    let is_scalp = |row: &[ScalpCell]| row.iter().any(|c| *c != ScalpCell::Outside);
    let rows = map.cells.rows().enumerate().filter(|(_, row)| is_scalp(row)).map(|(y, _)| y + 1).last().unwrap_or(1);
    let height = (rows * SIDE / map.cells.height() + (text * 2.5) as usize).min(SIDE);
    let frame = Frame { zoom: 1.0, left: 0.0, top: top as f32, width: SIDE, height, text };
    let mut canvas = Canvas::new(SIDE as u32, (top + height + foot) as u32, INK);
    canvas.place(&whole.crop(0, 0, SIDE, height), 0, top);
    let size = text * 1.2;
    canvas.text(text, text * 1.75, "the scalp from above", size, Weight::Bold, WHITE);
    let fact = format!(
        "{:.0} % of it seen; of that {:.0} % bald, {:.0} % thinning",
        100.0 * map.seen,
        100.0 * map.bald_share,
        100.0 * map.thinning_share
    );
    let x = text * 2.0 + text_width("the scalp from above", size, Weight::Bold);
    canvas.text(x, text * 1.75, &fact, size * 0.85, Weight::Regular, [215, 220, 228]);
    let middle = SIDE as f32 / 2.0;
    let half = |word: &str| text_width(word, text, Weight::Bold) / 2.0;
    for (word, x, y) in [
        ("back", middle - half("back"), frame.top + text * 1.3),
        ("face", middle - half("face"), frame.bottom() - text * 0.7),
        ("client's right", text * 0.6, frame.bottom() - text * 0.7),
        ("client's left", SIDE as f32 - text * 0.6 - 2.0 * half("client's left"), frame.bottom() - text * 0.7),
    ] {
        canvas.text(x, y, word, text, Weight::Bold, WHITE);
    }
    legend::shares(&mut canvas, &frame);
    let note = "hatched: not seen well enough on any photo";
    let x = SIDE as f32 - text - text_width(note, text * 0.8, Weight::Regular);
    canvas.text(x, frame.bottom() + text * 2.6, note, text * 0.8, Weight::Regular, [215, 220, 228]);
    let (width, height) = canvas.size();
    Overlay { width, height, rgb: canvas.into_rgb() }
}

fn picture(cells: &Plane<ScalpCell>) -> Plane<[u8; 3]> {
    // Values and their weights are read between the cells and divided, so that borders take no value from outside.
    let of = |f: fn(ScalpCell) -> f32| cells.map(f);
    let seen = of(|c| f32::from(u8::from(matches!(c, ScalpCell::Hidden(_)))));
    let hidden = of(|c| if let ScalpCell::Hidden(share) = c { share } else { 0.0 });
    let scalp = of(|c| f32::from(u8::from(c != ScalpCell::Outside)));
    let step = cells.width() as f32 / SIDE as f32;
    Plane::from_fn(SIDE, SIDE, |x, y| {
        let (u, v) = ((x as f32 + 0.5) * step - 0.5, (y as f32 + 0.5) * step - 0.5);
        if scalp.sample(u, v) < 0.5 {
            return INK;
        }
        let weight = seen.sample(u, v);
        if weight < 0.5 {
            return if (x + y) % 12 < 2 { mix(UNSEEN, WHITE, 0.25) } else { UNSEEN };
        }
        let (tint, strength) = head::colour((hidden.sample(u, v) / weight).clamp(0.0, 1.0));
        mix(legend::GROUND, tint, (strength * 1.4).min(1.0))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seen_unseen_and_outside_look_different() {
        let cells = Plane::from_fn(150, 150, |x, _| match x {
            0..50 => ScalpCell::Outside,
            50..75 => ScalpCell::Unseen,
            75..110 => ScalpCell::Hidden(0.0),
            _ => ScalpCell::Hidden(1.0),
        });
        let drawn = picture(&cells);
        let at = |cell: usize| drawn.get(cell * 6, 450);
        assert_eq!(at(20), INK);
        assert!(at(60) != INK && at(60)[0].abs_diff(UNSEEN[0]) < 60);
        // Bare scalp is bright yellow, hair nearly the ground.
        assert!(at(90)[0] > at(130)[0] + 30 && at(90)[2] < at(130)[2], "{:?} {:?}", at(90), at(130));
    }
}
