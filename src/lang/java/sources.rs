//! The sources of a program: the classes with a `main`, what is imported, and the values that calls are given.

use camino::{Utf8Path, Utf8PathBuf};

use super::scan::{Kind, Token, scan};
use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::tree::Tree;

const MAIN: Rule = Rule::weak("java.main", "this class has a `main`");

/// Values that refer to others are followed as far as this.
const NESTED: usize = 4;

/// All sources of a program.
#[derive(Debug)]
pub struct Sources<'t> {
    /// In the order of their paths.
    pub files: Vec<Source<'t>>,
}

/// One file.
#[derive(Debug)]
pub struct Source<'t> {
    /// Its path.
    pub path: &'t Utf8Path,
    /// Its text.
    pub text: &'t str,
    /// Its tokens.
    pub tokens: Vec<Token<'t>>,
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
        let source = |path: &&'t Utf8Path| {
            let text = tree.text(path).ok()?;
            Some(Source { path, text, tokens: scan(text) })
        };
        Self { files: paths.iter().filter_map(source).collect() }
    }

    /// The classes with a `main`.
    pub fn mains(&self) -> Vec<Fact<String>> {
        self.files.iter().flat_map(Source::mains).collect()
    }

    /// Whether something of this package, or this class, is imported.
    pub fn imports(&self, package: &str) -> Option<Evidence> {
        const IMPORT: Rule = Rule::parsed("java.import", "this is used");
        self.files.iter().find_map(|source| {
            let (token, _) = source
                .imports()
                .into_iter()
                .find(|(_, name)| name.strip_prefix(package).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))?;
            Some(source.evidence(token, IMPORT))
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
            let at = file.tokens.windows(2).position(|pair| pair[0].is(name) && pair[1].is("="))?;
            file.tokens.get(at + 2).filter(|next| !next.is("="))?;
            Some((file, file.statement(at + 2)))
        })
    }

    /// The body of the method `name` of this file, when it is short.
    fn returned(&self, source: &Source<'t>, name: &str) -> Option<(&Source<'t>, &[Token<'t>])> {
        const SHORT: usize = 60;
        let file = self.files.iter().find(|other| other.path == source.path)?;
        let at = file.tokens.windows(4).position(|four| {
            four[0].kind == Kind::Word
                && !four[0].is("return")
                && four[1].is(name)
                && four[2].is("(")
                && (four[3].is(")") || four[3].kind == Kind::Word)
        })?;
        let open = at + file.tokens[at..].iter().position(|token| token.is("{") || token.is(";"))?;
        let mut depth = 0_usize;
        let length = file.tokens[open..].iter().position(|token| {
            depth = if token.is("{") {
                depth + 1
            } else if token.is("}") {
                depth.saturating_sub(1)
            } else {
                depth
            };
            depth == 0
        })?;
        (length < SHORT).then(|| (file, &file.tokens[open..open + length]))
    }
}

fn is_test(path: &Utf8Path) -> bool {
    let parts: Vec<_> = path.components().map(|part| part.as_str()).collect();
    parts
        .windows(2)
        .any(|pair| pair[0] == "src" && (pair[1].to_lowercase().contains("test") || matches!(pair[1], "it" | "jmh" | "benchmark")))
        || path.file_stem().is_some_and(|stem| stem.ends_with("Test") || stem.ends_with("Tests"))
}

impl<'t> Source<'t> {
    /// A token of it, as evidence: its line.
    pub fn evidence(&self, token: usize, rule: Rule) -> Evidence {
        let offset = self.tokens.get(token).map_or(0, |token| token.offset);
        let line = self.text[..offset].matches('\n').count();
        let content = self.text.lines().nth(line).unwrap_or_default();
        Evidence::at(self.path, Span::of_line(line + 1, content), rule, content.trim())
    }

    /// The imported names, and the tokens at which their imports begin.
    pub fn imports(&self) -> Vec<(usize, String)> {
        let starts = self.tokens.iter().enumerate().filter(|(_, token)| token.is("import"));
        let name = |(at, _): (usize, &Token<'t>)| {
            let words = self.tokens[at + 1..].iter().skip_while(|token| token.is("static"));
            let mut last_was_word = false;
            let mut name = String::new();
            for token in words {
                let is_word = token.kind == Kind::Word;
                if !(is_word || token.is(".") || token.is("*")) || (is_word && last_was_word) {
                    break;
                }
                name.push_str(token.text);
                last_was_word = is_word;
            }
            (at, name)
        };
        starts.map(name).collect()
    }

