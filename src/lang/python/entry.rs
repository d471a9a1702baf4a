//! Everything in a project that can be started, and what speaks for each.

use camino::{Utf8Path, Utf8PathBuf};

use super::command::{Command, tune};
use super::django::{self, Django};
use super::frameworks::{Application, applications};
use super::outline::ask;
use super::project::Project;
use super::sources::{Source, Sources};
use super::starters::Anywhere;
use crate::app::{Claim, Listen};
use crate::auxiliary;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule};
use crate::program::{Call, Value};
use crate::tree::Tree;

const MODULE: Rule = Rule::parsed("python.entry-module", "servers look for the application in a module of this name");
const ALONE: Rule = Rule::parsed("python.no-server", "no production server for it is among the dependencies");
const VENDORED: Rule = Rule::parsed("python.vendored", "the program looks for others' packages here");
const NAMESAKE: Rule = Rule::parsed("python.namesake", "this bears the project's name");

/// Names of directories that hold packages of others.
const OTHERS: [&str; 10] = ["lib", "libs", "deps", "ext", "external", "packages", "site-packages", "third_party", "thirdparty", "vendored"];

/// Names of files that start something by themselves.
pub(super) const STARTERS: [&str; 10] = ["main", "app", "bot", "run", "server", "start", "worker", "cli", "index", "service"];

/// How `docker run IMAGE ...` treats what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// In place of the program: a server, beside which its project's other commands are run.
    Command,
    /// As arguments of the program: a tool.
    Tool,
}

/// What says a port besides a command, and what it is worth.
#[derive(Clone, Debug)]
pub enum Worth {
    /// A document says it, and the command takes it from a variable.
    Declared(Fact<u16>),
    /// A document says it, for when nothing else does.
    Spare(Fact<u16>),
    /// The sources start a server themselves: theirs is the port that people know.
    Own,
}

/// Something that can be started.
#[derive(Debug)]
pub struct Entry<'s, 't> {
    /// Its name; empty for the project's own.
    pub name: String,
    /// What is started.
    pub command: Command,
    /// What speaks for it.
    pub claims: Vec<Fact<Claim>>,
    /// Where it listens, as far as its command tells.
    pub listens: Vec<Fact<Listen>>,
    /// What else says its port.
    pub port: Option<Worth>,
    /// How its command is given.
    pub form: Form,
    /// The directory that modules are imported from, relative to the project's.
    pub root: Utf8PathBuf,
    /// The file that it starts with.
    pub source: Option<&'s Source<'t>>,
    /// Its Django project.
    pub django: Option<usize>,
    /// What it is, and where: for the headline.
    pub what: String,
    /// Why it is one.
    pub at: Evidence,
    /// Whether a document of the project's starts it.
    pub declared: bool,
    /// Whether it runs from the installed package alone.
    pub installed: bool,
    /// What wants a look.
    pub warnings: Vec<Diagnostic>,
    /// Why it cannot be started.
    pub broken: Option<Diagnostic>,
}

impl Entry<'_, '_> {
    fn is_celery_worker(&self) -> bool {
        let words = &self.command.words;
        words.first().is_some_and(|program| program == "celery") && words.iter().any(|word| word == "worker")
    }

    /// Whether its command is the program and nothing else, which may need to be told what to do: a file, a module, a script's name.
    pub(super) fn takes_subcommand(&self) -> bool {
        let words: Vec<_> = self.command.words.iter().map(String::as_str).collect();
        self.listens.is_empty() && self.django.is_none() && matches!(words.as_slice(), [_] | ["python", _] | ["python", "-m", _])
    }

    /// Where it is reached, when its sources listen there by themselves.
    pub(super) fn reached(&self, own: Vec<Fact<Listen>>) -> Vec<Fact<Listen>> {
        let said = own.first().and_then(|fact| Some(fact.with(fact.value.port?)));
        let mut listens = if self.listens.is_empty() { own } else { self.listens.clone() };
        if let (true, Some(Worth::Spare(port))) = (listens.is_empty(), &self.port) {
            // nothing shows it listen, as with a server that a script or a file of its own configures
            listens.push(port.with(super::command::any(port.value)));
        }
        let Some(first) = listens.first_mut() else { return listens };
        let better = match &self.port {
            Some(Worth::Declared(port)) => Some(port.clone()),
            Some(Worth::Spare(port)) => Some(port.clone()).filter(|_| first.value.port.is_none()),
            Some(Worth::Own) => said,
            None => None,
        };
        if let Some(port) = better {
            first.value.port = Some(port.value);
            *first = port.because().iter().cloned().fold(first.clone(), Fact::and);
        }
        listens
    }

    pub(super) fn new(name: &str, command: Command, what: String, at: Evidence) -> Self {
        let listens = command.listens.clone().map(|listen| Fact::new(listen, at.clone())).into_iter().collect();
        Self {
            name: name.to_owned(),
            command,
            claims: Vec::new(),
            listens,
            port: None,
            form: Form::Command,
            root: Utf8PathBuf::new(),
            source: None,
            django: None,
            what,
            at,
            declared: false,
            installed: false,
            warnings: Vec::new(),
            broken: None,
        }
    }
}

