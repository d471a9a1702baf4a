//! A Python project: who manages its dependencies, which they are, and what it says of itself.

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use super::added;
use super::groups::{self, Group, Offered};
use super::lock::{self, Lock};
use super::locked::Locked;
use super::managed;
use super::manager::{self, Manager};
use super::package::{Backend, Script, Setup, name, package, scripts};
use super::pip_conf::PipConf;
use super::requirements::{self, Listed};
use super::stale;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::Fact;
use crate::lang::DRIFTS_WITH_LOCK;
use crate::lang::secrets;
use crate::read::document::Document;
use crate::read::requirement::normal;
use crate::tree::Tree;

/// Indexes that ask nobody who they are.
const PUBLIC: [&str; 5] = ["pypi.org", "pythonhosted.org", "download.pytorch.org", "pypi.nvidia.com", "wheels.vllm.ai"];

/// A project.
#[derive(Debug)]
pub struct Project {
    /// Where it is, relative to the root.
    pub directory: Utf8PathBuf,
    /// Its name.
    pub name: Option<Fact<String>>,
    /// Who manages its dependencies.
    pub manager: Fact<Manager>,
    /// Others that lock the same dependencies, where nothing says which one counts.
    pub rivals: Vec<Fact<Manager>>,
    /// What is needed to install the dependencies, relative to the root.
    pub manifests: Vec<Utf8PathBuf>,
    /// What will be installed, as far as it is known.
    pub packages: Vec<Locked>,
    /// What the project's own Dockerfile installs beside that.
    pub added: Vec<Fact<String>>,
    /// Sets of dependencies that are installed on request alone.
    pub offered: Vec<Offered>,
    /// Those of them that are asked for.
    pub groups: Vec<Fact<Group>>,
    /// What is asked for on every system, where no lock says what of it is installed.
    pub certain: Vec<Locked>,
    /// Whether what is listed is bound to the files that it was listed with.
    pub hashed: bool,
    /// Set when the project itself is installed.
    pub package: Option<Fact<Backend>>,
    /// What `setup.py` imports of the project or of its dependencies, which an isolated build does not find.
    pub beside: Option<Fact<String>>,
    /// Where its own dependencies are known without its sources.
    pub own: Own,
    /// Its commands.
    pub scripts: Vec<Fact<Script>>,
    /// Dependencies that come from repositories or archives.
    pub remotes: Vec<Fact<String>>,
    /// Dependencies that lie in the project.
    pub locals: Vec<Fact<String>>,
    /// Indexes other than public ones.
    pub indexes: Vec<Fact<String>>,
    /// Variables that hold logins for them.
    pub tokens: Vec<Fact<String>>,
    /// What `pip.conf` says of them.
    pub pip: PipConf,
    /// Whether pip and those like it would take a package from whichever index has the best version of it.
    pub any_index: bool,
    /// Whether a lock says what is installed.
    pub locked: bool,
    /// `PyTorch`'s own index, which says for which processors it is installed.
    pub torch_index: Option<Fact<String>>,
    /// What wants a look.
    pub warnings: Vec<Diagnostic>,
}

/// Where the dependencies of a package are known without its sources.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Own {
    /// Its build alone knows them, or it is no package.
    Unknown,
    /// This file lists them.
    Listed(Utf8PathBuf),
    /// `setup.py` or `setup.cfg` name these.
    Named(Vec<String>),
}

/// What is asked for besides what the project says of itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    /// Groups besides those that it needs by itself.
    pub groups: &'a [Fact<Group>],
    /// The manager whose lock counts, where there are several.
    pub manager: Option<Manager>,
}

