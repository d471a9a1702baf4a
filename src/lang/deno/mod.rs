//! Deno: settings and locks to packages, tasks to what is started, and a cache that holds all that is fetched.

mod apps;
mod build;
mod manifest;
mod notes;
pub mod settings;
mod sources;
mod start;

use camino::Utf8PathBuf;
use serde::Serialize;

use self::start::Start;
use super::interpreted::{self, Interpreter};
use super::language::{Guest, Language, Offers};
use crate::app::App;
use crate::catalog::Catalog;
use crate::choices::Choices;
use crate::diagnostic::Result;
use crate::evidence::{Evidence, Fact, Rule};
use crate::layers::Layers;
use crate::plan::{Blueprint, Target};

/// JavaScript and TypeScript on Deno.
#[derive(Clone, Copy, Debug)]
pub struct Deno;

/// What is Deno's own about an app.
#[derive(Debug, Serialize)]
pub struct Facts {
    /// The directory that is copied into the build stage: the program's, or its workspace's root; relative to the project's.
    pub context: Utf8PathBuf,
    /// The program's directory inside that.
    pub directory: Utf8PathBuf,
    /// What makes it a workspace.
    pub workspace: Option<Evidence>,
    /// Files that have to be there to install, relative to the project's root.
    pub install: Vec<Utf8PathBuf>,
    /// Whether they name what is imported.
    pub declares: bool,
    /// The lock file.
    pub lock: Option<Utf8PathBuf>,
    /// The task that builds.
    pub build: Option<Fact<String>>,
    /// Its framework; empty where it has none that is known.
    pub what: String,
    /// What is started.
    pub start: Start,
    /// Why that is.
    pub at: Evidence,
}

const INTERPRETER: Interpreter = Interpreter { name: "deno", title: "Deno", setting: "deno.version" };
/// What speaks for a Deno where nothing else does.
const ANY: Rule = Rule::parsed("deno.any", "nothing here asks for another Deno");

impl Language for Deno {
    const INSTANCE: &'static Self = &Deno;
    const NAME: &'static str = "deno";
    const MANIFESTS: &'static [&'static str] = &["deno.json", "deno.jsonc"];
    const WORKSPACES: &'static [(&'static str, &'static str)] = &[("deno.json", "\"workspace\""), ("deno.jsonc", "\"workspace\"")];
    const ENDINGS: &'static [&'static str] = &[];
    const GUEST: Guest = Guest::Everywhere;
    type Project<'t> = apps::Workspaces<'t>;
    type Facts = Facts;
    type Build = build::Build;

    fn variants(&self, app: &App, facts: &Facts, _: &Layers, catalog: &Catalog) -> Result<Offers> {
        let toolchain = catalog.toolchain(Self::NAME)?;
        let versions: Vec<_> = toolchain.releases.iter().map(|release| Fact::new(release.version, facts.at.under(ANY))).collect();
        let rest = interpreted::needs(app, &[], &facts.at);
        let variants = INTERPRETER.variants(&versions, &[("scripts", None)], &rest, "what it imports");
        Ok(Offers { variants, on_request: Vec::new() })
    }

    fn plan(&self, facts: &Facts, choices: &Choices<'_>, target: Target) -> Result<Blueprint<build::Build>> {
        build::blueprint(facts, choices, target)
    }
}
