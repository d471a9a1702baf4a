//! The build stages of a Java program, and what the image takes from them.

mod gradle;
mod maven;

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use super::archive::{Archive, Training};
use super::artifact::Form;
use super::layout::{Layout, layout, workdir};
use super::{Facts, Tool, jlink, profile};
use crate::catalog::{Installer, Toolchain};
use crate::choices::Choices;
use crate::diagnostic::{Diagnostic, Result};
use crate::plan::{Blueprint, Copy, Literal, Setting, ShellLine, Step, Target};
use crate::version::Version;

/// Where a linked runtime is, in its stage and in the image.
const RUNTIME: (&str, &str) = ("/out/java", "/opt/java");
/// Half of the memory and more belongs to the heap, and who runs out of it ends and is started again.
/// Java 8 takes no whole number there.
const CONTAINER: [&str; 2] = ["-XX:MaxRAMPercentage=75.0", "-XX:+ExitOnOutOfMemoryError"];
/// A debugger may come and go; the program does not wait for it.
const DEBUGGER: &str = "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=";

/// What `templates/java` prints.
#[derive(Clone, Debug, Serialize)]
pub struct Build {
    /// The reference for FROM.
    pub image: String,
    /// The runtime that is linked, where the base brings none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runtime: Option<Runtime>,
    /// What has to be settled before anything is fetched.
    pub env: Vec<(&'static str, String)>,
    /// Programs that the build calls and the image has not.
    pub tools: Vec<Copy>,
    /// A file that the build tool reads and the project has not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script: Option<Script>,
    /// Build files, before anything else of the project.
    pub manifests: Vec<Copy>,
    /// The step that fetches the dependencies.
    pub dependencies: Step,
    /// The sources.
    pub source: Copy,
    /// The step that builds.
    pub make: Step,
    /// The run that makes an archive of classes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archive: Option<Training>,
}

/// A file of imggen's own that a build tool reads.
#[derive(Clone, Debug, Serialize)]
pub struct Script {
    /// What it is for.
    pub comment: &'static str,
    /// Where it is put.
    pub path: &'static str,
    /// What is in it.
    pub lines: Vec<Literal>,
}

/// A runtime that is linked of named modules.
#[derive(Clone, Debug, Serialize)]
pub struct Runtime {
    /// The modules with commas between, in groups that a line holds.
    pub modules: Vec<String>,
    /// How far it is packed.
    pub compress: &'static str,
    /// Whether it gets an archive of its own classes.
    pub archive: bool,
    /// Where it is put.
    pub output: &'static str,
}

/// So many columns a group of modules has at most.
const GROUP: usize = 70;

fn grouped(modules: Vec<String>) -> Vec<String> {
    modules.into_iter().fold(Vec::new(), |mut groups: Vec<String>, module| {
        match groups.last_mut().filter(|group| group.len() + 1 + module.len() <= GROUP) {
            Some(group) => group.extend([",", &module]),
            None => groups.push(module),
        }
        groups
    })
}

/// What a build tool has to be given and told.
struct Recipe {
    /// The image that it is in, as the catalog calls it.
    image: String,
    env: Vec<(&'static str, String)>,
    script: Option<Script>,
    /// What it reads before there are sources.
    manifests: Vec<Copy>,
    mounts: Vec<String>,
    /// The commands that fetch the dependencies.
    fetch: Vec<ShellLine>,
    /// The commands that build.
    make: Vec<ShellLine>,
}

pub(super) fn blueprint(facts: &Facts, choices: &Choices<'_>, target: Target) -> Result<Blueprint<Build>> {
    refuse_main(facts, choices)?;
    let toolchain = choices.catalog.toolchain("java")?;
    let java = version(choices, facts);
    // a jar runs on any distribution, and a linked runtime on the C library that it was linked with
    let musl = choices.base.installer == Some(Installer::Apk) && choices.fit.variant.id == "jlink";
    let (suite_name, suite) = toolchain.suite(java, |suite| (suite.installer() == Installer::Apk) == musl)?;
    let mut maker = Maker { facts, choices, toolchain, java, target, archive: None };
    if target == Target::Production {
        maker.archive = Archive::of(facts, choices, java, maker.is_linked(), &maker.options())?;
    }
    let layout = layout(facts);
    let build = maker.build(suite_name, &layout);
    Ok(Blueprint {
        headline: maker.headline(),
        builder: suite.into(),
        build_needs: Vec::new(),
        takes: maker.takes(&layout),
        env: maker.env(),
        setting: Setting { workdir: workdir(facts), ..Setting::default() },
        entrypoint: maker.entrypoint(&layout),
        arguments: maker.arguments(),
        ports: maker.debugger().into_iter().collect(),
        decisions: maker.decisions(&build),
        warnings: maker.warnings(),
        build,
    })
}

/// Refuses a class that is to be started where something else decides which one is.
fn refuse_main(facts: &Facts, choices: &Choices<'_>) -> Result<()> {
    let asked = choices.layers.choose("java.main-class", |settings| settings.languages.java.main_class.clone());
    let refused = asked.filter(|asked| facts.artifact.start_of(&[], &asked.value).is_none());
    let Some(asked) = refused else { return Ok(()) };
    let (by, help) = match facts.artifact.form {
        Form::War(_) => ("Tomcat starts it", "take `java.main-class` out"),
        _ => ("Quarkus starts what it was built with", "say it in `application.properties`: `quarkus.package.main-class=...`"),
    };
    let error = Diagnostic::usage("java::no-main-class", format!("`{}` cannot be started: {by}", asked.value));
    Err(asked.blame(error).because(&facts.artifact.at).help(help).into())
}

/// The Java of the variant that a base was found for, or of the level.
fn version(choices: &Choices<'_>, facts: &Facts) -> Version {
    let fits =
        || super::level::jdks(&facts.level, facts.newest.as_ref(), &choices.layers, choices.catalog).ok()?.first().map(|java| java.value);
    choices.interpreter("java").or_else(fits).unwrap_or(facts.level.classes.value)
}

pub(super) struct Maker<'a> {
    pub(super) facts: &'a Facts,
    pub(super) choices: &'a Choices<'a>,
    pub(super) toolchain: &'a Toolchain,
    pub(super) java: Version,
    pub(super) target: Target,
    pub(super) archive: Option<Archive>,
}

impl Maker<'_> {
    pub(super) fn is_linked(&self) -> bool {
        self.choices.fit.variant.id == "jlink"
    }

