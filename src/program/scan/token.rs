//! Tokens, and what their texts mean.

use std::borrow::Cow;

use super::literal;
use crate::evidence::Span;
use crate::program::outline::At;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A name or a keyword.
    Ident,
    /// A string of any kind, with its quotes and prefix.
    Str,
    /// A number of any notation.
    Number,
    /// A character or a byte.
    Char,
    /// `'a`, in Rust.
    Lifetime,
    /// An operator or a bracket, as long as the dialect joins them.
    Punct,
    /// The end of a statement, in Go: `;`, or the line's end where it counts as one.
    End,
}

/// How a string is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// With escapes.
    #[default]
    Plain,
    /// As it stands.
    Raw,
    /// With escapes, `$name` and `${code}`.
    Template,
    /// As it stands but for `$name` and `${code}`.
    RawTemplate,
}

/// A piece of source text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'t> {
    /// What it is.
    pub kind: Kind,
    /// How it is written, when it is a string.
    pub form: Form,
    /// Whether it is the first of its line.
    pub fresh: bool,
    /// Its first byte's place in the text.
    pub offset: u32,
    /// The piece itself.
    pub text: &'t str,
}

impl<'t> Token<'t> {
    /// Whether it is the operator, bracket or word `text`, and no string that reads so.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        self.text == text && self.kind != Kind::Str
    }

    /// The name, when it is one; `r#type` is `type`, and a name between backticks stands without them.
    #[must_use]
    pub fn ident(&self) -> Option<&'t str> {
        (self.kind == Kind::Ident).then(|| self.text.strip_prefix("r#").unwrap_or_else(|| self.text.trim_matches('`')))
    }

    /// What a string says, its quotes and escapes resolved. The code in a template stays as it is; [`super::pieces`] takes it apart.
    #[must_use]
    pub fn value(&self) -> Option<Cow<'t, str>> {
        (self.kind == Kind::Str).then(|| literal::value(self.text, self.form))
    }

    /// The whole number that it is, underscores and suffix left out.
    #[must_use]
    pub fn number(&self) -> Option<i64> {
        (self.kind == Kind::Number).then(|| literal::number(self.text)).flatten()
    }

    /// Where its first byte stands.
    #[must_use]
    pub fn start(&self) -> usize {
        self.offset as usize
    }

    /// Where the byte after it stands.
    #[must_use]
    pub fn end(&self) -> usize {
        self.start() + self.text.len()
    }

    /// Its bytes.
    #[must_use]
    pub fn at(&self) -> At {
        At { start: self.offset, end: super::offset(self.end()) }
    }

    /// Its place in `text`, which it was read from.
    #[must_use]
    pub fn span(&self, text: &str) -> Span {
        Span::of(text, self.start(), self.end())
    }
}
