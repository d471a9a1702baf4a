//! Procfile: a process a line. What runs before a release is not one.

use super::{By, Notes, rule};
use crate::command::Line;
use crate::evidence::{Evidence, Rule, Span};

pub(super) const PROCFILE: Rule = rule("declared.procfile", "this is what the Procfile starts");

pub(super) fn read(notes: &mut Notes<'_>) {
    let Some((path, text)) = notes.text("Procfile") else { return };
    for (number, line) in (1..).zip(text.lines()) {
        let Some((process, command)) = line.split_once(':').filter(|_| !line.trim_start().starts_with('#')) else { continue };
        let process = process.trim();
        if process == "release" || process.contains(char::is_whitespace) {
            continue;
        }
        let at = Evidence::at(path.clone(), Span::of_line(number, line), PROCFILE, line.trim());
        notes.start(By::Procfile, process, &Line::parse(command), notes.directory, at);
    }
}
