//! The sheet with markers to print and cut out, as PDF.

use ab_glyph::{Font as _, FontRef};
use krilla::color::rgb;
use krilla::geom::{Path, PathBuilder, Point, Rect};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use krilla::{Data, Document};

use super::{marker, tag36h11};
use crate::error::Error;
use crate::units::Mm;

/// DejaVu Sans; licence in `assets/DejaVu-LICENSE.txt`.
const FONT: &[u8] = include_bytes!("../../assets/DejaVuSans.ttf");

/// PDF points per mm.
const PT: f32 = 72.0 / 25.4;

/// A4, mm.
const PAGE: (f32, f32) = (210.0, 297.0);

/// Sizes in mm for which a sheet makes sense: below, a phone does not resolve the cells; above, no tag lies flat.
const SIZES: std::ops::RangeInclusive<f64> = 5.0..=100.0;

/// An A4 sheet with markers whose black square has a side of `size`, cut lines, a check ruler and instructions.
///
/// # Errors
/// [`Error::Scale`] for a size below 5 or above 100 mm, [`Error::Encode`] if the PDF cannot be written.
pub fn pdf(size: Mm) -> Result<Vec<u8>, Error> {
    if !SIZES.contains(&size.get()) {
        return Err(Error::Scale {
            detail: format!("a marker of {} mm ({} to {} mm can be printed)", size.get(), SIZES.start(), SIZES.end()),
            remedy: "Take 20 mm for heads, 10 mm for close-ups.".into(),
        });
    }
    let encode = |detail: String| Error::Encode { what: "marker sheet", detail };
    let font = Font::new(Data::from(FONT), 0).ok_or_else(|| encode("the built-in font cannot be read".into()))?;
    let settings = PageSettings::from_wh(PAGE.0 * PT, PAGE.1 * PT).ok_or_else(|| encode("page size".into()))?;
    let mut document = Document::new();
    let mut page = document.start_page_with(settings);
    {
        let mut sheet = Sheet { surface: page.surface(), font };
        sheet.instructions(size);
        sheet.ruler(15.0, 92.0);
        sheet.markers(size, 15.0, 112.0);
        sheet.surface.finish();
    }
    page.finish();
    document.finish().map_err(|e| encode(format!("{e:?}")))
}

/// Draws in mm from the top left corner of the page.
struct Sheet<'a> {
    surface: Surface<'a>,
    font: Font,
}

