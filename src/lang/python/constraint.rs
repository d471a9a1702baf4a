//! What the project says about the Python that it runs on: exact pins and ranges, each with its place.

use std::str::FromStr;

use camino::Utf8Path;
use pep440_rs::{Operator, VersionSpecifiers};

use super::outline::{ask, outline};
use crate::catalog::Catalog;
use crate::declared;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Rule, Span};
use crate::program::Value;
use crate::read::document::Document;
use crate::read::version_files;
use crate::tree::Tree;
use crate::version::Version;

const PIN: Rule = Rule::parsed("python.pin", "this is the Python that the project is used with");
/// Pythons that CI tries.
pub const CI: Rule = Rule::parsed("python.ci", "it is tried with this Python");
/// An image of the project's own.
pub const IMAGE: Rule = Rule::parsed("python.image", "an image with this Python is worked with here");
/// A range of Pythons.
pub const RANGE: Rule = Rule::parsed("python.requires", "these are the Pythons that the project runs on");

/// One word on the version.
#[derive(Clone, Debug)]
pub struct Constraint {
    /// What it asks for.
    pub wants: Wants,
    /// Whether it is said by the way, and counts only where nothing else contradicts it.
    pub hint: bool,
    /// Where it stands.
    pub at: Evidence,
}

/// What a constraint asks for.
#[derive(Clone, Debug)]
pub enum Wants {
    /// Exactly this series.
    Series(Version),
    /// Any of several sets.
    OneOf(Vec<VersionSpecifiers>),
}

impl Constraint {
    /// Whether a series is allowed, of which `newest` is the newest release.
    pub fn allows(&self, series: Version, newest: Version) -> bool {
        match &self.wants {
            Wants::Series(wanted) => *wanted == series,
            Wants::OneOf(sets) => {
                let newest = pep440_rs::Version::from_str(&newest.to_string());
                newest.is_ok_and(|newest| sets.iter().any(|set| set.contains(&newest)))
            }
        }
    }

    /// Whether it names exactly one series.
    pub fn is_pin(&self) -> bool {
        matches!(self.wants, Wants::Series(_))
    }

    /// The series that it names as the least, where it allows all later ones.
    pub fn least(&self) -> Option<Version> {
        let Wants::OneOf(sets) = &self.wants else { return None };
        let far = pep440_rs::Version::new([3, 999]);
        let open = sets.iter().filter(|set| set.contains(&far));
        let bounds =
            open.flat_map(|set| set.iter()).filter(|bound| matches!(bound.operator(), Operator::GreaterThanEqual | Operator::TildeEqual));
        let series = bounds.filter_map(|bound| match bound.version().release() {
            [3, minor, ..] => Some(Version::minor(3, u32::try_from(*minor).ok()?)),
            _ => None,
        });
        series.max()
    }
}

/// All constraints of the project in `directory`, and what is wrong with places that name none.
///
/// # Errors
/// When one cannot be understood, or asks for another Python than `CPython`.
pub fn constraints(tree: &Tree, directory: &Utf8Path, catalog: &Catalog) -> Result<(Vec<Constraint>, Vec<Diagnostic>)> {
    let mut found = Vec::new();
    let mut warnings = Vec::new();
    let asdf = version_files::pinned(tree, directory, &["python"], PIN).into_iter().next();
    let pyenv = version_files::alone(tree, directory, ".python-version", PIN);
    let heroku = version_files::alone(tree, directory, "runtime.txt", PIN).filter(|(text, _)| text.starts_with("python-"));
    for (text, at) in asdf.into_iter().chain(pyenv).chain(heroku) {
        let word = text.split_whitespace().next().unwrap_or_default().trim_start_matches("python-");
        match pin(word, at.clone())? {
            Pin::Named(constraint) => found.push(constraint),
            Pin::Nothing => {}
            Pin::Environment => warnings.push(environment_name(word, &at)),
        }
    }
    let file = directory.join("pyproject.toml");
    if let Some(text) = tree.manifest(&file)? {
        let table = Document::toml(&file, text)?;
        for keys in [
            &["project", "requires-python"][..],
            &["tool", "poetry", "dependencies", "python"],
            &["tool", "poetry", "dependencies", "python", "version"],
            &["tool", "pixi", "dependencies", "python"],
        ] {
            if let Some((text, value)) = table.string(keys) {
                found.push(range(text, table.evidence(value, RANGE))?);
            }
        }
    }
    let file = directory.join("Pipfile");
    if let Some(text) = tree.manifest(&file)? {
        let table = Document::toml(&file, text)?;
        let version = table.string(&["requires", "python_version"]).or_else(|| table.string(&["requires", "python_full_version"]));
        if let Some((text, value)) = version
            && let Pin::Named(constraint) = pin(text, table.evidence(value, PIN))?
        {
            found.push(constraint);
        }
    }
    setup(tree, directory, &mut found)?;
    found.extend(hints(tree, directory));
    found.extend(platform(tree, directory));
    found.extend(pixi(tree, directory));
    found.extend(worked(tree, directory, catalog).or_else(|| tried(tree)));
    Ok((found, warnings))
}

