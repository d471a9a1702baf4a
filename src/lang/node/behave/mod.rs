//! What a program does when it runs, read in its sources: where it listens, which signals it hears, what it writes and starts.

mod files;
mod listen;
mod programs;

use camino::Utf8PathBuf;

use super::package::Package;
use super::source::{Call, Source, Value};
use super::sources::Sources;
use crate::app::{Behaviour, Interface, Listen};
use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule};
use crate::tree::Tree;

const HEARS: Rule = Rule::parsed("node.hears", "it ends on this signal by itself");

/// Packages that end the program on a signal.
const ENDERS: [&str; 7] = [
    "close-with-grace",
    "@godaddy/terminus",
    "node-graceful",
    "graceful-shutdown",
    "http-graceful-shutdown",
    "lightship",
    "@moebius/http-graceful-shutdown",
];

/// What the sources show.
#[derive(Debug, Default)]
pub struct Seen {
    /// What holds for every language.
    pub behaviour: Behaviour,
    /// Where it ends on a signal by itself.
    pub hears: Option<Evidence>,
    /// Directories and files at the package's top that the sources name.
    pub names: Vec<Fact<Utf8PathBuf>>,
    /// What wants a look.
    pub warnings: Vec<Diagnostic>,
}

/// Looks at a program's sources.
pub fn observe(tree: &Tree, catalog: &Catalog, package: &Package<'_>, sources: &Sources) -> Seen {
    let observer = Observer { tree, catalog, package, sources };
    let listens = observer.listens();
    let warnings = listens.iter().filter_map(loopback).collect();
    Seen {
        behaviour: Behaviour { listens, writes: observer.writes(), needs: observer.programs(), ..Behaviour::default() },
        hears: observer.hears(),
        names: observer.names(),
        warnings,
    }
}

/// Where a program listens, nothing else.
pub fn listens(tree: &Tree, catalog: &Catalog, package: &Package<'_>, sources: &Sources) -> Vec<Fact<Listen>> {
    Observer { tree, catalog, package, sources }.listens()
}

fn loopback(listen: &Fact<Listen>) -> Option<Diagnostic> {
    if listen.value.interface != Interface::Loopback || listen.value.host.is_some() {
        return None;
    }
    let warning = Diagnostic::warning("bind::loopback", "it listens where nothing outside its container reaches");
    Some(listen.because().iter().fold(warning, Diagnostic::because).help("listen on 0.0.0.0, or let an environment variable name the host"))
}

struct Observer<'o, 't> {
    tree: &'t Tree,
    catalog: &'o Catalog,
    package: &'o Package<'t>,
    sources: &'o Sources,
}

impl Observer<'_, '_> {
    fn hears(&self) -> Option<Evidence> {
        let on =
            |call: &Call| matches!(call.name.as_str(), "process.on" | "process.once" | "process.addListener" | "process.prependListener");
        for (source, call) in self.sources.calls() {
            let heard = match call.value.arguments.first() {
                Some(Value::Text(signal)) => signal == "SIGTERM",
                // for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, ...)
                Some(_) => source.strings.iter().any(|string| string.value == "SIGTERM"),
                None => false,
            };
            let shutdown = call.value.name.ends_with(".enableShutdownHooks");
            if (on(&call.value) && heard) || shutdown {
                return Some(source.evidence(call.span, HEARS, call.value.name.clone()));
            }
        }
        let ender =
            |source: &&Source| ENDERS.iter().find_map(|name| source.imports(name).map(|import| (import.span, import.value.clone())));
        self.sources.files.iter().find_map(|source| ender(&source).map(|(span, name)| source.evidence(span, HEARS, name)))
    }
}

fn field<'v>(options: &'v [(String, Value)], names: &[&str]) -> Option<&'v Value> {
    options.iter().find(|(name, _)| names.contains(&name.as_str())).map(|(_, value)| value)
}
