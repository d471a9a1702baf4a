//! The packages of a project, the workspaces that they belong to, and the programs that each of them makes.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use cargo_toml::{Dependency, OptionalFile};
use globset::{GlobBuilder, GlobMatcher};

use crate::auxiliary;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Rule};
use crate::read::cargo::Manifest;
use crate::read::document::Value;
use crate::tree::Tree;
use crate::tree::path::inside;

const PROGRAM: Rule = Rule::parsed("rust.bin", "this is a program");
const MAIN: Rule = Rule::parsed("rust.main", "this is a program");

/// All packages of a project.
#[derive(Debug)]
pub struct Project<'t> {
    /// The manifests of workspaces, by their directory.
    pub workspaces: BTreeMap<Utf8PathBuf, Manifest<'t>>,
    /// The packages, by their directory.
    pub packages: BTreeMap<Utf8PathBuf, Package<'t>>,
}

/// A package.
#[derive(Debug)]
pub struct Package<'t> {
    /// Its directory, relative to the project's root.
    pub directory: Utf8PathBuf,
    /// Its manifest.
    pub manifest: Manifest<'t>,
    /// What its manifest takes from a workspace and does not get.
    pub incomplete: Option<Box<Diagnostic>>,
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
        let mut manifests = BTreeMap::new();
        for path in tree.named(&["Cargo.toml"]) {
            let directory = path.parent().unwrap_or(Utf8Path::new(""));
            if is_not_ours(tree, directory) {
                continue;
            }
            let Some(text) = tree.manifest(path)? else { continue };
            let manifest = match Manifest::parse(path, text) {
                // what tests read may be broken on purpose
                Err(_) if auxiliary::holds_no_program(directory) => continue,
                read => read?,
            };
            manifests.insert(directory.to_owned(), manifest);
        }
        let workspaces: BTreeMap<_, _> = manifests
            .iter()
            .filter(|(_, manifest)| manifest.says.workspace.is_some())
            .map(|(at, found)| (at.clone(), found.clone()))
            .collect();
        let read = |(directory, manifest): (Utf8PathBuf, Manifest<'t>)| {
            let name = manifest.says.package.as_ref()?.name.clone();
            Some((directory.clone(), Package::read(tree, &workspaces, directory, manifest, name)))
        };
        let packages = manifests.into_iter().filter_map(read).collect();
        let mut project = Self { workspaces, packages };
        project.bind();
        Ok(project)
    }

    /// Finds out which package belongs to which workspace: those that its globs name, and those that its members reach by a path.
    fn bind(&mut self) {
        let mut roots: BTreeMap<Utf8PathBuf, Utf8PathBuf> = BTreeMap::new();
        for (root, manifest) in &self.workspaces {
            let Some(workspace) = &manifest.says.workspace else { continue };
            let members: Vec<_> = workspace.members.iter().filter_map(|member| glob(root, member)).collect();
            let excluded: Vec<_> = workspace.exclude.iter().filter_map(|path| inside(root, path)).collect();
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
                let inside = package.path_dependencies().into_iter().filter(|path| path.starts_with(root) && !is_out(path));
                waiting.extend(inside);
            }
        }
        for package in self.packages.values_mut() {
            if let Some(root) = roots.get(&package.directory) {
                package.root.clone_from(root);
            }
        }
    }

    /// The manifest of the workspace that a package belongs to; its own when it belongs to none.
    #[must_use]
    pub fn root<'p>(&'p self, package: &'p Package<'t>) -> &'p Manifest<'t> {
        self.workspaces.get(&package.root).unwrap_or(&package.manifest)
    }

    /// A text of `[package]` that the workspace may have, and where it stands.
    #[must_use]
    pub fn value(&self, package: &Package<'_>, rule: Rule, key: &str) -> Option<(String, Evidence)> {
        let own = &package.manifest.document;
        let (document, (text, value)) = match own.string(&["package", key]) {
            Some(found) => (own, found),
            None if own.boolean(&["package", key, "workspace"]) == Some(true) => {
                let shared = &self.workspaces.get(&package.root)?.document;
                (shared, shared.string(&["workspace", "package", key])?)
            }
            None => return None,
        };
        Some((text.to_owned(), Evidence { text: text.to_owned(), ..document.evidence(value, rule) }))
    }
}

impl<'t> Package<'t> {
    fn read(
        tree: &'t Tree,
        workspaces: &BTreeMap<Utf8PathBuf, Manifest<'t>>,
        directory: Utf8PathBuf,
        mut manifest: Manifest<'t>,
        name: String,
    ) -> Self {
        let told = manifest.says.package.as_ref().and_then(|package| inside(&directory, package.workspace.as_ref()?.to_str()?));
        let above = || directory.ancestors().find(|above| workspaces.contains_key(*above)).map(Utf8Path::to_owned);
        let workspace = told.or_else(above).and_then(|root| Some((workspaces.get(&root)?, root)));
        let workspace = workspace.as_ref().map(|(manifest, root)| (*manifest, root.as_path()));
        let incomplete = manifest.complete(tree, workspace).err();
        let library = manifest.says.lib.as_ref().and_then(|library| {
            let path = inside(&directory, library.path.as_deref()?).filter(|path| tree.has(path))?;
            Some((library.name.clone().unwrap_or_else(|| name.replace('-', "_")), path))
        });
        let bins = bins(tree, &directory, &manifest, &name);
        Self { root: directory.clone(), directory, manifest, incomplete, name, library, bins }
    }

