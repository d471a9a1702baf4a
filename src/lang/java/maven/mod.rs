//! Maven: the poms of a tree, each with those that it inherits from as far as they are here.

mod activation;
mod model;

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

pub use self::model::{Module, Plugin, Said};
use crate::diagnostic::Result;
use crate::evidence::{Evidence, Rule, Span};
use crate::read::xml::Element;
use crate::tree::Tree;

const OPTION: Rule = Rule::parsed("java.maven-config", "this is given to every run of Maven");

/// Parents are followed as far as this: a circle of parents ends too.
const PARENTS: usize = 16;

/// All poms of a tree.
#[derive(Debug)]
pub struct Reactor {
    /// By their paths.
    poms: BTreeMap<Utf8PathBuf, Element>,
    /// `.mvn/maven.config`: properties and profiles of every run.
    options: Options,
    /// Every file's path, for profiles that ask whether one is there.
    files: Vec<Utf8PathBuf>,
}

/// What `.mvn/maven.config` gives to every run.
#[derive(Clone, Debug, Default)]
struct Options {
    properties: BTreeMap<String, (String, Evidence)>,
    profiles: Vec<String>,
}

impl Reactor {
    /// Reads every `pom.xml` that `wanted` wants. `profiles` are on besides those that are by themselves.
    ///
    /// # Errors
    /// When one is no XML.
    pub fn read(tree: &Tree, profiles: &[String]) -> Result<Self> {
        let mut poms = BTreeMap::new();
        for path in tree.paths().filter(|path| path.file_name() == Some("pom.xml") && !is_build_output(path)) {
            if let Some(text) = tree.manifest(path)? {
                poms.insert(path.to_owned(), Element::parse(path, text)?);
            }
        }
        let mut options = options(tree);
        options.profiles.extend(profiles.iter().cloned());
        let files = if poms.is_empty() { Vec::new() } else { tree.paths().map(Utf8Path::to_owned).collect() };
        Ok(Self { poms, options, files })
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

    /// All modules, by path.
    pub fn modules(&self) -> impl Iterator<Item = Module<'_>> {
        self.poms.keys().filter_map(|pom| self.module(pom))
    }

    /// The pom from which `module` is built: the outermost one that leads to it by its modules.
    pub fn root_of(&self, module: &Module<'_>) -> Utf8PathBuf {
        let mut way = vec![module.pom.clone()];
        while let Some(above) = way.last().and_then(|root| {
            let lists = |other: &Module<'_>| !way.contains(&other.pom) && other.modules().contains(root);
            self.modules().find(lists).map(|above| above.pom)
        }) {
            way.push(above);
        }
        way.pop().unwrap_or_default()
    }

    /// The modules that `module` is built with: itself, those that it depends on, and those that these do.
    pub fn reach<'r>(&'r self, module: &Module<'r>) -> Vec<Module<'r>> {
        let all: Vec<_> = self.modules().map(|other| (other.coordinates(), other.pom.clone())).collect();
        let mut reached: Vec<Module<'r>> = self.module(&module.pom).into_iter().collect();
        let mut next = 0;
        while let Some(current) = reached.get(next) {
            let wanted: Vec<_> = current.dependencies().into_iter().map(|dependency| (dependency.group, dependency.artifact)).collect();
            for (coordinates, pom) in &all {
                if wanted.contains(coordinates) && !reached.iter().any(|module| module.pom == *pom) {
                    reached.extend(self.module(pom));
                }
            }
            next += 1;
        }
        reached
    }

    /// The poms that Maven reads when it builds from `root`, itself first.
    pub fn poms_below(&self, root: &Utf8Path) -> Vec<Utf8PathBuf> {
        let mut found = vec![root.to_owned()];
        let mut next = 0;
        while let Some(pom) = found.get(next) {
            let Some(module) = self.module(pom) else { break };
            let more: Vec<_> = module.modules().into_iter().chain(module.chain().map(Utf8Path::to_owned)).collect();
            for pom in more {
                if self.poms.contains_key(&pom) && !found.contains(&pom) {
                    found.push(pom);
                }
            }
            next += 1;
        }
        found
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
        let path = normal(&of.parent().unwrap_or(Utf8Path::new("")).join(told.unwrap_or("../pom.xml")));
        let path = if path.extension() == Some("xml") { path } else { path.join("pom.xml") };
        self.poms.get_key_value(&path).filter(|(path, element)| wanted(path, element))
    }
}

/// What a build left behind is no module.
fn is_build_output(path: &Utf8Path) -> bool {
    path.components().any(|part| matches!(part.as_str(), "target" | "node_modules" | "archetype-resources" | "META-INF"))
}

/// `a/./b/../c` as `a/c`.
pub fn normal(path: &Utf8Path) -> Utf8PathBuf {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.components() {
        match part.as_str() {
            "." | "/" => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => _ = parts.pop(),
            name => parts.push(name),
        }
    }
    parts.iter().collect()
}

fn options(tree: &Tree) -> Options {
    const FILE: &str = ".mvn/maven.config";
    let mut options = Options::default();
    for (number, line) in (1..).zip(tree.text(FILE).unwrap_or_default().lines()) {
        for word in line.split_whitespace() {
            if let Some((name, value)) = word.strip_prefix("-D").map(|word| word.split_once('=').unwrap_or((word, "true"))) {
                let evidence = Evidence::at(FILE, Span::of_line(number, line), OPTION, word);
                options.properties.insert(name.to_owned(), (value.to_owned(), evidence));
            } else if let Some(profiles) = word.strip_prefix("-P") {
                options.profiles.extend(profiles.split(',').filter(|name| !name.is_empty()).map(str::to_owned));
            }
        }
    }
    options
}
