//! Writes what `models/train/view.py` learns from: for each drawn head of a folder (`scalpmap phantom head`) its view and the figures
//! that tell the view, as JSON, one line each.
//!
//! ```text
//! cargo run --release --example view_features -- heads > features.jsonl
//! ```

use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};

use scalpmap::findings::side;
use scalpmap::photo::{self, Limits};
use scalpmap::segmentation::segment;
use scalpmap::view::View;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("give the folder of the drawn heads")?;
    let mut truths: Vec<PathBuf> = std::fs::read_dir(folder)?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    truths.retain(|p| p.extension().is_some_and(|e| e == "json"));
    truths.sort();
    let mut out = std::io::stdout().lock();
    for truth in truths {
        if let Some(line) = line(&truth).map_err(|e| format!("{}: {e}", truth.display()))? {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

/// None where the net finds no head.
fn line(truth: &Path) -> Result<Option<String>, Box<dyn Error>> {
    let view = serde_json::from_slice::<serde_json::Value>(&std::fs::read(truth)?)?["photo"]["view"].clone();
    let photo = photo::decode(&std::fs::read(truth.with_extension("png"))?, &Limits::default())?;
    let features = side::features(&segment(&photo, View::Front)?);
    Ok(features.map(|f| serde_json::json!({ "view": view, "features": f.to_vec() }).to_string()))
}
