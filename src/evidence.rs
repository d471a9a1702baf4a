//! What a decision rests on: a place in the project, the rule that read it, and the text that stands there.

use std::fmt;
use std::sync::OnceLock;

use camino::{Utf8Path, Utf8PathBuf};
use schemars::JsonSchema;
use serde::Serialize;

/// A stretch of one line. Lines and columns count from 1, columns and lengths count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
pub struct Span {
    /// The line, from 1.
    pub line: u32,
    /// The first character's column, from 1.
    pub column: u32,
    /// How many characters; never past the end of the line.
    pub length: u32,
}

impl Span {
    /// The span of the byte range `start..end` of `text`, cut at the end of its first line.
    #[must_use]
    pub(crate) fn of(text: &str, start: usize, end: usize) -> Self {
        let start = boundary(text, start);
        let end = boundary(text, end).max(start);
        let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let covered = text[start..end].lines().next().unwrap_or("");
        Self {
            line: count(text[..start].matches('\n').count() + 1),
            column: count(text[line_start..start].chars().count() + 1),
            length: count(covered.chars().count().max(1)),
        }
    }

    /// All of `line` (from 1), leading and trailing blanks left out.
    #[must_use]
    pub(crate) fn of_line(line: usize, content: &str) -> Self {
        let indent = content.chars().take_while(|c| c.is_whitespace()).count();
        Self { line: count(line), column: count(indent + 1), length: count(content.trim().chars().count().max(1)) }
    }
}

/// Where the lines of a text begin, found when a place is first asked for: a place then costs a look-up.
#[derive(Clone, Debug, Default)]
pub struct Lines(OnceLock<LineStarts>);

#[derive(Clone, Debug)]
struct LineStarts {
    starts: Vec<u32>,
    /// Whether a character is a byte, so that none has to be counted.
    ascii: bool,
}

/// So far into a line characters are counted; behind that, in what machines write, bytes are.
const COUNTED: usize = 4_096;

impl Lines {
    /// The span of the byte range `start..end` of `text`, which is always the same text; cut at the end of its first line.
    #[must_use]
    pub fn span(&self, text: &str, start: usize, end: usize) -> Span {
        let LineStarts { starts, ascii } = self.0.get_or_init(|| {
            let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| count(at + 1));
            LineStarts { starts: std::iter::once(0).chain(breaks).collect(), ascii: text.is_ascii() }
        });
        let characters = |part: &str| if *ascii || part.len() > COUNTED { part.len() } else { part.chars().count() };
        let start = boundary(text, start);
        let line = starts.partition_point(|line| *line as usize <= start).max(1);
        let line_start = starts[line - 1] as usize;
        let end = boundary(text, end).max(start);
        let covered = text[start..end].lines().next().unwrap_or("");
        Span { line: count(line), column: count(characters(&text[line_start..start]) + 1), length: count(characters(covered).max(1)) }
    }
}

/// The last character boundary at or before `index`.
fn boundary(text: &str, index: usize) -> usize {
    (0..=index.min(text.len())).rev().find(|index| text.is_char_boundary(*index)).unwrap_or(0)
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// How sure a rule is of what it reads, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Strength {
    /// The file's own grammar was parsed.
    Parsed,
    /// A telling shape was found in source text; it may mean something else.
    Weak,
}

/// The rule by which a place was read. Its `id` is stable; its `meaning` completes "this ...".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stable name, `language.what`.
    pub id: &'static str,
    /// What it means that the rule matched, in a few words.
    pub meaning: &'static str,
    /// How sure it is.
    pub strength: Strength,
}

impl Rule {
    /// A rule that parses what it reads.
    #[must_use]
    pub const fn parsed(id: &'static str, meaning: &'static str) -> Self {
        Self { id, meaning, strength: Strength::Parsed }
    }

    /// A rule that looks for a shape in source text.
    #[must_use]
    pub const fn weak(id: &'static str, meaning: &'static str) -> Self {
        Self { id, meaning, strength: Strength::Weak }
    }
}

/// One place in the project that speaks for something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Evidence {
    /// The file, relative to the project's root.
    #[schemars(with = "String")]
    pub file: Utf8PathBuf,
    /// Where in the file; absent where the file's existence is what counts.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
    /// The rule that matched.
    pub rule: &'static str,
    /// What the rule's match means.
    pub meaning: &'static str,
    /// How sure the rule is.
    pub strength: Strength,
    /// What stands there, as far as it matters.
    pub text: String,
}

