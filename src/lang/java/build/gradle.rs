//! The build by Gradle.

use camino::Utf8PathBuf;

use super::{Maker, Recipe, Script, copies, unix};
use crate::lang::java::gradle::{GradleBuild, Task};
use crate::plan::{Literal, ShellLine};

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
/// Where Gradle keeps what it fetched: its image has a volume where it would.
const HOME: &str = "/root/.gradle";
/// Properties of Gradle's that hold a login, for those who need one.
const PROPERTIES: &str = "--mount=type=secret,id=gradle,target=/root/.gradle/gradle.properties";

impl Maker<'_> {
    /// By its own wrapper on a plain JDK, or in an image that has its Gradle.
    pub(super) fn by_gradle(&self, gradle: &GradleBuild) -> Recipe {
        // a JDK that the newest Gradle does not run on has one of its own
        let of_jdk = format!("gradle-jdk{}", self.java);
        let tool = match (&gradle.version, gradle.wrapper) {
            (_, true) => "jdk",
            (Some(_), false) => "gradle-named",
            (None, false) if self.toolchain.tools.contains_key(&of_jdk) => &of_jdk,
            (None, false) => "gradle",
        };
        let tool = self.toolchain.tools.get(tool);
        let image = tool.and_then(|tool| tool.image.as_deref()).unwrap_or(&self.toolchain.image);
        let program = if gradle.wrapper { "sh ./gradlew" } else { "gradle" };
        let mut own = self.by_directory();
        if gradle.wrapper {
            own.entry(Utf8PathBuf::new()).or_default().push(self.here("gradlew"));
        }
        let readable = || gradle.carriage_returns.then(|| unix("gradlew")).into_iter();
        let call = || {
            let line = ShellLine::of(program).then("--no-daemon -I").word(SCRIPT);
            gradle.properties.iter().fold(line, |line, property| line.word(format!("-P{}", property.value)))
        };
        let task = call().word(format!("{}:{}", gradle.project, gradle.task.name()));
        let make = gradle.skips.iter().fold(task, |line, task| line.then("-x").word(task));
        Recipe {
            image: image.replace("{version}", &self.java.to_string()).replace("{gradle}", gradle.version.as_deref().unwrap_or_default()),
            env: if gradle.wrapper { Vec::new() } else { vec![("GRADLE_USER_HOME", HOME.to_owned())] },
            script: Some(Script {
                comment: "a task that fetches what all projects are compiled and run with, and a name and place for what is made",
                path: SCRIPT,
                lines: FETCH.map(Literal::of).into_iter().chain(placed(gradle)).collect(),
            }),
            manifests: copies(own).chain(self.first()).collect(),
            mounts: if gradle.login { vec![PROPERTIES.to_owned()] } else { Vec::new() },
            fetch: readable().chain([call().then("--no-configuration-cache fetch")]).collect(),
            make: readable().chain([make]).collect(),
        }
    }
}

/// Where the task leaves what it makes, and under which name, whatever its build says.
fn placed(gradle: &GradleBuild) -> Vec<Literal> {
    let project = if gradle.project.is_empty() { ":" } else { &gradle.project };
    let task = |name: &str| Literal::of("    tasks.named(").groovy(name).then(") {");
    let jar = || Literal::of("    tasks.named('jar') { archiveFileName = 'app.jar' }");
    let lines = match gradle.task {
        Task::Quarkus => return Vec::new(),
        Task::Archive(name, archive) => vec![
            task(name),
            Literal::of("      archiveFileName = ").groovy(archive),
            Literal::of("      destinationDirectory = file('/out')"),
            Literal::of("    }"),
        ],
        Task::Distribution => vec![jar(), Literal::of("    tasks.named('installDist') { destinationDir = file('/out/dist') }")],
        Task::Libraries => vec![
            jar(),
            Literal::of("    tasks.register('libraries', Copy) {"),
            Literal::of("      into '/out/dist/lib'"),
            Literal::of("      from tasks.named('jar')"),
            Literal::of("      from configurations.named('runtimeClasspath')"),
            Literal::of("    }"),
        ],
    };
    let head = [Literal::of("gradle.projectsEvaluated {"), Literal::of("  rootProject.project(").groovy(project).then(") {")];
    head.into_iter().chain(lines).chain([Literal::of("  }"), Literal::of("}")]).collect()
}
