//! The sources of a program: the module tree of its own file, and of the project's libraries what it may call.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::super::cfg::may_hold;
use super::super::reach::Reach;
use super::super::scan::{Kind, Token, closing, scan};
use super::super::workspace::{Bin, Package};
use crate::evidence::{Evidence, Rule};
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
}

impl Source<'_> {
    /// The tokens `from..=to` as evidence.
    #[must_use]
    pub fn evidence(&self, from: usize, to: usize, rule: Rule) -> Evidence {
        let start = self.tokens[from].start();
        let end = self.tokens.get(to).map_or(start, Token::end).max(self.tokens[from].end());
        let text: String = self.text[start..end].lines().next().unwrap_or_default().chars().take(120).collect();
        Evidence::at(self.path.clone(), crate::evidence::Span::of(self.text, start, end), rule, text)
    }

    /// Whether the words stand at `at`, one after the other.
    #[must_use]
    pub fn reads(&self, at: usize, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(index, word)| self.tokens.get(at + index).is_some_and(|token| token.is(word)))
    }

    /// Whether the name stands anywhere in it.
    #[must_use]
    pub fn mentions(&self, name: &str) -> bool {
        self.tokens.iter().any(|token| token.ident() == Some(name))
    }

    /// The arguments of the call whose bracket opens at `open`, as ranges of tokens.
    #[must_use]
    pub fn arguments(&self, open: usize) -> Vec<(usize, usize)> {
        let close = closing(&self.tokens, open);
        let (mut arguments, mut start, mut at) = (Vec::new(), open + 1, open + 1);
        while at < close {
            match self.tokens[at].text {
                "(" | "[" | "{" if self.tokens[at].kind == Kind::Punct => at = closing(&self.tokens, at),
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
    if found.iter().any(|source| source.path == path) {
        return;
    }
    let Ok(text) = tree.text(path) else { return };
    let tokens = compiled(&scan(text), features);
    let directory = path.parent().unwrap_or(Utf8Path::new(""));
    let is_root = found.is_empty() || matches!(path.file_name(), Some("main.rs" | "lib.rs" | "mod.rs"));
    let below = if is_root { directory.to_owned() } else { directory.join(path.file_stem().unwrap_or_default()) };
    let declared = declarations(&tokens, 0, tokens.len(), &below, directory);
    found.push(Source { path: path.to_owned(), package: package.to_owned(), text, tokens });
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
    let name = |token: &Token<'_>| token.kind == Kind::Ident || token.kind == Kind::Str && token.text.len() < 60;
    let word = |token: &Token<'_>| token.text.trim_matches('"').to_owned();
    let mut words: BTreeSet<String> = own.iter().flat_map(|source| &source.tokens).filter(|token| name(token)).map(word).collect();
    words.extend(CALLED_UNNAMED.map(str::to_owned));
    let indexes: Vec<Vec<Function<'_>>> = libraries.iter().map(|source| functions(&source.tokens)).collect();
    let mut live: Vec<Vec<bool>> = indexes.iter().map(|functions| vec![false; functions.len()]).collect();
    for (source, functions) in libraries.iter().zip(&indexes) {
        let (mut at, mut in_static) = (0, false);
        while at < source.tokens.len() {
            let token = &source.tokens[at];
            in_static = matches!(token.text, "static" | "const") || in_static && !token.is(";");
            // names in attributes are strings
            if token.kind == Kind::Str || in_static && name(token) {
                words.insert(word(token));
            }
            at = functions.iter().find(|function| function.open == at).map_or(at + 1, |function| function.close);
        }
    }
    loop {
        let before = words.len();
        for ((source, functions), live) in libraries.iter().zip(&indexes).zip(&mut live) {
            for (function, live) in functions.iter().zip(live).filter(|(_, live)| !**live) {
                if !words.contains(function.name) {
                    continue;
                }
                *live = true;
                words.extend(source.tokens[function.open..function.close].iter().filter(|token| name(token)).map(word));
            }
        }
        if words.len() == before {
            break;
        }
    }
    let dead: Vec<Vec<(usize, usize)>> = indexes
        .iter()
        .zip(&live)
        .map(|(functions, live)| {
            functions.iter().zip(live).filter(|(_, live)| !**live).map(|(function, _)| (function.open, function.close)).collect()
        })
        .collect();
    for (source, dead) in libraries.iter_mut().zip(dead) {
        let mut index = 0;
        source.tokens.retain(|_| {
            index += 1;
            !dead.iter().any(|(open, close)| *open < index - 1 && index - 1 < *close)
        });
    }
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
