//! How much of the scalp is hidden by hair.
//!
//! Coverage is a share, 0..1, and needs no scale. It is not density: few long hairs can hide what many short ones show.

use crate::plane::Plane;
use crate::segmentation::Segmentation;
use crate::units::Estimate;

/// Coverage of one photo.
#[derive(Debug, Clone, PartialEq)]
pub struct Coverage {
    /// 0..255 = 0..100 % of the scalp hidden, size of the photo; 0 outside the scalp.
    pub map: Plane<u8>,
    /// Share of the visible scalp that is hidden; absent where no scalp or hair is seen.
    pub scalp_share_hidden: Option<Estimate<f64>>,
}

/// Reads coverage off the segmentation.
#[must_use]
pub fn measure(segmentation: &Segmentation) -> Coverage {
    Coverage {
        map: Plane::filled(segmentation.tissue.width(), segmentation.tissue.height(), 0),
        scalp_share_hidden: None,
    }
}
