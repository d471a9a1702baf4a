//! Rust source as tokens: quick, borrowed from the text, and at ease with text that is not Rust at all.

use std::borrow::Cow;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A name or a keyword.
    Ident,
    /// A string of any kind, raw, byte or C.
    Str,
    /// A number of any notation.
    Number,
    /// A character, a byte or a lifetime.
    Char,
    /// One character of an operator or a bracket; `::` and `=>` are one.
    Punct,
}

/// A piece of source text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'t> {
    /// What it is.
    pub kind: Kind,
    /// The piece itself.
    pub text: &'t str,
    /// Its first byte's place in the text.
    pub offset: usize,
}

impl<'t> Token<'t> {
    /// Whether it is the operator, bracket or word `text`, and no string that reads so.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        self.text == text && self.kind != Kind::Str
    }

    /// The name, when it is one.
    #[must_use]
    pub fn ident(&self) -> Option<&'t str> {
        (self.kind == Kind::Ident).then_some(self.text)
    }

    /// What a string says, its quotes and escapes resolved.
    #[must_use]
    pub fn value(&self) -> Option<Cow<'t, str>> {
        (self.kind == Kind::Str).then(|| unquote(self.text))
    }

    /// The number as an unsigned integer, its underscores and suffix left out.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        let digits: String = self.text.chars().filter(|c| *c != '_').take_while(char::is_ascii_digit).collect();
        (self.kind == Kind::Number && !self.text.contains('.')).then(|| digits.parse().ok()).flatten()
    }

    /// Where the byte after it stands.
    #[must_use]
    pub fn end(&self) -> usize {
        self.offset + self.text.len()
    }
}

/// Reads all of `text`; comments and blanks are left out.
#[must_use]
pub fn scan(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::with_capacity(text.len() / 6);
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at].is_ascii_whitespace() {
            at += 1;
            continue;
        }
        if let Some(end) = comment(text, at) {
            at = end;
            continue;
        }
        let (kind, end) = token(text, at);
        let end = next_boundary(text, end.clamp(at + 1, bytes.len()));
        tokens.push(Token { kind, text: &text[at..end], offset: at });
        at = end;
    }
    tokens
}