/// What is said of it where something else is meant: an environment of conda's beside other lists.
fn hints(tree: &Tree, directory: &Utf8Path) -> Option<Constraint> {
    ["environment.yml", "environment.yaml", "conda.yml"].iter().find_map(|name| {
        let file = directory.join(name);
        let table = Document::yaml(&file, tree.text(&file).ok()?).ok()?;
        let listed = table.get(&["dependencies"])?.list().iter();
        let (version, value) = listed
            .filter_map(|value| Some((value.string()?.rsplit("::").next()?.strip_prefix("python")?, value)))
            .find(|(rest, _)| rest.starts_with(['=', ' ', '<', '>', '~', '!']))?;
        match pin(version.trim().trim_start_matches('='), table.evidence(value, PIN)).ok()? {
            Pin::Named(constraint) => Some(Constraint { hint: true, ..constraint }),
            _ => None,
        }
    })
}

/// What a platform is told to run it with.
fn platform(tree: &Tree, directory: &Utf8Path) -> Option<Constraint> {
    let variables = declared::read(tree, directory).variables;
    let said = variables.into_iter().find(|said| matches!(said.fact.value.name.as_str(), "PYTHON_VERSION" | "NIXPACKS_PYTHON_VERSION"))?;
    let at = said.fact.because().first()?.under(PIN);
    match pin(said.fact.value.value.as_deref()?, at).ok()? {
        Pin::Named(constraint) => Some(Constraint { hint: true, ..constraint }),
        Pin::Nothing | Pin::Environment => None,
    }
}

/// What pixi makes an environment of, beside another list.
fn pixi(tree: &Tree, directory: &Utf8Path) -> Option<Constraint> {
    let file = directory.join("pixi.toml");
    let table = Document::toml(&file, tree.text(&file).ok()?).ok()?;
    let value = table.get(&["dependencies", "python"])?;
    let text = value.string().or_else(|| value.get(&["version"]).and_then(|version| version.string()))?;
    Some(Constraint { hint: true, ..range(text, table.evidence(value, RANGE)).ok()? })
}

/// The Python of the images that the project is worked with.
fn worked(tree: &Tree, directory: &Utf8Path, catalog: &Catalog) -> Option<Constraint> {
    let toolchain = catalog.toolchain("python").ok()?;
    declared::bases(tree, directory, IMAGE).into_iter().find_map(|(image, at)| {
        // `3` says nothing
        let version = toolchain.release_of(&image).filter(|version| version.to_string().contains('.'))?;
        Some(Constraint { wants: Wants::Series(version.series()), hint: true, at })
    })
}

/// What CI tries it with.
fn tried(tree: &Tree) -> Option<Constraint> {
    let (word, at) = version_files::in_ci(tree, &["python-version", "python_version"], CI).into_iter().next()?;
    match pin(&word, at).ok()? {
        Pin::Named(constraint) => Some(Constraint { hint: true, ..constraint }),
        Pin::Nothing | Pin::Environment => None,
    }
}

/// pyenv takes the name of a virtual environment, too.
fn environment_name(name: &str, at: &Evidence) -> Diagnostic {
    let message = format!("`{}` names the virtual environment `{name}`, and no Python", at.file);
    Diagnostic::warning("python::version-file", message).because(at).help("write the version there, `3.13`, or set `python.version`")
}

