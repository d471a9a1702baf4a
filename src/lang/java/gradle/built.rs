//! What Gradle makes of a project that runs.

use super::{Project, Task};
use crate::evidence::{Fact, Rule};
use crate::lang::java::artifact::{Artifact, Form, Libraries, series};
use crate::lang::java::sources::mains;
use crate::tree::Tree;
use crate::version::Version;

const MAIN: Rule = Rule::weak("java.gradle-main", "this is the class that is started");
const MANIFEST: Rule = Rule::weak("java.gradle-manifest", "its jar names the class that is started");
const SERVLET: Rule = Rule::weak("java.gradle-servlet", "this is the servlet API that it is written for");

/// The plugin of Spring Boot.
pub const BOOT: &str = "org.springframework.boot";
/// Plugins that bring `application`.
const APPLICATIONS: [&str; 6] = [
    "application",
    "io.ktor.plugin",
    "io.micronaut.application",
    "io.micronaut.minimal.application",
    "distribution",
    "java-library-distribution",
];
const SHADOWS: [&str; 4] = ["com.gradleup.shadow", "com.github.johnrengelman.shadow", "io.github.goooler.shadow", "io.vertx.vertx-plugin"];
pub(super) const GRAILS: [&str; 4] =
    ["org.grails.grails-web", "org.apache.grails.gradle.grails-web", "org.grails.plugins.grails-web", "grails-web"];
const JVM: [&str; 5] = ["java", "groovy", "org.jetbrains.kotlin.jvm", "kotlin", "java-library"];

/// What a project makes that runs.
#[derive(Debug)]
pub struct Built {
    /// The archive and how it is laid out.
    pub artifact: Artifact,
    /// The task.
    pub task: Task,
    /// The class that is started, where it is not the archive's own business.
    pub main: Option<Fact<String>>,
    /// What it is, for the headline.
    pub what: String,
}

impl Built {
    /// What `project` makes, when that is a program. `told` is the class to start where the build names none.
    pub fn of(tree: &Tree, project: &Project<'_>, told: Option<&Fact<String>>) -> Option<Self> {
        let only = || told.cloned().or_else(|| only_main(tree, project));
        boot(project)
            .or_else(|| quarkus(project))
            .or_else(|| application(project, &only))
            .or_else(|| shadow(project, &only))
            .or_else(|| war(project))
            .or_else(|| plain(project, &only))
    }

    /// What `project` makes: one program, or one for each of its classes with a `main` where a plugin says that it is a program.
    pub fn all(tree: &Tree, project: &Project<'_>) -> Vec<(Self, Option<Fact<String>>)> {
        if let Some(built) = Self::of(tree, project, None) {
            return vec![(built, None)];
        }
        if !APPLICATIONS.iter().chain(&SHADOWS).any(|id| project.plugin(id).is_some()) {
            return Vec::new();
        }
        mains_of(tree, project).into_iter().filter_map(|main| Some((Self::of(tree, project, Some(&main))?, Some(main)))).collect()
    }
}

fn boot(project: &Project<'_>) -> Option<Built> {
    let used = project.plugin(BOOT).map(|used| (used, "Spring Boot"));
    let (used, title) = used.or_else(|| Some((GRAILS.iter().find_map(|id| project.plugin(id))?, "Grails")))?;
    let is_war = project.plugin("war").is_some() && !project.is_off("bootWar");
    if !is_war && project.is_off("bootJar") {
        return None;
    }
    // what is resolved when it is built is started by whatever launcher it has
    let version = used.version.clone().filter(|_| title == "Spring Boot").or_else(|| project.on_class_path("spring-boot-gradle-plugin"));
    let known = version.as_deref().filter(|version| !version.contains(['+', '[', ']', ',']) && !version.starts_with("latest"));
    let form = Form::of_boot(known.and_then(series), is_war);
    let what = version.filter(|_| title == "Spring Boot").map_or_else(|| title.to_owned(), |version| format!("{title} {version}"));
    let (task, archive) =
        if is_war { (Task::Archive("bootWar", "app.war"), "/out/app.war") } else { (Task::Archive("bootJar", "app.jar"), "/out/app.jar") };
    Some(Built { artifact: Artifact::new(form, archive, used.at), task, main: None, what })
}

