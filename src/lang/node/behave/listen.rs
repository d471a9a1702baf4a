//! Where a program listens.

use super::{Observer, field};
use crate::app::{Interface, Listen, PortVariable, Role};
use crate::evidence::{Fact, Rule};
use crate::lang::node::source::{Call, Source, Value};

const LISTENS: Rule = Rule::parsed("node.listens", "it listens here");

impl Observer<'_, '_> {
    pub(super) fn listens(&self) -> Vec<Fact<Listen>> {
        let mut found: Vec<Fact<Listen>> = Vec::new();
        for (source, call) in self.sources.calls() {
            let Some(listen) = self.listen(source, &call.value) else { continue };
            let fact = Fact::new(listen, source.evidence(call.span, LISTENS, call.value.name.clone()));
            if !found.iter().any(|known| known.value.port == fact.value.port) {
                found.push(fact);
            }
        }
        // one whose port is seen says more than one whose is not
        if found.iter().any(|fact| fact.value.port.is_some()) {
            found.retain(|fact| fact.value.port.is_some() || fact.value.variable.is_some());
        }
        found
    }

    fn listen(&self, source: &Source, call: &Call) -> Option<Listen> {
        let (first, second) = (call.arguments.first(), call.arguments.get(1));
        let fastify = || self.package.dependency("fastify").is_some() || self.package.dependency("@nestjs/platform-fastify").is_some();
        let (port, host, usual) = match call.name.rsplit('.').next()? {
            "listen" if call.name.contains('.') => match first.map(|first| self.sources.settled(source, first)) {
                Some(Value::Object(options)) => (field(options, &["port"]), field(options, &["host", "hostname"]), None),
                Some(Value::Text(path)) if path.contains('/') => return None,
                Some(_) => (first, second, None),
                None => return None,
            },
            "serve" if source.imports("@hono/node-server").is_some() => match first.map(|first| self.sources.settled(source, first)) {
                Some(Value::Object(options)) => (field(options, &["port"]), field(options, &["hostname"]), Some(3000)),
                _ => (None, None, Some(3000)),
            },
            "server" | "Server" if call.name == "Hapi.server" || call.name == "hapi.server" || call.name == "new Hapi.Server" => {
                match first.map(|first| self.sources.settled(source, first)) {
                    Some(Value::Object(options)) => (field(options, &["port"]), field(options, &["host"]), None),
                    _ => return None,
                }
            }
            // startStandaloneServer(server, { listen: { port: 4000 } })
            "startStandaloneServer" => {
                let listen = match second {
                    Some(Value::Object(options)) => field(options, &["listen"]),
                    _ => None,
                };
                match listen {
                    Some(Value::Object(options)) => (field(options, &["port"]), field(options, &["host"]), Some(4000)),
                    _ => (None, None, Some(4000)),
                }
            }
            _ => return None,
        };
        let (port, variable) = self.port(source, port);
        let (literal, host) = self.host(source, host);
        let by_default = if fastify() && call.name.ends_with("listen") { Interface::Loopback } else { Interface::Any };
        let interface = match literal.as_deref() {
            Some("localhost" | "::1") => Interface::Loopback,
            Some(address) if address.starts_with("127.") => Interface::Loopback,
            Some(_) => Interface::Any,
            None if host.is_some() => Interface::Any,
            None => by_default,
        };
        let port = port.or(usual.filter(|_| variable.is_none()));
        let role = if port.is_some() { Role::Optional } else { Role::Demanded };
        Some(Listen { port, variable: variable.map(|name| PortVariable { name, role }), interface, host })
    }

    /// The port that a value is, and the variable that sets another.
    fn port(&self, source: &Source, value: Option<&Value>) -> (Option<u16>, Option<String>) {
        let Some(value) = value else { return (None, None) };
        match self.sources.settled(source, value) {
            Value::Number(port) => (u16::try_from(*port).ok(), None),
            Value::Text(port) => (port.parse().ok(), None),
            Value::Variable(name, fallback) => (fallback.as_ref().and_then(|value| self.port(source, Some(value)).0), Some(name.clone())),
            _ => (None, None),
        }
    }

    /// The host that a value is, and the variable that sets another.
    fn host(&self, source: &Source, value: Option<&Value>) -> (Option<String>, Option<String>) {
        let Some(value) = value else { return (None, None) };
        match self.sources.settled(source, value) {
            Value::Text(host) => (Some(host.clone()), None),
            Value::Variable(name, fallback) => (fallback.as_ref().and_then(|value| self.host(source, Some(value)).0), Some(name.clone())),
            _ => (None, None),
        }
    }
}
