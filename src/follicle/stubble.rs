//! Stubble on a shaven head: the dots that follicular units make where single hairs cannot be told apart.
//!
//! At the 5 to 30 px/mm of a good photo of a head a unit cut to less than a millimetre is one dot, so units are counted and their
//! hairs are not. Nobody says that a head is shaven: the picture does, by dots that are far stronger than spots of the other
//! polarity (texture and noise have as many of both) and about round (longer hair makes lines).

use crate::kernel::{Isa, Mode, SIGMAS, Spot, dark_spots};
use crate::photo::Photo;
use crate::plane::filter::{luma, quantile};
use crate::plane::{Plane, Point};
use crate::scale::Scale;
use crate::segmentation::working::resized;
use crate::segmentation::{Segmentation, Tissue};

use super::{CountedField, Follicles, FollicularUnit};

/// Resolution from which neighbouring units are apart, px per mm: they stand 1.0 to 1.3 mm from each other (50 000 to 30 000 units on
/// 500 cm2). On drawn scalps a fifth to a half is lost at 6 px/mm, a tenth from 9.
const LEAST_PX_PER_MM: f64 = 8.0;

/// Resolution at which dots are looked for, at most: beyond, the stubs of a unit come apart into lines.
const WORKING_PX_PER_MM: f64 = 10.0;

/// Width of a head for judging the resolution only, never for a physical number: mean head breadth of adults, mm.
const HEAD_BREADTH_MM: f64 = 155.0;

/// Largest dot, standard deviation in mm: an opening with a unit's three or four hairs is 0.3 to 0.4 mm across.
const LARGEST_DOT_MM: f64 = 0.2;

/// Dots closer together than this belong to one unit, mm: as far as hairs of a unit leave the skin from each other.
const UNIT_REACH_MM: f64 = 0.4;

/// Cosine of the steepest tilt at which dots are counted: beyond 37 degrees neighbours begin to overlap.
const LEAST_COSINE: f64 = 0.8;

/// Weakest dots that are taken, grey levels.
const FLOOR: f32 = 1.5;

/// Share of spots of the other polarity among those taken, at most: so many of the dots may be texture too.
const FALSE_SHARE: f64 = 0.1;

/// Elongation of a dot (ratio of its axes) that a fifth of all dots may exceed: drawn stubble of 0.3 to 0.5 mm has 1.6 to 2.1 there,
/// hair of 3 mm from 2.2 on.
const MOST_ELONGATED: f32 = 2.15;

/// Fewest and most units per cm2 that are believed: bare skin with a few moles; texture of skin or noise.
const BELIEVED_PER_CM2: std::ops::RangeInclusive<f64> = 15.0..=220.0;

/// Fewest units that are a count: their Poisson error is then 14 %.
const LEAST_UNITS: usize = 50;

/// One standard deviation of the relative error of such a count: drawn scalps with 0.3 to 0.5 mm of stubble give 3 to 20 % too few
/// units, up to 39 % under strong noise.
const DETECTION_ERROR: f32 = 0.2;

/// Counts the stubble of a head; none where the photo does not resolve it or the hair is longer.
pub(super) fn count(photo: &Photo, segmentation: &Segmentation, scale: Option<&Scale>) -> Option<Follicles> {
    let head_width = segmentation.head_width_px?;
    let px_per_mm = scale.map_or(head_width / HEAD_BREADTH_MM, |s| 1.0 / s.mm_per_px.get());
    if px_per_mm < LEAST_PX_PER_MM {
        return None;
    }
    let facing = Facing::of(&segmentation.tissue, head_width, px_per_mm)?;
    let dots = dots(&photo.rgb, &facing, px_per_mm)?;
    let units = dots.into_iter().map(|root| FollicularUnit { root, hairs: Vec::new() }).collect();
    Some(Follicles {
        units,
        detection_error: DETECTION_ERROR,
        field: Some(CountedField { skin_per_px: facing.skin_per_px(), mask: facing.into_mask() }),
        warnings: vec![
            "Stubble was counted where the shaven scalp faces the camera: follicular units, not hairs. A close-up counts both, and better."
                .into(),
        ],
        ..Follicles::default()
    })
}

