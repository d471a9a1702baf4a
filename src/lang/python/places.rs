//! Where the Python projects of a tree lie: at its root, in the members of a workspace, or in directories of their own.

use camino::{Utf8Path, Utf8PathBuf};

use super::manager;
use crate::auxiliary;
use crate::evidence::{Fact, Rule};
use crate::read::document::Document;
use crate::read::requirement::normal;
use crate::tree::Tree;

const LIBRARY: Rule = Rule::parsed("python.library", "another member of the workspace depends on it");

/// Files that make a directory a project.
const MANIFESTS: [&str; 8] =
    ["pyproject.toml", "requirements.txt", "requirements.in", "Pipfile", "setup.py", "setup.cfg", "pylock.toml", "requirements"];

/// The directories that hold projects: the root, the members of its workspace, or else the topmost ones.
pub fn projects(tree: &Tree) -> Vec<Utf8PathBuf> {
    let is_project = |directory: &Utf8Path| {
        MANIFESTS.iter().any(|name| {
            tree.has(directory.join(name)) || (*name == "requirements" && super::requirements::main_file(tree, directory).is_some())
        })
    };
    let root = Utf8Path::new("");
    let mut found: Vec<Utf8PathBuf> = Vec::new();
    let described = is_project(root);
    if described {
        let members = manager::members(tree, root);
        let named = |table: &Document<'_>| table.has(&["project"]) || table.has(&["tool", "poetry"]);
        let text = tree.text("pyproject.toml").unwrap_or_default();
        let hollow_workspace = !members.is_empty() && Document::toml("pyproject.toml".into(), text).is_ok_and(|table| !named(&table));
        if !hollow_workspace {
            found.push(root.to_owned());
        }
        found.extend(members.iter().filter_map(|file| file.parent()).map(Utf8Path::to_owned));
        let programs = tree.files_in("").any(|path| path.extension() == Some("py")) || tree.has_directory("src") || tree.has("Procfile");
        let hollow =
            !programs && tree.text("pyproject.toml").is_ok_and(|text| !text.contains("[project]") && !text.contains("[tool.poetry]"));
        if !hollow {
            found.dedup();
            return found;
        }
    }
    for directory in tree.directories().filter(|directory| directory.components().count() <= 3) {
        let passed = auxiliary::is_passed_over(directory) || auxiliary::holds_no_program(directory);
        let inside = found.iter().any(|known| !known.as_str().is_empty() && directory.starts_with(known));
        if !passed && !inside && is_project(directory) {
            found.push(directory.to_owned());
        }
    }
    found
}

/// The members of a project's workspace, which are projects of their own.
pub fn members(tree: &Tree, directory: &Utf8Path) -> Vec<Utf8PathBuf> {
    manager::members(tree, directory).iter().filter_map(|file| file.parent()).map(Utf8Path::to_owned).collect()
}

/// The directories of a workspace's members that other members depend on.
pub fn used_by_others(tree: &Tree, directories: &[Utf8PathBuf]) -> Vec<Fact<Utf8PathBuf>> {
    let tables: Vec<(&Utf8PathBuf, Document<'_>)> = directories
        .iter()
        .filter_map(|directory| {
            let file = directory.join("pyproject.toml");
            Some((directory, Document::toml(&file, tree.text(&file).ok()?).ok()?))
        })
        .collect();
    let mut used = Vec::new();
    for (_, table) in &tables {
        for (name, value) in table.entries(&["tool", "uv", "sources"]) {
            let own = |other: &Document<'_>| other.string(&["project", "name"]).is_some_and(|(other, _)| normal(other) == normal(name));
            let member = tables.iter().find(|(_, other)| own(other));
            used.extend(member.map(|(directory, _)| Fact::new((*directory).clone(), table.evidence(value, LIBRARY))));
        }
    }
    used
}
