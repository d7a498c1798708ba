//! How far the analysis is from the truth: phantoms, their analyses, and statistics of the differences.
//!
//! - [`wire`]: what is read of a truth and of a result
//! - [`mod@score`]: one picture, truth against result, as sums that add up over pictures
//! - [`conditions`]: what a picture was drawn under, and the groups that follow
//! - [`statistics`]: bias, errors, F1, IoU with bootstrap intervals over pictures
//! - [`report`]: the tables, as text, JSON and HTML
//! - [`robustness`]: how far counts move when a photo is changed
//! - [`suite`]: draws, analyses and scores; [`bars`]: what is to be reached

pub mod bars;
pub mod conditions;
pub mod html;
pub mod matching;
pub mod report;
pub mod robustness;
pub mod score;
pub mod statistics;
pub mod suite;
pub mod wire;

pub use report::Report;
pub use score::{Score, score};
