//! What of a project goes into one program: its package, the packages that it reaches by paths, their features, and what they ask for
//! from outside.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use toml::Spanned;

use super::cfg::may_be_linux;
use super::workspace::{Bin, Leads, Package, Project};
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Rule};
use crate::read::cargo::{Dependencies, Dependency, Detail};

const DEPENDENCY: Rule = Rule::parsed("rust.dependency", "this is what the package depends on");
const OUTSIDE: Rule = Rule::parsed("rust.path-dependency", "this path leads out of the project");

/// The packages of a program.
#[derive(Debug)]
pub struct Reach<'p> {
    /// The project's own, the program's first.
    pub locals: Vec<Local<'p>>,
    /// What they take from registries and repositories.
    pub externals: Vec<External<'p>>,
    /// Whether one of its own lies outside the program's workspace.
    pub leaves_workspace: bool,
}

/// A package of the project.
#[derive(Debug)]
pub struct Local<'p> {
    /// The package.
    pub package: &'p Package<'p>,
    /// Its features that are on.
    pub features: BTreeSet<String>,
}

/// A dependency that is not the project's own.
#[derive(Debug)]
pub struct External<'p> {
    /// The package that asks for it.
    pub of: &'p Package<'p>,
    /// Its name in the registry.
    pub name: String,
    /// The features that are asked for.
    pub features: BTreeSet<String>,
    /// Whether its default features are on.
    pub default_features: bool,
    /// Where it is asked for.
    pub evidence: Evidence,
}

impl Reach<'_> {
    /// The dependencies of that name.
    pub fn named<'r>(&'r self, name: &'r str) -> impl Iterator<Item = &'r External<'r>> {
        self.externals.iter().filter(move |external| external.name == name)
    }

    /// Where one of them is asked for.
    #[must_use]
    pub fn asks_for(&self, names: &[&str]) -> Option<&External<'_>> {
        names.iter().find_map(|name| self.externals.iter().find(|external| external.name == *name))
    }
}

/// The features that a package is built with, and what they switch on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Active {
    features: BTreeSet<String>,
    /// Optional dependencies.
    dependencies: BTreeSet<String>,
    /// Features of dependencies.
    passed: BTreeSet<(String, String)>,
}

/// Walks from a program's package.
///
/// # Errors
/// When a path leads out of the project, where no build of it could follow.
pub fn reach<'p>(project: &'p Project<'p>, package: &'p Package<'p>, bin: &Bin, extra: &[String], defaults: bool) -> Result<Reach<'p>> {
    let mut asked: BTreeMap<Utf8PathBuf, BTreeSet<String>> = BTreeMap::new();
    let first = asked.entry(package.directory.clone()).or_default();
    first.extend(bin.required.iter().chain(extra).cloned());
    if defaults {
        first.insert("default".into());
    }
    let mut order = vec![package.directory.clone()];
    let mut waiting = vec![package.directory.clone()];
    while let Some(directory) = waiting.pop() {
        let Some(local) = project.packages.get(&directory) else { continue };
        let active = activate(local, asked.get(&directory).into_iter().flatten());
        for (name, dependency) in dependencies(local, &active) {
            let path = match project.path_of(local, &local.root, name, dependency.get_ref()) {
                None => continue,
                Some(Leads::To(path)) if project.packages.contains_key(&path) => path,
                Some(_) => return Err(outside(local, name, dependency).into()),
            };
            let merged = Merged::of(project, local, name, dependency.get_ref(), &active);
            let known = asked.contains_key(&path);
            let features = asked.entry(path.clone()).or_default();
            let before = features.len();
            features.extend(merged.features);
            if merged.default_features {
                features.insert("default".into());
            }
            if !known {
                order.push(path.clone());
            }
            if !known || features.len() > before {
                waiting.push(path);
            }
        }
    }
    Ok(collect(project, &package.root, &order, &asked))
}

