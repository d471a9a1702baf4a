//! How packages are installed: what has to be there before, and the commands of each manager.

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use super::lock::{Lock, is_git};
use super::manager::Manager;
use super::package::{Kind, Package};
use super::range::Range;
use super::registries::Registries;
use super::script;
use super::workspace::Workspace;
use crate::diagnostic::Result;
use crate::evidence::{Fact, Rule};
use crate::plan::ShellLine;
use crate::tree::Tree;

const LOCAL: Rule = Rule::parsed("node.local", "this dependency lies in the project");
const GIT: Rule = Rule::parsed("node.git-dependency", "this package is fetched with git");
const STRICT: Rule = Rule::parsed("node.engine-strict", "npm stops where it is another one than the project allows");
const LIFECYCLE: Rule = Rule::parsed("node.lifecycle", "this runs when the packages are installed");

/// Files that managers read before they install, where they are.
const SETTINGS: [&str; 9] = [
    ".npmrc",
    ".yarnrc",
    ".yarnrc.yml",
    ".pnpmfile.cjs",
    "pnpmfile.js",
    "pnpm-workspace.yaml",
    "bunfig.toml",
    "npm-shrinkwrap.json",
    ".pnpmfile.mjs",
];
/// Directories that installing reads.
const DIRECTORIES: [&str; 4] = ["patches", ".yarn/releases", ".yarn/plugins", ".yarn/patches"];
/// Scripts of the project's own that installing runs.
const LIFECYCLES: [&str; 5] = ["preinstall", "install", "postinstall", "prepublish", "prepare"];
/// Programs that set up what is for working on the project: an image does without.
const FOR_WORKING: [&str; 7] = ["lefthook", "simple-git-hooks", "is-ci", "only-allow", "pre-commit", "echo", "true"];

/// Names at a workspace's root that are read while packages are installed and at no other time: an image that holds all of a package
/// does without them. Some may hold logins, and Yarn's directory is large.
const SPENT: [&str; 8] = [".npmrc", ".yarnrc", ".yarnrc.yml", ".yarn", ".pnpmfile.cjs", ".pnpmfile.mjs", "pnpmfile.js", "bunfig.toml"];

/// What installing needs.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Install {
    /// Files and directories that have to be there, relative to the project's root.
    pub manifests: Vec<Utf8PathBuf>,
    /// What of that is of no use once all is installed, by its name at the workspace's root.
    pub spent: Vec<&'static str>,
    /// Registries that may ask for a login.
    pub registries: Vec<Fact<String>>,
    /// Variables that the settings name: `${NPM_TOKEN}`.
    pub tokens: Vec<Fact<String>>,
    /// Scripts of the project's own that need its sources: they run behind them.
    pub later: Vec<Fact<String>>,
    /// The npm that the project insists on.
    pub npm: Option<Fact<String>>,
    /// Whether a script of the project's own would fail while all packages are installed.
    pub quiet: bool,
    /// Whether one would fail while those of production are.
    pub quiet_in_production: bool,
}