impl Evidence {
    /// `text` stands at `span` in `file`.
    pub(crate) fn at(file: impl Into<Utf8PathBuf>, span: Span, rule: Rule, text: impl Into<String>) -> Self {
        Self { span: Some(span), ..Self::exists(file, rule).saying(text) }
    }

    /// `file` is there, and that is what counts.
    pub(crate) fn exists(file: impl Into<Utf8PathBuf>, rule: Rule) -> Self {
        let file = file.into();
        let text = file.file_name().unwrap_or_default().to_owned();
        Self { file, span: None, rule: rule.id, meaning: rule.meaning, strength: rule.strength, text }
    }

    /// The same place, as what another rule rests on; no surer than either.
    #[must_use]
    pub(crate) fn under(&self, rule: Rule) -> Self {
        Self { rule: rule.id, meaning: rule.meaning, strength: self.strength.max(rule.strength), ..self.clone() }
    }

    fn saying(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    /// The place as people write it: `go.mod:3`, or `vendor/modules.txt`.
    #[must_use]
    pub fn place(&self) -> Place<'_> {
        Place { file: &self.file, line: self.span.map(|span| span.line) }
    }
}

/// A file and perhaps a line, printed as `file:line`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The file, relative to the project's root.
    pub file: &'a Utf8Path,
    /// The line, from 1.
    pub line: Option<u32>,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}", self.file),
            None => write!(f, "{}", self.file),
        }
    }
}

/// A value and why it is believed: there is no fact without evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Fact<T> {
    /// What is believed.
    pub value: T,
    because: Vec<Evidence>,
}

impl<T> Fact<T> {
    /// `value`, because of `evidence`.
    pub fn new(value: T, evidence: Evidence) -> Self {
        Self { value, because: vec![evidence] }
    }

    /// The same, and because of `evidence` too.
    #[must_use]
    pub fn and(mut self, evidence: Evidence) -> Self {
        if !self.because.contains(&evidence) {
            self.because.push(evidence);
        }
        self
    }

    /// The same evidence for another value.
    pub fn map<U>(self, to: impl FnOnce(T) -> U) -> Fact<U> {
        Fact { value: to(self.value), because: self.because }
    }

    /// `value` by the same evidence.
    pub fn with<U>(&self, value: U) -> Fact<U> {
        Fact { value, because: self.because.clone() }
    }

    /// Why it is believed; never empty.
    #[must_use]
    pub fn because(&self) -> &[Evidence] {
        &self.because
    }

    /// The file of the first place that speaks for it: what generated files name, whose text a moved line must not change.
    #[must_use]
    pub fn file(&self) -> &Utf8Path {
        &self.because[0].file
    }

    /// The first place that speaks for it.
    #[must_use]
    pub fn place(&self) -> Place<'_> {
        self.because[0].place()
    }
}

/// The places that speak for facts, in order and each once: what a decision that rests on several is explained by.
#[must_use]
pub(crate) fn places_of<'a, T: 'a>(facts: impl IntoIterator<Item = &'a Fact<T>>) -> Vec<Evidence> {
    let mut places: Vec<Evidence> = Vec::new();
    for evidence in facts.into_iter().flat_map(Fact::because) {
        if !places.contains(evidence) {
            places.push(evidence.clone());
        }
    }
    places
}

/// Something that was not taken.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PassedOver {
    /// What it is.
    pub value: String,
    /// Why it was not taken.
    pub why: String,
    /// The places that speak of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<Evidence>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_counts_characters_and_stays_on_its_line() {
        let text = "é = 1\n\tü = \"two\nthree\"\n";
        let start = text.find("\"two").unwrap_or_default();
        assert_eq!(Span::of(text, start, text.len()), Span { line: 2, column: 6, length: 4 });
        assert_eq!(Span::of(text, 9999, 9999).line, 4);
        let lines = Lines::default();
        for at in 0..=text.len() + 1 {
            assert_eq!(lines.span(text, at, at + 4), Span::of(text, at, at + 4), "{at}");
        }
    }
}
