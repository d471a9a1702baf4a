//! Where in the words of an instruction one is: inside quotes, in a flag, behind a name's `=`.

use crate::plan::text::{is_plain, shell_word};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Quote {
    #[default]
    None,
    Single,
    Double,
}

/// Follows words as both a shell and `BuildKit` part them.
#[derive(Debug, Default)]
pub(super) struct Lexer {
    quote: Quote,
    escaped: bool,
    /// The word so far, with its quotes.
    word: String,
    /// Whether a word was read that is no flag.
    begun: bool,
    documents: Vec<(String, bool)>,
}

impl Lexer {
    pub(super) fn read(&mut self, text: &str) {
        text.chars().for_each(|c| self.next(c));
    }

    /// Reads what a value became.
    pub(super) fn pass(&mut self, text: &str) {
        self.read(text);
    }

    /// A line that goes on in the next one: its backslash is none of a word.
    pub(super) fn end_line(&mut self) {
        self.escaped = false;
        if self.word.ends_with('\\') {
            self.word.pop();
        }
    }

    fn next(&mut self, c: char) {
        if std::mem::take(&mut self.escaped) {
            self.word.push(c);
            return;
        }
        match (c, self.quote) {
            (c, Quote::None) if c.is_whitespace() => return self.end_word(),
            ('\\', Quote::None | Quote::Double) => self.escaped = true,
            ('\'', Quote::None) => self.quote = Quote::Single,
            ('"', Quote::None) => self.quote = Quote::Double,
            ('\'', Quote::Single) | ('"', Quote::Double) => self.quote = Quote::None,
            _ => {}
        }
        self.word.push(c);
    }

    fn end_word(&mut self) {
        let word = std::mem::take(&mut self.word);
        self.begun |= !word.is_empty() && !word.starts_with("--");
        let fd = word.trim_start_matches(|c: char| c.is_ascii_digit());
        let Some(name) = fd.strip_prefix("<<").filter(|name| !name.contains('<')) else { return };
        let (name, tabs) = name.strip_prefix('-').map_or((name, false), |name| (name, true));
        let name = name.trim_matches(['"', '\'']);
        if !name.is_empty() {
            self.documents.push((name.to_owned(), tabs));
        }
    }

    /// The here-documents that were opened; the last word ends here.
    pub(super) fn documents(&mut self) -> Vec<(String, bool)> {
        self.end_word();
        std::mem::take(&mut self.documents)
    }

    pub(super) fn quote(&self) -> Quote {
        self.quote
    }

    /// Whether nothing but flags was read yet.
    pub(super) fn in_flags(&self) -> bool {
        !self.begun && (self.word.is_empty() || self.in_flag())
    }

    pub(super) fn in_flag(&self) -> bool {
        !self.begun && self.word.starts_with("--")
    }

    pub(super) fn at_word(&self) -> bool {
        self.word.is_empty()
    }

    /// Whether a `=` stands between a name and here.
    pub(super) fn in_value(&self) -> bool {
        self.word.contains('=')
    }

    /// A value as a part of a shell's word.
    pub(super) fn in_shell(&self, value: &str) -> String {
        match self.quote {
            Quote::None => shell_word(value).into_owned(),
            Quote::Single => value.replace('\'', r"'\''"),
            Quote::Double => escaped(value, "\\\"$`"),
        }
    }

    /// A value as a part of one of ENV, LABEL or ARG.
    pub(super) fn in_pair(&self, value: &str) -> Option<String> {
        match self.quote {
            Quote::None if !value.is_empty() && value.chars().all(is_plain) => Some(value.to_owned()),
            Quote::None => Some(format!("\"{}\"", escaped(value, "\\\"$"))),
            // the builder knows no way to write one inside
            Quote::Single => (!value.contains('\'')).then(|| value.to_owned()),
            Quote::Double => Some(escaped(value, "\\\"$")),
        }
    }
}

fn escaped(value: &str, meant: &str) -> String {
    value.chars().flat_map(|c| meant.contains(c).then_some('\\').into_iter().chain([c])).collect()
}