fn setup(tree: &Tree, directory: &Utf8Path, found: &mut Vec<Constraint>) -> Result<()> {
    let file = directory.join("setup.py");
    let text = tree.text(&file).unwrap_or_default();
    let outline = outline(text);
    let requires = outline.calls.iter().find_map(|call| Some((call, ask::named(call, "python_requires").and_then(Value::text)?)));
    if let Some((call, requires)) = requires {
        found.push(range(requires, Evidence::at(file, ask::span(call.at, text), RANGE, requires))?);
    }
    let file = directory.join("setup.cfg");
    for (number, line) in (1..).zip(tree.text(&file).unwrap_or_default().lines()) {
        if let Some((_, requires)) = line.split_once('=').filter(|(key, _)| key.trim() == "python_requires") {
            found.push(range(requires.trim(), Evidence::at(file.clone(), Span::of_line(number, line), RANGE, line.trim()))?);
        }
    }
    Ok(())
}

/// What a word that pins a Python says.
enum Pin {
    Named(Constraint),
    /// It leaves it to whoever installs it.
    Nothing,
    /// It is the name of a virtual environment.
    Environment,
}

/// Other Pythons that version managers install.
const OTHERS: [&str; 13] = [
    "pypy",
    "graalpy",
    "graalpython",
    "jython",
    "ironpython",
    "micropython",
    "stackless",
    "anaconda",
    "miniconda",
    "miniforge",
    "mambaforge",
    "activepython",
    "cinder",
];

fn pin(text: &str, at: Evidence) -> Result<Pin> {
    let text = text.trim().trim_start_matches("cpython-").trim_start_matches("cpython@").trim_start_matches("==");
    if text.starts_with(['>', '<', '~', '=']) {
        return range(text, at).map(Pin::Named);
    }
    // words that leave it to whoever installs it
    if matches!(text, "system" | "latest" | "stable" | "") {
        return Ok(Pin::Nothing);
    }
    if OTHERS.iter().any(|other| text.starts_with(other)) {
        let error = Diagnostic::error("python::not-cpython", format!("`{text}` is no CPython, and imggen knows images of CPython alone"));
        return Err(error.because(&at).help("name a CPython version, or write the image by hand").into());
    }
    if text.starts_with(|c: char| c.is_ascii_digit()) && (text.ends_with('t') || text.contains("freethreaded")) {
        let error =
            Diagnostic::error("python::free-threaded", format!("`{text}` is a Python without its lock, which no official image has"));
        return Err(error.because(&at).help("name it without the `t`, or write the image by hand").into());
    }
    if text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Ok(Pin::Environment);
    }
    let digits = |part: &str| part.chars().take_while(char::is_ascii_digit).collect::<String>();
    let numbers: Vec<_> = text.split('.').map(digits).take_while(|part| !part.is_empty()).take(2).collect();
    match numbers.as_slice() {
        [_, _] => {
            let series = numbers.join(".").parse().map(|series| Constraint { wants: Wants::Series(series), hint: false, at });
            Ok(series.map_or(Pin::Nothing, Pin::Named))
        }
        // `3` says nothing
        _ => Ok(Pin::Nothing),
    }
}

/// A range of Pythons.
///
/// # Errors
/// When it is none.
pub fn range(text: &str, at: Evidence) -> Result<Constraint> {
    let sets: Option<Vec<_>> = text.split("||").map(|part| VersionSpecifiers::from_str(&spelt(part)).ok()).collect();
    let broken = || {
        let error = Diagnostic::error("python::requires", format!("`{text}` is no range of versions"));
        error.because(&at).help("write it as PEP 440 has it: `>=3.12`")
    };
    let sets = sets.ok_or_else(broken)?;
    Ok(Constraint { wants: Wants::OneOf(sets), hint: false, at })
}

