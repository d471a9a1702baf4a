//! Every Python project of a tree, and everything in it that can be started.

use camino::{Utf8Path, Utf8PathBuf};

use super::constraint::constraints;
use super::entry::{Entry, Finder, Form, djangos};
use super::groups::{self, Group};
use super::look::Looker;
use super::manager::Manager;
use super::places::{members, projects, used_by_others};
use super::project::{Asked, Project};
use super::sources::Sources;
use super::version::rank;
use super::{Facts, Python};
use crate::app::{App, Claim, Sighting};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule};
use crate::lang::language::{Language, Sightings};
use crate::tree::Tree;

const SCRIPT: Rule = Rule::parsed("python.script", "without a manifest it is a tool of what has one");
const LIBRARY: Rule = Rule::parsed("python.library-only", "this project starts nothing");
const BARE: Rule = Rule::parsed("python.no-manifest", "it imports nothing that would have to be installed");

/// Environments that conda and pixi make.
const ELSEWHERE: [&str; 4] = ["environment.yml", "environment.yaml", "conda.yml", "pixi.toml"];

/// How many places a refusal shows.
const MOST_SHOWN: usize = 8;

/// Where an app was seen.
#[derive(Debug)]
pub struct Seed {
    /// The project's directory; nothing where there is no manifest.
    directory: Option<Utf8PathBuf>,
    /// Its place among what can be started there.
    index: usize,
    /// Where it listens.
    pub listens: Vec<Evidence>,
}

/// Finds the apps.
///
/// # Errors
/// When a manifest is broken, or what a project says contradicts itself.
pub fn find(tree: &Tree) -> Result<Sightings<Seed>> {
    let mut apps = Vec::new();
    let directories = projects(tree);
    for directory in &directories {
        if let Some(project) = Project::read(tree, directory, &Asked::default())? {
            apps.extend(sightings(tree, &project, Some(directory)));
        }
    }
    let used = used_by_others(tree, &directories);
    for (sighting, _) in &mut apps {
        let library =
            used.iter().find(|fact| directories.len() > 1 && !sighting.directory.as_str().is_empty() && sighting.directory == fact.value);
        sighting.claims.extend(library.map(|fact| fact.with(Claim::Aside)));
    }
    if directories.is_empty() {
        if let Some(file) =
            ELSEWHERE.iter().find(|file| tree.has(file)).filter(|_| tree.files_in("").any(|path| path.extension() == Some("py")))
        {
            return Ok(Sightings::none(elsewhere(file)));
        }
        match bare(tree) {
            Ok(project) => apps.extend(project.into_iter().flat_map(|project| sightings(tree, &project, None))),
            Err(why) => return Ok(Sightings::none(why)),
        }
        for (sighting, _) in &mut apps {
            sighting
                .claims
                .push(Fact::new(Claim::Aside, Evidence { rule: SCRIPT.id, meaning: SCRIPT.meaning, ..sighting.program.clone() }));
        }
    }
    let manifests =
        || directories.iter().filter_map(|directory| Python::MANIFESTS.iter().map(|name| directory.join(name)).find(|path| tree.has(path)));
    let otherwise = (!directories.is_empty()).then(|| nothing_starts(manifests()).into());
    Ok(Sightings { apps, otherwise })
}

fn nothing_starts(manifests: impl Iterator<Item = Utf8PathBuf>) -> Diagnostic {
    let error = Diagnostic::error("python::nothing-starts", "nothing says how a program is started here");
    manifests
        .take(MOST_SHOWN)
        .fold(error, |error, manifest| error.because(&Evidence::exists(manifest, LIBRARY)))
        .info("looked for a Procfile, console scripts, Django, applications of web frameworks, `__main__.py`, and files that run when they are started")
        .help("name a command: `[project.scripts]` with `serve = \"package.module:function\"`, or write a Procfile: `web: ...`")
}

fn elsewhere(file: &str) -> Diagnostic {
    let message = format!("`{file}` lists packages of conda's, which imggen does not install");
    let help = "list what the program needs in a requirements.txt or pyproject.toml, where PyPI has it";
    Diagnostic::error("python::conda", message).at(file, None, "an environment of conda's").help(help)
}

