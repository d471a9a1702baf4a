//! Where the program listens: the calls that bind, and what the addresses that they are given come to.

use super::source::Source;
use super::value::{Clue, HOLE, Part, Place, Values};
use crate::app::{Interface, Listen, PortVariable, Role};
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule};

const LISTENS: Rule = Rule::parsed("rust.listen-call", "is a call that listens");

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// The most telling first.
    pub listens: Vec<Fact<Listen>>,
    pub warnings: Vec<Diagnostic>,
    /// Environment that makes it listen on all interfaces.
    pub env: Vec<Fact<(String, String)>>,
}

/// A call that listens, and its address.
struct Call {
    evidence: Evidence,
    address: Option<Place>,
    side: bool,
}

/// What an address comes to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Address {
    port: Option<u16>,
    /// The system picks the port: nobody outside is meant.
    private: bool,
    loopback: Option<bool>,
    port_variable: Option<String>,
    host_variable: Option<String>,
    /// Whether the variable for the host holds the port too.
    whole: bool,
}

/// Looks through all calls of the program. `frameworks` answers whether it depends on a package.
#[must_use]
pub fn listens(values: &Values<'_, '_>, frameworks: &dyn Fn(&str) -> bool) -> Found {
    let mut calls: Vec<Call> = values.sources.iter().enumerate().flat_map(|(index, source)| calls(index, source, frameworks)).collect();
    calls.sort_by_key(|call| call.side);
    let mut found = Found::default();
    for call in &calls {
        add(values, call, &mut found);
    }
    // one that is known says more than one that is not
    if found.listens.iter().any(|listen| listen.value.port.is_some() || listen.value.variable.is_some()) {
        found.listens.retain(|listen| listen.value.port.is_some() || listen.value.variable.is_some());
    }
    found
}

fn add(values: &Values<'_, '_>, call: &Call, found: &mut Found) {
    let clues = call.address.map(|place| values.of(place)).unwrap_or_default();
    let address = Address::of(&clues);
    if address.private {
        return;
    }
    let variable = address
        .port_variable
        .clone()
        .map(|name| PortVariable { name, role: if address.port.is_some() { Role::Optional } else { Role::Demanded } });
    let mut interface: Interface = if address.loopback == Some(true) { Interface::Loopback } else { Interface::Any };
    let line = |evidence: &Evidence| (evidence.file.clone(), evidence.span.map(|span| span.line));
    let mut told: Vec<Evidence> = clues.iter().filter(|clue| tells(clue)).map(|clue| clue.evidence.clone()).take(3).collect();
    told.retain(|evidence| line(evidence) != line(&call.evidence));
    told.dedup_by_key(|evidence| line(evidence));
    let because = |fact: Fact<Listen>| told.iter().cloned().fold(fact, Fact::and);
    let host_variable = address.host_variable.clone().filter(|_| !address.whole);
    if let (Interface::Loopback, Some(name), Some(port), true) = (interface, &address.host_variable, address.port, address.whole) {
        let value = format!("0.0.0.0:{port}");
        let evidence = clues.iter().find(|clue| clue.part == Part::Variable(name.clone())).map_or(&call.evidence, |clue| &clue.evidence);
        found.env.push(Fact::new((name.clone(), value), evidence.clone()));
        interface = Interface::Any;
    }
    let fact = because(Fact::new(Listen { port: address.port, variable, interface, host: host_variable }, call.evidence.clone()));
    if let Some(known) = found.listens.iter_mut().find(|known| known.value == fact.value) {
        *known = fact.because().iter().cloned().fold(known.clone(), Fact::and);
        return;
    }
    if interface == Interface::Loopback && fact.value.host.is_none() {
        let telling = clues.iter().find(|clue| host(clue) == Some(true)).map_or(&call.evidence, |clue| &clue.evidence);
        found.warnings.push(loopback(&fact, telling));
    }
    found.listens.push(fact);
}

/// The warning for what nobody outside reaches.
#[must_use]
pub fn loopback(fact: &Fact<Listen>, telling: &Evidence) -> Diagnostic {
    let port = fact.value.port.map_or_else(|| "8080".to_owned(), |port| port.to_string());
    let message = format!("the program listens on the loopback interface at {}, which nothing outside its container reaches", fact.place());
    Diagnostic::warning("bind::loopback", message)
        .because(telling)
        .help(format!("listen on all interfaces (`0.0.0.0:{port}`), or let a flag or a variable of the environment say where"))
}

