//! Files: those that are compiled in, those that are opened when the program runs, and directories that it writes to.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::super::reach::Reach;
use super::super::scan::scan;
use super::super::workspace::Package;
use super::call_bracket;
use super::source::Source;
use super::value::{HOLE, Part, Place, Values};
use crate::app::{RunFile, WritePath};
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule, Strength};
use crate::tree::Tree;
use crate::tree::path::inside;

const EMBEDS: Rule = Rule::parsed("rust.compiled-in", "compiles a file of the project into the program");
const READS: Rule = Rule::parsed("rust.reads-file", "opens a path of the project when the program runs");
const BAKED: Rule = Rule::parsed("rust.manifest-dir", "opens a path below the directory that the program was compiled in");
const MENTIONED: Rule = Rule::weak("rust.names-file", "names a path of the project that the program seems to open");
const WRITES: Rule = Rule::parsed("rust.writes", "writes when the program runs");
const STAMPED: Rule = Rule::parsed("rust.git-version", "asks for the repository's history while it is compiled");
const CHECKED: Rule = Rule::parsed("rust.sqlx-macro", "is checked against a database while it is compiled");

/// Where the sources lie while they are compiled.
const COMPILED_IN: &str = "/src";

/// Functions that open what they are given, with the argument's index.
const READERS: [(&str, usize); 23] = [
    ("open", 0),
    ("open_async", 0),
    ("read", 0),
    ("read_to_string", 0),
    ("read_dir", 0),
    ("ServeDir", 0),
    ("ServeFile", 0),
    ("FileServer", 0),
    ("Files", 1),
    ("dir", 0),
    ("file", 0),
    ("Tera", 0),
    ("with_name", 0),
    ("path_loader", 0),
    ("register_templates_directory", 1),
    ("register_template_file", 1),
    ("Migrator", 0),
    ("canonicalize", 0),
    ("StaticFilesEndpoint", 0),
    ("StaticFileEndpoint", 0),
    ("StaticDir", 0),
    ("from_file", 0),
    ("join", 0),
];

/// Functions that make or fill what they are given.
const WRITERS: [&str; 6] = ["create_dir_all", "create_dir", "create", "write", "connect", "open"];

/// Directories that are read and not compiled.
const ASSETS: &str = "asset assets config configs configuration conf data db frontend html i18n images lang locale locales migrations pages public resources schema schemas \
    sql static template templates themes translations ui views web www dist build";

/// Queries of sqlx that are checked while they are compiled.
const QUERIES: [&str; 6] = ["query", "query_as", "query_scalar", "query_file", "query_file_as", "query_file_scalar"];

/// What was found.
#[derive(Debug, Default)]
pub struct Files {
    pub keeps: Vec<Utf8PathBuf>,
    pub reads: Vec<Fact<RunFile>>,
    pub writes: Vec<Fact<WritePath>>,
    pub env: BTreeMap<String, String>,
    pub warnings: Vec<Diagnostic>,
}

struct Finder<'a, 't> {
    tree: &'a Tree,
    values: &'a Values<'a, 't>,
    /// From where relative paths are tried, in order.
    bases: Vec<Utf8PathBuf>,
    found: BTreeMap<Utf8PathBuf, Fact<RunFile>>,
    files: Files,
}

/// Looks through all sources.
#[must_use]
pub fn look(tree: &Tree, values: &Values<'_, '_>, reach: &Reach<'_>, package: &Package<'_>) -> Files {
    let home = if tree.has("Cargo.toml") { Utf8PathBuf::new() } else { package.root.clone() };
    let mut bases = vec![home, package.root.clone(), package.directory.clone()];
    bases.dedup();
    let mut finder = Finder { tree, values, bases, found: BTreeMap::new(), files: Files::default() };
    for (index, source) in values.sources.iter().enumerate() {
        finder.source(index, source);
    }
    for local in &reach.locals {
        finder.build_script(&local.package.directory);
    }
    finder.engines(reach);
    finder.sqlx(reach);
    let Finder { found, mut files, .. } = finder;
    // what is opened where it was compiled is not opened anywhere else
    let baked: Vec<_> = found.values().filter(|fact| fact.value.opened_as.is_absolute()).map(|fact| fact.value.source.clone()).collect();
    for fact in found.into_values().filter(|fact| fact.value.opened_as.is_absolute() || !baked.contains(&fact.value.source)) {
        let is_inside = |outer: &Fact<RunFile>| {
            fact.value.source.starts_with(&outer.value.source) && fact.value.opened_as.is_absolute() == outer.value.opened_as.is_absolute()
        };
        if !files.reads.iter().any(is_inside) {
            files.reads.push(fact);
        }
    }
    files.keeps.sort();
    files.keeps.dedup();
    files
}

