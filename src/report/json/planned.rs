//! The treatment plan on the wire.

use schemars::JsonSchema;
use serde::Serialize;

use super::measured::px;
use super::{Interval, decimal, significant};
use crate::findings::{Findings, Zone};
use crate::plan::{self, Effect, NeedleCode};
use crate::report::region_label;

/// A treatment plan. Pairs are `[low, high]`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Plan {
    /// Version of the rules; null where no rule was asked.
    pub rules_version: Option<String>,
    /// One entry per region to treat.
    pub regions: Vec<RegionPlan>,
    /// Sessions for the whole treatment; null where nothing is to be treated.
    pub sessions: Option<[u8; 2]>,
    /// Days between sessions; null where nothing is to be treated.
    pub interval_days: Option<[u16; 2]>,
    /// Days from the last session to the touch-up; null where nothing is to be treated.
    pub touch_up_days: Option<u16>,
    /// Years until the colour has faded; null where nothing is to be treated.
    pub fading_years: Option<[f64; 2]>,
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
    /// A conservative hairline, px of the upright photo; null where none is proposed.
    pub proposed_hairline_px: Option<Vec<[f64; 2]>>,
    /// What was not known and was assumed.
    pub assumptions: Vec<String>,
}

/// The plan of one region.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct RegionPlan {
    /// Name for people.
    pub name: String,
    /// Where it lies.
    pub zone: Zone,
    /// Label of the bald region it treats; null where it treats none.
    pub bald_region: Option<String>,
    /// Outline on the photo, px, closed implicitly.
    pub polygon_px: Vec<[f64; 2]>,
    /// What is done.
    pub effect: Effect,
    /// With what.
    pub needle: Needle,
    /// Number of sessions.
    pub sessions: [u8; 2],
    /// Target density, dots per cm².
    pub dots_per_cm2: [f64; 2],
    /// Spacing of the dots in the last session, mm.
    pub spacing_mm: Interval,
    /// Area, cm²; null without a scale.
    pub area_cm2: Option<Interval>,
    /// Dots over all sessions; null without an area.
    pub dots: Option<Interval>,
    /// Points that one impression leaves.
    pub pins_per_impression: u8,
    /// Visible diameter of a dot, mm.
    pub dot_diameter_mm: [f64; 2],
    /// Session by session, for the larger number of sessions.
    pub steps: Vec<SessionStep>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// Rules that hold at one end of a measurement's interval only: what else it might be.
    pub possible: Vec<Reason>,
}

/// What one session does.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct SessionStep {
    /// Share of the final density that is reached after it, 0..1.
    pub share_reached: f64,
    /// Impressions of the session; null without an area.
    pub impressions: Option<Interval>,
    /// Hours in the chair; null without an area.
    pub chair_hours: Option<[f64; 2]>,
}

/// A needle code with both readings of it; neither is settled.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Needle {
    /// The code.
    pub code: NeedleCode,
    /// Reading A, the number is the gauge: diameter of one pin in mm, low to high.
    pub gauge_mm: [f64; 2],
    /// Reading B: the number of pins.
    pub pins: u8,
}

/// A statement with where it comes from.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Reason {
    /// Id of the rule that fired.
    pub rule: String,
    /// Why, in plain words, with the measured values.
    pub because: String,
    /// Publication, practitioner's claim or derivation.
    pub source: String,
}

fn reasons(list: &[plan::Reason]) -> Vec<Reason> {
    list.iter().map(|r| Reason { rule: r.rule.clone(), because: r.because.clone(), source: r.source.clone() }).collect()
}

fn steps(list: &[plan::SessionStep]) -> Vec<SessionStep> {
    list.iter()
        .map(|s| SessionStep {
            share_reached: decimal(s.share_reached, 3),
            impressions: s.impressions.as_ref().map(|e| Interval::of(e, |v| *v)),
            chair_hours: s.chair_hours.map(|(low, high)| [decimal(low, 1), decimal(high, 1)]),
        })
        .collect()
}

impl Plan {
    /// Nothing planned.
    #[must_use]
    pub fn none() -> Self {
        Self::of(&plan::Plan::default(), &Findings::default())
    }

    pub(super) fn of(p: &plan::Plan, findings: &Findings) -> Self {
        let treated = p.sessions != (0, 0);
        Self {
            rules_version: (!p.rules_version.is_empty()).then(|| p.rules_version.clone()),
            regions: p.regions.iter().map(|r| RegionPlan::of(r, findings)).collect(),
            sessions: treated.then_some(p.sessions.into()),
            interval_days: treated.then_some(p.interval_days.into()),
            touch_up_days: treated.then_some(p.touch_up_days),
            fading_years: treated.then_some(p.fading_years.into()),
            steps: steps(&p.steps),
            against: reasons(&p.against),
            advice: reasons(&p.advice),
            technique: reasons(&p.technique),
            possible: reasons(&p.possible),
            proposed_hairline_px: p.proposed_hairline.as_ref().map(|line| line.iter().map(|&p| px(p)).collect()),
            assumptions: p.assumptions.clone(),
        }
    }
}

impl RegionPlan {
    fn of(r: &plan::RegionPlan, findings: &Findings) -> Self {
        Self {
            name: r.name.clone(),
            zone: r.zone,
            bald_region: r.bald_region.filter(|&i| i < findings.bald_regions.len()).map(region_label),
            polygon_px: r.outline.iter().map(|&p| px(p)).collect(),
            effect: r.effect,
            needle: Needle {
                code: r.needle.code,
                gauge_mm: [decimal(r.needle.gauge_mm.0, 3), decimal(r.needle.gauge_mm.1, 3)],
                pins: r.needle.pins,
            },
            sessions: r.sessions.into(),
            dots_per_cm2: [significant(r.dots_per_cm2.0), significant(r.dots_per_cm2.1)],
            spacing_mm: Interval::of(&r.spacing, |v| v.get()),
            area_cm2: r.area.as_ref().map(|e| Interval::of(e, |v| v.get())),
            dots: r.dots.as_ref().map(|e| Interval::of(e, |v| *v)),
            pins_per_impression: r.pins_per_impression,
            dot_diameter_mm: r.dot_diameter_mm.into(),
            steps: steps(&r.steps),
            reasons: reasons(&r.reasons),
            possible: reasons(&r.possible),
        }
    }
}
