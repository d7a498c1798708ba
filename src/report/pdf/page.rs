//! A4 pages laid out from top to bottom: text first becomes placed lines, then PDF.

use ab_glyph::{Font as _, FontRef};
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect, Size, Transform};
use krilla::image::Image;
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use krilla::{Data, Document};

use crate::error::Error;
use crate::fonts::{BOLD, REGULAR, outlines};
use crate::report::canvas::{Rgb, Weight, wrap};

/// A4 in points.
const PAGE: (f32, f32) = (595.28, 841.89);
/// Margins: 18 mm.
const MARGIN: f32 = 51.0;
/// Width of the text.
pub const WIDTH: f32 = PAGE.0 - 2.0 * MARGIN;
/// Size of the numbers' pages against the usual.
const SMALLER: f32 = 0.86;
/// Below this nothing but the foot is set.
const BOTTOM: f32 = PAGE.1 - 62.0;

const TEXT: Rgb = [33, 37, 44];
/// Foot and side notes.
pub const GREY: Rgb = [105, 112, 122];
/// Headings.
pub const BLUE: Rgb = [0, 84, 140];

enum Item {
    Text { x: f32, y: f32, size: f32, weight: Weight, colour: Rgb, text: String },
    Line { y: f32 },
    Bar { x: f32, y: f32, width: f32, height: f32 },
    Picture { y: f32, width: f32, height: f32 },
}

/// Pages in the making.
pub struct Pages {
    pages: Vec<Vec<Item>>,
    y: f32,
    foot: String,
    /// Size of running text against the usual.
    zoom: f32,
}

impl Pages {
    /// One empty page; `foot` stands on each.
    pub fn new(foot: String) -> Self {
        Self { pages: vec![Vec::new()], y: MARGIN, foot, zoom: 1.0 }
    }

    /// Sets what follows smaller, for pages of numbers.
    pub fn smaller(&mut self) {
        self.zoom = SMALLER;
    }

    /// Begins a new page.
    pub fn turn(&mut self) {
        self.pages.push(Vec::new());
        self.y = MARGIN;
    }

    fn put(&mut self, item: Item) {
        self.pages.last_mut().expect("there is always a page").push(item);
    }

    /// Free height of the page, points.
    pub fn room(&self) -> f32 {
        BOTTOM - self.y
    }

    fn need(&mut self, height: f32) {
        if self.room() < height && self.y > MARGIN {
            self.turn();
        }
    }

    /// The title of a page.
    pub fn title(&mut self, text: &str, note: &str) {
        self.lines(text, 0.0, 19.0, Weight::Bold, BLUE);
        self.lines(note, 0.0, 9.5, Weight::Regular, GREY);
        self.put(Item::Line { y: self.y + 3.0 });
        self.y += 12.0;
    }

    /// A heading; kept together with two lines of what follows.
    pub fn heading(&mut self, text: &str) {
        self.need(52.0);
        self.y += 8.0;
        self.lines(text, 0.0, 12.0, Weight::Bold, BLUE);
        self.y += 1.0;
    }

    /// A paragraph.
    pub fn paragraph(&mut self, text: &str) {
        self.lines(text, 0.0, 10.0 * self.zoom, Weight::Regular, TEXT);
        self.y += 3.0 * self.zoom;
    }

    /// A small note in grey.
    pub fn note(&mut self, text: &str) {
        self.lines(text, 12.0, 8.0 * self.zoom, Weight::Regular, GREY);
        self.y += 2.0 * self.zoom;
    }

    /// An entry of a list.
    pub fn entry(&mut self, text: &str) {
        let size = 10.0 * self.zoom;
        self.need(1.4 * size);
        let y = self.y + size;
        self.put(Item::Text { x: 2.0, y, size, weight: Weight::Bold, colour: BLUE, text: "•".into() });
        self.lines(text, 14.0, size, Weight::Regular, TEXT);
        self.y += 2.0 * self.zoom;
    }

    /// A name and its value.
    pub fn row(&mut self, name: &str, value: &str) {
        let size = 9.5 * self.zoom;
        self.need(1.4 * size);
        let y = self.y + size;
        self.put(Item::Text { x: 0.0, y, size, weight: Weight::Bold, colour: TEXT, text: name.to_owned() });
        self.lines(value, 130.0, size, Weight::Regular, TEXT);
        self.y += 1.5 * self.zoom;
    }

    /// A small bar chart beside the names of rows; `label` names the left edge of each bar.
    pub fn bars(&mut self, values: &[f32], label: impl Fn(usize) -> String, unit: &str) {
        const HIGH: f32 = 44.0;
        let (left, step, size) = (130.0, 20.0, 6.5);
        self.need(HIGH + 3.0 * size);
        let most = values.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
        let bottom = self.y + HIGH;
        for (i, value) in values.iter().enumerate() {
            let (x, height) = (left + i as f32 * step, (HIGH * value / most).max(0.3));
            self.put(Item::Bar { x: x + 1.0, y: bottom - height, width: step - 2.0, height });
            let text = label(i);
            self.put(Item::Text { x, y: bottom + 1.3 * size, size, weight: Weight::Regular, colour: GREY, text });
        }
        let x = left + values.len() as f32 * step;
        let text = unit.to_owned();
        self.put(Item::Text { x, y: bottom + 1.3 * size, size, weight: Weight::Regular, colour: GREY, text });
        self.y = bottom + 2.6 * size;
    }

