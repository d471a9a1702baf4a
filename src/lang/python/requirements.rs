//! What manifests list: requirements files with all that they include, and the dependencies in `pyproject.toml`, `Pipfile` and `setup.py`.

use camino::{Utf8Path, Utf8PathBuf};

use super::constraint::spelt;
use super::locked::{LISTED, Locked};
use super::manager::Manager;
use super::package::Setup;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::read::document::{self, Document};
use crate::read::requirement::{self, Line, Requirement, normal};
use crate::tree::Tree;

const REMOTE: Rule = Rule::parsed("python.remote", "this dependency comes from elsewhere");
const LOCAL: Rule = Rule::parsed("python.local", "this dependency lies in the project");
const INDEX: Rule = Rule::parsed("python.index", "packages come from this index");

/// Names of the file that lists what production needs, the most telling first.
const FILES: [&str; 17] = [
    "requirements.txt",
    "requirements/production.txt",
    "requirements/prod.txt",
    "requirements/requirements.txt",
    "requirements/base.txt",
    "requirements-prod.txt",
    "requirements-production.txt",
    "requirements_prod.txt",
    "requirements_production.txt",
    "requirements.prod.txt",
    "requirements/main.txt",
    "requirements.lock",
    "requirements.in",
    "requirements/production.in",
    "requirements/prod.in",
    "requirements/main.in",
    "requirements/base.in",
];

/// What is listed.
#[derive(Debug, Default)]
pub struct Listed {
    /// The files that were read, relative to the root.
    pub files: Vec<Utf8PathBuf>,
    /// Packages.
    pub packages: Vec<Locked>,
    /// Those of them that an index has and that are asked for on every system: what a lock cannot lack.
    pub certain: Vec<Locked>,
    /// Repositories and archives.
    pub remotes: Vec<Fact<String>>,
    /// Directories and files of the project.
    pub locals: Vec<Fact<String>>,
    /// Indexes.
    pub indexes: Vec<Fact<String>>,
    /// Whether there are several, of which all count alike, as pip has it.
    pub extra: bool,
    /// Whether what is listed is bound to the files that it was listed with.
    pub hashed: bool,
}

/// The requirements file of a project: the first of those that are there, unless one for production takes it in.
pub fn main_file(tree: &Tree, directory: &Utf8Path) -> Option<Utf8PathBuf> {
    let mut there = FILES.iter().map(|name| directory.join(name)).filter(|file| tree.has(file));
    let first = there.next()?;
    let for_production = |file: &Utf8PathBuf| file.as_str().contains("prod");
    let takes_in = |file: &Utf8PathBuf| {
        let beside = file.parent().unwrap_or(Utf8Path::new(""));
        let text = tree.text(file).unwrap_or_default();
        requirement::lines(text).iter().any(|(.., line)| matches!(line, Line::Include(path) if join(beside, path) == first))
    };
    let production = there.find(|file| for_production(file) && takes_in(file));
    Some(production.unwrap_or(first))
}

