//! Writing to disk: all of it or nothing.
//!
//! Everything is laid down beside its target first, copies of what is replaced included; only then are files renamed into place, one
//! after another. A rename needs no space, so that what went before can be undone when one fails.

use std::borrow::Cow;
use std::fs::{self, Metadata};
use std::io::{self, Write};

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use tempfile::NamedTempFile;

use super::{Change, State};
use crate::diagnostic::{Diagnostic, Result};
use crate::read::file;
use crate::tree::{READ_LIMIT, TEMPORARY};

/// The texts of `paths` below `dir`, in their order; nothing for a file that is not there. Bytes that are not UTF-8 are replaced, which
/// makes the text one that we did not write.
///
/// # Errors
/// When a path leads outside `dir`, through a symbolic link, to something that is no file, or to a file that cannot be read.
pub fn read<P: AsRef<Utf8Path>>(dir: &Utf8Path, paths: impl IntoIterator<Item = P>) -> Result<Vec<Option<String>>> {
    paths.into_iter().map(|path| read_one(&place(dir, path.as_ref())?, path.as_ref())).collect()
}

/// Writes what is to be written of `changes` below `dir`, whatever their states: whether to touch what is edited or foreign is decided
/// before. Directories that are missing are made, and the permissions of replaced files are kept.
///
/// # Errors
/// When a path leads outside `dir` or through a symbolic link, when a file is no longer what was compared, or when the system refuses.
/// Everything is then as it was.
pub fn write(dir: &Utf8Path, changes: &[Change]) -> Result<()> {
    let mut made = Directories::default();
    let mut staged = Vec::new();
    remove_leftovers(dir, changes);
    // A run that is killed between two renames leaves the Dockerfile as it was, and the next one finds that it has to be written. What
    // stays out of the image is in force before what goes in.
    let mut changes: Vec<_> = changes.iter().collect();
    changes.sort_by_key(|change| change.path == "Dockerfile");
    for change in changes.into_iter().filter(|change| change.state != State::Same) {
        staged.push(stage(dir, change, &mut made)?);
    }
    persist(staged)?;
    made.0.clear();
    Ok(())
}

/// Takes away what a run left that was killed while it wrote, wherever it may have written.
fn remove_leftovers(dir: &Utf8Path, changes: &[Change]) {
    let mut directories: Vec<_> =
        changes.iter().filter_map(|change| place(dir, &change.path).ok()?.parent().map(Utf8Path::to_owned)).collect();
    directories.push(dir.to_owned());
    directories.sort();
    directories.dedup();
    for entry in directories.iter().filter_map(|directory| directory.read_dir_utf8().ok()).flatten().flatten() {
        if entry.file_name().starts_with(TEMPORARY) && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            // what cannot be taken away is in nobody's way
            _ = fs::remove_file(entry.path());
        }
    }
}

/// `text` with the line ends of what it replaces.
fn with_line_ends_of<'t>(before: Option<&str>, text: &'t str) -> Cow<'t, str> {
    let windows = before.is_some_and(|before| before.contains("\r\n") && before.matches('\n').count() == before.matches("\r\n").count());
    if windows { text.replace("\r\n", "\n").replace('\n', "\r\n").into() } else { text.into() }
}

/// A file that lies beside its target.
struct Staged {
    path: Utf8PathBuf,
    target: Utf8PathBuf,
    fresh: NamedTempFile,
    /// A copy of what is replaced.
    backup: Option<NamedTempFile>,
}

fn stage(dir: &Utf8Path, change: &Change, made: &mut Directories) -> Result<Staged> {
    let path = change.path.as_path();
    let target = place(dir, path)?;
    if read_one(&target, path)? != change.before {
        let message = format!("`{path}` is no longer what it was when imggen looked at it");
        return Err(Diagnostic::error("write::changed", message).at(path, None, "changed meanwhile").help("run imggen again").into());
    }
    let mut lay = || -> io::Result<_> {
        let parent = target.parent().unwrap_or(dir);
        made.make(parent)?;
        let mut fresh = temporary(parent)?;
        fresh.write_all(with_line_ends_of(change.before.as_deref(), &change.after).as_bytes())?;
        fresh.as_file().sync_all()?;
        let mut backup = None;
        if change.before.is_some() {
            fs::set_permissions(fresh.path(), fs::metadata(&target)?.permissions())?;
            let copy = temporary(parent)?;
            fs::copy(&target, copy.path())?;
            backup = Some(copy);
        }
        Ok((fresh, backup))
    };
    let (fresh, backup) = lay().map_err(|error| refused("written", path, &error))?;
    Ok(Staged { path: path.to_owned(), target, fresh, backup })
}

