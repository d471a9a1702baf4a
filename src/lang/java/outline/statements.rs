//! Statements: declarations of names, assignments, branches, what a function gives back.

use super::{DEEPEST, Reader};
use crate::program::scan::Token;
use crate::program::{At, Binding, Check, Context, Value};

impl Reader<'_, '_> {
    /// Statements up to `end`.
    pub(super) fn block(&mut self, end: usize) {
        if self.depth > DEEPEST {
            self.outline.broken = true;
            self.at = end;
            return;
        }
        self.depth += 1;
        while self.at < end {
            let from = self.at;
            self.statement(end);
            if self.at == from {
                self.at += 1;
            }
        }
        self.at = end;
        self.depth -= 1;
    }

    /// A block between braces, or one statement.
    fn branch(&mut self, end: usize) -> At {
        let from = self.at;
        if self.is("{") {
            let close = self.closing(self.at).min(end);
            self.at += 1;
            self.block(close);
            self.at = (close + 1).min(end);
        } else if !self.is(";") {
            self.statement(end);
        } else {
            self.at += 1;
        }
        self.span(from)
    }

    pub(super) fn conditionally<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let conditional = std::mem::replace(&mut self.context.conditional, true);
        let found = read(self);
        self.context.conditional = conditional;
        found
    }

    fn statement(&mut self, end: usize) {
        let from = self.at;
        let Some(token) = self.peek(0) else { return };
        match token.text {
            ";" => self.at += 1,
            "{" => _ = self.branch(end),
            "if" => self.if_statement(end),
            "for" | "while" | "switch" | "when" | "catch" | "synchronized"
                if self.is_at(self.at + 1, "(") || self.is_at(self.at + 1, "{") =>
            {
                self.at += 1;
                self.controlled(token.text, end);
            }
            "do" | "else" | "finally" | "try" => {
                self.at += 1;
                // `try (var x = open())`
                if self.is("(") && token.text == "try" {
                    let close = self.closing(self.at);
                    self.at += 1;
                    self.block(close);
                    self.at = close + 1;
                }
                if token.text == "else" {
                    self.conditionally(|reader| reader.branch(end))
                } else {
                    self.branch(end)
                };
            }
            "return" => {
                self.at += 1;
                self.label();
                let ends = self.is(";") || self.is("}") || self.at >= end || self.is_kotlin() && self.fresh();
                if !ends {
                    let value = self.expression();
                    self.returns(value);
                }
                self.eat(";");
            }
            "throw" => {
                self.at += 1;
                self.expression();
                self.eat(";");
            }
            "break" | "continue" => {
                self.at += 1;
                self.label();
            }
            "case" | "default" => self.case(end),
            _ => {
                let annotations = self.annotations();
                self.declaration_or_expression(annotations, from, end);
            }
        }
    }

    fn label(&mut self) {
        if self.eat("@") {
            self.at += 1;
        }
    }

    pub(super) fn returns(&mut self, value: Value) {
        if let Some(number) = self.context.function {
            self.with(number, |function| function.returns.push(value));
        }
    }

    /// `case A, B ->`, `case A:`.
    fn case(&mut self, end: usize) {
        while self.at < end && !(self.is("->") || self.is(":") || self.is("{") || self.is(";")) {
            self.at += 1;
        }
        self.at += usize::from(self.is("->") || self.is(":"));
    }

    fn controlled(&mut self, keyword: &str, end: usize) {
        if self.is("(") {
            let close = self.closing(self.at);
            self.at += 1;
            if keyword == "for" {
                self.loop_head(close);
            } else {
                self.block(close);
            }
            self.at = close + 1;
        }
        if keyword == "when" && self.is("{") {
            let close = self.closing(self.at).min(end);
            self.at += 1;
            self.conditionally(|reader| reader.when_branches(close));
            self.at = close + 1;
        } else {
            self.conditionally(|reader| reader.branch(end));
        }
    }

    /// `for (x in list)` and `for (T x : list)` bind the name to the list.
    fn loop_head(&mut self, close: usize) {
        let from = self.at;
        let over = (from..close).find(|at| self.is_at(*at, ":") || self.is_at(*at, "in"));
        let Some(over) = over.filter(|over| *over > from) else { return self.block(close) };
        // in Kotlin `x: Type in list`
        let over = (over..close).find(|at| self.is_at(*at, "in")).unwrap_or(over);
        let colon = (from..over).find(|at| self.is_at(*at, ":")).unwrap_or(over);
        let name = self.tokens.get(colon - 1).and_then(Token::ident);
        self.at = over + 1;
        let value = self.expression();
        if let Some(name) = name {
            self.declare(name);
            let at = self.span(from);
            self.bind(name.to_owned(), None, value, true, at);
        }
    }

    /// The branches of Kotlin's `when`.
    pub(super) fn when_branches(&mut self, end: usize) -> Vec<Value> {
        let mut values = Vec::new();
        while self.at < end {
            let from = self.at;
            while self.at < end && !self.is("->") {
                if self.is("(") || self.is("{") || self.is("[") {
                    self.at = self.closing(self.at);
                }
                self.at += 1;
            }
            if !self.eat("->") {
                break;
            }
            values.push(self.branch_value(end));
            if self.at == from {
                self.at += 1;
            }
        }
        self.at = end;
        values
    }

    /// What a branch of an expression comes to: its last one, between braces.
    pub(super) fn branch_value(&mut self, end: usize) -> Value {
        if self.is("throw") || self.is("return") {
            self.statement(end);
            return Value::Unknown;
        }
        if !self.is("{") {
            return self.expression();
        }
        let close = self.closing(self.at).min(end);
        self.at += 1;
        let value = self.last_value(close);
        self.at = (close + 1).min(end);
        value
    }

    /// Statements up to `close`, and what the last of them is.
    pub(super) fn last_value(&mut self, close: usize) -> Value {
        let mut value = Value::Unknown;
        while self.at < close {
            let from = self.at;
            let plain = !matches!(
                self.peek(0).map(|token| token.text),
                Some("val" | "var" | "if" | "for" | "while" | "when" | "try" | "return" | "throw" | "fun" | "class" | "object" | "@" | "{")
            );
            if plain {
                value = self.expression();
                if self.is("=") || self.is("+=") {
                    value = Value::Unknown;
                    self.at = from;
                    self.statement(close);
                }
            } else {
                value = Value::Unknown;
                self.statement(close);
            }
            if self.at == from {
                self.at += 1;
            }
        }
        self.at = close;
        value
    }

    fn if_statement(&mut self, end: usize) {
        let from = self.at;
        self.at += 1;
        let close = self.closing(self.at);
        let missing = self.missing(self.at + 1, close);
        self.at += 1;
        self.expression();
        let at = self.span(from);
        self.at = close + 1;
        let start = self.at;
        let block = self.conditionally(|reader| reader.branch(end));
        let gives_up = (start..self.at).any(|at| self.is_at(at, "throw"));
        let context = self.context;
        self.outline.checks.extend(missing.into_iter().map(|missing| Check { missing, block, gives_up, context, at }));
        if self.is("else") {
            self.at += 1;
            self.conditionally(|reader| reader.branch(end));
        }
    }

    /// What a condition finds to be missing: `x == null`, `x.isEmpty()`, `Objects.isNull(x)`.
    fn missing(&mut self, from: usize, close: usize) -> Vec<Value> {
        if (from..close).any(|at| self.is_at(at, "&&")) {
            return Vec::new();
        }
        let mut found = Vec::new();
        let mut start = from;
        for at in from..=close {
            if at < close && !self.is_at(at, "||") {
                continue;
            }
            found.extend(self.missing_operand(start, at));
            start = at + 1;
        }
        found
    }

    fn missing_operand(&mut self, from: usize, end: usize) -> Option<Value> {
        let null = (from..end).find(|at| self.is_at(*at, "==")).filter(|at| self.is_at(at + 1, "null") && at + 2 == end);
        let empty = || {
            let last = end.checked_sub(3)?;
            let method = self.tokens.get(last)?.ident()?;
            let asks = matches!(method, "isEmpty" | "isBlank" | "isNullOrEmpty" | "isNullOrBlank");
            (asks && self.is_at(last + 1, "(") && last > from + 1 && !self.is_at(from, "!")).then(|| last - 1)
        };
        let until = null.or_else(empty)?;
        // read for its value alone
        let (at, calls, functions) = (self.at, self.outline.calls.len(), self.outline.functions.len());
        self.at = from;
        let value = self.unary();
        self.at = at;
        self.outline.calls.truncate(calls);
        self.outline.functions.truncate(functions);
        let value = match value {
            // the value whose method asks
            Value::Call(call) if null.is_none() => match &call.receiver {
                Some(receiver) => Value::clone(receiver),
                None => Value::Name(call.path.rsplit_once('.')?.0.to_owned()),
            },
            value => value,
        };
        (until > from).then_some(value)
    }

    fn declaration_or_expression(&mut self, annotations: Vec<crate::program::Annotation>, from: usize, end: usize) {
        match self.peek(0).map(|token| token.text) {
            Some("class" | "interface" | "enum" | "record" | "object") if self.ident(1).is_some() => {
                return self.class_like(annotations, from);
            }
            Some("fun") if self.is_kotlin() && self.ident(1).is_some() => return self.local_function(annotations, from),
            Some("val" | "var") if self.is_kotlin() => return self.local_property(),
            _ => {}
        }
        if !self.is_kotlin()
            && let Some(name) = self.java_declaration()
        {
            return self.java_local(name, end);
        }
        let value = self.expression();
        let operator = self.peek(0).map_or("", |token| token.text);
        if matches!(operator, "=" | "+=" | "-=" | "*=" | "/=" | "|=" | "&=") {
            self.at += 1;
            let given = self.expression();
            let at = self.span(from);
            if let Some(target) = target(&value, operator) {
                let target = self.field_target(target);
                self.bind(target, None, given, false, at);
            }
        }
        self.eat(";");
    }

    /// `this.port` is a field of the class.
    fn field_target(&self, target: String) -> String {
        match (target.strip_prefix("this."), self.class()) {
            (Some(field), Some(class)) => format!("{}.{field}", class.name),
            _ => target,
        }
    }

    fn local_function(&mut self, annotations: Vec<crate::program::Annotation>, from: usize) {
        // a function in another belongs to no class
        let classes = std::mem::take(&mut self.classes);
        self.function(annotations, from);
        self.classes = classes;
    }

    fn local_property(&mut self) {
        self.at += 1;
        let from = self.at;
        if self.is("(") {
            let close = self.closing(self.at);
            let names: Vec<_> = (self.at + 1..close).filter_map(|at| self.tokens[at].ident()).collect();
            names.iter().for_each(|name| self.declare(name));
            self.at = close + 1;
            if self.eat("=") {
                self.expression();
            }
            return;
        }
        let Some(name) = self.ident(0) else { return };
        self.at += 1;
        let kind = if self.eat(":") { Some(self.kind()) } else { None };
        let value = if self.eat("=") || self.eat("by") { self.expression() } else { Value::Unknown };
        self.declare(name);
        let at = self.span(from);
        self.bind(name.to_owned(), kind, value, true, at);
        self.eat(";");
    }

    /// Where the name of a declaration `Type name = ...` stands, if one begins here.
    fn java_declaration(&mut self) -> Option<usize> {
        let start = self.at;
        self.ident(0).filter(|word| !matches!(*word, "new" | "return" | "throw" | "yield" | "assert" | "else" | "this" | "super"))?;
        let _ = self.kind();
        let name = self.at;
        let found = self.at > start
            && self.ident(0).is_some_and(|word| word != "instanceof")
            && ["=", ";", ":", ",", ")"].iter().any(|next| self.is_at(name + 1, next));
        self.at = start;
        found.then_some(name)
    }

    fn java_local(&mut self, name: usize, end: usize) {
        let kind = self.words(self.at, name);
        self.at = name;
        while let Some(word) = self.ident(0).filter(|_| self.at < end) {
            let from = self.at;
            self.at += 1;
            let value = if self.eat("=") { self.expression() } else { Value::Unknown };
            self.declare(word);
            let at = self.span(from);
            let kind = (kind != "var").then(|| kind.clone());
            if value != Value::Unknown || kind.is_some() {
                self.bind(word.to_owned(), kind, value, true, at);
            }
            if !self.eat(",") {
                break;
            }
        }
        self.eat(";");
    }

    pub(super) fn bind(&mut self, target: String, kind: Option<String>, value: Value, declares: bool, at: At) {
        let context: Context = self.context;
        self.outline.bindings.push(Binding { target, kind, value, result: 0, declares, context, at });
    }
}

/// What is assigned to.
fn target(value: &Value, operator: &str) -> Option<String> {
    match value {
        Value::Name(name) if operator == "=" => Some(name.clone()),
        // `map["key"] = value`
        Value::Call(call) if operator == "=" && call.method() == "get" => {
            let key = call.arguments.first()?.value.text()?;
            Some(format!("{}[{key}]", call.path.rsplit_once('.')?.0))
        }
        _ => None,
    }
}
