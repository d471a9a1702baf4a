//! Packages of a JavaScript workspace, by name or by directory, and their scripts.

use camino::{Utf8Path, Utf8PathBuf};

use super::inside;
use crate::evidence::Evidence;
use crate::read::document::Document;
use crate::tree::Tree;

use super::follow::LEADS;

/// The directory of the package that is called `name` or lies there.
pub(super) fn member(tree: &Tree, directory: &Utf8Path, name: &str) -> Option<Utf8PathBuf> {
    let name = name.trim_end_matches("...");
    let path = inside(directory, name.trim_start_matches("./").trim_end_matches('/'));
    if let Some(path) = path.filter(|path| tree.has(path.join("package.json"))) {
        return Some(path);
    }
    let mut manifests = tree.named(&["package.json"]).filter(|path| path.components().count() <= 5);
    manifests.find_map(|file| {
        let document = Document::json(file, tree.text(file).ok()?).ok()?;
        let (own, _) = document.string(&["name"])?;
        let short = own.rsplit('/').next() == Some(name);
        (own == name || short).then(|| file.parent().unwrap_or(Utf8Path::new("")).to_owned())
    })
}

/// A script of the package in a directory.
pub(super) fn script(tree: &Tree, directory: &Utf8Path, name: &str) -> Option<(String, Evidence)> {
    let file = directory.join("package.json");
    let document = Document::json(&file, tree.text(&file).ok()?).ok()?;
    let (text, value) = document.string(&["scripts", name])?;
    let map = document.get(&["scripts"])?.map();
    let key = map.iter().rev().find(|(key, _)| key.name == name).map(|(key, _)| key);
    let at = key.map_or_else(|| document.evidence(value, LEADS), |key| document.entry_evidence(key, value, LEADS));
    Some((text.to_owned(), at))
}
