//! Connected regions of a label map.

use crate::plane::Plane;
use crate::plane::runs::{Run, Runs};

/// The regions of a label map, 4-connected.
#[derive(Debug, Clone)]
pub struct Regions<L> {
    /// Index into `list` at each px.
    pub index: Plane<u32>,
    /// All regions in the order of their first px, row by row.
    pub list: Vec<Region<L>>,
}

/// One connected region.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Region<L> {
    /// The label all its px share.
    pub label: L,
    /// Number of px.
    pub area_px: usize,
    /// Number of px on the border of the plane.
    pub on_border_px: usize,
    /// Leftmost, topmost, rightmost and lowest px.
    pub bounds: [usize; 4],
}

/// Finds all connected regions.
#[must_use]
pub fn regions<L: Copy + PartialEq>(labels: &Plane<L>) -> Regions<L> {
    let (w, h) = (labels.width(), labels.height());
    let runs = Runs::of(labels, Some, false);
    let mut place: Vec<u32> = vec![0; runs.list.len()];
    let mut list: Vec<Region<L>> = Vec::new();
    let mut index = Plane::filled(w, h, 0u32);
    for (i, (&Run { label, row: y, columns: ref x }, part)) in runs.with_parts().enumerate() {
        if part == i {
            place[i] = list.len() as u32;
            list.push(Region { label, area_px: 0, on_border_px: 0, bounds: [x.start, y, x.start, y] });
        }
        let at = place[part];
        index.row_mut(y)[x.clone()].fill(at);
        let region = &mut list[at as usize];
        region.area_px += x.len();
        region.on_border_px += match (y == 0 || y + 1 == h, x.len()) {
            (true, n) => n,
            (false, 1) => usize::from(x.start == 0 || x.end == w),
            (false, _) => usize::from(x.start == 0) + usize::from(x.end == w),
        };
        let b = &mut region.bounds;
        *b = [b[0].min(x.start), b[1], b[2].max(x.end - 1), b[3].max(y)];
    }
    Regions { index, list }
}

/// For each region smaller than `least_px`, the label that surrounds most of it; none for the others and for the whole plane.
#[must_use]
pub fn swallowed_by<L: Copy + PartialEq>(
    regions: &Regions<L>,
    all: &[L],
    least_px: impl Fn(&Region<L>) -> usize,
) -> Vec<Option<L>> {
    let (w, h) = (regions.index.width(), regions.index.height());
    let small: Vec<bool> = regions.list.iter().map(|r| r.area_px < least_px(r)).collect();
    let mut shared = vec![0usize; regions.list.len() * all.len()];
    let mut touch = |a: u32, b: u32| {
        for (mine, other) in [(a, b), (b, a)] {
            // A small neighbour is itself about to change; only lasting regions vote.
            if small[mine as usize] && !small[other as usize] {
                let label = regions.list[other as usize].label;
                if let Some(k) = all.iter().position(|l| *l == label) {
                    shared[mine as usize * all.len() + k] += 1;
                }
            }
        }
    };
    for y in 0..h {
        for x in 0..w {
            let here = regions.index.get(x, y);
            if x + 1 < w && regions.index.get(x + 1, y) != here {
                touch(here, regions.index.get(x + 1, y));
            }
            if y + 1 < h && regions.index.get(x, y + 1) != here {
                touch(here, regions.index.get(x, y + 1));
            }
        }
    }
    (0..regions.list.len())
        .map(|i| {
            let votes = &shared[i * all.len()..(i + 1) * all.len()];
            let best = (0..all.len()).max_by_key(|&k| (votes[k], all.len() - k))?;
            (small[i] && votes[best] > 0).then(|| all[best])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(rows: &[&str]) -> Plane<u8> {
        Plane::from_vec(rows[0].len(), rows.len(), rows.concat().into_bytes())
    }

    #[test]
    fn a_ring_is_one_region_and_its_hole_another() {
        let found = regions(&drawn(&["aaaa", "abba", "abba", "aaaa"]));
        assert_eq!(found.list.len(), 2);
        assert_eq!((found.list[0].area_px, found.list[0].on_border_px), (12, 12));
        assert_eq!((found.list[1].area_px, found.list[1].bounds), (4, [1, 1, 2, 2]));
    }

    /// The plain twin: floods from each px that has no region yet.
    fn flooded(labels: &Plane<u8>) -> Regions<u8> {
        let (w, h) = (labels.width(), labels.height());
        let mut index = Plane::filled(w, h, u32::MAX);
        let mut list: Vec<Region<u8>> = Vec::new();
        for i in 0..w * h {
            if index.as_slice()[i] != u32::MAX {
                continue;
            }
            let (id, label) = (list.len() as u32, labels.as_slice()[i]);
            let mut region = Region { label, area_px: 0, on_border_px: 0, bounds: [w, h, 0, 0] };
            let mut open = vec![(i % w, i / w)];
            while let Some((x, y)) = open.pop() {
                if labels.get(x, y) != label || index.get(x, y) != u32::MAX {
                    continue;
                }
                index.set(x, y, id);
                region.area_px += 1;
                region.on_border_px += usize::from(x == 0 || y == 0 || x + 1 == w || y + 1 == h);
                let b = region.bounds;
                region.bounds = [b[0].min(x), b[1].min(y), b[2].max(x), b[3].max(y)];
                open.extend([
                    (x.saturating_sub(1), y),
                    ((x + 1).min(w - 1), y),
                    (x, y.saturating_sub(1)),
                    (x, (y + 1).min(h - 1)),
                ]);
            }
            list.push(region);
        }
        Regions { index, list }
    }

    #[test]
    fn runs_find_what_flooding_finds() {
        for (w, h, kinds) in [(1, 1, 1), (1, 9, 2), (9, 1, 2), (23, 17, 2), (40, 31, 3)] {
            let mut state = 7u32;
            let labels = Plane::from_vec(
                w,
                h,
                (0..w * h)
                    .map(|_| {
                        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        ((state >> 16) % kinds) as u8
                    })
                    .collect(),
            );
            let (found, plain) = (regions(&labels), flooded(&labels));
            assert_eq!(found.index, plain.index, "{w} x {h}");
            assert_eq!(found.list, plain.list, "{w} x {h}");
        }
    }

    #[test]
    fn arms_that_meet_late_are_joined() {
        assert_eq!(regions(&drawn(&["a.a", "a.a", "aaa"])).list.iter().filter(|r| r.label == b'a').count(), 1);
    }

    #[test]
    fn a_small_region_takes_the_label_around_it() {
        let found = regions(&drawn(&["aaaaab", "acaaab", "aaaaab"]));
        let change = swallowed_by(&found, b"abc", |_| 3);
        assert_eq!(change.iter().flatten().collect::<Vec<_>>(), vec![&b'a']);
        let which = change.iter().position(Option::is_some).unwrap();
        assert_eq!(found.list[which].label, b'c');
    }
}
