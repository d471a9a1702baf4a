//! The build by Maven.

use camino::Utf8PathBuf;

use super::{Maker, Recipe, Script, copies, unix};
use crate::lang::java::MavenBuild;
use crate::lang::java::maven::Processors;
use crate::plan::{Copy, Literal, ShellLine};

/// What fetches a program's dependencies and its build's, as they are resolved when it is built: `go-offline` fetches optional ones of each
/// dependency as well, which nobody asked for.
const FETCH: &str = "dependency:resolve dependency:resolve-plugins";
/// Settings of Maven's that hold a login, for those who need one.
const SETTINGS: &str = "--mount=type=secret,id=settings,target=/root/.m2/settings.xml";

/// A source that holds nothing, for the compiler to be called on.
const STUB: (&str, &str) = ("src/main/java", "Empty.java");

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
            fetch: readable().chain(self.fetching(maven)).collect(),
            make: readable().chain([self.maven_command(maven)]).collect(),
        }
    }

    /// The program of Maven's with its pom.
    fn plainly(maven: &MavenBuild) -> ShellLine {
        let line = ShellLine::of(if maven.wrapper.is_some() { "sh ./mvnw -B -ntp" } else { "mvn -B -ntp" });
        if let Some(file) = &maven.file { line.then("-f").path(file) } else { line }
    }

    /// It with what every call is given.
    fn maven(&self, maven: &MavenBuild) -> ShellLine {
        let mut line = Self::plainly(maven);
        let profiles =
            self.choices.layers.list("java.profiles", |settings| settings.languages.java.profiles.clone(), maven.profiles.clone());
        let profiles: Vec<_> = profiles.into_iter().map(|chosen| chosen.value).collect();
        if !profiles.is_empty() {
            line = line.word(format!("-P{}", profiles.join(",")));
        }
        match &maven.module {
            Some(module) => line.then("-pl").word(module).then("-am"),
            None => line,
        }
    }

    /// What fetches the dependencies before there are sources.
    fn fetching(&self, maven: &MavenBuild) -> Vec<ShellLine> {
        let line = self.maven(maven);
        // the modules of a project are nowhere to be fetched from, which Maven's own goals do not know
        let reactor = self.toolchain.tools.get("reactor").and_then(|tool| tool.packages.first()).filter(|_| maven.module.is_some());
        let line = reactor.map_or(line.clone().then(FETCH), |reactor| line.line(ShellLine::words(reactor.split(' '))));
        // what it fetches for its development mode, which is the usual one, is nothing for an image
        let line = if maven.quarkus { line.then("quarkus:go-offline -Dmode=prod") } else { line };
        Self::with_processors(maven, line)
    }

    /// The line that fetches, with those that fetch processors of annotations.
    fn with_processors(maven: &MavenBuild, line: ShellLine) -> Vec<ShellLine> {
        match &maven.processors {
            Processors::Named(named) => {
                let get = |processor: &String| Self::plainly(maven).then("-N dependency:get").word(format!("-Dartifact={processor}"));
                std::iter::once(line).chain(named.iter().map(get)).collect()
            }
            // the compiler fetches its own where there is a source, and an empty file is one
            Processors::Hidden if maven.module.is_none() && maven.file.is_none() => {
                let file = ShellLine::of("touch").word(format!("{}/{}", STUB.0, STUB.1));
                vec![ShellLine::of("mkdir -p").word(STUB.0).and(file), line.then("compiler:compile"), ShellLine::of("rm -r src target")]
            }
            Processors::Hidden => vec![line],
        }
    }

    fn maven_command(&self, maven: &MavenBuild) -> ShellLine {
        // some take more than one option to be left out
        let skips = maven.skips.iter().flat_map(|skip| skip.value.split(' '));
        let options = skips.chain(self.facts.artifact.options.iter().copied());
        let line = options.fold(self.maven(maven).then("-DskipTests"), ShellLine::word).then("package");
        self.facts.artifact.goals.iter().fold(line, |line, goal| {
            let line = line.word(goal);
            if goal.ends_with("copy-dependencies") { line.then("-DincludeScope=runtime") } else { line }
        })
    }

    /// The file in which the toolchains plugin looks for what it demands: the JDK of the image.
    fn toolchains(&self, demands: &[(String, String)]) -> Script {
        let says = |(name, value): &(String, String)| {
            let range = value.contains(['[', '(', ',', '$']);
            let value = if name == "version" && range { self.java.to_string() } else { value.clone() };
            Literal::of("      <").xml(name).then(">").xml(&value).then("</").xml(name).then(">")
        };
        let head = ["<toolchains>", "  <toolchain>", "    <type>jdk</type>", "    <provides>"];
        let tail = [
            "    </provides>",
            "    <configuration><jdkHome>${env.JAVA_HOME}</jdkHome></configuration>",
            "  </toolchain>",
            "</toolchains>",
        ];
        let lines = head.map(Literal::of).into_iter().chain(demands.iter().map(says)).chain(tail.map(Literal::of)).collect();
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
