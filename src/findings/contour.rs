//! Outlines: level lines of a plane, their smoothing and simplification.

use crate::plane::{Plane, Point};

/// Closed level lines of `plane` at `level`, in the plane's px. Outside the plane counts as below the level. Seen in the photo
/// (y down) the inside, where values exceed the level, lies on the right: outlines run clockwise, holes against it.
pub(super) fn level_lines(plane: &Plane<f32>, level: f32) -> Vec<Vec<Point>> {
    let (w, h) = (plane.width() + 2, plane.height() + 2);
    let at = |x: usize, y: usize| {
        if x == 0 || y == 0 || x == w - 1 || y == h - 1 { level - 0.5 } else { plane.get(x - 1, y - 1) }
    };
    // Each crossing lies on the edge from (x, y) to its right (even number) or to below (odd number) neighbour.
    let right = |x: usize, y: usize| 2 * (y * w + x);
    let down = |x: usize, y: usize| 2 * (y * w + x) + 1;
    let mut next = vec![u32::MAX; 2 * w * h];
    for y in 0..h - 1 {
        for x in 0..w - 1 {
            let corners = [at(x, y), at(x + 1, y), at(x + 1, y + 1), at(x, y + 1)];
            let inside = corners.map(|v| v > level);
            // Edges in clockwise order: top, right, bottom, left; edge i lies between corner i and corner i + 1.
            let edge = [right(x, y), down(x + 1, y), right(x, y + 1), down(x, y)];
            // A line enters where, clockwise along the cell, the corners go from inside to outside, and keeps the inside to its
            // right; it leaves over the nearest edge that goes from outside to inside.
            let centre_inside = corners.iter().sum::<f32>() / 4.0 > level;
            for i in 0..4 {
                if !inside[(i + 1) % 4] || inside[i] {
                    continue;
                }
                // Turning clockwise from corner i + 1 (inside) to the edge where the inside ends.
                let run = (1..4).find(|k| inside[(i + k) % 4] && !inside[(i + k + 1) % 4]).unwrap_or(1);
                let mut out = (i + run) % 4;
                // Two opposite corners inside and joined over the centre: leave over the other one's edge.
                if run == 1 && centre_inside && inside[(i + 3) % 4] {
                    out = (i + 3) % 4;
                }
                next[edge[out]] = edge[i] as u32;
            }
        }
    }
    let point = |edge: usize| {
        let (x, y) = ((edge / 2) % w, (edge / 2) / w);
        let (a, b) = if edge.is_multiple_of(2) { (at(x, y), at(x + 1, y)) } else { (at(x, y), at(x, y + 1)) };
        let t = ((level - a) / (b - a)).clamp(0.0, 1.0);
        let (x, y) = (x as f32 - 1.0, y as f32 - 1.0);
        if edge.is_multiple_of(2) { Point::new(x + t, y) } else { Point::new(x, y + t) }
    };
    let mut lines = Vec::new();
    for start in 0..next.len() {
        let mut line = Vec::new();
        let mut e = start;
        while next[e] != u32::MAX {
            line.push(point(e));
            e = std::mem::replace(&mut next[e], u32::MAX) as usize;
        }
        if line.len() > 2 {
            lines.push(line);
        }
    }
    lines
}

/// Signed area of a closed line; positive for outlines that run clockwise in the photo.
pub(super) fn signed_area(line: &[Point]) -> f64 {
    let n = line.len();
    (0..n)
        .map(|i| {
            let (p, q) = (line[i], line[(i + 1) % n]);
            f64::from(p.x) * f64::from(q.y) - f64::from(q.x) * f64::from(p.y)
        })
        .sum::<f64>()
        / 2.0
}

/// Length of an open line.
pub(super) fn length(line: &[Point]) -> f32 {
    line.windows(2).map(|k| k[0].distance(k[1])).sum()
}

/// An open line with points every `step`, ends kept.
pub(super) fn resample(line: &[Point], step: f32) -> Vec<Point> {
    let total = length(line);
    let n = ((total / step).round() as usize).max(1);
    let mut out = Vec::with_capacity(n + 1);
    let (mut i, mut passed) = (0, 0.0f32);
    for k in 0..=n {
        let want = total * k as f32 / n as f32;
        while i + 2 < line.len() && passed + line[i].distance(line[i + 1]) < want {
            passed += line[i].distance(line[i + 1]);
            i += 1;
        }
        let (a, b) = (line[i], line[(i + 1).min(line.len() - 1)]);
        let d = a.distance(b);
        let t = if d > 0.0 { ((want - passed) / d).clamp(0.0, 1.0) } else { 0.0 };
        out.push(Point::new(a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)));
    }
    out
}

