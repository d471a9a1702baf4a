//! What compiling reads besides the sources: files that macros, attributes and template engines compile in, the history of the repository,
//! queries that are checked against a database, and paths that keep the place where the program was compiled.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::super::outline::outline;
use super::super::reach::Reach;
use super::sources::File;
use crate::app::RunFile;
use crate::catalog::vocabulary::last_word;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule};
use crate::program::observe::named_by_the_build;
use crate::program::{Call, Value};
use crate::tree::Tree;
use crate::tree::path::inside;

const EMBEDS: Rule = Rule::parsed("rust.compiled-in", "compiles a file of the project into the program");
const BAKED: Rule = Rule::parsed("rust.manifest-dir", "opens a path below the directory that the program was compiled in");
const STAMPED: Rule = Rule::parsed("rust.git-version", "asks for the repository's history while it is compiled");
const CHECKED: Rule = Rule::parsed("rust.sqlx-macro", "is checked against a database while it is compiled");

/// Where the sources lie while they are compiled.
const COMPILED_IN: &str = "/src";
/// How a macro asks for the directory of its manifest.
const MANIFEST_DIRECTORY: &str = "CARGO_MANIFEST_DIR";
/// How far behind it the path may stand that it is put before, in bytes.
const NEAR: u32 = 80;

/// Macros that compile files in, and the directory that they take when they are told none.
const OF_PACKAGE: [(&str, &str); 6] = [
    ("include_dir!", ""),
    ("embed_asset!", ""),
    ("load_assets!", ""),
    ("migrate!", "migrations"),
    ("embed_migrations!", "migrations"),
    ("i18n!", "locales"),
];

/// Template engines that compile the directory `templates` in.
const ENGINES: [&str; 5] = ["askama", "rinja", "sailfish", "ructe", "yarte"];

/// Queries of sqlx that are checked while they are compiled.
const QUERIES: [&str; 6] = ["query!", "query_as!", "query_scalar!", "query_file!", "query_file_as!", "query_file_scalar!"];

/// What was found.
#[derive(Debug, Default)]
pub struct Compiled {
    /// Files that compiling reads.
    pub keeps: Vec<Utf8PathBuf>,
    /// What is compiled in, and so not opened.
    pub embedded: Vec<Fact<Utf8PathBuf>>,
    /// What is opened in the place where it lay while the program was compiled.
    pub baked: Vec<Fact<RunFile>>,
    /// Environment of the build.
    pub env: BTreeMap<String, String>,
    /// What is compiled into it and not in the project.
    pub missing: Vec<Fact<Utf8PathBuf>>,
    /// What wants a look.
    pub warnings: Vec<Diagnostic>,
}

struct Finder<'t> {
    tree: &'t Tree,
    found: Compiled,
}

