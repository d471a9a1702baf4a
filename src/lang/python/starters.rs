//! What starts by itself: the project's commands, files, and packages with a `__main__`.

use camino::Utf8Path;

use super::command::{Command, tune};
use super::entry::{Entry, Finder, Form, STARTERS, nameable};
use super::outline::ask;
use super::sources::Source;
use crate::app::Claim;
use crate::evidence::{Evidence, Fact, Rule};
use crate::program::{At, Call, Value};

const SERVED: Rule = Rule::parsed("python.served", "a server that is among the dependencies serves the application of this file");
const RELOADS: Rule = Rule::parsed("python.reloads", "this server starts again when a file changes: it is for work on the program");
const GUARD: Rule = Rule::parsed("python.main", "this runs when the file is started");
const TOP: Rule = Rule::weak("python.top-level", "runs code at top level and is named like an entry point");
const HELPER: Rule = Rule::weak("python.helper", "beside the file that is named for what starts, this is a check or a tool of its own");
const ALIAS: Rule = Rule::parsed("python.alias", "this does no more than start another file");
const MAIN: Rule = Rule::parsed("python.main-module", "this runs with `python -m`");
/// Files that are for the project's tools.
const TOOLS: [&str; 9] =
    ["setup.py", "manage.py", "conftest.py", "noxfile.py", "fabfile.py", "gunicorn.conf.py", "tasks.py", "wsgi.py", "asgi.py"];

/// Names that say of a file that it is what starts.
const MAINS: [&str; 5] = ["main.py", "run.py", "start.py", "app.py", "server.py"];
/// What modules do to make ready.
const PREPARES: [&str; 12] = [
    "load_dotenv",
    "basicConfig",
    "getLogger",
    "filterwarnings",
    "simplefilter",
    "append",
    "insert",
    "setLevel",
    "addHandler",
    "monkey_patch",
    "patch_all",
    "setdefault",
];

/// Whether files of any name count: where nothing else is there to start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anywhere {
    /// Those of a telling name or place alone.
    No,
    /// All that do something.
    Yes,
}

impl<'s, 't> Finder<'s, 't> {
    /// The commands that the project declares. One that starts an application which a server serves is for work on it.
    pub(super) fn scripts(&self, served: &[&Utf8Path]) -> Vec<Entry<'s, 't>> {
        if self.project.package.is_none() {
            return Vec::new();
        }
        let entry = |script: &Fact<super::package::Script>| {
            let command = Command { words: vec![script.value.name.clone()], ..Command::default() };
            let at = script.because()[0].clone();
            let mut entry = Entry::new(&script.value.name, command, format!("command `{}` ({})", script.value.name, at.file), at);
            let module = script.value.target.split(':').next().unwrap_or_default();
            entry.source = self.sources.module(module);
            if entry.source.is_some_and(|source| served.contains(&source.path)) {
                entry.claims.push(Fact::new(Claim::Aside, entry.at.under(SERVED)));
            }
            entry.form = Form::Tool;
            entry.installed = true;
            entry
        };
        self.project.scripts.iter().map(entry).collect()
    }

