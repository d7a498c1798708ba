//! What a picture shows of bald and thin scalp, in cm2 along the curved skin.

use serde::Serialize;

use super::picture::{Picture, blurred, label};
use crate::findings::{ScarKind, Zone};
use crate::phantom::outline::outline;
use crate::plane::Plane;
use crate::segmentation::islands;

/// Share hidden below which scalp is bald, and below which it is thin; an analysis reads its regions with the same cuts, but for bare scalp, of
/// which it sees the share less well than a drawing tells.
const BALD_BELOW: f32 = 0.25;
const THIN_BELOW: f32 = 0.75;
/// Hair is averaged over so many mm, so that single strands open and close no region.
const AVERAGED_MM: f32 = 1.2;
/// Smaller regions are left out, cm2; also those that look smaller than a third of it, as at the outline everything does.
const LEAST_CM2: f64 = 1.0;
/// Regions that look thinner than this, mm, are left out: rims along the hairline and slivers at the head's outline, which nobody
/// would call a bald place. An analysis asks as much of thin regions.
const LEAST_THICKNESS_MM: f64 = 6.0;
/// mm2 of skin per mm2 of picture above which a px lies near the outline (67 degrees).
const LIMB: f32 = 2.5;

/// A connected region of bald or thin scalp that the camera sees.
#[derive(Debug, Clone, Serialize)]
pub struct SeenRegion {
    /// Outline in px.
    pub polygon_px: Vec<[f64; 2]>,
    /// Area in the picture, px.
    pub area_px: f64,
    /// Area along the curved skin, cm2.
    pub area_cm2: f64,
    /// Area that a flat reading gives: px times the squared scale of the scalp, cm2.
    pub planar_cm2: f64,
    /// Mean share hidden, 0..1.
    pub mean_hidden: f64,
    /// Bald, not thin.
    pub bald: bool,
    /// Where most of it lies.
    #[serde(skip)]
    pub zone: Zone,
    /// A third of it or more is seen at a flat angle.
    #[serde(skip)]
    pub near_limb: bool,
}

/// A scar that the camera sees.
#[derive(Debug, Clone, Serialize)]
pub struct SeenScar {
    /// Outline in px.
    pub polygon_px: Vec<[f64; 2]>,
    /// Shape.
    pub kind: ScarKind,
    /// Diagonal of its bounds, px.
    pub length_px: f64,
}

/// Scars of one kind as far as they are seen: where little hair lies over them. Dots smaller than 3 px are left out.
pub(crate) fn scars(picture: &Picture, kind: ScarKind) -> Vec<SeenScar> {
    const LEAST_PX: usize = 3;
    let (w, h) = (picture.rgb.width(), picture.rgb.height());
    let seen = Plane::from_fn(w, h, |x, y| picture.scar.get(x, y) > 127 && picture.coverage.get(x, y) < 128);
    let found = islands::regions(&seen);
    let of = |i: usize| {
        let [x0, y0, x1, y1] = found.list[i].bounds;
        let inside = px_of(&found, i);
        let length_px = ((x1 - x0) as f64).hypot((y1 - y0) as f64);
        SeenScar { polygon_px: outline(w, h, &inside), kind, length_px }
    };
    (0..found.list.len()).filter(|&i| found.list[i].label && found.list[i].area_px >= LEAST_PX).map(of).collect()
}

/// The px of region `i`; only its bounds are searched, since pictures of thin hair hold hundreds of small regions.
fn px_of<L>(found: &islands::Regions<L>, i: usize) -> Vec<usize> {
    let (w, h) = (found.index.width(), found.index.height());
    let [x0, y0, x1, y1] = found.list[i].bounds;
    let columns = x0..(x1 + 1).min(w);
    (y0..(y1 + 1).min(h))
        .flat_map(|y| columns.clone().map(move |x| y * w + x))
        .filter(|&k| found.index.as_slice()[k] == i as u32)
        .collect()
}

/// How many of a region's px have a neighbour beside, above or below that is not of it, the picture's border included.
fn border_px<L>(found: &islands::Regions<L>, inside: &[usize], i: usize) -> usize {
    let (w, h) = (found.index.width(), found.index.height());
    let of = |x: usize, y: usize| x < w && y < h && found.index.get(x, y) == i as u32;
    let at_border = |k: usize| {
        let (x, y) = (k % w, k / w);
        !(of(x.wrapping_sub(1), y) && of(x + 1, y) && of(x, y.wrapping_sub(1)) && of(x, y + 1))
    };
    inside.iter().filter(|&&k| at_border(k)).count().max(1)
}

