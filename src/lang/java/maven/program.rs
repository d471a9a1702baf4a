//! What Maven knows of one program.

use camino::{Utf8Path, Utf8PathBuf};

use super::artifact::{boot_version, of_module, starts_itself};
use super::model::Dependency;
use super::repository::private;
use super::{Module, Reactor, Seed};
use crate::catalog::{Catalog, Native, NativeUse};
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule};
use crate::lang::java::artifact::{Artifact, Form, series};
use crate::lang::java::sources::Sources;
use crate::lang::java::{Facts, MavenBuild, Tool, apps, jlink, level, run};
use crate::tree::Tree;

const NATIVE: Rule = Rule::parsed("java.native", "this dependency has native parts");
const DEPENDENCY: Rule = Rule::parsed("java.dependency", "it depends on this");
const OTHER: Rule = Rule::parsed("java.other-tool", "another tool builds the same project");

/// What Maven reads nothing of.
const CLUTTER: [&str; 20] = [
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
];
/// One program, and the modules that it is built with.
#[derive(Debug)]
pub struct Program<'a> {
    tree: &'a Tree,
    reactor: &'a Reactor,
    module: Module<'a>,
    /// Itself first.
    reached: Vec<Module<'a>>,
    artifact: Artifact,
    boot: Option<Fact<String>>,
    main: Option<Fact<String>>,
}

impl<'a> Program<'a> {
    /// The program that was seen, unless it is gone.
    pub fn of(tree: &'a Tree, reactor: &'a Reactor, seed: &Seed) -> Option<Self> {
        let module = reactor.module(&seed.pom)?;
        let boot = boot_version(&module);
        let artifact = of_module(tree, &module, boot.as_ref().and_then(|version| series(&version.value)), seed.main.as_ref())?;
        Some(Self { tree, reactor, reached: reactor.reach(&module), module, artifact, boot, main: seed.main.clone() })
    }

    /// The element of a dependency that is there at run time and is `wanted`.
    fn depends(&self, wanted: impl Fn(&Dependency<'_>) -> bool, rule: Rule) -> Option<Evidence> {
        let runs = |dependency: &Dependency<'_>| !matches!(dependency.scope.as_str(), "test" | "import") && wanted(dependency);
        self.reached.iter().find_map(|module| {
            let dependency = module.dependencies().into_iter().find(&runs)?;
            Some(dependency.element.child("artifactId").unwrap_or(dependency.element).evidence(rule))
        })
    }

    fn refuse_what_is_not_there(&self) -> Result<()> {
        let root = self.reactor.module(&self.reactor.root_of(&self.module));
        let named = self.module.modules().into_iter().chain(root.into_iter().flat_map(|root| root.modules()));
        let Some(pom) = named.into_iter().find(|pom| !self.tree.has(pom)) else { return Ok(()) };
        let error = Diagnostic::error("java::missing-module", format!("`{pom}` is named as a module and is not there"));
        Err(error.because(&self.artifact.at).help("run imggen on the whole repository, or take the module out").into())
    }

    /// How Maven is called on `root`, a pom below `context`.
    fn build(&self, root: &Utf8Path, context: &Utf8Path) -> MavenBuild {
        let file = inside(context, root);
        let top: Vec<_> = self.reactor.module(root).into_iter().collect();
        MavenBuild {
            file: (file != "pom.xml").then_some(file),
            module: (root != self.module.pom).then(|| format!(":{}", self.module.artifact())),
            configured: self.tree.below(context.join(".mvn")).any(|path| !path.as_str().contains(".mvn/wrapper")),
            wrapper: run::newer_wrapper(self.tree, context),
            carriage_returns: self.tree.text(context.join("mvnw")).is_ok_and(|text| text.contains("\r\n")),
            skips: run::skips(&self.reached, &top),
            quarkus: matches!(self.artifact.form, Form::Quarkus(_)) || self.module.plugin("quarkus-maven-plugin").is_some(),
            profiles: Vec::new(),
        }
    }

    /// The jars of the project's other modules, where they lie among the libraries.
    fn siblings(&self) -> Vec<String> {
        if !matches!(self.artifact.form, Form::ClassPath(_)) {
            return Vec::new();
        }
        let version = |module: &Module<'_>| module.version().filter(|version| !version.contains('$')).unwrap_or_else(|| "*".into());
        self.reached.iter().skip(1).map(|module| format!("{}-{}.jar", module.artifact(), version(module))).collect()
    }

    fn natives(&self, catalog: &Catalog) -> Vec<Fact<NativeUse>> {
        let used = |native: &Native| Some(Fact::new(native.into(), self.depends(|dependency| dependency.artifact == native.name, NATIVE)?));
        catalog.natives("java").iter().filter_map(used).collect()
    }

    /// What it is, for the headline.
    fn what(&self) -> Fact<String> {
        let here = |text: &str| Fact::new(text.to_owned(), self.artifact.at.clone());
        match (&self.artifact.form, &self.boot) {
            (Form::Quarkus(_), _) => here("Quarkus"),
            (Form::War(tomcat), _) => here(&format!("a web archive for Tomcat {tomcat}")),
            (Form::Boot(_) | Form::Single, Some(boot)) => boot.with(format!("Spring Boot {}", boot.value)),
            (Form::ClassPath(_), _) => here("a jar and its dependencies"),
            _ => here("one jar"),
        }
    }
}

impl apps::Program for Program<'_> {
    fn directories(&self) -> Vec<Utf8PathBuf> {
        self.reached.iter().map(|module| module.directory().to_owned()).collect()
    }