/// Reads what the manifests list.
///
/// # Errors
/// When a file that is included is not there.
pub fn listed(tree: &Tree, directory: &Utf8Path, pyproject: Option<&Document<'_>>, setup: &Setup, manager: Manager) -> Result<Listed> {
    let mut listed = Listed::default();
    match manager {
        Manager::Requirements => {
            if let Some(file) = main_file(tree, directory) {
                listed.read(tree, &file, None)?;
            }
        }
        Manager::Pipenv => {
            let file = directory.join("Pipfile");
            if let Some(text) = tree.manifest(&file)? {
                listed.pipfile(&Document::toml(&file, text)?);
            }
        }
        Manager::Install => setup.requires.iter().for_each(|(text, at)| listed.text(text, at)),
        _ => {}
    }
    let file = directory.join("uv.toml");
    if let Some(text) = tree.manifest(&file)? {
        let document = Document::toml(&file, text)?;
        listed.configuration(&document, document.root());
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
    fn read(&mut self, tree: &Tree, file: &Utf8Path, by: Option<&Evidence>) -> Result<()> {
        if self.files.iter().any(|known| known == file) {
            return Ok(());
        }
        self.files.push(file.to_owned());
        let Some(text) = tree.manifest(file)? else {
            let error = Diagnostic::error("python::missing-requirements", format!("`{file}` is included and not there"));
            let error = by.into_iter().fold(error, |error, by| error.at(by.file.clone(), by.span, "this includes it"));
            return Err(error.help("commit it, or take the line out: the build sees what the repository holds").into());
        };
        let beside = file.parent().unwrap_or(Utf8Path::new(""));
        self.hashed |= text.contains("--hash=");
        for (number, raw, line) in requirement::lines(text) {
            let at = |rule| Evidence::at(file, Span::of_line(number, raw), rule, raw.trim());
            match line {
                Line::Requirement(requirement) => self.requirement(&requirement, &at(LISTED)),
                Line::Include(path) if !path.contains("://") => self.read(tree, &join(beside, &path), Some(&at(LISTED)))?,
                Line::Constraint(path) if !path.contains("://") => {
                    // it says which versions, and not what is installed
                    let certain = self.certain.len();
                    self.read(tree, &join(beside, &path), Some(&at(LISTED)))?;
                    self.certain.truncate(certain);
                }
                Line::Local(path) => self.locals.push(Fact::new(in_project(&path), at(LOCAL))),
                Line::Remote(url) => self.remote(url, at(REMOTE)),
                Line::Index(url) => self.indexes.push(Fact::new(url, at(INDEX))),
                Line::ExtraIndex(url) => {
                    self.extra = true;
                    self.indexes.push(Fact::new(url, at(INDEX)));
                }
                Line::Links(place) if place.contains("://") => self.indexes.push(Fact::new(place, at(INDEX))),
                Line::Links(place) => self.locals.push(Fact::new(place, at(LOCAL))),
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
        self.packages.extend(name.map(|name| Locked { name, version: None, wants: String::new(), wheels: Vec::new(), at: at.clone() }));
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
        let locked =
            |name| Locked { name, version: version.clone(), wants: requirement.specifier.clone(), wheels: Vec::new(), at: at.clone() };
        let packages: Vec<_> = names.map(locked).collect();
        self.certain.extend(packages.first().filter(|_| requirement.url.is_none() && marker.is_empty()).cloned());
        self.packages.extend(packages);
        match requirement.url.as_ref().map(|url| (url, url.strip_prefix("file:"))) {
            Some((_, Some(path))) => self.locals.push(Fact::new(in_project(path), at.under(LOCAL))),
            Some((url, None)) => self.remotes.push(Fact::new(url.clone(), at.under(REMOTE))),
            None => {}
        }
    }

    fn project(&mut self, table: &Document<'_>) {
        if let Some(list) = table.get(&["project", "dependencies"]) {
            self.strings(table, list);
        }
        self.table(table, &["tool", "poetry", "dependencies"]);
    }

    /// A list of requirements.
    pub fn strings(&mut self, table: &Document<'_>, list: &document::Value<'_>) {
        for value in list.list() {
            if let Some(text) = value.string() {
                self.text(text, &table.evidence(value, LISTED));
            }
        }
    }

    /// One requirement.
    pub fn text(&mut self, text: &str, at: &Evidence) {
        if let Some(requirement) = requirement::parse(text) {
            self.requirement(&requirement, at);
        }
    }

    fn pipfile(&mut self, table: &Document<'_>) {
        self.table(table, &["packages"]);
        self.indexes(table, &["source"]);
        self.extra = self.indexes.len() > 1;
    }

    /// The indexes in a list of tables.
    fn indexes(&mut self, table: &Document<'_>, keys: &[&str]) {
        self.tables(table, table.get(keys).map_or(&[], document::Value::list));
    }

    fn tables(&mut self, table: &Document<'_>, sources: &[document::Value<'_>]) {
        for source in sources {
            let found = source.get(&["url"]).and_then(|url| Some(Fact::new(url.string()?.to_owned(), table.evidence(url, INDEX))));
            self.indexes.extend(found);
        }
    }

    /// The indexes of uv's own configuration, with all the ways to write them.
    fn configuration(&mut self, table: &Document<'_>, settings: &document::Value<'_>) {
        self.tables(table, settings.get(&["index"]).map_or(&[], document::Value::list));
        let places = ["index-url", "extra-index-url", "find-links"];
        for value in places.iter().flat_map(|key| [settings.get(&[key]), settings.get(&["pip", key])]).flatten() {
            for value in std::iter::once(value).chain(value.list()) {
                let Some(place) = value.string() else { continue };
                if place.contains("://") {
                    self.indexes.push(Fact::new(place.to_owned(), table.evidence(value, INDEX)));
                } else {
                    self.locals.push(Fact::new(place.to_owned(), table.evidence(value, LOCAL)));
                }
            }
        }
    }

    /// Dependencies as Poetry and Pipenv write them: names with versions or tables.
    pub fn table(&mut self, table: &Document<'_>, keys: &[&str]) {
        for (name, value) in table.entries(keys).into_iter().filter(|(name, _)| *name != "python") {
            let at = table.evidence(value, LISTED);
            let text = |key: &str| value.get(&[key]).and_then(document::Value::string).map(str::to_owned);
            let extras = value.get(&["extras"]).into_iter().flat_map(document::Value::list);
            let extras = extras.filter_map(document::Value::string).map(normal).collect();
            let url = text("git").map(|url| git(&url)).or_else(|| text("url")).or_else(|| text("path").map(|path| format!("file:{path}")));
            let keyed = |key: &str| value.get(&[key]).is_some();
            let condition = ["markers", "python", "platform", "sys_platform"].into_iter().find(|key| keyed(key));
            let several = (!value.list().is_empty()).then_some("several");
            let marker = text("markers").or_else(|| condition.or(several).map(str::to_owned)).unwrap_or_default();
            let specifier = spelt(value.string().map(str::to_owned).or_else(|| text("version")).as_deref().unwrap_or_default());
            let requirement = Requirement { name: normal(name), extras, specifier, url, marker };
            self.requirement(&requirement, &at);
        }
    }

    /// Where `pyproject.toml` takes packages from.
    pub fn sources(&mut self, table: &Document<'_>) {
        for keys in [["tool", "poetry", "source"], ["tool", "pdm", "source"]] {
            self.indexes(table, &keys);
            self.extra |= table.has(&keys);
        }
        if let Some(uv) = table.get(&["tool", "uv"]) {
            self.configuration(table, uv);
        }
        for (_, value) in table.entries(&["tool", "uv", "sources"]) {
            let part = |key: &str| Some(value.get(&[key])?.string()?.to_owned());
            self.remotes.extend(part("git").map(|url| Fact::new(git(&url), table.evidence(value, REMOTE))));
            self.locals.extend(part("path").map(|path| Fact::new(path, table.evidence(value, LOCAL))));
        }
    }
}

/// Whether uv's own configuration names anything, which it looks for beside what it installs.
pub fn configures_uv(pyproject: &Document<'_>) -> bool {
    [&["tool", "uv", "index"][..], &["tool", "uv", "sources"], &["tool", "uv", "pip"]].iter().any(|keys| pyproject.has(keys))
}

/// The address of a repository as pip writes it.
fn git(url: &str) -> String {
    if url.starts_with("git") { url.to_owned() } else { format!("git+{url}") }
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

/// The path of `file:///${PROJECT_ROOT}/lib` in the project; any other as it is.
fn in_project(path: &str) -> String {
    let path = path.trim_start_matches("//");
    path.trim_start_matches('/').strip_prefix("${PROJECT_ROOT}/").unwrap_or(path).to_owned()
}
