//! The frontal hairline: where hair, thin hair included, ends towards the face, down to the sideburns.
//!
//! It is the hairline that is there, not the one that was: where the temples have receded it runs around them. It is absent from
//! behind, on shaven heads, and where only the fringe at the sides is left.

use super::Hairline;
use super::contour::{length, level_lines, resample, simplify, smooth};
use super::grid::{Grid, SURE_PLACE, components};
use super::head::Fit;
use super::skull::{BREADTH_MM, Camera, Part, V3, at_height, azimuth, border_height};
use crate::plane::{Plane, Point};
use crate::scale::Scale;
use crate::segmentation::Segmentation;
use crate::units::{Estimate, Mm};
use crate::view::View;

/// Blur before the border is read and how far beyond the border the face may begin, in breadths of the head.
const SIGMA: f32 = 0.008;
const REACH: f32 = 0.035;
/// Hair in smaller pieces (breadths squared) is a tuft, an eyebrow or a shadow, not the hairline: some 3 x 3 cm.
const LEAST_HAIR: f32 = 0.04;
/// Half the widest parting, breadths (Sinclair's widest are some 18 mm), and the least area of what is taken for one, breadths squared
/// (2 cm2): the hairline runs across where a parting begins, not along it; notches at the temples are narrow but small.
const HALF_PARTING: f32 = 0.06;
const LEAST_PARTING: f32 = 0.008;
/// Below the ear canal's height, and behind the ear canals, a border is a sideburn's or the ear's, mm.
const LEAST_HEIGHT_MM: f64 = -12.0;
const LEAST_FORWARD_MM: f64 = 5.0;
/// Over the forehead (azimuth in degrees), a border so far below the model head's hairline, mm, is a fringe's, a brow's or a shadow's: the
/// lowest usual hairlines lie 6.4 cm above the glabella, 11 mm below the model's, and heads differ.
const FOREHEAD_DEGREES: f64 = 45.0;
const LOWEST_BELOW_MM: f64 = 30.0;
/// Skin over the forehead below this height (units of [`crate::segmentation::net::Maps::canonical`], brows 0.25) lies at most 3 cm above the
/// brows, where the net is sure of it ([`SURE_PLACE`]): hair that ends there hangs over the forehead. The lowest usual hairlines lie 6.4 cm
/// above the glabella. Volume of hair misleads the model head's pose, and not the face's own places.
const BY_THE_BROWS: f32 = 0.48;
/// Skin below this height of the same units (the mouth lies at -0.4) is neck, chest or shoulder, over which long hair hangs.
const BELOW_THE_EARS: f32 = -0.25;
/// From the front and from above the hairline must cross this half-width of the head's middle, mm, over this length, breadths. Within
/// 38 mm a line beside a bald crown runs for long enough, too.
const MIDDLE_MM: f64 = 33.0;
const LEAST_MIDDLE: f32 = 0.1;
/// As [`LEAST_MIDDLE`] for thin hair: all but the whole of the middle, which is 0.43 breadths wide.
const LEAST_MIDDLE_THIN: f32 = 0.33;
/// Points of a run lie closer together than this, breadths; runs are joined over up to so many.
const LONGEST_STEP: f32 = 0.05;
const LONGEST_BRIDGE: f32 = 0.4;

/// Share of the scalp that thin hair hides at least, and the blur before it is read, breadths: bald scalp of photos reads 0.02 to 0.06,
/// a thin forelock 0.15 and more.
const THIN_HIDES: f32 = 0.15;
const THIN_SIGMA: f32 = 0.03;
/// By how much more of the skin thin hair hides than what lies before it: 0.24 at a thin forelock, 0.11 and 0.12 where rough bald
/// foreheads read as thin hair.
const LEAST_STEP_THIN: f32 = 0.18;
/// Distance from the line at which this is read, breadths.
const BESIDE: f32 = 0.04;

/// A point of the border with what is known there.
#[derive(Clone, Copy)]
struct Vertex {
    at: Point,
    good: bool,
}

/// Finds the hairline, or none: that of the hair, and where it has none that of thin hair that lets the scalp show.
pub(super) fn find(grid: &Grid, fit: &Fit, segmentation: &Segmentation, scale: Option<&Scale>) -> Option<Hairline> {
    if fit.view.view == View::Back {
        return None;
    }
    let places = segmentation.canonical.as_ref();
    let of = |grid: &Grid, least| border(grid, fit, places, least);
    let measured = |line, grid: &Grid| measure(line, grid, fit, segmentation, scale);
    if let Some(line) = of(grid, LEAST_MIDDLE) {
        return Some(measured(line, grid));
    }
    // From the side, thin hair is the edge of a fringe more often than a hairline.
    if !shows_forelock(fit) {
        return None;
    }
    let thin = with_thin_hair(grid, fit.breadth_px as f32 / grid.step);
    let line = of(&thin, LEAST_MIDDLE_THIN)?;
    (step_of_hidden(&line, &thin, fit.breadth_px as f32) > LEAST_STEP_THIN).then(|| measured(line, &thin))
}

