//! Which end of a shaft is its root.
//!
//! Near its root a hair is seen through the skin: a blurred shadow lies beyond the end. The cut end is sharp, with bare skin
//! beyond. In one field hairs lean the same way, so single doubtful shafts follow the lean of their neighbours.

use crate::follicle::trace::{Trace, heading};
use crate::plane::{Plane, Point};

/// Shadow beyond one end of a path minus the shadow beyond the other, as a share of the typical contrast: positive if the
/// root is at the path's start.
fn shadow(contrast: &Plane<f32>, path: &[Point], width: f32, hair: f32) -> f32 {
    let beyond = |i: usize, sign: f32| {
        let (sin, cos) = heading(path, i).sin_cos();
        let (mut sum, mut n) = (0.0, 0.0);
        for step in 2..=8 {
            let t = sign * step as f32 * 0.3 * width;
            for side in [-0.4, 0.0, 0.4] {
                let q = Point::new(path[i].x + t * cos - side * width * sin, path[i].y + t * sin + side * width * cos);
                if q.x >= 0.0
                    && q.y >= 0.0
                    && q.x <= (contrast.width() - 1) as f32
                    && q.y <= (contrast.height() - 1) as f32
                {
                    // Another shaft beyond the end is no shadow.
                    sum += contrast.sample(q.x, q.y).clamp(-0.2 * hair, 0.5 * hair);
                    n += 1.0;
                }
            }
        }
        if n < 6.0 { None } else { Some(sum / n / hair) }
    };
    match (beyond(0, -1.0), beyond(path.len() - 1, 1.0)) {
        (Some(a), Some(b)) => a - b,
        _ => 0.0,
    }
}

/// Turns every path so that it starts at its root. Returns the agreement of each shaft with its field's lean, -1..1.
pub fn orient(traces: &mut [Trace], shade: &Plane<f32>, width: f32, hair: f32) -> Vec<f32> {
    let ends: Vec<(Point, Point, f32)> = traces
        .iter()
        .map(|t| {
            let (a, b) = (t.path[0], t.path[t.path.len() - 1]);
            let d = a.distance(b).max(1.0);
            let middle = Point::new(0.5 * (a.x + b.x), 0.5 * (a.y + b.y));
            (middle, Point::new((b.x - a.x) / d, (b.y - a.y) / d), shadow(shade, &t.path, width, hair))
        })
        .collect();
    // Lean at each shaft: neighbours vote with their own evidence, nearer ones more; the whole field counts a little.
    let reach = 25.0 * width;
    let mut agreement = Vec::with_capacity(traces.len());
    for (i, trace) in traces.iter_mut().enumerate() {
        let (at, own, evidence) = ends[i];
        let (mut x, mut y, mut weight) = (0.0f32, 0.0f32, 0.0f32);
        for (j, (p, d, e)) in ends.iter().enumerate() {
            if i != j {
                let near = (-(at.distance(*p) / reach).powi(2)).exp() + 0.05;
                x += near * e * d.x;
                y += near * e * d.y;
                weight += near * e.abs();
            }
        }
        let lean = if weight > 1e-6 { (own.x * x + own.y * y) / weight } else { 0.0 };
        let vote = 1.5 * lean + 2.0 * evidence.clamp(-0.3, 0.3);
        if vote < 0.0 {
            trace.path.reverse();
        }
        agreement.push(if vote < 0.0 { -lean } else { lean });
    }
    agreement
}
