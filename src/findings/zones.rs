//! Zones and SALT quadrants on the model head, and coverage by zone.

use super::grid::Grid;
use super::skull::{CRANIUM, Camera, V3, azimuth};
use super::{Salt, Zone, ZoneCoverage};
use crate::coverage;
use crate::plane::Plane;
use crate::segmentation::Segmentation;
use crate::units::Estimate;

/// Height on the skull, degrees above its widest ring, from which a place belongs to the top: mid-scalp and vertex.
const TOP_DEGREES: f64 = 38.0;

/// The same for SALT's vertex quadrant, and the azimuth from which the posterior one begins: chosen so that the quadrants' shares of
/// the model's scalp come near SALT's 40, 18, 18 and 24 % (tested below).
const SALT_TOP_DEGREES: f64 = 28.0;
const SALT_BACK_DEGREES: f64 = 142.0;

/// Areas near the limb are not blown up further than this: where the model head is seen at cosines from 0 to 0.25, bare scalp of 160 other
/// drawn heads fills 4.4 to 5.2 times the area of the photo; from 0.35 on it fills 1 by the cosine.
pub(super) const LEAST_COSINE: f64 = 0.21;

/// Direction from the skull's centre on its own unit sphere.
fn sphere(p: V3) -> V3 {
    std::array::from_fn(|i| (p[i] - CRANIUM.centre[i]) / CRANIUM.axes[i])
}

/// The zone of a place on the skull.
pub(super) fn zone(p: V3) -> Zone {
    let n = sphere(p);
    let high = n[1].asin().to_degrees() >= TOP_DEGREES;
    let left = p[0] > 0.0;
    if high && n[2] < -0.12 {
        Zone::Vertex
    } else if high && n[2] < 0.35 {
        Zone::MidScalp
    } else if azimuth(p) > 125.0 {
        Zone::Occiput
    } else if azimuth(p) > 72.0 {
        if left { Zone::LeftSide } else { Zone::RightSide }
    } else if azimuth(p) > 38.0 {
        if left { Zone::LeftTemple } else { Zone::RightTemple }
    } else {
        Zone::Frontal
    }
}

/// SALT quadrant: 0 vertex, 1 right, 2 left, 3 posterior.
pub(super) fn quadrant(p: V3) -> usize {
    let high = sphere(p)[1].asin().to_degrees() >= SALT_TOP_DEGREES;
    if high || azimuth(p) < 38.0 {
        0
    } else if azimuth(p) > SALT_BACK_DEGREES {
        3
    } else if p[0] < 0.0 {
        1
    } else {
        2
    }
}

/// All zones in the order of their numbers.
pub const ALL: [Zone; 8] = [
    Zone::Frontal,
    Zone::MidScalp,
    Zone::Vertex,
    Zone::LeftTemple,
    Zone::RightTemple,
    Zone::LeftSide,
    Zone::RightSide,
    Zone::Occiput,
];

/// Least share of the head's breadth squared that must be seen of a zone or a quadrant before a number is given.
const LEAST_SEEN: f64 = 0.004;

/// What was found by zone.
pub(super) struct Zones {
    pub map: Plane<u8>,
    pub by_zone: Vec<ZoneCoverage>,
    pub salt: Salt,
}

