//! Where the head lies and from which side it is seen: the model head's pose under which the tissues are likeliest.
//!
//! Where the net also tells the place on the head (azimuth and height), the pose must agree with it: a bald crown and a bald
//! forehead have the same outline, and only the place tells front from back.
//!
//! The family of consult photos (front, top, left, right, back) is what the user says or [`side`] tells. It is tried from many camera
//! directions and from the one that the places themselves tell ([`super::resection`]); the best starts are refined with the downhill
//! simplex method (Nelder & Mead 1965, doi:10.1093/comjnl/7.4.308), and bare skin has the last word ([`super::witness`]). Where neither
//! tells the view, all five are tried, and their likelihoods give it.

use std::f64::consts::{FRAC_PI_2, PI};

use rayon::prelude::*;

use super::grid::Grid;
use super::place;
use super::resection::{Sight, resect};
use super::skull::{Camera, Part, Pose, USUAL_NEAR};
use super::witness::Witnesses;
use super::{HeadGeometry, Warning, side};
use crate::plane::{Plane, Point};
use crate::segmentation::Segmentation;
use crate::view::{View, ViewGuess};

/// Px along the longest side while fitting: 3 % of a head that fills half of the photo, enough for a pose to a few degrees.
const FIT_SIDE: usize = 40;

/// Share of the photo that head tissue must fill to be a head at all.
const LEAST_SHARE: f64 = 0.02;

/// Probability to see room, skin, hair or scalp where the model shows a part; rows in the order of [`Part`]. Off-diagonal values
/// leave room for what the model does not know: beards, glasses, hair over the shoulders.
const SEEN: [[f64; 3]; 5] =
    [[0.90, 0.05, 0.05], [0.07, 0.10, 0.83], [0.07, 0.83, 0.10], [0.15, 0.55, 0.30], [0.30, 0.55, 0.15]];

/// The same for shoulders, dressed or bare: whichever fits the whole photo better.
const SHOULDERS: [[f64; 3]; 2] = [[0.83, 0.05, 0.12], [0.20, 0.70, 0.10]];

/// Neighbouring px err together: all px of a photo weigh as much as this many independent ones.
const INDEPENDENT: f64 = 250.0;

/// Height on the head (units of [`crate::segmentation::net::Maps::canonical`]) at which and below which no hair grows: 6 cm below the ear canals, where the nape's hair
/// ends. What lies lower beside the face hangs there.
const LOWEST_HAIR: f64 = -0.6;
/// Px of sure skin that tell the heights in a photo at least, how sure, the most that they may err by in the root mean square, and how
/// much height must change across the photo.
const LEAST_SKIN: usize = 12;
const SURE_SKIN: f64 = 0.5;
const MOST_HEIGHT_ERROR: f64 = 0.2;
const LEAST_SLOPE: f64 = 0.8;

/// Shares of a px that the pose need not explain.
const UNTOLD: [f64; 3] = [0.0; 3];

/// Leaves hair [`UNTOLD`] where it hangs below the head, since a model head that covers it is too large. The heights that the net tells
/// of skin, laid as a plane over the photo, say what is below.
fn without_hanging_hair(shares: Plane<[f64; 3]>, places: Option<&Plane<[f64; 3]>>) -> Plane<[f64; 3]> {
    let Some(height) = places.and_then(|p| heights_by_skin(&shares, p)) else { return shares };
    Plane::from_fn(shares.width(), shares.height(), |x, y| {
        let o = shares.get(x, y);
        if o[2] > 0.5 && height(x as f64, y as f64) < LOWEST_HAIR { UNTOLD } else { o }
    })
}

/// The plane through the heights of the face's skin, robust against what is not a face; none where they do not lie in one, as from above.
fn heights_by_skin(
    shares: &Plane<[f64; 3]>,
    places: &Plane<[f64; 3]>,
) -> Option<impl Fn(f64, f64) -> f64 + Sync + use<>> {
    let (w, h) = (shares.width(), shares.height());
    let mut known: Vec<[f64; 3]> = Vec::new();
    for y in 0..h {
        for x in 0..w {
            let [sine, cosine, up] = places.get(x, y);
            if shares.get(x, y)[1] > 0.5 && sine.hypot(cosine) > SURE_SKIN {
                known.push([x as f64, y as f64, up]);
            }
        }
    }
    let mut plane = [0.0; 3];
    let at = |p: [f64; 3], x: f64, y: f64| p[0] + p[1] * x + p[2] * y;
    for most in [f64::INFINITY, 2.0 * MOST_HEIGHT_ERROR, 1.5 * MOST_HEIGHT_ERROR] {
        known.retain(|k| (at(plane, k[0], k[1]) - k[2]).abs() < most);
        if known.len() < LEAST_SKIN {
            return None;
        }
        plane = least_squares(&known)?;
    }
    let error = known.iter().map(|k| (at(plane, k[0], k[1]) - k[2]).powi(2)).sum::<f64>() / known.len() as f64;
    let slope = plane[1].hypot(plane[2]) * w.max(h) as f64;
    (error.sqrt() < MOST_HEIGHT_ERROR && slope > LEAST_SLOPE).then_some(move |x, y| at(plane, x, y))
}