/// Renames one file after another into place, and back when one fails.
fn persist(staged: Vec<Staged>) -> Result<()> {
    let mut done: Vec<(Utf8PathBuf, Utf8PathBuf, Option<NamedTempFile>)> = Vec::new();
    for Staged { path, target, fresh, backup } in staged {
        // what was not there must not be there now
        let placed = if backup.is_some() { fresh.persist(&target) } else { fresh.persist_noclobber(&target) };
        match placed {
            Ok(_) => done.push((path, target, backup)),
            Err(failed) => return Err(undo(done, refused("written", &path, &failed.error)).into()),
        }
    }
    Ok(())
}

fn undo(done: Vec<(Utf8PathBuf, Utf8PathBuf, Option<NamedTempFile>)>, mut because: Diagnostic) -> Diagnostic {
    for (path, target, backup) in done.into_iter().rev() {
        let undone = match backup {
            Some(backup) => backup.persist(&target).map(drop).map_err(|failed| failed.error),
            None => fs::remove_file(&target),
        };
        if let Err(error) = undone {
            because = because.info(format!("`{path}` was written and could not be put back: {error}"));
        }
    }
    because
}

/// Directories that were made, and are taken away again when they are dropped before the work is done.
#[derive(Default)]
struct Directories(Vec<Utf8PathBuf>);

impl Directories {
    fn make(&mut self, directory: &Utf8Path) -> io::Result<()> {
        let missing: Vec<_> = directory.ancestors().take_while(|part| !part.as_str().is_empty() && !part.exists()).collect();
        for part in missing.into_iter().rev() {
            fs::create_dir(part)?;
            self.0.push(part.to_owned());
        }
        Ok(())
    }
}

impl Drop for Directories {
    fn drop(&mut self) {
        for directory in self.0.iter().rev() {
            // one that is not empty belongs to somebody else by now
            _ = fs::remove_dir(directory);
        }
    }
}

/// Where `path` is below `dir`, when all of the way there is plain.
fn place(dir: &Utf8Path, path: &Utf8Path) -> Result<Utf8PathBuf> {
    let error = |code, message: String| Err(Diagnostic::error(code, message).at(path, None, "not written").into());
    let plain = path.components().all(|component| matches!(component, Utf8Component::Normal(_)));
    if !plain || path.as_str().is_empty() {
        return error("write::outside", format!("`{path}` does not stay inside the project"));
    }
    let look = |place: &Utf8Path| metadata(place).map_err(|error| refused("looked at", path, &error));
    let mut target = dir.to_owned();
    for component in path.components() {
        target.push(component);
        if look(&target)?.is_some_and(|found| found.is_symlink()) {
            let link = target.strip_prefix(dir).unwrap_or(&target);
            return error("write::symlink", format!("`{link}` is a symbolic link, and imggen does not write through links"));
        }
    }
    if look(&target)?.is_some_and(|found| !found.is_file()) {
        return error("write::no-file", format!("`{path}` is there and is no file"));
    }
    Ok(target)
}

/// What is known of the path itself; nothing when nothing is there.
fn metadata(path: &Utf8Path) -> io::Result<Option<Metadata>> {
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn read_one(target: &Utf8Path, path: &Utf8Path) -> Result<Option<String>> {
    match file::plain(target, READ_LIMIT) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(why) if why.is_missing() => Ok(None),
        Err(why) => Err(refused("read", path, &why).into()),
    }
}

/// A file in `directory` that goes away when it is dropped, with the permissions that a new file gets there.
fn temporary(directory: &Utf8Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(directory)
}

fn refused(what: &str, path: &Utf8Path, error: &dyn std::fmt::Display) -> Diagnostic {
    Diagnostic::error("write::refused", format!("`{path}` cannot be {what}: {error}")).at(path, None, "refused by the system")
}

#[cfg(test)]
#[allow(clippy::panic, reason = "a test's way to fail")]
mod tests {
    use super::*;
    use crate::change::{File, compare, seal};

    struct Scratch(tempfile::TempDir);

