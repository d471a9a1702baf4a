//! Readers of manifests that keep the place of what they read. They parse; they decide nothing.

pub mod cargo;
pub mod cargo_lock;
pub mod document;
pub mod file;
pub mod gomod;
pub mod properties;
pub mod requirement;
pub mod version_files;
pub mod xml;
