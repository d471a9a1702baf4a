//! The build stages of a Node program, and what the image takes from them.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use super::install::{Caller, Extent, word};
use super::manager::Manager;
use super::range::major;
use super::{Facts, Making, Modules, Start, Taken};
use crate::catalog::{Tool, Toolchain};
use crate::choices::Choices;
use crate::diagnostic::Result;
use crate::need::Need;
use crate::plan::{Blueprint, Copied, Copy, Setting, Start as Started, Step, Target};
use crate::settings::DebugVariant;
use crate::version::Version;

/// Where everything lies, in the build stages and in the image.
const APP: &str = "/app";
/// The interpreter of the build images.
const INTERPRETER: &str = "/usr/local/bin/node";

/// What `templates/node` prints.
#[derive(Clone, Debug, Serialize)]
pub struct Build {
    /// The reference for FROM.
    pub image: String,
    /// The stage that installs.
    pub first: &'static str,
    /// The package manager, copied from an image of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copied: Option<Copied>,
    /// Environment of the build stages.
    pub env: Vec<(&'static str, String)>,
    /// What puts the package manager there.
    pub setup: Vec<String>,
    /// What has to be there to install.
    pub manifests: Vec<Copy>,
    /// The step that installs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub install: Option<Step>,
    /// The step that leaves what runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prune: Option<Step>,
    /// Everything else, where the build needs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Copy>,
    /// The step that builds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub make: Option<Step>,
    /// Variables that the build reads.
    pub arguments: Vec<String>,
    /// What of a site it compresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compress: Option<String>,
}

pub(super) fn blueprint(facts: &Facts, start: &Start, choices: &Choices<'_>, target: Target) -> Result<Blueprint<Build>> {
    let toolchain = choices.catalog.toolchain("node")?;
    let version = choices.interpreter("node").unwrap_or(facts.versions[0].value);
    let (suite_name, suite) = toolchain.suite(version, |suite| choices.is_on(suite))?;
    let maker = Maker { facts, start, choices, toolchain, version };
    let build = maker.build(choices.reference(&toolchain.image(version, suite_name)))?;
    let mut words = maker.words();
    let debugger = toolchain.debugger.as_ref().filter(|_| target == Target::Debug(DebugVariant::Debugger));
    if let Some(debugger) = debugger {
        words.insert(0, format!("--inspect=0.0.0.0:{}", debugger.port));
    }
    let shell = choices.base.holds(&Need::Program("sh".into()));
    let path = choices.base.interpreter.as_ref().and_then(|interpreter| interpreter.path.clone());
    let node = if shell { "node".to_owned() } else { path.unwrap_or_else(|| INTERPRETER.to_owned()) };
    Ok(Blueprint {
        headline: maker.headline(target),
        builder: suite.into(),
        build_needs: maker.build_needs(),
        takes: maker.takes(),
        env: maker.run_env(target),
        setting: Setting {
            workdir: Some(place(&facts.directory)),
            tree: build.source.is_some().then(|| APP.into()),
            start: if start.tool || !shell { Started::Program } else { Started::Command },
            ..Setting::default()
        },
        entrypoint: vec![node],
        arguments: words,
        ports: debugger.map(|debugger| debugger.port).into_iter().collect(),
        decisions: maker.decisions(&build),
        warnings: maker.warnings(),
        build,
    })
}

/// A directory inside the context, in the image.
pub(super) fn place(directory: &Utf8Path) -> Utf8PathBuf {
    directory.components().fold(APP.into(), |path: Utf8PathBuf, part| path.join(part))
}

pub(super) struct Maker<'a> {
    pub(super) facts: &'a Facts,
    pub(super) start: &'a Start,
    pub(super) choices: &'a Choices<'a>,
    toolchain: &'a Toolchain,
    pub(super) version: Version,
}

