//! Where the program listens: the calls that listen, the addresses that they are given, and in doubt the settings that speak of a port.

mod address;
mod calls;
mod fallback;

use super::Listening;
use super::index::At;
use super::resolve::{Resolver, Step, Value};
use crate::app::{Interface, Listen, PortVariable, Role};
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule};

const ADDRESS: Rule = Rule::parsed("go.listen-address", "is a call that listens, and its address can be followed");
const LISTENS: Rule = Rule::parsed("go.listen-call", "is a call that listens");

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// The most telling first.
    pub listens: Vec<Fact<Listen>>,
    pub listening: Listening,
    pub warnings: Vec<Diagnostic>,
}

/// An address that something listens on.
struct Candidate {
    /// What is listened on, or what a framework takes when nothing is said.
    values: Values,
    /// The call or field that says so, and where it stands.
    at: At,
    evidence: Evidence,
    rank: Rank,
}

enum Values {
    Resolved(Vec<Value>),
    Framework { port: u16, variable: Option<&'static str> },
}

/// What a listener is for; the first is what a program is deployed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Main,
    /// TLS beside plain HTTP, gRPC beside HTTP.
    Second,
    /// Metrics, profiles, health, redirects.
    Side,
}

impl Rank {
    fn of(words: &str) -> Self {
        const SIDE: [&str; 12] =
            ["metric", "prom", "pprof", "debug", "profil", "admin", "health", "probe", "redirect", "telemetry", "management", "readiness"];
        const SECOND: [&str; 5] = ["grpc", "rpc", "tls", "secure", "https"];
        let words = words.to_ascii_lowercase();
        let speaks_of = |list: &[&str]| list.iter().any(|word| words.contains(word));
        if speaks_of(&SIDE) {
            Self::Side
        } else if speaks_of(&SECOND) {
            Self::Second
        } else {
            Self::Main
        }
    }
}

/// Looks through all calls of the program.
#[must_use]
pub fn listens(resolver: &Resolver<'_>) -> Found {
    let mut candidates = calls::candidates(resolver);
    let mut found = Found::default();
    if candidates.is_empty() {
        return found;
    }
    found.listening = Listening::Somewhere;
    candidates.sort_by_key(|candidate| candidate.rank);
    for candidate in &candidates {
        add(resolver, &mut found, candidate);
    }
    if found.listens.is_empty() {
        let calls = candidates.first().map(|candidate| &candidate.evidence);
        found.listens.extend(fallback::port_like(resolver).map(|fact| calls.cloned().into_iter().fold(fact, Fact::and)));
    }
    if !found.listens.is_empty() {
        found.listening = Listening::Known;
    }
    found
}

fn add(resolver: &Resolver<'_>, found: &mut Found, candidate: &Candidate) {
    let (listen, steps) = match &candidate.values {
        Values::Framework { port, variable } => {
            let variable = variable.map(|name| PortVariable { name: name.to_owned(), role: Role::Optional });
            (Listen { port: Some(*port), variable, interface: Interface::Any }, Vec::new())
        }
        Values::Resolved(values) => match address::settle(values) {
            Some(settled) => (settled.listen, settled.steps),
            None => return,
        },
    };
    let evidence = candidate.evidence.clone();
    let steps: Vec<Step> = steps.into_iter().filter(|step| step.from != candidate.at).collect();
    let fact = steps.iter().fold(Fact::new(listen, evidence), |fact, step| {
        let step = step.evidence(resolver.index);
        let told = fact.because().iter().any(|known| known.file == step.file && known.span.map(|span| span.line) == step.span.map(|span| span.line));
        if told { fact } else { fact.and(step) }
    });
    if let Some(known) = found.listens.iter_mut().find(|known| known.value == fact.value) {
        *known = fact.because().iter().cloned().fold(known.clone(), Fact::and);
        return;
    }
    if fact.value.interface == Interface::Loopback {
        found.warnings.push(loopback(&fact));
    }
    found.listens.push(fact);
}

fn loopback(fact: &Fact<Listen>) -> Diagnostic {
    let port = fact.value.port.map_or_else(String::new, |port| format!(":{port}"));
    let message = format!("the program listens on the loopback interface at {}, which nothing outside its container reaches", fact.place());
    // the literal says more than the call that takes it
    let telling = fact.because().iter().rev().find(|evidence| evidence.text.contains("localhost") || evidence.text.contains("127.0.0."));
    Diagnostic::warning("bind::loopback", message)
        .because(telling.unwrap_or(&fact.because()[0]))
        .help(format!("listen on all interfaces (`{}`), or let a flag or a variable of the environment say where", if port.is_empty() { ":8080" } else { &port }))
}