    fn build(&self, suite: &str, layout: &Layout) -> Build {
        let recipe = match &self.facts.tool {
            Tool::Maven(maven) => self.by_maven(maven, suite),
            Tool::Gradle(gradle) => self.by_gradle(gradle),
        };
        let context = self.facts.context.as_str();
        Build {
            image: self.choices.reference(&recipe.image),
            runtime: self.is_linked().then(|| self.runtime()),
            env: recipe.env,
            tools: self.tools(),
            script: recipe.script,
            manifests: recipe.manifests,
            dependencies: Step { mounts: recipe.mounts.clone(), commands: recipe.fetch },
            source: Copy::context(if context.is_empty() { "." } else { context }, "."),
            make: Step { mounts: recipe.mounts, commands: recipe.make.into_iter().chain(layout.commands.iter().cloned()).collect() },
            archive: self.archive.as_ref().map(|archive| archive.training(self.training(archive, layout))),
        }
    }

    /// A file of the copied directory, as the build context calls it.
    fn here(&self, name: &str) -> String {
        self.facts.context.join(name).into_string()
    }

    /// Node with its npm, where the build calls them.
    fn tools(&self) -> Vec<Copy> {
        let node = self.facts.node.as_ref().and(self.toolchain.tools.get("node"));
        let copy = |tool: &crate::catalog::Tool| {
            let image = self.choices.reference(tool.image.as_deref()?);
            Some(Copy::stage(image, &tool.path, &tool.path))
        };
        node.and_then(copy).into_iter().collect()
    }

    /// What the build reads together with its build files, a directory as a whole.
    fn first(&self) -> impl Iterator<Item = Copy> {
        self.facts.first.iter().map(|path| {
            let inside = path.strip_prefix(&self.facts.context).unwrap_or(path);
            Copy::context(path.as_str(), inside.as_str())
        })
    }

    /// The build files by their directories.
    fn by_directory(&self) -> BTreeMap<Utf8PathBuf, Vec<String>> {
        let mut by_directory: BTreeMap<Utf8PathBuf, Vec<String>> = BTreeMap::new();
        for file in &self.facts.manifests {
            let inside = file.strip_prefix(&self.facts.context).unwrap_or(file);
            by_directory.entry(inside.parent().unwrap_or(Utf8Path::new("")).to_owned()).or_default().push(file.to_string());
        }
        by_directory
    }

