//! What is true of one picture of one head: areas on the curved scalp, hairline, scale, pose, tones.

use serde::Serialize;

use super::body::Body;
use super::camera::Camera;
use super::marker::DrawnMarker;
use super::mesh::{HeadMesh, on_ear};
use super::person::Person;
use super::picture::{Picture, label};
use super::seen::{self, SeenRegion, SeenScar};
use super::vec3::V3;
use super::viewpoint::{Side, Viewpoint};
use crate::plane::Point;
use crate::plane::filter::quantile;

/// Density, relative to a full head, above which scalp counts as haired and below which it counts as bare.
const HAIRED: f32 = 0.48;
const BARE: f32 = 0.16;

/// The truth of one picture.
#[derive(Debug, Clone, Serialize)]
pub struct Truth {
    /// Seed of the person and of the view.
    pub seed: u64,
    /// Position in a series: 0 is the first date.
    pub date: u32,
    /// Side the head is seen from.
    pub view: &'static str,
    /// Width and height of the picture in px.
    pub size_px: [usize; 2],
    /// Where the camera stands.
    pub pose: Pose,
    /// mm per px on the scalp seen (median), as a marker laid on it would tell; at the middle of the head where no scalp is seen.
    /// From 60 cm a crown appears a sixth larger than the ears beside it.
    pub mm_per_px: f32,
    /// Name of the pattern of loss.
    pub loss: String,
    /// Norwood range, for men's patterns.
    pub norwood: Option<[u8; 2]>,
    /// Ludwig range, for women's patterns.
    pub ludwig: Option<[u8; 2]>,
    /// Sinclair's grade, where the parting widens.
    pub sinclair: Option<u8>,
    /// Name of the cut.
    pub style: String,
    /// Hair length on top in cm.
    pub hair_length_cm: f32,
    /// sRGB of skin and hair.
    pub skin_srgb: [u8; 3],
    /// sRGB.
    pub hair_srgb: [u8; 3],
    /// Strength of scalp micropigmentation, 0 none .. 1.
    pub pigment: f32,
    /// Areas in cm2 along the curved skin, whatever the view.
    pub areas_cm2: Areas,
    /// Frontal border of the hair; null where the pattern leaves none.
    pub hairline: Option<Line>,
    /// Border between face and scalp before any loss.
    pub original_hairline: Option<Line>,
    /// Mean share hidden over the scalp that is seen, 0..1.
    pub scalp_share_hidden: Option<f32>,
    /// Bald and thin regions that the camera sees, largest first.
    pub seen_regions: Vec<SeenRegion>,
    /// Scalp that the camera sees, hair over it or not, px.
    pub seen_scalp_px: f64,
    /// Scars that the camera sees.
    pub seen_scars: Vec<SeenScar>,
    /// A printed marker in the plane of the head's middle, if drawn.
    pub marker: Option<DrawnMarker>,
    /// Side the head is seen from.
    #[serde(skip)]
    pub side: Side,
}

/// Angles in degrees, distances in cm.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Pose {
    /// Camera towards the head's left.
    pub yaw_deg: f32,
    /// Camera above the head.
    pub pitch_deg: f32,
    /// Camera turned about its axis.
    pub roll_deg: f32,
    /// Head bowed against the body.
    pub bow_deg: f32,
    /// Camera to the head's middle.
    pub distance_cm: f32,
    /// Focal length in px.
    pub focal_px: f32,
}

/// Areas of scalp within the original hairline.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Areas {
    /// All of it.
    pub scalp: f32,
    /// Density above 48 % of a full head's.
    pub haired: f32,
    /// Between.
    pub thin: f32,
    /// Density below 16 %.
    pub bare: f32,
    /// Sum of area times missing density: thin hair counts in part.
    pub loss_weighted: f32,
}

/// A curve on the head.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// Points that the camera sees with bare skin beside them, the longest run of them, from the head's right to its left.
    pub polyline_px: Vec<Point>,
    /// The curve faces the camera, and hair that hangs over it or cloth hides it.
    pub covered: bool,
    /// The whole curve in mm in the head's frame: x to its left, y up, z out of the face.
    pub polyline_mm: Vec<[f32; 3]>,
}

