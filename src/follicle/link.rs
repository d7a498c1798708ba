//! Pieces of one shaft joined end to end, where glare, a crossing or a flake broke the trace.

use crate::follicle::cells::Cells;
use crate::follicle::trace::{Trace, heading};
use crate::plane::{Plane, Point};

/// How far two ends may lie apart, in widths.
const WIDEST_GAP: f32 = 5.0;
/// How much the pieces may bend at the gap, as a cosine: 20 degrees.
const STRAIGHT: f32 = 0.94;

/// An end of a trace with the direction in which the trace leaves it.
#[derive(Debug, Clone, Copy)]
struct End {
    at: Point,
    cos: f32,
    sin: f32,
}

fn end(path: &[Point], last: bool) -> End {
    let back = 8.min(path.len() - 1);
    let (a, b) = if last { (path[path.len() - 1 - back], path[path.len() - 1]) } else { (path[back], path[0]) };
    let d = a.distance(b).max(1e-3);
    End { at: b, cos: (b.x - a.x) / d, sin: (b.y - a.y) / d }
}

/// Cost of joining two ends, or none where they do not belong together.
fn cost(a: End, b: End, contrast: &Plane<f32>, width: f32, hair: f32) -> Option<f32> {
    let gap = a.at.distance(b.at);
    if gap > WIDEST_GAP * width {
        return None;
    }
    let facing = -(a.cos * b.cos + a.sin * b.sin);
    if facing < STRAIGHT {
        return None;
    }
    let along = (b.at.x - a.at.x) * a.cos + (b.at.y - a.at.y) * a.sin;
    let across = ((b.at.y - a.at.y) * a.cos - (b.at.x - a.at.x) * a.sin).abs();
    // Pieces may overlap by a width; sideways they may miss each other by half a width and what a bend explains.
    if along < -1.5 * width || across > 0.5 * width + 0.2 * along.abs() {
        return None;
    }
    // Between them the shaft must be seen, if faintly: bare skin parts two hairs.
    let steps = gap.ceil().max(1.0) as usize;
    let mut seen: Vec<f32> = (0..=steps)
        .map(|i| {
            let t = i as f32 / steps as f32;
            contrast.sample(a.at.x + t * (b.at.x - a.at.x), a.at.y + t * (b.at.y - a.at.y)) / hair
        })
        .collect();
    seen.sort_by(f32::total_cmp);
    // A quarter of the way may be glare.
    (seen[seen.len() / 4] > 0.35).then_some(gap + 2.0 * across)
}

/// Pairs of ends that may be joined, cheapest first. End `2 i` is the first point of trace `i`, end `2 i + 1` its last.
///
/// Ends are looked up in cells as wide as the widest gap, so that a photo full of hair costs no more than its hairs.
fn candidates(traces: &[Trace], contrast: &Plane<f32>, width: f32, hair: f32) -> Vec<(f32, usize, usize)> {
    let ends: Vec<End> = traces.iter().flat_map(|t| [end(&t.path, false), end(&t.path, true)]).collect();
    let reach = (WIDEST_GAP * width).max(1.0);
    let mut cells = Cells::around(ends.iter().map(|e| &e.at), reach);
    ends.iter().enumerate().for_each(|(i, e)| cells.add(e.at, i));
    let mut found = Vec::new();
    for (i, &a) in ends.iter().enumerate() {
        for (_, j) in cells.near(a.at).filter(|(_, j)| j / 2 > i / 2) {
            if let Some(c) = cost(a, ends[j], contrast, width, hair) {
                found.push((c, i, j));
            }
        }
    }
    found.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    found
}

/// Cosine and sine of a doubled angle, for which a direction and its opposite are the same.
#[must_use]
pub fn doubled(angle: f32) -> (f32, f32) {
    ((2.0 * angle).cos(), (2.0 * angle).sin())
}

/// The axis, radians, that weighted directions, each [`doubled`], share, and how far they agree, 0..1.
#[must_use]
pub fn common_axis(directions: impl Iterator<Item = (f32, (f32, f32))>) -> (f32, f32) {
    let (x, y, weight) = directions.fold((0.0f32, 0.0f32, 0.0f32), |(x, y, sum), (weight, (cos, sin))| {
        (x + weight * cos, y + weight * sin, sum + weight)
    });
    (0.5 * y.atan2(x), x.hypot(y) / weight.max(1e-6))
}

