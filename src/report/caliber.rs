//! How thick the hairs of a close-up are: the distribution of their calibres, as a chart and in a line.

use super::canvas::{Canvas, INK, Rgb, WHITE, Weight, text_width};
use super::overlay::Overlay;
use super::words;
use crate::follicle::{Follicles, HairKind};

/// Width of a class, um.
const CLASS_UM: f64 = 10.0;
/// Classes; the last also holds what is thicker. Terminal hair seldom exceeds 120 um.
const CLASSES: usize = 12;

/// Hairs by calibre.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// Hairs in classes of 10 um from 0 on; the last also holds what is thicker.
    pub classes: [usize; CLASSES],
    /// Vellus, intermediate, terminal.
    pub kinds: [usize; 3],
    /// Mean calibre, um.
    pub mean_um: f64,
}

impl Histogram {
    /// The calibres of all hairs that have one; none where none has.
    #[must_use]
    pub fn of(calibers: impl Iterator<Item = (f64, HairKind)>) -> Option<Self> {
        let (mut classes, mut kinds, mut sum) = ([0; CLASSES], [0; 3], 0.0);
        for (um, kind) in calibers {
            classes[((um / CLASS_UM) as usize).min(CLASSES - 1)] += 1;
            let kind = match kind {
                HairKind::Vellus => 0,
                HairKind::Intermediate => 1,
                HairKind::Terminal => 2,
            };
            kinds[kind] += 1;
            sum += um;
        }
        let n: usize = kinds.iter().sum();
        (n > 0).then(|| Self { classes, kinds, mean_um: sum / n as f64 })
    }

    /// The calibres of what was found in a photo.
    #[must_use]
    pub fn found(follicles: &Follicles) -> Option<Self> {
        let hairs = follicles.units.iter().flat_map(|u| &u.hairs);
        Self::of(hairs.filter_map(|h| h.caliber.map(|c| c.get()).zip(h.kind)))
    }

    /// The kinds in words.
    #[must_use]
    pub fn by_kind(&self) -> String {
        let [vellus, intermediate, terminal] = self.kinds;
        format!("{vellus} vellus (below 30 µm), {intermediate} intermediate, {terminal} terminal (above 40 µm)")
    }
}

/// Vellus, intermediate, terminal: blue, orange, bluish green of Okabe and Ito.
const COLOURS: [Rgb; 3] = [[0, 114, 178], [230, 159, 0], [0, 158, 115]];
const NOTE: Rgb = [170, 175, 185];

/// The kind that most of a class is: classes end where kinds do.
fn colour(class: usize) -> Rgb {
    COLOURS[match class {
        0..=2 => 0,
        3 => 1,
        _ => 2,
    }]
}

/// The chart: one bar for each class, in the colour of its kind.
#[must_use]
pub fn chart(histogram: &Histogram) -> Overlay {
    let (width, height, text) = (900u32, 480u32, 16.0f32);
    let mut canvas = Canvas::new(width, height, INK);
    let n: usize = histogram.kinds.iter().sum();
    canvas.text(text, text * 1.8, "calibre of the hairs", text * 1.2, Weight::Bold, WHITE);
    let fact = format!("{n} hairs, mean {:.0} µm", histogram.mean_um);
    let x = text * 2.0 + text_width("calibre of the hairs", text * 1.2, Weight::Bold);
    canvas.text(x, text * 1.8, &fact, text, Weight::Regular, NOTE);
    let (left, right, top, bottom) = (text * 3.0, width as f32 - text, text * 4.0, height as f32 - text * 6.0);
    let most = histogram.classes.iter().copied().max().unwrap_or(0).max(1) as f32;
    let step = (right - left) / CLASSES as f32;
    for (class, &count) in histogram.classes.iter().enumerate() {
        let x = left + class as f32 * step;
        let tall = (bottom - top) * count as f32 / most;
        canvas.rect(x + step * 0.08, bottom - tall, step * 0.84, tall, colour(class), 1.0);
        if count > 0 {
            let label = count.to_string();
            let middle = x + 0.5 * (step - text_width(&label, text * 0.85, Weight::Regular));
            canvas.text(middle, bottom - tall - text * 0.4, &label, text * 0.85, Weight::Regular, WHITE);
        }
        let edge = format!("{:.0}", class as f64 * CLASS_UM);
        let at = x - 0.5 * text_width(&edge, text * 0.8, Weight::Regular);
        canvas.text(at, bottom + text * 1.3, &edge, text * 0.8, Weight::Regular, NOTE);
    }
    canvas.rect(left, bottom, right - left, 1.5, NOTE, 1.0);
    let unit = "µm, the last class and thicker";
    let at = right - text_width(unit, text * 0.8, Weight::Regular);
    canvas.text(at, bottom + text * 2.5, unit, text * 0.8, Weight::Regular, NOTE);
    let mut x = left;
    let kinds = ["vellus", "intermediate", "terminal"];
    for ((name, count), colour) in kinds.into_iter().zip(histogram.kinds).zip(COLOURS) {
        let label = format!("{name}: {count}");
        let y = bottom + text * 3.8;
        canvas.rect(x, y - text * 0.7, text * 0.8, text * 0.8, colour, 1.0);
        canvas.text(x + text * 1.2, y, &label, text * 0.9, Weight::Regular, WHITE);
        x += text * 3.0 + text_width(&label, text * 0.9, Weight::Regular);
    }
    canvas.text(left, height as f32 - text, words::DISCLAIMER, text * 0.8, Weight::Regular, NOTE);
    let (width, height) = canvas.size();
    Overlay { width, height, rgb: canvas.into_rgb() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hairs_fall_into_classes_and_kinds() {
        let hairs = [
            (22.0, HairKind::Vellus),
            (34.0, HairKind::Intermediate),
            (61.0, HairKind::Terminal),
            (250.0, HairKind::Terminal),
        ];
        let h = Histogram::of(hairs.into_iter()).expect("hairs");
        assert_eq!((h.classes[2], h.classes[3], h.classes[6], h.classes[11]), (1, 1, 1, 1));
        assert_eq!(h.kinds, [1, 1, 2]);
        assert!((h.mean_um - 91.75).abs() < 1e-9);
        assert!(Histogram::of(std::iter::empty()).is_none());
        let drawn = chart(&h);
        assert!(drawn.rgb.chunks_exact(3).any(|px| px == COLOURS[0]), "the vellus bar is drawn");
    }
}
