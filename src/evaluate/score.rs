//! One picture: truth against result.

use std::collections::BTreeMap;

use serde::Serialize;

use super::conditions::Conditions;
use super::matching::{mean_distance, pairs};
use super::statistics::Sums;
use super::wire::{Document, Region, point};
use crate::plane::{Plane, Point};
use crate::segmentation::Tissue;

/// How far, in mm, a found root or middle of a shaft may lie from the true one: less than half the least distance between units.
const MATCH_MM: f32 = 0.25;
/// A shaft that reaches in from outside has its apparent root at the border: within this distance of it, in mm, a root that was
/// not drawn costs nothing, and neither does one that was not found.
const BORDER_MM: f32 = 0.25;

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // `name` says what each is
pub enum Measure {
    UnitDensity,
    HairDensity,
    UnitF1,
    HairF1,
    HairsPerUnit,
    Calibre,
    MeanCalibre,
    TerminalShare,
    IouBackground,
    IouSkin,
    IouHair,
    IouScalp,
    Coverage,
    BaldArea,
    PlanarBaldArea,
    Hairline,
    HairlineFound,
    HairlineInvented,
}

impl Measure {
    /// Name and unit for people.
    #[must_use]
    pub const fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::UnitDensity => ("units per cm2", "%"),
            Self::HairDensity => ("hairs per cm2", "%"),
            Self::UnitF1 => ("F1 of units", ""),
            Self::HairF1 => ("F1 of hairs", ""),
            Self::HairsPerUnit => ("right number of hairs in a unit", ""),
            Self::Calibre => ("calibre of a hair", "um"),
            Self::MeanCalibre => ("mean calibre", "um"),
            Self::TerminalShare => ("share of terminal hairs", "points"),
            Self::IouBackground => ("IoU of background", ""),
            Self::IouSkin => ("IoU of skin", ""),
            Self::IouHair => ("IoU of hair", ""),
            Self::IouScalp => ("IoU of bare scalp", ""),
            Self::Coverage => ("coverage", "points"),
            Self::BaldArea => ("bald area along the skin", "%"),
            Self::PlanarBaldArea => ("bald area read flat", "%"),
            Self::Hairline => ("distance of the hairline", "mm"),
            Self::HairlineFound => ("hairlines found", ""),
            Self::HairlineInvented => ("hairlines where there is none", ""),
        }
    }

    /// Whether it is a share (F1, IoU) and not a difference.
    #[must_use]
    pub const fn is_share(self) -> bool {
        self.name().1.is_empty()
    }
}

/// The sums of one picture.
#[derive(Debug, Clone)]
pub struct Score {
    /// Name of the picture.
    pub stem: String,
    /// What it was drawn under.
    pub conditions: Conditions,
    /// True where there is no result; it then counts as an empty one.
    pub missing: bool,
    /// One entry for each measure that the truth allows.
    pub sums: BTreeMap<Measure, Sums>,
    /// True and found value of the measures that are compared once a picture, for plots.
    pub values: BTreeMap<Measure, (f64, f64)>,
}

/// Lays a result beside its truth. Tissues are compared where both are given and have one size. Of a head whose micropigmentation passes
/// for stubble nothing else is: what its coverage, its bald area and its hairline are is a matter of judgement.
#[must_use]
pub fn score(
    stem: &str,
    truth: &Document,
    found: Option<&Document>,
    tissue: Option<(&Plane<u8>, Option<&Plane<u8>>)>,
) -> Score {
    let empty = Document::default();
    let mut out = Score {
        stem: stem.to_owned(),
        conditions: Conditions::of(&truth.phantom),
        missing: found.is_none(),
        sums: BTreeMap::new(),
        values: BTreeMap::new(),
    };
    let found = found.unwrap_or(&empty);
    if out.conditions.is_closeup {
        units(truth, found, &mut out);
        densities(truth, found, &mut out);
        coverage(truth, found, &mut out);
    } else {
        if !out.conditions.passes_for_stubble() {
            head(truth, found, &mut out);
            coverage(truth, found, &mut out);
        }
        if let Some((truth, found)) = tissue {
            tissues(truth, found, &mut out);
        }
    }
    out
}

impl Score {
    fn compare(&mut self, m: Measure, truth: f64, found: f64, interval: Option<(f64, f64)>, relative: bool) {
        self.sums.entry(m).or_default().compare(truth, found, interval, relative);
        self.values.insert(m, (truth, found));
    }

    fn share(&mut self, m: Measure, hit: f64, of: f64) {
        self.sums.entry(m).or_default().share(hit, of);
    }

