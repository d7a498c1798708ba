//! The band below the photo: what the colours mean, and how long a length is.

use super::closeup::{BY_HAIRS, DEBRIS};
use super::{Canvas, Frame, Point, WHITE, Weight, head, mix, text_width};
use crate::analysis::Analysis;

/// The ground on which the legend shows tints: between light and dark skin, grey.
pub(super) const GROUND: [u8; 3] = [150, 135, 125];

const NOTE: [u8; 3] = [215, 220, 228];

/// A bar from 0 to 100 % hidden, in the tints of the photo.
pub(super) fn shares(canvas: &mut Canvas, frame: &Frame) {
    let t = frame.text;
    let (x, y, width) = (t, frame.bottom() + t * 1.9, t * 17.0);
    canvas.text(x, y - t * 0.5, "scalp hidden by hair", t * 0.9, Weight::Regular, WHITE);
    let steps = width as usize;
    for i in 0..steps {
        let (tint, strength) = head::colour(i as f32 / (steps - 1) as f32);
        // Stronger than on the photo, where the hues have more area to be told by.
        canvas.rect(x + i as f32, y, 1.0, t * 0.9, mix(GROUND, tint, (strength * 1.4).min(1.0)), 1.0);
    }
    for percent in [0u8, 25, 50, 75, 100] {
        let label = format!("{percent} %");
        let at = x + width * f32::from(percent) / 100.0;
        let left = (at - text_width(&label, t * 0.75, Weight::Regular) / 2.0).max(t * 0.3);
        canvas.text(left, y + t * 1.75, &label, t * 0.75, Weight::Regular, NOTE);
    }
}

/// One ring for each number of hairs, with how many units have it.
pub(super) fn kinds(canvas: &mut Canvas, frame: &Frame, a: &Analysis) {
    let t = frame.text;
    let y = frame.bottom() + t * 2.2;
    let Some(follicles) = &a.follicles else {
        canvas.text(t, y, "single hairs were not counted in this photo", t * 0.9, Weight::Regular, WHITE);
        return;
    };
    let mut x = t;
    for (i, colour) in BY_HAIRS.iter().enumerate() {
        let count = follicles.units.iter().filter(|u| u.hairs.len().clamp(1, 4) == i + 1).count();
        canvas.ring(Point::new(x + t * 0.5, y - t * 0.3), t * 0.42, *colour, t * 0.18);
        let label = match i {
            0 => format!("1 hair: {count}"),
            3 => format!("4 and more: {count}"),
            _ => format!("{} hairs: {count}", i + 1),
        };
        canvas.text(x + t * 1.3, y, &label, t * 0.85, Weight::Regular, WHITE);
        x += t * 2.3 + text_width(&label, t * 0.85, Weight::Regular);
    }
    let mut x = t;
    let y = y + t * 1.4;
    let dots = [Point::new(x, y - t * 0.3), Point::new(x + t, y - t * 0.3)];
    canvas.line(&dots, false, WHITE, 1.0, t * 0.14, Some([t * 0.05, t * 0.28]));
    canvas.text(x + t * 1.3, y, "vellus", t * 0.85, Weight::Regular, NOTE);
    x += t * 2.3 + text_width("vellus", t * 0.85, Weight::Regular);
    for (from, to) in [(-0.62, 0.02), (0.02, -0.62)] {
        let cross = [Point::new(x + t * 0.15, y + t * from), Point::new(x + t * 0.85, y + t * to)];
        canvas.line(&cross, false, DEBRIS, 1.0, t * 0.12, None);
    }
    let label = format!("not counted: {}", follicles.debris.len());
    canvas.text(x + t * 1.3, y, &label, t * 0.85, Weight::Regular, NOTE);
}

/// A bar of a round length at the right; a note where there is no scale.
pub(super) fn scale_bar(canvas: &mut Canvas, frame: &Frame, a: &Analysis) {
    let t = frame.text;
    let right = canvas.size().0 as f32 - t;
    let Some(scale) = &a.scale else {
        let note = "no scale: px and shares only";
        let x = right - text_width(note, t * 0.8, Weight::Regular);
        canvas.text(x, frame.bottom() + t * 4.9, note, t * 0.8, Weight::Regular, [170, 175, 185]);
        return;
    };
    let px_per_mm = f64::from(frame.zoom) / scale.mm_per_px.get();
    let (mm, label) = round_length(frame.width as f64 / px_per_mm / 5.0);
    let length = (mm * px_per_mm) as f32;
    let y = frame.bottom() + t * 4.0;
    let x = right - length;
    canvas.rect(x, y, length, t * 0.22, WHITE, 1.0);
    for end in [x, right - t * 0.12] {
        canvas.rect(end, y - t * 0.3, t * 0.12, t * 0.82, WHITE, 1.0);
    }
    let left = x - t * 0.6 - text_width(&label, t * 0.9, Weight::Bold);
    canvas.text(left, y + t * 0.4, &label, t * 0.9, Weight::Bold, WHITE);
}

/// The largest of 1, 2, 5 x 10^n mm that is not above `most`, and its name.
fn round_length(most: f64) -> (f64, String) {
    let power = 10f64.powf(most.max(1e-6).log10().floor());
    let mm = [5.0, 2.0, 1.0].into_iter().map(|m| m * power).find(|&v| v <= most).unwrap_or(power);
    let label = match mm {
        v if v >= 10.0 => format!("{:.0} cm", v / 10.0),
        v if v >= 1.0 => format!("{v:.0} mm"),
        v if v >= 0.1 => format!("{v:.1} mm"),
        v => format!("{:.0} µm", v * 1000.0),
    };
    (mm, label)
}

#[cfg(test)]
mod tests {
    use super::round_length;

    #[test]
    fn scale_bars_are_round() {
        for (most, mm, label) in
            [(37.0, 20.0, "2 cm"), (1.99, 1.0, "1 mm"), (0.7, 0.5, "0.5 mm"), (0.03, 0.02, "20 µm")]
        {
            let (got, name) = round_length(most);
            assert!((got - mm).abs() < 1e-9 && name == label, "{most}: {got} {name}");
        }
    }
}
