//! `[site]` in settings.

use schemars::JsonSchema;
use serde::Deserialize;

/// `[site]` in settings, for sites of every language.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub struct Settings {
    /// The page, relative to the site, that answers with 200 where there is no file: `index.html` for a client router.
    pub fallback: Option<String>,
}
