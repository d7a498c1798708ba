//! Connected regions of a label map.

use crate::plane::Plane;

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
    let mut parent: Vec<u32> = Vec::new();
    let mut index = Plane::filled(w, h, 0u32);
    for y in 0..h {
        for x in 0..w {
            let label = labels.get(x, y);
            let left = (x > 0 && labels.get(x - 1, y) == label).then(|| root(&mut parent, index.get(x - 1, y)));
            let up = (y > 0 && labels.get(x, y - 1) == label).then(|| root(&mut parent, index.get(x, y - 1)));
            let id = match (left, up) {
                (None, None) => {
                    parent.push(parent.len() as u32);
                    parent.len() as u32 - 1
                }
                (Some(a), None) | (None, Some(a)) => a,
                (Some(a), Some(b)) => {
                    parent[a.max(b) as usize] = a.min(b);
                    a.min(b)
                }
            };
            index.set(x, y, id);
        }
    }
    let mut place: Vec<Option<u32>> = vec![None; parent.len()];
    let mut list: Vec<Region<L>> = Vec::new();
    for y in 0..h {
        for x in 0..w {
            let r = root(&mut parent, index.get(x, y));
            let at = *place[r as usize].get_or_insert_with(|| {
                list.push(Region { label: labels.get(x, y), area_px: 0, on_border_px: 0, bounds: [x, y, x, y] });
                list.len() as u32 - 1
            });
            index.set(x, y, at);
            let region = &mut list[at as usize];
            region.area_px += 1;
            region.on_border_px += usize::from(x == 0 || y == 0 || x + 1 == w || y + 1 == h);
            let b = &mut region.bounds;
            *b = [b[0].min(x), b[1], b[2].max(x), b[3].max(y)];
        }
    }
    Regions { index, list }
}

fn root(parent: &mut [u32], mut i: u32) -> u32 {
    while parent[i as usize] != i {
        parent[i as usize] = parent[parent[i as usize] as usize];
        i = parent[i as usize];
    }
    i
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