impl Install {
    /// Looks at what installing a workspace's packages needs.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn of(tree: &Tree, workspace: &Workspace<'_>, manager: Manager, lock: Option<&Utf8Path>) -> Result<Self> {
        let root = &workspace.root;
        let mut install = Self::default();
        let inside = |name: &str| root.directory.join(name);
        install.manifests.push(inside("package.json"));
        install.manifests.extend(lock.map(Utf8Path::to_owned));
        install.manifests.extend(SETTINGS.iter().map(|name| inside(name)).filter(|file| tree.has(file) && Some(file.as_path()) != lock));
        install.manifests.extend(DIRECTORIES.iter().map(|name| inside(name)).filter(|directory| tree.has_directory(directory)));
        install.manifests.extend(workspace.members.iter().map(|member| member.directory.join("package.json")));
        let spent = |name: &&str| tree.has(inside(name)) || tree.has_directory(inside(name));
        install.spent = SPENT.into_iter().filter(spent).collect();
        let packages = || std::iter::once(root).chain(&workspace.members);
        for package in packages() {
            for local in local(tree, package) {
                let known = workspace.package(&local.value).is_some() || install.manifests.iter().any(|path| local.value.starts_with(path));
                if !known && !local.value.starts_with("..") {
                    install.manifests.push(local.value);
                }
            }
            let schema = package.directory.join("prisma");
            if tree.has_directory(&schema) && package.dependency("@prisma/client").is_some() {
                install.manifests.push(schema);
            }
        }
        install.npm = insisted(tree, root).filter(|_| manager == Manager::Npm);
        let Registries { asking, tokens } = Registries::read(tree, workspace)?;
        (install.registries, install.tokens) = (asking, tokens);
        // Yarn 2 and newer run fewer of them
        let own = if manager == Manager::YarnBerry { &["preinstall", "install", "postinstall"][..] } else { &LIFECYCLES };
        for name in own {
            for package in packages() {
                install.take_lifecycle(package, package.directory == root.directory, name);
            }
        }
        Ok(install)
    }

    fn take_lifecycle(&mut self, package: &Package<'_>, is_root: bool, name: &str) {
        let Some(chain) = script::chain(package, name) else { return };
        let has = |directory: &str| self.manifests.iter().any(|path| path.ends_with(directory));
        let mut needs_sources = chain.tangled;
        let mut for_working = false;
        for command in &chain.commands {
            let program = command.program();
            // it does nothing without a repository, and ends well
            let harmless = program == "husky" || program == "patch-package" && has("patches") || program == "prisma" && has("prisma");
            self.quiet_in_production |= !harmless || package.runs_with(program).is_none();
            for_working |= FOR_WORKING.contains(&program);
            needs_sources |= !harmless && !FOR_WORKING.contains(&program);
        }
        self.quiet |= for_working || needs_sources;
        self.quiet_in_production |= self.quiet;
        if is_root && needs_sources && !for_working {
            let at = chain.at.first().map(|at| at.under(LIFECYCLE));
            self.later.extend(at.map(|at| Fact::new(name.to_owned(), at)));
        }
    }
}

/// The range of npms that `engine-strict` makes more than advice, where newer ones fall out of it.
fn insisted(tree: &Tree, root: &Package<'_>) -> Option<Fact<String>> {
    let settings = tree.text(root.inside(".npmrc")).ok()?;
    let strict = settings.lines().any(|line| line.split_whitespace().collect::<String>() == "engine-strict=true");
    let (range, value) = root.document.string(&["engines", "npm"]).filter(|_| strict)?;
    let closed = Range::parse(range).is_some_and(|range| !range.is_open());
    closed.then(|| Fact::new(range.trim().to_owned(), root.document.evidence(value, STRICT)))
}

/// Dependencies that lie in the project: `file:../lib`.
fn local(tree: &Tree, package: &Package<'_>) -> Vec<Fact<Utf8PathBuf>> {
    let all = [Kind::Production, Kind::Development].into_iter().flat_map(|kind| package.dependencies(kind));
    all.filter_map(|(_, asked, at)| {
        let path = ["file:", "link:", "portal:"].iter().find_map(|scheme| asked.strip_prefix(scheme))?;
        let path = package.inside(path);
        let there = tree.has(&path) || tree.has_directory(&path);
        there.then(|| Fact::new(path, at.under(LOCAL)))
    })
    .collect()
}

