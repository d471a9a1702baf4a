//! `imggen generate`: the files anew, without a question. Made for scripts and for CI.

use std::fmt::Write as _;

use camino::Utf8Path;

use super::args::{ALL, Generate};
use super::console::Console;
use super::project::{Made, Project};
use super::text::{self, heading};
use super::{Exit, Stop, base, drift, merge, write};
use crate::change::{Change, Drift, State, diff};
use crate::diagnostic::{Diagnostic, Result};
use crate::plan::Plan;

pub(super) fn run(args: &Generate, console: &mut Console) -> Result<Exit, Stop> {
    let project = Project::open(&args.place.dir, &args.given, console)?;
    let layers = project.layers(None)?;
    let scene = project.walk()?;
    let survey = scene.survey()?;
    console.draw_all(&survey.detection.notes);
    let made = project.make(&survey, &survey.pick(&layers)?, &layers)?.verified(&survey, console)?;
    if !args.check {
        console.draw_all(&made.plan.warnings);
    }
    if let Some(path) = &args.stdout {
        return Ok(print(&made, path, console)?);
    }
    let mut changes = write::changes(write::target(&project.dir, &args.target), &made.files)?;
    let recorded = project.recorded.as_ref().map(|recorded| recorded.text.as_str());
    if args.merge {
        let open = merge::merge(&project.dir, recorded, &mut changes, console)?;
        let unmerged: Vec<_> = changes.iter().filter(|change| change.state != State::Edited).cloned().collect();
        write::refuse(&unmerged, &args.target, None, console)?;
        let exit = write::finish(&project.dir, &changes, &made, &args.target, console)?;
        return Ok(if open { Exit::Usage } else { exit });
    }
    write::leave_kept(&mut changes, &layers);
    if args.check || args.diff {
        return Ok(compare(&project.dir, &changes, &made.plan, args.check, console)?);
    }
    write::refuse(&changes, &args.target, Some(&project.dir), console)?;
    Ok(write::finish(&project.dir, &changes, &made, &args.target, console)?)
}

/// All files, each below its name; or one as it is.
fn print(made: &Made, path: &Utf8Path, console: &mut Console) -> Result<Exit> {
    if path == ALL {
        let mut text = String::new();
        for (index, file) in made.files.iter().enumerate() {
            let gap = if index == 0 { "" } else { "\n" };
            _ = write!(text, "{gap}{}\n{}", heading(&file.path), file.text);
        }
        return console.print(&text).map(|()| Exit::Fine);
    }
    let Some(file) = made.files.iter().find(|file| file.path == path) else {
        let names: Vec<_> = made.files.iter().map(|file| file.path.as_str()).collect();
        let error = Diagnostic::usage("generate::no-file", format!("`{path}` is none of the files that are made"));
        return Err(error.help(format!("there are {}", names.join(", "))).into());
    };
    console.print(&file.text).map(|()| Exit::Fine)
}

fn compare(dir: &Utf8Path, changes: &[Change], plan: &Plan, check: bool, console: &mut Console) -> Result<Exit> {
    let differing: Vec<_> = changes.iter().filter(|change| change.state != State::Same).collect();
    console.print(&differing.iter().map(|change| text::diff(&diff(change))).collect::<String>())?;
    if !check || differing.is_empty() {
        return Ok(Exit::Fine);
    }
    for change in differing {
        console.say("\n");
        let base = (change.state == State::Edited).then(|| base::find(dir, change)).flatten();
        console.say(&drift::describe(change, &Drift::of(change, base.as_deref()), plan));
    }
    Ok(Exit::Differs)
}
