//! scalpmap reads scalp photos: what was measured, how sure it is, what it means for a scalp micropigmentation
//! treatment, and a picture of it.
//!
//! The pipeline, in one direction; each stage is a pure function from one type to the next:
//!
//! 1. [`photo`]: bytes to an upright sRGB [`photo::Photo`]
//! 2. [`view`]: close-up or whole head
//! 3. [`scale`]: mm per px, where it comes from, its relative error, or none
//! 4. [`segmentation`]: background, skin, hair, bare scalp, with probabilities
//! 5. [`quality`]: focus, exposure, glare, framing: a verdict and what to do about it
//! 6. [`follicle`]: follicular units, their hairs, calibre
//! 7. [`density`]: hairs and units per cm2, as numbers and maps
//! 8. [`coverage`]: share of the scalp hidden, as a map
//! 9. [`findings`]: zones, bald regions, hairline, scars, pattern range
//! 10. [`plan`]: effect, needle, dots, sessions per region, each with its reason and source
//! 11. [`report`]: JSON, PNG layers, overlay, PDF
//!
//! [`analyze`] runs stages 2 to 10. Only `batch` and `cli` touch files and clocks.
//!
//! Cosmetic planning and research; not for diagnosis.

pub mod units;

pub mod plane;

#[path = "density/kernel/mod.rs"]
pub mod kernel;

pub mod error;
mod fonts;

pub mod photo;
pub mod scale;
pub mod view;

pub mod segmentation;

pub mod quality;

pub mod follicle;

pub mod coverage;
pub mod density;

pub mod findings;

pub mod plan;

pub mod report;

pub mod phantom;

pub mod evaluate;

mod analysis;

pub mod batch;

#[cfg(feature = "cli")]
pub mod cli;

pub use analysis::{Analysis, Options, analyze, analyze_observed};
pub use error::Error;
