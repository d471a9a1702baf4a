//! Go source as tokens: quick, borrowed from the text, and at ease with text that is not Go at all.
//!
//! Keywords are identifiers here; a statement's end is a token, whether a `;` or the line's end stands for it, as the language has it.

use std::borrow::Cow;

use crate::evidence::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A name or a keyword.
    Ident,
    /// A string, interpreted or raw.
    Str,
    /// A number of any notation.
    Number,
    /// A rune.
    Char,
    /// An operator or a bracket, the longest that the language knows.
    Punct,
    /// The end of a statement: `;`, or the line's end where it counts as one.
    End,
}

/// A piece of source text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'t> {
    /// What it is.
    pub kind: Kind,
    /// The piece itself.
    pub text: &'t str,
    /// Its first byte's place in the text.
    pub offset: u32,
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

    /// Its place in `text`, which it was read from.
    #[must_use]
    pub fn span(&self, text: &str) -> Span {
        Span::of(text, self.start(), self.end())
    }
}

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
    let mut scanner = Scanner::new(text);
    // a token and the blanks around it take six bytes or so in the code that people write
    let mut tokens = Vec::with_capacity(text.len() / 6);
    tokens.extend(&mut scanner);
    Scan { tokens, directives: scanner.directives }
}

/// Reads token by token, for those who stop early.
#[derive(Debug)]
pub struct Scanner<'t> {
    text: &'t str,
    at: usize,
    /// Whether a line's end now ends a statement.
    ending: bool,
    /// The comments for tools that were passed so far.
    pub directives: Vec<Directive<'t>>,
}

impl<'t> Iterator for Scanner<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        if let Some(end) = self.skip() {
            self.ending = false;
            return Some(end);
        }
        let bytes = self.text.as_bytes();
        let start = self.at;
        let first = *bytes.get(start)?;
        let (kind, end) = match first {
            b'"' | b'\'' => (if first == b'"' { Kind::Str } else { Kind::Char }, self.quoted(first)),
            b'`' => (Kind::Str, self.text[start + 1..].find('`').map_or(bytes.len(), |length| start + length + 2)),
            b'0'..=b'9' => (Kind::Number, self.number()),
            b'.' if bytes.get(start + 1).is_some_and(u8::is_ascii_digit) => (Kind::Number, self.number()),
            b';' => (Kind::End, start + 1),
            _ if is_word(first) => (Kind::Ident, self.run(start, is_word)),
            _ => (Kind::Punct, start + operator(&bytes[start..])),
        };
        self.at = end;
        let token = self.token(kind, start, end);
        self.ending = ends_statement(&token);
        Some(token)
    }
}

impl<'t> Scanner<'t> {
    /// At the beginning of `text`.
    #[must_use]
    pub fn new(text: &'t str) -> Self {
        Self { text, at: 0, ending: false, directives: Vec::new() }
    }

