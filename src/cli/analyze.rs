//! `scalpmap analyze`.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use super::End;
use super::args::AnalyzeArgs;
use crate::analysis::Options;
use crate::batch::{self, Settings, inputs, names};
use crate::photo::Limits;
use crate::scale::ScaleOptions;

/// Runs the command.
pub fn run(args: &AnalyzeArgs) -> End {
    let settings = Settings {
        options: Options {
            view: args.view.view(),
            scale: ScaleOptions { mm_per_px: args.mm_per_px, ..ScaleOptions::default() },
            ..Options::default()
        },
        limits: Limits::default(),
        out: args.out.clone(),
        pdf: false,
        overwrite: false,
        threads: std::thread::available_parallelism().map_or(1, usize::from),
    };
    if let Some(out) = &settings.out {
        if let Err(e) = std::fs::create_dir_all(out) {
            eprintln!("error: cannot make the output folder: {e}\n  {}", out.display());
            return End::Usage;
        }
    }
    let (jobs, warnings) = names::jobs(&inputs::photos(&args.photos));
    for w in warnings {
        eprintln!("warning: {w}");
    }
    let mut end = End::Fine;
    batch::run(&jobs, &settings, |outcome| match outcome.result {
        Ok(done) => println!("{}: {} files", outcome.job.path.display(), done.files.len()),
        Err(e) => {
            end = End::SomeFailed;
            eprintln!("error: {e}");
            if let Some(remedy) = e.remedy() {
                eprintln!("  fix: {remedy}");
            }
            eprintln!("  photo: {}", outcome.job.path.display());
        }
    });
    end
}
