//! Text that is more than data: lines for a shell, pieces of a server's configuration, fixed text.
//!
//! A template may print any string of the plan anywhere: what renders it knows the instruction in which it stands, and quotes it as one
//! value of that place. What has to be read by a shell or a server instead has one of these types, and each is made of literals in the
//! source and of quoted words alone. As data they are objects with one key, `{"$sh": "mkdir -p /out/data"}`.

use std::borrow::{Borrow, Cow};
use std::fmt;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

/// The key under which a [`ShellLine`] stands in data.
pub const SHELL: &str = "$sh";
/// The key under which a [`NginxText`] stands in data.
pub const NGINX: &str = "$nginx";
/// The key under which a [`Literal`] stands in data.
pub const LITERAL: &str = "$text";

/// One word of a shell, as its line spells it: quoted where it has to be.
#[must_use]
pub fn shell_word(word: &str) -> Cow<'_, str> {
    if !word.is_empty() && word.chars().all(is_plain) { Cow::Borrowed(word) } else { format!("'{}'", word.replace('\'', r"'\''")).into() }
}

/// Whether a character means itself in a shell, in ENV and in a path of COPY.
#[must_use]
pub const fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ':' | '@' | '%' | '+' | ',' | '=')
}

/// A line for a shell, or a part of one: commands, assignments, flags. It grows by literals and by words that it quotes.
///
/// ```
/// use imggen::plan::ShellLine;
///
/// let line = ShellLine::of("mkdir -p").path("a b").and(ShellLine::of("touch").path("-x"));
/// assert_eq!(line.as_str(), "mkdir -p 'a b' && touch ./-x");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ShellLine(String);

impl ShellLine {
    /// Text that the source itself holds.
    #[must_use]
    pub fn of(literal: &'static str) -> Self {
        Self(literal.to_owned())
    }

    /// These words, quoted.
    #[must_use]
    pub fn words(words: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        words.into_iter().fold(Self::default(), Self::word)
    }

    /// A line that a person wrote for a shell: a script of the project's, a setting that is a command.
    #[must_use]
    pub fn as_written(line: impl Into<String>) -> Self {
        Self(line.into())
    }

    /// An assignment, `NAME='a value'`; the name comes from the source or was checked.
    #[must_use]
    pub fn assignment(name: &str, value: &str) -> Self {
        Self::default().word(name).glued("=").joined(value)
    }

    /// Then a blank and text that the source holds.
    #[must_use]
    pub fn then(self, literal: &'static str) -> Self {
        if literal.is_empty() { self } else { self.spaced().glued(literal) }
    }

    /// Then a blank and one word.
    #[must_use]
    pub fn word(self, word: impl AsRef<str>) -> Self {
        self.spaced().joined(word)
    }

    /// Then a blank and a path, which no program takes for an option.
    #[must_use]
    pub fn path(self, path: impl AsRef<str>) -> Self {
        let path = path.as_ref();
        if path.starts_with('-') { self.word(format!("./{path}")) } else { self.word(path) }
    }

    /// Then a blank and a path in which `*` stands for any name.
    #[must_use]
    pub fn glob(self, path: impl AsRef<str>) -> Self {
        let path = path.as_ref();
        let first = if path.starts_with('-') { Self(self.spaced().0 + "./") } else { self.spaced() };
        path.split('*').enumerate().fold(first, |line, (index, part)| {
            let line = if index == 0 { line } else { line.glued("*") };
            if part.is_empty() { line } else { line.joined(part) }
        })
    }

    /// Then a blank and each of these.
    #[must_use]
    pub fn all(self, lines: impl IntoIterator<Item = Self>) -> Self {
        lines.into_iter().fold(self, Self::line)
    }

    /// Then a blank and another part.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "a fold hands on what it owns")]
    pub fn line(self, line: Self) -> Self {
        if line.0.is_empty() { self } else { Self(self.spaced().0 + &line.0) }
    }

    /// Then another command, where this one ends well.
    #[must_use]
    pub fn and(self, line: Self) -> Self {
        if self.0.is_empty() { line } else { self.then("&&").line(line) }
    }

    /// Text that the source holds, without a blank before it.
    #[must_use]
    pub fn glued(self, literal: &'static str) -> Self {
        Self(self.0 + literal)
    }

    /// More of the same word.
    #[must_use]
    pub fn joined(self, part: impl AsRef<str>) -> Self {
        Self(self.0 + &shell_word(part.as_ref()))
    }

