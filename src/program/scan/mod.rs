//! Source text as tokens: one scanner, with a dialect for each language that has no parser of its own here.
//!
//! Quick, borrowed from the text, linear in its length, and at ease with text that is not of the language at all. Comments are kept apart
//! and strings are whole, so that nothing which only speaks of code is taken for code.

mod cursor;
mod dialect;
mod literal;
mod string;
mod token;

pub use self::cursor::{Cursor, Names};
use self::dialect::{Backtick, Single, Triple};
pub use self::dialect::{Dialect, GO, GROOVY, JAVA, KOTLIN, RUST};
pub use self::literal::{Piece, pieces, value};
pub use self::token::{Form, Kind, Token};

/// The most bytes of a file that are read, 2 MiB: people write far smaller ones, and what machines wrote (tables, embedded files) says
/// nothing about how a program runs.
pub const MOST: usize = 2 << 20;

/// A comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment<'t> {
    /// All of it, its marks included.
    pub text: &'t str,
    /// Its first byte's place in the text.
    pub offset: u32,
}

/// All of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan<'t> {
    /// Everything but comments and blanks.
    pub tokens: Vec<Token<'t>>,
    /// The comments.
    pub comments: Vec<Comment<'t>>,
    /// Whether the text goes on behind [`MOST`].
    pub cut: bool,
}

/// Reads `text`, as far as [`MOST`].
#[must_use]
pub fn scan<'t>(text: &'t str, dialect: &'static Dialect) -> Scan<'t> {
    let end = (0..=text.len().min(MOST)).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    let mut scanner = Scanner::new(&text[..end], dialect);
    // a token and the blanks around it take six bytes or so in the code that people write
    let mut tokens = Vec::with_capacity(end / 6);
    tokens.extend(&mut scanner);
    Scan { tokens, comments: scanner.comments, cut: end < text.len() }
}

/// For every token that is an opening bracket, the number of the one that closes it; for all others, and where none closes it, the number
/// of tokens.
#[must_use]
pub fn closings(tokens: &[Token<'_>]) -> Vec<u32> {
    let mut closings = vec![offset(tokens.len()); tokens.len()];
    let mut open = Vec::new();
    for (number, token) in tokens.iter().enumerate().filter(|(_, token)| token.kind == Kind::Punct) {
        match token.text {
            "(" | "[" | "{" => open.push(number),
            ")" | "]" | "}" => {
                if let Some(opened) = open.pop() {
                    closings[opened] = offset(number);
                }
            }
            _ => {}
        }
    }
    closings
}

/// Reads token by token, for those who stop early.
#[derive(Debug)]
pub struct Scanner<'t> {
    text: &'t str,
    dialect: &'static Dialect,
    at: usize,
    /// Whether a value ends with the last token, so that an operator may follow.
    operand: bool,
    /// Whether a line's end now ends a statement.
    ending: bool,
    /// Whether a line's end was passed since the last token.
    fresh: bool,
    /// The comments that were passed so far.
    pub comments: Vec<Comment<'t>>,
}

impl<'t> Iterator for Scanner<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        if let Some(end) = self.skip() {
            self.ending = false;
            return Some(end);
        }
        let start = self.at;
        let (kind, form, end) = self.token(*self.text.as_bytes().get(start)?);
        let end = (end.max(start + 1)..self.text.len()).find(|end| self.text.is_char_boundary(*end)).unwrap_or(self.text.len());
        self.at = end;
        let token = Token { kind, form, fresh: self.fresh, offset: offset(start), text: &self.text[start..end] };
        self.fresh = false;
        self.operand = ends_value(&token);
        self.ending = self.dialect.line_ends && ends_statement(&token);
        Some(token)
    }
}

impl<'t> Scanner<'t> {
    /// At the beginning of `text`, behind a byte order mark and a line that names an interpreter.
    #[must_use]
    pub fn new(text: &'t str, dialect: &'static Dialect) -> Self {
        let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let interpreter = text[mark..].starts_with("#!") && !text[mark..].starts_with("#![");
        let at = if interpreter { text.find('\n').unwrap_or(text.len()) } else { mark };
        Self { text, dialect, at, operand: false, ending: false, fresh: true, comments: Vec::new() }
    }

