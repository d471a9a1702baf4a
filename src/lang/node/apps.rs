//! Every package of a tree that can be started, and where each listens.

use camino::{Utf8Path, Utf8PathBuf};

use super::behave;
use super::compiler::Compiler;
use super::entry::{Entry, Finder, PassedOver, Run};
use super::package::Package;
use super::script;
use super::sources::Sources;
use super::workspace::{Workspace, workspaces};
use crate::app::{Claim, Sighting};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule};
use crate::lang::language::Sightings;
use crate::tree::Tree;

const USED: Rule = Rule::parsed("node.used", "another package of the workspace is made with it");
const NAMED: Rule = Rule::parsed("node.starts-member", "the root's script starts this package");

const LIBRARY: Rule = Rule::parsed("node.library", "this package starts nothing");

/// How many places a refusal shows.
const MOST_SHOWN: usize = 8;

/// Where an app was seen.
#[derive(Debug)]
pub struct Seed {
    /// Its package's directory.
    pub directory: Utf8PathBuf,
}

/// Finds the apps.
///
/// # Errors
/// When a manifest is broken.
pub fn find(tree: &Tree) -> Result<Sightings<Seed>> {
    let (mut apps, mut missed) = (Vec::new(), Vec::new());
    for workspace in workspaces(tree)? {
        let mut of_workspace = Vec::new();
        for package in std::iter::once(&workspace.root).chain(&workspace.members) {
            let compiler = Compiler::read(tree, package);
            match (Finder { tree, workspace: &workspace, package, compiler: &compiler }).find() {
                Ok(entry) => of_workspace.push((package, entry)),
                Err(passed_over) => missed.push((package.exists(LIBRARY), passed_over)),
            }
        }
        // what the root starts is the root's, wherever it lies
        let started: Vec<Utf8PathBuf> = of_workspace
            .iter()
            .filter(|(package, _)| package.directory == workspace.root.directory)
            .filter_map(|(_, entry)| source(entry))
            .collect();
        for (package, entry) in of_workspace {
            let member = package.directory != workspace.root.directory;
            if member && started.iter().any(|path| path.starts_with(&package.directory)) {
                continue;
            }
            let mut claims = Vec::new();
            let used =
                workspace.members.iter().chain([&workspace.root]).find_map(|other| {
                    package.name().filter(|_| other.directory != package.directory).and_then(|name| other.dependency(name))
                });
            claims.extend(
                used.filter(|_| member)
                    .map(|fact| fact.with(Claim::Aside))
                    .map(|fact| Fact::new(Claim::Aside, Evidence { rule: USED.id, meaning: USED.meaning, ..fact.because()[0].clone() })),
            );
            claims.extend(named(&workspace, package).map(|at| Fact::new(Claim::Named, at)).filter(|_| member));
            apps.push((sighting(package, &entry, claims), Seed { directory: package.directory.clone() }));
        }
    }
    let otherwise = (!missed.is_empty()).then(|| nothing_starts(missed).into());
    Ok(Sightings { apps, otherwise })
}

/// Says what was looked at, and why none of it starts a program.
fn nothing_starts(missed: Vec<(Evidence, Vec<PassedOver>)>) -> Diagnostic {
    let error = Diagnostic::error("node::nothing-starts", "nothing says how a program is started here");
    let look = |(package, passed_over): (Evidence, Vec<PassedOver>)| {
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

/// The script of the root's that starts a member: `pnpm --filter web start`.
fn named(workspace: &Workspace<'_>, package: &Package<'_>) -> Option<Evidence> {
    let inside = package.directory.strip_prefix(&workspace.root.directory).ok()?;
    let mut scripts = ["start:prod", "start"].into_iter().filter_map(|name| script::chain(&workspace.root, name));
    scripts.find_map(|chain| {
        let last = chain.commands.last().filter(|command| matches!(command.program(), "npm" | "pnpm" | "yarn" | "bun" | "turbo" | "nx"))?;
        let means = |word: &String| {
            let word = word.rsplit('=').next().unwrap_or(word);
            Some(word) == package.name() || word.trim_start_matches("./") == inside
        };
        last.arguments()
            .iter()
            .any(means)
            .then(|| chain.at.first().map(|at| Evidence { rule: NAMED.id, meaning: NAMED.meaning, ..at.clone() }))?
    })
}

fn sighting(package: &Package<'_>, entry: &Entry, claims: Vec<Fact<Claim>>) -> Sighting {
    let directory = package.directory.file_name().unwrap_or("app");
    let program = entry.at.first().cloned().unwrap_or_else(|| package.exists(USED));
    Sighting { name: package.short_name().unwrap_or(directory).to_owned(), directory: package.directory.clone(), program, claims }
}

fn source(entry: &Entry) -> Option<Utf8PathBuf> {
    if let Run::File(file) = &entry.run { file.source.clone() } else { None }
}

/// Where each of these apps listens.
///
/// # Errors
/// When a manifest is broken.
pub fn listening(tree: &Tree, catalog: &Catalog, seeds: &[&Seed]) -> Result<Vec<Vec<Evidence>>> {
    // a monorepo has hundreds of packages: they are read once for all that are asked after
    let workspaces = workspaces(tree)?;
    let of = |directory: &Utf8Path| workspaces.iter().find_map(|workspace| Some((workspace, workspace.package(directory)?)));
    let listens =
        |seed: &&Seed| of(&seed.directory).map_or_else(Vec::new, |(workspace, package)| listens(tree, catalog, workspace, package));
    Ok(seeds.iter().map(listens).collect())
}

fn listens(tree: &Tree, catalog: &Catalog, workspace: &Workspace<'_>, package: &Package<'_>) -> Vec<Evidence> {
    let compiler = Compiler::read(tree, package);
    let Ok(entry) = (Finder { tree, workspace, package, compiler: &compiler }).find() else { return Vec::new() };
    match entry.run {
        Run::Server(server) => vec![server.at],
        Run::Pages(pages) => vec![pages.at],
        Run::Nothing(_) => Vec::new(),
        Run::File(file) => {
            let sources = file.source.map(|source| Sources::reach(tree, workspace, package, &source)).unwrap_or_default();
            behave::listens(tree, catalog, package, &sources).iter().flat_map(Fact::because).cloned().collect()
        }
    }
}
