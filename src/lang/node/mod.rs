//! Node.js: manifests and locks to packages, scripts and frameworks to what is started, dependencies that are installed once.

mod apps;
mod baked;
mod behaviour;
mod blocked;
mod brought;
mod build;
mod build_env;
mod bundle;
mod bundler;
mod compiler;
mod conventions;
mod development;
mod entry;
mod framework;
mod generated;
mod ignored;
mod install;
mod lock;
mod look;
mod making;
mod manager;
mod migrations;
mod natives;
mod nx;
pub(crate) mod outline;
mod package;
mod part;
mod prisma;
mod range;
mod registries;
mod report;
mod runtime;
mod schema;
mod script;
pub mod settings;
mod setup;
mod site;
mod source;
mod sources;
mod stale;
mod stripped;
mod taken;
mod tasks;
mod version;
mod workspace;

use camino::Utf8PathBuf;
use serde::Serialize;

use self::baked::Baked;
use self::bundle::Bundling;
use self::install::Install;
use self::manager::{Managed, Manager};
use self::runtime::Runtime;
use self::site::Output;
use self::version::Held;
use super::interpreted;
use super::language::{Guest, Language, Offers};
use crate::app::App;
use crate::catalog::{Catalog, NativeUse, Why};
use crate::choices::Choices;
use crate::diagnostic::Result;
use crate::evidence::{Evidence, Fact};
use crate::ladder::Variant;
use crate::layers::Layers;
use crate::need::Libc;
use crate::plan::{Blueprint, ShellLine, Target};
use crate::version::Version;

/// JavaScript and TypeScript on Node.js.
#[derive(Clone, Copy, Debug)]
pub struct Node;

/// What is Node's own about an app.
#[derive(Debug, Serialize)]
pub struct Facts {
    /// The directory that is copied into the build stage: the package's, or its workspace's root; relative to the project's.
    pub context: Utf8PathBuf,
    /// The package's directory inside that.
    pub directory: Utf8PathBuf,
    /// What makes it a workspace.
    pub workspace: Option<Evidence>,
    /// The package as a member of the workspace.
    pub member: Option<Member>,
    /// The members that it needs when it runs.
    pub needed: Vec<Member>,
    /// The name of the workspace's root, where the package imports what only that declares.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lender: Option<String>,
    /// Who manages the dependencies.
    pub managed: Managed,
    /// What installing them needs.
    pub install: Install,
    /// Why Prisma's client is generated once all is installed.
    pub generated: Option<Evidence>,
    /// What builds it, one after the other.
    pub making: Vec<Making>,
    /// What of its dependencies runs.
    pub modules: Modules,
    /// What comes out.
    pub product: Product,
    /// The Nodes that it runs on, best first.
    pub versions: Vec<Fact<Version>>,
    /// Why the first is the best.
    pub why: Why,
    /// Nodes that something speaks against.
    pub held_back: Vec<Fact<Held>>,
    /// Packages that are native code.
    pub natives: Vec<Fact<NativeUse>>,
    /// Packages that nobody has listed and that may be compiled when they are installed.
    pub unlisted: Vec<Fact<NativeUse>>,
    /// Packages that are fetched with git.
    pub by_git: Vec<Fact<String>>,
    /// A package for development that is loaded when the program starts, for which all stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<Fact<String>>,
    /// Variables that the build is given so that it goes through: name and value.
    pub build_env: Vec<Fact<(String, String)>>,
    /// Variables that the build has to be given, with their real values.
    pub build_secrets: Vec<Fact<String>>,
    /// Whether a directory that is called as those of installed packages holds sources.
    pub called_modules: bool,
    /// How many packages are known to be installed.
    pub locked: usize,
    /// Why this is what is started.
    pub at: Evidence,
}

/// A package of a workspace.
#[derive(Clone, Debug, Serialize)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// Its directory inside the workspace; empty for the root.
    pub directory: Utf8PathBuf,
}

/// What a package becomes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Product {
    /// A program that node runs.
    Server(Box<Start>),
    /// Pages that a web server hands out.
    Site(Box<Output>),
}

/// A program that node runs.
#[derive(Debug, Serialize)]
pub struct Start {
    /// What runs it.
    pub runtime: Fact<Runtime>,
    /// Its framework; empty where it has none that is known.
    pub what: String,
    /// What node is given, from the package's directory: flags, the file, arguments.
    pub words: Vec<String>,
    /// The package and the file in it that come before the words, where it is started by one of its dependencies.
    pub dependency: Option<(String, String)>,
    /// The program of a dependency that comes before the words, by its name, where it is started by one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// The words of the shell that starts it, in place of all those, where it takes one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<Vec<String>>,
    /// Variables that are set for it.
    pub env: Vec<(String, String)>,
    /// What the image takes of the package.
    pub taken: Taken,
    /// Whether it writes to what is taken.
    pub owned: bool,
    /// Whether it needs the dependencies when it runs.
    pub modules: bool,
    /// Whether it can be put into one file with its dependencies.
    pub bundling: Bundling,
    /// Whether it is a tool, whose arguments follow the image's name.
    pub tool: bool,
    /// What of the build's environment ends in the files that browsers get from it.
    pub baked: Vec<Fact<Baked>>,
    /// Why it is what is started.
    pub at: Evidence,
}