    /// Its manifest's path.
    #[must_use]
    pub fn file(&self) -> Utf8PathBuf {
        self.directory.join("Cargo.toml")
    }

    /// A value of its manifest as evidence that says `text`; the manifest itself where there is no such value.
    #[must_use]
    pub fn evidence(&self, keys: &[&str], rule: Rule, text: &str) -> Evidence {
        let document = &self.manifest.document;
        let exists = || Evidence::exists(self.file(), rule);
        document.get(keys).map_or_else(exists, |value| Evidence { text: text.to_owned(), ..document.evidence(value, rule) })
    }

    /// The files that its manifest compiles something from, and those that Cargo finds.
    #[must_use]
    pub fn roots(&self) -> Vec<Utf8PathBuf> {
        let says = &self.manifest.says;
        // what it does not declare Cargo finds by itself, and misses as little when it is gone
        let named = |kind: &str| -> Vec<&str> {
            let products = self.manifest.document.get(&[kind]).map(Value::list).unwrap_or_default();
            products.iter().filter_map(|product| product.get(&["name"])?.string()).collect()
        };
        let declared = [("bench", &says.bench), ("example", &says.example), ("test", &says.test)];
        let declared = declared.into_iter().flat_map(|(kind, products)| {
            let named = named(kind);
            products.iter().filter(move |product| product.name.as_deref().is_some_and(|name| named.contains(&name)))
        });
        let paths = says.bin.iter().chain(&says.lib).chain(declared).filter_map(|product| product.path.as_deref());
        paths.filter_map(|path| inside(&self.directory, path)).chain(self.script()).collect()
    }

    /// The build script, where the manifest puts it elsewhere than usual.
    #[must_use]
    pub fn script(&self) -> Option<Utf8PathBuf> {
        match self.manifest.says.package.as_ref()?.build.as_ref()? {
            OptionalFile::Path(path) => inside(&self.directory, path.to_str()?),
            OptionalFile::Flag(_) => None,
        }
    }

    /// Where a path dependency leads; nothing when it is none.
    #[must_use]
    pub fn leads(&self, dependency: &Dependency) -> Option<Leads> {
        let detail = dependency.detail()?;
        // the workspace's paths count from the project's root already
        let base = if detail.inherited { Utf8Path::new("") } else { &self.directory };
        Some(inside(base, detail.path.as_deref()?).map_or(Leads::Outside, Leads::To))
    }

    fn path_dependencies(&self) -> Vec<Utf8PathBuf> {
        let says = &self.manifest.says;
        let platforms = says.target.values().flat_map(|platform| [&platform.dependencies, &platform.build_dependencies]);
        let all = [&says.dependencies, &says.build_dependencies].into_iter().chain(platforms).flat_map(BTreeMap::values);
        all.filter_map(|dependency| if let Leads::To(path) = self.leads(dependency)? { Some(path) } else { None }).collect()
    }
}

/// The programs: those that are declared, and those that lie where Cargo looks.
fn bins(tree: &Tree, directory: &Utf8Path, manifest: &Manifest<'_>, package: &str) -> Vec<Bin> {
    let programs = manifest.document.get(&["bin"]).map(Value::list).unwrap_or_default();
    let declared = |name: &str| programs.iter().filter_map(|program| program.get(&["name"])).find(|found| found.string() == Some(name));
    let mut bins: Vec<Bin> = Vec::new();
    for product in &manifest.says.bin {
        let Some(name) = &product.name else { continue };
        // where Cargo does not look by itself, a name alone still has its usual places
        let usual = [format!("src/bin/{name}.rs"), format!("src/bin/{name}/main.rs")].into_iter();
        let usual = usual.chain((name == package).then(|| "src/main.rs".to_owned())).map(|path| directory.join(path));
        let told = product.path.as_deref().and_then(|path| inside(directory, path));
        let Some(path) = told.or_else(|| usual.into_iter().find(|path| tree.has(path))) else { continue };
        let evidence = match declared(name) {
            Some(value) => Evidence { text: name.clone(), ..manifest.document.evidence(value, PROGRAM) },
            None => Evidence::exists(path.clone(), MAIN),
        };
        bins.push(Bin { name: name.clone(), path, required: product.required_features.clone(), evidence });
    }
    // a declared path that is spelt in a way of its own hides the same file found
    let hidden = |bin: &Bin| bin.evidence.rule == MAIN.id && bins.iter().any(|other| other.path == bin.path && other.name != bin.name);
    let kept: Vec<_> = bins.iter().filter(|bin| !hidden(bin)).cloned().collect();
    kept
}

/// What others wrote and the project carries along, and what builds leave behind.
fn is_not_ours(tree: &Tree, directory: &Utf8Path) -> bool {
    tree.has(directory.join(".cargo-checksum.json"))
        || directory.components().any(|part| matches!(part.as_str(), "target" | "node_modules" | ".git"))
}

fn glob(root: &Utf8Path, pattern: &str) -> Option<GlobMatcher> {
    let path = inside(root, pattern)?;
    Some(GlobBuilder::new(path.as_str()).literal_separator(true).build().ok()?.compile_matcher())
}
