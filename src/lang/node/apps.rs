//! Every package of a tree that can be started, and where each listens.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use camino::Utf8PathBuf;

use super::Facts;
use super::behaviour;
use super::compiler::Compiler;
use super::development::package_of;
use super::entry::{Entry, Finder, PassedOver, Run};
use super::look::{Installation, Looker};
use super::package::{Kind, Package};
use super::part;
use super::runtime::{self, Runtime};
use super::sources::Sources;
use super::workspace::{Workspace, workspaces};
use crate::app::{App, Claim, Sighting};
use crate::catalog::Catalog;
use crate::command::Reader;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule};
use crate::lang::language::{self, Sightings};
use crate::tree::Tree;

const USED: Rule = Rule::parsed("node.used", "another package of the workspace is made with it");
const NAMED: Rule = Rule::parsed("node.starts-member", "the root's script starts this package");

const BORROWED: Rule = Rule::parsed("node.borrowed", "this is imported here, and the workspace's root alone declares it");
const LIBRARY: Rule = Rule::parsed("node.library", "this package starts nothing");

/// How many places a refusal shows.
const MOST_SHOWN: usize = 8;

/// A package that starts nothing, and what was passed over in it.
type Missed = (Evidence, Vec<PassedOver>);

/// Where an app was seen.
#[derive(Debug)]
pub struct Seed {
    /// Its workspace's place among the workspaces.
    pub(super) workspace: usize,
    /// Its package's directory.
    pub(super) directory: Utf8PathBuf,
    /// How its package is compiled.
    pub(super) compiler: Compiler,
    /// What starts it.
    pub(super) entry: Entry,
}

/// The workspaces of a project, and the packages by themselves.
pub struct Workspaces<'t> {
    tree: &'t Tree,
    places: Vec<Place<'t>>,
}

/// A workspace, and how its packages are installed, once an app of it was looked at.
struct Place<'t> {
    workspace: Workspace<'t>,
    installed: OnceLock<Result<Installation>>,
}

impl<'t> Place<'t> {
    fn of(workspace: Workspace<'t>) -> Self {
        Self { workspace, installed: OnceLock::new() }
    }

    fn installed(&self, tree: &Tree) -> Result<&Installation> {
        self.installed.get_or_init(|| Installation::of(tree, &self.workspace)).as_ref().map_err(Clone::clone)
    }
}

impl<'t> language::Project<'t> for Workspaces<'t> {
    type Seed = Seed;
    type Facts = Facts;

    fn open(tree: &'t Tree) -> Result<Self> {
        Ok(Self { tree, places: workspaces(tree)?.into_iter().map(Place::of).collect() })
    }

    fn find(&self) -> Result<Sightings<Seed>> {
        let (mut apps, mut missed) = (Vec::new(), Vec::new());
        for (index, place) in self.places.iter().enumerate() {
            self.find_in(index, &place.workspace, &mut apps, &mut missed);
        }
        join_starters(&mut apps);
        let otherwise = (!missed.is_empty()).then(|| nothing_starts(missed).into());
        Ok(Sightings { apps, otherwise })
    }

    fn listens(&self, catalog: &Catalog, sighting: &Sighting, seed: &Seed) -> Result<Vec<Evidence>> {
        let (place, package) = self.again(sighting, seed)?;
        Ok(match &seed.entry.run {
            Run::Server(server) => vec![server.at.clone()],
            Run::Program(program) => vec![program.at.clone()],
            Run::Pages(pages) => vec![pages.at.clone()],
            Run::Nothing(_) => Vec::new(),
            Run::File(file) => {
                let reach = |source: &Utf8PathBuf| Sources::reach(self.tree, &place.workspace, package, source);
                let mut sources = file.source.as_ref().map(reach).unwrap_or_default();
                let runtime = Runtime::of(self.tree, package, &place.workspace.root, &seed.entry, Some(&sources));
                if runtime.is_ok_and(|runtime| runtime.value == Runtime::Bun) {
                    runtime::serve_default(&mut sources);
                }
                behaviour::listens(catalog, &sources)?
            }
        })
    }

    fn makers(&self) -> Result<Vec<language::Maker<Seed>>> {
        part::makers(self)
    }

    fn look(&self, catalog: &Catalog, sighting: &Sighting, seed: &Seed) -> Result<(App, Facts)> {
        let (place, package) = self.again(sighting, seed)?;
        let (workspace, installed) = (&place.workspace, place.installed(self.tree)?);
        let package = &Package { borrowed: borrowed(self.tree, workspace, package, &seed.entry), ..package.clone() };
        Looker { tree: self.tree, catalog, workspace, installed, package, compiler: &seed.compiler, sighting }.look(&seed.entry)
    }
}

