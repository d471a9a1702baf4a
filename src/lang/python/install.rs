//! How dependencies and the project itself get into the environment: the commands, by who manages them.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::Metadata;
use super::build::{Maker, VENV};
use super::groups::{Kind, is_name};
use super::manager::Manager;
use super::project::Own;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::Fact;
use crate::plan::Copy;

impl Maker<'_> {
    /// Dependencies that lie in the project are there only with the sources.
    fn waits_for_sources(&self) -> bool {
        !self.facts.locals.is_empty() && self.facts.manager.value != Manager::Uv && self.itself().is_none()
    }

    /// Where a requirements file names the project itself, and nothing else of it: the words for its own dependencies.
    fn itself(&self) -> Option<String> {
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
    fn own_dependencies(&self, extras: &[String]) -> Option<String> {
        match &self.facts.own {
            Own::Listed(file) => {
                let file = file.strip_prefix(&self.facts.context).unwrap_or(file);
                let extras = extras
                    .iter()
                    .flat_map(|list| list.split(','))
                    .map(str::trim)
                    .filter(|extra| is_name(extra))
                    .map(|extra| format!(" --extra {extra}"));
                Some(format!(" -r {file}{}", extras.collect::<String>()))
            }
            // what extras add is known to its build alone
            Own::Named(requirements) if extras.is_empty() && !requirements.is_empty() => {
                requirements.iter().map(|text| quoted(text).map(|word| format!(" {word}"))).collect()
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

    fn venv(&self) -> String {
        format!("uv venv --python {} {VENV}", self.python())
    }

    /// A list that another manager makes of its lock.
    fn exported(&self, name: &str, command: &str) -> Result<Vec<String>> {
        let tool = self.toolchain.tool(name)?;
        let (first, rest) = tool
            .packages
            .split_first()
            .ok_or_else(|| Diagnostic::error("catalog::no-tool", format!("the catalog installs nothing for `{name}`")))?;
        let with = rest.iter().map(|package| format!("--with '{package}'"));
        let words: Vec<_> = std::iter::once(format!("uv tool run --from '{first}'")).chain(with).chain([command.to_owned()]).collect();
        Ok(vec![words.join(" "), self.venv(), "uv pip install -r /tmp/requirements.txt".into()])
    }

    /// The words that ask for the groups, each behind the word for its kind.
    fn asking(&self, extra: &str, group: &str) -> String {
        let word = |kind: Kind| if kind == Kind::Extra { extra } else { group };
        self.facts.groups.iter().fold(String::new(), |words, group| words + " " + word(group.value.kind) + " " + &group.value.name)
    }

    /// Where the project lies in the build stage.
    fn bare(&self) -> String {
        if self.facts.directory.as_str().is_empty() { ".".to_owned() } else { format!("./{}", self.facts.directory) }
    }

    /// The same with the extras that are asked for.
    fn own(&self) -> String {
        let directory = self.bare();
        let extras: Vec<_> =
            self.facts.groups.iter().filter(|group| group.value.kind == Kind::Extra).map(|group| group.value.name.as_str()).collect();
        if extras.is_empty() { directory } else { format!("'{directory}[{}]'", extras.join(",")) }
    }

    fn installing(&self) -> Result<Vec<String>> {
        let facts = self.facts;
        let member = facts.member.as_ref().map_or_else(String::new, |name| format!(" --package {name}"));
        let from = |file: &str, groups: &str| vec![self.venv(), format!("uv pip install -r {file}{groups}")];
        let named = || facts.manifests.first().map(|file| file.strip_prefix(&facts.context).unwrap_or(file).to_string());
        Ok(match facts.manager.value {
            Manager::Uv => {
                let own = if self.is_workspace() { "--no-install-workspace" } else { "--no-install-project" };
                let local = if facts.locals.is_empty() { "" } else { " --no-install-local" };
                // without its sources, nothing can tell whether the lock fits; with them, the step behind them does
                let checked = if facts.metadata == Metadata::Dynamic { "--frozen" } else { "--locked" };
                vec![format!("uv sync {checked} {own}{local}{member}{}", self.asking("--extra", "--group"))]
            }
            Manager::Poetry => {
                self.exported("poetry", &format!("poetry export{} -o /tmp/requirements.txt", self.asking("--extras", "--with")))?
            }
            Manager::Pdm => self.exported("pdm", &format!("pdm export --prod{} -o /tmp/requirements.txt", self.asking("-G", "-G")))?,
            Manager::Pipenv => {
                let categories: Vec<_> = facts.groups.iter().map(|group| group.value.name.as_str()).collect();
                let categories =
                    if categories.is_empty() { String::new() } else { format!(" --categories 'packages {}'", categories.join(" ")) };
                self.exported("pipenv", &format!("pipenv requirements{categories} > /tmp/requirements.txt"))?
            }
            Manager::Project => from(&named().unwrap_or_default(), &self.asking("--extra", "--group")),
            Manager::Requirements if self.itself().is_some() => {
                let file = named().unwrap_or_default();
                let own = self.itself().unwrap_or_default();
                // the line that names the project itself waits for the sources
                let without = format!("sed -i -E '/^(-e |--editable[ =])?\\.\\/?(\\[.*\\])?$/d' {file}");
                vec![self.venv(), without, format!("uv pip install -r {file}{own}")]
            }
            Manager::Pylock | Manager::Requirements => from(&named().unwrap_or_default(), ""),
            Manager::Install => {
                let own = self.own_dependencies(&[]).map(|own| format!("uv pip install{own}"));
                std::iter::once(self.venv()).chain(own).collect()
            }
            Manager::Nothing => Vec::new(),
        })
    }

    pub(super) fn dependencies(&self) -> Result<Vec<String>> {
        if self.waits_for_sources() { Ok(Vec::new()) } else { self.installing() }
    }

    /// What is done behind the sources.
    pub(super) fn project(&self) -> Result<Vec<String>> {
        let facts = self.facts;
        let mut commands = if self.waits_for_sources() { self.installing()? } else { Vec::new() };
        let given = facts.version_variable().filter(|variable| !variable.is_empty());
        let version = given.map_or_else(String::new, |variable| format!("{variable}=$VERSION "));
        match facts.manager.value {
            Manager::Uv if facts.package.is_some() || self.is_workspace() || !facts.locals.is_empty() => {
                let member = facts.member.as_ref().map_or_else(String::new, |name| format!(" --package {name}"));
                commands.push(format!("{version}uv sync --locked --no-editable{member}{}", self.asking("--extra", "--group")));
            }
            Manager::Install => commands.push(format!("{version}uv pip install {}", self.own())),
            Manager::Uv | Manager::Nothing => {}
            _ if facts.package.is_some() => commands.push(format!("{version}uv pip install --no-deps {}", self.bare())),
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
}

/// A requirement as one word of a shell; nothing for what no requirement holds.
fn quoted(requirement: &str) -> Option<String> {
    let text = requirement.trim().replace('\'', "\"");
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    let odd = text.is_empty() || text.starts_with('-') || text.contains(|c: char| c.is_control() || c == '\\');
    match (odd, plain) {
        (true, _) => None,
        (false, true) => Some(text),
        (false, false) => Some(format!("'{text}'")),
    }
}
