//! Where a program may write: its working directory, which takes new files as `/tmp` does, and directories that belong to its user.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

use super::draw::Taking;
use super::layout::Layout;
use super::{Aside, Blueprint, Copy, ShellLine};
use crate::choices::Choices;
use crate::diagnostic::Diagnostic;
use crate::layers::Chosen;

/// A directory that is written to, and where it is in the image.
pub(super) type Written<'l> = &'l (Chosen<String>, Utf8PathBuf);

/// The directories that the program writes to, by how they come to be in the image.
pub(super) struct Writing<'l> {
    /// The working directory, where it takes new files.
    pub(super) open: Option<&'l Utf8Path>,
    /// Inside of a tree that is copied whole.
    pub(super) in_tree: Vec<Written<'l>>,
    /// With files of the build context in them.
    pub(super) filled: Vec<Written<'l>>,
    /// Made for the image.
    pub(super) empty: Vec<Written<'l>>,
}

impl<'l> Writing<'l> {
    pub(super) fn of(
        choices: &Choices<'_>,
        layout: &'l Layout,
        blueprint: &Blueprint<Value>,
        is_filled: impl Fn(&Utf8Path) -> bool,
    ) -> Self {
        let mut all: Vec<_> = layout.writable.iter().filter(|(_, to)| !to.starts_with(TEMPORARY)).collect();
        all.sort_by(|a, b| a.1.cmp(&b.1));
        all.dedup_by(|a, b| a.1 == b.1);
        let workdir = layout.workdir.as_deref().filter(|workdir| workdir.starts_with("/app"));
        let is_seen = all.iter().any(|(_, to)| Some(to.as_path()) == workdir);
        // an empty list says that it writes nowhere
        let set = choices.layers.iter().find_map(|layer| layer.settings().writable.as_deref());
        let is_closed = set.is_some_and(<[String]>::is_empty);
        let open = workdir.filter(|_| (is_seen || layout.interpreted) && !is_closed && blueprint.setting.web.is_none());
        let tree = blueprint.setting.tree.as_deref();
        let (in_tree, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, to)| tree.is_some_and(|tree| to.starts_with(tree)));
        let (filled, mut empty): (Vec<_>, Vec<_>) = rest.into_iter().partition(|(_, to)| is_filled(to));
        empty.retain(|(_, to)| Some(to.as_path()) != open);
        Self { open, in_tree, filled, empty }
    }
}

/// The user, with the group that every user has on platforms that choose the user themselves.
pub(super) fn owner(user: &str) -> String {
    format!("{}:0", user.split(':').next().unwrap_or(user))
}

/// Where directories lie apart that belong to the user, relative to the working directory.
const WRITABLE: &str = "/writable";

/// Where what goes into `parent` lies apart: what goes to the root has a place of its own, for `/out` holds more.
fn apart(parent: &Utf8Path) -> &'static str {
    if parent == "/" { "/top" } else { "/out" }
}

/// The directory of the build stage that is copied to `parent`.
fn place_of(parent: &Utf8Path) -> String {
    if parent == "/" { apart(parent).to_owned() } else { format!("{}{parent}", apart(parent)) }
}

