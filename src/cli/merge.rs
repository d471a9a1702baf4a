//! `imggen generate --merge`: what imggen writes now and what was edited by hand, together.

use super::base;
use super::console::Console;
use super::record;
use crate::change::{self, Change, State, has_marks};
use crate::diagnostic::{Diagnostic, Result};
use camino::Utf8Path;

/// Puts the merge of every edited file in the place of what was rendered, and the settings that keep the edits beside it. Says whether
/// something is left to decide.
///
/// # Errors
/// When what imggen wrote once is not to be found, or marks of an earlier merge are still there.
pub fn merge(dir: &Utf8Path, recorded: Option<&str>, changes: &mut Vec<Change>, console: &mut Console) -> Result<bool> {
    let (mut open, mut kept, mut bases) = (false, Vec::new(), Vec::new());
    for change in changes.iter_mut().filter(|change| change.state == State::Edited) {
        let disk = change.before.clone().unwrap_or_default();
        if has_marks(&disk) {
            let error = Diagnostic::usage("merge::open", format!("`{}` still holds the marks of an earlier merge", change.path));
            return Err(error.help("take one side of each and delete the marks, then run this again").into());
        }
        let base = base::find(dir, change).ok_or_else(|| no_base(&change.path))?;
        bases.push(Change { path: Utf8Path::new(base::KEPT).join(&change.path), ..change.clone() });
        let merged = change::merge(&base, &disk, &change.after);
        for line in &merged.conflicts {
            let both = Diagnostic::warning("merge::conflict", format!("`{}`: both sides changed what stands at line {line}", change.path));
            console.draw(&both.help("take one side and delete the marks"));
        }
        open |= !merged.conflicts.is_empty();
        change.after = merged.text;
        if change.before.as_deref() == Some(change.after.as_str()) {
            change.state = State::Same;
        }
        kept.push(change.path.clone());
    }
    changes.extend(change::read(dir, bases.iter().map(|base| &base.path))?.into_iter().zip(bases).map(|(before, base)| {
        let state = if before.as_ref() == Some(&base.after) { State::Same } else { State::Ours };
        Change { state: if before.is_none() { State::New } else { state }, before, carried: Vec::new(), ..base }
    }));
    record::keep(recorded, &kept, changes)?;
    Ok(open)
}

fn no_base(path: &Utf8Path) -> Diagnostic {
    Diagnostic::usage("merge::no-base", format!("what imggen once wrote as `{path}` is neither in the history nor kept"))
        .help("`imggen generate --diff` shows both sides; `--force` overwrites")
}
