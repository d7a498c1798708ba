//! Several photos of one visit on one scalp: each place counts once, where it is seen best.
//!
//! The scalp is a grid of cells on the model head (an azimuthal equidistant map about the vertex). Each photo tells of the cells
//! that face its camera; a cell takes the mean of what the photos say, weighted by the square of the cosine at which they see
//! it, so that a frontal look counts and a grazing one hardly does. (Taking nearly only the photo that faces a cell, by the sixth
//! power, was no better on phantoms: the poses' errors decide.)

use super::bald::kind;
use super::grid::{Grid, components};
use super::skull::{V3, is_scalp, on_sphere};
use super::zones::{ALL, quadrant, zone};
use super::{BaldRegion, Findings, RegionKind, Salt, Zone, ZoneCoverage};
use crate::coverage;
use crate::plane::Plane;
use crate::scale::Scale;
use crate::segmentation::Segmentation;
use crate::units::{Cm2, Estimate};

/// Cells along a side of the map; a cell is 1.7 degrees, about 2.5 mm.
const SIDE: usize = 150;
/// Polar angle at the map's border, degrees: the nape's hair ends before.
const REACH: f64 = 128.0;
/// Seen flatter than this a photo tells nothing of a cell: hair stands off the skull there.
const LEAST_COSINE: f64 = 0.3;
/// Least share of hair and scalp among what the photos show of a cell for it to be scalp.
const LEAST_DOME: f64 = 0.5;
/// Least area of a region, breadths squared; as on one photo.
const LEAST_AREA: f64 = 0.004;
/// Share of a quadrant that must be seen for its SALT.
const LEAST_SEEN: f64 = 0.5;
/// SALT's weights of vertex, right, left, posterior (40, 18, 18, 24 % of the scalp).
const SALT_WEIGHTS: [f64; 4] = [0.40, 0.18, 0.18, 0.24];
/// Two readings of coverage differ by this much at least, one standard deviation.
const LEAST_DOUBT: f64 = 0.02;

/// What one photo tells of a cell.
#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    weight: f32,
    /// Share of the cell that is hair or bare scalp, share that is bare scalp, and share of its scalp hidden.
    dome: f32,
    bare: f32,
    hidden: f32,
}

/// What one photo tells of the scalp.
#[derive(Debug, Clone)]
pub struct Contribution {
    cells: Vec<Cell>,
    /// Mm per breadth of the head by this photo's scale, and its relative error.
    breadth: Option<(f64, f64)>,
}

impl Contribution {
    /// Reads a photo; none where no head was found.
    #[must_use]
    pub fn new(segmentation: &Segmentation, findings: &Findings, scale: Option<&Scale>) -> Option<Self> {
        let surface = findings.surface.as_ref()?;
        let grid = Grid::new(segmentation);
        let (w, h) = grid.size();
        let cells = (0..SIDE * SIDE)
            .map(|i| {
                let Some(place) = place(i).filter(|&p| is_scalp(p)) else { return Cell::default() };
                let cosine = surface.cosine(place);
                let (x, y) = grid.of_photo(surface.project(place));
                let inside = x >= 0.0 && y >= 0.0 && x <= (w - 1) as f32 && y <= (h - 1) as f32;
                if cosine < LEAST_COSINE || !inside {
                    return Cell::default();
                }
                let bare = grid.scalp.sample(x, y);
                let dome = grid.hair.sample(x, y) + bare;
                let seen = dome + grid.skin.sample(x, y);
                // Background there means that the model head overhangs the real one.
                if seen < 0.5 {
                    return Cell::default();
                }
                Cell {
                    weight: (cosine * cosine) as f32 * seen,
                    dome: dome / seen,
                    bare: bare / seen,
                    hidden: grid.hidden.sample(x, y),
                }
            })
            .collect();
        let breadth = scale.map(|s| (s.mm_per_px.get() * surface.breadth_px(), s.relative_error));
        Some(Self { cells, breadth })
    }
}

/// Place on the skull of the middle of a cell; none beyond the map's border.
fn place(i: usize) -> Option<V3> {
    let at = |k: usize| ((k as f64 + 0.5) / SIDE as f64 * 2.0 - 1.0) * REACH.to_radians();
    let (u, v) = (at(i % SIDE), at(i / SIDE));
    let polar = u.hypot(v);
    (polar < REACH.to_radians()).then(|| {
        let (s, c) = polar.sin_cos();
        let (sx, sz) = if polar > 1e-9 { (u / polar, v / polar) } else { (0.0, 0.0) };
        on_sphere([s * sx, c, s * sz]).0
    })
}

/// Area of a cell on the skull, breadths squared.
fn cell_area(i: usize) -> f64 {
    let step = 2.0 * REACH.to_radians() / SIDE as f64;
    let at = |k: usize| ((k as f64 + 0.5) / SIDE as f64 * 2.0 - 1.0) * REACH.to_radians();
    let (u, v) = (at(i % SIDE), at(i / SIDE));
    let polar = u.hypot(v).max(1e-9);
    let (s, c) = polar.sin_cos();
    let stretch = on_sphere([s * u / polar, c, s * v / polar]).1;
    stretch * s / polar * step * step
}

