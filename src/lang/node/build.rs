//! The build stages of a Node program.

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use super::bundle::{self, Bundle};
use super::install::{Caller, Extent, Leaves, Prune};
use super::manager::Manager;
use super::prisma;
use super::range::major;
use super::{Facts, Making, Modules, Start, Taken, stripped};
use crate::catalog::Toolchain;
use crate::choices::Choices;
use crate::diagnostic::Result;
use crate::evidence::Fact;
use crate::lang::secrets;
use crate::need::Need;
use crate::plan::{Blueprint, BuildNeed, Copied, Copy, Setting, ShellLine, Start as Started, Step, Target};
use crate::settings::DebugVariant;
use crate::version::Version;
use crate::web::Compress;

/// Where everything lies, in the build stages and in the image.
pub(super) const APP: &str = "/app";
/// Where images have their interpreter, unless they say else.
const PROGRAMS: &str = "/usr/local/bin";

/// What `templates/node` prints.
#[derive(Clone, Debug, Serialize)]
pub struct Build {
    /// The reference for FROM.
    pub image: String,
    /// The directory in which it installs and builds.
    pub workdir: Utf8PathBuf,
    /// Whether it runs on the builder's processor, whatever the image's is.
    pub cross: bool,
    /// The stage that installs.
    pub first: &'static str,
    /// The package manager, copied from an image of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copied: Option<Copied>,
    /// Environment of the build stages.
    pub env: Vec<(String, String)>,
    /// What puts the package manager there.
    pub setup: Vec<ShellLine>,
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
    /// The command that makes one file of what was built and all that it loads, in lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bundle: Option<[ShellLine; 3]>,
    /// What of a site it compresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compress: Option<Compress>,
}

pub(super) fn blueprint(facts: &Facts, start: &Start, choices: &Choices<'_>, target: Target) -> Result<Blueprint<Build>> {
    let runs_on = start.runtime.value.interpreter();
    let builder = facts.builder(start.runtime.value).interpreter();
    let toolchain = choices.catalog.toolchain(builder.name)?;
    let asked = || choices.layers.iter().find_map(|layer| layer.settings().languages.node.version);
    let version = choices.interpreter(builder.name).or_else(asked).unwrap_or(facts.versions[0].value);
    let (suite_name, suite) = toolchain.suite(version, |suite| choices.is_on(suite))?;
    let bundle = bundle::asked(facts, start, choices)?;
    let maker = Maker { facts, start, choices, toolchain, version, bundle, target };
    let build = maker.build(choices.reference(&toolchain.image(version, suite_name)))?;
    let mut words = maker.words();
    let debugger = choices.catalog.toolchain(runs_on.name)?.debugger.as_ref().filter(|_| target == Target::Debug(DebugVariant::Debugger));
    if let Some(debugger) = debugger.filter(|_| start.line.is_none()) {
        words.insert(0, format!("--inspect=0.0.0.0:{}", debugger.port));
    }
    let shell = choices.base.holds(&Need::Program("sh".into()));
    let path = choices.base.interpreter.as_ref().and_then(|interpreter| interpreter.path.clone());
    let node = if shell { runs_on.name.to_owned() } else { path.unwrap_or_else(|| format!("{PROGRAMS}/{}", runs_on.name)) };
    Ok(Blueprint {
        headline: maker.headline(),
        builder: suite.into(),
        build_needs: maker.build_needs(),
        takes: maker.takes(),
        env: maker.run_env(),
        setting: Setting {
            workdir: Some(place(&facts.directory)),
            context: Some(facts.context.clone()),
            // a line finds the programs of the packages as a script does
            path: start.line.is_some().then(|| format!("{APP}/node_modules/.bin")),
            sources: Some(APP.into()),
            tree: build.source.is_some().then(|| APP.into()),
            start: if start.tool || !shell { Started::Program } else { Started::Command },
            ..Setting::default()
        },
        // pnpm has scripts of the shell where others have links to what node runs
        entrypoint: if start.line.is_some() {
            vec![words.remove(0)]
        } else {
            match start.program.as_ref().filter(|_| facts.managed.manager.value == Manager::Pnpm) {
                Some(program) => vec![maker.program(program)],
                None => vec![node],
            }
        },
        arguments: words,
        ports: debugger.map(|debugger| debugger.port).into_iter().collect(),
        decisions: maker.decisions(&build),
        warnings: maker.warnings(),
        build,
    })
}