impl Taking {
    /// Makes directories that belong to the user. What is copied is the directory above each, for one that is copied onto keeps neither
    /// mode nor owner.
    pub(super) fn make_writable(&mut self, empty: &[Written<'_>], workdir: Option<&Utf8Path>, owner: &str) {
        if empty.is_empty() {
            return;
        }
        let (mut made, mut copies) = (Vec::new(), BTreeMap::new());
        for (_, to) in empty {
            if let Some(workdir) = workdir.filter(|workdir| to.starts_with(workdir) && to != workdir) {
                // a program that makes the one may write to what is above it as well
                let between = to.ancestors().take_while(|path| *path != workdir);
                made.extend(between.filter_map(|path| path.strip_prefix(workdir).ok()).map(|path| format!("{WRITABLE}/{path}")));
                copies.insert(workdir.to_owned(), WRITABLE.to_owned());
            } else {
                let parent = to.parent().unwrap_or(to);
                made.push(format!("{}{to}", apart(parent)));
                copies.insert(parent.to_owned(), place_of(parent));
            }
        }
        made.sort();
        made.dedup();
        let places = empty.iter().map(|(chosen, _)| written(chosen)).collect::<Vec<_>>().join(", ");
        let line = made.iter().fold(ShellLine::of("install -d -m 775"), super::text::ShellLine::path);
        self.stage(format!("it writes to {places}"), line);
        self.copies.extend(copies.into_iter().map(|(to, from)| Copy::stage("build", from, to.as_str()).owned(owner)));
    }

    /// Lays what the build context has of a written directory apart, for owner and group.
    pub(super) fn lay_aside(&mut self, chosen: &Chosen<String>, to: &Utf8Path, source: &str) {
        let aside = self.aside_of(to);
        self.stage(format!("its group may write to {to}, too"), ShellLine::of("chmod -R g=u").path(&aside));
        let comment = format!("it writes to {}, with files in it", written(chosen));
        self.aside.push(Aside { comment, copy: Copy::context(source, aside) });
    }

    /// The same with what the build stage has.
    pub(super) fn move_aside(&mut self, chosen: &Chosen<String>, to: &Utf8Path, source: &str) {
        let aside = self.aside_of(to);
        let above = Utf8Path::new(&aside).parent().unwrap_or(Utf8Path::new("/out"));
        self.stage(format!("it writes to {}", written(chosen)), ShellLine::of("install -d").path(above));
        self.stage("", ShellLine::of("mv").path(source).path(&aside));
        self.stage("", ShellLine::of("chmod -R g=u").path(&aside));
    }

    fn aside_of(&mut self, to: &Utf8Path) -> String {
        let parent = to.parent().unwrap_or(to);
        self.parents.insert(parent.to_owned());
        format!("{}{to}", apart(parent))
    }

    /// Takes what was laid aside.
    pub(super) fn take_aside(&mut self, owner: &str) {
        let parents = std::mem::take(&mut self.parents);
        self.copies.extend(parents.into_iter().map(|to| Copy::stage("build", place_of(&to), to.as_str()).owned(owner)));
    }

    /// Lets the group write to the files that lie right in a working directory which is written to; new ones it may make anyway.
    pub(super) fn share_files(&mut self, copy: &Copy) {
        for source in copy.sources.iter().filter(|_| copy.from.as_deref() == Some("build")) {
            let line = ShellLine::of("find").path(source).then("-maxdepth 1 -type f -exec chmod g=u {} +");
            self.stage("its group may write to files in it, too", line);
        }
    }

    /// Gives what is written to inside of the tree to the user. What nobody has yet is made beside the tree and copied onto it; what
    /// `is_there` in the project, or below such a directory, is handed over in the build stage: COPY keeps the owners of what another stage
    /// has, all but the owner and the mode of the directory that it is given. `takes` is what of the tree the image takes.
    pub(super) fn hand_over(
        &mut self,
        inside: &[Written<'_>],
        takes: &[Copy],
        tree: &Utf8Path,
        is_there: impl Fn(&Utf8Path) -> bool,
        owner: &str,
    ) {
        if inside.is_empty() {
            return;
        }
        let places = inside.iter().map(|(chosen, _)| written(chosen)).collect::<Vec<_>>().join(", ");
        let is_taken = |to: &Utf8Path| takes.iter().any(|copy| copy.from.as_deref() == Some("build") && to.starts_with(&copy.to));
        let is_new = |to: &Utf8Path| is_taken(to) && !up_to(tree, to).any(&is_there);
        let beside = |to: &Utf8Path| Utf8Path::new(WRITABLE).join(to.strip_prefix(tree).unwrap_or(to));
        let outer: Vec<_> = inside.iter().filter(|(_, to)| !inside.iter().any(|(_, above)| above != to && to.starts_with(above))).collect();
        let untaken: Vec<&Utf8Path> = outer.iter().map(|(_, to)| to.as_path()).filter(|to| !is_taken(to)).collect();
        let old: Vec<&Utf8Path> = outer.iter().map(|(_, to)| to.as_path()).filter(|to| !is_new(to)).collect();
        let mut made = BTreeSet::new();
        for (_, to) in inside {
            if is_new(to) {
                // a program that makes the one may write to what is above it as well
                made.extend(up_to(tree, to).map(beside));
            } else {
                made.insert(to.clone());
            }
        }
        made.extend(untaken.iter().map(|to| beside(to)));
        self.stage(format!("it writes to {places}"), made.iter().fold(ShellLine::of("install -d -m 775"), ShellLine::path));
        let handed: Vec<_> = old.iter().filter(|to| is_taken(to)).collect();
        if !handed.is_empty() {
            self.stage("", handed.into_iter().fold(ShellLine::of("chown -R").word(owner), ShellLine::path));
        }
        if !old.is_empty() {
            self.stage("", old.iter().fold(ShellLine::of("chmod -R g=u"), ShellLine::path));
        }
        if made.iter().any(|path| path.starts_with(WRITABLE)) {
            self.copies.push(Copy::stage("build", WRITABLE, tree.as_str()).owned(owner));
        }
        self.copies.extend(untaken.iter().map(|to| Copy::stage("build", to.as_str(), to.as_str()).owned(owner)));
    }
}

/// A directory inside of the tree, and those above it.
fn up_to<'p>(tree: &Utf8Path, directory: &'p Utf8Path) -> impl Iterator<Item = &'p Utf8Path> {
    directory.ancestors().take_while(move |path| *path != tree && path.starts_with(tree))
}

