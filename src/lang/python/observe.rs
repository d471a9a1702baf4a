//! What a program does when it runs, as the observers of all languages see it, and what is Python's own about that.

use camino::{Utf8Path, Utf8PathBuf};

use super::django::Django;
use super::django::stand_ins::{self, StandIn};
use super::entry::{Entry, Form};
use super::sources::{Source, Sources};
use crate::app::{Behaviour, Listen, StopSignal};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Fact, Rule};
use crate::program::{Heard, Program, Site};
use crate::tree::Tree;

const INTERRUPT: Rule = Rule::parsed("python.interrupt", "nothing here hears SIGTERM");

/// What was seen of a program.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// What it does.
    pub behaviour: Behaviour,
    /// What wants a look.
    pub warnings: Vec<Diagnostic>,
}

/// Looks at what `entry` starts, from `home`.
///
/// # Errors
/// When the vocabulary is broken.
pub fn seen(tree: &Tree, catalog: &Catalog, sources: &Sources<'_>, entry: &Entry<'_, '_>, home: &Utf8Path) -> Result<Seen> {
    let files: Vec<&Source<'_>> = program(sources, entry);
    if files.is_empty() {
        return Ok(Seen { behaviour: Behaviour { listens: entry.reached(Vec::new()), ..Behaviour::default() }, warnings: Vec::new() });
    }
    let program = Program::new(files.iter().map(|source| &source.file).collect(), catalog.vocabulary("python")?);
    let observed = program.observe(&site(tree, sources, home));
    let observed = if entry.takes_subcommand() { observed } else { observed.without_subcommand() };
    let (mut behaviour, mut warnings) = (observed.behaviour, observed.warnings);
    behaviour.stops_on = behaviour.stops_on.or_else(|| stops_on(&program, entry, !behaviour.listens.is_empty()));
    if !entry.listens.is_empty() {
        // what the server is told holds, whatever the program would do by itself
        behaviour.arguments.clear();
        warnings.clear();
    }
    behaviour.listens = entry.reached(behaviour.listens);
    Ok(Seen { behaviour, warnings })
}

/// Where what `entry` starts listens by itself, and nothing else of it.
///
/// # Errors
/// When the vocabulary is broken.
pub fn listens(tree: &Tree, catalog: &Catalog, sources: &Sources<'_>, entry: &Entry<'_, '_>, home: &Utf8Path) -> Result<Vec<Fact<Listen>>> {
    let files = program(sources, entry);
    let program = Program::new(files.iter().map(|source| &source.file).collect(), catalog.vocabulary("python")?);
    Ok(program.listens_at(&site(tree, sources, home)))
}

fn site<'t>(tree: &'t Tree, sources: &Sources<'_>, home: &Utf8Path) -> Site<'t> {
    let mut bases: Vec<Utf8PathBuf> = vec![home.to_owned()];
    bases.extend((home != sources.directory).then(|| sources.directory.clone()));
    Site { tree, bases, embedded: &[], compiled: &["py", "pyc", "pyi"], ships_alone: false, compiled_in: None }
}

/// What stands in for variables while Django's commands run in the build.
///
/// # Errors
/// When the vocabulary is broken.
pub fn stand_ins<'t>(catalog: &Catalog, sources: &Sources<'t>, django: &Django<'_, 't>) -> Result<Vec<Fact<StandIn>>> {
    let vocabulary = catalog.vocabulary("python")?;
    let loaded = stand_ins::loaded(django, sources);
    let program = Program::new(loaded.iter().map(|source| &source.file).collect(), vocabulary);
    let given = django.env();
    let mut found = stand_ins::stand_ins(&program, vocabulary);
    found.retain(|fact| !given.iter().any(|(name, _)| *name == fact.value.name));
    Ok(found)
}

/// The sources of what `entry` starts: what it imports, the configuration of its server, and all of a Django project.
fn program<'s, 't>(sources: &'s Sources<'t>, entry: &Entry<'s, 't>) -> Vec<&'s Source<'t>> {
    let mut files = entry.source.map(|source| sources.reach(source)).unwrap_or_default();
    if entry.django.is_some() {
        files.extend(&sources.files);
    }
    files.extend(entry.command.config.as_ref().and_then(|path| sources.files.iter().find(|source| source.path == path)));
    let own = |source: &&Source<'_>| entry.source.is_some_and(|first| first.path == source.path) || !source.is_aside();
    let mut found: Vec<&Source<'t>> = Vec::new();
    let mut known = std::collections::BTreeSet::new();
    found.extend(files.into_iter().filter(own).filter(|source| known.insert(source.path)));
    found
}

/// As process 1 Python ignores SIGTERM unless something handles it; Ctrl-C it always hears.
fn stops_on(program: &Program<'_>, entry: &Entry<'_, '_>, listens: bool) -> Option<Fact<StopSignal>> {
    let words = &entry.command.words;
    let first = words.first().map_or("", String::as_str);
    let deaf = first == "waitress-serve" || words.iter().any(|word| word == "runserver");
    // a command of the project's own is the interpreter too, and is waited for where it answers requests
    let own = entry.form == Form::Tool && entry.takes_subcommand() && listens;
    let alone = (first == "python" && entry.form != Form::Tool || own) && program.heard() == Heard::Nothing;
    // `for sig in (signal.SIGINT, signal.SIGTERM)` names it somewhere else
    let named = program.sources().iter().any(|source| source.text.contains("SIGTERM"));
    (deaf || alone && !named).then(|| Fact::new(StopSignal::Interrupt, entry.at.under(INTERRUPT)))
}