/// What is fetched with git, as the lock has it or the manifests ask for it.
pub fn by_git(workspace: &Workspace<'_>, lock: &Lock) -> Vec<Fact<String>> {
    let locked = lock.packages.iter().filter(|package| package.by_git);
    let mut found: Vec<_> = locked.map(|package| Fact::new(package.name.clone(), package.at.under(GIT))).collect();
    for package in std::iter::once(&workspace.root).chain(&workspace.members) {
        let all = [Kind::Production, Kind::Development].into_iter().flat_map(|kind| package.dependencies(kind));
        let asked = all.filter(|(_, asked, _)| is_git(asked)).map(|(name, _, at)| Fact::new(name.to_owned(), at.under(GIT)));
        found.extend(asked);
    }
    found.dedup_by(|a, b| a.value == b.value);
    found
}

/// What is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All that is needed to build.
    All,
    /// What runs.
    Production,
}

/// How packages for development alone are taken out again.
#[derive(Clone, Debug)]
pub struct Prune {
    /// The commands that do.
    pub commands: Vec<ShellLine>,
    /// What they leave.
    pub leaves: Leaves,
}

/// What is left of the installed packages, the most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Leaves {
    /// What was there: nothing is fetched for it.
    Same,
    /// The same, linked once more from what was fetched.
    Linked,
    /// The packages, without what was generated among them.
    Packages,
    /// The packages as they are fetched, without what was compiled in them either.
    Fetched,
}

/// How a manager is called.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'c> {
    /// The manager.
    pub manager: Manager,
    /// Whether there is a lock file.
    pub locked: bool,
    /// Whether scripts of the project's own are kept from running.
    pub quiet: bool,
    /// The member of a workspace that is meant: its name and its directory inside the workspace.
    pub member: Option<(&'c str, &'c Utf8Path)>,
    /// The name of the workspace's root, where the member takes packages of the root's, too.
    pub lender: Option<&'c str>,
    /// Whether it is Yarn before 4, which cannot install a part.
    pub old_yarn: bool,
}

