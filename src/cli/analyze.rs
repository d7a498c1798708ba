//! `scalpmap analyze`.

use std::collections::HashMap;
use std::path::Path;

use super::End;
use super::args::AnalyzeArgs;
use super::options::{Meaning, Show};
use super::terminal::Terminal;
use crate::batch::{self, inputs, names, write};
use crate::report::{json, summary};

/// Runs the command.
pub fn run(args: &AnalyzeArgs) -> End {
    let Meaning { settings, show } = match Meaning::try_from(args) {
        Ok(meaning) => meaning,
        Err(refused) => {
            Terminal::new(0, true).error(&refused.problem, refused.remedy.as_deref(), Some(&refused.path));
            return End::Usage;
        }
    };
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

    let mut failed = 0;
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
    if show == Show::Summary {
        terminal.out(&closing(jobs.len(), failed, settings.out.as_deref()));
    }
    if failed == 0 { End::Fine } else { End::SomeFailed }
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
