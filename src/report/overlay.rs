//! The picture people look at: the photo with what was found drawn on it, a legend, a scale bar.
//!
//! Colours are safe for colour-blind readers: viridis for shares, the palette of Okabe and Ito for kinds
//! (<https://jfly.uni-koeln.de/color/>).

mod closeup;
mod head;
mod legend;
pub mod scalp;

use super::canvas::{Canvas, INK, Rgb, WHITE, Weight, text_width};
use super::{png, words};
use crate::analysis::Analysis;
use crate::error::Error;
use crate::photo::{Photo, SCREEN_SIDE};
use crate::plane::Point;
use crate::plane::resize::FilterType;
use crate::view::View;

/// Longest side of the drawn photo, px; a phone photo of 12 MP is reduced to it.
const LONGEST_SIDE: f64 = SCREEN_SIDE as f64;

/// Small photos are enlarged at most this much, so that lines and labels fit; more would only show blocks.
const MOST_ENLARGED: f64 = 2.0;

/// Narrowest picture, px: the legend has to fit.
const NARROWEST: usize = 760;

/// Where the photo lies on the canvas, and how large it is drawn.
struct Frame {
    /// px of the canvas for each px of the photo.
    zoom: f32,
    left: f32,
    top: f32,
    width: usize,
    height: usize,
    /// Size of running text, px.
    text: f32,
}

impl Frame {
    /// A point of the photo on the canvas. Points count from the centre of the first pixel.
    fn at(&self, p: Point) -> Point {
        Point::new((p.x + 0.5) * self.zoom + self.left, (p.y + 0.5) * self.zoom + self.top)
    }

    fn all(&self, points: &[Point]) -> Vec<Point> {
        points.iter().map(|&p| self.at(p)).collect()
    }

    fn bottom(&self) -> f32 {
        self.top + self.height as f32
    }
}

/// A drawn overlay.
#[derive(Debug, Clone)]
pub struct Overlay {
    /// Width, px.
    pub width: usize,
    /// Height, px.
    pub height: usize,
    /// sRGB, row by row.
    pub rgb: Vec<u8>,
}

impl Overlay {
    /// As PNG.
    ///
    /// # Errors
    /// [`Error::Encode`] if the encoder fails.
    pub fn png(&self) -> Result<Vec<u8>, Error> {
        png::rgb("overlay", self.width, self.height, &self.rgb)
    }
}

/// Draws the overlay of one photo.
#[must_use]
pub fn draw(photo: &Photo, a: &Analysis) -> Overlay {
    let (w, h) = (photo.rgb.width(), photo.rgb.height());
    let zoom = (LONGEST_SIDE / w.max(h) as f64).min(MOST_ENLARGED);
    let side = |v: usize| ((v as f64 * zoom).round() as usize).max(1);
    let (width, height) = (side(w), side(h));
    let canvas_width = width.max(NARROWEST);
    let text = (canvas_width as f32 / 60.0).clamp(14.0, 24.0);
    let (head, foot) = ((text * 2.6) as usize, (text * 5.4) as usize);
    let frame =
        Frame { zoom: zoom as f32, left: ((canvas_width - width) / 2) as f32, top: head as f32, width, height, text };
    let mut canvas = Canvas::new(canvas_width as u32, (head + height + foot) as u32, INK);
    let closeup = a.view.view == View::Closeup;
    let copy = photo.on_screen();
    if (copy.width(), copy.height()) == (width, height) {
        canvas.place(copy, frame.left as usize, head);
    } else {
        // A small photo is enlarged.
        canvas.place(&copy.resized(width, height, FilterType::CatmullRom), frame.left as usize, head);
    }
    if closeup {
        closeup::marks(&mut canvas, &frame, a);
    } else {
        head::tint(&mut canvas, &frame, a);
        head::marks(&mut canvas, &frame, a);
    }
    // Lines that left the photo must not lie on the bands.
    canvas.rect(0.0, 0.0, canvas_width as f32, frame.top, INK, 1.0);
    canvas.rect(0.0, frame.bottom(), canvas_width as f32, foot as f32, INK, 1.0);
    title(&mut canvas, &frame, a);
    if closeup {
        legend::kinds(&mut canvas, &frame, a);
    } else {
        legend::shares(&mut canvas, &frame);
    }
    legend::scale_bar(&mut canvas, &frame, a);
    let y = frame.bottom() + text * 4.9;
    canvas.text(text, y, words::DISCLAIMER, text * 0.8, Weight::Regular, [170, 175, 185]);
    let (width, height) = canvas.size();
    Overlay { width, height, rgb: canvas.into_rgb() }
}

fn title(canvas: &mut Canvas, frame: &Frame, a: &Analysis) {
    let size = frame.text * 1.2;
    let y = frame.text * 1.75;
    let view = if a.view.confidence > 0.0 { words::view(a.view.view) } else { "head" };
    canvas.text(frame.text, y, view, size, Weight::Bold, WHITE);
    let fact = match (&a.density, &a.follicles, a.coverage.scalp_share_hidden) {
        (Some(d), ..) => {
            let hairs = d.hairs.as_ref().map_or(String::new(), |h| format!("{:.0} hairs/cm², ", h.value.get()));
            format!("{hairs}{:.0} units/cm²", d.units.value.get())
        }
        (None, Some(f), _) if a.view.view == View::Closeup => {
            format!("{} units, {} hairs", f.units.len(), f.units.iter().map(|u| u.hairs.len()).sum::<usize>())
        }
        (.., Some(c)) => format!("{:.0} % of the scalp seen here is hidden by hair", c.value * 100.0),
        _ => "no scalp found".to_owned(),
    };
    let x = frame.text * 2.0 + text_width(view, size, Weight::Bold);
    canvas.text(x, y, &fact, size * 0.9, Weight::Regular, [215, 220, 228]);
}

/// Mixes two colours; 0 gives the first.
fn mix(a: Rgb, b: Rgb, share: f32) -> Rgb {
    std::array::from_fn(|i| (f32::from(a[i]) + (f32::from(b[i]) - f32::from(a[i])) * share + 0.5) as u8)
}