/// The plane a + b x + c y through points (x, y, value) by least squares; none where they lie on a line.
fn least_squares(points: &[[f64; 3]]) -> Option<[f64; 3]> {
    let n = points.len() as f64;
    let mean: [f64; 3] = std::array::from_fn(|k| points.iter().map(|p| p[k]).sum::<f64>() / n);
    let sum = |i: usize, j: usize| points.iter().map(|p| (p[i] - mean[i]) * (p[j] - mean[j])).sum::<f64>();
    let (xx, xy, yy, xv, yv) = (sum(0, 0), sum(0, 1), sum(1, 1), sum(0, 2), sum(1, 2));
    let det = xx * yy - xy * xy;
    if det < 1e-6 * (xx + yy).powi(2) {
        return None;
    }
    let (b, c) = ((xv * yy - yv * xy) / det, (yv * xx - xv * xy) / det);
    Some([mean[2] - b * mean[0] - c * mean[1], b, c])
}

/// Room, skin and hair-or-scalp on the coarse grid.
struct Observed {
    shares: Plane<[f64; 3]>,
    /// Log-likelihood of each px under each row of [`SEEN`], then of [`SHOULDERS`]: poses differ in the part alone.
    logs: Plane<[f64; SEEN.len() + SHOULDERS.len()]>,
    /// Sine and cosine of the azimuth and height as the net tells them; see [`crate::segmentation::net::Maps::canonical`].
    places: Option<Plane<[f64; 3]>>,
    /// Px of the photo per px.
    step: f64,
}

impl Observed {
    fn new(grid: &Grid, canonical: Option<&Plane<[f32; 3]>>) -> Self {
        let (w, h) = grid.size();
        let factor = (w.max(h) as f64 / FIT_SIDE as f64).max(1.0);
        let size = |n: usize| ((n as f64 / factor).round() as usize).max(1);
        let (cw, ch) = (size(w), size(h));
        let shares = Plane::from_fn(cw, ch, |x, y| {
            let (x0, x1) = (x * w / cw, ((x + 1) * w / cw).max(x * w / cw + 1));
            let (y0, y1) = (y * h / ch, ((y + 1) * h / ch).max(y * h / ch + 1));
            let (mut skin, mut dome) = (0.0, 0.0);
            for gy in y0..y1 {
                for gx in x0..x1 {
                    skin += f64::from(grid.skin.get(gx, gy));
                    dome += f64::from(grid.hair.get(gx, gy) + grid.scalp.get(gx, gy));
                }
            }
            let n = ((x1 - x0) * (y1 - y0)) as f64;
            [(1.0 - (skin + dome) / n).max(0.0), skin / n, dome / n]
        });
        let places = canonical.map(|c| Plane::from_fn(cw, ch, |x, y| mean_of(c, (x, cw), (y, ch))));
        let shares = without_hanging_hair(shares, places.as_ref());
        let logs = shares.map(|o| {
            if o == UNTOLD {
                return [0.0; SEEN.len() + SHOULDERS.len()];
            }
            std::array::from_fn(|i| {
                let p = SEEN.get(i).unwrap_or_else(|| &SHOULDERS[i - SEEN.len()]);
                (o[0] * p[0] + o[1] * p[1] + o[2] * p[2]).ln()
            })
        });
        Self { shares, logs, places, step: f64::from(grid.step) * factor }
    }

    fn to_photo(&self, x: usize, y: usize) -> (f64, f64) {
        ((x as f64 + 0.5) * self.step, (y as f64 + 0.5) * self.step)
    }

