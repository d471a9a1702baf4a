//! Where a program listens: what its framework's configuration says, its framework's default, or what its sources give to a server.

use super::config::{Config, Entry, placeholder};
use super::scan::Kind;
use super::sources::{Source, Sources, Value};
use crate::app::{Interface, Listen, PortVariable, Role};
use crate::evidence::{Evidence, Fact, Rule};

const STARTER: Rule = Rule::parsed("java.web", "this makes it a server");
const OPENED: Rule = Rule::weak("java.listen", "a port is opened here");

/// A framework that is a server by itself and is configured by files.
#[derive(Clone, Copy, Debug)]
struct Framework {
    /// A beginning of the names of its dependencies.
    dependencies: &'static [&'static str],
    port: &'static str,
    host: &'static str,
    default: u16,
    /// A second server for those who run it.
    management: Option<&'static str>,
}

const FRAMEWORKS: [Framework; 4] = [
    Framework {
        dependencies: &[
            "spring-boot-starter-web",
            "spring-boot-starter-data-rest",
            "spring-boot-starter-hateoas",
            "spring-boot-starter-jersey",
            "spring-boot-starter-graphql",
            "spring-boot-starter-oauth2-authorization-server",
            "spring-boot-admin-starter-server",
            "spring-cloud-starter-gateway",
            "spring-cloud-gateway-server",
            "spring-cloud-starter-netflix-eureka-server",
            "spring-cloud-config-server",
            "springdoc-openapi-starter",
            "vaadin-spring-boot-starter",
            "vaadin-spring",
            "spring-ai-starter-mcp-server-web",
        ],
        port: "server.port",
        host: "server.address",
        default: 8080,
        management: Some("management.server.port"),
    },
    Framework {
        dependencies: &[
            "quarkus-rest",
            "quarkus-resteasy",
            "quarkus-vertx-http",
            "quarkus-vertx-web",
            "quarkus-reactive-routes",
            "quarkus-undertow",
            "quarkus-websockets",
            "quarkus-smallrye-graphql",
            "quarkus-smallrye-health",
            "quarkus-smallrye-openapi",
            "quarkus-spring-web",
            "quarkus-grpc",
            "quarkus-qute-web",
            "quarkus-renarde",
        ],
        port: "quarkus.http.port",
        host: "quarkus.http.host",
        default: 8080,
        management: None,
    },
    Framework {
        dependencies: &["micronaut-http-server"],
        port: "micronaut.server.port",
        host: "micronaut.server.host",
        default: 8080,
        management: Some("endpoints.all.port"),
    },
    Framework {
        dependencies: &["helidon-microprofile", "helidon-webserver"],
        port: "server.port",
        host: "server.host",
        default: 8080,
        management: None,
    },
];

/// A call that opens a port.
struct Call {
    name: &'static str,
    /// The class or package that has to be imported for the name to mean this.
    imported: &'static [&'static str],
    /// The port when nothing is given.
    usual: Option<u16>,
    /// Whether it is `new NAME(...)`.
    made: bool,
}

