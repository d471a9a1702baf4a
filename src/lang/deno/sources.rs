//! The sources that a program is made of: those that its entry reaches by paths, by names of `deno.json`, and by members' names.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::manifest::Manifest;
use crate::lang::node::outline;
use crate::program::{Outline, Source};
use crate::tree::Tree;
use crate::tree::path::normal;

/// How many files are followed. A program of more is known well enough by these.
const MOST: usize = 1500;

/// The files of a program, the entry first.
#[derive(Debug, Default)]
pub struct Sources<'t> {
    files: Vec<(Utf8PathBuf, &'t str, Outline)>,
    /// Whether it imports something by an address, which is fetched.
    pub fetches: bool,
}

impl<'t> Sources<'t> {
    /// Reads `entry` and what it reaches; `manifests` are those of the program's directory and of the workspace around it.
    pub fn reach(tree: &'t Tree, manifests: &[&Manifest<'_>], entry: &Utf8Path) -> Self {
        let mut seen = BTreeSet::from([entry.to_owned()]);
        let mut queue = vec![entry.to_owned()];
        let (mut files, mut fetches) = (Vec::new(), false);
        while let Some(path) = (files.len() < MOST).then(|| queue.pop()).flatten() {
            let Ok(text) = tree.text(&path) else { continue };
            let lead = |name: &str| resolve(tree, manifests, &path, name);
            let code = |path: &Utf8PathBuf| path.extension() != Some("json");
            let named = |name: &str| lead(name).filter(code).map(|path| path.with_extension("").into_string());
            let module = outline::read(text, path.extension().unwrap_or_default(), &named);
            fetches |= module.loads.iter().any(|load| is_remote(&load.module));
            let reached = module.loads.iter().filter_map(|load| lead(&load.module)).filter(code);
            let reached: Vec<_> = reached.filter(|path| seen.insert(path.clone())).collect();
            queue.extend(reached.into_iter().rev());
            files.push((path, text, module.outline));
        }
        Self { files, fetches }
    }

    /// The files as all languages have them.
    pub fn files(&self) -> Vec<Source<'_>> {
        let name = |path: &Utf8Path| path.with_extension("").into_string();
        self.files.iter().map(|(path, text, outline)| Source::new(path, text, name(path), outline.clone())).collect()
    }

    /// The modules that it imports, as they are written.
    pub fn imports(&self) -> impl Iterator<Item = &str> {
        self.files.iter().flat_map(|(_, _, outline)| outline.imports.iter().map(|import| import.path.as_str()))
    }
}

/// The file of the project that an import leads to; none where it is a package's, or an address.
fn resolve(tree: &Tree, manifests: &[&Manifest<'_>], from: &Utf8Path, name: &str) -> Option<Utf8PathBuf> {
    let there = |path: Utf8PathBuf| tree.has(&path).then_some(path);
    if name.starts_with('.') {
        return there(normal(from.parent()?.join(name)));
    }
    for manifest in manifests {
        if let Some(target) = manifest.import(name) {
            return there(normal(manifest.directory.join(target)));
        }
    }
    manifests.iter().find_map(|manifest| {
        let rest = name.strip_prefix(manifest.full_name()?)?;
        let below = rest.strip_prefix('/').or(rest.is_empty().then_some(""))?;
        there(normal(manifest.directory.join(manifest.export(below)?)))
    })
}

/// Whether a module is fetched.
fn is_remote(module: &str) -> bool {
    ["npm:", "jsr:", "https:", "http:"].iter().any(|scheme| module.starts_with(scheme))
}
