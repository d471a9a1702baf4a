//! Command lines, taken apart once for all: words, quoting, variables, what stands before a program, and what the project's own scripts,
//! targets and process files lead to.
//!
//! [`Line::parse`] reads a line of a shell, [`Line::of_words`] the exec form of a Dockerfile; [`Reader::follow`] goes on from there through
//! `npm run`, `uv run`, `make`, shell scripts and process managers, until only programs are left. What comes out is typed: what a word holds
//! is a literal, the port, a variable with its default, or something that only a shell can expand.

mod follow;
mod lexer;
mod line;
mod literal;
mod managers;
mod members;
mod print;
mod process;
mod recipes;
mod script;
mod wrappers;

use std::fmt;

use camino::{Utf8Path, Utf8PathBuf};

pub use self::follow::{Obstacle, Reader, Start};
pub use self::line::{Joint, Line};
pub use self::print::quoted;

/// A part of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text that stands for itself.
    Literal(String),
    /// The variable `PORT`, with what stands in for it: `$PORT`, `${PORT:-8000}`.
    Port {
        /// Its default.
        default: Option<u16>,
    },
    /// Another variable, with what stands in for it.
    Variable {
        /// Its name.
        name: String,
        /// Its default.
        default: Option<String>,
    },
    /// What only a shell can expand, as it is written: `$(nproc)`, `*.jar`, `"$@"`.
    Shell(String),
}

/// A word of a command, as a shell sees it once quotes are gone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// Its parts, in order; none: an empty word.
    pub parts: Vec<Part>,
}

impl Word {
    /// A word that stands for itself.
    pub fn literal(text: impl Into<String>) -> Self {
        Self { parts: vec![Part::Literal(text.into())] }
    }

    /// The text, where the word stands for itself.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// The text before anything that is expanded: `--port=` of `--port=$PORT`.
    #[must_use]
    pub fn head(&self) -> &str {
        if let Some(Part::Literal(text)) = self.parts.first() { text } else { "" }
    }

    /// Whether the port is a part of it.
    #[must_use]
    pub fn names_port(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Port { .. }))
    }

    /// Whether a shell has to expand it: the port is known when the image is made, other variables are not.
    #[must_use]
    pub fn needs_shell(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Variable { .. } | Part::Shell(_)))
    }

    /// The word with `port` in the port's place; what else is expanded stays as it is written.
    #[must_use]
    pub fn with_port(&self, port: &str) -> String {
        let text = |part: &Part| match part {
            Part::Port { .. } => port.to_owned(),
            Part::Literal(text) => text.clone(),
            other => other.to_string(),
        };
        self.parts.iter().map(text).collect()
    }
}

impl From<&str> for Word {
    fn from(text: &str) -> Self {
        Self::literal(text)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Part::Literal(text) | Part::Shell(text) => f.write_str(text),
            Part::Port { default: None } => f.write_str("$PORT"),
            Part::Port { default: Some(port) } => write!(f, "${{PORT:-{port}}}"),
            Part::Variable { name, default: None } => write!(f, "${{{name}}}"),
            Part::Variable { name, default: Some(default) } => write!(f, "${{{name}:-{default}}}"),
        }
    }
}

/// The word as it is written, without quotes: for people, and for looking at.
impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| part.fmt(f))
    }
}

/// One command: a program with its arguments and what is set for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    /// The variables that are set for it, in order.
    pub env: Vec<(String, Word)>,
    /// The program that starts it and stays with it, where one does: a tracer's launcher with its arguments.
    pub wrapper: Vec<Word>,
    /// The program and its arguments.
    pub words: Vec<Word>,
    /// The directory that it runs in, relative to the project's root.
    pub directory: Utf8PathBuf,
    /// Where its output goes, as it is written: `>> app.log 2>&1`.
    pub redirects: Vec<String>,
}

impl Command {
    /// The program's name, without the directory of locally installed ones; empty where only a shell can tell.
    #[must_use]
    pub fn program(&self) -> &str {
        let first = self.words.first().and_then(Word::text).unwrap_or_default();
        let first = first.strip_prefix("./").unwrap_or(first);
        ["node_modules/.bin/", ".venv/bin/", "venv/bin/", "bin/", "/usr/local/bin/", "/usr/bin/", "/bin/"]
            .iter()
            .find_map(|directory| first.strip_prefix(directory).filter(|name| !name.contains('.') || directory.starts_with("node")))
            .unwrap_or(first)
    }

    /// Its arguments.
    #[must_use]
    pub fn arguments(&self) -> &[Word] {
        self.words.get(1..).unwrap_or_default()
    }

    /// The argument at that place, where it stands for itself.
    #[must_use]
    pub fn argument(&self, place: usize) -> Option<&str> {
        self.arguments().get(place)?.text()
    }

    /// Whether its first argument is this word.
    #[must_use]
    pub fn does(&self, verb: &str) -> bool {
        self.argument(0) == Some(verb)
    }

    /// The value of an option, in any of its spellings: `--port 80`, `--port=80`, `-p80`, `-p 80`.
    #[must_use]
    pub fn option(&self, names: &[&str]) -> Option<Word> {
        self.arguments().iter().enumerate().find_map(|(index, word)| {
            names.iter().find_map(|name| {
                if word.text() == Some(name) {
                    return self.arguments().get(index + 1).cloned();
                }
                let rest = word.head().strip_prefix(name)?;
                let rest = if name.starts_with("--") { rest.strip_prefix('=')? } else { rest.strip_prefix('=').unwrap_or(rest) };
                let first = (!rest.is_empty()).then(|| Part::Literal(rest.to_owned()));
                Some(Word { parts: first.into_iter().chain(word.parts[1..].iter().cloned()).collect() })
            })
        })
    }

    /// A path among its words, as it lies in the project: relative to the root.
    #[must_use]
    pub fn path(&self, word: &str) -> Option<Utf8PathBuf> {
        inside(&self.directory, word)
    }

    /// Its words as they are written, for people.
    #[must_use]
    pub fn text(&self) -> String {
        self.wrapper.iter().chain(&self.words).map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }
}

/// `path` seen from `directory`, without `.` and `..`; nothing where it leaves the project.
#[must_use]
pub fn inside(directory: &Utf8Path, path: &str) -> Option<Utf8PathBuf> {
    // what a Dockerfile calls /app or /workspace is the project
    let path = ["/app/", "/usr/src/app/", "/workspace/", "/code/", "/src/"].iter().find_map(|root| path.strip_prefix(root)).unwrap_or(path);
    if path.starts_with('/') {
        return None;
    }
    let mut found = Utf8PathBuf::new();
    for part in directory.join(path).components() {
        match part.as_str() {
            ".." if !found.pop() => return None,
            "." | ".." => {}
            name => found.push(name),
        }
    }
    Some(found)
}
