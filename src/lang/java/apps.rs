//! Every module of a tree that is a program, and all that is to know of the one that is meant.

use camino::{Utf8Path, Utf8PathBuf};

use super::artifact::{self, Artifact, Form, Libraries};
use super::config::Config;
use super::gradle;
use super::maven::{Module, Reactor};
use super::sources::Sources;
use super::{Facts, MavenBuild, Tool, level, listen, nothing_runs, observe, run};
use crate::app::{App, Claim, Sighting};
use crate::catalog::{Catalog, NativeUse};
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule};
use crate::lang::language::Sightings;
use crate::tree::Tree;

const MODULE: Rule = Rule::parsed("java.module", "this module makes no program");
const ASIDE: Rule = Rule::parsed("java.aside", "this directory holds examples, tools or tests");
const USED: Rule = Rule::parsed("java.used", "another module is built with this one");
const NAMESAKE: Rule = Rule::parsed("java.namesake", "this is the project's name");
const BOOT: Rule = Rule::parsed("java.boot-version", "this is its Spring Boot");
const NATIVE: Rule = Rule::parsed("java.native", "this dependency has native parts");
const REPOSITORY: Rule = Rule::parsed("java.repository", "dependencies come from here");

const ASIDE_DIRECTORIES: &str = "archetype benchmark benchmarks demo demos doc docs e2e example examples integration-test integration-tests it jmh sample samples \
    test tests tools buildSrc";

/// What it takes to find a program again.
#[derive(Clone, Debug)]
pub struct Seed {
    /// The pom, or the build file's directory.
    pom: Utf8PathBuf,
    tool: SeedTool,
    main: Option<Fact<String>>,
}

/// Whose file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SeedTool {
    Maven,
    Gradle,
}

/// Finds the programs.
///
/// # Errors
/// When a pom is broken.
pub fn find(tree: &Tree) -> Result<Sightings<Seed>> {
    let reactor = Reactor::read(tree, &[])?;
    let mut apps = Vec::new();
    let mut libraries = Vec::new();
    let used: Vec<_> = reactor
        .modules()
        .flat_map(|module| {
            module
                .dependencies()
                .into_iter()
                .map(|dependency| (dependency.group, dependency.artifact, dependency.element.evidence(USED)))
                .collect::<Vec<_>>()
        })
        .collect();
    for module in reactor.modules() {
        let found = programs(tree, &module);
        if found.is_empty() && module.packaging() != "pom" {
            libraries
                .push(module.identity().map_or_else(|| Evidence::exists(module.pom.clone(), MODULE), |element| element.evidence(MODULE)));
        }
        let several = found.len() > 1;
        let (group, artifact) = module.coordinates();
        let needed_by = used.iter().find(|(g, a, _)| *g == group && *a == artifact);
        for (artifact, main) in found {
            let class = main.as_ref().map_or("", |main| main.value.rsplit('.').next().unwrap_or_default());
            let name = if several { format!("{}-{class}", module.artifact()) } else { module.artifact() };
            let claims = claims(tree, &module, needed_by.map(|(_, _, at)| at), main.as_ref());
            let sighting = Sighting { name, directory: module.directory().to_owned(), program: artifact.at.clone(), claims };
            apps.push((sighting, Seed { pom: module.pom.clone(), tool: SeedTool::Maven, main }));
        }
    }
    for project in gradle::projects(tree) {
        let Some(built) = project.built(tree) else { continue };
        let aside = project.directory.components().any(|part| ASIDE_DIRECTORIES.split(' ').any(|name| name == part.as_str()));
        let claims =
            aside.then(|| Fact::new(Claim::Aside, Evidence { rule: ASIDE.id, meaning: ASIDE.meaning, ..built.artifact.at.clone() }));
        let sighting = Sighting {
            name: project.name.clone(),
            directory: project.directory.clone(),
            program: built.artifact.at.clone(),
            claims: claims.into_iter().collect(),
        };
        apps.push((sighting, Seed { pom: project.directory.clone(), tool: SeedTool::Gradle, main: built.main }));
    }
    let otherwise = (!libraries.is_empty()).then(|| nothing_runs(&libraries).into());
    Ok(Sightings { apps, otherwise })
}

