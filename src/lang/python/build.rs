//! The build stage of a Python program, and what the image takes from it.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use super::command::PORT;
use super::django::MODULE;
use super::extension::Compiler;
use super::interpreter::{INVALIDATES, INVALIDATION_OF_UV, Interpreter};
use super::manager::Manager;
use super::package::Backend;
use super::{DefaultGroups, Facts, Torch, translations};
use crate::catalog::Toolchain;
use crate::choices::Choices;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::Fact;
use crate::lang::secrets;
use crate::need::Need;
use crate::plan::{Blueprint, BuildNeed, Copied, Copy, Setting, ShellLine, Start, Step, Target};
use crate::settings::DebugVariant;
use crate::version::Version;

/// Where the environment is, in the build stage and in the image.
pub(super) const VENV: &str = "/opt/venv";
/// Where the sources are, in both.
pub(super) const APP: &str = "/app";
/// The interpreter of the build image.
const PYTHON: &str = "/usr/local/bin/python3";
/// uv's downloads.
const CACHE: &str = "--mount=type=cache,target=/root/.cache/uv";
/// pip's.
const CACHE_OF_PIP: &str = "--mount=type=cache,target=/root/.cache/pip";
/// Where Rust's images have Cargo, and its toolchains.
const CARGO: [&str; 2] = ["/usr/local/cargo", "/usr/local/rustup"];

/// What `templates/python` prints.
#[derive(Clone, Debug, Serialize)]
pub struct Build {
    /// The reference for FROM.
    pub image: String,
    /// The stage of `CPython` itself, where the base has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interpreter: Option<Interpreter>,
    /// Programs that come from other images: uv, and Rust's toolchain.
    pub tools: Vec<Copied>,
    /// Environment of the whole stage.
    pub env: Vec<(&'static str, String)>,
    /// What comes first in PATH.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The command that puts the interpreter where the image has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prepare: Option<ShellLine>,
    /// Where commands are run.
    pub workdir: Utf8PathBuf,
    /// Manifests, before anything else of the project.
    pub manifests: Vec<Copy>,
    /// The step that installs the dependencies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dependencies: Option<Step>,
    /// The sources.
    pub source: Copy,
    /// Build arguments of the step behind the sources.
    pub arguments: Vec<String>,
    /// The step behind the sources.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<Step>,
}

pub(super) fn blueprint(facts: &Facts, choices: &Choices<'_>, target: Target) -> Result<Blueprint<Build>> {
    let toolchain = choices.catalog.toolchain("python")?;
    let version = choices.interpreter("python").unwrap_or(facts.versions[0].value);
    let (suite_name, suite) = toolchain.suite(version, |suite| choices.is_on(suite))?;
    let by_pip = toolchain.tool("uv")?.packages_for(version).is_none();
    let maker = Maker {
        facts,
        choices,
        toolchain,
        version,
        by_pip,
        debugger: toolchain.debugger.as_ref().filter(|_| target == Target::Debug(DebugVariant::Debugger)),
    };
    let python = maker.python();
    maker.refuse_what_only_uv_reads()?;
    let installs = facts.manager.value != Manager::Nothing;
    let project = maker.project()?;
    let build = Build {
        image: choices.reference(&toolchain.image(version, suite_name)),
        interpreter: maker.interpreter(),
        tools: if installs { maker.tools(&suite.release)? } else { Vec::new() },
        env: if installs { maker.env(&python) } else { Vec::new() },
        path: installs.then(|| maker.path()),
        prepare: (python != PYTHON && !by_pip).then(|| ShellLine::of("ln -s").word(PYTHON).path(&python)),
        workdir: if facts.wide { Utf8Path::new(APP).join(&facts.directory) } else { APP.into() },
        manifests: maker.manifests(),
        dependencies: Step::of(maker.mounts(), maker.dependencies()?),
        source: Copy::context(
            if facts.context.as_str().is_empty() { "." } else { facts.context.as_str() },
            if facts.wide { APP } else { "." },
        ),
        arguments: facts.version_variable().map(|_| "VERSION=0.0.0".into()).into_iter().collect(),
        project: Step::of(
            if project.iter().any(|command| command.as_str().contains("uv ")) { maker.building() } else { Vec::new() },
            project,
        ),
    };
    let shell = choices.base.holds(&Need::Program("sh".into()));
    let mut words = maker.words();
    let entrypoint = vec![words.remove(0)];
    Ok(Blueprint {
        headline: maker.headline(version, target),
        builder: suite.into(),
        build_needs: maker.build_needs(version),
        takes: maker.takes(),
        env: maker.run_env(target),
        setting: Setting {
            context: Some(facts.context.clone()),
            sources: Some(APP.into()),
            path: installs.then(|| format!("{VENV}/bin")),
            workdir: Some(facts.place.components().fold(APP.into(), |path: Utf8PathBuf, part| path.join(part))),
            tree: (!facts.installed).then(|| APP.into()),
            start: if facts.tool || !shell { Start::Program } else { Start::Command },
            prepare: maker.compiled_library(),
            web: None,
        },
        entrypoint,
        arguments: words,
        ports: maker.debugger.map(|debugger| debugger.port).into_iter().collect(),
        decisions: maker.decisions(&build, version),
        warnings: maker.warnings(),
        build,
    })
}

impl Facts {
    /// Whether the lock of their manager is there.
    pub(super) fn is_locked(&self) -> bool {
        self.manager.value.lock().is_some_and(|lock| self.manifests.iter().any(|file| file.file_name() == Some(lock)))
    }