fn collect<'p>(
    project: &'p Project<'p>,
    root: &Utf8Path,
    order: &[Utf8PathBuf],
    asked: &BTreeMap<Utf8PathBuf, BTreeSet<String>>,
) -> Reach<'p> {
    let (mut locals, mut externals) = (Vec::new(), Vec::new());
    for package in order.iter().filter_map(|directory| project.packages.get(directory)) {
        let active = activate(package, asked.get(&package.directory).into_iter().flatten());
        for (name, dependency) in dependencies(package, &active) {
            if project.path_of(package, &package.root, name, dependency.get_ref()).is_some() {
                continue;
            }
            let merged = Merged::of(project, package, name, dependency.get_ref(), &active);
            let evidence = package.evidence(dependency, DEPENDENCY, name);
            let Merged { name, features, default_features } = merged;
            externals.push(External { of: package, name, features, default_features, evidence });
        }
        locals.push(Local { package, features: active.features });
    }
    let leaves_workspace = locals.iter().any(|local| local.package.root != root);
    Reach { locals, externals, leaves_workspace }
}

fn activate<'a>(package: &Package<'_>, asked: impl IntoIterator<Item = &'a String>) -> Active {
    let mut active = Active::default();
    let mut waiting: Vec<String> = asked.into_iter().cloned().collect();
    while let Some(feature) = waiting.pop() {
        if !active.features.insert(feature.clone()) {
            continue;
        }
        let Some(means) = package.manifest.features.get(&feature) else {
            active.dependencies.insert(feature);
            continue;
        };
        for meaning in means {
            match meaning.split_once('/') {
                Some((name, feature)) => {
                    let (name, weak) = name.strip_suffix('?').map_or((name, false), |name| (name, true));
                    active.passed.insert((name.to_owned(), feature.to_owned()));
                    if !weak {
                        active.dependencies.insert(name.to_owned());
                    }
                }
                None => match meaning.strip_prefix("dep:") {
                    Some(name) => _ = active.dependencies.insert(name.to_owned()),
                    None => waiting.push(meaning.clone()),
                },
            }
        }
    }
    active
}

/// The dependencies that are compiled for Linux with these features; those of tests are not.
fn dependencies<'p>(package: &'p Package<'_>, active: &Active) -> Vec<(&'p str, &'p Spanned<Dependency>)> {
    let manifest = &package.manifest;
    let platforms = manifest.target.iter().filter(|(platform, _)| may_be_linux(platform)).map(|(_, tables)| tables);
    let tables: Vec<&Dependencies> = [&manifest.dependencies, &manifest.build_dependencies]
        .into_iter()
        .chain(platforms.flat_map(|tables| [&tables.dependencies, &tables.build_dependencies]))
        .collect();
    let is_on = |name: &str, dependency: &Dependency| {
        !dependency.detail().is_some_and(|detail| detail.optional) || active.dependencies.contains(name)
    };
    let all = tables.into_iter().flatten().filter(|(name, dependency)| is_on(name, dependency.get_ref()));
    all.map(|(name, dependency)| (name.as_str(), dependency)).collect()
}

/// A dependency with what the workspace says of it.
struct Merged {
    name: String,
    features: BTreeSet<String>,
    default_features: bool,
}

impl Merged {
    fn of(project: &Project<'_>, package: &Package<'_>, name: &str, dependency: &Dependency, active: &Active) -> Self {
        let own = dependency.detail();
        let inherited = project.inherited(&package.root, name).filter(|_| own.is_some_and(|detail| detail.workspace));
        let both = || own.into_iter().chain(inherited);
        let passed = active.passed.iter().filter(|(of, _)| of == name).map(|(_, feature)| feature.clone());
        let real = |detail: &Detail| detail.package.clone();
        let default_features = match inherited {
            Some(inherited) => inherited.default_features != Some(false) || own.and_then(|own| own.default_features) == Some(true),
            None => own.and_then(|own| own.default_features) != Some(false),
        };
        Self {
            name: both().find_map(real).unwrap_or_else(|| name.to_owned()),
            features: both().flat_map(|detail| detail.features.iter().cloned()).chain(passed).collect(),
            default_features,
        }
    }
}

fn outside(package: &Package<'_>, name: &str, dependency: &Spanned<Dependency>) -> Diagnostic {
    let message = format!("`{}` depends on `{name}` by a path that is not in this project", package.name);
    Diagnostic::error("rust::path-outside", message)
        .because(&package.evidence(dependency, OUTSIDE, name))
        .help("run imggen in the directory that holds both, which then is the build context, and name the program with `--app`")
        .help(format!("or take `{name}` from a registry or a repository"))
}
