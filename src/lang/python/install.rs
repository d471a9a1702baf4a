//! How dependencies and the project itself get into the environment: the commands, by who manages them.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::Metadata;
use super::build::{APP, Maker, VENV};
use super::groups::{Kind, is_name};
use super::manager::Manager;
use super::pip_conf;
use super::project::Own;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::Fact;
use crate::lang::secrets;
use crate::plan::{Copy, ShellLine};
use crate::version::Version;

impl Maker<'_> {
    /// Dependencies that lie in the project are there only with the sources.
    fn waits_for_sources(&self) -> bool {
        self.facts.wide || !self.facts.locals.is_empty() && self.facts.manager.value != Manager::Uv && self.itself().is_none()
    }

    /// The directory that commands are run in, relative to the root: relative paths in lists count from the project's own.
    pub(super) fn here(&self) -> Utf8PathBuf {
        if self.facts.wide { self.facts.context.join(&self.facts.directory) } else { self.facts.context.clone() }
    }

    /// The project's directory in the one that commands are run in.
    pub(super) fn inside(&self) -> &Utf8Path {
        if self.facts.wide { Utf8Path::new("") } else { &self.facts.directory }
    }

    /// `uv pip install`, with what pip itself would be told.
    fn pip(&self) -> ShellLine {
        ShellLine::of(if self.by_pip { "python -m pip install" } else { "uv pip install" }).line(pip_conf::words(&self.facts.pip))
    }

    /// Where a requirements file names the project itself, and nothing else of it: the words for its own dependencies.
    fn itself(&self) -> Option<ShellLine> {
        let beside = |file: &Utf8Path| file.parent() == Some(&self.facts.context);
        let is_itself = |local: &Fact<String>| matches!(local.value.as_str(), "." | "./") && beside(local.place().file);
        let all = !self.facts.locals.is_empty() && self.facts.locals.iter().all(is_itself);
        let extras = |local: &Fact<String>| {
            let (_, rest) = local.because().first()?.text.split_once('[')?;
            rest.split_once(']').map(|(extras, _)| extras.to_owned())
        };
        let extras: Vec<_> = self.facts.locals.iter().filter_map(extras).collect();
        if all && self.facts.manager.value == Manager::Requirements { self.own_dependencies(&extras) } else { None }
    }

    /// The words that install what the project depends on, where that is known without its sources.
    fn own_dependencies(&self, extras: &[String]) -> Option<ShellLine> {
        match &self.facts.own {
            Own::Listed(file) => {
                let here = self.here();
                let file = file.strip_prefix(&here).unwrap_or(file);
                let extras = extras.iter().flat_map(|list| list.split(',')).map(str::trim).filter(|extra| is_name(extra));
                Some(extras.fold(ShellLine::of("-r").path(file), |line, extra| line.then("--extra").word(extra)))
            }
            // what extras add is known to its build alone
            Own::Named(requirements) if extras.is_empty() && !requirements.is_empty() => {
                requirements.iter().try_fold(ShellLine::default(), |line, text| Some(line.word(requirement(text)?)))
            }
            Own::Named(_) | Own::Unknown => None,
        }
    }

    pub(super) fn manifests(&self) -> Vec<Copy> {
        if self.waits_for_sources() {
            return Vec::new();
        }
        let mut by_directory: BTreeMap<Utf8PathBuf, Vec<String>> = BTreeMap::new();
        let own = match (&self.facts.own, self.itself()) {
            (Own::Listed(file), Some(_)) => Some(file),
            _ => None,
        };
        for file in self.facts.manifests.iter().chain(own) {
            let inside = file.strip_prefix(&self.facts.context).unwrap_or(file);
            by_directory.entry(inside.parent().unwrap_or(Utf8Path::new("")).to_owned()).or_default().push(file.to_string());
        }
        let to = |directory: &Utf8Path| if directory.as_str().is_empty() { "./".to_owned() } else { format!("{directory}/") };
        by_directory.into_iter().map(|(directory, sources)| Copy { from: None, owner: None, sources, to: to(&directory) }).collect()
    }

    fn venv(&self) -> ShellLine {
        if !self.by_pip {
            return ShellLine::of("uv venv --python").path(self.python()).word(VENV);
        }
        let tool = self.toolchain.tool("virtualenv").map(|tool| tool.packages.as_slice()).unwrap_or_default();
        tool.iter().fold(ShellLine::of("pip install"), ShellLine::word).and(ShellLine::of("virtualenv").word(VENV))
    }

    /// That no version of a tool works with so old a Python.
    pub(super) fn too_new(&self, name: &str, least: Option<Version>) -> Diagnostic {
        let least = least.map_or_else(String::new, |least| least.to_string());
        let message = format!("{name} works with Python {least} and newer, and the project is run on Python {}", self.version);
        let version = self.facts.versions.iter().find(|fact| fact.value == self.version);
        let places = self.facts.manager.because().iter().chain(version.into_iter().flat_map(Fact::because));
        let error = places.fold(Diagnostic::usage("python::manager-too-new", message), Diagnostic::because);
        error.help("list what it needs in a `requirements.txt`, or move it to a newer Python: `python.version`")
    }

    /// A list that another manager makes of its lock, which it writes first where there is none.
    fn exported(&self, name: &str, lock: &'static str, command: ShellLine) -> Result<Vec<ShellLine>> {
        let tool = self.toolchain.tool(name)?;
        let packages = tool.packages_for(self.version).ok_or_else(|| self.too_new(name, tool.oldest()))?;
        let (first, rest) = packages
            .split_first()
            .ok_or_else(|| Diagnostic::error("catalog::no-tool", format!("the catalog installs nothing for `{name}`")))?;
        let run = ShellLine::of("uv tool run --from").word(first);
        let tool = rest.iter().fold(run, |line, package| line.then("--with").word(package));
        let lock = (!self.facts.is_locked()).then(|| tool.clone().then(lock));
        let installed = [tool.line(command), ShellLine::of("uv pip install -r /tmp/requirements.txt")];
        // what locks looks for the environment that VIRTUAL_ENV names
        Ok(std::iter::once(self.venv()).chain(lock).chain(installed).collect())
    }

    /// Whether packages come from a mirror, of which the addresses in a lock of uv's know nothing.
    fn is_mirrored(&self) -> bool {
        self.choices.layers.choose("network.pypi", |settings| settings.network.pypi.clone()).is_some()
    }

    /// What the lock of uv says, as a list that is installed from wherever the index is.
    fn exported_by_uv(&self, without: &[&'static str]) -> Vec<ShellLine> {
        let export = without.iter().fold(ShellLine::of("uv export -q --frozen --no-editable"), |line, word| line.then(word));
        let export = export.line(self.member()).line(self.asking("--extra", "--group")).then("-o /tmp/requirements.txt");
        vec![export, ShellLine::of("uv pip install --python").word(VENV).then("-r /tmp/requirements.txt")]
    }

    /// The words that ask for the groups, each behind the word for its kind.
    fn asking(&self, extra: &'static str, group: &'static str) -> ShellLine {
        let flag = |kind: Kind| if kind == Kind::Extra { extra } else { group };
        self.facts.groups.iter().fold(ShellLine::default(), |line, group| line.then(flag(group.value.kind)).word(&group.value.name))
    }

    /// What is installed beside the lists, behind all that takes out what they do not hold.
    fn added(&self) -> Option<ShellLine> {
        let words = self.facts.added.iter().filter_map(|fact| requirement(&fact.value)).map(|text| ShellLine::default().word(text));
        (!self.facts.added.is_empty()).then(|| ShellLine::of("uv pip install --python").word(VENV).all(words))
    }

    /// The words that ask for the member of the workspace.
    fn member(&self) -> ShellLine {
        self.facts.member.as_ref().map_or_else(ShellLine::default, |name| ShellLine::of("--package").word(name))
    }

    /// Where the project lies in the build stage.
    fn bare(&self) -> String {
        if self.inside().as_str().is_empty() { ".".to_owned() } else { format!("./{}", self.inside()) }
    }

    /// The same with the extras that are asked for.
    fn own(&self) -> String {
        let directory = self.bare();
        let extras: Vec<_> =
            self.facts.groups.iter().filter(|group| group.value.kind == Kind::Extra).map(|group| group.value.name.as_str()).collect();
        if extras.is_empty() { directory } else { format!("{directory}[{}]", extras.join(",")) }
    }

    fn installing(&self) -> Result<Vec<ShellLine>> {
        let facts = self.facts;
        let from = |file: &str, groups: ShellLine| vec![self.venv(), self.pip().then("-r").path(file).line(groups)];
        let here = self.here();
        let named = || facts.manifests.first().map(|file| file.strip_prefix(&here).unwrap_or(file).to_string());
        Ok(match facts.manager.value {
            Manager::Uv if self.is_mirrored() => {
                let own = if self.is_workspace() { "--no-emit-workspace" } else { "--no-emit-project" };
                let local = if facts.locals.is_empty() { "" } else { "--no-emit-local" };
                let mut commands = self.exported_by_uv(&[own, local]);
                commands.insert(1, self.venv());
                commands
            }
            Manager::Uv => {
                let own = if self.is_workspace() { "--no-install-workspace" } else { "--no-install-project" };
                let local = if facts.locals.is_empty() { "" } else { "--no-install-local" };
                // without its sources, nothing can tell whether the lock fits; with them, the step behind them does
                let checked = if facts.metadata == Metadata::Dynamic || !facts.locals.is_empty() { "--frozen" } else { "--locked" };
                vec![
                    ShellLine::of("uv sync")
                        .then(checked)
                        .then(own)
                        .then(local)
                        .line(self.member())
                        .line(self.asking("--extra", "--group")),
                ]
            }
            Manager::Poetry => {
                let export = ShellLine::of("poetry export").line(self.asking("--extras", "--with"));
                self.exported("poetry", "poetry lock", export.then("-o /tmp/requirements.txt"))?
            }
            Manager::Pdm => {
                let export = ShellLine::of("pdm export --prod").line(self.asking("-G", "-G"));
                self.exported("pdm", "pdm lock", export.then("-o /tmp/requirements.txt"))?
            }
            Manager::Pipenv => {
                let categories: Vec<_> = facts.groups.iter().map(|group| group.value.name.as_str()).collect();
                let list = ShellLine::of("pipenv requirements");
                let list =
                    if categories.is_empty() { list } else { list.then("--categories").word(format!("packages {}", categories.join(" "))) };
                self.exported("pipenv", "pipenv lock", list.then("> /tmp/requirements.txt"))?
            }
            Manager::Project => from(&named().unwrap_or_default(), self.asking("--extra", "--group")),
            Manager::Requirements if self.itself().is_some() => {
                let file = named().unwrap_or_default();
                let own = self.itself().unwrap_or_default();
                // the line that names the project itself waits for the sources
                let without = ShellLine::of(r"sed -i -E '/^(-e |--editable[ =])?\.\/?(\[.*\])?$/d'").path(&file);
                vec![self.venv(), without, self.pip().then("-r").path(&file).line(own)]
            }
            Manager::Script if facts.manifests.len() > 1 => {
                let export =
                    ShellLine::of("uv export --locked --script").path(named().unwrap_or_default()).then("-o /tmp/requirements.txt");
                vec![export, self.venv(), ShellLine::of("uv pip install -r /tmp/requirements.txt")]
            }
            Manager::Script | Manager::Pylock | Manager::Requirements => from(&named().unwrap_or_default(), ShellLine::default()),
            Manager::Install | Manager::Environment => {
                let own = self.own_dependencies(&[]).map(|own| self.pip().line(own));
                std::iter::once(self.venv()).chain(own).collect()
            }
            Manager::Nothing => Vec::new(),
        })
    }

    pub(super) fn dependencies(&self) -> Result<Vec<ShellLine>> {
        if self.waits_for_sources() {
            return Ok(Vec::new());
        }
        let added = self.added().filter(|_| !self.syncs_again());
        Ok(self.with_tokens(self.installing()?.into_iter().chain(added).collect()))
    }

    /// Whether the project itself is synchronised with its lock, which takes out what that does not hold.
    fn syncs_again(&self) -> bool {
        let facts = self.facts;
        facts.manager.value == Manager::Uv
            && !self.is_mirrored()
            && (facts.package.is_some() || self.is_workspace() || !facts.locals.is_empty())
    }

    /// Commands that find the logins which the lists name.
    fn with_tokens(&self, commands: Vec<ShellLine>) -> Vec<ShellLine> {
        let tokens = self.facts.tokens.iter().map(|token| token.value.as_str()).filter(|_| !commands.is_empty());
        secrets::exported(tokens).into_iter().chain(commands).collect()
    }

    /// The installation of the project itself: in isolation, unless its `setup.py` imports what is installed.
    fn built(&self, install: ShellLine, own: String) -> Vec<ShellLine> {
        if self.facts.beside.is_none() {
            return vec![install.path(own)];
        }
        vec![self.pip().then("setuptools wheel"), install.then("--no-build-isolation").path(own)]
    }

    /// What is done behind the sources.
    pub(super) fn project(&self) -> Result<Vec<ShellLine>> {
        let facts = self.facts;
        let mut commands = if self.waits_for_sources() { self.installing()? } else { Vec::new() };
        let given = facts.version_variable().filter(|variable| !variable.is_empty());
        let version = given.map_or_else(ShellLine::default, |variable| ShellLine::of(variable).glued("=$VERSION"));
        match facts.manager.value {
            Manager::Uv if self.is_mirrored() && (facts.package.is_some() || self.is_workspace() || !facts.locals.is_empty()) => {
                commands.extend(self.exported_by_uv(&[]));
            }
            Manager::Uv if self.syncs_again() => {
                let sync = version.then("uv sync --locked --no-editable").line(self.member());
                commands.push(sync.line(self.asking("--extra", "--group")));
            }
            Manager::Install => commands.extend(self.built(version.line(self.pip()), self.own())),
            Manager::Uv | Manager::Nothing => {}
            _ if facts.package.is_some() => commands.extend(self.built(version.line(self.pip()).then("--no-deps"), self.bare())),
            _ => {}
        }
        if self.syncs_again() || self.waits_for_sources() {
            commands.extend(self.added());
        }
        if let Some(debugger) = self.debugger.filter(|_| facts.manager.value != Manager::Nothing) {
            let install = if self.by_pip { self.pip() } else { ShellLine::of("uv pip install --python").word(VENV) };
            commands.push(install.word(&debugger.package));
        }
        let mut commands = self.with_tokens(commands);
        if !facts.installed && facts.compiles {
            let all = if facts.wide { APP } else { "." };
            commands.push(self.compileall().path(all));
        }
        commands.extend(self.translations());
        commands.extend(self.collectstatic());
        Ok(commands)
    }
}

/// A requirement; nothing for what no requirement holds.
fn requirement(requirement: &str) -> Option<String> {
    let text = requirement.trim().replace('\'', "\"");
    let odd = text.is_empty() || text.starts_with('-') || text.contains(|c: char| c.is_control() || c == '\\');
    (!odd).then_some(text)
}
