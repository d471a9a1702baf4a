//! systemd units that start the program.

use super::{By, Notes, Purpose, rule};
use crate::command::Line;
use crate::evidence::{Evidence, Rule, Span};

const UNIT: Rule = rule("declared.systemd", "the unit starts it so");
const VARIABLE: Rule = rule("declared.systemd-variable", "the unit sets this");

pub(super) fn read(notes: &mut Notes<'_>) {
    let tree = notes.tree;
    let units = |place: &str| tree.files_in(notes.directory.join(place)).filter(|path| path.extension() == Some("service"));
    let units: Vec<_> =
        ["", "systemd", "deploy", "contrib", "init", "packaging", "scripts", "dist"].iter().flat_map(|place| units(place)).collect();
    // several units are several programs, of which none is the one
    let [path] = units.as_slice() else { return };
    for (number, line) in (1..).zip(tree.by_hand(path).unwrap_or_default().lines()) {
        let Some((key, value)) = line.split_once('=') else { continue };
        let at = |rule| Evidence::at(*path, Span::of_line(number, line), rule, line.trim());
        match key.trim() {
            "ExecStart" => {
                // a unit names the place on its machine, which no image has
                let mut words = value.trim().trim_start_matches(['-', '@', ':', '+', '!']).split_whitespace();
                let program = words.next().unwrap_or_default();
                let program = program.rsplit('/').next().unwrap_or(program);
                let rest: String = words.flat_map(|word| [" ", word]).collect();
                notes.start(By::Platform, "", &Line::parse(&format!("{program}{rest}")), notes.directory, at(UNIT));
            }
            "Environment" => {
                let Some((name, value)) = value.trim().trim_matches('"').split_once('=') else { continue };
                notes.variable(By::Platform, Purpose::Production, name, Some(value.to_owned()), at(VARIABLE));
            }
            _ => {}
        }
    }
}
