//! What the arguments mean.

use super::args::AnalyzeArgs;
use crate::analysis::Options;
use crate::batch::Settings;
use crate::photo::Limits;
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

impl From<&AnalyzeArgs> for Meaning {
    fn from(args: &AnalyzeArgs) -> Self {
        let scale = ScaleOptions {
            mm_per_px: args.scale.mm_per_px,
            field_width: args.scale.field_width_mm,
            reference: args.scale.reference,
            marker_size: args.scale.marker_size,
            scale_bar: args.scale.scale_bar_mm,
            head_width: args.scale.assume_head_width,
        };
        let usual = Limits::default();
        let limits = Limits {
            megapixels: args.max_megapixels,
            // The memory limit rises with the pixel limit, or the one would undo the other.
            mebibytes: usual.mebibytes * (args.max_megapixels / usual.megapixels).max(1.0),
        };
        let threads = args
            .threads
            .map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
        let show = match (args.json, args.quiet) {
            (true, _) => Show::Json,
            (false, true) => Show::Errors,
            (false, false) => Show::Summary,
        };
        Self {
            settings: Settings {
                options: Options { view: args.view.view(), scale, strict: args.strict },
                limits,
                out: args.out.clone(),
                pdf: args.pdf,
                overwrite: args.overwrite,
                timings: args.timings,
                threads,
            },
            show,
        }
    }
}
