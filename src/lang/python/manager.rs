//! Managers of dependencies: their lock files, and the other files that they read.

use camino::{Utf8Path, Utf8PathBuf};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::read::document::Document;
use crate::tree::Tree;

/// What installs the dependencies of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Manager {
    /// `uv.lock`
    Uv,
    /// `poetry.lock`
    Poetry,
    /// `pdm.lock`
    Pdm,
    /// `Pipfile.lock`
    Pipenv,
    /// `pylock.toml`
    Pylock,
    /// Requirements files.
    Requirements,
    /// A script that lists its dependencies itself.
    Script,
    /// An environment of conda's that lists packages of `PyPI`'s alone.
    Environment,
    /// `pyproject.toml` without a lock, its dependencies listed.
    Project,
    /// The project is installed whole, because only its build knows its dependencies.
    Install,
    /// Nothing is installed.
    Nothing,
}

impl Manager {
    /// All that have a lock file.
    pub const LOCKING: [Manager; 5] = [Manager::Uv, Manager::Poetry, Manager::Pdm, Manager::Pipenv, Manager::Pylock];

    /// The name of its lock file.
    pub fn lock(self) -> Option<&'static str> {
        Some(match self {
            Manager::Uv => "uv.lock",
            Manager::Poetry => "poetry.lock",
            Manager::Pdm => "pdm.lock",
            Manager::Pipenv => "Pipfile.lock",
            Manager::Pylock => "pylock.toml",
            _ => return None,
        })
    }

    /// Its name, as settings have it.
    pub fn id(self) -> &'static str {
        match self {
            Manager::Uv => "uv",
            Manager::Poetry => "poetry",
            Manager::Pdm => "pdm",
            Manager::Pipenv => "pipenv",
            Manager::Pylock => "pylock",
            Manager::Requirements => "requirements",
            Manager::Script => "script",
            Manager::Environment => "environment",
            Manager::Project => "project",
            Manager::Install => "install",
            Manager::Nothing => "nothing",
        }
    }

    /// Whether pip would install what it lists, with its own configuration.
    pub fn is_like_pip(self) -> bool {
        matches!(self, Manager::Requirements | Manager::Environment | Manager::Project | Manager::Install)
    }

    /// Whether packages can be installed beside what it lists.
    pub fn installs_by_name(self) -> bool {
        !matches!(self, Manager::Script | Manager::Nothing)
    }

    /// Whether it refuses a lock that lacks what a group asks for, though that is not installed.
    pub fn checks_all_groups(self) -> bool {
        matches!(self, Manager::Uv | Manager::Poetry)
    }

    /// The section of `pyproject.toml` that is its own.
    pub fn section(self) -> Option<&'static [&'static str]> {
        Some(match self {
            Manager::Uv => &["tool", "uv"],
            Manager::Poetry => &["tool", "poetry"],
            Manager::Pdm => &["tool", "pdm"],
            _ => return None,
        })
    }
}

/// Where the lock lies: beside the manifest, or at the root of its uv workspace.
pub fn lock_directory(tree: &Tree, directory: &Utf8Path, manager: Manager) -> Utf8PathBuf {
    let own = directory.join(manager.lock().unwrap_or_default());
    let at_root = manager == Manager::Uv && !tree.has(&own) && tree.has("uv.lock");
    if at_root { Utf8PathBuf::new() } else { directory.to_owned() }
}

/// The files that the dependencies are installed from, relative to the root.
pub fn manifests(tree: &Tree, directory: &Utf8Path, manager: Manager, listed: Vec<Utf8PathBuf>) -> Vec<Utf8PathBuf> {
    // whoever manages them, uv installs them, and reads its own configuration
    let names: &[&str] = match manager {
        Manager::Uv => &["pyproject.toml", "uv.lock", "uv.toml"],
        Manager::Poetry => &["pyproject.toml", "poetry.lock", "uv.toml"],
        Manager::Pdm => &["pyproject.toml", "pdm.lock", "uv.toml"],
        Manager::Pipenv => &["Pipfile", "Pipfile.lock", "uv.toml"],
        Manager::Pylock => &["pylock.toml", "uv.toml"],
        Manager::Project => &["pyproject.toml", "uv.toml"],
        Manager::Requirements | Manager::Install => &["uv.toml"],
        Manager::Script | Manager::Environment | Manager::Nothing => &[],
    };
    let at = lock_directory(tree, directory, manager);
    let mut files = listed;
    files.extend(names.iter().map(|name| at.join(name)).filter(|file| tree.has(file)));
    if manager == Manager::Uv {
        // every member's manifest, or the lock does not fit them
        files.extend(members(tree, &at));
    }
    files
}

/// The manifests of a uv workspace's members.
pub fn members(tree: &Tree, root: &Utf8Path) -> Vec<Utf8PathBuf> {
    let file = root.join("pyproject.toml");
    let Ok(text) = tree.text(&file) else { return Vec::new() };
    let Ok(table) = Document::toml(&file, text) else { return Vec::new() };
    let patterns: Vec<_> = table
        .strings(&["tool", "uv", "workspace", "members"])
        .iter()
        .filter_map(|(glob, _)| globset::Glob::new(glob).ok())
        .map(|glob| glob.compile_matcher())
        .collect();
    let manifests = tree.below(root).filter(|path| path.file_name() == Some("pyproject.toml") && **path != *file);
    let member = |path: &&Utf8Path| {
        let directory = path.parent().and_then(|parent| parent.strip_prefix(root).ok());
        directory.is_some_and(|directory| patterns.iter().any(|glob| glob.is_match(directory)))
    };
    manifests.filter(member).map(Utf8Path::to_owned).collect()
}