/// Where the hair-bearing scalp faces the camera, in squares of about 2 mm; the head is taken for a ball as wide as it is.
struct Facing {
    side: usize,
    /// Cosine of the tilt of each square; 0 where nothing is counted.
    cosine: Plane<f64>,
    width: usize,
    height: usize,
}

impl Facing {
    fn of(tissue: &Plane<Tissue>, head_width: f64, px_per_mm: f64) -> Option<Self> {
        let side = (2.0 * px_per_mm).round() as usize;
        let (width, height) = (tissue.width(), tissue.height());
        let (w, h) = (width / side, height / side);
        if w < 3 || h < 3 {
            return None;
        }
        let at = |x: u32, y: u32| tissue.get(x as usize * side + side / 2, y as usize * side + side / 2);
        let outside = Plane::from_fn(w, h, |x, y| at(x as u32, y as u32) == Tissue::Background);
        // Infinite where there is no background at all: a photo filled by the scalp, which then is close and nearly flat.
        let to_outside = outside.to_nearest();
        let radius = head_width / 2.0;
        let cosine = Plane::from_fn(w, h, |x, y| {
            if at(x as u32, y as u32) != Tissue::Hair {
                return 0.0;
            }
            let depth = to_outside.get(x, y) * side as f64;
            let from_axis = (1.0 - depth / radius).clamp(0.0, 1.0);
            let cosine = (1.0 - from_axis * from_axis).sqrt();
            if cosine >= LEAST_COSINE { cosine } else { 0.0 }
        });
        Some(Self { side, cosine, width, height })
    }

    fn holds(&self, p: Point) -> bool {
        let (x, y) = (p.x as usize / self.side, p.y as usize / self.side);
        x < self.cosine.width() && y < self.cosine.height() && self.cosine.get(x, y) > 0.0
    }

    fn squares(&self) -> impl Iterator<Item = f64> + '_ {
        self.cosine.as_slice().iter().copied().filter(|c| *c > 0.0)
    }

    /// Skin in all squares, cm2.
    fn area_cm2(&self, px_per_mm: f64) -> f64 {
        self.squares().map(f64::recip).sum::<f64>() * (self.side as f64 / px_per_mm / 10.0).powi(2)
    }

    /// Skin under each px that is counted, over that of a px seen straight on.
    fn skin_per_px(&self) -> f64 {
        self.squares().map(f64::recip).sum::<f64>() / self.squares().count().max(1) as f64
    }

    /// The rectangle that holds all squares, px: x, y, width, height.
    fn bounds(&self) -> Option<[usize; 4]> {
        let (w, h) = (self.cosine.width(), self.cosine.height());
        let taken = |x: usize, y: usize| self.cosine.get(x, y) > 0.0;
        let left = (0..w).find(|&x| (0..h).any(|y| taken(x, y)))?;
        let right = (0..w).rfind(|&x| (0..h).any(|y| taken(x, y)))?;
        let top = (0..h).find(|&y| (0..w).any(|x| taken(x, y)))?;
        let bottom = (0..h).rfind(|&y| (0..w).any(|x| taken(x, y)))?;
        Some([left, top, right + 1 - left, bottom + 1 - top].map(|n| n * self.side))
    }

    fn into_mask(self) -> Plane<bool> {
        Plane::from_fn(self.width, self.height, |x, y| self.holds(Point::new(x as f32, y as f32)))
    }
}