impl Project {
    /// Reads the project in `directory`.
    ///
    /// # Errors
    /// When a manifest is broken, or its lock lacks what the manifest asks for.
    pub fn read(tree: &Tree, directory: &Utf8Path, asked: &Asked<'_>) -> Result<Option<Self>> {
        let file = directory.join("pyproject.toml");
        let pyproject = tree.manifest(&file)?.map(|text| Document::toml(&file, text)).transpose()?;
        let pyproject = pyproject.as_ref();
        let managers = managed::managers(tree, directory, pyproject);
        let manager = managers.iter().find(|manager| asked.manager.is_none_or(|asked| manager.value == asked)).cloned();
        let Some(manager) = manager else { return Ok(None) };
        let rivals: Vec<_> = managers.into_iter().filter(|other| other.value != manager.value).collect();
        let setup = Setup::read(tree, directory);
        let mut listed = requirements::listed(tree, directory, pyproject, &setup, manager.value)?;
        let file = directory.join("Pipfile");
        let pipfile =
            tree.manifest(&file)?.filter(|_| manager.value == Manager::Pipenv).map(|text| Document::toml(&file, text)).transpose()?;
        let offered =
            if manager.value == Manager::Requirements { Vec::new() } else { groups::offered(tree, directory, pyproject, pipfile.as_ref()) };
        let mut groups = groups::taken(&offered, &listed.packages);
        let more: Vec<_> = asked.groups.iter().filter(|also| !groups.iter().any(|known| known.value == also.value)).cloned().collect();
        groups.extend(more);
        for taken in offered.iter().filter(|offered| groups.iter().any(|group| group.value == offered.group)) {
            listed.packages.extend(taken.packages.iter().cloned());
        }
        let name = pyproject.and_then(name).or_else(|| setup.name.clone());
        let packages = match read_lock(tree, directory, manager.value, &groups)? {
            Some((file, lock)) => {
                let own = name.as_ref().map(|name| normal(&name.value));
                if manager.value.checks_all_groups() {
                    listed.certain.extend(offered.iter().flat_map(|offered| offered.certain.iter().cloned()));
                }
                listed.certain.retain(|locked| Some(&locked.name) != own.as_ref() && manager.value != Manager::Pylock);
                if rivals.is_empty() {
                    stale::check(&file, &lock, &listed.certain, pyproject)?;
                }
                with_extras(lock.packages, &listed.packages)
            }
            None => std::mem::take(&mut listed.packages),
        };
        let added = if manager.value.installs_by_name() {
            added::by_dockerfile(tree, directory, &packages, name.as_ref().map(|name| name.value.as_str()))
        } else {
            Vec::new()
        };
        let packages = packages.into_iter().chain(added::packages(&added)).collect::<Vec<_>>();
        let locked = manager.value.lock().is_some_and(|lock| tree.has(manager::lock_directory(tree, directory, manager.value).join(lock)));
        if locked {
            listed.certain.clear();
        }
        let package = package(tree, directory, pyproject, &setup, &manager);
        if manager.value == Manager::Requirements && pyproject.is_some_and(requirements::configures_uv) {
            listed.files.push(directory.join("pyproject.toml"));
        }
        let beside = setup
            .imports
            .iter()
            .find(|import| pyproject.is_none_or(|table| !table.has(&["build-system"])) && is_beside(tree, directory, &packages, import))
            .cloned();
        let configured = pyproject.is_some_and(|table| table.has(&["tool", "uv", "index-strategy"]))
            || tree.text(directory.join("uv.toml")).is_ok_and(|text| text.contains("index-strategy"));
        let pip = if manager.value.is_like_pip() { PipConf::read(tree, directory) } else { PipConf::default() };
        listed.extra |= pip.options.iter().any(|fact| fact.value.0 == "--extra-index-url");
        listed.indexes.extend(pip.indexes());
        listed.locals.extend(pip.directories());
        let mut project = Self {
            name,
            manifests: manager::manifests(tree, directory, manager.value, std::mem::take(&mut listed.files)),
            offered,
            groups,
            own: own(directory, pyproject, &setup, package.is_some()),
            beside,
            package,
            scripts: pyproject.map(scripts).unwrap_or_default().into_iter().chain(setup.scripts).collect(),
            directory: directory.to_owned(),
            rivals,
            locked,
            any_index: listed.extra && manager.value != Manager::Uv && !configured,
            warnings: pip.warnings.iter().cloned().chain(added::note(&added)).collect(),
            added,
            pip,
            ..Self::bare(manager)
        }
        .listing(Listed { packages, ..listed });
        project.warn_of_open_versions();
        Ok(Some(project))
    }

    /// It with what its manifests list.
    pub fn listing(self, listed: Listed) -> Self {
        let Listed { files: _, remotes, locals, mut indexes, extra: _, hashed, packages, certain } = listed;
        let mut tokens: Vec<Fact<String>> = Vec::new();
        for source in indexes.iter().chain(&remotes) {
            for name in secrets::variables(&source.value).into_iter().filter(|name| name != "PROJECT_ROOT") {
                if !tokens.iter().any(|known| known.value == name) {
                    tokens.push(source.with(name));
                }
            }
        }
        let torch_index = indexes.iter().find(|index| index.value.contains("download.pytorch.org")).cloned();
        indexes.retain(|index| !PUBLIC.iter().any(|host| index.value.contains(host)));
        Self { packages, certain, hashed, remotes, locals, indexes, tokens, torch_index, ..self }
    }