fn quarkus(project: &Project<'_>) -> Option<Built> {
    let used = project.plugin("io.quarkus")?;
    let artifact = Artifact::new(Form::Quarkus("build/quarkus-app".into()), "build/quarkus-app/quarkus-run.jar", used.at);
    Some(Built { artifact, task: Task::Quarkus, main: None, what: "Quarkus".into() })
}

fn application(project: &Project<'_>, only: &dyn Fn() -> Option<Fact<String>>) -> Option<Built> {
    let used = APPLICATIONS.iter().find_map(|id| project.plugin(id))?;
    let main = main_class(project).or_else(only)?;
    let form = Form::ClassPath(Libraries::Own("/out/lib".into()));
    let artifact = Artifact::new(form, "/out/app.jar", used.at);
    Some(Built { artifact, task: Task::Distribution, main: Some(main), what: "a jar and its dependencies".into() })
}

fn shadow(project: &Project<'_>, only: &dyn Fn() -> Option<Fact<String>>) -> Option<Built> {
    let used = SHADOWS.iter().find_map(|id| project.plugin(id))?;
    let main = if manifest(project).is_some() || main_class(project).is_some() { None } else { Some(only()?) };
    let artifact = Artifact::new(Form::Single, "/out/app.jar", used.at);
    Some(Built { artifact, task: Task::Archive("shadowJar", "app.jar"), main, what: "one jar".into() })
}

fn war(project: &Project<'_>) -> Option<Built> {
    let used = ["war", "org.gretty"].iter().find_map(|id| project.plugin(id))?;
    let tomcat = tomcat(project);
    let what = format!("a web archive for Tomcat {tomcat}");
    Some(Built {
        artifact: Artifact::new(Form::War(tomcat), "/out/app.war", used.at),
        task: Task::Archive("war", "app.war"),
        main: None,
        what,
    })
}

/// A jar that is started by a class with a `main`, which its manifest names or its sources have.
fn plain(project: &Project<'_>, only: &dyn Fn() -> Option<Fact<String>>) -> Option<Built> {
    let used = JVM.iter().find_map(|id| project.plugin(id))?;
    if project.plugin("com.android.library").is_some() || project.plugin("java-gradle-plugin").is_some() {
        return None;
    }
    let main = manifest(project).or_else(|| main_class(project)).or_else(only)?;
    let at = main.because().first().cloned().unwrap_or(used.at);
    let artifact = Artifact::new(Form::ClassPath(Libraries::Own("/out/lib".into())), "/out/app.jar", at);
    Some(Built { artifact, task: Task::Libraries, main: Some(main), what: "a jar and its dependencies".into() })
}

/// The series of Tomcat whose servlets a project is written for.
fn tomcat(project: &Project<'_>) -> Version {
    let is_old = |text: &str| {
        let mut parts = text.split(':');
        let (group, name, version) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().and_then(series));
        let servlet = name.contains("servlet-api") || name.contains("javaee");
        group.starts_with("javax") && servlet
            || name.contains("servlet-api") && version.is_some_and(|version| version < Version::minor(5, 0))
    };
    if project.scripts.iter().any(|script| script.has_text(is_old).map(|at| script.evidence(at, SERVLET)).is_some()) {
        Version::minor(9, 0)
    } else {
        Version::minor(10, 1)
    }
}

/// The class that the build names.
fn main_class(project: &Project<'_>) -> Option<Fact<String>> {
    let named = ["mainClass", "mainClassName", "mainModule"].iter().find_map(|name| project.set(name))?;
    let (script, at, class) = named;
    (!class.contains('$') && class.contains(|c: char| c.is_alphabetic())).then(|| Fact::new(class, script.evidence(at, MAIN)))
}

/// The class that the jar's manifest names.
fn manifest(project: &Project<'_>) -> Option<Fact<String>> {
    let (script, at, class) = project.set("Main-Class")?;
    (!class.contains('$')).then(|| Fact::new(class, script.evidence(at, MANIFEST)))
}

/// The one class of the project's that has a `main`.
fn only_main(tree: &Tree, project: &Project<'_>) -> Option<Fact<String>> {
    let mut mains = mains_of(tree, project).into_iter();
    let first = mains.next()?;
    mains.next().is_none().then_some(first)
}

fn mains_of(tree: &Tree, project: &Project<'_>) -> Vec<Fact<String>> {
    let level = project.classes().map_or(Version::whole(0), |classes| classes.value);
    mains(tree, std::slice::from_ref(&project.directory), level)
}