    fn dependency(&self, name: &str) -> Option<Evidence> {
        self.depends(|dependency| dependency.artifact.starts_with(name), DEPENDENCY)
    }

    fn contained(&self) -> Option<Evidence> {
        matches!(self.artifact.form, Form::War(_)).then(|| self.artifact.at.clone())
    }

    fn facts(&self, catalog: &Catalog, sources: &Sources<'_>) -> Result<Facts> {
        self.refuse_what_is_not_there()?;
        let module = &self.module;
        let root = self.reactor.root_of(module);
        let mut manifests = self.reactor.poms_below(&root);
        let context = common(&manifests);
        manifests.sort();
        let links =
            |module: &Module<'_>| module.dependencies().iter().any(|dependency| matches!(dependency.scope.as_str(), "compile" | "runtime"));
        Ok(Facts {
            module: inside(&context, module.directory()),
            tool: Tool::Maven(self.build(&root, &context)),
            main: self.main.clone().filter(|_| !starts_itself(&self.artifact, module)),
            level: level::of_maven(self.tree, module, &self.reached)?,
            newest: None,
            what: self.what(),
            manifests,
            siblings: self.siblings(),
            options: run::options(self.tree, module, &self.artifact),
            arguments: run::arguments(self.tree, module),
            uses: jlink::used(sources),
            depends: self.reached.iter().any(links),
            natives: self.natives(catalog),
            repositories: private(&self.reached),
            context,
            artifact: self.artifact.clone(),
        })
    }

    fn warnings(&self, facts: &Facts) -> Vec<Diagnostic> {
        let gradle =
            ["build.gradle", "build.gradle.kts"].iter().map(|name| self.module.directory().join(name)).find(|path| self.tree.has(path));
        let both = gradle.map(|path| {
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
        if !self.reached.iter().any(Module::uses_test_jars) {
            clutter.push("**/src/test".into());
        }
        if let Tool::Maven(maven @ MavenBuild { wrapper: None, .. }) = &facts.tool {
            let here = |name: &str| facts.context.join(name);
            clutter.extend(["mvnw", "mvnw.cmd"].map(here).into_iter().filter(|path| self.tree.has(path)).map(Utf8PathBuf::into_string));
            if self.tree.has_directory(here(".mvn/wrapper")) {
                clutter.push(here(if maven.configured { ".mvn/wrapper" } else { ".mvn" }).into_string());
            }
        }
        let is_here = |name: &&str| self.tree.has(name) || self.tree.has_directory(name);
        clutter.extend(CLUTTER.iter().filter(|name| is_here(name)).map(|name| (*name).to_owned()));
        clutter
    }
}

/// `path` as it is called in `context`, which it is below.
fn inside(context: &Utf8Path, path: &Utf8Path) -> Utf8PathBuf {
    path.strip_prefix(context).unwrap_or(path).to_owned()
}

/// The directory that all of these files are below.
fn common(files: &[Utf8PathBuf]) -> Utf8PathBuf {
    let mut directory = files.first().and_then(|file| file.parent()).unwrap_or(Utf8Path::new("")).to_owned();
    while !directory.as_str().is_empty() && !files.iter().all(|file| file.starts_with(&directory)) {
        directory = directory.parent().unwrap_or(Utf8Path::new("")).to_owned();
    }
    directory
}