/// What an image takes of a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Taken {
    /// All of it: it runs from its sources.
    Whole,
    /// What a build makes: from where to where, both inside the package.
    Parts(Vec<(String, String)>),
}

impl Taken {
    /// The parts.
    fn parts(&self) -> &[(String, String)] {
        match self {
            Taken::Whole => &[],
            Taken::Parts(parts) => parts,
        }
    }
}

/// One step of a build.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Making {
    /// A script of a package.
    Script {
        /// The package.
        package: Member,
        /// The script's name.
        script: String,
        /// What of it is done in other packages, and what is not.
        #[serde(skip_serializing_if = "Option::is_none")]
        delegates: Option<Delegates>,
    },
    /// A program of the dependencies.
    Command {
        /// The package.
        package: Member,
        /// The program and its arguments.
        command: ShellLine,
    },
}

/// A script that builds other packages too: where each of them is a part with a stage of its own, only the rest is left to do.
#[derive(Debug, Serialize)]
pub struct Delegates {
    /// The directories of those packages, relative to the project's root.
    pub to: Vec<Utf8PathBuf>,
    /// What is done in the script's own package, and whether a dependency's program does it.
    pub rest: Vec<(ShellLine, bool)>,
}

/// What of the dependencies the image takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Modules {
    /// Nothing: there are none, or what is built holds what it needs of them.
    None {
        /// Whether they are needed to build.
        builds: bool,
    },
    /// Those of production.
    Production {
        /// Whether there are others, for development.
        development: bool,
    },
}

impl Facts {
    /// Whose image the build stages have: Node's, with which any manager works and native code is compiled, unless Bun does it all.
    fn builder(&self, runtime: Runtime) -> Runtime {
        let compiles = || self.natives.iter().chain(&self.unlisted).any(|native| !native.value.build.is_empty());
        if self.managed.manager.value == Manager::Bun && !compiles() { runtime } else { Runtime::Node }
    }
}

impl Language for Node {
    const INSTANCE: &'static Self = &Node;
    const NAME: &'static str = "node";
    const MANIFESTS: &'static [&'static str] = &["package.json"];
    const WORKSPACES: &'static [(&'static str, &'static str)] =
        &[("package.json", "\"workspaces\""), ("pnpm-workspace.yaml", "packages"), ("lerna.json", "\"packages\"")];
    const ENDINGS: &'static [&'static str] = &[];
    const GUEST: Guest = Guest::Everywhere;
    type Project<'t> = apps::Workspaces<'t>;
    type Facts = Facts;
    type Build = build::Build;

    fn variants(&self, app: &App, facts: &Facts, layers: &Layers, catalog: &Catalog) -> Result<Offers> {
        let Product::Server(start) = &facts.product else {
            let summary = "files, which a web server hands out".into();
            let files = Variant { id: "files", summary, needs: app.behaviour.needs.clone() };
            return Ok(Offers { variants: vec![files], on_request: Vec::new() });
        };
        let interpreter = start.runtime.value.interpreter();
        let toolchain = catalog.toolchain(interpreter.name)?;
        let asked = interpreter.asked(layers, |settings| settings.languages.node.version, toolchain)?;
        let versions = match (asked, start.runtime.value) {
            (Some(asked), _) => vec![Fact::new(asked.value, facts.at.clone())],
            (None, Runtime::Node) => facts.versions.clone(),
            (None, Runtime::Bun) => toolchain.releases.iter().map(|release| start.runtime.with(release.version)).collect(),
        };
        let libc = |(id, kind)| Some((id, Some(Fact::new(toolchain.libc(kind)?.clone(), facts.at.clone()))));
        let libcs: Vec<_> = match start.runtime.value {
            // scripts run on either C library, whichever Bun's own image has
            Runtime::Bun if facts.natives.is_empty() && facts.unlisted.is_empty() => vec![("scripts", None)],
            _ => [("glibc", Libc::Glibc), ("musl", Libc::Musl)].into_iter().filter_map(libc).collect(),
        };
        let rest = interpreted::needs(app, &facts.natives, &facts.at);
        let mut variants = interpreter.variants(&versions, &libcs, &rest, "the packages that run");
        if let (Runtime::Node, Some(libc)) = (start.runtime.value, toolchain.libc(Libc::Glibc)) {
            variants.extend(stripped::variants(&versions, libc, &rest));
        }
        Ok(Offers { variants, on_request: Vec::new() })
    }

    fn presets(&self, facts: &Facts) -> &'static str {
        match &facts.product {
            Product::Server(start) => start.runtime.value.interpreter().name,
            Product::Site(_) => crate::lang::site::Site::NAME,
        }
    }

    fn plan(&self, facts: &Facts, choices: &Choices<'_>, target: Target) -> Result<Blueprint<build::Build>> {
        match &facts.product {
            Product::Server(start) => build::blueprint(facts, start, choices, target),
            Product::Site(output) => site::blueprint(facts, output, choices, target),
        }
    }
}
