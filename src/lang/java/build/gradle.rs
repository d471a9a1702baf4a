//! The build by Gradle.

use camino::Utf8PathBuf;

use super::{Maker, Recipe, Script, copies, unix};
use crate::lang::java::gradle::GradleBuild;
use crate::plan::{Copy, Literal, ShellLine};

/// A task that fetches what all projects are compiled and run with, which none of Gradle's own does.
const FETCH: [&str; 8] = [
    "allprojects {",
    "  tasks.register('fetch') {",
    "    doLast {",
    "      configurations.matching { it.canBeResolved && it.name ==~ /.*Classpath|.*nnotationProcessor/ }",
    "        .each { it.incoming.artifactView { lenient(true) }.files.files }",
    "    }",
    "  }",
    "}",
];
/// Where the script of our own is.
const SCRIPT: &str = "/tmp/image.gradle";

impl Maker<'_> {
    /// By its own wrapper on a plain JDK, or in an image that has a Gradle.
    pub(super) fn by_gradle(&self, gradle: &GradleBuild) -> Recipe {
        let tool = self.toolchain.tools.get(if gradle.wrapper { "jdk" } else { "gradle" });
        let image = tool.and_then(|tool| tool.image.as_deref()).unwrap_or(&self.toolchain.image);
        let program = if gradle.wrapper { "sh ./gradlew" } else { "gradle" };
        let mut manifests = if gradle.wrapper { vec![Copy::context(self.here("gradle"), "gradle")] } else { Vec::new() };
        let mut own = self.by_directory();
        if gradle.wrapper {
            own.entry(Utf8PathBuf::new()).or_default().push(self.here("gradlew"));
        }
        manifests.extend(copies(own));
        let readable = || gradle.carriage_returns.then(|| unix("gradlew")).into_iter();
        let program = || ShellLine::of(program).then("--no-daemon");
        let fetch = program().then("--no-configuration-cache -I").word(SCRIPT).then("fetch");
        let make = program().word(format!("{}:{}", gradle.project, gradle.task));
        Recipe {
            image: image.replace("{version}", &self.java.to_string()).replace("{gradle}", "9"),
            env: Vec::new(),
            script: Some(Script {
                comment: "a task that fetches what all projects are compiled and run with, which none of Gradle's own does",
                path: SCRIPT,
                lines: FETCH.map(Literal::of).into(),
            }),
            manifests,
            mounts: Vec::new(),
            fetch: readable().chain([fetch]).collect(),
            make: readable().chain([make]).collect(),
        }
    }
}