const fn call(name: &'static str, imported: &'static [&'static str], usual: Option<u16>) -> Call {
    Call { name, imported, usual, made: false }
}

const fn made(name: &'static str, imported: &'static [&'static str]) -> Call {
    Call { name, imported, usual: None, made: true }
}

const CALLS: [Call; 16] = [
    made(
        "InetSocketAddress",
        &["com.sun.net.httpserver", "io.netty.bootstrap", "java.nio.channels", "io.undertow", "org.eclipse.jetty", "com.linecorp.armeria"],
    ),
    made("ServerSocket", &["java.net"]),
    made("Server", &["org.eclipse.jetty.server"]),
    made("ServerConnector", &["org.eclipse.jetty.server"]),
    call("start", &["io.javalin"], Some(8080)),
    call("port", &["spark", "io.helidon", "static spark.Spark"], None),
    call("listen", &["io.vertx"], None),
    call("setPort", &["org.apache.catalina", "io.vertx", "org.eclipse.jetty", "io.activej"], None),
    call("addHttpListener", &["io.undertow"], None),
    call("forPort", &["io.grpc"], None),
    call("http", &["com.linecorp.armeria.server"], None),
    call("bind", &["io.netty.bootstrap"], None),
    call("port", &["reactor.netty"], None),
    call("embeddedServer", &["io.ktor.server"], None),
    call("asServer", &["org.http4k"], None),
    call("serverPort", &["org.springframework"], None),
];

/// Where a program listens. `depends` finds a dependency by the beginning of its name.
pub fn listens(depends: &dyn Fn(&str) -> Option<Evidence>, config: &Config, sources: &Sources<'_>) -> Vec<Fact<Listen>> {
    let framework = FRAMEWORKS.iter().find_map(|framework| {
        let at = framework.dependencies.iter().find_map(|name| depends(name))?;
        Some((framework, at.under(STARTER)))
    });
    match framework {
        Some((framework, at)) => configured(framework, at, config),
        None => sources.files.iter().flat_map(|source| opened(source, sources)).fold(Vec::new(), |mut found: Vec<Fact<Listen>>, fact| {
            if !found.iter().any(|known| known.value == fact.value) {
                found.push(fact);
            }
            found
        }),
    }
}

fn configured(framework: &Framework, at: Evidence, config: &Config) -> Vec<Fact<Listen>> {
    let kind = config.get("spring.main.web-application-type").filter(|entry| entry.value == "none");
    if kind.is_some() {
        return Vec::new();
    }
    let host = config.get(framework.host);
    let interface = if host.is_some_and(|entry| is_loopback(&entry.value)) { Interface::Loopback } else { Interface::Any };
    let set_by = |key: &str| key.replace('.', "_").replace('-', "").to_uppercase();
    let listen = |key: &str, entry: Option<&Entry>, default: Option<u16>| {
        let placeholder = entry.and_then(|entry| placeholder(&entry.value));
        let written = entry.and_then(|entry| entry.value.trim().parse::<i32>().ok());
        // 0 is any port, and a negative one is none
        if written.is_some_and(|port| port <= 0) {
            return None;
        }
        let port = match (&placeholder, written) {
            (Some(placeholder), _) => placeholder.default.as_ref().and_then(|default| default.parse().ok()),
            (None, Some(port)) => u16::try_from(port).ok(),
            (None, None) => default,
        };
        let role =
            if placeholder.as_ref().is_some_and(|placeholder| placeholder.default.is_none()) { Role::Demanded } else { Role::Optional };
        let name = placeholder.map_or_else(|| set_by(key), |placeholder| placeholder.name);
        Some(Listen { port, variable: Some(PortVariable { name, role }), interface, host: host.map(|_| set_by(framework.host)) })
    };
    let own = config.get(framework.port);
    let mut found = Vec::new();
    if let Some(listen) = listen(framework.port, own, Some(framework.default)) {
        let fact = match own {
            Some(entry) => Fact::new(listen, entry.at.clone()).and(at),
            None => Fact::new(listen, at),
        };
        found.push(host.filter(|_| interface == Interface::Loopback).map_or(fact.clone(), |entry| fact.and(entry.at.clone())));
    }
    if let Some((key, entry)) = framework.management.and_then(|key| Some((key, config.get(key)?))) {
        found.extend(
            listen(key, Some(entry), None).filter(|listen| listen.port.is_some()).map(|listen| Fact::new(listen, entry.at.clone())),
        );
    }
    found
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim();
    host == "localhost" || host.starts_with("127.") || host == "::1"
}

fn opened<'t>(source: &Source<'t>, sources: &Sources<'t>) -> Vec<Fact<Listen>> {
    let imports = source.imports();
    let tokens = source.tokens();
    let imported = |names: &[&str]| {
        names.iter().any(|name| {
            let name = name.trim_start_matches("static ");
            imports.iter().any(|(_, import)| import.starts_with(name))
        })
    };
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let opens = tokens.get(at + 1).is_some_and(|next| next.is("("));
        if token.kind != Kind::Word || !opens {
            continue;
        }
        let is_made = at.checked_sub(1).is_some_and(|before| tokens[before].is("new")) || source.path.extension() == Some("kt");
        let Some(call) = CALLS.iter().find(|call| token.is(call.name) && (!call.made || is_made) && imported(call.imported)) else {
            continue;
        };
        let Some(listen) = listen(source, sources, at + 2, call) else { continue };
        found.push(Fact::new(listen, source.evidence(at, OPENED)));
    }
    found
}

/// What the arguments from token `at` on say.
fn listen<'t>(source: &Source<'t>, sources: &Sources<'t>, at: usize, call: &Call) -> Option<Listen> {
    let mut arguments = Vec::new();
    let mut next = at;
    while source.tokens().get(next).is_some_and(|token| !token.is(")")) && arguments.len() < 5 {
        let length = source.argument(next).len();
        arguments.push(sources.value(source, next));
        match source.tokens().get(next + length) {
            Some(token) if token.is(",") => next += length + 1,
            _ => break,
        }
    }
    let is_port = |value: &&Value| value.number.is_some_and(|port| port > 0) || value.variable.is_some();
    let port = arguments.iter().find(is_port);
    let host = arguments.iter().filter_map(|value| value.text.as_deref()).find(|text| is_loopback(text));
    let nothing = arguments.is_empty() && call.usual.is_some();
    if port.is_none() && !nothing {
        return None;
    }
    let number = port.map_or(call.usual, |value| value.number);
    let variable = port.and_then(|value| value.variable.clone()).map(|name| {
        let role = if number.is_some() { Role::Optional } else { Role::Demanded };
        PortVariable { name, role }
    });
    let interface = if host.is_some() { Interface::Loopback } else { Interface::Any };
    Some(Listen { port: number, variable, interface, host: None })
}
