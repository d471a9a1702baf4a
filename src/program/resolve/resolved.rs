//! What an expression comes to: a text of which parts may be unknown, and the places that it comes from.

use crate::evidence::Rule;
use crate::program::At;

/// How many alternatives are kept.
pub const MOST: usize = 16;

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// It is known.
    Text(String),
    /// It is what an environment variable says.
    Variable(String),
    /// A path that begins somewhere that the system decides, or the source file's place.
    Place(Place),
    /// It cannot be seen.
    Unknown,
}

/// Where a path begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The project's root, as it lies beside the source.
    Root,
    /// The working directory.
    Working,
    /// The program's own file.
    Executable,
    /// A directory for what need not last.
    Temporary,
    /// The user's home.
    Home,
}

/// A place that a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The number of the file in its program.
    pub file: usize,
    /// The place in it.
    pub at: At,
    /// The rule that read it.
    pub rule: Rule,
}

/// One thing that an expression may come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolved {
    /// The text, part by part; nothing: an empty text.
    pub parts: Vec<Part>,
    /// Where it comes from.
    pub steps: Vec<Step>,
    /// Whether the program stops when it is not set.
    pub required: bool,
    /// Whether it is what some field of that name is set to, and nothing shows that it is the one that is meant.
    pub guessed: bool,
    /// The flags and settings that it is the default of, by their numbers.
    pub settings: Vec<usize>,
}

impl Resolved {
    /// Nothing is known.
    #[must_use]
    pub fn unknown() -> Self {
        Self { parts: vec![Part::Unknown], ..Self::default() }
    }

    /// It stands there; nothing is worth no place.
    #[must_use]
    pub fn written(text: impl Into<String>, step: Step) -> Self {
        let text = text.into();
        let steps = if text.is_empty() { Vec::new() } else { vec![step] };
        Self { parts: vec![Part::Text(text)], steps, ..Self::default() }
    }

    /// The environment says it.
    #[must_use]
    pub fn variable(name: impl Into<String>, step: Step) -> Self {
        Self { parts: vec![Part::Variable(name.into())], steps: vec![step], ..Self::default() }
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
            (Some(_), Part::Text(text)) if text.is_empty() => {}
            (_, part) => self.parts.push(part),
        }
    }

    /// `self` and behind it `other`.
    #[must_use]
    pub fn then(&self, other: &Self) -> Self {
        let mut both = self.clone();
        for part in &other.parts {
            both.push(part.clone());
        }
        both.also(other);
        both
    }

    /// Comes from where `other` comes from, too.
    pub fn also(&mut self, other: &Self) {
        for step in &other.steps {
            if !self.steps.contains(step) {
                self.steps.push(*step);
            }
        }
        self.settings.extend(other.settings.iter().filter(|setting| !self.settings.contains(setting)).copied().collect::<Vec<_>>());
        self.required |= other.required;
        self.guessed |= other.guessed;
    }

    /// Takes away the slash that it begins with.
    pub fn without_slash(&mut self) {
        if let Some(Part::Text(text)) = self.parts.first_mut() {
            *text = text.trim_start_matches('/').to_owned();
        }
    }

    /// The directory of the path that it is.
    #[must_use]
    pub fn parent(&self) -> Self {
        let mut path = self.clone();
        let alone = path.parts.len() == 1;
        match path.parts.as_mut_slice() {
            [.., Part::Text(text)] => match text.trim_end_matches('/').rfind('/') {
                Some(slash) => text.truncate(slash),
                None if alone && text.is_empty() => return Self::unknown(),
                None => ".".clone_into(text),
            },
            [.., _, Part::Unknown | Part::Variable(_)] => {
                path.parts.pop();
                if let Some(Part::Text(text)) = path.parts.last_mut() {
                    let end = text.trim_end_matches('/').len();
                    text.truncate(end);
                }
            }
            _ => return Self::unknown(),
        }
        path
    }
}

/// Every alternative of `first` with every one of `second` behind it.
#[must_use]
pub fn joined(first: &[Resolved], second: &[Resolved]) -> Vec<Resolved> {
    first.iter().flat_map(|value| second.iter().map(|other| value.then(other))).take(MOST).collect()
}

/// Adds `text` behind every alternative.
pub fn append(values: &mut [Resolved], text: &str) {
    for value in values {
        value.push(Part::Text(text.to_owned()));
    }
}

/// Values put together with `separator` between them. Parts of a path that are empty leave no slash behind, and one that begins at a root
/// begins anew.
#[must_use]
pub fn separated(parts: &[Vec<Resolved>], separator: &str) -> Vec<Resolved> {
    let mut values = vec![Resolved::default()];
    for (number, more) in parts.iter().enumerate() {
        if number == 0 {
            values = joined(&values, more);
            continue;
        }
        let is_path = separator == "/";
        let (anew, more): (Vec<_>, Vec<_>) = more
            .iter()
            .cloned()
            .partition(|value| is_path && (value.beginning().0.starts_with('/') || matches!(value.parts.first(), Some(Part::Place(_)))));
        let nothing = |value: &Resolved| is_path && value.parts.iter().all(|part| matches!(part, Part::Text(text) if text.is_empty()));
        let (empty, mut filled): (Vec<_>, Vec<_>) = values.into_iter().partition(nothing);
        for value in &mut filled {
            let slashed = is_path && matches!(value.parts.last(), Some(Part::Text(text)) if text.ends_with('/'));
            if !slashed {
                value.push(Part::Text(separator.to_owned()));
            }
        }
        values = joined(&[empty, filled].concat(), &more);
        values.extend(anew);
        values.truncate(MOST);
    }
    values
}
