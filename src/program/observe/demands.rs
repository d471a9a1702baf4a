//! Variables of the environment that the program does not start without.

use std::collections::BTreeMap;

use crate::catalog::vocabulary::{Meaning, last_word};
use crate::evidence::{Evidence, Fact, Rule};
use crate::program::origin::Match;
use crate::program::resolve::is_variable;
use crate::program::{Call, Check, Expression, Part, Program, Resolved};

const CHECKED: Rule = Rule::parsed("program.demanded-variable", "this reads a variable and gives up when it is not set");
const REQUIRED: Rule = Rule::parsed("program.required-setting", "this is a setting that has to be set");

/// What functions are called that set a program up: an error that they give back ends it.
const SETS_UP: [&str; 10] = ["load", "config", "run", "env", "main", "init", "setup", "settings", "bootstrap", "start"];

#[derive(Default)]
struct Demands(BTreeMap<String, Fact<String>>);

impl Demands {
    fn add(&mut self, name: &str, evidence: Evidence) {
        let fact = match self.0.remove(name) {
            Some(known) => known.and(evidence),
            None => Fact::new(name.to_owned(), evidence),
        };
        self.0.insert(name.to_owned(), fact);
    }
}

impl Program<'_> {
    /// All of them by name, with those that are `known` otherwise.
    #[must_use]
    pub fn demands(&self, known: Vec<Fact<String>>) -> Vec<Fact<String>> {
        let mut found = Demands(known.into_iter().map(|fact| (fact.value.clone(), fact)).collect());
        for (file, call) in self.calls().filter(|(_, call)| !call.context.conditional) {
            if self.is_strict(file, call) {
                for name in self.resolve_call(file, call).iter().filter(|value| value.required).filter_map(variable) {
                    found.add(name, self.evidence(file, call.at, CHECKED));
                }
            } else if insists(call.method())
                && let Some(name) = call.arguments.first().and_then(|argument| argument.value.text()).filter(|name| is_variable(name))
            {
                found.add(name, self.evidence(file, call.at, CHECKED));
            }
        }
        for (file, source) in self.sources().iter().enumerate().filter(|(_, source)| !source.stands_in) {
            let checks = source.outline.checks.iter().filter(|check| !check.context.test && !check.context.conditional);
            for check in checks.filter(|check| self.gives_up(file, check)) {
                let values = self.resolve(Expression { value: &check.missing, file, context: check.context, at: check.at });
                // something stands in for it
                if values.iter().any(|value| value.text().is_some_and(|text| !text.is_empty())) {
                    continue;
                }
                for value in &values {
                    let Some(name) = variable(value) else { continue };
                    // where it is read says more than where it is tested
                    let evidence = value
                        .steps
                        .first()
                        .map_or_else(|| self.evidence(file, check.at, CHECKED), |step| self.evidence(step.file, step.at, CHECKED));
                    found.add(name, evidence);
                }
            }
        }
        for setting in self.settings().iter().filter(|setting| setting.required) {
            if let [name] = setting.variables.as_slice() {
                found.add(name, self.evidence(setting.file, setting.at, REQUIRED));
            }
        }
        found.0.into_values().collect()
    }

    /// Variables that it stops without where it reads them, on whatever condition.
    #[must_use]
    pub fn strict_reads(&self) -> Vec<Fact<String>> {
        let strict = self.calls().filter(|(file, call)| self.is_strict(*file, call));
        let read = strict.flat_map(|(file, call)| {
            let values = self.resolve_call(file, call).into_iter().filter(|value| value.required);
            let names: Vec<String> = values.filter_map(|value| variable(&value).map(ToOwned::to_owned)).collect();
            names.into_iter().map(move |name| Fact::new(name, self.evidence(file, call.at, CHECKED)))
        });
        read.collect()
    }

    /// Whether a call stops the program when what it asks for is not there.
    fn is_strict(&self, file: usize, call: &Call) -> bool {
        self.vocabulary.calls(call.method()).iter().any(|entry| {
            let strict = match &*entry.meaning {
                Meaning::Variable(variable) => variable.strict,
                Meaning::Value(gives) => gives.strict,
                _ => false,
            };
            strict && self.matches(entry, file, call) != Match::No
        })
    }

    /// Whether what is done when something is missing ends the program, or the function that sets it up.
    fn gives_up(&self, file: usize, check: &Check) -> bool {
        let exits = self.index.calls_within(file, check.block).any(|call| {
            let mut entries = self.vocabulary.calls(call.method()).iter();
            entries.any(|entry| matches!(*entry.meaning, Meaning::Exit) && self.matches(entry, file, call) != Match::No)
        });
        let name = check.context.function.and_then(|number| self.function(file, number)).map(|function| last_word(&function.name));
        let sets_up = name.is_none_or(|name| {
            let name = name.to_ascii_lowercase();
            name.is_empty() || SETS_UP.iter().any(|word| name.contains(word))
        });
        exits || check.gives_up && sets_up
    }
}

/// `mustGetenv("X")`, `requireEnv("X")`.
fn insists(function: &str) -> bool {
    // most names are told apart without a copy
    if !function.ends_with("nv") && !function.ends_with("NV") {
        return false;
    }
    let function = function.to_ascii_lowercase();
    function.contains("must") || function.contains("require")
}

fn variable(value: &Resolved) -> Option<&str> {
    match value.parts.as_slice() {
        [Part::Variable(name)] => Some(name),
        _ => None,
    }
}
