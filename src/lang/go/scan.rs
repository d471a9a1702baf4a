//! Go source: tokens by the common scanner, and the comments that speak to the tools.

use std::borrow::Cow;

use crate::program::scan::{self, Comment, Form, GO};
pub use crate::program::scan::{Kind, Scanner, Token};

/// A comment that speaks to the tools: `//go:embed ...`, `//go:build ...`, `// +build ...`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Directive<'t> {
    /// The comment without `//` and without the blanks around it.
    pub text: &'t str,
    /// Its first slash's place in the text.
    pub offset: u32,
}

impl<'t> Directive<'t> {
    /// What follows `word` when the comment begins with it.
    #[must_use]
    pub fn after(&self, word: &str) -> Option<&'t str> {
        let rest = self.text.strip_prefix(word)?;
        (rest.is_empty() || rest.starts_with([' ', '\t'])).then(|| rest.trim())
    }
}

/// All of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan<'t> {
    /// Everything but comments and blanks.
    pub tokens: Vec<Token<'t>>,
    /// The comments that speak to the tools.
    pub directives: Vec<Directive<'t>>,
}

/// Reads all of `text`.
#[must_use]
pub fn scan(text: &str) -> Scan<'_> {
    let scan = scan::scan(text, &GO);
    Scan { tokens: scan.tokens, directives: directives(&scan.comments) }
}

/// Reads token by token, for those who stop early.
#[must_use]
pub fn scanner(text: &str) -> Scanner<'_> {
    Scanner::new(text, &GO)
}

/// Those of the comments that speak to the tools.
#[must_use]
pub fn directives<'t>(comments: &[Comment<'t>]) -> Vec<Directive<'t>> {
    let directive = |comment: &Comment<'t>| {
        let said = comment.text.strip_prefix("//")?;
        let speaks = said.starts_with("go:") || said.trim_start().starts_with("+build");
        speaks.then(|| Directive { text: said.trim(), offset: comment.offset })
    };
    comments.iter().filter_map(directive).collect()
}

/// What the string literal `text` says; an unterminated one says what there is.
#[must_use]
pub fn unquote(text: &str) -> Cow<'_, str> {
    match text.as_bytes().first() {
        Some(b'`') => scan::value(text, Form::Raw),
        Some(b'"') => scan::value(text, Form::Plain),
        _ => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_are_kept_apart() {
        let text = "//go:build linux\n// +build linux\n// go:embed no\npackage x\n//go:embed a \"b c\"\nvar x string";
        let scan = scan(text);
        let embeds: Vec<_> = scan.directives.iter().filter_map(|directive| directive.after("go:embed")).collect();
        assert_eq!((scan.directives.len(), embeds), (3, vec!["a \"b c\""]));
    }
}
