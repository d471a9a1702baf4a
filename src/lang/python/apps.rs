//! Every Python project of a tree, and everything in it that can be started.

use camino::Utf8PathBuf;

use super::conda;
use super::constraint::constraints;
use super::django;
use super::entry::{Entry, Finder, Form};
use super::groups;
use super::inline;
use super::local;
use super::look::{Looker, home};
use super::manager::Manager;
use super::observe;
use super::outline::ask;
use super::places::{members, projects, used_by_others};
use super::project::{Asked, Project};
use super::sources::Sources;
use super::translations;
use super::two;
use super::unobtainable;
use super::version::rank;
use super::{Facts, Python};
use crate::app::{App, Claim, Sighting};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule};
use crate::lang::language::{self, Language, Sightings};
use crate::tree::Tree;

const SCRIPT: Rule = Rule::parsed("python.bare-script", "without a manifest it is a tool of what has one");
const LIBRARY: Rule = Rule::parsed("python.library-only", "this project starts nothing");
const BARE: Rule = Rule::parsed("python.no-manifest", "it imports nothing that would have to be installed");

/// How many places a refusal shows.
const MOST_SHOWN: usize = 8;

/// Where an app was seen.
#[derive(Debug)]
pub struct Seed {
    /// Its project's place among the projects.
    place: usize,
    /// Its place among what can be started there.
    index: usize,
}

/// The Python projects of a tree.
pub struct Projects<'t> {
    tree: &'t Tree,
    /// Those with a manifest, or one without.
    places: Vec<Place<'t>>,
    /// Why there are none, where there is Python.
    otherwise: Option<Box<Diagnostic>>,
}

/// A project and its sources.
struct Place<'t> {
    project: Project,
    sources: Sources<'t>,
}

impl<'t> Place<'t> {
    fn of(tree: &'t Tree, project: Project) -> Self {
        let sources = Sources::read(tree, &project.directory, &members(tree, &project.directory));
        Self { project, sources }
    }

    /// Whether its manager is one of no manifest.
    fn is_bare(&self) -> bool {
        self.project.manager.value == Manager::Nothing
    }
}

impl<'t> language::Project<'t> for Projects<'t> {
    type Seed = Seed;
    type Facts = Facts;

    fn open(tree: &'t Tree) -> Result<Self> {
        let directories = projects(tree);
        let mut places = Vec::new();
        for directory in &directories {
            places.extend(Project::read(tree, directory, &Asked::default())?.map(|project| Place::of(tree, project)));
        }
        let without = |otherwise| Self { tree, places: Vec::new(), otherwise };
        if !directories.is_empty() {
            let manifest = |directory: &Utf8PathBuf| Python::MANIFESTS.iter().map(|name| directory.join(name)).find(|path| tree.has(path));
            let otherwise = Some(nothing_starts(directories.iter().filter_map(manifest)).into());
            return Ok(Self { tree, places, otherwise });
        }
        let scripts = inline::scripts(tree);
        if !scripts.is_empty() {
            for script in &scripts {
                places.push(Place::of(tree, inline::project(tree, script)?));
            }
            return Ok(Self { tree, places, otherwise: None });
        }
        let Some(first) = tree.files_in("").find(|path| path.extension() == Some("py")) else { return Ok(without(None)) };
        if let Some(file) = conda::file(tree) {
            return Ok(match conda::project(tree, file) {
                Some(project) => Self { tree, places: vec![Place::of(tree, project)], otherwise: None },
                None => without(Some(conda::refuse(file).into())),
            });
        }
        let bare = Place::of(tree, Project::bare(Fact::new(Manager::Nothing, Evidence::exists(first, BARE))));
        Ok(match unlisted(tree, &bare.sources) {
            Some(why) => without(Some(why.into())),
            None => Self { tree, places: vec![bare], otherwise: None },
        })
    }

    fn find(&self) -> Result<Sightings<Seed>> {
        let mut apps: Vec<_> = self.places.iter().enumerate().flat_map(|(index, place)| self.sightings(index, place)).collect();
        let directories: Vec<_> = self.places.iter().map(|place| place.project.directory.clone()).collect();
        let used = used_by_others(self.tree, &directories);
        for (sighting, seed) in &mut apps {
            let own = &sighting.directory;
            let library = used.iter().find(|fact| directories.len() > 1 && !own.as_str().is_empty() && *own == fact.value);
            sighting.claims.extend(library.map(|fact| fact.with(Claim::Aside)));
            let script = sighting.program.under(SCRIPT);
            sighting.claims.extend(self.places[seed.place].is_bare().then(|| Fact::new(Claim::Aside, script)));
        }
        Ok(Sightings { apps, otherwise: self.otherwise.clone() })
    }

    fn listens(&self, catalog: &Catalog, sighting: &Sighting, seed: &Seed) -> Result<Vec<Evidence>> {
        let Place { project, sources } = &self.places[seed.place];
        let django = django::find(self.tree, sources);
        let entries = Finder { tree: self.tree, project, sources, djangos: &django }.all();
        let entry = entries.get(seed.index).ok_or_else(|| sighting.gone())?;
        let listens = if entry.listens.is_empty() {
            entry.reached(observe::listens(self.tree, catalog, sources, entry, &home(project, entry))?)
        } else {
            entry.listens.clone()
        };
        Ok(listens.iter().flat_map(Fact::because).cloned().collect())
    }

    fn look(&self, catalog: &Catalog, sighting: &Sighting, seed: &Seed) -> Result<(App, Facts)> {
        let project = &self.places[seed.place].project;
        let (app, mut facts) = self.look_at(project, catalog, sighting, seed, None)?;
        for rival in &project.rivals {
            let managed = self.read_again(project, sighting, &Asked { groups: &[], manager: Some(rival.value) })?;
            let (_, other) = self.look_at(&managed, catalog, sighting, seed, Some(rival.value))?;
            facts.rivals.push(other);
        }
        Ok((app, facts))
    }
}

