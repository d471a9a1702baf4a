//! Dependencies that are installed on request alone: extras, and the groups of PEP 735, Poetry and Pipenv. One is asked for when it holds
//! the server, or what the program imports.

use std::collections::BTreeMap;

use camino::Utf8Path;
use serde::Serialize;

use super::locked::Locked;
use super::outline::{ask, outline};
use super::requirements::Listed;
use super::sources::Source;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule};
use crate::program::{Import, Value};
use crate::read::document::{self, Document};
use crate::read::requirement::normal;
use crate::tree::Tree;

const SERVER: Rule = Rule::parsed("python.group-server", "this holds the server, and is installed on request alone");
const IMPORTED: Rule = Rule::parsed("python.group-import", "the program imports what this holds, and it is installed on request alone");
const DEFAULT: Rule = Rule::parsed("python.default-group", "the project installs this group by default");
const IMPORT: Rule = Rule::parsed("python.import", "this is imported");

/// What serves an application in production.
const SERVERS: [&str; 8] = ["gunicorn", "uvicorn", "hypercorn", "granian", "waitress", "uwsgi", "daphne", "bjoern"];

/// Names of groups that hold what a program is developed with.
const DEVELOPMENT: [&str; 24] = [
    "bench",
    "benchmark",
    "build",
    "ci",
    "debug",
    "dev",
    "develop",
    "development",
    "doc",
    "docs",
    "documentation",
    "format",
    "lint",
    "linting",
    "local",
    "mypy",
    "notebook",
    "notebooks",
    "release",
    "test",
    "testing",
    "tests",
    "typecheck",
    "typing",
];

/// How a set of dependencies is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// As an extra of the project: `project[name]`.
    Extra,
    /// As a group.
    Group,
}

/// A set of dependencies that is installed on request alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// How it is asked for.
    pub kind: Kind,
}

impl Group {
    /// Whether its name says that it is for development.
    pub fn is_for_development(&self) -> bool {
        let name = normal(&self.name);
        DEVELOPMENT.contains(&name.trim_end_matches("-dependencies").trim_end_matches("-packages"))
    }

    /// What it is, for a sentence.
    pub fn words(&self) -> String {
        let kind = if self.kind == Kind::Extra { "extra" } else { "group" };
        format!("the {kind} `{}`", self.name)
    }
}

/// A group and what it holds.
#[derive(Clone, Debug)]
pub struct Offered {
    /// The group.
    pub group: Group,
    /// What it lists.
    pub packages: Vec<Locked>,
    /// Those of them that a lock cannot lack.
    pub certain: Vec<Locked>,
    /// Whether the project itself installs it by default.
    pub default: bool,
    /// Where it stands.
    pub at: Evidence,
}

/// The groups that manifests offer.
pub fn offered(tree: &Tree, directory: &Utf8Path, pyproject: Option<&Document<'_>>, pipfile: Option<&Document<'_>>) -> Vec<Offered> {
    let mut found = Vec::new();
    if let Some(table) = pyproject {
        let lists = [(&["project", "optional-dependencies"][..], Kind::Extra), (&["tool", "poetry", "extras"], Kind::Extra)];
        for (keys, kind) in lists {
            found.extend(table.entries(keys).into_iter().map(|(name, value)| {
                let mut listed = Listed::default();
                listed.strings(table, value);
                offer(name, kind, listed, table.evidence(value, SERVER))
            }));
        }
        let groups: BTreeMap<_, _> = table.entries(&["dependency-groups"]).into_iter().collect();
        found.extend(groups.iter().map(|(name, value)| {
            let mut listed = Listed::default();
            included(table, &groups, value, &mut listed, 0);
            offer(name, Kind::Group, listed, table.evidence(value, SERVER))
        }));
        for (name, value) in table.entries(&["tool", "poetry", "group"]) {
            let mut listed = Listed::default();
            listed.table(table, &["tool", "poetry", "group", name, "dependencies"]);
            found.push(offer(name, Kind::Group, listed, table.evidence(value, SERVER)));
        }
        let default: Vec<&str> = table.strings(&["tool", "uv", "default-groups"]).into_iter().map(|(name, _)| name).collect();
        for offered in found.iter_mut().filter(|offered| offered.group.kind == Kind::Group) {
            offered.default = default.contains(&offered.group.name.as_str());
        }
    }
    if let Some(table) = pipfile {
        let own = ["source", "packages", "dev-packages", "requires", "scripts", "pipenv"];
        for (name, value) in table.entries(&[]).into_iter().filter(|(name, _)| !own.contains(name)) {
            let mut listed = Listed::default();
            listed.table(table, &[name]);
            found.push(offer(name, Kind::Group, listed, table.evidence(value, SERVER)));
        }
    }
    if pyproject.is_none_or(|table| !table.has(&["project"])) {
        found.extend(of_setup(tree, directory));
    }
    // names become words of commands
    found.retain(|offered| is_name(&offered.group.name));
    found
}

/// Whether a text is the name of an extra or a group (PEP 685).
pub fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

fn offer(name: &str, kind: Kind, listed: Listed, at: Evidence) -> Offered {
    Offered { group: Group { name: name.to_owned(), kind }, packages: listed.packages, certain: listed.certain, default: false, at }
}

