//! Points by square cells: what lies near a point is found without looking at all others.

use crate::plane::Point;

/// Points, each with what is known of it, in cells of one side.
pub struct Cells<T> {
    side: f32,
    /// Column and row of the first cell; that of the photo's first px is 0.
    first: [i32; 2],
    columns: usize,
    /// The last point of each cell, counted from 1; 0 for none. A margin of one empty cell lies around all.
    last: Vec<u32>,
    /// Points with the one before in their cell.
    points: Vec<(Point, T, u32)>,
}

impl<T: Copy> Cells<T> {
    /// No points yet, with room for those that lie among `places`; cells are `side` px wide and high.
    pub fn around<'a>(places: impl Iterator<Item = &'a Point> + Clone, side: f32) -> Self {
        let lowest = |v: fn(&Point) -> f32| places.clone().map(v).fold(f32::INFINITY, f32::min);
        let highest = |v: fn(&Point) -> f32| places.clone().map(v).fold(f32::NEG_INFINITY, f32::max);
        let coordinates: [fn(&Point) -> f32; 2] = [|p| p.x, |p| p.y];
        let first = coordinates.map(|v| number(lowest(v), side).saturating_sub(1));
        let last = coordinates.map(|v| number(highest(v), side).saturating_add(1));
        // Without places the last cell lies before the first.
        let [columns, rows] =
            [0, 1].map(|i| usize::try_from(i64::from(last[i]) - i64::from(first[i]) + 1).unwrap_or(0));
        Self { side, first, columns, last: vec![0; columns * rows], points: Vec::new() }
    }

    fn cell(&self, p: Point) -> usize {
        let at = |v: f32, i: usize| (number(v, self.side) - self.first[i]) as usize;
        at(p.y, 1) * self.columns + at(p.x, 0)
    }

    /// Adds a point, one of the places.
    pub fn add(&mut self, p: Point, what: T) {
        let cell = self.cell(p);
        self.points.push((p, what, self.last[cell]));
        self.last[cell] = self.points.len() as u32;
    }

    /// All points of the cell of a place and of the eight around it: those within a cell's side, and more.
    pub fn near(&self, p: Point) -> impl Iterator<Item = (Point, T)> {
        let middle = self.cell(p);
        let rows = [middle - self.columns, middle, middle + self.columns];
        let firsts = rows.into_iter().flat_map(|c| self.last[c - 1..=c + 1].iter().copied());
        firsts.flat_map(|first| {
            let entry = |i: u32| Some(self.points[i.checked_sub(1)? as usize]);
            std::iter::successors(entry(first), move |(_, _, before)| entry(*before)).map(|(q, what, _)| (q, what))
        })
    }
}

/// Number of the cell that a coordinate lies in.
fn number(v: f32, side: f32) -> i32 {
    (v / side).floor() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_near_is_found_and_what_is_far_is_not() {
        let places: Vec<Point> = (0..400).map(|i| Point::new((i % 20) as f32 * 3.0 - 7.0, (i / 20) as f32)).collect();
        let mut cells = Cells::around(places.iter(), 4.0);
        places.iter().enumerate().for_each(|(i, p)| cells.add(*p, i));
        for p in &places {
            let found: Vec<usize> = cells.near(*p).map(|(_, i)| i).collect();
            for (i, q) in places.iter().enumerate() {
                assert!(p.distance(*q) >= 4.0 || found.contains(&i), "{p:?} and {q:?}");
            }
            assert!(found.iter().all(|i| p.distance(places[*i]) < 12.0));
        }
        assert_eq!(Cells::<()>::around([].iter(), 4.0).points.len(), 0);
    }
}
