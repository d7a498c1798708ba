//! Whether a photo of a head lies on its side or stands on its head, where the camera did not say how it was held.
//!
//! The net has learnt from upright heads. Shown a photo in all four ways, it is surest of the upright one, and there the heights that it
//! tells of the head rise upwards. From above any turn is as good as another: such photos are left as they are.

use super::net::{LOOKED_AT, Maps, Net, cells, entropy};
use crate::photo::{Photo, turned};
use crate::plane::linear::solve;
use crate::view::View;

/// Sureness of a place times the probability of what it is asked of, from which a cell counts, and least sum of such cells.
const SURE: f64 = 0.3;
const LEAST_CELLS: f64 = 4.0;
/// Error of the heights about a plane, root mean square, at which they tell no direction; cells farther off are left out.
const NO_PLANE: f64 = 0.4;
const OUTLIER: f64 = 0.25;
/// A steeper rise than this, in heights over the whole picture, says no more.
const STEEPEST: f64 = 2.0;
/// Rise from which a first look needs no others.
const CLEAR: f64 = 0.6;

/// Weights of a way's score: how unsure the net is (logarithm of nats), and the rise of skin's and of the whole head's heights; a
/// multinomial logistic regression on 135 drawn heads, none from above, in all four ways. Shown so it finds the upright way for 134.
const DOUBT: f64 = -4.57;
const SKIN_RISES: f64 = 1.58;
const HEAD_RISES: f64 = 1.42;
/// Probability from which a way is believed; and of skin, the least rise and the most error and slant of a face that stands upright.
const BELIEVED: f64 = 0.8;
const FACE_RISES: f64 = 0.9;
const FACE_ERROR: f64 = 0.2;
const FACE_SLANT_DEGREES: f64 = 40.0;
/// Median height of the head above which it is seen from above.
const FROM_ABOVE: f64 = 0.5;

/// The plane through the heights of part of the head, over a picture of sides 1.
#[derive(Debug, Clone, Copy)]
struct Slope {
    /// How much heights grow to the right and upwards.
    right: f64,
    up: f64,
    /// Root mean square of what the plane leaves.
    error: f64,
}

impl Slope {
    fn steepness(self) -> f64 {
        self.right.hypot(self.up)
    }

    /// From upwards, 0 to 180 degrees.
    fn slant_degrees(self) -> f64 {
        self.right.abs().atan2(self.up).to_degrees()
    }

    /// How far heights rise upwards, less where they lie in no plane; negative where they fall.
    fn rise(self) -> f64 {
        self.steepness().min(STEEPEST)
            * (1.0 - self.error / NO_PLANE).max(0.0)
            * self.slant_degrees().to_radians().cos()
    }

    /// Of cells of a picture: column, row, height, weight.
    fn of(cells: &[[f64; 4]]) -> Option<Self> {
        if cells.iter().map(|c| c[3]).sum::<f64>() < LEAST_CELLS {
            return None;
        }
        let mut kept = cells.to_vec();
        let mut plane = [0.0; 3];
        let off = |plane: &[f64; 3], c: &[f64; 4]| (plane[0] + plane[1] * c[0] + plane[2] * c[1] - c[2]).abs();
        for _ in 0..3 {
            let (mut normal, mut right) = ([[0.0; 3]; 3], [0.0; 3]);
            for &[x, y, height, weight] in &kept {
                let row = [1.0, x, y];
                for i in 0..3 {
                    (0..3).for_each(|j| normal[i][j] += weight * row[i] * row[j]);
                    right[i] += weight * row[i] * height;
                }
            }
            plane = solve(normal, right)?;
            let mut all: Vec<f64> = cells.iter().map(|c| off(&plane, c)).collect();
            all.sort_by(f64::total_cmp);
            let most = (2.5 * all[all.len() / 2]).max(OUTLIER);
            kept = cells.iter().filter(|c| off(&plane, c) < most).copied().collect();
        }
        let weight: f64 = kept.iter().map(|c| c[3]).sum();
        let error = (kept.iter().map(|c| c[3] * off(&plane, c).powi(2)).sum::<f64>() / weight.max(1e-9)).sqrt();
        Some(Self { right: plane[1], up: -plane[2], error })
    }
}

/// What a look at a picture in one way tells.
struct Way {
    skin: Option<Slope>,
    head: Option<Slope>,
    /// Logarithm of the net's mean entropy.
    doubt: f64,
    /// Median of the heights of the head.
    height: f64,
}

impl Way {
    fn of(maps: &Maps) -> Self {
        let (shares, places) = (cells(&maps.probability), cells(&maps.canonical));
        let side = (shares.len() as f64).sqrt();
        let weighed = |of: fn(&[f32; 4]) -> f32| -> Vec<[f64; 4]> {
            let of_cell = |(i, (p, [sine, cosine, height])): (usize, (&[f32; 4], &[f32; 3]))| {
                let (column, row) = (i as f64 % side, (i as f64 / side).floor());
                [column / side, row / side, f64::from(*height), f64::from(of(p) * sine.hypot(*cosine))]
            };
            let all = shares.iter().zip(&places).enumerate().map(of_cell);
            all.filter(|c| c[3] > SURE).collect()
        };
        let head = weighed(|p| 1.0 - p[0]);
        let mut heights: Vec<f64> = head.iter().map(|c| c[2]).collect();
        heights.sort_by(f64::total_cmp);
        Self {
            skin: Slope::of(&weighed(|p| p[1])),
            head: Slope::of(&head),
            doubt: f64::from(entropy(&shares).max(1e-3)).ln(),
            height: heights.get(heights.len() / 2).copied().unwrap_or(f64::INFINITY),
        }
    }

