//! One parallel walk over a directory, with limits that are said when they are met.

use std::sync::{Arc, Mutex};
use std::thread::available_parallelism;

use camino::{Utf8Path, Utf8PathBuf};
use ignore::gitignore::Gitignore;
use ignore::{DirEntry, WalkBuilder, WalkState};

use super::{Kind, guard};
use crate::diagnostic::{Diagnostic, Result};

/// The project's own words on what imggen shall not look at; it holds for what git tracks as well.
pub(super) const OWN_IGNORE_FILE: &str = ".imggenignore";

/// Deeper directories are not looked into: nothing that people write by hand nests so far, generated and hostile trees do.
const DEPTH_LIMIT: usize = 64;

/// The walk ends after this many files: ten times the largest monorepos that a build context is sent from.
const FILE_LIMIT: usize = 2_000_000;

/// So many files are walked over one after another before it is worth to start threads, and to start over.
const ALONE: usize = 2_000;

/// How files begin that imggen lays down beside those that it writes, and that only a killed run leaves.
pub const TEMPORARY: &str = ".imggen-";

/// Directories that hold what tools made or fetched, even where no ignore file names them.
const NEVER_SOURCES: [&str; 8] = [".git", ".hg", ".svn", PACKAGES, "__pycache__", ".venv", ".gradle", ".terraform"];

/// Where packages are installed. One that `.gitignore` lets in holds sources all the same: `!packages/node_modules`.
pub(crate) const PACKAGES: &str = "node_modules";

/// Where Go keeps its programs. A line of `.gitignore` that is meant for the program `api` names the directory `cmd/api` as well. Git
/// keeps what it tracks all the same; where there is no index to tell, what is source there counts as tracked.
const PROGRAMS: (&str, &str) = ("cmd", "go");

#[derive(Default)]
pub(super) struct Found {
    /// By their paths' bytes.
    pub(super) entries: Vec<(Utf8PathBuf, Kind)>,
    /// What git tracks, where an index says so; by bytes, too.
    pub(super) tracked: Option<Vec<Utf8PathBuf>>,
    /// Those of the entries that `.gitignore` names.
    pub(super) tracked_though_ignored: Vec<Utf8PathBuf>,
    pub(super) notes: Vec<Diagnostic>,
}

pub(super) fn walk(root: &Utf8Path) -> Result<Found> {
    std::fs::read_dir(root).map_err(|error| {
        Diagnostic::error("tree::no-directory", format!("`{root}` cannot be looked at: {error}")).help("name a project's directory")
    })?;
    let refused = Refused::default();
    refused.look(root, root);
    let mut found =
        if refused.is_empty() { gather(root, builder(root, &refused).git_ignore(true).require_git(false)) } else { Found::default() };
    refused.first()?;
    found.entries.sort_unstable_by(|(a, _), (b, _)| a.as_str().cmp(b.as_str()));
    let is_new = |path: &Utf8Path| found.entries.binary_search_by(|(known, _)| known.as_str().cmp(path.as_str())).is_err();
    found.tracked = super::index::tracked(root);
    let mut missed = match &found.tracked {
        Some(tracked) => on_disk(root, tracked.iter().filter(|path| is_new(path))),
        None => programs(root).into_iter().filter(|(path, _)| is_new(path)).collect(),
    };
    missed.sort();
    missed.dedup();
    found.tracked_though_ignored = missed.iter().map(|(path, _)| path.clone()).collect();
    found.entries.append(&mut missed);
    found.notes.sort_by(|a, b| a.message.cmp(&b.message));
    found.notes.dedup();
    Ok(found)
}

/// Ignore files that must not be read, which ends the work: without them nobody knows what is part of the project.
#[derive(Clone, Default)]
struct Refused(Arc<Mutex<Vec<Diagnostic>>>);

impl Refused {
    /// Whether all ignore files of `directory` may be read.
    fn look(&self, root: &Utf8Path, directory: &Utf8Path) -> bool {
        let found = guard::refused(root, directory);
        let plain = found.is_none();
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).extend(found);
        plain
    }

    fn is_empty(&self) -> bool {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).is_empty()
    }

    fn first(&self) -> Result<()> {
        let mut found = std::mem::take(&mut *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        found.sort_by(|a, b| a.message.cmp(&b.message));
        found.into_iter().next().map_or(Ok(()), |error| Err(error.into()))
    }
}

/// Whether directories of this path hold what tools made or fetched.
fn is_made(ignore: &Gitignore, path: &Utf8Path) -> bool {
    let let_in = |name: &str| name == PACKAGES && ignore.matched(path, true).is_whitelist();
    path.file_name().is_some_and(|name| NEVER_SOURCES.contains(&name) && !let_in(name))
}

