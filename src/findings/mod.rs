//! What the measurements mean on a head: zones, bald and thinning regions, the hairline, scars, the pattern.

mod bald;
mod contour;
mod crown;
mod grid;
mod hairline;
mod head;
mod pattern;
mod place;
mod resection;
mod scar;
pub mod side;
mod skull;
pub mod visit;
mod witness;
mod zones;

use serde::Serialize;

#[cfg(test)]
pub(crate) use skull::Pose;
pub use skull::{BREADTH_MM, HeadSurface, Place};

use crate::coverage::Coverage;
use crate::plane::{Plane, Point};
use crate::scale::Scale;
use crate::segmentation::Segmentation;
use crate::units::{Cm2, Estimate, Mm};
use crate::view::{View, ViewGuess};

/// Zones of the scalp. Left and right are the client's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Zone {
    /// From the hairline back.
    Frontal = 1,
    /// Between frontal and vertex.
    MidScalp = 2,
    /// Around the whorl.
    Vertex = 3,
    /// Left temple.
    LeftTemple = 4,
    /// Right temple.
    RightTemple = 5,
    /// Left side above the ear.
    LeftSide = 6,
    /// Right side above the ear.
    RightSide = 7,
    /// Back of the head.
    Occiput = 8,
    /// A close-up's field; its place on the head is unknown.
    Field = 9,
}

/// Coverage within one zone.
#[derive(Debug, Clone, PartialEq)]
pub struct ZoneCoverage {
    /// Which zone.
    pub zone: Zone,
    /// Share of the visible scalp of the zone that is hidden, 0..1.
    pub hidden: Estimate<f64>,
    /// The zone's px.
    pub area_px: f64,
}

/// SALT: share of scalp without hair by quadrant and over the whole scalp, 0..100; only what the view shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Salt {
    /// Percent of bare scalp in each quadrant seen: vertex, right, left, posterior.
    pub vertex: Option<f64>,
    /// See `vertex`.
    pub right: Option<f64>,
    /// See `vertex`.
    pub left: Option<f64>,
    /// See `vertex`.
    pub posterior: Option<f64>,
}

/// How thin a region is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RegionKind {
    /// Bare scalp.
    Bald,
    /// Hair that lets much of the scalp show.
    Thinning,
}

/// A connected region of bare or thinly covered scalp.
#[derive(Debug, Clone, PartialEq)]
pub struct BaldRegion {
    /// Outline, closed implicitly, clockwise.
    pub polygon: Vec<Point>,
    /// Area in px of the photo.
    pub area_px: f64,
    /// Area on the curved head; absent without a scale.
    pub area: Option<Estimate<Cm2>>,
    /// Share of the visible scalp, 0..1.
    pub share_of_scalp: f64,
    /// Mean share hidden inside, 0..1.
    pub mean_hidden: f64,
    /// Bald or thinning.
    pub kind: RegionKind,
    /// The zone that holds most of it.
    pub zone: Zone,
    /// True near the head's outline, where foreshortening makes areas uncertain.
    pub near_limb: bool,
}

/// The front edge of the hair-bearing scalp.
#[derive(Debug, Clone, PartialEq)]
pub struct Hairline {
    /// From the photo's left to its right.
    pub polyline: Vec<Point>,
    /// Where the hairline meets the head's mid-line.
    pub mid_frontal: Option<Point>,
    /// How far the temple of the client's left recedes behind the mid-frontal point, share of the head's width.
    pub recession_left: Option<f64>,
    /// The same of the right.
    pub recession_right: Option<f64>,
    /// The same in mm; absent without a scale.
    pub recession_left_mm: Option<Estimate<Mm>>,
    /// The same of the right.
    pub recession_right_mm: Option<Estimate<Mm>>,
    /// |left - right| recession, share of the head's width.
    pub asymmetry: Option<f64>,
    /// Root mean square distance from a smoothed copy, share of the head's width.
    pub irregularity: f64,
    /// Width of the step from bare to covered, share of the head's width: small is hard, large is soft.
    pub softness: Option<f64>,
    /// Trust, 0..1.
    pub confidence: f32,
}

/// A possible scar.
#[derive(Debug, Clone, PartialEq)]
pub struct Scar {
    /// Outline.
    pub polygon: Vec<Point>,
    /// Linear, dotted or patch.
    pub kind: ScarKind,
    /// Length in px of a linear scar, else the longest diameter.
    pub length_px: f64,
    /// Trust, 0..1.
    pub confidence: f32,
}

/// Shapes of scars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScarKind {
    /// Strip graft scar.
    Linear,
    /// Punch graft scars.
    Dotted,
    /// Burn-like smooth patch.
    Patch,
}

/// A range of stages; people agree on single stages only at ICC 0.63-0.68 (PMC2938573).
#[derive(Debug, Clone, PartialEq)]
pub enum Pattern {
    /// Hamilton-Norwood, 1..=7.
    Norwood {
        /// Least stage that fits.
        low: u8,
        /// Highest stage that fits.
        high: u8,
        /// What it rests on.
        evidence: String,
    },
    /// Ludwig, 1..=3.
    Ludwig {
        /// Least stage that fits.
        low: u8,
        /// Highest stage that fits.
        high: u8,
        /// What it rests on.
        evidence: String,
    },
}

