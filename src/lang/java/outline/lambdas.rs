//! Functions without a name: lambdas, blocks behind a call, `fun(...)`.

use std::collections::BTreeSet;

use super::Reader;
use crate::program::scan::Token;
use crate::program::{At, Context, Function, Parameter, Value};

impl<'t> Reader<'t, '_> {
    /// A block of Kotlin's that is a value: `{ a, b -> ... }`.
    pub(super) fn kotlin_lambda(&mut self) -> Value {
        let from = self.at;
        let close = self.closing(self.at);
        self.at += 1;
        let arrow = self.arrow(close);
        let names: Vec<&'t str> = arrow.map_or_else(Vec::new, |arrow| (self.at..arrow).filter_map(|at| self.tokens[at].ident()).collect());
        let parameters = names.iter().map(|name| Parameter { name: (*name).to_owned(), ..Parameter::default() }).collect();
        if let Some(arrow) = arrow {
            self.at = arrow + 1;
        }
        let number = self.open(parameters, &names, from);
        let context = self.enter(number);
        let value = self.last_value(close);
        self.leave(number, context, value, from);
        self.at = (close + 1).min(self.tokens.len());
        Value::Function(number)
    }

    pub(super) fn arrow(&self, close: usize) -> Option<usize> {
        const FAR: usize = 24;
        let found = (self.at..close.min(self.at + FAR)).find(|at| {
            !(self.tokens[*at].ident().is_some() || [",", ":", "(", ")", "<", ">", "?", ".", "_"].iter().any(|mark| self.is_at(*at, mark)))
        })?;
        self.is_at(found, "->").then_some(found)
    }

    /// What stands behind the arrow of a lambda of Java's.
    pub(super) fn lambda(&mut self, parameters: Vec<Parameter>, names: &[&'t str], from: usize) -> Value {
        let number = self.open(parameters, names, from);
        let context = self.enter(number);
        let value = if self.is("{") {
            let close = self.closing(self.at);
            self.at += 1;
            self.block(close);
            self.at = (close + 1).min(self.tokens.len());
            Value::Unknown
        } else {
            self.expression()
        };
        self.leave(number, context, value, from);
        Value::Function(number)
    }

    pub(super) fn anonymous_function(&mut self, from: usize) -> Value {
        self.locals.push(BTreeSet::new());
        let start = self.at;
        let parameters = if self.is("(") { self.parameters() } else { Vec::new() };
        let names: Vec<&'t str> = (start..self.at).filter_map(|at| self.tokens[at].ident()).collect();
        self.locals.pop();
        if self.eat(":") {
            self.kind();
        }
        self.eat("=");
        self.lambda(parameters, &names, from)
    }

    /// A function without a name.
    pub(super) fn open(&mut self, parameters: Vec<Parameter>, names: &[&'t str], from: usize) -> u32 {
        let number = u32::try_from(self.outline.functions.len()).unwrap_or(u32::MAX);
        let at = self.tokens.get(from).map_or_else(At::default, Token::at);
        let inside = self.context.function;
        self.outline.functions.push(Function { inside, parameters, at, test: self.context.test, ..Function::default() });
        self.locals.push(names.iter().copied().collect());
        number
    }

    pub(super) fn enter(&mut self, number: u32) -> Context {
        let context = self.context;
        self.context = Context { function: Some(number), conditional: false, ..context };
        context
    }

    pub(super) fn leave(&mut self, number: u32, context: Context, value: Value, from: usize) {
        self.context = context;
        self.locals.pop();
        let body = self.span(from);
        self.with(number, |function| {
            function.body = body;
            if value != Value::Unknown {
                function.returns.push(value);
            }
        });
    }
}
