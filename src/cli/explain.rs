//! `imggen explain`: every decision with its reason, its evidence, and what was passed over.

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;

use super::args::{Explain, Form};
use super::console::Console;
use super::project::Project;
use super::text::{self, Cell, FAINT, STRONG, cell, clip, plain, styled, table};
use super::{Exit, SCHEMA};
use crate::decision::{Decision, Topic};
use crate::diagnostic::{Diagnostic, Result, nearest};
use crate::evidence::{Evidence, PassedOver, Place};
use crate::layers::{Origin, Setting};

/// More of a line of evidence would not be read.
const TEXT: usize = 72;

/// What `imggen explain --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Report<'a> {
    /// The version of this shape.
    schema: u32,
    /// The app.
    app: &'a str,
    /// What was decided, and why.
    decisions: Vec<&'a Decision>,
}

pub(super) fn run(args: &Explain, console: &mut Console) -> Result<Exit> {
    // no topic looks like a path, so that `imggen explain ../service` means the project
    let is_path = |text: &&String| text.contains(['/', '\\', '.']);
    let dir = args.topic.as_ref().filter(is_path).map_or(args.dir.as_path(), |dir| dir.as_str().into());
    let topic = args.topic.as_ref().filter(|text| !is_path(text)).map(|text| parse(text)).transpose()?;
    let (project, scene) = Project::open(dir, &args.given, console)?;
    let layers = project.layers(None)?;
    let survey = project.survey(&scene)?;
    let plan = project.plan(&survey, &survey.pick(&layers)?, &layers)?;
    let decisions: Vec<_> = plan.decisions.iter().filter(|decision| topic.is_none_or(|topic| decision.topic == topic)).collect();
    if args.format.format == Form::Json {
        return console.print(&text::json(&Report { schema: SCHEMA, app: &plan.app, decisions })).map(|()| Exit::Fine);
    }
    console.draw_all(&survey.detection.notes);
    if decisions.is_empty() {
        console.say(&format!("nothing was decided about {} for {}\n", topic.map_or("", Topic::id), plan.app));
    }
    let texts: Vec<_> = decisions.into_iter().map(describe).collect();
    console.print(&texts.join("\n")).map(|()| Exit::Fine)
}

fn parse(text: &str) -> Result<Topic> {
    let unknown = |message| {
        let error = Diagnostic::usage("explain::unknown", message);
        match nearest(text, Topic::ALL.map(Topic::id)) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error,
        }
    };
    Ok(text.parse().map_err(unknown)?)
}

fn describe(decision: &Decision) -> String {
    let mut text = format!("{}  {}\n", decision.topic, styled(STRONG, plain(&decision.value)));
    let origin = origin(&decision.origin);
    for line in [&decision.why, &origin].into_iter().filter(|line| !line.is_empty()) {
        _ = writeln!(text, "  {}", plain(line));
    }
    text += &table("  ", &decision.because.iter().map(row).collect::<Vec<_>>());
    for over in &decision.passed_over {
        text += &not_taken(over, &decision.because);
    }
    text
}

/// What stands above already is not said again.
fn not_taken(over: &PassedOver, said: &[Evidence]) -> String {
    let head = format!("  not {}: {}\n", plain(&over.value), plain(&over.why));
    let because: Vec<_> = over.because.iter().filter(|evidence| !said.contains(evidence)).map(row).collect();
    head + &table("    ", &because)
}

fn row(evidence: &Evidence) -> [Cell; 3] {
    // a file that is evidence by being there has its own name as its text
    let text = evidence.span.map_or("", |_| &*evidence.text);
    let place = plain(&evidence.place().to_string());
    [cell(place), cell(clip(&plain(text), TEXT)), cell(format!("{} ({})", evidence.meaning, evidence.rule)).style(FAINT)]
}

/// Who decided, where that was not the project itself.
pub(super) fn origin(origin: &Origin) -> String {
    let place = |setting: &Setting| Place { file: &setting.file, line: setting.span.map(|span| span.line) }.to_string();
    match origin {
        Origin::CommandLine => "set on the command line".into(),
        Origin::Prompt => "answered".into(),
        Origin::Answers(setting) | Origin::Project(setting) => format!("set in {}", place(setting)),
        Origin::Preset(setting) => format!("set by the preset {}", setting.file),
        Origin::Learned(setting) => format!("seen when it ran ({})", place(setting)),
        Origin::Detected => String::new(),
    }
}
