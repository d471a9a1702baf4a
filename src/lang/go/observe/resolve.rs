//! What an expression comes to when the program runs, as far as its sources tell.
//!
//! An expression has alternatives: `port := os.Getenv("PORT")` and further down `port = "8080"` make two. Names are followed through
//! variables, fields, parameters and functions of the project; what a library computes stays unknown.

mod call;
mod defaults;
mod name;
mod tag;
mod value;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use super::index::{At, Index};
use crate::evidence::Rule;
use crate::lang::go::scan::Kind;

pub use defaults::Default;
pub use tag::tagged;
pub use value::{Part, Step, Value, trace};

/// How many names deep an expression is followed.
const DEPTH: u32 = 12;
/// How many operands one question may look at: more than any real one needs, and little enough for any text.
const FUEL: u32 = 4_000;

/// A value stands in the source.
pub const WRITTEN: Rule = Rule::parsed("go.value", "this is the value that the program starts with");
/// A flag or setting with a default.
pub const FLAG: Rule = Rule::parsed("go.flag-default", "this gives a setting its default");
/// The environment is asked.
pub const ENVIRONMENT: Rule = Rule::parsed("go.environment-variable", "this reads an environment variable");
/// A structure tag speaks of the environment or a default.
pub const TAG: Rule = Rule::parsed("go.field-tag", "this says where a setting comes from");

/// A structure tag says that the program does not start without it.
pub const REQUIRED: Rule = Rule::parsed("go.required-field", "this is a setting that has to be set");

/// Follows expressions through the sources.
#[derive(Debug)]
pub struct Resolver<'a> {
    pub index: &'a Index<'a>,
    /// Flags and settings with what they are when nobody sets them, in the order of the sources.
    pub defaults: Vec<Default<'a>>,
    keys: HashMap<String, Vec<usize>>,
    targets: HashMap<&'a str, Vec<usize>>,
    fuel: Cell<u32>,
    visiting: RefCell<Vec<At>>,
}

/// From where an expression is looked at.
#[derive(Clone, Copy)]
struct Scope<'s> {
    function: Option<usize>,
    frame: Option<&'s Frame<'s>>,
    /// Which of a call's results is asked for.
    result: usize,
    depth: u32,
}

/// The arguments that a function's parameters stand for.
struct Frame<'s> {
    function: usize,
    arguments: &'s [At],
    outer: Scope<'s>,
}

impl Scope<'_> {
    fn of(function: Option<usize>, depth: u32) -> Scope<'static> {
        Scope { function, frame: None, result: 0, depth }
    }

    fn deeper(self) -> Self {
        Self { result: 0, depth: self.depth + 1, ..self }
    }
}

impl<'a> Resolver<'a> {
    #[must_use]
    pub fn new(index: &'a Index<'a>) -> Self {
        let defaults = defaults::collect(index);
        let mut keys: HashMap<String, Vec<usize>> = HashMap::new();
        let mut targets: HashMap<&str, Vec<usize>> = HashMap::new();
        for (number, default) in defaults.iter().enumerate() {
            keys.entry(defaults::normal(&default.key)).or_default().push(number);
            if let Some(target) = default.target {
                targets.entry(target).or_default().push(number);
            }
        }
        Self { index, defaults, keys, targets, fuel: Cell::new(0), visiting: RefCell::default() }
    }

    /// What the expression that begins at `at`, inside `function`, comes to: the alternatives in the order of the sources.
    #[must_use]
    pub fn resolve(&self, at: At, function: Option<usize>) -> Vec<Value> {
        self.fuel.set(FUEL);
        self.values(at, Scope::of(function, 0))
    }

    /// What a flag or setting comes to.
    #[must_use]
    pub fn resolve_default(&self, default: &Default<'a>) -> Vec<Value> {
        self.fuel.set(FUEL);
        self.default_values(default, 0)
    }