/// Poetry's `^3.9`, `~3.9`, `3.9` and `*` as PEP 440 has them.
pub fn spelt(text: &str) -> String {
    let one = |part: &str| {
        let part = part.trim();
        let bounds = |version: &str, place: usize| {
            let mut numbers: Vec<u32> = version.split('.').map_while(|number| number.trim().parse().ok()).collect();
            numbers.truncate(place + 1);
            if let Some(last) = numbers.last_mut() {
                *last += 1;
            }
            let upper = numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(".");
            format!(">={},<{upper}", version.trim())
        };
        if let Some(version) = part.strip_prefix('^') {
            bounds(version, 0)
        } else if let Some(version) = part.strip_prefix('~').filter(|rest| !rest.starts_with('=')) {
            bounds(version, 1)
        } else if part == "*" || part.is_empty() {
            String::new()
        } else if part.starts_with(|c: char| c.is_ascii_digit()) {
            let plain = part.trim_end_matches(".*");
            if plain.matches('.').count() < 2 { format!("=={plain}.*") } else { format!("=={plain}") }
        } else {
            part.to_owned()
        }
    };
    text.split(',').map(one).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalog() -> Catalog {
        crate::pack::Packs::default().catalog().unwrap_or_default()
    }

    fn allowed(file: &str, text: &str) -> Vec<&'static str> {
        let tree = Tree::from_memory([(file, text)]);
        let (constraints, _) = constraints(&tree, Utf8Path::new(""), &catalog()).unwrap_or_default();
        let version = |text: &str| text.parse().unwrap_or(Version::minor(0, 0));
        let newest = [("3.14", "3.14.10"), ("3.13", "3.13.18"), ("3.12", "3.12.16"), ("3.11", "3.11.18"), ("3.9", "3.9.25")];
        let all = |(series, newest): &(&str, &str)| constraints.iter().all(|one| one.allows(version(series), version(newest)));
        newest.iter().filter(|pair| all(pair)).map(|(series, _)| *series).collect()
    }

    #[test]
    fn every_way_to_say_it_is_understood() {
        for (file, text, expected) in [
            (".python-version", "# mine\n3.12.4\n", vec!["3.12"]),
            (".python-version", "cpython-3.11\n", vec!["3.11"]),
            (".python-version", "3\n", vec!["3.14", "3.13", "3.12", "3.11", "3.9"]),
            ("runtime.txt", "python-3.13.2\n", vec!["3.13"]),
            (".tool-versions", "nodejs 22\npython 3.12.1\n", vec!["3.12"]),
            ("pyproject.toml", "[project]\nrequires-python = \">=3.11,<3.14\"\n", vec!["3.13", "3.12", "3.11"]),
            ("pyproject.toml", "[project]\nrequires-python = \"~=3.11\"\n", vec!["3.14", "3.13", "3.12", "3.11"]),
            ("pyproject.toml", "[tool.poetry.dependencies]\npython = \"^3.12\"\n", vec!["3.14", "3.13", "3.12"]),
            ("pyproject.toml", "[tool.poetry.dependencies]\npython = \"~3.12 || 3.9.*\"\n", vec!["3.12", "3.9"]),
            ("Pipfile", "[requires]\npython_version = \"3.13\"\n", vec!["3.13"]),
            ("setup.py", "from setuptools import setup\nsetup(python_requires='>=3.13')\n", vec!["3.14", "3.13"]),
            ("mise.toml", "[tools]\npython = \"3.12\"\n", vec!["3.12"]),
            (".python-version", "3.13-dev\n", vec!["3.13"]),
            ("environment.yml", "dependencies:\n  - python=3.11\n  - pip\n", vec!["3.11"]),
            ("setup.cfg", "[options]\npython_requires = ==3.11.*\n", vec!["3.11"]),
        ] {
            assert_eq!(allowed(file, text), expected, "{file}: {text}");
        }
    }

    #[test]
    fn a_least_version_is_named() {
        let least = |text: &str| range(text, Evidence::exists("x", RANGE)).ok().and_then(|one| one.least());
        assert_eq!((least(">=3.11"), least("^3.12")), (Some(Version::minor(3, 11)), Some(Version::minor(3, 12))));
        assert_eq!((least(">=3.11,<3.14"), least("3.12"), least("*")), (None, None, None));
    }

    #[test]
    fn the_name_of_an_environment_is_no_python() {
        let tree = Tree::from_memory([(".python-version", "shop-3.11\n")]);
        let (found, warnings) = constraints(&tree, Utf8Path::new(""), &catalog()).unwrap_or_default();
        assert_eq!((found.len(), warnings.len()), (0, 1));
    }

    #[test]
    fn another_python_is_refused() {
        let tree = Tree::from_memory([(".python-version", "pypy3.10\n")]);
        assert!(constraints(&tree, Utf8Path::new(""), &catalog()).is_err());
    }
}