/// The scalp of one visit.
#[derive(Debug, Clone)]
pub struct ScalpMap {
    /// Findings of the whole scalp: coverage by zone, SALT, bald and thinning regions (whose outlines are empty: no single photo
    /// shows them).
    pub findings: Findings,
    /// Share of the model's scalp that the photos show, 0..1.
    pub seen: f64,
    /// Share of the scalp seen that is hidden.
    pub hidden: Option<Estimate<f64>>,
    /// Share of the scalp seen that is bald, 0..1.
    pub bald_share: f64,
    /// The same for thinning.
    pub thinning_share: f64,
    /// Area of the scalp seen; absent without a scale.
    pub scalp: Option<Estimate<Cm2>>,
    /// Bald area; absent without a scale.
    pub bald: Option<Estimate<Cm2>>,
    /// SALT score of the whole scalp, 0..100; absent where a quadrant is not seen.
    pub salt_score: Option<f64>,
    /// Mean difference in the share hidden between photos that show the same place; absent where none do.
    pub disagreement: Option<f64>,
    /// Breadth of the head in mm by all scales, and its relative error.
    pub breadth_mm: Option<(f64, f64)>,
    /// The scalp from above, spread out about the vertex (azimuthal equidistant), the face below, the client's left at the right.
    pub cells: Plane<ScalpCell>,
}

/// What is known of a place of the scalp.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ScalpCell {
    /// Not scalp.
    Outside,
    /// Scalp of the model head that no photo shows well enough.
    Unseen,
    /// Share hidden by hair, 0..1.
    Hidden(f32),
}

/// Joins what the photos of a visit tell.
#[must_use]
pub fn join(photos: &[Contribution]) -> ScalpMap {
    let breadth_mm = breadth(photos);
    let n = SIDE * SIDE;
    let area: Vec<f64> = (0..n).map(cell_area).collect();
    let on_scalp: Vec<Option<V3>> = (0..n).map(|i| place(i).filter(|&p| is_scalp(p))).collect();
    let mut hidden: Vec<Option<f64>> = vec![None; n];
    let mut kinds: Vec<Option<RegionKind>> = vec![None; n];
    let (mut apart, mut both) = (0.0, 0.0);
    for i in 0..n {
        let seen = || photos.iter().map(|p| p.cells[i]).filter(|c| c.weight > 0.0);
        let weight: f64 = seen().map(|c| f64::from(c.weight)).sum();
        let dome: f64 = seen().map(|c| f64::from(c.weight * c.dome)).sum();
        if weight <= 0.0 || dome < LEAST_DOME * weight {
            continue;
        }
        let mean = seen().map(|c| f64::from(c.weight * c.dome * c.hidden)).sum::<f64>() / dome;
        hidden[i] = Some(mean.clamp(0.0, 1.0));
        let bare: f64 = seen().map(|c| f64::from(c.weight * c.bare)).sum();
        kinds[i] = kind(mean as f32, (bare / dome) as f32);
        let count = seen().filter(|c| c.dome > 0.5).count();
        if count > 1 {
            let off: f64 = seen().filter(|c| c.dome > 0.5).map(|c| (f64::from(c.hidden) - mean).abs()).sum();
            apart += area[i] * off / count as f64;
            both += area[i];
        }
    }
    let disagreement = (both > 0.0).then(|| apart / both);
    let doubt = LEAST_DOUBT + disagreement.unwrap_or(0.0);
    let spread = (1.96 * coverage::ERROR).hypot(disagreement.unwrap_or(0.0));
    let around = |v: f64| Estimate::new(v, (v - spread).max(0.0), (v + spread).min(1.0));

    let model: f64 = (0..n).filter(|&i| on_scalp[i].is_some()).map(|i| area[i]).sum();
    let mut zones = [(0.0, 0.0); 8];
    let mut quadrants = [(0.0, 0.0, 0.0); 4];
    let (mut all, mut covered) = (0.0, 0.0);
    for i in 0..n {
        let Some(p) = on_scalp[i] else { continue };
        let q = &mut quadrants[quadrant(p)];
        q.0 += area[i];
        let Some(v) = hidden[i] else { continue };
        q.1 += area[i];
        q.2 += area[i] * (1.0 - v);
        let z = &mut zones[zone(p) as usize - 1];
        z.0 += area[i];
        z.1 += area[i] * v;
        all += area[i];
        covered += area[i] * v;
    }
    let percent = |k: usize| {
        let (whole, seen, bare) = quadrants[k];
        (seen > LEAST_SEEN * whole).then(|| 100.0 * bare / seen)
    };
    let salt = Salt { vertex: percent(0), right: percent(1), left: percent(2), posterior: percent(3) };
    let score = [salt.vertex, salt.right, salt.left, salt.posterior].into_iter().collect::<Option<Vec<f64>>>();
    // Of an area: twice the scale's error, as areas go with its square, and the doubt of what is bald.
    let cm2 = |breadths2: f64, doubt: f64| {
        let (mm, error) = breadth_mm?;
        let value = breadths2 * mm * mm / 100.0;
        let relative = (2.0 * error).hypot(doubt);
        Estimate::new(value, value * (1.0 - 1.96 * relative), value * (1.0 + 1.96 * relative)).with_unit(Cm2::new).ok()
    };
    let regions = regions(&hidden, &kinds, &area, &on_scalp, all, cm2);
    let total = |kind: RegionKind| (0..n).filter(|&i| kinds[i] == Some(kind)).fold(0.0, |sum, i| sum + area[i]);
    let (bald, thin) = (total(RegionKind::Bald), total(RegionKind::Thinning));
    let share = |v: f64| if all > 0.0 { v / all } else { 0.0 };
    let by_zone = ALL
        .into_iter()
        .zip(zones)
        .filter(|(_, z)| z.0 > LEAST_AREA)
        .map(|(zone, (area, hidden))| ZoneCoverage { zone, hidden: around(hidden / area), area_px: 0.0 })
        .collect();
    ScalpMap {
        findings: Findings { by_zone, salt: Some(salt), bald_regions: regions, ..Findings::default() },
        seen: if model > 0.0 { all / model } else { 0.0 },
        hidden: (all > 0.0).then(|| around(covered / all)),
        bald_share: share(bald),
        thinning_share: share(thin),
        scalp: cm2(all, BORDER_ERROR),
        bald: cm2(bald, BORDER_ERROR.hypot(doubt)),
        salt_score: score.map(|s| s.iter().zip(SALT_WEIGHTS).map(|(s, w)| s * w).sum()),
        disagreement,
        breadth_mm,
        cells: Plane::from_fn(SIDE, SIDE, |x, y| match (hidden[y * SIDE + x], on_scalp[y * SIDE + x]) {
            (Some(share), Some(_)) => ScalpCell::Hidden(share as f32),
            (None, Some(_)) => ScalpCell::Unseen,
            _ => ScalpCell::Outside,
        }),
    }
}

