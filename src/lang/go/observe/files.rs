//! Files of the project that the program opens by a relative path: templates, static files, migrations, configuration.
//!
//! A string counts only when it names something that is there. Handed to a call that reads, that is certain; anywhere else it is a
//! guess, and only paths that can hardly be anything else are taken.

mod reader;

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::place::{fixed, inside, is_pattern, matching, relative};
use super::resolve::{Resolver, Value};
use crate::app::RunFile;
use crate::evidence::{Evidence, Fact, Rule, Strength};
use crate::lang::go::head::Import;
use crate::lang::go::scan::Kind;
use crate::tree::Tree;

const READ: Rule = Rule::parsed("go.reads-file", "opens a path of the project when the program runs");
const MENTIONED: Rule = Rule::weak("go.names-file", "names a path of the project that the program seems to open");

/// More files than a pattern in the root may name.
const MOST_FILES: usize = 20;

/// Directories that are read and not compiled, when they hold no Go.
const ASSETS: &str = "asset assets config configs conf etc data db files fixtures frontend i18n images lang locale locales migrations migration \
    partials pages public resources schema schemas sql static template templates themes translations ui view views web www html";

/// What a path may name, and the path itself, while all strings are gone through.
struct Finder<'t> {
    tree: &'t Tree,
    /// From where relative paths are tried, in order.
    bases: Vec<Utf8PathBuf>,
    /// What is compiled into the program, and so not opened.
    embedded: &'t [Fact<Utf8PathBuf>],
    found: BTreeMap<Utf8PathBuf, Fact<RunFile>>,
}

/// All of them; of paths inside one another the outer.
#[must_use]
pub fn reads(tree: &Tree, bases: &[&Utf8Path], embedded: &[Fact<Utf8PathBuf>], resolver: &Resolver<'_>) -> Vec<Fact<RunFile>> {
    let bases = bases.iter().map(|base| (*base).to_owned()).collect();
    let mut finder = Finder { tree, bases, embedded, found: BTreeMap::new() };
    reader::known(resolver, &mut |value, evidence| finder.opened(value, evidence));
    finder.settings(resolver);
    finder.mentions(resolver);
    finder.outer()
}