impl Sheet<'_> {
    fn instructions(&mut self, size: Mm) {
        self.text(15.0, 22.0, 16.0, "scalpmap marker sheet");
        let lines = [
            format!(
                "Marker: black square of {} mm (AprilTag 36h11, number {}).",
                size.get(),
                marker::tag_of_size(size)
            ),
            "1. Print at 100 % (\"actual size\"), not \"fit to page\", on matt white paper.".into(),
            "2. Check the ruler below with a real one: 100 mm must be 100 mm. If not, do not use the sheet.".into(),
            "3. Cut along the thin grey lines; the white rim must stay.".into(),
            "4. Lay it flat on the scalp beside the area of interest, in the same plane, not on raised hair.".into(),
            "5. Take the photo straight from above it, sharp, without flash. Nothing may cover the marker.".into(),
            match marker::SIDES_MM[marker::tag_of_size(size)] {
                Some(_) => "The size is read from the marker; no option is needed.".into(),
                None => format!("Analyse with --marker-size {}mm.", size.get()),
            },
        ];
        for (i, line) in lines.iter().enumerate() {
            self.text(15.0, 33.0 + 7.0 * i as f32, 10.0, line);
        }
    }

    /// A ruler of 100 mm whose left end lies at `(x, y)`.
    fn ruler(&mut self, x: f32, y: f32) {
        let mut ticks = PathBuilder::new();
        for mm in 0..=100 {
            let length = match mm {
                m if m % 10 == 0 => 6.0,
                m if m % 5 == 0 => 4.5,
                _ => 3.0,
            };
            let at = (x + mm as f32) * PT;
            ticks.move_to(at, y * PT);
            ticks.line_to(at, (y - length) * PT);
        }
        ticks.move_to(x * PT, y * PT);
        ticks.line_to((x + 100.0) * PT, y * PT);
        self.stroke(ticks.finish(), 0.15, 0);
        for cm in 0..=10 {
            self.text(x + 10.0 * cm as f32 - 1.0, y + 4.5, 8.0, &(10 * cm).to_string());
        }
        self.text(x + 106.0, y + 4.5, 8.0, "mm");
    }

    /// As many markers as fit below `(x, y)`, at most twelve.
    fn markers(&mut self, size: Mm, x: f32, y: f32) {
        let tag = marker::tag_of_size(size);
        let side = size.get() as f32;
        // Paper around the black square: one cell is the least that a tag needs, half a cell more is for the scissors.
        let rim = side * 1.5 / tag36h11::SQUARE as f32;
        let card = side + 2.0 * rim;
        let columns = (((PAGE.0 - 2.0 * x) / card) as usize).clamp(1, 4);
        let rows = (((PAGE.1 - 15.0 - y) / card) as usize).clamp(1, 3);
        for i in 0..rows * columns {
            let (left, top) = (x + (i % columns) as f32 * card, y + (i / columns) as f32 * card);
            let mut border = PathBuilder::new();
            push(&mut border, left, top, card, card);
            self.stroke(border.finish(), 0.1, 170);
            let mut ink = PathBuilder::new();
            push(&mut ink, left + rim, top + rim, side, side);
            self.fill(ink.finish(), 0);
            // One path for all white cells, so that no seam shows between them.
            let mut paper = PathBuilder::new();
            let cell = side / tag36h11::SQUARE as f32;
            for row in 0..tag36h11::SQUARE {
                for column in (0..tag36h11::SQUARE).filter(|c| tag36h11::is_white(tag, row, *c)) {
                    push(&mut paper, left + rim + column as f32 * cell, top + rim + row as f32 * cell, cell, cell);
                }
            }
            self.fill(paper.finish(), 255);
        }
    }

    fn text(&mut self, x: f32, y: f32, size: f32, text: &str) {
        let Ok(face) = FontRef::try_from_slice(FONT) else { return };
        let em = face.units_per_em().unwrap_or(2048.0);
        let glyphs: Vec<KrillaGlyph> = text
            .char_indices()
            .map(|(at, c)| KrillaGlyph {
                glyph_id: GlyphId::new(u32::from(face.glyph_id(c).0)),
                text_range: at..at + c.len_utf8(),
                x_advance: face.h_advance_unscaled(face.glyph_id(c)) / em,
                x_offset: 0.0,
                y_offset: 0.0,
                y_advance: 0.0,
                location: None,
            })
            .collect();
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(grey(0)));
        self.surface.draw_glyphs(Point::from_xy(x * PT, y * PT), &glyphs, self.font.clone(), text, size, false);
    }

    fn fill(&mut self, path: Option<Path>, level: u8) {
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(grey(level)));
        path.iter().for_each(|p| self.surface.draw_path(p));
    }

    fn stroke(&mut self, path: Option<Path>, width_mm: f32, level: u8) {
        self.surface.set_fill(None);
        let paint = rgb::Color::new(level, level, level).into();
        self.surface.set_stroke(Some(Stroke { paint, width: width_mm * PT, ..Stroke::default() }));
        path.iter().for_each(|p| self.surface.draw_path(p));
    }
}

fn grey(level: u8) -> Fill {
    Fill { paint: rgb::Color::new(level, level, level).into(), opacity: NormalizedF32::ONE, ..Fill::default() }
}

fn push(path: &mut PathBuilder, x: f32, y: f32, w: f32, h: f32) {
    if let Some(rect) = Rect::from_xywh(x * PT, y * PT, w * PT, h * PT) {
        path.push_rect(rect);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_are_pdfs_and_impossible_sizes_are_refused() {
        for size in [5.0, 10.0, 20.0, 33.0, 100.0] {
            let pdf = pdf(Mm::new(size).unwrap()).unwrap();
            assert!(pdf.starts_with(b"%PDF-") && pdf.len() < 200_000, "{size} mm: {} bytes", pdf.len());
        }
        for size in [0.0, 4.0, 500.0] {
            let error = pdf(Mm::new(size).unwrap()).unwrap_err();
            assert!(error.remedy().is_some(), "{error}");
        }
    }

    /// Writes the 20 mm sheet to SCALPMAP_SHEET, or reads a page rendered at 200 dpi from SCALPMAP_PAGE.
    #[test]
    #[ignore = "needs a PDF renderer between its two runs"]
    fn the_printed_side_is_20_mm() {
        if let Ok(path) = std::env::var("SCALPMAP_SHEET") {
            std::fs::write(path, pdf(Mm::new(20.0).unwrap()).unwrap()).unwrap();
        }
        if let Ok(path) = std::env::var("SCALPMAP_PAGE") {
            let photo = crate::photo::decode(&std::fs::read(path).unwrap(), &crate::photo::Limits::default()).unwrap();
            let found = marker::detect(&photo);
            assert_eq!(found.len(), 12, "{found:?}");
            for m in found {
                let mm = m.side_px() / 200.0 * 25.4;
                assert!((mm - 20.0).abs() < 0.1, "{mm}");
            }
        }
    }
}
