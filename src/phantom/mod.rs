//! Synthetic scalps and heads whose truth is known exactly.

pub mod closeup;
pub mod head;
