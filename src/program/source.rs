//! A file of a program.

use camino::Utf8Path;

use super::outline::{At, Outline};
use crate::evidence::{Evidence, Lines, Rule};

/// A file of a program.
#[derive(Debug)]
pub struct Source<'t> {
    /// Where it is, relative to the project's root.
    pub path: &'t Utf8Path,
    /// Its text.
    pub text: &'t str,
    /// What other files call it, or what it is a part of: a Go package's import path, `app.config` of Python, `crate.config` of Rust,
    /// `com.example.shop` of Java, the path without its ending of JavaScript (`src/config`).
    pub module: String,
    /// What it says.
    pub outline: Outline,
    /// Whether it stands in for something in tests, by its name: what it sets is what no program is set to.
    pub stands_in: bool,
    lines: Lines,
}

impl<'t> Source<'t> {
    /// A file that was read.
    #[must_use]
    pub fn new(path: &'t Utf8Path, text: &'t str, module: impl Into<String>, outline: Outline) -> Self {
        let name = path.file_stem().unwrap_or_default();
        let stands_in =
            ["mock", "fake", "stub"].iter().any(|word| name.split('_').any(|part| part == *word || part.strip_suffix('s') == Some(word)));
        Self { path, text, module: module.into(), outline, stands_in, lines: Lines::default() }
    }

    /// What stands at `at`, as far as its first line goes.
    #[must_use]
    pub fn evidence(&self, at: At, rule: Rule) -> Evidence {
        let said = self.text.get(at.range()).unwrap_or_default();
        let first = said.lines().next().unwrap_or_default().trim_end();
        let (start, end) = (at.start as usize, at.start as usize + first.len());
        Evidence::at(self.path, self.lines.span(self.text, start, end), rule, first)
    }
}
