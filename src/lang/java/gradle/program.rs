//! What is known of a program that Gradle builds.

use camino::{Utf8Path, Utf8PathBuf};

use super::built::{Built, GRAILS};
use super::settings::Settings;
use super::{GradleBuild, Project, Task};
use crate::app::Sighting;
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule};
use crate::lang::java::apps;
use crate::lang::java::artifact::{Artifact, Form};
use crate::lang::java::config::Config;
use crate::lang::java::sources::Sources;
use crate::lang::java::word::Word;
use crate::lang::java::{Facts, Tool, asked, jlink, run, server};
use crate::program::scan::Token;
use crate::tree::Tree;
use crate::tree::path::normal;

const OPTION: Rule = Rule::weak("java.gradle-option", "it is run with this option");
const ARGUMENTS: Rule = Rule::weak("java.gradle-arguments", "its image is started with these arguments");
const INCLUDED: Rule = Rule::weak("java.gradle-included", "this build is included");
const NONE: Rule = Rule::weak("java.gradle-none", "this project makes no program");
const GIT: Rule = Rule::weak("java.gradle-git", "this asks git, and no repository is in the build context");
const LOGIN: Rule = Rule::weak("java.gradle-login", "this repository asks who one is");
const NODE: Rule = Rule::weak("java.gradle-node", "the build calls Node's tools");
const ANDROID: Rule = Rule::weak("java.android", "this makes a program for Android");

/// It makes a file of what git says, which a program shows and does without.
const GIT_PROPERTIES: &str = "com.gorylenko.gradle-git-properties";

/// The property that has Vaadin's plugin pack the front end.
const VAADIN: &str = "vaadin.productionMode";

/// The programs, each with the class that is started where the build names none.
pub fn find(tree: &Tree, projects: &[Project<'_>]) -> Vec<(Sighting, Option<Fact<String>>)> {
    let of = |project: &Project<'_>| {
        let built = Built::all(tree, project);
        let several = built.len() > 1;
        let sighting = |(built, main): (Built, Option<Fact<String>>)| {
            let class = main.as_ref().and_then(|main| main.value.rsplit('.').next()).filter(|_| several);
            let sighting = Sighting {
                name: class.map_or_else(|| project.name.clone(), |class| format!("{}-{class}", project.name)),
                directory: project.directory.clone(),
                program: built.artifact.at,
                claims: Vec::new(),
            };
            (sighting, main)
        };
        built.into_iter().map(sighting).collect::<Vec<_>>()
    };
    projects.iter().flat_map(of).collect()
}

