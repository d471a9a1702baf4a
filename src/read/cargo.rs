//! `Cargo.toml`, with the place of everything that can become evidence.

use std::collections::BTreeMap;
use std::ops::Range;

use camino::Utf8Path;
use serde::Deserialize;
use toml::Spanned;

use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::Span;

/// A manifest, as far as images depend on it. What a workspace's member inherits is still to be asked of the workspace.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Manifest {
    pub package: Option<Package>,
    pub workspace: Option<Workspace>,
    pub lib: Option<Library>,
    pub bin: Vec<Program>,
    pub bench: Vec<Declared>,
    pub test: Vec<Declared>,
    pub example: Vec<Declared>,
    pub dependencies: Dependencies,
    #[serde(alias = "build_dependencies")]
    pub build_dependencies: Dependencies,
    pub target: BTreeMap<String, Platform>,
    pub features: BTreeMap<String, Vec<String>>,
    pub profile: BTreeMap<String, toml::Table>,
    pub patch: BTreeMap<String, Dependencies>,
}

/// Dependencies by the name that the code knows them by.
pub type Dependencies = BTreeMap<String, Spanned<Dependency>>;

/// `[package]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Package {
    pub name: Option<Spanned<String>>,
    pub edition: Option<Spanned<Inherits<String>>>,
    #[serde(alias = "rust_version")]
    pub rust_version: Option<Spanned<Inherits<String>>>,
    pub default_run: Option<Spanned<String>>,
    pub autobins: Option<bool>,
    /// The path of another workspace's root.
    pub workspace: Option<String>,
    /// What other tools keep here.
    pub metadata: toml::Table,
}

/// A value, or the word that the workspace has it.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Inherits<T> {
    Own(T),
    OfWorkspace {},
}

/// `[workspace]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Workspace {
    pub members: Vec<String>,
    pub exclude: Vec<String>,
    pub default_members: Vec<Spanned<String>>,
    pub package: Package,
    pub dependencies: Dependencies,
    /// What other tools keep here.
    pub metadata: toml::Table,
}

/// `[lib]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Library {
    pub name: Option<String>,
    pub path: Option<String>,
    #[serde(alias = "proc_macro")]
    pub proc_macro: bool,
}

/// `[[bin]]`
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Program {
    pub name: Spanned<String>,
    pub path: Option<String>,
    #[serde(default, alias = "required_features")]
    pub required_features: Vec<Spanned<String>>,
}

/// `[[bench]]`, `[[test]]`, `[[example]]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Declared {
    pub name: Option<String>,
    pub path: Option<String>,
}

/// `[target.'cfg(...)']`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Platform {
    pub dependencies: Dependencies,
    #[serde(alias = "build_dependencies")]
    pub build_dependencies: Dependencies,
}

/// One dependency: a version alone, or a table.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Dependency {
    #[expect(dead_code, reason = "which version it is shows in the lock file")]
    Version(String),
    Detailed(Box<Detail>),
}

/// A dependency's table.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Detail {
    pub path: Option<String>,
    pub git: Option<String>,
    pub registry: Option<String>,
    pub package: Option<String>,
    pub workspace: bool,
    pub optional: bool,
    pub features: Vec<String>,
    #[serde(alias = "default_features")]
    pub default_features: Option<bool>,
}

impl Dependency {
    /// Its table; nothing where it is a version alone.
    #[must_use]
    pub fn detail(&self) -> Option<&Detail> {
        match self {
            Dependency::Version(_) => None,
            Dependency::Detailed(detail) => Some(detail),
        }
    }
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// When the text is no manifest; the label shows where.
    pub fn parse(file: &Utf8Path, text: &str) -> Result<Self> {
        toml::from_str(text).map_err(|error| broken(file, text, &error).into())
    }
}

/// The error for a file that cannot be read as what it is.
#[must_use]
pub fn broken(file: &Utf8Path, text: &str, error: &toml::de::Error) -> Diagnostic {
    let span = error.span().map(|range| place(text, range));
    let message = error.message().lines().next().unwrap_or_default();
    Diagnostic::error("rust::broken-manifest", format!("`{file}` cannot be read: {message}")).at(file, span, "here")
}

/// The span of a range of the file's text.
#[must_use]
pub fn place(text: &str, range: Range<usize>) -> Span {
    Span::of(text, range.start, range.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inherited_is_told_apart_from_what_is_there() {
        let text = "[package]\nname = \"a\"\nedition.workspace = true\nrust-version = \"1.88\"\n[dependencies]\nserde = \"1\"\nsqlx = { workspace = true, features = [\"sqlite\"] }\n";
        let manifest = Manifest::parse("Cargo.toml".into(), text).unwrap_or_default();
        let package = manifest.package.clone().unwrap_or_default();
        assert!(matches!(package.edition.map(Spanned::into_inner), Some(Inherits::OfWorkspace {})));
        assert!(matches!(package.rust_version.map(Spanned::into_inner), Some(Inherits::Own(version)) if version == "1.88"));
        let sqlx = manifest.dependencies.get("sqlx").and_then(|sqlx| sqlx.get_ref().detail());
        assert!(sqlx.is_some_and(|sqlx| sqlx.workspace && sqlx.features == ["sqlite"]));
    }

    #[test]
    fn a_broken_manifest_says_where() {
        let error = Manifest::parse("Cargo.toml".into(), "[package]\nname = 3\n").map(|_| ()).map_err(|error| error.labels);
        assert_eq!(error.map_err(|labels| labels[0].span.map(|span| span.line)), Err(Some(2)));
    }
}