/// Finds them.
pub struct Finder<'s, 't> {
    /// The tree.
    pub tree: &'t Tree,
    /// The project.
    pub project: &'s Project,
    /// Its sources.
    pub sources: &'s Sources<'t>,
    /// Its Django projects.
    pub djangos: &'s [Django<'s, 't>],
}

impl<'s, 't> Finder<'s, 't> {
    /// All entries.
    pub fn all(&self) -> Vec<Entry<'s, 't>> {
        let (mut found, warnings) = self.declared();
        for (index, django) in self.djangos.iter().enumerate() {
            found.push(self.django(index, django));
        }
        found.extend(applications(self.sources).into_iter().filter_map(|application| self.application(&application)));
        found.extend(self.shown());
        let taken: Vec<_> = found.iter().filter_map(|entry| entry.source.map(|source| source.path)).collect();
        // what a document starts as the project wants it is not started as anybody would
        if !found.iter().any(Entry::is_celery_worker) {
            found.extend(self.celery());
        }
        found.extend(self.scripts(&served(&found)));
        found.extend(self.files(&taken, Anywhere::No));
        if found.is_empty() {
            found = self.files(&[], Anywhere::Yes);
        }
        self.one_of_a_kind(&mut found);
        // what a document starts is one with what was found by itself
        let web = found
            .iter()
            .find(|entry| entry.declared && !entry.claims.is_empty())
            .map(|entry| (entry.source.map(|source| source.path), entry.django));
        if let Some((path, django)) = web {
            let same = |entry: &Entry<'_, '_>| {
                (django.is_some() && entry.django == django) || (path.is_some() && entry.source.map(|source| source.path) == path)
            };
            found.retain(|entry| entry.declared || !same(entry));
            // the project's own word goes before a module of the usual name
            found.iter_mut().filter(|entry| !entry.declared).for_each(|entry| entry.claims.retain(|claim| claim.value != Claim::Named));
        }
        let vendored = self.vendored();
        for entry in &mut found {
            if let Some(directory) = entry.source.and_then(|source| vendored.iter().find(|directory| source.path.starts_with(directory))) {
                entry.claims.push(Fact::new(Claim::Aside, Evidence::exists(directory, VENDORED)));
            }
            self.claim(entry);
            self.settle_django(entry);
            entry.warnings.extend(warnings.iter().cloned());
        }
        found
    }

    /// Directories of others' packages, which the program adds to where modules are looked for.
    fn vendored(&self) -> Vec<Utf8PathBuf> {
        let added = |call: &&Call| matches!(call.path.as_str(), "sys.path.insert" | "sys.path.append" | "site.addsitedir");
        let calls = self.sources.files.iter().flat_map(|source| source.outline.calls.iter().filter(added));
        let mut names = Vec::new();
        for argument in calls.flat_map(|call| &call.arguments) {
            texts(&argument.value, &mut names);
        }
        let named = names.iter().map(|name| Utf8Path::new(name.trim_matches(['.', '/'])));
        let others = named.filter(|name| name.file_name().is_some_and(|name| OTHERS.contains(&name)));
        others.map(|name| self.sources.directory.join(name)).filter(|directory| self.tree.has_directory(directory)).collect()
    }

    fn claim(&self, entry: &mut Entry<'s, 't>) {
        if let Some(source) = entry.source.filter(|source| source.is_aside()) {
            entry.claims.push(Fact::new(Claim::Aside, Evidence::exists(source.path, auxiliary::RULE)));
        }
        let normal = crate::read::requirement::normal;
        let named = self.project.name.as_ref().filter(|name| entry.name.is_empty() || normal(&entry.name) == normal(&name.value));
        if let Some(name) = named {
            // the manifest's word, which reaches all that lies below it
            entry.claims.push(Fact::new(Claim::Namesake, name.because()[0].under(NAMESAKE)));
        }
    }

    /// The variables that Django's processes need: to serve, or to work beside what serves.
    fn settle_django(&self, entry: &mut Entry<'s, 't>) {
        let beside = || {
            let [django] = self.djangos else { return None };
            let uses = |source: &Source<'t>| ask::imports(&source.outline, "django") || source.text.contains(django::MODULE);
            entry.source.filter(|source| self.sources.reach(source).into_iter().any(uses)).map(|_| django)
        };
        let django = entry.django.and_then(|index| self.djangos.get(index)).or_else(beside);
        for (name, value) in django.into_iter().flat_map(Django::env) {
            entry.command.env.entry(name).or_insert(value);
        }
    }