/// By how much more of the skin is hidden on the hair's side of a line than on the other, in the mean; `breadth` in px of the photo.
fn step_of_hidden(line: &[Point], grid: &Grid, breadth: f32) -> f32 {
    let (mut sum, mut count) = (0.0, 0.0f32);
    let far = (BESIDE * breadth / grid.step).max(1.0) as usize;
    for k in line.windows(2 * far + 1) {
        let (at, normal) = (k[far], left_of(k[0], k[2 * far]));
        let side = |sign: f32| {
            let t = sign * BESIDE * breadth;
            let (x, y) = grid.of_photo(Point::new(at.x + normal.0 * t, at.y + normal.1 * t));
            (grid.hair.sample(x, y), grid.hidden.sample(x, y))
        };
        let (one, other) = (side(1.0), side(-1.0));
        sum += (one.1 - other.1) * (one.0 - other.0).signum();
        count += 1.0;
    }
    sum / count.max(1.0)
}

/// Where [`find`] finds none: whether a border of hair towards the face is seen that is no hairline only because it lies by the brows.
pub(super) fn is_hidden(grid: &Grid, fit: &Fit) -> bool {
    shows_forelock(fit) && border(grid, fit, None, LEAST_MIDDLE).is_some()
}

/// Whether the photo faces the forelock, or shows it from above.
fn shows_forelock(fit: &Fit) -> bool {
    matches!(fit.view.view, View::Front | View::Top)
}

/// The grid with scalp that thin hair hides in part counted as hair.
fn with_thin_hair(grid: &Grid, breadth: f32) -> Grid {
    let hidden = grid.hidden.gaussian(THIN_SIGMA * breadth);
    let (w, h) = grid.size();
    let is_thin = |x: usize, y: usize| hidden.get(x, y) > THIN_HIDES;
    Grid {
        hair: Plane::from_fn(w, h, |x, y| grid.hair.get(x, y) + if is_thin(x, y) { grid.scalp.get(x, y) } else { 0.0 }),
        scalp: Plane::from_fn(w, h, |x, y| if is_thin(x, y) { 0.0 } else { grid.scalp.get(x, y) }),
        ..grid.clone()
    }
}

/// The border of the grid's hair towards the face, in px of the photo. From the front and from above at least `least_middle` breadths of
/// it lie in the middle of the head. `places` are the net's.
fn border(grid: &Grid, fit: &Fit, places: Option<&Plane<[f32; 3]>>, least_middle: f32) -> Option<Vec<Point>> {
    let camera = Camera::new(fit.pose);
    let breadth = fit.breadth_px as f32 / grid.step;
    let mut hair = main_hair(grid, breadth);
    // From the side no parting is seen that opens towards the face.
    if shows_forelock(fit) {
        hair = without_partings(&hair, breadth);
    }
    let face = face_parts(grid, &hair, &camera, breadth);
    let mut runs: Vec<Vec<Point>> = Vec::new();
    for line in level_lines(&hair.gaussian(SIGMA * breadth), 0.5) {
        let mut closed = line;
        closed.push(closed[0]);
        let even = resample(&closed, 1.0);
        let even = &even[..even.len() - 1];
        let broad = smooth(even, 0.03 * breadth, true);
        let vertices = judge(even, &broad, &face, places, grid, &camera, breadth);
        runs.extend(good_runs(&vertices, breadth));
    }
    let line = join(runs, breadth)?;
    let photo: Vec<Point> = line.iter().map(|p| grid.to_photo(p.x, p.y)).collect();
    let middle: f32 = photo
        .windows(2)
        .filter(|k| (camera.place(k[0]).0[0] * BREADTH_MM).abs() < MIDDLE_MM)
        .map(|k| k[0].distance(k[1]) / fit.breadth_px as f32)
        // What only bridges two runs was not seen.
        .filter(|&breadths| breadths < LONGEST_STEP)
        .sum();
    let least = if shows_forelock(fit) { least_middle } else { 0.0 };
    (middle >= least).then_some(photo)
}

