//! What a Procfile starts.

use camino::Utf8Path;

use super::command::{self, Command, tune};
use super::entry::{Entry, Finder, PROCFILE, nameable};
use super::listen;
use super::sources::Source;
use crate::app::Claim;
use crate::evidence::{Evidence, Fact, Span};

impl<'s, 't> Finder<'s, 't> {
    /// Its lines, but what runs before a release.
    pub(super) fn procfile(&self) -> Vec<Entry<'s, 't>> {
        let file = self.project.directory.join("Procfile");
        let lines = (1..).zip(self.tree.text(&file).unwrap_or_default().lines());
        let entry = |(number, line): (usize, &str)| {
            let (kind, rest) = line.split_once(':')?;
            if line.trim_start().starts_with('#') || kind == "release" || rest.trim().is_empty() {
                return None;
            }
            let (directory, mut words) = command::words(rest);
            let given = command::assignments(&mut words);
            let mut command = tune(words, self.sources);
            command.env.extend(given);
            command.directory = directory;
            self.configured(&mut command);
            let at = Evidence::at(file.clone(), Span::of_line(number, line), PROCFILE, line.trim());
            let mut entry = Entry::new(if kind == "web" { "" } else { kind }, command, String::new(), at);
            if kind == "web" {
                entry.claims.push(Fact::new(Claim::Named, entry.at.clone()));
            }
            let program = entry.command.words.first().cloned().unwrap_or_default();
            let django = if self.djangos.is_empty() || kind != "web" { "" } else { "Django behind " };
            entry.what = format!("{django}{program} (Procfile:{number})");
            entry.source = self.started(&entry.command);
            if entry.name.is_empty() && self.project.name.is_none() {
                entry.name = entry.source.map(nameable).unwrap_or_default();
            }
            entry.django = self.djangos.iter().position(|django| django.directory == entry.command.directory).filter(|_| kind == "web");
            if let Some(django) = entry.django.and_then(|index| self.djangos.get(index)).filter(|_| self.project.name.is_none()) {
                entry.name.clone_from(&django.package);
            }
            if let Some(source) = entry.source.filter(|_| entry.listens.is_empty()) {
                entry.listens = listen::listens(self.sources, source);
            }
            Some(entry)
        };
        lines.filter_map(entry).collect()
    }

    /// The project's file that a command starts.
    fn started(&self, command: &Command) -> Option<&'s Source<'t>> {
        let base = self.sources.directory.join(&command.directory);
        let target = |word: &String| {
            if Utf8Path::new(word).extension() == Some("py") {
                return self.sources.files.iter().find(|source| source.path == base.join(word));
            }
            let module = word.split([':', '(']).next().unwrap_or_default();
            self.sources.module(module)
        };
        command.words.iter().skip(1).filter(|word| !word.ends_with("conf.py")).find_map(target)
    }
}
