//! Hairs and follicular units per cm2, as numbers and as maps.

pub mod map;

use serde::Serialize;

use crate::follicle::{Follicles, FollicularUnit, HairKind};
use crate::plane::{Plane, Point};
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

/// 97.5 % quantile of the standard normal distribution.
const Z: f64 = 1.959_963_985;

/// Units that the disc of the map should hold on average: the map's own relative error is then about 1 / sqrt(12) = 29 %.
const UNITS_PER_DISC: f64 = 12.0;

/// A positive value with a log-normal interval from its relative standard deviation: low and high are value times
/// exp(-/+ 1.96 s), so the interval never crosses zero.
fn log_normal(value: f64, relative_sd: f64) -> Estimate<f64> {
    let k = (Z * relative_sd).exp();
    Estimate::new(value, value / k, value * k)
}

/// Relative standard deviation of several independent causes.
fn together(parts: &[f64]) -> f64 {
    parts.iter().map(|p| p * p).sum::<f64>().sqrt()
}

/// Scatter of a count by single hairs missed and invented, times sqrt(n): an F1 of 0.86 on fields that people labelled leaves
/// 2 (1 - F1) = 0.28 n of them, whose difference scatters by sqrt(0.28 n). The field is counted whole, so no sampling is added.
const SCATTER: f64 = 0.53;

/// Relative error of the number of units, beside that of the hairs, from hairs that are put together or apart wrongly: units of everyday
/// drawn close-ups are off by 17 to 20 % in the mean, which is 0.25 for normal errors; less the hairs' own.
const GROUPING_ERROR: f64 = 0.2;

/// A count per area with its interval. Three causes, taken as independent, relative standard deviations added in squares:
/// single hairs missed and invented ([`SCATTER`]), detection as a whole, and the scale twice (an area goes with its square).
/// Without a single count the interval is that of Poisson: 0 to 3.7 (Garwood 1936, doi:10.1093/biomet/28.3-4.437).
fn per_area(count: usize, area_cm2: f64, detection: f64, scale: f64) -> Estimate<f64> {
    if count == 0 {
        return Estimate::new(0.0, 0.0, 3.7 / area_cm2 * (Z * together(&[detection, 2.0 * scale])).exp());
    }
    log_normal(count as f64 / area_cm2, together(&[SCATTER / (count as f64).sqrt(), detection, 2.0 * scale]))
}

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
    let per_cm2 = |n: usize, detection: f64| per_area(n, area, detection, error).with_unit(PerCm2::new).ok();
    let units_per_cm2 = per_cm2(counted.len(), together(&[detection, GROUPING_ERROR]))?;
    let calibers: Vec<f64> = hairs.iter().filter_map(|h| h.caliber).map(Micrometre::get).collect();
    let mean_caliber = mean_caliber(&calibers, error);
    let thickness = mean_caliber.map(|m| {
        // Sum of the calibres in mm: hairs without a calibre count with the mean of the others.
        let value = m.value.get() / 1000.0 * hairs.len() as f64 / area;
        let spread = (m.high.get() / m.value.get().max(1e-9)).ln() / Z;
        // The scale enters once as a length and twice, inverted, as an area: once in all.
        log_normal(value, together(&[SCATTER / (hairs.len().max(1) as f64).sqrt(), detection, spread, error]))
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
        hairs: if hairs_told { Some(per_cm2(hairs.len(), detection)?) } else { None },
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

/// Relative scatter of the mean calibre, times sqrt(n), by shafts whose width is read wrongly or cannot be read: those too faint to be
/// found are thinner than the others. The mean of `n` measured hairs of everyday drawn close-ups is off by that much.
const CALIBRE_SCATTER: f64 = 0.45;
/// What is left of it however many hairs are measured: for the edge that light bleeds over, which drawings do not have.
const CALIBRE_ERROR: f64 = 0.03;

/// Mean calibre, with the scale once.
fn mean_caliber(calibers: &[f64], scale: f64) -> Option<Estimate<Micrometre>> {
    if calibers.is_empty() {
        return None;
    }
    let (n, mean) = (calibers.len() as f64, calibers.iter().sum::<f64>() / calibers.len() as f64);
    log_normal(mean, together(&[CALIBRE_SCATTER / n.sqrt(), CALIBRE_ERROR, scale])).with_unit(Micrometre::new).ok()
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
    fn an_interval_holds_counting_detection_and_twice_the_scale() {
        let e = per_area(100, 0.5, 0.0, 0.0);
        assert!((e.value - 200.0).abs() < 1e-9);
        assert!(((e.high / e.value).ln() / Z - 0.1 * SCATTER).abs() < 1e-9);
        let with_scale = per_area(100, 0.5, 0.0, 0.05);
        assert!(
            ((with_scale.high / with_scale.value).ln() / Z - (0.01 * SCATTER * SCATTER + 0.01).sqrt()).abs() < 1e-9
        );
        let with_detection = per_area(100, 0.5, 0.1, 0.05);
        assert!(with_detection.high > with_scale.high && with_detection.low < with_scale.low);
    }

    #[test]
    fn nothing_counted_is_not_certainly_nothing() {
        let e = per_area(0, 0.1, 0.1, 0.02);
        assert_eq!((e.value, e.low), (0.0, 0.0));
        assert!(e.high > 37.0);
    }

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
