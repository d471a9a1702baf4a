//! What a program does when it runs, seen in the sources that its main package reaches.
//!
//! What holds in every language is seen by [`crate::program`]; here is what only Go has: embedded files, linker variables.

mod embed;
mod stamp;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use camino::{Utf8Path, Utf8PathBuf};
use schemars::JsonSchema;
use serde::Serialize;

use super::head::Head;
use super::outline::outline;
use super::scan::{Directive, directives};
use crate::app::{Asset, Behaviour, Needed};
use crate::catalog::Vocabulary;
use crate::diagnostic::Diagnostic;
use crate::evidence::Fact;
use crate::program::observe::fixed;
use crate::program::scan::{GO, scan};
use crate::program::{self, Program, Site};
use crate::tree::Tree;

/// What of a module's sources one main package reaches. Packages are borrowed: the programs of a module share most of them.
#[derive(Debug)]
pub struct Reach<'a> {
    /// The main package's directory.
    pub main: Utf8PathBuf,
    /// The module's directory.
    pub module: Utf8PathBuf,
    /// The main package and all packages of the project that it reaches, in a fixed order.
    pub packages: Vec<&'a Package<'a>>,
}

/// A package of the project.
#[derive(Debug)]
pub struct Package<'t> {
    /// What others import it as.
    pub import_path: String,
    /// Its name.
    pub name: String,
    /// Its files that are compiled for Linux; no tests.
    pub files: Vec<Source<'t>>,
}

/// A file of a package.
#[derive(Debug)]
pub struct Source<'t> {
    /// Where it is, relative to the project's root.
    pub path: &'t Utf8Path,
    /// All of its text.
    pub text: &'t str,
    /// Its comments that speak to the tools.
    pub directives: Vec<Directive<'t>>,
    /// What stands before its first declaration.
    pub head: Head<'t>,
    /// What it says.
    pub read: program::Source<'t>,
}

impl<'t> Source<'t> {
    /// Reads all of a file whose head is known, of a package that others import by `import_path`.
    #[must_use]
    pub fn read(path: &'t Utf8Path, text: &'t str, head: Head<'t>, import_path: &str) -> Self {
        let directives = if text.contains("//go:") { directives(&scan(text, &GO).comments) } else { Vec::new() };
        Self { path, text, directives, head, read: program::Source::new(path, text, import_path, outline(text)) }
    }
}

/// What was seen.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// What holds for every language.
    pub behaviour: Behaviour,
    /// What is compiled into it: patterns as they are written, relative to the project's root.
    pub embeds: Vec<Fact<Utf8PathBuf>>,
    /// Variables that the linker may fill in.
    pub stamps: Vec<Fact<Stamp>>,
    /// What wants a look.
    pub warnings: Vec<Diagnostic>,
}

/// A variable of type string that waits for its value from the linker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Stamp {
    /// What `-X` takes: `import/path.Name`, or `main.Name`.
    pub symbol: String,
    /// What it is to hold.
    pub kind: StampKind,
    /// What it holds when nobody fills it in.
    pub initial: String,
}

/// What a stamped variable is to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StampKind {
    /// The version of what is built.
    Version,
    /// The commit that it is built from.
    Revision,
}

impl<'a> Reach<'a> {
    /// All files, in a fixed order.
    fn files(&self) -> impl Iterator<Item = &'a Source<'a>> {
        self.packages.iter().flat_map(|package| &package.files)
    }
}

/// Where the sources lie while they are compiled.
pub(super) const COMPILED_IN: &str = "/src";

/// Looks at all that `reach` holds.
#[must_use]
pub fn observe(tree: &Tree, reach: &Reach<'_>, vocabulary: &Vocabulary) -> Observed {
    let program = Program::new(reach.files().map(|source| &source.read).collect(), vocabulary);
    let embeds = embed::embeds(reach);
    let site = Site {
        tree,
        bases: vec![reach.module.clone(), reach.main.clone()],
        embedded: &embeds,
        compiled: &["go", "templ"],
        ships_alone: true,
        compiled_in: Some(Utf8Path::new(COMPILED_IN)),
    };
    let program::Observed { behaviour, warnings } = program.observe(&site);
    let asset = |path: Utf8PathBuf| Asset { path: fixed(&path), needed: Needed::AtBuild };
    let assets = embeds.iter().cloned().map(|fact| fact.map(asset)).chain(behaviour.assets).collect();
    let behaviour = Behaviour { assets, ..behaviour };
    Observed { behaviour, embeds, stamps: stamp::stamps(reach), warnings }
}