/// Centres of the units, in reading order; none where the dots are not stubble.
fn dots(rgb: &Plane<[u8; 3]>, facing: &Facing, px_per_mm: f64) -> Option<Vec<Point>> {
    let [left, top, width, height] = facing.bounds()?;
    let factor = (px_per_mm / WORKING_PX_PER_MM).max(1.0);
    let part = rgb.crop(left, top, width, height);
    let size = |px: usize| (px as f64 / factor).round() as usize;
    let part = if factor > 1.0 { resized(&part, size(width), size(height)) } else { part };
    let (px_per_mm, factor) = (px_per_mm / factor, factor as f32);
    let on_photo =
        |s: &Spot| Point::new((s.x + 0.5) * factor - 0.5 + left as f32, (s.y + 0.5) * factor - 0.5 + top as f32);
    let spots = |part: &Plane<[u8; 3]>| -> Vec<Spot> {
        let found = dark_spots(part.as_slice(), part.width(), part.height(), FLOOR, Mode::Exact, Isa::chosen());
        let small = |s: &Spot| f64::from(SIGMAS[usize::from(s.scale)]) <= LARGEST_DOT_MM * px_per_mm;
        found.into_iter().filter(|s| small(s) && facing.holds(on_photo(s))).collect()
    };
    let inverted = part.map(|p| p.map(|v| 255 - v));
    let (dark, bright) = (spots(&part), spots(&inverted));
    let (from_dark, from_bright) = (stronger(&dark, &bright), stronger(&bright, &dark));
    // Grey stubble on dark skin is lighter than the skin.
    let (mut found, picture) = if from_dark >= from_bright { (dark, &part) } else { (bright, &inverted) };
    // Strongest first, ties in reading order, so that nothing hangs on the order in which the picture was walked.
    found.sort_by(|a, b| b.response.total_cmp(&a.response).then(a.y.total_cmp(&b.y)).then(a.x.total_cmp(&b.x)));
    found.truncate(from_dark.max(from_bright));
    let units = apart(&found, (UNIT_REACH_MM * px_per_mm) as f32, picture.width(), picture.height());
    let mut elongations: Vec<f32> = units.iter().filter_map(|s| elongation(picture, s)).collect();
    let per_cm2 = units.len() as f64 / facing.area_cm2(px_per_mm * f64::from(factor));
    let elongated = quantile(&mut elongations, 0.8);
    tracing::debug!(dark = from_dark, bright = from_bright, units = units.len(), per_cm2, elongated, "stubble");
    if units.len() < LEAST_UNITS || !BELIEVED_PER_CM2.contains(&per_cm2) || elongated > MOST_ELONGATED {
        return None;
    }
    let mut roots: Vec<Point> = units.iter().map(on_photo).collect();
    roots.sort_by(|a, b| a.y.total_cmp(&b.y).then(a.x.total_cmp(&b.x)));
    Some(roots)
}

/// How many spots, strongest first, can be taken so that those of the other polarity above the same response stay below
/// [`FALSE_SHARE`] of them.
fn stronger(these: &[Spot], others: &[Spot]) -> usize {
    let sorted = |spots: &[Spot]| {
        let mut all: Vec<f32> = spots.iter().map(|s| s.response).collect();
        all.sort_by(|a, b| b.total_cmp(a));
        all
    };
    let (these, others) = (sorted(these), sorted(others));
    let mut above = 0;
    let mut most = 0;
    for (n, response) in these.iter().enumerate() {
        while others.get(above).is_some_and(|o| o >= response) {
            above += 1;
        }
        if above as f64 <= FALSE_SHARE * (n + 1) as f64 {
            most = n + 1;
        }
    }
    most
}

/// The strongest spot of each group closer together than `reach`; `spots` come strongest first.
fn apart(spots: &[Spot], reach: f32, width: usize, height: usize) -> Vec<Spot> {
    let cell = |v: f32| (v.max(0.0) / reach) as usize;
    let (columns, rows) = (cell(width as f32) + 1, cell(height as f32) + 1);
    let mut cells: Vec<Vec<Spot>> = vec![Vec::new(); columns * rows];
    let mut kept = Vec::new();
    for s in spots {
        let (cx, cy) = (cell(s.x).min(columns - 1), cell(s.y).min(rows - 1));
        let near = |x: usize, y: usize| cells[y * columns + x].iter().any(|o| (o.x - s.x).hypot(o.y - s.y) < reach);
        let taken = (cy.saturating_sub(1)..=(cy + 1).min(rows - 1))
            .any(|y| (cx.saturating_sub(1)..=(cx + 1).min(columns - 1)).any(|x| near(x, y)));
        if !taken {
            cells[cy * columns + cx].push(*s);
            kept.push(*s);
        }
    }
    kept
}

