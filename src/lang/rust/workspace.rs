//! The packages of a project, the workspaces that they belong to, and the programs that each of them makes.

use std::collections::BTreeMap;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use globset::{GlobBuilder, GlobMatcher};
use toml::Spanned;

use crate::diagnostic::Result;
use crate::evidence::{Evidence, Rule};
use crate::read::cargo::{Dependency, Detail, Inherits, Manifest, place};
use crate::tree::Tree;

const PROGRAM: Rule = Rule::parsed("rust.bin", "this is a program");
const MAIN: Rule = Rule::parsed("rust.main", "this is a program");

/// All packages of a project.
#[derive(Debug)]
pub struct Project<'t> {
    /// The tree that they were read from.
    pub tree: &'t Tree,
    /// The manifests of workspaces, by their directory.
    pub workspaces: BTreeMap<Utf8PathBuf, Manifest>,
    /// The packages, by their directory.
    pub packages: BTreeMap<Utf8PathBuf, Package<'t>>,
}

/// A package.
#[derive(Debug)]
pub struct Package<'t> {
    /// Its directory, relative to the project's root.
    pub directory: Utf8PathBuf,
    /// Its manifest's text.
    pub text: &'t str,
    /// Its manifest.
    pub manifest: Manifest,
    /// Its name.
    pub name: String,
    /// The directory of the workspace that it belongs to; its own when it belongs to none.
    pub root: Utf8PathBuf,
    /// The root of its library's sources, and the name by which code calls it.
    pub library: Option<(String, Utf8PathBuf)>,
    /// Its programs.
    pub bins: Vec<Bin>,
}

/// Where a path leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leads {
    /// To a directory of the project.
    To(Utf8PathBuf),
    /// Out of the project.
    Outside,
}

/// A program of a package.
#[derive(Clone, Debug)]
pub struct Bin {
    /// Its name.
    pub name: String,
    /// The file that its `main` is in, relative to the project's root.
    pub path: Utf8PathBuf,
    /// Features that it is built with only.
    pub required: Vec<String>,
    /// Where the project says that it is one.
    pub evidence: Evidence,
}

impl<'t> Project<'t> {
    /// Reads all manifests.
    ///
    /// # Errors
    /// When one is broken.
    pub fn read(tree: &'t Tree) -> Result<Self> {
        let (mut workspaces, mut packages) = (BTreeMap::new(), BTreeMap::new());
        for path in tree.paths().filter(|path| path.file_name() == Some("Cargo.toml")) {
            let directory = path.parent().unwrap_or(Utf8Path::new(""));
            if is_not_ours(tree, directory) {
                continue;
            }
            let Some(text) = tree.manifest(path)? else { continue };
            let manifest = Manifest::parse(path, text)?;
            if manifest.workspace.is_some() {
                workspaces.insert(directory.to_owned(), manifest.clone());
            }
            let name = manifest.package.as_ref().and_then(|package| package.name.as_ref()).map(|name| name.get_ref().clone());
            if let Some(name) = name {
                packages.insert(directory.to_owned(), Package::read(tree, directory, text, manifest, name));
            }
        }
        let mut project = Self { tree, workspaces, packages };
        project.bind();
        Ok(project)
    }

    /// Finds out which package belongs to which workspace: those that its globs name, and those that its members reach by a path.
    fn bind(&mut self) {
        let mut roots: BTreeMap<Utf8PathBuf, Utf8PathBuf> = BTreeMap::new();
        for (root, manifest) in &self.workspaces {
            let Some(workspace) = &manifest.workspace else { continue };
            let members: Vec<_> = workspace.members.iter().filter_map(|member| glob(root, member)).collect();
            let excluded: Vec<_> = workspace.exclude.iter().filter_map(|path| join(root, path)).collect();
            let is_out = |directory: &Utf8Path| {
                excluded.iter().any(|path| directory.starts_with(path)) || (directory != root && self.workspaces.contains_key(directory))
            };
            let named = |directory: &&Utf8PathBuf| *directory == root || members.iter().any(|glob| glob.is_match(directory));
            let mut waiting: Vec<Utf8PathBuf> =
                self.packages.keys().filter(named).filter(|directory| !is_out(directory)).cloned().collect();
            while let Some(directory) = waiting.pop() {
                let Some(package) = self.packages.get(&directory) else { continue };
                if roots.insert(directory.clone(), root.clone()).is_some() {
                    continue;
                }
                let inside = self.path_dependencies(package, root).into_iter().filter(|path| path.starts_with(root) && !is_out(path));
                waiting.extend(inside);
            }
        }
        for package in self.packages.values_mut() {
            if let Some(root) = roots.get(&package.directory) {
                package.root.clone_from(root);
            }
        }
    }

