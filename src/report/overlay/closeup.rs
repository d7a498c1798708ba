//! Close-ups: each unit a ring coloured by its number of hairs, shafts traced, debris crossed out.

use super::{Canvas, Frame, Rgb};
use crate::analysis::Analysis;
use crate::follicle::HairKind;
use crate::plane::Point;

/// Units of 1, 2, 3, 4 and more hairs: sky blue, yellow, vermilion, reddish purple of Okabe and Ito.
pub(super) const BY_HAIRS: [Rgb; 4] = [[86, 180, 233], [240, 228, 66], [213, 94, 0], [204, 121, 167]];

/// Debris.
pub(super) const DEBRIS: Rgb = [235, 235, 235];

/// Colour of a unit.
pub(super) fn colour(hairs: usize) -> Rgb {
    BY_HAIRS[hairs.clamp(1, 4) - 1]
}

/// Rings, shafts and crosses.
pub(super) fn marks(canvas: &mut Canvas, frame: &Frame, a: &Analysis) {
    let Some(follicles) = &a.follicles else { return };
    let thin = (frame.text / 11.0).max(1.0);
    // A ring around the root, twice as wide as a shaft, so that the root itself stays visible.
    let working = follicles.working_width_px.unwrap_or(6.0) * frame.zoom;
    let ring = (working * 1.1).clamp(frame.text * 0.3, frame.text * 0.9);
    for debris in &follicles.debris {
        let points = frame.all(debris);
        if points.is_empty() {
            continue;
        }
        let n = points.len() as f32;
        let middle = points.iter().fold(Point::default(), |m, p| Point::new(m.x + p.x / n, m.y + p.y / n));
        let r = points.iter().map(|p| p.distance(middle)).fold(ring, f32::max).min(frame.text * 1.2);
        for (dx, dy) in [(r, r), (r, -r)] {
            let cross = [Point::new(middle.x - dx, middle.y - dy), Point::new(middle.x + dx, middle.y + dy)];
            canvas.haloed(&cross, false, DEBRIS, [40, 40, 40], thin, None);
        }
    }
    for unit in &follicles.units {
        let colour = colour(unit.hairs.len());
        for hair in &unit.hairs {
            let dash = (hair.kind == Some(HairKind::Vellus)).then_some([thin * 0.5, thin * 3.0]);
            canvas.line(&frame.all(&hair.path), false, [10, 10, 10], 0.55, thin * 2.4, None);
            canvas.line(&frame.all(&hair.path), false, colour, 1.0, thin * 1.2, dash);
        }
    }
    // Rings last: shafts of neighbours must not hide them.
    for unit in &follicles.units {
        let root = frame.at(unit.root);
        canvas.ring(root, ring, [10, 10, 10], thin * 3.2);
        canvas.ring(root, ring, colour(unit.hairs.len()), thin * 1.8);
    }
}
