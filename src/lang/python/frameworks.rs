//! Frameworks: the objects that servers serve, found in the syntax tree.

use super::outline::ask;
use super::sources::{Source, Sources};
use crate::evidence::{Evidence, Rule};
use crate::program::{Function, Value};

const APPLICATION: Rule = Rule::parsed("python.application", "this is the application that a server serves");
const FACTORY: Rule = Rule::parsed("python.factory", "this makes the application that a server serves");

/// How an application is called by its server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Synchronous.
    Wsgi,
    /// Asynchronous.
    Asgi,
    /// The framework brings its own server.
    Own,
}

/// What makes an application object: the full name of the call, its protocol, what people call it.
const MAKERS: [(&str, Protocol, &str); 24] = [
    ("fastapi.FastAPI", Protocol::Asgi, "FastAPI"),
    ("fastapi.applications.FastAPI", Protocol::Asgi, "FastAPI"),
    ("starlette.applications.Starlette", Protocol::Asgi, "Starlette"),
    ("litestar.Litestar", Protocol::Asgi, "Litestar"),
    ("quart.Quart", Protocol::Asgi, "Quart"),
    ("falcon.asgi.App", Protocol::Asgi, "Falcon"),
    ("blacksheep.Application", Protocol::Asgi, "BlackSheep"),
    ("blacksheep.server.Application", Protocol::Asgi, "BlackSheep"),
    ("socketio.ASGIApp", Protocol::Asgi, "Socket.IO"),
    ("connexion.AsyncApp", Protocol::Asgi, "Connexion"),
    ("fasthtml.common.FastHTML", Protocol::Asgi, "FastHTML"),
    ("ninja.NinjaAPI", Protocol::Own, "Django Ninja"),
    ("flask.Flask", Protocol::Wsgi, "Flask"),
    ("apiflask.APIFlask", Protocol::Wsgi, "APIFlask"),
    ("flask_openapi3.OpenAPI", Protocol::Wsgi, "Flask"),
    ("connexion.FlaskApp", Protocol::Wsgi, "Connexion"),
    ("falcon.App", Protocol::Wsgi, "Falcon"),
    ("falcon.API", Protocol::Wsgi, "Falcon"),
    ("bottle.Bottle", Protocol::Wsgi, "Bottle"),
    ("bottle.default_app", Protocol::Wsgi, "Bottle"),
    ("pyramid.config.Configurator().make_wsgi_app", Protocol::Wsgi, "Pyramid"),
    ("dash.Dash().server", Protocol::Wsgi, "Dash"),
    ("sanic.Sanic", Protocol::Own, "Sanic"),
    ("aiohttp.web.Application", Protocol::Own, "aiohttp"),
];

/// Names that functions have which make applications.
const FACTORIES: [&str; 8] =
    ["create_app", "make_app", "app_factory", "get_app", "build_app", "create_application", "get_application", "init_app"];

/// Names that applications have, the most telling first.
const NAMES: [&str; 8] = ["app", "application", "asgi_app", "wsgi_app", "asgi", "wsgi", "server", "api"];

/// An application object, or what makes one.
#[derive(Debug)]
pub struct Application<'s, 't> {
    /// The module that it is in.
    pub source: &'s Source<'t>,
    /// Its name there.
    pub object: String,
    /// How it is called.
    pub protocol: Protocol,
    /// The framework.
    pub framework: &'static str,
    /// Whether it is a function that makes one.
    pub factory: bool,
    /// Where it stands.
    pub at: Evidence,
}

/// All applications of a project: objects, and factories that nobody calls.
pub fn applications<'s, 't>(sources: &'s Sources<'t>) -> Vec<Application<'s, 't>> {
    let mut found: Vec<Application<'s, 't>> = Vec::new();
    let mut called: Vec<String> = Vec::new();
    for source in &sources.files {
        let mut own = objects(sources, source, &mut called);
        let inner = wrapped(source, &own);
        own.retain(|application| !inner.contains(&application.object));
        if own.len() > 1 {
            own.sort_by_key(|application| NAMES.iter().position(|name| *name == application.object).unwrap_or(NAMES.len()));
            let named = own.first().is_some_and(|first| NAMES.contains(&first.object.as_str()));
            own.truncate(if named { 1 } else { own.len() });
        }
        found.extend(own);
    }
    let factories: Vec<_> = sources.files.iter().flat_map(|source| factories(sources, source)).collect();
    found.extend(factories.into_iter().filter(|factory| !called.contains(&format!("{}.{}", factory.source.module, factory.object))));
    let mounted = mounted(sources);
    found.retain(|application| !mounted.contains(&format!("{}.{}", application.source.module, application.object)));
    found
}

/// Applications that another of the module is made around: `app = ASGIApp(sockets, api)`.
fn wrapped(source: &Source<'_>, own: &[Application<'_, '_>]) -> Vec<String> {
    let outer = |target: &str| own.iter().any(|application| application.object == target);
    let made = source.outline.bindings.iter().filter(|assign| ask::at_load(assign.context) && outer(&assign.target));
    let mut inner = Vec::new();
    for assign in made {
        let Value::Call(call) = &assign.value else { continue };
        let names = call.arguments.iter().filter_map(|argument| if let Value::Name(name) = &argument.value { Some(name) } else { None });
        inner.extend(names.filter(|name| **name != assign.target && wraps(&call.path)).cloned());
    }
    inner
}

