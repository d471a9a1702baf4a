//! The build stages of a Java program, and what the image takes from them.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use super::artifact::Form;
use super::gradle::GradleBuild;
use super::layout::{Layout, layout, workdir};
use super::{Facts, MavenBuild, Tool, jlink};
use crate::catalog::{Installer, Toolchain};
use crate::diagnostic::Result;
use crate::plan::{Blueprint, Copy, Setting, Step, Target};
use crate::render::filters::sh;
use crate::settle::Choices;
use crate::version::Version;

/// Where a linked runtime is, in its stage and in the image.
const RUNTIME: (&str, &str) = ("/out/java", "/opt/java");
/// Half of the memory and more belongs to the heap, and who runs out of it ends and is started again.
const CONTAINER: [&str; 2] = ["-XX:MaxRAMPercentage=75", "-XX:+ExitOnOutOfMemoryError"];
/// A debugger may come and go; the program does not wait for it.
const DEBUGGER: &str = "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=*";
/// What has every project of Gradle's fetch what it is compiled and run with, which none of Gradle's own tasks does.
const FETCH: &str = "allprojects { tasks.register(\"fetch\") { doLast { configurations.matching { it.canBeResolved && \
     it.name ==~ /.*Classpath|.*nnotationProcessor/ }.each { it.incoming.artifactView { lenient(true) }.files.files } } } }";
/// Settings of Maven's that hold a login, for those who need one.
const SETTINGS: &str = "--mount=type=secret,id=settings,target=/root/.m2/settings.xml";

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
    /// Build files, before anything else of the project.
    pub manifests: Vec<Copy>,
    /// The step that fetches the dependencies.
    pub dependencies: Step,
    /// The sources.
    pub source: Copy,
    /// The step that builds.
    pub make: Step,
}

/// A runtime that is linked of named modules.
#[derive(Clone, Debug, Serialize)]
pub struct Runtime {
    /// The modules, with commas between.
    pub modules: String,
    /// How far it is packed.
    pub compress: &'static str,
    /// Where it is put.
    pub output: &'static str,
}

pub(super) fn blueprint(facts: &Facts, choices: &Choices<'_>, target: Target) -> Result<Blueprint<Build>> {
    let toolchain = choices.catalog.toolchain("java")?;
    let java = version(choices, facts);
    // a jar runs on any distribution, and a linked runtime on the C library that it was linked with
    let musl = choices.base.installer == Some(Installer::Apk) && choices.fit.variant.id == "jlink";
    let (suite_name, suite) = toolchain.suite(java, |suite| (suite.installer() == Installer::Apk) == musl)?;
    let maker = Maker { facts, choices, toolchain, java, target };
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
        arguments: facts.arguments.clone(),
        ports: maker.debugger().into_iter().collect(),
        decisions: maker.decisions(&build),
        warnings: maker.warnings(),
        build,
    })
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
    toolchain: &'a Toolchain,
    pub(super) java: Version,
    pub(super) target: Target,
}