    fn token(&self, kind: Kind, start: usize, end: usize) -> Token<'t> {
        Token { kind, text: &self.text[start..end], offset: offset(start) }
    }

    /// Passes blanks and comments; a line's end that counts is given back.
    fn skip(&mut self) -> Option<Token<'t>> {
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(self.at)? {
                b'\n' if self.ending => {
                    self.at += 1;
                    return Some(self.token(Kind::End, self.at - 1, self.at));
                }
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                b'/' => match bytes.get(self.at + 1) {
                    Some(b'/') => self.line_comment(),
                    Some(b'*') => {
                        let start = self.at;
                        self.at = self.text[start + 2..].find("*/").map_or(bytes.len(), |length| start + length + 4);
                        // a comment with a line's end inside counts as one
                        if let Some(newline) = self.text[start..self.at].find('\n').filter(|_| self.ending) {
                            return Some(self.token(Kind::End, start + newline, start + newline + 1));
                        }
                    }
                    _ => return None,
                },
                _ => return None,
            }
        }
    }

    fn line_comment(&mut self) {
        let start = self.at;
        self.at = self.text[start..].find('\n').map_or(self.text.len(), |length| start + length);
        let said = &self.text[start + 2..self.at];
        if said.starts_with("go:") || said.trim_start().starts_with("+build") {
            self.directives.push(Directive { text: said.trim(), offset: offset(start) });
        }
    }

    /// The end of a string or rune, which a line's end cuts off.
    fn quoted(&self, quote: u8) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = self.at + 1;
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'\n' => return at,
                b'\\' if bytes.get(at + 1).is_some_and(|next| *next != b'\n') => at += 2,
                _ if byte == quote => return at + 1,
                _ => at += 1,
            }
        }
        bytes.len()
    }

    fn number(&self) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = self.at;
        loop {
            at = self.run(at, |byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'_');
            let hexadecimal = bytes[self.at..at].starts_with(b"0x") || bytes[self.at..at].starts_with(b"0X");
            let exponent = matches!(bytes[at - 1], b'p' | b'P') || (!hexadecimal && matches!(bytes[at - 1], b'e' | b'E'));
            if !exponent || !matches!(bytes.get(at), Some(b'+' | b'-')) {
                return at;
            }
            at += 1;
        }
    }

    fn run(&self, start: usize, belongs: impl Fn(u8) -> bool) -> usize {
        let rest = &self.text.as_bytes()[start..];
        start + rest.iter().position(|byte| !belongs(*byte)).unwrap_or(rest.len())
    }
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

/// The length of the longest operator or bracket that `rest` begins with.
fn operator(rest: &[u8]) -> usize {
    let (second, third) = (rest.get(1).copied().unwrap_or(0), rest.get(2).copied().unwrap_or(0));
    match (rest[0], second) {
        (b'.', b'.') if third == b'.' => 3,
        (b'<', b'<') | (b'>', b'>') | (b'&', b'^') => 2 + usize::from(third == b'='),
        (b':' | b'=' | b'!' | b'<' | b'>' | b'+' | b'-' | b'*' | b'/' | b'%' | b'&' | b'|' | b'^', b'=') | (b'<', b'-') => 2,
        (b'&' | b'|' | b'+' | b'-', _) if second == rest[0] => 2,
        _ => 1,
    }
}

fn ends_statement(token: &Token<'_>) -> bool {
    match token.kind {
        Kind::Ident => !matches!(
            token.text,
            "case"
                | "chan"
                | "const"
                | "default"
                | "defer"
                | "else"
                | "for"
                | "func"
                | "go"
                | "goto"
                | "if"
                | "import"
                | "interface"
                | "map"
                | "package"
                | "range"
                | "select"
                | "struct"
                | "switch"
                | "type"
                | "var"
        ),
        Kind::Str | Kind::Number | Kind::Char => true,
        Kind::Punct => matches!(token.text, ")" | "]" | "}" | "++" | "--"),
        Kind::End => false,
    }
}

/// What the string literal `text` says; an unterminated one says what there is.
#[must_use]
pub fn unquote(text: &str) -> Cow<'_, str> {
    if let Some(raw) = text.strip_prefix('`') {
        let raw = raw.strip_suffix('`').unwrap_or(raw);
        return if raw.contains('\r') { raw.replace('\r', "").into() } else { raw.into() };
    }
    let Some(inner) = text.strip_prefix('"') else { return text.into() };
    let inner = inner.strip_suffix('"').unwrap_or(inner);
    if inner.contains('\\') { unescape(inner).into() } else { inner.into() }
}

