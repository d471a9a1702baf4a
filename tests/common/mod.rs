//! What the end-to-end runs, the snapshots and the lints share.

#![allow(dead_code, reason = "each of the test programs takes a part")]

pub mod case;
pub mod harness;
pub mod planted;
pub mod project;

use std::path::PathBuf;

/// A path inside `tests/`.
pub fn tests(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests").join(path)
}
