//! Which server serves an application: one that is among the dependencies, or what the framework brings.

use camino::Utf8Path;

use super::build::VENV;
use super::command::{Command, PORT, tune};
use super::entry::{Entry, Finder, Form, Worth};
use super::frameworks::{Application, Protocol};
use super::outline::ask;
use super::sources::Source;
use crate::app::{Interface, Listen};

/// Calls that start a server which is meant for production.
const STARTS: [&str; 9] = [
    "uvicorn.run",
    "uvicorn.Server",
    "hypercorn.asyncio.serve",
    "hypercorn.trio.serve",
    "waitress.serve",
    "granian.Granian",
    "cheroot.wsgi.Server",
    "gevent.pywsgi.WSGIServer",
    "eventlet.wsgi.server",
];

/// A package's `__main__`, or a file that is started.
fn is_main(entry: &Entry<'_, '_>) -> bool {
    !entry.declared && entry.port.is_none() && entry.command.words.first().is_some_and(|word| word == "python")
}

impl<'s, 't> Finder<'s, 't> {
    /// The command that serves an application, and the server that is missing.
    pub(super) fn served(&self, application: &Application<'_, 't>) -> (Command, Option<&'static str>) {
        let installs = |name: &str| self.project.installs(name).is_some();
        let target = format!("{}:{}", application.source.module, application.object);
        let called = if application.factory { format!("{target}()") } else { target.clone() };
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let factory: &[&str] = if application.factory { &["--factory"] } else { &[] };
        let configured = self.tree.has(self.sources.directory.join("gunicorn.conf.py"));
        let (chosen, lacks) = match application.protocol {
            Protocol::Asgi => {
                if installs("gunicorn") && configured && installs("uvicorn") {
                    let class = if installs("uvicorn-worker") { "uvicorn_worker.UvicornWorker" } else { "uvicorn.workers.UvicornWorker" };
                    (words(&["gunicorn", "--worker-class", class, &called]), None)
                } else if installs("uvicorn")
                    || installs("fastapi[standard]")
                    || installs("fastapi[all]")
                    || installs("litestar[standard]")
                    || installs("fastapi-cli")
                {
                    ([words(&["uvicorn"]), words(factory), vec![target]].concat(), None)
                } else if installs("hypercorn") || installs("quart") {
                    (words(&["hypercorn", &called]), None)
                } else if installs("granian") {
                    ([words(&["granian", "--interface", "asgi"]), words(factory), vec![target]].concat(), None)
                } else if installs("daphne") {
                    (words(&["daphne", &target]), None)
                } else {
                    (self.plain(application.source), Some("uvicorn"))
                }
            }
            Protocol::Wsgi => {
                if installs("gunicorn") {
                    ([words(&["gunicorn"]), self.workers(application.source), vec![called]].concat(), None)
                } else if installs("uwsgi") {
                    (self.uwsgi(&called, Utf8Path::new("")), None)
                } else if installs("waitress") {
                    let call: &[&str] = if application.factory { &["--call"] } else { &[] };
                    ([words(&["waitress-serve"]), words(call), vec![target]].concat(), None)
                } else if installs("granian") {
                    ([words(&["granian", "--interface", "wsgi"]), words(factory), vec![target]].concat(), None)
                } else if matches!(application.framework, "Flask" | "APIFlask") {
                    (words(&["flask", "--app", &target, "run"]), Some("gunicorn"))
                } else {
                    (self.plain(application.source), Some("gunicorn"))
                }
            }
            Protocol::Own if application.framework == "Sanic" && ask::guarded(&application.source.outline).is_none() => {
                let factory: &[&str] = if application.factory { &["--factory"] } else { &[] };
                ([words(&["sanic", &target]), words(factory)].concat(), None)
            }
            Protocol::Own => (self.plain(application.source), None),
        };
        let mut command = tune(chosen, self.sources);
        self.configured(&mut command);
        (command, lacks)
    }

    /// uWSGI as the project's own file configures it to speak HTTP, or else by its own router.
    pub(super) fn uwsgi(&self, target: &str, directory: &Utf8Path) -> Vec<String> {
        let text = self.tree.text(self.sources.directory.join(directory).join(UWSGI)).unwrap_or_default();
        let keys: Vec<_> = text.lines().filter_map(|line| line.split_once('=').map(|(key, value)| (key.trim(), value.trim()))).collect();
        let speaks = keys.iter().any(|(key, _)| matches!(*key, "http" | "http-socket"));
        let module = target.split(':').next().unwrap_or_default();
        let serves = keys.iter().any(|(key, value)| matches!(*key, "module" | "wsgi" | "mount" | "wsgi-file") && value.contains(module));
        // places of another machine
        let elsewhere = |(key, value): &(&str, &str)| matches!(*key, "chdir" | "home" | "virtualenv" | "venv") && value.starts_with('/');
        let apart = |(key, _): &(&str, &str)| matches!(*key, "daemonize" | "daemonize2" | "logto" | "logto2");
        if serves && !keys.iter().any(|key| elsewhere(key) || apart(key)) {
            // what speaks uWSGI's own protocol to a server before it speaks HTTP as well
            let http: &[&str] = if speaks { &[] } else { &["--http", ":{port}"] };
            return ["uwsgi"].iter().chain(http).chain(&["--ini", UWSGI]).map(|word| (*word).to_owned()).collect();
        }
        uwsgi(target)
    }