    /// The whole between two literals: quotes, parentheses.
    #[must_use]
    pub fn between(self, open: &'static str, close: &'static str) -> Self {
        Self(format!("{open}{}{close}", self.0))
    }

    /// More text between double quotes that a literal opened and another will close.
    #[must_use]
    pub fn in_quotes(self, text: impl AsRef<str>) -> Self {
        let escaped = text.as_ref().chars().flat_map(|c| "\\\"$`".contains(c).then_some('\\').into_iter().chain([c]));
        Self(self.0 + &escaped.collect::<String>())
    }

    /// The line.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn spaced(mut self) -> Self {
        if !self.0.is_empty() && !self.0.ends_with(' ') {
            self.0.push(' ');
        }
        self
    }
}

impl Borrow<str> for ShellLine {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ShellLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A piece of nginx' configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NginxText(String);

impl NginxText {
    /// Text that the source itself holds.
    #[must_use]
    pub fn of(literal: &'static str) -> Self {
        Self(literal.to_owned())
    }

    /// A path of an address or a file; quoted where it has to be.
    #[must_use]
    pub fn path(path: &str) -> Self {
        Self(if !path.is_empty() && path.chars().all(|c| is_plain(c) || c == '~') && !path.starts_with(['~', '=', '@']) {
            path.to_owned()
        } else {
            quoted(path)
        })
    }

    /// The addresses that a regular expression fits.
    #[must_use]
    pub fn matching(pattern: &str) -> Self {
        Self(format!("~ {}", quoted(pattern)))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Between quotes, a backslash is one of the configuration's own only before a quote, another backslash, and three letters.
fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    let mut rest = text.chars().peekable();
    while let Some(next) = rest.next() {
        let meant = next == '\\' && rest.peek().is_none_or(|after| matches!(after, '"' | '\'' | '\\' | 't' | 'r' | 'n'));
        if next == '"' || meant {
            out.push('\\');
        }
        out.push(next);
    }
    out.push('"');
    out
}

/// Text of the source's own that a file takes as it is: a line of a script, of a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal(String);

impl Literal {
    /// Text that the source itself holds.
    #[must_use]
    pub fn of(literal: &'static str) -> Self {
        Self(literal.to_owned())
    }

    /// Then text as XML holds it.
    #[must_use]
    pub fn xml(self, text: &str) -> Self {
        Self(self.0 + &text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
    }

    /// Then text as Groovy holds it between single quotes.
    #[must_use]
    pub fn groovy(self, text: &str) -> Self {
        Self(self.0 + "'" + &text.replace('\\', "\\\\").replace('\'', "\\'") + "'")
    }

    /// Then text that the source holds.
    #[must_use]
    pub fn then(self, literal: &'static str) -> Self {
        Self(self.0 + literal)
    }
}

macro_rules! tagged {
    ($type:ty, $key:expr, $description:literal) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_map([($key, &self.0)])
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "description": $description,
                    "type": "object",
                    "properties": { $key: { "type": "string" } },
                    "required": [$key],
                    "additionalProperties": false
                })
            }
        }
    };
}

tagged!(ShellLine, SHELL, "A line for a shell, or a part of one.");
tagged!(NginxText, NGINX, "A piece of nginx' configuration.");
tagged!(Literal, LITERAL, "Text that a file takes as it is.");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_only_where_they_have_to_be() {
        assert_eq!(shell_word("./cmd/app"), "./cmd/app");
        assert_eq!(shell_word("it's $(id)"), r"'it'\''s $(id)'");
        assert_eq!(shell_word(""), "''");
        assert_eq!(ShellLine::words(["npm", "run", "a;b"]).as_str(), "npm run 'a;b'");
    }

    #[test]
    fn a_line_grows_by_quoted_words() {
        let line = ShellLine::assignment("PORT", "a b").then("mv").glob("lib/a b-*.jar").path("--version").and(ShellLine::of("rm x"));
        assert_eq!(line.as_str(), "PORT='a b' mv 'lib/a b-'*.jar ./--version && rm x");
        assert_eq!(ShellLine::of("a").line(ShellLine::default()).as_str(), "a");
    }

    #[test]
    fn a_path_of_a_server_ends_no_directive() {
        assert_eq!(NginxText::path("/docs/404.html").as_str(), "/docs/404.html");
        assert_eq!(NginxText::path("/a; } b").as_str(), "\"/a; } b\"");
        assert_eq!(NginxText::matching(r#"^/a"\.\\n$"#).as_str(), r#"~ "^/a\"\.\\\\n$""#);
    }
}
