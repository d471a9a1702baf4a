//! The sources that a program is made of: those that its entry reaches by relative imports, aliases and workspace packages.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::package::Package;
use super::source::{Placed, Source, Value};
use super::workspace::Workspace;
use crate::read::document::Document;
use crate::tree::Tree;
use crate::tree::path::normal;

/// What an import may leave out.
const ENDINGS: [&str; 9] = [".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs", ".jsx", ".json"];
/// How many files are followed. A program of more is known well enough by these.
const MOST: usize = 1500;

/// The files of a program, the entry first.
#[derive(Debug, Default)]
pub struct Sources {
    /// The files.
    pub files: Vec<Source>,
    /// Those that are loaded when it starts, whatever happens.
    certain: BTreeSet<Utf8PathBuf>,
}

impl Sources {
    /// Reads `entry` and what it reaches.
    pub fn reach(tree: &Tree, workspace: &Workspace<'_>, package: &Package<'_>, entry: &Utf8Path) -> Self {
        let aliases = aliases(tree, package);
        let mut seen: BTreeSet<Utf8PathBuf> = BTreeSet::from([entry.to_owned()]);
        let mut queue = vec![entry.to_owned()];
        let mut files = Vec::new();
        let mut at_once: BTreeMap<Utf8PathBuf, Vec<Utf8PathBuf>> = BTreeMap::new();
        while let Some(path) = (files.len() < MOST).then(|| queue.pop()).flatten() {
            let Ok(text) = tree.text(&path) else { continue };
            let source = Source::read(&path, text);
            let mut reached: Vec<Utf8PathBuf> = Vec::new();
            for import in &source.imports {
                reached.extend(resolve(tree, workspace, package, &aliases, &path, &import.value));
            }
            let loaded = source.imports_at_once();
            at_once.insert(
                path.clone(),
                loaded.filter_map(|import| resolve(tree, workspace, package, &aliases, &path, &import.value)).collect(),
            );
            reached.retain(|path| path.extension() != Some("json") && seen.insert(path.clone()));
            reached.reverse();
            queue.extend(reached);
            files.push(source);
        }
        Self { files, certain: closure(entry, &at_once) }
    }

    /// The files that are loaded when it starts, whatever happens.
    pub fn certain(&self) -> impl Iterator<Item = &Source> {
        self.files.iter().filter(|file| self.certain.contains(&file.path))
    }

    /// Every call, with its file.
    pub fn calls(&self) -> impl Iterator<Item = (&Source, &Placed<super::source::Call>)> {
        self.files.iter().flat_map(|source| source.calls.iter().map(move |call| (source, call)))
    }

    /// What a value is, its names followed in its own file and then in all.
    pub fn settled<'v>(&'v self, source: &'v Source, value: &'v Value) -> &'v Value {
        let mut current = value;
        for _ in 0..8 {
            let Value::Name(name) = current else { return current };
            let Some(next) = self.named(source, name) else { return current };
            current = next;
        }
        current
    }

    fn named<'v>(&'v self, source: &'v Source, name: &str) -> Option<&'v Value> {
        let own = std::iter::once(source).chain(self.files.iter().filter(|other| other.path != source.path));
        let mut parts = name.split('.').filter(|part| *part != "this");
        let first = parts.next()?;
        let mut value = own.clone().find_map(|file| file.names.get(first).filter(|value| !matches!(value, Value::Unknown)));
        let rest: Vec<&str> = parts.collect();
        for part in &rest {
            value = value.and_then(|value| match value {
                Value::Object(entries) => entries.iter().find(|(key, _)| key == part).map(|(_, value)| value),
                _ => None,
            });
        }
        // config.port, where `config` comes from another file that exports an object with a port
        let last = rest.last().copied().filter(|_| value.is_none());
        value.or_else(|| {
            let key = last?;
            let told = |file: &&Source| ["config", "env", "settings"].iter().any(|word| file.path.as_str().contains(word));
            let mut options = self.files.iter().filter(told).flat_map(|file| &file.options);
            options.find(|option| option.value.0 == key && !matches!(option.value.1, Value::Unknown)).map(|option| &option.value.1)
        })
    }
}

