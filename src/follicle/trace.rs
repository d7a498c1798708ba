//! Shafts as paths: followed from the strongest responses outwards, straight through crossings.

use std::ops::Range;

use crate::follicle::cells::Cells;
use crate::follicle::ridge::{DIRECTIONS, Response, STEP};
use crate::plane::{Plane, Point};

/// What a tracer needs to know of the photo; lengths in px of the work image.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Width of the shafts that are looked for.
    pub width: f32,
    /// Contrast of the typical shaft.
    pub hair: f32,
    /// A path starts only where the response is above this share of `hair`.
    pub start: f32,
    /// A path goes on while the response is above this share of `hair`.
    pub go_on: f32,
    /// A path ends where the contrast falls below this share of `hair`.
    pub dark: f32,
    /// Shortest path, in widths.
    pub shortest: f32,
}

/// One traced line.
#[derive(Debug, Clone)]
pub struct Trace {
    /// Points about 1 px apart.
    pub path: Vec<Point>,
    /// Mean response along the path, as a share of the typical shaft's.
    pub strength: f32,
    /// Mean contrast along the path, as a share of the typical shaft's.
    pub contrast: f32,
    /// Found by the look for thin hairs.
    pub is_thin: bool,
}

impl Trace {
    /// Length along the path in px.
    #[must_use]
    pub fn length(&self) -> f32 {
        length(&self.path)
    }
}

/// Length of a polyline in px.
#[must_use]
pub fn length(path: &[Point]) -> f32 {
    path.windows(2).map(|p| p[0].distance(p[1])).sum()
}

/// The box around a path, to pass over paths that lie far away.
#[derive(Debug, Clone, Copy)]
pub struct Extent {
    low: Point,
    high: Point,
}

impl Extent {
    /// The box of a path of one point or more.
    #[must_use]
    pub fn of(path: &[Point]) -> Self {
        let corner =
            |pick: fn(f32, f32) -> f32| path.iter().fold(path[0], |a, b| Point::new(pick(a.x, b.x), pick(a.y, b.y)));
        Self { low: corner(f32::min), high: corner(f32::max) }
    }

    /// Whether two boxes come within `reach` of each other.
    #[must_use]
    pub fn meets(self, other: Self, reach: f32) -> bool {
        self.low.x - reach <= other.high.x
            && other.low.x - reach <= self.high.x
            && self.low.y - reach <= other.high.y
            && other.low.y - reach <= self.high.y
    }
}

/// Whether a point lies so near the photo's edge, half a shaft, that the edge may have cut the shaft there.
#[must_use]
pub fn is_cut(p: Point, photo: &Plane<f32>, width: f32) -> bool {
    let (w, h, near) = (photo.width() as f32, photo.height() as f32, 0.5 * width);
    p.x < near || p.y < near || p.x > w - 1.0 - near || p.y > h - 1.0 - near
}

/// Follows all shafts. `taken` marks pixels that belong to shafts found before and start no new one.
#[must_use]
pub fn trace(contrast: &Plane<f32>, response: &Response, taken: &Plane<bool>, rules: &Rules) -> Vec<Trace> {
    let (w, h) = (contrast.width(), contrast.height());
    let mut seeds: Vec<(f32, u32, u32, i32)> = Vec::new();
    let start = rules.start * rules.hair;
    let axes: Vec<(f32, f32)> = (0..DIRECTIONS).map(|k| (k as f32 * STEP).sin_cos()).collect();
    response.each_peak(start, |x, y, k, v| {
        let ((fx, fy), (sin, cos)) = ((x as f32, y as f32), axes[k as usize]);
        if !taken.get(x, y) && v >= response.at(fx - sin, fy + cos, k) && v > response.at(fx + sin, fy - cos, k) {
            seeds.push((v, x as u32, y as u32, k));
        }
    });
    // Strongest first; position breaks ties so that the order never depends on threads.
    seeds.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then((a.2, a.1, a.3).cmp(&(b.2, b.1, b.3))));
    let mut visited: Plane<u16> = Plane::filled(w, h, 0);
    let mut traces = Vec::new();
    for (_, x, y, k) in seeds {
        if visited.get(x as usize, y as usize) & (1 << k) != 0 {
            continue;
        }
        let from = Point::new(x as f32, y as f32);
        let angle = k as f32 * STEP;
        let mut path = walk(contrast, response, from, angle + std::f32::consts::PI, rules);
        path.reverse();
        path.push(from);
        path.extend(walk(contrast, response, from, angle, rules));
        let directions: Vec<i32> = (0..path.len()).map(|i| (heading(&path, i) / STEP).round() as i32).collect();
        mark(&mut visited, &path, &directions, rules.width);
        // The seed itself is always done with.
        visited.set(x as usize, y as usize, visited.get(x as usize, y as usize) | (1 << k));
        if length(&path) < rules.shortest * rules.width {
            continue;
        }
        let mean = |f: &dyn Fn(usize) -> f32| (0..path.len()).map(f).sum::<f32>() / path.len() as f32 / rules.hair;
        let strength = mean(&|i| response.at(path[i].x, path[i].y, directions[i]));
        let dark = mean(&|i| contrast.sample(path[i].x, path[i].y));
        traces.push(Trace { strength, contrast: dark, is_thin: false, path });
    }
    traces
}

/// Direction of a path at one of its points, in radians.
#[must_use]
pub fn heading(path: &[Point], i: usize) -> f32 {
    let (a, b) = (path[i.saturating_sub(3)], path[(i + 3).min(path.len() - 1)]);
    (b.y - a.y).atan2(b.x - a.x)
}

