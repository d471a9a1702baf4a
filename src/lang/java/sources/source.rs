//! One source file: its tokens, its package and imports, its classes with a `main`.

use std::cell::OnceCell;

use camino::Utf8Path;

use crate::evidence::{Evidence, Rule, Span};
use crate::lang::java::scan::{Kind, Token, scan};

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
