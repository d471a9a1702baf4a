//! The Python files of a project: their outlines, and the names under which they are imported.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use camino::{Utf8Path, Utf8PathBuf};
use foldhash::HashMap;

use super::outline::{ask, outline};
use crate::auxiliary;
use crate::program::{self, Call, Function, Outline};
use crate::tree::Tree;

/// More files than this are a monorepo, and what starts lies near the top.
const MOST: usize = 4000;

/// Directories that hold nothing of the program.
const NOT_OURS: [&str; 16] = [
    ".venv",
    "__pycache__",
    "env",
    "node_modules",
    "site-packages",
    "venv",
    "build",
    "dist",
    ".tox",
    ".nox",
    "migrations",
    "alembic",
    "vendor",
    "third_party",
    ".eggs",
    "static",
];

/// All Python files of a project.
#[derive(Debug)]
pub struct Sources<'t> {
    /// The project's directory.
    pub directory: Utf8PathBuf,
    /// The files, by path.
    pub files: Vec<Source<'t>>,
    /// The place of each module's first file.
    modules: HashMap<String, usize>,
    /// The places of the files that each file imports, once somebody asked.
    imported: Vec<OnceLock<Vec<usize>>>,
}

/// A Python file.
#[derive(Debug)]
pub struct Source<'t> {
    /// The file; its module is the name under which it is imported.
    pub file: program::Source<'t>,
    /// The directory that it is imported from, relative to the project's.
    pub root: Utf8PathBuf,
    /// Its place among the files.
    place: usize,
    /// See [`Source::is_aside`].
    aside: bool,
}

impl<'t> std::ops::Deref for Source<'t> {
    type Target = program::Source<'t>;

    fn deref(&self) -> &program::Source<'t> {
        &self.file
    }
}

impl Source<'_> {
    /// Whether it is an example, a test or a tool.
    pub fn is_aside(&self) -> bool {
        self.aside
    }

    /// `name` in full, where it may be relative to this module.
    pub fn absolute(&self, name: &str) -> String {
        let dots = name.len() - name.trim_start_matches('.').len();
        if dots == 0 {
            return name.to_owned();
        }
        let package = self.path.file_name() == Some("__init__.py");
        let mut parts: Vec<&str> = self.module.split('.').collect();
        parts.truncate(parts.len().saturating_sub(dots - usize::from(package)));
        parts.push(&name[dots..]);
        parts.retain(|part| !part.is_empty());
        parts.join(".")
    }
}

impl<'t> Sources<'t> {
    /// Reads the Python files below `directory`, and none below `others`.
    pub fn read(tree: &'t Tree, directory: &Utf8Path, others: &[Utf8PathBuf]) -> Self {
        let ours = |path: &&Utf8Path| {
            let inside = path.strip_prefix(directory).unwrap_or(path);
            path.extension() == Some("py")
                && !others.iter().any(|other| path.starts_with(other))
                && !inside.components().any(|part| NOT_OURS.contains(&part.as_str()))
        };
        let mut paths: Vec<&Utf8Path> = tree.below(directory).filter(ours).collect();
        paths.sort_by_key(|path| (path.components().count(), *path));
        paths.truncate(MOST);
        paths.sort();
        let mut read: Vec<(&Utf8Path, &str, Outline)> = outlines(tree, &paths);
        let packages: BTreeSet<&str> = read.iter().flat_map(|(_, _, outline)| &outline.imports).map(|import| first(&import.path)).collect();
        let packages: BTreeSet<String> = packages.into_iter().map(str::to_owned).collect();
        let files: Vec<Source<'t>> = read
            .drain(..)
            .enumerate()
            .map(|(number, (path, text, outline))| {
                let (root, module) = place(tree, directory, path, &outline, &packages);
                let aside = lies_aside(path.strip_prefix(directory).unwrap_or(path));
                Source { file: program::Source::new(path, text, module, outline), root, place: number, aside }
            })
            .collect();
        let mut modules = HashMap::default();
        for (place, source) in files.iter().enumerate() {
            modules.entry(source.module.clone()).or_insert(place);
        }
        let imported = files.iter().map(|_| OnceLock::new()).collect();
        Self { directory: directory.to_owned(), files, modules, imported }
    }

