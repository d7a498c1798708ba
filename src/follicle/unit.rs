//! Hairs to follicular units: hairs whose roots lie within the reach of one opening.

use crate::plane::Point;

/// Groups roots that lie closer together than `reach`: average linkage, nearest pair first. Returns the group of each root; groups are
/// numbered in the order of their first roots.
#[must_use]
pub fn group(roots: &[Point], reach: f32) -> Vec<usize> {
    // A mean below `reach` needs a pair below it: what no chain of such pairs joins is never one group.
    let mut groups: Vec<Vec<usize>> =
        chained(roots, reach).into_iter().flat_map(|own| linked(roots, own, reach)).collect();
    groups.sort_by_key(|members| members.iter().min().copied());
    let mut of = vec![0; roots.len()];
    for (g, members) in groups.iter().enumerate() {
        for &i in members {
            of[i] = g;
        }
    }
    of
}

/// Roots joined by chains of pairs closer together than `reach`.
fn chained(roots: &[Point], reach: f32) -> Vec<Vec<usize>> {
    let mut left: Vec<usize> = (0..roots.len()).rev().collect();
    let mut out = Vec::new();
    while let Some(first) = left.pop() {
        let mut own = vec![first];
        let mut next = 0;
        while next < own.len() {
            let p = roots[own[next]];
            left.retain(|&i| {
                let near = p.distance(roots[i]) < reach;
                if near {
                    own.push(i);
                }
                !near
            });
            next += 1;
        }
        own.sort_unstable();
        out.push(own);
    }
    out
}

/// Average linkage within one chain.
fn linked(roots: &[Point], own: Vec<usize>, reach: f32) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = own.into_iter().map(|i| vec![i]).collect();
    loop {
        let mut best = (reach, 0, 0);
        for a in 0..groups.len() {
            for b in a + 1..groups.len() {
                let mut sum = 0.0;
                for &i in &groups[a] {
                    for &j in &groups[b] {
                        sum += roots[i].distance(roots[j]);
                    }
                }
                let mean = sum / (groups[a].len() * groups[b].len()) as f32;
                if mean < best.0 {
                    best = (mean, a, b);
                }
            }
        }
        if best.2 == 0 {
            return groups;
        }
        let joined = groups.remove(best.2);
        groups[best.1].extend(joined);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_roots_are_one_unit_and_a_chain_is_not() {
        let at = |x: f32, y: f32| Point::new(x, y);
        let roots = [at(0.0, 0.0), at(50.0, 50.0), at(1.0, 0.0), at(51.0, 50.0), at(0.0, 1.5), at(90.0, 0.0)];
        assert_eq!(group(&roots, 3.0), [0, 1, 0, 1, 0, 2]);
        // Each is near the next, but their ends lie far apart.
        let row: Vec<Point> = (0..5).map(|i| at(2.0 * i as f32, 0.0)).collect();
        let groups = group(&row, 3.0);
        assert!(groups[0] != groups[4], "{groups:?}");
    }
}
