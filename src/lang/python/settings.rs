//! `[python]` in settings.

use schemars::JsonSchema;
use serde::Deserialize;

use super::manager::Manager;
use crate::version::Version;

/// `[python]` in settings.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub struct Settings {
    /// The series of Python to build and run with: `3.13`.
    pub version: Option<Version>,
    /// The command to start, in place of the one that was found; `{port}` stands for the port.
    pub command: Option<Vec<String>>,
    /// The manager whose lock counts, where there are several: `uv`, `poetry`, `pdm`, `pipenv` or `pylock`.
    pub lock: Option<Manager>,
    /// Whether static files of Django's are collected during the build, in place of what was found.
    pub collectstatic: Option<bool>,
}
