//! What Maven knows of one program.

use camino::{Utf8Path, Utf8PathBuf};

use super::artifact::{boot_version, of_module, starts_itself};
use super::model::Dependency;
use super::processors::processors;
use super::repository::private;
use super::skips::skips;
use super::{Module, Reactor, Seed, docker, first, front, requires};
use crate::catalog::{Catalog, Native, NativeUse};
use crate::diagnostic::{Diagnostic, Result, Severity};
use crate::evidence::{Evidence, Fact, Rule};
use crate::lang::java::artifact::{Artifact, Form, series};
use crate::lang::java::config::Config;
use crate::lang::java::sources::Sources;
use crate::lang::java::word::Word;
use crate::lang::java::{Facts, MavenBuild, Tool, apps, asked, jlink, level, run, server};
use crate::tree::Tree;
use crate::version::Version;

const NATIVE: Rule = Rule::parsed("java.native", "this dependency has native parts");
const DEPENDENCY: Rule = Rule::parsed("java.dependency", "it depends on this");
const PARENT: Rule = Rule::parsed("java.parent", "this leads to the parent");
const OTHER: Rule = Rule::parsed("java.other-tool", "another tool builds the same project");

/// The series and version of Maven in the images that build.
const MAVEN: (Version, Version) = (Version::whole(3), Version::minor(3, 9));

