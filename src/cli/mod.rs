//! The command line: parse, call, exit code. One file per command.

use std::process::ExitCode;

/// Runs the program: 0 all fine, 1 some photo failed, 2 wrong usage.
#[must_use]
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
