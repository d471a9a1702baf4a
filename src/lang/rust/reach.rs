//! What of a project goes into one program: its package, the packages that it reaches by paths, their features, and what they ask for
//! from outside.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use cargo_toml::{Dependency, DependencyDetail, DepsSet};

use super::cfg::may_be_linux;
use super::workspace::{Bin, Leads, Package, Project};
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Rule};

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
        if let Some(incomplete) = &local.incomplete {
            return Err(incomplete.clone());
        }
        let active = activate(local, asked.get(&directory).into_iter().flatten());
        for needed in dependencies(local, &active) {
            let path = match local.leads(needed.dependency) {
                None => continue,
                Some(Leads::To(path)) if project.packages.contains_key(&path) => path,
                Some(_) => return Err(outside(local, &needed).into()),
            };
            let switched = needed.switches(&active);
            let known = asked.contains_key(&path);
            let features = asked.entry(path.clone()).or_default();
            let before = features.len();
            features.extend(switched.features);
            if switched.default {
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
        for needed in dependencies(package, &active) {
            if package.leads(needed.dependency).is_some() {
                continue;
            }
            let switched = needed.switches(&active);
            let name = needed.dependency.package().unwrap_or(needed.name).to_owned();
            let evidence = needed.evidence(package, DEPENDENCY);
            externals.push(External { of: package, name, features: switched.features, default_features: switched.default, evidence });
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
        let Some(means) = package.manifest.says.features.get(&feature) else {
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

/// A dependency, and where the manifest names it.
struct Needed<'p> {
    section: Vec<&'p str>,
    name: &'p str,
    dependency: &'p Dependency,
}

/// The features that a dependency is asked for.
struct Switches {
    features: BTreeSet<String>,
    default: bool,
}

/// The dependencies that are compiled for Linux with these features; those of tests are not.
fn dependencies<'p>(package: &'p Package<'_>, active: &Active) -> Vec<Needed<'p>> {
    let says = &package.manifest.says;
    let mut sections: Vec<(Vec<&str>, &DepsSet)> =
        vec![(vec!["dependencies"], &says.dependencies), (vec!["build-dependencies"], &says.build_dependencies)];
    for (platform, tables) in says.target.iter().filter(|(platform, _)| may_be_linux(platform)) {
        sections.push((vec!["target", platform, "dependencies"], &tables.dependencies));
        sections.push((vec!["target", platform, "build-dependencies"], &tables.build_dependencies));
    }
    let needed = |(section, table): (Vec<&'p str>, &'p DepsSet)| {
        let of_table = move |(name, dependency): (&'p String, &'p Dependency)| Needed { section: section.clone(), name, dependency };
        table.iter().map(of_table)
    };
    let is_on = |needed: &Needed<'_>| !needed.dependency.optional() || active.dependencies.contains(needed.name);
    sections.into_iter().flat_map(needed).filter(is_on).collect()
}

impl Needed<'_> {
    fn evidence(&self, package: &Package<'_>, rule: Rule) -> Evidence {
        let keys: Vec<&str> = self.section.iter().copied().chain([self.name]).collect();
        package.evidence(&keys, rule, self.name)
    }

    fn switches(&self, active: &Active) -> Switches {
        let passed = active.passed.iter().filter(|(of, _)| of == self.name).map(|(_, feature)| feature.clone());
        let detail = self.dependency.detail();
        Switches {
            features: self.dependency.req_features().iter().cloned().chain(passed).collect(),
            default: detail.is_none_or(|detail: &DependencyDetail| detail.default_features),
        }
    }
}

fn outside(package: &Package<'_>, needed: &Needed<'_>) -> Diagnostic {
    let name = needed.name;
    let message = format!("`{}` depends on `{name}` by a path that is not in this project", package.name);
    Diagnostic::error("rust::path-outside", message)
        .because(&needed.evidence(package, OUTSIDE))
        .help("run imggen in the directory that holds both, which then is the build context, and name the program with `--app`")
        .help(format!("or take `{name}` from a registry or a repository"))
        .help("where it is a submodule: `git submodule update --init` fetches it")
}
