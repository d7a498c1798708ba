//! Scale from what the camera wrote: focal length, distance to the subject, digital zoom.

use super::{Scale, ScaleSource};
use crate::photo::Metadata;
use crate::units::MmPerPx;

/// Diagonal of the 24 x 36 mm frame that "35 mm equivalent" refers to (CIPA DCG-001: equal angle over the diagonal).
const FRAME_DIAGONAL_MM: f64 = 43.267;

/// One standard deviation of the distance that cameras write: it is the focus distance, in coarse steps and to the
/// nearest edge of what was focused on [D]; the focal length's rounding to a millimetre (2 % of 26) is small beside it.
const DISTANCE_ERROR: f64 = 0.15;

/// Distances at which a scalp is photographed, mm; anything else is "unknown" or "infinity" in numbers.
const DISTANCE_MM: std::ops::RangeInclusive<f64> = 20.0..=5000.0;

/// The scale at the focused distance, where the camera wrote both numbers.
///
/// Holds for the whole frame only: a photo cropped by hand keeps its EXIF and cannot be told from an uncropped one.
#[must_use]
pub fn scale(meta: &Metadata, width: usize, height: usize, warnings: &mut Vec<String>) -> Option<Scale> {
    let focal = meta.focal_length_35mm.filter(|f| *f >= 5.0)?;
    let distance = meta.subject_distance_mm.filter(|d| DISTANCE_MM.contains(d))?;
    let diagonal = (width as f64).hypot(height as f64);
    let mm_per_px = MmPerPx::new(distance / focal * FRAME_DIAGONAL_MM / diagonal).ok()?;
    let mut relative_error = DISTANCE_ERROR;
    if let Some(zoom) = meta.digital_zoom.filter(|z| *z > 1.01) {
        // EXIF leaves open whether the 35 mm equivalent contains the digital zoom; most phones write it so.
        relative_error = relative_error.hypot(zoom.ln() / 2.0);
        warnings.push(format!(
            "The photo was taken with {zoom:.1}x digital zoom, so the scale from the camera is uncertain by {:.0} %. Take \
             it without zoom, or put a printed marker in the picture.",
            relative_error * 100.0
        ));
    }
    Some(Scale { mm_per_px, source: ScaleSource::Camera, relative_error })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phone() -> Metadata {
        Metadata { focal_length_35mm: Some(26.0), subject_distance_mm: Some(300.0), ..Metadata::default() }
    }

    #[test]
    fn a_phone_at_300_mm_sees_its_frame_magnified() {
        let scale = scale(&phone(), 4000, 3000, &mut Vec::new()).unwrap();
        // The diagonal on the skin is 300 / 26 * 43.267 = 499.2 mm over 5000 px.
        assert!((scale.mm_per_px.get() - 0.09985).abs() < 1e-4, "{}", scale.mm_per_px);
        assert_eq!(scale.relative_error, DISTANCE_ERROR);
    }

    #[test]
    fn zoom_widens_the_error_and_missing_or_endless_distances_give_nothing() {
        let mut warnings = Vec::new();
        let zoomed = Metadata { digital_zoom: Some(2.0), ..phone() };
        assert!(scale(&zoomed, 4000, 3000, &mut warnings).unwrap().relative_error > 0.3);
        assert_eq!(warnings.len(), 1);
        for distance in [None, Some(0.0), Some(1e9)] {
            let meta = Metadata { subject_distance_mm: distance, ..phone() };
            assert_eq!(scale(&meta, 4000, 3000, &mut warnings), None);
        }
    }
}
