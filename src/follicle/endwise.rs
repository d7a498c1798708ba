//! Two hairs that lie end to end and were traced as one: the tip of the first reaches the root of the second.
//!
//! In a clipped field hairs are about as long as each other, so a path far longer than its field's is looked at for a joint: the
//! shadow of a root beside it, a gap, a kink.

use crate::follicle::trace::{Trace, is_cut, length};
use crate::plane::{Plane, Point};
use crate::segmentation::closeup::darkness::quantile;

/// Length in usual ones from which on a path may be two hairs: nine of ten drawn hairs stay below 1.45, nine of ten drawn pairs reach 1.7.
const LONG: f32 = 1.55;
/// Least length of a piece, in usual ones.
const LEAST_PIECE: f32 = 0.4;
/// Shadow and gap, as shares of the typical contrast, and kink in radians that a joint shows, summed: drawn pairs have 0.39 to 0.82
/// (quartiles), drawn single hairs 0.08 to 0.26.
const EVIDENCE: f32 = 0.25;
/// Fewer paths than this have no usual length.
const FIELD: usize = 12;
/// How far below the usual length a quarter of the lengths may lie, in usual ones, for there to be one: nine of ten drawn clipped fields
/// have 0.05 to 0.15, unclipped hair 0.16 and more. Above it lie the pairs that are looked for.
const AGREED: f32 = 0.15;

/// Parts the paths that are several hairs end to end. Root shadows are looked for in `shade`, whose shafts have contrast `dark`.
#[must_use]
pub fn part(
    traces: Vec<Trace>,
    contrast: &Plane<f32>,
    shade: &Plane<f32>,
    width: f32,
    hair: f32,
    dark: f32,
) -> Vec<Trace> {
    let Some(usual) = usual_length(&traces, contrast, width) else { return traces };
    let mut out = Vec::with_capacity(traces.len());
    let mut left: Vec<Trace> = traces.into_iter().rev().collect();
    while let Some(mut trace) = left.pop() {
        let found = (trace.length() > LONG * usual).then(|| {
            joint(&trace.path, usual, width, |p| contrast.sample(p.x, p.y) / hair, |p| shade.sample(p.x, p.y) / dark)
        });
        match found.flatten() {
            Some(at) => {
                let second = Trace { path: trace.path.split_off(at), ..trace.clone() };
                left.extend([second, trace]);
            }
            None => out.push(trace),
        }
    }
    out
}

/// The length that most hairs of a field have; none where they do not agree, as where hair was not clipped.
fn usual_length(traces: &[Trace], photo: &Plane<f32>, width: f32) -> Option<f32> {
    let whole = |t: &&Trace| [t.path[0], t.path[t.path.len() - 1]].into_iter().all(|p| !is_cut(p, photo, width));
    let mut lengths: Vec<f32> = traces.iter().filter(whole).map(Trace::length).collect();
    let [low, usual] = [0.25, 0.5].map(|p| quantile(&mut lengths, p));
    (lengths.len() >= FIELD && usual - low <= AGREED * usual).then_some(usual)
}

/// Index of the point of a path where a second hair begins, if one does.
fn joint(
    path: &[Point],
    usual: f32,
    width: f32,
    contrast: impl Fn(Point) -> f32,
    shade: impl Fn(Point) -> f32,
) -> Option<usize> {
    let (n, w) = (path.len(), width as usize);
    // Beside the shaft, on the side with less: a neighbour lies on one side, a root's shadow on both.
    let flanks: Vec<f32> = (0..n)
        .map(|i| {
            let (dx, dy) = direction(path, i.saturating_sub(3), i + 3);
            let beside = |side: f32| {
                let at = |t: f32| Point::new(path[i].x - side * t * width * dy, path[i].y + side * t * width * dx);
                [0.9, 1.2, 1.5].map(|t| shade(at(t))).iter().sum::<f32>() / 3.0
            };
            beside(-1.0).min(beside(1.0))
        })
        .collect();
    let body: Vec<f32> = path.iter().map(|p| contrast(*p)).collect();
    let (usual_flank, usual_body) = (quantile(&mut flanks.clone(), 0.5), quantile(&mut body.clone(), 0.5));
    let mean = |v: &[f32], i: usize, reach: usize| {
        let part = &v[i.saturating_sub(reach)..(i + reach + 1).min(n)];
        part.iter().sum::<f32>() / part.len() as f32
    };
    let kink = |i: usize| {
        let before = direction(path, i.saturating_sub(3 * w), i.saturating_sub(w / 4));
        let after = direction(path, i + w / 4, i + 3 * w);
        (before.0 * after.1 - before.1 * after.0).atan2(before.0 * after.0 + before.1 * after.1).abs()
    };
    let inner: Vec<usize> = (0..n)
        .filter(|&i| length(&path[..=i]) > LEAST_PIECE * usual && length(&path[i..]) > LEAST_PIECE * usual)
        .collect();
    let kinks: Vec<f32> = inner.iter().map(|&i| kink(i)).collect();
    // A hair that curls bends everywhere.
    let usual_kink = quantile(&mut kinks.clone(), 0.5);
    let evidence = |(&i, &kink): (&usize, &f32)| {
        (i, mean(&flanks, i, w / 2) - usual_flank + usual_body - mean(&body, i, w / 4) + kink - usual_kink)
    };
    let (at, evidence) = inner.iter().zip(&kinks).map(evidence).max_by(|a, b| a.1.total_cmp(&b.1))?;
    (evidence > EVIDENCE).then_some(at)
}

