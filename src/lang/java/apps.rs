//! Every program of a tree, whatever builds it, and all that is to know of the one that is meant.

use camino::Utf8PathBuf;

use super::artifact::Artifact;
use super::observe::Start;
use super::sources::Sources;
use super::word::Word;
use super::{Facts, gradle, maven, nothing_runs, observe, run};
use crate::app::{App, Sighting};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule};
use crate::lang::language::{self, Sightings};
use crate::program::{Observed, Site};
use crate::tree::Tree;

const BUILD: Rule = Rule::parsed("java.no-build", "neither Maven nor Gradle builds this");

/// What it takes to find a program again: what builds it, and what that calls it.
#[derive(Clone, Debug)]
pub enum Seed {
    /// A module of Maven's.
    Maven(maven::Seed),
    /// A project of Gradle's, by its directory, and the class that is started where its build names none.
    Gradle(Utf8PathBuf, Option<Fact<String>>),
}

/// A program as what builds it knows it.
pub trait Program {
    /// The directories whose sources and resources it is made of, its own first.
    fn directories(&self) -> Vec<Utf8PathBuf>;

    /// What it depends on when it runs, by the beginning of a name.
    fn dependency(&self, name: &str) -> Option<Evidence>;

    /// The arguments that its build starts it with.
    fn arguments(&self) -> Option<Fact<Vec<String>>> {
        None
    }

    /// The directories of packages that its build builds by itself.
    fn builds(&self) -> Vec<Fact<Utf8PathBuf>> {
        Vec::new()
    }

    /// What its build leaves.
    fn artifact(&self) -> &Artifact;

    /// All that its build says of it, and its sources of the Java that it uses.
    ///
    /// # Errors
    /// When what the project says contradicts itself, or names what is not there.
    fn facts(&self, catalog: &Catalog, sources: &Sources<'_>) -> Result<Facts>;

    /// What wants a look.
    fn warnings(&self, facts: &Facts) -> Vec<Diagnostic>;

    /// What its build does not read.
    fn ignore_patterns(&self, facts: &Facts) -> Vec<String>;
}

/// The build files of a project.
pub struct Builds<'t> {
    tree: &'t Tree,
    reactor: maven::Reactor,
    projects: Vec<gradle::Project<'t>>,
}