/// Bald and thin regions, largest first, and the px of scalp seen. `mm_per_px` is the scale at the head's middle.
pub(crate) fn regions(picture: &Picture, mm_per_px: f32) -> (Vec<SeenRegion>, f64) {
    let (w, h) = (picture.rgb.width(), picture.rgb.height());
    let scalp: Vec<f32> = (0..w * h)
        .map(|k| {
            // The ears lie above the hairline, and are skin.
            let on_scalp = picture.inside.as_slice()[k] >= 128 && picture.label.as_slice()[k] != label::SKIN;
            f32::from(u8::from(on_scalp && area(picture, k) > 0.0))
        })
        .collect();
    let hidden: Vec<f32> = (0..w * h)
        .map(|k| {
            let share = f32::from(picture.coverage.as_slice()[k]) / 255.0;
            // A shaven head is no bald one: where hair grows thick enough to be called hair, little that it hides counts as much.
            scalp[k] * if picture.label.as_slice()[k] == label::HAIR { share.max(THIN_BELOW) } else { share }
        })
        .collect();
    let sigma = (AVERAGED_MM / mm_per_px).max(0.5);
    let (weight, hidden) = (blurred(&scalp, w, h, sigma), blurred(&hidden, w, h, sigma));
    let share: Vec<f32> = (0..w * h).map(|k| hidden[k] / weight[k].max(1e-3)).collect();
    let class = Plane::from_fn(w, h, |x, y| {
        let k = y * w + x;
        match share[k] {
            _ if scalp[k] < 0.5 => 0u8,
            s if s < BALD_BELOW => 1,
            s if s < THIN_BELOW => 2,
            _ => 3,
        }
    });
    let found = islands::regions(&class);
    let mut out = Vec::new();
    for (i, region) in found.list.iter().enumerate().filter(|(_, r)| matches!(r.label, 1 | 2)) {
        let inside = px_of(&found, i);
        let cm2: f64 = inside.iter().map(|&k| f64::from(area(picture, k))).sum::<f64>() / 100.0;
        let planar_cm2 = region.area_px as f64 * f64::from(mm_per_px).powi(2) / 100.0;
        let thickness_mm = 2.0 * inside.len() as f64 / border_px(&found, &inside, i) as f64 * f64::from(mm_per_px);
        if cm2 < LEAST_CM2 || planar_cm2 < LEAST_CM2 / 3.0 || thickness_mm < LEAST_THICKNESS_MM {
            continue;
        }
        let mut by_zone = [0usize; 10];
        inside.iter().for_each(|&k| by_zone[zone(picture, k) as usize] += 1);
        let limb =
            inside.iter().filter(|&&k| area(picture, k) > LIMB * picture.mm_per_px.as_slice()[k].powi(2)).count();
        out.push(SeenRegion {
            polygon_px: outline(w, h, &inside),
            area_px: region.area_px as f64,
            area_cm2: cm2,
            planar_cm2,
            mean_hidden: inside.iter().map(|&k| f64::from(share[k])).sum::<f64>() / inside.len().max(1) as f64,
            bald: region.label == 1,
            zone: ZONES.into_iter().max_by_key(|&z| by_zone[z as usize]).unwrap_or(Zone::MidScalp),
            near_limb: 3 * limb > inside.len(),
        });
    }
    out.sort_by(|a, b| b.area_px.total_cmp(&a.area_px));
    (out, scalp.iter().map(|&s| f64::from(s)).sum())
}

fn area(picture: &Picture, k: usize) -> f32 {
    picture.skin_mm2.as_slice()[k]
}

const ZONES: [Zone; 6] = [Zone::Frontal, Zone::MidScalp, Zone::Vertex, Zone::LeftSide, Zone::RightSide, Zone::Occiput];

/// Zone of a px, roughly, by its place on the neutral head: azimuth and height are what the picture holds.
fn zone(picture: &Picture, k: usize) -> Zone {
    let azimuth = (f32::from(picture.azimuth.as_slice()[k]) / 256.0 - 0.5) * 360.0;
    let height = f32::from(picture.height.as_slice()[k]) / 10.0 - 10.0;
    match azimuth {
        _ if height > 13.3 => Zone::MidScalp,
        a if a.abs() < 60.0 => Zone::Frontal,
        a if a.abs() > 130.0 && height > 8.0 => Zone::Vertex,
        a if a.abs() > 130.0 => Zone::Occiput,
        a if a > 0.0 => Zone::LeftSide,
        _ => Zone::RightSide,
    }
}
