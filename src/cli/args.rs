//! What was typed. What it means is the business of [`super::options`].

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::length::{self, Line, Reference};
use crate::batch::Turn;
use crate::units::{Mm, MmPerPx};
use crate::view::View;

/// Measures scalp photos: hair, bare scalp, follicular units, density, coverage, hairline; and plans a scalp
/// micropigmentation (SMP) treatment. Cosmetic planning and research; not for diagnosis.
#[derive(Debug, Parser)]
#[command(
    version,
    arg_required_else_help = true,
    max_term_width = 110,
    after_help = "\
Examples:
  scalpmap analyze consult.jpg --out results
  scalpmap analyze photos/ --out results --pdf

`scalpmap help analyze` shows how to give a scale, and what is written."
)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Measure photos, draw what was found, plan a treatment
    #[command(after_long_help = ANALYZE_HELP)]
    Analyze(Box<AnalyzeArgs>),
    /// Draw what the client may look like after each session of the plan
    #[command(after_long_help = PREVIEW_HELP)]
    Preview(Box<AnalyzeArgs>),
    /// Print, check and explain the rules of the treatment plan
    #[command(after_long_help = RULES_HELP)]
    Rules(RulesArgs),
    /// Write a sheet with markers to print, cut out and lay on the scalp, which give photos their scale
    #[command(after_long_help = "Example:\n  scalpmap marker --size 20mm --out marker.pdf")]
    Marker(MarkerArgs),
    /// Draw synthetic close-ups and heads whose truth is known exactly
    Phantom(super::phantom::PhantomArgs),
    /// Measure how good the program is: against a truth, on a suite of phantoms, or under changes of your photos
    #[command(after_long_help = super::evaluate::HELP)]
    Evaluate(super::evaluate::EvaluateArgs),
    /// Print the JSON Schema of STEM.json, or of visit.json
    Schema {
        /// Of visit.json
        #[arg(long)]
        visit: bool,
    },
    /// Print completions for a shell
    #[command(
        after_long_help = "Example, for bash:\n  scalpmap completions bash > ~/.local/share/bash-completion/completions/scalpmap"
    )]
    Completions {
        /// The shell
        shell: Shell,
    },
}

const ANALYZE_HELP: &str = "\
What is written to DIR for each photo STEM.jpg:
  STEM.json          every number, with intervals, quality, plan and warnings (`scalpmap schema` describes it)
  STEM.overlay.png   the picture to look at: coverage in colours, hairline, regions, hairs
  STEM.caliber.png   close-ups with calibres: how many hairs are how thick
  STEM.tissue.png    0 background, 1 skin, 2 hair, 3 bare scalp
  STEM.coverage.png  0..255 = 0..100 % of the scalp hidden by hair
  STEM.report.pdf    with --pdf: one page for the client, one for the artist
  STEM.session1.png  with --preview: the photo after each session of the plan (up to 4), and STEM.healed.png
  visit.json         with --visit: the photos joined on one scalp, each place counted once, and one plan for the visit;
  visit.scalp.png    that scalp as seen from above; visit.report.pdf with --pdf. A file named after its side (front.jpg,
                     2-left.png) is taken to show it
Two photos of one STEM: the second is written as STEM-2. A photo given twice is analysed once. Results of the same
photo are replaced; results of another photo only with --overwrite.

Scale: without one there are no cm2 and no densities, only shares and px. In the order in which they count:
  --mm-per-px, --field-width-mm, --reference, a printed marker in the photo, a microscope's scale bar, the camera's
  focal length and distance, --assume-head-width

Examples:
  A head, seen from above, where the width across the head is about 155 mm:
      scalpmap analyze top.jpg --out results --view top --assume-head-width 155mm
  A dermatoscope picture that is 14 mm wide:
      scalpmap analyze closeup.png --out results --field-width-mm 14
  A photo with a 20 mm sticker whose edges lie at (310, 420) and (398, 421):
      scalpmap analyze vertex.jpg --out results --reference 310,420,398,421=20mm
  All photos of a folder, as JSON lines for another program:
      scalpmap analyze photos/ --json | jq .coverage.scalp_share_hidden
  The five photos of a visit:
      scalpmap analyze --visit front.jpg top.jpg left.jpg right.jpg back.jpg --out results --pdf
  A folder of photos, some of which lie on their side:
      scalpmap analyze photos/ --out results --turn auto
  A name that begins with a dash:
      scalpmap analyze --out results -- -front.jpg

