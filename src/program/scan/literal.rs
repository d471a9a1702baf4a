//! What strings and numbers say.

use std::borrow::Cow;

use super::dialect::Dialect;
use super::token::{Form, Kind, Token};

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'t> {
    /// Text, its escapes resolved.
    Text(String),
    /// Code: the name after `$`, or what stands in `${}`.
    Code {
        /// The code itself.
        text: &'t str,
        /// Its first byte's place in the file.
        offset: u32,
    },
}

/// The parts of a string; a plain one has at most one.
#[must_use]
pub fn pieces<'t>(token: &Token<'t>, dialect: &Dialect) -> Vec<Piece<'t>> {
    if token.kind != Kind::Str {
        return Vec::new();
    }
    if !matches!(token.form, Form::Template | Form::RawTemplate) {
        return vec![Piece::Text(value(token.text, token.form).into_owned())];
    }
    let form = if token.form == Form::Template { Form::Plain } else { Form::Raw };
    let (body, start) = body(token.text);
    let mut pieces = Vec::new();
    let (mut from, mut at) = (0, 0);
    let bytes = body.as_bytes();
    while at < bytes.len() {
        let code = match bytes[at] {
            b'\\' if form == Form::Plain => None,
            b'$' => code(body, at, dialect),
            _ => {
                at += 1;
                continue;
            }
        };
        let Some((begin, end, next)) = code else {
            at += 1 + usize::from(bytes[at] == b'\\');
            continue;
        };
        if from < at {
            pieces.push(Piece::Text(text(&body[from..at], form).into_owned()));
        }
        pieces.push(Piece::Code { text: &body[begin..end], offset: token.offset + super::offset(start + begin) });
        (from, at) = (next, next);
    }
    if let Some(rest) = body.get(from..).filter(|rest| !rest.is_empty()) {
        pieces.push(Piece::Text(text(rest, form).into_owned()));
    }
    pieces
}

/// The code that the `$` at `at` begins: its first byte, the byte behind it, and where the text goes on.
fn code(body: &str, at: usize, dialect: &Dialect) -> Option<(usize, usize, usize)> {
    let bytes = body.as_bytes();
    if bytes.get(at + 1) == Some(&b'{') {
        let end = super::string::code_end(bytes, at + 2, dialect);
        let closed = bytes.get(end.saturating_sub(1)) == Some(&b'}') && end > at + 2;
        return Some((at + 2, if closed { end - 1 } else { end }, end));
    }
    let word = |from: usize| from + bytes[from..].iter().take_while(|byte| super::is_word(**byte)).count();
    let mut end = word(at + 1);
    if end == at + 1 || bytes[at + 1].is_ascii_digit() {
        return None;
    }
    while dialect.dotted_templates && bytes.get(end) == Some(&b'.') && word(end + 1) > end + 1 {
        end = word(end + 1);
    }
    Some((at + 1, end, end))
}

/// What a string literal says; an unterminated one says what there is.
#[must_use]
pub fn value(literal: &str, form: Form) -> Cow<'_, str> {
    let (body, start) = body(literal);
    match form {
        Form::Raw | Form::RawTemplate => text(body, Form::Raw),
        Form::Plain | Form::Template if start == 3 && body.trim_start_matches([' ', '\t', '\r']).starts_with('\n') => {
            text(&unindent(body), Form::Plain).into_owned().into()
        }
        Form::Plain | Form::Template => text(body, Form::Plain),
    }
}

fn text(body: &str, form: Form) -> Cow<'_, str> {
    match form {
        // a carriage return is no part of a raw string
        Form::Raw | Form::RawTemplate if body.contains('\r') => body.replace('\r', "").into(),
        Form::Plain | Form::Template if body.contains('\\') => unescape(body).into(),
        _ => body.into(),
    }
}

/// What stands between the quotes, and how many bytes stand before it.
fn body(literal: &str) -> (&str, usize) {
    let letters = literal.bytes().take_while(u8::is_ascii_lowercase).count();
    let hashes = literal.bytes().skip(letters).take_while(|byte| *byte == b'#').count();
    let rest = &literal[letters + hashes..];
    let rest = rest.strip_suffix(&literal[letters..letters + hashes]).unwrap_or(rest);
    for quotes in ["\"\"\"", "'''"] {
        if let Some(inner) = rest.strip_prefix(quotes).filter(|_| letters == 0) {
            return (inner.strip_suffix(quotes).unwrap_or(inner), 3);
        }
    }
    let quote = rest.get(..1).unwrap_or_default();
    let inner = rest.get(1..).unwrap_or_default();
    (inner.strip_suffix(quote).unwrap_or(inner), letters + hashes + 1)
}

/// A text block's lines without the blanks that all of them begin with, and without its first line's end.
fn unindent(body: &str) -> String {
    let lines: Vec<&str> = body.split('\n').skip(1).collect();
    let blanks = |line: &&str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let last = lines.len().saturating_sub(1);
    let counted = lines.iter().enumerate().filter(|(number, line)| *number == last || !line.trim().is_empty());
    let indent = counted.map(|(_, line)| blanks(line)).min().unwrap_or(0);
    let stripped: Vec<&str> = lines.iter().map(|line| line.get(indent..).unwrap_or_default().trim_end_matches([' ', '\t', '\r'])).collect();
    stripped.join("\n")
}

