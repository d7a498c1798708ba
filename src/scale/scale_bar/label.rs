//! Reads the label beside a scale bar, such as `1.0 mm` or `500 µm`.
//!
//! Not a reader of any text: a digit is the drawn one that it correlates with best, the unit one of three, and only a round
//! length (1, 2, 2.5, 3 or 5 times a power of ten, as devices draw them) is believed. Anything doubtful is left unread: a wrong
//! scale is worse than none.

use ab_glyph::{Font, FontRef, PxScale, ScaleFont, point};

use crate::fonts::{BOLD, REGULAR, outlines};
use crate::plane::Plane;
use crate::plane::filter::quantile;
use crate::plane::runs::Runs;
use crate::units::Mm;

/// Heights in px that a label's digits may have: below, strokes merge; above, it is no label.
const HEIGHTS: std::ops::RangeInclusive<usize> = 6..=64;
/// Columns and rows to which digits, and units, are brought before they are compared.
const DIGIT: (usize, usize) = (10, 14);
const UNIT: (usize, usize) = (24, 14);
/// Least correlation with a drawn character. Other typefaces of the same kind reach 0.75 and more, other characters 0.5.
const LEAST_LIKENESS: f32 = 0.62;
/// The second-best character must be this much less alike.
const LEAST_LEAD: f32 = 0.04;
/// Units and how many mm they are.
const UNITS: [(&str, f64); 4] = [("mm", 1.0), ("µm", 1e-3), ("um", 1e-3), ("cm", 10.0)];

/// A connected piece of ink: its box, right and lower end not included.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Piece {
    x0: usize,
    y0: usize,
    x1: usize,
    y1: usize,
}

impl Piece {
    fn width(self) -> usize {
        self.x1 - self.x0
    }

    fn height(self) -> usize {
        self.y1 - self.y0
    }

    fn with(self, other: Self) -> Self {
        Self {
            x0: self.x0.min(other.x0),
            y0: self.y0.min(other.y0),
            x1: self.x1.max(other.x1),
            y1: self.y1.max(other.y1),
        }
    }
}

/// The length that a label in a part of the photo tells; none where there is no label or it is not certain.
#[must_use]
pub fn read(luma: &Plane<f32>) -> Option<Mm> {
    let mut values = luma.as_slice().to_vec();
    let (low, middle, high) = (quantile(&mut values, 0.0), quantile(&mut values, 0.5), quantile(&mut values, 1.0));
    let characters = Characters::new();
    // Bright ink, then dark; half way between ink and what most of the picture is.
    [(1.0, f32::midpoint(high, middle)), (-1.0, f32::midpoint(low, middle))].into_iter().find_map(
        |(sign, threshold)| {
            let ink = luma.map(|v| sign * (v - threshold) > 0.0);
            lines(&ink).iter().find_map(|line| characters.length(&ink, line))
        },
    )
}

/// Lines of text: pieces of similar height on one base line with gaps below their height, from left to right.
fn lines(ink: &Plane<bool>) -> Vec<Vec<Piece>> {
    let mut pieces: Vec<Piece> = pieces(ink).into_iter().filter(|p| p.height() <= *HEIGHTS.end()).collect();
    pieces.sort_by_key(|p| (p.x0, p.y0));
    let tall: Vec<Piece> = pieces.iter().copied().filter(|p| HEIGHTS.contains(&p.height())).collect();
    let mut found: Vec<Vec<Piece>> = Vec::new();
    for first in tall {
        let near = first.height() / 5 + 1;
        let mut line = vec![first];
        for piece in pieces.iter().filter(|p| p.x0 >= first.x1) {
            let last = line[line.len() - 1];
            // Below the base line only the tail of a µ.
            let on_line = piece.y1.abs_diff(first.y1) <= near
                || (piece.y1 > first.y1 && piece.y1 <= first.y1 + first.height() / 2 && piece.y0 > first.y0);
            if on_line && piece.height() <= first.height() + near && piece.x0 <= last.x1 + first.height() {
                line.push(*piece);
            }
        }
        if line.len() >= 2 {
            found.push(line);
        }
    }
    found
}

/// Pieces of ink, 8-connected.
fn pieces(ink: &Plane<bool>) -> Vec<Piece> {
    let boxes = Runs::of(ink, |i| i.then_some(()), true).boxes();
    boxes.into_iter().map(|[x, y]| Piece { x0: x.start, y0: y.start, x1: x.end, y1: y.end }).collect()
}

/// A drawn text: its ink brought to a fixed size, mean 0 and length 1, and its width per height.
struct Template {
    shape: Vec<f32>,
    aspect: f32,
}

/// Everything that is recognised, as drawn by the program's own typefaces.
struct Characters {
    digits: Vec<(char, Template)>,
    units: Vec<(f64, Template)>,
}

