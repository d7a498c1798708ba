//! The command line: parse, call, exit code. One file per command.

mod analyze;
mod args;
mod evaluate;
mod length;
mod marker;
mod options;
mod phantom;
mod rules;
mod terminal;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::report::json;
use terminal::Terminal;

/// How a run ended; the one place where exit codes are decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// All fine.
    Fine,
    /// Some photo failed.
    SomeFailed,
    /// Wrong usage.
    Usage,
}

impl From<End> for ExitCode {
    fn from(end: End) -> Self {
        match end {
            End::Fine => Self::SUCCESS,
            End::SomeFailed => Self::from(1),
            // Also what clap ends with for arguments that it refuses.
            End::Usage => Self::from(2),
        }
    }
}

/// Runs the program: 0 all fine, 1 some photo failed, 2 wrong usage.
#[must_use]
pub fn main() -> ExitCode {
    use args::{Args, Command};
    keep_freed_memory();
    match Args::parse().command {
        Command::Analyze(a) => {
            log(a.verbose);
            analyze::run(&a)
        }
        Command::Preview(a) => {
            log(a.verbose);
            analyze::run_preview(&a)
        }
        Command::Phantom(a) => phantom::run(&a),
        Command::Evaluate(a) => evaluate::run(&a),
        Command::Rules(a) => rules::run(&a),
        Command::Marker(a) => marker::run(&a),
        Command::Schema { visit } => schema(visit),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "scalpmap", &mut script);
            Terminal::new(0, true).out(&String::from_utf8_lossy(&script));
            End::Fine
        }
    }
    .into()
}

/// Largest piece of memory whose release changes what glibc keeps: `DEFAULT_MMAP_THRESHOLD_MAX`, less the header that it adds.
const LARGEST_KEPT: usize = (32 << 20) - 4096;

/// Makes the allocator keep what planes leave behind for the next ones instead of giving each back to the system: of a photo's time a tenth
/// would go into having the same pages made and cleared again.
///
/// glibc takes the largest piece that was ever released as the bound for that (`mallopt(3)`, `M_MMAP_THRESHOLD`), so one that is never
/// touched is asked for and released. Elsewhere this does nothing.
fn keep_freed_memory() {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(LARGEST_KEPT)));
}

/// `scalpmap schema`.
fn schema(visit: bool) -> End {
    let schema = if visit { json::visit::schema() } else { json::schema() };
    Terminal::new(0, true).out(&format!("{schema:#}\n"));
    End::Fine
}

/// What the stages say, on standard error: 1 how long each took, 2 everything.
fn log(verbose: u8) {
    let level = match verbose {
        0 => tracing::Level::WARN,
        1 => tracing::Level::INFO,
        _ => tracing::Level::TRACE,
    };
    let ansi = std::io::IsTerminal::is_terminal(&std::io::stderr());
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .with_ansi(ansi)
        .with_target(false)
        .init();
    if verbose == 0 {
        // A defect is reported as an error of its photo; the raw message only adds noise.
        std::panic::set_hook(Box::new(|_| {}));
    }
}