/// Metrics of a hairline that a person drew.
pub(super) fn given(
    line: &[Point],
    grid: &Grid,
    fit: &Fit,
    segmentation: &Segmentation,
    scale: Option<&Scale>,
) -> Hairline {
    let even = resample(line, grid.step);
    let mut hairline = measure(even, grid, fit, segmentation, scale);
    hairline.polyline = line.to_vec();
    if line[0].x > line[line.len() - 1].x {
        hairline.polyline.reverse();
    }
    hairline.confidence = 1.0;
    hairline
}

/// Hair without tufts.
fn main_hair(grid: &Grid, breadth: f32) -> Plane<f32> {
    let (label, sizes) = components(&grid.hair.map(|v| v > 0.5));
    let least = LEAST_HAIR * breadth * breadth;
    let keep: Vec<bool> = sizes.iter().map(|&s| s as f32 >= least).collect();
    let (w, h) = grid.size();
    Plane::from_fn(w, h, |x, y| {
        // Border px belong to the part they touch.
        let near = |dx: i64, dy: i64| label.get_clamped(x as i64 + dx, y as i64 + dy);
        let part = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)].into_iter().map(|(dx, dy)| near(dx, dy)).find(|&l| l > 0);
        if part.is_some_and(|l| keep[l as usize - 1]) { grid.hair.get(x, y) } else { 0.0 }
    })
}

/// Hair with its partings closed: what a closing fills, where that is large.
fn without_partings(hair: &Plane<f32>, breadth: f32) -> Plane<f32> {
    let closed = hair.closing((HALF_PARTING * breadth) as usize);
    let (w, h) = (hair.width(), hair.height());
    let filled = Plane::from_fn(w, h, |x, y| closed.get(x, y) > 0.5 && hair.get(x, y) <= 0.5);
    let (label, sizes) = components(&filled);
    let least = LEAST_PARTING * breadth * breadth;
    Plane::from_fn(w, h, |x, y| match label.get(x, y) {
        l if l > 0 && sizes[l as usize - 1] as f32 >= least => closed.get(x, y),
        _ => hair.get(x, y),
    })
}

/// The connected parts of skin and bare scalp that hold forehead or face.
fn face_parts(grid: &Grid, hair: &Plane<f32>, camera: &Camera, breadth: f32) -> Plane<bool> {
    let (w, h) = grid.size();
    let bare = Plane::from_fn(w, h, |x, y| hair.get(x, y) < 0.5 && grid.skin.get(x, y) + grid.scalp.get(x, y) > 0.5);
    let (label, sizes) = components(&bare);
    let mut face = vec![0usize; sizes.len()];
    for y in 0..h {
        for x in 0..w {
            let l = label.get(x, y);
            if l > 0 && grid.skin.get(x, y) > 0.5 {
                let p = grid.to_photo(x as f32, y as f32);
                face[l as usize - 1] += usize::from(camera.part(f64::from(p.x), f64::from(p.y)) == Part::Face);
            }
        }
    }
    let least = 0.006 * breadth * breadth;
    label.map(|l| l > 0 && face[l as usize - 1] as f32 > least)
}

/// The unit vector to the left of the way from `a` to `b` (y down).
fn left_of(a: Point, b: Point) -> (f32, f32) {
    let d = a.distance(b).max(1e-6);
    ((b.y - a.y) / d, -(b.x - a.x) / d)
}

/// Which points of an outline look onto the face.
fn judge(
    line: &[Point],
    broad: &[Point],
    face: &Plane<bool>,
    places: Option<&Plane<[f32; 3]>>,
    grid: &Grid,
    camera: &Camera,
    breadth: f32,
) -> Vec<Vertex> {
    // Forward and a little down, as it appears in the photo.
    let (a, b) = (camera.project([0.0, 0.0, 0.0]), camera.project([0.0, -0.4, 1.0]));
    let norm = a.distance(b).max(1e-3);
    let forward = ((b.x - a.x) / norm, (b.y - a.y) / norm);
    let n = line.len();
    let outward = |l: &[Point], i: usize| {
        // The inside lies on the right of the line's direction (y down), so the outside is on its left.
        left_of(l[(i + n - 1) % n], l[(i + 1) % n])
    };
    (0..n)
        .map(|i| {
            let at = line[i];
            let o = outward(line, i);
            let skin = (1..=(REACH * breadth).ceil() as i32)
                .map(|k| (at.x + o.0 * k as f32, at.y + o.1 * k as f32))
                .filter(|&(x, y)| x >= 0.0 && y >= 0.0)
                .map(|(x, y)| (x.round() as usize, y.round() as usize))
                .find(|&(x, y)| x < face.width() && y < face.height() && face.get(x, y));
            let hangs = skin.zip(places).is_some_and(|(at, places)| lies_below_hairlines(places, at, grid.size()));
            let turned = outward(broad, i);
            let onward = turned.0 * forward.0 + turned.1 * forward.1;
            let place = camera.place(grid.to_photo(at.x, at.y)).0;
            let in_front = place[1] * BREADTH_MM > LEAST_HEIGHT_MM && place[2] * BREADTH_MM > LEAST_FORWARD_MM;
            Vertex { at, good: skin.is_some() && !hangs && in_front && onward > -0.5 && !too_low(place) }
        })
        .collect()
}