/// Where the head lies in the photo.
#[derive(Debug, Clone, PartialEq)]
pub struct HeadGeometry {
    /// View, given or guessed.
    pub view: ViewGuess,
    /// Centre of the ellipse fitted to the head without neck.
    pub centre: Point,
    /// Half axes of that ellipse in px: across and along the head's mid-line in the photo.
    pub half_axes: (f32, f32),
    /// Angle of the mid-line against the photo's vertical, radians, clockwise.
    pub tilt: f32,
    /// Width of the head in px.
    pub width_px: f32,
}

/// What a reader must know.
type Warning = String;

/// Everything found on one photo.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// Where the head lies; absent for close-ups and where no head is seen.
    pub head: Option<HeadGeometry>,
    /// The point between the brows, where it is seen.
    pub glabella: Option<Point>,
    /// The scalp's surface; present where the head is.
    pub surface: Option<HeadSurface>,
    /// Zone number ([`Zone`] as `u8`, 0 outside) at the resolution of the segmentation's probabilities.
    pub zones: Option<Plane<u8>>,
    /// Coverage by zone, in the order of [`Zone`].
    pub by_zone: Vec<ZoneCoverage>,
    /// SALT by quadrant.
    pub salt: Option<Salt>,
    /// Bald and thinning regions, largest first.
    pub bald_regions: Vec<BaldRegion>,
    /// The hairline.
    pub hairline: Option<Hairline>,
    /// Possible scars.
    pub scars: Vec<Scar>,
    /// Pattern range.
    pub pattern: Option<Pattern>,
    /// What a reader must know.
    pub warnings: Vec<String>,
}

/// Reads a head. `view` is what the user said, or none; `drawn` is a hairline that a person drew, which replaces the one found.
#[must_use]
pub fn read(
    segmentation: &Segmentation,
    coverage: &Coverage,
    view: Option<View>,
    drawn: Option<&[Point]>,
    scale: Option<&Scale>,
) -> Findings {
    if view == Some(View::Closeup) {
        return Findings { by_zone: zones::field(segmentation, coverage.scalp_share_hidden), ..Findings::default() };
    }
    let grid = grid::Grid::new(segmentation);
    let fit = match head::find(&grid, segmentation, view) {
        Ok(fit) => fit,
        Err(warning) => return Findings { warnings: vec![warning], ..Findings::default() },
    };
    let mut warnings = Vec::new();
    if fit.view.confidence < LEAST_CONFIDENCE {
        warnings.push(format!(
            "the view is not certain ({:?}, {:.0} %): zones, hairline and areas depend on it. Say --view front, top, left, \
             right or back.",
            fit.view.view,
            100.0 * fit.view.confidence
        ));
    }
    if crown::is_covered(segmentation) {
        warnings.push(
            "the crown is not seen: a hat, a towel or a hand covers it, or the photo ends below it. Shares, regions and stages are of \
             the part that shows. Take the photo again with the whole head bare."
                .into(),
        );
    }
    if fit.strays > MOST_STRAYS {
        warnings.push(format!(
            "{:.0} % of the bare skin seen is not where the head found has it: a second person may be in the photo, or the head was not \
             found rightly, and zones, hairline and areas may be wrong. Photograph one person alone with the whole head in the frame, or \
             say --view front, top, left, right or back.",
            100.0 * fit.strays
        ));
    }
    let camera = skull::Camera::new(fit.pose);
    let rooted = grid.rooted(&camera, segmentation.canonical.as_ref());
    let laid = zones::lay(&rooted, &camera, fit.breadth_px, segmentation);
    let hairline = match drawn {
        Some(line) if line.len() > 1 => Some(hairline::given(line, &grid, &fit, segmentation, scale)),
        _ => {
            let found = hairline::find(&grid, &fit, segmentation, scale);
            if found.is_none() && hairline::is_hidden(&grid, &fit) {
                warnings.push(
                    "hair, or a shadow that looks like it, reaches down to the brows, so that no hairline is seen. Comb the hair back \
                     and take the photo in even light, or draw the line with --hairline."
                        .into(),
                );
            }
            found.filter(|line| {
                let believed = line.confidence >= LEAST_HAIRLINE_CONFIDENCE;
                if !believed {
                    warnings.push(
                        "a border between hair and forehead was seen, but it is too uncertain to be called a hairline: it may be a \
                         shadow. Take the photo in even light, or draw the line with --hairline."
                            .into(),
                    );
                }
                believed
            })
        }
    };
    let bald_regions = bald::regions(&grid, &rooted, &fit, scale);
    if bald_regions.iter().any(|r| r.near_limb) {
        warnings.push(
            "a bald or thinning region reaches the head's outline, where its area is uncertain: take a photo that faces it.".into(),
        );
    }
    let pattern = pattern::read(fit.view.view, &camera, hairline.as_ref(), &laid.by_zone);
    Findings {
        head: Some(fit.geometry()),
        glabella: head::glabella(segmentation),
        surface: Some(HeadSurface::new(fit.pose, fit.breadth_px)),
        zones: Some(laid.map),
        by_zone: laid.by_zone,
        salt: Some(laid.salt),
        bald_regions,
        hairline,
        scars: scar::find(&grid, &fit),
        pattern,
        warnings,
    }
}

/// Confidence below which a hairline is not drawn: the tissues beside it are less than even certain.
const LEAST_HAIRLINE_CONFIDENCE: f32 = 0.5;

/// Confidence in the view below which the reader is told.
const LEAST_CONFIDENCE: f32 = 0.6;

/// Share of the bare skin seen that is of another head from which a reader is told.
const MOST_STRAYS: f64 = 0.1;

#[cfg(test)]
mod tests;