/// Unit vector from one point of a path to another.
fn direction(path: &[Point], from: usize, to: usize) -> (f32, f32) {
    let last = path.len() - 1;
    let (a, b) = (path[from.min(last)], path[to.min(last)]);
    let d = a.distance(b).max(1e-3);
    ((b.x - a.x) / d, (b.y - a.y) / d)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: f32 = 8.0;

    /// Contrast of upright shafts, each from a root to a tip, with the shadow of each root, and one path along all of `together`.
    fn field(together: &[(f32, f32)], single: usize, length: f32) -> (Plane<f32>, Vec<Trace>) {
        let mut shafts: Vec<(f32, f32, f32)> = together.iter().map(|&(root, tip)| (60.0, root, tip)).collect();
        shafts.extend((0..single).map(|i| (120.0 + 40.0 * i as f32, 100.0, 100.0 - length)));
        let plane = Plane::from_fn(700, 300, |x, y| {
            let (x, y) = (x as f32, y as f32);
            let value = |&(middle, root, tip): &(f32, f32, f32)| {
                let shaft = f32::from((x - middle).abs() <= 0.5 * WIDTH && y <= root && y >= tip);
                let shadow = 0.5 * (-((x - middle).powi(2) + (y - root - 4.0).powi(2)) / 150.0).exp();
                shaft.max(shadow)
            };
            shafts.iter().map(value).fold(0.0, f32::max)
        });
        let along = |x: f32, from: f32, to: f32| Trace {
            path: (0..=(from - to) as usize).map(|i| Point::new(x, from - i as f32)).collect(),
            strength: 1.0,
            contrast: 1.0,
            is_thin: false,
        };
        let mut traces = vec![along(60.0, together[0].0, together[together.len() - 1].1)];
        traces.extend(shafts[together.len()..].iter().map(|&(x, root, tip)| along(x, root, tip)));
        (plane, traces)
    }

    fn parted(together: &[(f32, f32)], single: usize, length: impl Fn(usize) -> f32) -> Vec<Trace> {
        let (plane, mut traces) = field(together, single, 80.0);
        for (i, t) in traces.iter_mut().enumerate().skip(1) {
            t.path.truncate(length(i) as usize + 1);
        }
        part(traces, &plane, &plane, WIDTH, 1.0, 1.0)
    }

    #[test]
    fn two_hairs_end_to_end_are_parted_at_the_second_root() {
        let out = parted(&[(280.0, 200.0), (200.0, 120.0)], 14, |_| 80.0);
        assert_eq!(out.len(), 16);
        assert!((out[1].path[0].y - 200.0).abs() < WIDTH, "{:?}", out[1].path[0]);
        assert!((out[0].length() - 80.0).abs() < WIDTH && (out[1].length() - 80.0).abs() < WIDTH);
    }

    #[test]
    fn a_long_hair_without_a_second_root_is_one() {
        assert_eq!(parted(&[(280.0, 120.0)], 14, |_| 80.0).len(), 15);
    }

    #[test]
    fn where_lengths_differ_nothing_is_parted() {
        assert_eq!(parted(&[(280.0, 200.0), (200.0, 120.0)], 14, |i| 20.0 + 4.0 * i as f32).len(), 15);
        assert_eq!(parted(&[(280.0, 200.0), (200.0, 120.0)], 5, |_| 80.0).len(), 6, "too few to have a usual length");
    }
}
