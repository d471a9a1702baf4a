//! What Gradle makes of a project that runs, and what is known of it.

use camino::{Utf8Path, Utf8PathBuf};

use super::{GradleBuild, Project};
use crate::app::Sighting;
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule};
use crate::lang::java::apps;
use crate::lang::java::artifact::{Artifact, Form, Libraries, series};
use crate::lang::java::aside::aside;
use crate::lang::java::scan::Kind;
use crate::lang::java::sources::Sources;
use crate::lang::java::{Facts, Tool, jlink};
use crate::tree::Tree;

const MAIN: Rule = Rule::weak("java.gradle-main", "this is the class that is started");

/// The programs.
pub fn find(tree: &Tree, projects: &[Project<'_>]) -> Vec<Sighting> {
    let sighting = |project: &Project<'_>| {
        let built = Built::of(tree, project)?;
        Some(Sighting {
            name: project.name.clone(),
            directory: project.directory.clone(),
            program: built.artifact.at.clone(),
            claims: aside(&project.directory, &project.file).into_iter().collect(),
        })
    };
    projects.iter().filter_map(sighting).collect()
}

/// What a project makes that runs.
#[derive(Debug)]
struct Built {
    artifact: Artifact,
    task: &'static str,
    /// The class that is started, where it is not the archive's own business.
    main: Option<Fact<String>>,
    /// What it is, for the headline.
    what: String,
}

impl Built {
    fn of(tree: &Tree, project: &Project<'_>) -> Option<Self> {
        let version = project.version(tree);
        let archive = |task: &str| {
            project.set_in(task, "archiveFileName").filter(|token| token.kind == Kind::Text).map(|token| token.text.to_owned())
        };
        let jar = version.map_or_else(|| format!("{}.jar", project.name), |version| format!("{}-{version}.jar", project.name));
        let made = |form, archive: String, at| Artifact { form, archive: archive.into(), at, options: Vec::new(), goals: Vec::new() };
        let is_off = |task: &str| project.set_in(task, "enabled").is_some_and(|value| value.is("false"));
        if let Some((at, version)) = project.plugin(tree, "org.springframework.boot").filter(|_| !is_off("bootJar")) {
            let jar = archive("bootJar").unwrap_or(jar);
            let form = Form::of_boot(
                version.as_deref().and_then(|version| series(version).filter(|_| !version.contains(['+', '[', ']', ',']))),
                false,
            );
            let what = version.map_or_else(|| "Spring Boot".to_owned(), |version| format!("Spring Boot {version}"));
            return Some(Self { artifact: made(form, format!("build/libs/{jar}"), at), task: "bootJar", main: None, what });
        }
        if let Some((at, _)) = project.plugin(tree, "io.quarkus") {
            let artifact = made(Form::Quarkus("build/quarkus-app".into()), "build/quarkus-app/quarkus-run.jar".into(), at);
            return Some(Self { artifact, task: "quarkusBuild", main: None, what: "Quarkus".into() });
        }
        let (at, _) = ["application", "io.ktor.plugin", "io.micronaut.application"].iter().find_map(|id| project.plugin(tree, id))?;
        let named = project.set("mainClass").or_else(|| project.set("mainClassName")).filter(|token| token.kind == Kind::Text)?;
        let main = Fact::new(named.text.to_owned(), project.evidence(named, MAIN));
        let lib = format!("build/install/{}/lib", project.name);
        let form = Form::ClassPath(Libraries::Own(lib.clone().into()));
        let what = "a jar and its dependencies".to_owned();
        Some(Self { artifact: made(form, format!("{lib}/{jar}"), at), task: "installDist", main: Some(main), what })
    }
}

/// One program.
#[derive(Debug)]
pub struct Program<'a> {
    tree: &'a Tree,
    project: &'a Project<'a>,
    built: Built,
}

impl<'a> Program<'a> {
    /// The program that a project makes, when it makes one.
    pub fn of(tree: &'a Tree, project: &'a Project<'a>) -> Option<Self> {
        Some(Self { tree, project, built: Built::of(tree, project)? })
    }

    fn build(&self) -> GradleBuild {
        let (tree, project) = (self.tree, self.project);
        let script = project.root.join("gradlew");
        GradleBuild {
            project: self.module().components().flat_map(|part| [":", part.as_str()]).collect(),
            task: self.built.task,
            wrapper: tree.has(&script) && tree.has(project.root.join("gradle/wrapper/gradle-wrapper.jar")),
            carriage_returns: tree.text(&script).is_ok_and(|text| text.contains("\r\n")),
        }
    }

    /// The project's directory as its root calls it.
    fn module(&self) -> &Utf8Path {
        self.project.directory.strip_prefix(&self.project.root).unwrap_or(Utf8Path::new(""))
    }

    fn manifests(&self) -> Vec<Utf8PathBuf> {
        let is_manifest = |path: &&Utf8Path| {
            let name = path.file_name().unwrap_or_default();
            let outside = path.components().any(|part| matches!(part.as_str(), "src" | "build" | "bindings" | "node_modules"));
            !outside
                && (name.ends_with(".gradle") || name.ends_with(".gradle.kts") || matches!(name, "gradle.properties" | "gradle.lockfile"))
        };
        self.tree.below(&self.project.root).filter(is_manifest).map(Utf8Path::to_owned).collect()
    }
}

impl apps::Program for Program<'_> {
    fn directories(&self) -> Vec<Utf8PathBuf> {
        vec![self.project.directory.clone()]
    }

    fn dependency(&self, name: &str) -> Option<Evidence> {
        self.project.dependency(name)
    }

    fn contained(&self) -> Option<Evidence> {
        None
    }

    fn facts(&self, _: &Catalog, sources: &Sources<'_>) -> Result<Facts> {
        let Built { artifact, main, what, .. } = &self.built;
        Ok(Facts {
            context: self.project.root.clone(),
            module: self.module().to_owned(),
            what: Fact::new(what.clone(), artifact.at.clone()),
            main: main.clone(),
            newest: self.project.newest(self.tree)?,
            first: Vec::new(),
            node: None,
            level: self.project.level(self.tree)?,
            tool: Tool::Gradle(self.build()),
            artifact: artifact.clone(),
            manifests: self.manifests(),
            siblings: Vec::new(),
            options: Vec::new(),
            arguments: Vec::new(),
            uses: jlink::used(sources),
            depends: true,
            natives: Vec::new(),
            repositories: Vec::new(),
        })
    }

    fn warnings(&self, _: &Facts) -> Vec<Diagnostic> {
        let note = Diagnostic::note("java::gradle", "Gradle's build files are programs, of which only what is written out was read");
        vec![note.because(&self.built.artifact.at)]
    }

    fn clutter(&self, _: &Facts) -> Vec<String> {
        ["**/build", "**/.gradle", "**/src/test", "**/*.class", "**/*.log"].map(str::to_owned).into()
    }
}
