//! What manifests list: requirements files with all that they include, and the dependencies in `pyproject.toml`, `Pipfile` and `setup.py`.

use camino::{Utf8Path, Utf8PathBuf};

use super::lock::Locked;
use super::manager::Manager;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::read::document::{self, Document};
use crate::read::python::{Outline, Value};
use crate::read::requirement::{self, Line, Requirement, normal};
use crate::tree::Tree;

const LISTED: Rule = Rule::parsed("python.requirement", "this package is asked for");
const REMOTE: Rule = Rule::parsed("python.remote", "this dependency comes from elsewhere");
const LOCAL: Rule = Rule::parsed("python.local", "this dependency lies in the project");
const INDEX: Rule = Rule::parsed("python.index", "packages come from this index");

/// Names of the file that lists what production needs, the most telling first.
const FILES: [&str; 9] = [
    "requirements.txt",
    "requirements/production.txt",
    "requirements/prod.txt",
    "requirements/requirements.txt",
    "requirements/base.txt",
    "requirements-prod.txt",
    "requirements.prod.txt",
    "requirements/main.txt",
    "requirements.lock",
];

/// What is listed.
#[derive(Debug, Default)]
pub struct Listed {
    /// The files that were read, relative to the root.
    pub files: Vec<Utf8PathBuf>,
    /// Packages.
    pub packages: Vec<Locked>,
    /// Repositories and archives.
    pub remotes: Vec<Fact<String>>,
    /// Directories and files of the project.
    pub locals: Vec<Fact<String>>,
    /// Indexes.
    pub indexes: Vec<Fact<String>>,
}

/// The requirements file of a project.
pub fn main_file(tree: &Tree, directory: &Utf8Path) -> Option<Utf8PathBuf> {
    FILES.iter().map(|name| directory.join(name)).find(|file| tree.has(file))
}

/// Reads what the manifests list.
///
/// # Errors
/// When a file that is included is not there.
pub fn listed(tree: &Tree, directory: &Utf8Path, pyproject: Option<&Document<'_>>, manager: Manager) -> Result<Listed> {
    let mut listed = Listed::default();
    match manager {
        Manager::Requirements => {
            if let Some(file) = main_file(tree, directory) {
                listed.read(tree, &file)?;
            }
        }
        Manager::Pipenv => {
            let file = directory.join("Pipfile");
            if let Some(text) = tree.manifest(&file)? {
                listed.pipfile(&Document::toml(&file, text)?);
            }
        }
        Manager::Install => listed.setup(tree, directory),
        _ => {}
    }
    if let Some(table) = pyproject {
        if manager != Manager::Requirements {
            listed.project(table);
        }
        listed.sources(table);
    }
    Ok(listed)
}

impl Listed {
    fn read(&mut self, tree: &Tree, file: &Utf8Path) -> Result<()> {
        if self.files.iter().any(|known| known == file) {
            return Ok(());
        }
        self.files.push(file.to_owned());
        let Some(text) = tree.manifest(file)? else {
            let error = Diagnostic::error("python::missing-requirements", format!("`{file}` is included and not there"));
            return Err(error.at(file.to_owned(), None, "looked for here").into());
        };
        let beside = file.parent().unwrap_or(Utf8Path::new(""));
        for (number, raw, line) in requirement::lines(text) {
            let at = |rule| Evidence::at(file, Span::of_line(number, raw), rule, raw.trim());
            match line {
                Line::Requirement(requirement) => self.requirement(&requirement, &at(LISTED)),
                Line::Include(path) | Line::Constraint(path) if !path.contains("://") => self.read(tree, &join(beside, &path))?,
                Line::Local(path) => self.locals.push(Fact::new(path, at(LOCAL))),
                Line::Remote(url) => self.remote(url, at(REMOTE)),
                Line::Index(url) => self.indexes.push(Fact::new(url, at(INDEX))),
                Line::Include(_) | Line::Constraint(_) | Line::Option => {}
            }
        }
        Ok(())
    }

    fn remote(&mut self, url: String, at: Evidence) {
        let name = url.split_once("#egg=").map(|(_, name)| normal(name.split(['&', '[']).next().unwrap_or_default()));
        let name = name.or_else(|| {
            url.rsplit('/').next().map(|last| normal(last.split(['@', '#']).next().unwrap_or_default().trim_end_matches(".git")))
        });
        self.packages.extend(name.map(|name| Locked { name, version: None, wheels: Vec::new(), at: at.clone() }));
        self.remotes.push(Fact::new(url, at));
    }

