//! One module as Maven sees it: its own pom first, then its parents', then what is known of Maven's own defaults.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::Reactor;
use super::activation::active;
use super::plugin::Plugin;
use crate::evidence::{Fact, Rule};
use crate::read::xml::Element;
use crate::tree::path::normal;

/// Properties that refer to others are followed as far as this.
const NESTED: usize = 16;
/// Longer values are not followed: properties that name others twice would double with each.
const LONGEST: usize = 4096;

/// Plugins that Maven uses without being told, as they are managed.
const USUAL: [&str; 3] = ["maven-compiler-plugin", "maven-jar-plugin", "maven-resources-plugin"];

/// A pom and those that it inherits from.
#[derive(Debug)]
pub struct Module<'r> {
    reactor: &'r Reactor,
    /// The path of its pom.
    pub pom: Utf8PathBuf,
    /// Poms, and the profiles in each that are on, strongest first.
    layers: Vec<&'r Element>,
    chain: Vec<&'r Utf8Path>,
    /// The parent that is not here.
    pub outside: Option<&'r Element>,
    /// The dependency management, by group and name, once it was asked for.
    managed: OnceCell<BTreeMap<(String, String), &'r Element>>,
    /// What it depends on, once it was asked for.
    dependencies: OnceCell<Vec<Dependency<'r>>>,
    /// Values that were asked for, and nothing for those that are being looked for: what refers to itself has none.
    known: RefCell<BTreeMap<String, Option<String>>>,
}

/// A value that a pom says, its properties filled in.
#[derive(Clone, Debug)]
pub struct Said<'r> {
    /// The value.
    pub value: String,
    /// The element that says it.
    pub element: &'r Element,
}

impl Said<'_> {
    /// It, as a fact.
    pub fn fact(&self, rule: Rule) -> Fact<String> {
        let mut evidence = self.element.evidence(rule);
        if self.element.text.contains("${") {
            evidence.text = format!("{} ({})", self.element.text, self.value);
        }
        Fact::new(self.value.clone(), evidence)
    }
}

/// A dependency, as far as it is said.
#[derive(Clone, Debug)]
pub struct Dependency<'r> {
    /// Its group.
    pub group: String,
    /// Its name.
    pub artifact: String,
    /// Its version, where the module or its parents say one.
    pub version: Option<String>,
    /// `compile` when nothing is said.
    pub scope: String,
    /// The element that names it.
    pub element: &'r Element,
}

impl<'r> Module<'r> {
    pub(super) fn new(reactor: &'r Reactor, chain: Vec<(&'r Utf8PathBuf, &'r Element)>, outside: Option<&'r Element>) -> Self {
        let pom = chain.first().map(|(path, _)| (*path).clone()).unwrap_or_default();
        // a profile that asks for a file asks for the module's, wherever the profile is inherited from
        let directory = pom.parent().unwrap_or(Utf8Path::new(""));
        let mut layers = Vec::new();
        for (_, element) in &chain {
            layers.extend(active(reactor, directory, element));
            layers.push(element);
        }
        Self {
            reactor,
            pom,
            layers,
            chain: chain.into_iter().map(|(path, _)| path.as_path()).collect(),
            outside,
            managed: OnceCell::new(),
            dependencies: OnceCell::new(),
            known: RefCell::default(),
        }
    }

    /// Its directory.
    pub fn directory(&self) -> &Utf8Path {
        self.pom.parent().unwrap_or(Utf8Path::new(""))
    }

    /// The archive of that name that it leaves, relative to its directory.
    pub fn archive(&self, name: &str, ending: &str) -> Utf8PathBuf {
        Utf8Path::new(&self.build_directory()).join(format!("{name}.{ending}"))
    }