fn calls(index: usize, source: &Source<'_>, frameworks: &dyn Fn(&str) -> bool) -> Vec<Call> {
    let mut found = Vec::new();
    for at in 1..source.tokens.len() {
        let token = &source.tokens[at];
        let Some(open) = super::call_bracket(source, at) else { continue };
        if !is_listener(source, at, token.text, frameworks) {
            continue;
        }
        let arguments = source.arguments(open);
        let address = arguments.first().map(|(from, to)| Place { source: index, from: *from, to: *to });
        if address.is_none() || is_socket_file(source, address) {
            continue;
        }
        let around: String = source.tokens[at.saturating_sub(12)..at].iter().map(|token| token.text.to_ascii_lowercase()).collect();
        let side = ["metric", "prometheus", "admin", "health", "debug"].iter().any(|word| around.contains(word));
        let until = arguments.last().map_or(open, |(_, to)| *to);
        found.push(Call { evidence: source.evidence(at - 1, until, LISTENS), address, side });
    }
    found
}

/// Whether the call at `at` listens, by its name, by what it is called on, and by the framework that has it.
fn is_listener(source: &Source<'_>, at: usize, name: &str, frameworks: &dyn Fn(&str) -> bool) -> bool {
    let of_type = |types: &[&str]| at > 1 && source.tokens[at - 1].is("::") && types.contains(&source.tokens[at - 2].text);
    let method = source.tokens[at - 1].is(".");
    match name {
        "bind" if of_type(&["TcpListener", "Server", "AddrIncoming", "axum_server"]) => true,
        "bind_rustls" | "bind_openssl" if of_type(&["axum_server"]) => true,
        "bind" | "bind_rustls" | "bind_rustls_021" | "bind_rustls_0_22" | "bind_rustls_0_23" | "bind_openssl" | "bind_auto_h2c"
            if method =>
        {
            source.mentions("HttpServer") && after(source, at, "HttpServer", "query") || warp(source, at)
        }
        "run" | "try_bind" | "bind_with_graceful_shutdown" | "bind_ephemeral" if method => warp(source, at),
        "serve" | "serve_with_shutdown" if method => frameworks("tonic") && after(source, at, "builder", "axum"),
        "listen" if method => frameworks("tide") || frameworks("trillium"),
        "new" => of_type(&["TcpListener", "QuinnListener"]) && frameworks("salvo"),
        "http" | "https" => of_type(&["Server"]) && frameworks("tiny_http"),
        "start_server" | "start_server_with_pool" => frameworks("rouille"),
        "start" => of_type(&["gotham"]),
        _ => false,
    }
}

fn warp(source: &Source<'_>, at: usize) -> bool {
    source.mentions("warp") && after(source, at, "serve", "query")
}

/// Whether `name` stands not far before, with nothing between that shows that something else is meant.
fn after(source: &Source<'_>, at: usize, name: &str, not: &str) -> bool {
    const FAR: usize = 600;
    let before = &source.tokens[at.saturating_sub(FAR)..at];
    let found = before.iter().rposition(|token| token.ident() == Some(name));
    found.is_some_and(|index| !before[index..].iter().rev().take(12).any(|token| token.ident() == Some(not)))
}

fn is_socket_file(source: &Source<'_>, address: Option<Place>) -> bool {
    let Some(place) = address else { return false };
    source.tokens[place.from..place.to]
        .iter()
        .any(|token| token.value().is_some_and(|text| text.starts_with('/') || text.ends_with(".sock")))
}

impl Address {
    fn of(clues: &[Clue]) -> Self {
        let mut address = Self::default();
        for clue in clues {
            if let Part::Variable(name) = &clue.part {
                let upper = name.to_ascii_uppercase();
                let slot = if upper.contains("PORT") { &mut address.port_variable } else { &mut address.host_variable };
                let telling = upper.contains("PORT")
                    || ["ADDR", "HOST", "BIND", "LISTEN", "IP", "INTERFACE", "SOCKET"].iter().any(|word| upper.contains(word));
                if telling && slot.is_none() {
                    *slot = Some(name.clone());
                }
            }
            address.loopback = address.loopback.or(host(clue));
            let Some(port) = port(clue) else { continue };
            if address.port.is_none() && port > 0 {
                address.port = Some(port);
                address.whole = matches!(&clue.part, Part::Text(text) if text.contains(':'));
            }
            address.private |= port == 0 && address.port.is_none();
        }
        address.private &= address.port.is_none();
        // a whole address in a variable that is not called after its port
        if address.host_variable.is_none() && address.whole && address.loopback == Some(true) {
            address.host_variable.clone_from(&address.port_variable);
        }
        address
    }
}

fn tells(clue: &Clue) -> bool {
    host(clue).is_some() || port(clue).is_some() || matches!(&clue.part, Part::Variable(name) if name.to_ascii_uppercase().contains("PORT"))
}

