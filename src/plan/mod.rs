//! From findings to a treatment plan: effect, needle, dots and sessions per region, each with its reason and source.

use serde::Serialize;

use crate::density::Density;
use crate::findings::{Findings, Zone};
use crate::scale::Scale;
use crate::units::{Cm2, Estimate, Mm};

/// What SMP does for a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, schemars::JsonSchema)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, schemars::JsonSchema)]
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
    /// Why.
    pub reasons: Vec<Reason>,
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
    /// Advice that concerns the whole treatment, and reasons against it.
    pub advice: Vec<Reason>,
    /// What was not known and was assumed.
    pub assumptions: Vec<String>,
}

/// Plans a treatment from what was found.
#[must_use]
pub fn plan(findings: &Findings, density: Option<&Density>, scale: Option<&Scale>) -> Plan {
    let _ = (findings, density, scale);
    Plan::default()
}
