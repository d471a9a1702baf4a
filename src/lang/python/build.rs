//! The build stage of a Python program, and what the image takes from it.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use super::Facts;
use super::command::PORT;
use super::manager::Manager;
use super::project::Backend;
use crate::catalog::{Installer, Release, Suite, Tool, Toolchain};
use crate::diagnostic::{Diagnostic, Result};
use crate::need::Need;
use crate::plan::{Blueprint, Builder, Copy, Setting, Start, Target};
use crate::settings::DebugVariant;
use crate::settle::Choices;
use crate::version::Version;

/// Where the environment is, in the build stage and in the image.
const VENV: &str = "/opt/venv";
/// Where the sources are, in both.
const APP: &str = "/app";
/// The interpreter of the build image.
const INTERPRETER: &str = "/usr/local/bin/python3";
/// uv's downloads.
const CACHE: &str = "--mount=type=cache,target=/root/.cache/uv";

/// What `templates/python` prints.
#[derive(Clone, Debug, Serialize)]
pub struct Build {
    /// The reference for FROM.
    pub image: String,
    /// The image that uv is copied from, and where it is there; nothing when nothing is installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uv: Option<Copied>,
    /// Environment of the whole stage.
    pub env: Vec<(&'static str, String)>,
    /// What comes first in PATH.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The command that puts the interpreter where the image has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prepare: Option<String>,
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

/// A program of another image.
#[derive(Clone, Debug, Serialize)]
pub struct Copied {
    /// The image.
    pub image: String,
    /// Where it is there.
    pub path: String,
}

/// One RUN.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// Its mounts.
    pub mounts: Vec<String>,
    /// Its commands, of which each has to end well.
    pub commands: Vec<String>,
}

impl Step {
    fn of(mounts: Vec<String>, commands: Vec<String>) -> Option<Self> {
        (!commands.is_empty()).then_some(Self { mounts, commands })
    }
}

pub(super) fn blueprint(facts: &Facts, choices: &Choices<'_>, target: Target) -> Result<Blueprint<Build>> {
    let toolchain = choices.catalog.toolchain("python")?;
    let version = interpreter(choices).unwrap_or(facts.versions[0].value);
    let missing = || Diagnostic::error("catalog::no-suite", format!("the catalog has no image of Python {version} for this distribution"));
    let release = toolchain.releases.iter().find(|release| release.version == version).ok_or_else(missing)?;
    let (suite_name, suite) = suite(toolchain, release, choices).ok_or_else(missing)?;
    let maker = Maker {
        facts,
        choices,
        toolchain,
        debugger: toolchain.debugger.as_ref().filter(|_| target == Target::Debug(DebugVariant::Debugger)),
    };
    let python = maker.python();
    let installs = facts.manager.value != Manager::Nothing;
    let project = maker.project()?;
    let build = Build {
        image: choices.reference(&toolchain.image(version, suite_name)),
        uv: if installs { Some(maker.uv()?) } else { None },
        env: if installs { maker.env(&python) } else { Vec::new() },
        path: installs.then(|| format!("{VENV}/bin")),
        prepare: (python != INTERPRETER).then(|| format!("ln -s {INTERPRETER} {python}")),
        manifests: maker.manifests(),
        dependencies: Step::of(maker.mounts(), maker.dependencies()?),
        source: Copy::context(if facts.context.as_str().is_empty() { "." } else { facts.context.as_str() }, "."),
        arguments: if facts.versioned() { vec!["VERSION=0.0.0".into()] } else { Vec::new() },
        project: Step::of(if project.iter().any(|command| command.contains("uv ")) { maker.mounts() } else { Vec::new() }, project),
    };
    let shell = choices.base.holds(&Need::Program("sh".into()));
    let mut words = maker.words();
    let entrypoint = vec![words.remove(0)];
    Ok(Blueprint {
        headline: maker.headline(version, target),
        builder: builder(suite),
        build_needs: maker.build_needs(),
        takes: maker.takes(),
        env: maker.run_env(target),
        setting: Setting {
            path: installs.then(|| format!("{VENV}/bin")),
            workdir: Some(facts.place.components().fold(APP.into(), |path: Utf8PathBuf, part| path.join(part))),
            tree: (!facts.installed).then(|| APP.into()),
            start: if facts.tool || !shell { Start::Program } else { Start::Command },
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

/// The Python of the variant that a base was found for.
fn interpreter(choices: &Choices<'_>) -> Option<Version> {
    choices.fit.variant.needs.iter().find_map(|need| if let Need::Interpreter(_, version) = &need.value { Some(*version) } else { None })
}

/// The distribution of the base, or the first that there is an image for.
fn suite<'a>(toolchain: &'a Toolchain, release: &'a Release, choices: &Choices<'_>) -> Option<(&'a str, &'a Suite)> {
    let known = release.suites.iter().filter_map(|name| Some((name.as_str(), toolchain.suites.get(name)?)));
    let of_base = choices.base.release.as_deref();
    known.clone().find(|(_, suite)| Some(suite.release.as_str()) == of_base).or_else(|| known.clone().next())
}

fn builder(suite: &Suite) -> Builder {
    let installer = if suite.release.starts_with("alpine") { Installer::Apk } else { Installer::Apt };
    Builder { release: suite.release.clone(), installer, has: suite.has.clone() }
}

impl Facts {
    fn versioned(&self) -> bool {
        self.package.as_ref().is_some_and(|package| package.value == Backend::Versioned)
    }
}

pub(super) struct Maker<'a> {
    pub(super) facts: &'a Facts,
    pub(super) choices: &'a Choices<'a>,
    toolchain: &'a Toolchain,
    debugger: Option<&'a crate::catalog::Debugger>,
}

impl Maker<'_> {
    fn tool(&self, name: &str) -> Result<&Tool> {
        let missing = || Diagnostic::error("catalog::no-tool", format!("the catalog does not know `{name}`"));
        Ok(self.toolchain.tools.get(name).ok_or_else(missing)?)
    }

    fn uv(&self) -> Result<Copied> {
        let tool = self.tool("uv")?;
        Ok(Copied { image: self.choices.reference(tool.image.as_deref().unwrap_or_default()), path: tool.path.clone() })
    }

    /// Where the image has its interpreter.
    fn python(&self) -> String {
        let interpreter = self.choices.base.interpreter.as_ref();
        interpreter.and_then(|interpreter| interpreter.path.clone()).unwrap_or_else(|| INTERPRETER.to_owned())
    }

    fn env(&self, python: &str) -> Vec<(&'static str, String)> {
        let mut env = vec![("UV_COMPILE_BYTECODE", "1".to_owned()), ("UV_LINK_MODE", "copy".to_owned())];
        if self.facts.manager.value == Manager::Uv {
            // the image's own, whatever .python-version says
            env.extend([("UV_PYTHON", python.to_owned()), ("UV_NO_DEV", "1".to_owned()), ("UV_PROJECT_ENVIRONMENT", VENV.to_owned())]);
        } else {
            env.extend([("UV_PYTHON_DOWNLOADS", "never".to_owned()), ("VIRTUAL_ENV", VENV.to_owned())]);
        }
        if self.facts.torch.is_some() && self.facts.manager.value != Manager::Uv {
            env.push(("UV_TORCH_BACKEND", "cpu".to_owned()));
        }
        env
    }

    fn mounts(&self) -> Vec<String> {
        let mut mounts = Vec::new();
        if self.facts.manager.value != Manager::Nothing {
            mounts.push(CACHE.to_owned());
        }
        if !self.facts.indexes.is_empty() {
            mounts.push("--mount=type=secret,id=netrc,target=/root/.netrc".to_owned());
        }
        if self.by_ssh() {
            mounts.push("--mount=type=ssh".to_owned());
        }
        mounts
    }

    pub(super) fn by_ssh(&self) -> bool {
        self.facts.remotes.iter().any(|remote| remote.value.contains("ssh://") || remote.value.contains("git@"))
    }

    fn is_workspace(&self) -> bool {
        let manifests = self.facts.manifests.iter().filter(|file| file.file_name() == Some("pyproject.toml"));
        self.facts.member.is_some() || manifests.count() > 1
    }

    /// Dependencies that lie in the project are there only with the sources.
    fn waits_for_sources(&self) -> bool {
        !self.facts.locals.is_empty() && self.facts.manager.value != Manager::Uv
    }

    fn manifests(&self) -> Vec<Copy> {
        if self.waits_for_sources() {
            return Vec::new();
        }
        let mut by_directory: BTreeMap<Utf8PathBuf, Vec<String>> = BTreeMap::new();
        for file in &self.facts.manifests {
            let inside = file.strip_prefix(&self.facts.context).unwrap_or(file);
            by_directory.entry(inside.parent().unwrap_or(Utf8Path::new("")).to_owned()).or_default().push(file.to_string());
        }
        let to = |directory: &Utf8Path| if directory.as_str().is_empty() { "./".to_owned() } else { format!("{directory}/") };
        by_directory.into_iter().map(|(directory, sources)| Copy { from: None, owner: None, sources, to: to(&directory) }).collect()
    }

    fn venv(&self) -> String {
        format!("uv venv --python {} {VENV}", self.python())
    }

    /// A list that another manager makes of its lock.
    fn exported(&self, name: &str, command: &str) -> Result<Vec<String>> {
        let tool = self.tool(name)?;
        let (first, rest) = tool
            .packages
            .split_first()
            .ok_or_else(|| Diagnostic::error("catalog::no-tool", format!("the catalog installs nothing for `{name}`")))?;
        let with = rest.iter().map(|package| format!("--with '{package}'"));
        let words: Vec<_> = std::iter::once(format!("uv tool run --from '{first}'")).chain(with).chain([command.to_owned()]).collect();
        Ok(vec![words.join(" "), self.venv(), "uv pip install -r /tmp/requirements.txt".into()])
    }

    fn installing(&self) -> Result<Vec<String>> {
        let facts = self.facts;
        let member = facts.member.as_ref().map_or_else(String::new, |name| format!(" --package {name}"));
        let from = |file: &str| vec![self.venv(), format!("uv pip install -r {file}")];
        let named = || facts.manifests.first().map(|file| file.strip_prefix(&facts.context).unwrap_or(file).to_string());
        Ok(match facts.manager.value {
            Manager::Uv => {
                let own = if self.is_workspace() { "--no-install-workspace" } else { "--no-install-project" };
                let local = if facts.locals.is_empty() { "" } else { " --no-install-local" };
                vec![format!("uv sync --locked {own}{local}{member}")]
            }
            Manager::Poetry => self.exported("poetry", "poetry export -o /tmp/requirements.txt")?,
            Manager::Pdm => self.exported("pdm", "pdm export --prod -o /tmp/requirements.txt")?,
            Manager::Pipenv => self.exported("pipenv", "pipenv requirements > /tmp/requirements.txt")?,
            Manager::Pylock | Manager::Requirements | Manager::Project => from(&named().unwrap_or_default()),
            Manager::Install => vec![self.venv()],
            Manager::Nothing => Vec::new(),
        })
    }

    fn dependencies(&self) -> Result<Vec<String>> {
        if self.waits_for_sources() { Ok(Vec::new()) } else { self.installing() }
    }

    /// What is done behind the sources.
    fn project(&self) -> Result<Vec<String>> {
        let facts = self.facts;
        let mut commands = if self.waits_for_sources() { self.installing()? } else { Vec::new() };
        let directory = if facts.directory.as_str().is_empty() { ".".to_owned() } else { format!("./{}", facts.directory) };
        let version = if facts.versioned() { "SETUPTOOLS_SCM_PRETEND_VERSION=$VERSION " } else { "" };
        match facts.manager.value {
            Manager::Uv if facts.package.is_some() || self.is_workspace() || !facts.locals.is_empty() => {
                let member = facts.member.as_ref().map_or_else(String::new, |name| format!(" --package {name}"));
                commands.push(format!("{version}uv sync --locked --no-editable{member}"));
            }
            Manager::Install => commands.push(format!("{version}uv pip install {directory}")),
            Manager::Uv | Manager::Nothing => {}
            _ if facts.package.is_some() => commands.push(format!("{version}uv pip install --no-deps {directory}")),
            _ => {}
        }
        if let Some(debugger) = self.debugger.filter(|_| facts.manager.value != Manager::Nothing) {
            commands.push(format!("uv pip install --python {VENV} '{}'", debugger.package));
        }
        if !facts.installed && facts.compiles {
            commands.push("python -m compileall -q .".into());
        }
        commands.extend(self.collectstatic());
        Ok(commands)
    }

    fn collectstatic(&self) -> Option<String> {
        let django = self.facts.django.as_ref()?;
        let asked = self.choices.layers.iter().find_map(|layer| layer.settings().languages.python.collectstatic);
        if !asked.unwrap_or(django.static_root.is_some()) {
            return None;
        }
        // harmless values for what the settings do not load without; they end with this command
        let value = |name: &str| match name {
            _ if name.contains("DATABASE") && name.ends_with("URL") => "sqlite:////tmp/build.db",
            _ if name.ends_with("URL") => "redis://localhost",
            _ if name.ends_with("PORT") => "1",
            _ if ["DEBUG", "USE_", "ENABLE"].iter().any(|word| name.contains(word)) => "False",
            _ => "build",
        };
        let given = django.demands.iter().map(|name| format!("{}={}", name.value, value(&name.value)));
        let manage = self.facts.directory.join(&django.directory).join("manage.py");
        let words: Vec<_> = given.chain([format!("python {manage} collectstatic --no-input")]).collect();
        Some(words.join(" "))
    }

    fn words(&self) -> Vec<String> {
        let set = self.choices.layers.iter().find_map(|layer| layer.settings().languages.python.command.clone());
        let mut words: Vec<String> = set
            .filter(|words| !words.is_empty())
            .unwrap_or_else(|| self.facts.words.clone())
            .iter()
            .map(|word| self.settled(word))
            .collect();
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
        venv.into_iter().chain(sources).collect()
    }

    fn build_needs(&self) -> Vec<Need> {
        let mut needs: Vec<Need> = self.facts.natives.iter().flat_map(|native| native.value.build.clone()).collect();
        if self.facts.remotes.iter().any(|remote| remote.value.contains("git")) {
            needs.push(Need::Program("git".into()));
        }
        if self.by_ssh() {
            needs.push(Need::Program("ssh".into()));
        }
        needs
    }
}
