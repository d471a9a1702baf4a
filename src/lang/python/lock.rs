//! Lock files: what is installed, in which version, and which wheels there are of it.

use std::collections::BTreeMap;

use camino::Utf8Path;
use serde::Deserialize;
use serde_json::Value as Json;
use toml::Spanned;

use super::groups::{Group, Kind};
use super::locked::Locked;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Lines, Rule, Span};
use crate::read::requirement::normal;

const LOCKED: Rule = Rule::parsed("python.locked", "this package is locked");

#[derive(Deserialize)]
struct TomlLock {
    #[serde(default, alias = "packages")]
    package: Vec<Package>,
    #[serde(default, rename = "requires-python")]
    python: Option<String>,
}

#[derive(Deserialize)]
struct Package {
    name: Spanned<String>,
    version: Option<String>,
    #[serde(default)]
    source: toml::Table,
    #[serde(default)]
    wheels: Vec<toml::Table>,
    #[serde(default)]
    files: Vec<toml::Table>,
    groups: Option<Vec<String>>,
    category: Option<String>,
    /// Poetry's: it is installed with an extra alone.
    #[serde(default)]
    optional: bool,
    markers: Option<toml::Value>,
    dependencies: Option<toml::Value>,
    #[serde(default, rename = "optional-dependencies")]
    extras: toml::Table,
    #[serde(default, rename = "dev-dependencies")]
    development: toml::Table,
}

/// What a lock file says.
#[derive(Clone, Debug, Default)]
pub struct Lock {
    /// What is installed.
    pub packages: Vec<Locked>,
    /// All that is locked, whether it is installed or not, with its versions; the project's own among them.
    pub known: BTreeMap<String, Vec<String>>,
    /// What was said of the project itself when it was locked.
    pub own: Option<Own>,
}

/// A project as its lock has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    /// Its name, normalised.
    pub name: String,
    /// Its version, where its manifest names one.
    pub version: Option<String>,
    /// The Pythons that it runs on.
    pub python: Option<String>,
}

/// Reads `uv.lock`: what the project at its root reaches by itself and by these groups.
///
/// # Errors
/// When it is broken.
pub fn uv(file: &Utf8Path, text: &str, groups: &[&Group]) -> Result<Lock> {
    let TomlLock { package: packages, python } = parse(file, text)?;
    let by_name: BTreeMap<&str, &Package> = packages.iter().map(|package| (package.name.get_ref().as_str(), package)).collect();
    let own = |package: &&Package| ["virtual", "editable"].iter().any(|kind| package.source.contains_key(*kind));
    let mut open: Vec<(String, Vec<String>)> =
        packages.iter().filter(own).map(|package| (package.name.get_ref().clone(), Vec::new())).collect();
    for (package, group) in packages.iter().filter(own).flat_map(|package| groups.iter().map(move |group| (package, group))) {
        let lists = if group.kind == Kind::Extra { &package.extras } else { &package.development };
        open.extend(edges(lists.get(&group.name)));
    }
    let mut reached: BTreeMap<String, Vec<String>> = BTreeMap::new();
    while let Some((name, extras)) = open.pop() {
        let known = reached.get(&name).cloned();
        let fresh: Vec<_> = extras.iter().filter(|extra| known.as_ref().is_none_or(|known| !known.contains(extra))).cloned().collect();
        let Some(package) = by_name.get(name.as_str()).filter(|_| known.is_none() || !fresh.is_empty()) else { continue };
        if known.is_none() {
            open.extend(edges(package.dependencies.as_ref()));
        }
        open.extend(fresh.iter().flat_map(|extra| edges(package.extras.get(extra))));
        reached.entry(name).or_default().extend(fresh);
    }
    let installed = packages.iter().filter(|package| !own(package) && reached.contains_key(package.name.get_ref()));
    let lines = Lines::default();
    let installed = installed.flat_map(|package| locked(file, (text, &lines), package, &reached[package.name.get_ref()])).collect();
    // a workspace's lock speaks of them all
    let mut owns = packages.iter().filter(own);
    let own = owns.next().filter(|_| owns.next().is_none()).map(|package| Own {
        name: normal(package.name.get_ref()),
        version: package.version.clone(),
        python,
    });
    Ok(Lock { packages: installed, known: known(&packages), own })
}

