//! The photos of one visit, joined when all are analysed.

use std::ffi::OsStr;

use crate::analysis::{Analysis, Options};
use crate::density::Density;
use crate::findings::visit::{Contribution, join};
use crate::findings::{Findings, Pattern};
use crate::plan::{self, Rules, Seen};
use crate::plane::Point;
use crate::quality::Verdict;
use crate::report::json::Document;
use crate::report::json::visit::{VisitDocument, visit};
use crate::report::overlay::{Overlay, scalp};
use crate::scale::{Scale, ScaleSource};
use crate::units::MmPerPx;
use crate::view::View;

/// What is kept of a photo until its visit is complete: no picture, a few hundred kilobytes.
#[derive(Debug, Clone)]
pub struct Kept {
    findings: Findings,
    density: Option<Density>,
    scale: Option<Scale>,
    quality: Verdict,
    view: View,
    proposed_hairline: Option<Vec<Point>>,
    contribution: Option<Contribution>,
}

impl Kept {
    /// Keeps what a visit needs.
    #[must_use]
    pub fn of(a: &Analysis) -> Self {
        let closeup = a.view.view == View::Closeup;
        let contribution =
            if closeup { None } else { Contribution::new(&a.segmentation, &a.findings, a.scale.as_ref()) };
        Self {
            findings: Findings { zones: None, ..a.findings.clone() },
            density: a.density.clone(),
            scale: a.scale,
            quality: a.quality.verdict(),
            view: a.view.view,
            proposed_hairline: a.plan.proposed_hairline.clone(),
            contribution,
        }
    }
}

/// The side that a file name tells by one of its words: `front`, `top`, `left`, `right`, `back`, `closeup`.
#[must_use]
pub fn view_named(stem: &OsStr) -> Option<View> {
    let name = stem.to_string_lossy().to_lowercase();
    let mut views = name.split(|c: char| !c.is_alphabetic()).filter_map(|word| {
        Some(match word {
            "front" => View::Front,
            "top" => View::Top,
            "left" => View::Left,
            "right" => View::Right,
            "back" => View::Back,
            "closeup" => View::Closeup,
            _ => return None,
        })
    });
    // A name with two sides tells neither.
    views.next().filter(|_| views.next().is_none())
}

/// Joins the photos of a visit, at least one: what is told of it, and the picture of its scalp.
#[must_use]
pub fn joined(photos: &[(Document, Kept)], options: &Options) -> (VisitDocument, Overlay) {
    let contributions: Vec<Contribution> = photos.iter().filter_map(|(_, k)| k.contribution.clone()).collect();
    let map = join(&contributions);
    let built_in = Rules::built_in();
    let rules = options.rules.as_ref().unwrap_or(&built_in);
    let mut warnings = Vec::new();
    if contributions.is_empty() {
        warnings.push("no photo shows a head: nothing could be joined.".to_owned());
    }
    for (d, k) in photos {
        if k.contribution.is_some() && d.photo.view_confidence < 0.6 {
            warnings.push(format!(
                "the side that {} shows is not certain: name the file after it (front, top, left, right, back), or its part of the \
                 scalp may count elsewhere.",
                d.photo.file_name
            ));
        }
    }
    if !contributions.is_empty() && map.seen < 0.8 {
        warnings.push(format!(
            "the photos show {:.0} % of the scalp; front, top, left, right and back together show nearly all.",
            100.0 * map.seen
        ));
    }
    // The hairline and what hangs on it come from the photo that shows it surest.
    let trust = |k: &Kept| k.findings.hairline.as_ref().map_or(0.0, |h| h.confidence);
    let facing = photos.iter().filter(|(_, k)| matches!(k.view, View::Front | View::Top));
    let front = facing
        .clone()
        .filter(|(_, k)| k.findings.hairline.is_some())
        .max_by(|a, b| trust(&a.1).total_cmp(&trust(&b.1)));
    let mut findings = map.findings.clone();
    if let Some((_, k)) = front {
        findings.head.clone_from(&k.findings.head);
        findings.surface = k.findings.surface;
        findings.glabella = k.findings.glabella;
        findings.hairline.clone_from(&k.findings.hairline);
    }
    findings.pattern = pattern(photos);
    let scale_of = |k: &Kept| -> Option<Scale> {
        let (breadth, error) = map.breadth_mm?;
        let px = k.findings.surface?.breadth_px();
        let of_head =
            Scale { mm_per_px: MmPerPx::new(breadth / px).ok()?, source: ScaleSource::Anatomy, relative_error: error };
        Some(k.scale.unwrap_or(of_head))
    };
    // Scars and counts of the single photos; their bald regions are those of the joined scalp already.
    let rest: Vec<(Findings, Option<Scale>)> = photos
        .iter()
        .map(|(_, k)| {
            let scars = Findings { scars: k.findings.scars.clone(), ..Findings::default() };
            (scars, scale_of(k).or(k.scale))
        })
        .collect();
    let scale = front.and_then(|(_, k)| scale_of(k)).or_else(|| photos.iter().find_map(|(_, k)| scale_of(k)));
    let quality = photos.iter().map(|(_, k)| k.quality).min().unwrap_or(Verdict::Unusable);
    let whole = Seen { findings: &findings, density: None, hidden: map.hidden, scale: scale.as_ref(), quality };
    let seen: Vec<Seen<'_>> = std::iter::once(whole)
        .chain(rest.iter().zip(photos).map(|((findings, scale), (_, k))| Seen {
            findings,
            density: k.density.as_ref(),
            hidden: None,
            scale: scale.as_ref(),
            quality: k.quality,
        }))
        .collect();
    let mut plan = plan::plan(&seen, &options.profile, rules);
    let mut hairline_photo = plan.proposed_hairline.as_ref().and(front).map(|(d, _)| d.photo.file_name.clone());
    if plan.proposed_hairline.is_none()
        && let Some((d, k)) = facing.clone().find(|(_, k)| k.proposed_hairline.is_some())
    {
        plan.proposed_hairline.clone_from(&k.proposed_hairline);
        hairline_photo = Some(d.photo.file_name.clone());
    }
    let members: Vec<(&Document, bool)> = photos.iter().map(|(d, k)| (d, k.contribution.is_some())).collect();
    (visit(&members, &map, &plan, hairline_photo, warnings), scalp::draw(&map))
}