impl Finder<'_, '_> {
    fn source(&mut self, index: usize, source: &Source<'_>) {
        let mut at = 0;
        while at < source.tokens.len() {
            if let Some(end) = self.compiled_in(source, at) {
                at = end + 1;
                continue;
            }
            if source.reads(at, &["env", "!", "("])
                && source.tokens.get(at + 3).and_then(super::super::scan::Token::value).as_deref() == Some("CARGO_MANIFEST_DIR")
            {
                self.baked(source, at + 5);
            } else if source.reads(at, &["relative", "!", "("]) {
                self.baked(source, at + 3);
            } else if let Some(open) = call_bracket(source, at) {
                self.call(index, source, at, open);
            } else if let Some(text) = source.tokens[at].value() {
                self.mention(source, at, &text);
            }
            at += 1;
        }
    }

    /// A macro or an attribute that compiles a file in; its last token when there is one here.
    fn compiled_in(&mut self, source: &Source<'_>, at: usize) -> Option<usize> {
        let name = source.tokens[at].ident()?;
        let is_macro = source.reads(at + 1, &["!", "("]);
        let is_attribute = |name: &str| {
            source.reads(at, &[name, "="])
                && at > 1
                && (source.reads(at - 2, &["#", "["]) || source.reads(at - 1, &["("]) || source.reads(at - 1, &[","]))
        };
        let open = at + 2;
        let text = |from: usize, to: usize| {
            source.tokens[from..to].iter().filter_map(super::super::scan::Token::value).next_back().map(std::borrow::Cow::into_owned)
        };
        let directory = source.path.parent().unwrap_or(Utf8Path::new(""));
        match name {
            "include_str" | "include_bytes" | "include" if is_macro => {
                let close = source.closing(open);
                let by_manifest = source.tokens[open..close].iter().any(|token| token.value().as_deref() == Some("CARGO_MANIFEST_DIR"));
                let generated = source.tokens[open..close].iter().any(|token| token.value().as_deref() == Some("OUT_DIR"));
                let base = if by_manifest { source.package.as_path() } else { directory };
                if let Some(path) = text(open, close).filter(|_| !generated) {
                    self.embed(base, &path, &source.evidence(at, close, EMBEDS));
                }
                Some(close)
            }
            "include_dir" | "migrate" | "embed_migrations" | "embed_asset" if is_macro => {
                let close = source.closing(open);
                let path = text(open, close).unwrap_or_else(|| "migrations".into());
                let path = path.trim_start_matches("$CARGO_MANIFEST_DIR").to_owned();
                self.embed(&source.package.clone(), &path, &source.evidence(at, close, EMBEDS));
                Some(close)
            }
            "folder" if is_attribute("folder") => {
                let path = source.tokens.get(at + 2)?.value()?.trim_start_matches("$CARGO_MANIFEST_DIR").to_owned();
                self.embed(&source.package.clone(), &path, &source.evidence(at, at + 2, EMBEDS));
                Some(at + 2)
            }
            "git_version" | "git_describe" if is_macro => {
                let close = source.closing(open);
                if !source.tokens[open..close].iter().any(|token| token.is("fallback")) {
                    let message = "the program is stamped with the history of its repository, which an image's build does not have";
                    let warning = Diagnostic::warning("rust::needs-history", message).because(&source.evidence(at, close, STAMPED));
                    self.files.warnings.push(warning.help("give the macro a `fallback = \"...\"`, or it does not compile there"));
                }
                Some(close)
            }
            "path" | "doc" if is_attribute(name) => Some(at + 2),
            _ => None,
        }
    }

    fn embed(&mut self, base: &Utf8Path, path: &str, evidence: &Evidence) {
        let Some(target) = inside(base, path.trim_start_matches('/')) else { return };
        if self.tree.has(&target) {
            if self.is_secret(&target) {
                let message = format!("`{target}` is compiled into the program: whoever has the image has it");
                let warning = Diagnostic::warning("rust::secret-compiled-in", message).because(evidence);
                self.files.warnings.push(warning.help("read it when the program runs, from a file or a secret that is mounted"));
            }
            self.files.keeps.push(target);
        } else if self.tree.has_directory(&target) {
            self.files.keeps.extend(self.tree.below(&target).map(Utf8Path::to_owned));
        } else {
            let message = format!("`{target}` is compiled into the program and is not in the project: it seems to be generated");
            let warning = Diagnostic::warning("rust::missing-file", message).because(evidence);
            self.files.warnings.push(warning.help("make it before `docker build`, and see that no ignore file hides it"));
        }
    }

