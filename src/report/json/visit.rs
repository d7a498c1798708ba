//! Wire types of `visit.json`: the photos of one visit joined on one scalp, schema version 1.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Coverage, Document, Interval, Plan, SCHEMA_VERSION, Salt, Software, decimal};
use crate::findings::visit::ScalpMap;
use crate::findings::{RegionKind, Zone};
use crate::plan;
use crate::view::View;

/// One visit: the content of `visit.json`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(title = "scalpmap analysis of one visit", deny_unknown_fields)]
pub struct VisitDocument {
    /// Version of this layout.
    pub schema_version: u32,
    /// What computed it.
    pub software: Software,
    /// The photos that were analysed, in their order.
    pub photos: Vec<VisitPhoto>,
    /// Breadth of the head in mm by all scales; null without one, and then no area is given.
    pub head_breadth_mm: Option<Interval>,
    /// Share of the model head's scalp that the photos show, 0..1.
    pub scalp_share_seen: f64,
    /// Area of the scalp seen, cm².
    pub scalp_cm2: Option<Interval>,
    /// Share of the scalp seen that is bald, 0..1; each place counts once.
    pub bald_share: f64,
    /// Bald area, cm².
    pub bald_cm2: Option<Interval>,
    /// Share of the scalp seen that is thinning, 0..1.
    pub thinning_share: f64,
    /// Bald and thinning regions of the joined scalp, largest first.
    pub regions: Vec<VisitRegion>,
    /// How much of the scalp seen is hidden, and by zone; `area_px` is 0, as no single photo shows a zone.
    pub coverage: Coverage,
    /// SALT by quadrant; null for quadrants of which less than half is seen.
    pub salt: Option<Salt>,
    /// SALT score of the whole scalp, 0..100; null where a quadrant is not seen.
    pub salt_score: Option<f64>,
    /// Mean difference in the share hidden between photos that show the same place; null where none do.
    pub disagreement: Option<f64>,
    /// File name of the photo that `plan.proposed_hairline_px` lies on; null where none is proposed.
    pub hairline_photo: Option<String>,
    /// One plan for the visit; regions of the joined scalp have no outline.
    pub plan: Plan,
    /// What a reader must know.
    pub warnings: Vec<String>,
}

/// A photo of the visit.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct VisitPhoto {
    /// File name without its folder.
    pub file_name: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// View, given, named by the file or guessed.
    pub view: View,
    /// Trust in the view, 0..1.
    pub view_confidence: f64,
    /// Whether a head was found, so that the photo counts on the scalp.
    pub joined: bool,
}

/// A region of the joined scalp.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct VisitRegion {
    /// Bald or thinning.
    pub kind: RegionKind,
    /// The zone that holds most of it.
    pub zone: Zone,
    /// Share of the scalp seen, 0..1.
    pub share_of_scalp: f64,
    /// Mean share hidden inside, 0..1.
    pub mean_share_hidden: f64,
    /// Area, cm²; null without a scale.
    pub area_cm2: Option<Interval>,
}

/// Builds the document of a visit.
#[must_use]
pub fn visit(
    photos: &[(&Document, bool)],
    map: &ScalpMap,
    plan: &plan::Plan,
    hairline_photo: Option<String>,
    warnings: Vec<String>,
) -> VisitDocument {
    let model = photos.iter().find_map(|(d, _)| d.software.model_sha256.clone());
    VisitDocument {
        schema_version: SCHEMA_VERSION,
        software: Software { model_sha256: model, ..Software::this() },
        photos: photos
            .iter()
            .map(|(d, joined)| VisitPhoto {
                file_name: d.photo.file_name.clone(),
                sha256: d.photo.sha256.clone(),
                view: d.photo.view,
                view_confidence: d.photo.view_confidence,
                joined: *joined,
            })
            .collect(),
        head_breadth_mm: map.breadth_mm.map(|(mm, error)| {
            let off = 1.96 * error * mm;
            Interval::of(&crate::units::Estimate::new(mm, mm - off, mm + off), |v| *v)
        }),
        scalp_share_seen: decimal(map.seen, 4),
        scalp_cm2: map.scalp.as_ref().map(|e| Interval::of(e, |v| v.get())),
        bald_share: decimal(map.bald_share, 4),
        bald_cm2: map.bald.as_ref().map(|e| Interval::of(e, |v| v.get())),
        thinning_share: decimal(map.thinning_share, 4),
        regions: map
            .findings
            .bald_regions
            .iter()
            .map(|r| VisitRegion {
                kind: r.kind,
                zone: r.zone,
                share_of_scalp: decimal(r.share_of_scalp, 4),
                mean_share_hidden: decimal(r.mean_hidden, 4),
                area_cm2: r.area.as_ref().map(|e| Interval::of(e, |v| v.get())),
            })
            .collect(),
        coverage: Coverage::joined(map.hidden.as_ref(), &map.findings),
        salt: map.findings.salt.as_ref().map(Salt::of),
        salt_score: map.salt_score.map(|s| decimal(s, 1)),
        disagreement: map.disagreement.map(|d| decimal(d, 4)),
        hairline_photo,
        plan: Plan::of(plan, &map.findings),
        warnings,
    }
}

/// The JSON Schema (draft 2020-12) of [`VisitDocument`].
#[must_use]
pub fn schema() -> serde_json::Value {
    super::schema_of::<VisitDocument>()
}
