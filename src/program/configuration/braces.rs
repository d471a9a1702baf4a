//! JSON, with comments and trailing commas, and HOCON where it is plain.

use crate::program::outline::At;

type Add<'a> = &'a mut dyn FnMut(&str, &str, At);

/// Deeper settings are none that people write.
const DEEPEST: usize = 64;

/// Reads what the text says.
pub fn read(text: &str, add: Add<'_>) {
    let mut reader = Reader { text, at: 0, path: Vec::new() };
    reader.blank();
    if reader.peek() == Some(b'{') {
        reader.at += 1;
    }
    reader.object(add, 0);
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    path: Vec<String>,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes over blanks, commas and comments.
    fn blank(&mut self) {
        loop {
            let rest = &self.text[self.at..];
            let trimmed = rest.trim_start_matches([' ', '\t', '\r', '\n', ',']);
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with("//") || trimmed.starts_with('#') {
                self.at += trimmed.find('\n').unwrap_or(trimmed.len());
            } else if trimmed.starts_with("/*") {
                self.at += trimmed.find("*/").map_or(trimmed.len(), |end| end + 2);
            } else {
                return;
            }
        }
    }

    /// Keys and values up to the closing brace.
    fn object(&mut self, add: Add<'_>, depth: usize) {
        loop {
            self.blank();
            match self.peek() {
                None => return,
                Some(b'}') => {
                    self.at += 1;
                    return;
                }
                _ => {}
            }
            let start = self.at;
            let key = self.word(b":={}\n").to_owned();
            self.sign();
            self.path.push(key);
            self.value(add, start, depth);
            self.path.pop();
            // whatever was there, the next turn sees something else
            if self.at == start {
                self.at += self.text[start..].chars().next().map_or(1, char::len_utf8);
            }
        }
    }

    fn sign(&mut self) {
        let rest = &self.text[self.at..];
        let trimmed = rest.trim_start_matches([' ', '\t']);
        let trimmed = trimmed.strip_prefix("+=").or_else(|| trimmed.strip_prefix([':', '='])).unwrap_or(trimmed);
        let trimmed = trimmed.trim_start();
        self.at += rest.len() - trimmed.len();
    }

    fn value(&mut self, add: Add<'_>, start: usize, depth: usize) {
        match self.peek() {
            Some(b'{') if depth < DEEPEST => {
                self.at += 1;
                self.object(add, depth + 1);
            }
            Some(b'[') if depth < DEEPEST => {
                self.at += 1;
                self.list(add, depth + 1);
            }
            Some(b'{' | b'[') => self.at = self.text.len(),
            _ => self.scalar(add, start),
        }
    }

    fn list(&mut self, add: Add<'_>, depth: usize) {
        loop {
            self.blank();
            match self.peek() {
                None => return,
                Some(b']') => {
                    self.at += 1;
                    return;
                }
                _ => {}
            }
            let start = self.at;
            self.value(add, start, depth);
            if self.at == start {
                self.at += self.text[start..].chars().next().map_or(1, char::len_utf8);
            }
        }
    }

    fn scalar(&mut self, add: Add<'_>, start: usize) {
        let value = self.word(b",}]\n");
        let at = At { start: u32::try_from(start).unwrap_or(u32::MAX), end: u32::try_from(self.at).unwrap_or(u32::MAX) };
        if !value.is_empty() {
            add(&self.path.join("."), value, at);
        }
    }

    /// A text in quotes, or all up to one of `ends`; what `${...}` holds ends nothing.
    fn word(&mut self, ends: &[u8]) -> &'t str {
        let start = self.at;
        if self.peek() == Some(b'"') {
            let mut escaped = false;
            let inside = &self.text[start + 1..];
            let end = inside.bytes().position(|byte| {
                let ends = byte == b'"' && !escaped || byte == b'\n';
                escaped = byte == b'\\' && !escaped;
                ends
            });
            let end = end.unwrap_or(inside.len());
            self.at = (start + end + 2).min(self.text.len());
            return &inside[..end];
        }
        let bytes = self.text.as_bytes();
        let mut open = 0_usize;
        while let Some(byte) = bytes.get(self.at) {
            match byte {
                b'$' if bytes.get(self.at + 1) == Some(&b'{') => {
                    open += 1;
                    self.at += 2;
                    continue;
                }
                b'}' if open > 0 => open -= 1,
                b'\n' => break,
                b'#' if open == 0 => break,
                b'/' if open == 0 && bytes.get(self.at + 1) == Some(&b'/') && bytes.get(self.at.wrapping_sub(1)) != Some(&b':') => break,
                byte if open == 0 && ends.contains(byte) => break,
                _ => {}
            }
            self.at += 1;
        }
        self.text[start..self.at].trim()
    }
}