fn unescape(inner: &str) -> String {
    let mut said = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        said.extend_from_slice(&rest.as_bytes()[..at]);
        rest = &rest[at + 1..];
        let Some(escape) = rest.chars().next() else { break };
        if let Some((byte, length)) = named_byte(rest, escape) {
            said.push(byte);
            rest = &rest[length..];
        } else if let Some((character, length)) = named_character(rest, escape) {
            said.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            rest = &rest[length..];
        } else if escape == '\n' {
            // the line goes on, without the next one's blanks
            rest = rest.trim_start();
        } else {
            rest = &rest[escape.len_utf8()..];
            said.extend_from_slice(plain(escape).encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
    said.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&said).into_owned()
}

/// `\x41` and `\101` name a byte.
fn named_byte(rest: &str, escape: char) -> Option<(u8, usize)> {
    let (digits, radix) = match escape {
        'x' => (rest.get(1..3)?, 16),
        '0'..='7' => (&rest[..rest.bytes().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count()], 8),
        _ => return None,
    };
    let number = u32::from_str_radix(digits, radix).ok()?;
    Some((u8::try_from(number).unwrap_or(b'?'), digits.len() + usize::from(radix == 16)))
}

/// `\u00e9`, `\U0001F600` and `\u{e9}` name a character.
fn named_character(rest: &str, escape: char) -> Option<(char, usize)> {
    let digits = match escape {
        'u' if rest[1..].starts_with('{') => rest.get(2..rest.find('}')?)?,
        'u' => rest.get(1..5)?,
        'U' => rest.get(1..9)?,
        _ => return None,
    };
    let number = u32::from_str_radix(digits, 16).ok()?;
    let brackets = if rest[1..].starts_with('{') { 2 } else { 0 };
    Some((char::from_u32(number).unwrap_or('\u{fffd}'), 1 + digits.len() + brackets))
}

fn plain(escape: char) -> char {
    match escape {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        's' => ' ',
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'v' => '\x0b',
        other => other,
    }
}

/// The whole number that is written so; none where it has a fraction or an exponent, or is too great.
#[must_use]
pub fn number(text: &str) -> Option<i64> {
    let plain: String = text.chars().filter(|c| *c != '_').collect();
    let lower = plain.to_ascii_lowercase();
    let (digits, radix) = match lower.as_bytes() {
        [b'0', b'x', ..] => (&lower[2..], 16),
        [b'0', b'o', ..] => (&lower[2..], 8),
        [b'0', b'b', ..] => (&lower[2..], 2),
        [b'0', rest @ ..] if !rest.is_empty() && rest.iter().all(u8::is_ascii_digit) => (&lower[1..], 8),
        _ => (&lower[..], 10),
    };
    let length = digits.bytes().take_while(|byte| (*byte as char).is_digit(radix)).count();
    let (digits, suffix) = digits.split_at(length);
    // `8080u16`, `8080l`, `0x1fi64`
    let known = suffix.is_empty() || suffix == "l" || suffix.starts_with(['u', 'i']);
    known.then(|| i64::from_str_radix(digits, radix).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::scan::{GROOVY, KOTLIN, scan};

    #[test]
    fn strings_say_what_they_mean() {
        for (text, form, said) in [
            (r#""plain""#, Form::Plain, "plain"),
            (r#""a\tb\"c\\""#, Form::Plain, "a\tb\"c\\"),
            (r#""\u00e9\x41\101\U0001F600\u{e9}""#, Form::Plain, "éAA😀é"),
            (r#""\xc3\xa9""#, Form::Plain, "é"),
            (r#""\q\u12""#, Form::Plain, "qu12"),
            ("\"a\\\n   b\\0\"", Form::Plain, "ab\0"),
            ("`a\\n\r\nb`", Form::Raw, "a\\n\nb"),
            ("\"open", Form::Plain, "open"),
            ("`", Form::Raw, ""),
            (r##"r#"a "q" \n"#"##, Form::Raw, r#"a "q" \n"#),
            (r#"b"x""#, Form::Plain, "x"),
            ("\"\"\"\n      a\n        b\\n\n      \"\"\"", Form::Plain, "a\n  b\n\n"),
            ("\"\"\"\n a\\n\"\"\"", Form::Raw, "\n a\\n"),
        ] {
            assert_eq!(value(text, form), said, "{text}");
        }
    }

    #[test]
    fn numbers_are_whole() {
        let numbers = ["8080", "8_080u16", "0x1F", "0o17", "017", "80L", "1.5", "1e5", "0", "99999999999999999999"].map(number);
        assert_eq!(numbers, [Some(8080), Some(8080), Some(31), Some(15), Some(15), Some(80), None, None, Some(0), None]);
    }

    #[test]
    fn templates_come_apart() {
        let code = |text, offset| Piece::Code { text, offset };
        let said = |text: &str| Piece::Text(text.to_owned());
        let scanned = scan(r#""0.0.0.0:$port/${env["A"] ?: "8}"}.b\$c""#, &KOTLIN);
        assert_eq!(
            pieces(&scanned.tokens[0], &KOTLIN),
            [said("0.0.0.0:"), code("port", 10), said("/"), code(r#"env["A"] ?: "8}""#, 17), said(".b$c")]
        );
        let scanned = scan(r#""a-$project.version." '$x'"#, &GROOVY);
        assert_eq!(pieces(&scanned.tokens[0], &GROOVY), [said("a-"), code("project.version", 4), said(".")]);
        assert_eq!(pieces(&scanned.tokens[1], &GROOVY), [said("$x")]);
    }
}
