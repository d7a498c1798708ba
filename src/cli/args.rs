//! What was typed. What it means is [`super::options`]'s business.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use crate::units::MmPerPx;
use crate::view::View;

/// Reads scalp photos: hair, bare scalp, follicular units, density, coverage, hairline, and an SMP plan.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Measure photos of a scalp.
    Analyze(AnalyzeArgs),
}

/// Arguments of `analyze`.
#[derive(Debug, ClapArgs)]
pub struct AnalyzeArgs {
    /// Photos, or folders of photos.
    #[arg(required = true, value_name = "PHOTO")]
    pub photos: Vec<PathBuf>,
    /// Folder for the results; made where it does not exist.
    #[arg(long, short, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// The side the photos show.
    #[arg(long, value_enum, default_value_t = ViewArg::Auto)]
    pub view: ViewArg,
    /// Side of a pixel on the skin.
    #[arg(long, value_name = "MM", allow_hyphen_values = true, value_parser = |s: &str| s.parse::<f64>().map_err(|e| e.to_string()).and_then(|v| MmPerPx::new(v).map_err(|e| e.to_string())))]
    pub mm_per_px: Option<MmPerPx>,
}

/// Views that can be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ViewArg {
    /// Guess it.
    Auto,
    /// The face and the frontal hairline.
    Front,
    /// The scalp from above.
    Top,
    /// The client's left side.
    Left,
    /// The client's right side.
    Right,
    /// The back of the head.
    Back,
    /// A field of skin millimetres to a few centimetres wide.
    Closeup,
}

impl ViewArg {
    /// The view; none for `auto`.
    pub fn view(self) -> Option<View> {
        Some(match self {
            Self::Auto => return None,
            Self::Front => View::Front,
            Self::Top => View::Top,
            Self::Left => View::Left,
            Self::Right => View::Right,
            Self::Back => View::Back,
            Self::Closeup => View::Closeup,
        })
    }
}