impl Characters {
    fn new() -> Self {
        let fonts = [REGULAR, BOLD].map(outlines);
        let digits = fonts.iter().flat_map(|f| ('0'..='9').map(|c| (c, template(f, &c.to_string(), DIGIT))));
        let mut digits: Vec<(char, Template)> = digits.collect();
        // Many typefaces draw the 1 without a foot: what is left of an l with a flag.
        digits.extend(fonts.iter().map(|f| ('1', footless_one(f))));
        let units = fonts.iter().flat_map(|f| UNITS.map(|(unit, mm)| (mm, template(f, unit, UNIT)))).collect();
        Self { digits, units }
    }

    /// The length that a line of pieces tells.
    fn length(&self, ink: &Plane<bool>, line: &[Piece]) -> Option<Mm> {
        let height = line[0].height();
        // Number and unit may touch the next word; every end of the number is tried.
        (1..line.len().min(7)).find_map(|digits| {
            let number = self.number(ink, &line[..digits], height)?;
            let unit = self.unit(ink, &line[digits..], height)?;
            let mm = number * unit;
            let lead = mm / 10f64.powf(mm.log10().floor());
            let round = [1.0, 2.0, 2.5, 3.0, 5.0].iter().any(|r| (lead - r).abs() < 1e-6);
            (round && (0.01..=100.0).contains(&mm)).then(|| Mm::new(mm).ok()).flatten()
        })
    }

    fn number(&self, ink: &Plane<bool>, pieces: &[Piece], height: usize) -> Option<f64> {
        let mut text = String::new();
        for piece in pieces {
            if piece.height() * 3 <= height && piece.width() * 3 <= height {
                text.push('.');
                continue;
            }
            let (c, _) = best(&self.digits, ink, *piece, DIGIT)?;
            text.push(c);
        }
        (!text.starts_with('.') && !text.ends_with('.')).then(|| text.parse().ok()).flatten()
    }

    /// All pieces after the number, as far as they stand together, are the unit.
    fn unit(&self, ink: &Plane<bool>, pieces: &[Piece], height: usize) -> Option<f64> {
        let mut whole = *pieces.first()?;
        let mut used = 1;
        while let Some(next) = pieces.get(used).filter(|p| p.x0 <= whole.x1 + height / 3) {
            whole = whole.with(*next);
            used += 1;
        }
        (used == pieces.len()).then(|| best(&self.units, ink, whole, UNIT)).flatten().map(|(mm, _)| mm)
    }
}

/// The most alike of the templates and its likeness, if it leads.
fn best<T: Copy + PartialEq>(
    templates: &[(T, Template)],
    ink: &Plane<bool>,
    piece: Piece,
    size: (usize, usize),
) -> Option<(T, f32)> {
    let seen = shape(size, piece.width() as f32, piece.height() as f32, |x, y| {
        f32::from(u8::from(ink.get(piece.x0 + x as usize, piece.y0 + y as usize)))
    });
    let aspect = piece.width() as f32 / piece.height() as f32;
    let likeness = |t: &Template| {
        let product: f32 = seen.iter().zip(&t.shape).map(|(a, b)| a * b).sum();
        // Typefaces differ by a fifth in width; a 1 and an 8 by more than half.
        product - 0.5 * ((aspect / t.aspect).ln().abs() - 0.2).max(0.0)
    };
    let all: Vec<(T, f32)> = templates.iter().map(|(c, t)| (*c, likeness(t))).collect();
    let first = all.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let second = all.iter().filter(|(c, _)| *c != first.0).map(|(_, l)| *l).fold(-1.0, f32::max);
    (first.1 >= LEAST_LIKENESS && first.1 >= second + LEAST_LEAD).then_some(first)
}

/// Ink within a box of `width` x `height`, averaged to `size`, mean 0 and length 1.
fn shape((columns, rows): (usize, usize), width: f32, height: f32, ink: impl Fn(f32, f32) -> f32) -> Vec<f32> {
    // Samples per cell and axis.
    const FINE: usize = 3;
    let mut values = vec![0.0f32; columns * rows];
    for (i, value) in values.iter_mut().enumerate() {
        for k in 0..FINE * FINE {
            let u = ((i % columns) * FINE + k % FINE) as f32 + 0.5;
            let v = ((i / columns) * FINE + k / FINE) as f32 + 0.5;
            *value += ink(
                (u / (columns * FINE) as f32 * width).min(width - 0.5),
                (v / (rows * FINE) as f32 * height).min(height - 0.5),
            );
        }
    }
    // Strokes of one px may lie one cell apart: a little blur forgives it.
    let soft = Plane::from_vec(columns, rows, values).gaussian(0.8);
    let mean = soft.as_slice().iter().sum::<f32>() / (columns * rows) as f32;
    let centred: Vec<f32> = soft.as_slice().iter().map(|v| v - mean).collect();
    let length = centred.iter().map(|v| v * v).sum::<f32>().sqrt().max(1e-6);
    centred.iter().map(|v| v / length).collect()
}

