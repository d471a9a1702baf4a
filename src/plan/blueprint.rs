//! What a language gives of an image; [`super::draw`] makes a plan of it.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use serde::Serialize;

use super::{Copy, DebugVariant, Installer, Server, ShellLine, Staged, Suite};
use crate::decision::Decision;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact};
use crate::need::Need;

/// Which image a blueprint is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The one that ships.
    Production,
    /// A stage of another app's image, which takes what is built: [`Blueprint::takes`] names that, and nothing is started.
    Part,
    /// The one to debug with; never [`DebugVariant::Off`].
    Debug(DebugVariant),
}

/// A language's part of an image.
#[derive(Clone, Debug)]
pub struct Blueprint<B> {
    /// What was found, and where: the second half of the headline.
    pub headline: String,
    /// What its templates need for the build stages.
    pub build: B,
    /// The image that the stage `build` stands on, and what it holds.
    pub builder: Builder,
    /// What has to be there to build, beyond what the builder has.
    pub build_needs: Vec<BuildNeed>,
    /// What the image takes out of the build stages: the program.
    pub takes: Vec<Copy>,
    /// Environment variables that the program needs.
    pub env: BTreeMap<String, String>,
    /// How the program lies in the image, where it is more than a file.
    pub setting: Setting,
    /// What is started.
    pub entrypoint: Vec<String>,
    /// With which arguments, unless settings say otherwise.
    pub arguments: Vec<String>,
    /// Ports besides the program's own: a debugger's.
    pub ports: Vec<u16>,
    /// What the language decided.
    pub decisions: Vec<Decision>,
    /// What wants a look.
    pub warnings: Vec<Diagnostic>,
}

/// How a program lies in its image that is more than a file: what an interpreter runs, what a web server hands out.
#[derive(Clone, Debug, Default)]
pub struct Setting {
    /// The directory that comes first in PATH.
    pub path: Option<String>,
    /// The directory that it is started in, unless settings say otherwise.
    pub workdir: Option<Utf8PathBuf>,
    /// The directory of the build context that the stage `build` copies; all of it where nothing is said.
    pub context: Option<Utf8PathBuf>,
    /// Where the project's root lies in the stage that builds; `/src` where nothing else is said.
    pub sources: Option<Utf8PathBuf>,
    /// A directory of the build stage that the image takes under the same name, whole or in parts. What the program writes to inside it is
    /// made there where it is missing, by a template that does so behind the sources.
    pub tree: Option<Utf8PathBuf>,
    /// What follows the image's name in `docker run`.
    pub start: Start,
    /// What makes more of the base itself, before anything of the program's is there.
    pub prepare: Option<Staged>,
    /// The configuration of the web server that hands it out.
    pub web: Option<Server>,
}

/// What follows the image's name in `docker run`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// Arguments of the program.
    #[default]
    Program,
    /// Another command in place of the program.
    Command,
}

/// The distribution of the stage that builds.
#[derive(Clone, Debug)]
pub struct Builder {
    /// Its release, as the package map knows it.
    pub release: String,
    /// Its package manager.
    pub installer: Installer,
    /// Whether its packages moved to the archive.
    pub archived: bool,
    /// What it holds.
    pub has: Vec<Need>,
}

impl From<&Suite> for Builder {
    fn from(suite: &Suite) -> Self {
        Self { release: suite.release.clone(), installer: suite.installer(), archived: suite.archived, has: suite.has.clone() }
    }
}

/// Something that a build stage has to have, and what asks for it: nothing where it belongs to the way it is built.
#[derive(Clone, Debug)]
pub struct BuildNeed {
    /// What.
    pub need: Need,
    /// Where that shows.
    pub because: Vec<Evidence>,
}

impl From<Need> for BuildNeed {
    fn from(need: Need) -> Self {
        Self { need, because: Vec::new() }
    }
}

impl From<Fact<Need>> for BuildNeed {
    fn from(fact: Fact<Need>) -> Self {
        Self { because: fact.because().to_vec(), need: fact.value }
    }
}

/// One RUN of a build stage.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// Its mounts.
    pub mounts: Vec<String>,
    /// Its commands, of which each has to end well.
    pub commands: Vec<ShellLine>,
}

impl Step {
    /// These commands, if there are any.
    #[must_use]
    pub fn of(mounts: Vec<String>, commands: Vec<ShellLine>) -> Option<Self> {
        (!commands.is_empty()).then_some(Self { mounts, commands })
    }
}

/// A program that a build stage copies from another image.
#[derive(Clone, Debug, Serialize)]
pub struct Copied {
    /// The image.
    pub image: String,
    /// Where it is there.
    pub path: String,
    /// Where it is put.
    pub to: String,
}

impl<B> Blueprint<B> {
    /// The same with the build stages in another form.
    pub fn with<C>(self, build: C) -> Blueprint<C> {
        let Self { headline, build: _, builder, build_needs, takes, env, setting, entrypoint, arguments, ports, decisions, warnings } =
            self;
        Blueprint { headline, build, builder, build_needs, takes, env, setting, entrypoint, arguments, ports, decisions, warnings }
    }
}
