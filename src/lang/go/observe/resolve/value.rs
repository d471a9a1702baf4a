//! A value of which parts may be unknown, and the places that it comes from.

use crate::evidence::{Evidence, Fact, Rule};
use crate::lang::go::observe::index::{At, Index};

/// How many alternatives are kept.
pub const MOST: usize = 16;

/// A piece of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// It is known.
    Text(String),
    /// It is what an environment variable says.
    Variable(String),
    /// It cannot be seen.
    Unknown,
}

/// A place that a value comes from: the tokens from `from` to the one before `until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    pub from: At,
    pub until: usize,
    pub rule: Rule,
}

impl Step {
    /// The same as evidence.
    #[must_use]
    pub fn evidence(&self, index: &Index<'_>) -> Evidence {
        index.evidence(self.from, self.until, self.rule)
    }
}

/// One thing that an expression may come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    pub parts: Vec<Part>,
    pub steps: Vec<Step>,
}

impl Value {
    /// Nothing is known.
    #[must_use]
    pub fn unknown() -> Self {
        Self { parts: vec![Part::Unknown], steps: Vec::new() }
    }

    /// It stands there; nothing is worth no place.
    #[must_use]
    pub fn written(text: impl Into<String>, step: Step) -> Self {
        let text = text.into();
        let steps = if text.is_empty() { Vec::new() } else { vec![step] };
        Self { parts: vec![Part::Text(text)], steps }
    }

    /// The environment says it.
    #[must_use]
    pub fn variable(name: impl Into<String>, step: Step) -> Self {
        Self { parts: vec![Part::Variable(name.into())], steps: vec![step] }
    }

    /// All of it, when all of it is known.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// What is known before the first unknown part, and whether that is all.
    #[must_use]
    pub fn beginning(&self) -> (&str, bool) {
        match self.parts.first() {
            Some(Part::Text(text)) => (text, self.parts.len() == 1),
            Some(_) => ("", false),
            None => ("", true),
        }
    }

    /// Whether any of it is known.
    #[must_use]
    pub fn says_something(&self) -> bool {
        self.parts.iter().any(|part| *part != Part::Unknown)
    }

    /// Adds `part` at the end; texts that touch become one.
    pub fn push(&mut self, part: Part) {
        match (self.parts.last_mut(), part) {
            (Some(Part::Text(text)), Part::Text(more)) => text.push_str(&more),
            (_, Part::Text(text)) if text.is_empty() => {}
            (_, part) => self.parts.push(part),
        }
    }

    /// `self` and behind it `other`.
    #[must_use]
    pub fn then(&self, other: &Value) -> Value {
        let mut both = self.clone();
        for part in &other.parts {
            both.push(part.clone());
        }
        for step in &other.steps {
            if !both.steps.contains(step) {
                both.steps.push(*step);
            }
        }
        both
    }
}

/// Every alternative of `first` with every one of `second` behind it.
#[must_use]
pub fn joined(first: &[Value], second: &[Value]) -> Vec<Value> {
    first.iter().flat_map(|value| second.iter().map(|other| value.then(other))).take(MOST).collect()
}

/// Adds `text` behind every alternative.
pub fn append(values: &mut [Value], text: &str) {
    for value in values {
        value.push(Part::Text(text.to_owned()));
    }
}

/// The directory of the path that `path` is.
#[must_use]
pub fn parent(path: &Value) -> Value {
    let (text, _) = path.beginning();
    match text.rsplit_once('/') {
        Some((directory, _)) => Value { parts: vec![Part::Text(directory.to_owned())], steps: path.steps.clone() },
        None if path.text().is_some_and(|text| !text.is_empty()) => {
            Value { parts: vec![Part::Text(".".to_owned())], steps: path.steps.clone() }
        }
        None => Value::unknown(),
    }
}

/// `fact` with the places that its value comes from, one for each line.
#[must_use]
pub fn trace<T>(index: &Index<'_>, fact: Fact<T>, steps: &[Step]) -> Fact<T> {
    steps.iter().fold(fact, |fact, step| {
        let step = step.evidence(index);
        let told = fact
            .because()
            .iter()
            .any(|known| known.file == step.file && known.span.map(|span| span.line) == step.span.map(|span| span.line));
        if told { fact } else { fact.and(step) }
    })
}
