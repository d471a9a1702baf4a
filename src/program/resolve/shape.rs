//! Objects and lists behind names, followed without making texts of them.

use super::{DEPTH, MOST};
use crate::program::outline::Context;
use crate::program::{Expression, Program, Value};

impl<'t> Program<'t> {
    /// The lists, tables, calls and texts that an expression stands for.
    #[must_use]
    pub fn shapes(&self, expression: Expression<'t>) -> Vec<Expression<'t>> {
        let mut found = Vec::new();
        self.follow(expression, &mut found, 0);
        found
    }

    fn follow(&self, expression: Expression<'t>, found: &mut Vec<Expression<'t>>, depth: u32) {
        if depth > DEPTH || found.len() >= MOST {
            return;
        }
        match expression.value {
            Value::Name(name) => {
                for next in self.stands_for(name, expression) {
                    // a name that stands for itself leads nowhere
                    if !std::ptr::eq(next.value, expression.value) {
                        self.follow(next, found, depth + 1);
                    }
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
                    found.push(expression);
                    return;
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

    /// The expressions that a name is bound to.
    pub(super) fn stands_for(&self, name: &str, from: Expression<'t>) -> Vec<Expression<'t>> {
        let (first, rest) = match self.module_of(from.file, name) {
            Some((module, rest)) => {
                let mut words = rest.split('.');
                let first = words.next().unwrap_or_default();
                let bounds: Vec<_> = self.index.globals(module, first).take(MOST).copied().collect();
                (bounds, words.map(ToOwned::to_owned).collect::<Vec<_>>())
            }
            None => {
                let mut words = name.split('.');
                let first = words.next().unwrap_or_default();
                (self.bounds(first, from.file, from.context.function), words.map(ToOwned::to_owned).collect())
            }
        };
        let mut values: Vec<_> =
            first.iter().map(|bound| Expression { value: bound.value, file: bound.file, context: bound.context, at: bound.at }).collect();
        for word in rest {
            let mut inner = Vec::new();
            for value in values {
                inner.extend(self.shapes(value).into_iter().filter_map(|shape| self.member(shape, &word)));
            }
            values = inner;
        }
        values
    }

    /// The value of a table's key, or of a constructor's named argument.
    #[must_use]
    pub fn member(&self, of: Expression<'t>, key: &str) -> Option<Expression<'t>> {
        match of.value {
            Value::Table(_) => Some(Expression { value: of.value.get(key)?, ..of }),
            Value::Call(call) => {
                let argument = call.arguments.iter().find(|argument| argument.name.as_deref() == Some(key))?;
                Some(Expression { value: &argument.value, at: argument.at, ..of })
            }
            _ => None,
        }
    }
}
