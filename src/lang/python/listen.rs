//! Where a program listens that starts its server itself.

use super::outline::ask;
use super::sources::{Source, Sources, calls};
use super::values::{self, Port};
use crate::app::{Interface, Listen};
use crate::evidence::{Fact, Rule};
use crate::program::{Call, Value};

const LISTENS: Rule = Rule::parsed("python.listens", "it listens here");

/// A call that listens: the end of its name, how its arguments are called and where they stand, what it does without them.
struct Listener {
    call: &'static str,
    import: &'static str,
    host: (&'static str, Option<usize>),
    port: (&'static str, Option<usize>),
    usual: Option<u16>,
    without: Interface,
}

const LISTENERS: [Listener; 16] = [
    listener("uvicorn.run", "uvicorn", ("host", None), ("port", None), Some(8000), Interface::Loopback),
    listener("uvicorn.Config", "uvicorn", ("host", None), ("port", None), Some(8000), Interface::Loopback),
    listener("waitress.serve", "waitress", ("host", None), ("port", None), Some(8080), Interface::Any),
    listener("aiohttp.web.run_app", "aiohttp", ("host", None), ("port", None), Some(8080), Interface::Any),
    listener("aiohttp.web.TCPSite", "aiohttp", ("host", Some(1)), ("port", Some(2)), Some(8080), Interface::Any),
    listener("asyncio.start_server", "asyncio", ("host", Some(1)), ("port", Some(2)), None, Interface::Any),
    listener("prometheus_client.start_http_server", "prometheus_client", ("addr", Some(1)), ("port", Some(0)), None, Interface::Any),
    listener("nicegui.ui.run", "nicegui", ("host", None), ("port", None), Some(8080), Interface::Any),
    listener("bottle.run", "bottle", ("host", None), ("port", None), Some(8080), Interface::Loopback),
    listener(".run_simple", "werkzeug", ("hostname", Some(0)), ("port", Some(1)), Some(5000), Interface::Loopback),
    listener(".add_insecure_port", "grpc", ("address", Some(0)), ("address", Some(0)), None, Interface::Any),
    listener("socketio.run", "flask_socketio", ("host", Some(1)), ("port", Some(2)), Some(5000), Interface::Loopback),
    listener(".launch", "gradio", ("server_name", None), ("server_port", None), Some(7860), Interface::Loopback),
    listener("app.run", "flask", ("host", Some(0)), ("port", Some(1)), Some(5000), Interface::Loopback),
    listener("app.run", "sanic", ("host", Some(0)), ("port", Some(1)), Some(8000), Interface::Loopback),
    listener("app.listen", "tornado", ("address", Some(1)), ("port", Some(0)), None, Interface::Any),
];

const fn listener(
    call: &'static str,
    import: &'static str,
    host: (&'static str, Option<usize>),
    port: (&'static str, Option<usize>),
    usual: Option<u16>,
    without: Interface,
) -> Listener {
    Listener { call, import, host, port, usual, without }
}

/// Where the files that come with `source` listen, the file itself first.
pub fn listens(sources: &Sources<'_>, source: &Source<'_>) -> Vec<Fact<Listen>> {
    let reached = sources.reach(source);
    let mut found: Vec<Fact<Listen>> = Vec::new();
    for (inside, call) in calls(&reached) {
        if inside.is_aside(&sources.directory) {
            continue;
        }
        let Some(listen) = server(sources, inside, call).or_else(|| plain(sources, inside, call)) else { continue };
        if !found.iter().any(|known| known.value.port == listen.port) {
            found.push(Fact::new(listen, inside.evidence(call.at, LISTENS)));
        }
    }
    found
}

fn server(sources: &Sources<'_>, source: &Source<'_>, call: &Call) -> Option<Listen> {
    let named = |listener: &&Listener| {
        let same = if listener.call.starts_with('.') { call.path.ends_with(listener.call) } else { call.path == listener.call };
        let run = listener.call == "app.run"
            && call.path.rsplit('.').next() == Some("run")
            && call.path.matches('.').count() == 1
            && is_app(source, &call.path);
        (same || run) && ask::imports(&source.outline, listener.import)
    };
    let listener = LISTENERS.iter().find(named)?;
    let given = ask::argument(call, listener.port.0, listener.port.1).and_then(|value| values::port(sources, source, value));
    let Port { port, variable } = given.unwrap_or_default();
    let host = ask::argument(call, listener.host.0, listener.host.1);
    Some(Listen {
        port: port.or(listener.usual.filter(|_| variable.is_none())),
        variable,
        interface: interface(sources, source, host, listener.without),
        host: None,
    })
}

/// Whether the first name of a dotted path is an application of a framework that runs itself.
fn is_app(source: &Source<'_>, path: &str) -> bool {
    let object = path.split('.').next().unwrap_or_default();
    let makes = |value: &Value| match value {
        Value::Call(call) => ["Flask", "Sanic", "APIFlask", "Dash", "create_app"].iter().any(|name| call.path.ends_with(name)),
        _ => false,
    };
    source.outline.bindings.iter().any(|assign| assign.target == object && makes(&assign.value)) || object == "app"
}

/// Sockets and servers of the standard library: an address in a tuple.
fn plain(sources: &Sources<'_>, source: &Source<'_>, call: &Call) -> Option<Listen> {
    let last = call.path.rsplit('.').next().unwrap_or_default();
    let binds = last == "bind" || matches!(last, "HTTPServer" | "ThreadingHTTPServer" | "TCPServer" | "ThreadingTCPServer" | "WSGIServer");
    let Some(Value::List(address)) = ask::first(call).filter(|_| binds) else { return None };
    let [host, port] = address.as_slice() else { return None };
    let Port { port, variable } = values::port(sources, source, port)?;
    Some(Listen { port, variable, interface: interface(sources, source, Some(host), Interface::Any), host: None })
}

fn interface(sources: &Sources<'_>, source: &Source<'_>, host: Option<&Value>, without: Interface) -> Interface {
    let text = |value: &Value| match sources.resolve(source, value) {
        Value::Text(text) => Some(text.clone()),
        Value::Call(call) => match values::variable(call) {
            Some((_, Some(Value::Text(default)))) => Some(default.clone()),
            _ => None,
        },
        _ => None,
    };
    match host.map(text) {
        None => without,
        Some(Some(text)) if text.starts_with("127.") || text == "localhost" || text.starts_with("[::1]") || text == "::1" => {
            Interface::Loopback
        }
        Some(_) => Interface::Any,
    }
}
