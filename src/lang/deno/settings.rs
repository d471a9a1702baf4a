//! `[deno]` in settings.

use schemars::JsonSchema;
use serde::Deserialize;

/// `[deno]` in settings.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub struct Settings {
    /// What deno is given to start, in place of what was found: `["run", "--allow-net", "main.ts"]`.
    pub command: Option<Vec<String>>,
}