    /// The file that is imported under `module`.
    pub fn module(&self, module: &str) -> Option<&Source<'t>> {
        self.modules.get(module).map(|place| &self.files[*place])
    }

    /// The function of that full name.
    pub fn function(&self, name: &str) -> Option<(&Source<'t>, u32, &Function)> {
        let (module, name) = name.rsplit_once('.')?;
        let source = self.module(module)?;
        ask::functions(&source.outline)
            .find(|(_, function)| function.name == name)
            .map(|(index, function)| (source, index, function))
            .or_else(|| {
                // a package that hands on what its modules define
                let import = source.outline.imports.iter().find(|import| import.path.rsplit('.').next() == Some(name))?;
                let full = source.absolute(&import.path);
                let (module, _) = full.rsplit_once('.')?;
                let inner = self.module(module).filter(|inner| inner.path != source.path)?;
                ask::functions(&inner.outline).find(|(_, function)| function.name == name).map(|(index, function)| (inner, index, function))
            })
    }

    /// All files that come with `source`, itself first.
    pub fn reach<'s>(&'s self, source: &'s Source<'t>) -> Vec<&'s Source<'t>> {
        self.reach_of(std::iter::once(source))
    }

    /// All files that come with any of these, themselves first.
    pub fn reach_of<'s>(&'s self, sources: impl Iterator<Item = &'s Source<'t>>) -> Vec<&'s Source<'t>> {
        let mut known = vec![false; self.files.len()];
        let mut is_new = |place: usize| !std::mem::replace(&mut known[place], true);
        let mut reached: Vec<_> = sources.filter(|source| is_new(source.place)).collect();
        let mut next = 0;
        while let Some(source) = reached.get(next).copied() {
            next += 1;
            reached.extend(self.imported(source).iter().filter(|place| is_new(**place)).map(|place| &self.files[*place]));
        }
        reached
    }

    /// The places of the files that one imports, and of the packages that they are in.
    fn imported(&self, source: &Source<'t>) -> &[usize] {
        self.imported[source.place].get_or_init(|| {
            let full = source.outline.imports.iter().map(|import| source.absolute(&import.path));
            let found = full.flat_map(|full| {
                let parents = std::iter::successors(Some(full.as_str()), |name| name.rsplit_once('.').map(|(parent, _)| parent));
                parents.filter_map(|name| self.modules.get(name).copied()).collect::<Vec<_>>()
            });
            found.collect()
        })
    }
}

/// All calls of a set of files.
pub fn calls<'s, 't>(sources: &'s [&'s Source<'t>]) -> impl Iterator<Item = (&'s Source<'t>, &'s Call)> {
    sources.iter().flat_map(|source| source.outline.calls.iter().map(move |call| (*source, call)))
}

/// Whether a path in the project is an example's, a test's or a tool's.
fn lies_aside(inside: &Utf8Path) -> bool {
    let stem = inside.file_stem().unwrap_or_default();
    let test =
        ["test_", "tests_"].iter().any(|front| stem.starts_with(front)) || stem.ends_with("_test") || matches!(stem, "conftest" | "tests");
    test || inside.parent().is_some_and(auxiliary::holds_no_program)
}