impl Projects<'_> {
    fn sightings(&self, place: usize, Place { project, sources }: &Place<'_>) -> Vec<(Sighting, Seed)> {
        let django = django::find(self.tree, sources);
        let entries = Finder { tree: self.tree, project, sources, djangos: &django }.all();
        let names = unique(project, &entries);
        // beside a script that lists its own dependencies, nothing has any
        let is_own = |entry: &Entry<'_, '_>| project.script().is_none_or(|script| entry.source.is_some_and(|source| source.path == script));
        let sighting = |(index, (entry, name)): (usize, (Entry<'_, '_>, String))| {
            let sighting = Sighting { name, directory: project.directory.clone(), program: entry.at.clone(), claims: entry.claims.clone() };
            (sighting, Seed { place, index })
        };
        entries.into_iter().zip(names).enumerate().filter(|(_, (entry, _))| is_own(entry)).map(sighting).collect()
    }

    fn read_again(&self, project: &Project, sighting: &Sighting, asked: &Asked<'_>) -> Result<Project> {
        Ok(Project::read(self.tree, &project.directory, asked)?.ok_or_else(|| sighting.gone())?)
    }

    /// Looks at one app as `manager` has it, where one is asked for.
    fn look_at(
        &self,
        project: &Project,
        catalog: &Catalog,
        sighting: &Sighting,
        seed: &Seed,
        manager: Option<Manager>,
    ) -> Result<(App, Facts)> {
        let (tree, sources) = (self.tree, &self.places[seed.place].sources);
        let django = django::find(self.tree, sources);
        let entries = Finder { tree, project, sources, djangos: &django }.all();
        let entry = entries.get(seed.index).ok_or_else(|| sighting.gone())?;
        if let Some(broken) = &entry.broken {
            return Err(broken.clone().into());
        }
        let reached = entry.source.map(|source| sources.reach(source)).unwrap_or_default();
        let (groups, mut warnings) = groups::imported(&project.offered, &project.packages, &reached);
        let with_imported =
            (!groups.is_empty()).then(|| self.read_again(project, sighting, &Asked { groups: &groups, manager })).transpose()?;
        let project = with_imported.as_ref().unwrap_or(project);
        unobtainable::refuse(project, catalog)?;
        local::refuse(tree, project)?;
        let (mut constraints, passed_over) = constraints(tree, &project.directory, catalog)?;
        if !constraints.iter().any(two::is_asked_for) {
            two::refuse(&reached)?;
        }
        if let Some(script) = project.script() {
            constraints.extend(inline::constraint(tree, script)?);
        }
        warnings.extend(passed_over);
        let ranked = rank(project, sources, &constraints, catalog)?;
        warnings.extend(ranked.warnings.iter().cloned());
        let settings = entry.django.and_then(|index| django.get(index));
        let seen = observe::seen(tree, catalog, sources, entry, &home(project, entry))?;
        let stand_ins = settings.map(|django| observe::stand_ins(catalog, sources, django)).transpose()?.unwrap_or_default();
        let root = settings.map_or_else(|| project.directory.clone(), |django| project.directory.join(&django.directory));
        let translations = translations::find(tree, project, &root, settings.is_some()).unwrap_or_else(|warning| {
            warnings.push(warning);
            None
        });
        let looker = Looker { tree, catalog, project, sources, entry, django: settings, stand_ins, translations, seen, reached };
        Ok((looker.app(sighting, warnings), looker.facts(ranked)))
    }
}

