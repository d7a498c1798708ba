//! An analysis as bytes: JSON, PNG layers, the overlay, PDF. Nothing here touches a file.

pub mod json;