Exit codes: 0 all photos analysed, 1 some photo failed (the others are complete), 2 wrong usage.";

const PREVIEW_HELP: &str = "\
What is written to DIR for each photo STEM.jpg: STEM.session1.png, .session2.png and so on (as many as the plan has
sessions, up to 4), STEM.healed.png, and STEM.json with the plan they follow. Dots have their true size and spacing;
without a scale a head 154 mm broad is assumed, and the picture says so. A drawing of the plan, not a promise.

Examples:
  scalpmap preview front.jpg --out results
  scalpmap preview top.jpg --out results --view top --assume-head-width 155mm --profile client.toml";

const RULES_HELP: &str = "\
Examples:
  scalpmap rules                              all rules, parameters and the facts that conditions may name
  scalpmap rules needle                       the rules whose id begins with \"needle\"
  scalpmap rules --toml > my-practice.toml    a file to start from; keep only what you change
  scalpmap rules --rules my-practice.toml     checks your file; mistakes are told with the rule's id
  scalpmap analyze photo.jpg --rules my-practice.toml --out results";

/// Arguments of `rules`.
#[derive(Debug, ClapArgs)]
pub struct RulesArgs {
    /// Beginnings of the ids to show [default: all]
    #[arg(value_name = "ID")]
    pub ids: Vec<String>,
    /// A practice's file, laid over the built-in rules
    #[arg(long, value_name = "FILE")]
    pub rules: Option<PathBuf>,
    /// Print the built-in rules as the file they are
    #[arg(long, conflicts_with_all = ["ids", "rules"])]
    pub toml: bool,
}

/// Arguments of `marker`.
#[derive(Debug, ClapArgs)]
pub struct MarkerArgs {
    /// Side of the marker's black square: 20 mm for heads, 10 mm for close-ups
    #[arg(long, value_name = "LENGTH", default_value = "20mm", value_parser = length::length)]
    pub size: Mm,
    /// File to write
    #[arg(long, short, value_name = "FILE", default_value = "marker.pdf")]
    pub out: PathBuf,
}

/// Arguments of `analyze`.
#[derive(Debug, ClapArgs)]
pub struct AnalyzeArgs {
    /// Photos (JPEG, PNG, TIFF, WebP, HEIC), or folders that are searched for photos
    #[arg(required = true, value_name = "PHOTO")]
    pub photos: Vec<PathBuf>,
    /// Folder for the results; made where it does not exist. Without it nothing is written
    #[arg(long, short, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// The side the photos show; left and right are the client's own
    #[arg(long, value_enum, default_value_t = ViewArg::Auto)]
    pub view: ViewArg,
    /// Turn the photos clockwise first, where a camera did not say how it was held: points and pictures are of the turned photo
    #[arg(long, value_enum, value_name = "DEGREES")]
    pub turn: Option<TurnArg>,
    /// Also write STEM.report.pdf
    #[arg(long, requires = "out")]
    pub pdf: bool,
    /// Also draw the plan into the photo: STEM.session1.png and so on, STEM.healed.png
    #[arg(long, requires = "out")]
    pub preview: bool,
    /// The photos show one head at one visit: also join them in visit.json, and take the sides that files are named after
    #[arg(long, conflicts_with = "view")]
    pub visit: bool,
    /// Print one JSON document per photo and line instead of the summary
    #[arg(long)]
    pub json: bool,
    /// Refuse photos whose quality is unusable
    #[arg(long)]
    pub strict: bool,
    /// Replace the results of other photos that have the same name
    #[arg(long)]
    pub overwrite: bool,
    /// What is known about the client: a TOML file with sex, hair_type, hair_worn, hair_colour, skin, contraindications
    #[arg(long, value_name = "FILE")]
    pub profile: Option<PathBuf>,
    /// A TOML file that changes rules and parameters of the treatment plan
    #[arg(long, value_name = "FILE")]
    pub rules: Option<PathBuf>,
    /// How the scale is known.
    #[command(flatten)]
    pub scale: ScaleArgs,
    /// The hairline as you see it, px of the upright photo; it replaces the one found, such as 120,340;300,280;480,345
    #[arg(long, value_name = "X,Y;X,Y;...", allow_hyphen_values = true, value_parser = length::line)]
    pub hairline: Option<Line>,
    /// Largest photo, in million px
    #[arg(long, value_name = "MP", default_value_t = 200.0, value_parser = length::positive, help_heading = "Running")]
    pub max_megapixels: f64,
    /// Threads that compute at a time [default: one per processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Running")]
    pub threads: Option<u16>,
    /// Show the time of each stage, and write it to STEM.json
    #[arg(long, help_heading = "Running")]
    pub timings: bool,
    /// Print errors only
    #[arg(long, short, conflicts_with = "verbose", help_heading = "Running")]
    pub quiet: bool,
    /// Print what the stages do; twice for more
    #[arg(long, short, action = clap::ArgAction::Count, help_heading = "Running")]
    pub verbose: u8,
}

