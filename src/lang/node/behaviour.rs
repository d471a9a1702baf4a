//! What a program does when it runs, as its sources show it.

use camino::{Utf8Path, Utf8PathBuf};

use super::conventions;
use super::package::Package;
use super::source::Source as File;
use super::sources::Sources;
use crate::app::{Behaviour, Interface, Listen};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule};
use crate::program::{Call, Observed, Program, Site, Source, Value};
use crate::tree::Tree;

const READS: Rule = Rule::weak("node.reads", "it names a file or directory of the project");
const SERVES: Rule = Rule::parsed("node.loads-server", "this is a framework for servers, and no call shows where it listens");
/// Frameworks that are loaded to listen.
const SERVERS: [&str; 7] = ["express", "fastify", "koa", "@hapi/hapi", "restify", "polka", "@feathersjs/express"];
/// What sources name at a package's top and no program reads there.
const NOT_READ: [&str; 7] = ["package.json", "node_modules", "tsconfig.json", "test", "tests", "Dockerfile", "README.md"];
/// Endings of files that are compiled, or are the program itself.
const COMPILED: [&str; 8] = ["cjs", "cts", "js", "jsx", "mjs", "mts", "ts", "tsx"];

/// What the sources show.
#[derive(Debug, Default)]
pub struct Seen {
    /// What holds for every language.
    pub behaviour: Behaviour,
    /// Where it ends on a signal by itself.
    pub hears: Option<Evidence>,
    /// Directories and files at the package's top that the sources name.
    pub names: Vec<Fact<Utf8PathBuf>>,
    /// Files that it reads beside its sources, relative to the project's root.
    pub beside: Vec<Fact<Utf8PathBuf>>,
    /// Where it opens something in the directory of its own sources, counted from where it is started and not from its file.
    pub from_sources: Option<Fact<Utf8PathBuf>>,
    /// Whether it applies changes to its database itself.
    pub migrates: bool,
    /// What wants a look.
    pub warnings: Vec<Diagnostic>,
}

/// Looks at a program's sources; `bare`: it is started without arguments.
///
/// # Errors
/// When the catalog's vocabulary is broken.
pub fn observe(tree: &Tree, catalog: &Catalog, package: &Package<'_>, sources: &Sources<'_>, bare: bool) -> Result<Seen> {
    let files = sources.files();
    let program = Program::new(files.iter().collect(), catalog.vocabulary("node")?);
    let site =
        Site { tree, bases: vec![package.directory.clone()], embedded: &[], compiled: &COMPILED, ships_alone: false, compiled_in: None };
    let observed = program.observe(&site);
    let Observed { mut behaviour, warnings } = if bare { observed } else { observed.without_subcommand() };
    conventions::apply(tree, package, &mut behaviour);
    behaviour.listens.extend(unseen(&behaviour, sources));
    let mut names = names(tree, package, sources);
    let first = |path: &Utf8Path| path.strip_prefix(&package.directory).ok()?.components().next().map(|part| part.as_str().to_owned());
    let own = sources.files.first().and_then(|entry| first(&entry.path));
    let mut beside = Vec::new();
    for read in &behaviour.reads {
        match first(&read.value.source) {
            // what lies in the package comes with it
            Some(name) if Some(&name) == own.as_ref() => beside.push(read.with(read.value.source.clone())),
            Some(name) if !names.iter().any(|known| known.value == name) => names.push(read.with(name.into())),
            _ => {}
        }
    }
    let migrates =
        sources.files.iter().any(|source| source.module.outline.calls.iter().any(|call| call.path.to_lowercase().contains("migrat")));
    let from_sources = own.and_then(|own| {
        sources.files.iter().find_map(|source| {
            let call = source.module.outline.calls.iter().find(|call| counts_from_start(call, &own))?;
            Some(Fact::new(own.clone().into(), source.evidence(call.at, READS, &own)))
        })
    });
    Ok(Seen { from_sources, hears: program.ends_by_itself(), behaviour, names, beside, migrates, warnings })
}

/// That a program which loads a framework for servers listens, where no call of its own shows that.
fn unseen(behaviour: &Behaviour, sources: &Sources<'_>) -> Option<Fact<Listen>> {
    let listens = |source: &File<'_>| source.module.outline.calls.iter().any(|call| call.method() == "listen");
    if !behaviour.listens.is_empty() || sources.files.iter().any(listens) {
        return None;
    }
    sources.certain().find_map(|source| {
        let load = source.loads_at_once().find(|load| SERVERS.contains(&load.module.as_str()))?;
        let somewhere = Listen { port: None, variable: None, interface: Interface::Any, host: None };
        Some(Fact::new(somewhere, source.evidence(load.at, SERVES, &load.module)))
    })
}

/// Whether a call names something in a directory from where the program is started: `path.resolve("server", "views")`.
fn counts_from_start(call: &Call, directory: &str) -> bool {
    let mut given = call.arguments.iter().map(|argument| &argument.value);
    let named = match (call.path.as_str(), given.next()) {
        ("path.join" | "path.resolve", Some(Value::Call(start))) if start.path == "process.cwd" => given.next(),
        ("path.resolve", first) => first,
        _ => None,
    };
    let text = named.and_then(Value::text).map(|text| text.trim_start_matches("./"));
    text.and_then(|text| Utf8Path::new(text).components().next()).is_some_and(|first| first.as_str() == directory)
}

/// Where a program listens, nothing else.
///
/// # Errors
/// When the catalog's vocabulary is broken.
pub fn listens(catalog: &Catalog, sources: &Sources<'_>) -> Result<Vec<Evidence>> {
    let files = sources.files();
    let program = Program::new(files.iter().collect(), catalog.vocabulary("node")?);
    Ok(program.listens().listens.iter().flat_map(Fact::because).cloned().collect())
}

/// Files and directories at the package's top that a string of the sources names.
fn names(tree: &Tree, package: &Package<'_>, sources: &Sources<'_>) -> Vec<Fact<Utf8PathBuf>> {
    let mut found: Vec<Fact<Utf8PathBuf>> = Vec::new();
    for source in &sources.files {
        for (string, at) in source.strings() {
            let text = string.trim_start_matches("./").trim_start_matches("../").trim_start_matches('/');
            let Some(first) = Utf8Path::new(text).components().next().map(|part| part.as_str().to_owned()) else { continue };
            if text.is_empty() || text.len() > 200 || first.starts_with('.') || NOT_READ.contains(&first.as_str()) {
                continue;
            }
            let whole = package.inside(&first);
            let there = tree.has_directory(&whole) || (tree.has(&whole) && text == first);
            if there && !found.iter().any(|fact| fact.value == first) {
                found.push(Fact::new(first.into(), source.evidence(at, READS, string)));
            }
        }
    }
    found
}

impl Sources<'_> {
    /// The files as all languages have them.
    fn files(&self) -> Vec<Source<'_>> {
        let name = |path: &Utf8Path| path.with_extension("").into_string();
        self.files.iter().map(|file| Source::new(&file.path, file.text, name(&file.path), file.module.outline.clone())).collect()
    }
}
