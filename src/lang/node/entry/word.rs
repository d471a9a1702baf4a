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
        let declared = declared::read(self.tree, &self.package.directory);
        let meant = declared.web().filter(|said| said.purpose == Purpose::Production && said.by < By::Recipe);
        let mut entry = meant.into_iter().find_map(|said| {
            let Started { start, .. } = &said.fact.value;
            let foreign = start.program().is_none_or(|program| FOREIGN.contains(&program.program()));
            if foreign { None } else { self.end_of(start, made, passed_over) }
        })?;
        entry.declared = true;
        Some(entry)
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
