//! `imggen detect`: what is in a project, before anything is decided.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::args::{Detect, Form, Given, PackArgs};
use super::console::Console;
use super::project::Project;
use super::text::{self, FAINT, STRONG, cell, places, plain, styled, table};
use super::{Exit, SCHEMA};
use crate::app::{App, Interface, Listen, Role, Sighting};
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::Fact;
use crate::lang::language::Found;

/// A fact that shows in more places is no more certain for it.
const PLACES: usize = 3;

/// What `imggen detect --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Report<'a> {
    /// The version of this shape.
    schema: u32,
    /// The apps, by language and then by name.
    apps: Vec<AppReport<'a>>,
    /// What was passed over while looking.
    notes: &'a [Diagnostic],
}

/// An app as it was found.
#[derive(Debug, Serialize, JsonSchema)]
struct AppReport<'a> {
    /// Its language.
    language: &'static str,
    #[serde(flatten)]
    app: &'a App,
    /// What is the language's own; the shape is the language's.
    facts: Value,
}

pub(super) fn run(args: &Detect, console: &mut Console) -> Result<Exit> {
    let given = Given { packs: PackArgs { packs: args.packs.clone(), only_packs: false }, files: args.files.clone(), ..Given::default() };
    let (project, scene) = Project::open(&args.place.dir, &given, console)?;
    let survey = project.survey(&scene)?;
    let found = survey.detection.seen.iter().map(|seen| seen.look(survey.catalog)).collect::<Result<Vec<_>>>()?;
    let exit = if found.is_empty() { Exit::Impossible } else { Exit::Fine };
    let refusals = survey.detection.refusals.iter().filter(|_| found.is_empty());
    let notes: Vec<Diagnostic> = survey.detection.notes.iter().chain(refusals).cloned().collect();
    if args.format.format == Form::Json {
        return console.print(&text::json(&report(&found, &notes))).map(|()| exit);
    }
    console.draw_all(&notes);
    let Some((first, rest)) = found.split_first() else {
        let languages: Vec<_> = crate::lang::ALL.iter().map(|language| language.name()).collect();
        console.say(&format!("no program here; looked for {}\n", languages.join(", ")));
        return Ok(exit);
    };
    let text = rest.iter().fold(describe(first), |text, found| text + "\n" + &describe(found));
    console.print(&text).map(|()| exit)
}

fn report<'a>(found: &'a [Found], notes: &'a [Diagnostic]) -> Report<'a> {
    let app = |found: &'_ Found| -> Value { found.facts.to_json() };
    let apps = found.iter().map(|found| AppReport { language: found.language.name(), app: &found.app, facts: app(found) });
    Report { schema: SCHEMA, apps: apps.collect(), notes }
}

fn describe(found: &Found) -> String {
    let App { sighting: Sighting { name, directory, claims, .. }, behaviour, .. } = &found.app;
    let directory = if directory.as_str().is_empty() { "." } else { directory.as_str() };
    let mut rows = Vec::new();
    add(&mut rows, "claims", claims, |claim| claim.words().to_owned());
    add(&mut rows, "listens on", &behaviour.listens, listen_words);
    add(&mut rows, "demands", &behaviour.demands, Clone::clone);
    add(&mut rows, "needs", &behaviour.needs, crate::need::Need::words);
    add(&mut rows, "reads", &behaviour.reads, |file| file.source.to_string());
    add(&mut rows, "writes", &behaviour.writes, |path| match path.directory.as_str() {
        "" => "its working directory".into(),
        directory => directory.to_owned(),
    });
    let signal: Vec<_> = behaviour.stops_on.iter().cloned().collect();
    add(&mut rows, "stops on", &signal, ToString::to_string);
    let head = format!("{}  {}", styled(STRONG, plain(name)), plain(&format!("{} in {directory}", found.language.name())));
    format!("{head}\n{}", table("  ", &rows))
}

/// A row for each fact, the name on the first alone.
fn add<T>(rows: &mut Vec<[text::Cell; 3]>, name: &str, facts: &[Fact<T>], words: impl Fn(&T) -> String) {
    for (index, fact) in facts.iter().enumerate() {
        let name = if index == 0 { name } else { "" };
        rows.push([cell(name), cell(plain(&words(&fact.value))), cell(places(fact.because(), PLACES)).style(FAINT)]);
    }
}

fn listen_words(listen: &Listen) -> String {
    let port = listen.port.map_or_else(|| "a port that does not show".to_owned(), |port| port.to_string());
    let variable = listen.variable.as_ref().map(|variable| match variable.role {
        Role::Demanded => format!(", demands {}", variable.name),
        Role::Optional => format!(", or {}", variable.name),
    });
    let loopback = if listen.interface == Interface::Loopback { ", on loopback alone" } else { "" };
    format!("{port}{}{loopback}", variable.unwrap_or_default())
}
