//! One source file: its tokens, its package and imports, its classes with a `main`.

use std::cell::OnceCell;

use camino::Utf8Path;

use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::lang::java::scan::{Kind, Token, scan};

const MAIN: Rule = Rule::weak("java.main", "this class has a `main`");

/// One file, of which no more is worked out than somebody asks for.
#[derive(Debug)]
pub struct Source<'t> {
    /// Its path.
    pub path: &'t Utf8Path,
    /// Its text.
    pub text: &'t str,
    tokens: OnceCell<Vec<Token<'t>>>,
    imports: OnceCell<Vec<(usize, String)>>,
}

impl<'t> Source<'t> {
    /// A file with this text.
    pub const fn new(path: &'t Utf8Path, text: &'t str) -> Self {
        Self { path, text, tokens: OnceCell::new(), imports: OnceCell::new() }
    }

    /// Its tokens.
    pub fn tokens(&self) -> &[Token<'t>] {
        self.tokens.get_or_init(|| scan(self.text))
    }

    /// A token of it, as evidence: its line.
    pub fn evidence(&self, token: usize, rule: Rule) -> Evidence {
        let offset = self.tokens().get(token).map_or(0, |token| token.offset);
        let line = self.text[..offset].matches('\n').count();
        let content = self.text.lines().nth(line).unwrap_or_default();
        Evidence::at(self.path, Span::of_line(line + 1, content), rule, content.trim())
    }

    /// The imported names, and the tokens at which their imports begin.
    pub fn imports(&self) -> &[(usize, String)] {
        self.imports.get_or_init(|| {
            let starts = self.tokens().iter().enumerate().filter(|(_, token)| token.is("import"));
            starts.map(|(at, _)| (at, self.imported(at + 1))).collect()
        })
    }

    /// The name that an import gives whose words begin at token `at`.
    fn imported(&self, at: usize) -> String {
        let mut last_was_word = false;
        let mut name = String::new();
        for token in self.tokens()[at..].iter().skip_while(|token| token.is("static")) {
            let is_word = token.kind == Kind::Word;
            if !(is_word || token.is(".") || token.is("*")) || (is_word && last_was_word) {
                break;
            }
            name.push_str(token.text);
            last_was_word = is_word;
        }
        name
    }

    /// Its package.
    pub fn package(&self) -> String {
        let Some(at) = self.tokens().iter().position(|token| token.is("package")) else { return String::new() };
        let mut name = String::new();
        for token in &self.tokens()[at + 1..] {
            let continues = token.is(".") || (token.kind == Kind::Word && (name.is_empty() || name.ends_with('.')));
            if !continues {
                break;
            }
            name.push_str(token.text);
        }
        name
    }

    /// Its classes with a `main`.
    pub fn mains(&self) -> Vec<Fact<String>> {
        // most files have none, and need not be taken apart to see that
        if !self.text.contains("main") {
            return Vec::new();
        }
        let tokens = self.tokens();
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
        let named = self.tokens().windows(5).find(|five| five[0].is("file") && five[1].is(":") && five[2].is("JvmName") && five[3].is("("));
        if let Some(five) = named {
            return five[4].text.to_owned();
        }
        let mut chars = stem.chars();
        let first: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
        format!("{first}{}Kt", chars.as_str())
    }

    fn enclosing(&self, at: usize) -> Option<String> {
        let names =
            self.tokens()[..at].windows(2).filter(|pair| (pair[0].is("object") || pair[0].is("class")) && pair[1].kind == Kind::Word);
        names.map(|pair| pair[1].text.to_owned()).find(|name| name != "companion")
    }

    /// The tokens of the argument that begins at `at`.
    pub fn argument(&self, at: usize) -> &[Token<'t>] {
        self.until(at, true)
    }

    /// The tokens of the statement that begins at `at`.
    pub fn statement(&self, at: usize) -> &[Token<'t>] {
        self.until(at, false)
    }

    fn until(&self, at: usize, comma: bool) -> &[Token<'t>] {
        const LONGEST: usize = 60;
        let kotlin = self.path.extension() == Some("kt");
        let rest = &self.tokens()[at.min(self.tokens().len())..];
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