    fn runtime(&self) -> Runtime {
        let mut modules = jlink::modules(self.facts, self.java, &self.choices.layers);
        if self.target != Target::Production {
            modules.extend(["jdk.jcmd", "jdk.jdwp.agent"].map(str::to_owned));
        }
        let compress = if self.java >= Version::whole(21) { "zip-6" } else { "2" };
        let archive = self.archive.as_ref().is_some_and(Archive::builds_on_another);
        Runtime { modules: grouped(modules), compress, archive, output: RUNTIME.0 }
    }

    fn takes(&self, layout: &Layout) -> Vec<Copy> {
        let runtime = self.is_linked().then(|| Copy::stage("jre", RUNTIME.0, RUNTIME.1));
        runtime.into_iter().chain(layout.takes.iter().cloned()).collect()
    }

    pub(super) fn debugger(&self) -> Option<u16> {
        let debugger = self.toolchain.debugger.as_ref().filter(|_| self.target != Target::Production)?;
        Some(debugger.port)
    }

    fn env(&self) -> BTreeMap<String, String> {
        let mut env = BTreeMap::from([("JAVA_TOOL_OPTIONS".to_owned(), CONTAINER.join(" "))]);
        // Java 8 listens on all interfaces, and knows no word for them; the launcher's own variable leaves tools like jcmd alone
        let (variable, everywhere) = if self.java < Version::whole(9) { ("_JAVA_OPTIONS", "") } else { ("JDK_JAVA_OPTIONS", "*:") };
        env.extend(self.debugger().map(|port| (variable.to_owned(), format!("{DEBUGGER}{everywhere}{port}"))));
        if matches!(self.facts.artifact.form, Form::War(_)) && !self.options().is_empty() {
            env.insert("CATALINA_OPTS".into(), self.options().join(" "));
        }
        env.extend(self.facts.profiles.iter().map(|profiles| (profile::VARIABLE.to_owned(), profiles.value.clone())));
        if self.is_linked() {
            env.insert("LANG".into(), "C.UTF-8".into());
        }
        env
    }

    /// Options that the virtual machine is started with.
    pub(super) fn options(&self) -> Vec<String> {
        let found = self.facts.options.clone();
        self.choices
            .layers
            .list("java.options", |settings| settings.languages.java.options.clone(), found)
            .into_iter()
            .map(|chosen| chosen.value)
            .collect()
    }

    fn entrypoint(&self, layout: &Layout) -> Vec<String> {
        if matches!(self.facts.artifact.form, Form::War(_)) {
            return layout.start.clone();
        }
        self.command(self.archive.iter().map(Archive::option), layout)
    }

    /// The run that makes the archive: what is started, with options of its own.
    fn training(&self, archive: &Archive, layout: &Layout) -> Vec<String> {
        let set = self.choices.layers.iter().find_map(|layer| layer.settings().arguments.clone());
        let arguments = set.unwrap_or_else(|| self.arguments());
        [self.command(archive.training_options(self.choices).into_iter(), layout), arguments].concat()
    }

    /// The arguments of the program itself.
    fn arguments(&self) -> Vec<String> {
        self.choices.found.app.behaviour.command_arguments(self.choices.ports.first().copied())
    }

    /// The virtual machine with its options, these behind them, and what it starts.
    fn command(&self, options: impl Iterator<Item = String>, layout: &Layout) -> Vec<String> {
        let java = if self.is_linked() { format!("{}/bin/java", RUNTIME.1) } else { "java".to_owned() };
        let mut start = layout.start.clone();
        if let Some(main) = self.choices.layers.iter().find_map(|layer| layer.settings().languages.java.main_class.clone()) {
            start = self.facts.artifact.start_of(&start, &main).unwrap_or(start);
        }
        std::iter::once(java).chain(self.options()).chain(options).chain(start).collect()
    }
}

/// Gives a script the line ends that a shell reads.
fn unix(script: &str) -> ShellLine {
    ShellLine::of(r"sed -i 's/\r$//'").path(script)
}

/// A COPY for each directory: one of several directories would flatten them.
fn copies(by_directory: BTreeMap<Utf8PathBuf, Vec<String>>) -> impl Iterator<Item = Copy> {
    let to = |directory: &Utf8Path| if directory.as_str().is_empty() { "./".to_owned() } else { format!("{directory}/") };
    by_directory.into_iter().map(move |(directory, sources)| Copy { from: None, owner: None, sources, to: to(&directory) })
}