    /// The picture, as wide and as high as fits within `most` points of height.
    pub fn picture(&mut self, (width, height): (usize, usize), most: f32) {
        let zoom = (WIDTH / width as f32).min(most / height as f32);
        let (width, height) = (width as f32 * zoom, height as f32 * zoom);
        self.need(height);
        self.put(Item::Picture { y: self.y, width, height });
        self.y += height + 10.0;
    }

    /// Wrapped lines.
    fn lines(&mut self, text: &str, indent: f32, size: f32, weight: Weight, colour: Rgb) {
        let face = face(weight);
        for line in wrap(text, WIDTH - indent, |s| width(&face, s, size)) {
            self.need(size * 1.35);
            self.y += size;
            self.put(Item::Text { x: indent, y: self.y, size, weight, colour, text: line });
            self.y += size * 0.35;
        }
    }

    /// The document, with the bytes of the picture that was placed.
    pub fn finish(self, title: &str, jpeg: Vec<u8>) -> Result<Vec<u8>, Error> {
        let failed = |detail: String| Error::Encode { what: "PDF report", detail };
        let fonts = [REGULAR, BOLD].map(|bytes| Font::new(Data::from(bytes), 0));
        let [Some(regular), Some(bold)] = fonts else { return Err(failed("the font cannot be read".into())) };
        let picture = Image::from_jpeg(Data::from(jpeg), true).map_err(failed)?;
        let size = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| failed("no such page size".into()))?;
        let mut document = Document::new();
        document.set_metadata(Metadata::new().title(title.to_owned()).creator("scalpmap".into()));
        let count = self.pages.len();
        for (i, items) in self.pages.iter().enumerate() {
            let mut page = document.start_page_with(size.clone());
            let mut surface = page.surface();
            let font = |weight| if weight == Weight::Bold { &bold } else { &regular };
            for item in items {
                match item {
                    Item::Text { x, y, size, weight, colour, text } => {
                        set(&mut surface, font(*weight), *weight, (*x + MARGIN, *y), *size, *colour, text);
                    }
                    Item::Line { y } => {
                        let mut path = PathBuilder::new();
                        if let Some(rect) = Rect::from_xywh(MARGIN, *y, WIDTH, 0.8) {
                            path.push_rect(rect);
                        }
                        surface.set_fill(Some(fill(BLUE)));
                        if let Some(path) = path.finish() {
                            surface.draw_path(&path);
                        }
                    }
                    Item::Bar { x, y, width, height } => {
                        let mut path = PathBuilder::new();
                        if let Some(rect) = Rect::from_xywh(x + MARGIN, *y, *width, *height) {
                            path.push_rect(rect);
                        }
                        surface.set_fill(Some(fill(BLUE)));
                        if let Some(path) = path.finish() {
                            surface.draw_path(&path);
                        }
                    }
                    Item::Picture { y, width, height } => {
                        if let Some(size) = Size::from_wh(*width, *height) {
                            surface.push_transform(&Transform::from_translate(MARGIN + (WIDTH - width) / 2.0, *y));
                            surface.draw_image(picture.clone(), size);
                            surface.pop();
                        }
                    }
                }
            }
            let foot = format!("{}   page {} of {count}", self.foot, i + 1);
            set(&mut surface, &regular, Weight::Regular, (MARGIN, PAGE.1 - 34.0), 8.0, GREY, &foot);
            surface.finish();
            page.finish();
        }
        document.finish().map_err(|e| failed(format!("{e:?}")))
    }
}

fn face(weight: Weight) -> FontRef<'static> {
    outlines(if weight == Weight::Bold { BOLD } else { REGULAR })
}

/// Advance of a character in em.
fn advance(face: &FontRef<'_>, c: char) -> f32 {
    face.h_advance_unscaled(face.glyph_id(c)) / face.units_per_em().unwrap_or(2048.0)
}

fn width(face: &FontRef<'_>, text: &str, size: f32) -> f32 {
    text.chars().map(|c| advance(face, c)).sum::<f32>() * size
}

fn fill([r, g, b]: Rgb) -> Fill {
    Fill { paint: rgb::Color::new(r, g, b).into(), opacity: NormalizedF32::ONE, ..Fill::default() }
}

/// Sets one line.
fn set(surface: &mut Surface<'_>, font: &Font, weight: Weight, (x, y): (f32, f32), size: f32, colour: Rgb, text: &str) {
    let face = face(weight);
    let glyphs: Vec<KrillaGlyph> = text
        .char_indices()
        .map(|(at, c)| KrillaGlyph {
            glyph_id: GlyphId::new(u32::from(face.glyph_id(c).0)),
            text_range: at..at + c.len_utf8(),
            x_advance: advance(&face, c),
            x_offset: 0.0,
            y_offset: 0.0,
            y_advance: 0.0,
            location: None,
        })
        .collect();
    surface.set_fill(Some(fill(colour)));
    surface.draw_glyphs(Point::from_xy(x, y), &glyphs, font.clone(), text, size, false);
}
