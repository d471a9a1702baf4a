//! `imggen generate`: the files anew, without a question. Made for scripts and for CI.

use camino::Utf8Path;

use super::args::{ALL, Form, Generate};
use super::console::Console;
use super::inherit::inherit;
use super::project::{Made, Project};
use super::report::Report;
use super::text;
use super::write::Output;
use super::{Exit, Stop, base, drift, merge, next, write};
use crate::change::{Change, Drift, State, diff};
use crate::diagnostic::{Diagnostic, Result};
use crate::plan::Plan;

pub(super) fn run(args: &Generate, console: &mut Console) -> Result<Exit, Stop> {
    let (project, scene) = Project::open(&args.place.dir, &args.given, console)?;
    let layers = project.layers(None)?;
    let survey = project.survey(&scene)?;
    let says = args.format.format == Form::Text;
    if says {
        console.draw_all(&survey.detection.notes);
    }
    let made = project.make(&survey, &survey.pick(&layers)?, &layers)?.verified(&survey, &project.packs, console)?;
    if says && !args.check {
        console.draw_all(&made.plan.warnings);
    }
    let out = Output { target: &args.target, form: args.format.format, notes: &survey.detection.notes };
    if let Some(path) = &args.stdout {
        return Ok(print(&made, path, console)?);
    }
    let mut changes = write::changes(&project, &args.target, &made.files)?;
    if args.merge {
        return merge(&project, changes, &made, &out, console);
    }
    let open = if args.diff { 0 } else { write::obey(&project.packs, &changes, console)? };
    write::leave_kept(&mut changes, &layers);
    if args.check || args.diff {
        if !says {
            let report = Report::new(&made, &changes, out.notes, next::commands(&made, &project.place), false);
            console.print(&text::json(&report))?;
        }
        let exit = compare(&project, &changes, &made.plan, args, console)?;
        return Ok(if args.check && open > 0 { Exit::Differs } else { exit });
    }
    write::refuse(&changes, &args.target, Some(&project.place.dir), console)?;
    inherit(&project, &survey, None, &made, &args.target, &mut changes, console)?;
    Ok(write::finish(&project, &changes, &made, &out, console)?)
}

fn merge(project: &Project, mut changes: Vec<Change>, made: &Made, out: &Output<'_>, console: &mut Console) -> Result<Exit, Stop> {
    let recorded = project.recorded.as_ref().map(|recorded| recorded.text.as_str());
    let others: Vec<_> = changes.iter().filter(|change| change.state != State::Edited).cloned().collect();
    write::refuse(&others, out.target, None, console)?;
    let open = merge::merge(&project.place.dir, recorded, &mut changes, console)?;
    let exit = write::finish(project, &changes, made, out, console)?;
    Ok(if open { Exit::Usage } else { exit })
}

/// All files, each below its name; or one as it is.
fn print(made: &Made, path: &Utf8Path, console: &mut Console) -> Result<Exit> {
    if path == ALL {
        let files = made.files.iter().map(|file| (&*file.path, &*file.text));
        return console.print(&text::files(files)).map(|()| Exit::Fine);
    }
    let Some(file) = made.files.iter().find(|file| file.path == path) else {
        let names: Vec<_> = made.files.iter().map(|file| file.path.as_str()).collect();
        let error = Diagnostic::usage("generate::no-file", format!("`{path}` is none of the files that are made"));
        return Err(error.help(format!("there are {}", names.join(", "))).into());
    };
    console.print(&file.text).map(|()| Exit::Fine)
}

fn compare(project: &Project, changes: &[Change], plan: &Plan, args: &Generate, console: &mut Console) -> Result<Exit> {
    let differing: Vec<_> = changes.iter().filter(|change| change.state != State::Same).collect();
    let exit = if args.check && !differing.is_empty() { Exit::Differs } else { Exit::Fine };
    if args.format.format == Form::Json {
        return Ok(exit);
    }
    console.print(&differing.iter().map(|change| text::diff(&diff(change))).collect::<String>())?;
    if args.check && !differing.is_empty() {
        console.say("\n");
    }
    for change in differing.into_iter().filter(|_| args.check) {
        let base = (change.state == State::Edited).then(|| base::find(&project.place.dir, change)).flatten();
        console.say(&drift::describe(change, &Drift::of(change, base.as_deref()), plan));
    }
    Ok(exit)
}