/// Relative error of an area whose border is read to 1 % of the head's breadth, on which people agree, on a region 6 cm across.
const BORDER_ERROR: f64 = 0.05;

/// The breadth of the head by all photos that have a scale: mean weighted by the inverse of the squared error.
fn breadth(photos: &[Contribution]) -> Option<(f64, f64)> {
    let (mut sum, mut weight) = (0.0, 0.0);
    for (mm, error) in photos.iter().filter_map(|p| p.breadth) {
        let w = 1.0 / error.max(0.002).powi(2);
        sum += w * mm;
        weight += w;
    }
    // Five poses of one model head err together: the mean is not taken for better than the best of them.
    let best = photos.iter().filter_map(|p| p.breadth).map(|b| b.1).fold(f64::MAX, f64::min);
    (weight > 0.0).then(|| (sum / weight, best))
}

fn regions(
    hidden: &[Option<f64>],
    kinds: &[Option<RegionKind>],
    area: &[f64],
    on_scalp: &[Option<V3>],
    all: f64,
    cm2: impl Fn(f64, f64) -> Option<Estimate<Cm2>>,
) -> Vec<BaldRegion> {
    let mut found = Vec::new();
    for kind in [RegionKind::Bald, RegionKind::Thinning] {
        let inside = kinds.iter().map(|k| *k == Some(kind)).collect();
        let (label, sizes) = components(&Plane::from_vec(SIDE, SIDE, inside));
        for number in 1..=sizes.len() as u32 {
            let cells: Vec<usize> = (0..SIDE * SIDE).filter(|&i| label.as_slice()[i] == number).collect();
            let size: f64 = cells.iter().map(|&i| area[i]).sum();
            if size < LEAST_AREA {
                continue;
            }
            let mut by_zone = [0.0; 10];
            cells
                .iter()
                .filter_map(|&i| on_scalp[i].map(|p| (i, p)))
                .for_each(|(i, p)| by_zone[zone(p) as usize] += area[i]);
            let most = |a: &Zone, b: &Zone| by_zone[*a as usize].total_cmp(&by_zone[*b as usize]);
            found.push(BaldRegion {
                polygon: Vec::new(),
                area_px: 0.0,
                area: cm2(size, BORDER_ERROR * (0.15 / size).sqrt().max(1.0)),
                share_of_scalp: size / all,
                mean_hidden: cells.iter().map(|&i| area[i] * hidden[i].unwrap_or(0.0)).sum::<f64>() / size,
                kind,
                zone: ALL.into_iter().max_by(most).unwrap_or(Zone::MidScalp),
                near_limb: false,
            });
        }
    }
    found.sort_by(|a, b| b.share_of_scalp.total_cmp(&a.share_of_scalp));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::BREADTH_MM;

    #[test]
    fn the_cells_add_up_to_a_scalp() {
        let mm2 = BREADTH_MM * BREADTH_MM / 100.0;
        let scalp: f64 = (0..SIDE * SIDE).filter(|&i| place(i).is_some_and(is_scalp)).map(|i| cell_area(i) * mm2).sum();
        // About 500 cm2 (Bernstein & Rassman 1997); the model is a large man's head.
        assert!((450.0..750.0).contains(&scalp), "{scalp:.0} cm2");
    }
}
