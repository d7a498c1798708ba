//! Scale from a head width that the user assumes or measured; only on request, because it is the weakest source.

use super::{Scale, ScaleSource};
use crate::error::Error;
use crate::units::{Mm, MmPerPx};
use crate::view::View;

/// One standard deviation, three parts [D]: head breadth between people 4 % (ANSUR II: 154 ± 6 mm, men), hair that
/// widens the outline by 5 mm on each side 6 %, and the scalp lying up to 60 mm nearer to a camera at 600 mm than the
/// widest part of the head 8 %.
const ERROR: f64 = 0.11;

/// The scale at the widest part of the head.
///
/// # Errors
/// [`Error::Scale`] for a head width that no head has.
pub fn scale(
    head_width: Mm,
    head_width_px: Option<f64>,
    view: View,
    warnings: &mut Vec<String>,
) -> Result<Option<Scale>, Error> {
    if !(80.0..=250.0).contains(&head_width.get()) {
        return Err(Error::Scale {
            detail: format!("a head {} mm wide (80 to 250 mm expected)", head_width.get()),
            remedy: "Measure from above one ear to above the other, such as --assume-head-width 155mm.".into(),
        });
    }
    let why_not = match view {
        View::Closeup => "a close-up shows no head",
        View::Left | View::Right => "from the side the head's length is seen, not its width",
        View::Front | View::Back | View::Top => match head_width_px.filter(|px| *px >= 20.0) {
            Some(px) => {
                let mm_per_px = MmPerPx::new(head_width.get() / px)?;
                return Ok(Some(Scale { mm_per_px, source: ScaleSource::Anatomy, relative_error: ERROR }));
            }
            None => "no head was found",
        },
    };
    warnings.push(format!("--assume-head-width was not used: {why_not}."));
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_from_the_front_gives_a_rough_scale() {
        let mut warnings = Vec::new();
        let width = Mm::new(155.0).unwrap();
        let found = scale(width, Some(620.0), View::Front, &mut warnings).unwrap().unwrap();
        assert!((found.mm_per_px.get() - 0.25).abs() < 1e-9);
        assert!(found.relative_error > 0.1 && warnings.is_empty());
        for (view, px) in [(View::Left, Some(620.0)), (View::Closeup, None), (View::Top, None)] {
            assert_eq!(scale(width, px, view, &mut warnings).unwrap(), None);
        }
        assert_eq!(warnings.len(), 3);
        assert!(scale(Mm::new(5000.0).unwrap(), Some(620.0), View::Front, &mut warnings).is_err());
    }
}
