//! Follicular units, density and coverage on the wire.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Interval, decimal, significant};
use crate::density::Basis;
use crate::findings::{Findings, Zone};
use crate::follicle::{Follicles, HairKind};
use crate::plane::Point;
use crate::units::Estimate;

/// `[x, y]` in px of the upright photo, origin top left.
pub(super) fn px(p: Point) -> [f64; 2] {
    [decimal(f64::from(p.x), 2), decimal(f64::from(p.y), 2)]
}

/// Hairs that leave the skin together.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct FollicularUnit {
    /// Mean of the hairs' roots, px.
    pub root_px: [f64; 2],
    /// The hairs; empty where they cannot be told apart.
    pub hairs: Vec<Hair>,
}

/// One hair shaft.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Hair {
    /// Where the shaft leaves the skin, px.
    pub root_px: [f64; 2],
    /// Middle of the visible shaft along its path, px.
    pub midpoint_px: [f64; 2],
    /// Free end, px.
    pub tip_px: [f64; 2],
    /// Width of the shaft, px.
    pub width_px: f64,
    /// Calibre in µm; null without a scale, below the resolution that calibre needs, and where another shaft runs beside this one along
    /// its whole length.
    pub caliber_um: Option<f64>,
    /// Kind by calibre; null without a calibre.
    pub kind: Option<HairKind>,
    /// Probability that this is a hair, 0..1.
    pub confidence: f64,
}

/// How the units were found.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Detection {
    /// Number of follicular units.
    pub units: usize,
    /// Number of hairs.
    pub hairs: usize,
    /// Things seen and not counted, such as loose clippings.
    pub debris: usize,
    /// Typical width of a shaft in this photo, px.
    pub working_width_px: Option<f64>,
    /// Expected relative error of the counts as a whole, one standard deviation; single hairs missed and invented come on top, and the
    /// intervals of the densities hold both.
    pub relative_error: f64,
}

/// Densities of one field.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Density {
    /// Hairs per cm²; null where units were counted and their hairs cannot be told apart.
    pub hairs_per_cm2: Option<Interval>,
    /// Follicular units per cm².
    pub follicular_units_per_cm2: Interval,
    /// Hairs per follicular unit; null as `hairs_per_cm2`.
    pub hairs_per_unit: Option<Interval>,
    /// Terminal hairs for each vellus hair.
    pub terminal_to_vellus: Option<Interval>,
    /// Mean calibre, µm.
    pub mean_caliber_um: Option<Interval>,
    /// Sum of the calibres on each cm², mm.
    pub cumulative_thickness_mm_per_cm2: Option<Interval>,
    /// Counted or inferred.
    pub basis: Basis,
    /// Area that was counted, cm².
    pub field_cm2: f64,
    /// Radius of the disc over which the density map averages, mm.
    pub map_radius_mm: f64,
}

/// Coverage: the share of the scalp hidden by hair.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Coverage {
    /// Share of the visible scalp that is hidden, 0..1; null where no scalp or hair is seen.
    pub scalp_share_hidden: Option<f64>,
    /// Its 95 % interval, low to high.
    pub scalp_share_hidden_interval: Option<[f64; 2]>,
    /// The same by zone, only of zones that are seen.
    pub by_zone: Vec<ZoneCoverage>,
}

/// Coverage of one zone.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ZoneCoverage {
    /// The zone; left and right are the client's own.
    pub zone: Zone,
    /// Share of the zone's visible scalp that is hidden, 0..1.
    pub share_hidden: f64,
    /// Its 95 % interval, low to high.
    pub share_hidden_interval: [f64; 2],
    /// Area of the zone, px.
    pub area_px: f64,
}

impl FollicularUnit {
    pub(crate) fn of(unit: &crate::follicle::FollicularUnit) -> Self {
        Self {
            root_px: px(unit.root),
            hairs: unit
                .hairs
                .iter()
                .map(|h| Hair {
                    root_px: px(h.root),
                    midpoint_px: px(h.midpoint),
                    tip_px: px(h.tip),
                    width_px: decimal(f64::from(h.width_px), 2),
                    caliber_um: h.caliber.map(|c| significant(c.get())),
                    kind: h.kind,
                    confidence: decimal(f64::from(h.confidence), 3),
                })
                .collect(),
        }
    }
}

impl Detection {
    pub(super) fn of(f: &Follicles) -> Self {
        Self {
            units: f.units.len(),
            hairs: f.units.iter().map(|u| u.hairs.len()).sum(),
            debris: f.debris.len(),
            working_width_px: f.working_width_px.map(|w| decimal(f64::from(w), 2)),
            relative_error: decimal(f64::from(f.detection_error), 3),
        }
    }
}

impl Density {
    pub(super) fn of(d: &crate::density::Density) -> Self {
        Self {
            hairs_per_cm2: d.hairs.as_ref().map(|e| Interval::of(e, |v| v.get())),
            follicular_units_per_cm2: Interval::of(&d.units, |v| v.get()),
            hairs_per_unit: d.hairs_per_unit.as_ref().map(|e| Interval::of(e, |v| *v)),
            terminal_to_vellus: d.terminal_to_vellus.as_ref().map(|e| Interval::of(e, |v| *v)),
            mean_caliber_um: d.mean_caliber.as_ref().map(|e| Interval::of(e, |v| v.get())),
            cumulative_thickness_mm_per_cm2: d
                .cumulative_thickness_mm_per_cm2
                .as_ref()
                .map(|e| Interval::of(e, |v| *v)),
            basis: d.basis,
            field_cm2: significant(d.field_cm2),
            map_radius_mm: significant(d.map.radius.get()),
        }
    }
}

impl Coverage {
    pub(super) fn of(coverage: &crate::coverage::Coverage, findings: &Findings) -> Self {
        Self::joined(coverage.scalp_share_hidden.as_ref(), findings)
    }

    /// From the share hidden and the zones alone.
    pub(super) fn joined(hidden: Option<&Estimate<f64>>, findings: &Findings) -> Self {
        Self {
            scalp_share_hidden: hidden.map(|e| decimal(e.value, 4)),
            scalp_share_hidden_interval: hidden.map(|e| [decimal(e.low, 4), decimal(e.high, 4)]),
            by_zone: findings
                .by_zone
                .iter()
                .map(|z| ZoneCoverage {
                    zone: z.zone,
                    share_hidden: decimal(z.hidden.value, 4),
                    share_hidden_interval: [decimal(z.hidden.low, 4), decimal(z.hidden.high, 4)],
                    area_px: decimal(z.area_px, 0),
                })
                .collect(),
        }
    }
}
