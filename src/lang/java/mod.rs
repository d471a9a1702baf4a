//! Java and Kotlin: poms and build files to the one archive that runs, its layers, and the smallest Java that holds it.

mod apps;
mod archive;
mod artifact;
mod asked;
mod build;
mod config;
mod dropwizard;
mod entry;
mod gradle;
mod jlink;
mod layout;
mod level;
mod listen;
mod logging;
mod maven;
mod observe;
pub(crate) mod outline;
mod picocli;
mod profile;
mod report;
mod run;
mod server;
pub mod settings;
mod sources;
mod word;

use camino::Utf8PathBuf;
use serde::Serialize;

use self::artifact::{Artifact, Form};
use self::level::Level;
use super::interpreted::{self, Interpreter};
use super::language::{Guest, Language, Offers};
use crate::app::App;
use crate::catalog::{Catalog, NativeUse};
use crate::choices::Choices;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact};
use crate::ladder::Variant;
use crate::layers::Layers;
use crate::need::{Libc, Need};
use crate::plan::{Blueprint, Target};
use crate::version::Version;

/// The Java language, with Kotlin on the same tools.
#[derive(Clone, Copy, Debug)]
pub struct Java;

/// What is Java's own about an app.
#[derive(Debug, Serialize)]
pub struct Facts {
    /// The directory that is copied into the build stage, relative to the project's root.
    pub context: Utf8PathBuf,
    /// The program's module, inside that.
    pub module: Utf8PathBuf,
    /// What builds it.
    pub tool: Tool,
    /// What the build leaves.
    pub artifact: Artifact,
    /// The class that is started, where it is not the archive's own business.
    pub main: Option<Fact<String>>,
    /// The level of its classes.
    pub level: Level,
    /// The last Java that builds it, where newer ones do not.
    pub newest: Option<Fact<Version>>,
    /// What it is, for the headline, and where that is said.
    pub what: Fact<String>,
    /// Build files, before anything else of the project.
    pub manifests: Vec<Utf8PathBuf>,
    /// Directories and files that the build reads together with those: repositories and jars of the project's own, code of the build.
    pub first: Vec<Utf8PathBuf>,
    /// What makes the build call Node's tools.
    pub node: Option<Evidence>,
    /// Jars of the project's own among the libraries.
    pub siblings: Vec<String>,
    /// Options of the virtual machine.
    pub options: Vec<Fact<String>>,
    /// The profiles of Spring's that it is run with, where others than its own.
    pub profiles: Option<Fact<String>>,
    /// Modules of Java's that it uses itself.
    pub uses: Vec<Fact<String>>,
    /// Whether it has dependencies, whose modules are not seen.
    pub depends: bool,
    /// Dependencies with native parts.
    pub natives: Vec<Fact<NativeUse>>,
    /// Repositories that may ask who one is.
    pub repositories: Vec<Fact<String>>,
}

/// What builds a program.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tool {
    /// Maven.
    Maven(MavenBuild),
    /// Gradle.
    Gradle(gradle::GradleBuild),
}

/// How Maven is called.
#[derive(Clone, Debug, Default, Serialize)]
pub struct MavenBuild {
    /// The pom that it is called on, where that is not the copied directory's own.
    pub file: Option<Utf8PathBuf>,
    /// The module that is meant, where there are several.
    pub module: Option<String>,
    /// Whether `.mvn` holds something besides the wrapper.
    pub configured: bool,
    /// The wrapper, where it has to be taken.
    pub wrapper: Option<Evidence>,
    /// Whether the wrapper's script has the line ends of another system.
    pub carriage_returns: bool,
    /// Plugins that check or test, and the options that leave them out.
    pub skips: Vec<Fact<&'static str>>,
    /// Whether Quarkus fetches what it builds with by itself.
    pub quarkus: bool,
    /// What the toolchains plugin looks for, by the names of its demands.
    pub toolchain: Option<Fact<Vec<(String, String)>>>,
    /// Jars of the project's own that belong beside the dependencies.
    pub jars: Vec<Utf8PathBuf>,
    /// Profiles that it is called with.
    pub profiles: Vec<Fact<String>>,
    /// Processors of annotations that are fetched by themselves.
    pub processors: maven::Processors,
}

const INTERPRETER: Interpreter = Interpreter { name: "java", title: "Java", setting: "java.version" };

impl Language for Java {
    const INSTANCE: &'static Self = &Java;
    const NAME: &'static str = "java";
    const MANIFESTS: &'static [&'static str] = &["pom.xml", "build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"];
    const WORKSPACES: &'static [(&'static str, &'static str)] =
        &[("pom.xml", "<modules>"), ("settings.gradle", "include"), ("settings.gradle.kts", "include")];
    const ENDINGS: &'static [&'static str] = &["java", "kt", "groovy"];
    const GUEST: Guest = Guest::Nowhere;
    type Project<'t> = apps::Builds<'t>;
    type Facts = Facts;
    type Build = build::Build;

    fn variants(&self, app: &App, facts: &Facts, layers: &Layers, catalog: &Catalog) -> Result<Offers> {
        let jdks: Vec<_> = level::jdks(&facts.level, facts.newest.as_ref(), layers, catalog)?;
        let rest = interpreted::needs(app, &facts.natives, &facts.artifact.at);
        let libc = catalog.toolchain(Self::NAME)?.libc(Libc::Glibc);
        let variant = |id, summary: String, first: Vec<Fact<Need>>| Variant {
            id,
            summary,
            needs: first.into_iter().chain(rest.iter().cloned()).collect(),
        };
        let java = |version: &Fact<Version>| version.with(Need::Interpreter("java".into(), version.value));
        let with_jre = |version: &Fact<Version>| match &facts.artifact.form {
            Form::War(tomcat) => {
                let tomcat = Fact::new(Need::Interpreter("tomcat".into(), *tomcat), facts.artifact.at.clone());
                variant("tomcat", format!("an unpacked web archive, Tomcat, Java {}", version.value), vec![tomcat, java(version)])
            }
            _ => variant("jre", format!("Java {}", version.value), vec![java(version)]),
        };
        let linked = |version: &Fact<Version>| {
            let zlib = version.with(Need::Library("zlib".into()));
            let cxx = version.with(Need::Library("libstdc++".into()));
            let loaded = libc.map(|need| version.with(need.clone()));
            variant("jlink", format!("Java {} cut down to its modules", version.value), loaded.into_iter().chain([zlib, cxx]).collect())
        };
        let is_war = matches!(facts.artifact.form, Form::War(_));
        let jres = jdks.iter().map(with_jre);
        let runtimes = jdks.iter().filter(|_| !is_war).map(linked);
        Ok(Offers { variants: jres.chain(runtimes).collect(), on_request: Vec::new() })
    }

    fn plan(&self, facts: &Facts, choices: &Choices<'_>, target: Target) -> Result<Blueprint<build::Build>> {
        build::blueprint(facts, choices, target)
    }
}

/// Says which parts of a build were read and what kept them from being a program.
fn nothing_runs(looked: &[Evidence]) -> Diagnostic {
    let error = Diagnostic::error("java::library-only", "nothing that is built here is a program");
    looked
        .iter()
        .take(8)
        .fold(error, Diagnostic::because)
        .info("looked for Spring Boot, Quarkus, war packaging, a main class in the build's configuration, and classes with a `main`")
        .help("name the class to start in the build: for Maven `<mainClass>` of maven-jar-plugin's manifest, for Gradle `application { mainClass }`")
}
