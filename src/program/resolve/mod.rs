//! What an expression comes to when the program runs, as far as its sources tell.
//!
//! An expression has alternatives: `port := os.Getenv("PORT")` and further down `port = "8080"` make two. Names are followed through
//! variables, fields, parameters and functions of the project; what a library computes stays unknown.

mod call;
mod field;
mod given;
mod name;
mod resolved;
mod shape;

pub(super) use self::call::is_variable;
pub use self::given::{Given, arguments};
pub use self::resolved::{MOST, Part, Place, Resolved, Step, append, joined, separated};
pub(super) use self::shape::is_nothing;
use super::Program;
use super::outline::{At, Call, Context};
use super::value::Value;
use crate::evidence::{Evidence, Fact, Rule};

/// How many names deep an expression is followed.
pub(super) const DEPTH: u32 = 14;

/// A value stands in the source.
pub const WRITTEN: Rule = Rule::parsed("program.value", "this is the value that the program starts with");
/// A flag or setting with a default.
pub const FLAG: Rule = Rule::parsed("program.flag-default", "this gives a setting its default");
/// The environment is asked.
pub const ENVIRONMENT: Rule = Rule::parsed("program.environment-variable", "this reads an environment variable");
/// An annotation or structure tag speaks of the environment or a default.
pub const TAG: Rule = Rule::parsed("program.field-tag", "this says where a setting comes from");

/// An expression and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Expression<'t> {
    /// The expression.
    pub value: &'t Value,
    /// The number of its file.
    pub file: usize,
    /// When it runs.
    pub context: Context,
    /// Its place, or that of what it is a part of.
    pub at: At,
}

/// From where an expression is looked at.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s, 't> {
    pub file: usize,
    pub function: Option<u32>,
    pub frame: Option<&'s Frame<'s, 't>>,
    /// Which of a call's results is asked for.
    pub result: u32,
    pub depth: u32,
    /// The place of what is looked at.
    pub at: At,
}

/// A call whose function is looked into: what its parameters stand for.
pub(super) struct Frame<'s, 't> {
    pub function: u32,
    pub call: &'t Call,
    pub outer: Scope<'s, 't>,
}

impl Scope<'_, '_> {
    pub(super) fn of(file: usize, function: Option<u32>, at: At, depth: u32) -> Self {
        Self { file, function, frame: None, result: 0, depth, at }
    }

    fn deeper(self) -> Self {
        Self { result: 0, depth: self.depth + 1, ..self }
    }

    fn at(self, at: At) -> Self {
        Self { at, ..self }
    }

    fn step(&self, rule: Rule) -> Step {
        Step { file: self.file, at: self.at, rule }
    }
}

impl<'t> Program<'t> {
    /// What an expression comes to: the alternatives in the order of the sources.
    #[must_use]
    pub fn resolve(&self, expression: Expression<'t>) -> Vec<Resolved> {
        let scope = Scope::of(expression.file, expression.context.function, expression.at, 0);
        self.budget.question(|| self.values(expression.value, scope))
    }

    /// What a call gives.
    #[must_use]
    pub fn resolve_call(&self, file: usize, call: &'t Call) -> Vec<Resolved> {
        self.budget.question(|| self.called(call, Scope::of(file, call.context.function, call.at, 0)))
    }

    pub(super) fn values(&self, value: &'t Value, scope: Scope<'_, 't>) -> Vec<Resolved> {
        if scope.depth > DEPTH || !self.budget.burn() {
            return vec![Resolved::unknown()];
        }
        let written = |text: String| vec![Resolved::written(text, scope.step(WRITTEN))];
        let mut values = match value {
            Value::Text(text) => written(text.clone()),
            Value::Number(number) => written(number.to_string()),
            Value::Truth(truth) => written(truth.to_string()),
            Value::Variable { name, default } => {
                let mut values = vec![Resolved::variable(name, scope.step(ENVIRONMENT))];
                values.extend(default.iter().flat_map(|default| self.values(default, scope.deeper())));
                values
            }
            Value::Name(name) => self.named(name, scope),
            Value::Call(call) => self.called(call, scope.at(call.at)),
            Value::Joined(parts) => {
                let scope = scope.deeper();
                parts.iter().fold(vec![Resolved::default()], |values, part| joined(&values, &self.values(part, scope)))
            }
            Value::List(items) if scope.result > 0 => {
                items.get(scope.result as usize).map_or_else(Vec::new, |item| self.values(item, scope.deeper()))
            }
            Value::Either(values) | Value::List(values) => {
                values.iter().take(MOST).flat_map(|value| self.values(value, Scope { result: scope.result, ..scope.deeper() })).collect()
            }
            Value::Function(number) => self.returned(scope.file, *number, None, scope),
            Value::Table(_) | Value::Unknown => Vec::new(),
        };
        values.truncate(MOST);
        if values.is_empty() { vec![Resolved::unknown()] } else { values }
    }

    /// A step as evidence.
    #[must_use]
    pub fn step(&self, step: &Step) -> Evidence {
        self.evidence(step.file, step.at, step.rule)
    }

    /// `fact` with the places that its value comes from, one for each line.
    #[must_use]
    pub fn trace<T>(&self, fact: Fact<T>, steps: &[Step]) -> Fact<T> {
        steps.iter().fold(fact, |fact, step| {
            let step = self.step(step);
            let told = fact
                .because()
                .iter()
                .any(|known| known.file == step.file && known.span.map(|span| span.line) == step.span.map(|span| span.line));
            if told { fact } else { fact.and(step) }
        })
    }
}
