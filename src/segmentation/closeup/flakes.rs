//! Flakes and glints: as light and as grey as grey hair, but round and wide.

use crate::plane::Plane;
use crate::plane::runs::Runs;
use crate::segmentation::closeup::darkness::{Contrast, quantile};

/// How much brighter than the brighter quarter of the blocks around it skin may be: flakes and glints are 1.4 times as bright and more, but for
/// those on the fairest skin.
const BRIGHTEST_SKIN: f32 = 1.25;

/// Share of that up to which px beside a flake are skin: its rim is soft.
const RIMLESS: f32 = 0.9;

/// Skin's brightness, block by block, without flakes and glints: beside them skin would look dark. Blocks that they fill become NaN, and those
/// beside are told again by `up_to`, from the px of a block that are no brighter than a level.
pub fn left_out(blocks: &Plane<f32>, up_to: impl Fn(usize, usize, f32) -> f32 + Sync) -> Plane<f32> {
    let most = brightest_skin(blocks);
    let filled = Plane::from_fn(blocks.width(), blocks.height(), |x, y| blocks.get(x, y) > most.get(x, y));
    Plane::from_fn(blocks.width(), blocks.height(), |x, y| {
        if filled.get(x, y) {
            f32::NAN
        } else if filled.any_around(x, y) {
            up_to(x, y, RIMLESS * most.get(x, y))
        } else {
            blocks.get(x, y)
        }
    })
}

/// How bright skin can be, for each block of a plane of skin's brightness.
fn brightest_skin(blocks: &Plane<f32>) -> Plane<f32> {
    /// Far enough that no flake fills a quarter of what is looked at, in blocks; every second one is.
    const REACH: usize = 6;
    let near = |centre: usize, all: usize| (centre.saturating_sub(REACH)..(centre + REACH + 1).min(all)).step_by(2);
    Plane::from_fn(blocks.width(), blocks.height(), |x, y| {
        let around = near(y, blocks.height()).flat_map(|v| near(x, blocks.width()).map(move |u| blocks.get(u, v)));
        let mut around: Vec<f32> = around.filter(|v| !v.is_nan()).collect();
        if around.is_empty() { f32::INFINITY } else { BRIGHTEST_SKIN * quantile(&mut around, 0.75) }
    })
}

/// Least radius of a flake or a glint in shafts, where hair is as light: its middle is farther from its border than that of two hairs side
/// by side.
const RADIUS: f32 = 1.5;

/// What is so far from the border or farther, in shafts, is the core of a flake, and what is nearer its rim.
const RIM: f32 = 1.4;

/// Largest area of a flake's core by that of the round one as far from the border: the core of hairs side by side is a line.
const ROUND: f32 = 2.5;

/// Most of a close-up that the cores of flakes cover: more than this is a field full of light hair.
const MOST: f32 = 0.1;

/// Takes what is far wider than a `shaft` (px) and round out of the contrast of light hair.
pub fn remove(contrast: &mut Contrast, shaft: f32) {
    let depth = contrast.plane.map(|v| v < 0.5 * contrast.hair).to_nearest().map(|d| d as f32);
    let Runs { list, part } = Runs::of(&depth, |d| (d >= RIM * shaft).then_some(()), true);
    let mut cores = vec![(0usize, 0.0f32); list.len()];
    for (run, part) in list.iter().zip(&part) {
        let (area, deepest) = &mut cores[*part];
        *area += run.columns.len();
        *deepest = depth.row(run.row)[run.columns.clone()].iter().fold(*deepest, |most, d| most.max(*d));
    }
    let is_flake = |(area, deepest): (usize, f32)| {
        let radius = (deepest - RIM * shaft).max(0.5 * shaft);
        deepest >= RADIUS * shaft && area as f32 <= ROUND * std::f32::consts::PI * radius * radius
    };
    let mut middles = depth.map(|_| false);
    let mut covered = 0;
    for (run, _) in list.iter().zip(part).filter(|(_, part)| is_flake(cores[*part])) {
        middles.row_mut(run.row)[run.columns.clone()].fill(true);
        covered += run.columns.len();
    }
    if covered == 0 || covered as f32 > MOST * middles.as_slice().len() as f32 {
        return;
    }
    // The border of a flake is as soft as a hair is wide.
    let reach = (RIM + 1.0) * shaft;
    let near = middles.to_nearest();
    let plane = contrast.plane.as_mut_slice().iter_mut().zip(near.as_slice());
    plane.filter(|(_, distance)| (**distance as f32) <= reach).for_each(|(v, _)| *v = v.min(0.0));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flake_goes_and_the_hair_beside_it_stays() {
        let flake = |x: f32, y: f32| (x - 60.0).hypot(y - 60.0) < 20.0;
        // Two hairs side by side, 8 px each.
        let hair = |x: f32, _: f32| (x - 120.0).abs() < 8.0;
        let plane = Plane::from_fn(160, 120, |x, y| {
            let (x, y) = (x as f32, y as f32);
            if flake(x, y) || hair(x, y) { 0.8 } else { 0.0 }
        });
        let mut contrast = Contrast { plane, hair: 0.8, noise: 0.05, light_hair: true, to_linear: 1.0 };
        remove(&mut contrast, 8.0);
        let left = contrast.plane;
        assert!((40..80).all(|x| left.get(x, 60) == 0.0), "some of the flake is left");
        assert!((113..127).all(|x| (0..120).all(|y| left.get(x, y) == 0.8)), "some of the hair is gone");
    }

    #[test]
    fn a_block_that_a_flake_fills_is_brighter_than_skin() {
        // Light falls off to one side, and hair darkens half of the blocks.
        let blocks = Plane::from_fn(20, 15, |x, y| {
            let skin = 150.0 - 3.0 * x as f32;
            if (9..11).contains(&x) && y == 7 {
                220.0
            } else if (x / 2 + y / 2) % 2 == 0 {
                0.6 * skin
            } else {
                skin
            }
        });
        let most = brightest_skin(&blocks);
        for (x, y) in (0..20).flat_map(|x| (0..15).map(move |y| (x, y))) {
            assert_eq!(blocks.get(x, y) > most.get(x, y), blocks.get(x, y) == 220.0, "{x}, {y}");
        }
    }
}
