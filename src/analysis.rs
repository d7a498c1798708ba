//! The pipeline in one function.

use crate::coverage::{self, Coverage};
use crate::density::{self, Density};
use crate::error::Error;
use crate::findings::{self, Findings};
use crate::follicle::{self, Follicles};
use crate::photo::Photo;
use crate::plan::preview::Preview;
use crate::plan::{self, Plan, Profile, Rules};
use crate::plane::Point;
use crate::quality::{self, Quality, Verdict};
use crate::scale::{self, Scale, ScaleOptions};
use crate::segmentation::{self, Segmentation};
use crate::view::{CloseupGuess, View, ViewGuess};

/// What the user asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options {
    /// The view; none guesses it.
    pub view: Option<View>,
    /// Everything about the scale.
    pub scale: ScaleOptions,
    /// A hairline drawn by a person, px of the upright photo; it replaces the one found.
    pub hairline: Option<Vec<Point>>,
    /// Refuse photos of unusable quality.
    pub strict: bool,
    /// What is known about the client.
    pub profile: Profile,
    /// The planner's rules; none takes the built-in ones.
    pub rules: Option<Rules>,
}

/// Everything measured on one photo.
#[derive(Debug, Clone)]
pub struct Analysis {
    /// View, given or guessed.
    pub view: ViewGuess,
    /// How good the photo is.
    pub quality: Quality,
    /// Scale, where there is one.
    pub scale: Option<Scale>,
    /// Tissues.
    pub segmentation: Segmentation,
    /// Units and hairs, where single hairs can be seen and counted.
    pub follicles: Option<Follicles>,
    /// Densities, where there are counts and a scale.
    pub density: Option<Density>,
    /// Coverage.
    pub coverage: Coverage,
    /// Findings.
    pub findings: Findings,
    /// Plan.
    pub plan: Plan,
    /// Everything a reader must know, in the order of the stages.
    pub warnings: Vec<String>,
}

impl Analysis {
    /// The plan drawn into its photo, session by session; none where nothing is to be treated or no head is seen.
    #[must_use]
    pub fn preview<'a>(&self, photo: &'a Photo, options: &Options) -> Option<Preview<'a>> {
        let built_in;
        let rules = match &options.rules {
            Some(rules) => rules,
            None => {
                built_in = Rules::built_in();
                &built_in
            }
        };
        let scale = self.scale.as_ref();
        Preview::new(photo, &self.segmentation, &self.findings, &self.plan, 0, scale, &options.profile, rules)
    }
}

/// Runs all stages on one photo.
///
/// # Errors
/// [`Error::Scale`] for a scale that cannot be used, [`Error::Unusable`] with `strict`, [`Error::Segmentation`].
pub fn analyze(photo: &Photo, options: &Options) -> Result<Analysis, Error> {
    analyze_observed(photo, options, &mut |_| {})
}

/// As [`analyze`]; calls `begin` with the name of each stage as it begins, so that an edge of the program can time it.
///
/// # Errors
/// As [`analyze`].
pub fn analyze_observed(
    photo: &Photo,
    options: &Options,
    begin: &mut dyn FnMut(&'static str),
) -> Result<Analysis, Error> {
    begin("segmentation");
    let mut warnings = photo.warnings.clone();
    let (closeup, segmentation) = match options.view {
        Some(view) => {
            (CloseupGuess { is_closeup: view == View::Closeup, confidence: 1.0 }, segmentation::segment(photo, view)?)
        }
        None => segmentation::segment_any(photo)?,
    };
    let head_or_closeup = options.view.unwrap_or(if closeup.is_closeup { View::Closeup } else { View::Front });
    warnings.extend(segmentation.warnings.iter().cloned());
    begin("scale");
    let found = scale::find(photo, head_or_closeup, segmentation.head_width_px, &options.scale)?;
    warnings.extend(found.warnings);
    let scale = found.scale;
    begin("quality");
    let quality = quality::assess(photo, head_or_closeup, &segmentation, scale.as_ref());
    if options.strict && quality.verdict() == Verdict::Unusable {
        let bad = || quality.checks.iter().filter(|c| c.verdict == Verdict::Unusable);
        return Err(Error::Unusable {
            problems: bad().map(|c| format!("{:?} {:.2}", c.aspect, c.value)).collect::<Vec<_>>().join(", "),
            remedy: bad().map(|c| c.advice.as_str()).collect::<Vec<_>>().join(" "),
        });
    }
    begin("follicles");
    let follicles = follicle::detect(photo, head_or_closeup, &segmentation, scale.as_ref());
    warnings.extend(follicles.iter().flat_map(|f| f.warnings.iter().cloned()));
    let follicles = follicles.filter(|f| !f.is_uncountable);
    begin("density");
    let density = match (&follicles, &scale) {
        (Some(f), Some(s)) => density::measure(f, &segmentation, s),
        _ => None,
    };
    begin("coverage");
    let coverage = coverage::measure(&segmentation);
    begin("findings");
    // What is not a close-up may be any side of the head.
    let head_view = if head_or_closeup == View::Closeup { Some(View::Closeup) } else { options.view };
    let findings = findings::read(&segmentation, &coverage, head_view, options.hairline.as_deref(), scale.as_ref());
    warnings.extend(findings.warnings.iter().cloned());
    let view = match (options.view, head_or_closeup, &findings.head) {
        (Some(view), ..) => ViewGuess { view, confidence: 1.0 },
        (None, View::Closeup, _) => ViewGuess { view: View::Closeup, confidence: closeup.confidence },
        (None, _, Some(head)) => head.view,
        (None, ..) => ViewGuess { view: View::Front, confidence: 0.0 },
    };
    begin("plan");
    let seen = plan::Seen {
        findings: &findings,
        density: density.as_ref(),
        hidden: coverage.scalp_share_hidden,
        scale: scale.as_ref(),
        quality: quality.verdict(),
    };
    let plan = match &options.rules {
        Some(rules) => plan::plan(&[seen], &options.profile, rules),
        None => plan::plan(&[seen], &options.profile, &plan::Rules::built_in()),
    };
    Ok(Analysis { view, quality, scale, segmentation, follicles, density, coverage, findings, plan, warnings })
}
