//! A picture to draw on: anti-aliased lines with halos, text, labels.

use ab_glyph::{Font, FontRef, Glyph, PxScale, ScaleFont, point};
use rayon::prelude::*;
use tiny_skia::{
    Color, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Rect, Stroke, StrokeDash, Transform,
};

use crate::fonts::{BOLD, REGULAR, outlines};
use crate::plane::{Plane, Point};

/// An sRGB colour.
pub type Rgb = [u8; 3];

/// Text and halos on photos.
pub const WHITE: Rgb = [255, 255, 255];
/// Bands around the photo.
pub const INK: Rgb = [24, 27, 33];

/// Two weights of the font.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Running text.
    Regular,
    /// Titles and labels.
    Bold,
}

fn font(weight: Weight) -> FontRef<'static> {
    outlines(if weight == Weight::Bold { BOLD } else { REGULAR })
}

/// Width of a line of text at a size in px.
pub fn text_width(text: &str, size: f32, weight: Weight) -> f32 {
    layout(text, size, weight).1
}

fn layout(text: &str, size: f32, weight: Weight) -> (Vec<Glyph>, f32) {
    let font = font(weight);
    let scaled = font.as_scaled(PxScale::from(size));
    let (mut x, mut glyphs, mut last) = (0.0, Vec::new(), None);
    for c in text.chars() {
        let id = font.glyph_id(c);
        if let Some(last) = last {
            x += scaled.kern(last, id);
        }
        glyphs.push(id.with_scale_and_position(size, point(x, 0.0)));
        x += scaled.h_advance(id);
        last = Some(id);
    }
    (glyphs, x)
}

/// The picture.
pub struct Canvas {
    pixmap: Pixmap,
}

impl Canvas {
    /// A picture of one colour. Sides are at least 1 px.
    pub fn new(width: u32, height: u32, colour: Rgb) -> Self {
        let mut pixmap = Pixmap::new(width.max(1), height.max(1)).expect("at least one px, and far below the limit");
        pixmap.fill(paint_colour(colour, 1.0));
        Self { pixmap }
    }

    /// Copies a picture onto the canvas; what reaches beyond its border is cut.
    pub fn place(&mut self, picture: &Plane<[u8; 3]>, left: usize, top: usize) {
        let w = self.pixmap.width() as usize;
        let lines = self.pixmap.data_mut().as_chunks_mut::<4>().0.chunks_exact_mut(w).skip(top);
        for (line, row) in lines.zip(picture.rows()) {
            line.iter_mut().skip(left).zip(row).for_each(|(to, [r, g, b])| *to = [*r, *g, *b, 255]);
        }
    }

    /// The rows of a part of the picture: sRGB of each px, then its opacity, which is to stay.
    ///
    /// # Panics
    /// If the part reaches beyond the picture's right border.
    pub fn part(
        &mut self,
        left: usize,
        top: usize,
        (width, height): (usize, usize),
    ) -> impl IndexedParallelIterator<Item = &mut [[u8; 4]]> {
        let w = self.pixmap.width() as usize;
        let lines = self.pixmap.data_mut().as_chunks_mut::<4>().0.par_chunks_exact_mut(w);
        lines.skip(top).take(height).map(move |line| &mut line[left..left + width])
    }

    /// The picture's size.
    pub fn size(&self) -> (usize, usize) {
        (self.pixmap.width() as usize, self.pixmap.height() as usize)
    }

    /// The picture's sRGB bytes, row by row.
    pub fn into_rgb(self) -> Vec<u8> {
        // Everything drawn lies over an opaque ground, so premultiplied is plain.
        let px = self.pixmap.data().as_chunks::<4>().0.iter();
        px.map(|[r, g, b, _]| [*r, *g, *b]).collect::<Vec<_>>().into_flattened()
    }

    fn stroke_path(&mut self, path: &Path, colour: Rgb, alpha: f32, width: f32, dash: Option<[f32; 2]>) {
        let stroke = Stroke {
            width,
            line_cap: LineCap::Round,
            line_join: LineJoin::Round,
            dash: dash.and_then(|d| StrokeDash::new(d.to_vec(), 0.0)),
            ..Stroke::default()
        };
        self.pixmap.stroke_path(path, &paint(colour, alpha), &stroke, Transform::identity(), None);
    }

    /// A line through points; with `dash` broken into strokes and gaps, px.
    pub fn line(
        &mut self,
        points: &[Point],
        closed: bool,
        colour: Rgb,
        alpha: f32,
        width: f32,
        dash: Option<[f32; 2]>,
    ) {
        if let Some(path) = path(points, closed) {
            self.stroke_path(&path, colour, alpha, width, dash);
        }
    }

    /// A line that stands out on any ground: a core within a halo.
    pub fn haloed(&mut self, points: &[Point], closed: bool, core: Rgb, halo: Rgb, width: f32, dash: Option<[f32; 2]>) {
        self.line(points, closed, halo, 0.85, width * 2.2, None);
        self.line(points, closed, core, 1.0, width, dash);
    }

    /// A ring.
    pub fn ring(&mut self, centre: Point, radius: f32, colour: Rgb, width: f32) {
        if let Some(path) = PathBuilder::from_circle(centre.x, centre.y, radius) {
            self.stroke_path(&path, colour, 1.0, width, None);
        }
    }

    /// A disc.
    pub fn disc(&mut self, centre: Point, radius: f32, colour: Rgb) {
        if let Some(path) = PathBuilder::from_circle(centre.x, centre.y, radius) {
            self.pixmap.fill_path(&path, &paint(colour, 1.0), FillRule::Winding, Transform::identity(), None);
        }
    }

