//! What a program does when it runs, by the observers of all languages, and what its build reads.

mod compiled;
mod loco;
mod sources;
mod stops;
mod subcommand;

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;

use self::compiled::Compiled;
use self::sources::File;
use super::reach::Reach;
use super::scan::scan;
use super::workspace::{Bin, Package};
use crate::app::Behaviour;
use crate::catalog::vocabulary::Vocabulary;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact};
use crate::lang::rust::config::UNSTABLE;
use crate::program::scan::Token;
use crate::program::{self, At, Program, Site};
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
    let files = sources::sources(tree, reach, package, bin);
    let program = Program::new(files.iter().map(|file| &file.source).collect(), world.vocabulary);
    let Compiled { keeps, mut embedded, baked, env, missing, warnings } = compiled::look(tree, &files, reach);
    // what is opened where it was compiled is not opened anywhere else
    embedded.extend(baked.iter().map(|read| read.with(read.value.source.clone())));
    let home = if tree.has("Cargo.toml") { Utf8PathBuf::new() } else { package.root.clone() };
    let mut bases = vec![home, package.root.clone(), package.directory.clone()];
    bases.dedup();
    let program::Observed { mut behaviour, warnings: seen } =
        program.observe(&Site { tree, bases, embedded: &embedded, compiled: &["rs"], ships_alone: true, compiled_in: None });
    behaviour.reads.retain(|read| !baked.iter().any(|known| read.value.source.starts_with(&known.value.source)));
    behaviour.reads.extend(baked);
    if let Some(at) = loco::starts(&program) {
        loco::complete(tree, package, &at, &mut behaviour);
    }
    let listens: Vec<Evidence> = behaviour.listens.iter().flat_map(|fact| fact.because().to_vec()).collect();
    behaviour.needs.extend(stops::needs_init(&program, reach, &listens));
    // what a part makes, or nothing does, is said with the parts
    let joined = |path: &Utf8PathBuf| behaviour.assets.iter().any(|asset| path.starts_with(&asset.value.path));
    let missing = missing.iter().filter(|path| !joined(&path.value)).map(not_there);
    let mut warnings: Vec<_> = warnings.into_iter().chain(missing).chain(seen).collect();
    if behaviour.command.is_none() {
        let (chosen, several) = subcommand::look(&program, !listens.is_empty());
        behaviour.command = chosen;
        warnings.extend(several);
    }
    let has_own = files.iter().any(|file| file.source.text.contains("global_allocator"));
    let allocator = allocator(&listens, world.packages, reach).filter(|_| !has_own);
    Observed { allocator, unstable: files.iter().find_map(unstable), behaviour, keeps, build_env: env, warnings }
}

fn not_there(missing: &Fact<Utf8PathBuf>) -> Diagnostic {
    let message = format!("`{}` is compiled into the program and is not in the project: it seems to be generated", missing.value);
    let warning = missing.because().iter().fold(Diagnostic::warning("rust::missing-file", message), Diagnostic::because);
    warning.help("make it before `docker build`, and see that no ignore file hides it")
}

/// Where the program listens, and nothing else of it.
#[must_use]
pub fn listening(tree: &Tree, reach: &Reach<'_>, package: &Package<'_>, bin: &Bin, vocabulary: &Vocabulary) -> Vec<Evidence> {
    let files = sources::sources(tree, reach, package, bin);
    let program = Program::new(files.iter().map(|file| &file.source).collect(), vocabulary);
    let listens = program.listens().listens;
    loco::starts(&program).into_iter().chain(listens.iter().flat_map(Fact::because).cloned()).collect()
}

/// `#![feature(name)]` in a file.
fn unstable(file: &File<'_>) -> Option<Fact<String>> {
    let text = file.source.text;
    let from = text.find("#![feature(")?;
    // a comment or string may speak of it
    let tokens = scan(text);
    let first = tokens.iter().position(|token| token.start() == from)?;
    let name = tokens.get(first + 5)?.ident()?;
    let end = tokens.get(first + 7).map_or(from, Token::end);
    let at = At { start: u32::try_from(from).ok()?, end: u32::try_from(end).ok()? };
    Some(Fact::new(format!("#![feature({name})]"), file.source.evidence(at, UNSTABLE)))
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
