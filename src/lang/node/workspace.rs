//! Workspaces: packages that are installed together, and which of them a package is made with.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use globset::GlobBuilder;

use super::package::{Kind, Package};
use crate::auxiliary;
use crate::diagnostic::Result;
use crate::evidence::{Evidence, Rule};
use crate::read::document::Document;
use crate::tree::Tree;
use crate::tree::path::normal;

const WORKSPACE: Rule = Rule::parsed("node.workspace", "these packages are installed together");

/// Packages that are installed together.
#[derive(Debug)]
pub struct Workspace<'t> {
    /// The root's package.
    pub root: Package<'t>,
    /// The others, by directory.
    pub members: Vec<Package<'t>>,
    /// What makes it one; nothing for a package by itself.
    pub because: Option<Evidence>,
}

impl<'t> Workspace<'t> {
    /// The package of a directory.
    pub fn package(&self, directory: &Utf8Path) -> Option<&Package<'t>> {
        std::iter::once(&self.root).chain(&self.members).find(|package| package.directory == directory)
    }

    /// The member of that name.
    pub fn named(&self, name: &str) -> Option<&Package<'t>> {
        self.members.iter().find(|member| member.name() == Some(name))
    }

    /// The members that a package needs, those first that others need.
    pub fn needed_by(&self, package: &Package<'t>, kinds: &[Kind]) -> Vec<&Package<'t>> {
        let mut order = Vec::new();
        self.walk(package, kinds, &mut BTreeSet::new(), &mut order);
        order
    }

    fn walk<'s>(&'s self, package: &Package<'t>, kinds: &[Kind], seen: &mut BTreeSet<Utf8PathBuf>, order: &mut Vec<&'s Package<'t>>) {
        let names = kinds.iter().flat_map(|kind| package.dependencies(*kind)).map(|(name, ..)| name);
        for member in names.filter_map(|name| self.named(name)).collect::<Vec<_>>() {
            if seen.insert(member.directory.clone()) {
                self.walk(member, kinds, seen, order);
                order.push(member);
            }
        }
    }
}

/// All workspaces and packages by themselves, by directory.
///
/// # Errors
/// When a manifest is broken.
pub fn workspaces(tree: &Tree) -> Result<Vec<Workspace<'_>>> {
    let mut directories: Vec<Utf8PathBuf> = Vec::new();
    // templates are what packages are made from
    let own = |path: &Utf8Path| !auxiliary::is_passed_over(path) && path.components().all(|part| part.as_str() != "templates");
    if tree.has("package.json") {
        directories.push(Utf8PathBuf::new());
    }
    directories
        .extend(tree.directories().filter(|directory| own(directory) && tree.has(directory.join("package.json"))).map(Utf8Path::to_owned));
    let mut taken: BTreeSet<Utf8PathBuf> = BTreeSet::new();
    let mut found = Vec::new();
    for directory in &directories {
        if taken.contains(directory) {
            continue;
        }
        let Some(root) = Package::read(tree, directory)? else { continue };
        let declared = declared(tree, &root)?;
        let mut members = Vec::new();
        if let Some((patterns, _)) = &declared {
            let below = |inside: &Utf8Path| inside != directory.as_path() && inside.starts_with(directory);
            for inside in tree.directories().filter(|inside| below(inside) && tree.has(inside.join("package.json"))) {
                if matches(patterns, inside.strip_prefix(directory).unwrap_or(inside)) {
                    taken.insert(inside.to_owned());
                    members.extend(Package::read(tree, inside)?);
                }
            }
        }
        found.push(Workspace { root, members, because: declared.map(|(_, because)| because) });
    }
    Ok(found)
}

/// The patterns that name members, and where they stand: `package.json`'s, or pnpm's own file.
fn declared(tree: &Tree, root: &Package<'_>) -> Result<Option<(Vec<String>, Evidence)>> {
    let texts = |values: Vec<(&str, &_)>| values.into_iter().map(|(text, _)| text.to_owned()).collect::<Vec<_>>();
    let file = root.directory.join("pnpm-workspace.yaml");
    if let Some(text) = tree.manifest(&file)? {
        let document = Document::yaml(&file, text)?;
        if let Some(value) = document.get(&["packages"]) {
            return Ok(Some((texts(document.strings(&["packages"])), document.evidence(value, WORKSPACE))));
        }
    }
    for keys in [&["workspaces"][..], &["workspaces", "packages"]] {
        let patterns = texts(root.document.strings(keys));
        if let Some(value) = root.document.get(keys).filter(|_| !patterns.is_empty()) {
            return Ok(Some((patterns, root.document.evidence(value, WORKSPACE))));
        }
    }
    Ok(None)
}

/// Whether a directory is meant: the last pattern that fits decides, and one with `!` says no.
fn matches(patterns: &[String], directory: &Utf8Path) -> bool {
    let fits = |pattern: &str| {
        let pattern = normal(Utf8Path::new(pattern.trim_end_matches('/')));
        GlobBuilder::new(pattern.as_str()).literal_separator(true).build().is_ok_and(|glob| glob.compile_matcher().is_match(directory))
    };
    let last = patterns.iter().rev().find(|pattern| fits(pattern.trim_start_matches('!')));
    last.is_some_and(|pattern| !pattern.starts_with('!'))
}