/// Looks through all files, whether the program calls what is in them or not.
#[must_use]
pub fn look(tree: &Tree, files: &[File<'_>], reach: &Reach<'_>) -> Compiled {
    let mut finder = Finder { tree, found: Compiled::default() };
    for file in files {
        finder.file(file);
    }
    for local in &reach.locals {
        finder.build_script(&local.package.directory);
    }
    finder.engines(reach);
    finder.queries(files, reach);
    let mut found = finder.found;
    found.keeps.sort();
    found.keeps.dedup();
    found
}

impl Finder<'_> {
    fn file(&mut self, file: &File<'_>) {
        let source = &file.source;
        for call in &source.outline.calls {
            self.call(file, call);
        }
        for annotation in source.outline.types.iter().flat_map(|declared| &declared.annotations).filter(|it| it.name == "folder") {
            if let Some(path) = annotation.arguments.first().and_then(|argument| argument.value.text()) {
                self.embed(&file.package, path, &source.evidence(annotation.at, EMBEDS));
            }
        }
    }

    fn call(&mut self, file: &File<'_>, call: &Call) {
        let source = &file.source;
        let text = || call.arguments.iter().rev().find_map(|argument| last_text(&argument.value));
        let asks = |name: &str| call.arguments.iter().any(|argument| asks_for(&argument.value, name));
        match last_word(&call.path) {
            "include_str!" | "include_bytes!" | "include!" if !asks("OUT_DIR") => {
                let directory = source.path.parent().unwrap_or(Utf8Path::new(""));
                let base = if asks(MANIFEST_DIRECTORY) { file.package.as_path() } else { directory };
                if let Some(path) = text() {
                    self.embed(base, path, &source.evidence(call.at, EMBEDS));
                }
            }
            "git_version!" | "git_describe!" if !call.arguments.iter().any(|argument| argument.name.as_deref() == Some("fallback")) => {
                let message = "the program is stamped with the history of its repository, which an image's build does not have";
                let warning = Diagnostic::warning("rust::needs-history", message).because(&source.evidence(call.at, STAMPED));
                self.found.warnings.push(warning.help("give the macro a `fallback = \"...\"`, or it does not compile there"));
            }
            "env!" if asks_for(&Value::Call(Arc::new(call.clone())), MANIFEST_DIRECTORY) && !is_embedded(file, call) => {
                let mut behind = source.outline.texts.iter().filter(|(_, at)| at.start >= call.at.end && at.start < call.at.end + NEAR);
                if let Some((path, at)) = behind.next() {
                    self.baked(&file.package, path, source.evidence(*at, BAKED));
                }
            }
            "relative!" => {
                if let Some(path) = text() {
                    self.baked(&file.package, path, source.evidence(call.at, BAKED));
                }
            }
            name => {
                let Some((_, default)) = OF_PACKAGE.iter().find(|(known, _)| *known == name) else { return };
                let path = text().unwrap_or(default);
                if !path.is_empty() {
                    self.embed(&file.package, path, &source.evidence(call.at, EMBEDS));
                }
            }
        }
    }

    fn embed(&mut self, base: &Utf8Path, path: &str, evidence: &Evidence) {
        let Some((path, _)) = named_by_the_build(path) else { return };
        let Some(target) = inside(base, path) else { return };
        self.found.embedded.push(Fact::new(target.clone(), evidence.clone()));
        if self.tree.has(&target) {
            if self.is_secret(&target) {
                let message = format!("`{target}` is compiled into the program: whoever has the image has it");
                let warning = Diagnostic::warning("rust::secret-compiled-in", message).because(evidence);
                self.found.warnings.push(warning.help("read it when the program runs, from a file or a secret that is mounted"));
            }
            self.found.keeps.push(target);
        } else if self.tree.has_directory(&target) {
            self.found.keeps.extend(self.tree.below(&target).map(Utf8Path::to_owned));
        } else {
            self.found.missing.push(Fact::new(target, evidence.clone()));
        }
    }

    /// Whether a file holds what nobody else is to know, by its name or by what it says of itself.
    fn is_secret(&self, path: &Utf8Path) -> bool {
        let name = path.file_name().unwrap_or_default();
        let by_name = name.starts_with(".env") || name == ".netrc" || path.extension() == Some("key");
        by_name || self.tree.text(path).is_ok_and(|text| text.contains("PRIVATE KEY-----"))
    }

    /// A path below the directory of compilation, which the image then has to have in the same place.
    fn baked(&mut self, package: &Utf8Path, path: &str, evidence: Evidence) {
        let Some(source) = inside(package, path.trim_start_matches('/')).filter(|source| source != package) else { return };
        let is_there = self.tree.has(&source) || self.tree.has_directory(&source);
        if is_there && !self.found.baked.iter().any(|known| source.starts_with(&known.value.source)) {
            let opened_as = Utf8Path::new(COMPILED_IN).join(&source);
            self.found.baked.push(Fact::new(RunFile { source, opened_as }, evidence));
        }
    }

    /// What a build script reads: texts that name paths of the project.
    fn build_script(&mut self, package: &Utf8Path) {
        let Ok(text) = self.tree.text(package.join("build.rs")) else { return };
        for path in outline(text, "crate", None).texts.iter().filter_map(|(text, _)| inside(package, text)) {
            if self.is_secret(&path) {
                continue;
            }
            if self.tree.has(&path) {
                self.found.keeps.push(path);
            } else if path.file_name().is_some() && path != package && self.tree.has_directory(&path) {
                self.found.keeps.extend(self.tree.below(&path).map(Utf8Path::to_owned));
            }
        }
    }

    fn engines(&mut self, reach: &Reach<'_>) {
        for external in ENGINES.iter().flat_map(|name| reach.named(name)) {
            let directory = external.of.directory.join("templates");
            self.found.keeps.extend(self.tree.below(&directory).map(Utf8Path::to_owned));
            self.found.embedded.push(Fact::new(directory, external.evidence.clone()));
        }
    }

    /// Queries that are checked while they are compiled: by what was prepared, or else by a database that no image's build has.
    fn queries(&mut self, files: &[File<'_>], reach: &Reach<'_>) {
        if reach.named("sqlx").next().is_none() {
            return;
        }
        let mut calls = files.iter().flat_map(|file| file.source.outline.calls.iter().map(move |call| (file, call)));
        let Some((file, call)) = calls.find(|(_, call)| QUERIES.contains(&last_word(&call.path))) else { return };
        let mut places: Vec<Utf8PathBuf> =
            reach.locals.iter().flat_map(|local| [local.package.directory.clone(), local.package.root.clone()]).collect();
        places.dedup();
        let prepared: Vec<_> = places
            .iter()
            .flat_map(|place| [place.join(".sqlx"), place.join("sqlx-data.json")])
            .filter(|path| self.tree.has(path) || self.tree.has_directory(path))
            .collect();
        if prepared.is_empty() {
            let message = "queries are checked against a database while they are compiled, and an image's build has none";
            let warning = Diagnostic::warning("rust::sqlx-online", message).because(&file.source.evidence(call.at, CHECKED));
            self.found.warnings.push(warning.help("run `cargo sqlx prepare` and commit the directory `.sqlx`"));
            return;
        }
        self.found.env.insert("SQLX_OFFLINE".into(), "true".into());
        self.found.keeps.extend(prepared);
    }
}

/// Whether a macro that compiles a file in stands around a call.
fn is_embedded(file: &File<'_>, call: &Call) -> bool {
    let around = file.source.outline.calls.iter().filter(|other| other.at.start <= call.at.start && call.at.end <= other.at.end);
    around.map(|other| last_word(&other.path)).any(|name| name.starts_with("include") || OF_PACKAGE.iter().any(|(known, _)| *known == name))
}

/// The last text in an expression.
fn last_text(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        Value::Joined(parts) | Value::List(parts) => parts.iter().rev().find_map(last_text),
        _ => None,
    }
}

/// Whether an expression asks for a variable of the build: `env!("OUT_DIR")`.
fn asks_for(value: &Value, name: &str) -> bool {
    match value {
        Value::Joined(parts) | Value::List(parts) => parts.iter().any(|part| asks_for(part, name)),
        Value::Call(call) if call.path == "env!" => call.arguments.first().and_then(|argument| argument.value.text()) == Some(name),
        Value::Call(call) => call.arguments.iter().any(|argument| asks_for(&argument.value, name)),
        _ => false,
    }
}
