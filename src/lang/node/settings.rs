//! `[node]` in settings.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::version::Version;

/// `[node]` in settings.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub struct Settings {
    /// The major version of Node to build and run with: `24`.
    pub version: Option<Version>,
    /// What node is given to start, in place of what was found: `["dist/main.js"]`.
    pub command: Option<Vec<String>>,
    /// Where the build leaves a site's files, inside the package, in place of what was found: `build/prod`.
    pub output: Option<String>,
    /// Whether the program and its packages become one file, and the image has no `node_modules`. Refused where that is not safe.
    pub bundle: Option<bool>,
}
