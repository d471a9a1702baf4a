//! Who manages the dependencies: the lock file says it, then the manifest.

use camino::{Utf8Path, Utf8PathBuf};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::requirements;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule};
use crate::read::document::Document;
use crate::tree::Tree;

const LOCK: Rule = Rule::parsed("python.lock", "this locks the dependencies");
const LISTS: Rule = Rule::parsed("python.manifest", "this lists the dependencies");

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
            Manager::Project => "project",
            Manager::Install => "install",
            Manager::Nothing => "nothing",
        }
    }

    /// Whether it refuses a lock that lacks what a group asks for, though that is not installed.
    pub fn checks_all_groups(self) -> bool {
        matches!(self, Manager::Uv | Manager::Poetry)
    }

    /// The section of `pyproject.toml` that is its own.
    fn section(self) -> Option<&'static [&'static str]> {
        Some(match self {
            Manager::Uv => &["tool", "uv"],
            Manager::Poetry => &["tool", "poetry"],
            Manager::Pdm => &["tool", "pdm"],
            _ => return None,
        })
    }
}

/// Who manages the dependencies of the project in `directory`; nothing when there is no project, and several when several lock files are
/// there and the manifest speaks for none.
pub fn managers(tree: &Tree, directory: &Utf8Path, pyproject: Option<&Document<'_>>) -> Vec<Fact<Manager>> {
    let locks: Vec<(Manager, Utf8PathBuf)> = Manager::LOCKING
        .into_iter()
        .filter_map(|manager| Some((manager, lock_directory(tree, directory, manager).join(manager.lock()?))))
        .filter(|(_, file)| tree.has(file))
        .collect();
    let fact = |(manager, file): &(Manager, Utf8PathBuf)| Fact::new(*manager, Evidence::exists(file.clone(), LOCK));
    let spoken_for =
        |(manager, _): &&(Manager, Utf8PathBuf)| pyproject.zip(manager.section()).is_some_and(|(table, section)| table.has(section));
    match locks.as_slice() {
        [] => {}
        [one] => return vec![fact(one)],
        several => {
            return match several.iter().filter(spoken_for).collect::<Vec<_>>().as_slice() {
                [one] => vec![fact(one)],
                _ => several.iter().map(fact).collect(),
            };
        }
    }
    unlocked(tree, directory, pyproject).into_iter().collect()
}

/// Who manages dependencies that nothing locks.
fn unlocked(tree: &Tree, directory: &Utf8Path, pyproject: Option<&Document<'_>>) -> Option<Fact<Manager>> {
    let at = |file: &Utf8Path| Evidence::exists(file.to_owned(), LISTS);
    let requirements = requirements::main_file(tree, directory);
    let described = |keys: &[&str]| pyproject.and_then(|table| Some(table.evidence(table.get(keys)?, LISTS)));
    let dynamic = pyproject.is_some_and(|table| table.strings(&["project", "dynamic"]).iter().any(|(field, _)| *field == "dependencies"));
    if let Some(file) = requirements {
        return Some(Fact::new(Manager::Requirements, at(&file)));
    }
    let pipfile = directory.join("Pipfile");
    if tree.has(&pipfile) {
        return Some(Fact::new(Manager::Pipenv, at(&pipfile)));
    }
    if let Some(evidence) = described(&["project", "name"]).filter(|_| !dynamic) {
        return Some(Fact::new(Manager::Project, evidence));
    }
    let built = described(&["project", "name"]).or_else(|| described(&["tool", "poetry", "name"]));
    let setup = ["setup.py", "setup.cfg"].iter().map(|name| directory.join(name)).find(|file| tree.has(file));
    built.or_else(|| setup.map(|file| at(&file))).map(|evidence| Fact::new(Manager::Install, evidence))
}

/// Several locks, and nobody says which one counts.
pub fn conflict<'f>(locks: impl IntoIterator<Item = &'f Fact<Manager>>) -> Diagnostic {
    let locks: Vec<_> = locks.into_iter().collect();
    let names: Vec<_> = locks.iter().map(|lock| format!("`{}`", lock.place())).collect();
    let message = format!("{} lock the same dependencies, and nothing says which one counts", names.join(" and "));
    let error = Diagnostic::usage("python::locks", message);
    let error = locks.iter().fold(error, |error, lock| error.at(lock.place().file.to_owned(), None, "one of them"));
    let ids: Vec<_> = locks.iter().map(|lock| lock.value.id()).collect();
    error.help(format!("delete those that are stale, or name the one that counts: `python.lock` may be {}", ids.join(" or ")))
}

/// Where the lock lies: beside the manifest, or at the root of its uv workspace.
pub fn lock_directory(tree: &Tree, directory: &Utf8Path, manager: Manager) -> Utf8PathBuf {
    let own = directory.join(manager.lock().unwrap_or_default());
    let at_root = manager == Manager::Uv && !tree.has(&own) && tree.has("uv.lock");
    if at_root { Utf8PathBuf::new() } else { directory.to_owned() }
}

/// The files that the dependencies are installed from, relative to the root.
pub fn manifests(tree: &Tree, directory: &Utf8Path, manager: Manager, listed: Vec<Utf8PathBuf>) -> Vec<Utf8PathBuf> {
    let names: &[&str] = match manager {
        Manager::Uv => &["pyproject.toml", "uv.lock", "uv.toml"],
        Manager::Poetry => &["pyproject.toml", "poetry.lock"],
        Manager::Pdm => &["pyproject.toml", "pdm.lock"],
        Manager::Pipenv => &["Pipfile", "Pipfile.lock"],
        Manager::Pylock => &["pylock.toml"],
        Manager::Project => &["pyproject.toml"],
        Manager::Requirements => return listed,
        Manager::Install | Manager::Nothing => &[],
    };
    let at = lock_directory(tree, directory, manager);
    let mut files: Vec<_> = names.iter().map(|name| at.join(name)).filter(|file| tree.has(file)).collect();
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