impl Maker<'_> {
    pub(super) fn is_linked(&self) -> bool {
        self.choices.fit.variant.id == "jlink"
    }

    fn build(&self, suite: &str, layout: &Layout) -> Build {
        let maven = match &self.facts.tool {
            Tool::Maven(maven) => maven,
            Tool::Gradle(gradle) => return self.by_gradle(gradle, layout),
        };
        let mut commands = vec![self.maven_command(maven)];
        commands.extend(layout.commands.iter().cloned());
        let mounts: Vec<String> = if self.facts.repositories.is_empty() { Vec::new() } else { vec![SETTINGS.to_owned()] };
        Build {
            image: self.choices.reference(&self.toolchain.image(self.java, suite)),
            runtime: self.is_linked().then(|| self.runtime()),
            // the wrapper takes what this variable of the image's says for a goal
            env: if maven.wrapper.is_some() { vec![("MAVEN_CONFIG", String::new())] } else { Vec::new() },
            manifests: self.manifests(maven),
            dependencies: Step { mounts: mounts.clone(), commands: vec![self.fetching(maven)] },
            source: Copy::context(if self.facts.context.as_str().is_empty() { "." } else { self.facts.context.as_str() }, "."),
            make: Step { mounts, commands },
        }
    }

    /// The build by Gradle: its own wrapper on a plain JDK, or an image that has a Gradle.
    fn by_gradle(&self, gradle: &GradleBuild, layout: &Layout) -> Build {
        let tool = self.toolchain.tools.get(if gradle.wrapper { "jdk" } else { "gradle" });
        let image =
            tool.and_then(|tool| tool.image.as_deref()).unwrap_or(&self.toolchain.image).replace("{version}", &self.java.to_string());
        let program = if gradle.wrapper { "sh ./gradlew" } else { "gradle" };
        let here = |name: &str| self.facts.context.join(name).to_string();
        let mut manifests = if gradle.wrapper { vec![Copy::context(here("gradle"), "gradle")] } else { Vec::new() };
        let mut own = self.by_directory();
        if gradle.wrapper {
            own.entry(Utf8PathBuf::new()).or_default().push(here("gradlew"));
        }
        manifests.extend(copies(own));
        let script = format!("echo '{FETCH}' > /tmp/fetch.gradle");
        let fetch = format!("{program} --no-daemon --no-configuration-cache -I /tmp/fetch.gradle fetch");
        let unix = gradle.carriage_returns.then(|| "sed -i 's/\r$//' gradlew".to_owned());
        let steps: Vec<_> = unix.clone().into_iter().chain([script, fetch]).collect();
        let build = sh(&format!("{}:{}", gradle.project, gradle.task));
        let mut commands: Vec<String> = unix.into_iter().collect();
        commands.push(format!("{program} --no-daemon {build}"));
        commands.extend(layout.commands.iter().cloned());
        Build {
            image: self.choices.reference(&image),
            runtime: self.is_linked().then(|| self.runtime()),
            env: Vec::new(),
            manifests,
            dependencies: Step { mounts: Vec::new(), commands: steps },
            source: Copy::context(if self.facts.context.as_str().is_empty() { "." } else { self.facts.context.as_str() }, "."),
            make: Step { mounts: Vec::new(), commands },
        }
    }

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
        Runtime { modules: modules.join(","), compress, output: RUNTIME.0 }
    }

    /// The program of Maven's with what every call is given.
    fn maven(&self, maven: &MavenBuild) -> Vec<String> {
        let program = if maven.wrapper.is_some() { "sh ./mvnw" } else { "mvn" };
        let mut words = vec![program.to_owned(), "-B".into(), "-ntp".into()];
        if let Some(file) = &maven.file {
            words.push(format!("-f {}", sh(file.as_str())));
        }
        let profiles = self.choices.layers.list("java.profiles", |settings| settings.languages.java.profiles.clone(), Vec::new());
        let profiles: Vec<_> = profiles.into_iter().map(|chosen| chosen.value).collect();
        if !profiles.is_empty() {
            words.push(sh(&format!("-P{}", profiles.join(","))));
        }
        if let Some(module) = &maven.module {
            words.push(format!("-pl {} -am", sh(module)));
        }
        words
    }

    /// What fetches the dependencies before there are sources.
    fn fetching(&self, maven: &MavenBuild) -> String {
        let mut words = self.maven(maven);
        // the modules of a project are nowhere to be fetched from, which Maven's own goal does not know
        let reactor = self.toolchain.tools.get("reactor").and_then(|tool| tool.packages.first()).filter(|_| maven.module.is_some());
        words.push(reactor.cloned().unwrap_or_else(|| "dependency:go-offline".into()));
        if maven.quarkus {
            // what it fetches for its development mode, which is the usual one, is nothing for an image
            words.push("quarkus:go-offline -Dmode=prod".into());
        }
        words.join(" ")
    }

    fn maven_command(&self, maven: &MavenBuild) -> String {
        let mut words = self.maven(maven);
        words.push("-DskipTests".into());
        words.extend(maven.skips.iter().map(|skip| skip.value.to_owned()));
        words.extend(self.facts.artifact.options.iter().map(|option| (*option).to_owned()));
        words.push("package".into());
        for goal in &self.facts.artifact.goals {
            words.push((*goal).to_owned());
            if goal.ends_with("copy-dependencies") {
                words.push("-DincludeScope=runtime".into());
            }
        }
        words.join(" ")
    }

    fn manifests(&self, maven: &MavenBuild) -> Vec<Copy> {
        let mut first = Vec::new();
        let here = |name: &str| self.facts.context.join(name).to_string();
        if maven.configured || maven.wrapper.is_some() {
            first.push(Copy::context(here(".mvn"), ".mvn"));
        }
        let mut by_directory = self.by_directory();
        if maven.wrapper.is_some() {
            by_directory.entry(Utf8PathBuf::new()).or_default().insert(0, here("mvnw"));
        }
        first.extend(copies(by_directory));
        first
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
        let mut options: Vec<String> = CONTAINER.map(str::to_owned).into();
        options.extend(self.debugger().map(|port| format!("{DEBUGGER}:{port}")));
        let mut env = BTreeMap::from([("JAVA_TOOL_OPTIONS".to_owned(), options.join(" "))]);
        if matches!(self.facts.artifact.form, Form::War(_)) && !self.options().is_empty() {
            env.insert("CATALINA_OPTS".into(), self.options().join(" "));
        }
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
        let java = if self.is_linked() { format!("{}/bin/java", RUNTIME.1) } else { "java".to_owned() };
        let mut start = layout.start.clone();
        if let Some(main) = self.choices.layers.iter().find_map(|layer| layer.settings().languages.java.main_class.clone()) {
            match start.iter().position(|word| word == "-jar") {
                Some(jar) => "-cp".clone_into(&mut start[jar]),
                None => _ = start.pop(),
            }
            start.push(main);
        }
        std::iter::once(java).chain(self.options()).chain(start).collect()
    }
}

/// A COPY for each directory: one of several directories would flatten them.
fn copies(by_directory: BTreeMap<Utf8PathBuf, Vec<String>>) -> impl Iterator<Item = Copy> {
    let to = |directory: &Utf8Path| if directory.as_str().is_empty() { "./".to_owned() } else { format!("{directory}/") };
    by_directory.into_iter().map(move |(directory, sources)| Copy { from: None, owner: None, sources, to: to(&directory) })
}
