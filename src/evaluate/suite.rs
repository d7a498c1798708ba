//! The accuracy suite: phantoms drawn, analysed as a user would, and scored.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::score::{Score, score};
use super::wire::Document;
use crate::analysis::{Options, analyze};
use crate::error::Error;
use crate::phantom::closeup::{self, CloseupSpec};
use crate::phantom::head::{self, HeadMesh};
use crate::phantom::{file, truth};
use crate::photo::{self, Limits, Photo};
use crate::plane::Plane;
use crate::report::json;
use crate::scale::ScaleOptions;
use crate::units::MmPerPx;
use crate::view::View;

/// How many pictures are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// A few small ones: shows that everything runs, in seconds.
    Small,
    /// As many as the figures need.
    Full,
}

/// What a picture is drawn for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Set {
    /// Sharp, well-lit, trimmed hair at 60 px/mm and more: what the bars are about.
    Trimmed,
    /// The same with hair of 3 to 8 mm that crosses.
    Long,
    /// Blur, noise, JPEG and everything else that happens.
    Everyday,
    /// The same scalps at several resolutions.
    Resolution,
    /// Whole heads at a known scale.
    Heads,
}

impl Set {
    /// All sets.
    pub const ALL: [Self; 5] = [Self::Trimmed, Self::Long, Self::Everyday, Self::Resolution, Self::Heads];

    /// Heading.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Trimmed => "Sharp, well-lit, trimmed hair at 60 px/mm and more",
            Self::Long => "Long crossing hair, 3 to 8 mm",
            Self::Everyday => "Everyday close-ups: blur, noise, JPEG, odd light, 45 to 180 px/mm",
            Self::Resolution => "The same scalps at 40, 60, 100 and 200 px/mm",
            Self::Heads => "Whole heads at a known scale and view",
        }
    }
}

/// One picture to draw.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// What for.
    pub set: Set,
    /// Seed of the drawing; in [`Set::Resolution`] the same for one scalp.
    pub seed: u64,
    /// The close-up; none draws a head.
    pub closeup: Option<CloseupSpec>,
    /// Size of a head's picture, px.
    pub size: (usize, usize),
}

/// A scored picture.
#[derive(Debug, Clone)]
pub struct Scored {
    /// What was drawn.
    pub case: Case,
    /// How it was measured.
    pub score: Score,
}

/// Least and largest resolution at which one scalp is drawn, and between, px/mm.
pub const RESOLUTIONS: [f64; 4] = [40.0, 60.0, 100.0, 200.0];
/// Seeds of the suite begin here, far from those of training pictures and samples.
const FIRST_SEED: u64 = 7_700_000;

/// The pictures of a suite, in order.
#[must_use]
pub fn cases(size: Size) -> Vec<Case> {
    let full = size == Size::Full;
    let mut out = Vec::new();
    let mut add = |set: Set, spec: CloseupSpec, seed: u64| {
        out.push(Case { set, seed, closeup: Some(spec), size: (0, 0) });
    };
    let looks = closeup::LOOKS.len();
    for i in 0..if full { 10 * looks } else { 6 } {
        let seed = FIRST_SEED + i as u64;
        let px_per_mm = [60.0, 80.0, 100.0, 140.0, 200.0][i / looks % 5];
        add(Set::Trimmed, sharp(seed, i % looks, px_per_mm, if full { 8.0 } else { 4.0 }), seed);
    }
    for i in 0..if full { looks } else { 1 } {
        let seed = FIRST_SEED + 1000 + i as u64;
        let length_mm = 3.0 + 5.0 * i as f64 / looks as f64;
        add(Set::Long, CloseupSpec { length_mm, ..sharp(seed, i % looks, 80.0, if full { 8.0 } else { 4.0 }) }, seed);
    }
    for i in 0..if full { 80 } else { 2 } {
        let seed = FIRST_SEED + 2000 + i as u64;
        let spec = CloseupSpec::varied(seed);
        add(Set::Everyday, if full { spec } else { CloseupSpec { width: 320, height: 256, ..spec } }, seed);
    }
    for i in 0..if full { 8 } else { 0 } {
        let seed = FIRST_SEED + 3000 + i as u64;
        for px_per_mm in RESOLUTIONS {
            add(
                Set::Resolution,
                CloseupSpec { clippings: 0, ..resolved(sharp(seed, 1 + i % 4, 100.0, 10.0), px_per_mm) },
                seed,
            );
        }
    }
    for i in 0..if full { 96 } else { 1 } {
        let size = if full { (640, 480) } else { (240, 180) };
        out.push(Case { set: Set::Heads, seed: FIRST_SEED + 4000 + i, closeup: None, size });
    }
    out
}

/// Sharp and evenly lit; scalp and hair differ with the seed. The field is `field_mm` wide, but at most 1000 px.
fn sharp(seed: u64, look: usize, px_per_mm: f64, field_mm: f64) -> CloseupSpec {
    let mut dice = Pcg64Mcg::seed_from_u64(seed ^ 0x0acc);
    let width = (field_mm * px_per_mm).round().min(1000.0) as usize;
    let (skin, hair) = closeup::LOOKS[look];
    CloseupSpec {
        width,
        height: width * 4 / 5,
        px_per_mm,
        units_per_cm2: dice.random_range(30.0..110.0),
        caliber_um: dice.random_range(50.0..75.0),
        vellus_share: dice.random_range(0.0..0.2),
        length_mm: dice.random_range(0.4..1.1),
        skin,
        hair,
        // Of the camera, so in px.
        blur_px: dice.random_range(0.5..0.9),
        noise: dice.random_range(1.0..3.0),
        ..CloseupSpec::default()
    }
}

