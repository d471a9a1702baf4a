//! A Python project: who manages its dependencies, which they are, and what it says of itself.

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use super::lock::{self, Locked};
use super::manager::{self, Manager};
use super::requirements::{self, Listed};
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule};
use crate::read::document::{self, Document};
use crate::read::python::{Outline, Value};
use crate::read::requirement::normal;
use crate::tree::Tree;

const NAME: Rule = Rule::parsed("python.name", "this is the project's name");
const SCRIPT: Rule = Rule::parsed("python.script", "this is a command of the project");
const PACKAGE: Rule = Rule::parsed("python.package", "the project is a package and is installed");

/// Indexes that ask nobody who they are.
const PUBLIC: [&str; 5] = ["pypi.org", "pythonhosted.org", "download.pytorch.org", "pypi.nvidia.com", "wheels.vllm.ai"];

/// A project.
#[derive(Debug)]
pub struct Project {
    /// Where it is, relative to the root.
    pub directory: Utf8PathBuf,
    /// Its name.
    pub name: Option<Fact<String>>,
    /// Who manages its dependencies.
    pub manager: Fact<Manager>,
    /// What is needed to install the dependencies, relative to the root.
    pub manifests: Vec<Utf8PathBuf>,
    /// What will be installed, as far as it is known.
    pub packages: Vec<Locked>,
    /// Set when the project itself is installed.
    pub package: Option<Fact<Backend>>,
    /// Its commands.
    pub scripts: Vec<Fact<Script>>,
    /// Dependencies that come from repositories or archives.
    pub remotes: Vec<Fact<String>>,
    /// Dependencies that lie in the project.
    pub locals: Vec<Fact<String>>,
    /// Indexes other than the public one.
    pub indexes: Vec<Fact<String>>,
    /// What wants a look.
    pub warnings: Vec<Diagnostic>,
}

/// A command that the project declares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Script {
    /// Its name.
    pub name: String,
    /// `module:function`
    pub target: String,
}

/// What builds the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Backend {
    /// Data files are in the wheel only when the configuration says so.
    Setuptools,
    /// What lies in the package is in the wheel.
    Other,
    /// Its version comes from version control.
    Versioned,
}

impl Project {
    /// Reads the project in `directory`.
    ///
    /// # Errors
    /// When a manifest is broken, or its lock files contradict one another.
    pub fn read(tree: &Tree, directory: &Utf8Path) -> Result<Option<Self>> {
        let file = directory.join("pyproject.toml");
        let pyproject = tree.manifest(&file)?.map(|text| Document::toml(&file, text)).transpose()?;
        let pyproject = pyproject.as_ref();
        let Some(manager) = manager::manager(tree, directory, pyproject)? else { return Ok(None) };
        let mut listed = requirements::listed(tree, directory, pyproject, manager.value)?;
        let locked = read_lock(tree, directory, manager.value)?;
        let packages = if locked.is_empty() { std::mem::take(&mut listed.packages) } else { with_extras(locked, &listed.packages) };
        let setup = Setup::read(tree, directory);
        let package = package(tree, directory, pyproject, &setup, &manager);
        let name = pyproject.and_then(name).or_else(|| setup.name.clone());
        let Listed { files, remotes, locals, mut indexes, packages: _ } = listed;
        indexes.retain(|index| !PUBLIC.iter().any(|host| index.value.contains(host)));
        let mut project = Self {
            name,
            manifests: manager::manifests(tree, directory, manager.value, files),
            packages,
            package,
            scripts: pyproject.map(scripts).unwrap_or_default().into_iter().chain(setup.scripts).collect(),
            remotes,
            locals,
            indexes,
            warnings: Vec::new(),
            directory: directory.to_owned(),
            manager,
        };
        project.warn_of_open_versions();
        Ok(Some(project))
    }

