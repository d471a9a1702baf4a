//! Python: manifests and locks to packages, syntax trees to what is started, one virtual environment that is built once.

mod added;
mod apps;
mod build;
mod command;
mod conda;
mod constraint;
mod django;
mod downloads;
mod entry;
mod extension;
mod frameworks;
mod groups;
mod hints;
mod inline;
mod install;
mod interpreter;
mod local;
mod lock;
mod locked;
mod look;
mod managed;
mod manager;
mod named;
mod observe;
pub(crate) mod outline;
mod package;
mod pip_conf;
mod places;
mod project;
mod report;
mod requirements;
mod runners;
mod serve;
pub mod settings;
mod sources;
mod stale;
mod starters;
mod stdlib;
mod translations;
mod two;
mod unobtainable;
mod values;
mod venv;
mod version;
mod word;

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use serde::Serialize;

use self::django::stand_ins::StandIn;
use self::extension::Compiler;
use self::groups::Group;
use self::manager::Manager;
use self::package::Backend;
use self::project::Own;
use self::version::Held;
use super::interpreted::{self, Interpreter};
use super::language::{Guest, Language, Offers};
use crate::app::App;
use crate::catalog::{Catalog, NativeUse, Why};
use crate::choices::Choices;
use crate::diagnostic::Result;
use crate::evidence::{Evidence, Fact, Rule};
use crate::layers::Layers;
use crate::need::{Libc, Need};
use crate::plan::{Blueprint, Target};
use crate::version::Version;

const NATIVE: Rule = Rule::parsed("python.native", "this package needs native libraries");

/// The Python language.
#[derive(Clone, Copy, Debug)]
pub struct Python;

/// What is Python's own about an app.
#[derive(Debug, Serialize)]
pub struct Facts {
    /// The directory that is copied into the build stage: the project's, or its workspace's; relative to the root.
    pub context: Utf8PathBuf,
    /// The project's directory inside that.
    pub directory: Utf8PathBuf,
    /// Who manages the dependencies.
    pub manager: Fact<Manager>,
    /// What the project's own Dockerfile installs beside what is listed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<Fact<String>>,
    /// The same by other locks of the same dependencies, where nothing says which one counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rivals: Vec<Facts>,
    /// What the dependencies are installed from.
    pub manifests: Vec<Utf8PathBuf>,
    /// The name of the project as a member of a workspace.
    pub member: Option<String>,
    /// Set when the project itself is installed.
    pub package: Option<Fact<Backend>>,
    /// What `setup.py` imports of the project or of its dependencies, which an isolated build does not find.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beside: Option<Fact<String>>,
    /// Where its own dependencies are known without its sources.
    pub own: Own,
    /// What of its metadata is known to its build alone.
    pub metadata: Metadata,
    /// The Pythons that it runs on, best first.
    pub versions: Vec<Fact<Version>>,
    /// Why the first is the best.
    pub why: Why,
    /// Pythons that lack something that the program needs.
    pub held_back: Vec<Fact<Held>>,
    /// What is compiled where it is installed, as far as it is known, by Python.
    #[serde(skip)]
    pub compiled: BTreeMap<String, Vec<Fact<String>>>,
    /// Sets of dependencies that are installed besides the project's own.
    pub groups: Vec<Fact<Group>>,
    /// Which groups uv installs unless it is told otherwise.
    pub default_groups: DefaultGroups,
    /// What compiles native code of the project's own.
    pub compiler: Option<Fact<Compiler>>,
    /// Dependencies that come from repositories or archives.
    pub remotes: Vec<Fact<String>>,
    /// Dependencies that lie in the project.
    pub locals: Vec<Fact<String>>,
    /// Indexes other than the public one.
    pub indexes: Vec<Fact<String>>,
    /// Variables that hold logins for them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tokens: Vec<Fact<String>>,
    /// What `pip.conf` says of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pip: Vec<Fact<(&'static str, String)>>,
    /// Whether all indexes count alike.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub any_index: bool,
    /// Set where what is installed lies outside the project's directory, so that the context is one above it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub wide: bool,
    /// What is started.
    pub words: Vec<String>,
    /// Environment variables that go with it.
    pub env: BTreeMap<String, String>,
    /// Whether it is a tool, whose arguments follow the image's name.
    pub tool: bool,
    /// What it is, for the headline.
    pub what: String,
    /// Why it is what is started.
    pub at: Evidence,
    /// The directory that it is started in, inside the copied one.
    pub place: Utf8PathBuf,
    /// A directory that modules are imported from besides.
    pub path: Option<Utf8PathBuf>,
    /// Whether it runs from the environment alone, without the sources.
    pub installed: bool,
    /// Whether all sources can be compiled.
    pub compiles: bool,
    /// Its Django project.
    pub django: Option<DjangoFacts>,
    /// Translations that the build compiles.
    pub translations: Option<Fact<translations::Compiler>>,
    /// Packages that need native libraries.
    pub natives: Vec<Fact<NativeUse>>,
    /// Which torch is installed, where it is.
    pub torch: Option<Fact<Torch>>,
    /// A package that has wheels for glibc and none for musl.
    pub only_glibc: Option<Fact<()>>,
    /// How many packages are known to be installed.
    pub locked: usize,
}

