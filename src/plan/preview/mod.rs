//! What a client may look like after each session: pigment dots drawn into the photo, inside the planned regions.
//!
//! [`ground`] says how many dots belong where on the curved scalp, [`scatter`] places them as blue noise whose every beginning is
//! blue noise too (so that a session adds dots between those of the last), [`pigment`] takes the colour from hair and skin, and
//! [`paint`] draws. Dots have their true size; those smaller than a px darken it by the share they cover. Hair in front stays in
//! front. A drawing of the plan, not a promise.

mod ground;
mod paint;
mod pigment;
mod scatter;
#[cfg(test)]
mod tests;

use super::{Effect, NeedleCode, Plan, Profile, RegionPlan, Rules};
use crate::findings::{BREADTH_MM, Findings, Zone};
use crate::photo::Photo;
use crate::plane::{Plane, Point};
use crate::scale::Scale;
use crate::segmentation::Segmentation;
use crate::view::View;
use ground::Ground;
use pigment::Pigment;

/// A moment of the treatment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Right after a session, from 1; the dots of earlier ones have healed.
    Session(u8),
    /// When all dots have healed.
    Healed,
}

/// Most sessions that are drawn; the last of them shows the state after the plan's last.
const MOST_SESSIONS: usize = 4;

/// Scars fade more than scalp: 1.6 against 0.9 points at 6 months (Liu 2025, J Cosmet Dermatol 24:e70375).
const SCAR_FADING: f32 = 1.6 / 0.9;

/// A pigment dot on the scalp.
#[derive(Debug, Clone, Copy)]
struct Dot {
    /// Middle, px of the photo.
    at: Point,
    /// Fresh radius, px of the photo where the surface faces the camera.
    radius: f32,
    /// Share of that radius that is left along `shortened`.
    cosine: f32,
    /// Direction of the photo in which the surface appears shortened.
    shortened: (f32, f32),
    /// Strength of this dot against the others, about 1.
    vigour: f32,
    /// The session that sets it, from 1.
    session: u8,
    /// On a scar.
    scar: bool,
}

/// A preview, ready to be drawn at any stage.
pub struct Preview<'a> {
    photo: &'a Photo,
    dots: Vec<Dot>,
    pigment: Pigment,
    sessions: u8,
    first_dilution: f32,
    healed: (f32, f32),
    /// Px of the photo per mm on skin that faces the camera.
    px_per_mm: f32,
    /// What a reader of the pictures must know.
    pub notes: Vec<String>,
}

impl<'a> Preview<'a> {
    /// Places the dots of a plan on its photo, the one with the index `of` in the visit; none where no head is seen or nothing is
    /// to be treated on it.
    #[must_use]
    #[allow(clippy::too_many_arguments)] // the photo and what each stage said of it
    pub fn new(
        photo: &'a Photo,
        segmentation: &Segmentation,
        findings: &Findings,
        plan: &Plan,
        of: usize,
        scale: Option<&Scale>,
        profile: &Profile,
        rules: &Rules,
    ) -> Option<Self> {
        let surface = findings.surface?;
        let regions: Vec<&RegionPlan> = plan.regions.iter().filter(|r| r.photo == of && r.outline.len() > 2).collect();
        if regions.is_empty() || plan.steps.is_empty() {
            return None;
        }
        let mm_per_breadth = scale.map_or(BREADTH_MM, |s| s.mm_per_px.get() * surface.breadth_px());
        let px_per_mm = surface.breadth_px() / mm_per_breadth;
        let ground = Ground::new(segmentation, findings, plan, &regions, mm_per_breadth, rules);
        let steps = shown(plan.steps.len());
        let dots = scatter::scatter(&ground, &surface, mm_per_breadth)
            .into_iter()
            .map(|site| {
                let region = regions[site.region];
                let place = surface.place(site.at);
                let radius = 0.5 * diameter_mm(region) * px_per_mm;
                Dot {
                    at: site.at,
                    radius: radius as f32 * site.size,
                    cosine: (1.0 / place.stretch()) as f32,
                    shortened: place.shortened,
                    vigour: site.vigour,
                    session: session_of(site.rank, region, plan, &steps),
                    scar: matches!(region.effect, Effect::ConcealGraftScars | Effect::HideBurnsAndScars),
                }
            })
            .collect();
        let pigment = Pigment::new(photo, segmentation, &ground, profile, px_per_mm as f32);
        let mut notes = Vec::new();
        if scale.is_none() {
            notes.push(format!(
                "No scale: the head was taken to be {BREADTH_MM:.0} mm broad (ANSUR II), so size and spacing of the dots are approximate."
            ));
        }
        let faces = findings.head.as_ref().is_some_and(|h| h.view.view != View::Back);
        let frontal = |r: &&RegionPlan| {
            r.effect == Effect::FullCoverage
                && matches!(r.zone, Zone::Frontal | Zone::MidScalp | Zone::LeftTemple | Zone::RightTemple)
        };
        if faces && !ground.bounded && regions.iter().any(frontal) {
            notes.push(
                "No hairline could be proposed here: dots may reach the forehead. Draw it with --hairline.".into(),
            );
        }
        notes.extend(pigment.note.clone());
        if !plan.against.is_empty() {
            notes.push("The plan advises against treating now; see the report.".into());
        }
        Some(Self {
            photo,
            dots,
            pigment,
            sessions: steps.len() as u8,
            first_dilution: rules.value("preview_first_dilution").min(1.0) as f32,
            healed: (
                rules.value("preview_healed_strength").min(1.0) as f32,
                rules.value("preview_healed_spread").max(1.0) as f32,
            ),
            px_per_mm: px_per_mm as f32,
            notes,
        })
    }

