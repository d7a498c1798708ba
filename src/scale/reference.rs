//! A length that the user drew: two points and the distance between them.

use super::{Scale, ScaleSource};
use crate::error::Error;
use crate::plane::Point;
use crate::units::{Mm, MmPerPx};

/// How well a point is set by hand, px, one standard deviation.
const CLICK_PX: f64 = 1.0;

/// How well the length itself is known: a 20 mm sticker read to 0.2 mm is ±1 %.
const LENGTH_ERROR: f64 = 0.01;

/// Reference and scalp do not lie in one plane: 5 mm at 500 mm [D].
const PLANE_ERROR: f64 = 0.01;

/// Shortest usable reference in px: below it the two points alone cost more than 14 %.
const LEAST_PX: f64 = 10.0;

/// The scale of a reference from `from` to `to` in a photo of `width` x `height` px.
///
/// # Errors
/// [`Error::Scale`] for points outside the photo, a length of zero, or points too close together.
pub fn scale(from: Point, to: Point, length: Mm, width: usize, height: usize) -> Result<Scale, Error> {
    let inside = |p: Point| (0.0..=width as f32).contains(&p.x) && (0.0..=height as f32).contains(&p.y);
    if let Some(out) = [from, to].into_iter().find(|p| !inside(*p)) {
        return Err(Error::Scale {
            detail: format!(
                "the reference's point {}, {} lies outside the photo of {width} x {height} px",
                out.x, out.y
            ),
            remedy: "Give both points in px of the upright photo, origin at the top left.".into(),
        });
    }
    let px = f64::from(from.distance(to));
    if px < LEAST_PX {
        return Err(Error::Scale {
            detail: format!("the reference's points are {px:.1} px apart; at least {LEAST_PX} px are needed"),
            remedy: "Draw the reference along something longer.".into(),
        });
    }
    let mm_per_px = MmPerPx::new(length.get() / px).map_err(|_| Error::Scale {
        detail: format!("the reference is {} mm long", length.get()),
        remedy: "Give its true length, such as --reference 100,200,420,200=20mm.".into(),
    })?;
    let ends = CLICK_PX * std::f64::consts::SQRT_2 / px;
    let relative_error = ends.hypot(LENGTH_ERROR).hypot(PLANE_ERROR);
    Ok(Scale { mm_per_px, source: ScaleSource::Reference, relative_error })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_millimetres_over_400_px() {
        let s = scale(Point::new(10.0, 10.0), Point::new(250.0, 330.0), Mm::new(20.0).unwrap(), 640, 480).unwrap();
        assert!((s.mm_per_px.get() - 0.05).abs() < 1e-9);
        assert!((0.014..0.016).contains(&s.relative_error), "{}", s.relative_error);
    }

    #[test]
    fn nonsense_is_refused_with_its_numbers() {
        let mm = Mm::new(20.0).unwrap();
        let p = Point::new;
        for (from, to, length, word) in [
            (p(10.0, 10.0), p(10.0, 10.0), mm, "0.0 px"),
            (p(10.0, 10.0), p(700.0, 10.0), mm, "outside"),
            (p(-1.0, 10.0), p(70.0, 10.0), mm, "outside"),
            (p(f32::NAN, 10.0), p(70.0, 10.0), mm, "outside"),
            (p(10.0, 10.0), p(100.0, 10.0), Mm::new(0.0).unwrap(), "0 mm"),
        ] {
            let error = scale(from, to, length, 640, 480).unwrap_err();
            assert!(error.to_string().contains(word), "{error}");
            assert!(error.remedy().is_some());
        }
    }
}