    fn values(&self, at: At, scope: Scope<'_>) -> Vec<Value> {
        let (mut values, mut next) = self.operand(at, scope);
        let scope = Scope { result: 0, ..scope };
        while self.index.is(next, "+") {
            let (more, after) = self.operand(next.move_to(next.token + 1), scope);
            values = value::joined(&values, &more);
            next = after;
        }
        values
    }

    /// One operand's alternatives, and where the text goes on.
    fn operand(&self, at: At, scope: Scope<'_>) -> (Vec<Value>, At) {
        let unknown = |next| (vec![Value::unknown()], at.move_to(next));
        let Some(token) = self.index.token(at) else { return unknown(at.token + 1) };
        let fuel = self.fuel.get();
        if fuel == 0 || scope.depth > DEPTH {
            return unknown(at.token + 1);
        }
        self.fuel.set(fuel - 1);
        let step = |text: String| vec![Value::written(text, Step { from: at, until: at.token + 1, rule: WRITTEN })];
        match token.kind {
            Kind::Str => (step(token.value().unwrap_or_default().into_owned()), at.move_to(at.token + 1)),
            Kind::Number => (step(token.text.replace('_', "")), at.move_to(at.token + 1)),
            Kind::Ident if token.text == "range" => self.operand(at.move_to(at.token + 1), scope.deeper()),
            Kind::Ident => self.chain(at, scope),
            Kind::Punct => match token.text {
                "&" | "*" => self.operand(at.move_to(at.token + 1), scope.deeper()),
                "(" => (self.values(at.move_to(at.token + 1), scope.deeper()), at.move_to(self.index.closing(at) + 1)),
                "[" => self.bracketed(at, scope),
                _ => unknown(at.token + 1),
            },
            Kind::Char | Kind::Lifetime | Kind::End => unknown(at.token + 1),
        }
    }

    /// `[]string{"a", "b"}` has its items as alternatives; `[]byte(x)` is `x`.
    fn bracketed(&self, at: At, scope: Scope<'_>) -> (Vec<Value>, At) {
        let of = at.move_to(self.index.closing(at) + 1);
        let open = of.move_to(of.token + 1);
        if self.index.is(open, "{") {
            let (items, close) = self.index.list(open);
            let values = items.iter().take(value::MOST).flat_map(|item| self.values(*item, scope.deeper())).collect();
            return (values, at.move_to(close + 1));
        }
        self.operand(of, scope.deeper())
    }

    /// A name, a field, a call, or a chain of them.
    fn chain(&self, at: At, scope: Scope<'_>) -> (Vec<Value>, At) {
        let mut names = vec![at];
        let mut calls = Vec::new();
        let mut next = at.move_to(at.token + 1);
        while let Some(token) = self.index.token(next).filter(|token| token.kind == Kind::Punct) {
            match token.text {
                "." => {
                    let after = next.move_to(next.token + 1);
                    if self.index.token(after).is_some_and(|token| token.kind == Kind::Ident) {
                        names.push(after);
                        next = after.move_to(after.token + 1);
                    } else if self.index.is(after, "(") {
                        next = after.move_to(self.index.closing(after) + 1);
                    } else {
                        break;
                    }
                }
                "(" => {
                    calls.push(call::Called { names: std::mem::take(&mut names), open: next });
                    next = next.move_to(self.index.closing(next) + 1);
                }
                "[" | "{" => {
                    names.clear();
                    calls.clear();
                    next = next.move_to(self.index.closing(next) + 1);
                }
                _ => break,
            }
        }
        let values = match (names.as_slice(), calls.as_slice()) {
            ([], []) => vec![Value::unknown()],
            ([], calls) => self.called(calls, scope),
            (names, []) => self.named(names, scope),
            // a field of what a call gives
            (names, _) => self.field(names, scope),
        };
        (if values.is_empty() { vec![Value::unknown()] } else { values }, next)
    }

    fn word(&self, at: At) -> &'a str {
        self.index.token(at).map_or("", |token| token.text)
    }
}
