//! Points, hulls, quadrilaterals, edges to a fraction of a pixel, and the homography of a square.

use crate::plane::{Plane, Point};

fn cross(o: Point, a: Point, b: Point) -> f64 {
    let d = |p: Point| (f64::from(p.x - o.x), f64::from(p.y - o.y));
    let ((ax, ay), (bx, by)) = (d(a), d(b));
    ax * by - ay * bx
}

/// Signed area of a polygon in px2; positive for clockwise on the screen (y down).
pub fn area(polygon: &[Point]) -> f64 {
    let n = polygon.len();
    (0..n).map(|i| cross(Point::default(), polygon[i], polygon[(i + 1) % n])).sum::<f64>() / 2.0
}

/// Convex hull by monotone chains (Andrew 1979), clockwise on the screen, without points on straight sides.
pub fn hull(mut points: Vec<Point>) -> Vec<Point> {
    points.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    points.dedup();
    let chain = |points: &mut dyn Iterator<Item = Point>| {
        let mut chain: Vec<Point> = Vec::new();
        for p in points {
            while chain.len() >= 2 && cross(chain[chain.len() - 2], chain[chain.len() - 1], p) <= 0.0 {
                chain.pop();
            }
            chain.push(p);
        }
        chain.pop();
        chain
    };
    let mut hull = chain(&mut points.iter().copied());
    hull.extend(chain(&mut points.iter().rev().copied()));
    hull
}

/// A quadrilateral of hull points that no move of one corner enlarges, in the hull's order.
pub fn largest_quad(hull: &[Point]) -> Option<[Point; 4]> {
    let n = hull.len();
    if n < 4 {
        return None;
    }
    let farthest = |from: Point| (0..n).max_by(|&a, &b| from.distance(hull[a]).total_cmp(&from.distance(hull[b])));
    let a = farthest(hull[0])?;
    let c = farthest(hull[a])?;
    let between = |from: usize, to: usize| {
        let count = (to + n - from) % n;
        let height = |i: &usize| cross(hull[from], hull[to], hull[*i]).abs();
        (1..count).map(|k| (from + k) % n).max_by(|x, y| height(x).total_cmp(&height(y)))
    };
    let (mut a, mut c) = (a, c);
    let (mut b, mut d) = (between(a, c)?, between(c, a)?);
    for _ in 0..4 {
        (a, c) = (between(d, b)?, between(b, d)?);
        (b, d) = (between(a, c)?, between(c, a)?);
    }
    Some([hull[a], hull[b], hull[c], hull[d]])
}

/// The corner nearest to a point.
pub fn nearest(corners: &[Point; 4], to: Point) -> Point {
    corners.iter().copied().min_by(|a, b| a.distance(to).total_cmp(&b.distance(to))).unwrap_or(to)
}

/// A line through `point` along `direction` (unit length).
struct Line {
    point: (f64, f64),
    direction: (f64, f64),
}

/// Moves each side to the middle of its edge from dark to bright, and the corners to where the sides meet.
///
/// Coordinates count from px edges: the centre of the first px is (0.5, 0.5).
pub fn refine(luma: &Plane<u8>, corners: [Point; 4]) -> Option<[Point; 4]> {
    let mut corners = corners;
    for _ in 0..2 {
        let lines = [0, 1, 2, 3].map(|i| edge(luma, corners[i], corners[(i + 1) % 4]));
        let mut moved = corners;
        for i in 0..4 {
            moved[i] = meet(lines[(i + 3) % 4].as_ref()?, lines[i].as_ref()?)?;
        }
        let side = area(&corners).abs().sqrt() as f32;
        // A corner that moves by more than a cell and a half is no correction but another edge.
        if (0..4).any(|i| moved[i].distance(corners[i]) > 0.19 * side + 1.0) {
            return None;
        }
        corners = moved;
    }
    Some(corners)
}

