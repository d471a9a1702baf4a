//! Statements and declarations.

use std::sync::Arc;

use super::Parser;
use crate::program::scan::{Kind, Token};
use crate::program::{Binding, Call, Value};

/// A name, field or element that gets a value: its text, the token it begins with, and the bare name where it is no more than one.
struct Target<'t> {
    path: String,
    first: usize,
    name: Option<&'t str>,
}

impl<'t> Parser<'t> {
    pub(super) fn statements(&mut self) {
        while let Some(token) = self.peek() {
            if token.kind == Kind::End {
                self.at += 1;
                continue;
            }
            self.statement();
            self.next_statement();
        }
    }

    fn statement(&mut self) {
        match self.peek().and_then(Token::ident) {
            Some("var" | "const" | "type") => self.declaration(),
            Some("if") => self.if_statement(),
            Some("for") => self.for_statement(),
            Some("switch" | "select") => self.switch_statement(),
            Some("return") => {
                self.at += 1;
                let values = self.values();
                self.returns(values);
            }
            Some("go" | "defer") => {
                self.at += 1;
                self.expression();
            }
            Some("break" | "continue" | "goto" | "fallthrough") => {}
            Some(_) if self.is_ahead(1, ":") => {
                self.at += 2;
                if self.peek().is_some_and(|token| token.kind != Kind::End) && self.down() {
                    self.statement();
                    self.up();
                }
            }
            _ if self.is("{") => self.block(),
            _ => self.simple(),
        }
    }

    /// A block, whose names end with it.
    pub(super) fn block(&mut self) {
        if !self.is("{") {
            return;
        }
        if !self.down() {
            return self.pass();
        }
        self.scope(|parser| parser.within(Self::statements));
        self.up();
    }

    /// A block that need not run.
    fn conditional_block(&mut self) {
        let outer = std::mem::replace(&mut self.context.conditional, true);
        self.block();
        self.context.conditional = outer;
    }

    /// Reads up to the bracket that opens a block.
    fn head<R>(&mut self, read: impl FnOnce(&mut Self) -> R) -> R {
        let bare = std::mem::replace(&mut self.bare, true);
        let result = read(self);
        self.bare = bare;
        result
    }

    fn if_statement(&mut self) {
        if !self.down() {
            return self.next_statement();
        }
        self.at += 1;
        self.scope(|parser| {
            let first = parser.at;
            let (condition, tested) = parser.head(|parser| {
                let mut from = parser.at;
                parser.simple();
                if parser.peek().is_some_and(|token| token.kind == Kind::End) {
                    parser.at += 1;
                    from = parser.at;
                    parser.simple();
                }
                (from, parser.at)
            });
            let block = parser.at;
            let returned = parser.returned();
            parser.conditional_block();
            parser.checks(condition..tested, block, returned, first);
        });
        if self.take("else") {
            if self.is("if") {
                let outer = std::mem::replace(&mut self.context.conditional, true);
                self.if_statement();
                self.context.conditional = outer;
            } else {
                self.conditional_block();
            }
        }
        self.up();
    }

    fn for_statement(&mut self) {
        self.at += 1;
        self.scope(|parser| {
            parser.head(|parser| {
                while parser.peek().is_some() && !parser.is("{") {
                    let before = parser.at;
                    parser.simple();
                    if parser.peek().is_some_and(|token| token.kind == Kind::End) {
                        parser.at += 1;
                    }
                    if parser.at == before {
                        break;
                    }
                }
            });
            parser.block();
        });
    }

    /// `switch` and `select`, whose cases need not run.
    fn switch_statement(&mut self) {
        self.at += 1;
        self.scope(|parser| {
            parser.head(|parser| {
                while parser.peek().is_some() && !parser.is("{") {
                    let before = parser.at;
                    parser.simple();
                    if parser.peek().is_some_and(|token| token.kind == Kind::End) {
                        parser.at += 1;
                    }
                    if parser.at == before {
                        break;
                    }
                }
            });
            if !parser.is("{") {
                return;
            }
            let outer = std::mem::replace(&mut parser.context.conditional, true);
            if parser.down() {
                parser.within(Self::cases);
                parser.up();
            } else {
                parser.pass();
            }
            parser.context.conditional = outer;
        });
    }

