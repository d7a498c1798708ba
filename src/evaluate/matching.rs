//! Which found point is which true one, and how far two lines lie apart.

use crate::plane::Point;

/// Pairs (index in `a`, index in `b`) at most `radius` apart, nearest pairs first, each point once.
#[must_use]
pub fn pairs(a: &[Point], b: &[Point], radius: f32) -> Vec<(usize, usize)> {
    let mut near: Vec<(f32, usize, usize)> = a
        .iter()
        .enumerate()
        .flat_map(|(i, p)| b.iter().enumerate().map(move |(j, q)| (p.distance(*q), i, j)))
        .filter(|(d, ..)| *d <= radius)
        .collect();
    near.sort_by(|x, y| x.0.total_cmp(&y.0).then(x.1.cmp(&y.1)).then(x.2.cmp(&y.2)));
    let (mut of_a, mut of_b) = (vec![false; a.len()], vec![false; b.len()]);
    let mut out = Vec::new();
    for (_, i, j) in near {
        if !of_a[i] && !of_b[j] {
            (of_a[i], of_b[j]) = (true, true);
            out.push((i, j));
        }
    }
    out
}

/// Mean distance from the points of `a`, taken 1 px apart, to the line `b`; none for fewer than two points.
#[must_use]
pub fn mean_distance(a: &[Point], b: &[Point]) -> Option<f64> {
    if a.len() < 2 || b.len() < 2 {
        return None;
    }
    let (mut sum, mut n) = (0.0, 0);
    for s in a.windows(2) {
        let steps = s[0].distance(s[1]).ceil().max(1.0) as usize;
        for k in 0..steps {
            let t = k as f32 / steps as f32;
            let p = Point::new(s[0].x + t * (s[1].x - s[0].x), s[0].y + t * (s[1].y - s[0].y));
            sum += b.windows(2).map(|l| f64::from(to_segment(p, l[0], l[1]))).fold(f64::INFINITY, f64::min);
            n += 1;
        }
    }
    Some(sum / f64::from(n))
}

fn to_segment(p: Point, a: Point, b: Point) -> f32 {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let t = (((p.x - a.x) * dx + (p.y - a.y) * dy) / (dx * dx + dy * dy).max(1e-9)).clamp(0.0, 1.0);
    p.distance(Point::new(a.x + t * dx, a.y + t * dy))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_point_is_paired_once_and_the_nearest_first() {
        let a = [Point::new(0.0, 0.0), Point::new(4.0, 0.0)];
        let b = [Point::new(3.0, 0.0), Point::new(90.0, 0.0)];
        assert_eq!(pairs(&a, &b, 5.0), [(1, 0)]);
        assert_eq!(pairs(&a, &b, 0.5), []);
    }

    #[test]
    fn a_line_three_px_beside_another_is_three_px_away() {
        let a = [Point::new(0.0, 0.0), Point::new(50.0, 0.0)];
        let b = [Point::new(-10.0, 3.0), Point::new(90.0, 3.0)];
        assert!((mean_distance(&a, &b).unwrap() - 3.0).abs() < 1e-6);
        assert!(mean_distance(&a, &b[..1]).is_none());
    }
}