fn next_boundary(text: &str, at: usize) -> usize {
    (at..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

/// The end of the comment that begins here, if one does.
fn comment(text: &str, at: usize) -> Option<usize> {
    let rest = &text.as_bytes()[at..];
    if rest.starts_with(b"//") {
        return Some(at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()));
    }
    if !rest.starts_with(b"/*") {
        return None;
    }
    let (mut depth, mut index) = (0_usize, 0);
    while index < rest.len() {
        match &rest[index..] {
            [b'/', b'*', ..] => (depth, index) = (depth + 1, index + 2),
            [b'*', b'/', ..] => (depth, index) = (depth - 1, index + 2),
            _ => index += 1,
        }
        if depth == 0 {
            break;
        }
    }
    Some(at + index)
}

fn token(text: &str, at: usize) -> (Kind, usize) {
    let bytes = text.as_bytes();
    match bytes[at] {
        b'"' => (Kind::Str, quoted(bytes, at)),
        b'\'' => (Kind::Char, character(text, at)),
        b'0'..=b'9' => (Kind::Number, number(bytes, at)),
        first if is_word(first) => match string_prefix(bytes, at) {
            Some(end) => (Kind::Str, end),
            None if bytes[at..].starts_with(b"b'") => (Kind::Char, character(text, at + 1)),
            None if bytes[at..].starts_with(b"r#") && bytes.get(at + 2).is_some_and(|byte| is_word(*byte)) => {
                (Kind::Ident, run(bytes, at + 2))
            }
            None => (Kind::Ident, run(bytes, at)),
        },
        _ if bytes[at..].starts_with(b"::") || bytes[at..].starts_with(b"=>") => (Kind::Punct, at + 2),
        _ => (Kind::Punct, at + 1),
    }
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn run(bytes: &[u8], at: usize) -> usize {
    at + bytes[at..].iter().position(|byte| !is_word(*byte)).unwrap_or(bytes.len() - at)
}

fn number(bytes: &[u8], at: usize) -> usize {
    let end = run(bytes, at);
    let fraction = bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
    if fraction { run(bytes, end + 1) } else { end }
}

/// The end of a string that begins with letters: `r"`, `br#"`, `b"`, `c"`.
fn string_prefix(bytes: &[u8], at: usize) -> Option<usize> {
    let letters = bytes[at..].iter().take(2).take_while(|byte| matches!(byte, b'b' | b'c' | b'r')).count();
    let raw = bytes[at..at + letters].contains(&b'r');
    let hashes = if raw { bytes[at + letters..].iter().take_while(|byte| **byte == b'#').count() } else { 0 };
    let open = at + letters + hashes;
    if letters == 0 || bytes.get(open) != Some(&b'"') {
        return None;
    }
    if !raw {
        return Some(quoted(bytes, open));
    }
    let close: Vec<u8> = std::iter::once(b'"').chain(std::iter::repeat_n(b'#', hashes)).collect();
    let rest = bytes.get(open + 1..).unwrap_or_default();
    let length = rest.windows(close.len()).position(|window| window == close);
    Some(length.map_or(bytes.len(), |length| open + 1 + length + close.len()))
}

fn quoted(bytes: &[u8], open: usize) -> usize {
    let mut at = open + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// A character literal, or a lifetime where no quote closes it.
fn character(text: &str, at: usize) -> usize {
    let rest = text.get(at + 1..).unwrap_or_default();
    if rest.starts_with('\\') {
        let closed = rest.char_indices().skip(2).find(|(_, c)| *c == '\'');
        return closed.map_or(text.len(), |(index, _)| at + 2 + index);
    }
    let mut characters = rest.char_indices();
    let (first, second) = (characters.next(), characters.next());
    match (first, second) {
        (Some(_), Some((index, '\''))) => at + 2 + index,
        _ => run(text.as_bytes(), at + 1),
    }
}

fn unquote(text: &str) -> Cow<'_, str> {
    let (Some(open), Some(close)) = (text.find('"'), text.rfind('"')) else { return Cow::Borrowed("") };
    let inner = text.get(open + 1..close).unwrap_or_default();
    if text[..open].contains('r') || !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    let mut plain = String::with_capacity(inner.len());
    let mut characters = inner.chars().peekable();
    while let Some(c) = characters.next() {
        match (c, characters.peek()) {
            ('\\', Some('n')) => plain.push('\n'),
            ('\\', Some('t')) => plain.push('\t'),
            ('\\', Some('\n')) => {
                while characters.peek().is_some_and(|c| c.is_whitespace()) {
                    characters.next();
                }
                continue;
            }
            ('\\', Some(other)) => plain.push(*other),
            _ => {
                plain.push(c);
                continue;
            }
        }
        characters.next();
    }
    Cow::Owned(plain)
}

/// The index of the bracket that closes the one at `open`; the last token's where none does.
#[must_use]
pub fn closing(tokens: &[Token<'_>], open: usize) -> usize {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(open) {
        if token.kind != Kind::Punct {
            continue;
        }
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return index;
        }
    }
    tokens.len().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_strings_are_told_from_code() {
        let text = "// bind(\"x\")\n/* a /* b */ c */ let s = r#\"a \"q\" b\"#; let l: &'a str = \"\\\"1\\n\"; 'x' b'\\'' 1_000u16 a::b";
        let tokens = scan(text);
        let texts: Vec<_> = tokens.iter().map(|token| token.text).collect();
        assert_eq!(texts[..4], ["let", "s", "=", "r#\"a \"q\" b\"#"]);
        assert_eq!(tokens[3].value().as_deref(), Some("a \"q\" b"));
        assert!(tokens.iter().any(|token| token.value().as_deref() == Some("\"1\n")));
        assert!(tokens.iter().any(|token| token.number() == Some(1000)));
        assert_eq!(texts[texts.len() - 3..], ["a", "::", "b"]);
    }

    #[test]
    fn any_text_is_taken_apart_without_losing_its_way() {
        for text in ["'", "\"", "r#\"", "b'", "/*", "é'é", "'\\", "r#", "1.", "\\", "c\"é"] {
            let tokens = scan(text);
            assert!(tokens.iter().all(|token| text.get(token.offset..token.end()) == Some(token.text)), "{text}");
        }
    }
}
