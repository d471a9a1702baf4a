//! The project as it is looked at: names at once, contents when they are first asked for and then never again.
//!
//! The walk honours `.gitignore` and `.imggenignore` inside the root alone. What those hide does not exist here, so that a laptop
//! full of build outputs and a fresh checkout give the same tree; but what git tracks is there, whatever `.gitignore` says of it. Symbolic
//! links are listed; one that leads to a file of the project is read as that file, and no other is followed.

mod guard;
mod ignored;
mod index;
mod link;
pub mod path;
mod walk;

use std::collections::BTreeSet;
use std::sync::{Mutex, OnceLock, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use foldhash::HashMap;

pub(crate) use self::walk::PACKAGES;
pub use self::walk::TEMPORARY;

use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::Span;
use crate::read::file::{self, NotRead};

/// Files of more than this many bytes are not read: no manifest or source that people write is as large.
pub const READ_LIMIT: u64 = 16 * 1024 * 1024;

/// Documents in which people say how to start, build and deploy are smaller; a larger one is made by a machine, for others.
pub const BY_HAND: usize = 256 * 1024;

/// A project's files, sorted by path.
#[derive(Debug)]
pub struct Tree {
    root: Option<Utf8PathBuf>,
    entries: Vec<Entry>,
    directories: BTreeSet<Utf8PathBuf>,
    /// Sorted by bytes; nothing where no index tells: what is here counts as tracked then.
    tracked: Option<Vec<Utf8PathBuf>>,
    tracked_though_ignored: Vec<Utf8PathBuf>,
    notes: Vec<Diagnostic>,
    /// Where the files of each name stand among the entries, once somebody asked.
    names: OnceLock<HashMap<Box<str>, Vec<usize>>>,
    /// What somebody wanted to read that is too large to be written by hand.
    passed_over: Mutex<BTreeSet<Utf8PathBuf>>,
}

/// The paths below a directory; see [`Tree::below`].
#[derive(Clone, Debug)]
pub(crate) struct Below<'a>(std::slice::Iter<'a, Entry>);

impl<'a> Iterator for Below<'a> {
    type Item = &'a Utf8Path;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|entry| entry.path.as_path())
    }
}

#[derive(Clone, Debug)]
struct Entry {
    path: Utf8PathBuf,
    kind: Kind,
    text: OnceLock<Result<Box<str>, Unreadable>>,
}

/// What an entry of the tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A plain file.
    File,
    /// A symbolic link, which is copied into images as it is and never read here.
    Link,
}

/// Why a file's text cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// There is no such file.
    Missing,
    /// It is a symbolic link.
    Link,
    /// It has more bytes than [`READ_LIMIT`].
    TooLarge,
    /// It is not UTF-8; the line (from 1) where that shows.
    NotUtf8(usize),
    /// The system refused, in its words.
    Refused(String),
}

impl Unreadable {
    /// The error to show when `path` has to be read and cannot be.
    #[must_use]
    pub fn about(&self, path: &Utf8Path) -> Diagnostic {
        let error = |message: String| Diagnostic::error("tree::unreadable", message);
        match self {
            Unreadable::Missing => error(format!("`{path}` is not there")).at(path, None, "looked for here"),
            Unreadable::Link => error(format!("`{path}` is a symbolic link to no file of the project, and imggen does not follow it"))
                .at(path, None, "this is a link")
                .help("put the file itself there"),
            Unreadable::TooLarge => error(format!("`{path}` is larger than {} MiB, more than imggen reads", READ_LIMIT / 1024 / 1024))
                .at(path, None, "too large")
                .help("if it is no part of the program, name it in `.imggenignore`"),
            Unreadable::NotUtf8(line) => error(format!("`{path}` is not UTF-8 text"))
                .at(path, Some(Span { line: u32::try_from(*line).unwrap_or(u32::MAX), column: 1, length: 1 }), "bytes that are not UTF-8")
                .help("save it as UTF-8"),
            Unreadable::Refused(why) => error(format!("`{path}` cannot be read: {why}")).at(path, None, "refused by the system"),
        }
    }
}

impl Tree {
    /// Looks at the directory `root`.
    ///
    /// # Errors
    /// When `root` is no directory or cannot be listed. What cannot be listed further down is a note of the tree.
    pub fn open(root: impl Into<Utf8PathBuf>) -> Result<Self> {
        let root = root.into();
        let found = walk::walk(&root)?;
        let mut tree = Self::build(
            Some(root),
            found.entries.into_iter().map(|(path, kind)| Entry { path, kind, text: OnceLock::new() }).collect(),
            found.notes,
        );
        tree.tracked = found.tracked;
        tree.tracked_though_ignored = found.tracked_though_ignored;
        Ok(tree)
    }