    /// Passes blanks and comments; a line's end that counts is given back.
    fn skip(&mut self) -> Option<Token<'t>> {
        let bytes = self.text.as_bytes();
        loop {
            let start = self.at;
            let newline = match bytes.get(start)? {
                b'\n' => {
                    self.at += 1;
                    Some(start)
                }
                b' ' | b'\t' | b'\r' | b'\x0c' => {
                    self.at += 1;
                    None
                }
                b'/' if matches!(bytes.get(start + 1), Some(b'/' | b'*')) => {
                    let single = bytes[start + 1] == b'/';
                    self.at = if single { find(bytes, start, b'\n') } else { self.block_end(start) };
                    let text = &self.text[start..self.at];
                    self.comments.push(Comment { text, offset: offset(start) });
                    // a comment with a line's end inside counts as one
                    text.find('\n').map(|length| start + length)
                }
                _ => return None,
            };
            if let Some(newline) = newline {
                self.fresh = true;
                if self.ending {
                    let text = &self.text[newline..=newline];
                    return Some(Token { kind: Kind::End, form: Form::Plain, fresh: false, offset: offset(newline), text });
                }
            }
        }
    }

    /// The byte behind the comment that opens at `start`.
    fn block_end(&self, start: usize) -> usize {
        let bytes = self.text.as_bytes();
        let (mut depth, mut at) = (1_usize, start + 2);
        while at < bytes.len() {
            match bytes[at..] {
                [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
                [b'/', b'*', ..] if self.dialect.nested_comments => (depth, at) = (depth + 1, at + 2),
                _ => at += 1,
            }
            if depth == 0 {
                break;
            }
        }
        at.min(bytes.len())
    }

    /// What the token is that begins here with `first`, and the byte behind it.
    fn token(&self, first: u8) -> (Kind, Form, usize) {
        let bytes = self.text.as_bytes();
        let start = self.at;
        let digit_follows = || bytes.get(start + 1).is_some_and(u8::is_ascii_digit);
        match first {
            b'"' => self.string(first),
            b'\'' => match self.dialect.single {
                Single::Text => self.string(first),
                Single::Char => (Kind::Char, Form::Plain, string::quoted(bytes, start, first, false)),
                Single::CharOrLifetime => self.character(start),
            },
            b'`' if self.dialect.backtick == Backtick::Raw => (Kind::Str, Form::Raw, find(bytes, start + 1, b'`') + 1),
            b'`' if self.dialect.backtick == Backtick::Name => (Kind::Ident, Form::Plain, string::quoted(bytes, start, b'`', false)),
            b'0'..=b'9' => (Kind::Number, Form::Plain, self.number()),
            b'.' if self.dialect.leading_point && digit_follows() => (Kind::Number, Form::Plain, self.number()),
            b';' if self.dialect.line_ends => (Kind::End, Form::Plain, start + 1),
            b'/' if self.dialect.slashes && !self.operand => self.slashes(),
            _ if is_word(first) && self.dialect.prefixed => self.prefixed(),
            _ if self.is_word(first) => (Kind::Ident, Form::Plain, self.word(start)),
            _ => {
                let byte = |number: usize| bytes.get(start + number).copied().unwrap_or(0);
                (Kind::Punct, Form::Plain, start + (self.dialect.operator)([first, byte(1), byte(2)]))
            }
        }
    }

    fn string(&self, quote: u8) -> (Kind, Form, usize) {
        let (bytes, dialect) = (self.text.as_bytes(), self.dialect);
        let tripled = dialect.triple != Triple::None && bytes[self.at..].starts_with(&[quote; 3]);
        let escapes = !tripled || dialect.triple == Triple::Escaped;
        let templates = dialect.templates && quote == b'"';
        let form = match (escapes, templates) {
            (true, false) => Form::Plain,
            (false, false) => Form::Raw,
            (true, true) => Form::Template,
            (false, true) => Form::RawTemplate,
        };
        let end = if templates {
            string::template(bytes, self.at, tripled, escapes, dialect)
        } else if tripled {
            string::tripled(bytes, self.at, quote, escapes)
        } else {
            string::quoted(bytes, self.at, quote, dialect.prefixed)
        };
        (Kind::Str, form, end)
    }

    /// `/pattern/`, or an operator where the line has no second one.
    fn slashes(&self) -> (Kind, Form, usize) {
        let bytes = self.text.as_bytes();
        let end = string::quoted(bytes, self.at, b'/', false);
        if end > self.at + 2 && bytes[end - 1] == b'/' {
            return (Kind::Str, Form::Raw, end);
        }
        (Kind::Punct, Form::Plain, self.at + 1)
    }

    /// A word, or a string or character that begins with letters: `r"`, `br#"`, `b'`, `c"`.
    fn prefixed(&self) -> (Kind, Form, usize) {
        let (bytes, start) = (self.text.as_bytes(), self.at);
        let letters = bytes[start..].iter().take(2).take_while(|byte| matches!(byte, b'b' | b'c' | b'r')).count();
        let raw = bytes[start..start + letters].contains(&b'r');
        let behind = start + letters;
        let hashes = if raw { bytes[behind..].iter().take_while(|byte| **byte == b'#').count() } else { 0 };
        match bytes.get(behind + hashes) {
            Some(b'"') if raw => (Kind::Str, Form::Raw, string::hashed(bytes, behind + hashes, hashes)),
            Some(b'"') if letters > 0 => (Kind::Str, Form::Plain, string::quoted(bytes, behind, b'"', true)),
            Some(b'\'') if letters == 1 && bytes[start] == b'b' => self.character(behind),
            Some(byte) if hashes == 1 && letters == 1 && is_word(*byte) => (Kind::Ident, Form::Plain, self.word(behind + 1)),
            _ => (Kind::Ident, Form::Plain, self.word(start)),
        }
    }

    /// A character whose quote opens at `open`, or a lifetime where none closes it.
    fn character(&self, open: usize) -> (Kind, Form, usize) {
        // `'\u{10ffff}'`
        const LONGEST_ESCAPE: usize = 12;
        let rest = self.text.get(open + 1..).unwrap_or_default();
        if rest.starts_with('\\') {
            let closed = rest.bytes().take(LONGEST_ESCAPE).skip(2).position(|byte| byte == b'\'');
            return (Kind::Char, Form::Plain, closed.map_or(open + 2, |length| open + length + 4));
        }
        let mut characters = rest.char_indices().skip(1);
        match characters.next() {
            Some((length, '\'')) => (Kind::Char, Form::Plain, open + length + 2),
            _ => (Kind::Lifetime, Form::Plain, self.word(open + 1)),
        }
    }

    fn number(&self) -> usize {
        let (bytes, start) = (self.text.as_bytes(), self.at);
        let radix = matches!(bytes[start..], [b'0', b'x' | b'X' | b'b' | b'B' | b'o' | b'O', ..]);
        let hexadecimal = radix && bytes[start + 1].eq_ignore_ascii_case(&b'x');
        let mut at = start;
        let mut point = false;
        while let Some(&byte) = bytes.get(at) {
            let digits = || bytes[start..at].iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'_' | b'.'));
            at += match byte {
                b'e' | b'E' if !radix && matches!(bytes.get(at + 1), Some(b'+' | b'-')) && digits() => 2,
                b'p' | b'P' if hexadecimal && matches!(bytes.get(at + 1), Some(b'+' | b'-')) => 2,
                b'.' if !point && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) => {
                    point = true;
                    1
                }
                b'_' => 1,
                _ if byte.is_ascii_alphanumeric() => 1,
                _ => break,
            };
        }
        at
    }

    fn is_word(&self, byte: u8) -> bool {
        is_word(byte) || byte == b'$' && self.dialect.dollar
    }

    fn word(&self, start: usize) -> usize {
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        start + rest.iter().position(|byte| !self.is_word(*byte)).unwrap_or(rest.len())
    }
}

