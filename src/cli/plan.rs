//! `imggen plan`: what is decided, a line for each decision.

use super::Exit;
use super::args::{Form, Plan};
use super::console::Console;
use super::project::Project;
use super::text::{self, FAINT, STRONG, cell, clip, places, plain, table};
use crate::decision::Decision;
use crate::diagnostic::Result;

/// Longer values are for `explain`.
const VALUE: usize = 40;
/// More places, too.
const PLACES: usize = 3;

pub(super) fn run(args: &Plan, console: &mut Console) -> Result<Exit> {
    let (project, scene) = Project::open(&args.place.dir, &args.given, console)?;
    let layers = project.layers(None)?;
    let survey = project.survey(&scene)?;
    let plan = project.plan(&survey, &survey.pick(&layers)?, &layers)?;
    if args.format.format == Form::Json {
        return console.print(&text::json(&plan)).map(|()| Exit::Fine);
    }
    console.draw_all(&survey.detection.notes);
    console.draw_all(&plan.warnings);
    let mut last = None;
    let mut row = |decision: &Decision| {
        let name = if last == Some(decision.topic) { "" } else { decision.topic.id() };
        last = Some(decision.topic);
        [cell(name), cell(clip(&plain(&decision.value), VALUE)).style(STRONG), cell(reason(decision, PLACES)).style(FAINT)]
    };
    let rows: Vec<_> = plan.decisions.iter().map(&mut row).collect();
    console.print(&table("", &rows)).map(|()| Exit::Fine)
}

/// Why, in one line: the sentence and at most so many places.
pub fn reason(decision: &Decision, most: usize) -> String {
    let (why, places) = (plain(&decision.why), places(&decision.because, most));
    match (why.is_empty(), places.is_empty()) {
        (false, false) => format!("{why} ({places})"),
        (false, true) => why,
        (true, false) => places,
        (true, true) => super::explain::origin(&decision.origin),
    }
}