/// What a module makes that runs: one archive, or one for each of its classes with a `main`.
fn programs(tree: &Tree, module: &Module<'_>) -> Vec<(Artifact, Option<Fact<String>>)> {
    if module.packaging() == "pom" {
        return Vec::new();
    }
    let boot = artifact::boot_version(module).and_then(|version| artifact::series(&version.value));
    let told = run::started(tree, module.directory()).or_else(|| artifact::main_class(module));
    if let Some(artifact) = artifact::of_maven(module, boot, told.as_ref()) {
        return vec![(artifact, told)];
    }
    let sources = Sources::read(tree, &[module.directory().to_owned()]);
    let mains = sources.mains();
    mains.into_iter().filter_map(|main| Some((artifact::of_maven(module, boot, Some(&main))?, Some(main)))).collect()
}

fn claims(tree: &Tree, module: &Module<'_>, used: Option<&Evidence>, main: Option<&Fact<String>>) -> Vec<Fact<Claim>> {
    let mut claims = Vec::new();
    if module.directory().components().any(|part| ASIDE_DIRECTORIES.split(' ').any(|name| name == part.as_str())) {
        claims.push(Fact::new(Claim::Aside, Evidence::exists(module.pom.clone(), ASIDE)));
    } else if let Some(used) = used {
        claims.push(Fact::new(Claim::Aside, used.clone()));
    }
    if let Some(named) = main.filter(|main| main.because().iter().any(|at| at.file.file_name() == Some("Procfile"))) {
        claims.push(named.with(Claim::Named));
    }
    let root = tree.has("pom.xml") && module.directory().as_str().is_empty();
    if let Some(name) = module.name().filter(|_| root) {
        claims.push(Fact::new(Claim::Namesake, name.evidence(NAMESAKE)));
    }
    claims
}

/// Looks at one program.
///
/// # Errors
/// When a pom is broken, or what the project says contradicts itself.
pub fn look(tree: &Tree, catalog: &Catalog, sighting: &Sighting, seed: &Seed) -> Result<(App, Facts)> {
    if seed.tool == SeedTool::Gradle {
        return look_at_gradle(tree, sighting, seed);
    }
    let reactor = Reactor::read(tree, &[])?;
    let gone = || Diagnostic::error("java::gone", format!("`{}` is not there any more", sighting.name));
    let module = reactor.module(&seed.pom).ok_or_else(gone)?;
    let boot = artifact::boot_version(&module);
    let series = boot.as_ref().and_then(|version| artifact::series(&version.value));
    let artifact = artifact::of_maven(&module, series, seed.main.as_ref()).ok_or_else(gone)?;
    let looked = Looked { tree, catalog, reached: reactor.reach(&module), reactor: &reactor, module: &module };
    looked.refuse_what_is_not_there(&artifact)?;
    let directories: Vec<_> = looked.reached.iter().map(|module| module.directory().to_owned()).collect();
    let sources = Sources::read(tree, &directories);
    let config = Config::read(tree, &directories)?;
    let depends = |name: &str| looked.dependency(name);
    let mut listens = listen::listens(&depends, &config, &sources);
    if let (Form::War(_), true) = (&artifact.form, listens.is_empty() || boot.is_some()) {
        listens = vec![observe::of_tomcat(&artifact)];
    }
    let facts = looked.facts(artifact, seed, boot.as_ref(), &sources)?;
    let mut behaviour = observe::behaviour(&config, &sources, &depends);
    behaviour.listens = listens;
    behaviour.reads.extend(run::reads(tree, &facts));
    let app = App {
        sighting: sighting.clone(),
        warnings: observe::warnings(&behaviour, &looked.warnings(&facts)),
        behaviour,
        home: Utf8PathBuf::new(),
        keeps: facts.manifests.clone(),
        clutter: looked.clutter(&facts),
    };
    Ok((app, facts))
}