    /// Its pom's path and those that it inherits from.
    pub fn chain(&self) -> impl Iterator<Item = &'r Utf8Path> {
        self.chain.iter().copied()
    }

    /// A property.
    pub fn property(&self, name: &str) -> Option<Said<'r>> {
        let element = self.property_element(name)?;
        Some(Said { value: self.fill(&element.text), element })
    }

    fn property_element(&self, name: &str) -> Option<&'r Element> {
        self.layers.iter().find_map(|layer| layer.list(&["properties"]).iter().find(|property| property.name == name))
    }

    /// `text` with its properties filled in, as far as they are known.
    pub fn fill(&self, text: &str) -> String {
        replace(text, |name| self.value(name).unwrap_or_else(|| format!("${{{name}}}")))
    }

    /// `text` as a shell's pattern: `*` stands for the version, which changes with each release, and for what nobody knows before the build.
    pub fn pattern(&self, text: &str) -> String {
        let mut pattern = self.pattern_nested(text, 0, &Cell::new(LONGEST));
        // a version that is written out once more is raised together with the other
        if let Some(version) = self.version().filter(|version| version.contains('.') && !version.contains('$')) {
            pattern = pattern.replace(&version, "*");
        }
        while pattern.contains("**") {
            pattern = pattern.replace("**", "*");
        }
        pattern
    }

    fn pattern_nested(&self, text: &str, depth: usize, budget: &Cell<usize>) -> String {
        let own = self.own("version").or_else(|| self.own("parent")?.child("version"));
        let is_version = |name: &str| {
            matches!(name.rsplit('.').next(), Some("version" | "revision" | "changelist" | "sha1"))
                || own.is_some_and(|own| own.text.contains(&format!("${{{name}}}")))
        };
        replace(text, |name| {
            budget.set(budget.get().saturating_sub(1));
            if is_version(name) || depth >= NESTED || budget.get() == 0 {
                return "*".to_owned();
            }
            match self.property_element(name) {
                Some(element) => self.pattern_nested(&element.text, depth + 1, budget),
                None if name.ends_with("finalName") => "*".to_owned(),
                None => self.value(name).unwrap_or_else(|| "*".to_owned()),
            }
        })
    }

    fn value(&self, name: &str) -> Option<String> {
        if let Some(known) = self.known.borrow().get(name) {
            return known.clone();
        }
        self.known.borrow_mut().insert(name.to_owned(), None);
        let value = self.look_up(name).filter(|value| value.len() <= LONGEST);
        self.known.borrow_mut().insert(name.to_owned(), value.clone());
        value
    }

    fn look_up(&self, name: &str) -> Option<String> {
        if let Some(value) = self.reactor.options.properties.get(name) {
            return Some(value.clone());
        }
        if let Some(element) = self.property_element(name) {
            return Some(self.fill(&element.text));
        }
        match name.strip_prefix("project.").or_else(|| name.strip_prefix("pom.")).unwrap_or(name) {
            "version" => self.coordinate("version"),
            "groupId" => self.coordinate("groupId"),
            "artifactId" => self.own("artifactId").map(|element| element.text.clone()),
            "name" => Some(self.own("name").map_or_else(|| self.artifact(), |element| element.text.clone())),
            "parent.version" => self.own("parent").and_then(|parent| parent.child("version")).map(|version| version.text.clone()),
            "build.directory" => Some(self.build_directory()),
            "build.finalName" => Some(self.final_name()),
            "packaging" => Some(self.packaging()),
            "basedir" => Some(String::new()),
            _ => None,
        }
    }

    /// An element of the module's own pom, which is not inherited.
    fn own(&self, name: &str) -> Option<&'r Element> {
        self.layers.iter().find(|layer| layer.name == "project").and_then(|project| project.child(name))
    }

    fn coordinate(&self, name: &str) -> Option<String> {
        let own = self.own(name).or_else(|| self.own("parent")?.child(name))?;
        Some(self.fill(&own.text))
    }

    /// `groupId` and `artifactId`.
    pub fn coordinates(&self) -> (String, String) {
        (self.coordinate("groupId").unwrap_or_default(), self.artifact())
    }

    /// Its name.
    pub fn artifact(&self) -> String {
        self.own("artifactId").map(|element| self.fill(&element.text)).unwrap_or_default()
    }

    /// Its version.
    pub fn version(&self) -> Option<String> {
        self.coordinate("version")
    }

    /// What it is packed as: `jar` when nothing is said.
    pub fn packaging(&self) -> String {
        let own = self.own("packaging").map(|element| element.text.as_str()).filter(|text| !text.is_empty());
        match own {
            Some(text) if text.contains("${") && !text.contains("${packaging}") => self.fill(text),
            // what stands for itself is filled in by the command line, and is `jar` otherwise
            Some(text) if text.contains("${") => self.property_element("packaging").map_or_else(|| "jar".into(), |own| own.text.clone()),
            Some(text) => text.to_owned(),
            None => "jar".into(),
        }
    }

    /// The element that says what it is packed as, or its name.
    pub fn identity(&self) -> Option<&'r Element> {
        self.own("packaging").or_else(|| self.own("artifactId"))
    }

    /// The element that names it.
    pub fn name(&self) -> Option<&'r Element> {
        self.own("artifactId")
    }

    /// Where it is built, relative to its directory.
    pub fn build_directory(&self) -> String {
        let told = self.layers.iter().find_map(|layer| layer.at(&["build", "directory"]));
        told.map(|element| element.text.clone())
            .filter(|text| !text.contains("${") && !text.starts_with('/'))
            .unwrap_or_else(|| "target".into())
    }

    /// The name of what is built, without its ending: a shell's pattern, see [`Module::pattern`].
    pub fn final_name(&self) -> String {
        match self.layers.iter().find_map(|layer| layer.at(&["build", "finalName"])) {
            Some(element) => self.pattern(&element.text),
            None => format!("{}-*", self.artifact()),
        }
    }

    /// The poms of its modules, in its own pom and the profiles there that are on.
    pub fn modules(&self) -> Vec<Utf8PathBuf> {
        let own = self.layers.iter().position(|layer| layer.name == "project").map_or(0, |index| index + 1);
        self.named(self.layers[..own].iter().copied())
    }

    /// The same, in all of its profiles.
    pub fn all_modules(&self) -> Vec<Utf8PathBuf> {
        let own = self.layers.iter().find(|layer| layer.name == "project");
        self.named(own.into_iter().flat_map(|own| std::iter::once(*own).chain(own.list(&["profiles"]))))
    }

    fn named(&self, elements: impl Iterator<Item = &'r Element>) -> Vec<Utf8PathBuf> {
        let pom = |name: &Element| {
            let path = normal(self.directory().join(self.fill(&name.text)));
            if path.extension() == Some("xml") { path } else { path.join("pom.xml") }
        };
        elements.flat_map(|element| element.list(&["modules"]).iter().chain(element.list(&["subprojects"]))).map(pom).collect()
    }

    /// What it depends on, with what it inherits; versions as the dependency management that is here says.
    pub fn dependencies(&self) -> &[Dependency<'r>] {
        self.dependencies.get_or_init(|| self.depends())
    }

    fn depends(&self) -> Vec<Dependency<'r>> {
        let mut found: Vec<Dependency<'r>> = Vec::new();
        let mut seen = BTreeSet::new();
        for element in self.layers.iter().flat_map(|layer| layer.list(&["dependencies"])) {
            let text = |name: &str| element.child(name).map(|child| self.fill(&child.text));
            let (group, artifact) = (text("groupId").unwrap_or_default(), text("artifactId").unwrap_or_default());
            if !seen.insert((group.clone(), artifact.clone())) && text("classifier").is_none() {
                continue;
            }
            let managed = self.managed(&group, &artifact);
            let says =
                |name: &str| text(name).or_else(|| managed.and_then(|managed| managed.child(name)).map(|child| self.fill(&child.text)));
            let (version, scope) = (says("version"), says("scope").unwrap_or_else(|| "compile".into()));
            found.push(Dependency { group, artifact, version, scope, element });
        }
        found
    }

    /// What the dependency management that is here says of a dependency, the strongest first.
    fn managed(&self, group: &str, artifact: &str) -> Option<&'r Element> {
        let managed = self.managed.get_or_init(|| {
            let text = |element: &Element, name: &str| element.child(name).map(|child| self.fill(&child.text)).unwrap_or_default();
            let mut managed = BTreeMap::new();
            for element in self.managed_list() {
                managed.entry((text(element, "groupId"), text(element, "artifactId"))).or_insert(element);
            }
            managed
        });
        managed.get(&(group.to_owned(), artifact.to_owned())).copied()
    }

    /// The version that the dependency management which is here says of it.
    pub fn managed_version(&self, group: &str, artifact: &str) -> Option<String> {
        self.managed(group, artifact)?.child("version").map(|version| self.fill(&version.text))
    }

    fn managed_list(&self) -> impl Iterator<Item = &'r Element> {
        self.layers.iter().flat_map(|layer| layer.list(&["dependencyManagement", "dependencies"]))
    }

    /// The version of a list of versions that is imported, by its name.
    pub fn imported(&self, artifact: &str) -> Option<Said<'r>> {
        let list = self.managed_list().find(|element| element.child("artifactId").is_some_and(|id| self.fill(&id.text) == artifact))?;
        let element = list.child("version")?;
        Some(Said { value: self.fill(&element.text), element })
    }

    /// The addresses of the repositories that dependencies and plugins come from.
    pub fn repositories(&self) -> Vec<Said<'r>> {
        let lists = self.layers.iter().flat_map(|layer| layer.list(&["repositories"]).iter().chain(layer.list(&["pluginRepositories"])));
        lists.filter_map(|repository| repository.child("url")).map(|element| Said { value: self.fill(&element.text), element }).collect()
    }

    /// Whether it is built with the tests of another module.
    pub fn uses_test_jars(&self) -> bool {
        self.dependencies().iter().any(|dependency| {
            dependency.element.child("type").is_some_and(|kind| kind.text == "test-jar")
                || dependency.element.child("classifier").is_some_and(|classifier| classifier.text == "tests")
        })
    }

    /// The plugins that the build uses.
    pub fn plugins(&self) -> impl Iterator<Item = &'r Element> {
        self.layers.iter().flat_map(|layer| layer.list(&["build", "plugins"]))
    }

    /// The plugin of that name, when the build uses it.
    pub fn plugin(&self, artifact: &str) -> Option<Plugin<'r, '_>> {
        let is = |element: &&Element| element.child("artifactId").is_some_and(|id| id.text == artifact);
        let below = |path: &'static [&'static str]| self.layers.iter().flat_map(move |layer| layer.list(path)).filter(is);
        let mut layers: Vec<&'r Element> = below(&["build", "plugins"]).collect();
        let named = layers.first().copied();
        layers.extend(below(&["build", "pluginManagement", "plugins"]));
        let used = named.or_else(|| layers.first().copied().filter(|_| USUAL.contains(&artifact)))?;
        Some(Plugin { module: self, element: used, layers })
    }
}

/// `text` with `value` in place of each `${name}`; what follows when it has grown too long stays as it is written.
fn replace(text: &str, value: impl Fn(&str) -> String) -> String {
    let mut replaced = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${").filter(|_| replaced.len() <= LONGEST) {
        replaced.push_str(before);
        let Some((name, behind)) = after.split_once('}') else {
            replaced.push_str("${");
            rest = after;
            continue;
        };
        replaced.push_str(&value(name));
        rest = behind;
    }
    replaced.push_str(rest);
    replaced
}