    /// Its package.
    pub fn package(&self) -> String {
        let Some(at) = self.tokens.iter().position(|token| token.is("package")) else { return String::new() };
        let mut name = String::new();
        for token in &self.tokens[at + 1..] {
            let continues = token.is(".") || (token.kind == Kind::Word && (name.is_empty() || name.ends_with('.')));
            if !continues {
                break;
            }
            name.push_str(token.text);
        }
        name
    }

    fn mains(&self) -> Vec<Fact<String>> {
        let tokens = &self.tokens;
        let package = self.package();
        let qualified = |class: &str| if package.is_empty() { class.to_owned() } else { format!("{package}.{class}") };
        let stem = self.path.file_stem().unwrap_or_default();
        let mut mains = Vec::new();
        for at in 0..tokens.len() {
            if !tokens[at].is("main") || !tokens.get(at + 1).is_some_and(|next| next.is("(")) {
                continue;
            }
            let before = |back: usize, word: &str| at.checked_sub(back).is_some_and(|index| tokens[index].is(word));
            let class = if self.path.extension() == Some("kt") {
                if !before(1, "fun") {
                    continue;
                }
                let depth = tokens[..at].iter().fold(0_usize, |depth, token| {
                    if token.is("{") {
                        depth + 1
                    } else if token.is("}") {
                        depth.saturating_sub(1)
                    } else {
                        depth
                    }
                });
                let is_static = tokens[at.saturating_sub(6)..at].iter().any(|token| token.is("JvmStatic"));
                match (depth, is_static) {
                    (0, _) => self.file_class(stem),
                    (_, true) => self.enclosing(at).unwrap_or_else(|| stem.to_owned()),
                    _ => continue,
                }
            } else {
                let is_static = tokens[at.saturating_sub(5)..at].iter().any(|token| token.is("static"));
                let takes = tokens.get(at + 2).is_some_and(|next| next.is("String") || next.is("final") || next.is("java"));
                if !(before(1, "void") && is_static && takes) {
                    continue;
                }
                stem.to_owned()
            };
            mains.push(Fact::new(qualified(&class), self.evidence(at, MAIN)));
        }
        mains
    }

    /// The class that Kotlin makes of a file's functions.
    fn file_class(&self, stem: &str) -> String {
        let named = self.tokens.windows(5).find(|five| five[0].is("file") && five[1].is(":") && five[2].is("JvmName") && five[3].is("("));
        if let Some(five) = named {
            return five[4].text.to_owned();
        }
        let mut chars = stem.chars();
        let first: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
        format!("{first}{}Kt", chars.as_str())
    }

    fn enclosing(&self, at: usize) -> Option<String> {
        let names = self.tokens[..at].windows(2).filter(|pair| (pair[0].is("object") || pair[0].is("class")) && pair[1].kind == Kind::Word);
        names.map(|pair| pair[1].text.to_owned()).find(|name| name != "companion")
    }

    /// The tokens of the argument that begins at `at`.
    pub fn argument(&self, at: usize) -> &[Token<'t>] {
        self.until(at, true)
    }

    /// The tokens of the statement that begins at `at`.
    fn statement(&self, at: usize) -> &[Token<'t>] {
        self.until(at, false)
    }

    fn until(&self, at: usize, comma: bool) -> &[Token<'t>] {
        const LONGEST: usize = 60;
        let kotlin = self.path.extension() == Some("kt");
        let rest = &self.tokens[at.min(self.tokens.len())..];
        let mut depth = 0_i32;
        let mut line_of = rest.first().map_or(0, |token| token.offset);
        let end = rest.iter().take(LONGEST).position(|token| {
            // Kotlin's statements end with their lines
            let new_line = kotlin
                && !comma
                && depth == 0
                && token.offset > line_of
                && self.text[line_of..token.offset].contains('\n')
                && !token.is(".")
                && !token.is("?");
            line_of = token.offset;
            if ["(", "[", "{"].iter().any(|open| token.is(open)) {
                depth += 1;
            } else if [")", "]", "}"].iter().any(|close| token.is(close)) {
                depth -= 1;
            }
            new_line || depth < 0 || (depth == 0 && (token.is(";") || (comma && token.is(","))))
        });
        &rest[..end.unwrap_or_else(|| rest.len().min(LONGEST))]
    }
}
