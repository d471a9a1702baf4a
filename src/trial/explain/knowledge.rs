//! What builds and programs say when something is missing: data of the catalog, as `presets/_catalog/failures.toml` holds it.

use std::collections::BTreeMap;

use regex::Regex;
use serde::{Deserialize, Deserializer, Serialize};

use crate::diagnostic::{Diagnostic, Result};

/// The kinds of failures, as they are known to programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    MissingHeader,
    MissingCompiler,
    NoWheel,
    BuildMemory,
    BuildDisk,
    Registry,
    Network,
    PackageManager,
    /// The build failed, and nothing known says why.
    Build,
    WrongArchitecture,
    LibcMismatch,
    MissingLibrary,
    MissingProgram,
    MissingModule,
    MissingFile,
    Permission,
    MissingVariable,
    OutOfMemory,
    ServiceMissing,
    PortTaken,
    /// It listens, and not where the plan says.
    PortDiffers,
    /// It runs, and opens no port.
    PortNeverOpened,
    /// Nobody outside the container reaches it.
    LoopbackOnly,
    /// It answers with an error.
    AnswersError,
    /// It ended, and nothing known says why.
    Ended,
    /// It does not stop when it is asked to.
    IgnoresSigterm,
    /// It is larger than its budget.
    OverBudget,
    /// It is larger than images should be without a reason.
    Huge,
    /// It grew.
    Grown,
    /// A scanner knows what a newer version mends.
    Vulnerable,
}

impl Kind {
    /// The code of its diagnostic.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::MissingHeader => "try::missing-header",
            Self::MissingCompiler => "try::missing-compiler",
            Self::NoWheel => "try::no-wheel",
            Self::BuildMemory => "try::build-memory",
            Self::BuildDisk => "try::build-disk",
            Self::Registry => "try::registry",
            Self::Network => "try::network",
            Self::PackageManager => "try::package-manager",
            Self::Build => "try::build",
            Self::WrongArchitecture => "try::wrong-architecture",
            Self::LibcMismatch => "try::libc-mismatch",
            Self::MissingLibrary => "try::missing-library",
            Self::MissingProgram => "try::missing-program",
            Self::MissingModule => "try::missing-module",
            Self::MissingFile => "try::missing-file",
            Self::Permission => "try::permission",
            Self::MissingVariable => "try::missing-variable",
            Self::OutOfMemory => "try::out-of-memory",
            Self::ServiceMissing => "try::service-missing",
            Self::PortTaken => "try::port-taken",
            Self::PortDiffers => "try::port-differs",
            Self::PortNeverOpened => "try::port-never-opened",
            Self::LoopbackOnly => "try::loopback-only",
            Self::AnswersError => "try::answers-error",
            Self::Ended => "try::ended",
            Self::IgnoresSigterm => "try::ignores-sigterm",
            Self::OverBudget => "try::over-budget",
            Self::Huge => "try::huge",
            Self::Grown => "try::grown",
            Self::Vulnerable => "try::vulnerable",
        }
    }
}

/// When something is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum At {
    /// By a step of the build.
    Build,
    /// By the program, or by the engine that starts it.
    Run,
}

/// What a kind of failure says, and what mends it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    pub kind: Kind,
    pub at: Vec<At>,
    pub patterns: Vec<Pattern>,
    pub says: String,
    #[serde(default)]
    pub help: Vec<String>,
    /// The key below `[learned]` that mends it.
    pub learn: Option<Learn>,
    /// What that is set to.
    pub of: Option<String>,
}

/// What is learned from a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Learn {
    #[serde(rename = "packages.build")]
    BuildPackages,
    #[serde(rename = "packages.run")]
    RunPackages,
    #[serde(rename = "writable")]
    Writable,
    #[serde(rename = "files")]
    Files,
    #[serde(rename = "env")]
    Env,
}

/// How a program that listens on loopback alone is told to listen everywhere.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bind {
    pub command: Pattern,
    #[serde(default)]
    pub arguments: Vec<String>,
    #[serde(default)]
    pub env: BTreeMap<String, String>,
}

/// A variable whose value follows from its name.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    pub name: Pattern,
    pub value: String,
    /// The directory that has to be writable with it.
    pub writable: Option<String>,
}

/// Which library a header belongs to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    pub name: Pattern,
    pub of: String,
}

