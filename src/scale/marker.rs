//! Printed markers in the photo: square AprilTags of known size, as [`super::sheet`] prints them.
//!
//! Dark patches whose hull is a square in perspective are candidates; their edges are refined to a fraction of a pixel,
//! their 36 cells read through the homography and decoded ([`super::tag36h11`]). A tag is found from about 25 px of side.

mod candidates;
mod geometry;
mod read;

use super::{Scale, ScaleSource, tag36h11};
use crate::photo::Photo;
use crate::plane::Point;
use crate::units::{Mm, MmPerPx};

/// Side of the black square in mm by the tag's number, so that a sheet printed in another size needs no option.
/// The last number is for any other size, which `--marker-size` gives.
pub(super) const SIDES_MM: [Option<f64>; tag36h11::TAGS] =
    [Some(20.0), Some(10.0), Some(15.0), Some(25.0), Some(30.0), Some(40.0), Some(50.0), None];

/// The number of the tag that is printed in a size.
#[must_use]
pub fn tag_of_size(size: Mm) -> usize {
    SIDES_MM.iter().position(|s| s.is_some_and(|s| (s - size.get()).abs() < 1e-6)).unwrap_or(tag36h11::TAGS - 1)
}

/// Print and paper: a 20 mm sticker read to 0.2 mm is ±1 %.
const SIZE_ERROR: f64 = 0.01;

/// The tag does not lie in the plane of the scalp: 5 mm at 500 mm [D].
const PLANE_ERROR: f64 = 0.01;

/// How well an edge of the tag is found, px [D: within that on rendered tags with noise and blur].
const EDGE_PX: f64 = 0.15;

/// A tag found in a photo.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Marker {
    /// Its number in the family.
    pub tag: usize,
    /// Corners of the black square in px of the photo, in order around it.
    pub corners: [Point; 4],
}

impl Marker {
    /// Side in px of the square of the same area: the mean scale at the tag, right for areas also where it is tilted.
    #[must_use]
    pub fn side_px(&self) -> f64 {
        geometry::area(&self.corners).abs().sqrt()
    }

    /// How far the tag is from a square, 0..1: tilt and perspective, which the skin beside it need not share.
    #[must_use]
    pub fn distortion(&self) -> f64 {
        let side = |i: usize| f64::from(self.corners[i].distance(self.corners[(i + 1) % 4]));
        let sides = [0, 1, 2, 3].map(side);
        let mean = sides.iter().sum::<f64>() / 4.0;
        let spread = (sides.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / 4.0).sqrt() / mean;
        let diagonal = |i: usize| f64::from(self.corners[i].distance(self.corners[i + 2]));
        spread.max((diagonal(0) - diagonal(1)).abs() / (diagonal(0) + diagonal(1)))
    }

    /// The scale at the tag for a black square of `size`.
    fn scale(&self, size: Mm) -> Option<Scale> {
        let side = self.side_px();
        let mm_per_px = MmPerPx::new(size.get() / side).ok()?;
        let relative_error = (std::f64::consts::SQRT_2 * EDGE_PX / side)
            .hypot(SIZE_ERROR)
            .hypot(PLANE_ERROR)
            // Half of the foreshortening: the scalp beside the tag is tilted by a part of it.
            .hypot(self.distortion() / 2.0);
        Some(Scale { mm_per_px, source: ScaleSource::Marker, relative_error })
    }
}

/// Finds all tags of our sheets in a photo, largest first.
#[must_use]
pub fn detect(photo: &Photo) -> Vec<Marker> {
    // A 20 mm tag on a photo of 400 mm has 80 px there.
    let copy = photo.on_screen();
    let shrink = photo.rgb.width() as f32 / copy.width() as f32;
    let luma = copy.luminance();
    let mut found: Vec<Marker> = Vec::new();
    for corners in candidates::quads(&luma) {
        let Some(corners) = geometry::refine(&luma, corners) else { continue };
        let Some(tag) = read::tag(&luma, &corners) else { continue };
        let known = |m: &Marker| m.tag == tag && m.corners[0].distance(geometry::nearest(&corners, m.corners[0])) < 3.0;
        if !found.iter().any(known) {
            found.push(Marker { tag, corners });
        }
    }
    // A px centre of the copy lies in the middle of the px it stands for; corners count from px edges.
    for marker in &mut found {
        marker.corners = marker.corners.map(|c| Point::new(c.x * shrink, c.y * shrink));
    }
    found.sort_by(|a, b| b.side_px().total_cmp(&a.side_px()));
    found
}

/// The scale of the largest tag in the photo; tells where tags contradict each other or have no known size.
#[must_use]
pub fn scale(photo: &Photo, size: Option<Mm>, warnings: &mut Vec<String>) -> Option<Scale> {
    let sized = |m: &Marker| size.or_else(|| SIDES_MM[m.tag].and_then(|s| Mm::new(s).ok()));
    let markers = detect(photo);
    let scales: Vec<Scale> = markers.iter().filter_map(|m| m.scale(sized(m)?)).collect();
    if scales.is_empty() && !markers.is_empty() {
        warnings.push(
            "A printed marker of unknown size was found. Give the side of its black square with --marker-size.".into(),
        );
    }
    let first = scales.first().copied()?;
    if let Some(other) = scales[1..].iter().find(|s| s.contradicts(&first)) {
        warnings.push(format!(
            "Printed markers disagree: {:.4} and {:.4} mm/px. They lie at different distances from the camera; the larger \
             is taken. Lay one marker on the scalp beside the area of interest.",
            first.mm_per_px.get(),
            other.mm_per_px.get()
        ));
    }
    if markers[0].distortion() > 0.15 {
        warnings.push(format!(
            "The printed marker is seen at a slant ({:.0} % distorted); the scale is uncertain by {:.0} %. Take the photo \
             straight from above the marker.",
            markers[0].distortion() * 100.0,
            first.relative_error * 100.0
        ));
    }
    Some(first)
}

#[cfg(test)]
pub(super) mod tests;
