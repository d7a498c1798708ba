//! Bare skin and scalp as witnesses of the pose. Hair may hang far from its root and widen the head as it likes; where skin is seen, the
//! net tells the very place, and a pose that shows that place elsewhere in the photo is wrong, or the skin is another person's.

use super::grid::SURE_PLACE;
use super::place;
use super::resection::{Sight, resect};
use super::skull::{Camera, Pose, USUAL_NEAR};
use crate::segmentation::Segmentation;

/// Probability of room or of hair from which a px is no bare skin.
const ROOM: f32 = 0.3;
const HAIR: f32 = 0.5;
/// Fewer px say nothing.
const LEAST_SEEN: usize = 30;
/// Median distance, breadths of the head, beyond which a pose is not believed. It is 0.07 over 240 drawn heads and 0.09 over photographed
/// ones, 0.23 at most; where it is more, long hair or a hand led the pose astray (8 of the drawn).
const MOST_OFF: f64 = 0.35;
/// The places' own pose must lie nearer by this factor to be taken instead.
const NEARER: f64 = 1.5;
/// Distance in breadths of the head from which skin is not of this head.
const STRAY: f64 = 0.75;

/// Where bare skin is seen, with the places that the net tells there.
pub(super) struct Witnesses(Vec<Sight>);

impl Witnesses {
    /// Px by px of the net's own map; empty where it tells too few places.
    pub fn of(segmentation: &Segmentation) -> Self {
        let Some(places) = &segmentation.canonical else { return Self(Vec::new()) };
        let (w, h) = (places.width(), places.height());
        let (tissue, seen) = (&segmentation.tissue, &segmentation.probability);
        let at = |i: usize, of: usize, n: usize| (i as f64 + 0.5) * of as f64 / n as f64;
        let mut sights = Vec::new();
        for (y, row) in places.rows().enumerate() {
            for (x, told) in row.iter().enumerate() {
                let [room, _, hair, _] = seen.get_scaled((x, y), (w, h));
                let sure = told[0].hypot(told[1]);
                let told = told.map(f64::from);
                if room < ROOM && hair < HAIR && sure > SURE_PLACE && told[2] > place::LOWEST_ON_SKULL {
                    sights.push(Sight {
                        place: place::on_skull(told),
                        at: [at(x, tissue.width(), w), at(y, tissue.height(), h)],
                        weight: f64::from(sure * sure * (1.0 - room)),
                    });
                }
            }
        }
        if sights.len() < LEAST_SEEN {
            sights.clear();
        }
        Self(sights)
    }

    /// How far each witness lies from where the pose shows its place, breadths of the head.
    fn distances(&self, pose: &Pose) -> Vec<f64> {
        let camera = Camera::new(*pose);
        let off = |s: &Sight| {
            let shown = camera.project(s.place);
            (f64::from(shown.x) - s.at[0]).hypot(f64::from(shown.y) - s.at[1]) / pose.scale
        };
        self.0.iter().map(off).collect()
    }

    /// Median distance, breadths of the head; none where nobody saw anything.
    fn off(&self, pose: &Pose) -> Option<f64> {
        let mut distances = self.distances(pose);
        let middle = distances.len() / 2;
        (!distances.is_empty()).then(|| *distances.select_nth_unstable_by(middle, f64::total_cmp).1)
    }

    /// The pose, or the one that the witnesses tell where they contradict it; `prior` tells which of two names of the same pose is usual.
    pub fn corrected(&self, pose: Pose, prior: impl Fn(&Pose) -> f64) -> Pose {
        let Some(off) = self.off(&pose).filter(|off| *off > MOST_OFF) else { return pose };
        let told =
            resect(self.0.clone(), USUAL_NEAR).into_iter().flatten().max_by(|a, b| prior(a).total_cmp(&prior(b)));
        told.filter(|told| self.off(told).is_some_and(|own| NEARER * own < off)).unwrap_or(pose)
    }

    /// Share of the witnesses that are not of the head in this pose, 0..1.
    pub fn strays(&self, pose: &Pose) -> f64 {
        let distances = self.distances(pose);
        distances.iter().filter(|d| **d > STRAY).count() as f64 / distances.len().max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{pose, with_places};
    use super::*;
    use crate::plane::Plane;

    /// The same head twice, side by side.
    fn twice(one: &Segmentation) -> Segmentation {
        fn beside<T: Copy + Send + Sync>(p: &Plane<T>) -> Plane<T> {
            Plane::from_fn(2 * p.width(), p.height(), |x, y| p.get(x % p.width(), y))
        }
        Segmentation {
            tissue: beside(&one.tissue),
            probability: beside(&one.probability),
            hidden: beside(&one.hidden),
            canonical: one.canonical.as_ref().map(beside),
            ..one.clone()
        }
    }

    #[test]
    fn a_pose_that_bare_skin_contradicts_is_corrected() {
        let (seen, right) = (Witnesses::of(&with_places(10.0, 15.0)), pose(10.0, 15.0));
        let kept = |p: &Pose| seen.corrected(*p, |_| 0.0) == *p;
        assert!(kept(&right));
        let near_by = Pose { centre: (right.centre.0 + 0.2 * right.scale, right.centre.1), ..right };
        assert!(kept(&near_by), "heads differ from the model's by as much");
        let wrong =
            Pose { centre: (right.centre.0, right.centre.1 + 0.9 * right.scale), scale: 0.6 * right.scale, ..right };
        let found = seen.corrected(wrong, |p| -p.yaw.abs());
        assert!((found.yaw - right.yaw).abs() < 0.2 && (found.pitch - right.pitch).abs() < 0.2, "{found:?}");
        assert!((found.scale / right.scale - 1.0).abs() < 0.15, "{found:?}");
        assert!(seen.strays(&wrong) > 0.5 && seen.strays(&right) == 0.0);
    }

    #[test]
    fn skin_of_a_second_head_strays() {
        let two = Witnesses::of(&twice(&with_places(0.0, 10.0)));
        let strays = two.strays(&pose(0.0, 10.0));
        assert!((strays - 0.5).abs() < 0.05, "{strays}");
    }

    #[test]
    fn without_bare_skin_nothing_is_said() {
        let hair = |s: Segmentation| Segmentation { probability: s.probability.map(|_| [0.0, 0.0, 1.0, 0.0]), ..s };
        let wrong = pose(90.0, 0.0);
        for seen in [hair(with_places(0.0, 10.0)), Segmentation { canonical: None, ..with_places(0.0, 10.0) }] {
            let nobody = Witnesses::of(&seen);
            assert_eq!(nobody.corrected(wrong, |_| 0.0), wrong);
            assert_eq!(nobody.strays(&wrong), 0.0);
        }
    }
}
