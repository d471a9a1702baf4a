//! A project that is a package: what builds it, where its version comes from, and what `setup.py` and `setup.cfg` say of it.

use camino::Utf8Path;
use serde::Serialize;

use super::locked::LISTED;
use super::manager::Manager;
use super::outline::{ask, outline};
use crate::evidence::{Evidence, Fact, Rule};
use crate::program::Value;
use crate::read::document::{self, Document};
use crate::read::requirement::{self, normal};
use crate::tree::Tree;

const NAME: Rule = Rule::parsed("python.name", "this is the project's name");
const SCRIPT: Rule = Rule::parsed("python.script", "this is a command of the project");
const PACKAGE: Rule = Rule::parsed("python.package", "the project is a package and is installed");

const BESIDE: Rule = Rule::parsed("python.setup-import", "the project's build imports this");

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
    /// Its version comes from version control, unless this variable gives it.
    Versioned(&'static str),
}

/// Tools that take the version from version control, as far as their names tell, and the variable that gives it without.
const VERSIONERS: [(&str, &str); 8] = [
    ("setuptools-scm", "SETUPTOOLS_SCM_PRETEND_VERSION"),
    ("hatch-vcs", "SETUPTOOLS_SCM_PRETEND_VERSION"),
    ("flit-scm", "SETUPTOOLS_SCM_PRETEND_VERSION"),
    ("poetry-dynamic-versioning", "POETRY_DYNAMIC_VERSIONING_BYPASS"),
    ("uv-dynamic-versioning", "UV_DYNAMIC_VERSIONING_BYPASS"),
    ("pdm-backend", "PDM_BUILD_SCM_VERSION"),
    ("pbr", "PBR_VERSION"),
    ("versioningit", ""),
];

/// Whether the project is installed, and what builds it.
pub fn package(
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
    let kind = match (versioner(table), backend) {
        (Some(variable), _) => Backend::Versioned(variable),
        (None, backend) if backend.starts_with("setuptools") => Backend::Setuptools,
        _ => Backend::Other,
    };
    (named && poetry_finds).then(|| Fact::new(kind, table.evidence(at, PACKAGE)))
}

/// The variable that gives the version, where it comes from version control otherwise.
fn versioner(table: &Document<'_>) -> Option<&'static str> {
    // without a `[project]` table, setup.cfg or a section of the tool's own has the rest
    let dynamic = !table.has(&["project", "name"]) || table.strings(&["project", "dynamic"]).iter().any(|(field, _)| *field == "version");
    let by_pdm = table.string(&["tool", "pdm", "version", "source"]).is_some_and(|(source, _)| source == "scm");
    let requires = table.strings(&["build-system", "requires"]);
    let requires = requires.iter().filter_map(|(text, _)| requirement::parse(text));
    let variable = |name: &str| VERSIONERS.iter().find(|(tool, _)| *tool == name).map(|(_, variable)| *variable);
    let mut found = requires.filter(|requirement| by_pdm || requirement.name != "pdm-backend").filter_map(|found| variable(&found.name));
    found.next().filter(|_| dynamic)
}

/// What `setup.py` and `setup.cfg` say.
#[derive(Debug, Default)]
pub struct Setup {
    /// The project's name.
    pub name: Option<Fact<String>>,
    /// Its commands.
    pub scripts: Vec<Fact<Script>>,
    /// That it is a package.
    pub package: Option<Fact<Backend>>,
    /// What it requires, as it is written.
    pub requires: Vec<(String, Evidence)>,
    /// The modules that `setup.py` imports.
    pub imports: Vec<Fact<String>>,
    /// Whether these are all: a list that is computed is not seen.
    pub listed_whole: bool,
}

impl Setup {
    /// Reads them.
    pub fn read(tree: &Tree, directory: &Utf8Path) -> Self {
        let mut setup = Self { listed_whole: true, ..Self::default() };
        setup.configuration(tree, &directory.join("setup.cfg"));
        let file = directory.join("setup.py");
        let Ok(text) = tree.text(&file) else { return setup };
        let outline = outline(text);
        let imported = |import: &crate::program::Import| {
            let span = ask::span(import.at, text);
            let said = text.get(import.at.range()).unwrap_or_default();
            Fact::new(import.path.clone(), Evidence::at(file.clone(), span, BESIDE, said))
        };
        setup.imports = outline.imports.iter().map(imported).collect();
        let call = outline.calls.iter().find(|call| call.path.rsplit('.').next() == Some("setup"));
        let Some(call) = call else { return setup };
        let at = |rule| Evidence::at(file.clone(), ask::span(call.at, text), rule, "setup(");
        let kind = match () {
            () if ask::named(call, "use_scm_version").is_some() => Backend::Versioned("SETUPTOOLS_SCM_PRETEND_VERSION"),
            () if ask::named(call, "pbr").is_some() => Backend::Versioned("PBR_VERSION"),
            () => Backend::Setuptools,
        };
        setup.package = Some(Fact::new(kind, at(PACKAGE)));
        if let Some(name) = ask::named(call, "name").and_then(Value::text) {
            setup.name = Some(Fact::new(name.to_owned(), at(NAME)));
        }
        if let Some(requires) = ask::named(call, "install_requires") {
            let list = if let Value::List(list) = requires { list.as_slice() } else { &[] };
            let texts: Vec<_> = list.iter().filter_map(Value::text).collect();
            setup.listed_whole = matches!(requires, Value::List(_)) && texts.len() == list.len();
            setup.requires.extend(texts.into_iter().map(|text| (text.to_owned(), at(LISTED))));
        }
        let points = ask::named(call, "entry_points");
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
                ("options", "install_requires") => {
                    let text = if line.starts_with([' ', '\t']) { line.trim() } else { value.unwrap_or_default() };
                    if text.starts_with("file:") {
                        self.listed_whole = false;
                    } else if requirement::parse(text).is_some() {
                        self.requires.push((text.to_owned(), at(LISTED)));
                    }
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

/// The name that `pyproject.toml` gives.
pub fn name(table: &Document<'_>) -> Option<Fact<String>> {
    let (name, value) = table.string(&["project", "name"]).or_else(|| table.string(&["tool", "poetry", "name"]))?;
    Some(Fact::new(name.to_owned(), table.evidence(value, NAME)))
}

/// The commands that `pyproject.toml` declares.
pub fn scripts(table: &Document<'_>) -> Vec<Fact<Script>> {
    let declared = table.entries(&["project", "scripts"]).into_iter().chain(table.entries(&["tool", "poetry", "scripts"]));
    let script = |(name, value): (&str, &document::Value<'_>)| {
        let target = value.string()?;
        Some(Fact::new(Script { name: name.to_owned(), target: target.to_owned() }, table.evidence(value, SCRIPT)))
    };
    declared.filter_map(script).collect()
}
