//! One project of Gradle's: its own build file, what the root says of it, and the project's own plugins that it applies.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::catalog::Versions;
use super::script::{Script, Use};
use super::settings::Settings;
use crate::evidence::Evidence;
use crate::program::scan::Token;
use crate::read::properties;
use crate::tree::Tree;
use crate::tree::path::normal;

/// Scripts that apply others are followed as far as this.
const NESTED: usize = 8;

/// A project.
#[derive(Debug)]
pub struct Project<'t> {
    /// The directory of the settings, or its own.
    pub root: Utf8PathBuf,
    /// Its directory.
    pub directory: Utf8PathBuf,
    /// Its path in the build: `:` for the root's.
    pub path: String,
    /// Its name.
    pub name: String,
    /// Its build file, or the one that speaks of it.
    pub file: Utf8PathBuf,
    /// What is said of it, its own build file first.
    pub scripts: Vec<Script<'t>>,
    /// What is said of all, which names versions for it.
    declared: Vec<Script<'t>>,
    /// The version catalogs.
    pub versions: Versions,
    properties: BTreeMap<String, String>,
}

/// The projects of a tree that no pom stands above.
pub fn projects(tree: &Tree) -> Vec<Project<'_>> {
    let below_pom = |path: &Utf8Path| path.ancestors().skip(1).any(|directory| tree.has(directory.join("pom.xml")));
    let skipped = |path: &Utf8Path| path.components().any(|part| matches!(part.as_str(), "buildSrc" | "build-logic" | "node_modules"));
    let parent = |path: &Utf8Path| path.parent().unwrap_or(Utf8Path::new("")).to_owned();
    let settings = tree.named(&["settings.gradle", "settings.gradle.kts"]);
    let mut roots: Vec<_> = settings.filter(|path| !below_pom(path) && !skipped(path)).map(parent).collect();
    roots.sort();
    let included: Vec<_> = roots.iter().flat_map(|root| Settings::read(tree, root).builds()).collect();
    roots.retain(|root| !included.contains(root));
    let conventions = conventions(tree);
    let mut found: BTreeMap<Utf8PathBuf, Project<'_>> = BTreeMap::new();
    for root in &roots {
        let settings = Settings::read(tree, root);
        let mut members = settings.projects();
        members.push((":".into(), root.clone()));
        for (path, directory) in members {
            let project = Project::read(tree, &settings, path, &directory, &conventions);
            found.extend(project.map(|project| (directory, project)));
        }
    }
    for path in tree.named(&["build.gradle", "build.gradle.kts"]).filter(|path| !below_pom(path) && !skipped(path)) {
        let directory = parent(path);
        if found.contains_key(&directory) || included.iter().any(|build| directory.starts_with(build)) {
            continue;
        }
        // a directory that no settings name is a build of its own
        let root = directory.ancestors().find(|place| roots.iter().any(|root| root == place)).map(Utf8Path::to_owned);
        let (root, path) = match root {
            Some(root) => {
                let inside = directory.strip_prefix(&root).unwrap_or(&directory).as_str().replace('/', ":");
                (root, format!(":{inside}"))
            }
            None => (directory.clone(), ":".into()),
        };
        let settings = Settings::read(tree, &root);
        found.extend(Project::read(tree, &settings, path, &directory, &conventions).map(|project| (directory, project)));
    }
    found.into_values().collect()
}

/// The project's own plugins that are scripts, by their ids.
fn conventions(tree: &Tree) -> BTreeMap<String, Utf8PathBuf> {
    let is_plugin = |path: &&Utf8Path| {
        let path = path.as_str();
        (path.ends_with(".gradle.kts") && path.contains("src/main/kotlin/"))
            || (path.ends_with(".gradle") && path.contains("src/main/groovy/"))
    };
    let id = |path: &Utf8Path| path.file_name().map(|name| name.trim_end_matches(".kts").trim_end_matches(".gradle").to_owned());
    tree.paths().filter(is_plugin).filter_map(|path| Some((id(path)?, path.to_owned()))).collect()
}

