//! Whether a photo is good enough, and what to do about it.

mod measure;

use serde::Serialize;

use self::measure::{Subject, Tiles};

use crate::photo::Photo;
use crate::scale::Scale;
use crate::segmentation::Segmentation;
use crate::view::View;

/// How far a photo can be trusted in one respect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing to do.
    Good,
    /// Results come with a warning.
    Doubtful,
    /// Results should not be used; `--strict` refuses the photo.
    Unusable,
}

/// What one check looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// 10 to 90 % rise of the sharpest edges on the head or field, px; the photo's longer side where there is no edge.
    Focus,
    /// Luma that the brightest tenth of the head or field reaches, 0..255. Too bright is [`Aspect::Clipping`].
    Exposure,
    /// Share of the head or field at the ends of the range, 0..1.
    Clipping,
    /// Share of the skin and scalp (close-ups: of the field) under white highlights, 0..1.
    Glare,
    /// Standard deviation of the noise on flat parts, in luma, 0..255.
    Noise,
    /// px per mm where a scale exists, else px per head width or per field width.
    Resolution,
    /// Share of the outline of hair and scalp that lies inside the photo, 0..1.
    Framing,
    /// Share of the hair in wet or oily clumps, 0..1, where it can be told.
    WetHair,
}

/// One check of a photo.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// What was looked at.
    pub aspect: Aspect,
    /// The measured value, in the unit that [`Aspect`] gives.
    pub value: f64,
    /// The verdict.
    pub verdict: Verdict,
    /// A sentence that says what to do; empty for a good verdict.
    pub advice: String,
}

/// All checks of a photo.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Quality {
    /// One entry for each aspect that could be judged.
    pub checks: Vec<Check>,
}

impl Quality {
    /// The worst verdict of all checks.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.checks.iter().map(|c| c.verdict).max().unwrap_or(Verdict::Good)
    }
}

/// Checks a photo. Comes after the segmentation, because glare and framing are about the head, not the room.
///
/// Costs a few milliseconds: focus and noise are read on at most [`measure::MOST_TILES`] tiles, everything else on every
/// few pixels. Wet or oily clumping is not judged: it cannot be told from short wavy hair on one photo.
#[must_use]
pub fn assess(photo: &Photo, view: View, segmentation: &Segmentation, scale: Option<&Scale>) -> Quality {
    let subject = Subject::of(photo, view, segmentation);
    let tiles = measure::tiles(&photo.rgb, &subject);
    let light = measure::light(&photo.rgb, &subject);
    let mut checks = vec![
        focus(&tiles, photo, view, segmentation.head_width_px, scale),
        check(
            Aspect::Exposure,
            light.bright,
            [90.0, 40.0],
            "Add light from the front, or use the phone's exposure slider; the photo is too dark.",
        ),
        check(
            Aspect::Clipping,
            light.clipped,
            [0.03, 0.25],
            "Turn the flash off or step out of direct light; parts are pure white or black and show nothing.",
        ),
    ];
    if let Some(glare) = light.glare {
        checks.push(check(
            Aspect::Glare,
            glare,
            [0.03, 0.25],
            "Use soft light from the side, or a polariser; the skin shines and hides hairs.",
        ));
    }
    if let Some(noise) = tiles.noise {
        checks.push(check(
            Aspect::Noise,
            noise,
            [6.0, 20.0],
            "Use more light; the photo is grainy, and fine hairs drown in the grain.",
        ));
    }
    checks.push(resolution(photo, view, segmentation.head_width_px, scale));
    checks.extend(framing(view, segmentation));
    Quality { checks }
}

/// A check by two limits, from good to doubtful and from doubtful to unusable; which side is good follows from their order.
fn check(aspect: Aspect, value: f64, [doubtful, unusable]: [f64; 2], advice: &str) -> Check {
    let (value_up, doubtful_up, unusable_up) =
        if doubtful <= unusable { (value, doubtful, unusable) } else { (-value, -doubtful, -unusable) };
    let verdict = match value_up {
        v if v >= unusable_up => Verdict::Unusable,
        v if v >= doubtful_up => Verdict::Doubtful,
        _ => Verdict::Good,
    };
    let advice = if verdict == Verdict::Good { String::new() } else { advice.into() };
    Check { aspect, value, verdict, advice }
}

