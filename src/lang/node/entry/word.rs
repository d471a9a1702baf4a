//! What the project says starts it: its documents, and the scripts of its manifest, followed to the program that they come down to.

use super::command::is_build as builds;
use super::{Entry, Finder, PassedOver};
use crate::command::{self, Line, Reader, Start};
use crate::declared::{self, By, Purpose, Started};
use crate::lang::node::framework::Made;
use crate::lang::node::package::Kind;
use crate::lang::node::script::Command;

/// Stands for the port in words and variables.
pub const PORT: &str = "{port}";

/// Programs of other languages, and of machines that people work on.
const FOREIGN: [&str; 24] = [
    "python",
    "python3",
    "gunicorn",
    "uvicorn",
    "java",
    "go",
    "cargo",
    "ruby",
    "bundle",
    "rails",
    "php",
    "dotnet",
    "docker",
    "docker-compose",
    "make",
    "electron",
    "expo",
    "react-native",
    "caddy",
    "nginx",
    "gulp",
    "grunt",
    "jest",
    "cordova",
];
impl Finder<'_, '_> {
    /// What documents beside the manifest start.
    pub(super) fn by_documents(&self, made: Option<&Made>, passed_over: &mut Vec<PassedOver>) -> Option<Entry> {
        self.by_words(|by| by < By::Recipe, made, passed_over)
    }

    /// What make, just and task start, where no script of the manifest's does.
    pub(super) fn by_recipes(&self, made: Option<&Made>, passed_over: &mut Vec<PassedOver>) -> Option<Entry> {
        self.by_words(|by| by == By::Recipe, made, passed_over)
    }

    fn by_words(&self, kinds: impl Fn(By) -> bool, made: Option<&Made>, passed_over: &mut Vec<PassedOver>) -> Option<Entry> {
        let declared = declared::read(self.tree, &self.package.directory);
        let mut meant = declared.web().filter(|said| said.purpose == Purpose::Production && kinds(said.by));
        let mut entry = meant.find_map(|said| self.started(&said.fact.value, made, passed_over))?;
        entry.declared = true;
        Some(entry)
    }

    fn started(&self, started: &Started, made: Option<&Made>, passed_over: &mut Vec<PassedOver>) -> Option<Entry> {
        let start = &started.start;
        let foreign = start.program().is_none_or(|program| self.is_foreign(program.program()));
        if foreign { None } else { self.end_of(start, made, passed_over) }
    }

    /// Whether a program is of another language, or none at all but an argument. One that another language beside may compile is no
    /// dependency's unless that is there.
    fn is_foreign(&self, program: &str) -> bool {
        let known =
            matches!(program, "node" | "bun" | "sh" | "bash") || program.contains('.') || self.package.dependency(program).is_some();
        let beside = || !known && declared::compiles(self.tree, &self.package.directory);
        FOREIGN.contains(&program) || program.starts_with('-') || beside()
    }

    /// The processes that a document starts of which none answers requests, by their names: each would be an image.
    pub fn processes(&self) -> Vec<(String, Entry)> {
        let declared = declared::read(self.tree, &self.package.directory);
        let meant = || declared.starts.iter().filter(|said| said.purpose == Purpose::Production && said.by < By::Recipe);
        let Some(by) = meant().map(|said| said.by).next().filter(|_| declared.web().next().is_none()) else { return Vec::new() };
        let processes = meant().filter(|said| said.by == by && !said.fact.value.process.is_empty());
        let entry = |started: &Started| Some((started.process.clone(), self.started(started, None, &mut Vec::new())?));
        processes.filter_map(|said| entry(&said.fact.value)).collect()
    }

    /// A script of the manifest, followed.
    pub(super) fn script(&self, name: &str) -> Option<Start> {
        let (text, at) = self.package.script(name)?;
        Some(Reader::new(self.tree).follow(&Line::parse(text), &self.package.directory, at))
    }

    /// Whether its scripts start it with Deno, which is a language of its own here.
    pub(super) fn is_of_deno(&self) -> bool {
        let deno = |name: &&str| self.script(name).is_some_and(|start| start.program().is_some_and(|program| program.program() == "deno"));
        ["start:prod", "start", "serve"].iter().any(deno)
    }

    /// The line for a shell that starts it, where it takes one: variables that are filled in, commands that come before it.
    pub(super) fn line(&self, start: &Start) -> Option<Vec<String>> {
        let runs = |before: &command::Command| !is_build(before) && !self.is_for_development(before.program());
        let script = !start.scripts.is_empty();
        let form = start.form(PORT, runs);
        (form.shell || script).then_some(form.words)
    }

    /// Whether an image runs a command before the program: it builds nothing, and its package is there.
    pub(super) fn runs_before(&self, text: &Command) -> bool {
        !builds(text) && !self.is_for_development(text.program())
    }

    /// Whether a program is of a package that is there for development alone.
    fn is_for_development(&self, program: &str) -> bool {
        self.package.dependency(program).is_some_and(|declared| declared.value == Kind::Development)
    }
}

/// Whether a command that comes before the program is the build's, which an image does not run.
fn is_build(command: &command::Command) -> bool {
    let told = Command { words: command.words.iter().map(ToString::to_string).collect(), ..Command::default() };
    builds(&told)
}