/// The line along the strongest rise of luma across the side from `a` to `b`; outside lies to the left of the way.
fn edge(luma: &Plane<u8>, a: Point, b: Point) -> Option<Line> {
    const STEP: f32 = 0.25;
    let length = a.distance(b);
    let (ux, uy) = ((b.x - a.x) / length, (b.y - a.y) / length);
    // Clockwise on the screen: outside is (uy, -ux).
    let (nx, ny) = (uy, -ux);
    // Less than the border of one cell on either side, so that no white cell of the code is taken for paper.
    let reach = (length / 8.0 * 0.8).clamp(2.0, 8.0);
    let count = (length as usize).clamp(8, 48);
    let mut points: Vec<(f64, f64)> = Vec::with_capacity(count);
    for i in 0..count {
        let t = 0.08 + 0.84 * (i as f32 + 0.5) / count as f32;
        let (px, py) = (a.x + t * (b.x - a.x), a.y + t * (b.y - a.y));
        let at = |d: f32| luma.sample(px + d * nx - 0.5, py + d * ny - 0.5);
        let steps = (2.0 * reach / STEP) as usize;
        let (mut sum, mut moment) = (0.0, 0.0);
        let mut before = at(-reach);
        for s in 1..=steps {
            let d = -reach + s as f32 * STEP;
            let here = at(d);
            let rise = (here - before).max(0.0).powi(2);
            sum += rise;
            moment += rise * (d - STEP / 2.0);
            before = here;
        }
        if sum > 1.0 {
            let d = moment / sum;
            points.push((f64::from(px + d * nx), f64::from(py + d * ny)));
        }
    }
    let first = fit(&points)?;
    // Hairs over the edge, shadows: keep what lies near the line that most points agree on.
    let off =
        |p: &(f64, f64)| ((p.0 - first.point.0) * first.direction.1 - (p.1 - first.point.1) * first.direction.0).abs();
    let mut offs: Vec<f32> = points.iter().map(|p| off(p) as f32).collect();
    let near = f64::from(crate::plane::filter::quantile(&mut offs, 0.7)).max(0.1) * 1.5;
    points.retain(|p| off(p) <= near);
    fit(&points)
}

/// Total least squares through points.
fn fit(points: &[(f64, f64)]) -> Option<Line> {
    if points.len() < 4 {
        return None;
    }
    let n = points.len() as f64;
    let (mx, my) = (points.iter().map(|p| p.0).sum::<f64>() / n, points.iter().map(|p| p.1).sum::<f64>() / n);
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in points {
        xx += (x - mx) * (x - mx);
        xy += (x - mx) * (y - my);
        yy += (y - my) * (y - my);
    }
    let angle = 0.5 * (2.0 * xy).atan2(xx - yy);
    Some(Line { point: (mx, my), direction: (angle.cos(), angle.sin()) })
}

fn meet(a: &Line, b: &Line) -> Option<Point> {
    let determinant = a.direction.0 * b.direction.1 - a.direction.1 * b.direction.0;
    // Sides that meet at less than 17 degrees are no corner.
    if determinant.abs() < 0.3 {
        return None;
    }
    let (dx, dy) = (b.point.0 - a.point.0, b.point.1 - a.point.1);
    let t = (dx * b.direction.1 - dy * b.direction.0) / determinant;
    Some(Point::new((a.point.0 + t * a.direction.0) as f32, (a.point.1 + t * a.direction.1) as f32))
}

/// The map from the unit square to a quadrilateral (Heckbert 1989, Fundamentals of Texture Mapping, 2.2.3).
pub struct Homography([f64; 8]);

impl Homography {
    /// The square's corners (0,0), (1,0), (1,1), (0,1) go to the four corners.
    pub fn of_square(corners: &[Point; 4]) -> Self {
        let [(x0, y0), (x1, y1), (x2, y2), (x3, y3)] = corners.map(|c| (f64::from(c.x), f64::from(c.y)));
        let (sx, sy) = (x0 - x1 + x2 - x3, y0 - y1 + y2 - y3);
        let (dx1, dx2, dy1, dy2) = (x1 - x2, x3 - x2, y1 - y2, y3 - y2);
        let determinant = dx1 * dy2 - dx2 * dy1;
        let (g, h) = if determinant.abs() < 1e-12 {
            (0.0, 0.0)
        } else {
            ((sx * dy2 - dx2 * sy) / determinant, (dx1 * sy - sx * dy1) / determinant)
        };
        Self([x1 - x0 + g * x1, x3 - x0 + h * x3, x0, y1 - y0 + g * y1, y3 - y0 + h * y3, y0, g, h])
    }

    /// Where a point of the unit square (or beside it) lies.
    pub fn map(&self, u: f64, v: f64) -> Point {
        let [a, b, c, d, e, f, g, h] = self.0;
        let w = g * u + h * v + 1.0;
        Point::new(((a * u + b * v + c) / w) as f32, ((d * u + e * v + f) / w) as f32)
    }
}
