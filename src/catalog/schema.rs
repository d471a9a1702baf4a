//! The JSON Schema of a catalog's files, so that editors help whoever writes a pack.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, schema_for};
use serde_json::json;

use super::inherit::{LIKE, WITHOUT};
use super::{Base, Fetching, Installer, Native, Packages, Served, Toolchain};

/// The files below `presets/_catalog`, each a property here.
#[derive(JsonSchema)]
#[allow(dead_code)]
struct Files {
    /// Images that programs run on, by name.
    #[schemars(rename = "bases.toml")]
    bases: BTreeMap<String, Base>,
    /// Where package managers fetch from, by name.
    #[schemars(rename = "installers.toml")]
    installers: BTreeMap<Installer, Fetching>,
    /// Images that programs are built in, by language.
    #[schemars(rename = "toolchains.toml")]
    toolchains: BTreeMap<String, Toolchain>,
    /// Packages of distributions, by what they give and by release.
    #[schemars(rename = "packages.toml")]
    packages: BTreeMap<String, BTreeMap<String, Packages>>,
    /// Packages of a language's registry that are, or wrap, native code.
    #[schemars(rename = "native-<language>.toml")]
    natives: BTreeMap<String, Vec<Native>>,
    /// Servers that dependencies start, by name.
    #[schemars(rename = "programs-<language>.toml")]
    programs: BTreeMap<String, Served>,
}

/// The schema of each file.
#[must_use]
pub fn schema() -> Schema {
    let mut whole = schema_for!(Files);
    for name in ["Base", "Toolchain"] {
        let Some(entry) = whole.pointer_mut(&format!("/$defs/{name}")) else { continue };
        let required = entry["required"].take();
        entry["properties"][LIKE] =
            json!({ "type": "string", "description": "the entry that this one is like in all that it does not say" });
        let without = "keys that the other entry has and this one has not";
        entry["properties"][WITHOUT] = json!({ "type": "array", "items": { "type": "string" }, "description": without });
        if let Some(entry) = entry.as_object_mut() {
            entry.remove("required");
            entry.insert("anyOf".to_owned(), json!([{ "required": required }, { "required": [LIKE] }]));
        }
    }
    whole
}
