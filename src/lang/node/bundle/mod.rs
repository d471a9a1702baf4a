//! One file in place of `node_modules`: whether a program still runs when it is put into one, and what stands in the way.

mod make;
mod obstacle;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

pub(super) use self::make::{asked, warning};
use self::obstacle::Obstacle;
use super::development::Installed;
use super::entry::File;
use super::package::Package;
use super::sources::Sources;
use super::workspace::Workspace;
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact};
use crate::tree::Tree;

/// Whether a program can be put into one file.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bundling {
    /// It can, as far as is known.
    Safe(Bundle),
    /// It cannot, and why.
    Unsafe(Box<Diagnostic>),
}

/// One file that holds a program and its packages.
#[derive(Debug, Serialize)]
pub struct Bundle {
    /// The file that it begins with, inside the package, once that is built.
    pub entry: Utf8PathBuf,
    /// Where the image has it, inside the package: in the entry's place.
    pub file: Utf8PathBuf,
    /// How it loads what stays outside.
    pub format: Format,
    /// Files and directories that the program reads, inside the package.
    pub beside: Vec<Utf8PathBuf>,
}

/// A module system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// `import`.
    Esm,
    /// `require`.
    Cjs,
}

impl Bundle {
    /// Whether node learns from the manifest alone what module system the file is of.
    fn needs_manifest(&self) -> bool {
        self.format == Format::Esm && self.file.extension() != Some("mjs")
    }
}

impl Bundling {
    /// What something else than node's own file comes to: a framework's server, pages.
    pub fn elsewhere(what: &str, at: &Evidence) -> Self {
        let obstacle = Obstacle::new(
            at,
            format!("{what} has a build of its own, which decides what is bundled"),
            "what it takes in is set where that build is",
        );
        Self::Unsafe(obstacle::refusal(&[obstacle]).into())
    }
}

/// A program, as far as a bundle of it is concerned.
pub struct Program<'p, 't> {
    /// The project.
    pub tree: &'t Tree,
    /// Tools and packages.
    pub catalog: &'p Catalog,
    /// The packages around it.
    pub workspace: &'p Workspace<'t>,
    /// Its package.
    pub package: &'p Package<'t>,
    /// What is installed.
    pub installed: &'p Installed<'p>,
    /// What node is given.
    pub file: &'p File,
    /// Its sources, where they are there.
    pub sources: Option<&'p Sources<'t>>,
    /// Files and directories at the package's top that the sources name.
    pub names: &'p [Fact<Utf8PathBuf>],
    /// What starts it.
    pub at: &'p Evidence,
}

impl Program<'_, '_> {
    /// Whether it can be put into one file.
    ///
    /// # Errors
    /// When the catalog has no bundler.
    pub fn bundling(&self) -> Result<Bundling> {
        let unfit = &self.catalog.toolchain("node")?.tool("esbuild")?.unfit;
        let mut obstacles = self.by_start();
        obstacles.extend(self.by_packages(unfit));
        obstacles.extend(self.sources.into_iter().flat_map(|sources| self.by_sources(sources)));
        if !obstacles.is_empty() {
            return Ok(Bundling::Unsafe(obstacle::refusal(&obstacles).into()));
        }
        let entry = self.file.path.clone();
        let (file, format) = match entry.extension() {
            Some("mjs") => (entry.clone(), Format::Esm),
            Some("mts") => (entry.with_extension("mjs"), Format::Esm),
            Some("cjs") => (entry.clone(), Format::Cjs),
            Some("cts") => (entry.with_extension("cjs"), Format::Cjs),
            Some("ts" | "tsx") => (entry.with_extension("js"), self.usual_format()),
            _ => (entry.clone(), self.usual_format()),
        };
        Ok(Bundling::Safe(Bundle { entry, file, format, beside: self.beside() }))
    }

    fn usual_format(&self) -> Format {
        if self.package.is_module() { Format::Esm } else { Format::Cjs }
    }

    /// What the sources name at the package's top, and beside the entry where they ask for its place.
    fn beside(&self) -> Vec<Utf8PathBuf> {
        let own =
            [first(&self.file.path), self.file.source.as_deref().and_then(|source| self.inside(source)).map(first).unwrap_or_default()];
        let named = self.names.iter().map(|fact| fact.value.clone());
        let mut beside: Vec<_> = named.filter(|name| !own.contains(&name.as_str())).collect();
        let near = self.sources.into_iter().flat_map(|sources| self.near(sources)).map(|(path, ..)| path);
        beside.extend(near);
        beside.sort();
        beside.dedup();
        beside
    }

    /// A file of the project's, inside the package.
    fn inside<'f>(&self, file: &'f Utf8Path) -> Option<&'f Utf8Path> {
        file.strip_prefix(&self.package.directory).ok()
    }
}

fn first(path: &Utf8Path) -> &str {
    path.components().next().map_or("", |part| part.as_str())
}
