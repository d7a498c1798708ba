//! `scalpmap analyze`.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::End;
use super::args::AnalyzeArgs;
use super::options::{Meaning, Show};
use super::terminal::Terminal;
use crate::batch::visit::Kept;
use crate::batch::{self, Failure, inputs, names, write};
use crate::report::json::Document;
use crate::report::json::visit::VisitDocument;
use crate::report::{json, pdf, summary};

/// Runs the command.
pub fn run(args: &AnalyzeArgs) -> End {
    run_with(args, |_| {})
}

/// Runs `preview`: as `analyze`, but of the pictures only those of the sessions.
pub fn run_preview(args: &AnalyzeArgs) -> End {
    if args.out.is_none() {
        let remedy = Some("Say where, such as --out results.");
        Terminal::new(0, true).error("the pictures of the sessions need a folder", remedy, None);
        return End::Usage;
    }
    run_with(args, |settings| (settings.preview, settings.bare) = (true, !settings.pdf))
}

fn run_with(args: &AnalyzeArgs, change: impl FnOnce(&mut batch::Settings)) -> End {
    let Meaning { mut settings, show } = match Meaning::try_from(args) {
        Ok(meaning) => meaning,
        Err(refused) => {
            Terminal::new(0, true).error(&refused.problem, refused.remedy.as_deref(), Some(&refused.path));
            return End::Usage;
        }
    };
    change(&mut settings);
    let (jobs, renamed) = names::jobs(&inputs::photos(&args.photos));
    let terminal = Terminal::new(jobs.len(), show == Show::Errors);
    if jobs.is_empty() {
        terminal.error(
            "the folder holds no photo",
            Some("Give a folder with JPEG, PNG, TIFF, WebP or HEIC files."),
            args.photos.first().map(AsRef::as_ref),
        );
        return End::Usage;
    }
    if let Some(out) = &settings.out
        && let Err(e) = ready(out)
    {
        terminal.error(
            &format!("cannot write to the output folder: {e}"),
            Some("Give a folder you may write to with --out."),
            Some(out),
        );
        return End::Usage;
    }
    if show != Show::Errors {
        renamed.iter().for_each(|w| terminal.warning(w));
    }
    interrupts();

    if let Some(clash) = settings.visit.then(|| visit_name_taken(&jobs)).flatten() {
        let remedy = Some("Rename the photo, or analyse it without --visit.");
        terminal.error("a photo is named visit, whose results would be those of the visit", remedy, Some(&clash));
        return End::Usage;
    }
    let mut failed = 0;
    let mut members = Vec::new();
    let mut known: HashMap<String, String> = HashMap::new();
    batch::run(&jobs, &settings, |outcome| {
        match outcome.result {
            Ok(done) => {
                let d = &done.document;
                match show {
                    Show::Json => match json::to_line(d) {
                        Ok(line) => terminal.out(&(line + "\n")),
                        Err(e) => terminal.error(&e.to_string(), None, Some(&outcome.job.path)),
                    },
                    Show::Summary => terminal.out(&summary::summary(d, terminal.style)),
                    Show::Errors => {}
                }
                if let Some(kept) = done.kept {
                    members.push((d.clone(), *kept));
                }
                let name = d.photo.file_name.clone();
                if let Some(other) = known.insert(d.photo.sha256.clone(), name.clone())
                    && show != Show::Errors
                {
                    terminal.warning(&format!("{name} and {other} are the same photo under two names"));
                }
            }
            Err(failure) => {
                failed += 1;
                terminal.error(&failure.to_string(), failure.remedy().as_deref(), Some(&outcome.job.path));
            }
        }
        terminal.step();
    });
    terminal.finish();
    if settings.visit && !members.is_empty() {
        match visit(&members, &settings) {
            Ok(joined) => match show {
                Show::Summary => terminal.out(&joined.summary),
                Show::Json => terminal.out(&joined.line),
                Show::Errors => {}
            },
            Err((failure, path)) => {
                terminal.error(&failure.to_string(), failure.remedy().as_deref(), Some(&path));
                return End::SomeFailed;
            }
        }
    }
    if show == Show::Summary {
        terminal.out(&closing(jobs.len(), failed, settings.out.as_deref()));
    }
    if failed == 0 { End::Fine } else { End::SomeFailed }
}

