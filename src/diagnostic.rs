//! One shape for errors, warnings and notes: what was found, where, and what to do. The binary alone draws them.

use std::fmt;

use camino::Utf8PathBuf;
use schemars::JsonSchema;
use serde::Serialize;

use crate::evidence::{Evidence, Span};

/// What the library's fallible functions return.
pub type Result<T, E = Box<Diagnostic>> = std::result::Result<T, E>;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Something worth knowing.
    Note,
    /// Files are made, but something in them or in the project wants a look.
    Warning,
    /// No files are made.
    Error,
}

/// What stopped the work, which is what an exit code tells a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Class {
    /// Something is left to the user: a choice that is open, a word that is wrong.
    Usage,
    /// It cannot be done: nothing found, broken input, a base that cannot hold the program.
    Impossible,
}

/// A place in a file and what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Label {
    /// The file, relative to the project's root (or a template's or preset's name).
    #[schemars(with = "String")]
    pub file: Utf8PathBuf,
    /// Where in the file, if anywhere in particular.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
    /// What is to be said.
    pub text: String,
    /// Whether the line may be shown.
    #[serde(skip)]
    pub line: Line,
}

/// Whether the line that a label points at may be shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Line {
    /// It helps to see it.
    #[default]
    Shown,
    /// It holds a secret.
    Withheld,
}

/// An error, a warning or a note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema, thiserror::Error)]
#[non_exhaustive]
pub struct Diagnostic {
    /// Stable name, `area::what`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What kind of stop an error is; of no meaning for warnings and notes.
    #[serde(skip)]
    pub class: Class,
    /// One sentence: lower case, names in backticks.
    pub message: String,
    /// The places that it rests on, the most telling first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<Label>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub help: Vec<String>,
    /// What else is worth knowing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

impl Diagnostic {
    fn new(severity: Severity, class: Class, code: &'static str, message: impl Into<String>) -> Self {
        Self { code, severity, class, message: message.into(), labels: Vec::new(), help: Vec::new(), notes: Vec::new() }
    }

    /// It cannot be done.
    pub(crate) fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, Class::Impossible, code, message)
    }

    /// A choice is open, or a word of the user's is wrong.
    pub(crate) fn usage(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, Class::Usage, code, message)
    }

    /// It is done, but wants a look.
    pub(crate) fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, Class::Impossible, code, message)
    }

    /// Worth knowing.
    pub(crate) fn note(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Note, Class::Impossible, code, message)
    }

    /// Points at `file`, at `span` where there is one.
    #[must_use]
    pub(crate) fn at(mut self, file: impl Into<Utf8PathBuf>, span: Option<Span>, text: impl Into<String>) -> Self {
        self.labels.push(Label { file: file.into(), span, text: text.into(), line: Line::Shown });
        self
    }

    /// Points at a piece of evidence and says what its rule means.
    #[must_use]
    pub(crate) fn because(self, evidence: &Evidence) -> Self {
        self.at(evidence.file.clone(), evidence.span, format!("{} ({})", evidence.meaning, evidence.rule))
    }

    /// Points at a place that holds a secret: its line is not shown.
    #[must_use]
    pub(crate) fn because_of_secret(self, evidence: &Evidence) -> Self {
        let mut pointing = self.because(evidence);
        pointing.labels.iter_mut().filter(|label| label.file == evidence.file).for_each(|label| label.line = Line::Withheld);
        pointing
    }

    /// Adds something to do.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Adds something to know.
    #[must_use]
    pub(crate) fn info(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The known word nearest to `given`, when it is near enough to be what was meant.
pub(crate) fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|word| (strsim::jaro_winkler(given, word), word))
        .filter(|(similarity, _)| *similarity > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, word)| word)
}
