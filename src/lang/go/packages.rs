//! The packages of a project, read when they are first asked for, and what a main package reaches of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use camino::{Utf8Path, Utf8PathBuf};

use super::head::{Head, head};
use super::observe::{Package, Reach, Source};
use super::workspace::{Workspace, is_not_ours};
use crate::evidence::{Evidence, Rule, Span};
use crate::tree::Tree;
use crate::tree::path::inside;

/// Words of which a file that listens has at least one.
const LISTENING: [&str; 6] = ["Listen", "Serve", ".Run", ".Start", "Spin", "Address"];

const MAIN: Rule = Rule::parsed("go.main", "this is a program");

/// All directories with Go files, and their packages as far as they were read.
pub struct Packages<'t> {
    tree: &'t Tree,
    tags: Vec<String>,
    directories: BTreeMap<&'t Utf8Path, Directory<'t>>,
}

struct Directory<'t> {
    paths: Vec<&'t Utf8Path>,
    files: OnceLock<Vec<File<'t>>>,
    package: OnceLock<Option<Package<'t>>>,
}

/// A file whose head was read: what it imports is known, and what it does is not.
struct File<'t> {
    path: &'t Utf8Path,
    text: &'t str,
    head: Head<'t>,
}

impl Directory<'_> {
    fn new() -> Self {
        Self { paths: Vec::new(), files: OnceLock::new(), package: OnceLock::new() }
    }
}

/// A package that is a program.
#[derive(Debug)]
pub struct Main {
    /// Its directory.
    pub directory: Utf8PathBuf,
    /// Its `func main`.
    pub evidence: Evidence,
}

impl<'t> Packages<'t> {
    /// Lists the directories; reads nothing yet.
    #[must_use]
    pub fn of(tree: &'t Tree, tags: &[String]) -> Self {
        let mut directories: BTreeMap<&Utf8Path, Directory<'_>> = BTreeMap::new();
        for path in tree.paths() {
            let name = path.as_str();
            if name.ends_with(".go") && !name.ends_with("_test.go") && !name.split('/').any(is_not_ours) {
                let directory = path.parent().unwrap_or(Utf8Path::new(""));
                directories.entry(directory).or_insert_with(Directory::new).paths.push(path);
            }
        }
        Self { tree, tags: tags.to_vec(), directories }
    }

    /// Whether there is a package's directory.
    #[must_use]
    pub fn has(&self, directory: &Utf8Path) -> bool {
        self.directories.contains_key(directory)
    }

    /// All programs: packages `main` with a `func main`, in the order of their directories.
    pub fn mains(&self, workspace: &Workspace) -> Vec<Main> {
        // one file tells a directory's package; the rest is read only where it is `main`
        let firsts: Vec<_> = self.directories.values().filter_map(|directory| directory.paths.first().copied()).collect();
        self.tree.read_ahead(&firsts);
        let may_be_main =
            |directory: &Directory<'_>| directory.paths.iter().find_map(|path| self.name_in(path)).is_some_and(|name| name == "main");
        let candidates: Vec<_> = self.directories.iter().filter(|(_, directory)| may_be_main(directory)).map(|(path, _)| *path).collect();
        candidates.into_iter().filter_map(|directory| self.main_in(directory, workspace)).collect()
    }

