//! The engine's terms in words for people, the same in the summary, the overlay and the PDF.

use super::json::Document;
use crate::density::Basis;
use crate::findings::Zone;
use crate::plan::{Effect, NeedleCode};
use crate::quality::Aspect;
use crate::scale::ScaleSource;
use crate::view::View;

/// The line at the foot of everything that is shown to people.
pub const DISCLAIMER: &str = "Cosmetic planning and research; not for diagnosis.";

/// Name of a view.
#[must_use]
pub fn view(view: View) -> &'static str {
    match view {
        View::Front => "front",
        View::Top => "top",
        View::Left => "left side",
        View::Right => "right side",
        View::Back => "back",
        View::Closeup => "close-up",
    }
}

/// The view of a photo and the trust in it.
#[must_use]
pub fn view_with_trust(d: &Document) -> String {
    let name = view(d.photo.view);
    match d.photo.view_confidence {
        c if c >= 1.0 => name.to_owned(),
        c if c > 0.0 => format!("{name} (guessed, {:.0} % sure; --view tells it)", c * 100.0),
        _ => format!("not recognised, taken as {name}; --view tells it"),
    }
}

/// Name of a zone.
#[must_use]
pub fn zone(zone: Zone) -> &'static str {
    match zone {
        Zone::Frontal => "frontal",
        Zone::MidScalp => "mid-scalp",
        Zone::Vertex => "vertex",
        Zone::LeftTemple => "left temple",
        Zone::RightTemple => "right temple",
        Zone::LeftSide => "left side",
        Zone::RightSide => "right side",
        Zone::Occiput => "back of the head",
        Zone::Field => "field",
    }
}

/// Name of an aspect of quality.
#[must_use]
pub fn aspect(aspect: Aspect) -> &'static str {
    match aspect {
        Aspect::Focus => "focus",
        Aspect::Exposure => "exposure",
        Aspect::Clipping => "clipping",
        Aspect::Glare => "glare",
        Aspect::Noise => "noise",
        Aspect::Resolution => "resolution",
        Aspect::Framing => "framing",
        Aspect::WetHair => "wet hair",
    }
}

/// Where a scale comes from, after "from".
#[must_use]
pub fn scale_source(source: ScaleSource) -> &'static str {
    match source {
        ScaleSource::Given => "--mm-per-px",
        ScaleSource::FieldWidth => "the width of the field",
        ScaleSource::Reference => "the drawn reference",
        ScaleSource::Marker => "the printed marker",
        ScaleSource::ScaleBar => "the scale bar in the picture",
        ScaleSource::Camera => "the camera's focal length and distance",
        ScaleSource::Anatomy => "an assumed head width",
    }
}

/// What a density rests on.
#[must_use]
pub fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Counted => "counted",
        Basis::FromCoverage => "inferred from coverage, not counted",
    }
}

/// What a treatment does, as a phrase.
#[must_use]
pub fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::RefineHairline => "refine the hairline",
        Effect::ConcealGraftScars => "conceal graft scars",
        Effect::HideBurnsAndScars => "hide burns and scars",
        Effect::FullCoverage => "full coverage, shaved look",
        Effect::AddDensity => "add density between the hairs",
    }
}

/// A needle code.
#[must_use]
pub fn needle(code: NeedleCode) -> &'static str {
    match code {
        NeedleCode::Rl04 => "04RL",
        NeedleCode::Rl06 => "06RL",
        NeedleCode::Rl08 => "08RL",
        NeedleCode::Rl10 => "10RL",
    }
}

/// The hairline in one line; none where none is seen.
#[must_use]
pub fn hairline(d: &Document) -> Option<String> {
    let h = d.hairline.as_ref()?;
    let side = |name: &str, share: Option<f64>, mm: Option<super::json::Interval>| match (share, mm) {
        (_, Some(mm)) => Some(format!("{name} {:.0} mm ({:.0} to {:.0})", mm.value, mm.low, mm.high)),
        (Some(s), None) => Some(format!("{name} {:.0} % of the head's width", s * 100.0)),
        (None, None) => None,
    };
    let sides: Vec<String> =
        [side("left", h.recession_left, h.recession_left_mm), side("right", h.recession_right, h.recession_right_mm)]
            .into_iter()
            .flatten()
            .collect();
    let depth = if sides.is_empty() { "found".to_owned() } else { format!("recedes {}", sides.join(", ")) };
    Some(format!("{depth}; {:.0} % sure", h.confidence * 100.0))
}

/// The range of stages in one line; none where the view does not tell.
#[must_use]
pub fn pattern(d: &Document) -> Option<String> {
    let p = d.pattern.as_ref()?;
    let range = |name: &str, [low, high]: [u8; 2]| {
        if low == high { format!("{name} {low}") } else { format!("{name} {low} to {high}") }
    };
    let stages = p.norwood.map(|r| range("Norwood", r)).or(p.ludwig.map(|r| range("Ludwig", r)))?;
    Some(format!("{stages} ({})", p.evidence))
}

/// What was counted in a field without a scale.
pub(super) fn counted(units: usize, hairs: usize) -> String {
    match (units, hairs) {
        (1.., 0) => format!("{units} follicular units; their hairs cannot be told apart here"),
        _ => format!("{units} follicular units with {hairs} hairs"),
    }
}
