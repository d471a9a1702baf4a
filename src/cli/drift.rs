//! Why files differ from what imggen writes, in words: each with the instructions that it shows in and the places that those rest on.

use std::fmt::Write as _;

use super::plan::reason;
use super::text::{ADDED, Cell, FAINT, REMOVED, cell, clip, plain, table};
use crate::change::{Carried, Cause, Change, Changed, Drift};
use crate::diagnostic::Diagnostic;
use crate::plan::Plan;

/// More of an instruction is for the diff.
const LINE: usize = 80;
/// More instructions of a file, too.
const LINES: usize = 12;
/// The decisions' own evidence stops here.
const PLACES: usize = 2;

/// A paragraph for a file that differs.
pub fn describe(change: &Change, drift: &Drift, plan: &Plan) -> String {
    let causes: Vec<_> = drift.causes.iter().map(words).collect();
    let mut text = format!("{} {}\n", change.path, causes.join(", "));
    text += &lines(&drift.edits, None);
    if !drift.edits.is_empty() && !drift.stale.is_empty() {
        text += "  and imggen would change\n";
    }
    text += &lines(&drift.stale, Some(plan));
    text
}

fn words(cause: &Cause) -> String {
    match cause {
        Cause::Missing => "is missing".into(),
        Cause::Stale => "is stale".into(),
        Cause::Edited => "was edited by hand".into(),
        Cause::Newer { tool } => format!("was written by imggen {tool}, which is newer than this one ({})", env!("CARGO_PKG_VERSION")),
        Cause::Older { tool } => format!("was written by imggen {tool}"),
        Cause::Preset { before, after } => format!("was written under {before}, which is {after} now"),
        Cause::Foreign => "was not written by imggen".into(),
    }
}

fn lines(changed: &[Changed], plan: Option<&Plan>) -> String {
    let row = |changed: &Changed| -> [Cell; 2] {
        let line = clip(&plain(&changed.line), LINE);
        let decision = plan.filter(|_| changed.added).and_then(|plan| plan.behind(&changed.line));
        let because = cell(decision.map(|decision| reason(decision, PLACES)).unwrap_or_default()).style(FAINT);
        if changed.added { [cell(format!("+ {line}")).style(ADDED), because] } else { [cell(format!("- {line}")).style(REMOVED), because] }
    };
    let mut text = table("  ", &changed.iter().take(LINES).map(row).collect::<Vec<_>>());
    if changed.len() > LINES {
        _ = writeln!(text, "  and {} more", changed.len() - LINES);
    }
    text
}

/// What of a bot's work was kept in a file, and what was not.
pub fn carried(change: &Change) -> Vec<Diagnostic> {
    let note = |carried: &Carried| {
        let Carried { on_disk, rendered, kept } = carried;
        if *kept {
            let message = format!("`{}` keeps `{on_disk}`, where imggen writes `{rendered}`", change.path);
            return Diagnostic::note("write::kept", message);
        }
        let message = format!("`{}` no longer stands on `{on_disk}` but on `{rendered}`", change.path);
        Diagnostic::note("write::moved", message).help("a digest goes with the tag that it was taken for; pin the new one")
    };
    change.carried.iter().map(note).collect()
}