fn builder(root: &Utf8Path, refused: &Refused) -> WalkBuilder {
    let (at, refused) = (root.to_owned(), refused.clone());
    let (ignore, _) = Gitignore::new(root.join(".gitignore"));
    let mut builder = WalkBuilder::new(root);
    builder.standard_filters(false).add_custom_ignore_filename(OWN_IGNORE_FILE).max_depth(Some(DEPTH_LIMIT)).filter_entry(move |entry| {
        let leftover = entry.file_name().as_encoded_bytes().starts_with(TEMPORARY.as_bytes());
        let directory = entry.file_type().filter(std::fs::FileType::is_dir).and_then(|_| Utf8Path::from_path(entry.path()));
        let skipped = leftover || Utf8Path::from_path(entry.path()).is_some_and(|path| is_made(&ignore, path));
        // looked at here, as its ignore files are read when it is entered
        !skipped && directory.is_none_or(|directory| refused.look(&at, directory))
    });
    builder
}

fn gather(root: &Utf8Path, builder: &mut WalkBuilder) -> Found {
    alone(root, builder).unwrap_or_else(|| together(root, builder.threads(available_parallelism().map_or(1, usize::from))))
}

/// The walk without threads; nothing where there is much to walk over.
fn alone(root: &Utf8Path, builder: &WalkBuilder) -> Option<Found> {
    let found = Mutex::new(Found::default());
    let mut batch = Batch { found: &found, held: Found::default() };
    for entry in builder.build() {
        batch.take(root, entry);
        if batch.held.entries.len() > ALONE {
            return None;
        }
    }
    drop(batch);
    Some(found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner))
}

fn together(root: &Utf8Path, builder: &WalkBuilder) -> Found {
    let found = Mutex::new(Found::default());
    builder.build_parallel().run(|| {
        let mut batch = Batch { found: &found, held: Found::default() };
        Box::new(move |entry| batch.take(root, entry))
    });
    found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Those of the tracked files that are there and that nothing but `.gitignore` keeps out of the tree.
fn on_disk<'i>(root: &Utf8Path, tracked: impl Iterator<Item = &'i Utf8PathBuf>) -> Vec<(Utf8PathBuf, Kind)> {
    let (own, _) = Gitignore::new(root.join(OWN_IGNORE_FILE));
    let (ignore, _) = Gitignore::new(root.join(".gitignore"));
    let is_meant = |path: &Utf8Path| {
        path.components().count() <= DEPTH_LIMIT
            && !path.ancestors().any(|above| is_made(&ignore, &root.join(above)))
            && !own.matched_path_or_any_parents(path, false).is_ignore()
    };
    let kind = |path: &Utf8Path| match root.join(path).symlink_metadata().ok()?.file_type() {
        kind if kind.is_file() => Some(Kind::File),
        kind if kind.is_symlink() => Some(Kind::Link),
        _ => None,
    };
    tracked.filter(|path| is_meant(path)).filter_map(|path| Some((path.clone(), kind(path)?))).collect()
}

/// The sources among the programs, whether or not `.gitignore` names one of them; the tree lists each path once.
fn programs(root: &Utf8Path) -> Vec<(Utf8PathBuf, Kind)> {
    let (directory, extension) = PROGRAMS;
    let directory = root.join(directory);
    if !directory.is_dir() {
        return Vec::new();
    }
    let mut entries = gather(root, &mut builder(&directory, &Refused::default())).entries;
    entries.retain(|(path, _)| path.extension() == Some(extension));
    entries
}

/// One thread's finds, handed over when the thread is done.
struct Batch<'a> {
    found: &'a Mutex<Found>,
    held: Found,
}

impl Batch<'_> {
    fn take(&mut self, root: &Utf8Path, entry: std::result::Result<DirEntry, ignore::Error>) -> WalkState {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let why = error.to_string().replace(&format!("{root}/"), "").replace(root.as_str(), "the project");
                self.held.notes.push(Diagnostic::warning("tree::unreadable", format!("passed over: {why}")));
                return WalkState::Continue;
            }
        };
        let kind = match entry.file_type() {
            Some(kind) if kind.is_file() => Kind::File,
            Some(kind) if kind.is_symlink() => Kind::Link,
            Some(kind) if kind.is_dir() && entry.depth() == DEPTH_LIMIT => {
                let what = format!("directories more than {DEPTH_LIMIT} deep are not looked into");
                self.held.notes.push(Diagnostic::warning("tree::too-deep", what));
                return WalkState::Skip;
            }
            _ => return WalkState::Continue,
        };
        let relative = entry.path().strip_prefix(root).unwrap_or(entry.path());
        match Utf8PathBuf::from_path_buf(relative.to_owned()) {
            Ok(path) => self.held.entries.push((path, kind)),
            Err(path) => {
                let what = format!("passed over: the name of `{}` is not UTF-8", path.display());
                self.held.notes.push(Diagnostic::warning("tree::not-utf8", what));
            }
        }
        if self.held.entries.len() >= FILE_LIMIT {
            let what = format!("the project has more than {FILE_LIMIT} files; the rest is not looked at");
            self.held.notes.push(Diagnostic::warning("tree::too-many", what).help("name what is no source in `.imggenignore`"));
            return WalkState::Quit;
        }
        WalkState::Continue
    }
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        let mut found = self.found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        found.entries.append(&mut self.held.entries);
        found.notes.append(&mut self.held.notes);
    }
}
