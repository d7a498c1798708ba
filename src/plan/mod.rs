//! From findings to a treatment plan: effect, needle, dots and sessions per region, each with its reason and source.
//!
//! Decisions are rules in `rules.toml` ([`rules`]), asked about named [`facts`]; [`plan`] only measures, asks and adds up.
//! Cosmetic planning: decisions are the practitioner's.

pub mod condition;
mod dots;
pub mod facts;
mod hairline_design;
mod planner;
pub mod preview;
pub mod profile;
pub mod rules;

pub use planner::{Seen, plan};
pub use profile::Profile;
pub use rules::Rules;

use serde::{Deserialize, Serialize};

use crate::findings::Zone;
use crate::plane::Point;
use crate::units::{Cm2, Estimate, Mm};

/// What SMP does for a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Adjust or refine the hairline.
    RefineHairline,
    /// Conceal scars from hair grafts.
    ConcealGraftScars,
    /// Hide burns and scars on the head.
    HideBurnsAndScars,
    /// Cover a balding scalp, the shaved look.
    FullCoverage,
    /// Fill between the hairs of a thinning head.
    AddDensity,
}

/// The client's needle codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub enum NeedleCode {
    /// Finest.
    #[serde(rename = "04RL")]
    Rl04,
    /// Fine.
    #[serde(rename = "06RL")]
    Rl06,
    /// Middle.
    #[serde(rename = "08RL")]
    Rl08,
    /// Largest used in SMP.
    #[serde(rename = "10RL")]
    Rl10,
}

/// A needle code with both readings of it; no reading is settled (see the rules' sources).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Needle {
    /// The code.
    pub code: NeedleCode,
    /// Reading A: the number is the gauge; diameter of one pin, mm.
    pub gauge_mm: (f64, f64),
    /// Reading B: the number is the count of pins.
    pub pins: u8,
}

impl NeedleCode {
    /// The code as it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rl04 => "04RL",
            Self::Rl06 => "06RL",
            Self::Rl08 => "08RL",
            Self::Rl10 => "10RL",
        }
    }

    /// The code under both readings. Gauges: 06 is 0.18-0.20 mm, 08 is 0.25, 10 is 0.30 (spstudio.ee needle-marking guide);
    /// 04 is in no table found, 0.15-0.16 by extrapolation.
    #[must_use]
    pub fn needle(self) -> Needle {
        let (gauge_mm, pins) = match self {
            Self::Rl04 => ((0.15, 0.16), 4),
            Self::Rl06 => ((0.18, 0.20), 6),
            Self::Rl08 => ((0.25, 0.25), 8),
            Self::Rl10 => ((0.30, 0.30), 10),
        };
        Needle { code: self, gauge_mm, pins }
    }
}

/// A statement with where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Id of the rule that fired.
    pub rule: String,
    /// Why, in plain words, with the measured values.
    pub because: String,
    /// Publication, practitioner's claim or derivation.
    pub source: String,
}

/// The plan of one region.
#[derive(Debug, Clone, PartialEq)]
pub struct RegionPlan {
    /// Name for people, such as "vertex".
    pub name: String,
    /// Where it lies.
    pub zone: Zone,
    /// Index into the findings' bald regions, where it is one.
    pub bald_region: Option<usize>,
    /// Index of the photo of the visit on which it was measured.
    pub photo: usize,
    /// Outline in px of that photo, closed implicitly.
    pub outline: Vec<Point>,
    /// What is done.
    pub effect: Effect,
    /// With what.
    pub needle: Needle,
    /// Number of sessions: low to high.
    pub sessions: (u8, u8),
    /// Target density in dots per cm2: low to high.
    pub dots_per_cm2: (f64, f64),
    /// Spacing of the dots in the last session.
    pub spacing: Estimate<Mm>,
    /// Area; absent without a scale.
    pub area: Option<Estimate<Cm2>>,
    /// Dots over all sessions; absent without an area.
    pub dots: Option<Estimate<f64>>,
    /// Points that one impression leaves, 1 to 3.
    pub pins_per_impression: u8,
    /// Visible diameter of a dot: low to high, mm.
    pub dot_diameter_mm: (f64, f64),
    /// One entry for each session, for the larger number of sessions.
    pub steps: Vec<SessionStep>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// Rules that hold at one end of a measurement's interval only: what else it might be.
    pub possible: Vec<Reason>,
}

/// What one session does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SessionStep {
    /// Share of the final density that is reached after it, 0..1.
    pub share_reached: f64,
    /// Impressions of the session; absent without an area.
    pub impressions: Option<Estimate<f64>>,
    /// Hours in the chair: low to high; absent without an area.
    pub chair_hours: Option<(f64, f64)>,
}

/// A treatment plan.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// Version of the rules.
    pub rules_version: String,
    /// One entry per region to treat.
    pub regions: Vec<RegionPlan>,
    /// Sessions for the whole treatment: low to high; (0, 0) where nothing is to be treated.
    pub sessions: (u8, u8),
    /// Days between sessions: low to high.
    pub interval_days: (u16, u16),
    /// Days from the last session to the touch-up.
    pub touch_up_days: u16,
    /// Years until the colour has faded: low to high.
    pub fading_years: (f64, f64),
    /// The whole treatment, session by session, for the larger number of sessions.
    pub steps: Vec<SessionStep>,
    /// Reasons against treating, or against treating now. Not empty means: do not treat yet.
    pub against: Vec<Reason>,
    /// Advice that concerns the whole treatment.
    pub advice: Vec<Reason>,
    /// How it is done.
    pub technique: Vec<Reason>,
    /// Advice that holds at one end of a measurement's interval only.
    pub possible: Vec<Reason>,
    /// A conservative hairline, photo's left to right, in px of the photo it was measured on; absent where none is proposed.
    pub proposed_hairline: Option<Vec<Point>>,
    /// What was not known and was assumed.
    pub assumptions: Vec<String>,
}
