//! What a program does when it runs. Each observer is one idea and knows no language: what calls mean stands in the vocabulary.

mod address;
mod assets;
mod beside;
mod commands;
mod demands;
mod fallback;
mod listens;
mod names;
mod needs;
mod path;
mod reads;
mod samples;
mod servers;
mod signals;
mod starts;
mod unreachable;
mod writes;

use camino::{Utf8Path, Utf8PathBuf};

use super::Program;
use super::configuration::is_settings;
use crate::app::{Behaviour, Listen, RunFile};
use crate::diagnostic::Diagnostic;
use crate::evidence::Fact;
use crate::tree::Tree;
use crate::tree::path::inside;

/// More files than anybody keeps settings in.
const MOST_SETTINGS: usize = 20;

pub use self::address::is_loopback;
pub use self::needs::locale;
pub use self::path::{fixed, named_by_the_build};
pub use self::signals::Heard;
pub use self::starts::STARTS_ONE_OF;
pub use self::unreachable::warnings;
pub use super::origin::comes_from;

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
    /// Whether its image holds the built file alone: what is not copied there is not there.
    pub ships_alone: bool,
    /// Where the sources lay while they were compiled, of a language whose programs know that and look beside them.
    pub compiled_in: Option<&'t Utf8Path>,
}

/// What was seen.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// What holds for every language.
    pub behaviour: Behaviour,
    /// What wants a look.
    pub warnings: Vec<Diagnostic>,
}

impl Observed {
    /// The same of a program that is given arguments already, or is started by something else: it needs none of its subcommands.
    #[must_use]
    pub fn without_subcommand(mut self) -> Self {
        self.behaviour.command = None;
        self.warnings.retain(|warning| warning.code != commands::UNASKED);
        self
    }
}

impl Program<'_> {
    /// What there is to say when not every name was followed to its end.
    fn not_followed(&self) -> Option<Diagnostic> {
        let message = "names in the sources lead to one another so often that not all of them were followed: \
            a port, a path or a variable may have been missed";
        self.budget
            .exceeded()
            .then(|| Diagnostic::warning("program::limit", message).help("check the Dockerfile, and say what is missing in imggen.toml"))
    }

    /// Reads the settings files that the program opens or imports.
    fn read_configuration(&self, site: &Site<'_>, reads: &[Fact<RunFile>]) {
        let tree = site.tree;
        let opened = reads.iter().flat_map(|read| {
            let itself = tree.has(&read.value.source).then_some(read.value.source.as_path());
            itself.into_iter().chain(tree.below(&read.value.source))
        });
        let imported = self.sources().iter().flat_map(|source| {
            let imports = source.outline.imports.iter().filter(|import| import.path.starts_with('.') && import.path.contains('/'));
            let directory = source.path.parent().unwrap_or(Utf8Path::new(""));
            imports.filter_map(move |import| inside(directory, Utf8Path::new(&import.path)))
        });
        let imported: Vec<_> = imported.filter(|path| tree.has(path)).collect();
        let paths = opened.chain(imported.iter().map(Utf8PathBuf::as_path));
        for path in paths.filter(|path| is_settings(path)).take(MOST_SETTINGS) {
            if let Ok(text) = tree.text(path) {
                self.configure(path, text);
            }
        }
    }

    /// What the program reads; the settings that it reads are known from here on. Those that are not there come with it.
    fn settled(&self, site: &Site<'_>) -> (Vec<Fact<RunFile>>, Vec<samples::Missing>) {
        let reads = self.reads(site);
        let missing = self.missing_settings(site);
        // what is not there says what its sample says, for all that can be seen
        for settings in &missing {
            if let Ok(text) = site.tree.text(&settings.sample) {
                self.configure(&settings.sample, text);
            }
        }
        self.read_configuration(site, &reads);
        (reads, missing)
    }

    /// Where the program listens, and nothing else of it.
    #[must_use]
    pub fn listens_at(&self, site: &Site<'_>) -> Vec<Fact<Listen>> {
        self.settled(site);
        self.listens().listens
    }

    /// Looks at all that the program does.
    #[must_use]
    pub fn observe(&self, site: &Site<'_>) -> Observed {
        let (mut reads, missing) = self.settled(site);
        let conventional: Vec<_> = beside::conventional(site, &reads).collect();
        reads.extend(conventional);
        let listens::Found { listens, demands, arguments, environment, warnings, picked } = self.listens();
        let is_port = |name: &String| {
            listens.iter().any(|fact| {
                fact.value.variable.as_ref().is_some_and(|variable| variable.name == *name) || fact.value.host.as_ref() == Some(name)
            })
        };
        let demands = self.demands(demands).into_iter().filter(|fact| !is_port(&fact.value)).collect();
        let mut needs = self.needs();
        needs.extend(self.starts());
        let (command, several) = self.subcommand(!listens.is_empty());
        let behaviour = Behaviour {
            command,
            demands,
            assets: self.assets(site),
            reads,
            writes: self.writes(site),
            links: Vec::new(),
            builds: Vec::new(),
            needs,
            stops_on: self.stops_on(),
            listens,
            arguments,
            environment,
        };
        let warnings = unreachable::warnings(&behaviour.listens)
            .chain(warnings)
            .chain(picked.as_ref().map(unreachable::picked))
            .chain(several)
            .chain(missing.iter().map(samples::warning))
            .chain(self.not_followed())
            .collect();
        Observed { behaviour, warnings }
    }
}