    /// Socket.IO keeps connections open, and what is known of a client in one process.
    fn workers(&self, source: &Source<'t>) -> Vec<String> {
        let reached = self.sources.reach(source);
        let sockets = ["flask_socketio.SocketIO", "flask_sock.Sock", "socketio.WSGIApp"];
        if !reached.iter().any(|source| source.outline.calls.iter().any(|call| sockets.contains(&call.path.as_str()))) {
            return Vec::new();
        }
        let installs = |name: &str| self.project.installs(name).is_some();
        let kind: &[&str] = match () {
            () if installs("eventlet") => &["--worker-class", "eventlet"],
            () if installs("gevent-websocket") => &["--worker-class", "geventwebsocket.gunicorn.workers.GeventWebSocketWorker"],
            () if installs("gevent") => &["--worker-class", "gevent"],
            () => &["--threads", "100"],
        };
        [&["--workers", "1"], kind].concat().into_iter().map(str::to_owned).collect()
    }

    /// A command or file that serves an application of the project's, and that application, are one program: the command, as it says the
    /// port; but the application, where the command's server is for development and a better one is installed.
    pub(super) fn one_of_a_kind(&self, found: &mut Vec<Entry<'s, 't>>) {
        let serves = |entry: &Entry<'s, 't>, calls: &[&str]| {
            let source = entry.source.filter(|_| !entry.declared && entry.form == Form::Tool || is_main(entry))?;
            let reached = self.sources.reach(source);
            // what main.py starts may stand in another module
            let serving = reached.iter().find(|source| source.outline.calls.iter().any(|call| calls.contains(&call.path.as_str())))?;
            Some((serving.path.to_owned(), reached.iter().map(|source| source.path.to_owned()).collect::<Vec<_>>()))
        };
        let applications = |entry: &Entry<'_, '_>| !entry.declared && entry.django.is_none() && matches!(entry.port, Some(Worth::Own));
        if !found.iter().any(applications) {
            return;
        }
        // `flask`'s commands under another name
        found.retain(|entry| {
            let groups =
                entry.source.is_some_and(|source| source.outline.imports.iter().any(|import| import.path == "flask.cli.FlaskGroup"));
            !(entry.form == Form::Tool && groups)
        });
        let server = found.iter().find_map(|entry| Some((entry.at.clone(), serves(entry, &STARTS)?)));
        let Some((at, (serving, reached))) = server else { return };
        let text = self.sources.files.iter().find(|source| source.path == serving).map_or("", |source| source.text);
        found.retain(|entry| {
            let served = entry
                .source
                .is_some_and(|source| reached.iter().any(|path| path == source.path) || text.contains(&format!("{}:", source.module)));
            entry.at == at || !(applications(entry) && served)
        });
    }

    /// Where uWSGI listens by its configuration file.
    pub(super) fn configured(&self, command: &mut Command) {
        let named = command.words.iter().skip(1).find(|word| Utf8Path::new(word).extension() == Some("ini"));
        let Some(file) = named.filter(|_| command.listens.is_none() && command.words[0] == "uwsgi") else { return };
        let file = self.sources.directory.join(&command.directory).join(file.trim_start_matches("./"));
        let text = self.tree.text(file).unwrap_or_default();
        if text.contains("$(VIRTUAL_ENV)") {
            command.env.insert("VIRTUAL_ENV".into(), VENV.into());
        }
        let addresses = text.lines().filter_map(|line| line.split_once('=').map(|(key, value)| (key.trim(), value.trim())));
        let Some((_, address)) = addresses.clone().find(|(key, _)| matches!(*key, "http" | "http-socket")) else { return };
        let by_variable = address.contains("$(PORT)");
        let port = address.rsplit(':').next().and_then(|port| port.parse().ok()).unwrap_or(8000);
        if by_variable {
            command.env.insert("PORT".into(), PORT.into());
        }
        command.listens = Some(Listen { port: Some(port), variable: None, interface: Interface::Any, host: None });
    }

    /// `python FILE`, or `python -m MODULE` in a package.
    pub(super) fn plain(&self, source: &Source<'t>) -> Vec<String> {
        if source.module.contains('.') || self.is_installed(source) {
            return vec!["python".into(), "-m".into(), source.module.trim_end_matches(".__main__").to_owned()];
        }
        let root = if source.root == "src" { Utf8Path::new("") } else { &source.root };
        let inside = source.path.strip_prefix(self.sources.directory.join(root)).unwrap_or(source.path);
        vec!["python".into(), inside.to_string()]
    }

    /// Whether a file is part of what the project installs.
    pub(super) fn is_installed(&self, source: &Source<'t>) -> bool {
        let name = self.project.name.as_ref().map(|name| crate::read::requirement::normal(&name.value).replace('-', "_"));
        let top = source.module.split('.').next().unwrap_or_default();
        self.project.package.is_some()
            && (source.root == "src" || name.is_some_and(|name| name == top && source.root.as_str().is_empty()))
            && source.path.components().count() > 1
    }
}

/// The file that configures uWSGI where a project has one.
const UWSGI: &str = "uwsgi.ini";

/// uWSGI by its own HTTP router, as one process tree that ends on SIGTERM.
fn uwsgi(target: &str) -> Vec<String> {
    ["uwsgi", "--http", ":{port}", "--module", target, "--master", "--need-app", "--die-on-term"].map(str::to_owned).to_vec()
}
