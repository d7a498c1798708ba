//! Printing: results to standard output, everything else to standard error; a bar only on a terminal.

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::report::summary::Style;

/// Colours for a stream: on a terminal, and only where <https://no-color.org> does not say otherwise.
fn style(terminal: bool) -> Style {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
    if terminal && !refused { Style::Colour } else { Style::Plain }
}

/// Where a command prints.
pub struct Terminal {
    bar: ProgressBar,
    /// Colours of standard output.
    pub style: Style,
    error_style: Style,
}

impl Terminal {
    /// A terminal whose bar counts to `photos`; without a bar for a single photo, on a pipe, or where only errors are shown.
    pub fn new(photos: usize, quiet: bool) -> Self {
        let bar = if photos > 1 && !quiet && std::io::stderr().is_terminal() {
            let bar = ProgressBar::new(photos as u64).with_style(
                ProgressStyle::with_template("{bar:30} {pos}/{len} photos, {eta} left").expect("a valid template"),
            );
            bar.enable_steady_tick(Duration::from_millis(250));
            bar
        } else {
            ProgressBar::hidden()
        };
        Self { bar, style: style(std::io::stdout().is_terminal()), error_style: style(std::io::stderr().is_terminal()) }
    }

    /// Prints to standard output. A reader that went away (`| head`) does not stop the photos that are still to be written.
    pub fn out(&self, text: &str) {
        self.bar.suspend(|| {
            let mut out = std::io::stdout().lock();
            let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        });
    }

    /// Prints to standard error.
    fn err(&self, text: &str) {
        self.bar.suspend(|| {
            let _ = std::io::stderr().lock().write_all(text.as_bytes());
        });
    }

    /// One more photo is through.
    pub fn step(&self) {
        self.bar.inc(1);
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }

    /// Prints an error: what, what to do, which file.
    pub fn error(&self, problem: &str, remedy: Option<&str>, path: Option<&Path>) {
        let mut text = match self.error_style {
            Style::Colour => format!("\x1b[31merror:\x1b[0m {problem}\n"),
            Style::Plain => format!("error: {problem}\n"),
        };
        if let Some(remedy) = remedy {
            text += &format!("  fix: {remedy}\n");
        }
        if let Some(path) = path {
            text += &format!("  in: {}\n", path.display());
        }
        self.err(&text);
    }

    /// Prints a warning that concerns no single result.
    pub fn warning(&self, text: &str) {
        self.err(&format!("warning: {text}\n"));
    }
}
