//! The sources of a program: the module tree of its own file, and of the project's libraries what it may call.

use std::collections::{BTreeSet, HashMap, HashSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::super::cfg::may_hold;
use super::super::reach::Reach;
use super::super::scan::{Kind, Token, closing, scan};
use super::super::workspace::{Bin, Package};
use crate::evidence::{Evidence, Lines, Rule};
use crate::program::scan::closings;
use crate::tree::Tree;
use crate::tree::path::inside;

/// Functions that are called without being named.
const CALLED_UNNAMED: [&str; 12] =
    ["default", "drop", "fmt", "from", "from_str", "try_from", "deref", "call", "poll", "next", "deserialize", "main"];

/// A file, without what is not compiled for Linux, tests, and functions that the program does not call.
#[derive(Debug)]
pub struct Source<'t> {
    /// Where it is, relative to the project's root.
    pub path: Utf8PathBuf,
    /// The directory of its package.
    pub package: Utf8PathBuf,
    /// All of its text.
    pub text: &'t str,
    /// Its tokens.
    pub tokens: Vec<Token<'t>>,
    lines: Lines,
    /// The names that stand in it.
    names: HashSet<&'t str>,
    closings: Vec<u32>,
}

impl<'t> Source<'t> {
    /// The file at `path` of the package in `package`, of which `tokens` are left.
    #[must_use]
    pub fn new(path: &Utf8Path, package: &Utf8Path, text: &'t str, tokens: Vec<Token<'t>>) -> Self {
        let names = tokens.iter().filter_map(Token::ident).collect();
        let closings = closings(&tokens);
        Self { path: path.to_owned(), package: package.to_owned(), text, tokens, lines: Lines::default(), names, closings }
    }

    /// The index of the bracket that closes the one at `open`; the last token's where none does.
    #[must_use]
    pub fn closing(&self, open: usize) -> usize {
        let last = self.tokens.len().saturating_sub(1);
        self.closings.get(open).map_or(last, |close| (*close as usize).min(last))
    }

    /// The tokens `from..=to` as evidence.
    #[must_use]
    pub fn evidence(&self, from: usize, to: usize, rule: Rule) -> Evidence {
        let start = self.tokens[from].start();
        let end = self.tokens.get(to).map_or(start, Token::end).max(self.tokens[from].end());
        let text: String = self.text[start..end].lines().next().unwrap_or_default().chars().take(120).collect();
        Evidence::at(self.path.clone(), self.lines.span(self.text, start, end), rule, text)
    }

    /// Whether the words stand at `at`, one after the other.
    #[must_use]
    pub fn reads(&self, at: usize, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(index, word)| self.tokens.get(at + index).is_some_and(|token| token.is(word)))
    }

    /// Whether the name stands anywhere in it.
    #[must_use]
    pub fn mentions(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// The arguments of the call whose bracket opens at `open`, as ranges of tokens.
    #[must_use]
    pub fn arguments(&self, open: usize) -> Vec<(usize, usize)> {
        let close = self.closing(open);
        let (mut arguments, mut start, mut at) = (Vec::new(), open + 1, open + 1);
        while at < close {
            match self.tokens[at].text {
                "(" | "[" | "{" if self.tokens[at].kind == Kind::Punct => at = self.closing(at),
                "," if self.tokens[at].kind == Kind::Punct => {
                    arguments.push((start, at));
                    start = at + 1;
                }
                _ => {}
            }
            at += 1;
        }
        if start < close {
            arguments.push((start, close));
        }
        arguments
    }
}

/// Reads all sources of a program.
#[must_use]
pub fn sources<'t>(tree: &'t Tree, reach: &Reach<'_>, package: &Package<'_>, bin: &Bin) -> Vec<Source<'t>> {
    let features = reach.locals.first().map(|local| &local.features);
    let mut own = Vec::new();
    modules(tree, &bin.path, &package.directory, features, &mut own);
    let mut libraries = Vec::new();
    for local in &reach.locals {
        if let Some((_, path)) = local.package.library.as_ref().filter(|(_, path)| *path != bin.path) {
            modules(tree, path, &local.package.directory, Some(&local.features), &mut libraries);
        }
    }
    prune(&own, &mut libraries);
    own.extend(libraries);
    own
}