fn sightings(tree: &Tree, project: &Project, directory: Option<&Utf8PathBuf>) -> Vec<(Sighting, Seed)> {
    let sources = Sources::read(tree, &project.directory, &members(tree, &project.directory));
    let django = djangos(&sources);
    let entries = Finder { tree, project, sources: &sources, djangos: &django }.all();
    let names = unique(project, &entries);
    let sighting = |(index, (entry, name)): (usize, (Entry<'_, '_>, String))| {
        let listens = entry.listens.iter().flat_map(Fact::because).cloned().collect();
        let sighting = Sighting { name, directory: project.directory.clone(), program: entry.at.clone(), claims: entry.claims.clone() };
        (sighting, Seed { directory: directory.cloned(), index, listens })
    };
    entries.into_iter().zip(names).enumerate().map(sighting).collect()
}

/// The entries' names; what shares the project's name with another is called by its module.
fn unique(project: &Project, entries: &[Entry<'_, '_>]) -> Vec<String> {
    let names: Vec<String> = entries.iter().map(|entry| name(project, entry)).collect();
    let mut taken: Vec<String> = Vec::new();
    for (entry, name) in entries.iter().zip(&names) {
        let shared = names.iter().filter(|other| *other == name).count() > 1;
        let module = entry.source.map(|source| source.module.rsplit('.').next().unwrap_or_default().replace('_', "-"));
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

/// Looks at one app.
///
/// # Errors
/// When a manifest is broken, or what the project says about its Python contradicts itself.
pub fn look(tree: &Tree, catalog: &Catalog, sighting: &Sighting, seed: &Seed) -> Result<(App, Facts)> {
    let (app, mut facts, rivals) = look_by(tree, catalog, sighting, seed, None)?;
    for rival in rivals {
        let (_, other, _) = look_by(tree, catalog, sighting, seed, Some(rival.value))?;
        facts.rivals.push(other);
    }
    Ok((app, facts))
}

/// Looks at one app as `manager` has it, and says who else manages it.
fn look_by(
    tree: &Tree,
    catalog: &Catalog,
    sighting: &Sighting,
    seed: &Seed,
    manager: Option<Manager>,
) -> Result<(App, Facts, Vec<Fact<Manager>>)> {
    let gone = || Diagnostic::error("python::gone", format!("`{}` is not there any more", sighting.name));
    let read = |groups: &[Fact<Group>]| match &seed.directory {
        Some(directory) => Project::read(tree, directory, &Asked { groups, manager }),
        None => bare(tree),
    };
    let project = &read(&[])?.ok_or_else(gone)?;
    let sources = Sources::read(tree, &project.directory, &members(tree, &project.directory));
    let django = djangos(&sources);
    let entries = Finder { tree, project, sources: &sources, djangos: &django }.all();
    let entry = entries.get(seed.index).ok_or_else(gone)?;
    if let Some(broken) = &entry.broken {
        return Err(broken.clone().into());
    }
    let reached = entry.source.map(|source| sources.reach(source)).unwrap_or_default();
    let (groups, mut warnings) = groups::imported(&project.offered, &project.packages, &reached);
    // with what the program imports besides
    let project = &read(&groups)?.ok_or_else(gone)?;
    let ranked = rank(project, &sources, &constraints(tree, &project.directory)?, catalog)?;
    warnings.extend(ranked.warnings);
    let settings = entry.django.and_then(|index| django.get(index));
    let looker = Looker { tree, catalog, project, sources: &sources, entry, django: settings, reached };
    Ok((looker.app(sighting, warnings), looker.facts(ranked.versions, ranked.held_back), project.rivals.clone()))
}

/// A tree of Python files and no manifest at all.
fn bare(tree: &Tree) -> Result<Option<Project>> {
    let Some(first) = tree.files_in("").find(|path| path.extension() == Some("py")) else { return Ok(None) };
    let sources = Sources::read(tree, Utf8Path::new(""), &[]);
    let foreign = sources.files.iter().filter(|source| !source.is_aside(Utf8Path::new(""))).find_map(|source| {
        let known = |name: &str| {
            name.is_empty() || super::stdlib::MODULES.contains(&name) || tree.has(format!("{name}.py")) || tree.has_directory(name)
        };
        let import = source.outline.imports.iter().find(|import| !known(import.value.split('.').next().unwrap_or_default()))?;
        Some((source, import))
    });
    if let Some((source, import)) = foreign {
        let package = import.value.split('.').next().unwrap_or_default();
        let error = Diagnostic::error("python::no-manifest", format!("`{package}` is imported, and nothing lists the dependencies"));
        return Err(error
            .at(source.path, Some(import.span(source.text)), "imported here")
            .help("write a requirements.txt, or a pyproject.toml (`uv init`, `uv add`)")
            .into());
    }
    Ok(Some(Project::bare(Fact::new(Manager::Nothing, Evidence::exists(first, BARE)))))
}