impl Finder<'_> {
    /// `value` is handed to something that reads.
    fn opened(&mut self, value: &Value, evidence: &Evidence) {
        let (text, whole) = value.beginning();
        let path = if whole { text } else { text.rsplit_once('/').map_or("", |(directory, _)| directory) };
        let known = self.add(path, evidence, false);
        if !known && whole {
            // a directory that a template engine or a file server is given may carry a slash or a scheme
            self.add(text.strip_prefix("file://").unwrap_or(text), evidence, false);
        }
    }

    /// Defaults of flags and settings.
    fn settings(&mut self, resolver: &Resolver<'_>) {
        for default in &resolver.defaults {
            for value in resolver.resolve_default(default) {
                let Some(text) = value.text().filter(|text| self.is_path_alone(text)) else { continue };
                self.add(text, &resolver.index.evidence(default.at, default.until, MENTIONED), true);
            }
        }
    }

    /// Strings anywhere that look like paths.
    fn mentions(&mut self, resolver: &Resolver<'_>) {
        for file in &resolver.index.files {
            let source = file.source;
            let after = source.head.imports.last().map_or(0, Import::end);
            for token in source.tokens.iter().filter(|token| token.kind == Kind::Str && token.start() >= after) {
                // the cheap question first: most strings are no paths
                if !token.text.contains('/') || token.text.contains(' ') || token.text.len() > 200 {
                    continue;
                }
                let Some(text) = token.value().filter(|text| !text.starts_with('/')) else { continue };
                let path = text.strip_prefix("file://").unwrap_or(&text);
                if !is_pattern(path) {
                    self.add(path, &Evidence::at(source.path, token.span(source.text), MENTIONED, token.text), true);
                }
            }
        }
    }

    /// Whether a string says by itself that it is a path: by its slash, its ending, or by being called as directories of such files are.
    fn is_path_alone(&self, text: &str) -> bool {
        let is_asset = || ASSETS.split_whitespace().any(|asset| asset == text) && self.holds_no_go(text);
        text.contains('/') || Utf8Path::new(text).extension().is_some() || is_asset()
    }

    fn holds_no_go(&self, directory: &str) -> bool {
        self.bases.iter().filter_map(|base| inside(base, Utf8Path::new(directory))).any(|directory| self.tree.below(&directory).all(|path| path.extension() != Some("go")))
    }

    /// Adds what `path` names, if it names something.
    fn add(&mut self, path: &str, evidence: &Evidence, only_what_is_not_embedded: bool) -> bool {
        let Some(opened) = relative(path).filter(|opened| opened.file_name().is_some()) else { return false };
        let bases = self.bases.clone();
        for base in &bases {
            let Some(source) = inside(base, &opened).filter(|source| !source.as_str().is_empty() && !bases.contains(source)) else { continue };
            let found = if is_pattern(path) { self.pattern(&opened, &source) } else { self.plain(&opened, &source) };
            if found.is_empty() {
                continue;
            }
            for file in found {
                if !(only_what_is_not_embedded && self.is_embedded(&file.source)) {
                    self.insert(file, evidence);
                }
            }
            return true;
        }
        false
    }

    fn insert(&mut self, file: RunFile, evidence: &Evidence) {
        match self.found.remove(&file.source) {
            // what is certain needs no guess beside it
            Some(known) if evidence.strength == Strength::Weak => self.found.insert(file.source, known),
            Some(known) => self.found.insert(file.source, known.and(evidence.clone())),
            None => self.found.insert(file.source.clone(), Fact::new(file, evidence.clone())),
        };
    }

    fn plain(&self, opened: &Utf8Path, source: &Utf8Path) -> Vec<RunFile> {
        let is_file = self.tree.has(source) && source.extension() != Some("go");
        let is_directory = || self.tree.has_directory(source) && self.tree.below(source).any(|path| path.extension() != Some("go") && is_wanted(path));
        if is_wanted(source) && (is_file || is_directory()) {
            vec![RunFile { source: source.to_owned(), opened_as: opened.to_owned() }]
        } else {
            Vec::new()
        }
    }

    /// The directory of a pattern that matches; the files themselves where that is the directory of everything.
    fn pattern(&self, opened: &Utf8Path, source: &Utf8Path) -> Vec<RunFile> {
        let mut files = matching(self.tree, source).filter(|path| path.extension() != Some("go") && is_wanted(path)).peekable();
        if files.peek().is_none() {
            return Vec::new();
        }
        let (directory, named) = (fixed(source), fixed(opened));
        if named.file_name().is_some() && !self.bases.contains(&directory) {
            return vec![RunFile { source: directory, opened_as: named }];
        }
        let name = |path: &Utf8Path| path.strip_prefix(&directory).map(|rest| named.join(rest)).unwrap_or_default();
        files.take(MOST_FILES).map(|path| RunFile { source: path.to_owned(), opened_as: name(path) }).collect()
    }

    fn is_embedded(&self, source: &Utf8Path) -> bool {
        self.embedded.iter().any(|pattern| {
            let fixed = fixed(&pattern.value);
            // a pattern in the directory of everything covers its own matches alone
            if fixed.file_name().is_some() && fixed != *source { source.starts_with(&fixed) } else { matching(self.tree, &pattern.value).any(|path| path.starts_with(source)) }
        })
    }

    fn outer(self) -> Vec<Fact<RunFile>> {
        let mut kept: Vec<Fact<RunFile>> = Vec::new();
        // sorted, so that a directory comes before what is in it
        for fact in self.found.into_values() {
            if !kept.iter().any(|outer| fact.value.source.starts_with(&outer.value.source)) {
                kept.push(fact);
            }
        }
        kept
    }
}

/// Secrets, the repository's own files and test data never go into an image.
fn is_wanted(path: &Utf8Path) -> bool {
    let is_key = matches!(path.extension(), Some("pem" | "key" | "p12" | "pfx" | "jks"));
    let is_hidden = |part: &str| part == ".git" || part == "testdata" || part == ".env" || part.starts_with(".env.");
    !is_key && !path.components().any(|part| is_hidden(part.as_str()))
}
