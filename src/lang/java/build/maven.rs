//! The build by Maven.

use camino::Utf8PathBuf;

use super::{Maker, Recipe, Script, copies, unix};
use crate::lang::java::MavenBuild;
use crate::plan::Copy;
use crate::render::filters::sh;

/// What fetches a program's dependencies and its build's, as they are resolved when it is built: `go-offline` fetches optional ones of each
/// dependency as well, which nobody asked for.
const FETCH: &str = "dependency:resolve dependency:resolve-plugins";
/// Settings of Maven's that hold a login, for those who need one.
const SETTINGS: &str = "--mount=type=secret,id=settings,target=/root/.m2/settings.xml";

/// Where Maven looks for JDKs.
const TOOLCHAINS: &str = "/root/.m2/toolchains.xml";

impl Maker<'_> {
    /// By the Maven of its image, or by its own wrapper there.
    pub(super) fn by_maven(&self, maven: &MavenBuild, suite: &str) -> Recipe {
        let readable = || (maven.wrapper.is_some() && maven.carriage_returns).then(|| unix("mvnw")).into_iter();
        Recipe {
            image: self.toolchain.image(self.java, suite),
            // the wrapper takes what this variable of the image's says for a goal
            env: if maven.wrapper.is_some() { vec![("MAVEN_CONFIG", String::new())] } else { Vec::new() },
            script: maven.toolchain.as_ref().map(|demands| self.toolchains(&demands.value)),
            manifests: self.manifests(maven),
            mounts: if self.facts.repositories.is_empty() { Vec::new() } else { vec![SETTINGS.to_owned()] },
            fetch: readable().chain([self.fetching(maven)]).collect(),
            make: readable().chain([self.maven_command(maven)]).collect(),
        }
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
        // the modules of a project are nowhere to be fetched from, which Maven's own goals do not know
        let reactor = self.toolchain.tools.get("reactor").and_then(|tool| tool.packages.first()).filter(|_| maven.module.is_some());
        words.push(reactor.map_or(FETCH, String::as_str).to_owned());
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

    /// The file in which the toolchains plugin looks for what it demands: the JDK of the image.
    fn toolchains(&self, demands: &[(String, String)]) -> Script {
        let says = |(name, value): &(String, String)| {
            let range = value.contains(['[', '(', ',', '$']);
            let value = if name == "version" && range { self.java.to_string() } else { value.clone() };
            format!("      <{name}>{value}</{name}>")
        };
        let head = ["<toolchains>", "  <toolchain>", "    <type>jdk</type>", "    <provides>"];
        let tail = [
            "    </provides>",
            "    <configuration><jdkHome>${env.JAVA_HOME}</jdkHome></configuration>",
            "  </toolchain>",
            "</toolchains>",
        ];
        let lines = head.map(str::to_owned).into_iter().chain(demands.iter().map(says)).chain(tail.map(str::to_owned)).collect();
        Script { comment: "the JDK of this image, where the toolchains plugin looks for the one that it asks for", path: TOOLCHAINS, lines }
    }

    fn manifests(&self, maven: &MavenBuild) -> Vec<Copy> {
        let mut first = Vec::new();
        if maven.configured || maven.wrapper.is_some() {
            first.push(Copy::context(self.here(".mvn"), ".mvn"));
        }
        let mut by_directory = self.by_directory();
        if maven.wrapper.is_some() {
            by_directory.entry(Utf8PathBuf::new()).or_default().insert(0, self.here("mvnw"));
        }
        first.extend(copies(by_directory));
        first.extend(self.first());
        first
    }
}