/// Focus is judged against what must be seen: hairs of 0.06 mm in a close-up with a scale, else the size of the field
/// or head. A head of which 250 details can be told apart side by side shows its hairline to 0.6 mm.
fn focus(tiles: &Tiles, photo: &Photo, view: View, head_width_px: Option<f64>, scale: Option<&Scale>) -> Check {
    let (width, height) = (photo.rgb.width() as f64, photo.rgb.height() as f64);
    let Some(rise) = tiles.edge_rise else {
        let advice = "Nothing sharp is seen. Focus on the scalp by tapping on it, and check that the photo shows hair.";
        return check(Aspect::Focus, width.max(height), [0.0, 0.0], advice);
    };
    let limits = match (view, scale) {
        // An edge as wide as one and a half hairs still shows the hair; one of four hairs merges neighbours (hairs of
        // a follicular unit leave the skin 0.1 to 0.3 mm apart).
        (View::Closeup, Some(s)) => [0.09, 0.24].map(|mm| (mm / s.mm_per_px.get()).max(3.5)),
        (View::Closeup, None) => [width / 80.0, width / 40.0],
        (_, _) => [110.0, 45.0].map(|details| head_width_px.unwrap_or(0.6 * width) / details),
    };
    check(
        Aspect::Focus,
        rise,
        limits,
        "Hold still, focus on the scalp by tapping on it, and wipe the lens; the photo is blurred.",
    )
}

/// A whole head: 16 px/mm is usual (4 000 px over 250 mm), where a shaft is 1 px; below half of that stubble is lost,
/// below 1 px/mm the hairline is too. A close-up: calibre needs about 100 px/mm, and a hair of 0.06 mm is not 2 px wide
/// below 33 px/mm.
fn resolution(photo: &Photo, view: View, head_width_px: Option<f64>, scale: Option<&Scale>) -> Check {
    let width = photo.rgb.width() as f64;
    let (value, limits, advice) = match (view, scale) {
        (View::Closeup, Some(s)) => (
            1.0 / s.mm_per_px.get(),
            [100.0, 20.0],
            "Use more magnification; below 100 px/mm calibre cannot be measured, and fine hairs are missed.",
        ),
        (View::Closeup, None) => {
            (width, [400.0, 150.0], "Give the original photo at full size; this one has few pixels.")
        }
        (_, Some(s)) => (
            1.0 / s.mm_per_px.get(),
            [8.0, 1.0],
            "Use the full resolution and fill the frame with the head; single hairs and stubble are not resolved.",
        ),
        // 155 mm of head at the limits above.
        (_, None) => (
            head_width_px.unwrap_or(width),
            [1240.0, 155.0],
            "Give the original photo at full size and fill the frame with the head; single hairs and stubble are not resolved.",
        ),
    };
    check(Aspect::Resolution, value, limits, advice)
}

/// Hair and scalp must not run out of the picture; skin may (neck and shoulders always do).
fn framing(view: View, segmentation: &Segmentation) -> Option<Check> {
    if view == View::Closeup {
        return None;
    }
    let outline = measure::outline(&segmentation.tissue)?;
    if outline.area_share < 0.03 {
        // A head of 3 % of the picture is 17 % of its width.
        let advice = "Step closer until the head fills the frame; it is too small.";
        return Some(Check {
            aspect: Aspect::Framing,
            value: outline.inside,
            verdict: Verdict::Doubtful,
            advice: advice.into(),
        });
    }
    let advice = "Step back until the whole head and both ears are in the frame; part of the scalp is cut off.";
    Some(check(Aspect::Framing, outline.inside, [0.93, 0.5], advice))
}

#[cfg(test)]
mod tests;