fn known(packages: &[Package]) -> BTreeMap<String, Vec<String>> {
    let mut known: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in packages {
        known.entry(normal(package.name.get_ref())).or_default().extend(package.version.clone());
    }
    known
}

/// Reads a lock that names groups with each package: Poetry's, PDM's, and `pylock.toml`.
///
/// # Errors
/// When it is broken.
pub fn grouped(file: &Utf8Path, text: &str, groups: &[&Group]) -> Result<Lock> {
    let packages = parse(file, text)?.package;
    let asked = |name: &str| groups.iter().any(|group| group.name == name);
    let shipped = |package: &&Package| {
        let wanted = |group: &String| group == "main" || group == "default" || asked(group);
        let by_group = package.groups.as_ref().is_none_or(|groups| groups.iter().any(wanted));
        let extra = |marker: &str| groups.iter().any(|group| group.kind == Kind::Extra && marker.contains(&format!("\"{}\"", group.name)));
        let by_extra = !package.optional || package.markers.as_ref().is_some_and(|markers| extra(&markers.to_string().replace('\\', "")));
        by_group && by_extra && package.category.as_ref().is_none_or(|category| category == "main")
    };
    let lines = Lines::default();
    let shipped = packages.iter().filter(shipped).flat_map(|package| locked(file, (text, &lines), package, &[])).collect();
    Ok(Lock { packages: shipped, known: known(&packages), own: None })
}

/// Reads `Pipfile.lock`.
///
/// # Errors
/// When it is broken.
pub fn pipfile(file: &Utf8Path, text: &str, groups: &[&Group]) -> Result<Lock> {
    let broken = |error: serde_json::Error| {
        let line = u32::try_from(error.line()).unwrap_or(1).max(1);
        let span = Span { line, column: u32::try_from(error.column()).unwrap_or(1).max(1), length: 1 };
        Diagnostic::error("manifest::broken", format!("`{file}` is no JSON: {error}")).at(file, Some(span), "here")
    };
    let lock: Json = serde_json::from_str(text).map_err(broken)?;
    let section = |name: &str| lock.get(name).and_then(Json::as_object).into_iter().flatten();
    let mut known: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, package) in lock.as_object().into_iter().flatten().flat_map(|(name, _)| section(name)) {
        let version = package.get("version").and_then(Json::as_str).map(|version| version.trim_start_matches('=').to_owned());
        known.entry(normal(name)).or_default().extend(version);
    }
    let sections = std::iter::once("default").chain(groups.iter().map(|group| group.name.as_str()));
    let (lines, mut seen) = (Lines::default(), 0);
    let locked = sections.flat_map(section).flat_map(|(name, package)| {
        // in the order of the text, so that nothing is looked through twice
        let key = format!("\"{name}\":");
        let start = text[seen..].find(&key).map(|at| seen + at).or_else(|| text.find(&key)).unwrap_or(0);
        seen = start;
        let at = Evidence::at(file, lines.span(text, start, start + name.len() + 2), LOCKED, name.as_str());
        let version = package.get("version").and_then(Json::as_str).map(|version| version.trim_start_matches('=').to_owned());
        let extras = package.get("extras").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).map(normal);
        let name = normal(name);
        let names: Vec<_> = std::iter::once(name.clone()).chain(extras.map(|extra| format!("{name}[{extra}]"))).collect();
        names.into_iter().map(move |name| Locked {
            name,
            version: version.clone(),
            wants: String::new(),
            wheels: Vec::new(),
            at: at.clone(),
        })
    });
    Ok(Lock { packages: locked.collect(), known, own: None })
}

fn parse(file: &Utf8Path, text: &str) -> Result<TomlLock> {
    let lock = toml::from_str(text).map_err(|error| {
        let span = error.span().map(|range| Span::of(text, range.start, range.end));
        Diagnostic::error("manifest::broken", format!("`{file}` cannot be read: {}", error.message().trim_end())).at(file, span, "here")
    })?;
    Ok(lock)
}

