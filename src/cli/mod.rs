//! The command line: parse, call, exit code. One file per command.

mod analyze;
mod args;

use std::process::ExitCode;

use clap::Parser;

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
    let args = args::Args::parse();
    match args.command {
        args::Command::Analyze(a) => analyze::run(&a),
    }
    .into()
}