impl<'t> Project<'t> {
    fn read(
        tree: &'t Tree,
        settings: &Settings<'t>,
        path: String,
        directory: &Utf8Path,
        conventions: &BTreeMap<String, Utf8PathBuf>,
    ) -> Option<Self> {
        let root = &settings.root;
        let build =
            |place: &Utf8Path| ["build.gradle", "build.gradle.kts"].map(|name| place.join(name)).into_iter().find(|path| tree.has(path));
        let named =
            directory.file_name().map(|name| [format!("{name}.gradle"), format!("{name}.gradle.kts")].map(|name| directory.join(name)));
        let own = build(directory).or_else(|| named?.into_iter().find(|path| tree.has(path)));
        let above = build(root).filter(|above| Some(above) != own.as_ref());
        if !tree.has_directory(directory) {
            return None;
        }
        let script = |path: &Utf8PathBuf| Some(Script::new(path, tree.text(path).ok()?));
        let versions = Versions::read(tree, root);
        let mut scripts = Vec::new();
        let is_root = path == ":";
        if let Some(own) = own.as_ref().and_then(script) {
            if is_root {
                scripts.extend(own.of_project(":"));
                scripts.insert(0, own.without("subprojects"));
            } else {
                scripts.push(own);
            }
        }
        let mut declared: Vec<_> = above.as_ref().and_then(script).into_iter().collect();
        scripts.extend(declared.iter().filter_map(|script| script.of_project(&path)));
        if is_root {
            declared.extend(own.as_ref().and_then(script));
        }
        declared
            .extend(settings.script.as_ref().and_then(|script| tree.text(&script.file).ok().map(|text| Script::new(&script.file, text))));
        let mut at = 0;
        let mut known: Vec<Utf8PathBuf> = Vec::new();
        while at < scripts.len() && known.len() < NESTED {
            let of_plugins = scripts[at].plugins(&versions).into_iter().filter_map(|id| {
                let last = id.rsplit('.').next().unwrap_or_default().to_owned();
                conventions.get(&id).or_else(|| conventions.get(&last).filter(|_| id.contains('.'))).cloned()
            });
            let here = |path: String| {
                let plain = ["$rootDir/", "${rootDir}/", "$projectDir/", "${projectDir}/"]
                    .iter()
                    .fold(path.clone(), |path, place| path.replace(place, ""));
                [normal(directory.join(&plain)), normal(root.join(&plain))].into_iter().find(|path| tree.has(path))
            };
            let more: Vec<_> = of_plugins.chain(scripts[at].applied().into_iter().filter_map(here)).collect();
            for path in more {
                if !known.contains(&path) {
                    scripts.extend(script(&path));
                    known.push(path);
                }
            }
            at += 1;
        }
        let file = own.or(above).or_else(|| settings.script.as_ref().map(|script| script.file.clone()))?;
        let own_name = directory.file_name().map(str::to_owned);
        let name = if is_root { settings.name().or(own_name) } else { path.rsplit(':').next().map(str::to_owned) };
        let properties = [root.join("gradle.properties"), directory.join("gradle.properties")]
            .iter()
            .flat_map(|path| properties::parse(path, tree.text(path).unwrap_or_default()))
            .map(|property| (property.key, property.value))
            .collect();
        let name = name.unwrap_or_else(|| "app".into());
        Some(Self { root: root.clone(), directory: directory.to_owned(), path, name, file, scripts, declared, versions, properties })
    }

    /// The plugin of that id, where it is put to use, with its version wherever that is said.
    pub fn plugin(&self, id: &str) -> Option<Use> {
        let used = self.scripts.iter().flat_map(|script| script.plugin(id, &self.versions)).find(|found| found.applied)?;
        let declared = || {
            let mut named = self.scripts.iter().chain(&self.declared).flat_map(|script| script.plugin(id, &self.versions));
            named.find_map(|found| found.version)
        };
        let version = used.version.clone().or_else(declared).map(|version| self.filled(&version)).filter(|version| !version.contains('$'));
        Some(Use { version, ..used })
    }

    /// The version of a plugin that is on the build's class path.
    pub fn on_class_path(&self, artifact: &str) -> Option<String> {
        let scripts = || self.scripts.iter().chain(&self.declared);
        let text = scripts().find_map(|script| script.value(script.has_text(|text| text.split(':').nth(1) == Some(artifact))?))?;
        let version = self.filled(text.split(':').nth(2)?);
        (!version.contains('$')).then_some(version)
    }

    /// A text with the properties in it that are written out somewhere.
    pub fn filled(&self, text: &str) -> String {
        let Some((before, behind)) = text.split_once('$') else { return text.to_owned() };
        let (name, rest) = match behind.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            Some(parts) => parts,
            None => behind.split_at(behind.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(behind.len())),
        };
        match self.property(name) {
            Some(value) if !value.contains('$') => format!("{before}{value}{}", self.filled(rest)),
            _ => text.to_owned(),
        }
    }

    /// What a name is set to in the build files or their properties.
    pub fn property(&self, name: &str) -> Option<String> {
        let name = name.rsplit('.').next().unwrap_or(name);
        let written = self.scripts.iter().chain(&self.declared).find_map(|script| script.value(script.set(name)?));
        self.properties.get(name).cloned().or(written)
    }

    /// Where `name` is set, and the text that it is set to.
    pub fn set(&self, name: &str) -> Option<(&Script<'t>, usize, String)> {
        self.scripts.iter().find_map(|script| {
            let at = script.set(name)?;
            Some((script, at, self.filled(&script.value(at)?)))
        })
    }

    /// What `name` is set to in what is said of a task.
    pub fn set_in(&self, task: &str, name: &str) -> Option<(&Script<'t>, usize)> {
        self.scripts.iter().find_map(|script| Some((script, script.set_in(task, name)?)))
    }

    /// The paths of the projects that it depends on: `project(":core")`, `projects.core`.
    pub fn projects(&self) -> Vec<String> {
        let mut found = Vec::new();
        for script in &self.scripts {
            for (at, token) in script.tokens.iter().enumerate() {
                if token.is("project") {
                    let path = script.tokens[at + 1..].iter().take(4).find_map(Token::value);
                    found.extend(path.map(|path| format!(":{}", path.trim_start_matches(':'))));
                } else if token.is("projects") {
                    let rest = script.tokens[at + 1..].chunks(2).take_while(|pair| pair[0].is(".") && pair.len() == 2);
                    found.push(rest.filter_map(|pair| pair[1].ident()).fold(String::new(), |path, part| format!("{path}:{part}")));
                }
            }
        }
        found
    }

    /// Whether a task is turned off.
    pub fn is_off(&self, task: &str) -> bool {
        self.set_in(task, "enabled").is_some_and(|(script, at)| script.tokens[at].is("false"))
    }

    /// A dependency whose name begins so.
    pub fn dependency(&self, name: &str) -> Option<Evidence> {
        self.scripts.iter().find_map(|script| script.dependency(name, &self.versions))
    }
}