    /// Mean log-likelihood of a px.
    fn likelihood(&self, camera: &Camera) -> f64 {
        let (w, h) = (self.shares.width(), self.shares.height());
        let mut sum = 0.0;
        let mut shoulders = [0.0; 2];
        for y in 0..h {
            for (x, (o, logs)) in self.shares.row(y).iter().zip(self.logs.row(y)).enumerate() {
                let (px, py) = self.to_photo(x, y);
                match camera.seen(px, py) {
                    (Part::Torso, _) => shoulders.iter_mut().zip(&logs[SEEN.len()..]).for_each(|(s, log)| *s += log),
                    (part, at) => {
                        sum += logs[part as usize];
                        if let (Some(told), false) = (&self.places, part == Part::Room) {
                            // Skin counts half: the model's face and neck are cruder than its skull.
                            sum -= (0.5 * o[1] + o[2]) * place::cost(told.get(x, y), at);
                        }
                    }
                }
            }
        }
        (sum + shoulders[0].max(shoulders[1])) / (w * h) as f64
    }

    /// The pose under which the places that the net tells appear where they do; none where it tells too few.
    fn resected(&self) -> Option<[Pose; 2]> {
        let places = self.places.as_ref()?;
        let (w, h) = (self.shares.width(), self.shares.height());
        let mut sights = Vec::new();
        for y in 0..h {
            for x in 0..w {
                let (told, of_head) = (places.get(x, y), 1.0 - self.shares.get(x, y)[0]);
                let sure = told[0].hypot(told[1]);
                if of_head > 0.5
                    && self.shares.get(x, y) != UNTOLD
                    && sure > SURE_SKIN
                    && told[2] > place::LOWEST_ON_SKULL
                {
                    let (px, py) = self.to_photo(x, y);
                    sights.push(Sight { place: place::on_skull(told), at: [px, py], weight: sure * sure * of_head });
                }
            }
        }
        resect(sights, USUAL_NEAR)
    }

    /// Centroid in px of the photo and area in px of the photo of `weight` of each px.
    fn moments(&self, weight: impl Fn([f64; 3]) -> f64) -> Option<((f64, f64), f64)> {
        let (mut sx, mut sy, mut s) = (0.0, 0.0, 0.0);
        for y in 0..self.shares.height() {
            for (x, &o) in self.shares.row(y).iter().enumerate() {
                let (px, py) = self.to_photo(x, y);
                let v = weight(o);
                s += v;
                sx += v * px;
                sy += v * py;
            }
        }
        (s > 0.0).then(|| ((sx / s, sy / s), s * self.step * self.step))
    }
}

/// Mean over the cell (column, columns) x (row, rows) of a plane that covers the same picture.
fn mean_of(plane: &Plane<[f32; 3]>, (x, columns): (usize, usize), (y, rows): (usize, usize)) -> [f64; 3] {
    let span = |i: usize, n: usize, of: usize| (i * of / n, ((i + 1) * of / n).max(i * of / n + 1).min(of));
    let ((x0, x1), (y0, y1)) = (span(x, columns, plane.width()), span(y, rows, plane.height()));
    let mut sum = [0.0; 3];
    for row in y0..y1 {
        for v in &plane.row(row)[x0..x1] {
            for k in 0..3 {
                sum[k] += f64::from(v[k]);
            }
        }
    }
    sum.map(|s| s / ((x1 - x0) * (y1 - y0)) as f64)
}

/// A family of camera directions: which view, where yaw and pitch are centred, and how far they spread (standard deviations).
struct Family {
    view: View,
    yaw: f64,
    pitch: (f64, f64),
    /// Standard deviation of the roll; consult photos are upright except those from above.
    roll: f64,
    starts: &'static [(f64, f64, f64)],
}

const DEGREE: f64 = PI / 180.0;

/// Yaw offset, pitch and roll of the starts, degrees.
const UPRIGHT: &[(f64, f64, f64)] = &[
    (0.0, 0.0, 0.0),
    (0.0, 25.0, 0.0),
    (0.0, 50.0, 0.0),
    (25.0, 10.0, 0.0),
    (-25.0, 10.0, 0.0),
    (0.0, 10.0, 20.0),
    (0.0, 10.0, -20.0),
];
const ABOVE: &[(f64, f64, f64)] = &[
    (0.0, 70.0, 0.0),
    (0.0, 95.0, 0.0),
    (0.0, 70.0, 45.0),
    (0.0, 70.0, -45.0),
    (0.0, 70.0, 90.0),
    (0.0, 70.0, -90.0),
    (0.0, 95.0, 90.0),
    (0.0, 95.0, -90.0),
    (0.0, 80.0, 135.0),
    (0.0, 80.0, -135.0),
    (0.0, 80.0, 180.0),
    (0.0, 110.0, 180.0),
];