/// Parses on threads with stacks for trees as deep as the reader lets through.
fn outlines<'t>(tree: &'t Tree, paths: &[&'t Utf8Path]) -> Vec<(&'t Utf8Path, &'t str, Outline)> {
    const STACK: usize = 256 * 1024 * 1024;
    const WORTH_A_THREAD: usize = 32;
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(paths.len() / WORTH_A_THREAD + 1);
    let read = |paths: &[&'t Utf8Path]| -> Vec<_> {
        paths.iter().filter_map(|path| tree.text(path).ok().map(|text| (*path, text, outline(text)))).collect()
    };
    std::thread::scope(|scope| {
        let chunks = paths.chunks(paths.len().div_ceil(threads).max(1));
        let started = chunks.map(|chunk| std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, move || read(chunk)));
        let started: Vec<_> = started.collect();
        started.into_iter().filter_map(|thread| thread.ok()?.join().ok()).flatten().collect()
    })
}

fn first(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

/// The directory that a file is imported from, and its name there.
fn place(tree: &Tree, directory: &Utf8Path, path: &Utf8Path, outline: &Outline, imported: &BTreeSet<String>) -> (Utf8PathBuf, String) {
    let parent = path.parent().unwrap_or(Utf8Path::new(""));
    let is_package = |directory: &Utf8Path| tree.has(directory.join("__init__.py"));
    let mut top = parent;
    while top != directory && is_package(top) {
        top = top.parent().unwrap_or(Utf8Path::new(""));
    }
    let root = if top == parent && top != directory {
        let sibling = |name: &str| tree.has(parent.join(format!("{name}.py"))) || is_package(&parent.join(name));
        let bare = outline
            .imports
            .iter()
            .map(|import| first(&import.path))
            .any(|name| !name.is_empty() && sibling(name) && !at_top(tree, directory, name));
        if bare || !importable(parent.strip_prefix(directory).unwrap_or(parent)) { top } else { directory }
    } else if top != directory {
        let package = path.strip_prefix(top).ok().and_then(|inside| inside.components().next()).map_or("", |part| part.as_str());
        let outer = top.strip_prefix(directory).ok().and_then(|inside| inside.components().next()).map_or("", |part| part.as_str());
        if imported.contains(outer) && !imported.contains(package) { directory } else { top }
    } else {
        directory
    };
    let inside = path.strip_prefix(root).unwrap_or(path).with_extension("");
    let mut parts: Vec<&str> = inside.components().map(|part| part.as_str()).collect();
    if parts.len() > 1 && parts.last() == Some(&"__init__") {
        parts.pop();
    }
    (root.strip_prefix(directory).unwrap_or(root).to_owned(), parts.join("."))
}

fn at_top(tree: &Tree, directory: &Utf8Path, name: &str) -> bool {
    tree.has(directory.join(format!("{name}.py"))) || tree.has_directory(directory.join(name))
}

fn importable(path: &Utf8Path) -> bool {
    path.components().all(|part| {
        let name = part.as_str();
        name.chars().all(|c| c.is_alphanumeric() || c == '_') && !name.starts_with(|c: char| c.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_named_as_they_are_imported() {
        let tree = Tree::from_memory([
            ("src/pkg/__init__.py", "from .core import run\n"),
            ("src/pkg/core.py", "def run(): ...\n"),
            ("app/main.py", "from app.db import x\n"),
            ("app/db.py", "x = 1\n"),
            ("api/main.py", "import helpers\n"),
            ("api/helpers.py", ""),
            ("main.py", ""),
        ]);
        let sources = Sources::read(&tree, Utf8Path::new(""), &[]);
        let names: Vec<_> =
            sources.files.iter().map(|source| (source.path.as_str(), source.root.as_str(), source.module.as_str())).collect();
        assert_eq!(
            names,
            [
                ("api/helpers.py", "", "api.helpers"),
                ("api/main.py", "api", "main"),
                ("app/db.py", "", "app.db"),
                ("app/main.py", "", "app.main"),
                ("main.py", "", "main"),
                ("src/pkg/__init__.py", "src", "pkg"),
                ("src/pkg/core.py", "src", "pkg.core"),
            ]
        );
        assert!(sources.function("pkg.run").is_some());
    }
}