    /// Whether a file holds what nobody else is to know, by its name or by what it says of itself.
    fn is_secret(&self, path: &Utf8Path) -> bool {
        let name = path.file_name().unwrap_or_default();
        let by_name = name.starts_with(".env") || name == ".netrc" || path.extension() == Some("key");
        by_name || self.tree.text(path).is_ok_and(|text| text.contains("PRIVATE KEY-----"))
    }

    /// A path below the directory of compilation, which the image then has to have in the same place.
    fn baked(&mut self, source: &Source<'_>, from: usize) {
        let until = source.tokens.len().min(from + 8);
        let Some(at) = (from..until).find(|at| source.tokens[*at].value().is_some()) else { return };
        let Some(text) = source.tokens[at].value() else { return };
        let Some(target) = inside(&source.package, text.trim_start_matches('/')) else { return };
        if target != source.package && (self.tree.has(&target) || self.tree.has_directory(&target)) {
            let opened_as = Utf8Path::new(COMPILED_IN).join(&target);
            self.insert(RunFile { source: target, opened_as }, source.evidence(at, at, BAKED));
        }
    }

    fn call(&mut self, index: usize, source: &Source<'_>, at: usize, open: usize) {
        let name = source.tokens[at].text;
        let typed = if name == "new" || name == "from" {
            at.checked_sub(2).filter(|_| source.tokens[at - 1].is("::")).map(|at| source.tokens[at].text)
        } else {
            None
        };
        let name = typed.unwrap_or(name);
        let arguments = source.arguments(open);
        let texts = |number: usize| -> Vec<String> {
            let Some((from, to)) = arguments.get(number).copied() else { return Vec::new() };
            let clues = self.values.of(Place { source: index, from, to }).into_iter();
            clues.filter_map(|clue| if let Part::Text(text) = clue.part { Some(text) } else { None }).collect()
        };
        if let Some((_, number)) = READERS.iter().find(|(reader, _)| *reader == name) {
            for text in texts(*number) {
                // a joined path is opened somewhere else, if at all
                let rule = if name == "join" { MENTIONED } else { READS };
                self.opened(&text, source.evidence(at, open, rule), name == "with_name");
            }
        }
        let of_files = |types: &[&str]| at > 1 && types.contains(&source.tokens[at - 2].text);
        let writes = match name {
            "create" => of_files(&["File"]),
            "write" => of_files(&["fs"]),
            "open" => of_files(&["Connection", "sled"]),
            _ => WRITERS.contains(&name),
        };
        if let Some(text) = writes.then(|| filled(&texts(0))).flatten().filter(|text| is_plain(text)) {
            self.written(name, &text, source.evidence(at, open, WRITES));
        }
    }

    fn opened(&mut self, text: &str, evidence: Evidence, by_stem: bool) {
        let whole = text.split(['*', HOLE]).next().unwrap_or_default();
        let path = if whole == text { text } else { whole.rsplit_once('/').map_or("", |(directory, _)| directory) };
        let stem = |source: &Utf8Path| {
            self.tree
                .files_in(source.parent().unwrap_or(Utf8Path::new("")))
                .find(|file| file.with_extension("") == *source)
                .map(Utf8Path::to_owned)
        };
        for base in self.bases.clone() {
            let Some(source) = inside(&base, path).filter(|source| !self.bases.contains(source)) else { continue };
            let found = if self.is_data(&source) {
                Some(source)
            } else if by_stem {
                stem(&source)
            } else {
                None
            };
            let Some(found) = found else { continue };
            let opened_as = found.strip_prefix(&base).map(Utf8Path::to_owned).unwrap_or_default();
            self.insert(RunFile { source: found, opened_as }, evidence);
            return;
        }
    }

    /// A string anywhere that says by itself that it is a path of the project.
    fn mention(&mut self, source: &Source<'_>, at: usize, text: &str) {
        let says = text.contains('/') || ASSETS.split_whitespace().any(|asset| asset == text);
        let route = text.starts_with('/') || text.contains("://");
        // route macros and attributes name no files
        let in_attribute = at > 1 && source.reads(at - 2, &["=", "["]) || at > 2 && source.reads(at - 3, &["#", "["]);
        if says && !route && !in_attribute && is_plain(text) {
            self.opened(text, source.evidence(at, at, MENTIONED), false);
        }
    }

    fn is_data(&self, path: &Utf8Path) -> bool {
        let wanted = |path: &Utf8Path| {
            !matches!(path.extension(), Some("rs" | "pem" | "key"))
                && !path.components().any(|part| part.as_str().starts_with(".env") || part.as_str() == ".git")
        };
        let source = |path: &Utf8Path| path.extension() == Some("rs") || path.file_name() == Some("Cargo.toml");
        if path.as_str().is_empty() || path.file_name() == Some("Cargo.toml") || !wanted(path) {
            return false;
        }
        self.tree.has(path) || self.tree.has_directory(path) && !self.tree.below(path).any(source)
    }

