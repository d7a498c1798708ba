//! Hairs and follicular units per cm2, as numbers and as maps.

mod interval;
pub mod map;

use serde::Serialize;

use crate::follicle::{Follicles, FollicularUnit, HairKind};
use crate::plane::{Plane, Point};
use crate::scale::Scale;
use crate::segmentation::Segmentation;
use crate::units::{Estimate, Micrometre, Mm, PerCm2};

use interval::{Doubt, LeftOut, Z, log_normal, together};

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
    /// Hairs per cm2; absent where units were counted and their hairs cannot be told apart.
    pub hairs: Option<Estimate<PerCm2>>,
    /// Follicular units per cm2.
    pub units: Estimate<PerCm2>,
    /// Hairs per unit; absent as `hairs`.
    pub hairs_per_unit: Option<Estimate<f64>>,
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

/// Units that the disc of the map should hold on average: the map's own relative error is then about 1 / sqrt(12) = 29 %.
const UNITS_PER_DISC: f64 = 12.0;

/// Counts per area. None without a visible field, and for a head on which nothing was counted.
///
/// A hair counts where its root lies: one that the photo's edge cuts belongs to the field if its root is inside, and one that only
/// reaches in from outside has its apparent root on the edge. Neither the units that lie within a shaft's width of the edge nor
/// that strip of skin are counted.
#[must_use]
pub fn measure(follicles: &Follicles, segmentation: &Segmentation, scale: &Scale) -> Option<Density> {
    let (field, skin_per_px) = match (&follicles.field, &segmentation.field) {
        (Some(counted), _) => (&counted.mask, counted.skin_per_px),
        (None, Some(field)) => (field, 1.0),
        (None, None) => return None,
    };
    let seen = field.as_slice().iter().filter(|f| **f).count();
    if seen == 0 {
        return None;
    }
    let edge = Edge::of(follicles, field);
    let area = seen as f64 * edge.share_inside * skin_per_px * scale.mm_per_px.px_area().get();
    let counted: Vec<_> = follicles.units.iter().filter(|u| edge.has_inside(u)).collect();
    let hairs: Vec<_> = counted.iter().flat_map(|u| &u.hairs).collect();
    // How far the skin turns away is known by half at best.
    let turned = 0.5 * (skin_per_px - 1.0);
    let (detection, error) = (together(&[f64::from(follicles.detection_error), turned]), scale.relative_error);
    let doubt = Doubt::at(follicles.clearness);
    let left_out = |all: usize, counted: usize| LeftOut { at_edge: all - counted, debris: follicles.debris.len() };
    let all_hairs = follicles.units.iter().map(|u| u.hairs.len()).sum();
    let hair_scatter = doubt.hairs.of(hairs.len(), left_out(all_hairs, hairs.len()));
    let unit_scatter = doubt.units.of(counted.len(), left_out(follicles.units.len(), counted.len()));
    let per_cm2 =
        |n: usize, causes: &[f64]| interval::per_area(n, area, together(causes), error).with_unit(PerCm2::new).ok();
    let units_per_cm2 = per_cm2(counted.len(), &[unit_scatter, detection, doubt.grouping])?;
    let calibers: Vec<f64> = hairs.iter().filter_map(|h| h.caliber).map(Micrometre::get).collect();
    let mean_caliber = doubt.mean_caliber(&calibers, error);
    let thickness = mean_caliber.map(|m| {
        // Sum of the calibres in mm: hairs without a calibre count with the mean of the others.
        let value = m.value.get() / 1000.0 * hairs.len() as f64 / area;
        let spread = (m.high.get() / m.value.get().max(1e-9)).ln() / Z;
        // The scale enters once as a length and twice, inverted, as an area: once in all.
        log_normal(value, together(&[hair_scatter, detection, spread, error]))
    });
    let radius = map_radius_mm(units_per_cm2.value.get(), area);
    let per_px2 = map::per_px2(
        &counted.iter().map(|u| u.root).collect::<Vec<_>>(),
        field,
        (radius / scale.mm_per_px.get()) as f32,
    );
    let px_per_cm2 = (1.0 / (skin_per_px * scale.mm_per_px.px_area().get())) as f32;
    let hairs_told = counted.is_empty() || !hairs.is_empty();
    Some(Density {
        hairs: if hairs_told { Some(per_cm2(hairs.len(), &[hair_scatter, detection])?) } else { None },
        units: units_per_cm2,
        hairs_per_unit: hairs_told
            .then(|| hairs_per_unit(&counted.iter().map(|u| u.hairs.len()).collect::<Vec<_>>(), detection)),
        terminal_to_vellus: terminal_to_vellus(&hairs, detection),
        mean_caliber,
        cumulative_thickness_mm_per_cm2: thickness,
        field_cm2: area,
        basis: Basis::Counted,
        map: DensityMap {
            units_per_cm2: per_px2.map(|v| v * px_per_cm2),
            radius: Mm::new(radius).ok()?,
            px_per_cell: map::PX_PER_CELL,
        },
    })
}

