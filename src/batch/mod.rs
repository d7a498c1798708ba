//! Many photos: found, read, analysed in parallel, written whole or not at all.
//!
//! - [`inputs`]: what was named on the command line, files and folders, to a list of photos
//! - [`names`]: a distinct STEM for each photo's outputs
//! - [`visit`]: the photos of one visit joined on one scalp
//! - [`mod@write`]: temporary name, then rename
//! - [`run`]: a fixed number of photos in flight, results delivered in input order

pub mod inputs;
pub mod names;
mod run;
pub mod visit;
pub mod write;

use std::ffi::OsString;
use std::path::PathBuf;

use crate::analysis::Options;
use crate::error::Error;
use crate::photo::Limits;
use crate::report::json::Document;

pub use run::run;

/// One photo to analyse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Where the photo lies.
    pub path: PathBuf,
    /// What the names of its outputs begin with; distinct within a batch.
    pub stem: OsString,
}

/// How photos are analysed and what is written.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Options of the pipeline.
    pub options: Options,
    /// Limits on the photos.
    pub limits: Limits,
    /// Folder of the outputs; none writes nothing.
    pub out: Option<PathBuf>,
    /// Also write `STEM.report.pdf`.
    pub pdf: bool,
    /// Also write `STEM.session1.png` and so on.
    pub preview: bool,
    /// How photos are turned before they are measured.
    pub turn: Turn,
    /// The photos are of one visit: keep what joins them, and take a side that a file is named after.
    pub visit: bool,
    /// Leave out the layers and the overlay: the numbers and the preview alone.
    pub bare: bool,
    /// Replace results of other photos.
    pub overwrite: bool,
    /// Write the time of each stage to `STEM.json`.
    pub timings: bool,
    /// Most threads that compute at a time.
    pub threads: usize,
}

/// How photos are turned before they are measured, after what the files themselves say of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Turn {
    /// Not at all; a photo that seems to need it gets a warning.
    #[default]
    Never,
    /// Clockwise quarter turns.
    By(usize),
    /// Where a head surely lies on its side or stands on its head.
    Auto,
}

/// A photo that went through.
#[derive(Debug, Clone)]
pub struct Done {
    /// What was measured.
    pub document: Document,
    /// What was written.
    pub files: Vec<PathBuf>,
    /// For a visit, what joins its photos.
    pub kept: Option<Box<visit::Kept>>,
}

/// The result of one photo.
#[derive(Debug)]
pub struct Outcome {
    /// The photo.
    pub job: Job,
    /// What was measured, or why not.
    pub result: Result<Done, Failure>,
}

/// Why a photo has no result. No message holds a path: the one who prints it knows the job, and puts it last.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The file could not be read.
    #[error("cannot read the photo: {0}")]
    Read(std::io::Error),
    /// The file is larger than any photo within the limits.
    #[error("the file holds {mebibytes:.0} MiB, above the limit of {limit:.0} MiB")]
    FileTooLarge {
        /// Size of the file, or what was read of it.
        mebibytes: f64,
        /// The limit in force.
        limit: f64,
    },
    /// A stage of the pipeline refused the photo.
    #[error(transparent)]
    Stage(#[from] Error),
    /// An output could not be written.
    #[error("cannot write the results: {0}")]
    Write(std::io::Error),
    /// The output folder holds the results of another photo under the same name.
    #[error("{name} holds the results of another photo; nothing was replaced")]
    Occupied {
        /// File name of the other result.
        name: String,
    },
    /// A defect of the program.
    #[error("the program failed on this photo: {0}")]
    Defect(String),
}

impl Failure {
    /// What the user can do, as a full sentence.
    #[must_use]
    pub fn remedy(&self) -> Option<String> {
        Some(match self {
            Self::Read(e) if e.kind() == std::io::ErrorKind::NotFound => {
                "Check the name; put names with spaces in quotes.".into()
            }
            Self::Read(_) => "Check that you may read the file and that its disk is connected.".into(),
            Self::FileTooLarge { .. } => "Give the photo itself, not an archive or a video.".into(),
            Self::Stage(e) => return e.remedy(),
            Self::Write(e) if e.kind() == std::io::ErrorKind::StorageFull => {
                "Free some space, or give another folder with --out.".into()
            }
            Self::Write(_) => "Give a folder you may write to with --out.".into(),
            Self::Occupied { .. } => "Give another folder with --out, or replace them with --overwrite.".into(),
            Self::Defect(_) => "Please report this with the output of `scalpmap --version`.".into(),
        })
    }
}