/// Scalp areas of a head; triangles count with their centre.
pub(crate) fn areas(mesh: &HeadMesh, position: &[V3], person: &Person) -> Areas {
    let mut out = Areas::default();
    for &t in &mesh.skin {
        let tri = mesh.triangles[t as usize];
        let [a, b, c] = tri.map(|i| mesh.canonical[i as usize]);
        let centre = (a + b + c) * (1.0 / 3.0);
        if on_ear(centre) || person.pattern.inside(centre) < 0.0 {
            continue;
        }
        let [a, b, c] = tri.map(|i| position[i as usize]);
        let area = (b - a).cross(c - a).length() * 0.5;
        let density = person.pattern.density(centre);
        out.scalp += area;
        out.loss_weighted += area * (1.0 - density);
        match density {
            d if d > HAIRED => out.haired += area,
            d if d < BARE => out.bare += area,
            _ => out.thin += area,
        }
    }
    out
}

/// The zero curve of `field` over azimuths within `reach` degrees of the face, the frontmost point per 3 degrees.
fn curve(
    mesh: &HeadMesh,
    body: &Body,
    camera: &Camera,
    picture: &Picture,
    reach: f32,
    field: impl Fn(V3) -> f32,
) -> Option<Line> {
    const BIN: f32 = 3.0;
    let bins = (2.0 * reach / BIN) as usize + 1;
    let mut front: Vec<Option<(f32, V3)>> = vec![None; bins];
    for &t in &mesh.skin {
        let tri = mesh.triangles[t as usize];
        let c = tri.map(|i| mesh.canonical[i as usize]);
        if c[0].y < 3.0 || c[0].z < -3.0 || on_ear(c[0]) || c[0].x.atan2(c[0].z).to_degrees().abs() > reach + 5.0 {
            continue;
        }
        let v = c.map(&field);
        for (i, j) in [(0, 1), (1, 2), (2, 0)] {
            if (v[i] > 0.0) == (v[j] > 0.0) {
                continue;
            }
            let s = v[i] / (v[i] - v[j]);
            let at = c[i].mix(c[j], s);
            let azimuth = at.x.atan2(at.z).to_degrees();
            if azimuth.abs() > reach {
                continue;
            }
            let bin = ((azimuth + reach) / BIN) as usize;
            // Frontmost: nearest to the face along the arc from brow to crown.
            let rank = at.y - at.z;
            if front[bin].is_none_or(|(r, _)| rank < r) {
                front[bin] = Some((rank, body.position[tri[i] as usize].mix(body.position[tri[j] as usize], s)));
            }
        }
    }
    let points: Vec<V3> = front.into_iter().flatten().map(|(_, p)| p).collect();
    if points.len() < bins / 3 {
        return None;
    }
    let facing: Vec<Point> = points
        .iter()
        .filter_map(|&p| {
            let q = camera.project(p);
            let (x, y) = (q.x as i64, q.y as i64);
            let inside = q.depth > 0.0
                && x >= 0
                && y >= 0
                && x < picture.mm_per_px.width() as i64
                && y < picture.mm_per_px.height() as i64;
            if !inside {
                return None;
            }
            // Hair stands up to a few cm before the skin; a point behind more than that is on the far side.
            let seen_depth = picture.mm_per_px.get(x as usize, y as usize) * camera.focal / 10.0;
            (q.depth - seen_depth < 2.5).then(|| Point::new(q.x, q.y))
        })
        .collect();
    let seen: Vec<(Point, bool)> = facing.iter().map(|&p| (p, has_bare_skin_beside(picture, p))).collect();
    let polyline_px: Vec<Point> = seen
        .chunk_by(|a, b| a.1 == b.1)
        .filter(|run| run[0].1)
        .max_by_key(|run| run.len())
        .map_or_else(Vec::new, |run| run.iter().map(|&(p, _)| p).collect());
    let covered = facing.len() > 1 && polyline_px.len() < 2;
    let polyline_mm = points.iter().map(|p| [p.x * 10.0, p.y * 10.0, p.z * 10.0]).collect();
    Some(Line { polyline_px, covered, polyline_mm })
}