    /// A tree of files that are held in memory. Ignore files have no effect: whoever passes a file means it, as if git tracked it.
    pub fn from_memory<P: Into<Utf8PathBuf>, C: Into<String>>(files: impl IntoIterator<Item = (P, C)>) -> Self {
        let entry = |(path, content): (P, C)| {
            let text = OnceLock::from(Ok(strip_bom(content.into()).into_boxed_str()));
            Entry { path: path.into(), kind: Kind::File, text }
        };
        let mut tree = Self::build(None, files.into_iter().map(entry).collect(), Vec::new());
        tree.tracked_though_ignored = ignored::ignored(&tree);
        tree
    }

    fn build(root: Option<Utf8PathBuf>, mut entries: Vec<Entry>, notes: Vec<Diagnostic>) -> Self {
        // by bytes and not by component, so that all of a directory stands together and is found by its prefix
        entries.sort_unstable_by(|a, b| a.path.as_str().cmp(b.path.as_str()));
        entries.dedup_by(|a, b| a.path == b.path);
        let mut directories = BTreeSet::new();
        let mut last = Utf8Path::new("");
        for entry in &entries {
            let Some(parent) = entry.path.parent() else { continue };
            if parent != last {
                for ancestor in parent.ancestors() {
                    if ancestor.as_str().is_empty() || !directories.insert(ancestor.to_owned()) {
                        break;
                    }
                }
                last = parent;
            }
        }
        let (names, passed_over) = (OnceLock::new(), Mutex::default());
        Self { root, entries, directories, tracked: None, tracked_though_ignored: Vec::new(), notes, names, passed_over }
    }

    /// The same tree as if these files were not there.
    #[must_use]
    pub(crate) fn without(&self, gone: &[Utf8PathBuf]) -> Self {
        let entries = self.entries.iter().filter(|entry| !gone.contains(&entry.path)).cloned().collect();
        let mut tree = Self::build(self.root.clone(), entries, self.notes.clone());
        tree.tracked.clone_from(&self.tracked);
        tree.tracked_though_ignored = self.tracked_though_ignored.iter().filter(|path| !gone.contains(path)).cloned().collect();
        tree
    }

    /// The same tree with this text in a file, whether it is there or not.
    #[must_use]
    pub(crate) fn with(&self, path: &Utf8Path, text: String) -> Self {
        let mut tree = self.without(&[path.to_owned()]);
        let text = OnceLock::from(Ok(strip_bom(text).into_boxed_str()));
        let place = tree.entries.partition_point(|entry| entry.path.as_str() < path.as_str());
        tree.entries.insert(place, Entry { path: path.to_owned(), kind: Kind::File, text });
        tree
    }

    /// Whether git tracks the file; without an index, whatever is here counts as tracked.
    pub(crate) fn is_tracked(&self, path: impl AsRef<Utf8Path>) -> bool {
        let path = path.as_ref().as_str();
        self.tracked.as_ref().is_none_or(|tracked| tracked.binary_search_by(|known| known.as_str().cmp(path)).is_ok())
    }

    /// Whether a git index tells what is tracked. Files that are held in memory are meant as they are, as if one did.
    #[must_use]
    pub fn has_index(&self) -> bool {
        self.tracked.is_some() || self.root.is_none()
    }

    /// The files here that `.gitignore` names all the same, sorted: git tracks them.
    #[must_use]
    pub(crate) fn tracked_though_ignored(&self) -> &[Utf8PathBuf] {
        &self.tracked_though_ignored
    }

    /// What was passed over while looking: unreadable directories, names that are not UTF-8, limits that were met.
    #[must_use]
    pub fn notes(&self) -> &[Diagnostic] {
        &self.notes
    }

