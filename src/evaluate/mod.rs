//! Measuring the program itself.

pub mod robustness;