/// Whether the net places a px of the grid where hair may hang but no hairline runs: on the forehead near the brows, on the face below
/// them, or below the ears.
fn lies_below_hairlines(places: &Plane<[f32; 3]>, at: (usize, usize), size: (usize, usize)) -> bool {
    let [sine, cosine, height] = places.get_scaled(at, size);
    let over_forehead = f64::from(sine.atan2(cosine).to_degrees().abs()) < FOREHEAD_DEGREES;
    sine.hypot(cosine) > SURE_PLACE && height < if over_forehead { BY_THE_BROWS } else { BELOW_THE_EARS }
}

/// Whether a place lies on the forehead, below where any hairline runs.
fn too_low(place: V3) -> bool {
    let az = azimuth(place);
    az < FOREHEAD_DEGREES && (border_height(az) - place[1]) * BREADTH_MM > LOWEST_BELOW_MM
}

/// Runs of good points; short gaps are bridged, short runs dropped.
fn good_runs(vertices: &[Vertex], breadth: f32) -> Vec<Vec<Point>> {
    let n = vertices.len();
    let Some(first_bad) = vertices.iter().position(|v| !v.good) else {
        return if n > 1 { vec![vertices.iter().map(|v| v.at).collect()] } else { Vec::new() };
    };
    let gap = (0.1 * breadth) as usize;
    let mut runs: Vec<Vec<Point>> = Vec::new();
    let mut bad = usize::MAX / 2;
    let mut pending = Vec::new();
    for k in 0..n {
        let v = vertices[(first_bad + k) % n];
        if v.good {
            match runs.last_mut() {
                Some(run) if bad <= gap => run.append(&mut pending),
                _ => runs.push(Vec::new()),
            }
            pending.clear();
            bad = 0;
            if let Some(run) = runs.last_mut() {
                run.push(v.at);
            }
        } else {
            bad += 1;
            pending.push(v.at);
        }
    }
    runs.retain(|r| r.len() as f32 > 0.05 * breadth);
    runs
}

/// The longest run and those that go on from its ends.
fn join(mut runs: Vec<Vec<Point>>, breadth: f32) -> Option<Vec<Point>> {
    let longest = (0..runs.len()).max_by(|&i, &j| length(&runs[i]).total_cmp(&length(&runs[j])))?;
    let mut line = runs.swap_remove(longest);
    let near = LONGEST_BRIDGE * breadth;
    loop {
        // All outlines run the same way round, so an end is followed by a beginning.
        let after = runs.iter().position(|r| r[0].distance(line[line.len() - 1]) < near);
        if let Some(i) = after {
            line.extend(runs.swap_remove(i));
            continue;
        }
        let Some(i) = runs.iter().position(|r| r[r.len() - 1].distance(line[0]) < near) else { break };
        let mut before = runs.swap_remove(i);
        before.extend(line);
        line = before;
    }
    (length(&line) > 0.12 * breadth).then(|| {
        if line[0].x > line[line.len() - 1].x {
            line.reverse();
        }
        line
    })
}