    /// All paths, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &Utf8Path> {
        self.entries.iter().map(|entry| entry.path.as_path())
    }

    /// The files of these names, wherever they lie, sorted.
    pub(crate) fn named(&self, names: &[&str]) -> std::vec::IntoIter<&Utf8Path> {
        self.at(names.iter().filter_map(|name| self.names().get(*name)).flatten())
    }

    /// The files whose names are such, wherever they lie, sorted. A name that many have is asked about once.
    pub(crate) fn called(&self, is_such: impl Fn(&str) -> bool) -> std::vec::IntoIter<&Utf8Path> {
        self.at(self.names().iter().filter(|(name, _)| is_such(name)).flat_map(|(_, places)| places))
    }

    fn at<'p>(&self, places: impl Iterator<Item = &'p usize>) -> std::vec::IntoIter<&Utf8Path> {
        let mut found: Vec<usize> = places.copied().collect();
        found.sort_unstable();
        found.into_iter().map(|place| self.entries[place].path.as_path()).collect::<Vec<_>>().into_iter()
    }

    fn names(&self) -> &HashMap<Box<str>, Vec<usize>> {
        self.names.get_or_init(|| {
            let mut known: HashMap<Box<str>, Vec<usize>> = HashMap::default();
            for (place, entry) in self.entries.iter().enumerate() {
                let name = entry.path.as_str().rsplit('/').next().unwrap_or_default();
                match known.get_mut(name) {
                    Some(places) => places.push(place),
                    None => _ = known.insert(name.into(), vec![place]),
                }
            }
            known
        })
    }

    /// Whether `path` is a file or a link here. The path is relative to the root.
    pub fn has(&self, path: impl AsRef<Utf8Path>) -> bool {
        self.find(path.as_ref()).is_some()
    }

    /// Whether `path` is a directory with at least one file somewhere below it. The root, an empty path, is.
    pub(crate) fn has_directory(&self, path: impl AsRef<Utf8Path>) -> bool {
        let path = path.as_ref();
        path.as_str().is_empty() || path == "." || self.directories.contains(path)
    }

    /// All paths below `directory`, however deep; the root is an empty path.
    pub(crate) fn below(&self, directory: impl AsRef<Utf8Path>) -> Below<'_> {
        Below(self.entries_below(&prefix(directory.as_ref())).iter())
    }

    /// The files directly in `directory`. What lies deeper is stepped over, however much it is.
    pub(crate) fn files_in(&self, directory: impl AsRef<Utf8Path>) -> impl Iterator<Item = &Utf8Path> {
        let prefix = prefix(directory.as_ref());
        let mut rest = self.entries_below(&prefix);
        std::iter::from_fn(move || {
            loop {
                let (first, behind) = rest.split_first()?;
                let path = first.path.as_str();
                let Some(end) = path[prefix.len()..].find('/') else {
                    rest = behind;
                    return Some(first.path.as_path());
                };
                rest = &rest[length_of(rest, &path[..=prefix.len() + end])..];
            }
        })
    }

    fn entries_below(&self, prefix: &str) -> &[Entry] {
        let start = self.entries.partition_point(|entry| entry.path.as_str() < prefix);
        let found = &self.entries[start..];
        &found[..length_of(found, prefix)]
    }

    /// All directories, sorted; the root is not among them.
    pub(crate) fn directories(&self) -> impl Iterator<Item = &Utf8Path> {
        self.directories.iter().map(Utf8PathBuf::as_path)
    }

    /// The text of `path`, without a byte order mark, line ends as they are.
    ///
    /// # Errors
    /// Says why there is no text; [`Unreadable::about`] makes it a diagnostic.
    pub(crate) fn text(&self, path: impl AsRef<Utf8Path>) -> Result<&str, Unreadable> {
        let entry = self.find(path.as_ref()).ok_or(Unreadable::Missing)?;
        entry.text.get_or_init(|| self.load(entry)).as_deref().map_err(Clone::clone)
    }

    /// The text of a manifest that has to be readable when it is there: nothing when it is not.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub(crate) fn manifest(&self, path: impl AsRef<Utf8Path>) -> Result<Option<&str>> {
        match self.text(path.as_ref()) {
            Ok(text) => Ok(Some(text)),
            Err(Unreadable::Missing) => Ok(None),
            Err(why) => Err(why.about(path.as_ref()).into()),
        }
    }

    /// The text of a document that people write by hand. One that is larger is passed over, and said in [`Tree::passed_over`].
    pub(crate) fn by_hand(&self, path: impl AsRef<Utf8Path>) -> Option<&str> {
        let text = self.text(path.as_ref()).ok()?;
        if text.len() > BY_HAND {
            self.passed_over.lock().unwrap_or_else(PoisonError::into_inner).insert(path.as_ref().to_owned());
            return None;
        }
        Some(text)
    }

    /// What is too large to be read as a document of people's, and was wanted.
    #[must_use]
    pub(crate) fn passed_over(&self) -> Option<Diagnostic> {
        let files = self.passed_over.lock().unwrap_or_else(PoisonError::into_inner);
        let first = files.first()?;
        let message = format!("`{first}` is larger than {} KiB, more than people write by hand, and is not read", BY_HAND / 1024);
        let more = files.iter().skip(1).map(|file| format!("nor is `{file}`"));
        Some(more.fold(Diagnostic::warning("tree::passed-over", message).at(first, None, "too large"), Diagnostic::info))
    }

    /// Reads many files on all cores, so that [`Tree::text`] finds them read.
    pub(crate) fn read_ahead(&self, paths: &[&Utf8Path]) {
        const WORTH_A_THREAD: usize = 64;
        let worth = paths.len() / WORTH_A_THREAD + 1;
        if worth == 1 {
            return;
        }
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(worth);
        std::thread::scope(|scope| {
            for chunk in paths.chunks(paths.len().div_ceil(threads)) {
                scope.spawn(move || chunk.iter().for_each(|path| _ = self.text(path)));
            }
        });
    }

    /// The file that a link leads to. One that leads to another link, or out of the project, leads nowhere here, as in the builder.
    fn target(&self, root: &Utf8Path, link: &Utf8Path) -> Option<&Entry> {
        let target = root.join(link).read_link_utf8().ok()?;
        let path = path::inside(link.parent().unwrap_or(Utf8Path::new("")), &target)?;
        self.find(&path).filter(|entry| entry.kind == Kind::File)
    }

    /// Whether a file begins with these words, of which no more is read.
    pub(crate) fn begins(&self, path: impl AsRef<Utf8Path>, words: &str) -> bool {
        let Some(entry) = self.find(path.as_ref()) else { return false };
        match (entry.text.get(), &self.root) {
            (Some(text), _) => text.as_deref().is_ok_and(|text| text.starts_with(words)),
            (None, Some(root)) => entry.kind == Kind::File && file::begins(root.join(&entry.path), words),
            (None, None) => false,
        }
    }

    /// Whether this machine lets nobody but its owner, and perhaps his group, read a file or look into a directory.
    #[cfg(unix)]
    pub fn is_closed(&self, path: impl AsRef<Utf8Path>) -> bool {
        use std::os::unix::fs::PermissionsExt;
        let path = path.as_ref();
        let Some(root) = &self.root else { return false };
        let needed = if self.has_directory(path) { 0o005 } else { 0o004 };
        let found = root.join(path).symlink_metadata().ok().filter(|found| !found.is_symlink());
        found.is_some_and(|found| found.permissions().mode() & needed != needed)
    }

    /// Nothing is closed where files have no modes: the builder gets them as everybody's.
    #[cfg(not(unix))]
    pub fn is_closed(&self, _: impl AsRef<Utf8Path>) -> bool {
        false
    }

    fn find(&self, path: &Utf8Path) -> Option<&Entry> {
        let found = self.entries.binary_search_by(|entry| entry.path.as_str().cmp(path.as_str()));
        found.ok().map(|index| &self.entries[index])
    }

    fn load(&self, entry: &Entry) -> Result<Box<str>, Unreadable> {
        let Some(root) = &self.root else { return Err(Unreadable::Missing) };
        if entry.kind == Kind::Link {
            let target = self.target(root, &entry.path).ok_or(Unreadable::Link)?;
            return target.text.get_or_init(|| self.load(target)).clone();
        }
        let bytes = file::plain(root.join(&entry.path), READ_LIMIT).map_err(|why| match why {
            NotRead::Link => Unreadable::Link,
            NotRead::TooLarge => Unreadable::TooLarge,
            NotRead::NoFile | NotRead::Refused(_) => Unreadable::Refused(why.to_string()),
        })?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            Unreadable::NotUtf8(valid.split(|byte| *byte == b'\n').count())
        })?;
        Ok(strip_bom(text).into_boxed_str())
    }
}