impl Facts {
    /// The facts by the lock that counts.
    ///
    /// # Errors
    /// When there are several locks and nothing says which one counts.
    fn counting(&self, layers: &Layers) -> Result<&Self> {
        if self.rivals.is_empty() {
            return Ok(self);
        }
        let asked = layers.iter().find_map(|layer| layer.settings().languages.python.lock);
        let all = || std::iter::once(self).chain(&self.rivals);
        let chosen = all().find(|facts| Some(facts.manager.value) == asked);
        Ok(chosen.ok_or_else(|| managed::conflict(all().map(|facts| &facts.manager)))?)
    }
}

/// The groups that uv installs unless it is told otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DefaultGroups {
    /// `dev`, as uv has it.
    Usual,
    /// Those that the project names.
    Named,
}

/// What a package says of itself without being built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Metadata {
    /// All of it.
    Static,
    /// Not its version, or something else.
    Dynamic,
}

/// A torch that is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Torch {
    /// Nothing asks for CUDA, and nothing binds it to a file: the one for the processor is taken.
    Processor,
    /// A lock has the one for CUDA, and nothing that the project uses asks for that.
    LockedWithCuda,
    /// The one that is listed.
    AsListed,
}

/// What the build has to know of Django.
#[derive(Debug, Serialize)]
pub struct DjangoFacts {
    /// The directory of `manage.py`, inside the project's.
    pub directory: Utf8PathBuf,
    /// Whether its directory holds `manage.py`.
    pub manage: bool,
    /// Whether static files are collected.
    pub collects: bool,
    /// Directories that static files are looked for in, and that are not there.
    pub expected: Vec<Utf8PathBuf>,
    /// The settings, where something would take others.
    pub settings: Option<String>,
    /// What stands in for variables that the settings do not load without.
    pub stand_ins: Vec<Fact<StandIn>>,
}

const INTERPRETER: Interpreter = Interpreter { name: "python", title: "Python", setting: "python.version" };

impl Language for Python {
    const INSTANCE: &'static Self = &Python;
    const NAME: &'static str = "python";
    const MANIFESTS: &'static [&'static str] =
        &["pyproject.toml", "requirements.txt", "requirements.in", "Pipfile", "setup.py", "setup.cfg", "pylock.toml", "manage.py"];
    const WORKSPACES: &'static [(&'static str, &'static str)] = &[("pyproject.toml", "[tool.uv.workspace]")];
    const ENDINGS: &'static [&'static str] = &["py"];
    const GUEST: Guest = Guest::Below;
    type Project<'t> = apps::Projects<'t>;
    type Facts = Facts;
    type Build = build::Build;

    fn variants(&self, app: &App, facts: &Facts, layers: &Layers, catalog: &Catalog) -> Result<Offers> {
        let facts = facts.counting(layers)?;
        let toolchain = catalog.toolchain(Self::NAME)?;
        let versions = match INTERPRETER.asked(layers, |settings| settings.languages.python.version, toolchain)? {
            Some(asked) => vec![Fact::new(asked.value, facts.manager.because()[0].clone())],
            None => facts.versions.clone(),
        };
        let bound = facts.only_glibc.as_ref();
        let because = |need: Need| bound.map_or_else(|| facts.manager.with(need.clone()), |only| only.with(need.clone()));
        let libc = |(id, kind)| Some((id, Some(because(toolchain.libc(kind)?.clone()))));
        let kinds = [("glibc", Libc::Glibc), ("musl", Libc::Musl)].into_iter().filter(|(_, kind)| bound.is_none() || *kind == Libc::Glibc);
        let libcs: Vec<_> = kinds.filter_map(libc).collect();
        let rest = interpreted::needs(app, &facts.natives, &facts.at);
        Ok(Offers { variants: INTERPRETER.variants(&versions, &libcs, &rest, "a virtual environment"), on_request: Vec::new() })
    }

    fn plan(&self, facts: &Facts, choices: &Choices<'_>, target: Target) -> Result<Blueprint<build::Build>> {
        build::blueprint(facts.counting(&choices.layers)?, choices, target)
    }
}