/// A command that is run in a directory inside the context.
fn in_directory(directory: &Utf8Path, command: ShellLine) -> ShellLine {
    if directory.as_str().is_empty() { command } else { ShellLine::of("cd").path(directory).and(command).between("(", ")") }
}

/// A directory inside the context, in the image.
pub(super) fn place(directory: &Utf8Path) -> Utf8PathBuf {
    directory.components().fold(APP.into(), |path: Utf8PathBuf, part| path.join(part))
}

pub(super) struct Maker<'a> {
    pub(super) facts: &'a Facts,
    pub(super) start: &'a Start,
    pub(super) choices: &'a Choices<'a>,
    pub(super) toolchain: &'a Toolchain,
    pub(super) version: Version,
    /// The one file that is made of it, where it is.
    pub(super) bundle: Option<&'a Bundle>,
    pub(super) target: Target,
}

impl Maker<'_> {
    fn build(&self, image: String) -> Result<Build> {
        let facts = self.facts;
        let makes = self.makes();
        let installs = self.installs();
        let (copied, mut setup) = if installs || makes { self.tools()? } else { (None, Vec::new()) };
        setup.extend(self.is_stripped().then(stripped::command));
        let extent = if self.builds() || facts.kept.is_some() { Extent::All } else { Extent::Production };
        let staged = self.is_staged();
        Ok(Build {
            image,
            // a part's files lie as they do in the project: its build may write beside its directory
            workdir: if self.target == Target::Part { place(&facts.context) } else { APP.into() },
            cross: false,
            first: if staged { "install" } else { "build" },
            copied,
            env: self.env().into_iter().chain(self.natives_env()).collect(),
            setup,
            manifests: if installs { self.manifests() } else { Vec::new() },
            install: installs.then(|| Step { mounts: self.mounts(), commands: self.installing(extent) }),
            prune: self.prune(),
            source: (staged || !installs)
                .then(|| Copy::context(if facts.context.as_str().is_empty() { "." } else { facts.context.as_str() }, ".")),
            make: self.make(),
            arguments: self.start.baked.iter().filter(|fact| !fact.value.secret).map(|fact| fact.value.name.clone()).collect(),
            bundle: self.bundling(),
            compress: None,
        })
    }

    /// Whether Node itself comes out of the build stage, without its symbols.
    pub(super) fn is_stripped(&self) -> bool {
        self.choices.fit.variant.id == stripped::VARIANT
    }

    /// Whether it takes more than what runs to make the program.
    fn builds(&self) -> bool {
        self.steps().next().is_some() || self.facts.generated.is_some()
    }

    /// What builds it, apart from what is a part with a stage of its own.
    fn steps(&self) -> impl Iterator<Item = &Making> {
        let left = |making: &&Making| self.left(making).is_none_or(|rest| !rest.is_empty());
        self.facts.making.iter().filter(left)
    }

    /// What is left to do of a script that builds other packages, where parts build all of those.
    fn left<'m>(&self, making: &'m Making) -> Option<&'m [(ShellLine, bool)]> {
        let Making::Script { delegates: Some(delegates), .. } = making else { return None };
        let is_part = |directory: &Utf8PathBuf| self.choices.parts.iter().any(|part| part.part.found.app.directory == *directory);
        delegates.to.iter().all(is_part).then_some(&delegates.rest)
    }

    /// Whether anything is made of the sources.
    fn makes(&self) -> bool {
        self.builds() || self.bundle.is_some()
    }

    /// What of the dependencies the image takes.
    pub(super) fn modules(&self) -> Modules {
        if self.bundle.is_some() { Modules::None { builds: true } } else { self.facts.modules }
    }

    /// Whether the sources have a stage of their own behind the one that installs: they are built there, or swept.
    pub(super) fn is_staged(&self) -> bool {
        let facts = self.facts;
        let whole = self.start.taken == Taken::Whole || facts.workspace.is_some();
        self.makes() || (self.installs() && whole && !facts.install.spent.is_empty())
    }

    /// The step that leaves of the dependencies what runs.
    pub(super) fn prune(&self) -> Option<Step> {
        let (mounts, mut commands) = match self.pruning() {
            Some(Prune { commands, leaves: Leaves::Same }) => (Vec::new(), commands),
            Some(Prune { commands, leaves }) => {
                let compiled = self.rebuilding().filter(|_| leaves == Leaves::Fetched);
                (self.mounts(), self.with_tokens(commands.into_iter().chain(compiled).collect()))
            }
            None => (Vec::new(), Vec::new()),
        };
        // the image takes all that a workspace's stage holds
        let runs = matches!(self.modules(), Modules::Production { .. });
        commands.extend(self.sweep().filter(|_| runs && self.facts.workspace.is_some()));
        Step::of(mounts, commands)
    }

    /// How packages for development are taken out, where there are any.
    pub(super) fn pruning(&self) -> Option<Prune> {
        let prunes = self.makes() && self.facts.kept.is_none() && matches!(self.modules(), Modules::Production { development: true });
        prunes.then(|| self.caller().prune())?
    }

    /// The step that builds, and removes what the image does without.
    fn make(&self) -> Option<Step> {
        let makes = self.makes();
        let given = |fact: &Fact<(String, String)>| ShellLine::of("export").line(ShellLine::assignment(&fact.value.0, &fact.value.1));
        let given = self.facts.build_env.iter().map(given);
        let given: Vec<_> = given.collect();
        // Yarn asks for what its settings name whatever it does
        let asks = makes && matches!(self.facts.managed.manager.value, Manager::YarnClassic | Manager::YarnBerry);
        let (mounts, mut commands) = if asks { (self.secrets(), self.with_tokens(self.making())) } else { (Vec::new(), self.making()) };
        let mut mounts = mounts;
        if makes {
            commands.splice(
                0..0,
                given.into_iter().chain(secrets::exported(self.facts.build_secrets.iter().map(|secret| secret.value.as_str()))),
            );
            mounts.extend(self.facts.build_secrets.iter().map(|secret| secrets::mount(&secret.value)));
        }
        if self.takes_whole() && self.installs() {
            commands.push(self.without_packages());
        }
        commands.extend(self.sweep().filter(|_| self.takes_whole()));
        // the bundle's command follows, in lines of its own
        let alone = || self.bundle.map(|_| Step { mounts: Vec::new(), commands: Vec::new() });
        Step::of(mounts, commands).or_else(alone)
    }

    /// The command that removes what is installed, which comes from another stage.
    fn without_packages(&self) -> ShellLine {
        let facts = self.facts;
        if !facts.called_modules {
            return ShellLine::of("find . -name node_modules -type d -prune -exec rm -rf {} +");
        }
        // sources are called so, too
        let installed = facts.needed.iter().map(|member| &member.directory).chain(facts.member.as_ref().map(|own| &own.directory));
        installed.fold(ShellLine::of("rm -rf node_modules"), |line, directory| line.path(directory.join("node_modules")))
    }

    /// The command that removes what only installing reads.
    fn sweep(&self) -> Option<ShellLine> {
        let spent = &self.facts.install.spent;
        (!spent.is_empty()).then(|| spent.iter().fold(ShellLine::of("rm -rf"), ShellLine::path))
    }

    /// Whether anything is installed.
    pub(super) fn installs(&self) -> bool {
        match self.modules() {
            Modules::None { builds } => builds && self.makes(),
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
            quiet: if self.builds() { facts.install.quiet } else { facts.install.quiet_in_production },
            member: facts.member.as_ref().map(|member| (member.name.as_str(), member.directory.as_path())),
            lender: facts.lender.as_deref(),
            old_yarn: berry && managed.version.as_deref().and_then(major).is_some_and(|major| major < 4),
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
        self.facts.install.tokens.iter().map(|token| secrets::mount(&token.value)).collect()
    }

    /// Commands that find the tokens which the settings name.
    fn with_tokens(&self, commands: Vec<ShellLine>) -> Vec<ShellLine> {
        let tokens = self.facts.install.tokens.iter().map(|token| token.value.as_str());
        secrets::exported(tokens).into_iter().chain(commands).collect()
    }

    fn installing(&self, extent: Extent) -> Vec<ShellLine> {
        let mut commands = vec![self.caller().install(extent)];
        if self.caller().quiet {
            commands.extend(self.rebuilding());
        }
        if self.facts.generated.is_some() {
            commands.push(self.execute(&self.facts.directory, ShellLine::of(prisma::GENERATE)));
        }
        self.with_tokens(commands)
    }

    /// The command that compiles native packages whose scripts did not run.
    fn rebuilding(&self) -> Option<ShellLine> {
        let compiled: Vec<String> =
            self.facts.natives.iter().filter(|native| !native.value.build.is_empty()).map(|native| native.value.name.clone()).collect();
        (!compiled.is_empty()).then(|| self.caller().rebuild(&compiled))
    }

    /// The command that runs a program of the dependencies in a package's directory.
    fn execute(&self, directory: &Utf8Path, command: ShellLine) -> ShellLine {
        in_directory(directory, self.caller().execute(command))
    }

    pub(super) fn making(&self) -> Vec<ShellLine> {
        let caller = self.caller();
        let mut commands: Vec<ShellLine> = self.facts.install.later.iter().map(|script| caller.run(&script.value)).collect();
        for making in self.steps() {
            match (making, self.left(making)) {
                (Making::Script { package, .. }, Some(rest)) => commands.extend(rest.iter().map(|(line, brought)| {
                    if *brought { self.execute(&package.directory, line.clone()) } else { in_directory(&package.directory, line.clone()) }
                })),
                (Making::Script { package, script, .. }, None) if package.directory.as_str().is_empty() => {
                    commands.push(caller.run(script));
                }
                (Making::Script { package, script, .. }, None) => {
                    commands.push(caller.run_in(&package.name, &package.directory, script));
                }
                (Making::Command { package, command }, _) => commands.push(self.execute(&package.directory, command.clone())),
            }
        }
        commands
    }

    /// What native packages are told while they are installed.
    fn natives_env(&self) -> Vec<(String, String)> {
        let natives = self.facts.natives.iter().filter(|_| self.installs());
        natives.flat_map(|native| native.value.env.clone()).collect::<std::collections::BTreeMap<_, _>>().into_iter().collect()
    }

    fn build_needs(&self) -> Vec<BuildNeed> {
        let facts = self.facts;
        let compiled = facts.natives.iter().chain(&facts.unlisted).filter(|_| self.installs());
        let by_git = facts.by_git.iter().take(1).filter(|_| self.installs());
        let git = by_git.flat_map(|fact| [Need::Program("git".into()), Need::CaCertificates].map(|need| fact.with(need).into()));
        let strips = self.is_stripped().then(|| Need::Package(stripped::PACKAGE.into()).into());
        compiled
            .flat_map(|native| native.value.build.iter().map(|need| native.with(need.clone()).into()))
            .chain(git)
            .chain(strips)
            .collect()
    }
}
