//! What the arguments mean.

use std::path::PathBuf;

use super::args::{AnalyzeArgs, TurnArg};
use crate::analysis::Options;
use crate::batch::{Settings, Turn};
use crate::error::Error;
use crate::photo::Limits;
use crate::plan::{Profile, Rules};
use crate::scale::ScaleOptions;

/// What is shown while photos are analysed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// Errors only.
    Errors,
    /// A summary of each photo.
    Summary,
    /// JSON lines.
    Json,
}

/// The meaning of `analyze`'s arguments.
#[derive(Debug)]
pub struct Meaning {
    /// For the batch.
    pub settings: Settings,
    /// For the terminal.
    pub show: Show,
}

/// A file given with a flag that cannot be used.
#[derive(Debug)]
pub struct Refused {
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub remedy: Option<String>,
    /// Which file.
    pub path: PathBuf,
}

/// Reads a text file and what it says; nothing where no file was given.
fn file<T>(path: Option<&PathBuf>, parse: fn(&str) -> Result<T, Error>) -> Result<Option<T>, Refused> {
    let Some(path) = path else { return Ok(None) };
    let refused = |problem: String, remedy: Option<String>| Refused { problem, remedy, path: path.clone() };
    let text = std::fs::read_to_string(path).map_err(|e| refused(format!("cannot read the file: {e}"), None))?;
    parse(&text).map(Some).map_err(|e| refused(e.to_string(), e.remedy()))
}

/// The rules with a practice's file laid over them; nothing where no file was given.
pub fn rules(path: Option<&PathBuf>) -> Result<Option<Rules>, Refused> {
    file(path, Rules::with_practice)
}

impl TryFrom<&AnalyzeArgs> for Meaning {
    type Error = Refused;

    fn try_from(args: &AnalyzeArgs) -> Result<Self, Refused> {
        let profile = file(args.profile.as_ref(), Profile::parse)?.unwrap_or_default();
        let rules = rules(args.rules.as_ref())?;
        let scale = ScaleOptions {
            mm_per_px: args.scale.mm_per_px,
            field_width: args.scale.field_width_mm,
            reference: args.scale.reference,
            marker_size: args.scale.marker_size,
            scale_bar: args.scale.scale_bar_mm,
            head_width: args.scale.assume_head_width,
        };
        let limits = Limits::with_megapixels(args.max_megapixels);
        let threads =
            args.threads.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
        let show = match (args.json, args.quiet) {
            (true, _) => Show::Json,
            (false, true) => Show::Errors,
            (false, false) => Show::Summary,
        };
        Ok(Self {
            settings: Settings {
                options: Options {
                    view: args.view.view(),
                    scale,
                    strict: args.strict,
                    hairline: args.hairline.as_ref().map(|line| line.0.clone()),
                    profile,
                    rules,
                },
                limits,
                out: args.out.clone(),
                pdf: args.pdf,
                preview: args.preview,
                turn: args.turn.map_or(Turn::Never, TurnArg::turn),
                visit: args.visit,
                bare: false,
                overwrite: args.overwrite,
                timings: args.timings,
                threads,
            },
            show,
        })
    }
}
