//! `STEM.session1.png` and so on: the photo at a stage of the treatment, with a caption below.

use super::canvas::{Canvas, INK, WHITE, Weight, text_width, wrap};
use super::png;
use crate::error::Error;
use crate::plan::preview::{Preview, Stage};

/// Told where a preview was asked for and none can be drawn.
pub const NONE: &str =
    "No preview was drawn: nothing is to be treated on this photo, or no head was found. Other views may show more.";

/// Stands below every picture.
const NOT_A_PROMISE: &str = "A drawing of the plan on this photo, not a promise of the result.";

/// What the name of a stage's picture ends with.
#[must_use]
pub fn ending(stage: Stage) -> String {
    match stage {
        Stage::Session(n) => format!(".session{n}.png"),
        Stage::Healed => ".healed.png".into(),
    }
}

/// Draws a stage: the photo at its own size, and below it a band that says what it is and what was assumed.
///
/// # Errors
/// [`Error::Encode`] if the encoder fails.
pub fn png(preview: &Preview<'_>, stage: Stage) -> Result<Vec<u8>, Error> {
    let picture = preview.draw(stage);
    let (w, h) = (picture.width(), picture.height());
    let size = (w as f32 / 45.0).clamp(10.0, 60.0);
    let (margin, line) = (size, size * 1.4);
    let room = (w as f32 - 2.0 * margin).max(size);
    let title = match stage {
        Stage::Session(n) => format!("Planned: after session {n}"),
        Stage::Healed => "Planned: healed".to_owned(),
    };
    let notes: Vec<String> = std::iter::once(NOT_A_PROMISE)
        .chain(preview.notes.iter().map(String::as_str))
        .flat_map(|note| wrap(note, room, |s| text_width(s, size * 0.8, Weight::Regular)))
        .collect();
    let height = (size * 2.1 + line * notes.len() as f32 * 0.85 + size * 0.6).ceil() as u32;
    let mut band = Canvas::new(w as u32, height, INK);
    band.text(margin, size * 1.5, &title, size, Weight::Bold, WHITE);
    for (i, note) in notes.iter().enumerate() {
        let y = size * 2.1 + line * 0.85 * (i as f32 + 0.7);
        band.text(margin, y, note, size * 0.8, Weight::Regular, [205, 210, 218]);
    }
    let mut rgb = picture.into_vec().into_flattened();
    rgb.extend(band.into_rgb());
    png::rgb("preview", w, h + height as usize, &rgb)
}
