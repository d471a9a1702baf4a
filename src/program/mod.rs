//! One reading of programs, for every language.
//!
//! ```text
//!  source text ──front end──▶ Outline ──▶ Program ──resolve──▶ values ──observe──▶ Behaviour
//!               (lang/<l>)                            vocabulary ──────────┘
//! ```
//!
//! A language's front end turns a file into an [`Outline`] and knows nothing of ports or files. Observers know no language: what a call
//! means stands in the vocabulary, `presets/_catalog/vocabulary/<language>.toml`.

mod budget;
pub mod configuration;
mod index;
pub mod observe;
mod origin;
pub mod outline;
mod overrides;
mod resolve;
pub mod scan;
mod settings;
#[cfg(test)]
pub mod show;
mod source;
#[cfg(test)]
mod tests;
pub mod value;

use std::cell::RefCell;

use self::budget::Budget;
use self::configuration::Configuration;
use self::index::Index;
pub use self::observe::{Heard, Observed, STARTS_ONE_OF, Site, is_loopback};
use self::origin::Origins;
pub use self::outline::{Annotation, Argument, At, Binding, Call, Check, Context, Field, Function, Import, Outline, Parameter, Type};
pub use self::resolve::{Expression, Given, Part, Place, Resolved, Step};
pub use self::settings::SettingKind;
pub use self::source::Source;
pub use self::value::Value;
use camino::Utf8Path;

use crate::catalog::vocabulary::{Entry, Vocabulary};
use crate::evidence::{Evidence, Rule};

/// The sources of one program, and what they say together.
#[derive(Debug)]
pub struct Program<'t> {
    sources: Vec<&'t Source<'t>>,
    vocabulary: &'t Vocabulary,
    index: Index<'t>,
    /// Flags and settings with what they are when nobody sets them, in the order of the sources.
    settings: settings::Settings<'t>,
    known_calls: Vec<(usize, &'t Call, &'t [Entry])>,
    budget: Budget,
    origins: RefCell<Origins>,
    configuration: RefCell<Configuration>,
}

impl<'t> Program<'t> {
    /// The program that `sources` make: the files that it is started from and all that it reaches, in a fixed order.
    #[must_use]
    pub fn new(sources: Vec<&'t Source<'t>>, vocabulary: &'t Vocabulary) -> Self {
        let index = Index::new(&sources);
        let budget = Budget::new(sources.iter().map(|source| source.text.len()).sum());
        let mut program = Self {
            sources,
            vocabulary,
            index,
            settings: settings::Settings::default(),
            known_calls: Vec::new(),
            budget,
            origins: RefCell::default(),
            configuration: RefCell::default(),
        };
        let entries = program.calls().map(|(file, call)| (file, call, vocabulary.calls(call.method())));
        program.known_calls = entries.filter(|(_, _, entries)| !entries.is_empty()).collect();
        program.settings = settings::Settings::collect(&program);
        program
    }

    /// Adds a settings file that the program, or its framework, reads by itself; those that it opens by their names are found anyway.
    pub fn configure(&self, path: &Utf8Path, text: &str) {
        self.configuration.borrow_mut().add(path, text);
    }

    /// Its files.
    #[must_use]
    pub fn sources(&self) -> &[&'t Source<'t>] {
        &self.sources
    }

    /// All calls that are no test code, each with the number of its file.
    pub fn calls(&self) -> impl Iterator<Item = (usize, &'t Call)> {
        self.sources
            .iter()
            .enumerate()
            .filter(|(_, source)| !source.stands_in)
            .flat_map(|(file, source)| source.outline.calls.iter().filter(|call| !call.context.test).map(move |call| (file, call)))
    }

    /// Those of them that the vocabulary may speak of, with what it says of calls of that name.
    fn known_calls(&self) -> impl Iterator<Item = (usize, &'t Call, &'t [Entry])> + use<'_, 't> {
        self.known_calls.iter().copied()
    }

    /// The place of something as evidence.
    #[must_use]
    pub fn evidence(&self, file: usize, at: At, rule: Rule) -> Evidence {
        match self.sources.get(file) {
            Some(source) => source.evidence(at, rule),
            // settings files have the numbers behind
            None => self.configuration.borrow().evidence(file - self.sources.len(), at, rule).unwrap_or_else(|| Evidence::exists("", rule)),
        }
    }

    /// Whether any file imports something of the package, module or class `path`.
    #[must_use]
    pub fn imports(&self, path: &str) -> bool {
        self.index.imports.touch(path)
    }
}