impl Maker<'_> {
    fn build(&self, image: String) -> Result<Build> {
        let facts = self.facts;
        let makes = !facts.making.is_empty();
        let installs = self.installs();
        let (copied, setup) = if installs || makes { self.manager()? } else { (None, Vec::new()) };
        let extent = if makes { Extent::All } else { Extent::Production };
        let staged = self.is_staged();
        Ok(Build {
            image,
            first: if staged { "install" } else { "build" },
            copied,
            env: self.env(),
            setup,
            manifests: if installs { self.manifests() } else { Vec::new() },
            install: installs.then(|| Step { mounts: self.mounts(), commands: self.installing(extent) }),
            prune: self.prune(),
            source: (staged || !installs)
                .then(|| Copy::context(if facts.context.as_str().is_empty() { "." } else { facts.context.as_str() }, ".")),
            make: self.make(),
            arguments: self.start.baked.iter().filter(|fact| !fact.value.secret).map(|fact| fact.value.name.clone()).collect(),
            compress: None,
        })
    }

    /// Whether the sources have a stage of their own behind the one that installs: they are built there, or swept.
    fn is_staged(&self) -> bool {
        let facts = self.facts;
        let whole = self.start.taken == Taken::Whole || facts.workspace.is_some();
        !facts.making.is_empty() || (self.installs() && whole && !facts.install.spent.is_empty())
    }

    /// The step that leaves of the dependencies what runs.
    fn prune(&self) -> Option<Step> {
        let facts = self.facts;
        let makes = !facts.making.is_empty();
        let prunes = makes && matches!(facts.modules, Modules::Production { development: true });
        let pruning = if prunes { self.caller().prune() } else { None };
        let (mounts, mut commands) = match pruning {
            // what is only removed needs no downloads
            Some(commands) if facts.managed.manager.value == Manager::Npm && facts.member.is_none() => (Vec::new(), commands),
            Some(commands) => (self.mounts(), self.with_tokens(commands)),
            None => (Vec::new(), Vec::new()),
        };
        // the image takes all that a workspace's stage holds
        let runs = matches!(facts.modules, Modules::Production { .. });
        commands.extend(self.sweep().filter(|_| runs && facts.workspace.is_some()));
        Step::of(mounts, commands)
    }

    /// The step that builds, and removes what the image does without.
    fn make(&self) -> Option<Step> {
        let makes = !self.facts.making.is_empty();
        // Yarn asks for what its settings name whatever it does
        let asks = makes && matches!(self.facts.managed.manager.value, Manager::YarnClassic | Manager::YarnBerry);
        let (mounts, mut commands) = if asks { (self.secrets(), self.with_tokens(self.making())) } else { (Vec::new(), self.making()) };
        if self.takes_whole() && self.installs() {
            commands.push("find . -name node_modules -type d -prune -exec rm -rf {} +".into());
        }
        commands.extend(self.sweep().filter(|_| self.takes_whole()));
        Step::of(mounts, commands)
    }

    /// The command that removes what only installing reads.
    fn sweep(&self) -> Option<String> {
        let spent = &self.facts.install.spent;
        (!spent.is_empty()).then(|| format!("rm -rf {}", spent.join(" ")))
    }

    /// Whether anything is installed.
    fn installs(&self) -> bool {
        match self.facts.modules {
            Modules::None { builds } => builds && !self.facts.making.is_empty(),
            Modules::Production { .. } => true,
        }
    }

    pub(super) fn caller(&self) -> Caller<'_> {
        let facts = self.facts;
        let managed = &facts.managed;
        let berry = managed.manager.value == Manager::YarnBerry;
        Caller {
            manager: managed.manager.value,
            locked: managed.lock.is_some(),
            quiet: if facts.making.is_empty() { facts.install.quiet_in_production } else { facts.install.quiet },
            member: facts.member.as_ref().map(|member| (member.name.as_str(), member.directory.as_path())),
            old_yarn: berry && managed.version.as_deref().and_then(major).is_some_and(|major| major < 4),
        }
    }

    /// What puts the package manager there: a copy from its image, or a command.
    fn manager(&self) -> Result<(Option<Copied>, Vec<String>)> {
        let managed = &self.facts.managed;
        let package = |tool: &Tool, version: Option<&str>| {
            let first = tool.packages.first().map(String::as_str).unwrap_or_default();
            match (version, first.rsplit_once('@')) {
                (Some(version), Some((name, _))) => format!("{name}@{version}"),
                _ => first.to_owned(),
            }
        };
        let version = managed.version.as_deref();
        // images up to 25 have a Yarn that npm would not overwrite
        let force = if self.version < Version::minor(25, 0) { " --force" } else { "" };
        Ok(match managed.manager.value {
            Manager::Npm => (None, Vec::new()),
            Manager::Pnpm => {
                let by_format = self.toolchain.tools.get(&format!("pnpm-lock-{}", managed.format));
                let tool = match by_format.filter(|_| version.is_none()) {
                    Some(tool) => tool,
                    None => self.toolchain.tool("pnpm")?,
                };
                (None, vec![format!("npm install --global {}", package(tool, version))])
            }
            Manager::YarnClassic if self.version < Version::minor(25, 0) => (None, Vec::new()),
            Manager::YarnClassic => (None, vec![format!("npm install --global {}", package(self.toolchain.tool("yarn")?, None))]),
            Manager::YarnBerry => {
                (None, vec![format!("npm install --global{force} {}", package(self.toolchain.tool("yarn-berry")?, version))])
            }
            Manager::Bun => {
                let tool = self.toolchain.tool("bun")?;
                let image = tool.image.as_deref().unwrap_or_default();
                let image = match (version, image.rsplit_once(':')) {
                    (Some(version), Some((name, _))) => format!("{name}:{version}"),
                    _ => image.to_owned(),
                };
                (Some(Copied { image: self.choices.reference(&image), path: tool.path.clone(), to: "/usr/local/bin/".into() }), Vec::new())
            }
        })
    }

    fn env(&self) -> Vec<(&'static str, String)> {
        if !self.installs() {
            return Vec::new();
        }
        match self.facts.managed.manager.value {
            Manager::Pnpm => vec![("PNPM_HOME", "/pnpm".into())],
            Manager::YarnBerry => {
                let linker = self.facts.managed.loader.as_ref().map(|_| ("YARN_NODE_LINKER", "node-modules".into()));
                [("YARN_ENABLE_GLOBAL_CACHE", "true".into()), ("YARN_GLOBAL_FOLDER", "/root/.cache/yarn".into())]
                    .into_iter()
                    .chain(linker)
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    fn mounts(&self) -> Vec<String> {
        let install = &self.facts.install;
        let mut mounts = vec![self.caller().cache().to_owned()];
        mounts.extend(self.secrets());
        if install.tokens.is_empty() && !install.registries.is_empty() {
            mounts.push(match self.facts.managed.manager.value {
                Manager::YarnBerry => "--mount=type=secret,id=yarnrc,target=/root/.yarnrc.yml".into(),
                _ => "--mount=type=secret,id=npmrc,target=/root/.npmrc".into(),
            });
        }
        mounts
    }

    fn secrets(&self) -> Vec<String> {
        self.facts.install.tokens.iter().map(|token| format!("--mount=type=secret,id={}", token.value)).collect()
    }

    /// Commands that find the tokens which the settings name.
    fn with_tokens(&self, commands: Vec<String>) -> Vec<String> {
        let tokens = self.facts.install.tokens.iter().map(|token| token.value.as_str());
        let given: Vec<_> = tokens.flat_map(|name| [format!("{name}=\"$(cat /run/secrets/{name})\""), format!("export {name}")]).collect();
        given.into_iter().chain(commands).collect()
    }

    fn installing(&self, extent: Extent) -> Vec<String> {
        let mut commands = vec![self.caller().install(extent)];
        let compiled: Vec<String> =
            self.facts.natives.iter().filter(|native| !native.value.build.is_empty()).map(|native| native.value.name.clone()).collect();
        if self.caller().quiet && !compiled.is_empty() {
            commands.push(self.caller().rebuild(&compiled));
        }
        self.with_tokens(commands)
    }

    fn making(&self) -> Vec<String> {
        let caller = self.caller();
        let mut commands: Vec<String> = self.facts.install.later.iter().map(|script| caller.run(&script.value)).collect();
        for making in &self.facts.making {
            commands.push(match making {
                Making::Script { package, script } if package.directory.as_str().is_empty() => caller.run(script),
                Making::Script { package, script } => caller.run_in(&package.name, &package.directory, script),
                Making::Command { package, command } if package.directory.as_str().is_empty() => caller.execute(command),
                Making::Command { package, command } => format!("(cd {} && {})", word(package.directory.as_str()), caller.execute(command)),
            });
        }
        commands
    }

    fn manifests(&self) -> Vec<Copy> {
        let mut by_directory: BTreeMap<Utf8PathBuf, Vec<String>> = BTreeMap::new();
        let mut whole = Vec::new();
        for path in &self.facts.install.manifests {
            let inside = path.strip_prefix(&self.facts.context).unwrap_or(path);
            // COPY of a directory copies what is in it
            let is_file = inside
                .file_name()
                .is_some_and(|name| name.contains('.') && !name.starts_with(".yarn") || name == ".npmrc" || name == ".yarnrc")
                || inside.file_name() == Some(".yarnrc.yml");
            if is_file {
                by_directory.entry(inside.parent().unwrap_or(Utf8Path::new("")).to_owned()).or_default().push(path.to_string());
            } else {
                whole.push(Copy::context(path.as_str(), format!("{inside}/")));
            }
        }
        let to = |directory: &Utf8Path| if directory.as_str().is_empty() { "./".to_owned() } else { format!("{directory}/") };
        let files = by_directory.into_iter().map(|(directory, sources)| Copy { from: None, owner: None, sources, to: to(&directory) });
        files.chain(whole).collect()
    }

    /// Whether the image takes whole packages out of the build stage, with what was built in them.
    fn takes_whole(&self) -> bool {
        let workspace = self.facts.workspace.is_some() && self.facts.modules != Modules::None { builds: true };
        (self.is_staged() || !self.installs()) && (self.start.taken == Taken::Whole || workspace)
    }

    fn takes(&self) -> Vec<Copy> {
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
                takes.push(Copy::context(context(&manifest), place(&manifest).as_str()));
            }
            let at = place(&facts.directory);
            for (from, to) in self.start.taken.parts() {
                let inside = |path: &str| super::package::tidy(&Utf8Path::new(at.as_str().trim_start_matches('/')).join(path));
                let copy = Copy::stage("build", format!("/{}", inside(from)), format!("/{}", inside(to)));
                takes.push(if self.start.owned { copy.owned(&self.choices.user) } else { copy });
            }
        }
        takes
    }

    fn words(&self) -> Vec<String> {
        let set = self.choices.layers.iter().find_map(|layer| layer.settings().languages.node.command.clone());
        if let Some(words) = set.filter(|words| !words.is_empty()) {
            return words;
        }
        let dependency = self.start.dependency.as_ref().map(|(name, file)| {
            // pnpm puts them beside the package that asks for them, the others at the top
            let depth = if self.facts.managed.manager.value == Manager::Pnpm { 0 } else { self.facts.directory.components().count() };
            format!("{}node_modules/{name}/{file}", "../".repeat(depth))
        });
        dependency.into_iter().chain(self.start.words.iter().cloned()).collect()
    }

    fn run_env(&self, target: Target) -> BTreeMap<String, String> {
        let mut env: BTreeMap<String, String> = [("NODE_ENV".to_owned(), "production".to_owned())].into();
        env.extend(self.start.env.iter().cloned());
        if target != Target::Production {
            env.insert("NODE_OPTIONS".into(), "--enable-source-maps".into());
        }
        env
    }

    fn build_needs(&self) -> Vec<Need> {
        self.facts.natives.iter().flat_map(|native| native.value.build.clone()).collect()
    }
}
