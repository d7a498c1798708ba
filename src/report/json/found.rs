//! Regions, hairline, scars and pattern on the wire.

use schemars::JsonSchema;
use serde::Serialize;

use super::measured::px;
use super::{Interval, decimal};
use crate::findings::{self, RegionKind, ScarKind, Zone};
use crate::report::region_label;

/// A connected region of bare or thinly covered scalp.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct BaldRegion {
    /// The letter in the overlay and the report.
    pub label: String,
    /// Outline in px, closed implicitly.
    pub polygon_px: Vec<[f64; 2]>,
    /// Area, px.
    pub area_px: f64,
    /// Area on the curved head, cm²; null without a scale.
    pub area_cm2: Option<Interval>,
    /// The zone that holds most of it.
    pub zone: Zone,
    /// Bald or thinning.
    pub kind: RegionKind,
    /// Share of the visible scalp, 0..1.
    pub share_of_scalp: f64,
    /// Mean share hidden inside, 0..1.
    pub mean_share_hidden: f64,
    /// True near the head's outline, where foreshortening makes areas uncertain.
    pub near_limb: bool,
}

/// The front edge of the hair-bearing scalp.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Hairline {
    /// From the photo's left to its right, px.
    pub polyline_px: Vec<[f64; 2]>,
    /// Where it meets the head's mid-line, px.
    pub mid_frontal_px: Option<[f64; 2]>,
    /// How far the client's left temple recedes behind the mid-frontal point, share of the head's width.
    pub recession_left: Option<f64>,
    /// The same of the right.
    pub recession_right: Option<f64>,
    /// The same of the left in mm; null without a scale.
    pub recession_left_mm: Option<Interval>,
    /// The same of the right in mm; null without a scale.
    pub recession_right_mm: Option<Interval>,
    /// Difference of the two recessions, share of the head's width.
    pub asymmetry: Option<f64>,
    /// Root mean square distance from a smoothed copy, share of the head's width; null where it was not measured.
    pub irregularity: Option<f64>,
    /// Width of the step from bare to covered, share of the head's width.
    pub softness: Option<f64>,
    /// Trust, 0..1.
    pub confidence: f64,
}

/// A possible scar.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Scar {
    /// Outline in px, closed implicitly.
    pub polygon_px: Vec<[f64; 2]>,
    /// Shape.
    pub kind: ScarKind,
    /// Length of a linear scar, else the longest diameter, px.
    pub length_px: f64,
    /// Trust, 0..1.
    pub confidence: f64,
}

/// Range of stages, `[low, high]`; exactly one of the two scales is filled.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Pattern {
    /// Hamilton-Norwood, 1..7.
    pub norwood: Option<[u8; 2]>,
    /// Ludwig, 1..3.
    pub ludwig: Option<[u8; 2]>,
    /// What it rests on.
    pub evidence: String,
}

/// SALT: percent of bare scalp by quadrant, 0..100; null for quadrants that are not seen.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Salt {
    /// Top of the head.
    pub vertex: Option<f64>,
    /// Right side.
    pub right: Option<f64>,
    /// Left side.
    pub left: Option<f64>,
    /// Back.
    pub posterior: Option<f64>,
}

fn polygon(points: &[crate::plane::Point]) -> Vec<[f64; 2]> {
    points.iter().map(|&p| px(p)).collect()
}

impl BaldRegion {
    pub(super) fn of(index: usize, r: &findings::BaldRegion) -> Self {
        Self {
            label: region_label(index),
            polygon_px: polygon(&r.polygon),
            area_px: decimal(r.area_px, 0),
            area_cm2: r.area.as_ref().map(|e| Interval::of(e, |v| v.get())),
            zone: r.zone,
            kind: r.kind,
            share_of_scalp: decimal(r.share_of_scalp, 4),
            mean_share_hidden: decimal(r.mean_hidden, 4),
            near_limb: r.near_limb,
        }
    }
}

impl Hairline {
    pub(super) fn of(h: &findings::Hairline) -> Self {
        let share = |v: Option<f64>| v.map(|v| decimal(v, 4));
        Self {
            polyline_px: polygon(&h.polyline),
            mid_frontal_px: h.mid_frontal.map(px),
            recession_left: share(h.recession_left),
            recession_right: share(h.recession_right),
            recession_left_mm: h.recession_left_mm.as_ref().map(|e| Interval::of(e, |v| v.get())),
            recession_right_mm: h.recession_right_mm.as_ref().map(|e| Interval::of(e, |v| v.get())),
            asymmetry: share(h.asymmetry),
            irregularity: share(Some(h.irregularity)),
            softness: share(h.softness),
            confidence: decimal(f64::from(h.confidence), 3),
        }
    }
}

impl Scar {
    pub(super) fn of(s: &findings::Scar) -> Self {
        Self {
            polygon_px: polygon(&s.polygon),
            kind: s.kind,
            length_px: decimal(s.length_px, 1),
            confidence: decimal(f64::from(s.confidence), 3),
        }
    }
}

impl Pattern {
    pub(super) fn of(p: &findings::Pattern) -> Self {
        match p {
            findings::Pattern::Norwood { low, high, evidence } => {
                Self { norwood: Some([*low, *high]), ludwig: None, evidence: evidence.clone() }
            }
            findings::Pattern::Ludwig { low, high, evidence } => {
                Self { norwood: None, ludwig: Some([*low, *high]), evidence: evidence.clone() }
            }
        }
    }
}

impl Salt {
    pub(super) fn of(s: &findings::Salt) -> Self {
        let percent = |v: Option<f64>| v.map(|v| decimal(v, 1));
        Self {
            vertex: percent(s.vertex),
            right: percent(s.right),
            left: percent(s.left),
            posterior: percent(s.posterior),
        }
    }
}