    /// Files that are started by themselves, and packages that are.
    pub(super) fn files(&self, taken: &[&Utf8Path], anywhere: Anywhere) -> Vec<Entry<'s, 't>> {
        let commanded = |source: &Source<'_>| {
            let top = source.module.split('.').next();
            self.project.package.is_some()
                && self.project.scripts.iter().any(|script| {
                    let module = script.value.target.split(':').next().unwrap_or_default();
                    // in the same package, or a file that does no more than start it
                    module.split('.').next() == top || source.outline.imports.iter().any(|import| inside(&import.path, module))
                })
        };
        let entry = |source: &'s Source<'t>| {
            let name = source.path.file_name().unwrap_or_default();
            let stem = source.path.file_stem().unwrap_or_default();
            if taken.contains(&source.path) || TOOLS.contains(&name) || commanded(source) {
                return None;
            }
            let depth = source.path.strip_prefix(&self.sources.directory).map_or(9, |inside| inside.components().count());
            let telling = STARTERS.contains(&stem) || anywhere == Anywhere::Yes;
            let at = if name == "__main__.py" && !source.root.as_str().contains("__") {
                Evidence::exists(source.path, MAIN)
            } else if let Some(guard) = ask::guarded(&source.outline).filter(|_| depth == 1 || telling) {
                source.evidence(guard, GUARD)
            } else {
                let call = works(source).filter(|_| telling && depth <= 2 && !self.is_imported(source))?;
                source.evidence(call, TOP)
            };
            let command = tune(self.plain(source), self.sources);
            let own = if STARTERS.contains(&stem) && depth == 1 && self.project.name.is_some() {
                String::new()
            } else if STARTERS.contains(&stem) && depth == 1 || name == "__main__.py" {
                nameable(source)
            } else {
                stem.to_owned()
            };
            let mut entry = Entry::new(
                &own,
                command,
                format!("{} ({})", source.path.strip_prefix(&self.sources.directory).unwrap_or(source.path), at.file),
                at,
            );
            entry.what = format!("starts {}", source.path.strip_prefix(&self.sources.directory).unwrap_or(source.path));
            entry.source = Some(source);
            entry.root.clone_from(&source.root);
            entry.installed = self.is_installed(source);
            entry.claims.extend(reloads(source).map(|call| Fact::new(Claim::Aside, source.evidence(call, RELOADS))));
            Some(entry)
        };
        let mut found: Vec<_> = self.sources.files.iter().filter_map(entry).collect();
        self.set_helpers_aside(&mut found);
        set_aliases_aside(&mut found);
        found
    }

    /// Beside a file that is named for what starts, the guards of other files are checks and tools of their own.
    fn set_helpers_aside(&self, found: &mut [Entry<'s, 't>]) {
        let is_main = |entry: &Entry<'_, '_>| {
            let inside = entry.source.and_then(|source| source.path.strip_prefix(&self.sources.directory).ok());
            inside.is_some_and(|path| MAINS.contains(&path.as_str()))
        };
        let Some(main) = found.iter().find(|entry| is_main(entry)).and_then(|entry| entry.source) else { return };
        let parts = self.sources.reach(main);
        for entry in found.iter_mut().filter(|entry| !is_main(entry)) {
            let Some(source) = entry.source else { continue };
            let starter = source.path.file_stem().is_some_and(|stem| STARTERS.contains(&stem) || stem == "__main__");
            if !starter || parts.iter().any(|part| part.path == source.path) {
                entry.claims.push(Fact::new(Claim::Aside, entry.at.under(HELPER)));
            }
        }
    }

    /// Whether another file of the project's own imports this one.
    fn is_imported(&self, source: &Source<'_>) -> bool {
        let names = |other: &Source<'_>| other.outline.imports.iter().any(|import| inside(&other.absolute(&import.path), &source.module));
        self.sources.files.iter().any(|other| other.path != source.path && !other.is_aside() && names(other))
    }
}

/// A file that does no more than start another one is that one under another name.
fn set_aliases_aside(found: &mut [Entry<'_, '_>]) {
    let modules: Vec<_> = found.iter().filter_map(|entry| Some(entry.source?.module.clone())).collect();
    for entry in found.iter_mut().filter(|entry| !entry.at.file.file_name().is_some_and(|name| MAINS.contains(&name))) {
        let Some(source) = entry.source.filter(|source| ask::functions(&source.outline).next().is_none()) else { continue };
        let other =
            |module: &&String| **module != source.module && source.outline.imports.iter().any(|import| inside(&import.path, module));
        if source.outline.types.is_empty() && modules.iter().any(|module| other(&module)) {
            entry.claims.push(Fact::new(Claim::Aside, entry.at.under(ALIAS)));
        }
    }
}

/// Whether a name is a module's or of something in it.
fn inside(name: &str, module: &str) -> bool {
    name.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// What a module does when it is loaded, besides making ready: a call whose result nobody keeps.
fn works(source: &Source<'_>) -> Option<At> {
    let outline = &source.outline;
    let kept = |at: At| outline.bindings.iter().any(|binding| binding.at.start <= at.start && at.end <= binding.at.end);
    let works = |call: &&Call| ask::at_load(call.context) && !PREPARES.contains(&call.method()) && !kept(call.at);
    outline.calls.iter().find(works).map(|call| call.at)
}

/// A server that is started on an application by its name, and again when a file changes.
fn reloads(source: &Source<'_>) -> Option<At> {
    let by_name = |call: &Call| ask::first(call).and_then(Value::text).is_some_and(|name| name.contains(':'));
    let again = |call: &Call| ask::named(call, "reload").is_some_and(|value| *value == Value::Truth(true));
    source.outline.calls.iter().find(|call| by_name(call) && again(call)).map(|call| call.at)
}
