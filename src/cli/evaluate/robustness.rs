//! `scalpmap evaluate --robustness`: how far counts move when a photo is changed.

use std::fmt::Write;
use std::path::PathBuf;

use rayon::prelude::*;

use crate::batch::inputs;
use crate::cli::End;
use crate::cli::terminal::Terminal;
use crate::evaluate::robustness::{self, Perturbation, Row};
use crate::photo::{self, Limits};

/// Changes each photo in every way and prints how far the counts move.
pub fn run(photos: &[PathBuf]) -> End {
    let photos = inputs::photos(photos);
    let terminal = Terminal::new(photos.len(), false);
    let limits = Limits::default();
    let tried: Vec<_> = photos
        .par_iter()
        .map(|path| {
            let trial = std::fs::read(path)
                .map_err(|e| (format!("cannot read the photo: {e}"), None))
                .and_then(|bytes| photo::decode(&bytes, &limits).map_err(|e| (e.to_string(), e.remedy())))
                .and_then(|photo| {
                    robustness::trial(&photo, &Perturbation::ALL).map_err(|e| (e.to_string(), e.remedy()))
                });
            terminal.step();
            trial
        })
        .collect();
    terminal.finish();
    let (mut trials, mut failed) = (Vec::new(), 0);
    for (path, trial) in photos.iter().zip(tried) {
        match trial {
            Ok(trial) => trials.push(trial),
            Err((problem, remedy)) => {
                failed += 1;
                terminal.error(&problem, remedy.as_deref(), Some(path));
            }
        }
    }
    if !trials.is_empty() {
        terminal.out(&table(&robustness::summary(&Perturbation::ALL, &trials)));
    }
    if failed == 0 && !trials.is_empty() { End::Fine } else { End::SomeFailed }
}

/// The rows for people.
fn table(rows: &[Row]) -> String {
    let mut text = String::from(
        "Change of the counts against the photo as it is     hairs: median   p90   bias   units: median   p90   bias\n",
    );
    for row in rows {
        let [h, u] = [row.hairs, row.units].map(|c| [c.median, c.p90, c.bias].map(|v| 100.0 * v));
        let _ = writeln!(
            text,
            "{:<32} {:>4} photo(s)         {:>5.1} % {:>5.1} {:>+6.1}         {:>5.1} % {:>5.1} {:>+6.1}",
            row.perturbation.name(),
            row.photos,
            h[0],
            h[1],
            h[2],
            u[0],
            u[1],
            u[2],
        );
    }
    text
}