/// The place of `wanted` at or behind `from`, or the end.
fn find(bytes: &[u8], from: usize, wanted: u8) -> usize {
    bytes.get(from..).and_then(|rest| rest.iter().position(|byte| *byte == wanted)).map_or(bytes.len(), |length| from + length)
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

// every byte of a character beyond ASCII belongs to a word, so that no token ends within a character
const WORD: [bool; 256] = {
    let mut word = [false; 256];
    let mut byte = u8::MIN;
    loop {
        word[byte as usize] = !byte.is_ascii() || byte.is_ascii_alphanumeric() || byte == b'_';
        if byte == u8::MAX {
            break word;
        }
        byte += 1;
    }
};

fn is_word(byte: u8) -> bool {
    WORD[usize::from(byte)]
}

fn ends_value(token: &Token<'_>) -> bool {
    match token.kind {
        Kind::Ident | Kind::Str | Kind::Number | Kind::Char => true,
        Kind::Punct => matches!(token.text, ")" | "]" | "}"),
        Kind::Lifetime | Kind::End => false,
    }
}

/// Go's rule.
fn ends_statement(token: &Token<'_>) -> bool {
    const GO_ON: [&str; 20] = [
        "case",
        "chan",
        "const",
        "default",
        "defer",
        "else",
        "for",
        "func",
        "go",
        "goto",
        "if",
        "import",
        "interface",
        "map",
        "package",
        "range",
        "select",
        "struct",
        "switch",
        "type",
    ];
    match token.kind {
        Kind::Ident => token.text != "var" && !GO_ON.contains(&token.text),
        Kind::Str | Kind::Number | Kind::Char => true,
        Kind::Punct => matches!(token.text, ")" | "]" | "}" | "++" | "--"),
        Kind::Lifetime | Kind::End => false,
    }
}

#[cfg(test)]
mod tests;