    fn name_in(&self, path: &Utf8Path) -> Option<&'t str> {
        let head = head(path, self.tree.text(path).ok()?, &self.tags)?;
        head.builds.ever().then_some(head.package)
    }

    fn main_in(&self, directory: &Utf8Path, workspace: &Workspace) -> Option<Main> {
        workspace.holding(directory)?;
        let package = self.package(directory, workspace)?;
        package.files.iter().find_map(|source| {
            let function = source.read.outline.functions.iter().find(|function| function.name == "main" && function.inside.is_none())?;
            let span = Span::of(source.text, function.at.start as usize, function.at.end as usize);
            Some(Main { directory: directory.to_owned(), evidence: Evidence::at(source.path, span, MAIN, "func main()") })
        })
    }

    /// The files of the package in `directory`, their heads read.
    fn files(&self, directory: &Utf8Path) -> &[File<'t>] {
        let Some(found) = self.directories.get(directory) else { return &[] };
        found.files.get_or_init(|| {
            let file = |path: &&'t Utf8Path| {
                let text = self.tree.text(path).ok()?;
                let head = head(path, text, &self.tags).filter(|head| head.builds.ever())?;
                Some(File { path, text, head })
            };
            let mut files: Vec<File<'_>> = found.paths.iter().filter_map(file).collect();
            // a directory holds one package; files of another are documentation or tools that lack their build tag
            let main = files.iter().any(|file| file.head.package == "main");
            let name = if main { "main" } else { files.first().map_or("", |file| file.head.package) };
            files.retain(|file| file.head.package == name);
            files
        })
    }

    /// The package in `directory`, read whole.
    pub fn package(&self, directory: &Utf8Path, workspace: &Workspace) -> Option<&Package<'t>> {
        let found = self.directories.get(directory)?;
        found.package.get_or_init(|| self.read(directory, workspace)).as_ref()
    }

    fn read(&self, directory: &Utf8Path, workspace: &Workspace) -> Option<Package<'t>> {
        let files = self.files(directory);
        let name = files.first()?.head.package.to_owned();
        let module = workspace.holding(directory)?;
        let rest = directory.strip_prefix(&module.directory).unwrap_or(directory);
        let import_path = if rest.as_str().is_empty() { module.path.clone() } else { format!("{}/{rest}", module.path) };
        let files = files.iter().map(|file| Source::read(file.path, file.text, file.head.clone(), &import_path)).collect();
        Some(Package { import_path, name, files })
    }

    /// The directories of the packages that `main` reaches, its own first, breadth first.
    fn reached(&self, main: &Utf8Path, module: &Utf8Path, workspace: &Workspace) -> Vec<Utf8PathBuf> {
        let (mut reached, mut seen) = (Vec::new(), BTreeSet::from([main.to_owned()]));
        let mut level = vec![main.to_owned()];
        while !level.is_empty() {
            let paths: Vec<_> = level
                .iter()
                .filter_map(|directory| self.directories.get(directory.as_path()))
                .flat_map(|found| found.paths.iter().copied())
                .collect();
            self.tree.read_ahead(&paths);
            let imports = level.iter().flat_map(|directory| self.files(directory)).flat_map(|file| &file.head.imports);
            let next = imports
                .filter_map(|import| self.resolve(import.path, module, workspace))
                .filter(|target| seen.insert(target.clone()))
                .collect();
            reached.append(&mut level);
            level = next;
        }
        reached
    }

    /// The main package in `main` and everything of the project that it reaches.
    pub fn reach(&self, main: &Utf8Path, workspace: &Workspace) -> Reach<'_> {
        let module = workspace.holding(main).map(|module| module.directory.clone()).unwrap_or_default();
        let packages = self.reached(main, &module, workspace).iter().filter_map(|directory| self.package(directory, workspace)).collect();
        Reach { main: main.to_owned(), module, packages }
    }

    /// Whether a word in what `main` reaches makes it worth a closer look for a call that listens.
    pub fn may_listen(&self, main: &Utf8Path, workspace: &Workspace) -> bool {
        let module = workspace.holding(main).map(|module| module.directory.clone()).unwrap_or_default();
        let telling = |file: &File<'_>| LISTENING.iter().any(|word| file.text.contains(word));
        self.reached(main, &module, workspace).iter().any(|directory| self.files(directory).iter().any(telling))
    }

    /// The directory of a package of the project, by its import path: the module's own, a neighbour's, or one that `replace` names.
    pub fn resolve(&self, import: &str, from: &Utf8Path, workspace: &Workspace) -> Option<Utf8PathBuf> {
        let module = workspace.in_directory(from)?;
        let replaced = module.file.replaces.iter().filter_map(|replace| {
            let rest = import.strip_prefix(replace.value.path.as_str())?;
            let rest = if rest.is_empty() { "" } else { rest.strip_prefix('/')? };
            let target = inside(from, replace.value.directory.as_ref()?)?;
            Some(if rest.is_empty() { target } else { target.join(rest) })
        });
        let neighbours = workspace.modules.iter().filter(|other| other.directory == from || workspace.binds(other));
        let mut own: Vec<_> = neighbours.filter_map(|module| Some((module.path.len(), module.directory_of(import)?))).collect();
        own.sort_by_key(|(length, _)| std::cmp::Reverse(*length));
        replaced.chain(own.into_iter().map(|(_, directory)| directory)).find(|directory| self.has(directory))
    }
}
