//! Who installs the packages, and in which version: what the project says, then its lock files.

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use super::lock::{self, Lock, is_berry};
use super::package::Package;
use super::range::major;
use super::runtime::Runtime;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::read::document::Document;
use crate::tree::Tree;

const NAMED: Rule = Rule::parsed("node.package-manager", "the project names its package manager");
const LOCK: Rule = Rule::parsed("node.lock-file", "this lock file is its package manager's");
const RELEASE: Rule = Rule::parsed("node.yarn-path", "the project brings its Yarn");
const DEFAULT: Rule = Rule::parsed("node.no-lock", "nothing names another package manager than npm");
const DECLARED: Rule = Rule::parsed("node.engines-manager", "the project runs with this package manager");

/// The lock files of a directory and who writes them, most particular first.
const LOCKS: [(&str, Manager); 6] = [
    ("pnpm-lock.yaml", Manager::Pnpm),
    ("bun.lock", Manager::Bun),
    ("bun.lockb", Manager::Bun),
    ("yarn.lock", Manager::YarnClassic),
    ("npm-shrinkwrap.json", Manager::Npm),
    ("package-lock.json", Manager::Npm),
];

/// A package manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Manager {
    /// npm, which comes with Node.
    Npm,
    /// pnpm.
    Pnpm,
    /// Yarn 1.
    YarnClassic,
    /// Yarn 2 and newer.
    YarnBerry,
    /// Bun, as a package manager.
    Bun,
}

impl Manager {
    /// Its command.
    pub fn command(self) -> &'static str {
        match self {
            Manager::Npm => "npm",
            Manager::Pnpm => "pnpm",
            Manager::YarnClassic | Manager::YarnBerry => "yarn",
            Manager::Bun => "bun",
        }
    }

    /// Whether a member of a workspace can be picked by its directory, and needs no name.
    pub const fn finds_by_directory(self) -> bool {
        matches!(self, Self::Npm | Self::Pnpm | Self::Bun)
    }

    fn of(name: &str, version: &str) -> Option<Self> {
        Some(match name {
            "npm" => Manager::Npm,
            "pnpm" => Manager::Pnpm,
            "yarn" if major(version).is_some_and(|major| major > 1) || ["stable", "berry", "latest"].contains(&version) => {
                Manager::YarnBerry
            }
            "yarn" => Manager::YarnClassic,
            "bun" => Manager::Bun,
            _ => return None,
        })
    }
}

/// Who installs, and from what.
#[derive(Clone, Debug, Serialize)]
pub struct Managed {
    /// The manager.
    pub manager: Fact<Manager>,
    /// The version that the project names: `10.9.2`, or a series, `10`.
    pub version: Option<String>,
    /// The lock file.
    pub lock: Option<Utf8PathBuf>,
    /// The version of the lock's format.
    pub format: String,
    /// Yarn's own file in the project, where it has one.
    pub release: Option<Utf8PathBuf>,
    /// Set where Yarn puts no `node_modules` there, and its loader would have to.
    pub loader: Option<Evidence>,
}

impl Managed {
    /// The same for a program of `runtime`: Bun installs what Bun runs, where nothing names another manager.
    pub fn under(&self, runtime: &Fact<Runtime>) -> Self {
        let unnamed = self.manager.because().iter().all(|at| at.rule == DEFAULT.id);
        match runtime.value {
            Runtime::Bun if unnamed => Self { manager: runtime.with(Manager::Bun), ..self.clone() },
            _ => self.clone(),
        }
    }
}

/// Chooses the manager of the packages below `root`, and reads its lock file.
///
/// # Errors
/// When lock files of several managers are there and nothing settles which one is meant, or one is there that the named one does not read.
pub fn choose(tree: &Tree, root: &Package<'_>) -> Result<(Managed, Lock)> {
    let locks: Vec<(Utf8PathBuf, Manager)> = LOCKS
        .iter()
        .map(|(name, manager)| (root.directory.join(name), *manager))
        .filter(|(file, _)| tree.has(file))
        .map(|(file, manager)| {
            let berry = manager == Manager::YarnClassic && tree.text(&file).is_ok_and(is_berry);
            (file, if berry { Manager::YarnBerry } else { manager })
        })
        .collect();
    let yarnrc = Yarnrc::read(tree, root)?;
    let (manager, version) = match named(root)? {
        Some((manager, version)) => (manager, version),
        None => (from_files(root, &locks, yarnrc.as_ref())?, None),
    };
    let own = |other: &Manager| *other == manager.value;
    let lock = locks.iter().find(|(_, other)| own(other)).map(|(file, _)| file.clone());
    if let (None, Some((file, other))) = (&lock, locks.first()) {
        return Err(foreign_lock(&manager, file, *other).into());
    }
    let read = lock.as_ref().map(|file| lock::read(tree, file)).transpose()?.unwrap_or_default();
    let version = version.or_else(|| engine(root, manager.value)).or_else(|| yarnrc.as_ref().and_then(Yarnrc::version));
    let berry = manager.value == Manager::YarnBerry;
    let loader = yarnrc.as_ref().filter(|_| berry).map_or_else(|| Some(manager.because()[0].clone()), |yarnrc| yarnrc.loader.clone());
    let choice = Managed {
        version,
        lock,
        format: read.format.clone(),
        release: yarnrc.and_then(|yarnrc| yarnrc.release).filter(|_| berry),
        loader: loader.filter(|_| berry),
        manager,
    };
    Ok((choice, read))
}