/// Says that Gradle was read, and what kept its projects from being programs.
pub fn nothing_runs(projects: &[Project<'_>]) -> Option<Diagnostic> {
    let error = Diagnostic::error("java::library-only", "no project that Gradle builds here is a program");
    let looked = projects.iter().take(8).map(|project| Evidence::exists(project.file.clone(), NONE));
    let error = (!projects.is_empty()).then(|| looked.fold(error, |error, at| error.because(&at)))?;
    Some(
        error
            .info("looked for the plugins of Spring Boot, Quarkus, Micronaut, Ktor, Grails, `application`, `shadow`, `war`, and for classes with a `main`")
            .help("name the class to start: `application { mainClass = \"...\" }`; what plugins of other repositories apply is not seen"),
    )
}

/// What says that a project is a program for Android, which no image runs.
pub fn android(projects: &[Project<'_>]) -> Option<Evidence> {
    projects.iter().find_map(|project| project.plugin("com.android.application")).map(|used| used.at.under(ANDROID))
}

/// One program.
#[derive(Debug)]
pub struct Program<'a> {
    tree: &'a Tree,
    project: &'a Project<'a>,
    /// Itself, those that it depends on, and those that these do.
    reached: Vec<&'a Project<'a>>,
    built: Built,
}

fn reach<'a>(project: &'a Project<'a>, all: &'a [Project<'a>]) -> Vec<&'a Project<'a>> {
    let mut found = vec![project];
    let mut at = 0;
    while let Some(paths) = found.get(at).map(|project| project.projects()) {
        let more = all.iter().filter(|other| other.root == project.root && paths.contains(&other.path));
        let more: Vec<_> = more.filter(|other| !found.iter().any(|known| known.path == other.path)).collect();
        found.extend(more);
        at += 1;
    }
    found
}

impl<'a> Program<'a> {
    /// The program that a project makes, when it makes one.
    pub fn of(tree: &'a Tree, project: &'a Project<'a>, all: &'a [Project<'a>], told: Option<&Fact<String>>) -> Option<Self> {
        Some(Self { tree, project, reached: reach(project, all), built: Built::of(tree, project, told)? })
    }

    fn build(&self) -> GradleBuild {
        let (tree, project) = (self.tree, self.project);
        let script = project.root.join("gradlew");
        let wrapper = tree.has(&script) && tree.has(project.root.join("gradle/wrapper/gradle-wrapper.jar"));
        let distributed = project.directory.join("src/dist");
        let mut distribution: Vec<_> = tree
            .below(&distributed)
            .filter_map(|path| path.strip_prefix(&distributed).ok()?.components().next().map(|part| Utf8PathBuf::from(part.as_str())))
            .collect();
        distribution.dedup();
        GradleBuild {
            project: if project.path == ":" { String::new() } else { project.path.clone() },
            task: self.built.task,
            wrapper,
            version: project.wrapper(tree).map(|(version, _)| version).filter(|_| !wrapper),
            carriage_returns: tree.text(&script).is_ok_and(|text| text.contains("\r\n")),
            skips: if project.plugin(GIT_PROPERTIES).is_some() { vec!["generateGitProperties"] } else { Vec::new() },
            properties: self.properties(),
            login: self.login().is_some(),
            distribution: if self.built.task == Task::Distribution { distribution } else { Vec::new() },
        }
    }

    /// The properties that its own build lines name; Vaadin packs its front end when it is told to.
    fn properties(&self) -> Vec<Fact<String>> {
        let mut asked = asked::properties(self.tree, &self.project.directory);
        let vaadin = self.project.plugin("com.vaadin").filter(|_| self.project.set("productionMode").is_none());
        let known = asked.iter().any(|property| property.value.starts_with(VAADIN));
        asked.extend(vaadin.filter(|_| !known).map(|used| Fact::new(VAADIN.to_owned(), used.at)));
        asked
    }

    /// Where a repository is told who one is.
    fn login(&self) -> Option<Evidence> {
        let scripts = self.project.scripts.iter();
        scripts.filter_map(|script| script.block(|script, at| script.tokens[at].is("repositories"))).find_map(|script| {
            let at = script.tokens.iter().position(|token| token.is("credentials"))?;
            Some(script.evidence(at, LOGIN))
        })
    }

    /// Where the build asks git for what a version is, and not only for what is shown.
    fn git(&self) -> Option<Evidence> {
        let by_plugin = [
            "com.palantir.git-version",
            "nebula.release",
            "pl.allegro.tech.build.axion-release",
            "org.ajoberstar.reckon",
            "me.qoomon.git-versioning",
        ];
        let plugin = by_plugin.iter().find_map(|id| self.project.plugin(id)).map(|used| used.at.under(GIT));
        let called = || {
            self.project.scripts.iter().find_map(|script| {
                let at = script.has_text(|text| text == "git" || text.starts_with("git describe") || text.starts_with("git rev-parse"))?;
                Some(script.evidence(at, GIT))
            })
        };
        plugin.or_else(called)
    }

    /// Where the build calls Node's tools that the machine has.
    fn node(&self) -> Option<Evidence> {
        let plugin = self.project.plugin("com.github.node-gradle.node").or_else(|| self.project.plugin("com.moowork.node"));
        let downloads = self.project.set_in("node", "download").is_some_and(|(script, at)| script.tokens[at].is("true"));
        let called = || {
            self.project.scripts.iter().find_map(|script| {
                let at = script.has_text(|text| {
                    matches!(text, "npm" | "npx" | "yarn" | "pnpm") || text.starts_with("npm ") || text.starts_with("yarn ")
                })?;
                Some(script.evidence(at, NODE))
            })
        };
        plugin.filter(|_| !downloads).map(|used| used.at.under(NODE)).or_else(|| if downloads { None } else { called() })
    }

    /// What Gradle reads before it knows of any dependency: code of the build itself, catalogs, builds that it includes.
    fn first(&self) -> Vec<Utf8PathBuf> {
        let root = &self.project.root;
        let settings = Settings::read(self.tree, root);
        let usual = ["gradle", "buildSrc", "build-logic"].map(|name| root.join(name));
        let mut found: Vec<_> = usual.into_iter().chain(settings.builds()).filter(|path| self.tree.has_directory(path)).collect();
        found.sort();
        // what lies in another of them is copied with it
        found.dedup_by(|path, above| path.starts_with(above));
        found
    }

    fn refuse_what_is_not_there(&self) -> Result<()> {
        let settings = Settings::read(self.tree, &self.project.root);
        let Some((at, path)) = settings.included().find(|(_, path)| !self.tree.has_directory(path)) else { return Ok(()) };
        let message = format!("the build includes `{path}`, and that is not here");
        let at = settings.script.as_ref().map(|script| script.evidence(at, INCLUDED));
        let error = at.iter().fold(Diagnostic::error("java::missing-module", message), Diagnostic::because);
        Err(error.help("run imggen on the directory that holds both, or publish what it includes").into())
    }

    fn options(&self) -> Vec<Fact<String>> {
        let started = self.lists("applicationDefaultJvmArgs").map(|(at, words)| (at, run::wanted(words.iter().map(String::as_str))));
        let deployed = self.lists("jvmFlags").map(|(at, words)| (at, run::deployed(words.iter().map(String::as_str))));
        started.chain(deployed).flat_map(|(at, words)| words.into_iter().map(move |word| Fact::new(word, at.clone()))).collect()
    }

    /// The texts that a name is set to wherever it is: `name = ["a", "b"]`, `name = listOf("a")`, `name.set(listOf("a"))`.
    fn lists<'s>(&'s self, name: &'s str) -> impl Iterator<Item = (Evidence, Vec<String>)> + 's {
        self.project.scripts.iter().filter_map(move |script| {
            let (at, words) = script.list(name)?;
            Some((script.evidence(at, OPTION), words))
        })
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
        let first = self.first();
        let own = |path: &&Utf8Path| !first.iter().any(|directory| path.starts_with(directory));
        self.tree.below(&self.project.root).filter(is_manifest).filter(own).map(Utf8Path::to_owned).collect()
    }
}

impl apps::Program for Program<'_> {
    fn directories(&self) -> Vec<Utf8PathBuf> {
        self.reached.iter().map(|project| project.directory.clone()).collect()
    }

    fn dependency(&self, name: &str) -> Option<Evidence> {
        // what a plugin of Grails' brings is not written down again as a dependency
        let ends = |id: &&&str| id.rsplit('.').next().is_some_and(|last| last.starts_with(name));
        let brought = || GRAILS.iter().find(ends).and_then(|id| self.project.plugin(id)).map(|used| used.at);
        self.reached.iter().find_map(|project| project.dependency(name)).or_else(brought)
    }

    /// Those of the image that Jib makes.
    fn arguments(&self) -> Option<Fact<Vec<String>>> {
        let jib = self.project.scripts.iter().find_map(|script| script.block(|script, at| script.tokens[at].ident() == Some("jib")))?;
        let (at, words) = jib.block(|script, at| script.tokens[at].ident() == Some("container"))?.list("args")?;
        (!words.is_empty()).then(|| Fact::new(words, jib.evidence(at, ARGUMENTS)))
    }

    fn builds(&self) -> Vec<Fact<Utf8PathBuf>> {
        let said = ["nodeProjectDir", "workingDir"].iter().find_map(|name| {
            let script = self.project.scripts.iter().find(|script| script.tokens.iter().any(|token| token.ident() == Some(*name)))?;
            let at = script.tokens.iter().position(|token| token.ident() == Some(*name))?;
            script.tokens[at + 1..].iter().take(8).find_map(Token::value)
        });
        let directory = said.map_or_else(String::new, |said| said.replace("$projectDir/", "").replace("${projectDir}/", ""));
        let builds = self.node().or_else(|| self.project.plugin("com.github.node-gradle.node").map(|used| used.at));
        builds.map(|at| Fact::new(normal(self.project.directory.join(directory)), at)).into_iter().collect()
    }

    fn artifact(&self) -> &Artifact {
        &self.built.artifact
    }

    fn facts(&self, catalog: &Catalog, sources: &Sources<'_>) -> Result<Facts> {
        self.refuse_what_is_not_there()?;
        let Built { artifact, main, what, .. } = &self.built;
        if matches!(artifact.form, Form::War(_)) {
            let platform = server::PLATFORMS.iter().find_map(|name| apps::Program::dependency(self, name));
            let plugin = self.project.plugin("io.openliberty.tools.gradle.Liberty").map(|used| used.at);
            server::refuse(platform, plugin, sources)?;
        }
        let word = Word::read(self.tree, &self.project.directory);
        Ok(Facts {
            context: self.project.root.clone(),
            module: self.module().to_owned(),
            what: Fact::new(what.clone(), artifact.at.clone()),
            main: main.clone(),
            newest: self.project.newest(self.tree, catalog.toolchain("java")?),
            first: self.first(),
            node: self.node(),
            level: self.project.level(self.tree, catalog)?,
            tool: Tool::Gradle(self.build()),
            artifact: artifact.clone(),
            manifests: self.manifests(),
            siblings: Vec::new(),
            options: self.options().into_iter().chain(word.options()).collect(),
            profiles: word.profiles().or_else(|| Config::usual(self.tree, &apps::Program::directories(self)).production().cloned()),
            uses: jlink::used(sources),
            depends: true,
            natives: Vec::new(),
            repositories: Vec::new(),
        })
    }

    fn warnings(&self, _: &Facts) -> Vec<Diagnostic> {
        let note = Diagnostic::note("java::gradle", "Gradle's build files are programs, of which only what is written out was read");
        let login = self.login().map(|at| {
            Diagnostic::note("java::private-repository", "dependencies come from a repository that asks who you are")
                .because(&at)
                .help("give it your properties: `docker build --secret id=gradle,src=$HOME/.gradle/gradle.properties .`")
        });
        let git = self.git().map(|at| {
            Diagnostic::warning(
                "java::git",
                "the build asks git, and neither git nor `.git` is in the build stage: it may fail, or name no version",
            )
            .because(&at)
            .help("read the version from a property, with git's as its default: `-Pversion=...`")
        });
        std::iter::once(note.because(&self.built.artifact.at)).chain(login).chain(git).collect()
    }

    fn ignore_patterns(&self, _: &Facts) -> Vec<String> {
        let builds = [&self.project.root, &self.project.directory].map(|directory| directory.join("build").into_string());
        builds.into_iter().chain(["*/build", "**/src/test", "**/*.class"].map(str::to_owned)).collect()
    }
}
