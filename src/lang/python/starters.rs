//! What starts by itself: the project's commands, files, and packages with a `__main__`.

use camino::Utf8Path;

use super::command::{Command, tune};
use super::entry::{Entry, Finder, Form, STARTERS, nameable};
use super::outline::ask;
use super::sources::Source;
use crate::evidence::{Evidence, Fact, Rule};

const GUARD: Rule = Rule::parsed("python.main", "this runs when the file is started");
const TOP: Rule = Rule::weak("python.top-level", "this file of a telling name does its work when it is started");
const MAIN: Rule = Rule::parsed("python.main-module", "this runs with `python -m`");
/// Files that are for the project's tools.
const TOOLS: [&str; 9] =
    ["setup.py", "manage.py", "conftest.py", "noxfile.py", "fabfile.py", "gunicorn.conf.py", "tasks.py", "wsgi.py", "asgi.py"];

impl<'s, 't> Finder<'s, 't> {
    /// The commands that the project declares.
    pub(super) fn scripts(&self) -> Vec<Entry<'s, 't>> {
        if self.project.package.is_none() {
            return Vec::new();
        }
        let entry = |script: &Fact<super::package::Script>| {
            let command = Command { words: vec![script.value.name.clone()], ..Command::default() };
            let at = script.because()[0].clone();
            let mut entry = Entry::new(&script.value.name, command, format!("command `{}` ({})", script.value.name, at.file), at);
            let module = script.value.target.split(':').next().unwrap_or_default();
            entry.source = self.sources.module(module);
            entry.form = Form::Tool;
            entry.installed = true;
            entry
        };
        self.project.scripts.iter().map(entry).collect()
    }

    /// Files that are started by themselves, and packages that are.
    pub(super) fn files(&self, taken: &[&Utf8Path]) -> Vec<Entry<'s, 't>> {
        let commanded = |source: &Source<'_>| {
            let top = source.module.split('.').next();
            self.project.package.is_some() && self.project.scripts.iter().any(|script| script.value.target.split(['.', ':']).next() == top)
        };
        let entry = |source: &'s Source<'t>| {
            let name = source.path.file_name().unwrap_or_default();
            let stem = source.path.file_stem().unwrap_or_default();
            if taken.contains(&source.path) || TOOLS.contains(&name) || commanded(source) {
                return None;
            }
            let depth = source.path.strip_prefix(&self.sources.directory).map_or(9, |inside| inside.components().count());
            let at = if name == "__main__.py" && !source.root.as_str().contains("__") {
                Evidence::exists(source.path, MAIN)
            } else if let Some(guard) = ask::guarded(&source.outline).filter(|_| depth == 1 || STARTERS.contains(&stem)) {
                source.evidence(guard, GUARD)
            } else {
                let works = source.outline.calls.iter().find(|call| ask::at_load(call.context) && !call.path.ends_with("load_dotenv"));
                let call = works.filter(|_| STARTERS.contains(&stem) && depth <= 2)?;
                source.evidence(call.at, TOP)
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
            Some(entry)
        };
        self.sources.files.iter().filter_map(entry).collect()
    }
}