/// A file and the modules that it declares, each once.
fn modules<'t>(tree: &'t Tree, path: &Utf8Path, package: &Utf8Path, features: Option<&BTreeSet<String>>, found: &mut Vec<Source<'t>>) {
    if found.iter().any(|source| source.path.as_str() == path.as_str()) {
        return;
    }
    let Ok(text) = tree.text(path) else { return };
    let tokens = compiled(&scan(text), features);
    let directory = path.parent().unwrap_or(Utf8Path::new(""));
    let is_root = found.is_empty() || matches!(path.file_name(), Some("main.rs" | "lib.rs" | "mod.rs"));
    let below = if is_root { directory.to_owned() } else { directory.join(path.file_stem().unwrap_or_default()) };
    let declared = declarations(&tokens, 0, tokens.len(), &below, directory);
    found.push(Source::new(path, package, text, tokens));
    for candidates in declared {
        if let Some(file) = candidates.into_iter().find(|file| tree.has(file)) {
            modules(tree, &file, package, features, found);
        }
    }
}

/// Where the modules may be that `from..to` declares.
fn declarations(tokens: &[Token<'_>], from: usize, to: usize, below: &Utf8Path, beside: &Utf8Path) -> Vec<Vec<Utf8PathBuf>> {
    let (mut found, mut at) = (Vec::new(), from);
    while at + 2 < to {
        if tokens[at].is("mod") && tokens[at + 1].kind == Kind::Ident {
            let name = tokens[at + 1].text.trim_start_matches("r#");
            if tokens[at + 2].is(";") {
                let renamed = path_attribute(tokens, at).and_then(|path| inside(beside, &path));
                found.push(
                    renamed.map_or_else(|| vec![below.join(format!("{name}.rs")), below.join(name).join("mod.rs")], |path| vec![path]),
                );
            } else if tokens[at + 2].is("{") {
                let close = closing(tokens, at + 2);
                found.extend(declarations(tokens, at + 3, close, &below.join(name), beside));
                at = close;
            }
        }
        at += 1;
    }
    found
}

/// `#[path = "..."]` before a declaration.
fn path_attribute(tokens: &[Token<'_>], at: usize) -> Option<String> {
    let before = &tokens[at.saturating_sub(8)..at];
    let index = before.windows(2).rposition(|pair| pair[0].is("path") && pair[1].is("="))?;
    before.get(index + 2)?.value().map(std::borrow::Cow::into_owned)
}

/// The tokens without items that are for tests, for other systems, or for features that are off.
fn compiled<'t>(tokens: &[Token<'t>], features: Option<&BTreeSet<String>>) -> Vec<Token<'t>> {
    let mut kept = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        let attribute = tokens[at].is("#") && tokens.get(at + 1).is_some_and(|token| token.is("["));
        if attribute {
            let close = closing(tokens, at + 1);
            let inner = &tokens[at + 2..close.max(at + 2)];
            let condition = inner.first().is_some_and(|token| token.is("cfg")) && inner.len() > 2;
            let is_test = inner.last().is_some_and(|token| token.is("test")) && !condition;
            if is_test || condition && !may_hold(&inner[2..], features) {
                at = item_end(tokens, close + 1) + 1;
                continue;
            }
        }
        kept.push(tokens[at]);
        at += 1;
    }
    kept
}

/// The last token of the item that begins at `at`, whatever attributes it has.
fn item_end(tokens: &[Token<'_>], mut at: usize) -> usize {
    while at < tokens.len() {
        match tokens[at].text {
            "{" => return closing(tokens, at),
            "(" | "[" => at = closing(tokens, at),
            ";" | "," if tokens[at].kind == Kind::Punct => return at,
            // the block ends, and the item with it
            "}" => return at.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    tokens.len()
}

/// A function's body in a list of tokens.
struct Function<'t> {
    name: &'t str,
    open: usize,
    close: usize,
}

fn functions<'t>(tokens: &[Token<'t>]) -> Vec<Function<'t>> {
    let named = (0..tokens.len().saturating_sub(1)).filter(|at| tokens[*at].is("fn") && tokens[*at + 1].kind == Kind::Ident);
    named
        .filter_map(|at| {
            let open = (at..tokens.len()).find(|index| tokens[*index].is("{") || tokens[*index].is(";"))?;
            tokens[open].is("{").then(|| Function { name: tokens[at + 1].text, open, close: closing(tokens, open) })
        })
        .collect()
}