    impl Scratch {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap_or_else(|error| panic!("{error}")))
        }

        fn dir(&self) -> &Utf8Path {
            Utf8Path::from_path(self.0.path()).unwrap_or_else(|| panic!("not UTF-8"))
        }

        fn put(&self, path: &str, text: &str) {
            fs::write(self.dir().join(path), text).unwrap_or_else(|error| panic!("{path}: {error}"));
        }

        fn text(&self, path: &str) -> Option<String> {
            fs::read_to_string(self.dir().join(path)).ok()
        }

        /// All names below, temporary files included.
        fn names(&self) -> Vec<String> {
            let list = fs::read_dir(self.dir()).unwrap_or_else(|error| panic!("{error}"));
            let mut names: Vec<_> = list.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned())).collect();
            names.sort();
            names
        }

        fn change(&self, path: &str, text: &str) -> Change {
            let before = read(self.dir(), [path]).ok().and_then(|mut texts| texts.pop()).flatten();
            compare(before, &File { path: path.into(), text: text.to_owned() })
        }
    }

    fn code(result: Result<()>) -> Option<&'static str> {
        result.err().map(|diagnostic| diagnostic.code)
    }

    #[test]
    fn files_and_directories_are_made_and_nothing_is_left_over() {
        let scratch = Scratch::new();
        scratch.put("Dockerfile", &seal("FROM old\n", "go/1"));
        let changes = [scratch.change("Dockerfile", &seal("FROM new\n", "go/1")), scratch.change("deploy/debug/Dockerfile", "x\n")];
        assert_eq!([changes[0].state, changes[1].state], [State::Ours, State::New]);
        assert_eq!(write(scratch.dir(), &changes), Ok(()));
        assert_eq!(scratch.text("Dockerfile"), Some(seal("FROM new\n", "go/1")));
        assert_eq!(scratch.text("deploy/debug/Dockerfile").as_deref(), Some("x\n"));
        assert_eq!(scratch.names(), ["Dockerfile", "deploy"]);
        let target = scratch.dir().join("not/there/yet");
        assert_eq!(write(&target, &[compare(None, &File { path: "Dockerfile".into(), text: "x".into() })]), Ok(()));
    }

    #[test]
    fn what_is_the_same_is_not_touched() {
        let scratch = Scratch::new();
        let sealed = seal("# a\nFROM a:1\n", "go/1");
        scratch.put("Dockerfile", &sealed.replace('\n', "\r\n"));
        let change = scratch.change("Dockerfile", &sealed);
        assert_eq!((change.state, write(scratch.dir(), &[change])), (State::Same, Ok(())));
        assert!(scratch.text("Dockerfile").is_some_and(|text| text.contains("\r\n")));
        let changed = scratch.change("Dockerfile", &seal("# b\n", "go/1"));
        assert_eq!(changed.state, State::Ours);
    }

    #[test]
    fn line_ends_stay_as_they_are() {
        let scratch = Scratch::new();
        for (before, after) in [("FROM a\r\nUSER 1\r\n", "FROM b\r\nUSER 1\r\n"), ("FROM a\r\nUSER 1\n", "FROM b\nUSER 1\n")] {
            scratch.put("Dockerfile", before);
            assert_eq!(write(scratch.dir(), &[scratch.change("Dockerfile", "FROM b\nUSER 1\n")]), Ok(()));
            assert_eq!(scratch.text("Dockerfile").as_deref(), Some(after));
        }
    }

    #[test]
    fn what_a_killed_run_began_the_next_one_ends() {
        for placed in 0..3 {
            let scratch = Scratch::new();
            let files = [("Dockerfile", "FROM a\n"), (".dockerignore", "x\n"), ("deploy/Dockerfile.debug", "FROM b\n")];
            let changes = || files.map(|(path, text)| scratch.change(path, text));
            let mut made = Directories::default();
            let mut staged: Vec<_> = changes().iter().filter_map(|change| stage(scratch.dir(), change, &mut made).ok()).collect();
            staged.sort_by_key(|staged| staged.path == "Dockerfile");
            // nobody cleans up behind a process that is killed
            std::mem::forget(made);
            staged.drain(placed..).for_each(std::mem::forget);
            assert_eq!(persist(staged), Ok(()));
            assert!(scratch.text("Dockerfile").is_none() && scratch.names().iter().any(|name| name.starts_with(TEMPORARY)));
            assert_eq!(write(scratch.dir(), &changes()), Ok(()));
            assert_eq!(scratch.names(), [".dockerignore", "Dockerfile", "deploy"]);
            assert_eq!(fs::read_dir(scratch.dir().join("deploy")).map(Iterator::count).ok(), Some(1));
            assert!(files.iter().all(|(path, text)| scratch.text(path).as_deref() == Some(*text)));
        }
    }

    #[test]
    fn nothing_is_written_when_one_path_is_not_plain() {
        for (path, expected) in
            [("../Dockerfile", "write::outside"), ("/etc/x", "write::outside"), ("", "write::outside"), ("a", "write::no-file")]
        {
            let scratch = Scratch::new();
            assert!(fs::create_dir(scratch.dir().join("a")).is_ok());
            let changes = [scratch.change("new/Dockerfile", "x"), scratch.change(path, "x")];
            assert_eq!(code(write(scratch.dir(), &changes)), Some(expected), "{path}");
            assert_eq!(scratch.names(), ["a"], "{path}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_written_through() {
        let (scratch, elsewhere) = (Scratch::new(), Scratch::new());
        elsewhere.put("file", "theirs");
        let link = |from: &str, to: &Utf8Path| std::os::unix::fs::symlink(to, scratch.dir().join(from)).is_ok();
        assert!(link("Dockerfile", &elsewhere.dir().join("file")) && link("dir", elsewhere.dir()) && link("dangling", "nowhere".into()));
        for path in ["Dockerfile", "dir/Dockerfile", "dangling"] {
            assert_eq!(read(scratch.dir(), [path]).err().map(|error| error.code), Some("write::symlink"), "{path}");
            assert_eq!(code(write(scratch.dir(), &[scratch.change("new", "x"), scratch.change(path, "x")])), Some("write::symlink"));
        }
        assert_eq!((elsewhere.text("file").as_deref(), elsewhere.names().len(), scratch.text("new")), (Some("theirs"), 1, None));
    }

    #[cfg(unix)]
    #[test]
    fn permissions_are_kept_and_new_files_are_like_any_other() {
        use std::os::unix::fs::PermissionsExt;
        let scratch = Scratch::new();
        scratch.put("kept", "old");
        scratch.put("usual", "");
        let mode = |path: &str| fs::metadata(scratch.dir().join(path)).map_or(0, |found| found.permissions().mode() & 0o777);
        assert!(fs::set_permissions(scratch.dir().join("kept"), fs::Permissions::from_mode(0o640)).is_ok());
        assert_eq!(write(scratch.dir(), &[scratch.change("kept", "x"), scratch.change("new", "x")]), Ok(()));
        assert_eq!((mode("kept"), mode("new")), (0o640, mode("usual")));
    }

    #[cfg(unix)]
    #[test]
    fn a_directory_that_takes_nothing_stops_everything() {
        use std::os::unix::fs::PermissionsExt;
        let scratch = Scratch::new();
        let closed = scratch.dir().join("closed");
        let close = |mode| fs::set_permissions(&closed, fs::Permissions::from_mode(mode)).is_ok();
        assert!(fs::create_dir(&closed).is_ok() && close(0o555));
        // root may write everywhere, and then there is nothing to see here
        if tempfile::tempfile_in(&closed).is_err() {
            scratch.put("Dockerfile", "old");
            let changes = [scratch.change("Dockerfile", "new"), scratch.change("closed/Dockerfile", "x")];
            assert_eq!(code(write(scratch.dir(), &changes)), Some("write::refused"));
            assert_eq!((scratch.text("Dockerfile").as_deref(), scratch.names().len()), (Some("old"), 2));
        }
        assert!(close(0o755));
    }

    #[test]
    fn what_was_replaced_comes_back_when_a_later_file_fails() {
        let scratch = Scratch::new();
        scratch.put("Dockerfile", "old");
        let changes = [scratch.change("Dockerfile", "new"), scratch.change("added", "x"), scratch.change("late", "x")];
        let mut made = Directories::default();
        let staged: Result<Vec<_>> = changes.iter().map(|change| stage(scratch.dir(), change, &mut made)).collect();
        scratch.put("late", "somebody was faster");
        assert_eq!(code(staged.and_then(persist)), Some("write::refused"));
        assert_eq!(scratch.text("Dockerfile").as_deref(), Some("old"));
        assert_eq!(
            (scratch.names(), scratch.text("late").as_deref()),
            (vec!["Dockerfile".into(), "late".into()], Some("somebody was faster"))
        );
    }

    #[test]
    fn what_changed_meanwhile_is_not_overwritten() {
        let scratch = Scratch::new();
        scratch.put("Dockerfile", "old");
        let change = scratch.change("Dockerfile", "new");
        scratch.put("Dockerfile", "edited");
        assert_eq!(code(write(scratch.dir(), &[change])), Some("write::changed"));
        assert_eq!(scratch.text("Dockerfile").as_deref(), Some("edited"));
    }
}
