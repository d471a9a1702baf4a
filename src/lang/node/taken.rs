//! What the image takes from the build stages, and what it starts with.

use std::collections::BTreeMap;

use camino::Utf8Path;

use super::build::{APP, Maker, place};
use super::entry::PORT;
use super::install::Leaves;
use super::manager::Manager;
use super::prisma;
use super::runtime::Runtime;
use super::{Modules, Taken, stripped};
use crate::plan::{Copy, Target};
use crate::tree::path::normal;

/// The port of most of Node's programs, where one is wanted and nothing names it.
pub(super) const USUAL_PORT: u16 = 3000;

impl Maker<'_> {
    /// Whether the image takes whole packages out of the build stage, with what was built in them.
    pub(super) fn takes_whole(&self) -> bool {
        let workspace = self.facts.workspace.is_some() && self.modules() != Modules::None { builds: true };
        self.bundle.is_none() && (self.is_staged() || !self.installs()) && (self.start.taken == Taken::Whole || workspace)
    }

    pub(super) fn takes(&self) -> Vec<Copy> {
        let node = self.is_stripped().then(|| {
            let stage = if self.is_staged() { "install" } else { "build" };
            Copy::stage(stage, stripped::MADE, "/")
        });
        node.into_iter().chain(self.takes_of_package()).collect()
    }

    fn takes_of_package(&self) -> Vec<Copy> {
        if let Some(bundle) = self.bundle {
            return self.bundled(bundle);
        }
        let facts = self.facts;
        let staged = self.is_staged();
        let modules_from = match (self.prune().is_some(), staged) {
            (true, _) => "deps",
            (false, true) => "install",
            (false, false) => "build",
        };
        let mut takes = Vec::new();
        let runs = matches!(facts.modules, Modules::Production { .. });
        if runs && facts.workspace.is_some() {
            takes.push(Copy::stage(modules_from, APP, APP));
        } else if runs {
            takes.push(Copy::stage(modules_from, format!("{APP}/node_modules"), format!("{APP}/node_modules")));
        }
        let swept = self.pruning().is_some_and(|prune| prune.leaves >= Leaves::Packages);
        if facts.generated.is_some() && swept {
            takes.push(Copy::stage("install", format!("{APP}/{}", prisma::CLIENT), format!("{APP}/{}", prisma::CLIENT)));
        }
        let context = |directory: &Utf8Path| {
            let path = facts.context.join(directory);
            if path.as_str().is_empty() { ".".to_owned() } else { path.to_string() }
        };
        let here = |directory: &Utf8Path| {
            let to = place(directory);
            if staged { Copy::stage("build", to.as_str(), to.as_str()) } else { Copy::context(context(directory), to.as_str()) }
        };
        if !self.installs() && !staged {
            takes.push(Copy::stage("build", APP, APP));
        } else if self.start.taken == Taken::Whole || (self.takes_whole() && facts.workspace.is_some()) {
            takes.extend(facts.needed.iter().filter(|_| !facts.directory.as_str().is_empty()).map(|member| here(&member.directory)));
            takes.push(here(&facts.directory));
        } else {
            if runs {
                let manifest = facts.directory.join("package.json");
                takes.push(here(&manifest));
            }
            let at = place(&facts.directory);
            for (from, to) in self.start.taken.parts() {
                let inside = |path: &str| normal(Utf8Path::new(at.as_str().trim_start_matches('/')).join(path));
                let copy = Copy::stage("build", format!("/{}", inside(from)), format!("/{}", inside(to)));
                takes.push(if self.start.owned { copy.owned(&self.choices.user) } else { copy });
            }
        }
        takes
    }

    /// Where a dependency's program is, from the package's directory.
    pub(super) fn program(&self, name: &str) -> String {
        let depth = if self.facts.managed.manager.value == Manager::Pnpm { 0 } else { self.facts.directory.components().count() };
        format!("{}node_modules/.bin/{name}", "../".repeat(depth))
    }

    pub(super) fn words(&self) -> Vec<String> {
        let set = self.choices.layers.iter().find_map(|layer| layer.settings().languages.node.command.clone());
        if let Some(words) = set.filter(|words| !words.is_empty()) {
            return words;
        }
        if let Some(line) = &self.start.line {
            let mut words: Vec<_> = line.iter().map(|word| self.settled(word)).collect();
            let further = self.choices.found.app.behaviour.further_arguments(&words);
            // the program is the last that the line speaks of
            if let Some(last) = words.last_mut() {
                further.iter().for_each(|word| *last = format!("{last} {word}"));
            }
            return words;
        }
        let dependency = self.start.dependency.as_ref().map(|(name, file)| {
            // pnpm puts them beside the package that asks for them, the others at the top
            let depth = if self.facts.managed.manager.value == Manager::Pnpm { 0 } else { self.facts.directory.components().count() };
            format!("{}node_modules/{name}/{file}", "../".repeat(depth))
        });
        let program =
            self.start.program.as_ref().filter(|_| self.facts.managed.manager.value != Manager::Pnpm).map(|name| self.program(name));
        let renamed = |word: &String| match self.bundle {
            Some(bundle) if *word == bundle.entry => bundle.file.to_string(),
            _ => self.settled(word),
        };
        let mut words: Vec<_> = dependency.into_iter().chain(program).chain(self.start.words.iter().map(renamed)).collect();
        words.extend(self.choices.found.app.behaviour.further_arguments(&words));
        words
    }

    /// A word with the port in it.
    fn settled(&self, text: &str) -> String {
        let own = || self.choices.found.app.behaviour.listens.iter().find_map(|listen| listen.value.port);
        let port = self.choices.ports.first().copied().or_else(own).unwrap_or(USUAL_PORT);
        text.replace(PORT, &port.to_string())
    }

    pub(super) fn run_env(&self) -> BTreeMap<String, String> {
        let mut env: BTreeMap<String, String> = [("NODE_ENV".to_owned(), "production".to_owned())].into();
        env.extend(self.facts.natives.iter().flat_map(|native| native.value.run_env.clone()));
        env.extend(self.start.env.iter().map(|(name, value)| (name.clone(), self.settled(value))));
        if self.start.line.iter().flatten().any(|word| word.contains("$PORT")) {
            env.insert("PORT".into(), self.settled(PORT));
        }
        if self.target != Target::Production && self.start.runtime.value == Runtime::Node {
            env.insert("NODE_OPTIONS".into(), "--enable-source-maps".into());
        }
        env
    }
}