/// Whether what is called puts something around an application.
fn wraps(path: &str) -> bool {
    ["Middleware", "ASGIApp", "WSGIApp", "ProxyFix"].iter().any(|end| path.ends_with(end))
}

/// The objects of one module.
fn objects<'s, 't>(sources: &'s Sources<'t>, source: &'s Source<'t>, called: &mut Vec<String>) -> Vec<Application<'s, 't>> {
    let mut found: Vec<Application<'s, 't>> = Vec::new();
    for assign in source.outline.bindings.iter().filter(|assign| ask::at_load(assign.context) && !ask::is_added(assign)) {
        let Some((protocol, framework, factory)) = made(sources, source, &assign.value, 0) else { continue };
        called.extend(factory);
        let at = source.evidence(assign.at, APPLICATION);
        if let Some(known) = found.iter_mut().find(|known| known.object == assign.target) {
            known.at = at;
            continue;
        }
        let plain = assign.target.chars().all(|c| c.is_alphanumeric() || c == '_');
        if plain {
            found.push(Application { source, object: assign.target.clone(), protocol, framework, factory: false, at });
        }
    }
    found
}

/// What a value makes, and by which factory of the project.
fn made(sources: &Sources<'_>, source: &Source<'_>, value: &Value, depth: u8) -> Option<(Protocol, &'static str, Option<String>)> {
    if depth > 4 {
        return None;
    }
    match value {
        Value::Call(call) => {
            if let Some((_, protocol, framework)) = MAKERS.iter().find(|(path, ..)| *path == call.path) {
                return Some((*protocol, framework, None));
            }
            let own = format!("{}.{}", source.module, call.path);
            let full = source.absolute(&call.path);
            let function = sources.function(&own).or_else(|| sources.function(&full));
            if let Some((inner, index, function)) = function {
                let (protocol, framework) = returns(sources, inner, (index, function), depth + 1)?;
                return Some((protocol, framework, Some(format!("{}.{}", inner.module, function.name))));
            }
            if let Some((protocol, framework)) = derived(sources, &own, 0).or_else(|| derived(sources, &full, 0)) {
                return Some((protocol, framework, None));
            }
            // middleware around an application: the first argument
            let inner = ask::first(call).filter(|_| wraps(&call.path))?;
            made(sources, source, inner, depth + 1)
        }
        Value::Name(name) => {
            let (object, attribute) = name.split_once('.').unwrap_or((name, ""));
            let assign = ask::bound(&source.outline, object)?;
            if attribute == "server" {
                let Value::Call(call) = &assign.value else { return None };
                return (call.path == "dash.Dash").then_some((Protocol::Wsgi, "Dash", None));
            }
            if attribute.is_empty() { made(sources, source, &assign.value, depth + 1) } else { None }
        }
        _ => None,
    }
}

/// What a class of the project's makes: what the class makes that it extends.
fn derived(sources: &Sources<'_>, path: &str, depth: u8) -> Option<(Protocol, &'static str)> {
    let (module, name) = path.rsplit_once('.').filter(|_| depth < 4)?;
    let source = sources.module(module)?;
    let bases = &source.outline.types.iter().find(|class| class.name == name)?.bases;
    bases.iter().find_map(|base| {
        let known = MAKERS.iter().find(|(path, ..)| path == base).map(|(_, protocol, framework)| (*protocol, *framework));
        let full = source.absolute(base);
        known.or_else(|| derived(sources, &format!("{module}.{base}"), depth + 1)).or_else(|| derived(sources, &full, depth + 1))
    })
}

fn returns(sources: &Sources<'_>, source: &Source<'_>, (index, function): (u32, &Function), depth: u8) -> Option<(Protocol, &'static str)> {
    function.returns.iter().find_map(|value| {
        let value = match value {
            Value::Name(name) => {
                let assign = source.outline.bindings.iter().find(|assign| assign.target == *name && assign.context.function == Some(index));
                assign.map_or(value, |assign| &assign.value)
            }
            other => other,
        };
        made(sources, source, value, depth).map(|(protocol, framework, _)| (protocol, framework))
    })
}

fn factories<'s, 't>(sources: &'s Sources<'t>, source: &'s Source<'t>) -> Vec<Application<'s, 't>> {
    let named =
        ask::functions(&source.outline).filter(|(_, function)| ask::required(function) == 0 && FACTORIES.contains(&function.name.as_str()));
    let application = |(index, function): (u32, &Function)| {
        let (protocol, framework) = returns(sources, source, (index, function), 0)?;
        let at = source.evidence(function.at, FACTORY);
        Some(Application { source, object: function.name.clone(), protocol, framework, factory: true, at })
    };
    named.filter_map(application).collect()
}

/// Applications that are part of another: the second argument of `mount`.
fn mounted(sources: &Sources<'_>) -> Vec<String> {
    let mut mounted = Vec::new();
    for source in &sources.files {
        let mounts = source.outline.calls.iter().filter(|call| call.path.rsplit('.').next() == Some("mount"));
        for value in mounts.filter_map(|call| ask::argument(call, "app", Some(1))) {
            if let Value::Name(name) = value {
                mounted.push(source.absolute(name));
                mounted.push(format!("{}.{name}", source.module));
            }
        }
    }
    mounted
}