/// Ratio of the axes of what is darker than its surroundings within three standard deviations of a spot.
fn elongation(picture: &Plane<[u8; 3]>, spot: &Spot) -> Option<f32> {
    let reach = (3.0 * SIGMAS[usize::from(spot.scale)]).ceil() as i64;
    let (cx, cy) = (spot.x.round() as i64, spot.y.round() as i64);
    let offsets = || {
        (-reach..=reach)
            .flat_map(move |y| (-reach..=reach).map(move |x| (x, y)))
            .filter(move |(x, y)| x * x + y * y <= reach * reach)
    };
    let at = |x: i64, y: i64| luma(picture.get_clamped(cx + x, cy + y));
    let mut around: Vec<f32> = offsets().map(|(x, y)| at(x, y)).collect();
    let skin = quantile(&mut around, 0.6);
    let (mut sum, mut xx, mut yy, mut xy) = (0.0f32, 0.0f32, 0.0f32, 0.0f32);
    for (x, y) in offsets() {
        let weight = (skin - at(x, y)).max(0.0);
        sum += weight;
        xx += weight * (x * x) as f32;
        yy += weight * (y * y) as f32;
        xy += weight * (x * y) as f32;
    }
    if sum <= 0.0 {
        return None;
    }
    let (half, apart) = ((xx + yy) / 2.0, ((xx - yy) / 2.0).hypot(xy));
    // A twelfth is the variance within a px.
    Some(((half + apart + sum / 12.0) / (half - apart + sum / 12.0)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phantom::closeup::{self, CloseupSpec};

    /// Units drawn and found on a flat scalp of 420 px at `px_per_mm`, all of it hair-bearing.
    fn drawn(spec: CloseupSpec) -> (usize, Option<usize>) {
        let spec = CloseupSpec { width: 420, height: 420, ..spec };
        let phantom = closeup::draw(&spec, 7);
        let facing =
            Facing::of(&Plane::filled(420, 420, Tissue::Hair), 155.0 * spec.px_per_mm, spec.px_per_mm).unwrap();
        let side = facing.bounds().unwrap()[2] as f32;
        let truth = phantom.units.iter().filter(|u| u.root.x < side && u.root.y < side).count();
        (truth, dots(&phantom.rgb, &facing, spec.px_per_mm).map(|found| found.len()))
    }

    #[test]
    fn shaven_scalp_is_counted_within_a_fifth() {
        for (px_per_mm, skin, hair) in [
            (9.0, [214, 170, 148], [38, 30, 28]),
            (14.0, [150, 100, 75], [25, 20, 18]),
            (20.0, [230, 190, 170], [150, 110, 70]),
            // Grey stubble on dark skin: the dots are lighter than the skin.
            (14.0, [90, 58, 42], [200, 198, 195]),
        ] {
            for units_per_cm2 in [40.0, 80.0] {
                let spec =
                    CloseupSpec { px_per_mm, units_per_cm2, skin, hair, length_mm: 0.35, ..CloseupSpec::default() };
                let (truth, found) = drawn(spec);
                let ratio = found.unwrap_or(0) as f64 / truth as f64;
                assert!((0.8..1.1).contains(&ratio), "{px_per_mm} px/mm, {skin:?}: {found:?} of {truth}");
            }
        }
    }

    #[test]
    fn longer_hair_bare_skin_and_few_px_give_no_count() {
        let none = CloseupSpec { px_per_mm: 14.0, ..CloseupSpec::default() };
        for length_mm in [3.0, 8.0] {
            assert_eq!(drawn(CloseupSpec { length_mm, ..none.clone() }).1, None, "{length_mm} mm");
        }
        let bare = CloseupSpec { units_per_cm2: 2.0, moles: 3, ..none };
        assert_eq!(drawn(bare).1, None);
    }

    #[test]
    fn a_ball_has_more_skin_than_its_picture() {
        // A disc of hair of radius 300 px before a wall: 37 degrees reach 0.6 of the radius. The skin of that cap over its disc is
        // 2 (1 - cos) / sin^2 = 1.11 with cos = 0.8, sin = 0.6.
        let tissue = Plane::from_fn(700, 700, |x, y| {
            let inside = (x as f32 - 350.0).hypot(y as f32 - 350.0) < 300.0;
            if inside { Tissue::Hair } else { Tissue::Background }
        });
        let facing = Facing::of(&tissue, 600.0, 8.0).unwrap();
        assert!((facing.skin_per_px() - 1.11).abs() < 0.02, "{}", facing.skin_per_px());
        let covered = facing.into_mask().as_slice().iter().filter(|m| **m).count() as f64;
        assert!((covered / (std::f64::consts::PI * 180.0 * 180.0) - 1.0).abs() < 0.15, "{covered}");
    }
}