    /// A project without any manifest.
    pub fn bare(manager: Fact<Manager>) -> Self {
        let none = Vec::new;
        Self {
            directory: Utf8PathBuf::new(),
            name: None,
            manager,
            manifests: Vec::new(),
            packages: Vec::new(),
            package: None,
            scripts: Vec::new(),
            remotes: none(),
            locals: none(),
            indexes: none(),
            warnings: Vec::new(),
        }
    }

    /// The installed package of that name.
    pub fn installs(&self, name: &str) -> Option<&Locked> {
        self.packages.iter().find(|locked| locked.name == name)
    }

    fn warn_of_open_versions(&mut self) {
        let open = matches!(self.manager.value, Manager::Project | Manager::Install)
            || (self.manager.value == Manager::Requirements && self.packages.iter().all(|package| package.version.is_none()));
        let Some(first) = self.packages.first().filter(|_| open && !self.packages.is_empty()) else { return };
        let warning = Diagnostic::warning("python::no-lock", "no lock file pins the dependencies: each build may install others");
        self.warnings.push(warning.because(&first.at).help("`uv lock` writes one, or `uv pip compile` for requirements.txt"));
    }
}

fn read_lock(tree: &Tree, directory: &Utf8Path, manager: Manager) -> Result<Vec<Locked>> {
    let Some(name) = manager.lock() else { return Ok(Vec::new()) };
    let file = manager::lock_directory(tree, directory, manager).join(name);
    let Some(text) = tree.manifest(&file)? else { return Ok(Vec::new()) };
    match manager {
        Manager::Uv => lock::uv(&file, text),
        Manager::Pipenv => lock::pipfile(&file, text),
        _ => lock::grouped(&file, text),
    }
}

/// A lock that does not name extras, with those that the manifest asks for.
fn with_extras(mut locked: Vec<Locked>, asked: &[Locked]) -> Vec<Locked> {
    let missing: Vec<_> =
        asked.iter().filter(|asked| asked.name.contains('[') && !locked.iter().any(|locked| locked.name == asked.name)).cloned().collect();
    locked.extend(missing);
    locked
}

fn name(table: &Document<'_>) -> Option<Fact<String>> {
    let (name, value) = table.string(&["project", "name"]).or_else(|| table.string(&["tool", "poetry", "name"]))?;
    Some(Fact::new(name.to_owned(), table.evidence(value, NAME)))
}

fn scripts(table: &Document<'_>) -> Vec<Fact<Script>> {
    let declared = table.entries(&["project", "scripts"]).into_iter().chain(table.entries(&["tool", "poetry", "scripts"]));
    let script = |(name, value): (&str, &document::Value<'_>)| {
        let target = value.string()?;
        Some(Fact::new(Script { name: name.to_owned(), target: target.to_owned() }, table.evidence(value, SCRIPT)))
    };
    declared.filter_map(script).collect()
}

/// Whether the project is installed, and what builds it.
fn package(
    tree: &Tree,
    directory: &Utf8Path,
    pyproject: Option<&Document<'_>>,
    setup: &Setup,
    manager: &Fact<Manager>,
) -> Option<Fact<Backend>> {
    let Some(table) = pyproject.filter(|table| table.has(&["build-system"])) else {
        let wanted = pyproject.and_then(|table| Some((table, table.get(&["tool", "uv", "package"])?)));
        let wanted = wanted.filter(|(_, value)| value.boolean() == Some(true));
        return wanted
            .map(|(table, value)| Fact::new(Backend::Setuptools, table.evidence(value, PACKAGE)))
            .or_else(|| setup.package.clone());
    };
    let refused = [&["tool", "uv", "package"][..], &["tool", "poetry", "package-mode"], &["tool", "pdm", "distribution"]];
    if refused.iter().any(|keys| table.boolean(keys) == Some(false)) {
        return None;
    }
    let (backend, at) =
        table.string(&["build-system", "build-backend"]).map_or(("setuptools", table.get(&["build-system"])?), |found| found);
    let named = table.has(&["project", "name"]) || table.has(&["tool", "poetry", "name"]) || setup.package.is_some();
    let configured = ["packages", "include"].iter().any(|key| table.has(&["tool", "poetry", key]));
    let module = name(table).map(|name| normal(&name.value).replace('-', "_")).unwrap_or_default();
    let there = |base: &str| {
        tree.has(directory.join(base).join(&module).join("__init__.py")) || tree.has(directory.join(base).join(format!("{module}.py")))
    };
    // without its package, Poetry installs the dependencies alone and says so
    let poetry_finds = manager.value != Manager::Poetry || configured || there("") || there("src");
    let versioned = table
        .strings(&["build-system", "requires"])
        .iter()
        .any(|(name, _)| name.contains("-scm") || name.contains("-vcs") || name.contains("_scm"));
    let kind = match backend {
        _ if versioned && table.strings(&["project", "dynamic"]).iter().any(|(field, _)| *field == "version") => Backend::Versioned,
        backend if backend.starts_with("setuptools") => Backend::Setuptools,
        _ => Backend::Other,
    };
    (named && poetry_finds).then(|| Fact::new(kind, table.evidence(at, PACKAGE)))
}