    /// A project without any manifest.
    pub fn bare(manager: Fact<Manager>) -> Self {
        let none = Vec::new;
        Self {
            directory: Utf8PathBuf::new(),
            name: None,
            manager,
            rivals: Vec::new(),
            manifests: Vec::new(),
            packages: Vec::new(),
            added: Vec::new(),
            offered: Vec::new(),
            groups: Vec::new(),
            certain: Vec::new(),
            hashed: false,
            package: None,
            beside: None,
            own: Own::Unknown,
            scripts: Vec::new(),
            remotes: none(),
            locals: none(),
            indexes: none(),
            tokens: Vec::new(),
            pip: PipConf::default(),
            any_index: false,
            locked: false,
            torch_index: None,
            warnings: Vec::new(),
        }
    }

    /// The script that it is, where it lists its dependencies itself.
    pub fn script(&self) -> Option<&Utf8Path> {
        self.manifests.first().filter(|_| self.manager.value == Manager::Script).map(Utf8PathBuf::as_path)
    }

    /// The installed package of that name.
    pub fn installs(&self, name: &str) -> Option<&Locked> {
        self.packages.iter().find(|locked| locked.name == name)
    }

    fn warn_of_open_versions(&mut self) {
        let open = matches!(self.manager.value, Manager::Project | Manager::Install)
            || (self.manager.value.lock().is_some() && !self.locked)
            || (self.manager.value == Manager::Requirements && self.packages.iter().all(|package| package.version.is_none()));
        let Some(first) = self.packages.first().filter(|_| open && !self.packages.is_empty()) else { return };
        let warning = Diagnostic::warning("python::no-lock", "no lock file pins the dependencies: each build may install others");
        let help = match self.manager.value {
            Manager::Poetry => "`poetry lock` writes one: until it is there, each build does that by itself",
            Manager::Pipenv => "`pipenv lock` writes one: until it is there, each build does that by itself",
            _ => "`uv lock` writes one, or `uv pip compile` for requirements.txt",
        };
        self.warnings.push(warning.because(&first.at).help(help).help(DRIFTS_WITH_LOCK));
    }
}

fn own(directory: &Utf8Path, pyproject: Option<&Document<'_>>, setup: &Setup, package: bool) -> Own {
    let described = pyproject.filter(|table| table.has(&["project", "name"]));
    match described {
        _ if !package => Own::Unknown,
        Some(table) if table.strings(&["project", "dynamic"]).iter().any(|(field, _)| *field == "dependencies") => Own::Unknown,
        Some(_) => Own::Listed(directory.join("pyproject.toml")),
        None if setup.listed_whole && setup.package.is_some() => Own::Named(setup.requires.iter().map(|(text, _)| text.clone()).collect()),
        None => Own::Unknown,
    }
}

/// Whether a module that `setup.py` imports is there when the dependencies are, and not before.
fn is_beside(tree: &Tree, directory: &Utf8Path, packages: &[Locked], import: &Fact<String>) -> bool {
    let module = import.value.split('.').next().unwrap_or_default();
    let own = directory.join(module);
    !module.is_empty()
        && (tree.has_directory(&own)
            || tree.has(own.with_extension("py"))
            || packages.iter().any(|locked| locked.name == normal(module) || locked.name.strip_prefix("py") == Some(module)))
}

fn read_lock(tree: &Tree, directory: &Utf8Path, manager: Manager, groups: &[Fact<Group>]) -> Result<Option<(Utf8PathBuf, Lock)>> {
    let Some(name) = manager.lock() else { return Ok(None) };
    let file = manager::lock_directory(tree, directory, manager).join(name);
    let Some(text) = tree.manifest(&file)? else { return Ok(None) };
    let groups: Vec<&Group> = groups.iter().map(|group| &group.value).collect();
    let lock = match manager {
        Manager::Uv => lock::uv(&file, text, &groups),
        Manager::Pipenv => lock::pipfile(&file, text, &groups),
        _ => lock::grouped(&file, text, &groups),
    }?;
    Ok(Some((file, lock)))
}

/// A lock that does not name extras, with those that the manifest asks for.
fn with_extras(mut locked: Vec<Locked>, asked: &[Locked]) -> Vec<Locked> {
    let missing: Vec<_> =
        asked.iter().filter(|asked| asked.name.contains('[') && !locked.iter().any(|locked| locked.name == asked.name)).cloned().collect();
    locked.extend(missing);
    locked
}
