//! From which side a photo was taken: close-up or whole head first, then the side of the head.

use serde::Serialize;

use crate::photo::Photo;

/// The side a photo shows. Left and right are the client's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum View {
    /// The face and the frontal hairline.
    Front,
    /// The scalp from above, top-down or with the head bowed.
    Top,
    /// The client's left side.
    Left,
    /// The client's right side.
    Right,
    /// The back of the head.
    Back,
    /// A field of skin millimetres to a few centimetres wide.
    Closeup,
}

/// A view with the trust in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ViewGuess {
    /// The likeliest view.
    pub view: View,
    /// 0..1; 1 where the user said so.
    pub confidence: f32,
}

/// Whether a photo is a close-up, from the photo alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CloseupGuess {
    /// True for a close-up.
    pub is_closeup: bool,
    /// 0.5..1.
    pub confidence: f32,
}

/// Tells a close-up from a whole head.
#[must_use]
pub fn tell_closeup(photo: &Photo) -> CloseupGuess {
    let _ = photo;
    CloseupGuess { is_closeup: false, confidence: 0.5 }
}