    fn django(&self, index: usize, django: &Django<'s, 't>) -> Entry<'s, 't> {
        let installs = |name: &str| self.project.installs(name).is_some();
        let wsgi = django.wsgi.as_ref().map(|fact| fact.value.clone());
        let asgi = django.asgi.as_ref().map(|fact| fact.value.clone());
        let asynchronous = installs("channels") || installs("daphne") || wsgi.is_none();
        let words = match (wsgi, asgi) {
            (_, Some(asgi)) if asynchronous && installs("uvicorn") => vec!["uvicorn".to_owned(), asgi],
            (_, Some(asgi)) if asynchronous && installs("daphne") => vec!["daphne".to_owned(), asgi],
            (Some(wsgi), _) if installs("gunicorn") => vec!["gunicorn".to_owned(), wsgi],
            (_, Some(asgi)) if installs("uvicorn") => vec!["uvicorn".to_owned(), asgi],
            (_, Some(asgi)) if installs("hypercorn") => vec!["hypercorn".to_owned(), asgi],
            (_, Some(asgi)) if installs("granian") => ["granian", "--interface", "asgi", &asgi].map(str::to_owned).to_vec(),
            (Some(wsgi), _) if installs("uwsgi") => self.uwsgi(&format!("{wsgi}:application"), &django.directory),
            (Some(wsgi), _) if installs("waitress") => vec!["waitress-serve".to_owned(), format!("{wsgi}:application")],
            _ if django.is_managed() => ["python", "manage.py", "runserver", "--noreload"].map(str::to_owned).to_vec(),
            _ => ["python", "-m", "django", "runserver", "--noreload"].map(str::to_owned).to_vec(),
        };
        let server = words.first().cloned().unwrap_or_default();
        let mut command = tune(words, self.sources);
        command.directory.clone_from(&django.directory);
        self.configured(&mut command);
        let what = format!("Django behind {server} ({})", django.at.file);
        let mut entry = Entry::new(if self.project.name.is_some() { "" } else { &django.package }, command, what, django.at.clone());
        entry.source = Some(django.main);
        entry.django = Some(index);
        if server == "python" {
            entry.what = format!("Django ({})", django.at.file);
            entry.warnings.push(no_server("Django", "gunicorn", &django.at));
        }
        entry
    }

    fn application(&self, application: &Application<'s, 't>) -> Option<Entry<'s, 't>> {
        let source = application.source;
        if self.djangos.iter().any(|django| source.path.starts_with(self.sources.directory.join(&django.directory).join(&django.package))) {
            return None;
        }
        let (command, lacks) = self.served(application);
        let what = format!("{} application ({})", application.framework, application.at.file);
        let mut entry = Entry::new("", command, what, application.at.clone());
        entry.source = Some(source);
        entry.root.clone_from(&source.root);
        entry.installed = self.is_installed(source);
        entry.name = if self.project.name.is_some() { String::new() } else { nameable(source) };
        entry.port = Some(Worth::Own);
        if matches!(source.path.file_stem(), Some("wsgi" | "asgi")) {
            entry.claims.push(Fact::new(Claim::Named, Evidence::exists(source.path, MODULE)));
        }
        if let Some(server) = lacks {
            let starts = entry.command.words.first().is_some_and(|word| word != "python") || ask::guarded(&source.outline).is_some();
            let error = nothing_starts(application.framework, server, &application.at);
            // what its framework brings is for development: anything else that starts is meant before it
            if starts && entry.command.words.first().is_some_and(|word| word == "flask") {
                entry.claims.push(Fact::new(Claim::Aside, application.at.under(ALONE)));
            }
            if starts { entry.warnings.push(no_server(application.framework, server, &application.at)) } else { entry.broken = Some(error) }
        }
        Some(entry)
    }
}

/// All texts in a value.
fn texts<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
    match value {
        Value::Text(text) => found.push(text),
        Value::Joined(values) | Value::Either(values) | Value::List(values) => values.iter().for_each(|value| texts(value, found)),
        Value::Call(call) => {
            let receiver = call.receiver.as_deref();
            receiver.into_iter().chain(call.arguments.iter().map(|argument| &argument.value)).for_each(|value| texts(value, found));
        }
        _ => {}
    }
}

/// The files whose application a server serves that is among the dependencies.
fn served<'s>(entries: &[Entry<'s, '_>]) -> Vec<&'s Utf8Path> {
    let serves = |entry: &&Entry<'_, '_>| entry.port.is_some() && entry.warnings.is_empty() && entry.broken.is_none();
    entries.iter().filter(serves).filter_map(|entry| entry.source.map(|source| source.path)).collect()
}

/// A name for what a file starts: the file's, or its package's where the file's says nothing.
pub fn nameable(source: &Source<'_>) -> String {
    let last = source.module.trim_end_matches(".__main__").rsplit('.').next().unwrap_or("app");
    let generic = STARTERS.contains(&last) || matches!(last, "wsgi" | "asgi" | "application");
    let package = source.module.split('.').next().filter(|package| generic && *package != last);
    package.unwrap_or(last).replace('_', "-")
}

fn no_server(framework: &str, server: &str, at: &Evidence) -> Diagnostic {
    let message = format!("no production server is among the dependencies: {framework} is started by what it brings for development");
    Diagnostic::warning("python::no-server", message).because(at).help(format!("add `{server}` to the dependencies and run imggen again"))
}

fn nothing_starts(framework: &str, server: &str, at: &Evidence) -> Diagnostic {
    let message = format!("no server is among the dependencies, and {framework} does not start by itself");
    Diagnostic::error("python::no-server", message).because(at).help(format!("add `{server}` to the dependencies and run imggen again"))
}
