//! `Cargo.lock`: every package that a build may compile, what it depends on, and the line on which it stands.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;
use toml::Spanned;

use super::cargo::broken;
use crate::diagnostic::Result;
use crate::evidence::{Evidence, Lines, Rule};

/// A lock file.
#[derive(Clone, Debug)]
pub struct Lock {
    /// Where it is, relative to the project's root.
    pub file: Utf8PathBuf,
    /// The version of its format; 0 for the oldest, which say none.
    pub format: u32,
    packages: Vec<Locked>,
    by_name: BTreeMap<String, Vec<usize>>,
}

/// A package of a lock file.
#[derive(Clone, Debug)]
pub struct Locked {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where it comes from; nothing for the project's own.
    pub source: Option<String>,
    /// Where it stands.
    pub span: crate::evidence::Span,
    depends_on: Vec<String>,
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    version: u32,
    #[serde(default)]
    package: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    name: Spanned<String>,
    version: String,
    source: Option<String>,
    #[serde(default)]
    dependencies: Vec<String>,
}

impl Lock {
    /// Reads a lock file.
    ///
    /// # Errors
    /// When it is none; the label shows where.
    pub fn parse(file: &Utf8Path, text: &str) -> Result<Self> {
        let read: File = toml::from_str(text).map_err(|error| broken(file, text, &error))?;
        let lines = Lines::default();
        let span = |name: &Spanned<String>| lines.span(text, name.span().start, name.span().end);
        let locked = |entry: Entry| Locked {
            span: span(&entry.name),
            name: entry.name.into_inner(),
            version: entry.version,
            source: entry.source,
            depends_on: entry.dependencies,
        };
        let format = read.version;
        let packages: Vec<_> = read.package.into_iter().map(locked).collect();
        let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, package) in packages.iter().enumerate() {
            by_name.entry(package.name.clone()).or_default().push(index);
        }
        Ok(Self { file: file.to_owned(), format, packages, by_name })
    }

    /// The project's own package of that name.
    #[must_use]
    pub fn own(&self, name: &str) -> Option<&Locked> {
        self.named(name).find(|package| package.source.is_none())
    }

    /// A package that is fetched from a repository by SSH.
    #[must_use]
    pub fn by_ssh(&self) -> Option<&Locked> {
        self.packages.iter().find(|package| package.source.as_ref().is_some_and(|source| source.starts_with("git+ssh:")))
    }

    /// The packages of that name, in all their versions.
    pub fn named(&self, name: &str) -> impl Iterator<Item = &Locked> {
        self.by_name.get(name).into_iter().flatten().map(|index| &self.packages[*index])
    }

    /// What a package depends on: `name`, `name version`, or `name version (source)` where a name alone does not tell.
    pub fn dependencies<'l>(&'l self, package: &'l Locked) -> impl Iterator<Item = &'l Locked> {
        package.depends_on.iter().filter_map(|words| {
            let mut words = words.split(' ');
            let (name, version) = (words.next()?, words.next());
            self.named(name).find(|package| version.is_none_or(|version| package.version == version))
        })
    }

    /// The line of a package as evidence.
    #[must_use]
    pub fn evidence(&self, package: &Locked, rule: Rule) -> Evidence {
        Evidence::at(self.file.clone(), package.span, rule, format!("{} {}", package.name, package.version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_are_found_by_name_and_version() {
        let text = "version = 4\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\n \"rand 0.8.5\",\n]\n\n[[package]]\nname = \"rand\"\nversion = \"0.7.3\"\nsource = \"registry+x\"\n\n[[package]]\nname = \"rand\"\nversion = \"0.8.5\"\nsource = \"registry+x\"\n";
        let Ok(lock) = Lock::parse("Cargo.lock".into(), text) else { panic!("it is a lock file") };
        let Some(app) = lock.own("app") else { panic!("it is there") };
        let found: Vec<_> = lock.dependencies(app).map(|package| (package.version.as_str(), package.span.line)).collect();
        assert_eq!(found, [("0.8.5", 16)]);
    }
}
