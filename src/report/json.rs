//! Wire types of `STEM.json`, schema version 1. A key that cannot be filled is null, never missing.