/// Where everybody may write anyway.
const TEMPORARY: &str = "/tmp";

impl Layout {
    /// The directories that hold its state, none of them inside another: what is written right into the working directory lies beside the
    /// program, and cannot be mounted without it; what parts make comes with the image.
    pub(super) fn volumes(&self, parts: &[Utf8PathBuf]) -> Vec<String> {
        let workdir = self.workdir.as_deref();
        let is_beside = |to: &Utf8Path| workdir.is_some_and(|workdir| workdir.starts_with(to));
        let mut all: Vec<_> = self.writable.iter().map(|(_, to)| to).filter(|to| !is_beside(to) && !to.starts_with(TEMPORARY)).collect();
        all.retain(|to| !parts.contains(to));
        all.sort();
        all.dedup_by(|to, above| to.starts_with(*above));
        all.into_iter().map(ToString::to_string).collect()
    }

    /// Whether it is seen to, or runs under what does: interpreters and virtual machines keep sockets, caches and uploads there.
    pub(super) fn writes_temporary_files(&self) -> bool {
        self.interpreted || self.writable.iter().any(|(_, to)| to.starts_with(TEMPORARY))
    }

    /// Says that new files in the working directory go with the container.
    pub(super) fn lost(&self) -> Option<Diagnostic> {
        let (written, workdir) = self.writable.iter().find(|(_, to)| Some(to.as_path()) == self.workdir.as_deref())?;
        let at = written.because.first()?;
        let note = Diagnostic::note("write::lost", "it writes new files into its working directory, and they go with the container");
        let note = note.because(at);
        Some(note.help(format!("mount what has to last: `docker run -v ./NAME:{workdir}/NAME ...`")))
    }
}

/// What is written to, in words, and where that is seen.
pub(super) fn written(chosen: &Chosen<String>) -> String {
    let name = match chosen.value.as_str() {
        "." => "its working directory",
        ".." => "the directory above its working directory",
        name => name,
    };
    match chosen.because.first() {
        Some(evidence) => format!("{name} ({})", evidence.file),
        None => format!("{name} (set)"),
    }
}