impl<'t> Workspaces<'t> {
    /// The project.
    pub(super) fn tree(&self) -> &'t Tree {
        self.tree
    }

    /// The workspaces, and the packages by themselves.
    pub(super) fn all(&self) -> impl Iterator<Item = &Workspace<'t>> {
        self.places.iter().map(|place| &place.workspace)
    }

    fn again(&self, sighting: &Sighting, seed: &Seed) -> Result<(&Place<'t>, &Package<'t>)> {
        let place = self.places.get(seed.workspace);
        let found = place.and_then(|place| Some((place, place.workspace.package(&seed.directory)?)));
        Ok(found.ok_or_else(|| sighting.gone())?)
    }

    fn find_in(&self, index: usize, workspace: &Workspace<'t>, apps: &mut Vec<(Sighting, Seed)>, missed: &mut Vec<Missed>) {
        let tree = self.tree;
        let mut found = Vec::new();
        for package in std::iter::once(&workspace.root).chain(&workspace.members) {
            let compiler = Compiler::read(tree, package);
            let finder = Finder { tree, workspace, package, compiler: &compiler };
            let processes = finder.processes();
            if !processes.is_empty() {
                apps.extend(processes.into_iter().map(|(name, entry)| {
                    let claims = if package.directory == workspace.root.directory { Vec::new() } else { claims(tree, workspace, package) };
                    let sighting = Sighting { name, ..sighting(package, &entry, claims) };
                    (sighting, Seed { workspace: index, directory: package.directory.clone(), compiler: compiler.clone(), entry })
                }));
                continue;
            }
            match finder.find() {
                Ok(entry) => found.push((package, compiler, entry)),
                Err(passed_over) => missed.push((package.exists(LIBRARY), passed_over)),
            }
        }
        // what the root starts is the root's, wherever it lies
        let started: Vec<Utf8PathBuf> = found
            .iter()
            .filter(|(package, ..)| package.directory == workspace.root.directory)
            .filter_map(|(.., entry)| source(entry))
            .collect();
        for (package, compiler, entry) in found {
            let member = package.directory != workspace.root.directory;
            if member && started.iter().any(|path| path.starts_with(&package.directory)) {
                continue;
            }
            let mut claims = if member { claims(self.tree, workspace, package) } else { Vec::new() };
            let declared = entry.at.first().filter(|_| entry.declared).map(|at| Fact::new(Claim::Named, at.clone()));
            claims.extend(declared);
            let directory = package.directory.clone();
            apps.push((sighting(package, &entry, claims), Seed { workspace: index, directory, compiler, entry }));
        }
    }
}

/// A package that starts another one's program, which has packages of its own, is not an app besides: it names that one.
fn join_starters(apps: &mut Vec<(Sighting, Seed)>) {
    let owner = |apps: &[(Sighting, Seed)], starter: usize| {
        let (sighting, seed) = &apps[starter];
        let path = source(&seed.entry)?;
        let inner = |(other, theirs): &(Sighting, Seed)| {
            theirs.workspace != seed.workspace
                && source(&theirs.entry).as_ref() == Some(&path)
                && other.directory.starts_with(&sighting.directory)
        };
        apps.iter().position(inner).filter(|owner| *owner != starter)
    };
    let joined: Vec<_> = (0..apps.len()).filter_map(|starter| Some((starter, owner(apps, starter)?))).collect();
    for (starter, owner) in &joined {
        let at = apps[*starter].0.program.under(NAMED);
        apps[*owner].0.claims.push(Fact::new(Claim::Named, at));
    }
    let mut number = 0;
    apps.retain(|_| {
        number += 1;
        !joined.iter().any(|(starter, _)| *starter == number - 1)
    });
}