    /// The stages in their order: each session, then healed.
    pub fn stages(&self) -> impl Iterator<Item = Stage> + use<> {
        (1..=self.sessions).map(Stage::Session).chain([Stage::Healed])
    }

    /// Number of dots that a stage shows.
    #[must_use]
    pub fn dots(&self, stage: Stage) -> usize {
        self.dots.iter().filter(|d| self.look(d, stage).is_some()).count()
    }

    /// Strength and spread of a dot at a stage; none before it is set.
    fn look(&self, dot: &Dot, stage: Stage) -> Option<(f32, f32)> {
        let later = f32::from(dot.session - 1) / f32::from(self.sessions.max(2) - 1);
        let fresh = dot.vigour * (self.first_dilution + (1.0 - self.first_dilution) * later);
        let (fading, spread) = self.healed;
        let healed = (fresh * if dot.scar { fading.powf(SCAR_FADING) } else { fading }, spread);
        match stage {
            Stage::Session(now) if dot.session > now => None,
            Stage::Session(now) if dot.session == now => Some((fresh, 1.0)),
            _ => Some(healed),
        }
    }

    /// The photo at a stage, of the photo's size.
    #[must_use]
    pub fn draw(&self, stage: Stage) -> Plane<[u8; 3]> {
        paint::paint(&self.photo.rgb, &self.spots(stage), &self.pigment, self.px_per_mm)
    }

    fn spots(&self, stage: Stage) -> Vec<paint::Spot> {
        let spot = |d: &Dot| {
            let (strength, spread) = self.look(d, stage)?;
            let radius = d.radius * spread;
            Some(paint::Spot {
                at: d.at,
                radius,
                cosine: d.cosine,
                shortened: d.shortened,
                strength,
                soft: spread > 1.0,
            })
        };
        self.dots.iter().filter_map(spot).collect()
    }
}

/// Indices of the plan's sessions that are drawn.
fn shown(sessions: usize) -> Vec<usize> {
    let n = sessions.min(MOST_SESSIONS);
    (1..=n).map(|k| if k == n { sessions - 1 } else { k - 1 }).collect()
}

/// The drawn session, from 1, after which a dot of this rank (0..1 within its region) is there.
fn session_of(rank: f32, region: &RegionPlan, plan: &Plan, shown: &[usize]) -> u8 {
    // A region that needs fewer sessions than the whole treatment is finished earlier.
    let steps = if region.steps.is_empty() { &plan.steps } else { &region.steps };
    let reached = |k: &usize| steps.get(*k).or(steps.last()).map_or(1.0, |s| s.share_reached);
    let at = shown.iter().position(|k| f64::from(rank) < reached(k)).unwrap_or(shown.len() - 1);
    at as u8 + 1
}

/// Visible diameter of a fresh dot: the finest needle at the lower quarter of the plan's range, the largest at the upper [D].
fn diameter_mm(region: &RegionPlan) -> f64 {
    let (low, high) = region.dot_diameter_mm;
    let step = match region.needle.code {
        NeedleCode::Rl04 => 0.125,
        NeedleCode::Rl06 => 0.375,
        NeedleCode::Rl08 => 0.625,
        NeedleCode::Rl10 => 0.875,
    };
    low + (high - low) * step
}