    fn insert(&mut self, file: RunFile, evidence: Evidence) {
        let key = if file.opened_as.is_absolute() { file.opened_as.clone() } else { file.source.clone() };
        let fact = match self.found.remove(&key) {
            // what is certain needs no guess beside it
            Some(known) if evidence.strength == Strength::Weak => known,
            Some(known) => known.and(evidence),
            None => Fact::new(file, evidence),
        };
        self.found.insert(key, fact);
    }

    fn written(&mut self, name: &str, text: &str, evidence: Evidence) {
        let database = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:"));
        if name == "connect" && database.is_none() || text.contains("://") && database.is_none() {
            return;
        }
        let path = database.unwrap_or(text).split('?').next().unwrap_or_default();
        if path.is_empty() || path.starts_with(':') {
            return;
        }
        let path = Utf8Path::new(path);
        let directory = if name.starts_with("create_dir") { path } else { path.parent().unwrap_or(Utf8Path::new("")) };
        let directory: Utf8PathBuf = directory.components().filter(|part| part.as_str() != ".").collect();
        let system =
            ["/tmp", "/proc", "/dev", "/sys", "/etc", "/usr", "/var/run", "/run"].iter().any(|system| directory.starts_with(system));
        if system || directory.as_str() == "/" || self.files.writes.iter().any(|known| known.value.directory == directory) {
            return;
        }
        self.files.writes.push(Fact::new(WritePath { directory }, evidence));
    }

    /// What a build script reads: strings that name paths of the project.
    fn build_script(&mut self, package: &Utf8Path) {
        let Ok(text) = self.tree.text(package.join("build.rs")) else { return };
        for path in scan(text).iter().filter_map(super::super::scan::Token::value).filter_map(|text| inside(package, text.as_ref())) {
            if self.is_secret(&path) {
                continue;
            }
            if self.tree.has(&path) {
                self.files.keeps.push(path);
            } else if path.file_name().is_some() && path != package && self.tree.has_directory(&path) {
                self.files.keeps.extend(self.tree.below(&path).map(Utf8Path::to_owned));
            }
        }
    }

    /// Template engines that compile the directory `templates` in.
    fn engines(&mut self, reach: &Reach<'_>) {
        for external in ["askama", "rinja", "sailfish", "ructe"].iter().flat_map(|name| reach.named(name)) {
            let directory = external.of.directory.join("templates");
            self.files.keeps.extend(self.tree.below(&directory).map(Utf8Path::to_owned));
            self.found.remove(&directory);
            self.found.retain(|path, _| !path.starts_with(&directory));
        }
    }

    /// Queries that are checked while they are compiled: by what was prepared, or else by a database that no image's build has.
    fn sqlx(&mut self, reach: &Reach<'_>) {
        if reach.named("sqlx").next().is_none() {
            return;
        }
        let mut calls = self.values.sources.iter().flat_map(|source| (0..source.tokens.len()).map(move |at| (source, at)));
        let call = calls.find(|(source, at)| QUERIES.contains(&source.tokens[*at].text) && source.reads(at + 1, &["!", "("]));
        let Some((source, at)) = call else { return };
        let mut places: Vec<Utf8PathBuf> =
            reach.locals.iter().flat_map(|local| [local.package.directory.clone(), local.package.root.clone()]).collect();
        places.dedup();
        let prepared: Vec<_> = places
            .iter()
            .flat_map(|place| [place.join(".sqlx"), place.join("sqlx-data.json")])
            .filter(|path| self.tree.has(path) || self.tree.has_directory(path))
            .collect();
        if prepared.is_empty() {
            let warning = Diagnostic::warning(
                "rust::sqlx-online",
                "queries are checked against a database while they are compiled, and an image's build has none",
            );
            self.files
                .warnings
                .push(warning.because(&source.evidence(at, at, CHECKED)).help("run `cargo sqlx prepare` and commit the directory `.sqlx`"));
            return;
        }
        self.files.env.insert("SQLX_OFFLINE".into(), "true".into());
        self.files.keeps.extend(prepared);
    }
}

/// The first text, what stands in its beginning filled in by the one that follows; nothing where parts of it are not known.
fn filled(texts: &[String]) -> Option<String> {
    let first = texts.first()?;
    match first.strip_prefix(HOLE) {
        Some(rest) => Some(format!("{}{rest}", texts.get(1)?)),
        None => Some(first.clone()),
    }
}

/// Whether a text can be a path that people write.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.len() < 120 && !text.contains([HOLE, ' ', '{', '}', '<', '>', '\n', '*', '|']) && !text.starts_with('-')
}
