//! Who may read what the image holds: a checkout under `umask 077` has files of mode 0600, and COPY keeps that.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::joined::Joined;
use super::{Aside, Copy, IgnoreGroup, ShellLine, Staged};
use crate::context;
use crate::diagnostic::Diagnostic;
use crate::tree::Tree;

/// So many files are looked at: a checkout under another umask has them all alike.
const MOST: usize = 10_000;

/// Makes sources readable in the stages that they pass through, where those lie at `sources` in them. What a compiler or a package manager
/// writes is readable anyway.
pub(super) fn open_up(copies: &[Copy], sources: Option<&Utf8Path>, staging: &mut Vec<Staged>, joined: &mut Joined) {
    if let Some(sources) = sources {
        let build = line(copies.iter().filter(|copy| copy.from.as_deref() == Some("build")), sources);
        staging.splice(0..0, build.map(staged));
    }
    let trimmed = joined.trimmed.as_mut();
    if let Some(trimmed) = trimmed.filter(|_| copies.iter().any(|copy| copy.from.as_deref() == Some("sources"))) {
        trimmed.command = std::mem::take(&mut trimmed.command).and(ShellLine::of("find").path(&trimmed.path).then(REST));
    }
    for part in &mut joined.stages {
        let made = joined.run.iter().map(|(_, copy)| copy).filter(|copy| copy.from.as_deref() == Some(part.stage.as_str()));
        part.staging.extend(line(made, Utf8Path::new("/")).map(staged));
    }
}

/// Only what is closed is changed: a change of mode costs a copy of the file.
const REST: &str = "! -perm -444 -exec chmod a+rX {} +";

fn staged(command: ShellLine) -> Staged {
    Staged { comment: "readable whatever the umask of the checkout".into(), command }
}

/// What lies below `sources` and is copied.
fn line<'a>(copies: impl Iterator<Item = &'a Copy>, sources: &Utf8Path) -> Option<ShellLine> {
    let is_fetched = |path: &Utf8Path| path.components().any(|part| part.as_str() == "node_modules");
    let paths: BTreeSet<&Utf8Path> = copies
        .flat_map(|copy| &copy.sources)
        .map(|source| Utf8Path::new(source.trim_end_matches('/')))
        .filter(|path| path.starts_with(sources) && !is_fetched(path))
        .collect();
    let outer: Vec<_> = paths.iter().filter(|path| !path.ancestors().skip(1).any(|above| paths.contains(above))).collect();
    (!outer.is_empty()).then(|| outer.into_iter().fold(ShellLine::of("find"), ShellLine::path).then(REST))
}

/// Says which files the image takes right out of the build context and its user cannot read.
pub(super) fn closed(tree: &Tree, ignore: &[IgnoreGroup], copies: &[Copy], asides: &[Aside]) -> Option<Diagnostic> {
    let direct = copies.iter().chain(asides.iter().map(|aside| &aside.copy)).filter(|copy| copy.from.is_none());
    let sources: BTreeSet<Utf8PathBuf> = direct.flat_map(|copy| &copy.sources).map(crate::tree::path::normal).collect();
    let sent = context::sent(ignore);
    let directories = |source: &Utf8PathBuf| {
        let below = tree.directories().filter(|directory| directory.starts_with(source)).map(Utf8Path::to_owned);
        below.collect::<Vec<_>>()
    };
    let files = |source: &Utf8PathBuf| {
        if tree.has(source) { vec![source.clone()] } else { tree.below(source).map(Utf8Path::to_owned).collect() }
    };
    let all = sources.iter().flat_map(|source| files(source).into_iter().chain(directories(source)));
    let mut closed: Vec<Utf8PathBuf> = all.take(MOST).filter(|path| sent(path) && tree.is_closed(path)).collect();
    closed.sort();
    closed.dedup();
    let first = closed.first()?;
    let more = if closed.len() > 1 { format!(" and {} more", closed.len() - 1) } else { String::new() };
    let message = format!("only its owner may read `{first}`{more}, and the image's user is another: COPY keeps the mode");
    Some(Diagnostic::warning("context::mode", message).help("`chmod -R a+rX .` before the build; `umask 022` before the next checkout"))
}
