//! A pose read off the places on the head that the net tells: the camera under which the model head's places appear where the photo
//! shows them. Linear least squares for a camera far away, then again with each px moved to where such a camera would see it
//! (DeMenthon & Davis 1995, doi:10.1007/BF01450852).

use std::f64::consts::PI;

use super::skull::{Camera, Pose, V3, dot};
use crate::plane::linear::solve;

/// A place that the net tells, where the photo shows it, and how much it counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sight {
    /// On the model's skull, breadths of the head.
    pub place: V3,
    /// Px of the photo.
    pub at: [f64; 2],
    pub weight: f64,
}

/// Rounds of least squares, and how many mean errors off the last one a sight may be.
const ROUNDS: usize = 4;
const MOST_ERRORS: f64 = 2.0;
/// Fewer sights tell no pose.
const LEAST_SIGHTS: usize = 12;
/// The two rows of a turned head are as long as each other and at a right angle; sines below this are of something else.
const LEAST_SINE: f64 = 0.3;
/// Added to the places' variance, squares of breadths: keeps what a flat patch does not tell small.
const LEAST_SPREAD: f64 = 1e-4;

/// One px of the photo as a function of the place: `along` · place + `start`.
#[derive(Debug, Clone, Copy)]
struct Row {
    along: V3,
    start: f64,
}

impl Row {
    fn at(&self, place: V3) -> f64 {
        dot(self.along, place) + self.start
    }
}

/// The pose of a camera [`Pose::near`] by, as both pairs of yaw and pitch that are the same; none where the sights do not tell it.
pub(super) fn resect(mut sights: Vec<Sight>, near: f64) -> Option<[Pose; 2]> {
    let mut rows = fit(&sights, |s| s.at)?;
    for _ in 1..ROUNDS {
        let camera = Camera::new(pose(&rows, near)?);
        let far = |s: &Sight| {
            let depth = camera.depth(s.place);
            std::array::from_fn(|i| rows[i].start + depth * (s.at[i] - rows[i].start))
        };
        let error = |s: &Sight| {
            let at: [f64; 2] = far(s);
            (rows[0].at(s.place) - at[0]).hypot(rows[1].at(s.place) - at[1])
        };
        let mean =
            sights.iter().map(|s| s.weight * error(s)).sum::<f64>() / sights.iter().map(|s| s.weight).sum::<f64>();
        let kept: Vec<Sight> = sights.iter().copied().filter(|s| error(s) <= MOST_ERRORS * mean).collect();
        rows = fit(&kept, far)?;
        sights = kept;
    }
    let pose = pose(&rows, near)?;
    Some([pose, Pose { yaw: pose.yaw + PI, pitch: PI - pose.pitch, roll: pose.roll + PI, ..pose }])
}

/// The pose whose rows come nearest to these.
fn pose([a, b]: &[Row; 2], near: f64) -> Option<Pose> {
    let (u, v) = (a.along, b.along);
    let cross = [v[1] * u[2] - v[2] * u[1], v[2] * u[0] - v[0] * u[2], v[0] * u[1] - v[1] * u[0]];
    let (area, lengths) = (dot(cross, cross).sqrt(), (dot(u, u) * dot(v, v)).sqrt());
    if area.is_nan() || area <= LEAST_SINE * lengths {
        return None;
    }
    let toward = cross.map(|c| c / area);
    let upright = Pose {
        yaw: toward[0].atan2(toward[2]),
        pitch: toward[1].clamp(-1.0, 1.0).asin(),
        roll: 0.0,
        centre: (a.start, b.start),
        scale: lengths.sqrt(),
        near,
    };
    let (right, up) = Camera::new(upright).axes();
    Some(Pose { roll: (dot(u, up) + dot(v, right)).atan2(dot(u, right) - dot(v, up)), ..upright })
}