/// One program, and the modules that it is built with.
#[derive(Debug)]
pub struct Program<'a> {
    tree: &'a Tree,
    reactor: &'a Reactor,
    module: Module<'a>,
    /// Itself first.
    reached: Vec<Module<'a>>,
    /// Those of them that are there when it runs.
    running: Vec<Module<'a>>,
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
        Some(Self {
            tree,
            reactor,
            reached: reactor.reach(&module),
            running: reactor.running(&module),
            module,
            artifact,
            boot,
            main: seed.main.clone(),
        })
    }

    /// The element of a dependency that is there at run time and is `wanted`.
    fn depends(&self, wanted: impl Fn(&Dependency<'_>) -> bool, rule: Rule) -> Option<Evidence> {
        let runs = |dependency: &Dependency<'_>| !matches!(dependency.scope.as_str(), "test" | "import") && wanted(dependency);
        self.running.iter().find_map(|module| {
            let dependency = module.dependencies().iter().find(|dependency| runs(dependency))?;
            Some(dependency.element.child("artifactId").unwrap_or(dependency.element).evidence(rule))
        })
    }

    /// All modules whose build may demand something: those that are built, and the one that Maven is called on.
    fn all(&self, root: &Utf8Path) -> Vec<Module<'a>> {
        let reactor: &'a Reactor = self.reactor;
        let built = self.reached.iter().filter_map(|module| reactor.module(&module.pom));
        built.chain(reactor.module(root)).collect()
    }

    fn refuse_what_is_not_there(&self) -> Result<()> {
        let root = self.reactor.module(&self.reactor.root_of(&self.module));
        if let Some(error) =
            self.reached.iter().find_map(|module| Self::missing_parent(module)).filter(|error| error.severity == Severity::Error)
        {
            return Err(error.into());
        }
        let named = self.module.modules().into_iter().chain(root.into_iter().flat_map(|root| root.modules()));
        let Some(pom) = named.into_iter().find(|pom| !self.tree.has(pom)) else { return Ok(()) };
        let error = Diagnostic::error("java::missing-module", format!("`{pom}` is named as a module and is not there"));
        Err(error.because(&self.artifact.at).help("run imggen on the whole repository, or take the module out").into())
    }

    /// What a parent is that a path leads to and that is not here: a snapshot is in no repository that everybody may read.
    fn missing_parent(module: &Module<'_>) -> Option<Diagnostic> {
        let parent = module.outside?;
        let path = parent.child("relativePath").filter(|path| !path.text.is_empty())?;
        let name = parent.child("artifactId").map_or("", |id| id.text.as_str());
        let version = parent.child("version").map(|version| module.fill(&version.text)).unwrap_or_default();
        let message = format!("the parent `{name}` is not where `{}` leads", path.text);
        let is_nowhere = (version.ends_with("-SNAPSHOT") || version.contains('$')) && module.repositories().is_empty();
        let diagnostic = if is_nowhere {
            Diagnostic::error("java::missing-parent", format!("{message}, and no repository has a snapshot of it"))
                .help("run imggen on the directory that holds both, or install the parent in a repository that the pom names")
        } else {
            Diagnostic::warning("java::missing-parent", format!("{message}: Maven looks for it in repositories"))
                .help("run imggen on the directory that holds both, if it is not published")
        };
        Some(diagnostic.because(&path.evidence(PARENT)))
    }

    /// How Maven is called on `root`, a pom below `context`.
    fn build(&self, root: &Utf8Path, context: &Utf8Path, system_jars: &[Utf8PathBuf]) -> MavenBuild {
        let file = inside(context, root);
        let demand = requires::maven(&self.all(root)).filter(|range| !range.value.allows(MAVEN.0, MAVEN.1));
        let differs = |version: &str| series(version).is_none_or(|series| series != MAVEN.1);
        let wrapper = run::wrapper(self.tree, context).filter(|(version, _)| differs(version) || demand.is_some());
        let wrapper = wrapper.map(|(_, at)| at);
        let has_wrapper = wrapper.is_some();
        let top: Vec<_> = self.reactor.module(root).into_iter().collect();
        MavenBuild {
            file: (file != "pom.xml").then_some(file),
            module: (root != self.module.pom).then(|| format!(":{}", self.module.artifact())),
            configured: self.tree.below(context.join(".mvn")).any(|path| !path.as_str().contains(".mvn/wrapper")),
            wrapper,
            carriage_returns: self.tree.text(context.join("mvnw")).is_ok_and(|text| text.contains("\r\n")),
            toolchain: requires::toolchain(&self.all(root)),
            jars: system_jars.iter().map(|jar| inside(context, jar)).collect(),
            skips: skips(&self.module, &self.reached, &top)
                .into_iter()
                .chain(demand.filter(|_| !has_wrapper).map(|demand| demand.with("-Denforcer.skip")))
                .collect(),
            quarkus: matches!(self.artifact.form, Form::Quarkus(_)) || self.module.plugin("quarkus-maven-plugin").is_some(),
            profiles: self.profiles(),
            processors: processors(&self.reached, |name| self.reactor.modules().any(|module| module.artifact() == name)),
        }
    }

    /// The profiles to build with: those that its poms ask for, and those that its own build lines name and its poms have.
    fn profiles(&self) -> Vec<Fact<String>> {
        let mut profiles = self.reactor.profiles.clone();
        let asked = asked::profiles(self.tree, self.module.directory());
        let more = asked.into_iter().filter(|asked| self.reactor.has_profile(&asked.value));
        for profile in more {
            if !profiles.iter().any(|known| known.value == profile.value) {
                profiles.push(profile);
            }
        }
        profiles
    }

    /// The jars of the project's other modules, where they lie among the libraries.
    fn siblings(&self) -> Vec<String> {
        if !matches!(self.artifact.form, Form::ClassPath(_)) {
            return Vec::new();
        }
        let names: Vec<_> = self.running.iter().skip(1).map(|module| format!("{}-", module.artifact())).collect();
        // `shop-*.jar` names those of `shop-core` as well
        let is_covered = |name: &String| names.iter().any(|other| name != other && name.starts_with(other.as_str()));
        names.iter().filter(|name| !is_covered(name)).map(|name| format!("{name}*.jar")).collect()
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
        self.running.iter().map(|module| module.directory().to_owned()).collect()
    }

    fn dependency(&self, name: &str) -> Option<Evidence> {
        self.depends(|dependency| dependency.artifact.starts_with(name), DEPENDENCY)
    }

    fn arguments(&self) -> Option<Fact<Vec<String>>> {
        run::arguments(&self.module)
    }

    fn builds(&self) -> Vec<Fact<Utf8PathBuf>> {
        front::built(&self.all(&self.reactor.root_of(&self.module)))
    }

    fn artifact(&self) -> &Artifact {
        &self.artifact
    }

    fn facts(&self, catalog: &Catalog, sources: &Sources<'_>) -> Result<Facts> {
        self.refuse_what_is_not_there()?;
        let module = &self.module;
        if matches!(self.artifact.form, Form::War(_)) {
            let provided = |dependency: &Dependency<'_>| {
                dependency.scope == "provided" && server::PLATFORMS.iter().any(|name| dependency.artifact.starts_with(name))
            };
            let plugin = server::PLUGINS.iter().find_map(|name| module.plugin(name)).map(|plugin| plugin.element.evidence(DEPENDENCY));
            server::refuse(self.depends(provided, DEPENDENCY), plugin, sources)?;
        }
        let root = self.reactor.root_of(module);
        let mut manifests = self.reactor.poms_below(&root);
        let context = common(&manifests);
        manifests.sort();
        let jars = first::system_jars(self.tree, &self.reached);
        let mut read_first = [first::repositories(self.tree, &self.reached), first::configured(self.tree, &context)].concat();
        read_first.extend(jars.iter().filter(|jar| !read_first.iter().any(|place| jar.starts_with(place))).cloned().collect::<Vec<_>>());
        let all = self.all(&root);
        let word = Word::read(self.tree, module.directory());
        let range = requires::java(&all);
        let toolchain = catalog.toolchain("java")?;
        let least = range.as_ref().and_then(|range| range.value.least().map(|least| range.with(least)));
        let least = least.into_iter().chain(requires::least(&self.reached, toolchain)).max_by_key(|least| least.value);
        let mut level = level::worked(self.tree, module.directory(), level::of_maven(self.tree, module, &self.reached, least)?, catalog);
        let unsaid = if level.is_said() { None } else { requires::unsaid(&self.reached, toolchain) };
        if level.is_any() && unsaid.is_none() {
            level.written = requires::written(&self.reached, catalog);
        }
        let newest = range.as_ref().and_then(|range| range.value.newest().map(|newest| range.with(newest)));
        let newest = newest.into_iter().chain(requires::newest(&self.reached, self.boot.as_ref(), toolchain)).chain(unsaid);
        let links =
            |module: &Module<'_>| module.dependencies().iter().any(|dependency| matches!(dependency.scope.as_str(), "compile" | "runtime"));
        Ok(Facts {
            module: inside(&context, module.directory()),
            tool: Tool::Maven(self.build(&root, &context, &jars)),
            main: self.main.clone().filter(|_| !starts_itself(&self.artifact, module)),
            level,
            newest: newest.min_by_key(|newest| newest.value),
            first: read_first,
            node: all.iter().find_map(front::node),
            what: self.what(),
            manifests,
            siblings: self.siblings(),
            options: run::options(&word, module, &self.artifact),
            profiles: word
                .profiles()
                .or_else(|| run::jib_profiles(module))
                .or_else(|| Config::usual(self.tree, &apps::Program::directories(self)).production().cloned()),
            uses: jlink::used(sources),
            depends: self.artifact.server.is_some() || self.running.iter().any(links),
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
            let note = Diagnostic::note("java::private-repository", "dependencies come from a repository that may require authentication");
            repository
                .because()
                .iter()
                .fold(note, Diagnostic::because)
                .help("give it your settings: `docker build --secret id=settings,src=$HOME/.m2/settings.xml .`")
        });
        let parent = self.reached.iter().find_map(|module| Self::missing_parent(module));
        both.into_iter()
            .chain(private)
            .chain(parent)
            .chain(self.all(&self.reactor.root_of(&self.module)).iter().find_map(docker::said))
            .collect()
    }

    fn ignore_patterns(&self, facts: &Facts) -> Vec<String> {
        let here = |name: &str| facts.context.join(name).into_string();
        let mut patterns: Vec<String> = vec!["**/*.class".into(), here("target")];
        patterns.extend(self.reached.iter().filter_map(|module| Some(module.pom.parent()?.join("target").into_string())));
        if !self.reached.iter().any(Module::uses_test_jars) {
            patterns.push("**/src/test".into());
        }
        if let Tool::Maven(MavenBuild { wrapper: None, configured, .. }) = &facts.tool {
            patterns.extend(["mvnw", "mvnw.cmd", if *configured { ".mvn/wrapper" } else { ".mvn" }].map(here));
        }
        patterns
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
