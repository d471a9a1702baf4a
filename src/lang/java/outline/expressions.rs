//! Expressions: to a value, their calls noted on the way.

use std::collections::BTreeSet;

use super::{DEEPEST, Reader};
use crate::program::scan::{Kind, Piece, closings, pieces, scan};
use crate::program::{Check, Parameter, Value};

impl<'t> Reader<'t, '_> {
    /// An expression, up to what cannot belong to it.
    pub(super) fn expression(&mut self) -> Value {
        if self.depth > DEEPEST {
            self.outline.broken = true;
            self.at += 1;
            return Value::Unknown;
        }
        self.depth += 1;
        let value = self.choice();
        self.depth -= 1;
        value
    }

    /// `a ? b : c`, `a ?: b`.
    pub(super) fn choice(&mut self) -> Value {
        let value = self.operators();
        if self.is("?") && !self.is_kotlin() {
            self.at += 1;
            let (then, other) = self.conditionally(|reader| {
                let then = reader.expression();
                reader.eat(":");
                (then, reader.expression())
            });
            return Value::Either(vec![then, other]);
        }
        if self.is("?:") {
            self.at += 1;
            let from = self.at;
            let stops = self.is("throw") || self.is("error");
            let other = self.conditionally(|reader| reader.branch_value(reader.tokens.len()));
            if stops {
                let (block, context) = (self.span(from), self.context);
                self.outline.checks.push(Check { missing: value.clone(), block, gives_up: true, context, at: block });
                return value;
            }
            return with_default(value, other);
        }
        value
    }

    /// Operands with operators between; only `+` between texts gives something.
    pub(super) fn operators(&mut self) -> Value {
        let mut value = self.unary();
        loop {
            let Some(token) = self.peek(0) else { return value };
            match token.text {
                "+" if token.kind == Kind::Punct && !(self.is_kotlin() && token.fresh) => {
                    self.at += 1;
                    let right = self.unary();
                    value = joined(value, right);
                }
                "as" | "instanceof" if token.kind == Kind::Ident => {
                    self.at += 1;
                    self.eat("?");
                    self.eat("final");
                    self.kind();
                    if token.text == "instanceof" {
                        if let Some(name) = self.ident(0) {
                            self.declare(name);
                            self.at += 1;
                        } else if self.is("(") {
                            self.skip();
                        }
                        value = Value::Unknown;
                    }
                }
                "to" if self.is_kotlin() && token.kind == Kind::Ident && !token.fresh => {
                    self.at += 1;
                    let right = self.unary();
                    value = Value::List(vec![value, right]);
                }
                "is" | "in" | "until" | "downTo" | "step" | "shl" | "shr" | "and" | "or" | "xor"
                    if self.is_kotlin() && token.kind == Kind::Ident && !token.fresh =>
                {
                    self.at += 1;
                    self.unary();
                    value = Value::Unknown;
                }
                "!" if self.is_kotlin() && matches!(self.ident(1), Some("is" | "in")) => {
                    self.at += 2;
                    self.unary();
                    value = Value::Unknown;
                }
                "&&" | "||" | "==" | "!=" | "===" | "!==" | "<=" | ">=" | "<" | ">" | "*" | "/" | "%" | "&" | "|" | "^" | ".." | "..<"
                    if token.kind == Kind::Punct =>
                {
                    self.at += 1;
                    while self.is(">") || self.is("<") || self.is("=") {
                        self.at += 1;
                    }
                    self.unary();
                    value = Value::Unknown;
                }
                "-" if token.kind == Kind::Punct && !(self.is_kotlin() && token.fresh) => {
                    self.at += 1;
                    self.unary();
                    value = Value::Unknown;
                }
                // Kotlin's functions between two values
                _ if self.is_kotlin() && !token.fresh && self.infix() => {
                    self.at += 1;
                    self.unary();
                    value = Value::Unknown;
                }
                _ => return value,
            }
        }
    }

    pub(super) fn infix(&self) -> bool {
        const WORDS: [&str; 8] = ["else", "by", "get", "set", "where", "catch", "finally", "while"];
        let starts = |ahead: usize| {
            self.peek(ahead).is_some_and(|next| !next.fresh && (next.ident().is_some() || matches!(next.kind, Kind::Str | Kind::Number)))
        };
        self.ident(0).is_some_and(|word| !WORDS.contains(&word)) && starts(1)
    }

    pub(super) fn unary(&mut self) -> Value {
        let Some(token) = self.peek(0) else { return Value::Unknown };
        match token.text {
            "-" if token.kind == Kind::Punct => {
                self.at += 1;
                return if let Value::Number(number) = self.unary() { Value::Number(-number) } else { Value::Unknown };
            }
            "!" | "++" | "--" | "+" | "~" if token.kind == Kind::Punct => {
                self.at += 1;
                self.unary();
                return Value::Unknown;
            }
            "*" if self.is_kotlin() => {
                self.at += 1;
                return self.unary();
            }
            "@" => {
                self.annotations();
                return self.unary();
            }
            _ => {}
        }
        if self.is("(") && !self.is_kotlin() && self.is_cast() {
            self.skip();
            return self.unary();
        }
        let from = self.at;
        let value = self.primary();
        self.postfix(value, from)
    }

    /// `(Type) value`.
    pub(super) fn is_cast(&self) -> bool {
        let close = self.closing(self.at);
        let inner = self.tokens.get(self.at + 1..close).unwrap_or_default();
        let is_type = !inner.is_empty()
            && inner
                .iter()
                .all(|token| token.ident().is_some() || [".", "<", ">", "[", "]", ",", "?", "&"].iter().any(|mark| token.is(mark)));
        let named = inner.first().is_some_and(|token| {
            token.text.starts_with(char::is_uppercase)
                || matches!(token.text, "int" | "long" | "short" | "byte" | "char" | "double" | "float" | "java" | "javax")
        });
        let follows = self.tokens.get(close + 1);
        is_type
            && named
            && follows.is_some_and(|next| next.ident().is_some() || matches!(next.kind, Kind::Str | Kind::Number) || next.is("("))
    }

    pub(super) fn primary(&mut self) -> Value {
        let Some(token) = self.peek(0) else { return Value::Unknown };
        let from = self.at;
        match token.kind {
            Kind::Str => {
                self.at += 1;
                return self.text(token);
            }
            Kind::Char => {
                self.at += 1;
                let inner = token.text.trim_matches('\'');
                return if inner.chars().count() == 1 { Value::Text(inner.to_owned()) } else { Value::Unknown };
            }
            Kind::Number => {
                self.at += 1;
                return token.number().map_or(Value::Unknown, Value::Number);
            }
            _ => {}
        }
        match token.text {
            "(" => self.parenthesised(),
            "{" if self.is_kotlin() => self.kotlin_lambda(),
            "[" | "{" => {
                let close = self.closing(self.at);
                self.list(close)
            }
            "true" | "false" => {
                self.at += 1;
                Value::Truth(token.text == "true")
            }
            "new" => self.creation(),
            "if" if self.is_kotlin() => self.if_expression(),
            "when" if self.is_kotlin() => self.when_expression(),
            "switch" => self.switch_expression(),
            "try" if self.is_kotlin() => self.try_expression(),
            "throw" | "return" => {
                self.at += 1;
                let ends = [";", ")", "}"].iter().any(|end| self.is(end)) || self.is_kotlin() && self.fresh();
                if !ends {
                    self.expression();
                }
                Value::Unknown
            }
            "object" if self.is_kotlin() => {
                self.class_like(Vec::new(), from);
                Value::Unknown
            }
            "fun" if self.is_kotlin() => {
                self.at += 1;
                self.anonymous_function(from)
            }
            "::" => {
                self.at += 2;
                Value::Name(self.tokens.get(self.at - 1).map_or("", |token| token.text).to_owned())
            }
            _ if token.ident().is_some() => self.name(),
            // nothing that an expression begins with
            _ => Value::Unknown,
        }
    }

    pub(super) fn name(&mut self) -> Value {
        let Some(word) = self.ident(0) else { return Value::Unknown };
        if self.is_at(self.at + 1, "->") && !self.is_kotlin() {
            let from = self.at;
            self.at += 2;
            return self.lambda(vec![Parameter { name: word.to_owned(), ..Parameter::default() }], &[word], from);
        }
        self.at += 1;
        // `label@ { }`, `this@Outer`
        if self.is_kotlin() && self.is("@") && !self.fresh() {
            self.at += 1;
            if matches!(word, "this" | "super") {
                self.at += 1;
            } else {
                return self.unary();
            }
        }
        if word == "null" {
            return Value::Name("null".into());
        }
        if self.is("(") && !(self.is_kotlin() && self.fresh()) || self.is_kotlin() && self.is("<") {
            // what is called: no field
            let owner = self.classes.iter().rev().find(|class| class.methods.contains(word));
            return Value::Name(match owner {
                _ if self.is_local(word) => word.to_owned(),
                Some(class) => self.names.own(&format!("{}.{word}", class.name)),
                None => self.names.full(word),
            });
        }
        Value::Name(self.meant(word))
    }

    /// A bare name in full: a local one stays, a field belongs to its class.
    pub(super) fn meant(&self, word: &str) -> String {
        if self.is_local(word) || matches!(word, "this" | "super" | "it") {
            return word.to_owned();
        }
        match self.classes.iter().rposition(|class| class.fields.contains(word)) {
            Some(index) if index + 1 == self.classes.len() => format!("this.{word}"),
            Some(index) => format!("{}.{word}", self.classes[index].name),
            None => self.names.full(word),
        }
    }

    pub(super) fn text(&mut self, token: crate::program::scan::Token<'t>) -> Value {
        let parts = pieces(&token, self.syntax.dialect());
        self.outline.texts.push((token.value().map(std::borrow::Cow::into_owned).unwrap_or_default(), token.at()));
        let mut values = Vec::new();
        for part in parts {
            values.push(match part {
                Piece::Text(text) => Value::Text(text),
                Piece::Code { text, offset } => self.code(text, offset),
            });
        }
        match values.len() {
            0 => Value::Text(String::new()),
            1 if matches!(values[0], Value::Text(_)) => values.remove(0),
            _ => Value::Joined(values),
        }
    }

    /// The code in a template, which stands at `offset`.
    pub(super) fn code(&mut self, text: &'t str, offset: u32) -> Value {
        let mut tokens = scan(text, self.syntax.dialect()).tokens;
        tokens.iter_mut().for_each(|token| token.offset += offset);
        let close = closings(&tokens);
        let outer = (std::mem::replace(&mut self.tokens, tokens), std::mem::replace(&mut self.close, close), std::mem::take(&mut self.at));
        let value = self.expression();
        (self.tokens, self.close, self.at) = outer;
        value
    }

    pub(super) fn parenthesised(&mut self) -> Value {
        let from = self.at;
        let close = self.closing(self.at);
        if !self.is_kotlin() && self.is_at(close + 1, "->") {
            self.locals.push(BTreeSet::new());
            let parameters = self.parameters();
            self.locals.pop();
            self.at = close + 2;
            let names: Vec<&'t str> = (from..close).filter_map(|at| self.tokens[at].ident()).collect();
            return self.lambda(parameters, &names, from);
        }
        self.at += 1;
        let value = self.expression();
        self.at = (close + 1).min(self.tokens.len());
        value
    }

    /// Values with commas between, up to `close`.
    pub(super) fn list(&mut self, close: usize) -> Value {
        self.at += 1;
        let mut values = Vec::new();
        while self.at < close {
            let from = self.at;
            values.push(self.expression());
            self.eat(",");
            if self.at == from {
                self.at += 1;
            }
        }
        self.at = (close + 1).min(self.tokens.len());
        Value::List(values)
    }

    /// `new Type(arguments) { body }`, `new String[] { ... }`.
    pub(super) fn creation(&mut self) -> Value {
        let from = self.at;
        self.at += 1;
        self.annotations();
        let mut name = String::new();
        while let Some(word) = self.ident(0) {
            name.push_str(word);
            self.at += 1;
            self.type_arguments();
            if !self.eat(".") {
                break;
            }
            name.push('.');
        }
        if self.is("[") {
            while self.is("[") {
                self.skip();
            }
            return if self.is("{") { self.list(self.closing(self.at)) } else { Value::Unknown };
        }
        let first = name.split('.').next().unwrap_or_default();
        let full = if first.starts_with(char::is_uppercase) { format!("{}{}", self.names.full(first), &name[first.len()..]) } else { name };
        let arguments = if self.is("(") { self.arguments() } else { Vec::new() };
        let value = self.call(full, None, arguments, from);
        if self.is("{") {
            let (close, context, locals) = (self.closing(self.at), self.context, self.locals.clone());
            self.at += 1;
            let class = self.class().map(|class| class.name.clone()).unwrap_or_default();
            let fields = self.field_names_of_body(close);
            self.classes.push(super::Class { name: class, fields, methods: BTreeSet::new() });
            self.members(close);
            self.classes.pop();
            (self.context, self.locals) = (context, locals);
            self.at = (close + 1).min(self.tokens.len());
        }
        value
    }
}

/// A variable without a default takes the other; anything else is one of the two.
fn with_default(value: Value, other: Value) -> Value {
    match value {
        Value::Variable { name, default: None } => Value::variable(name, Some(other)),
        value => Value::Either(vec![value, other]),
    }
}

fn joined(left: Value, right: Value) -> Value {
    let is_texty = |value: &Value| matches!(value, Value::Text(_) | Value::Joined(_));
    if let (Value::Number(left), Value::Number(right)) = (&left, &right) {
        return left.checked_add(*right).map_or(Value::Unknown, Value::Number);
    }
    if !is_texty(&left) && !is_texty(&right) {
        // names may be texts, which the resolver finds out
        if !matches!((&left, &right), (Value::Name(_) | Value::Call(_), Value::Name(_) | Value::Call(_))) {
            return Value::Unknown;
        }
    }
    let mut parts = if let Value::Joined(parts) = left { parts } else { vec![left] };
    match right {
        Value::Joined(more) => parts.extend(more),
        other => parts.push(other),
    }
    Value::Joined(parts)
}