fn unescape(inner: &str) -> String {
    let mut said = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        said.extend_from_slice(&rest.as_bytes()[..at]);
        rest = &rest[at + 1..];
        let Some(escape) = rest.chars().next() else { break };
        let (digits, radix) = match escape {
            'x' => (2, 16),
            'u' => (4, 16),
            'U' => (8, 16),
            '0'..='7' => (3, 8),
            _ => (0, 0),
        };
        let from = usize::from(radix == 16);
        let number = (digits > 0).then(|| rest.get(from..from + digits)).flatten().and_then(|text| u32::from_str_radix(text, radix).ok());
        if let Some(number) = number {
            rest = &rest[from + digits..];
            match (escape, char::from_u32(number)) {
                // these name a byte and not a character
                ('x' | '0'..='7', _) => said.push(u8::try_from(number).unwrap_or(b'?')),
                (_, character) => said.extend_from_slice(character.unwrap_or('\u{fffd}').encode_utf8(&mut [0; 4]).as_bytes()),
            }
        } else {
            rest = &rest[escape.len_utf8()..];
            said.extend_from_slice(plain(escape).encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
    said.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&said).into_owned()
}

fn plain(escape: char) -> char {
    match escape {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'v' => '\x0b',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        scan(text).tokens.iter().map(|token| if token.text == "\n" { "⏎" } else { token.text }).collect()
    }

    #[test]
    fn operators_are_the_longest_there_are() {
        assert_eq!(texts("a:=b==c<-d...&x[1:]"), ["a", ":=", "b", "==", "c", "<-", "d", "...", "&", "x", "[", "1", ":", "]"]);
    }

    #[test]
    fn a_lines_end_counts_where_the_language_says_so() {
        assert_eq!(
            texts("f(a,\n b)\nreturn\nx +\ny /* z\n */ w"),
            ["f", "(", "a", ",", "b", ")", "⏎", "return", "⏎", "x", "+", "y", "⏎", "w"]
        );
        assert_eq!(texts("x := 1\r\ny()\r\n"), ["x", ":=", "1", "⏎", "y", "(", ")", "⏎"]);
    }

    #[test]
    fn comments_and_strings_do_not_look_inside_each_other() {
        assert_eq!(texts(r#"a /* "b */ c "//d" `e"\` '"' "\"f" // g"#), ["a", "c", r#""//d""#, r#"`e"\`"#, "'\"'", r#""\"f""#]);
    }

    #[test]
    fn what_is_not_ended_ends_with_its_line_or_text() {
        assert_eq!(texts("\"abc\nd"), ["\"abc", "⏎", "d"]);
        assert_eq!(texts("`abc\nd"), ["`abc\nd"]);
        assert_eq!(texts("x /* abc"), ["x"]);
        assert_eq!(texts("\"\\"), ["\"\\"]);
    }

    #[test]
    fn numbers_keep_their_parts() {
        assert_eq!(texts("0x1F 1_000 1e+5 .5 0xep-1 0xe+1"), ["0x1F", "1_000", "1e+5", ".5", "0xep-1", "0xe", "+", "1"]);
    }

    #[test]
    fn directives_are_kept_apart() {
        let text = "//go:build linux\n// +build linux\n// go:embed no\npackage x\n//go:embed a \"b c\"\nvar x string";
        let scan = scan(text);
        let embeds: Vec<_> = scan.directives.iter().filter_map(|directive| directive.after("go:embed")).collect();
        assert_eq!((scan.directives.len(), embeds), (3, vec!["a \"b c\""]));
    }

    #[test]
    fn strings_say_what_they_mean() {
        for (text, said) in [
            (r#""plain""#, "plain"),
            (r#""a\tb\"c\\""#, "a\tb\"c\\"),
            (r#""\u00e9\x41\101\U0001F600""#, "éAA😀"),
            (r#""\xc3\xa9""#, "é"),
            (r#""\q\u12""#, "qu12"),
            ("`a\\n\r\nb`", "a\\n\nb"),
            ("\"open", "open"),
            ("`", ""),
        ] {
            assert_eq!(unquote(text), said);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_and_tokens_lie_inside_in_order(text in "(?s)([ -~\n]|.|//|/\\*|\"|`|'|\\\\|[0-9]e[+]){0,80}") {
            let mut last = 0;
            for token in scan(&text).tokens {
                prop_assert!(token.start() >= last && text.get(token.start()..token.end()) == Some(token.text));
                last = token.end();
                let _ = token.value();
            }
        }
    }
}
