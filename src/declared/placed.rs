//! Where a Dockerfile puts the project's files: what its COPY and ADD instructions take, stage by stage.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use parse_dockerfile::{Flag, Source};

use crate::command::{Line, Part, Word};
use crate::tree::Tree;
use crate::tree::path::{inside, normal, relative};

/// Where images that imggen writes have the project.
const OURS: &str = "/app";

/// What one stage holds of the project.
#[derive(Clone)]
pub(super) struct Placed<'t> {
    tree: &'t Tree,
    /// The directory that is asked about, from which files are copied, or the root where it is none of its own.
    directory: Utf8PathBuf,
    workdir: Utf8PathBuf,
    /// What ENV and ARG set.
    variables: BTreeMap<String, String>,
    /// A path in the image, and what of the tree is there.
    copies: Vec<(Utf8PathBuf, Utf8PathBuf)>,
}

impl<'t> Placed<'t> {
    pub(super) fn nothing(tree: &'t Tree, directory: &Utf8Path) -> Self {
        Self { tree, directory: directory.to_owned(), workdir: Utf8PathBuf::from("/"), variables: BTreeMap::new(), copies: Vec::new() }
    }

    pub(super) fn set(&mut self, name: &str, value: &str) {
        let value = self.expanded(value);
        self.variables.insert(name.to_owned(), value);
    }

    pub(super) fn work_in(&mut self, path: &str) {
        self.workdir = normal(self.workdir.join(self.expanded(path.trim_matches('"'))));
    }

    /// A text of the Dockerfile with what its variables hold.
    fn expanded(&self, text: &str) -> String {
        if !text.contains('$') {
            return text.to_owned();
        }
        let word = Line::parse(text).commands.into_iter().next().and_then(|(_, command)| command.words.into_iter().next());
        let part = |part: Part| match part {
            Part::Literal(text) | Part::Shell(text) => text,
            Part::Port { default } => self.variables.get("PORT").cloned().or(default.map(|port| port.to_string())).unwrap_or_default(),
            Part::Variable { name, default } => self.variables.get(&name).cloned().or(default).unwrap_or_default(),
        };
        word.map_or_else(String::new, |word| word.parts.into_iter().map(part).collect())
    }

    /// Takes files down that an instruction copies, of the context or of another stage.
    pub(super) fn copy(&mut self, other: Option<&Self>, sources: &[Source<'_>], to: &str) {
        let paths: Vec<&str> =
            sources.iter().filter_map(|source| if let Source::Path(path) = source { Some(&*path.value) } else { None }).collect();
        let to = self.expanded(to);
        let into = normal(self.workdir.join(&to));
        let is_directory = to.ends_with('/') || to == "." || paths.len() > 1;
        for path in paths {
            let Some(source) = self.taken(other, &self.expanded(path)) else { continue };
            let name = source.file_name().filter(|_| is_directory && self.tree.has(&source));
            self.copies.push((name.map_or_else(|| into.clone(), |name| into.join(name)), source));
        }
    }

    /// What of the tree an instruction takes by this path.
    fn taken(&self, other: Option<&Self>, path: &str) -> Option<Utf8PathBuf> {
        if let Some(other) = other {
            return other.source(&Utf8Path::new("/").join(path));
        }
        let path = path.trim_start_matches('/');
        let mut there = [self.directory.as_path(), Utf8Path::new("")].into_iter().filter_map(|base| inside(base, path));
        there.find(|path| self.is_there(path))
    }

    fn is_there(&self, path: &Utf8Path) -> bool {
        self.tree.has(path) || self.tree.has_directory(path)
    }

    /// What of the tree lies at an absolute path.
    pub(super) fn source(&self, path: &Utf8Path) -> Option<Utf8PathBuf> {
        let path = normal(path);
        let below = |(at, source): &(Utf8PathBuf, Utf8PathBuf)| {
            let rest = path.strip_prefix(at).ok()?;
            let found = if rest.as_str().is_empty() { source.clone() } else { source.join(rest) };
            self.is_there(&found).then_some(found)
        };
        self.copies.iter().rev().find_map(below)
    }

    /// The directory of the tree that it works in, where it is one.
    pub(super) fn around(&self) -> Option<Utf8PathBuf> {
        self.source(&self.workdir).filter(|directory| self.tree.has_directory(directory))
    }

    /// The directory in which it has the project, where that is another than in an image of ours.
    pub(super) fn home(&self) -> Option<Utf8PathBuf> {
        let whole = |(at, source): &&(Utf8PathBuf, Utf8PathBuf)| *source == self.directory && at != "/" && at != OURS;
        self.copies.iter().rev().find(whole).map(|(at, _)| at.clone())
    }

    /// The word as an image of ours has it: a path of the project's by where it lies there, seen from `around`.
    pub(super) fn located(&self, word: &Word, around: &Utf8Path) -> Word {
        let Some(text) = word.text() else { return word.clone() };
        let (option, path) = match text.split_once('=') {
            Some((option, path)) if option.starts_with('-') => (Some(option), path),
            _ => (None, text),
        };
        let located = Some(path).filter(|path| path.starts_with('/') && path.len() > 1).and_then(|path| {
            let source = self.source(Utf8Path::new(path))?;
            let same = Utf8Path::new(path).strip_prefix(OURS).is_ok_and(|inside| inside == source);
            (!same).then(|| seen(around, &source))
        });
        let Some(located) = located else { return word.clone() };
        Word { parts: vec![Part::Literal(option.map_or_else(|| located.clone(), |option| format!("{option}={located}")))] }
    }
}

/// A path as a program names it that is started in `around`: never a bare name, which would be looked for in PATH.
fn seen(around: &Utf8Path, source: &Utf8Path) -> String {
    let path = relative(around, source);
    match path.as_str() {
        "" => ".".to_owned(),
        path if path.contains('/') => path.to_owned(),
        path => format!("./{path}"),
    }
}

/// The stage that an instruction copies from, by name or number.
pub(super) fn from<'f>(options: &'f [Flag<'_>]) -> Option<&'f str> {
    let flag = options.iter().find(|flag| flag.name.value == "from")?;
    flag.value.as_ref().map(|value| &*value.value)
}
