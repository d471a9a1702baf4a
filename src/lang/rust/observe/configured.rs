//! Addresses that stand in configuration files alone: the program binds what a file says that it reads when it starts.

use super::listen::{Found, loopback};
use crate::app::{Interface, Listen, RunFile};
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule};
use crate::read::document::{Document, Value};
use crate::tree::Tree;

const CONFIGURED: Rule = Rule::parsed("rust.configured", "the configuration that the program reads says so");

/// Names of sections whose ports are those of others.
const OTHERS: [&str; 22] = [
    "amqp",
    "cache",
    "clickhouse",
    "database",
    "db",
    "elasticsearch",
    "email",
    "jaeger",
    "kafka",
    "ldap",
    "mail",
    "mongo",
    "mongodb",
    "mqtt",
    "mysql",
    "nats",
    "postgres",
    "postgresql",
    "rabbitmq",
    "redis",
    "smtp",
    "upstream",
];

/// How a file calls the address that it gives a server.
const ADDRESSES: [&str; 8] = ["addr", "address", "bind", "bind_addr", "bind_address", "host", "ip", "listen"];

/// What a section of a file says of an address.
#[derive(Debug)]
struct Said {
    /// The names of the section and of those around it.
    section: Vec<String>,
    port: Option<u16>,
    is_loopback: Option<bool>,
    evidence: Evidence,
}

/// Gives what listens at an address that the sources leave open the address that the configuration has, where it has one alone.
pub fn complete(tree: &Tree, reads: &[Fact<RunFile>], found: &mut Found) {
    let open = |fact: &&mut Fact<Listen>| fact.value.port.is_none() && fact.value.variable.is_none();
    let Some(listen) = found.listens.iter_mut().find(open) else { return };
    let said = said(tree, reads);
    let mut ports = said.iter().filter_map(|said| Some((said.port?, said)));
    let Some((port, first)) = ports.next() else { return };
    if ports.any(|(other, _)| other != port) {
        return;
    }
    // a file may have the port and others the host, of which one is read by the place where it runs
    let hosts = || said.iter().filter(|said| said.section == first.section);
    let inside = hosts().find(|said| said.is_loopback == Some(true));
    let outside = hosts().find(|said| said.is_loopback == Some(false));
    let interface = if inside.is_some() && outside.is_none() { Interface::Loopback } else { Interface::Any };
    let value = Listen { port: Some(port), interface, ..listen.value.clone() };
    let because = listen.because().to_vec();
    *listen = because.into_iter().fold(Fact::new(value, first.evidence.clone()), Fact::and);
    match (inside, outside) {
        (Some(inside), None) => found.warnings.push(loopback(listen, &inside.evidence)),
        (Some(inside), Some(outside)) => found.warnings.push(either(inside, outside)),
        _ => {}
    }
}

/// The warning for files of which one lets nobody in from outside.
fn either(inside: &Said, outside: &Said) -> Diagnostic {
    let (inside, outside) = (&inside.evidence, &outside.evidence);
    let message = format!("by `{}` the program listens on the loopback interface, by `{}` on all interfaces", inside.file, outside.file);
    Diagnostic::warning("bind::by-configuration", message)
        .because(inside)
        .because(outside)
        .help("where a variable picks the file, set it for the image: `[env]` in imggen.toml")
}

fn said(tree: &Tree, reads: &[Fact<RunFile>]) -> Vec<Said> {
    let mut said = Vec::new();
    for path in reads.iter().map(|fact| &fact.value.source) {
        let files: Vec<_> = if tree.has(path) { vec![path.as_path()] } else { tree.files_in(path).collect() };
        for file in files {
            if let Some(document) = tree.text(file).ok().and_then(|text| parse(file, text)) {
                look(&document, document.root(), &[], &mut said);
            }
        }
    }
    said
}

fn parse<'t>(file: &camino::Utf8Path, text: &'t str) -> Option<Document<'t>> {
    match file.extension()? {
        "toml" => Document::toml(file, text).ok(),
        "yaml" | "yml" => Document::yaml(file, text).ok(),
        "json" => Document::json(file, text).ok(),
        _ => None,
    }
}

fn look(document: &Document<'_>, map: &Value<'_>, section: &[String], said: &mut Vec<Said>) {
    for (key, value) in map.map() {
        let name = key.name.to_ascii_lowercase().replace('-', "_");
        if OTHERS.contains(&name.as_str()) {
            continue;
        }
        let text = value.scalar().unwrap_or_default();
        let (host, port) = match whole(text) {
            Some((host, port)) => (Some(host), Some(port)),
            None if name == "port" => (None, text.parse().ok()),
            None => (Some(text).filter(|text| !text.is_empty()), None),
        };
        if name == "port" && port.is_some() || ADDRESSES.contains(&name.as_str()) && host.is_some() {
            let evidence = document.entry_evidence(key, value, CONFIGURED);
            said.push(Said { section: section.to_vec(), port, is_loopback: host.and_then(stays_inside), evidence });
        }
        let below: Vec<String> = section.iter().cloned().chain([name]).collect();
        look(document, value, &below, said);
    }
}

/// `host:port`, where it is no URL of something else.
fn whole(text: &str) -> Option<(&str, u16)> {
    let (host, port) = text.rsplit_once(':').filter(|(host, _)| !host.contains('/'))?;
    Some((host, port.parse().ok()?))
}

/// Whether a host is the machine itself, or else all its interfaces; nothing where it is a name.
fn stays_inside(host: &str) -> Option<bool> {
    let inside = host == "localhost" || host == "::1" || host.starts_with("127.");
    let outside = ["0.0.0.0", "::", "[::]", "*", ""].contains(&host);
    (inside || outside).then_some(inside)
}