/// A regular expression that was read.
#[derive(Clone, Debug)]
pub struct Pattern(pub Regex);

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Regex::new(&String::deserialize(deserializer)?).map(Self).map_err(serde::de::Error::custom)
    }
}

/// Everything that is known.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Knowledge {
    #[serde(rename = "failure")]
    pub failures: Vec<Failure>,
    #[serde(rename = "bind")]
    pub binds: Vec<Bind>,
    #[serde(rename = "variable")]
    pub variables: Vec<Variable>,
    #[serde(rename = "header")]
    pub headers: Vec<Header>,
    /// Packages by the tool, and by the family of the distribution.
    pub tools: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

impl Knowledge {
    /// Reads the files of a catalog, the weakest first: what a stronger one says comes before.
    ///
    /// # Errors
    /// When one is not what it has to be.
    pub fn read<'t>(texts: impl IntoIterator<Item = &'t str>) -> Result<Self> {
        let mut all = Self::default();
        for text in texts {
            // the built-in catalog is embedded as JSON
            let read = if text.trim_start().starts_with('{') {
                serde_json::from_str(text).map_err(|error| error.to_string())
            } else {
                toml::from_str(text).map_err(|error| error.to_string())
            };
            let broken = |why: String| Diagnostic::usage("catalog::broken", format!("`failures.toml` cannot be read: {why}"));
            let mut file: Self = read.map_err(broken)?;
            file.failures.append(&mut all.failures);
            file.binds.append(&mut all.binds);
            file.variables.append(&mut all.variables);
            file.headers.append(&mut all.headers);
            for (name, packages) in all.tools {
                file.tools.entry(name).or_insert(packages);
            }
            all = file;
        }
        Ok(all)
    }

    /// The first failure of that time that the text speaks of, and what its pattern names.
    #[must_use]
    pub fn find(&self, at: At, text: &str) -> Option<(&Failure, Match)> {
        self.failures.iter().filter(|failure| failure.at.contains(&at)).find_map(|failure| Some((failure, failure.find(text)?)))
    }
}

/// Where a pattern was found.
#[derive(Clone, Debug, Default)]
pub struct Match {
    /// What it names.
    pub names: BTreeMap<String, String>,
    /// The line in which it was found.
    pub line: String,
}

impl Failure {
    fn find(&self, text: &str) -> Option<Match> {
        self.matches(text).next()
    }

    /// All places of the first pattern that is found.
    pub fn matches<'t>(&'t self, text: &'t str) -> impl Iterator<Item = Match> + 't {
        self.patterns.iter().flat_map(move |Pattern(pattern)| {
            pattern.captures_iter(text).map(move |found| {
                let names = pattern.capture_names().flatten();
                let named = names.filter_map(|name| Some((name.to_owned(), found.name(name)?.as_str().trim().to_owned())));
                let at = found.get(0).map_or(0, |whole| whole.end());
                let from = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
                let line = text[from..].lines().next().unwrap_or_default().trim().to_owned();
                Match { names: named.collect(), line }
            })
        })
    }
}

/// `text` with `{name}` replaced.
#[must_use]
pub fn fill(text: &str, names: &BTreeMap<String, String>) -> String {
    names.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    pub const BUILT_IN: &str = include_str!("../../../presets/_catalog/failures.toml");

    #[test]
    fn the_built_in_file_is_read_and_a_packs_entries_come_first() {
        let pack = "[[failure]]\nkind = \"missing-variable\"\nat = [\"run\"]\npatterns = ['no tenant']\nsays = \"no tenant is set\"\n";
        let all = Knowledge::read([BUILT_IN, pack]).unwrap_or_else(|error| panic!("{error}"));
        assert!(all.failures.len() > 15 && all.failures[0].says == "no tenant is set");
    }

    #[test]
    fn what_fills_a_sentence_is_what_was_said() {
        let all = Knowledge::read([BUILT_IN]).unwrap_or_else(|error| panic!("{error}"));
        let said = "node:internal\nError: Cannot find module 'left-pad'\n    at x\n";
        let found = all.find(At::Run, said).map(|(failure, found)| (failure.kind, fill(&failure.says, &found.names), found.line));
        let says = "the program imports `left-pad`, which is not in the image".to_owned();
        assert_eq!(found, Some((Kind::MissingModule, says, "Error: Cannot find module 'left-pad'".to_owned())));
    }
}
