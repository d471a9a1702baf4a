//! Which server serves an application: one that is among the dependencies, or what the framework brings.

use camino::Utf8Path;

use super::build::VENV;
use super::command::{Command, PORT, tune};
use super::entry::Finder;
use super::frameworks::{Application, Protocol};
use super::outline::ask;
use super::sources::Source;
use crate::app::{Interface, Listen};

impl<'t> Finder<'_, 't> {
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
                    (words(&["gunicorn", &called]), None)
                } else if installs("uwsgi") {
                    (uwsgi(&called), None)
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
        (tune(chosen, self.sources), lacks)
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

/// uWSGI by its own HTTP router, as one process tree that ends on SIGTERM.
pub(super) fn uwsgi(target: &str) -> Vec<String> {
    ["uwsgi", "--http", ":{port}", "--module", target, "--master", "--need-app", "--die-on-term"].map(str::to_owned).to_vec()
}