    /// Whether this look alone shows that the picture is upright.
    fn is_clearly_upright(&self) -> bool {
        let rises =
            |s: &Slope| s.slant_degrees() < 45.0 && s.steepness().min(STEEPEST) * (1.0 - s.error / NO_PLANE) > CLEAR;
        self.skin.iter().chain(&self.head).any(rises)
    }

    fn score(&self) -> f64 {
        let rise = |slope: &Option<Slope>| slope.map_or(0.0, Slope::rise);
        DOUBT * self.doubt + SKIN_RISES * rise(&self.skin) + HEAD_RISES * rise(&self.head)
    }

    /// Whether a face is seen that stands upright, not a head from above.
    fn shows_an_upright_face(&self) -> bool {
        let stands =
            |s: Slope| s.steepness() > FACE_RISES && s.error < FACE_ERROR && s.slant_degrees() < FACE_SLANT_DEGREES;
        self.skin.is_some_and(stands) && self.height < FROM_ABOVE
    }
}

/// Clockwise quarter turns after which a photo of a head is surely upright; 0 where it is, and where that cannot be told. `view` is what
/// the user said.
#[must_use]
pub fn quarter_turns(photo: &Photo, view: Option<View>) -> usize {
    Net::embedded().map_or(0, |net| told_by(net, photo, &net.glance(photo.of_side(LOOKED_AT)), view))
}

/// As [`quarter_turns`], from a first look at the photo.
///
/// Of 24 labelled photos that are not from above it names 15 to 19 turned ones, of 135 drawn heads 93 to 98, and none wrongly; 2 of 31
/// from above are named, which lie upside down.
pub(super) fn told_by(net: &Net, photo: &Photo, glance: &Maps, view: Option<View>) -> usize {
    let first = Way::of(glance);
    if matches!(view, Some(View::Top | View::Closeup)) || first.is_clearly_upright() {
        return 0;
    }
    let copy = photo.of_side(LOOKED_AT);
    let others = (1..4).map(|turns| Way::of(&net.glance(&turned(copy.clone(), turns))));
    let ways: Vec<Way> = std::iter::once(first).chain(others).collect();
    let odds: Vec<f64> = ways.iter().map(|way| (way.score() - ways[0].score()).exp()).collect();
    let sum: f64 = odds.iter().sum();
    let best = (0..4).max_by(|&a, &b| odds[a].total_cmp(&odds[b])).unwrap_or(0);
    let is_believed = odds[best] > BELIEVED * sum && ways[best].shows_an_upright_face();
    if is_believed { best } else { 0 }
}

/// What the reader of a photo that needs turning is told.
pub(super) fn warning(turns: usize) -> String {
    let lies = if turns == 2 { "stands on its head" } else { "lies on its side" };
    format!(
        "The photo seems to be one that {lies}, so that tissues, hairline and zones are less certain: analyse it again with --turn {}, or \
         turn it upright first.",
        90 * turns
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phantom::head::{HeadMesh, draw_phantom};

    #[test]
    fn a_drawn_head_on_its_side_is_told_from_an_upright_one() {
        let head = draw_phantom(&HeadMesh::built_in(), 9_600_011, 320, 240);
        for turns in 0..4 {
            let photo = Photo::of(turned(head.photo.clone(), turns));
            assert_eq!(quarter_turns(&photo, None), (4 - turns) % 4, "turned by {turns}");
            assert_eq!(quarter_turns(&photo, Some(View::Top)), 0, "from above any turn will do");
        }
    }

    #[test]
    fn planes_are_found_and_outliers_left_out() {
        let at = |i: usize| [(i % 10) as f64 / 10.0, (i / 10) as f64 / 10.0];
        let mut cells: Vec<[f64; 4]> =
            (0..100).map(|i| [at(i)[0], at(i)[1], 0.5 + 0.2 * at(i)[0] - 1.2 * at(i)[1], 1.0]).collect();
        cells.iter_mut().step_by(17).for_each(|c| c[2] = -3.0);
        let slope = Slope::of(&cells).unwrap();
        assert!((slope.right - 0.2).abs() < 0.02 && (slope.up - 1.2).abs() < 0.02 && slope.error < 0.02, "{slope:?}");
        assert!(slope.slant_degrees() < 11.0 && slope.rise() > 1.0);
        assert!(Slope::of(&cells[..3]).is_none(), "too few");
        assert!(Slope::of(&[[0.5, 0.5, 0.1, 9.0]; 2]).is_none(), "one place");
    }
}
