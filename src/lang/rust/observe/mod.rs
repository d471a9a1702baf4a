//! What a program does when it runs, and what its build reads, seen in the sources that go into it.

mod assets;
mod configured;
mod files;
mod listen;
mod loco;
mod process;
mod rocket;
mod source;
mod subcommand;
mod value;

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;

use self::process::Stops;
use self::source::Source;
use self::value::Values;
use super::reach::Reach;
use super::scan::Kind;
use super::workspace::{Bin, Package};
use crate::app::Behaviour;
use crate::catalog::vocabulary::Vocabulary;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact};
use crate::lang::rust::config::UNSTABLE;
use crate::tree::Tree;

/// What was seen.
#[derive(Debug, Default)]
pub struct Observed {
    /// What holds for every language.
    pub behaviour: Behaviour,
    /// Files that are compiled into it.
    pub keeps: Vec<Utf8PathBuf>,
    /// Environment of the build.
    pub build_env: BTreeMap<String, String>,
    /// Environment that makes it reachable.
    pub run_env: Vec<Fact<(String, String)>>,
    /// What a static program gains by an allocator of its own.
    pub allocator: Option<Diagnostic>,
    /// A feature of the language that no stable compiler has.
    pub unstable: Option<Fact<String>>,
    /// What wants a look.
    pub warnings: Vec<Diagnostic>,
}

/// What is known beyond the project's own sources.
#[derive(Clone, Copy, Debug)]
pub struct World<'w> {
    /// The packages that may be compiled in.
    pub packages: &'w BTreeSet<String>,
    /// What calls mean.
    pub vocabulary: &'w Vocabulary,
}

/// Looks at all that goes into the program.
#[must_use]
pub fn observe(tree: &Tree, reach: &Reach<'_>, package: &Package<'_>, bin: &Bin, world: &World<'_>) -> Observed {
    let packages = world.packages;
    let sources = source::sources(tree, reach, package, bin);
    let values = Values::new(&sources);
    let asks_for = |name: &str| reach.named(name).next().is_some();
    let mut listens = listen::listens(&values, &asks_for);
    let mut files = files::look(tree, &values, reach, package);
    if let Some(rocket) = rocket::look(tree, &sources, reach, package) {
        listens.listens.insert(0, rocket.listens);
        listens.env.extend(rocket.env);
        files.reads.extend(rocket.reads);
    }
    let mut command = None;
    if let Some(loco) = loco::look(tree, &sources, reach, package) {
        listens.listens.insert(0, loco.listens);
        listens.env.extend(loco.env);
        files.reads.extend(loco.reads);
        command = Some(loco.command);
    }
    configured::complete(tree, &files.reads, &mut listens);
    let places: Vec<Evidence> = listens.listens.iter().flat_map(|fact| fact.because().to_vec()).collect();
    let mut needs = process::programs(&values);
    let mut stops_on = None;
    let lasting = reach.asks_for(&process::LASTS).map(|external| external.evidence.clone());
    let lasts: Vec<Evidence> = places.iter().cloned().chain(lasting).collect();
    match process::stops(&sources, &lasts, &asks_for) {
        Stops::Usual => {}
        Stops::OnInterrupt(signal) => stops_on = Some(signal),
        Stops::Deaf(need) => needs.push(need),
    }
    let mut warnings = listens.warnings;
    warnings.extend(files.warnings);
    if command.is_none() {
        let (chosen, several) = subcommand::look(&sources, !listens.listens.is_empty());
        command = chosen;
        warnings.extend(several);
    }
    let behaviour = Behaviour {
        command,
        listens: listens.listens,
        demands: Vec::new(),
        assets: assets::assets(tree, &sources, package, world.vocabulary),
        reads: files.reads,
        writes: files.writes,
        needs,
        stops_on,
        ..Behaviour::default()
    };
    let allocator = allocator(&places, packages, reach).filter(|_| !sources.iter().any(|source| source.mentions("global_allocator")));
    let unstable = sources.iter().find_map(|source| {
        let at = (0..source.tokens.len()).find(|at| source.reads(*at, &["#", "!", "[", "feature", "("]))?;
        let name = source.tokens.get(at + 5)?.ident()?;
        Some(Fact::new(format!("#![feature({name})]"), source.evidence(at, at + 6, UNSTABLE)))
    });
    Observed { allocator, unstable, behaviour, keeps: files.keeps, build_env: files.env, run_env: listens.env, warnings }
}

/// Where the program listens, and nothing else of it.
#[must_use]
pub fn listening(tree: &Tree, reach: &Reach<'_>, package: &Package<'_>, bin: &Bin) -> Vec<Evidence> {
    let sources = source::sources(tree, reach, package, bin);
    let listens = listen::listens(&Values::new(&sources), &|name| reach.named(name).next().is_some());
    let rocket = rocket::look(tree, &sources, reach, package).map(|rocket| rocket.listens);
    let loco = loco::look(tree, &sources, reach, package).map(|loco| loco.listens);
    rocket.iter().chain(&loco).chain(&listens.listens).flat_map(Fact::because).cloned().collect()
}

/// A server of many threads pays for musl's allocator, unless it brings one.
fn allocator(listens: &[Evidence], packages: &BTreeSet<String>, reach: &Reach<'_>) -> Option<Diagnostic> {
    const ALLOCATORS: [&str; 5] = ["mimalloc", "tikv-jemallocator", "jemallocator", "snmalloc-rs", "rpmalloc"];
    let threads = reach.asks_for(&["tokio", "rayon", "actix-web", "rocket"])?;
    let has_own = ALLOCATORS.iter().any(|name| packages.contains(*name));
    let first = listens.first().filter(|_| !has_own)?;
    let note = Diagnostic::note("rust::allocator", "linked statically, a server of many threads shares musl's one lock for memory");
    Some(
        note.because(first)
            .because(&threads.evidence)
            .help("where that shows in its speed: the package `mimalloc` as the global allocator, or `rust.link = \"dynamic\"`"),
    )
}

/// The opening bracket of the call whose name stands at `at`, generic arguments left aside.
fn call_bracket(source: &Source<'_>, at: usize) -> Option<usize> {
    if source.tokens[at].kind != Kind::Ident {
        return None;
    }
    let next = |index: usize, text: &str| source.tokens.get(index).is_some_and(|token| token.is(text));
    if next(at + 1, "(") {
        return Some(at + 1);
    }
    if next(at + 1, "::") && next(at + 2, "<") {
        let close = (at + 3..at + 12).find(|index| next(*index, ">") && next(index + 1, "("))?;
        return Some(close + 1);
    }
    None
}