/// A text as ink, cut to its own box.
fn drawn(font: &FontRef<'_>, text: &str) -> Plane<f32> {
    // Px of the drawing; enough that its own steps do not count.
    const SIZE: f32 = 60.0;
    let scaled = font.as_scaled(PxScale::from(SIZE));
    let width: f32 = text.chars().map(|c| scaled.h_advance(font.glyph_id(c))).sum();
    let mut plane = Plane::filled(width.ceil() as usize + 8, (2.0 * SIZE) as usize, 0.0f32);
    let mut x = 4.0;
    for c in text.chars() {
        let id = font.glyph_id(c);
        if let Some(glyph) = font.outline_glyph(id.with_scale_and_position(SIZE, point(x, 1.4 * SIZE))) {
            let at = glyph.px_bounds().min;
            glyph.draw(|gx, gy, cover| {
                let (px, py) = ((at.x + gx as f32) as usize, (at.y + gy as f32) as usize);
                if px < plane.width() && py < plane.height() {
                    plane.set(px, py, plane.get(px, py).max(cover));
                }
            });
        }
        x += scaled.h_advance(id);
    }
    let ink = plane.map(|v| v > 0.5);
    let whole = pieces(&ink).into_iter().reduce(Piece::with).unwrap_or(Piece { x0: 0, y0: 0, x1: 1, y1: 1 });
    plane.crop(whole.x0, whole.y0, whole.width(), whole.height())
}

fn of_drawing(plane: &Plane<f32>, size: (usize, usize)) -> Template {
    let (w, h) = (plane.width() as f32, plane.height() as f32);
    Template { shape: shape(size, w, h, |x, y| plane.get(x as usize, y as usize)), aspect: w / h }
}

fn template(font: &FontRef<'_>, text: &str, size: (usize, usize)) -> Template {
    of_drawing(&drawn(font, text), size)
}

/// A 1 whose foot is cut off: its stem and flag.
fn footless_one(font: &FontRef<'_>) -> Template {
    let one = drawn(font, "1");
    let foot = one.height() / 8;
    let above = one.crop(0, 0, one.width(), one.height() - foot);
    let ink = above.map(|v| v > 0.5);
    let stem = pieces(&ink).into_iter().reduce(Piece::with).unwrap_or(Piece { x0: 0, y0: 0, x1: 1, y1: 1 });
    of_drawing(&above.crop(stem.x0, 0, stem.width(), above.height()), DIGIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A label on skin or in a box, `size` px high.
    fn label(text: &str, bytes: &'static [u8], size: f32, ink: f32, paper: f32) -> Plane<f32> {
        let large = drawn(&outlines(bytes), text);
        let (w, h) = ((large.width() as f32 * size / 60.0) as usize, (large.height() as f32 * size / 60.0) as usize);
        Plane::from_fn(w + 60, h + 40, |x, y| {
            let (u, v) = ((x as f32 - 29.5) * 60.0 / size, (y as f32 - 19.5) * 60.0 / size);
            let inside = u >= 0.0 && v >= 0.0 && (u as usize) < large.width() && (v as usize) < large.height();
            let noise = ((x * 7919 + y * 104_729) % 11) as f32 - 5.0;
            paper + noise + (ink - paper) * if inside { large.get(u as usize, v as usize) } else { 0.0 }
        })
    }

    #[test]
    fn labels_as_devices_draw_them() {
        for (text, mm) in
            [("1.0 mm", 1.0), ("0.5 mm", 0.5), ("500 µm", 0.5), ("2 mm", 2.0), ("100 um", 0.1), ("1 cm", 10.0)]
        {
            for bytes in [REGULAR, BOLD] {
                for (size, ink, paper) in [(16.0, 255.0, 60.0), (24.0, 20.0, 170.0), (40.0, 250.0, 130.0)] {
                    let read = read(&label(text, bytes, size, ink, paper)).map(Mm::get);
                    assert!(read.is_some_and(|v| (v / mm - 1.0).abs() < 1e-9), "{text} at {size} px: {read:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_round_length_is_not_believed() {
        for text in ["1.7 mm", "70x", "mm", "2022", "12:30", "8 mm", "0.0 mm"] {
            let read = read(&label(text, REGULAR, 24.0, 255.0, 60.0));
            assert_eq!(read, None, "{text}");
        }
        assert_eq!(read(&Plane::filled(50, 50, 128.0)), None);
    }
}
