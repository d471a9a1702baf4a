//! What the build of a package reads besides its sources, because its manifests name it: a readme, a license, a change log, documents that
//! a build hook turns into something.

use camino::{Utf8Path, Utf8PathBuf};

use crate::read::document::{Document, Value};
use crate::tree::Tree;

/// Files that builds look for by themselves.
const USUAL: [&str; 5] = ["README.md", "README.rst", "LICENSE", "VERSION", "requirements.txt"];
/// Files whose strings are paths that the build reads.
const SCRIPTS: [&str; 5] = ["setup.py", "setup.cfg", "MANIFEST.in", "hatch_build.py", "build.py"];
/// The parts of `pyproject.toml` whose strings are.
const PARTS: [&[&str]; 9] = [
    &["project", "readme"],
    &["project", "license"],
    &["project", "license-files"],
    &["tool", "hatch"],
    &["tool", "setuptools"],
    &["tool", "pdm", "build"],
    &["tool", "poetry", "readme"],
    &["tool", "poetry", "include"],
    &["tool", "maturin"],
];
/// Directories that builds name to leave them out.
const LEFT_OUT: [&str; 2] = ["test", "tests"];

/// The files and directories that the build of the package in `directory` reads, as far as its manifests name them.
pub fn named(tree: &Tree, directory: &Utf8Path) -> Vec<Utf8PathBuf> {
    let mut words: Vec<String> = USUAL.map(str::to_owned).into();
    let file = directory.join("pyproject.toml");
    if let Some(table) = tree.text(&file).ok().and_then(|text| Document::toml(&file, text).ok()) {
        PARTS.iter().filter_map(|keys| table.get(keys)).for_each(|value| strings(value, &mut words));
    }
    for text in SCRIPTS.iter().filter_map(|name| tree.text(directory.join(name)).ok()) {
        words.extend(text.split(|c: char| c.is_whitespace() || "\"',()[]:=".contains(c)).map(str::to_owned));
    }
    let mut found: Vec<Utf8PathBuf> = words
        .iter()
        .map(|word| word.trim_start_matches("./").trim_end_matches('/'))
        .filter(|word| !word.is_empty() && !word.contains("..") && !word.starts_with('/') && !LEFT_OUT.contains(word))
        .map(|word| directory.join(word))
        .filter(|path| tree.has(path) || tree.has_directory(path))
        .collect();
    found.sort();
    found.dedup();
    found
}

/// All strings in a value.
fn strings(value: &Value<'_>, into: &mut Vec<String>) {
    into.extend(value.string().map(str::to_owned));
    value.list().iter().for_each(|inner| strings(inner, into));
    for (key, inner) in value.map() {
        into.push(key.name.to_string());
        strings(inner, into);
    }
}