/// The pattern of the view that shows most of it: from above, then from the front.
fn pattern(photos: &[(Document, Kept)]) -> Option<Pattern> {
    let of = |view: Option<View>| {
        photos.iter().filter(|(_, k)| view.is_none_or(|v| k.view == v)).find_map(|(_, k)| k.findings.pattern.clone())
    };
    of(Some(View::Top)).or_else(|| of(Some(View::Front))).or_else(|| of(None))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phantom::head::{Course, HeadMesh, draw_series};
    use crate::photo::Photo;
    use crate::scale::ScaleOptions;

    #[test]
    fn names_tell_sides() {
        let named = |s: &str| view_named(OsStr::new(s));
        assert_eq!(named("front"), Some(View::Front));
        assert_eq!(named("series000001_date0_TOP"), Some(View::Top));
        assert_eq!((named("stopper"), named("front-left"), named("IMG_0042")), (None, None, None));
    }

    /// What the five photos of a seed's first date say together, and the truth: bald share and bald cm2.
    fn visit(seed: u64) -> ((f64, f64), (f64, f64)) {
        let phantoms = draw_series(&HeadMesh::built_in(), seed, Course::Loss, 1, 480, 480);
        let mut photos = Vec::new();
        let mut truth = (0.0, 0.0);
        for phantom in &phantoms {
            let view = match phantom.truth.view {
                "front" => View::Front,
                "top" => View::Top,
                "left" => View::Left,
                "right" => View::Right,
                _ => View::Back,
            };
            let options = Options {
                view: Some(view),
                scale: ScaleOptions {
                    mm_per_px: Some(MmPerPx::new(f64::from(phantom.truth.mm_per_px)).unwrap()),
                    ..ScaleOptions::default()
                },
                ..Options::default()
            };
            let photo = Photo::of(phantom.photo.clone());
            let a = crate::analyze(&photo, &options).unwrap();
            photos.extend(Contribution::new(&a.segmentation, &a.findings, a.scale.as_ref()));
            let areas = phantom.truth.areas_cm2;
            truth = (f64::from(areas.bare / areas.scalp), f64::from(areas.bare));
        }
        assert_eq!(photos.len(), 5, "a head is found on every photo");
        let map = join(&photos);
        assert!(map.seen > 0.85, "five photos show {:.0} % of the scalp", 100.0 * map.seen);
        // The same photo twice tells nothing new.
        let twice: Vec<Contribution> = photos.iter().chain(&photos).cloned().collect();
        assert!((join(&twice).bald_share - map.bald_share).abs() < 1e-9, "skin was counted twice");
        ((map.bald_share, map.bald.unwrap().value.get()), truth)
    }

    #[test]
    fn the_bald_area_of_five_photos_is_that_of_the_head() {
        for seed in SEEDS {
            let ((share, cm2), (true_share, true_cm2)) = visit(seed);
            let told = format!("seed {seed}: {share:.3} bald, true {true_share:.3}; {cm2:.0} cm2, true {true_cm2:.0}");
            assert!((share - true_share).abs() < TOLERANCE, "{told}");
        }
    }

    /// Heads from full hair to a low horseshoe.
    const SEEDS: [u64; 3] = [2, 11, 5];

    /// Of the joined bald share against the truth: poses err by some degrees, and thin rims count as thinning.
    const TOLERANCE: f64 = 0.15;
}