/// What the paths in a directory begin with.
fn prefix(directory: &Utf8Path) -> String {
    let directory = directory.as_str();
    if directory.is_empty() || directory == "." { String::new() } else { format!("{directory}/") }
}

/// How many of these, from the first one on, begin with a prefix.
fn length_of(entries: &[Entry], prefix: &str) -> usize {
    entries.partition_point(|entry| entry.path.as_str().starts_with(prefix))
}

fn strip_bom(mut text: String) -> String {
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> Tree {
        Tree::from_memory([("go.mod", "\u{feff}module x"), ("cmd/a/main.go", ""), ("cmd-tools/x.go", ""), ("cmd.go", "")])
    }

    #[test]
    fn a_directory_is_found_by_its_prefix_and_not_by_its_neighbours() {
        let tree = tree();
        assert_eq!(tree.below("cmd").collect::<Vec<_>>(), ["cmd/a/main.go"]);
        assert_eq!(tree.files_in("").collect::<Vec<_>>(), ["cmd.go", "go.mod"]);
        assert!(tree.has_directory("cmd/a") && !tree.has_directory("cm") && tree.has_directory(""));
    }

    #[test]
    fn files_are_found_by_their_names() {
        let tree = tree();
        assert_eq!(tree.named(&["x.go", "main.go", "none"]).collect::<Vec<_>>(), ["cmd-tools/x.go", "cmd/a/main.go"]);
        assert_eq!(tree.called(|name| name.ends_with(".mod")).collect::<Vec<_>>(), ["go.mod"]);
        assert_eq!(tree.files_in("cmd/a").collect::<Vec<_>>(), ["cmd/a/main.go"]);
        assert_eq!(tree.files_in("cmd").next(), None);
    }

    #[test]
    fn a_byte_order_mark_is_no_text() {
        assert_eq!(tree().text("go.mod"), Ok("module x"));
        assert_eq!(tree().text("nothing"), Err(Unreadable::Missing));
    }
}