/// The photo whose results would have the visit's name.
fn visit_name_taken(jobs: &[batch::Job]) -> Option<PathBuf> {
    jobs.iter().find(|j| j.stem.eq_ignore_ascii_case("visit")).map(|j| j.path.clone())
}

/// A visit as the terminal shows it.
struct Joined {
    summary: String,
    /// `visit.json`, its newline included.
    line: String,
}

/// Joins the photos of a visit and writes, where there is a folder, `visit.json`, `visit.scalp.png` and, where asked
/// for, `visit.report.pdf`.
fn visit(members: &[(Document, Kept)], settings: &batch::Settings) -> Result<Joined, (Failure, PathBuf)> {
    let (document, scalp) = batch::visit::joined(members, &settings.options);
    let line = |path: &Path| json::to_line(&document).map(|l| l + "\n").map_err(|e| (e.into(), path.to_owned()));
    let Some(out) = &settings.out else {
        return Ok(Joined { summary: summary::visit(&document), line: line(Path::new("visit.json"))? });
    };
    let path = out.join("visit.json");
    let failed = |e: Failure| (e, path.clone());
    if !settings.overwrite && holds_another_visit(&path, &document) {
        return Err(failed(Failure::Occupied { name: "visit.json".into() }));
    }
    let save =
        |name: &str, bytes: &[u8]| write::whole(out, OsStr::new(name), bytes).map_err(|e| failed(Failure::Write(e)));
    if settings.pdf {
        let pdf = pdf::visit(&document, &scalp).map_err(|e| failed(e.into()))?;
        save("visit.report.pdf", &pdf)?;
    }
    save("visit.scalp.png", &scalp.png().map_err(|e| failed(e.into()))?)?;
    let line = line(&path)?;
    save("visit.json", line.as_bytes())?;
    Ok(Joined { summary: summary::visit(&document), line })
}

/// Whether the file holds a visit with other photos.
fn holds_another_visit(path: &Path, document: &VisitDocument) -> bool {
    let Ok(bytes) = std::fs::read(path) else { return path.exists() };
    let held = serde_json::from_slice::<serde_json::Value>(&bytes).unwrap_or_default();
    let photos = held["photos"].as_array().map(Vec::as_slice).unwrap_or_default();
    let held: Vec<&str> = photos.iter().filter_map(|p| p["sha256"].as_str()).collect();
    held != document.photos.iter().map(|p| p.sha256.as_str()).collect::<Vec<_>>()
}

/// The last line.
fn closing(photos: usize, failed: usize, out: Option<&Path>) -> String {
    let done = photos - failed;
    let what = if done == 1 { "1 photo".to_owned() } else { format!("{done} photos") };
    let failed = if failed > 0 { format!(", {failed} failed") } else { String::new() };
    let files = match out {
        Some(out) if done > 0 => format!("; results in {}", out.display()),
        Some(_) => String::new(),
        None => "; no file written, --out DIR writes the overlay and the numbers".to_owned(),
    };
    format!("\n{what} analysed{failed}{files}\n")
}

/// Makes the folder and tries to write there, before any photo takes its time.
fn ready(out: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(out)?;
    tempfile::Builder::new().prefix(".scalpmap-").suffix(".tmp").tempfile_in(out).map(drop)
}

/// An interrupt removes what is half written and ends the program with the shell's code for it.
fn interrupts() {
    // 128 + SIGINT; fails only where a handler exists already.
    let set = ctrlc::set_handler(|| write::discard_unfinished(|| std::process::exit(130)));
    if let Err(e) = set {
        tracing::warn!("an interrupt may leave a temporary file behind: {e}");
    }
}
