//! `[rust]` in settings.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::version::Version;

/// `[rust]` in settings.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub struct Settings {
    /// The version of Rust to build with, in place of the newest.
    pub version: Option<Version>,
    /// How the program is linked, in place of what follows from what is in it.
    pub link: Option<Link>,
    /// Features to build with, beyond the default ones.
    pub features: Option<Vec<String>>,
    /// Whether the default features are on; they are unless this says no.
    pub default_features: Option<bool>,
    /// Optimisation across packages: `thin` or `fat`. Smaller and faster programs, and every build takes longer. It is the project's to choose:
    /// with one codegen unit, fat took 22 % off a small axum server (1.20 to 0.94 MB), 11 % off one with askama and 2 % off one with `SQLite`,
    /// and a build after an edit took 5 to 14 s longer each time.
    pub lto: Option<Lto>,
    /// How many parts each package is compiled in; 1 gives the smallest program.
    pub codegen_units: Option<u32>,
}

/// How a program is linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Link {
    /// With the C library of the base.
    Dynamic,
    /// With musl inside, so that it needs no C library.
    Static,
}

/// Optimisation across packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Lto {
    /// Most of the gain for some of the time.
    Thin,
    /// All of the gain.
    Fat,
}