/// The same field of scalp at another resolution.
fn resolved(spec: CloseupSpec, px_per_mm: f64) -> CloseupSpec {
    let side = |px: usize| (px as f64 / spec.px_per_mm * px_per_mm).round() as usize;
    CloseupSpec { width: side(spec.width), height: side(spec.height), px_per_mm, ..spec }
}

/// Draws, analyses and scores all cases, in their order whatever the number of threads; `step` is called after each.
///
/// # Errors
/// The first error of a stage: a suite that is not whole has no figures.
pub fn run(cases: &[Case], step: impl Fn() + Sync) -> Result<Vec<Scored>, Error> {
    let mesh = HeadMesh::built_in();
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<Option<Result<Scored, Error>>>> = Mutex::new(cases.iter().map(|_| None).collect());
    let work = || {
        loop {
            let i = next.fetch_add(1, Ordering::Relaxed);
            let Some(case) = cases.get(i) else { break };
            let score = match &case.closeup {
                Some(spec) => closeup(spec, case.seed),
                None => head(&mesh, case.seed, case.size),
            };
            let scored = score.map(|score| Scored { case: case.clone(), score });
            done.lock().unwrap_or_else(PoisonError::into_inner)[i] = Some(scored);
            step();
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get()).min(cases.len().max(1));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            // A pool of its own for each picture: in a shared one, a picture that waits for its tiles takes up another picture, and
            // may then wait for itself.
            scope.spawn(|| match rayon::ThreadPoolBuilder::new().num_threads(1).build() {
                Ok(pool) => pool.install(work),
                Err(_) => work(),
            });
        }
    });
    done.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().flatten().collect()
}

fn closeup(spec: &CloseupSpec, seed: u64) -> Result<Score, Error> {
    let phantom = closeup::draw(spec, seed);
    let photo = taken(&phantom.rgb, spec.jpeg_quality)?;
    let name = format!("closeup{seed}.{}", file::ending(spec.jpeg_quality));
    let truth = truth::closeup(&phantom, spec, seed, &truth::PictureFile::of(&photo, &name));
    let (found, _) = analysed(&photo, &name, View::Closeup, phantom.mm_per_px)?;
    Ok(score(&name, &Document::of(&truth)?, Some(&found), None))
}

fn head(mesh: &HeadMesh, seed: u64, (w, h): (usize, usize)) -> Result<Score, Error> {
    let phantom = head::draw_phantom(mesh, seed, w, h);
    let photo = taken(&phantom.photo, None)?;
    let name = format!("head{seed}.png");
    let truth = truth::head(&phantom.truth, &truth::PictureFile::of(&photo, &name));
    let scale = MmPerPx::new(f64::from(phantom.truth.mm_per_px))?;
    let (found, tissue) = analysed(&photo, &name, phantom.truth.side.view(), scale)?;
    Ok(score(&name, &Document::of(&truth)?, Some(&found), Some((&phantom.picture.label, Some(&tissue)))))
}

/// Through the bytes of a file, as every photo comes.
fn taken(rgb: &Plane<[u8; 3]>, jpeg_quality: Option<u8>) -> Result<Photo, Error> {
    photo::decode(&file::encode(rgb, jpeg_quality)?, &Limits::default())
}

fn analysed(photo: &Photo, name: &str, view: View, scale: MmPerPx) -> Result<(Document, Plane<u8>), Error> {
    let scale = ScaleOptions { mm_per_px: Some(scale), ..ScaleOptions::default() };
    let analysis = analyze(photo, &Options { view: Some(view), scale, ..Options::default() })?;
    let found = Document::of(&json::document(photo, name, &analysis))?;
    Ok((found, analysis.segmentation.tissue.map(|t| t as u8)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::bars;
    use crate::evaluate::score::Measure;

    /// The whole suite on a few pictures: the figures must be there, and sane where phantoms are easy.
    #[test]
    fn the_small_suite_draws_analyses_and_scores() {
        let scored = run(&cases(Size::Small), || ()).unwrap();
        let trimmed = bars::report(&scored, Set::Trimmed);
        let f1 = trimmed.figure(Measure::HairF1).unwrap().share.unwrap();
        assert!(f1.value > 0.6, "F1 of hairs on easy phantoms is {:.2}", f1.value);
        let error = trimmed.figure(Measure::UnitDensity).unwrap().mean_absolute_error.unwrap();
        assert!(error.value < 40.0, "units are off by {:.0} %", error.value);
        let heads = bars::report(&scored, Set::Heads);
        assert!(heads.figure(Measure::IouBackground).is_some());
        let text = bars::markdown(&scored);
        assert!(text.contains("units per cm2: bias") && !text.contains("NaN"));
    }

    #[test]
    fn one_scalp_at_two_resolutions_has_the_same_units() {
        let spec = sharp(5, 2, 100.0, 4.0);
        let at = |px: f64| closeup::draw(&resolved(spec.clone(), px), 5);
        let (a, b) = (at(50.0), at(100.0));
        assert_eq!(a.units.len(), b.units.len());
        for (p, q) in a.units.iter().zip(&b.units) {
            assert!((p.root.x * 2.0 - q.root.x).abs() < 1.0 && p.hairs.len() == q.hairs.len());
        }
    }
}
