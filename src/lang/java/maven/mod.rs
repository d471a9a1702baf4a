//! Maven: the poms of a tree, each with those that it inherits from as far as they are here.

mod activation;
mod artifact;
mod bundle;
mod docker;
mod find;
mod first;
mod front;
mod graph;
mod jar;
mod model;
mod plugin;
mod processors;
mod profiles;
mod program;
mod quarkus;
mod repository;
mod requires;
mod skips;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use camino::{Utf8Path, Utf8PathBuf};

pub use self::find::{Seed, find};
use self::graph::Graph;
pub use self::model::{Module, Said};
pub use self::plugin::Plugin;
pub use self::processors::Processors;
pub use self::program::Program;
use crate::diagnostic::Result;
use crate::evidence::Fact;
use crate::read::xml::Element;
use crate::tree::Tree;
use crate::tree::path::normal;

/// Parents are followed as far as this: a circle of parents ends too.
const PARENTS: usize = 16;

/// All poms of a tree.
#[derive(Debug)]
pub struct Reactor {
    /// By their paths.
    poms: BTreeMap<Utf8PathBuf, Element>,
    /// `.mvn/maven.config`: properties and profiles of every run.
    options: Options,
    /// Profiles that the build has to be called with.
    profiles: Vec<Fact<String>>,
    /// Every file's path, for profiles that ask whether one is there.
    files: Vec<Utf8PathBuf>,
    /// Which module leads to which, once it was asked for.
    graph: OnceLock<Graph>,
}

/// What `.mvn/maven.config` gives to every run.
#[derive(Clone, Debug, Default)]
struct Options {
    properties: BTreeMap<String, String>,
    profiles: Vec<String>,
}

impl Reactor {
    /// Reads every `pom.xml`.
    ///
    /// # Errors
    /// When one is no XML.
    pub fn read(tree: &Tree) -> Result<Self> {
        let mut poms = BTreeMap::new();
        for path in tree.named(&["pom.xml"]).filter(|path| !is_build_output(path)) {
            if let Some(text) = tree.manifest(path)? {
                poms.insert(path.to_owned(), Element::parse(path, text)?);
            }
        }
        follow(tree, &mut poms)?;
        let mut options = options(tree);
        let mut wanted: Vec<Fact<String>> = Vec::new();
        // who names profiles for every run has chosen
        if options.profiles.is_empty() {
            for profile in poms.values().flat_map(profiles::wanted) {
                if !wanted.iter().any(|known| known.value == profile.value) {
                    wanted.push(profile);
                }
            }
        }
        options.profiles.extend(wanted.iter().map(|profile| profile.value.clone()));
        let files = if poms.is_empty() { Vec::new() } else { tree.paths().map(Utf8Path::to_owned).collect() };
        Ok(Self { poms, options, profiles: wanted, files, graph: OnceLock::new() })
    }