    fn requirement(&mut self, requirement: &Requirement, at: &Evidence) {
        let elsewhere = ["platform_system == 'Windows'", "sys_platform == 'win32'", "sys_platform == 'darwin'"];
        let marker = requirement.marker.replace('"', "'");
        if elsewhere.contains(&marker.as_str()) {
            return;
        }
        let version = requirement.specifier.strip_prefix("==").map(|version| version.trim_matches(['=', ' ']).to_owned());
        let version = version.filter(|version| !version.contains([',', '*']));
        let extras = requirement.extras.iter().map(|extra| format!("{}[{extra}]", requirement.name));
        let names = std::iter::once(requirement.name.clone()).chain(extras);
        self.packages.extend(names.map(|name| Locked { name, version: version.clone(), wheels: Vec::new(), at: at.clone() }));
        if let Some(url) = requirement.url.as_ref().filter(|url| !url.starts_with("file:")) {
            self.remotes.push(Fact::new(url.clone(), Evidence { rule: REMOTE.id, meaning: REMOTE.meaning, ..at.clone() }));
        }
    }

    fn project(&mut self, table: &Document<'_>) {
        for (text, value) in table.strings(&["project", "dependencies"]) {
            if let Some(requirement) = requirement::parse(text) {
                self.requirement(&requirement, &table.evidence(value, LISTED));
            }
        }
        self.table(table, &["tool", "poetry", "dependencies"]);
    }

    fn pipfile(&mut self, table: &Document<'_>) {
        self.table(table, &["packages"]);
    }

    /// Dependencies as Poetry and Pipenv write them: names with versions or tables.
    fn table(&mut self, table: &Document<'_>, keys: &[&str]) {
        for (name, value) in table.entries(keys).into_iter().filter(|(name, _)| *name != "python") {
            let at = table.evidence(value, LISTED);
            let text = |key: &str| value.get(&[key]).and_then(|value| value.string()).map(str::to_owned);
            let extras = value.get(&["extras"]).into_iter().flat_map(document::Value::list);
            let extras = extras.filter_map(|extra| extra.string()).map(normal).collect();
            let requirement =
                Requirement { name: normal(name), extras, url: text("git").or_else(|| text("url")), ..Requirement::default() };
            if let Some(path) = text("path") {
                self.locals.push(Fact::new(path, Evidence { rule: LOCAL.id, meaning: LOCAL.meaning, ..at.clone() }));
            }
            self.requirement(&requirement, &at);
        }
    }

    /// Where `pyproject.toml` takes packages from.
    fn sources(&mut self, table: &Document<'_>) {
        for keys in [["tool", "uv", "index"], ["tool", "poetry", "source"], ["tool", "pdm", "source"]] {
            for source in table.get(&keys).into_iter().flat_map(document::Value::list) {
                let found = source.get(&["url"]).and_then(|url| Some(Fact::new(url.string()?.to_owned(), table.evidence(url, INDEX))));
                self.indexes.extend(found);
            }
        }
        for (_, value) in table.entries(&["tool", "uv", "sources"]) {
            let part = |key: &str| Some(value.get(&[key])?.string()?.to_owned());
            self.remotes.extend(part("git").map(|url| Fact::new(url, table.evidence(value, REMOTE))));
            self.locals.extend(part("path").map(|path| Fact::new(path, table.evidence(value, LOCAL))));
        }
    }

    /// The dependencies that `setup.py` and `setup.cfg` list.
    fn setup(&mut self, tree: &Tree, directory: &Utf8Path) {
        let file = directory.join("setup.py");
        let text = tree.text(&file).unwrap_or_default();
        let outline = Outline::of(text);
        let call = outline.calls.iter().find(|call| call.path.rsplit('.').next() == Some("setup"));
        if let Some((call, Value::List(list))) = call.and_then(|call| Some((call, call.keywords.get("install_requires")?))) {
            let at = Evidence::at(file.clone(), call.at.span(text), LISTED, "install_requires");
            for requirement in list.iter().filter_map(|value| requirement::parse(value.text()?)) {
                self.requirement(&requirement, &at);
            }
        }
        let file = directory.join("setup.cfg");
        let mut listing = false;
        for (number, line) in (1..).zip(tree.text(&file).unwrap_or_default().lines()) {
            let indented = line.starts_with([' ', '\t']);
            let (head, rest) = line.split_once('=').unwrap_or((line, ""));
            if !indented {
                listing = head.trim() == "install_requires";
            }
            let requirement = requirement::parse(if indented { line } else { rest }).filter(|_| listing);
            if let Some(requirement) = requirement {
                self.requirement(&requirement, &Evidence::at(file.clone(), Span::of_line(number, line), LISTED, line.trim()));
            }
        }
    }
}

/// `path` as it is meant beside a file in `directory`.
fn join(directory: &Utf8Path, path: &str) -> Utf8PathBuf {
    let mut joined = Utf8PathBuf::new();
    for part in directory.join(path).components() {
        match part.as_str() {
            ".." => _ = joined.pop(),
            "." => {}
            name => joined.push(name),
        }
    }
    joined
}
