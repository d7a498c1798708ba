//! Synthetic scalps and heads whose truth is known exactly.

pub mod closeup;
pub mod file;
pub mod head;
pub mod outline;
pub mod sheet;
pub mod truth;