    /// The module whose pom is there.
    pub fn module(&self, pom: &Utf8Path) -> Option<Module<'_>> {
        let own = self.poms.get_key_value(pom)?;
        let mut chain = vec![own];
        let mut outside = None;
        while let Some(parent) = chain.last().and_then(|(_, element)| element.child("parent")).filter(|_| chain.len() < PARENTS) {
            let last: &Utf8Path = chain.last().map_or(pom, |(path, _)| path.as_path());
            match self.parent(last, parent) {
                Some(found) if !chain.iter().any(|(path, _)| *path == found.0) => chain.push(found),
                _ => {
                    outside = Some(parent);
                    break;
                }
            }
        }
        Some(Module::new(self, chain, outside))
    }

    /// Whether a pom has a profile of that name.
    pub fn has_profile(&self, name: &str) -> bool {
        let is_it = |profile: &Element| profile.child("id").is_some_and(|id| id.text == name);
        self.poms.values().any(|pom| pom.list(&["profiles"]).iter().any(is_it))
    }

    /// All modules, by path.
    pub fn modules(&self) -> impl Iterator<Item = Module<'_>> {
        self.poms.keys().filter_map(|pom| self.module(pom))
    }

    /// The pom from which `module` is built: the outermost one that leads to it by its modules.
    pub fn root_of(&self, module: &Module<'_>) -> Utf8PathBuf {
        self.graph().root_of(&module.pom)
    }

    /// Whether the project's own pom builds modules, and `module` is none of them: an image for tests, a plugin, a tool.
    pub fn is_outside(&self, module: &Module<'_>) -> bool {
        let known = self.graph().of_project();
        known.len() > 1 && !known.contains(&module.pom)
    }

    /// The modules that `module` is built with: itself, those that it depends on, and those that these do.
    pub fn reach<'r>(&'r self, module: &Module<'_>) -> Vec<Module<'r>> {
        self.graph().reach(&module.pom).iter().filter_map(|pom| self.module(pom)).collect()
    }

    /// Those of them that are there when it runs.
    pub fn running<'r>(&'r self, module: &Module<'_>) -> Vec<Module<'r>> {
        self.graph().running(&module.pom).iter().filter_map(|pom| self.module(pom)).collect()
    }

    /// The poms that Maven reads when it builds from `root`, itself first.
    pub fn poms_below(&self, root: &Utf8Path) -> Vec<Utf8PathBuf> {
        self.graph().below(root)
    }

    fn graph(&self) -> &Graph {
        self.graph.get_or_init(|| Graph::of(self))
    }

    fn parent(&self, of: &Utf8Path, parent: &Element) -> Option<(&Utf8PathBuf, &Element)> {
        let wanted = |path: &Utf8Path, element: &Element| {
            let name = |element: &Element| element.child("artifactId").map(|id| id.text.clone());
            path != of && name(element).is_some() && name(element) == name(parent)
        };
        let told = parent.child("relativePath").map(|path| path.text.as_str());
        if told == Some("") {
            return None;
        }
        let path = normal(of.parent().unwrap_or(Utf8Path::new("")).join(told.unwrap_or("../pom.xml")));
        let path = if path.extension() == Some("xml") { path } else { path.join("pom.xml") };
        self.poms.get_key_value(&path).filter(|(path, element)| wanted(path, element))
    }
}

/// Reads the poms of other names that these name as parents and modules.
fn follow(tree: &Tree, poms: &mut BTreeMap<Utf8PathBuf, Element>) -> Result<()> {
    let mut open: Vec<Utf8PathBuf> = poms.keys().cloned().collect();
    while let Some(pom) = open.pop() {
        let Some(element) = poms.get(&pom) else { continue };
        let modules = element.list(&["modules"]).iter().chain(element.list(&["subprojects"]));
        let named = element.at(&["parent", "relativePath"]).into_iter().chain(modules);
        let beside = |name: &Element| normal(pom.parent().unwrap_or(Utf8Path::new("")).join(&name.text));
        let named: Vec<_> = named.map(beside).filter(|path| path.extension() == Some("xml") && !poms.contains_key(path)).collect();
        for path in named {
            if let Some(text) = tree.has(&path).then(|| tree.manifest(&path)).transpose()?.flatten() {
                poms.insert(path.clone(), Element::parse(&path, text)?);
                open.push(path);
            }
        }
    }
    Ok(())
}

/// What a build left behind is no module.
fn is_build_output(path: &Utf8Path) -> bool {
    path.components().any(|part| matches!(part.as_str(), "target" | "node_modules" | "archetype-resources" | "META-INF"))
}

fn options(tree: &Tree) -> Options {
    let mut options = Options::default();
    for word in tree.text(".mvn/maven.config").unwrap_or_default().split_whitespace() {
        if let Some((name, value)) = word.strip_prefix("-D").map(|word| word.split_once('=').unwrap_or((word, "true"))) {
            options.properties.insert(name.to_owned(), value.to_owned());
        } else if let Some(profiles) = word.strip_prefix("-P") {
            options.profiles.extend(profiles.split(',').filter(|name| !name.is_empty()).map(str::to_owned));
        }
    }
    options
}