const FAMILIES: [Family; 5] = [
    // Heads are often bowed to show the hairline; as long as the face is seen that is a front view.
    Family { view: View::Front, yaw: 0.0, pitch: (28.0, 24.0), roll: 12.0, starts: UPRIGHT },
    Family { view: View::Top, yaw: 0.0, pitch: (85.0, 18.0), roll: 60.0, starts: ABOVE },
    Family { view: View::Left, yaw: 90.0, pitch: (8.0, 15.0), roll: 12.0, starts: UPRIGHT },
    Family { view: View::Right, yaw: -90.0, pitch: (8.0, 15.0), roll: 12.0, starts: UPRIGHT },
    Family { view: View::Back, yaw: 180.0, pitch: (12.0, 18.0), roll: 12.0, starts: UPRIGHT },
];

impl Family {
    /// Log prior of a pose; directions far from the family's belong to another view or to no consult photo.
    fn prior(&self, pose: &Pose) -> f64 {
        let z = |v: f64, sd: f64| (v / (sd * DEGREE)).powi(2);
        let turn = |v: f64| (v + PI).rem_euclid(2.0 * PI) - PI;
        let yaw_sd = if self.view == View::Top { 12.0 } else { 22.0 };
        -0.5 * (z(turn(pose.yaw - self.yaw * DEGREE), yaw_sd)
            + z(pose.pitch - self.pitch.0 * DEGREE, self.pitch.1)
            + z(turn(pose.roll), self.roll))
    }

    fn starts(&self, observed: &Observed) -> Vec<Pose> {
        let head = observed.moments(|o| o[1] + o[2]);
        let dome = observed.moments(|o| o[2]);
        // Hair and scalp place the head best; a head whose scalp was taken for skin is placed by all of its skin.
        let by_dome = matches!((head, dome), (Some(h), Some(d)) if d.1 > 0.15 * h.1);
        let Some((centroid, area)) = (if by_dome { dome } else { head }) else { return Vec::new() };
        self.starts
            .iter()
            .map(|&(yaw, pitch, roll)| {
                let unit = Pose {
                    yaw: (self.yaw + yaw) * DEGREE,
                    pitch: pitch * DEGREE,
                    roll: roll * DEGREE,
                    centre: (0.0, 0.0),
                    scale: 1.0,
                    near: USUAL_NEAR,
                };
                let camera = Camera::new(unit);
                let (mut sx, mut sy, mut n) = (0.0, 0.0, 0.0);
                for i in 0..40 * 40 {
                    let (x, y) = (f64::from(i % 40) / 16.0 - 1.22, f64::from(i / 40) / 16.0 - 1.22);
                    let part = camera.part(x, y);
                    if part == Part::Dome || (!by_dome && matches!(part, Part::Face | Part::Ear)) {
                        sx += x;
                        sy += y;
                        n += 1.0;
                    }
                }
                let n: f64 = f64::max(n, 1.0);
                let scale = (area / (n / 256.0)).sqrt();
                let centre = (centroid.0 - sx / n * scale, centroid.1 - sy / n * scale);
                Pose { centre, scale, ..unit }
            })
            .collect()
    }
}

/// A pose with what speaks for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fit {
    pub pose: Pose,
    pub view: ViewGuess,
    /// Px per breadth of the head at the mean distance of the hair and scalp seen, which are nearer than the ear canals of
    /// [`Pose::scale`]: lengths on the scalp are told by it, as the photo's scale holds there.
    pub breadth_px: f64,
    /// Share of the bare skin seen that is not where this head has it, 0..1.
    pub strays: f64,
}

