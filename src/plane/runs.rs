//! Runs of px in rows, and the connected parts that they make: far fewer than px, so that parts are found in one pass.

use std::ops::Range;

use super::Plane;

/// Px of one label next to each other in one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run<L> {
    /// What its px share.
    pub label: L,
    /// The row.
    pub row: usize,
    /// Its columns from the first to behind the last.
    pub columns: Range<usize>,
}

/// All runs of a plane, row after row and from left to right.
#[derive(Debug, Clone)]
pub struct Runs<L> {
    /// The runs.
    pub list: Vec<Run<L>>,
    /// For each run the number of the first run of its part, by which parts are told apart.
    pub part: Vec<usize>,
}

impl<L: Copy + PartialEq> Runs<L> {
    /// The runs of the values that have a `label`. Parts are runs of one label, joined over the sides of px and, with `corners`, over
    /// those too.
    #[must_use]
    pub fn of<T: Copy>(plane: &Plane<T>, label: impl Fn(T) -> Option<L>, corners: bool) -> Self {
        let (mut list, mut part): (Vec<Run<L>>, Vec<usize>) = (Vec::new(), Vec::new());
        let reach = usize::from(corners);
        let mut above = 0..0;
        for (y, row) in plane.rows().enumerate() {
            let here = list.len();
            let mut near = above.start;
            let mut x = 0;
            while let Some((start, own_label)) = next(&row[x..], &label).map(|(n, l)| (x + n, l)) {
                let end = row[start..].iter().position(|v| label(*v) != Some(own_label));
                let end = end.map_or(row.len(), |n| start + n);
                let own = list.len();
                part.push(own);
                // What ends before this run touches none that follow either.
                while near < above.end && list[near].columns.end + reach <= start {
                    near += 1;
                }
                let touching = (near..above.end).take_while(|i| list[*i].columns.start < end + reach);
                for other in touching.filter(|i| list[*i].label == own_label) {
                    let (a, b) = (first(&mut part, own), first(&mut part, other));
                    part[a.max(b)] = a.min(b);
                }
                list.push(Run { label: own_label, row: y, columns: start..end });
                x = end;
            }
            above = here..list.len();
        }
        (0..list.len()).for_each(|i| part[i] = first(&mut part, i));
        Self { list, part }
    }

    /// Columns and rows of each part, in the order of their first px.
    #[must_use]
    pub fn boxes(&self) -> Vec<[Range<usize>; 2]> {
        let mut place = vec![0; self.list.len()];
        let mut boxes: Vec<[Range<usize>; 2]> = Vec::new();
        for (i, (run, part)) in self.with_parts().enumerate() {
            if part == i {
                place[i] = boxes.len();
                boxes.push([run.columns.clone(), run.row..run.row]);
            }
            let [columns, rows] = &mut boxes[place[part]];
            *columns = columns.start.min(run.columns.start)..columns.end.max(run.columns.end);
            rows.end = run.row + 1;
        }
        boxes
    }

    /// Each run with the number of its part.
    pub fn with_parts(&self) -> impl Iterator<Item = (&Run<L>, usize)> {
        self.list.iter().zip(self.part.iter().copied())
    }
}

/// The first value that has a label, and which.
fn next<T: Copy, L>(values: &[T], label: impl Fn(T) -> Option<L>) -> Option<(usize, L)> {
    // Most values of most planes have none, and several at once are told so.
    let (parts, _) = values.as_chunks::<16>();
    let any = |part: &[T; 16]| part.iter().fold(false, |any, v| any | label(*v).is_some());
    let passed = 16 * parts.iter().position(any).unwrap_or(parts.len());
    values[passed..].iter().enumerate().find_map(|(n, v)| Some((passed + n, label(*v)?)))
}

/// The first run of a part, by any of its runs.
fn first(part: &mut [usize], mut i: usize) -> usize {
    while part[i] != i {
        // Halves the way for the next who asks.
        part[i] = part[part[i]];
        i = part[i];
    }
    i
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_holds_its_part_and_touches_it_on_all_sides() {
        let plane = Plane::from_fn(41, 29, |x, y| (x * x * 31 + y * 57 + x * y * 7) % 11 < 5);
        let runs = Runs::of(&plane, |v| v.then_some(()), true);
        let mut parts: Vec<usize> = runs.part.clone();
        parts.sort_unstable();
        parts.dedup();
        let boxes = runs.boxes();
        assert_eq!(boxes.len(), parts.len());
        for (part, [columns, rows]) in parts.into_iter().zip(boxes) {
            let own = || runs.with_parts().filter(|(_, of)| *of == part).map(|(run, _)| run);
            assert_eq!(own().map(|run| run.columns.start).min(), Some(columns.start));
            assert_eq!(own().map(|run| run.columns.end).max(), Some(columns.end));
            assert_eq!(own().map(|run| run.row).min(), Some(rows.start));
            assert_eq!(own().map(|run| run.row + 1).max(), Some(rows.end));
        }
    }

    #[test]
    fn parts_are_those_that_a_flood_fills() {
        let plane = Plane::from_fn(41, 29, |x, y| (x * x * 31 + y * 57 + x * y * 7) % 11 < 5);
        for corners in [false, true] {
            let runs = Runs::of(&plane, |v| v.then_some(()), corners);
            let mut of = Plane::filled(41, 29, usize::MAX);
            for (run, part) in runs.with_parts() {
                of.row_mut(run.row)[run.columns.clone()].fill(part);
            }
            // The plain twin: a flood from each px.
            let mut flooded = Plane::filled(41, 29, usize::MAX);
            for start in 0..41 * 29 {
                let mut open = vec![(start % 41, start / 41)];
                while let Some((x, y)) = open.pop() {
                    if x >= 41 || y >= 29 || !plane.get(x, y) || flooded.get(x, y) != usize::MAX {
                        continue;
                    }
                    flooded.set(x, y, of.get(start % 41, start / 41));
                    open.extend([(x + 1, y), (x.wrapping_sub(1), y), (x, y + 1), (x, y.wrapping_sub(1))]);
                    if corners {
                        let (left, up) = (x.wrapping_sub(1), y.wrapping_sub(1));
                        open.extend([(x + 1, y + 1), (left, up), (left, y + 1), (x + 1, up)]);
                    }
                }
            }
            assert_eq!(of, flooded, "corners: {corners}");
            assert!(runs.part.iter().enumerate().all(|(i, part)| *part <= i && runs.part[*part] == *part));
        }
    }

    #[test]
    fn nothing_and_everything() {
        assert!(Runs::of(&Plane::filled(3, 2, 0), |v| (v > 0).then_some(()), true).list.is_empty());
        let all = Runs::of(&Plane::filled(3, 2, 1), Some, false);
        assert_eq!((all.list.len(), all.part), (2, vec![0, 0]));
    }
}
