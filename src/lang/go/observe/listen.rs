//! Where the program listens: the calls that listen, the addresses that they are given, and in doubt the settings that speak of a port.

mod address;
mod calls;
mod configured;
mod fallback;
#[cfg(test)]
mod tests;

use super::resolve::{Resolver, Value, trace};
use crate::app::{Interface, Listen, PortVariable, Role, RunFile};
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule};
use crate::tree::Tree;

const ADDRESS: Rule = Rule::parsed("go.listen-address", "this is a call that listens, and its address can be followed");
const LISTENS: Rule = Rule::parsed("go.listen-call", "this is a call that listens");

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// The most telling first.
    pub listens: Vec<Fact<Listen>>,
    /// Variables that hold a whole address and have no default.
    pub demands: Vec<Fact<String>>,
}

/// An address that something listens on.
struct Candidate {
    /// What is listened on, or what a framework takes when nothing is said.
    values: Values,
    /// The call or field that says so.
    evidence: Evidence,
    rank: Rank,
    /// Whether it is given a port alone, and no address.
    bare: bool,
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

/// Words of listeners that are beside the point, and of those that stand beside the first.
const SIDE: &str =
    "metric promhttp prometheus pprof debug profil admin health probe redirect telemetry management readiness acme challenge";
const SECOND: &str = "grpc rpc tls secure https";

impl Rank {
    fn of(words: &str) -> Self {
        // a server for HTTP is none for HTTPS because of how it is called
        let words = words.to_ascii_lowercase().replace("httpserver", "");
        let speaks_of = |list: &str| list.split_whitespace().any(|word| words.contains(word));
        if speaks_of(SIDE) {
            Self::Side
        } else if speaks_of(SECOND) {
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
    let Some(first) = candidates.first().map(|candidate| candidate.evidence.clone()) else { return found };
    candidates.sort_by_key(|candidate| candidate.rank);
    let mut missed = None;
    let mut best = Rank::Side;
    for candidate in &candidates {
        if add(resolver, &mut found, candidate) {
            best = best.min(candidate.rank);
        } else if candidate.rank == Rank::Main && matches!(&candidate.values, Values::Resolved(values) if !values.is_empty()) {
            missed = missed.or(Some(&candidate.evidence));
        }
    }
    // side doors are not the door when the door itself was not found
    if found.listens.is_empty() || missed.is_some() && best == Rank::Side {
        let call = missed.unwrap_or(&first).clone();
        found.listens =
            vec![fallback::port_like(resolver).map_or_else(|| Fact::new(SOMEWHERE, call.clone()), |fact| fact.and(call.clone()))];
    }
    // what nobody can reach from outside is meant for nobody there, when another door is open
    let deliberate = |fact: &Fact<Listen>| fact.value.interface == Interface::Loopback && fact.value.host.is_none();
    if !found.listens.iter().all(deliberate) {
        found.listens.retain(|fact| !deliberate(fact));
    }
    found
}

/// That it listens, and nobody sees where.
const SOMEWHERE: Listen = Listen { port: None, variable: None, interface: Interface::Any, host: None };

/// Where a program listens whose sources do not tell it: what the settings that it reads say.
#[must_use]
pub fn configured(tree: &Tree, reads: &[Fact<RunFile>], found: &Found) -> Option<Fact<Listen>> {
    if found.listens.iter().all(|fact| fact.value == SOMEWHERE) && !found.listens.is_empty() { configured::port(tree, reads) } else { None }
}

/// What there is to say about programs that only their own container reaches.
pub fn warnings(listens: &[Fact<Listen>]) -> impl Iterator<Item = Diagnostic> {
    // a variable that sets the interface is set in the image
    listens.iter().filter(|fact| fact.value.interface == Interface::Loopback && fact.value.host.is_none()).map(loopback)
}

/// Adds what a candidate comes to; says whether it comes to anything.
fn add(resolver: &Resolver<'_>, found: &mut Found, candidate: &Candidate) -> bool {
    let evidence = candidate.evidence.clone();
    let fact = match &candidate.values {
        Values::Framework { port, variable } => {
            let variable = variable.map(|name| PortVariable { name: name.to_owned(), role: Role::Optional });
            Fact::new(Listen { port: Some(*port), variable, interface: Interface::Any, host: None }, evidence)
        }
        Values::Resolved(values) => {
            let Some(settled) = address::settle(values, candidate.bare) else {
                let name = address::whole_variable(values).filter(|_| !candidate.bare);
                found.demands.extend(name.map(|name| Fact::new(name.to_owned(), evidence)));
                return false;
            };
            trace(resolver.index, Fact::new(settled.listen, evidence), &settled.steps)
        }
    };
    let same = |known: &&mut Fact<Listen>| known.value.port == fact.value.port && (known.value.port.is_some() || known.value == fact.value);
    if let Some(known) = found.listens.iter_mut().find(same) {
        let mut both = fact.because().iter().cloned().fold(known.clone(), Fact::and);
        both.value.variable = both.value.variable.or(fact.value.variable);
        *known = both;
        return true;
    }
    found.listens.push(fact);
    true
}

fn loopback(fact: &Fact<Listen>) -> Diagnostic {
    let message = format!("the program listens on the loopback interface at {}, which nothing outside its container reaches", fact.place());
    // the text that names the interface says more than the call that it goes to
    let names_it =
        |evidence: &&Evidence| evidence.text.contains("localhost") || evidence.text.contains("127.") || evidence.text.contains("::1");
    let telling = fact.because().iter().rev().find(names_it).unwrap_or(&fact.because()[0]);
    let warning = Diagnostic::warning("bind::loopback", message).because(telling);
    match fact.value.port {
        Some(port) => warning.help(format!("listen on all interfaces: `:{port}`")),
        None => warning.help("listen on all interfaces: leave the host before the `:` empty"),
    }
}
