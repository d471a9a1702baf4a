//! Rendered files and the disk: what may be written without a question, and what was.

use camino::{Utf8Path, Utf8PathBuf};

use super::args::Target;
use super::console::Console;
use super::next;
use super::project::Made;
use super::text::{self, STRONG, styled};
use super::{Exit, Stop};
use crate::change::{self, Change, File, Header, State, compare, diff};
use crate::diagnostic::{Diagnostic, Result};

/// The debug variant's file, which is left alone when it is no longer wanted.
const DEBUG: &str = "Dockerfile.debug";

/// The directory to write below.
pub fn target<'a>(dir: &'a Utf8Path, target: &'a Target) -> &'a Utf8Path {
    target.output_dir.as_deref().unwrap_or(dir)
}

/// How the files stand to those in `dir`.
///
/// # Errors
/// When a file there cannot be read.
pub fn changes(dir: &Utf8Path, files: &[File]) -> Result<Vec<Change>> {
    let before = change::read(dir, files.iter().map(|file| &file.path))?;
    Ok(before.into_iter().zip(files).map(|(before, file)| compare(before, file)).collect())
}

/// Whether nobody's work is lost when it is written.
pub fn is_safe(change: &Change) -> bool {
    matches!(change.state, State::New | State::Same | State::Ours)
}

/// Stops when a file was edited or is not ours, with the diff of those files.
///
/// # Errors
/// That, unless `--force` was given.
pub fn refuse(changes: &[Change], target: &Target, console: &mut Console) -> Result<(), Stop> {
    let unsafe_changes: Vec<_> = changes.iter().filter(|change| !is_safe(change)).collect();
    if target.force || unsafe_changes.is_empty() {
        return Ok(());
    }
    for change in &unsafe_changes {
        console.say(&text::diff(&diff(change)));
    }
    console.say("\n");
    let what = |change: &&Change| match change.state {
        State::Edited => format!("`{}` was edited since imggen wrote it", change.path),
        _ => format!("`{}` was not written by imggen", change.path),
    };
    let message = unsafe_changes.iter().map(what).collect::<Vec<_>>().join(", ");
    Err(Diagnostic::usage("write::not-ours", format!("{message}: nothing was written"))
        .help("`--force` overwrites; `--output-dir DIR` writes elsewhere; `imggen init` at a terminal asks file by file")
        .into())
}

/// Writes, says what was written, and then how to build and to run it.
///
/// # Errors
/// When the system refuses; nothing is written then.
pub fn finish(project: &Utf8Path, changes: &[Change], made: &Made, target: &Target, console: &mut Console) -> Result<Exit> {
    let dir = self::target(project, target);
    change::write(dir, changes)?;
    let written: Vec<_> = changes.iter().filter(|change| change.state != State::Same).map(|change| shown(dir, &change.path)).collect();
    if written.is_empty() {
        console.say("nothing to write: the files are as they should be\n");
    } else {
        console.say(&format!("wrote {}\n", written.join(", ")));
    }
    if !made.files.iter().any(|file| file.path == DEBUG) {
        mention_left_over(dir, console)?;
    }
    if !written.is_empty() && target.output_dir.is_none() {
        let commands = next::commands(made, project).map(|command| styled(STRONG, command));
        console.print(&format!("\n  {}\n", commands.join("\n  ")))?;
    }
    Ok(Exit::Fine)
}

/// Mentions a debug variant that imggen wrote once and would not write now.
fn mention_left_over(dir: &Utf8Path, console: &mut Console) -> Result<()> {
    let before = change::read(dir, [DEBUG])?.pop().flatten();
    if before.is_some_and(|text| Header::find(&text).is_some()) {
        let note = Diagnostic::note("write::left-over", format!("`{DEBUG}` was written by imggen and is no longer asked for"));
        console.draw(&note.help("imggen removes nothing: delete it, or ask for it with `--debug shell`"));
    }
    Ok(())
}

fn shown(dir: &Utf8Path, path: &Utf8Path) -> String {
    let path: Utf8PathBuf = if dir == "." { path.to_owned() } else { dir.join(path) };
    path.into_string()
}