/// How the scale is known.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Scale (for all photos given)")]
pub struct ScaleArgs {
    /// Side of a pixel on the skin, in mm
    #[arg(long, value_name = "MM", allow_hyphen_values = true, value_parser = length::mm_per_px)]
    pub mm_per_px: Option<MmPerPx>,
    /// Width of the whole photo on the skin, in mm
    #[arg(long, value_name = "MM", allow_hyphen_values = true, value_parser = length::plain_mm)]
    pub field_width_mm: Option<Mm>,
    /// Two points in px of the upright photo, and their distance on the skin, such as 310,420,398,421=20mm
    #[arg(long, value_name = "X0,Y0,X1,Y1=LENGTH", allow_hyphen_values = true, value_parser = length::reference)]
    pub reference: Option<Reference>,
    /// Side of the printed marker's black square [default: the size that its number stands for]
    #[arg(long, value_name = "LENGTH", allow_hyphen_values = true, value_parser = length::length)]
    pub marker_size: Option<Mm>,
    /// What the scale bar in the picture stands for, in mm; without it the label beside the bar is read
    #[arg(long, value_name = "MM", allow_hyphen_values = true, value_parser = length::plain_mm)]
    pub scale_bar_mm: Option<Mm>,
    /// Width of the head above the ears; about 155mm in adults, and therefore rough
    #[arg(long, value_name = "LENGTH", allow_hyphen_values = true, value_parser = length::length)]
    pub assume_head_width: Option<Mm>,
}

/// Turns that can be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TurnArg {
    /// Only photos of heads that surely lie on their side or stand on their head, each as it needs
    Auto,
    /// A quarter turn
    #[value(name = "90")]
    Quarter,
    /// Half a turn
    #[value(name = "180")]
    Half,
    /// A quarter turn the other way
    #[value(name = "270")]
    ThreeQuarters,
}

impl TurnArg {
    /// What it means.
    pub fn turn(self) -> Turn {
        match self {
            Self::Auto => Turn::Auto,
            Self::Quarter => Turn::By(1),
            Self::Half => Turn::By(2),
            Self::ThreeQuarters => Turn::By(3),
        }
    }
}

/// Views that can be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ViewArg {
    /// Guess it
    Auto,
    /// The face and the frontal hairline
    Front,
    /// The scalp from above, or with the head bowed
    Top,
    /// The client's left side
    Left,
    /// The client's right side
    Right,
    /// The back of the head
    Back,
    /// A field of skin millimetres to a few centimetres wide
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

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_name_with_a_leading_dash_is_taken_after_two_dashes() {
        let args = Args::try_parse_from(["scalpmap", "analyze", "--out", "o", "--", "-front.jpg"]).unwrap();
        let Command::Analyze(a) = args.command else { panic!("not analyze") };
        assert_eq!(a.photos, [PathBuf::from("-front.jpg")]);
    }
}