/// What a list of dependencies names, with the extras that it asks for.
fn edges(list: Option<&toml::Value>) -> Vec<(String, Vec<String>)> {
    let list = list.and_then(toml::Value::as_array);
    let edge = |edge: &toml::Value| {
        let name = edge.get("name")?.as_str()?.to_owned();
        let extras = edge.get("extra").and_then(toml::Value::as_array).into_iter().flatten();
        Some((name, extras.filter_map(|extra| extra.as_str().map(str::to_owned)).collect()))
    };
    list.into_iter().flatten().filter_map(edge).collect()
}

fn locked(file: &Utf8Path, (text, lines): (&str, &Lines), package: &Package, extras: &[String]) -> Vec<Locked> {
    let range = package.name.span();
    let at = Evidence::at(file, lines.span(text, range.start, range.end), LOCKED, package.name.get_ref().as_str());
    let wheel = |artefact: &toml::Table| {
        let named = ["filename", "file", "name", "url", "path"].iter().find_map(|key| artefact.get(*key)?.as_str());
        named.map(|name| name.rsplit('/').next().unwrap_or(name).to_owned()).filter(|name| Utf8Path::new(name).extension() == Some("whl"))
    };
    let wheels: Vec<_> = package.wheels.iter().chain(&package.files).filter_map(wheel).collect();
    let name = normal(package.name.get_ref());
    let names = std::iter::once(name.clone()).chain(extras.iter().map(|extra| format!("{name}[{}]", normal(extra))));
    let same = |name| Locked { name, version: package.version.clone(), wants: String::new(), wheels: wheels.clone(), at: at.clone() };
    names.map(same).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(lock: Result<Lock>) -> Vec<String> {
        lock.unwrap_or_default().packages.into_iter().map(|locked| locked.name).collect()
    }

    #[test]
    fn a_uv_lock_gives_what_the_project_reaches() {
        let text = r#"
version = 1
[[package]]
name = "app"
source = { virtual = "." }
dependencies = [{ name = "uvicorn", extra = ["standard"] }]
[package.dev-dependencies]
dev = [{ name = "ruff" }]
[[package]]
name = "ruff"
version = "1"
[[package]]
name = "uvicorn"
version = "0.30"
source = { registry = "https://pypi.org/simple" }
wheels = [{ url = "https://x/uvicorn-0.30-py3-none-any.whl", hash = "" }]
[package.optional-dependencies]
standard = [{ name = "uvloop" }]
other = [{ name = "nope" }]
[[package]]
name = "uvloop"
version = "1"
"#;
        let locked = uv("uv.lock".into(), text, &[]);
        assert_eq!(names(locked.clone()), ["uvicorn", "uvicorn[standard]", "uvloop"]);
        let dev = Group { name: "dev".into(), kind: Kind::Group };
        assert_eq!(names(uv("uv.lock".into(), text, &[&dev])), ["ruff", "uvicorn", "uvicorn[standard]", "uvloop"]);
        assert_eq!(locked.unwrap_or_default().packages[0].wheels, ["uvicorn-0.30-py3-none-any.whl"]);
    }

    #[test]
    fn groups_for_development_are_not_shipped() {
        let text = "[[package]]\nname = \"a\"\nversion = \"1\"\ngroups = [\"main\", \"dev\"]\n[[package]]\nname = \"b\"\nversion = \"1\"\ngroups = [\"dev\"]\n[[package]]\nname = \"c\"\nversion = \"1\"\ncategory = \"dev\"\n";
        assert_eq!(names(grouped("poetry.lock".into(), text, &[])), ["a"]);
        let text = "[[package]]\nname = \"a\"\noptional = true\ngroups = [\"main\"]\nmarkers = \"extra == \\\"web\\\"\"\n";
        let web = Group { name: "web".into(), kind: Kind::Extra };
        assert_eq!(
            (names(grouped("poetry.lock".into(), text, &[])), names(grouped("poetry.lock".into(), text, &[&web]))),
            (vec![], vec!["a".to_owned()])
        );
        let lock = r#"{"default": {"Flask_X": {"version": "==2.0.2", "extras": ["async"]}}, "develop": {"pytest": {}}}"#;
        assert_eq!(names(pipfile("Pipfile.lock".into(), lock, &[])), ["flask-x", "flask-x[async]"]);
        assert!(pipfile("Pipfile.lock".into(), "{", &[]).is_err() && uv("uv.lock".into(), "[[", &[]).is_err());
    }
}
