//! What imggen once wrote of a file that was edited since: found by the hash in its header, in the project's history, or where the last
//! run kept it.

use std::env;
use std::fs;
use std::process::{Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};

use crate::change::{Change, Header, body, is_sealed_by};
use crate::read::file;
use crate::tree::READ_LIMIT;

/// Where a merge keeps what imggen would have written, which no commit holds then.
pub const KEPT: &str = ".imggen/written";
/// Older commits of a file are not looked at.
const COMMITS: &str = "200";
/// So many files are kept for a user ...
const MOST: usize = 500;
/// ... and so many more before the oldest go: not every run looks at them all.
const SLACK: usize = 100;

/// The body that imggen wrote of the file that `change` is about.
pub fn find(dir: &Utf8Path, change: &Change) -> Option<String> {
    let header = Header::find(&change.before.as_deref()?.replace("\r\n", "\n"))?;
    let fits = |text: String| Some(body(&text)).filter(|body| is_sealed_by(body, &header));
    let read = |path: Utf8PathBuf| file::text(file::plain(path, READ_LIMIT)).ok().and_then(fits);
    read(dir.join(KEPT).join(&change.path))
        .or_else(|| store().and_then(|store| read(store.join(&header.text))))
        .or_else(|| history(dir, &change.path, fits))
}

/// Keeps what was written, by its hash, for projects without a history and for what was not committed. That it cannot is no failure.
pub fn remember(changes: &[Change]) {
    let Some(store) = store().filter(|store| fs::create_dir_all(store).is_ok()) else { return };
    forget(&store);
    for change in changes {
        if let Some(header) = Header::find(&change.after).filter(|header| is_sealed_by(&body(&change.after), header)) {
            _ = fs::write(store.join(header.text), &change.after);
        }
    }
}

/// Takes away what was kept first, when there is too much.
fn forget(store: &Utf8Path) {
    let mut kept: Vec<_> = store.read_dir_utf8().into_iter().flatten().flatten().collect();
    if kept.len() > MOST + SLACK {
        kept.sort_by_cached_key(|entry| entry.metadata().and_then(|found| found.modified()).ok());
        for entry in &kept[..kept.len() - MOST] {
            _ = fs::remove_file(entry.path());
        }
    }
}

fn store() -> Option<Utf8PathBuf> {
    let from = |name: &str| env::var(name).ok().map(Utf8PathBuf::from).filter(|path| path.is_absolute());
    let state = from("XDG_STATE_HOME").or_else(|| from("HOME").map(|home| home.join(".local/state")));
    state.or_else(|| from("LOCALAPPDATA")).map(|state| state.join("imggen/written"))
}

/// The first text that fits among those that the file had in git, newest first.
fn history(dir: &Utf8Path, path: &Utf8Path, fits: impl Fn(String) -> Option<String>) -> Option<String> {
    let commits = git(dir, &["rev-list", "-n", COMMITS, "HEAD", "--", path.as_str()])?;
    commits.lines().find_map(|commit| git(dir, &["cat-file", "blob", &format!("{commit}:./{path}")]).and_then(&fits))
}

/// What git says, of commands that run nothing of the project's and take no lock.
fn git(dir: &Utf8Path, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new("git");
    command.args(["-c", "core.fsmonitor=false"]).args(arguments).current_dir(if dir.as_str().is_empty() { ".".into() } else { dir });
    let output = command.env("GIT_OPTIONAL_LOCKS", "0").stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8(output.stdout).ok()).flatten()
}
