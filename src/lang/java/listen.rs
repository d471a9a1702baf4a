//! Where a program listens: what its framework's configuration says, its framework's default, or what its sources give to a server.

use super::config::{Config, Entry, filled, placeholder};
use crate::app::{Interface, Listen, PortVariable, Role};
use crate::evidence::{Evidence, Fact, Rule};
use crate::program::observe::is_loopback;

/// The key of Spring's own server.
const SPRING: &str = "server.port";

const STARTER: Rule = Rule::parsed("java.web", "this makes it a server");

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

const FRAMEWORKS: [Framework; 10] = [
    // it takes the place of Spring's own server
    Framework {
        dependencies: &["armeria-spring-boot"],
        port: "armeria.ports.0.port",
        host: "armeria.ports.0.ip",
        default: 0,
        management: None,
    },
    Framework {
        dependencies: &["dropwizard-core", "dropwizard-bom"],
        port: "server.connector.port",
        host: "server.connector.bindHost",
        default: 0,
        management: None,
    },
    Framework {
        dependencies: &["dropwizard-core", "dropwizard-bom"],
        port: "server.applicationConnectors.0.port",
        host: "server.applicationConnectors.0.bindHost",
        default: 8080,
        management: Some("server.adminConnectors.0.port"),
    },
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
    Framework { dependencies: &["helidon-microprofile"], port: "server.port", host: "server.host", default: 7001, management: None },
    Framework { dependencies: &["helidon-webserver"], port: "server.port", host: "server.host", default: 0, management: None },
    Framework { dependencies: &["ktor-server"], port: "ktor.deployment.port", host: "ktor.deployment.host", default: 0, management: None },
    Framework {
        dependencies: &["grails-web", "grails-core"],
        port: "server.port",
        host: "server.address",
        default: 8080,
        management: None,
    },
];

/// Where a framework that is configured by files listens. `depends` finds a dependency by the beginning of its name.
pub fn listens(depends: &dyn Fn(&str) -> Option<Evidence>, config: &Config) -> Option<Vec<Fact<Listen>>> {
    let framework = FRAMEWORKS.iter().find_map(|framework| {
        let at = framework.dependencies.iter().find_map(|name| depends(name))?;
        // one that may be set up in code as well is set up by its file where that says a port
        let by_file = framework.default != 0 || config.get(framework.port).is_some();
        by_file.then(|| (framework, at.under(STARTER)))
    });
    framework.map(|(framework, at)| configured(framework, at, config))
}

fn configured(framework: &Framework, at: Evidence, config: &Config) -> Vec<Fact<Listen>> {
    // a path into a list is no name of a variable
    let by_variable = !framework.port.contains(".0.") && !framework.port.contains("connector");
    let kind = config.get("spring.main.web-application-type").filter(|entry| entry.value == "none" && framework.port == SPRING);
    if kind.is_some() {
        return Vec::new();
    }
    let host = config.meant(framework.host);
    let interface = if host.is_some_and(|entry| is_loopback(filled(&entry.value).trim())) { Interface::Loopback } else { Interface::Any };
    let set_by = |key: &str| key.replace('.', "_").replace('-', "").to_uppercase();
    let listen = |key: &str, entry: Option<&Entry>, default: Option<u16>| {
        let placeholder = entry.and_then(|entry| placeholder(&entry.value));
        let written = entry.and_then(|entry| entry.value.trim().parse::<i32>().ok());
        // 0 is any port, and a negative one is none
        if written.is_some_and(|port| port <= 0) {
            return None;
        }
        let port = match (&placeholder, written) {
            (Some(placeholder), _) => placeholder.fallback().and_then(|default| default.trim().parse().ok()),
            (None, Some(port)) => u16::try_from(port).ok(),
            (None, None) => default,
        };
        let role =
            if placeholder.as_ref().is_some_and(|placeholder| placeholder.default.is_none()) { Role::Demanded } else { Role::Optional };
        let is_filled = placeholder.is_some();
        let name = placeholder.map_or_else(|| set_by(key), |placeholder| placeholder.name);
        let variable = (by_variable || is_filled).then_some(PortVariable { name, role });
        Some(Listen { port, variable, interface, host: host.filter(|_| by_variable).map(|_| set_by(framework.host)) })
    };
    let own = config.meant(framework.port);
    let mut found = Vec::new();
    if let Some(listen) = listen(framework.port, own, Some(framework.default)) {
        let fact = match own {
            Some(entry) => Fact::new(listen, entry.at.clone()).and(at),
            None => Fact::new(listen, at),
        };
        found.push(host.filter(|_| interface == Interface::Loopback).map_or(fact.clone(), |entry| fact.and(entry.at.clone())));
    }
    if let Some((key, entry)) = framework.management.and_then(|key| Some((key, config.meant(key)?))) {
        found.extend(
            listen(key, Some(entry), None).filter(|listen| listen.port.is_some()).map(|listen| Fact::new(listen, entry.at.clone())),
        );
    }
    found
}
