//! `[java]` in settings.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::version::Version;

/// `[java]` in settings.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub struct Settings {
    /// The release of Java to build and run with: `21`.
    pub version: Option<Version>,
    /// The class to start, in place of the one that was found.
    pub main_class: Option<String>,
    /// Options of the virtual machine; `"..."` stands for those that were found.
    pub options: Option<Vec<String>>,
    /// Modules of a linked runtime beyond those that follow from what is used.
    pub modules: Option<Vec<String>>,
    /// Profiles of Maven's to build with, beyond those that are on by themselves.
    pub profiles: Option<Vec<String>>,
}
