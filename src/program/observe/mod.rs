//! What a program does when it runs. Each observer is one idea and knows no language: what calls mean stands in the vocabulary.

mod address;
mod assets;
mod demands;
mod fallback;
mod listens;
mod names;
mod needs;
mod path;
mod reads;
mod signals;
mod starts;
mod writes;

use camino::Utf8PathBuf;

use super::Program;
use crate::app::Behaviour;
use crate::diagnostic::Diagnostic;
use crate::evidence::Fact;
use crate::tree::Tree;

pub use self::path::{fixed, is_pattern, matching, relative};

/// Where a program runs: what its paths may name.
#[derive(Clone, Debug)]
pub struct Site<'t> {
    /// The project.
    pub tree: &'t Tree,
    /// The directories from which relative paths are tried, in order; the first is the one that the program is started from.
    pub bases: Vec<Utf8PathBuf>,
    /// What is compiled into the program, patterns included, and so not opened.
    pub embedded: &'t [Fact<Utf8PathBuf>],
    /// The endings of files that are compiled, or are the program itself, and never read as files.
    pub compiled: &'t [&'t str],
}

/// What was seen.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// What holds for every language.
    pub behaviour: Behaviour,
    /// What wants a look.
    pub warnings: Vec<Diagnostic>,
}

impl<'t> Program<'t> {
    /// Looks at all that the program does.
    #[must_use]
    pub fn observe(&self, site: &Site<'_>) -> Observed {
        let listens::Found { listens, demands, arguments } = self.listens();
        let is_port = |name: &String| {
            listens.iter().any(|fact| {
                fact.value.variable.as_ref().is_some_and(|variable| variable.name == *name) || fact.value.host.as_ref() == Some(name)
            })
        };
        let demands = self.demands(demands).into_iter().filter(|fact| !is_port(&fact.value)).collect();
        let mut needs = self.needs();
        needs.extend(self.starts());
        let behaviour = Behaviour {
            demands,
            assets: self.assets(site),
            reads: self.reads(site),
            writes: self.writes(site),
            needs,
            stops_on: self.stops_on(),
            listens,
            arguments,
            ..Behaviour::default()
        };
        let warnings = listens::warnings(&behaviour.listens).collect();
        Observed { behaviour, warnings }
    }
}