/// What `setup.py` and `setup.cfg` say.
#[derive(Debug, Default)]
struct Setup {
    name: Option<Fact<String>>,
    scripts: Vec<Fact<Script>>,
    package: Option<Fact<Backend>>,
}

impl Setup {
    fn read(tree: &Tree, directory: &Utf8Path) -> Self {
        let mut setup = Self::default();
        setup.configuration(tree, &directory.join("setup.cfg"));
        let file = directory.join("setup.py");
        let Ok(text) = tree.text(&file) else { return setup };
        let outline = Outline::of(text);
        let call = outline.calls.iter().find(|call| call.path.rsplit('.').next() == Some("setup"));
        let Some(call) = call else { return setup };
        let at = |rule| Evidence::at(file.clone(), call.at.span(text), rule, "setup(");
        setup.package = Some(Fact::new(Backend::Setuptools, at(PACKAGE)));
        if let Some(name) = call.keywords.get("name").and_then(Value::text) {
            setup.name = Some(Fact::new(name.to_owned(), at(NAME)));
        }
        let points = call.keywords.get("entry_points");
        if let Some(Value::Table(points)) = points {
            let lists = points.iter().filter(|(key, _)| key.text() == Some("console_scripts"));
            let texts = lists.flat_map(|(_, value)| if let Value::List(list) = value { list.clone() } else { vec![value.clone()] });
            setup.scripts.extend(texts.filter_map(|text| Some(Fact::new(entry_point(text.text()?)?, at(SCRIPT)))));
        }
        setup
    }

    fn configuration(&mut self, tree: &Tree, file: &Utf8Path) {
        let mut section = String::new();
        let mut key = String::new();
        for (number, line) in (1..).zip(tree.text(file).unwrap_or_default().lines()) {
            let at = |rule| Evidence::at(file, crate::evidence::Span::of_line(number, line), rule, line.trim());
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
                name.clone_into(&mut section);
                continue;
            }
            if !line.starts_with([' ', '\t']) {
                line.split('=').next().unwrap_or_default().trim().clone_into(&mut key);
            }
            let value = line.split_once('=').map(|(_, value)| value.trim());
            match (section.as_str(), key.as_str()) {
                ("metadata", "name") => {
                    self.name = value.map(|name| Fact::new(name.to_owned(), at(NAME)));
                    self.package = Some(Fact::new(Backend::Setuptools, at(PACKAGE)));
                }
                ("options.entry_points", "console_scripts") if line.starts_with([' ', '\t']) => {
                    self.scripts.extend(entry_point(line).map(|script| Fact::new(script, at(SCRIPT))));
                }
                _ => {}
            }
        }
    }
}

fn entry_point(text: &str) -> Option<Script> {
    let (name, target) = text.split_once('=')?;
    let (name, target) = (name.trim().to_owned(), target.split('[').next().unwrap_or_default().trim().to_owned());
    (!name.is_empty() && target.contains(':')).then_some(Script { name, target })
}
