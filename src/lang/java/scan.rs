//! Java, Kotlin and Groovy source as tokens: comments left out, strings whole, at ease with text that is none of them.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A name or a keyword.
    Word,
    /// A string, text blocks and characters included.
    Text,
    /// A number.
    Number,
    /// One character of an operator or a bracket.
    Mark,
}

/// A piece of source text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'t> {
    /// What it is.
    pub kind: Kind,
    /// The piece itself; a string without its quotes.
    pub text: &'t str,
    /// Its first byte's place.
    pub offset: usize,
}

impl Token<'_> {
    /// Whether it is this word, operator or bracket, and no string that reads so.
    pub fn is(&self, text: &str) -> bool {
        self.kind != Kind::Text && self.text == text
    }

    /// The number that it is, or that stands in it as a string.
    pub fn number<N: std::str::FromStr>(&self) -> Option<N> {
        matches!(self.kind, Kind::Number | Kind::Text).then(|| self.text.replace('_', "").parse().ok()).flatten()
    }
}

/// Reads all of `text`.
pub fn scan(text: &str) -> Vec<Token<'_>> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::with_capacity(text.len() / 6);
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        if rest[0].is_ascii_whitespace() {
            at += 1;
        } else if rest.starts_with(b"//") {
            at += find(rest, b"\n", 2).unwrap_or(rest.len());
        } else if rest.starts_with(b"/*") {
            at += find(rest, b"*/", 2).map_or(rest.len(), |end| end + 2);
        } else {
            let (kind, start, end, next) = token(bytes, at);
            // a byte that is no character's first belongs to a character that was cut: it says nothing
            if let Some(text) = text.get(start..end) {
                tokens.push(Token { kind, text, offset: at });
            }
            at = next;
        }
    }
    tokens
}

/// The kind, the piece's first byte and the one behind its last, and where to go on.
fn token(bytes: &[u8], at: usize) -> (Kind, usize, usize, usize) {
    let rest = &bytes[at..];
    for quotes in [&b"\"\"\""[..], b"'''"] {
        if rest.starts_with(quotes) {
            let end = find(rest, quotes, 3).unwrap_or(rest.len());
            return (Kind::Text, at + 3, at + end.max(3), (at + end + 3).min(bytes.len()));
        }
    }
    match rest[0] {
        quote @ (b'"' | b'\'') => {
            let end = quoted(rest, quote);
            (Kind::Text, at + 1, at + end, (at + end + 1).min(bytes.len()))
        }
        b'0'..=b'9' => {
            let end =
                at + rest.iter().position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))).unwrap_or(rest.len());
            (Kind::Number, at, end, end)
        }
        byte if is_word(byte) => {
            let end = at + rest.iter().position(|byte| !is_word(*byte)).unwrap_or(rest.len());
            (Kind::Word, at, end, end)
        }
        _ => (Kind::Mark, at, at + 1, at + 1),
    }
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

/// The closing quote's place; a string ends with its line.
fn quoted(rest: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 1,
            b'\n' => return at,
            byte if byte == quote => return at,
            _ => {}
        }
        at += 1;
    }
    rest.len()
}

fn find(bytes: &[u8], wanted: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.windows(wanted.len()).position(|window| window == wanted).map(|index| from + index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_say_nothing_and_strings_are_whole() {
        let tokens: Vec<_> =
            scan("// a\nint p = /* 1 */ 8_080; f(\"x\\\"y\", 'c', \"\"\"a\n\"b\"\"\"\")").iter().map(|token| token.text).collect();
        assert_eq!(tokens, ["int", "p", "=", "8_080", ";", "f", "(", "x\\\"y", ",", "c", ",", "a\n\"b", ")"].map(|text| text));
    }

    #[test]
    fn any_text_is_read() {
        for text in ["\"", "'''", "\"\"\"é", "/*", "é'é", "\"\\"] {
            scan(text);
        }
    }
}