    fn cases(&mut self) {
        while let Some(token) = self.peek() {
            if token.kind == Kind::End || self.take("default") || self.take(":") {
                self.at += usize::from(token.kind == Kind::End);
            } else if self.take("case") {
                self.simple();
            } else {
                self.statement();
                if !self.is(":") {
                    self.next_statement();
                }
            }
        }
    }

    pub(super) fn declaration(&mut self) {
        match self.peek().map(|token| token.text) {
            Some("type") => self.grouped(Self::type_declaration),
            _ => self.grouped(Self::names),
        }
    }

    /// `a, b T = x, y`.
    fn names(&mut self) {
        let mut targets = Vec::new();
        while let Some(token) = self.peek() {
            let Some(name) = token.ident() else { break };
            targets.push(Target { path: name.to_owned(), first: self.at, name: Some(name) });
            self.at += 1;
            if !self.take(",") {
                break;
            }
        }
        let type_at = self.at;
        let pointer = self.is("*");
        let mut named = None;
        let kind = if self.peek().is_some_and(super::signature::starts_type) {
            named = self.kind().filter(|_| !pointer);
            Some(self.written(type_at))
        } else {
            None
        };
        if self.take("=") {
            let values = self.values();
            self.bind(&targets, &values, kind.as_deref(), true);
        } else if let Some(path) = named.filter(|path| path.contains('.')) {
            // a structure of another package is there, and empty
            let zero = Call { path, context: self.context, at: self.place(type_at), ..Call::default() };
            self.bind(&targets, &[Value::Call(Arc::new(zero))], kind.as_deref(), true);
        }
        targets.iter().filter_map(|target| target.name).for_each(|name| self.declare(name));
    }

    /// An expression, an assignment, a declaration by `:=`.
    pub(super) fn simple(&mut self) {
        let mut targets = Vec::new();
        if self.is("range") {
            self.at += 1;
            self.expression();
            return;
        }
        loop {
            let before = self.at;
            let value = self.expression();
            if self.at == before {
                return;
            }
            let name = self.tokens[before].ident().filter(|_| self.at == before + 1);
            let path = match value {
                Value::Name(path) => path,
                _ => String::new(),
            };
            targets.push(Target { path, first: before, name });
            if !self.take(",") {
                break;
            }
        }
        let declares = self.is(":=");
        if !declares && !self.is("=") {
            return;
        }
        self.at += 1;
        if self.take("range") {
            let items = self.expression();
            let mut values = vec![Value::Unknown; targets.len()];
            if let Some(last) = values.get_mut(1) {
                *last = items;
            }
            self.bind(&targets, &values, None, declares);
        } else {
            let values = self.values();
            self.bind(&targets, &values, None, declares);
        }
        if declares {
            targets.iter().filter_map(|target| target.name).for_each(|name| self.declare(name));
        }
    }

    /// The expressions that stand here, apart by commas.
    pub(super) fn values(&mut self) -> Vec<Value> {
        let mut values = Vec::new();
        loop {
            let before = self.at;
            let value = self.expression();
            if self.at == before {
                break;
            }
            values.push(value);
            if !self.take(",") {
                break;
            }
        }
        values
    }

    fn bind(&mut self, targets: &[Target<'t>], values: &[Value], kind: Option<&str>, declares: bool) {
        for (number, target) in targets.iter().enumerate().filter(|(_, target)| !matches!(target.path.as_str(), "" | "_")) {
            // one call gives them all
            let (value, result) = match values {
                [value] => (value, number),
                values => (values.get(number).unwrap_or(&Value::Unknown), 0),
            };
            // a name that `:=` has on its left with another new one is set, not declared; which, nobody can tell without types
            let declares = declares && target.name.is_some();
            self.out.bindings.push(Binding {
                target: target.path.clone(),
                kind: kind.map(str::to_owned),
                value: value.clone(),
                result: u32::try_from(result).unwrap_or(u32::MAX),
                declares,
                context: self.context,
                at: self.place(target.first),
            });
        }
    }
}
