//! Where strings end. All of it is linear: what is passed once is not looked at again.

use super::dialect::Dialect;

/// The byte behind a string that opens at `open` with `quote`. One that is not closed ends with its line, or with the text where it may
/// have several lines.
pub fn quoted(bytes: &[u8], open: usize, quote: u8, lines: bool) -> usize {
    let mut at = open + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\n' if !lines => return at,
            b'\\' if lines || bytes.get(at + 1).is_some_and(|next| *next != b'\n') => at += 2,
            _ if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The byte behind a string between three quotes that opens at `open`.
pub fn tripled(bytes: &[u8], open: usize, quote: u8, escapes: bool) -> usize {
    let mut at = open + 3;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if escapes => at += 2,
            byte if byte == quote && bytes[at..].starts_with(&[quote; 3]) => {
                // a quote more belongs to the text: `""""`
                let more = bytes[at + 3..].iter().take_while(|byte| **byte == quote).count();
                return at + 3 + more;
            }
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The byte behind a raw string whose quote opens at `open` after so many `#`.
pub fn hashed(bytes: &[u8], open: usize, hashes: usize) -> usize {
    let mut at = open + 1;
    while let Some(length) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'"')) {
        at += length + 1;
        if bytes[at..].iter().take(hashes).take_while(|byte| **byte == b'#').count() == hashes {
            return at + hashes;
        }
    }
    bytes.len()
}

/// What is open inside a template.
enum Open {
    Code,
    Text { quote: u8, tripled: bool, escapes: bool, code: bool },
}

/// The byte behind a string that may hold code, which may hold strings.
pub fn template(bytes: &[u8], open: usize, tripled: bool, escapes: bool, dialect: &Dialect) -> usize {
    let quote = bytes[open];
    let text = Open::Text { quote, tripled, escapes, code: true };
    nested(bytes, open + if tripled { 3 } else { 1 }, text, dialect)
}

/// The byte behind the bracket that closes the code which begins at `from`.
pub fn code_end(bytes: &[u8], from: usize, dialect: &Dialect) -> usize {
    nested(bytes, from, Open::Code, dialect)
}

fn nested(bytes: &[u8], from: usize, first: Open, dialect: &Dialect) -> usize {
    let mut open = vec![first];
    let mut at = from;
    while let (Some(&byte), Some(last)) = (bytes.get(at), open.last()) {
        let mut closes = false;
        let mut length = 1;
        match *last {
            Open::Code if byte == b'{' => open.push(Open::Code),
            Open::Code if byte == b'}' => closes = true,
            Open::Code if byte == b'"' || byte == b'\'' => {
                let tripled = bytes[at..].starts_with(&[byte; 3]);
                length = if tripled { 3 } else { 1 };
                let (escapes, code) = (!tripled || dialect.dotted_templates, byte == b'"');
                open.push(Open::Text { quote: byte, tripled, escapes, code });
            }
            Open::Text { escapes: true, .. } if byte == b'\\' => length = 2,
            Open::Text { code: true, .. } if byte == b'$' && bytes.get(at + 1) == Some(&b'{') => {
                length = 2;
                open.push(Open::Code);
            }
            Open::Text { quote, tripled: true, .. } if byte == quote && bytes[at..].starts_with(&[quote; 3]) => {
                closes = true;
                length = 3 + bytes[at + 3..].iter().take_while(|byte| **byte == quote).count();
            }
            Open::Text { quote, tripled: false, .. } if byte == quote => closes = true,
            // a string that is not closed ends with its line
            Open::Text { tripled: false, .. } if byte == b'\n' => (closes, length) = (true, 0),
            Open::Code | Open::Text { .. } => {}
        }
        at += length;
        if closes {
            open.pop();
        }
    }
    at.min(bytes.len())
}
