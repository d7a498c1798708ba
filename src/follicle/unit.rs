//! Hairs to follicular units: hairs whose roots lie within the reach of one opening.

use crate::plane::Point;

/// Groups roots that lie closer together than `reach`: average linkage, nearest pair first. Returns the group of each root.
#[must_use]
pub fn group(roots: &[Point], reach: f32) -> Vec<usize> {
    let mut groups: Vec<Vec<usize>> = (0..roots.len()).map(|i| vec![i]).collect();
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
            break;
        }
        let joined = groups.remove(best.2);
        groups[best.1].extend(joined);
    }
    let mut of = vec![0; roots.len()];
    for (g, members) in groups.iter().enumerate() {
        for &i in members {
            of[i] = g;
        }
    }
    of
}