impl<'t> language::Project<'t> for Builds<'t> {
    type Seed = Seed;
    type Facts = Facts;

    fn open(tree: &'t Tree) -> Result<Self> {
        Ok(Self { tree, reactor: maven::Reactor::read(tree)?, projects: gradle::projects(tree) })
    }

    fn find(&self) -> Result<Sightings<Seed>> {
        let (modules, libraries) = maven::find(self.tree, &self.reactor);
        let projects = gradle::find(self.tree, &self.projects);
        let runs = !modules.is_empty() || !projects.is_empty();
        let apps = modules
            .into_iter()
            .map(|(sighting, seed)| (sighting, Seed::Maven(seed)))
            .chain(projects.into_iter().map(|(sighting, main)| (sighting.clone(), Seed::Gradle(sighting.directory, main))))
            .collect();
        if let Some(android) = gradle::android(&self.projects).filter(|_| !runs) {
            let error = Diagnostic::error("java::android", "this is an Android application: it runs on telephones, and no image runs it");
            let error = error.because(&android).help("take the directory of its server, if it has one: `imggen init DIRECTORY`");
            return Ok(Sightings { apps: Vec::new(), otherwise: Some(error.into()) });
        }
        if let Some(unknown) = without_build(self.tree).filter(|_| !runs && self.projects.is_empty() && libraries.is_empty()) {
            return Ok(Sightings { apps: Vec::new(), otherwise: Some(unknown.into()) });
        }
        let otherwise = (!libraries.is_empty()).then(|| nothing_runs(&libraries)).or_else(|| gradle::nothing_runs(&self.projects));
        let otherwise = otherwise.map(Into::into);
        Ok(Sightings { apps, otherwise })
    }

    /// As far as the program's own directory tells.
    fn listens(&self, catalog: &Catalog, sighting: &Sighting, seed: &Seed) -> Result<Vec<Evidence>> {
        let Some(program) = self.program(seed) else { return Ok(Vec::new()) };
        if program.artifact().server.is_some() {
            return Ok(vec![program.artifact().at.clone()]);
        }
        let own: Vec<_> = program.directories().into_iter().take(1).collect();
        let sources = Sources::read(self.tree, &own, catalog.vocabulary("java")?);
        let seen = self.observe(catalog, sighting, &own, &sources, program.as_ref())?;
        Ok(seen.behaviour.listens.iter().flat_map(Fact::because).cloned().collect())
    }

    fn look(&self, catalog: &Catalog, sighting: &Sighting, seed: &Seed) -> Result<(App, Facts)> {
        let program = self.program(seed).ok_or_else(|| sighting.gone())?;
        let directories = program.directories();
        let sources = Sources::read(self.tree, &directories, catalog.vocabulary("java")?);
        let facts = program.facts(catalog, &sources)?;
        let Observed { mut behaviour, mut warnings } = self.observe(catalog, sighting, &directories, &sources, program.as_ref())?;
        behaviour.builds = program.builds();
        behaviour.reads.extend(run::reads(self.tree, &facts));
        if let Some(server) = &facts.artifact.server {
            observe::serve(&mut behaviour, server, &facts.artifact.at);
        }
        warnings.extend(program.warnings(&facts));
        let app = App {
            sighting: sighting.clone(),
            warnings,
            behaviour,
            home: Utf8PathBuf::new(),
            keeps: facts.manifests.iter().chain(&facts.first).cloned().collect(),
            build_needs: Vec::new(),
            stage: None,
            ignore_patterns: program.ignore_patterns(&facts),
            passed_over: Vec::new(),
        };
        Ok((app, facts))
    }
}

impl Builds<'_> {
    fn observe(
        &self,
        catalog: &Catalog,
        sighting: &Sighting,
        directories: &[Utf8PathBuf],
        sources: &Sources<'_>,
        program: &dyn Program,
    ) -> Result<Observed> {
        let own = directories.first().cloned().unwrap_or_default();
        let word = Word::read(self.tree, &own);
        let bases = if own.as_str().is_empty() { vec![own] } else { vec![own, Utf8PathBuf::new()] };
        let site = Site {
            tree: self.tree,
            bases,
            embedded: &[],
            compiled: &["java", "kt", "groovy", "class", "jar"],
            ships_alone: true,
            compiled_in: None,
        };
        let depends = |name: &str| program.dependency(name);
        let start = Start { name: &sighting.name, word: &word, arguments: program.arguments() };
        observe::observe(catalog, &site, directories, sources, &depends, &start)
    }

    fn program(&self, seed: &Seed) -> Option<Box<dyn Program + '_>> {
        match seed {
            Seed::Maven(seed) => Some(Box::new(maven::Program::of(self.tree, &self.reactor, seed)?)),
            Seed::Gradle(directory, main) => {
                let project = self.projects.iter().find(|project| project.directory == *directory)?;
                Some(Box::new(gradle::Program::of(self.tree, project, &self.projects, main.as_ref())?))
            }
        }
    }
}

/// Java that neither Maven nor Gradle builds.
fn without_build(tree: &Tree) -> Option<Diagnostic> {
    let help = "add a `pom.xml` or a `build.gradle`: imggen builds Java with Maven or Gradle";
    if tree.has("build.xml") {
        let error = Diagnostic::error("java::ant", "the project is built with Ant, which imggen does not know");
        return Some(error.because(&Evidence::exists("build.xml", BUILD)).help(help));
    }
    let source = tree.paths().find(|path| matches!(path.extension(), Some("java" | "kt")))?;
    let error = Diagnostic::error("java::no-build", format!("`{source}` is Java or Kotlin, and nothing here builds it"));
    Some(error.because(&Evidence::exists(source.to_owned(), BUILD)).help(help))
}
