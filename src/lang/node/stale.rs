//! Lock files that do not fit: written before a dependency was asked for, or on another system.

use std::collections::{BTreeMap, BTreeSet};

use super::lock::{Asked, Lock};
use super::manager::{Managed, Manager};
use super::package::{Kind, Package};
use super::range::Range;
use super::workspace::Workspace;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Rule};

const ASKED: Rule = Rule::parsed("node.not-locked", "the lock file does not know this");
const SYSTEMS: Rule = Rule::parsed("node.other-platform", "this is locked with the binaries of another system alone");

/// What is said of a lock file with which nothing installs, or not on Linux.
pub fn warnings(workspace: &Workspace<'_>, managed: &Managed, lock: &Lock) -> Vec<Diagnostic> {
    let Some(file) = managed.lock.as_ref().filter(|_| !lock.packages.is_empty()) else { return Vec::new() };
    let command = managed.manager.value.command();
    let mut warnings = Vec::new();
    let missing = Checker::new(workspace, managed.manager.value, lock).missing();
    if !missing.is_empty() {
        let names: Vec<_> = missing.iter().map(|(name, _)| format!("`{name}`")).collect();
        let message = format!("`{file}` is older than what asks for {}: installing from it stops", names.join(", "));
        let warning = Diagnostic::warning("node::stale-lock", message);
        let warning = missing.iter().fold(warning, |warning, (_, at)| warning.because(at));
        warnings.push(warning.help(format!("run `{command} install` and commit `{file}`")));
    }
    let foreign = foreign(lock);
    if let Some((name, choice, _)) = foreign.first() {
        let message = format!("`{file}` was written on another system: it lacks `{choice}`, without which `{name}` does not load on Linux");
        let warning =
            foreign.iter().fold(Diagnostic::warning("node::lock-of-another-platform", message), |warning, (.., at)| warning.because(at));
        warnings.push(warning.help(format!("remove `node_modules` and `{file}`, run `{command} install` and commit what it writes")));
    }
    warnings
}

/// Packages that choose their binaries among others, of which those for Linux are not locked: name, binary, place.
fn foreign(lock: &Lock) -> Vec<(&str, &str, Evidence)> {
    let locked: BTreeSet<&str> = lock.packages.iter().map(|package| package.name.as_str()).collect();
    let packages = lock.packages.iter().filter(|package| !package.choices.is_empty());
    let foreign = packages.filter_map(|package| {
        let of_linux = |name: &&String| name.contains("linux") && !name.contains("musl");
        let first = package.choices.iter().find(of_linux)?;
        let here = package.choices.iter().filter(of_linux).any(|name| locked.contains(name.as_str()));
        let elsewhere = package.choices.iter().any(|name| locked.contains(name.as_str()));
        (elsewhere && !here).then(|| (package.name.as_str(), first.as_str(), package.at.under(SYSTEMS)))
    });
    foreign.collect()
}

struct Checker<'c, 't> {
    workspace: &'c Workspace<'t>,
    manager: Manager,
    lock: &'c Lock,
    /// The versions that are locked, by name.
    versions: BTreeMap<&'c str, Vec<&'c str>>,
    /// Whether the project rewrites what its packages ask for.
    rewrites: bool,
}

impl<'c, 't> Checker<'c, 't> {
    fn new(workspace: &'c Workspace<'t>, manager: Manager, lock: &'c Lock) -> Self {
        let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for package in &lock.packages {
            versions.entry(&package.name).or_default().push(&package.version);
        }
        let keys: [&[&str]; 3] = [&["overrides"], &["resolutions"], &["pnpm", "overrides"]];
        let rewrites = keys.iter().any(|keys| workspace.root.document.has(keys));
        Self { workspace, manager, lock, versions, rewrites }
    }

    /// The dependencies with which the lock does not agree, and where they are asked for.
    fn missing(&self) -> Vec<(String, Evidence)> {
        let mut missing: Vec<(String, Evidence)> = Vec::new();
        for package in std::iter::once(&self.workspace.root).chain(&self.workspace.members) {
            for (name, asked, at) in package.dependencies(Kind::Production).into_iter().chain(package.dependencies(Kind::Development)) {
                let peer = package.document.has(&["peerDependencies", name]) || package.document.has(&["optionalDependencies", name]);
                let local =
                    ["file:", "link:", "portal:", "workspace:", "catalog:", "patch:"].iter().any(|scheme| asked.starts_with(scheme));
                let skipped = peer || local || self.workspace.named(name).is_some() || missing.iter().any(|(other, _)| other == name);
                if !skipped && !self.agrees(package, name, asked) {
                    missing.push((name.to_owned(), at.under(ASKED)));
                }
            }
        }
        missing
    }

    fn agrees(&self, package: &Package<'_>, name: &str, asked: &str) -> bool {
        let inside = package.directory.strip_prefix(&self.workspace.root.directory).unwrap_or(&package.directory);
        match &self.lock.asked {
            Asked::Unknown => self.versions.contains_key(name),
            Asked::Anywhere(_) if self.rewrites => self.versions.contains_key(name),
            Asked::Anywhere(told) => {
                let spelt = [format!("{name}@{asked}"), format!("{name}@npm:{asked}")];
                spelt.iter().any(|spelt| told.contains(spelt)) || self.manager == Manager::YarnBerry && self.is_known(name, asked)
            }
            Asked::ByPackage(told) => {
                let own = told.iter().find(|(directory, own, _)| own == name && directory == inside);
                match (own, self.manager) {
                    (Some((.., own)), _) if own == asked => true,
                    (Some(_), _) if self.rewrites => true,
                    (Some(_) | None, Manager::Npm) => self.is_known(name, asked),
                    (None | Some(_), _) => false,
                }
            }
        }
    }

    /// Whether a version is locked that fits; what is asked for may be no range.
    fn is_known(&self, name: &str, asked: &str) -> bool {
        let Some(versions) = self.versions.get(name) else { return false };
        let Some(range) = Range::parse(asked).filter(|_| !self.rewrites) else { return true };
        versions.iter().any(|version| range.allows_exactly(version).unwrap_or(true))
    }
}