/// Metrics of a line of points a px of the grid apart, in px of the photo.
fn measure(line: Vec<Point>, grid: &Grid, fit: &Fit, segmentation: &Segmentation, scale: Option<&Scale>) -> Hairline {
    let camera = Camera::new(fit.pose);
    let breadth = fit.breadth_px as f32;
    let step = grid.step.max(0.5);
    let line = resample(&line, step);
    let fine = smooth(&line, 0.006 * breadth / step, false);
    let broad = smooth(&line, 0.06 * breadth / step, false);
    let off: f64 = fine.iter().zip(&broad).map(|(a, b)| f64::from(a.distance(*b) / breadth).powi(2)).sum();
    let irregularity = (off / fine.len() as f64).sqrt();
    let places: Vec<[f64; 3]> = fine.iter().map(|&p| camera.place(p).0).collect();
    let mid = mid_frontal(&places, &camera, fit.breadth_px);
    let frontal = mid.map(|i| places[i][2]);
    let back = |side: f64| {
        // The temple's corner: the point furthest back, above the temple, 20 to 68 mm off the middle.
        let seen = places.iter().filter(|p| {
            let off = side * p[0] * BREADTH_MM;
            (20.0..68.0).contains(&off) && p[1] * BREADTH_MM > 62.0
        });
        let deepest = seen.map(|p| p[2]).min_by(f64::total_cmp)?;
        Some((frontal? - deepest).max(0.0))
    };
    let (recession_left, recession_right) = (back(1.0), back(-1.0));
    let mm = |share: Option<f64>| {
        let s = scale?;
        let v = s.mm_per_px.get() * f64::from(breadth) * share?;
        // Foreshortened depths hang on the pose: 8 mm of a head 154 mm broad for a pose wrong by 5 degrees.
        let sd = (v * s.relative_error).hypot(0.05 * s.mm_per_px.get() * f64::from(breadth));
        Estimate::new(v, v - 1.96 * sd, v + 1.96 * sd).with_unit(Mm::new).ok()
    };
    let (softness, contrast) = profile(&fine, grid, segmentation, breadth);
    Hairline {
        mid_frontal: mid.map(|i| fine[i]),
        recession_left,
        recession_right,
        recession_left_mm: mm(recession_left),
        recession_right_mm: mm(recession_right),
        asymmetry: recession_left.zip(recession_right).map(|(l, r)| (l - r).abs()),
        irregularity,
        softness,
        confidence: (contrast * (0.5 + 0.5 * fit.view.confidence)).clamp(0.05, 0.99),
        polyline: simplify(&fine, 0.002 * breadth),
    }
}

/// A line that comes so near the mid-line reaches it, mm of the head; or mm as the photo shows them: from the side the head's outline hides
/// the mid-line from a near camera, and a line that ends 2 mm before the outline ends 15 mm off it.
const MID_LINE_MM: f64 = 8.0;
const MID_LINE_SEEN_MM: f64 = 3.0;

/// Index of the place nearest the mid-line, if the line reaches it.
fn mid_frontal(places: &[V3], camera: &Camera, breadth_px: f64) -> Option<usize> {
    let i = (0..places.len()).min_by(|&a, &b| places[a][0].abs().total_cmp(&places[b][0].abs()))?;
    let seen = camera.project(places[i]).distance(camera.project(at_height(0.0, places[i][1])));
    let reaches =
        places[i][0].abs() * BREADTH_MM < MID_LINE_MM || f64::from(seen) / breadth_px * BREADTH_MM < MID_LINE_SEEN_MM;
    reaches.then_some(i)
}

/// Width of the step from bare to covered (10 to 90 %), breadths, and how sure the tissues are on both sides, 0..1.
fn profile(line: &[Point], grid: &Grid, segmentation: &Segmentation, breadth: f32) -> (Option<f64>, f32) {
    const N: i32 = 25;
    let reach = 0.1 * breadth;
    let mut mean = [0.0f32; 2 * N as usize + 1];
    let mut certain = (0.0f32, 0);
    let p = &segmentation.probability;
    let ratio = p.width() as f32 / segmentation.tissue.width() as f32;
    for k in line.windows(3) {
        let normal = left_of(k[0], k[2]);
        let covered = |t: f32| {
            let (x, y) = grid.of_photo(Point::new(k[1].x + normal.0 * t, k[1].y + normal.1 * t));
            grid.hair.sample(x, y) * grid.hidden.sample(x, y)
        };
        let (a, b) = (covered(-BESIDE * breadth), covered(BESIDE * breadth));
        let sign = if a > b { -1.0 } else { 1.0 };
        for i in -N..=N {
            mean[(i + N) as usize] += covered(sign * reach * i as f32 / N as f32);
        }
        for side in [-0.03, 0.03] {
            let q = Point::new(k[1].x + normal.0 * side * breadth, k[1].y + normal.1 * side * breadth);
            let v = p.get_clamped((q.x * ratio) as i64, (q.y * ratio) as i64);
            certain.0 += v.into_iter().fold(0.0, f32::max);
            certain.1 += 1;
        }
    }
    let contrast = if certain.1 > 0 { certain.0 / certain.1 as f32 } else { 0.0 };
    let (low, high) = (mean[0], mean[2 * N as usize]);
    if line.len() < 3 || high <= low {
        return (None, contrast);
    }
    let cross = |share: f32| mean.iter().position(|&v| v >= low + share * (high - low)).unwrap_or(0) as f32;
    (Some(f64::from((cross(0.9) - cross(0.1)).max(1.0) * 0.1 / N as f32)), contrast)
}