    /// A filled rectangle.
    pub fn rect(&mut self, x: f32, y: f32, w: f32, h: f32, colour: Rgb, alpha: f32) {
        if let Some(rect) = Rect::from_xywh(x, y, w.max(0.01), h.max(0.01)) {
            self.pixmap.fill_rect(rect, &paint(colour, alpha), Transform::identity(), None);
        }
    }

    /// A line of text whose baseline begins at `(x, y)`.
    pub fn text(&mut self, x: f32, y: f32, text: &str, size: f32, weight: Weight, colour: Rgb) {
        let font = font(weight);
        let (w, h) = (self.pixmap.width() as i32, self.pixmap.height() as i32);
        let data = self.pixmap.data_mut();
        for mut glyph in layout(text, size, weight).0 {
            glyph.position = point(glyph.position.x + x, glyph.position.y + y);
            let Some(outline) = font.outline_glyph(glyph) else { continue };
            let bounds = outline.px_bounds();
            outline.draw(|gx, gy, cover| {
                let (px, py) = (bounds.min.x as i32 + gx as i32, bounds.min.y as i32 + gy as i32);
                if (0..w).contains(&px) && (0..h).contains(&py) {
                    let at = (py * w + px) as usize * 4;
                    for (value, target) in data[at..at + 3].iter_mut().zip(colour) {
                        let old = f32::from(*value);
                        *value = (old + (f32::from(target) - old) * cover.clamp(0.0, 1.0)).round() as u8;
                    }
                }
            });
        }
    }

    /// Text on a dark plate with its middle at `centre`, moved as far as needed to lie inside the picture below `top` and above `bottom`.
    pub fn plate(&mut self, centre: Point, text: &str, size: f32, (top, bottom): (f32, f32)) {
        let (w, h) = (text_width(text, size, Weight::Bold) + size * 0.9, size * 1.6);
        let x = (centre.x - w / 2.0).clamp(0.0, (self.pixmap.width() as f32 - w).max(0.0));
        let y = (centre.y - h / 2.0).clamp(top, (bottom - h).max(top));
        self.rect(x, y, w, h, INK, 0.82);
        self.text(x + size * 0.45, y + size * 1.15, text, size, Weight::Bold, WHITE);
    }
}

fn paint_colour([r, g, b]: Rgb, alpha: f32) -> Color {
    Color::from_rgba(f32::from(r) / 255.0, f32::from(g) / 255.0, f32::from(b) / 255.0, alpha).unwrap_or(Color::BLACK)
}

fn paint(colour: Rgb, alpha: f32) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color(paint_colour(colour, alpha));
    paint.anti_alias = true;
    paint
}

/// Px from one point of a path to the next, at least, but for its end: traces have several points in a px, and each would be stroked.
const APART: f32 = 2.0;

/// A path; none for fewer than two points or points that are not finite.
fn path(points: &[Point], closed: bool) -> Option<Path> {
    let [first, between @ .., end] = points else { return None };
    let mut builder = PathBuilder::new();
    builder.move_to(first.x, first.y);
    let mut last = first;
    for p in between {
        // What is no number is not near either: the path is to refuse it.
        if p.distance(*last) < APART {
            continue;
        }
        builder.line_to(p.x, p.y);
        last = p;
    }
    builder.line_to(end.x, end.y);
    if closed {
        builder.close();
    }
    builder.finish()
}

/// Breaks a text at spaces; a word wider than the line is broken where it is full.
pub fn wrap(text: &str, most: f32, width: impl Fn(&str) -> f32) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is always a line");
        let joined = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if width(&joined) <= most {
            *line = joined;
            continue;
        }
        if !line.is_empty() {
            lines.push(String::new());
        }
        for c in word.chars() {
            let line = lines.last_mut().expect("there is always a line");
            line.push(c);
            if width(line) > most && line.chars().count() > 1 {
                line.pop();
                lines.push(c.to_string());
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_never_exceed_their_width() {
        let lines = wrap("ab cd efghijklm n", 5.0, |s| s.chars().count() as f32);
        assert_eq!(lines, ["ab cd", "efghi", "jklm", "n"].map(str::to_owned).to_vec());
    }

    #[test]
    fn a_line_and_a_text_leave_their_colour() {
        let mut canvas = Canvas::new(60, 40, WHITE);
        canvas.line(&[Point::new(0.0, 5.5), Point::new(60.0, 5.5)], false, [200, 0, 0], 1.0, 3.0, None);
        canvas.text(2.0, 35.0, "A", 20.0, Weight::Bold, INK);
        let rgb = canvas.into_rgb();
        assert_eq!(rgb[(5 * 60 + 30) * 3..][..3], [200, 0, 0]);
        assert!(rgb.chunks_exact(3).skip(60 * 12).any(|px| px == INK), "no ink of the letter");
    }

    #[test]
    fn nothing_drawn_outside_or_from_bad_points_fails() {
        let mut canvas = Canvas::new(8, 8, WHITE);
        canvas.line(&[Point::new(f32::NAN, 0.0), Point::new(1.0, 1.0)], false, INK, 1.0, 1.0, None);
        canvas.line(&[Point::new(1.0, 1.0)], true, INK, 1.0, 1.0, None);
        canvas.text(-50.0, 900.0, "outside", 12.0, Weight::Regular, INK);
        canvas.plate(Point::new(-9.0, 99.0), "plate wider than the picture", 12.0, (0.0, 8.0));
        assert_eq!(canvas.into_rgb().len(), 192);
    }
}