    /// The variable that gives the project's version, which is in version control alone.
    pub(super) fn version_variable(&self) -> Option<&'static str> {
        match self.package.as_ref()?.value {
            Backend::Versioned(variable) => Some(variable),
            Backend::Setuptools | Backend::Other => None,
        }
    }
}

pub(super) struct Maker<'a> {
    pub(super) facts: &'a Facts,
    pub(super) choices: &'a Choices<'a>,
    pub(super) toolchain: &'a Toolchain,
    /// The Python that it is built for.
    pub(super) version: Version,
    /// Whether pip installs: uv does not know so old a Python.
    pub(super) by_pip: bool,
    pub(super) debugger: Option<&'a crate::catalog::Debugger>,
}

fn no_rust(compiler: &Fact<Compiler>) -> Diagnostic {
    let error =
        Diagnostic::error("python::no-rust", "the project is written in Rust too, for which there is no image of this distribution");
    compiler.because().iter().fold(error, Diagnostic::because).help("take `base = \"python-slim\"`")
}

impl Maker<'_> {
    fn tools(&self, release: &str) -> Result<Vec<Copied>> {
        let uv = self.toolchain.tool("uv")?;
        let image = self.choices.reference(uv.image.as_deref().unwrap_or_default());
        let mut tools = vec![Copied { image, path: uv.path.clone(), to: "/usr/local/bin/uv".into() }];
        tools.retain(|_| !self.by_pip);
        if let Some(compiler) = self.rust() {
            let rust = self.choices.catalog.toolchain("rust")?;
            let newest = rust.releases.first();
            let suites = newest.into_iter().flat_map(|newest| newest.suites.iter().map(|name| (newest.version, name)));
            let fitting = suites.into_iter().find(|(_, name)| rust.suites.get(*name).is_some_and(|suite| suite.release == release));
            let (version, suite) = fitting.ok_or_else(|| no_rust(compiler))?;
            let image = self.choices.reference(&rust.image(version, suite));
            tools.extend(CARGO.map(|path| Copied { image: image.clone(), path: path.into(), to: path.into() }));
        }
        Ok(tools)
    }

    /// Refuses what nothing but uv installs where it does not know so old a Python.
    fn refuse_what_only_uv_reads(&self) -> Result<()> {
        let by_pip = matches!(self.facts.manager.value, Manager::Requirements | Manager::Install | Manager::Nothing);
        if !self.by_pip || by_pip { Ok(()) } else { Err(self.too_new("uv", self.toolchain.tool("uv")?.oldest()).into()) }
    }

    /// That the project is written in Rust, too.
    fn rust(&self) -> Option<&Fact<Compiler>> {
        self.facts.compiler.as_ref().filter(|compiler| compiler.value == Compiler::Rust)
    }

    /// What comes first in PATH while it is built.
    fn path(&self) -> String {
        let cargo = self.rust().map_or_else(String::new, |_| format!(":{}/bin", CARGO[0]));
        format!("{VENV}/bin{cargo}")
    }

    /// Where the image has its interpreter.
    pub(super) fn python(&self) -> String {
        let interpreter = self.choices.base.interpreter.as_ref();
        interpreter.and_then(|interpreter| interpreter.path.clone()).unwrap_or_else(|| PYTHON.to_owned())
    }

    fn env(&self, python: &str) -> Vec<(&'static str, String)> {
        if self.by_pip {
            return Vec::new();
        }
        let compiled = (INVALIDATION_OF_UV.0, INVALIDATION_OF_UV.1.to_owned());
        let mut env = vec![("UV_COMPILE_BYTECODE", "1".to_owned()), compiled, ("UV_LINK_MODE", "copy".to_owned())];
        env.retain(|(name, _)| *name != INVALIDATION_OF_UV.0 || self.version >= INVALIDATES);
        if self.facts.manager.value == Manager::Uv {
            // the image's own, whatever .python-version says
            let only = match self.facts.default_groups {
                DefaultGroups::Named => "UV_NO_DEFAULT_GROUPS",
                DefaultGroups::Usual => "UV_NO_DEV",
            };
            env.extend([("UV_PYTHON", python.to_owned()), (only, "1".to_owned()), ("UV_PROJECT_ENVIRONMENT", VENV.to_owned())]);
        } else {
            env.extend([("UV_PYTHON_DOWNLOADS", "never".to_owned()), ("VIRTUAL_ENV", VENV.to_owned())]);
        }
        if self.facts.torch.as_ref().is_some_and(|torch| torch.value == Torch::Processor) {
            env.push(("UV_TORCH_BACKEND", "cpu".to_owned()));
        }
        if self.facts.any_index {
            // as pip has it: a package that several have comes from whichever has the best version
            env.push(("UV_INDEX_STRATEGY", "unsafe-best-match".to_owned()));
        }
        if self.by_ssh() {
            // nobody is there to be asked about a host's key
            env.push(("GIT_SSH_COMMAND", "ssh -o StrictHostKeyChecking=accept-new".to_owned()));
        }
        if self.rust().is_some() {
            env.extend([("CARGO_HOME", CARGO[0].to_owned()), ("RUSTUP_HOME", CARGO[1].to_owned())]);
        }
        env
    }

    /// The mounts of the step that builds the project itself: what Cargo fetched and compiled before, besides.
    fn building(&self) -> Vec<String> {
        let crates = format!("{}/registry", CARGO[0]);
        let target = Utf8Path::new(APP).join(&self.facts.directory).join("target").to_string();
        let caches = [crates, target].map(|directory| format!("--mount=type=cache,target={directory}"));
        self.mounts().into_iter().chain(caches.into_iter().filter(|_| self.rust().is_some())).collect()
    }

    pub(super) fn mounts(&self) -> Vec<String> {
        let mut mounts = Vec::new();
        if self.facts.manager.value != Manager::Nothing {
            mounts.push(if self.by_pip { CACHE_OF_PIP } else { CACHE }.to_owned());
        }
        if self.asks_by_netrc() {
            mounts.push("--mount=type=secret,id=netrc,target=/root/.netrc".to_owned());
        }
        mounts.extend(self.facts.tokens.iter().map(|token| secrets::mount(&token.value)));
        if self.by_ssh() {
            mounts.push("--mount=type=ssh".to_owned());
        }
        mounts
    }

    /// Whether an index may ask who one is and no variable answers.
    pub(super) fn asks_by_netrc(&self) -> bool {
        self.facts.indexes.iter().any(|index| secrets::variables(&index.value).is_empty())
    }

    pub(super) fn by_ssh(&self) -> bool {
        self.facts.remotes.iter().any(|remote| remote.value.contains("ssh://") || remote.value.starts_with("git@"))
    }

    pub(super) fn is_workspace(&self) -> bool {
        let manifests = self.facts.manifests.iter().filter(|file| file.file_name() == Some("pyproject.toml"));
        self.facts.member.is_some() || manifests.count() > 1
    }

    /// A command of Django's, with what its settings do not load without: harmless values that end with it.
    fn django(&self, command: &'static str) -> Option<ShellLine> {
        let django = self.facts.django.as_ref()?;
        let given = django.stand_ins.iter().map(|fact| ShellLine::assignment(&fact.value.name, &fact.value.value));
        let settings = django.settings.as_ref().map(|settings| ShellLine::assignment(MODULE, settings));
        let set = self.facts.env.iter().filter(|(name, value)| *name != MODULE && value.starts_with(APP));
        let set = set.map(|(name, value)| ShellLine::assignment(name, value));
        let directory = self.inside().join(&django.directory);
        let line = ShellLine::default().all(settings.into_iter().chain(set).chain(given)).then("python");
        Some(match (django.manage, directory.as_str()) {
            (true, _) => line.path(directory.join("manage.py")).then(command),
            (false, "") => line.then("-m django").then(command),
            (false, _) => line.then("-m django").then(command).then("--pythonpath").path(directory),
        })
    }

    pub(super) fn collectstatic(&self) -> Vec<ShellLine> {
        let Some(django) = &self.facts.django else { return Vec::new() };
        let asked = self.choices.layers.iter().find_map(|layer| layer.settings().languages.python.collectstatic);
        if !asked.unwrap_or(django.collects) {
            return Vec::new();
        }
        let inside = |path: &Utf8PathBuf| path.strip_prefix(self.here()).unwrap_or(path).to_owned();
        let expected = django.expected.iter().map(|path| ShellLine::default().path(inside(path)));
        let made = (!django.expected.is_empty()).then(|| ShellLine::of("mkdir -p").all(expected));
        made.into_iter().chain(self.django("collectstatic --no-input")).collect()
    }

    /// The command that compiles translations.
    pub(super) fn translations(&self) -> Option<ShellLine> {
        match &self.facts.translations.as_ref().filter(|_| !self.facts.installed)?.value {
            translations::Compiler::Django => self.django("compilemessages"),
            translations::Compiler::Babel(directory, domain) => {
                let line = ShellLine::of("pybabel compile -f -d").path(self.inside().join(directory));
                Some(if domain == "messages" { line } else { line.then("-D").word(domain) })
            }
        }
    }

    fn words(&self) -> Vec<String> {
        let set = self.choices.layers.iter().find_map(|layer| layer.settings().languages.python.command.clone());
        let mut words: Vec<String> = set
            .filter(|words| !words.is_empty())
            .unwrap_or_else(|| self.facts.words.clone())
            .iter()
            .map(|word| self.settled(word))
            .collect();
        // a flag without which nobody reaches it
        let arguments = &self.choices.found.app.behaviour.arguments;
        words.extend(arguments.iter().flat_map(|fact| [fact.value.flag.clone(), fact.value.value.clone()]));
        if let Some(debugger) = self.debugger {
            let module = if words[0] == "python" {
                words.remove(0);
                None
            } else {
                Some("-m".to_owned())
            };
            let listen = format!("0.0.0.0:{}", debugger.port);
            let front = ["python", "-m", "debugpy", "--listen", &listen].map(str::to_owned).into_iter().chain(module);
            words.splice(0..0, front);
        }
        words
    }

    fn settled(&self, text: &str) -> String {
        let own = || self.choices.found.app.behaviour.listens.iter().find_map(|listen| listen.value.port);
        let port = self.choices.ports.first().copied().or_else(own).unwrap_or(8000);
        text.replace(PORT, &port.to_string())
    }

    fn run_env(&self, target: Target) -> BTreeMap<String, String> {
        let mut env: BTreeMap<String, String> = [("PYTHONUNBUFFERED", "1"), ("PYTHONDONTWRITEBYTECODE", "1"), ("HOME", "/tmp")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        if target != Target::Production {
            env.insert("PYTHONFAULTHANDLER".into(), "1".into());
        }
        if let Some(path) = &self.facts.path {
            env.insert("PYTHONPATH".into(), Utf8Path::new(APP).join(path).to_string());
        }
        env.extend(self.facts.env.iter().map(|(name, value)| (name.clone(), self.settled(value))));
        env
    }

    fn takes(&self) -> Vec<Copy> {
        let venv = (self.facts.manager.value != Manager::Nothing).then(|| Copy::stage("build", VENV, VENV));
        let sources = (!self.facts.installed).then(|| Copy::stage("build", APP, APP));
        self.takes_interpreter().into_iter().chain(venv).chain(sources).collect()
    }

    /// What a compiler is there for that no other need asks for.
    pub(super) fn compiled(&self, version: Version) -> &[Fact<String>] {
        self.facts.compiled.get(&version.to_string()).map_or(&[], Vec::as_slice)
    }

    fn build_needs(&self, version: Version) -> Vec<BuildNeed> {
        let facts = self.facts;
        let natives = facts.natives.iter().flat_map(|native| native.value.build.iter().map(|need| native.with(need.clone())));
        let mut needs: Vec<Fact<Need>> = natives.collect();
        if let Some(compiled) = self.compiled(version).first() {
            needs.extend(Compiler::Cxx.needs().into_iter().map(|need| compiled.with(need)));
        }
        needs.extend(facts.compiler.iter().flat_map(|compiler| compiler.value.needs().into_iter().map(|need| compiler.with(need))));
        let by_git = facts.remotes.iter().find(|remote| remote.value.starts_with("git"));
        needs.extend(by_git.map(|remote| remote.with(Need::Program("git".into()))));
        let translated = facts.translations.as_ref().filter(|fact| fact.value == translations::Compiler::Django);
        needs.extend(translated.map(|fact| fact.with(Need::Program("msgfmt".into()))));
        let ssh = self.by_ssh().then(|| Need::Program("ssh".into()).into());
        needs.into_iter().map(BuildNeed::from).chain(ssh).collect()
    }
}