    /// F1 of points; what is not matched near the border costs nothing. Gives the matched pairs.
    fn f1(
        &mut self,
        m: Measure,
        truth: &[Point],
        found: &[Point],
        size: (f32, f32),
        px_per_mm: f32,
    ) -> Vec<(usize, usize)> {
        let matched = pairs(truth, found, MATCH_MM * px_per_mm);
        let guard = BORDER_MM * px_per_mm;
        let inner = |p: &Point| p.x > guard && p.y > guard && p.x < size.0 - guard && p.y < size.1 - guard;
        let (mut of_truth, mut of_found) = (vec![false; truth.len()], vec![false; found.len()]);
        matched.iter().for_each(|&(i, j)| (of_truth[i], of_found[j]) = (true, true));
        let missed =
            |points: &[Point], used: &[bool]| points.iter().zip(used).filter(|(p, u)| !**u && inner(p)).count();
        let wrong = missed(truth, &of_truth) + missed(found, &of_found);
        let right = 2 * matched.len();
        self.share(m, right as f64, (right + wrong) as f64);
        matched
    }
}

fn units(truth: &Document, found: &Document, out: &mut Score) {
    let Some(scale) = truth.scale else { return };
    let px_per_mm = (1.0 / scale.mm_per_px) as f32;
    let size = (truth.photo.width as f32, truth.photo.height as f32);
    let roots = |d: &Document| d.follicular_units.iter().map(|u| point(u.root_px)).collect::<Vec<_>>();
    for (t, f) in out.f1(Measure::UnitF1, &roots(truth), &roots(found), size, px_per_mm) {
        let same = truth.follicular_units[t].hairs.len() == found.follicular_units[f].hairs.len();
        out.share(Measure::HairsPerUnit, f64::from(u8::from(same)), 1.0);
    }
    let hairs = |d: &Document| d.follicular_units.iter().flat_map(|u| u.hairs.clone()).collect::<Vec<_>>();
    let (of_truth, of_found) = (hairs(truth), hairs(found));
    let middles = |h: &[super::wire::Hair]| h.iter().map(|h| point(h.midpoint_px)).collect::<Vec<_>>();
    let matched = out.f1(Measure::HairF1, &middles(&of_truth), &middles(&of_found), size, px_per_mm);
    for (t, f) in matched {
        if let (Some(t), Some(f)) = (of_truth[t].caliber_um, of_found[f].caliber_um) {
            out.sums.entry(Measure::Calibre).or_default().compare(t, f, None, false);
        }
    }
    // Of terminal and vellus hairs; what lies between is of neither.
    let share = |h: &[super::wire::Hair]| {
        let of = |kind: &str| h.iter().filter(|h| h.kind.as_deref() == Some(kind)).count() as f64;
        let (terminal, vellus) = (of("terminal"), of("vellus"));
        (terminal + vellus > 0.0).then(|| 100.0 * terminal / (terminal + vellus))
    };
    if let (Some(t), Some(f)) = (share(&of_truth), share(&of_found)) {
        out.compare(Measure::TerminalShare, t, f, None, false);
    }
}

fn densities(truth: &Document, found: &Document, out: &mut Score) {
    let Some(t) = &truth.density else { return };
    for (m, of) in [
        (Measure::HairDensity, (|d| d.hairs_per_cm2) as fn(&super::wire::Density) -> Option<super::wire::Interval>),
        (Measure::UnitDensity, |d| Some(d.follicular_units_per_cm2)),
    ] {
        // Nothing counted is a count of zero, and wrong by 100 %.
        let f = found.density.as_ref().and_then(of);
        let interval = f.map(|f| (f.low, f.high));
        if let Some(t) = of(t).filter(|t| t.value > 0.0) {
            out.compare(m, t.value, f.map_or(0.0, |f| f.value), interval, true);
        }
    }
    let found = found.density.as_ref().and_then(|d| d.mean_caliber_um);
    if let (Some(t), Some(f)) = (t.mean_caliber_um, found) {
        out.compare(Measure::MeanCalibre, t.value, f.value, Some((f.low, f.high)), false);
    }
}

fn coverage(truth: &Document, found: &Document, out: &mut Score) {
    if let (Some(t), Some(f)) = (truth.coverage.scalp_share_hidden, found.coverage.scalp_share_hidden) {
        let interval = found.coverage.scalp_share_hidden_interval.map(|[low, high]| (100.0 * low, 100.0 * high));
        out.compare(Measure::Coverage, 100.0 * t, 100.0 * f, interval, false);
    }
}

