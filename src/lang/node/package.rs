//! A package: what its `package.json` says.

use camino::{Utf8Path, Utf8PathBuf};

use crate::diagnostic::Result;
use crate::evidence::{Evidence, Fact, Rule};
use crate::read::document::Document;
use crate::tree::Tree;
use crate::tree::path::normal;

const DEPENDS: Rule = Rule::parsed("node.depends", "it depends on this package");
const SCRIPT: Rule = Rule::parsed("node.script", "its script says so");

/// A `package.json`.
#[derive(Clone, Debug)]
pub struct Package<'t> {
    /// The project.
    pub tree: &'t Tree,
    /// Its directory, relative to the project's root.
    pub directory: Utf8PathBuf,
    /// The file.
    pub document: Document<'t>,
    /// What its sources import and only the workspace's root declares: a package that lies further up is found as well.
    pub borrowed: Vec<Fact<String>>,
}

/// Whether a dependency is there when the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It is.
    Production,
    /// It is there when the program is built.
    Development,
}

/// The sections of a `package.json` that name dependencies.
const SECTIONS: [(&str, Kind); 4] = [
    ("dependencies", Kind::Production),
    ("optionalDependencies", Kind::Production),
    ("peerDependencies", Kind::Production),
    ("devDependencies", Kind::Development),
];

impl<'t> Package<'t> {
    /// The package of a directory, if there is one.
    ///
    /// # Errors
    /// When its file cannot be read or is broken.
    pub fn read(tree: &'t Tree, directory: &Utf8Path) -> Result<Option<Self>> {
        let file = directory.join("package.json");
        let Some(text) = tree.manifest(&file)? else { return Ok(None) };
        Ok(Some(Self { tree, directory: directory.to_owned(), document: Document::json(&file, text)?, borrowed: Vec::new() }))
    }

    /// Its name.
    pub fn name(&self) -> Option<&str> {
        // npm takes no other names; what is none could not stand in a command either
        let plain = |name: &&str| name.chars().all(|c| c.is_ascii_alphanumeric() || "@/._~-".contains(c));
        self.document.string(&["name"]).map(|(name, _)| name).filter(|name| !name.is_empty()).filter(plain)
    }

    /// Its name without the scope, as people call it.
    pub fn short_name(&self) -> Option<&str> {
        self.name().map(|name| name.rsplit('/').next().unwrap_or(name))
    }

    /// A script of that name, and the line.
    pub fn script(&self, name: &str) -> Option<(&str, Evidence)> {
        let (key, value) = self.document.get(&["scripts"])?.map().iter().rev().find(|(key, _)| key.name == name)?;
        Some((value.string()?, self.document.entry_evidence(key, value, SCRIPT)))
    }

    /// The dependency of that name, where one is declared, the strongest section first.
    pub fn dependency(&self, name: &str) -> Option<Fact<Kind>> {
        let borrowed = || self.borrowed.iter().find(|fact| fact.value == name).map(|fact| fact.with(Kind::Production));
        let declared = SECTIONS.iter().find_map(|(section, kind)| {
            let (key, value) = self.document.get(&[section])?.map().iter().find(|(key, _)| key.name == name)?;
            Some(Fact::new(*kind, self.document.entry_evidence(key, value, DEPENDS)))
        });
        declared.or_else(borrowed)
    }

    /// What a dependency asks for: `^5.1.0`, `workspace:*`.
    pub fn asks_of(&self, name: &str) -> Option<&str> {
        SECTIONS.iter().find_map(|(section, _)| self.document.string(&[section, name])).map(|(asked, _)| asked)
    }

    /// Whether a dependency of that name is there when the program runs.
    pub fn runs_with(&self, name: &str) -> Option<Evidence> {
        self.dependency(name).filter(|fact| fact.value == Kind::Production).map(|fact| fact.because()[0].clone())
    }

    /// The dependencies of a kind: name, what is asked for, where.
    pub fn dependencies(&self, kind: Kind) -> Vec<(&str, &str, Evidence)> {
        let sections = SECTIONS.iter().filter(|(_, of)| *of == kind);
        let entries = sections.filter_map(|(section, _)| self.document.get(&[section])).flat_map(crate::read::document::Value::map);
        let borrowed = self.borrowed.iter().filter(|_| kind == Kind::Production);
        entries
            .map(|(key, value)| (key.name.as_ref(), value.string().unwrap_or_default(), self.document.entry_evidence(key, value, DEPENDS)))
            .chain(borrowed.map(|fact| (fact.value.as_str(), "", fact.because()[0].clone())))
            .collect()
    }

    /// Whether it has dependencies of a kind.
    pub fn has_dependencies(&self, kind: Kind) -> bool {
        let names = |section: &str| self.document.get(&[section]).is_some_and(|section| !section.map().is_empty());
        SECTIONS.iter().any(|(section, of)| *of == kind && *section != "peerDependencies" && names(section))
    }

    /// Whether its `.js` files are ECMAScript modules.
    pub fn is_module(&self) -> bool {
        self.document.string(&["type"]).is_some_and(|(kind, _)| kind == "module")
    }

    /// The file itself, as evidence.
    pub fn exists(&self, rule: Rule) -> Evidence {
        Evidence::exists(self.document.file(), rule)
    }

    /// `path`, as it is written in this package, relative to the project's root.
    pub fn inside(&self, path: &str) -> Utf8PathBuf {
        normal(self.directory.join(path))
    }
}
