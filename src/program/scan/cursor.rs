//! What the front ends that read tokens share: a place among the tokens with a limit on how far and how deep to go, and the names that
//! a file imports and declares.

use foldhash::HashMap;

use super::{Kind, Token, closings};
use crate::program::outline::At;

/// How deep brackets, blocks and operands may lie in one another; what lies deeper is not looked at.
const DEPTH: u32 = 64;

/// A place among tokens. Brackets are entered and left as a whole, so that nothing is read twice and nothing reads too far.
#[derive(Debug)]
pub struct Cursor<'t> {
    text: &'t str,
    /// The file's tokens.
    pub tokens: &'t [Token<'t>],
    closings: Vec<u32>,
    /// The next token's number.
    pub at: usize,
    /// Behind the last token that may be read: the bracket that closes what is being read.
    pub end: usize,
    depth: u32,
    /// Whether something lay too deep.
    pub broken: bool,
}

impl<'t> Cursor<'t> {
    /// At the first of the `tokens` of `text`.
    #[must_use]
    pub fn new(text: &'t str, tokens: &'t [Token<'t>]) -> Self {
        Self { text, tokens, closings: closings(tokens), at: 0, end: tokens.len(), depth: 0, broken: false }
    }

    /// The next token.
    #[must_use]
    pub fn peek(&self) -> Option<&'t Token<'t>> {
        self.ahead(0)
    }

    /// The token so many behind the next one.
    #[must_use]
    pub fn ahead(&self, by: usize) -> Option<&'t Token<'t>> {
        let at = self.at + by;
        if at < self.end { self.tokens.get(at) } else { None }
    }

    /// Whether the next token is this word or operator.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        self.is_ahead(0, text)
    }

    /// Whether the token so many behind the next one is.
    #[must_use]
    pub fn is_ahead(&self, by: usize, text: &str) -> bool {
        self.ahead(by).is_some_and(|token| token.is(text))
    }

    /// Passes the next token where it is this word or operator.
    pub fn take(&mut self, text: &str) -> bool {
        let is = self.is(text);
        self.at += usize::from(is);
        is
    }

    /// Passes the next token where it is a name.
    pub fn word(&mut self) -> Option<&'t str> {
        let word = self.peek()?.ident()?;
        self.at += 1;
        Some(word)
    }

    /// The number of the token that closes the bracket at `open`, or the end of what may be read.
    #[must_use]
    pub fn closing(&self, open: usize) -> usize {
        self.closings.get(open).map_or(self.end, |close| (*close as usize).min(self.end))
    }

    /// Enters the brackets that open here; gives what [`Self::leave`] wants.
    pub fn enter(&mut self) -> (usize, usize) {
        let close = self.closing(self.at);
        let end = std::mem::replace(&mut self.end, close);
        self.at += 1;
        (close, end)
    }

    /// Goes behind the brackets that were entered.
    pub fn leave(&mut self, (close, end): (usize, usize)) {
        self.end = end;
        self.at = (close + 1).min(end);
    }

    /// Passes a token, and all that is in its brackets if it opens some.
    pub fn pass(&mut self) {
        let opens = self.peek().is_some_and(|token| token.kind == Kind::Punct && matches!(token.text, "(" | "[" | "{"));
        self.at = if opens { self.closing(self.at) + 1 } else { self.at + 1 }.min(self.end);
    }

    /// Whether what lies deeper may be read; every `true` needs an [`Self::up`].
    pub fn down(&mut self) -> bool {
        if self.depth >= DEPTH {
            self.broken = true;
            return false;
        }
        self.depth += 1;
        true
    }

    /// Leaves what [`Self::down`] began.
    pub fn up(&mut self) {
        self.depth -= 1;
    }

    /// The bytes from the token `first` to the last one passed.
    #[must_use]
    pub fn place(&self, first: usize) -> At {
        self.place_of(first, self.at)
    }

    /// The bytes from the token `first` to the one before `behind`.
    #[must_use]
    pub fn place_of(&self, first: usize, behind: usize) -> At {
        let start = self.tokens.get(first).map_or(0, |token| token.offset);
        let end = behind.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(start, |token| token.at().end);
        At { start, end: end.max(start) }
    }

    /// The text from the token `first` to the last one passed.
    #[must_use]
    pub fn written(&self, first: usize) -> String {
        self.text_of(first, self.at)
    }

    /// The text from the token `first` to the one before `behind`.
    #[must_use]
    pub fn text_of(&self, first: usize, behind: usize) -> String {
        self.text.get(self.place_of(first, behind).range()).unwrap_or_default().to_owned()
    }
}

/// The names that a file imports, and those that hide them.
#[derive(Debug, Default)]
pub struct Names<'t> {
    imports: HashMap<String, String>,
    /// What is declared where the front end reads, in order.
    locals: Vec<&'t str>,
    /// How often each of them is.
    hidden: HashMap<&'t str, u32>,
}

impl<'t> Names<'t> {
    /// Something is imported: `name` means `path`.
    pub fn import(&mut self, name: impl Into<String>, path: impl Into<String>) {
        self.imports.insert(name.into(), path.into());
    }

    /// A name is declared, until its block ends.
    pub fn declare(&mut self, name: &'t str) {
        self.locals.push(name);
        *self.hidden.entry(name).or_default() += 1;
    }

    /// Where a block begins; [`Self::end`] wants it.
    #[must_use]
    pub fn begin(&self) -> usize {
        self.locals.len()
    }

    /// The names of a block end with it.
    pub fn end(&mut self, begin: usize) {
        for name in self.locals.drain(begin..) {
            if let Some(count) = self.hidden.get_mut(name) {
                *count -= 1;
            }
        }
    }

    /// Whether a name that was declared here hides what is outside.
    #[must_use]
    pub fn is_local(&self, name: &str) -> bool {
        self.hidden.get(name).is_some_and(|count| *count > 0)
    }

    /// What was imported under this name, whatever hides it.
    #[must_use]
    pub fn imported(&self, name: &str) -> Option<&str> {
        self.imports.get(name).map(String::as_str)
    }

    /// A name as all files know it.
    #[must_use]
    pub fn full(&self, name: &str) -> String {
        let imported = if self.is_local(name) { None } else { self.imported(name) };
        imported.unwrap_or(name).to_owned()
    }
}