fn head(truth: &Document, found: &Document, out: &mut Score) {
    let bald = |d: &Document| d.bald_regions.iter().filter(|r| r.kind == "bald").cloned().collect::<Vec<Region>>();
    let (of_truth, of_found) = (bald(truth), bald(found));
    let true_cm2: f64 = of_truth.iter().filter_map(|r| r.area_cm2).map(|a| a.value).sum();
    // A few cm2 of bald skin have no meaningful relative error.
    const LEAST_CM2: f64 = 10.0;
    if let Some(scale) = truth.scale.filter(|_| true_cm2 >= LEAST_CM2) {
        let areas: Vec<_> = of_found.iter().filter_map(|r| r.area_cm2).collect();
        let cm2: f64 = areas.iter().map(|a| a.value).sum();
        // Ends of a sum whose parts err together: pose, scale and border move all of them alike.
        let ends = (areas.iter().map(|a| a.low).sum(), areas.iter().map(|a| a.high).sum());
        out.compare(Measure::BaldArea, true_cm2, cm2, Some(ends), true);
        let flat: f64 = of_found.iter().map(|r| r.area_px).sum::<f64>() * scale.mm_per_px.powi(2) / 100.0;
        out.compare(Measure::PlanarBaldArea, true_cm2, flat, None, true);
    }
    let line = |d: &Document| {
        let line = d.hairline.as_ref().map(|h| h.polyline_px.iter().map(|&p| point(p)).collect::<Vec<_>>());
        line.filter(|l| l.len() > 1)
    };
    // A hairline that a fringe or a hat hides: a line there and none there are both right.
    if truth.hairline.as_ref().is_some_and(|h| h.polyline_px.len() < 2) {
        return;
    }
    match (line(truth), line(found)) {
        (Some(t), f) => {
            out.share(Measure::HairlineFound, f64::from(u8::from(f.is_some())), 1.0);
            let distance = f.and_then(|f| mean_distance(&t, &f));
            if let (Some(px), Some(scale)) = (distance, truth.scale) {
                out.compare(Measure::Hairline, 0.0, px * scale.mm_per_px, None, false);
            }
        }
        (None, f) => out.share(Measure::HairlineInvented, f64::from(u8::from(f.is_some())), 1.0),
    }
}

/// Numbers above those of [`Tissue`] (thin hair, beard, not labelled) are matters of judgement and are not scored.
fn tissues(truth: &Plane<u8>, found: Option<&Plane<u8>>, out: &mut Score) {
    let same = |f: &&Plane<u8>| (f.width(), f.height()) == (truth.width(), truth.height());
    let found = found.filter(same);
    let measures = [Measure::IouBackground, Measure::IouSkin, Measure::IouHair, Measure::IouScalp];
    let (mut both, mut either) = ([0u64; 4], [0u64; 4]);
    for (k, &t) in truth.as_slice().iter().enumerate().filter(|(_, t)| usize::from(**t) < Tissue::ALL.len()) {
        let f = found.map_or(u8::MAX, |f| f.as_slice()[k]);
        either[usize::from(t)] += 1;
        if f == t {
            both[usize::from(t)] += 1;
        } else if let Some(other) = either.get_mut(usize::from(f)) {
            *other += 1;
        }
    }
    for (k, m) in measures.into_iter().enumerate() {
        out.share(m, both[k] as f64, either[k] as f64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalp_pigmented_like_stubble_is_scored_by_its_tissues_alone() {
        let tissue = Plane::filled(4, 4, Tissue::Hair as u8);
        let scored = |pigment: f64| {
            let head = serde_json::json!({
                "scale": { "mm_per_px": 0.5 },
                "coverage": { "scalp_share_hidden": 0.2 },
                "bald_regions": [{ "kind": "bald", "area_cm2": { "value": 60.0, "low": 50.0, "high": 70.0 }, "area_px": 900.0 }],
                "phantom": { "kind": "head", "pigment": pigment }
            });
            let head: Document = serde_json::from_value(head).expect("a document");
            score("head", &head, Some(&head), Some((&tissue, Some(&tissue))))
        };
        let measures = |score: &Score| {
            [Measure::Coverage, Measure::BaldArea, Measure::IouHair].map(|m| score.sums.contains_key(&m))
        };
        assert_eq!(measures(&scored(0.0)), [true, true, true]);
        assert_eq!(measures(&scored(0.9)), [false, false, true]);
    }
}