/// The strip along the photo's edge in which roots are not told from shafts that the edge cuts.
struct Edge {
    width: f32,
    right: f32,
    bottom: f32,
    /// Share of the photo that is left.
    share_inside: f64,
}

impl Edge {
    /// Strips cover at most this share of either side: a photo of a few shafts is counted all the same.
    const MOST: f32 = 0.1;

    fn of(follicles: &Follicles, field: &Plane<bool>) -> Self {
        let (w, h) = (field.width() as f32, field.height() as f32);
        let width = follicles.working_width_px.unwrap_or(0.0).min(Self::MOST * w.min(h));
        let share_inside = f64::from((1.0 - 2.0 * width / w) * (1.0 - 2.0 * width / h));
        Self { width, right: w - 1.0 - width, bottom: h - 1.0 - width, share_inside }
    }

    /// Whether any hair of a unit, or the unit itself where hairs are not told, has its root inside.
    fn has_inside(&self, unit: &FollicularUnit) -> bool {
        let inside = |p: Point| p.x >= self.width && p.y >= self.width && p.x <= self.right && p.y <= self.bottom;
        if unit.hairs.is_empty() { inside(unit.root) } else { unit.hairs.iter().any(|h| inside(h.root)) }
    }
}

/// Radius of the density map's disc, mm: it holds [`UNITS_PER_DISC`] units, or the whole field where there are too few.
#[must_use]
pub fn map_radius_mm(units_per_cm2: f64, field_cm2: f64) -> f64 {
    let spacing_mm = (100.0 / units_per_cm2.max(1e-6)).sqrt();
    (spacing_mm * (UNITS_PER_DISC / std::f64::consts::PI).sqrt()).min((100.0 * field_cm2).sqrt())
}

/// Mean and sample standard deviation.
fn mean_sd(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let sd =
        if n > 1.0 { (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt() } else { 0.5 * mean };
    (mean, sd)
}

/// Hairs per unit; detection acts on hairs within a unit, never below 1 hair.
fn hairs_per_unit(counts: &[usize], detection: f64) -> Estimate<f64> {
    if counts.is_empty() {
        return Estimate::new(0.0, 0.0, 0.0);
    }
    let (mean, sd) = mean_sd(&counts.iter().map(|&n| n as f64).collect::<Vec<_>>());
    let e = log_normal(mean, together(&[sd / mean / (counts.len() as f64).sqrt(), detection]));
    Estimate::new(mean, e.low.max(1.0), e.high)
}

/// Terminal hairs for each vellus hair, each number with its Poisson error; vellus hairs are missed most, so detection enters
/// twice.
fn terminal_to_vellus(hairs: &[&crate::follicle::Hair], detection: f64) -> Option<Estimate<f64>> {
    let count = |kind| hairs.iter().filter(|h| h.kind == Some(kind)).count() as f64;
    let (terminal, vellus) = (count(HairKind::Terminal), count(HairKind::Vellus));
    if terminal == 0.0 || vellus == 0.0 {
        return None;
    }
    let s = together(&[terminal.sqrt().recip(), vellus.sqrt().recip(), detection, detection]);
    Some(log_normal(terminal / vellus, s))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_photos_edge_cuts_is_not_counted_nor_is_its_strip() {
        let field = Plane::filled(400, 300, true);
        let at = |x: f32, y: f32| FollicularUnit { root: Point::new(x, y), hairs: Vec::new() };
        let follicles = Follicles {
            units: vec![at(200.0, 150.0), at(0.0, 150.0), at(399.0, 150.0), at(200.0, 0.0), at(200.0, 299.0)],
            working_width_px: Some(8.0),
            ..Follicles::default()
        };
        let edge = Edge::of(&follicles, &field);
        assert_eq!(follicles.units.iter().filter(|u| edge.has_inside(u)).count(), 1);
        assert!((edge.share_inside - (384.0 / 400.0) * (284.0 / 300.0)).abs() < 1e-6);
        // Roots spread evenly keep their density: as much is left of them as of the field.
        let roots = (0..300 * 400).step_by(97).map(|i| at((i % 400) as f32, (i / 400) as f32));
        let (kept, all) = roots.fold((0u32, 0u32), |(k, n), u| (k + u32::from(edge.has_inside(&u)), n + 1u32));
        assert!((f64::from(kept) / f64::from(all) - edge.share_inside).abs() < 0.01, "{kept} of {all}");
    }
}
