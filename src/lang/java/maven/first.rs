//! What Maven reads of the project before there are sources, beside its poms: jars and repositories of the project's own, its settings.

use camino::{Utf8Path, Utf8PathBuf};

use super::Module;
use crate::tree::Tree;
use crate::tree::path::normal;

/// Options of `.mvn/maven.config` that name a file.
const FILES: [&str; 8] = ["-s", "--settings", "-gs", "--global-settings", "-t", "--toolchains", "-gt", "--global-toolchains"];

/// Jars of the project's own that dependencies name by their paths.
pub fn system_jars(tree: &Tree, modules: &[Module<'_>]) -> Vec<Utf8PathBuf> {
    let of = |module: &Module<'_>| {
        let dependencies = module.dependencies().iter().filter(|dependency| dependency.scope == "system");
        let paths = dependencies.filter_map(|dependency| dependency.element.child("systemPath").map(|path| module.fill(&path.text)));
        paths.map(|path| here(module, &path)).filter(|path| tree.has(path)).collect::<Vec<_>>()
    };
    let mut jars: Vec<_> = modules.iter().flat_map(of).collect();
    jars.sort();
    jars.dedup();
    jars
}

/// Directories of the project's own that are repositories.
pub fn repositories(tree: &Tree, modules: &[Module<'_>]) -> Vec<Utf8PathBuf> {
    let of = |module: &Module<'_>| {
        let local = module.repositories().into_iter().filter_map(|said| said.value.strip_prefix("file:").map(str::to_owned));
        local.map(|url| here(module, &url)).filter(|path| !path.as_str().is_empty() && tree.has_directory(path)).collect::<Vec<_>>()
    };
    let mut found: Vec<_> = modules.iter().flat_map(of).collect();
    found.sort();
    found.dedup();
    found
}

/// Files that `.mvn/maven.config` names.
pub fn configured(tree: &Tree, context: &Utf8Path) -> Vec<Utf8PathBuf> {
    let config = tree.text(context.join(".mvn/maven.config")).unwrap_or_default();
    let words: Vec<_> = config.split_whitespace().collect();
    let named = words.iter().enumerate().filter_map(|(index, word)| match word.split_once('=') {
        Some((option, file)) if FILES.contains(&option) => Some(file),
        _ if FILES.contains(word) => words.get(index + 1).copied(),
        _ => word.strip_prefix("-s").filter(|file| file.ends_with(".xml")),
    });
    let outside_mvn = |path: &Utf8PathBuf| tree.has(path) && !path.starts_with(context.join(".mvn"));
    named.map(|file| normal(context.join(file.trim_start_matches("./")))).filter(outside_mvn).collect()
}

/// `path` of a pom, in which the project's own directory is filled in with nothing.
fn here(module: &Module<'_>, path: &str) -> Utf8PathBuf {
    normal(module.directory().join(path.trim_start_matches('/')))
}