/// Follows one shaft from a point in one direction; the start is not part of the answer.
fn walk(contrast: &Plane<f32>, response: &Response, from: Point, angle: f32, rules: &Rules) -> Vec<Point> {
    let (w, h) = ((contrast.width() - 1) as f32, (contrast.height() - 1) as f32);
    let (mut p, mut angle) = (from, angle);
    let mut path: Vec<Point> = Vec::new();
    let (dark, go_on) = (rules.dark * rules.hair, rules.go_on * rules.hair);
    // Steps since the response was last good: a crossing or a neighbour hides it while the shaft itself stays dark.
    let mut blind = 0.0f32;
    loop {
        let (sin, cos) = angle.sin_cos();
        p = Point::new(p.x + cos, p.y + sin);
        if p.x < 0.0 || p.y < 0.0 || p.x > w || p.y > h || contrast.sample(p.x, p.y) < dark {
            break;
        }
        let k = (angle / STEP).round() as i32;
        let spot = response.spot(p.x, p.y);
        let here = [spot.of(k - 1), spot.of(k), spot.of(k + 1)];
        let best = here[0].max(here[1]).max(here[2]);
        if best > go_on {
            blind = 0.0;
            let (direction, offset) = if here[0] > here[1] && here[0] > here[2] {
                (k - 1, -1.0)
            } else if here[2] > here[1] {
                (k + 1, 1.0)
            } else {
                (k, vertex(here[0], here[1], here[2]))
            };
            let turn = (k as f32 + offset) * STEP - angle;
            angle += 0.35 * turn.clamp(-STEP, STEP);
            let beside = |d: f32| response.at(p.x - d * sin, p.y + d * cos, direction);
            let side = [beside(-1.0), spot.of(direction), beside(1.0)];
            let shift = if side[1] >= side[0] && side[1] >= side[2] {
                vertex(side[0], side[1], side[2])
            } else if side[0] > side[2] {
                -0.7
            } else {
                0.7
            };
            p = Point::new(p.x - 0.7 * shift * sin, p.y + 0.7 * shift * cos);
        } else {
            blind += 1.0;
            // Two widths pass any crossing steeper than 30 degrees.
            if blind > 2.0 * rules.width {
                break;
            }
        }
        path.push(p);
        if path.len() > 4 * (contrast.width() + contrast.height()) {
            break;
        }
    }
    path
}

/// Position of the vertex of a parabola through three values at -1, 0, 1.
fn vertex(a: f32, b: f32, c: f32) -> f32 {
    let bend = a - 2.0 * b + c;
    if bend.abs() < 1e-9 { 0.0 } else { (0.5 * (a - c) / bend).clamp(-1.0, 1.0) }
}

/// The px of a `width` x `height` picture within `radius` of a point, as the part of each row.
pub fn disc(p: Point, radius: f32, width: usize, height: usize) -> impl Iterator<Item = (usize, Range<usize>)> {
    let reach = radius.ceil() as i64;
    let (x, y) = (p.x.round() as i64, p.y.round() as i64);
    let near = move |dx: i64, dy: i64| (dx * dx + dy * dy) as f32 <= radius * radius;
    let inside = move |v: i64, n: usize| v.clamp(0, n as i64) as usize;
    (-reach..=reach).filter_map(move |dy| {
        let y = usize::try_from(y + dy).ok().filter(|y| *y < height)?;
        let half = (0..=reach).rev().find(|dx| near(*dx, dy))?;
        Some((y, inside(x - half, width)..inside(x + half + 1, width)))
    })
}

/// Marks the surroundings of a path as done for its own and the neighbouring directions.
fn mark(visited: &mut Plane<u16>, path: &[Point], directions: &[i32], width: f32) {
    let (w, h) = (visited.width(), visited.height());
    for (&p, k) in path.iter().zip(directions) {
        let bits = (-2..=2).fold(0u16, |m, d| m | 1 << (k + d).rem_euclid(DIRECTIONS as i32));
        for (y, row) in disc(p, 0.5 * width, w, h) {
            visited.row_mut(y)[row].iter_mut().for_each(|v| *v |= bits);
        }
    }
}

/// Drops traces that run along a longer or stronger one for most of their length. Order: best first.
#[must_use]
pub fn distinct(mut traces: Vec<Trace>, width: f32) -> Vec<Trace> {
    traces.sort_by(|a, b| {
        (b.length() * b.strength).total_cmp(&(a.length() * a.strength)).then(a.path[0].y.total_cmp(&b.path[0].y))
    });
    let mut kept: Vec<Trace> = Vec::new();
    // Points of the kept traces by cell, so that a photo full of hair costs no more than its hairs; cells are not so small that most
    // are empty.
    let near = (0.5 * width).max(0.1);
    let mut taken = Cells::around(traces.iter().flat_map(|t| &t.path), near.max(4.0));
    for t in traces {
        let is_taken = |p: &&Point| taken.near(**p).any(|(q, ())| p.distance(q) < near);
        let own = t.path.iter().filter(|p| !is_taken(p)).count();
        // What is left must be as long as the shaft is wide, or it is the same shaft seen twice.
        if own as f32 >= width.max(0.35 * t.path.len() as f32) {
            t.path.iter().for_each(|p| taken.add(*p, ()));
            kept.push(t);
        }
    }
    kept
}