    fn path_dependencies(&self, package: &Package<'_>, root: &Utf8Path) -> Vec<Utf8PathBuf> {
        let manifest = &package.manifest;
        let tables = [&manifest.dependencies, &manifest.build_dependencies];
        let platforms = manifest.target.values().flat_map(|platform| [&platform.dependencies, &platform.build_dependencies]);
        let all = tables.into_iter().chain(platforms).flatten();
        let inside = |leads| if let Leads::To(path) = leads { Some(path) } else { None };
        all.filter_map(|(name, dependency)| self.path_of(package, root, name, dependency.get_ref()).and_then(inside)).collect()
    }

    /// Where a path dependency leads; nothing when it is none.
    #[must_use]
    pub fn path_of(&self, package: &Package<'_>, root: &Utf8Path, name: &str, dependency: &Dependency) -> Option<Leads> {
        let leads = |path: Option<Utf8PathBuf>| path.map_or(Leads::Outside, Leads::To);
        let detail = dependency.detail()?;
        if let Some(path) = &detail.path {
            return Some(leads(join(&package.directory, path)));
        }
        let inherited = self.inherited(root, name).filter(|_| detail.workspace)?;
        inherited.path.as_ref().map(|path| leads(join(root, path)))
    }

    /// What the workspace says of a dependency that its members take from it.
    #[must_use]
    pub fn inherited(&self, root: &Utf8Path, name: &str) -> Option<&Detail> {
        self.workspaces.get(root)?.workspace.as_ref()?.dependencies.get(name)?.get_ref().detail()
    }

    /// A value of `[package]` that the workspace may have, and where it stands.
    #[must_use]
    pub fn value(
        &self,
        package: &Package<'_>,
        rule: Rule,
        pick: fn(&crate::read::cargo::Package) -> Option<&Spanned<Inherits<String>>>,
    ) -> Option<(String, Evidence)> {
        let own = package.manifest.package.as_ref().and_then(pick)?;
        let at = |directory: &Utf8Path, text: &str, found: &Spanned<Inherits<String>>, value: &str| {
            Evidence::at(directory.join("Cargo.toml"), place(text, found.span()), rule, value)
        };
        match own.get_ref() {
            Inherits::Own(value) => Some((value.clone(), at(&package.directory, package.text, own, value))),
            Inherits::OfWorkspace { .. } => {
                let found = pick(&self.workspaces.get(&package.root)?.workspace.as_ref()?.package)?;
                let Inherits::Own(value) = found.get_ref() else { return None };
                let text = self.tree.text(package.root.join("Cargo.toml")).unwrap_or_default();
                Some((value.clone(), at(&package.root, text, found, value)))
            }
        }
    }
}

impl<'t> Package<'t> {
    fn read(tree: &'t Tree, directory: &Utf8Path, text: &'t str, manifest: Manifest, name: String) -> Self {
        let declared = manifest.lib.clone().unwrap_or_default();
        let path = directory.join(declared.path.as_deref().unwrap_or("src/lib.rs"));
        let called = declared.name.unwrap_or_else(|| name.replace('-', "_"));
        let library = tree.has(&path).then_some((called, path));
        let bins = bins(tree, directory, text, &manifest, &name);
        Self { directory: directory.to_owned(), text, root: directory.to_owned(), name, library, bins, manifest }
    }

