//! Hairs of one opening that run together and part: the one traced from the fork on gets the stem that both share.

use crate::follicle::trace::{Extent, Trace, heading, length};
use crate::plane::Point;

/// How near a shaft must begin to the middle of its stem, in widths: within the stem itself.
const NEAR: f32 = 1.0;
/// How far from either end of the stem the fork must lie, in widths: nearer to the root the roots themselves tell, and a shaft that
/// begins at another's tip is only overlapped by it.
const WITHIN: f32 = 1.5;
/// How much a shaft may turn at the fork, as a cosine: 37 degrees.
const STRAIGHT: f32 = 0.8;

/// A shaft that begins on the body of another in nearly the same direction has its root where the other has it.
///
/// Paths start at their roots.
#[must_use]
pub fn adopt(mut traces: Vec<Trace>, width: f32) -> Vec<Trace> {
    let mut rooted = vec![false; traces.len()];
    // A stem may itself begin on another: a few rounds, each trace once.
    for _ in 0..3 {
        let mut stems: Vec<Option<(usize, usize)>> = vec![None; traces.len()];
        let extents: Vec<Extent> = traces.iter().map(|t| Extent::of(&t.path)).collect();
        for i in 0..traces.len() {
            if !rooted[i] {
                stems[i] = stem(i, &traces, &extents, width);
            }
        }
        // Only stems that are not waiting for a stem themselves.
        let ready: Vec<(usize, usize, usize)> = stems
            .iter()
            .enumerate()
            .filter_map(|(i, s)| s.map(|(j, q)| (i, j, q)))
            .filter(|&(i, j, _)| stems[j].is_none() || stems[j].is_some_and(|(k, _)| k == i && i < j))
            .collect();
        if ready.is_empty() {
            break;
        }
        for (i, j, q) in ready {
            let mut path: Vec<Point> = traces[j].path[..=q].to_vec();
            path.extend_from_slice(&traces[i].path);
            traces[i].path = path;
            rooted[i] = true;
        }
    }
    traces
}

/// The trace on whose body trace `i` begins, and the point there.
fn stem(i: usize, traces: &[Trace], extents: &[Extent], width: f32) -> Option<(usize, usize)> {
    let t = &traces[i];
    let root = t.path[0];
    let angle = heading(&t.path, 3.min(t.path.len() - 1));
    let mut best: Option<(f32, usize, usize)> = None;
    for (j, other) in traces.iter().enumerate() {
        if j == i || !Extent::of(&[root]).meets(extents[j], NEAR * width) {
            continue;
        }
        let Some((q, d)) = nearest(&other.path, root) else { continue };
        if d > NEAR * width {
            continue;
        }
        let before = length(&other.path[..=q]);
        let after = length(&other.path[q..]);
        let turn = (angle - heading(&other.path, q)).cos();
        if before < WITHIN * width || after < WITHIN * width || turn < STRAIGHT {
            continue;
        }
        if best.is_none_or(|b| d < b.0) {
            best = Some((d, j, q));
        }
    }
    best.map(|(_, j, q)| (j, q))
}

fn nearest(path: &[Point], at: Point) -> Option<(usize, f32)> {
    path.iter().map(|q| q.distance(at)).enumerate().min_by(|a, b| a.1.total_cmp(&b.1))
}