/// Lays the zones and sums coverage up.
pub(super) fn lay(grid: &Grid, camera: &Camera, breadth_px: f64, segmentation: &Segmentation) -> Zones {
    let (w, h) = grid.size();
    let unsure = unsure(segmentation);
    let mut zones = [(0.0, 0.0, 0.0); 8];
    let mut quadrants = [(0.0, 0.0); 4];
    for y in 0..h {
        for x in 0..w {
            let dome = f64::from(grid.hair.get(x, y) + grid.scalp.get(x, y));
            if dome < 0.05 {
                continue;
            }
            let (place, cosine) = camera.place(grid.to_photo(x as f32, y as f32));
            let hidden = f64::from(grid.hidden.get(x, y)).clamp(0.0, 1.0);
            let doubt = f64::from(unsure.get_scaled((x, y), (w, h)));
            // On the curved head a px near the limb stands for more scalp.
            let weight = dome / cosine.max(LEAST_COSINE);
            let z = &mut zones[zone(place) as usize - 1];
            z.0 += weight;
            z.1 += weight * hidden;
            z.2 += weight * doubt;
            let q = &mut quadrants[quadrant(place)];
            q.0 += weight;
            q.1 += weight * (1.0 - hidden);
        }
    }
    let px = f64::from(grid.step).powi(2);
    let least = LEAST_SEEN * breadth_px * breadth_px / px;
    let by_zone = ALL
        .into_iter()
        .zip(zones)
        .filter(|(_, z)| z.0 >= least)
        .map(|(zone, (area, hidden, doubt))| {
            let (value, spread) = (hidden / area, (1.96 * coverage::ERROR).hypot(doubt / area));
            let hidden = Estimate::new(value, (value - spread).max(0.0), (value + spread).min(1.0));
            ZoneCoverage { zone, hidden, area_px: area * px }
        })
        .collect();
    let percent = |i: usize| (quadrants[i].0 >= least).then(|| 100.0 * quadrants[i].1 / quadrants[i].0);
    let salt = Salt { vertex: percent(0), right: percent(1), left: percent(2), posterior: percent(3) };
    let p = &segmentation.probability;
    let t = &segmentation.tissue;
    let ratio = (t.width() as f32 / p.width() as f32, t.height() as f32 / p.height() as f32);
    let map = Plane::from_fn(p.width(), p.height(), |x, y| {
        let s = p.get(x, y);
        if s[2] + s[3] < 0.5 {
            return 0;
        }
        let at = |i: usize, r: f32| (i as f32 + 0.5) * r - 0.5;
        zone(camera.place(crate::plane::Point::new(at(x, ratio.0), at(y, ratio.1))).0) as u8
    });
    Zones { map, by_zone, salt }
}

/// Chance that hair was taken for scalp or scalp for hair: half-width of the coverage's interval.
fn unsure(segmentation: &Segmentation) -> Plane<f32> {
    segmentation.probability.map(|p| {
        let dome = p[2] + p[3];
        if dome > 0.0 { p[2].min(p[3]) / dome } else { 0.0 }
    })
}

/// The field of a close-up.
pub(super) fn field(segmentation: &Segmentation, coverage: Option<Estimate<f64>>) -> Vec<ZoneCoverage> {
    let field = segmentation.field.iter().flat_map(Plane::as_slice);
    let area_px = field.filter(|&&seen| seen).count() as f64;
    coverage.map(|hidden| ZoneCoverage { zone: Zone::Field, hidden, area_px }).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::skull::is_scalp;

    #[test]
    fn the_quadrants_of_the_model_have_salt_shares() {
        let mut area = [0.0; 4];
        let n = 400;
        for i in 0..n {
            for j in 0..2 * n {
                let (t, f) = (
                    std::f64::consts::PI * (f64::from(i) + 0.5) / f64::from(n),
                    std::f64::consts::PI * f64::from(j) / f64::from(n),
                );
                let s = [t.sin() * f.sin(), t.cos(), t.sin() * f.cos()];
                let p: V3 = std::array::from_fn(|k| CRANIUM.centre[k] + CRANIUM.axes[k] * s[k]);
                if is_scalp(p) {
                    // Area element of an ellipsoid: product of the axes times |n / axes| sin t.
                    let m = (0..3).map(|k| (s[k] / CRANIUM.axes[k]).powi(2)).sum::<f64>().sqrt();
                    area[quadrant(p)] += m * t.sin();
                }
            }
        }
        let all: f64 = area.iter().sum();
        for (a, want) in area.iter().zip([0.40, 0.18, 0.18, 0.24]) {
            assert!((a / all - want).abs() < 0.05, "{:.3} of the scalp, SALT says {want}", a / all);
        }
    }
}
