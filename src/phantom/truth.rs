//! The truth of a phantom in the shape of an analysis, so that the two can be laid side by side.
//!
//! Everything that an analysis measures stands under the same keys; intervals are points. `phantom` is added: what was drawn, and
//! under which conditions.

use serde::Serialize;

use super::closeup::{CloseupPhantom, CloseupSpec, Marks};
use super::head;
use crate::density::{self, Basis};
use crate::findings::{RegionKind, Zone};
use crate::follicle::{FollicularUnit, HairKind};
use crate::photo::Photo;
use crate::quality::Verdict;
use crate::report::json::{self, Document, Interval};
use crate::report::region_label;
use crate::scale::ScaleSource;
use crate::view::View;

/// The content of a phantom's `STEM.json`.
#[derive(Debug, Clone, Serialize)]
pub struct TruthDocument {
    /// The keys of an analysis.
    #[serde(flatten)]
    pub document: Document,
    /// What was drawn.
    pub phantom: Drawn,
}

/// What was drawn.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Drawn {
    /// A field of scalp.
    Closeup {
        /// Seed of the picture.
        seed: u64,
        /// What was asked for.
        #[serde(flatten)]
        spec: Box<CloseupSpec>,
        /// What was drawn beside hairs.
        marks: Box<Marks>,
    },
    /// A head.
    Head(Box<head::Truth>),
}

/// The file that holds the picture.
#[derive(Debug, Clone)]
pub struct PictureFile {
    /// Name without its folder.
    pub name: String,
    /// SHA-256 of its bytes, lower-case hex.
    pub sha256: String,
    /// Format, such as "PNG".
    pub format: &'static str,
}

impl PictureFile {
    /// Of a decoded picture.
    #[must_use]
    pub fn of(photo: &Photo, name: &str) -> Self {
        Self { name: name.to_owned(), sha256: photo.meta.sha256.clone(), format: photo.meta.format }
    }
}

/// The truth of a close-up.
#[must_use]
pub fn closeup(phantom: &CloseupPhantom, spec: &CloseupSpec, seed: u64, file: &PictureFile) -> TruthDocument {
    let mut document = blank(file, (phantom.rgb.width(), phantom.rgb.height()), View::Closeup);
    document.scale = Some(exact_scale(phantom.mm_per_px.get()));
    document.follicular_units = phantom.units.iter().map(json::FollicularUnit::of).collect();
    document.detection = Some(json::Detection {
        units: phantom.units.len(),
        hairs: phantom.hair_count(),
        debris: spec.clippings,
        working_width_px: None,
        relative_error: 0.0,
    });
    document.scars = phantom
        .marks
        .scars
        .iter()
        .map(|s| json::Scar {
            polygon_px: s.polygon_px.clone(),
            kind: s.kind,
            length_px: longest_diameter(&s.polygon_px),
            confidence: 1.0,
        })
        .collect();
    document.density = Some(densities(phantom));
    let hidden = phantom.cover.as_slice().iter().map(|&c| f64::from(c)).sum::<f64>()
        / (255 * phantom.cover.as_slice().len()) as f64;
    document.coverage = json::Coverage {
        scalp_share_hidden: Some(hidden),
        scalp_share_hidden_interval: Some([hidden; 2]),
        by_zone: vec![json::ZoneCoverage {
            zone: Zone::Field,
            share_hidden: hidden,
            share_hidden_interval: [hidden; 2],
            area_px: phantom.cover.as_slice().len() as f64,
        }],
    };
    TruthDocument {
        document,
        phantom: Drawn::Closeup { seed, spec: Box::new(spec.clone()), marks: Box::new(phantom.marks.clone()) },
    }
}

fn densities(phantom: &CloseupPhantom) -> json::Density {
    let area = phantom.area_cm2();
    let units: &[FollicularUnit] = &phantom.units;
    let hairs: Vec<_> = units.iter().flat_map(|u| &u.hairs).collect();
    let calibers: Vec<f64> = hairs.iter().filter_map(|h| h.caliber).map(|c| c.get()).collect();
    let sum: f64 = calibers.iter().sum();
    let of = |kind| hairs.iter().filter(|h| h.kind == Some(kind)).count() as f64;
    let (terminal, vellus) = (of(HairKind::Terminal), of(HairKind::Vellus));
    json::Density {
        hairs_per_cm2: Some(Interval::exact(hairs.len() as f64 / area)),
        follicular_units_per_cm2: Interval::exact(units.len() as f64 / area),
        hairs_per_unit: Some(Interval::exact(hairs.len() as f64 / units.len().max(1) as f64)),
        terminal_to_vellus: (vellus > 0.0).then(|| Interval::exact(terminal / vellus)),
        mean_caliber_um: (!calibers.is_empty()).then(|| Interval::exact(sum / calibers.len() as f64)),
        cumulative_thickness_mm_per_cm2: Some(Interval::exact(sum / 1000.0 / area)),
        basis: Basis::Counted,
        field_cm2: area,
        map_radius_mm: density::map_radius_mm(units.len() as f64 / area, area),
    }
}