/// Columns and rows of the photo as functions of the place, by weighted least squares; `at` is where a sight is to appear.
fn fit(sights: &[Sight], at: impl Fn(&Sight) -> [f64; 2]) -> Option<[Row; 2]> {
    if sights.len() < LEAST_SIGHTS {
        return None;
    }
    let weight: f64 = sights.iter().map(|s| s.weight).sum();
    let mean = |of: &dyn Fn(&Sight) -> f64| sights.iter().map(|s| s.weight * of(s)).sum::<f64>() / weight;
    let middle: V3 = std::array::from_fn(|i| mean(&|s| s.place[i]));
    let off = |s: &Sight, i: usize| s.place[i] - middle[i];
    let normal: [V3; 3] = std::array::from_fn(|i| {
        std::array::from_fn(|j| mean(&|s| off(s, i) * off(s, j)) + if i == j { LEAST_SPREAD } else { 0.0 })
    });
    let row = |axis: usize| {
        let mean_at = mean(&|s| at(s)[axis]);
        let along = solve(normal, std::array::from_fn(|i| mean(&|s| off(s, i) * (at(s)[axis] - mean_at))))?;
        Some(Row { along, start: mean_at - dot(along, middle) })
    };
    Some([row(0)?, row(1)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a camera sees of the skull, every `step` px.
    fn seen(pose: Pose, step: usize) -> Vec<Sight> {
        let camera = Camera::new(pose);
        let at = |i: usize| ((i % 40 * step) as f64, (i / 40 * step) as f64);
        (0..40 * 40)
            .filter_map(|i| {
                let (x, y) = at(i);
                let (place, cosine) = camera.place(crate::plane::Point::new(x as f32, y as f32));
                (cosine > 0.2 && place[1] > 0.0).then_some(Sight { place, at: [x, y], weight: 1.0 })
            })
            .collect()
    }

    fn pose(yaw: f64, pitch: f64, roll: f64, near: f64) -> Pose {
        let [yaw, pitch, roll] = [yaw, pitch, roll].map(f64::to_radians);
        Pose { yaw, pitch, roll, centre: (190.0, 240.0), scale: 150.0, near }
    }

    fn is_near(a: &Pose, b: &Pose) -> bool {
        let turn = |v: f64| ((v + PI).rem_euclid(2.0 * PI) - PI).abs();
        turn(a.yaw - b.yaw) < 0.02
            && turn(a.pitch - b.pitch) < 0.02
            && turn(a.roll - b.roll) < 0.02
            && (a.scale / b.scale - 1.0).abs() < 0.02
            && (a.centre.0 - b.centre.0).hypot(a.centre.1 - b.centre.1) < 3.0
    }

    #[test]
    fn a_camera_is_told_by_the_places_it_sees() {
        for near in [0.0, 0.2] {
            for (yaw, pitch, roll) in [(0.0, 10.0, 0.0), (-75.0, -5.0, 12.0), (170.0, 20.0, -8.0), (5.0, 110.0, 100.0)]
            {
                let pose = pose(yaw, pitch, roll, near);
                let found = resect(seen(pose, 10), near).expect("hundreds of sights");
                assert!(found.iter().any(|f| is_near(f, &pose)), "{pose:?}: {found:?}");
            }
        }
    }

    #[test]
    fn sights_of_something_else_are_left_out() {
        let pose = pose(20.0, 15.0, 5.0, 0.2);
        let mut sights = seen(pose, 10);
        let n = sights.len();
        // A twelfth of them, as far to the right as the head is broad.
        sights.iter_mut().step_by(12).for_each(|s| s.at[0] += 150.0);
        assert!(n > 100, "{n}");
        assert!(resect(sights, 0.2).is_some_and(|f| is_near(&f[0], &pose)));
    }

    #[test]
    fn too_little_tells_no_pose() {
        let all = seen(pose(0.0, 10.0, 0.0, 0.2), 10);
        assert!(resect(Vec::new(), 0.2).is_none());
        assert!(resect(all[..LEAST_SIGHTS - 1].to_vec(), 0.2).is_none());
        let one_row = |s: &Sight| Sight { at: [s.at[0], 100.0], ..*s };
        assert!(resect(all.iter().map(one_row).collect(), 0.2).is_none(), "px in one row");
        let one_px = |s: &Sight| Sight { at: [50.0, 100.0], ..*s };
        assert!(resect(all.iter().map(one_px).collect(), 0.2).is_none(), "one px");
    }
}
