//! What a program does when it runs, beside listening: what it writes, and what it needs of its base.

#[cfg(test)]
mod tests;

use camino::{Utf8Path, Utf8PathBuf};

use super::artifact::Server;
use super::config::{Config, Entry, filled};
use super::dropwizard;
use super::listen::listens;
use super::logging;
use super::picocli;
use super::sources::Sources;
use super::word::{Word, with_files};
use crate::app::{Behaviour, Interface, Listen, WritePath};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule};
use crate::need::Need;
use crate::program::observe::warnings;
use crate::program::{Observed, Program, Site};
use crate::tree::Tree;

const SERVED: Rule = Rule::parsed("java.served", "a server that is not its own serves this");
const WRITES: Rule = Rule::parsed("java.writes", "it writes here");
const FONTS: Rule = Rule::parsed("java.fonts", "this draws text");

/// The code of the warning that only the container itself reaches it.
const LOOPBACK: &str = "bind::loopback";
/// Keys of a configuration whose values are files or directories that are written.
const FILES: [&str; 6] = [
    "logging.file.name",
    "logging.file",
    "quarkus.log.file.path",
    "quarkus.log.file.rotation.file-suffix",
    "logger.file",
    "spring.servlet.multipart.location",
];
const DIRECTORIES: [&str; 3] = ["logging.file.path", "logging.path", "server.tomcat.basedir"];

/// What a server does with an archive: it listens for it, and writes down what the archive says of its own deployment.
pub fn serve(behaviour: &mut Behaviour, server: &Server, served: &Evidence) {
    let at = served.under(SERVED);
    let listen = Listen { port: Some(server.port), variable: None, interface: Interface::Any, host: None };
    behaviour.listens = vec![Fact::new(listen, at.clone())];
    behaviour.writes.extend(server.directory.map(|directory| Fact::new(WritePath { directory: directory.into() }, at.clone())));
    if !server.arguments.is_empty() && behaviour.command.is_none() {
        behaviour.command = Some(Fact::new(server.arguments.iter().map(|word| (*word).to_owned()).collect(), at));
    }
}

/// What is said about how it is started.
pub struct Start<'s> {
    /// What it is called.
    pub name: &'s str,
    /// What documents say.
    pub word: &'s Word,
    /// What its build says.
    pub arguments: Option<Fact<Vec<String>>>,
}

impl Start<'_> {
    /// The arguments as they have to be in the image, and the files among them: as a document says, the build, or what is made of `depends`.
    fn arguments(
        &self,
        tree: &Tree,
        directory: &Utf8Path,
        depends: &dyn Fn(&str) -> Option<Evidence>,
        seen: &mut Behaviour,
    ) -> (Vec<Diagnostic>, Vec<Utf8PathBuf>) {
        let warning = self.word.complete(self.name, seen);
        let usual = || DROPWIZARD.iter().find_map(|name| depends(name)).map(|at| dropwizard::command(tree, directory, &at));
        let command = seen.command.take().or_else(|| self.arguments.clone()).or_else(usual);
        let Some(command) = command else { return (warning.into_iter().collect(), Vec::new()) };
        let (command, files) = with_files(tree, directory, &command);
        let sources = files.iter().map(|file| file.value.source.clone()).collect();
        seen.command = Some(command);
        seen.reads.retain(|read| !files.iter().any(|file| file.value.source == read.value.source));
        seen.reads.extend(files);
        (warning.into_iter().collect(), sources)
    }
}

/// Dependencies that make a program Dropwizard's.
const DROPWIZARD: [&str; 2] = ["dropwizard-core", "dropwizard-bom"];