/// Looks at a program that Gradle builds.
fn look_at_gradle(tree: &Tree, sighting: &Sighting, seed: &Seed) -> Result<(App, Facts)> {
    let gone = || Diagnostic::error("java::gone", format!("`{}` is not there any more", sighting.name));
    let project = gradle::projects(tree).into_iter().find(|project| project.directory == seed.pom).ok_or_else(gone)?;
    let built = project.built(tree).ok_or_else(gone)?;
    let own = [project.directory.clone()];
    let (sources, config) = (Sources::read(tree, &own), Config::read(tree, &own)?);
    let depends = |name: &str| project.dependency(name);
    let mut behaviour = observe::behaviour(&config, &sources, &depends);
    behaviour.listens = listen::listens(&depends, &config, &sources);
    let level = project.level(tree)?;
    let is_manifest = |path: &&Utf8Path| {
        let name = path.file_name().unwrap_or_default();
        let outside = path.components().any(|part| matches!(part.as_str(), "src" | "build" | "bindings" | "node_modules"));
        !outside && (name.ends_with(".gradle") || name.ends_with(".gradle.kts") || name == "gradle.properties" || name == "gradle.lockfile")
    };
    let manifests: Vec<_> = tree.below(&project.root).filter(is_manifest).map(Utf8Path::to_owned).collect();
    let warning = Diagnostic::note("java::gradle", "Gradle's build files are programs, of which only what is written out was read");
    let facts = Facts {
        context: project.root.clone(),
        module: project.directory.strip_prefix(&project.root).unwrap_or(Utf8Path::new("")).to_owned(),
        what: Fact::new(built.what, built.artifact.at.clone()),
        main: built.main,
        newest: project.newest(tree)?,
        level,
        tool: Tool::Gradle(built.build),
        artifact: built.artifact,
        manifests,
        siblings: Vec::new(),
        options: Vec::new(),
        arguments: Vec::new(),
        uses: super::jlink::used(&sources),
        depends: true,
        natives: Vec::new(),
        repositories: Vec::new(),
    };
    let clutter = ["**/build", "**/.gradle", "**/src/test", "**/*.class", "**/*.log"].map(str::to_owned);
    let app = App {
        sighting: sighting.clone(),
        warnings: observe::warnings(&behaviour, &[warning.because(&facts.artifact.at)]),
        behaviour,
        home: Utf8PathBuf::new(),
        keeps: facts.manifests.clone(),
        clutter: clutter.into(),
    };
    Ok((app, facts))
}

/// Where each of these programs listens.
///
/// # Errors
/// When a pom or a configuration is broken.
pub fn listening(tree: &Tree, apps: &[(&Sighting, &Seed)]) -> Result<Vec<Vec<Evidence>>> {
    let reactor = Reactor::read(tree, &[])?;
    let one = |(_, seed): &(&Sighting, &Seed)| {
        if seed.tool == SeedTool::Gradle {
            let own = [seed.pom.clone()];
            let project = gradle::projects(tree).into_iter().find(|project| project.directory == seed.pom);
            let depends = |name: &str| project.as_ref().and_then(|project| project.dependency(name));
            let found = listen::listens(&depends, &Config::read(tree, &own)?, &Sources::read(tree, &own));
            return Ok(found.iter().flat_map(Fact::because).cloned().collect());
        }
        let Some(module) = reactor.module(&seed.pom) else { return Ok(Vec::new()) };
        let looked = Looked { tree, catalog: &Catalog::default(), reached: reactor.reach(&module), reactor: &reactor, module: &module };
        let own = [module.directory().to_owned()];
        let found = listen::listens(&|name| looked.dependency(name), &Config::read(tree, &own)?, &Sources::read(tree, &own));
        let war = (module.packaging() == "war").then(|| sighting_of_war(&module)).flatten();
        Ok(found.iter().flat_map(Fact::because).cloned().chain(war).collect())
    };
    apps.iter().map(one).collect()
}

fn sighting_of_war(module: &Module<'_>) -> Option<Evidence> {
    module.identity().map(|element| element.evidence(MODULE))
}

struct Looked<'a> {
    tree: &'a Tree,
    catalog: &'a Catalog,
    reactor: &'a Reactor,
    module: &'a Module<'a>,
    reached: Vec<Module<'a>>,
}

