//! The sources that a program is made of: those that its entry reaches by relative imports, aliases and workspace packages.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::compiler::Compiler;
use super::outline;
use super::package::Package;
use super::source::Source;
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
pub struct Sources<'t> {
    /// The files.
    pub files: Vec<Source<'t>>,
    /// Those that are loaded when it starts, whatever happens.
    certain: BTreeSet<Utf8PathBuf>,
}

impl<'t> Sources<'t> {
    /// Reads `entry` and what it reaches.
    pub fn reach(tree: &'t Tree, workspace: &Workspace<'_>, package: &Package<'_>, entry: &Utf8Path) -> Self {
        let aliases = aliases(tree, package);
        let compiler = Compiler::read(tree, package);
        let mut seen: BTreeSet<Utf8PathBuf> = BTreeSet::from([entry.to_owned()]);
        let mut queue = vec![entry.to_owned()];
        let mut files = Vec::new();
        let mut at_once: BTreeMap<Utf8PathBuf, Vec<Utf8PathBuf>> = BTreeMap::new();
        while let Some(path) = (files.len() < MOST).then(|| queue.pop()).flatten() {
            let Ok(text) = tree.text(&path) else { continue };
            let lead = |name: &str| {
                resolve(tree, workspace, package, &aliases, &path, name).or_else(|| written(tree, package, &compiler, &path, name))
            };
            // what is no code is named by its path
            let named =
                |name: &str| lead(name).filter(|path| path.extension() != Some("json")).map(|path| path.with_extension("").into_string());
            let module = outline::read(text, path.extension().unwrap_or_default(), &named);
            let source = Source { path: path.clone(), text, module };
            let mut reached: Vec<Utf8PathBuf> = source.module.loads.iter().filter_map(|load| lead(&load.module)).collect();
            at_once.insert(path.clone(), source.loads_at_once().filter_map(|load| lead(&load.module)).collect());
            reached.retain(|path| path.extension() != Some("json") && seen.insert(path.clone()));
            reached.reverse();
            queue.extend(reached);
            files.push(source);
        }
        Self { files, certain: closure(entry, &at_once) }
    }

    /// The files that are loaded when it starts, whatever happens.
    pub fn certain(&self) -> impl Iterator<Item = &Source<'t>> {
        self.files.iter().filter(|file| self.certain.contains(&file.path))
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

/// What the compiler makes the module of that `from` loads from where it writes: `./dist/server` of what is `src/server.ts`.
fn written(tree: &Tree, package: &Package<'_>, compiler: &Compiler, from: &Utf8Path, name: &str) -> Option<Utf8PathBuf> {
    let path = normal(from.parent()?.join(Some(name).filter(|name| name.starts_with('.'))?));
    let inside = Some(path).filter(|path| compiler.writes(path))?;
    compiler.made(tree, package, inside.strip_prefix(&package.directory).ok()?).source
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