/// Joins traces end to end, best fit first; each end is joined once, and no trace to itself.
#[must_use]
pub fn join(traces: Vec<Trace>, contrast: &Plane<f32>, width: f32, hair: f32) -> Vec<Trace> {
    let pairs = candidates(&traces, contrast, width, hair);
    // First and last end of each chain, and the chain that a free end belongs to.
    let mut ends: Vec<(usize, usize)> = (0..traces.len()).map(|i| (2 * i, 2 * i + 1)).collect();
    let mut chain: Vec<usize> = (0..2 * traces.len()).map(|e| e / 2).collect();
    let mut free = vec![true; 2 * traces.len()];
    let mut chains: Vec<Option<Trace>> = traces.into_iter().map(Some).collect();
    for (_, e, f) in pairs {
        let (e, f) = if chain[e] <= chain[f] { (e, f) } else { (f, e) };
        let (i, j) = (chain[e], chain[f]);
        if !free[e] || !free[f] || i == j {
            continue;
        }
        let Some(other) = chains[j].take() else { continue };
        let Some(first) = chains[i].as_mut() else { continue };
        (free[e], free[f]) = (false, false);
        let (e_is_last, f_is_last) = (ends[i].1 == e, ends[j].1 == f);
        ends[i] = (if e_is_last { ends[i].0 } else { ends[i].1 }, if f_is_last { ends[j].0 } else { ends[j].1 });
        chain[ends[i].1] = i;
        append(first, other, e_is_last, f_is_last);
    }
    chains.into_iter().flatten().collect()
}

/// Appends a trace to another, each turned so that the joined ends meet.
fn append(first: &mut Trace, other: Trace, joined_at_last: bool, other_at_last: bool) {
    let (n, m) = (first.path.len() as f32, other.path.len() as f32);
    if !joined_at_last {
        first.path.reverse();
    }
    let mut tail = other.path;
    if other_at_last {
        tail.reverse();
    }
    // Where the pieces overlap, the second starts after the first has ended.
    let from = end(&first.path, true);
    let skip = tail.iter().take_while(|p| (p.x - from.at.x) * from.cos + (p.y - from.at.y) * from.sin < 0.5).count();
    let skip = skip.min(tail.len() - 1);
    fill(&mut first.path, tail[skip]);
    first.path.extend_from_slice(&tail[skip..]);
    first.strength = (n * first.strength + m * other.strength) / (n + m);
    first.contrast = (n * first.contrast + m * other.contrast) / (n + m);
}

/// Adds points 1 px apart on the way to `to`.
fn fill(path: &mut Vec<Point>, to: Point) {
    let from = path[path.len() - 1];
    let steps = from.distance(to).floor() as usize;
    for i in 1..steps {
        let t = i as f32 / steps as f32;
        path.push(Point::new(from.x + t * (to.x - from.x), from.y + t * (to.y - from.y)));
    }
}

/// Smooths a path with a moving mean of `2 reach + 1` points; the ends keep their place.
pub fn smooth(path: &mut [Point], reach: usize) {
    let old = path.to_vec();
    let n = old.len();
    for (i, p) in path.iter_mut().enumerate() {
        let r = reach.min(i).min(n - 1 - i);
        let part = &old[i - r..=i + r];
        let k = part.len() as f32;
        *p = Point::new(part.iter().map(|q| q.x).sum::<f32>() / k, part.iter().map(|q| q.y).sum::<f32>() / k);
    }
}

/// Cuts both ends of a path where its contrast, averaged over half a width, is below `share` of its own core.
pub fn trim(path: &mut Vec<Point>, contrast: &Plane<f32>, width: f32, share: f32) {
    let dark: Vec<f32> = path.iter().map(|p| contrast.sample(p.x, p.y)).collect();
    let mut sorted = dark.clone();
    sorted.sort_by(f32::total_cmp);
    let level = share * sorted[sorted.len() * 4 / 5];
    let reach = (0.25 * width) as usize;
    let seen = |i: usize| {
        let part = &dark[i.saturating_sub(reach)..(i + reach + 1).min(dark.len())];
        part.iter().sum::<f32>() / part.len() as f32 >= level
    };
    let first = (0..dark.len()).find(|&i| seen(i)).unwrap_or(0);
    let last = (0..dark.len()).rfind(|&i| seen(i)).unwrap_or(dark.len() - 1);
    path.truncate(last + 1);
    path.drain(..first);
}

/// Direction of a path as a whole, from its first to its last point, in radians.
#[must_use]
pub fn chord(path: &[Point]) -> f32 {
    if path.len() < 8 {
        return heading(path, path.len() / 2);
    }
    let (a, b) = (path[0], path[path.len() - 1]);
    (b.y - a.y).atan2(b.x - a.x)
}
