//! Variables of the environment that stand above the configuration by the names of its keys: `APP__SERVER__PORT` over `server.port`.

use super::outline::Call;
use super::resolve::{ENVIRONMENT, Resolved, Step};
use super::{Expression, Program};
use crate::catalog::vocabulary::{Meaning, Overrides, Words};
use crate::program::origin::Match;

/// How variables are called.
#[derive(Clone, Debug)]
pub(super) struct Overriding {
    prefix: String,
    /// What stands for a key's dots.
    between: Option<String>,
    step: Step,
}

impl Overriding {
    /// The variable that overrides a key.
    pub(super) fn variable(&self, key: &str) -> Option<Resolved> {
        let key = match &self.between {
            Some(between) => key.replace('.', between),
            None if key.contains('.') => return None,
            None => key.to_owned(),
        };
        Some(Resolved::variable(format!("{}{key}", self.prefix).to_ascii_uppercase(), self.step))
    }
}

impl<'t> Program<'t> {
    /// The first way in which the program has variables override its configuration.
    pub(super) fn overriding(&self) -> Option<Overriding> {
        self.calls().find_map(|(file, call)| {
            self.vocabulary.calls(call.method()).iter().find_map(|entry| match &*entry.meaning {
                Meaning::Overrides(overrides) if self.matches(entry, file, call) != Match::No => {
                    Some(self.overriding_by(file, call, overrides))
                }
                _ => None,
            })
        })
    }

    fn overriding_by(&self, file: usize, call: &'t Call, entry: &Overrides) -> Overriding {
        let calls = &self.sources[file].outline.calls;
        let chain: Vec<_> = calls.iter().filter(|other| other.at.start == call.at.start && other.at.end > call.at.end).collect();
        let said = |words: &Words| {
            words.0.iter().find_map(|word| {
                let call = chain.iter().find(|call| call.method() == word)?;
                let argument = call.arguments.first()?;
                self.text(Expression { value: &argument.value, file, context: call.context, at: argument.at })
            })
        };
        let mut given = self.given(file, call, &entry.prefix).into_iter().flat_map(|given| self.resolve_given(file, call.context, given));
        let prefix = given.find_map(|value| value.text().map(str::to_owned)).or_else(|| said(&entry.prefix_by));
        let behind = said(&entry.behind_prefix_by).unwrap_or_else(|| entry.behind_prefix.clone());
        let prefix = prefix.map(|prefix| format!("{prefix}{behind}")).unwrap_or_default();
        Overriding { prefix, between: said(&entry.between_by), step: Step { file, at: call.at, rule: ENVIRONMENT } }
    }

    fn text(&self, expression: Expression<'t>) -> Option<String> {
        self.resolve(expression).iter().find_map(|value| value.text().map(str::to_owned))
    }
}