/// Gaussian smoothing along a line of evenly spaced points, `sigma` in points. Near the ends of an open line the window shrinks, so
/// that the ends stay where they are.
pub(super) fn smooth(line: &[Point], sigma: f32, closed: bool) -> Vec<Point> {
    let n = line.len() as i64;
    let reach = (3.0 * sigma).ceil() as i64;
    (0..n)
        .map(|i| {
            let r = if closed { reach.min(n / 2) } else { reach.min(i).min(n - 1 - i) };
            let (mut x, mut y, mut sum) = (0.0, 0.0, 0.0);
            for k in -r..=r {
                let p = line[(i + k).rem_euclid(n) as usize];
                let g = (-0.5 * (k as f32 / sigma).powi(2)).exp();
                x += g * p.x;
                y += g * p.y;
                sum += g;
            }
            Point::new(x / sum, y / sum)
        })
        .collect()
}

/// Douglas-Peucker: the fewest of the points so that no point left out lies further than `tolerance` from the line.
pub(super) fn simplify(line: &[Point], tolerance: f32) -> Vec<Point> {
    if line.len() < 3 {
        return line.to_vec();
    }
    let mut keep = vec![false; line.len()];
    keep[0] = true;
    keep[line.len() - 1] = true;
    let mut stack = vec![(0, line.len() - 1)];
    while let Some((a, b)) = stack.pop() {
        let far =
            (a + 1..b).map(|i| (distance_to_segment(line[i], line[a], line[b]), i)).max_by(|p, q| p.0.total_cmp(&q.0));
        if let Some((d, i)) = far
            && d > tolerance
        {
            keep[i] = true;
            stack.extend([(a, i), (i, b)]);
        }
    }
    line.iter().zip(keep).filter_map(|(p, k)| k.then_some(*p)).collect()
}

/// [`simplify`] for a closed line.
pub(super) fn simplify_closed(line: &[Point], tolerance: f32) -> Vec<Point> {
    let Some(&first) = line.first() else { return Vec::new() };
    // Cut at the point furthest from the first: both halves then have ends worth keeping.
    let far = (0..line.len()).max_by(|&i, &j| line[i].distance(first).total_cmp(&line[j].distance(first))).unwrap_or(0);
    let mut out = simplify(&line[..=far], tolerance);
    let mut rest = line[far..].to_vec();
    rest.push(first);
    let back = simplify(&rest, tolerance);
    out.extend(&back[1..back.len().max(2) - 1]);
    out
}

/// Distance of a point to the segment from `a` to `b`.
pub(super) fn distance_to_segment(p: Point, a: Point, b: Point) -> f32 {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let len2 = dx * dx + dy * dy;
    let t = if len2 > 0.0 { (((p.x - a.x) * dx + (p.y - a.y) * dy) / len2).clamp(0.0, 1.0) } else { 0.0 };
    p.distance(Point::new(a.x + t * dx, a.y + t * dy))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disc_has_one_clockwise_outline_and_a_ring_a_hole() {
        let disc = Plane::from_fn(40, 30, |x, y| 10.0 - (x as f32 - 20.0).hypot(y as f32 - 15.0));
        let lines = level_lines(&disc, 0.0);
        assert_eq!(lines.len(), 1);
        let area = signed_area(&lines[0]);
        assert!((area - std::f64::consts::PI * 100.0).abs() < 3.0, "clockwise and 314 px, got {area}");
        let ring = Plane::from_fn(40, 30, |x, y| 4.0 - ((x as f32 - 20.0).hypot(y as f32 - 15.0) - 8.0).abs());
        let mut areas: Vec<f64> = level_lines(&ring, 0.0).iter().map(|l| signed_area(l)).collect();
        areas.sort_by(f64::total_cmp);
        assert!(areas.len() == 2 && areas[0] < -45.0 && areas[1] > 440.0, "{areas:?}");
    }

    #[test]
    fn checkerboards_give_closed_lines() {
        let board = Plane::from_fn(6, 6, |x, y| if (x + y) % 2 == 0 { 1.0 } else { 0.0 });
        for level in [0.3, 0.7] {
            for line in level_lines(&board, level) {
                let gap = line[0].distance(line[line.len() - 1]);
                assert!(gap < 1.5, "line open by {gap}");
            }
        }
    }

    #[test]
    fn simplifying_keeps_corners_and_smoothing_keeps_ends() {
        let line: Vec<Point> = (0..=20).map(|i| Point::new(i as f32, (i as f32 - 10.0).abs())).collect();
        assert_eq!(simplify(&line, 0.1), vec![Point::new(0.0, 10.0), Point::new(10.0, 0.0), Point::new(20.0, 10.0)]);
        let s = smooth(&line, 2.0, false);
        assert_eq!((s[0], s[20]), (line[0], line[20]));
        // A chord across a right-angled corner saves at most 1 - cos 45 degrees of a step.
        assert!((length(&resample(&line, 0.5)) - length(&line)).abs() < 0.15);
    }
}