/// Finds the head, or says why there is none.
pub(super) fn find(grid: &Grid, segmentation: &Segmentation, given: Option<View>) -> Result<Fit, Warning> {
    let observed = Observed::new(grid, segmentation.canonical.as_ref());
    let (w, h) = (observed.shares.width(), observed.shares.height());
    let all = (w * h) as f64 * observed.step * observed.step;
    let share = observed.moments(|o| o[1] + o[2]).map_or(0.0, |m| m.1 / all);
    if share < LEAST_SHARE {
        return Err(format!(
            "no head was found: skin, hair and scalp fill {:.1} % of the photo; zones, hairline and regions are left out. \
             Take the photo so that the head fills at least half of its height.",
            100.0 * share
        ));
    }
    let told = given.map(|view| ViewGuess { view, confidence: 1.0 }).or_else(|| side::tell(segmentation));
    let families: Vec<&Family> = FAMILIES.iter().filter(|f| told.is_none_or(|told| told.view == f.view)).collect();
    let score =
        |family: &Family, pose: &Pose| INDEPENDENT * observed.likelihood(&Camera::new(*pose)) + family.prior(pose);
    let resected = observed.resected();
    let best: Vec<(f64, Pose, &Family)> = families
        .par_iter()
        .filter_map(|family| {
            let scored = |p: Pose| (score(family, &p), p);
            let mut starts: Vec<(f64, Pose)> = family.starts(&observed).into_iter().map(scored).collect();
            starts.sort_by(|a, b| b.0.total_cmp(&a.0));
            let resected = resected.into_iter().flatten().map(scored).max_by(|a, b| a.0.total_cmp(&b.0));
            starts
                .into_iter()
                .take(3)
                .chain(resected)
                .map(|(_, p)| climb(p, 110, |p| score(family, p)))
                .max_by(|a, b| a.0.total_cmp(&b.0))
                .map(|(s, p)| (s, p, *family))
        })
        .collect();
    let Some(&(top, pose, family)) = best.iter().max_by(|a, b| a.0.total_cmp(&b.0)) else {
        return Err("no head was found; zones, hairline and regions are left out.".into());
    };
    let sum: f64 = best.iter().map(|b| ((b.0 - top) / TEMPERATURE).exp()).sum();
    let confidence = told.map_or((1.0 / sum) as f32, |told| told.confidence);
    let (_, pose) = climb(pose, 150, |p| score(family, p));
    let witnesses = Witnesses::of(segmentation);
    let pose = witnesses.corrected(pose, |p| family.prior(p));
    let breadth_px = pose.scale / grid.scalp_depth(&Camera::new(pose));
    Ok(Fit { pose, view: ViewGuess { view: family.view, confidence }, breadth_px, strays: witnesses.strays(&pose) })
}

/// The likelihood is of a crude model; differences count this many times less when told as a confidence.
const TEMPERATURE: f64 = 3.0;

impl Fit {
    /// What the rest of the program is told of the head.
    pub fn geometry(&self) -> HeadGeometry {
        let (centre, (across, along)) = Camera::new(self.pose).outline();
        HeadGeometry {
            view: self.view,
            centre,
            half_axes: (across as f32, along as f32),
            tilt: self.pose.roll as f32,
            width_px: (2.0 * across) as f32,
        }
    }
}

/// Height of the brows' line in the net's canonical map, how far around it counts, and the azimuths of the middle, degrees.
const BROW: f32 = 0.25;
const AROUND_BROW: f32 = 0.03;
const MIDDLE_DEGREES: f32 = 8.0;
/// The net's sureness (length of sine and cosine) from which a place counts, and least px that show the glabella.
const SURE: f32 = 0.6;
const LEAST_SEEN: usize = 4;

/// The glabella, between the brows, where the net's canonical map shows it; px of the photo.
pub(super) fn glabella(segmentation: &Segmentation) -> Option<Point> {
    let canonical = segmentation.canonical.as_ref()?;
    let p = &segmentation.probability;
    let (w, h) = (canonical.width(), canonical.height());
    let (mut x, mut y, mut n) = (0.0f64, 0.0f64, 0usize);
    for v in 0..h {
        for u in 0..w {
            let [sin, cos, height] = canonical.get(u, v);
            let middle = sin.atan2(cos).to_degrees().abs() < MIDDLE_DEGREES && sin.hypot(cos) > SURE;
            if middle && (height - BROW).abs() < AROUND_BROW {
                let skin = p.get_scaled((u, v), (w, h))[1];
                if skin > 0.5 {
                    (x, y, n) = (x + u as f64, y + v as f64, n + 1);
                }
            }
        }
    }
    let t = &segmentation.tissue;
    let at = |sum: f64, of: usize, from: usize| ((sum / n as f64 + 0.5) * of as f64 / from as f64 - 0.5) as f32;
    (n >= LEAST_SEEN).then(|| Point::new(at(x, t.width(), w), at(y, t.height(), h)))
}

