//! Every pixel of the photo to background, skin, hair or bare scalp.

pub mod classical;
pub mod closeup;
pub mod colours;
pub mod guided;
pub mod islands;
pub mod matting;
pub mod net;
pub mod orientation;
pub mod place;
pub mod refine;
pub mod shape;
pub mod surround;
pub mod working;

use std::sync::Arc;

use crate::error::Error;
use crate::photo::Photo;
use crate::plane::Plane;
use crate::view::{CloseupGuess, View, tell_closeup};

/// What a pixel shows; the number is the one in `STEM.tissue.png`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(u8)]
pub enum Tissue {
    /// Neither skin nor hair of the client: room, clothes, towel, overlay graphics.
    #[default]
    Background = 0,
    /// Face, ears, neck.
    Skin = 1,
    /// Hair of the head that hides the scalp.
    Hair = 2,
    /// Scalp where hair grows, grew or would grow, seen bare.
    Scalp = 3,
}

impl Tissue {
    /// All tissues in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Background, Self::Skin, Self::Hair, Self::Scalp];
}

/// The tissues of one photo.
#[derive(Debug, Clone)]
pub struct Segmentation {
    /// Size of the photo.
    pub tissue: Plane<Tissue>,
    /// Probability of each tissue in the order of [`Tissue::ALL`], summing to 1, at working resolution (at most the photo's).
    pub probability: Plane<[f32; 4]>,
    /// Share of the scalp hidden by hair, 0..1, at the resolution of `probability`; meaningful on hair and scalp only.
    pub hidden: Plane<f32>,
    /// Heads, where the net was used: the place on the head that each px shows, as sine and cosine of the azimuth and height;
    /// ranges and signs as in [`net::Maps::canonical`]. Covers the whole photo at a resolution of its own.
    pub canonical: Option<Plane<[f32; 3]>>,
    /// Close-ups: where skin can be seen, size of the photo: false under banners, circles, scale bars, vignette. None for heads.
    pub field: Option<Plane<bool>>,
    /// Close-ups: the photo at its working scale, on which hairs are traced; none where nothing looks like a shaft, and for heads.
    pub work_image: Option<Arc<closeup::WorkImage>>,
    /// Width of the head in px of the photo, where one is seen.
    pub head_width_px: Option<f64>,
    /// Mean probability of the chosen tissue, 0..1.
    pub confidence: f32,
    /// Two heads, no head, a hat: what a reader of the result must know.
    pub warnings: Vec<String>,
}

/// Anything that tells the tissues of a photo.
pub trait Segmenter: Send + Sync {
    /// Name and version, for the output.
    fn name(&self) -> &str;

    /// Segments one photo.
    ///
    /// # Errors
    /// [`Error::Segmentation`] if the model cannot be run.
    fn segment(&self, photo: &Photo, view: View) -> Result<Segmentation, Error>;
}

/// Segments a photo with the built-in method for its view: the net for whole heads, [`classical`] where it cannot be loaded.
///
/// # Errors
/// As [`Segmenter::segment`].
pub fn segment(photo: &Photo, view: View) -> Result<Segmentation, Error> {
    if view == View::Closeup {
        return Ok(closeup::segment(photo));
    }
    match net::Net::embedded() {
        Ok(net) => net.segment(photo, view),
        Err(error) => without_net(photo, view, &error),
    }
}

/// Segments a photo of which nobody said whether it is a close-up, and says which it was taken for: by its layout and, where the
/// net is there, by how its tissues lie.
///
/// # Errors
/// As [`Segmenter::segment`].
pub fn segment_any(photo: &Photo) -> Result<(CloseupGuess, Segmentation), Error> {
    let layout = tell_closeup(photo);
    let (guess, found) = match net::Net::embedded() {
        Ok(net) => {
            let glance = net.glance(photo.of_side(net::LOOKED_AT));
            let guess = layout.and(net::closeup_log_odds(&glance));
            let found = if guess.is_closeup {
                let mut found = closeup::segment(photo);
                found.warnings.extend(doubted(guess, net::room(&glance)));
                found
            } else {
                net.segment_from(photo, glance, None)
            };
            (guess, found)
        }
        Err(_) if layout.is_closeup => (layout, closeup::segment(photo)),
        Err(error) => (layout, without_net(photo, View::Front, &error)?),
    };
    Ok((guess, found))
}

/// Share of a close-up that looks like a room, and confidence in the close-up, from which and below which a reader is told. Of 93 heads
/// far away (drawn heads at a ninth and less of their area, before rooms) that pass for close-ups 79 are told, of 135 rooms without a
/// head 93; of 499 drawn close-ups 32, of 320 photographed ones 6.
const MUCH_ROOM: f32 = 0.45;
const LITTLE_CONFIDENCE: f32 = 0.73;

/// What a reader must know of a photo that was taken for a close-up with little right.
fn doubted(guess: CloseupGuess, room: f32) -> Option<String> {
    (room > MUCH_ROOM || guess.confidence < LITTLE_CONFIDENCE).then(|| {
        format!(
            "Taken for a close-up ({:.0} % sure); {:.0} % of it looks like a room, clothes or a towel. If it shows a head, say \
             --view front, top, left, right or back, and take the photo closer, so that the head fills at least half of its height; if it is a \
             close-up, say --view closeup.",
            100.0 * guess.confidence,
            100.0 * room
        )
    })
}

fn without_net(photo: &Photo, view: View, error: &Error) -> Result<Segmentation, Error> {
    let mut found = classical::Classical.segment(photo, view)?;
    found.warnings.push(format!(
        "Hair, skin and scalp were told apart by a simpler method, since {error}. Borders are less certain; install the program anew."
    ));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_close_up_that_looks_like_a_room_is_doubted() {
        let guess = |confidence| CloseupGuess { is_closeup: true, confidence };
        assert_eq!(doubted(guess(0.99), 0.1), None);
        let far = doubted(guess(0.99), 0.9).expect("mostly room");
        assert!(far.contains("90 %") && far.contains("--view closeup"), "{far}");
        assert!(doubted(guess(0.6), 0.1).is_some());
    }
}