/// The truth of a head.
#[must_use]
pub fn head(truth: &head::Truth, file: &PictureFile) -> TruthDocument {
    let mut document = blank(file, (truth.size_px[0], truth.size_px[1]), truth.side.view());
    document.scale = Some(exact_scale(f64::from(truth.mm_per_px)));
    let hidden = truth.scalp_share_hidden.map(f64::from);
    document.coverage = json::Coverage {
        scalp_share_hidden: hidden,
        scalp_share_hidden_interval: hidden.map(|h| [h; 2]),
        by_zone: Vec::new(),
    };
    let scalp_px: f64 = truth.seen_scalp_px;
    document.bald_regions = truth
        .seen_regions
        .iter()
        .enumerate()
        .map(|(i, r)| json::BaldRegion {
            label: region_label(i),
            polygon_px: r.polygon_px.clone(),
            area_px: r.area_px,
            area_cm2: Some(Interval::exact(r.area_cm2)),
            zone: r.zone,
            kind: if r.bald { RegionKind::Bald } else { RegionKind::Thinning },
            share_of_scalp: r.area_px / scalp_px.max(1.0),
            mean_share_hidden: r.mean_hidden,
            near_limb: r.near_limb,
        })
        .collect();
    document.hairline =
        truth.hairline.as_ref().filter(|l| l.polyline_px.len() > 1 || l.covered).map(|line| json::Hairline {
            polyline_px: line.polyline_px.iter().map(|p| [f64::from(p.x), f64::from(p.y)]).collect(),
            mid_frontal_px: None,
            recession_left: None,
            recession_right: None,
            recession_left_mm: None,
            recession_right_mm: None,
            asymmetry: None,
            irregularity: None,
            softness: None,
            confidence: 1.0,
        });
    document.scars = truth
        .seen_scars
        .iter()
        .map(|s| json::Scar { polygon_px: s.polygon_px.clone(), kind: s.kind, length_px: s.length_px, confidence: 1.0 })
        .collect();
    document.pattern = (truth.norwood.is_some() || truth.ludwig.is_some()).then(|| json::Pattern {
        norwood: truth.norwood,
        ludwig: truth.ludwig,
        evidence: "drawn".into(),
    });
    TruthDocument { document, phantom: Drawn::Head(Box::new(truth.clone())) }
}

/// Largest distance of two of some points; every fourth one is asked, which changes little.
fn longest_diameter(points: &[[f64; 2]]) -> f64 {
    let few: Vec<_> = points.iter().step_by(4).collect();
    few.iter().flat_map(|a| few.iter().map(move |b| (a[0] - b[0]).hypot(a[1] - b[1]))).fold(0.0, f64::max)
}

fn exact_scale(mm_per_px: f64) -> json::Scale {
    json::Scale { mm_per_px, source: ScaleSource::Given, relative_error: 0.0 }
}

/// A document of which nothing is filled.
fn blank(file: &PictureFile, (width, height): (usize, usize), view: View) -> Document {
    Document {
        schema_version: json::SCHEMA_VERSION,
        software: json::Software {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            model_sha256: None,
        },
        photo: json::PhotoInfo {
            file_name: file.name.clone(),
            sha256: file.sha256.clone(),
            width,
            height,
            turned_degrees: 0,
            view,
            view_confidence: 1.0,
            taken_at: None,
            format: Some(file.format.to_owned()),
            camera: None,
        },
        quality: json::Quality { verdict: Verdict::Good, checks: Vec::new() },
        scale: None,
        follicular_units: Vec::new(),
        detection: None,
        density: None,
        coverage: json::Coverage { scalp_share_hidden: None, scalp_share_hidden_interval: None, by_zone: Vec::new() },
        salt: None,
        bald_regions: Vec::new(),
        hairline: None,
        scars: Vec::new(),
        pattern: None,
        plan: json::Plan::none(),
        warnings: Vec::new(),
        timings_s: None,
    }
}