/// Downhill simplex, upside down: the highest `score` within `evaluations`.
fn climb(start: Pose, evaluations: usize, score: impl Fn(&Pose) -> f64) -> (f64, Pose) {
    const N: usize = 6;
    // Steps: degrees, shares of the head's breadth, and a ratio.
    let at = |v: [f64; N]| Pose {
        yaw: start.yaw + v[0] * 12.0 * DEGREE,
        pitch: (start.pitch + v[1] * 12.0 * DEGREE).clamp(-FRAC_PI_2, PI),
        roll: start.roll + v[2] * 8.0 * DEGREE,
        centre: (start.centre.0 + v[3] * 0.08 * start.scale, start.centre.1 + v[4] * 0.08 * start.scale),
        scale: start.scale * (v[5] * 0.08).exp(),
        ..start
    };
    let value = |v: [f64; N]| score(&at(v));
    let mut simplex: Vec<(f64, [f64; N])> = (0..=N)
        .map(|i| {
            let mut v = [0.0; N];
            if i > 0 {
                v[i - 1] = 1.0;
            }
            (value(v), v)
        })
        .collect();
    let mut used = N + 1;
    let mix = |a: [f64; N], b: [f64; N], t: f64| -> [f64; N] { std::array::from_fn(|i| a[i] + t * (b[i] - a[i])) };
    while used < evaluations {
        simplex.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut centre = [0.0; N];
        for (_, v) in &simplex[..N] {
            for i in 0..N {
                centre[i] += v[i] / N as f64;
            }
        }
        let worst = simplex[N];
        let mirrored = mix(centre, worst.1, -1.0);
        let m = value(mirrored);
        used += 1;
        if m > simplex[0].0 {
            let further = mix(centre, worst.1, -2.0);
            let f = value(further);
            used += 1;
            simplex[N] = if f > m { (f, further) } else { (m, mirrored) };
        } else if m > simplex[N - 1].0 {
            simplex[N] = (m, mirrored);
        } else {
            let (from, least) = if m > worst.0 { (mirrored, m) } else { (worst.1, worst.0) };
            let closer = mix(centre, from, 0.5);
            let c = value(closer);
            used += 1;
            if c > least {
                simplex[N] = (c, closer);
            } else {
                let best = simplex[0].1;
                for s in &mut simplex[1..] {
                    s.1 = mix(best, s.1, 0.5);
                    s.0 = value(s.1);
                }
                used += N;
            }
        }
    }
    simplex.sort_by(|a, b| b.0.total_cmp(&a.0));
    (simplex[0].0, at(simplex[0].1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A face at x 15..25 below hair, hair beside it down to the bottom; heights of the face run from 0.4 to -1.
    fn portrait(heights: impl Fn(usize) -> f64 + Sync) -> (Plane<[f64; 3]>, Plane<[f64; 3]>) {
        let is_face = |x: usize, y: usize| (15..25).contains(&x) && (12..34).contains(&y);
        let is_hair = |x: usize| (10..30).contains(&x);
        let shares = Plane::from_fn(40, 40, |x, y| match (is_face(x, y), is_hair(x)) {
            (true, _) => [0.0, 1.0, 0.0],
            (_, true) => [0.0, 0.0, 1.0],
            _ => [1.0, 0.0, 0.0],
        });
        // Hair tells the place of its root.
        let places = Plane::from_fn(40, 40, |x, y| [0.0, 0.9, if is_face(x, y) { heights(y) } else { 0.6 }]);
        (shares, places)
    }

    #[test]
    fn hair_that_hangs_below_the_head_is_left_out_of_the_pose() {
        let (shares, places) = portrait(|y| 0.4 - 1.4 * (y as f64 - 12.0) / 21.0);
        let left = without_hanging_hair(shares.clone(), Some(&places));
        assert_eq!(left.get(12, 36), UNTOLD);
        for (x, y) in [(20, 5), (12, 14), (20, 20), (5, 36)] {
            assert_eq!(left.get(x, y), shares.get(x, y), "{x}, {y}");
        }
    }

    #[test]
    fn without_a_face_that_tells_heights_nothing_hangs() {
        let (shares, places) = portrait(|_| -0.9);
        assert_eq!(without_hanging_hair(shares.clone(), Some(&places)), shares, "one height");
        let (_, uneven) = portrait(|y| if y % 2 == 0 { 0.9 } else { -0.9 });
        assert_eq!(without_hanging_hair(shares.clone(), Some(&uneven)), shares, "no plane");
        assert_eq!(without_hanging_hair(shares.clone(), None), shares, "no net");
    }
}
