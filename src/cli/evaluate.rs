//! `scalpmap evaluate`: how far results are from the truth, and how far they move when a photo is changed.

mod robustness;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Args, ValueEnum};
use rayon::prelude::*;

use super::End;
use super::terminal::Terminal;
use crate::batch::write;
use crate::evaluate::suite::{self, Size};
use crate::evaluate::wire::{self, Document};
use crate::evaluate::{Report, Score, bars, html, score};

/// What the long help ends with.
pub const HELP: &str = "\
TRUTH_DIR and RESULT_DIR hold STEM.json, and STEM.tissue.png where tissues are compared; a truth without a result counts as an
empty result.

Examples:
  scalpmap phantom closeup --count 40 --vary --out truth
  scalpmap analyze truth --view closeup --mm-per-px 0.01 --out results
  scalpmap evaluate truth results --html accuracy.html
  scalpmap evaluate --suite full --out docs/accuracy.md";

/// Arguments of `evaluate`.
#[derive(Debug, Args)]
pub struct EvaluateArgs {
    /// Folder with the truth, as `scalpmap phantom` writes it
    #[arg(value_name = "TRUTH_DIR", required_unless_present_any = ["suite", "robustness"])]
    truth: Option<PathBuf>,
    /// Folder with the results of `scalpmap analyze`
    #[arg(value_name = "RESULT_DIR", requires = "truth", required_unless_present_any = ["suite", "robustness"])]
    result: Option<PathBuf>,
    /// Draw, analyse and score the accuracy suite instead
    #[arg(long, value_enum, conflicts_with_all = ["truth", "result"])]
    suite: Option<SuiteArg>,
    /// Close-ups, or folders of them: how far their counts move when the picture is turned, mirrored, resized, compressed,
    /// brightened, darkened or tinted
    #[arg(long, value_name = "PHOTO", num_args = 1.., conflicts_with_all = ["truth", "result", "suite", "json", "html"])]
    robustness: Vec<PathBuf>,
    /// File for the suite's page, Markdown
    #[arg(long, short, value_name = "FILE", requires = "suite")]
    out: Option<PathBuf>,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
    /// Also write the figures with plots
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SuiteArg {
    /// A few small pictures, seconds
    Small,
    /// Several hundred pictures, minutes: what docs/accuracy.md is written by
    Full,
}

/// Runs the command.
pub fn run(args: &EvaluateArgs) -> End {
    if !args.robustness.is_empty() {
        return robustness::run(&args.robustness);
    }
    let result = match (args.suite, &args.truth, &args.result) {
        (Some(size), ..) => of_suite(args, size),
        (None, Some(truth), Some(result)) => of_folders(args, truth, result),
        // clap asks for both folders or for a suite.
        _ => Ok(()),
    };
    match result {
        Ok(()) => End::Fine,
        Err((problem, path)) => {
            Terminal::new(0, true).error(&problem, None, path.as_deref());
            End::SomeFailed
        }
    }
}

/// What went wrong, and with which file.
type Wrong = (String, Option<PathBuf>);

fn of_suite(args: &EvaluateArgs, size: SuiteArg) -> Result<(), Wrong> {
    let cases = suite::cases(if size == SuiteArg::Small { Size::Small } else { Size::Full });
    let terminal = Terminal::new(cases.len(), false);
    let since = Instant::now();
    let scored = suite::run(&cases, || terminal.step()).map_err(|e| (e.to_string(), None))?;
    terminal.finish();
    tracing::info!("{} pictures took {:.1} s", cases.len(), since.elapsed().as_secs_f64());
    let page = bars::markdown(&scored);
    let scores: Vec<Score> = scored.into_iter().map(|s| s.score).collect();
    show(args, &scores, &terminal, &page)?;
    args.out.as_ref().map_or(Ok(()), |file| save(file, page.as_bytes()))
}

fn of_folders(args: &EvaluateArgs, truth: &Path, result: &Path) -> Result<(), Wrong> {
    let mut files: Vec<PathBuf> = fs::read_dir(truth)
        .map_err(|e| (e.to_string(), Some(truth.to_owned())))?
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.extension() == Some(OsStr::new("json")))
        .collect();
    files.sort();
    if files.is_empty() {
        return Err(("no STEM.json here; `scalpmap phantom` writes them".into(), Some(truth.to_owned())));
    }
    let terminal = Terminal::new(files.len(), args.json);
    let scores = files.par_iter().map(|file| {
        let done = one(file, result);
        terminal.step();
        done
    });
    let scores = scores.collect::<Result<Vec<_>, _>>()?;
    terminal.finish();
    show(args, &scores, &terminal, &Report::of(&scores).text())
}

/// One truth and its result, if there is one.
fn one(truth: &Path, results: &Path) -> Result<Score, Wrong> {
    let stem = truth.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let of = |path: &Path| {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err((e.to_string(), Some(path.to_owned()))),
        };
        Ok(Some(bytes))
    };
    let wrong = |path: &Path| {
        let path = path.to_owned();
        move |e: crate::Error| (e.to_string(), Some(path))
    };
    let beside = |folder: &Path, ending: &str| folder.join(format!("{stem}{ending}"));
    let read = |path: &Path| of(path)?.map(|b| Document::read(&b).map_err(wrong(path))).transpose();
    let tissue = |folder: &Path| {
        let path = beside(folder, ".tissue.png");
        of(&path)?.map(|b| wire::tissue(&b).map_err(wrong(&path))).transpose()
    };
    let document = read(truth)?.unwrap_or_default();
    let found = read(&beside(results, ".json"))?;
    let drawn = tissue(truth.parent().unwrap_or(Path::new(".")))?;
    let seen = tissue(results)?;
    Ok(score(&stem, &document, found.as_ref(), drawn.as_ref().map(|d| (d, seen.as_ref()))))
}

fn show(args: &EvaluateArgs, scores: &[Score], terminal: &Terminal, text: &str) -> Result<(), Wrong> {
    let report = Report::of(scores);
    if args.json {
        let json = serde_json::to_string(&report).map_err(|e| (e.to_string(), None))?;
        terminal.out(&format!("{json}\n"));
    } else {
        terminal.out(text);
    }
    args.html.as_ref().map_or(Ok(()), |file| save(file, html::page(&report, scores).as_bytes()))
}

fn save(file: &Path, bytes: &[u8]) -> Result<(), Wrong> {
    let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = file.file_name().unwrap_or(OsStr::new("accuracy"));
    write::whole(folder, name, bytes).map(|_| ()).map_err(|e| (e.to_string(), Some(file.to_owned())))
}