/// Whether the clue names the loopback, all interfaces, or neither.
fn host(clue: &Clue) -> Option<bool> {
    let text = match &clue.part {
        Part::Host { loopback } => return Some(*loopback),
        Part::Text(text) => text,
        _ => return None,
    };
    let text = text.rsplit("://").next().unwrap_or(text);
    let host = text.rsplit_once(':').filter(|(host, _)| !host.ends_with(':') || host.starts_with('[')).map_or(text, |(host, _)| host);
    match host {
        "localhost" | "[::1]" | "::1" => Some(true),
        "0.0.0.0" | "[::]" | "::" | "*" => Some(false),
        _ => host.starts_with("127.").then_some(true),
    }
}

/// The port that the clue names: a number, a text of digits, or what follows a host.
fn port(clue: &Clue) -> Option<u16> {
    match &clue.part {
        Part::Number(number) => u16::try_from(*number).ok().filter(|port| *port == 0 || *port >= 80),
        Part::Text(text) => {
            let text = text.rsplit("://").next().unwrap_or(text);
            let (host, port) = text.rsplit_once(':').unwrap_or(("", text));
            let plausible = !host.contains(' ') && !port.contains(HOLE) && !port.is_empty();
            plausible.then(|| port.parse().ok()).flatten()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::scan::scan;
    use super::*;

    fn found(text: &str, packages: &[&str]) -> Vec<(Option<u16>, Option<String>, bool)> {
        let source = Source::new("src/main.rs".into(), "".into(), text, scan(text));
        let sources = [source];
        let found = listens(&Values::new(&sources), &|name| packages.contains(&name));
        found
            .listens
            .into_iter()
            .map(|fact| fact.value)
            .map(|listen| (listen.port, listen.variable.map(|variable| variable.name), listen.interface == Interface::Loopback))
            .collect()
    }

    #[test]
    fn addresses_are_followed_to_where_they_stand() {
        let port = |name: &str| Some(name.to_owned());
        for (text, packages, expected) in [
            ("let l = TcpListener::bind(\"0.0.0.0:3000\").await;", vec![], (Some(3000), None, false)),
            ("let addr = SocketAddr::from(([127, 0, 0, 1], 3000)); axum::Server::bind(&addr)", vec![], (Some(3000), None, true)),
            (
                "const PORT: u16 = 9000; fn main() { let a = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), PORT); TcpListener::bind(a) }",
                vec![],
                (Some(9000), None, false),
            ),
            (
                "let port = std::env::var(\"PORT\").unwrap_or_else(|_| \"8080\".to_string()); TcpListener::bind(format!(\"0.0.0.0:{port}\"))",
                vec![],
                (Some(8080), port("PORT"), false),
            ),
            (
                "let port: u16 = env::var(\"PORT\").unwrap().parse().unwrap(); TcpListener::bind((\"0.0.0.0\", port))",
                vec![],
                (None, port("PORT"), false),
            ),
            ("HttpServer::new(|| App::new()).bind((\"127.0.0.1\", 8080))?.run()", vec![], (Some(8080), None, true)),
            ("warp::serve(routes).run(([0, 0, 0, 0], 3030)).await", vec![], (Some(3030), None, false)),
            (
                "#[derive(Parser)] struct Args { #[arg(long, env, default_value_t = 4000)] port: u16 } fn main() { let args = Args::parse(); TcpListener::bind((\"0.0.0.0\", args.port)) }",
                vec![],
                (Some(4000), port("PORT"), false),
            ),
            (
                "let addr = \"[::]:50051\".parse()?; Server::builder().add_service(s).serve(addr).await",
                vec!["tonic"],
                (Some(50051), None, false),
            ),
            (
                "struct Settings { #[serde(default = \"default_port\")] port: u16 } fn default_port() -> u16 { 7000 } fn f(s: Settings) { TcpListener::bind((\"0.0.0.0\", s.port)) }",
                vec![],
                (Some(7000), None, false),
            ),
            (
                "fn serve(s: &str, at: &str) { TcpListener::bind(at) } fn main() { serve(\"x\", ADDRESS) } const ADDRESS: &str = \"0.0.0.0:7878\";",
                vec![],
                (Some(7878), None, false),
            ),
            (
                "let port = var(\"PORT\").unwrap_or_else(|_| \"8081\".into()); let _ = [0; 1024]; TcpListener::bind(format!(\"0.0.0.0:{port}\"))",
                vec![],
                (Some(8081), port("PORT"), false),
            ),
        ] {
            assert_eq!(found(text, &packages), [expected], "{text}");
        }
    }

    #[test]
    fn what_binds_nothing_is_no_listener() {
        for text in [
            "sqlx::query(\"x\").bind(5432)",
            "TcpListener::bind(\"127.0.0.1:0\")",
            "// TcpListener::bind(\"0.0.0.0:1\")",
            "let s = \"TcpListener::bind(1)\";",
        ] {
            assert!(found(text, &[]).is_empty(), "{text}");
        }
    }
}
