//! Objects and lists behind names, followed without making texts of them.

use super::{DEPTH, Given, MOST};
use crate::catalog::vocabulary::Meaning;
use crate::program::index::words;
use crate::program::origin::Match;
use crate::program::outline::{Call, Context};
use crate::program::{Expression, Program, Value};

/// From an object to one of its members.
type Step<'s, 't> = dyn Fn(Expression<'t>, &str) -> Option<Expression<'t>> + 's;

/// Whether a name stands for no value at all.
pub(in crate::program) fn is_nothing(name: &str) -> bool {
    matches!(name, "null" | "undefined" | "None" | "nil")
}

impl<'t> Program<'t> {
    /// The lists, tables, calls, texts and names of nothing that an expression stands for.
    #[must_use]
    pub fn shapes(&self, expression: Expression<'t>) -> Vec<Expression<'t>> {
        let mut found = Vec::new();
        self.budget.question(|| self.follow(expression, &mut found, 0));
        found
    }

    fn follow(&self, expression: Expression<'t>, found: &mut Vec<Expression<'t>>, depth: u32) {
        let key = std::ptr::from_ref(expression.value) as usize;
        if depth > DEPTH || found.len() >= MOST || !self.budget.burn() {
            return;
        }
        self.budget.visit(key, || self.follow_unvisited(expression, found, depth));
    }

    fn follow_unvisited(&self, expression: Expression<'t>, found: &mut Vec<Expression<'t>>, depth: u32) {
        match expression.value {
            Value::Name(name) if is_nothing(name) => found.push(expression),
            Value::Name(name) => {
                for next in self.stands_for(name, expression) {
                    self.follow(next, found, depth + 1);
                }
            }
            Value::Either(values) => {
                for value in values.iter().take(MOST) {
                    self.follow(Expression { value, ..expression }, found, depth + 1);
                }
            }
            Value::Call(call) => {
                let functions = self.project_functions(expression.file, &call.path);
                let [(file, number)] = functions.as_slice() else {
                    return match self.passes_on(expression.file, call) {
                        Some(given) => self.follow(given, found, depth + 1),
                        None => found.push(expression),
                    };
                };
                let Some(function) = self.function(*file, *number) else { return };
                let context = Context { function: Some(*number), ..Context::default() };
                for value in function.returns.iter().take(MOST) {
                    self.follow(Expression { value, file: *file, context, at: function.at }, found, depth + 1);
                }
            }
            _ => found.push(expression),
        }
    }

    /// What a call gives that gives what it is given.
    fn passes_on(&self, file: usize, call: &'t Call) -> Option<Expression<'t>> {
        self.vocabulary.calls(call.method()).iter().find_map(|entry| {
            let Meaning::Value(gives) = &*entry.meaning else { return None };
            let given = (self.matches(entry, file, call) != Match::No).then(|| self.given(file, call, &gives.value))?;
            if let Some(Given::Value(expression)) = given.first() { Some(*expression) } else { None }
        })
    }

    /// The expressions that a name is bound to.
    pub(super) fn stands_for(&self, name: &str, from: Expression<'t>) -> Vec<Expression<'t>> {
        self.followed(name, from, &|shape, key| shape.member(key))
    }

    /// The same, through what the fields of the project's own types are declared with: `export default new Config()`.
    pub(super) fn declared_for(&self, name: &str, from: Expression<'t>) -> Vec<Expression<'t>> {
        self.followed(name, from, &|shape, key| shape.member(key).or_else(|| self.declared(shape, key)))
    }

    fn followed(&self, name: &str, from: Expression<'t>, member: &Step<'_, 't>) -> Vec<Expression<'t>> {
        let module = self.module_of(from.file, name);
        let words = words(module.map_or(name, |(_, rest)| rest));
        let first = words.first().copied().unwrap_or_default();
        if let Some(called) = words.iter().position(|word| word.ends_with("()")) {
            return self.behind_call(name, words.iter().skip(called + 1), from, member);
        }
        let bounds = match module {
            Some((module, _)) => self.index.globals(module, first).take(MOST).copied().collect(),
            None => self.bounds(first, from.file, from.context.function),
        };
        let mut values: Vec<_> =
            bounds.iter().map(|bound| Expression { value: bound.value, file: bound.file, context: bound.context, at: bound.at }).collect();
        for word in words.into_iter().skip(1) {
            values = self.members(values, word, member);
        }
        values
    }

    fn members(&self, of: Vec<Expression<'t>>, key: &str, member: &Step<'_, 't>) -> Vec<Expression<'t>> {
        of.into_iter().flat_map(|value| self.shapes(value)).filter_map(|shape| member(shape, key)).collect()
    }

    /// What a field of the one type that a call makes is declared with.
    fn declared(&self, of: Expression<'t>, key: &str) -> Option<Expression<'t>> {
        let Value::Call(call) = of.value else { return None };
        let [(file, made)] = self.index.types_of(call.method()) else { return None };
        let field = made.fields.iter().find(|field| field.name == key)?;
        Some(Expression { value: field.default.as_ref()?, file: *file, context: Context::default(), at: field.at })
    }

    /// `config.Load().Port`: the members of what functions of the project give back.
    fn behind_call<'n>(
        &self,
        name: &str,
        words: impl Iterator<Item = &'n &'n str>,
        from: Expression<'t>,
        member: &Step<'_, 't>,
    ) -> Vec<Expression<'t>> {
        let Some((path, _)) = name.split_once("()") else { return Vec::new() };
        let mut values = Vec::new();
        for (file, number) in self.project_functions(from.file, path) {
            let Some(function) = self.function(file, number) else { continue };
            let context = Context { function: Some(number), ..Context::default() };
            values.extend(function.returns.iter().take(MOST).map(|value| Expression { value, file, context, at: function.at }));
        }
        words.fold(values, |values, word| self.members(values, word, member))
    }
}

impl Expression<'_> {
    /// The value of a table's key, or of a constructor's named argument.
    #[must_use]
    pub fn member(self, key: &str) -> Option<Self> {
        match self.value {
            Value::Table(_) => Some(Expression { value: self.value.get(key)?, ..self }),
            Value::Call(call) => {
                let argument = call.arguments.iter().find(|argument| argument.name.as_deref() == Some(key))?;
                Some(Expression { value: &argument.value, at: argument.at, ..self })
            }
            _ => None,
        }
    }
}