    /// Its manifest's path.
    #[must_use]
    pub fn file(&self) -> Utf8PathBuf {
        self.directory.join("Cargo.toml")
    }

    /// A place in its manifest as evidence.
    #[must_use]
    pub fn evidence<T>(&self, found: &Spanned<T>, rule: Rule, text: impl Into<String>) -> Evidence {
        Evidence::at(self.file(), place(self.text, found.span()), rule, text)
    }
}

/// The programs: those that are declared, and those that are found where Cargo looks.
fn bins(tree: &Tree, directory: &Utf8Path, text: &str, manifest: &Manifest, package: &str) -> Vec<Bin> {
    let mut bins: Vec<Bin> = Vec::new();
    let found = if manifest.package.as_ref().and_then(|package| package.autobins) == Some(false) {
        Vec::new()
    } else {
        discovered(tree, directory, package)
    };
    for declared in &manifest.bin {
        let name = declared.name.get_ref();
        let guess = || found.iter().find(|(known, _)| known == name).map(|(_, path)| path.clone());
        let usual = || ["src/main.rs"].into_iter().map(|path| directory.join(path)).find(|path| manifest.bin.len() == 1 && tree.has(path));
        let fallback = || {
            [format!("src/bin/{name}.rs"), format!("src/bin/{name}/main.rs")]
                .into_iter()
                .map(|path| directory.join(path))
                .find(|path| tree.has(path))
        };
        let Some(path) = declared.path.as_ref().and_then(|path| join(directory, path)).or_else(guess).or_else(fallback).or_else(usual)
        else {
            continue;
        };
        let evidence = Evidence::at(directory.join("Cargo.toml"), place(text, declared.name.span()), PROGRAM, name);
        let required = declared.required_features.iter().map(|feature| feature.get_ref().clone()).collect();
        bins.push(Bin { name: name.clone(), path, required, evidence });
    }
    for (name, path) in found {
        if !bins.iter().any(|bin| bin.path == path || bin.name == name) {
            bins.push(Bin { evidence: Evidence::exists(path.clone(), MAIN), name, path, required: Vec::new() });
        }
    }
    bins
}

fn discovered(tree: &Tree, directory: &Utf8Path, package: &str) -> Vec<(String, Utf8PathBuf)> {
    let mut found = Vec::new();
    let main = directory.join("src/main.rs");
    if tree.has(&main) {
        found.push((package.to_owned(), main));
    }
    let folder = directory.join("src/bin");
    for path in tree.below(&folder) {
        let Ok(inner) = path.strip_prefix(&folder) else { continue };
        let name = match inner.components().count() {
            1 if inner.extension() == Some("rs") => inner.file_stem(),
            2 if inner.file_name() == Some("main.rs") => inner.parent().map(Utf8Path::as_str),
            _ => None,
        };
        found.extend(name.map(|name| (name.to_owned(), path.to_owned())));
    }
    found
}

/// What others wrote and the project carries along, and what builds leave behind.
fn is_not_ours(tree: &Tree, directory: &Utf8Path) -> bool {
    tree.has(directory.join(".cargo-checksum.json"))
        || directory.components().any(|part| matches!(part.as_str(), "target" | "node_modules" | ".git"))
}

fn glob(root: &Utf8Path, pattern: &str) -> Option<GlobMatcher> {
    let path = join(root, pattern)?;
    Some(GlobBuilder::new(path.as_str()).literal_separator(true).build().ok()?.compile_matcher())
}

/// `path` seen from `directory`, as long as it stays inside the project.
#[must_use]
pub fn join(directory: &Utf8Path, path: &str) -> Option<Utf8PathBuf> {
    let mut joined = directory.to_owned();
    for part in Utf8Path::new(path).components() {
        match part {
            Utf8Component::Normal(name) => joined.push(name),
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir => {
                joined.file_name()?;
                joined.pop();
            }
            Utf8Component::RootDir | Utf8Component::Prefix(_) => return None,
        }
    }
    Some(joined)
}