/// A group of PEP 735's with those that it takes in.
fn included<'t>(
    table: &Document<'t>,
    groups: &BTreeMap<&str, &document::Value<'t>>,
    group: &document::Value<'t>,
    listed: &mut Listed,
    depth: u8,
) {
    listed.strings(table, group);
    for entry in group.list().iter().filter(|_| depth < 8) {
        let other = entry.get(&["include-group"]).and_then(document::Value::string);
        if let Some(inner) = other.and_then(|other| groups.get(other)) {
            included(table, groups, inner, listed, depth + 1);
        }
    }
}

/// `extras_require` of `setup.py`.
fn of_setup(tree: &Tree, directory: &Utf8Path) -> Vec<Offered> {
    let file = directory.join("setup.py");
    let text = tree.text(&file).unwrap_or_default();
    let outline = outline(text);
    let extras = outline.calls.iter().find_map(|call| Some((call, ask::named(call, "extras_require")?)));
    let Some((call, Value::Table(extras))) = extras else { return Vec::new() };
    let at = Evidence::at(file, ask::span(call.at, text), SERVER, "extras_require");
    let one = |(name, value): &(Value, Value)| {
        let mut listed = Listed::default();
        let Value::List(list) = value else { return None };
        list.iter().filter_map(Value::text).for_each(|text| listed.text(text, &at));
        Some(offer(name.text()?, Kind::Extra, listed, at.clone()))
    };
    extras.iter().filter_map(one).collect()
}

/// The groups that are installed with the project, whatever it imports: those that it installs by default, and one that holds the server
/// where nothing else does.
pub fn taken(offered: &[Offered], main: &[Locked]) -> Vec<Fact<Group>> {
    let useful: Vec<&Offered> = offered.iter().filter(|offered| !offered.group.is_for_development()).collect();
    let mut taken: Vec<Fact<Group>> = useful
        .iter()
        .filter(|offered| offered.default)
        .map(|offered| Fact::new(offered.group.clone(), offered.at.under(DEFAULT)))
        .collect();
    let serves = |packages: &[Locked]| packages.iter().any(|locked| SERVERS.contains(&locked.name.as_str()));
    let held = serves(main) || useful.iter().any(|offered| offered.default && serves(&offered.packages));
    if !held {
        let mut holding: Vec<&&Offered> = useful.iter().filter(|offered| serves(&offered.packages)).collect();
        // the one that is about production, then the one that brings the least besides
        holding.sort_by_key(|offered| (!offered.group.name.to_lowercase().contains("prod"), offered.packages.len()));
        taken.extend(holding.first().map(|offered| Fact::new(offered.group.clone(), offered.at.clone())));
    }
    taken
}

/// The groups that hold what these sources do not load without, and nothing else does; and what is held by a group for development alone.
pub fn imported(offered: &[Offered], main: &[Locked], reached: &[&Source<'_>]) -> (Vec<Fact<Group>>, Vec<Diagnostic>) {
    let mut taken: Vec<Fact<Group>> = Vec::new();
    let mut warnings: Vec<Diagnostic> = Vec::new();
    let relies = reached.iter().flat_map(|source| ask::relies(&source.outline).map(move |import| (*source, import)));
    for (source, import) in relies {
        let name = normal(import.path.split('.').next().unwrap_or_default());
        let is = |locked: &Locked| !name.is_empty() && gives(&locked.name, &name);
        let known = |group: &Offered| taken.iter().any(|taken| taken.value == group.group);
        let holding: Vec<&Offered> = offered.iter().filter(|offered| offered.packages.iter().any(is)).collect();
        if main.iter().any(is) || holding.iter().any(|offered| known(offered)) {
            continue;
        }
        let useful = holding.iter().filter(|offered| !offered.group.is_for_development()).min_by_key(|offered| offered.packages.len());
        match (useful, holding.first()) {
            (Some(offered), _) => {
                let at = offered.at.under(IMPORTED);
                taken.push(Fact::new(offered.group.clone(), at).and(place(source, import)));
            }
            // what is not locked may come along with something else
            (None, Some(offered)) if main.iter().all(|locked| locked.version.is_some()) => {
                warnings.push(for_development(&name, offered, &place(source, import)));
            }
            (None, _) => {}
        }
    }
    (taken, warnings)
}

/// Whether a package is the one that a module of this name comes in.
fn gives(package: &str, module: &str) -> bool {
    package == module
        || package.strip_prefix("python-") == Some(module)
        || package.strip_prefix("py") == Some(module)
        || package.strip_suffix("-binary") == Some(module)
}

fn place(source: &Source<'_>, import: &Import) -> Evidence {
    source.evidence(import.at, IMPORT)
}

fn for_development(name: &str, offered: &Offered, import: &Evidence) -> Diagnostic {
    let message = format!("`{name}` is imported, and only {} holds it, which is not installed", offered.group.words());
    Diagnostic::warning("python::development-import", message)
        .because(import)
        .at(offered.at.file.clone(), offered.at.span, "it is listed here")
        .help(format!("list `{name}` among the dependencies that every installation gets"))
}
