//! The typefaces that are part of the program, for pictures, reports and the reading of labels.
//!
//! DejaVu Sans (Bitstream Vera licence, `assets/DejaVu-LICENSE.txt`), as TrueType files.

use ab_glyph::FontRef;

/// Running text.
pub const REGULAR: &[u8] = include_bytes!("../assets/DejaVuSans.ttf");
/// Titles and labels.
pub const BOLD: &[u8] = include_bytes!("../assets/DejaVuSans-Bold.ttf");

/// The outlines of one of the typefaces above.
///
/// # Panics
/// If the bytes are not a TrueType font.
#[must_use]
pub fn outlines(bytes: &'static [u8]) -> FontRef<'static> {
    FontRef::try_from_slice(bytes).expect("the font is part of the program")
}