impl Looked<'_> {
    /// A dependency of the program's, at run time, by the beginning of its name.
    fn dependency(&self, name: &str) -> Option<Evidence> {
        const DEPENDENCY: Rule = Rule::parsed("java.dependency", "it depends on this");
        self.reached.iter().find_map(|module| {
            let dependency = module
                .dependencies()
                .into_iter()
                .find(|dependency| dependency.artifact.starts_with(name) && !matches!(dependency.scope.as_str(), "test" | "import"))?;
            Some(dependency.element.child("artifactId").unwrap_or(dependency.element).evidence(DEPENDENCY))
        })
    }

    fn refuse_what_is_not_there(&self, artifact: &Artifact) -> Result<()> {
        let missing = self
            .module
            .modules()
            .into_iter()
            .chain(self.reactor.module(&self.reactor.root_of(self.module)).into_iter().flat_map(|root| root.modules()))
            .find(|pom| !self.tree.has(pom));
        if let Some(pom) = missing {
            let error = Diagnostic::error("java::missing-module", format!("`{pom}` is named as a module and is not there"));
            return Err(error.because(&artifact.at).help("run imggen on the whole repository, or take the module out").into());
        }
        Ok(())
    }

    fn facts(&self, artifact: Artifact, seed: &Seed, boot: Option<&Fact<String>>, sources: &Sources<'_>) -> Result<Facts> {
        let module = self.module;
        let root = self.reactor.root_of(module);
        let manifests = self.reactor.poms_below(&root);
        let context = common(&manifests);
        let inside = |path: &Utf8Path| path.strip_prefix(&context).unwrap_or(path).to_owned();
        let root_inside = inside(&root);
        let many = root != module.pom;
        let own: Vec<_> = self
            .reached
            .iter()
            .skip(1)
            .map(|other| {
                format!(
                    "{}-{}.jar",
                    other.artifact(),
                    other.version().filter(|version| !version.contains('$')).unwrap_or_else(|| "*".into())
                )
            })
            .collect();
        let copied = artifact.form == Form::ClassPath(Libraries::Copied) || matches!(artifact.form, Form::ClassPath(Libraries::Own(_)));
        let depends = self
            .reached
            .iter()
            .any(|module| module.dependencies().iter().any(|dependency| matches!(dependency.scope.as_str(), "compile" | "runtime")));
        let maven = MavenBuild {
            file: (root_inside != "pom.xml").then(|| root_inside.clone()),
            module: many.then(|| format!(":{}", module.artifact())),
            configured: self.tree.below(context.join(".mvn")).any(|path| !path.as_str().contains(".mvn/wrapper")),
            wrapper: run::newer_wrapper(self.tree, &context),
            skips: run::skips(&self.reached, &self.chain_of(&root)),
            quarkus: matches!(artifact.form, Form::Quarkus(_)) || module.plugin("quarkus-maven-plugin").is_some(),
            profiles: Vec::new(),
        };
        let mut seen_manifests = manifests.clone();
        seen_manifests.sort();
        let what = what(&artifact, boot);
        Ok(Facts {
            module: inside(module.directory()),
            tool: Tool::Maven(maven),
            main: if artifact.starts_itself(module) { None } else { seed.main.clone() },
            level: level::of_maven(self.tree, module, &self.reached)?,
            newest: None,
            what,
            manifests: seen_manifests,
            siblings: if copied { own } else { Vec::new() },
            options: run::options(self.tree, module, &artifact),
            arguments: run::arguments(self.tree, module),
            uses: super::jlink::used(sources),
            depends,
            natives: self.natives(),
            repositories: self.repositories(),
            context,
            artifact,
        })
    }

    fn chain_of(&self, root: &Utf8Path) -> Vec<Module<'_>> {
        self.reactor.module(root).into_iter().collect()
    }

    fn natives(&self) -> Vec<Fact<NativeUse>> {
        let used = |native: &crate::catalog::Native| {
            let at = self.reached.iter().find_map(|module| {
                let dependency = module
                    .dependencies()
                    .into_iter()
                    .find(|dependency| dependency.artifact == native.name && !matches!(dependency.scope.as_str(), "test" | "import"))?;
                Some(dependency.element.child("artifactId").unwrap_or(dependency.element).evidence(NATIVE))
            })?;
            Some(Fact::new(native.into(), at))
        };
        self.catalog.natives("java").iter().filter_map(used).collect()
    }

    /// Repositories other than those that everybody may read.
    fn repositories(&self) -> Vec<Fact<String>> {
        const PUBLIC: [&str; 16] = [
            "repo.maven.apache.org",
            "repo1.maven.org",
            "repo.spring.io",
            "oss.sonatype.org",
            "s01.oss.sonatype.org",
            "central.sonatype.com",
            "repository.apache.org",
            "jitpack.io",
            "packages.confluent.io",
            "repository.jboss.org",
            "plugins.gradle.org",
            "build.shibboleth.net",
            "maven.google.com",
            "repo.eclipse.org",
            "maven.vaadin.com",
            "packages.jetbrains.team",
        ];
        let lists = self.reached.iter().flat_map(Module::repositories);
        let host = |url: &str| url.split("://").nth(1).unwrap_or(url).split(['/', ':']).next().unwrap_or_default().to_owned();
        lists
            .filter(|said| {
                !PUBLIC.contains(&host(&said.value).as_str())
                    && !said.value.starts_with("file:")
                    && !said.value.contains("${project.basedir}")
            })
            .map(|said| said.fact(REPOSITORY))
            .collect()
    }

    fn warnings(&self, facts: &Facts) -> Vec<Diagnostic> {
        let gradle =
            ["build.gradle", "build.gradle.kts"].iter().map(|name| self.module.directory().join(name)).find(|path| self.tree.has(path));
        let both = gradle.map(|path| {
            const OTHER: Rule = Rule::parsed("java.other-tool", "another tool builds the same project");
            Diagnostic::note("java::two-tools", "Maven builds it; what Gradle's files say is not looked at")
                .because(&Evidence::exists(path, OTHER))
        });
        let private = facts.repositories.first().map(|repository| {
            let note = Diagnostic::note("java::private-repository", "dependencies come from a repository that may ask who you are");
            repository
                .because()
                .iter()
                .fold(note, Diagnostic::because)
                .help("give it your settings: `docker build --secret id=settings,src=$HOME/.m2/settings.xml .`")
        });
        both.into_iter().chain(private).collect()
    }

    fn clutter(&self, facts: &Facts) -> Vec<String> {
        let mut clutter: Vec<String> = ["**/target", "**/*.class", "**/*.log"].map(str::to_owned).into();
        let tests = self.reached.iter().any(Module::uses_test_jars);
        if !tests {
            clutter.push("**/src/test".into());
        }
        if let Tool::Maven(maven @ MavenBuild { wrapper: None, .. }) = &facts.tool {
            let here = |name: &str| facts.context.join(name);
            for name in ["mvnw", "mvnw.cmd"] {
                if self.tree.has(here(name)) {
                    clutter.push(here(name).to_string());
                }
            }
            if self.tree.has_directory(here(".mvn/wrapper")) {
                clutter.push(here(if maven.configured { ".mvn/wrapper" } else { ".mvn" }).to_string());
            }
        }
        for name in [
            "Procfile",
            "system.properties",
            "HELP.md",
            ".sdkmanrc",
            ".java-version",
            ".tool-versions",
            "build",
            ".gradle",
            "gradlew",
            "gradlew.bat",
            "gradle",
            "build.gradle",
            "settings.gradle",
            "build.gradle.kts",
            "settings.gradle.kts",
            "docs",
            "k8s",
            "Makefile",
            "Jenkinsfile",
            "src/main/docker",
        ] {
            if self.tree.has(name) || self.tree.has_directory(name) {
                clutter.push(name.to_owned());
            }
        }
        clutter
    }
}

/// What a program is, for the headline.
fn what(artifact: &Artifact, boot: Option<&Fact<String>>) -> Fact<String> {
    let here = |text: &str| Fact::new(text.to_owned(), artifact.at.clone());
    match (&artifact.form, boot) {
        (Form::Quarkus(_), _) => here("Quarkus"),
        (Form::War(tomcat), _) => here(&format!("a web archive for Tomcat {tomcat}")),
        (Form::Boot(_) | Form::Single, Some(boot)) => {
            let at = Evidence { rule: BOOT.id, meaning: BOOT.meaning, ..boot.because()[0].clone() };
            Fact::new(format!("Spring Boot {}", boot.value), at)
        }
        (Form::ClassPath(_), _) => here("a jar and its dependencies"),
        _ => here("one jar"),
    }
}

/// The directory that all of these files are below.
fn common(files: &[Utf8PathBuf]) -> Utf8PathBuf {
    let mut directory = files.first().and_then(|file| file.parent()).unwrap_or(Utf8Path::new("")).to_owned();
    while !directory.as_str().is_empty() && !files.iter().all(|file| file.starts_with(&directory)) {
        directory = directory.parent().unwrap_or(Utf8Path::new("")).to_owned();
    }
    directory
}