fn nothing_starts(manifests: impl Iterator<Item = Utf8PathBuf>) -> Diagnostic {
    let error = Diagnostic::error("python::nothing-starts", "nothing says how a program is started here");
    manifests
        .take(MOST_SHOWN)
        .fold(error, |error, manifest| error.because(&Evidence::exists(manifest, LIBRARY)))
        .info("looked for a Procfile, console scripts, Django, applications of web frameworks, `__main__.py`, and files that run when they are started")
        .help("name a command: `[project.scripts]` with `serve = \"package.module:function\"`, or write a Procfile: `web: ...`")
}

/// The entries' names; what shares the project's name with another is called by its module.
fn unique(project: &Project, entries: &[Entry<'_, '_>]) -> Vec<String> {
    let names: Vec<String> = entries.iter().map(|entry| name(project, entry)).collect();
    let mut taken: Vec<String> = Vec::new();
    for (entry, name) in entries.iter().zip(&names) {
        let is_meant = |entry: &Entry<'_, '_>| !entry.claims.iter().any(|claim| claim.value == Claim::Aside);
        let shared = names.iter().zip(entries).filter(|(other, entry)| *other == name && is_meant(entry)).count() > 1;
        let module =
            entry.source.map(|source| source.module.trim_end_matches(".__main__").rsplit('.').next().unwrap_or_default().replace('_', "-"));
        let own = module.filter(|module| shared && entry.form == Form::Command && !taken.contains(module)).unwrap_or_else(|| name.clone());
        let number = taken.iter().filter(|known| **known == own).count();
        taken.push(if number == 0 { own } else { format!("{own}-{}", number + 1) });
    }
    taken
}

/// The name of what is started: its own, the project's, the directory's.
fn name(project: &Project, entry: &Entry<'_, '_>) -> String {
    let own = project.name.as_ref().map(|name| name.value.clone());
    let directory = || project.directory.file_name().map(str::to_owned);
    if entry.name.is_empty() { own.or_else(directory).unwrap_or_else(|| "app".into()) } else { entry.name.clone() }
}

/// What is imported from elsewhere, where nothing says what that is.
fn unlisted(tree: &Tree, sources: &Sources<'_>) -> Option<Diagnostic> {
    let (source, import) = sources.files.iter().filter(|source| !source.is_aside()).find_map(|source| {
        let known = |name: &str| {
            name.is_empty() || super::stdlib::MODULES.contains(&name) || tree.has(format!("{name}.py")) || tree.has_directory(name)
        };
        let import = source.outline.imports.iter().find(|import| !known(import.path.split('.').next().unwrap_or_default()))?;
        Some((source, import))
    })?;
    let package = import.path.split('.').next().unwrap_or_default();
    let error = Diagnostic::error("python::no-manifest", format!("`{package}` is imported, and nothing lists the dependencies"));
    Some(
        error
            .at(source.path, Some(ask::span(import.at, source.text)), "imported here")
            .help("write a requirements.txt, or a pyproject.toml (`uv init`, `uv add`)"),
    )
}