/// The packages that a member's program imports and that the workspace's root declares in its place.
fn borrowed(tree: &Tree, workspace: &Workspace<'_>, package: &Package<'_>, entry: &Entry) -> Vec<Fact<String>> {
    let root = &workspace.root;
    let lends = package.directory != root.directory && root.has_dependencies(Kind::Production);
    let Some(entry) = source(entry).filter(|_| lends) else { return Vec::new() };
    let mut found: BTreeMap<String, Fact<String>> = BTreeMap::new();
    for file in &Sources::reach(tree, workspace, package, &entry).files {
        for load in file.module.loads.iter().filter(|_| file.path.starts_with(&package.directory)) {
            let name = package_of(&load.module);
            if package.dependency(name).is_none() && root.runs_with(name).is_some() {
                found.entry(name.to_owned()).or_insert_with(|| Fact::new(name.to_owned(), file.evidence(load.at, BORROWED, name)));
            }
        }
    }
    found.into_values().collect()
}

/// What is said of a member.
fn claims(tree: &Tree, workspace: &Workspace<'_>, package: &Package<'_>) -> Vec<Fact<Claim>> {
    // what the root starts is more than what others are made with
    if let Some(at) = named(tree, workspace, package) {
        return vec![Fact::new(Claim::Named, at)];
    }
    let others = || workspace.members.iter().chain([&workspace.root]).filter(|other| other.directory != package.directory);
    let used = package.name().and_then(|name| others().find_map(|other| other.dependency(name)));
    let used = used.map(|fact| fact.because()[0].under(USED));
    used.map(|at| Fact::new(Claim::Aside, at)).into_iter().collect()
}

/// Says what was looked at, and why none of it starts a program.
fn nothing_starts(missed: Vec<Missed>) -> Diagnostic {
    let error = Diagnostic::error("node::nothing-starts", "nothing says how a program is started here");
    let look = |(package, passed_over): Missed| {
        let silent = passed_over.is_empty().then_some(package);
        silent.into_iter().chain(passed_over.into_iter().map(|(_, why, at)| Evidence { meaning: why, ..at }))
    };
    let looked: Vec<_> = missed.into_iter().flat_map(look).take(MOST_SHOWN).collect();
    looked
        .iter()
        .fold(error, Diagnostic::because)
        .info("looked for a Procfile, scripts that start something in production, frameworks, `main`, the usual files, and `bin`")
        .help("add a script that starts what is built: `\"scripts\": { \"start\": \"node server.js\" }`")
}

/// The script of the root's that starts a member: `pnpm --filter web start`, `cd server && npm start`.
fn named(tree: &Tree, workspace: &Workspace<'_>, package: &Package<'_>) -> Option<Evidence> {
    let root = &workspace.root;
    ["start:prod", "start:production", "start-prod", "prod", "production", "start"].into_iter().find_map(|name| {
        let (text, at) = root.script(name)?;
        let start = Reader::new(tree).read(text, &root.directory, at.clone());
        let there = start.program().is_some_and(|program| program.directory == package.directory);
        there.then(|| at.under(NAMED))
    })
}

fn sighting(package: &Package<'_>, entry: &Entry, mut claims: Vec<Fact<Claim>>) -> Sighting {
    if let Run::Pages(pages) = &entry.run {
        claims.push(Fact::new(Claim::Pages, pages.at.clone()));
    }
    let directory = package.directory.file_name().unwrap_or("app");
    let program = entry.at.first().cloned().unwrap_or_else(|| package.exists(USED));
    Sighting { name: package.short_name().unwrap_or(directory).to_owned(), directory: package.directory.clone(), program, claims }
}

fn source(entry: &Entry) -> Option<Utf8PathBuf> {
    if let Run::File(file) = &entry.run { file.source.clone() } else { None }
}