impl Caller<'_> {
    /// The manager's downloads.
    pub fn cache(&self) -> &'static str {
        match self.manager {
            Manager::Npm => "--mount=type=cache,target=/root/.npm",
            Manager::Pnpm => "--mount=type=cache,id=pnpm,target=/pnpm/store",
            Manager::YarnClassic => "--mount=type=cache,target=/usr/local/share/.cache/yarn",
            Manager::YarnBerry => "--mount=type=cache,target=/root/.cache/yarn",
            Manager::Bun => "--mount=type=cache,target=/root/.bun/install/cache",
        }
    }

    /// The command that installs.
    pub fn install(&self, extent: Extent) -> ShellLine {
        let production = extent == Extent::Production;
        let mut line = ShellLine::of(match (self.manager, self.locked) {
            (Manager::Npm, true) => "npm ci",
            (Manager::Npm, false) => "npm install",
            (Manager::Pnpm, true) => "pnpm install --frozen-lockfile",
            (Manager::Pnpm, false) => "pnpm install --no-frozen-lockfile",
            (Manager::YarnClassic, true) => "yarn install --frozen-lockfile",
            (Manager::YarnBerry, _) if production && !self.old_yarn => "yarn workspaces focus",
            (Manager::YarnBerry, true) => "yarn install --immutable",
            (Manager::YarnClassic, false) => "yarn install",
            (Manager::YarnBerry, false) => "yarn install --no-immutable",
            (Manager::Bun, true) => "bun install --frozen-lockfile",
            (Manager::Bun, false) => "bun install",
        });
        let focused = self.manager == Manager::YarnBerry && production && !self.old_yarn;
        if let Some((name, directory)) = self.member.filter(|_| production) {
            line = match self.manager {
                Manager::Npm => line.then("--workspace").path(directory),
                Manager::Pnpm => line.then("--filter").word(format!("{}...", self.filter(name, directory))),
                Manager::YarnBerry if focused => line.word(name),
                Manager::Bun => line.then("--filter").word(self.filter(name, directory)),
                Manager::YarnBerry | Manager::YarnClassic => line,
            };
            if let Some(root) = self.lender {
                line = match self.manager {
                    Manager::Npm => line.then("--include-workspace-root"),
                    Manager::Pnpm if root.is_empty() => line.then("--filter").word("{.}..."),
                    Manager::Pnpm => line.then("--filter").word(format!("{root}...")),
                    Manager::YarnBerry if focused && !root.is_empty() => line.word(root),
                    Manager::Bun => line.then("--filter ./"),
                    Manager::YarnBerry | Manager::YarnClassic => line,
                };
            }
        }
        if production {
            line = match self.manager {
                Manager::Npm => line.then("--omit=dev"),
                Manager::Pnpm => line.then("--prod"),
                Manager::YarnBerry if !focused => line,
                Manager::YarnClassic | Manager::Bun | Manager::YarnBerry => line.then("--production"),
            };
        }
        if self.quiet && !focused {
            line = line.then(if self.manager == Manager::YarnBerry { "--mode=skip-build" } else { "--ignore-scripts" });
        }
        line
    }

    /// The commands that leave what runs of all that was installed; none where the manager has no way to.
    pub fn prune(&self) -> Option<Prune> {
        let install = |quiet| Caller { quiet, ..*self }.install(Extent::Production);
        let (commands, leaves) = match self.manager {
            // what other members need is no more than what is needed to build
            Manager::Npm if self.member.is_some() => (vec![install(true)], Leaves::Fetched),
            Manager::Npm => (vec![ShellLine::of("npm prune --omit=dev --ignore-scripts")], Leaves::Same),
            Manager::Pnpm => (vec![ShellLine::of("CI=true").line(install(false)).then("--offline --ignore-scripts")], Leaves::Linked),
            Manager::YarnClassic => (vec![install(false).then("--ignore-scripts --prefer-offline")], Leaves::Packages),
            Manager::YarnBerry if self.old_yarn => return None,
            Manager::YarnBerry => (vec![install(self.quiet)], Leaves::Packages),
            Manager::Bun => (vec![ShellLine::of("rm -rf node_modules"), install(true)], Leaves::Fetched),
        };
        Some(Prune { commands, leaves })
    }

    /// The command that runs the install scripts of these packages.
    pub fn rebuild(&self, names: &[String]) -> ShellLine {
        let program = if self.manager == Manager::Pnpm { "pnpm rebuild" } else { "npm rebuild" };
        names.iter().fold(ShellLine::of(program), ShellLine::word)
    }

    /// The command that runs a script of the package at the root.
    pub fn run(&self, script: &str) -> ShellLine {
        ShellLine::of(self.manager.command()).then("run").word(script)
    }

    /// The command that runs a script of a member.
    pub fn run_in(&self, name: &str, directory: &Utf8Path, script: &str) -> ShellLine {
        match self.manager {
            Manager::Npm => ShellLine::of("npm run").word(script).then("--workspace").path(directory),
            Manager::Pnpm => ShellLine::of("pnpm --filter").word(self.filter(name, directory)).then("run").word(script),
            Manager::YarnClassic | Manager::YarnBerry => ShellLine::of("yarn workspace").word(name).then("run").word(script),
            Manager::Bun => ShellLine::of("bun run --filter").word(self.filter(name, directory)).word(script),
        }
    }

    /// What picks a member: its name, or its directory where it has none.
    fn filter(&self, name: &str, directory: &Utf8Path) -> String {
        match (name, self.manager) {
            // in brackets, or pnpm takes no dots behind it
            ("", Manager::Pnpm) => format!("{{./{directory}}}"),
            ("", _) => format!("./{directory}"),
            _ => name.to_owned(),
        }
    }

    /// The command that runs a program of the dependencies.
    pub fn execute(&self, command: ShellLine) -> ShellLine {
        let program = match self.manager {
            Manager::Npm => "npx",
            Manager::Pnpm => "pnpm exec",
            Manager::YarnClassic | Manager::YarnBerry => "yarn",
            Manager::Bun => "bunx",
        };
        ShellLine::of(program).line(command)
    }
}