/// What it does, as its sources, its configuration and its dependencies show it.
///
/// # Errors
/// When the vocabulary is broken.
pub fn observe(
    catalog: &Catalog,
    site: &Site<'_>,
    directories: &[Utf8PathBuf],
    sources: &Sources<'_>,
    depends: &dyn Fn(&str) -> Option<Evidence>,
    start: &Start<'_>,
) -> Result<Observed> {
    let program = Program::new(sources.files.iter().collect(), catalog.vocabulary("java")?);
    let mut seen = program.observe(site);
    if seen.behaviour.command.is_none() {
        let (command, several) = picocli::subcommand(sources, &seen.behaviour);
        seen.behaviour.command = command;
        seen.warnings.extend(several);
    }
    let directory = directories.first().map_or(Utf8Path::new(""), |directory| directory.as_path());
    let (said, files) = start.arguments(site.tree, directory, depends, &mut seen.behaviour);
    seen.warnings.extend(said);
    let config = Config::read(site.tree, directories, sources, start.word.profiles().as_ref())
        .and_files(site.tree, &files)
        .under(start.word.properties());
    if let Some(configured) = listens(depends, &config) {
        seen.warnings.retain(|warning| warning.code != LOOPBACK);
        seen.warnings.extend(warnings(&configured));
        seen.behaviour.listens = configured;
    }
    let known = |known: &[Fact<WritePath>], path: &WritePath| known.iter().any(|known| known.value == *path);
    for write in writes(config.entries().chain(&logging::files(site.tree, directories))) {
        if !known(&seen.behaviour.writes, &write.value) {
            seen.behaviour.writes.push(write);
        }
    }
    let libraries = ["jasperreports", "poi", "pdfbox", "openpdf", "flying-saucer", "jfreechart", "batik", "itext"];
    if let Some(at) = libraries.iter().find_map(|name| depends(name)) {
        let at = at.under(FONTS);
        seen.behaviour.needs.extend(["fontconfig", "freetype"].map(|name| Fact::new(Need::Library(name.into()), at.clone())));
    }
    Ok(seen)
}

fn writes<'e>(entries: impl Iterator<Item = &'e Entry>) -> Vec<Fact<WritePath>> {
    let mut found: Vec<Fact<WritePath>> = Vec::new();
    let mut add = |directory: &str, at: &Evidence| {
        let directory = directory.trim_start_matches("./").trim_end_matches('/');
        let directory = camino::Utf8PathBuf::from(directory);
        let known = found.iter().any(|known| known.value.directory == directory);
        if !known && !directory.starts_with("/tmp") && !directory.as_str().contains(['$', '~', '*', ' ']) {
            found.push(Fact::new(WritePath { directory }, at.under(WRITES)));
        }
    };
    let parent = |path: &str| camino::Utf8Path::new(path).parent().map_or("", camino::Utf8Path::as_str).to_owned();
    for entry in entries {
        let filled = filled(entry.value.trim());
        let value = filled.as_str();
        if (entry.key.is_empty() || FILES.contains(&entry.key.as_str())) && !value.is_empty() {
            add(&parent(value), &entry.at);
        } else if DIRECTORIES.contains(&entry.key.as_str()) && !value.is_empty() {
            add(value, &entry.at);
        } else if let Some(path) = database(value) {
            add(&parent(path), &entry.at);
        }
    }
    found
}

/// The file of a database that is one: `jdbc:h2:file:./data/shop`, `jdbc:sqlite:shop.db`.
fn database(url: &str) -> Option<&str> {
    let url = url.strip_prefix("jdbc:")?;
    let path = match url.split_once(':')? {
        ("sqlite", path) => path.trim_start_matches("file:"),
        ("h2", path) => path.strip_prefix("file:").or_else(|| path.starts_with(['.', '/']).then_some(path))?,
        ("hsqldb", path) => path.strip_prefix("file:")?,
        ("derby", path) if !path.starts_with("memory:") && !path.starts_with("//") => path,
        _ => return None,
    };
    let path = path.split([';', '?']).next().unwrap_or_default();
    (!path.is_empty() && !path.starts_with([':', '~'])).then_some(path)
}
