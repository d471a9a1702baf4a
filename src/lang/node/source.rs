//! A file of a program, read.

use camino::Utf8PathBuf;

use super::outline::{Load, Module};
use crate::evidence::{Evidence, Rule, Span};
use crate::program::At;

/// A file of a program, read.
#[derive(Debug)]
pub struct Source<'t> {
    /// Its path, relative to the project's root.
    pub path: Utf8PathBuf,
    /// Its text.
    pub text: &'t str,
    /// What it says.
    pub module: Module,
}

impl Source<'_> {
    /// What is loaded with the file, whatever happens.
    pub fn loads_at_once(&self) -> impl Iterator<Item = &Load> {
        self.module.loads.iter().filter(|load| load.is_certain())
    }

    /// Its strings that are no names of modules.
    pub fn strings(&self) -> impl Iterator<Item = (&str, At)> {
        let texts = self.module.outline.texts.iter().map(|(text, at)| (text.as_str(), *at));
        texts.filter(|(_, at)| !self.module.loads.iter().any(|load| load.at == *at))
    }

    /// A place in it.
    pub fn span(&self, at: At) -> Span {
        Span::of(self.text, at.start as usize, at.end as usize)
    }

    /// A place in it, as evidence.
    pub fn evidence(&self, at: At, rule: Rule, said: impl Into<String>) -> Evidence {
        Evidence::at(&self.path, self.span(at), rule, said)
    }
}

/// Whether a name is one of an environment variable.
pub fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}