/// All that `first` leads to.
fn closure(first: &Utf8Path, leads: &BTreeMap<Utf8PathBuf, Vec<Utf8PathBuf>>) -> BTreeSet<Utf8PathBuf> {
    let mut found = BTreeSet::from([first.to_owned()]);
    let mut queue = vec![first];
    while let Some(path) = queue.pop() {
        let next = leads.get(path).into_iter().flatten();
        queue.extend(next.filter(|path| found.insert((*path).clone())).map(Utf8PathBuf::as_path));
    }
    found
}

/// The file that a package's own word for it leads to: `dist/main` is `dist/main.js`, a directory its index.
pub fn file(tree: &Tree, path: &Utf8Path) -> Option<Utf8PathBuf> {
    if tree.has(path) {
        return Some(path.to_owned());
    }
    let with = |base: &str, ending: &str| Utf8PathBuf::from(format!("{base}{ending}"));
    let direct = ENDINGS.iter().map(|ending| with(path.as_str(), ending));
    // TypeScript names the file that it will be compiled to
    let renamed = [(".js", [".ts", ".tsx"]), (".mjs", [".mts", ".ts"]), (".cjs", [".cts", ".ts"])];
    let renamed = renamed.iter().filter_map(|(from, to)| Some((path.as_str().strip_suffix(from)?, to)));
    let renamed = renamed.flat_map(|(stem, to)| to.iter().map(move |ending| with(stem, ending)));
    let index = ENDINGS.iter().map(|ending| path.join(format!("index{ending}")));
    direct.chain(renamed).chain(index).map(|path| normal(&path)).find(|path| tree.has(path))
}

/// The names that stand for directories: `paths` of the compiler's settings.
fn aliases(tree: &Tree, package: &Package<'_>) -> Vec<(String, Utf8PathBuf)> {
    let file = package.directory.join("tsconfig.json");
    let Some(document) = tree.text(&file).ok().and_then(|text| Document::jsonc(&file, text).ok()) else { return Vec::new() };
    let base = document.string(&["compilerOptions", "baseUrl"]).map_or(".", |(base, _)| base);
    let entries = document.entries(&["compilerOptions", "paths"]).into_iter();
    let mut aliases: Vec<_> = entries
        .filter_map(|(name, value)| {
            let to = value.list().first()?.string()?;
            Some((name.trim_end_matches('*').to_owned(), package.inside(&format!("{base}/{}", to.trim_end_matches('*')))))
        })
        .collect();
    if document.has(&["compilerOptions", "baseUrl"]) {
        aliases.push((String::new(), package.inside(base)));
    }
    aliases
}

fn resolve(
    tree: &Tree,
    workspace: &Workspace<'_>,
    package: &Package<'_>,
    aliases: &[(String, Utf8PathBuf)],
    from: &Utf8Path,
    name: &str,
) -> Option<Utf8PathBuf> {
    if name.starts_with('.') {
        return file(tree, &normal(from.parent()?.join(name)));
    }
    let mut under = aliases.iter().filter_map(|(alias, to)| file(tree, &normal(to.join(name.strip_prefix(alias.as_str())?))));
    if let Some(found) = under.next() {
        return Some(found);
    }
    let member = workspace
        .members
        .iter()
        .find(|member| member.name().is_some_and(|own| name == own || name.strip_prefix(own).is_some_and(|rest| rest.starts_with('/'))))?;
    if member.directory == package.directory {
        return None;
    }
    let inside = name.strip_prefix(member.name()?)?.trim_start_matches('/');
    let candidates = [inside, "src/index", "index"].into_iter().filter(|path| !path.is_empty());
    candidates.map(|path| member.inside(path)).find_map(|path| file(tree, &path))
}