/// Whether bare skin of the head shows within 6 mm of a place: where none does, a fringe or a hat lies over it.
fn has_bare_skin_beside(picture: &Picture, at: Point) -> bool {
    const REACH_MM: f32 = 6.0;
    const BARE: u8 = 64;
    let (w, h) = (picture.label.width() as i64, picture.label.height() as i64);
    let (x, y) = (at.x as i64, at.y as i64);
    let reach = (REACH_MM / picture.mm_per_px.get(x as usize, y as usize).max(0.01)).ceil() as i64;
    let bare = |u: i64, v: i64| {
        let (u, v) = (u as usize, v as usize);
        matches!(picture.label.get(u, v), label::SKIN | label::SCALP)
            && picture.coverage.get(u, v) < BARE
            && picture.height.get(u, v) > 0
    };
    let rows = (y - reach).max(0)..=(y + reach).min(h - 1);
    rows.into_iter().any(|v| ((x - reach).max(0)..=(x + reach).min(w - 1)).any(|u| bare(u, v)))
}

/// Median of mm per px over the scalp, bare or under hair.
fn on_scalp(picture: &Picture) -> Option<f32> {
    let planes = picture.mm_per_px.as_slice().iter().zip(picture.inside.as_slice()).zip(picture.skin_mm2.as_slice());
    let scalp = planes.filter(|((_, inside), skin)| **inside > 128 && **skin > 0.0);
    let mut values: Vec<f32> = scalp.map(|((mm, _), _)| *mm).collect();
    (!values.is_empty()).then(|| quantile(&mut values, 0.5))
}

/// Collects the truth of a picture.
pub(crate) fn of(
    mesh: &HeadMesh,
    person: &Person,
    body: &Body,
    view: &Viewpoint,
    picture: &Picture,
    seed: u64,
    date: u32,
) -> Truth {
    let camera = &view.camera;
    let pattern = &person.pattern;
    let fringed = pattern.has_frontal_hair();
    let (mut hidden, mut seen) = (0u64, 0u64);
    for (k, &l) in picture.label.as_slice().iter().enumerate() {
        if picture.inside.as_slice()[k] > 128 && matches!(l, label::HAIR | label::SCALP | label::THIN) {
            hidden += u64::from(picture.coverage.as_slice()[k]);
            seen += 1;
        }
    }
    let mm_per_px = on_scalp(picture).unwrap_or(view.distance_cm * 10.0 / camera.focal);
    let (seen_regions, seen_scalp_px) = seen::regions(picture, mm_per_px);
    let srgb = |c: V3| [c.x, c.y, c.z].map(|v| (v.clamp(0.0, 1.0).powf(1.0 / 2.2) * 255.0).round() as u8);
    Truth {
        seed,
        date,
        view: view.side.name(),
        size_px: [picture.rgb.width(), picture.rgb.height()],
        pose: Pose {
            yaw_deg: view.yaw,
            pitch_deg: view.pitch,
            roll_deg: view.roll,
            bow_deg: view.bow,
            distance_cm: view.distance_cm,
            focal_px: camera.focal,
        },
        mm_per_px,
        loss: format!("{:?}", pattern.loss).to_lowercase(),
        norwood: pattern.loss.norwood().filter(|_| !person.female),
        ludwig: pattern.ludwig().filter(|_| person.female),
        sinclair: pattern.sinclair().filter(|_| person.female),
        style: format!("{:?}", person.style.cut).to_lowercase(),
        hair_length_cm: person.style.length,
        skin_srgb: srgb(person.skin.tone),
        hair_srgb: srgb(person.hair),
        pigment: person.pigment,
        areas_cm2: areas(mesh, &body.position, person),
        hairline: if fringed { curve(mesh, body, camera, picture, 57.0, |c| pattern.density(c) - 0.4) } else { None },
        original_hairline: curve(mesh, body, camera, picture, 66.0, |c| pattern.inside(c)),
        seen_regions,
        seen_scalp_px,
        seen_scars: pattern.scar.as_ref().map_or_else(Vec::new, |s| seen::scars(picture, s.kind)),
        marker: None,
        side: view.side,
        scalp_share_hidden: (seen > 0).then(|| (hidden as f64 / seen as f64 / 255.0) as f32),
    }
}
