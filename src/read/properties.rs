//! Java's `.properties`: keys and values by line, comments, continued lines and escapes as `java.util.Properties` reads them.

use camino::{Utf8Path, Utf8PathBuf};

use crate::evidence::{Evidence, Rule, Span};

/// One property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
    file: Utf8PathBuf,
    span: Span,
}

impl Property {
    /// It, as evidence.
    pub fn evidence(&self, rule: Rule) -> Evidence {
        Evidence::at(self.file.clone(), self.span, rule, format!("{}={}", self.key, self.value))
    }
}

/// Reads the text of `file`. There is no text that is no properties.
pub fn parse(file: &Utf8Path, text: &str) -> Vec<Property> {
    let mut properties = Vec::new();
    let mut lines = (1..).zip(text.lines());
    while let Some((number, line)) = lines.next() {
        let trimmed = line.trim_start();
        if trimmed.is_empty() || trimmed.starts_with(['#', '!']) {
            continue;
        }
        let mut logical = trimmed.to_owned();
        while is_continued(&logical) {
            logical.pop();
            match lines.next() {
                Some((_, next)) => logical.push_str(next.trim_start()),
                None => break,
            }
        }
        let (key, value) = split(&logical);
        properties.push(Property { key: unescape(key), value: unescape(value), file: file.to_owned(), span: Span::of_line(number, line) });
    }
    properties
}

fn is_continued(line: &str) -> bool {
    line.chars().rev().take_while(|c| *c == '\\').count() % 2 == 1
}

/// The key ends at the first `=`, `:` or blank that is not escaped.
fn split(line: &str) -> (&str, &str) {
    let mut escaped = false;
    let end = line.char_indices().find(|(_, c)| {
        let ends = !escaped && (matches!(c, '=' | ':') || c.is_whitespace());
        escaped = *c == '\\' && !escaped;
        ends
    });
    let Some((end, _)) = end else { return (line, "") };
    let rest = line[end..].trim_start();
    let rest = rest.strip_prefix(['=', ':']).map_or(rest, str::trim_start);
    (&line[..end], rest.trim_end())
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        match chars.next() {
            Some('u') => {
                let digits: String = chars.by_ref().take(4).collect();
                plain.extend(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32));
            }
            Some('t') => plain.push('\t'),
            Some('n') => plain.push('\n'),
            Some('r') => plain.push('\r'),
            Some('f') => plain.push('\u{c}'),
            Some(other) => plain.push(other),
            None => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values_are_read_as_java_reads_them() {
        let text = "# a=b\nserver.port = ${PORT:8081}\r\nname:caf\\u00e9\nlong=one,\\\n  two\nempty\nkey\\ with=1\n";
        let read: Vec<_> = parse("application.properties".into(), text).into_iter().map(|p| format!("{}>{}", p.key, p.value)).collect();
        assert_eq!(read, ["server.port>${PORT:8081}", "name>café", "long>one,two", "empty>", "key with>1"]);
    }

    #[test]
    fn any_text_is_read() {
        for text in ["\\", "\\u12", "=", "é\\é=ü\\", ":::"] {
            parse("x".into(), text);
        }
    }
}
