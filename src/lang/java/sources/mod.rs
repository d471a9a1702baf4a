//! The sources of a program: the classes with a `main`, what is imported, and the values that calls are given.

mod source;

use camino::{Utf8Path, Utf8PathBuf};

pub use self::source::Source;
use super::entry::{Main, mains};
use super::scan::{Kind, Token};
use crate::evidence::{Evidence, Fact, Rule};
use crate::tree::Tree;
use crate::version::Version;

/// The first Java that starts a `main` which is not static.
const INSTANCES: Version = Version::whole(25);
/// Values that refer to others are followed as far as this.
const NESTED: usize = 4;

/// All sources of a program.
#[derive(Debug)]
pub struct Sources<'t> {
    /// In the order of their paths.
    pub files: Vec<Source<'t>>,
}

/// A number or text that a call is given, and the environment variable or property that replaces it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Value {
    /// The number, where one is written.
    pub number: Option<u16>,
    /// The text, where one is written.
    pub text: Option<String>,
    /// The environment variable.
    pub variable: Option<String>,
}

impl<'t> Sources<'t> {
    /// Reads the main sources below these directories, tests left out.
    pub fn read(tree: &'t Tree, directories: &[Utf8PathBuf]) -> Self {
        let is_source = |path: &&Utf8Path| matches!(path.extension(), Some("java" | "kt" | "groovy"));
        let of = |directory: &Utf8PathBuf| {
            let main = directory.join("src/main");
            let other = directory.join("src");
            let root = if tree.has_directory(&main) { main } else { other };
            tree.below(root).filter(is_source).filter(|path| !is_test(path))
        };
        let mut paths: Vec<&Utf8Path> = directories.iter().flat_map(of).collect();
        paths.sort();
        paths.dedup();
        tree.read_ahead(&paths);
        let source = |path: &&'t Utf8Path| Some(Source::new(path, tree.text(path).ok()?));
        Self { files: paths.iter().filter_map(source).collect() }
    }

    /// The classes with a `main`, as Java of this level starts them.
    pub fn mains(&self, level: Version) -> Vec<Fact<String>> {
        let all: Vec<_> = self.files.iter().flat_map(|source| mains(source.path, source.text)).collect();
        let plain = all.iter().any(|main| !main.instance);
        let is_started = |main: &Main| if plain { !main.instance } else { level >= INSTANCES };
        all.into_iter().filter(is_started).map(|main| main.class).collect()
    }

    /// Whether something of this package, or this class, is imported.
    pub fn imports(&self, package: &str) -> Option<Evidence> {
        const IMPORT: Rule = Rule::parsed("java.import", "this is used");
        self.files.iter().find_map(|source| {
            let (token, _) = source
                .imports()
                .iter()
                .find(|(_, name)| name.strip_prefix(package).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))?;
            Some(source.evidence(*token, IMPORT))
        })
    }

    /// What the expression that begins at token `at` of `source` and ends with its argument gives.
    pub fn value(&self, source: &Source<'t>, at: usize) -> Value {
        self.nested(source, source.argument(at), 0)
    }

    fn nested(&self, source: &Source<'t>, tokens: &[Token<'t>], depth: usize) -> Value {
        let mut value = Value::default();
        for (index, token) in tokens.iter().enumerate() {
            let follows =
                |back: usize, word: &str| index.checked_sub(back).and_then(|at| tokens.get(at)).is_some_and(|token| token.is(word));
            match token.kind {
                Kind::Text
                    if follows(1, "(") && ["getenv", "getOrDefault", "env", "get", "getProperty"].iter().any(|name| follows(2, name))
                        || follows(1, "[") =>
                {
                    let named = follows(2, "getProperty");
                    if !named
                        && token.text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
                        && value.variable.is_none()
                    {
                        value.variable = Some(token.text.to_owned());
                    }
                }
                Kind::Number | Kind::Text if value.number.is_none() && token.number::<u16>().is_some() => value.number = token.number(),
                Kind::Text if value.text.is_none() => value.text = Some(token.text.to_owned()),
                Kind::Word if depth < NESTED && !tokens.get(index + 1).is_some_and(|next| next.is("(") || next.is(".")) => {
                    if let Some((other, tokens)) = self.assigned(source, token.text) {
                        let found = self.nested(other, tokens, depth + 1);
                        value.number = value.number.or(found.number);
                        value.variable = value.variable.or(found.variable);
                        value.text = value.text.or(found.text);
                    }
                }
                // a method without arguments that gives the value
                Kind::Word if depth < NESTED && tokens.get(index + 1).is_some_and(|next| next.is("(")) => {
                    if let Some((other, tokens)) = self.returned(source, token.text) {
                        let found = self.nested(other, tokens, depth + 1);
                        value.number = value.number.or(found.number);
                        value.variable = value.variable.or(found.variable);
                    }
                }
                _ => {}
            }
        }
        value
    }

    /// What `name` is set to, in this file or another one: `name = ...;`, and everything that is said where it is set more than once.
    fn assigned(&self, source: &Source<'t>, name: &str) -> Option<(&Source<'t>, &[Token<'t>])> {
        let own = self.files.iter().filter(|other| other.path == source.path);
        let is_constant = name.chars().any(|c| c.is_ascii_uppercase()) && !name.chars().any(|c| c.is_ascii_lowercase());
        own.chain(self.files.iter().filter(|_| is_constant)).find_map(|file| {
            let at = file.tokens().windows(2).position(|pair| pair[0].is(name) && pair[1].is("="))?;
            file.tokens().get(at + 2).filter(|next| !next.is("="))?;
            Some((file, file.statement(at + 2)))
        })
    }

    /// The body of the method `name` of this file, when it is short.
    fn returned(&self, source: &Source<'t>, name: &str) -> Option<(&Source<'t>, &[Token<'t>])> {
        const SHORT: usize = 60;
        let file = self.files.iter().find(|other| other.path == source.path)?;
        let at = file.tokens().windows(4).position(|four| {
            four[0].kind == Kind::Word
                && !four[0].is("return")
                && four[1].is(name)
                && four[2].is("(")
                && (four[3].is(")") || four[3].kind == Kind::Word)
        })?;
        let open = at + file.tokens()[at..].iter().position(|token| token.is("{") || token.is(";"))?;
        let mut depth = 0_usize;
        let length = file.tokens()[open..].iter().position(|token| {
            depth = if token.is("{") {
                depth + 1
            } else if token.is("}") {
                depth.saturating_sub(1)
            } else {
                depth
            };
            depth == 0
        })?;
        (length < SHORT).then(|| (file, &file.tokens()[open..open + length]))
    }
}

fn is_test(path: &Utf8Path) -> bool {
    let parts: Vec<_> = path.components().map(|part| part.as_str()).collect();
    parts
        .windows(2)
        .any(|pair| pair[0] == "src" && (pair[1].to_lowercase().contains("test") || matches!(pair[1], "it" | "jmh" | "benchmark")))
        || path.file_stem().is_some_and(|stem| stem.ends_with("Test") || stem.ends_with("Tests"))
}