/// `packageManager`, or `devEngines.packageManager`.
fn named(root: &Package<'_>) -> Result<Option<(Fact<Manager>, Option<String>)>> {
    let document = &root.document;
    if let Some((text, value)) = document.string(&["packageManager"]) {
        let at = document.evidence(value, NAMED);
        let (name, version) = text.split_once('@').unwrap_or((text, ""));
        // what follows the version is the hash of a download that corepack makes
        let version = version.split('+').next().unwrap_or_default();
        let manager = Manager::of(name, version).ok_or_else(|| {
            Diagnostic::error("node::unknown-manager", format!("`{name}` is no package manager that imggen knows"))
                .because(&at)
                .help("npm, pnpm, yarn and bun are known")
        })?;
        return Ok(Some((Fact::new(manager, at), Some(version.to_owned()).filter(|version| is_plain(version)))));
    }
    let keys = ["devEngines", "packageManager"];
    let Some((name, value)) = document.string(&[keys[0], keys[1], "name"]) else { return Ok(None) };
    let version = document.string(&[keys[0], keys[1], "version"]).map_or("", |(version, _)| version);
    let manager = Manager::of(name, version);
    Ok(manager.map(|manager| (Fact::new(manager, document.evidence(value, NAMED)), series(version))))
}

/// A version of numbers, which can stand in a command.
fn is_plain(version: &str) -> bool {
    !version.is_empty() && version.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-')
}

/// The series of a range: `>=9.1` is 9.
fn series(range: &str) -> Option<String> {
    if is_plain(range) && range.starts_with(|c: char| c.is_ascii_digit()) && !range.contains('x') {
        return Some(range.to_owned());
    }
    major(range).filter(|_| range.starts_with(['^', '~']) || range.contains('x')).map(|major| major.to_string())
}

/// `engines.pnpm`, where it names a series.
fn engine(root: &Package<'_>, manager: Manager) -> Option<String> {
    series(root.document.string(&["engines", manager.command()])?.0).filter(|_| manager != Manager::Npm)
}

fn from_files(root: &Package<'_>, locks: &[(Utf8PathBuf, Manager)], yarnrc: Option<&Yarnrc>) -> Result<Fact<Manager>> {
    let mut managers: Vec<Manager> = locks.iter().map(|(_, manager)| *manager).collect();
    managers.dedup();
    match managers.as_slice() {
        [one] => Ok(Fact::new(*one, Evidence::exists(locks[0].0.clone(), LOCK))),
        [] => {
            if let Some(yarnrc) = yarnrc {
                return Ok(Fact::new(Manager::YarnBerry, Evidence::exists(yarnrc.file.clone(), LOCK)));
            }
            let declared = [Manager::Pnpm, Manager::YarnClassic, Manager::Bun]
                .into_iter()
                .filter_map(|manager| Some((manager, root.document.get(&["engines", manager.command()])?)))
                .map(|(manager, value)| {
                    let text = value.string().unwrap_or_default();
                    Fact::new(Manager::of(manager.command(), text).unwrap_or(manager), root.document.evidence(value, DECLARED))
                })
                .next();
            Ok(declared.unwrap_or_else(|| Fact::new(Manager::Npm, root.exists(DEFAULT))))
        }
        _ => {
            let names: Vec<_> = locks.iter().map(|(file, _)| format!("`{file}`")).collect();
            let error = Diagnostic::usage(
                "node::several-locks",
                format!("{} are lock files of different package managers, and nothing says which one is used", names.join(" and ")),
            );
            let error = locks.iter().fold(error, |error, (file, _)| error.at(file, None, "a lock file"));
            Err(error
                .help(
                    "delete the ones that are not used, or name the package manager in package.json: `\"packageManager\": \"pnpm@10.9.0\"`",
                )
                .into())
        }
    }
}

fn foreign_lock(manager: &Fact<Manager>, file: &Utf8Path, other: Manager) -> Diagnostic {
    let (own, other) = (manager.value.command(), other.command());
    let message = if own == other {
        format!("`{file}` is of another Yarn than the one that the project names")
    } else {
        format!("the project names {own} and has a lock file of {other}'s")
    };
    let error = Diagnostic::usage("node::foreign-lock", message).at(file, None, "not read by the one that is named");
    let error = manager.because().iter().fold(error, Diagnostic::because);
    error.help(format!("run `{own} install` and commit its lock file, or correct `packageManager`"))
}

/// Yarn's settings.
struct Yarnrc {
    file: Utf8PathBuf,
    release: Option<Utf8PathBuf>,
    loader: Option<Evidence>,
}

impl Yarnrc {
    fn read(tree: &Tree, root: &Package<'_>) -> Result<Option<Self>> {
        let file = root.directory.join(".yarnrc.yml");
        let Some(text) = tree.manifest(&file)? else { return Ok(None) };
        let document = Document::yaml(&file, text)?;
        let release = document.string(&["yarnPath"]).map(|(path, _)| root.inside(path)).filter(|path| tree.has(path));
        let linker = document.string(&["nodeLinker"]);
        let loader = match linker {
            Some(("node-modules" | "pnpm", _)) => None,
            Some((_, value)) => Some(document.evidence(value, RELEASE)),
            None => {
                let first = text.lines().next().unwrap_or_default();
                Some(Evidence::at(&file, Span::of_line(1, first), RELEASE, first))
            }
        };
        Ok(Some(Self { file, release, loader }))
    }

    /// The version in the name of the project's own Yarn: `.yarn/releases/yarn-4.5.0.cjs`.
    fn version(&self) -> Option<String> {
        let name = self.release.as_ref()?.file_stem()?;
        name.strip_prefix("yarn-").filter(|version| is_plain(version)).map(str::to_owned)
    }
}