/// Leaves out the bodies of functions of the libraries that nothing in the program names.
fn prune(own: &[Source<'_>], libraries: &mut [Source<'_>]) {
    let indexes: Vec<Vec<Function<'_>>> = libraries.iter().map(|source| functions(&source.tokens)).collect();
    let mut words: Vec<&str> = own.iter().flat_map(|source| &source.tokens).filter_map(word).collect();
    words.extend(CALLED_UNNAMED);
    for (source, functions) in libraries.iter().zip(&indexes) {
        words.extend(said_outside(source, functions));
    }
    let live = called(libraries, &indexes, words);
    for ((number, source), functions) in libraries.iter_mut().enumerate().zip(&indexes) {
        let mut is_dead = vec![false; source.tokens.len()];
        for function in functions.iter().filter(|function| !live.contains(&(number, function.open))) {
            is_dead[function.open + 1..function.close].fill(true);
        }
        if is_dead.contains(&true) {
            let kept = source.tokens.iter().zip(is_dead).filter(|(_, is_dead)| !is_dead).map(|(token, _)| *token).collect();
            *source = Source::new(&source.path, &source.package, source.text, kept);
        }
    }
}

/// What a token may call a function by: its name, or a short text, as attributes have them.
fn word<'t>(token: &Token<'t>) -> Option<&'t str> {
    let is_name = token.kind == Kind::Ident || token.kind == Kind::Str && token.text.len() < 60;
    is_name.then(|| token.text.trim_matches('"'))
}

/// The words of a file that stand outside of its functions: texts, for attributes name functions by them, and what statics are made of.
fn said_outside<'t>(source: &Source<'t>, functions: &[Function<'t>]) -> Vec<&'t str> {
    let mut bodies: HashMap<usize, usize> = HashMap::new();
    for function in functions {
        bodies.entry(function.open).or_insert(function.close);
    }
    let (mut words, mut at, mut in_static) = (Vec::new(), 0, false);
    while let Some(token) = source.tokens.get(at) {
        in_static = matches!(token.text, "static" | "const") || in_static && !token.is(";");
        if token.kind == Kind::Str {
            words.push(token.text.trim_matches('"'));
        } else if in_static {
            words.extend(word(token));
        }
        at = bodies.get(&at).map_or(at + 1, |close| (*close).max(at + 1));
    }
    words
}

/// The functions that the words name, and those that these name, by their file's number and where their body opens.
fn called<'t>(libraries: &[Source<'t>], indexes: &[Vec<Function<'t>>], mut words: Vec<&'t str>) -> HashSet<(usize, usize)> {
    let mut by_name: HashMap<&str, Vec<(usize, &Function<'t>)>> = HashMap::new();
    for (number, functions) in indexes.iter().enumerate() {
        for function in functions {
            by_name.entry(function.name).or_default().push((number, function));
        }
    }
    let mut live = HashSet::new();
    while let Some(said) = words.pop() {
        for (number, function) in by_name.remove(said).unwrap_or_default() {
            live.insert((number, function.open));
            words.extend(libraries[number].tokens[function.open..function.close].iter().filter_map(word));
        }
    }
    live
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_and_other_systems_are_left_out() {
        let text = "#[cfg(test)] mod tests { fn a() { x(); } } #[cfg(windows)] use b; #[tokio::test] async fn c() {} #[cfg(unix)] fn d() {} struct E { #[cfg(windows)] f: u8, g: u8 }";
        let left: Vec<_> = compiled(&scan(text), None).iter().map(|token| token.text).collect();
        assert!(left.contains(&"d") && left.contains(&"g"));
        assert!(["x", "b", "c", "f"].iter().all(|gone| !left.contains(gone)), "{left:?}");
    }
}
