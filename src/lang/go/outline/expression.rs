//! Expressions.

use std::sync::Arc;

use super::{CHAIN, Parser, format};
use crate::program::scan::Kind;
use crate::program::{Argument, Call, Function, Value};

impl Parser<'_> {
    /// An expression; where none stands here, nothing is passed.
    pub(super) fn expression(&mut self) -> Value {
        if !self.down() {
            self.skip_expression();
            return Value::Unknown;
        }
        let value = self.binary();
        self.up();
        value
    }

    fn skip_expression(&mut self) {
        while let Some(token) = self.peek() {
            if token.kind == Kind::End || token.is(",") || token.is(":") {
                return;
            }
            self.pass();
        }
    }

    fn binary(&mut self) -> Value {
        let first = self.at;
        let mut value = self.unary();
        if self.at == first {
            return Value::Unknown;
        }
        while let Some(token) = self.peek().filter(|token| token.kind == Kind::Punct) {
            match token.text {
                "+" => {
                    self.at += 1;
                    let other = self.unary();
                    value = joined(value, other);
                }
                // flags of one number: all of them hold
                "|" => {
                    self.at += 1;
                    let other = self.unary();
                    value = match value {
                        Value::List(mut flags) => {
                            flags.push(other);
                            Value::List(flags)
                        }
                        value => Value::List(vec![value, other]),
                    };
                }
                "-" | "*" | "/" | "%" | "&" | "^" | "<<" | ">>" | "&^" | "==" | "!=" | "<" | ">" | "<=" | ">=" | "&&" | "||" => {
                    self.at += 1;
                    self.unary();
                    value = Value::Unknown;
                }
                _ => break,
            }
        }
        value
    }

    fn unary(&mut self) -> Value {
        let mut known = true;
        while let Some(token) = self.peek().filter(|token| token.kind == Kind::Punct) {
            match token.text {
                "&" | "*" => {}
                "-" | "+" | "!" | "^" | "<-" => known = false,
                _ => break,
            }
            self.at += 1;
        }
        let value = self.operand();
        if known { value } else { Value::Unknown }
    }

    fn operand(&mut self) -> Value {
        let Some(token) = self.peek() else { return Value::Unknown };
        let first = self.at;
        let value = match token.kind {
            Kind::Str => {
                self.at += 1;
                let text = token.value().unwrap_or_default().into_owned();
                self.out.texts.push((text.clone(), token.at()));
                Value::Text(text)
            }
            Kind::Number => {
                self.at += 1;
                token.number().map_or(Value::Unknown, Value::Number)
            }
            Kind::Char | Kind::Lifetime => {
                self.at += 1;
                Value::Unknown
            }
            Kind::Punct if token.text == "(" => self.within(Self::expression),
            Kind::Punct if token.text == "[" => self.bracketed(),
            Kind::Punct | Kind::End => return Value::Unknown,
            Kind::Ident => self.name(),
        };
        let chain = std::mem::take(&mut self.chain);
        let value = self.postfix(first, value);
        self.chain = chain;
        value
    }

    fn name(&mut self) -> Value {
        let first = self.at;
        let word = self.word().unwrap_or_default();
        match word {
            "true" | "false" => Value::Truth(word == "true"),
            "func" => self.body(first, Function::default()).map_or(Value::Unknown, Value::Function),
            "map" if self.is("[") => self.map(),
            "struct" | "interface" => {
                self.at = first;
                self.kind();
                if self.is("{") { self.elements(None) } else { Value::Unknown }
            }
            "chan" => {
                self.kind();
                Value::Unknown
            }
            _ => Value::Name(self.full(word)),
        }
    }

    /// `map[K]V{...}`.
    fn map(&mut self) -> Value {
        self.pass();
        let kind = self.kind();
        if self.is("{") { self.elements(kind.as_deref()) } else { Value::Unknown }
    }

    /// `[]T{...}`, and the conversion `[]T(x)`.
    fn bracketed(&mut self) -> Value {
        self.pass();
        let kind = self.kind();
        if self.is("{") {
            return self.elements(kind.as_deref());
        }
        if self.is("(") { self.within(Self::expression) } else { Value::Unknown }
    }

    fn postfix(&mut self, first: usize, mut value: Value) -> Value {
        while let Some(token) = self.peek().filter(|token| token.kind == Kind::Punct) {
            match token.text {
                "." if self.is_ahead(1, "(") => {
                    self.at += 1;
                    self.pass();
                }
                "." => {
                    self.at += 1;
                    let Some(field) = self.word() else { break };
                    value = self.select(first, value, field);
                }
                "(" => value = self.call(first, value, None),
                "[" => value = self.indexed(value),
                "{" if !self.bare => match value {
                    Value::Name(path) => value = self.literal(first, path),
                    _ => break,
                },
                _ => break,
            }
        }
        value
    }

    /// `value.field`, or a method's call.
    fn select(&mut self, first: usize, value: Value, field: &str) -> Value {
        let path = match &value {
            Value::Name(path) => format!("{path}.{field}"),
            Value::Call(call) => format!("{}().{field}", call.path),
            _ => field.to_owned(),
        };
        // type arguments
        if self.is("[") && self.tokens.get(self.closing(self.at) + 1).is_some_and(|next| next.is("(")) {
            self.pass();
        }
        if !self.is("(") {
            return if matches!(value, Value::Name(_) | Value::Call(_)) { Value::Name(path) } else { Value::Unknown };
        }
        let receiver = if matches!(value, Value::Name(_)) { None } else { Some(value) };
        self.call(first, Value::Name(path), receiver)
    }

    fn call(&mut self, first: usize, callee: Value, receiver: Option<Value>) -> Value {
        let arguments = self.within(Self::arguments);
        let path = match callee {
            Value::Name(path) => path,
            // what a call gives is called
            Value::Call(call) => format!("{}()", call.path),
            _ => return Value::Unknown,
        };
        if is_conversion(&path)
            && let [argument] = arguments.as_slice()
        {
            return argument.value.clone();
        }
        let text = format::formatted(&path, &arguments);
        let receiver = receiver.map(Arc::new);
        let call = Call { path, receiver, arguments, context: self.context, at: self.place(first) };
        self.out.calls.push(call.clone());
        self.chain += 1;
        if self.chain > CHAIN {
            // what is that long is data, and every call would hold all those before it
            self.chain = 0;
            return Value::Unknown;
        }
        text.unwrap_or_else(|| Value::Call(Arc::new(call)))
    }

    fn arguments(&mut self) -> Vec<Argument> {
        let mut arguments = Vec::new();
        while let Some(token) = self.peek() {
            if token.kind == Kind::End || token.is(",") {
                self.at += 1;
                continue;
            }
            let first = self.at;
            // `make([]int, 3)`, `new(T)`: a type is an argument too
            let value = self.expression();
            if self.at == first {
                self.kind();
            }
            if self.take("...") || self.at == first {
                self.at = self.at.max(first + 1);
            }
            if self.peek().is_some_and(|token| !token.is(",") && token.kind != Kind::End) {
                self.skip_expression();
            }
            arguments.push(Argument { name: None, value, at: self.place(first) });
        }
        arguments
    }

    /// `a[KEY]`, `f[T](x)`, and what cannot be followed.
    fn indexed(&mut self, value: Value) -> Value {
        let close = self.closing(self.at);
        let generic =
            matches!(value, Value::Name(_)) && self.tokens.get(close + 1).is_some_and(|next| next.is("(") && close + 1 < self.end);
        let key = self.within(|parser| {
            let key = parser.expression();
            if parser.peek().is_none() { key } else { Value::Unknown }
        });
        match (value, key) {
            (Value::Name(path), Value::Text(key)) => Value::Name(format!("{path}[{key}]")),
            (Value::Name(path), _) if generic => Value::Name(path),
            // a list in place, one of whose items it is
            (Value::List(items), _) => Value::Either(items),
            _ => Value::Unknown,
        }
    }

    /// `T{...}`: a call of the type, with its fields by name.
    fn literal(&mut self, first: usize, path: String) -> Value {
        let arguments = self.within(|parser| parser.fields_given(None));
        let arguments = arguments.into_iter().map(|(name, value, at)| Argument { name, value, at }).collect();
        let call = Call { path, receiver: None, arguments, context: self.context, at: self.place(first) };
        self.out.calls.push(call.clone());
        Value::Call(Arc::new(call))
    }

    /// The items of a list or map whose items are of the type `kind`, where it has a name.
    fn elements(&mut self, kind: Option<&str>) -> Value {
        let items = self.within(|parser| parser.fields_given(kind));
        if items.iter().any(|(name, ..)| name.is_some()) {
            let entry = |(name, value, _): (Option<String>, Value, _)| (name.map_or(Value::Unknown, Value::Text), value);
            return Value::Table(items.into_iter().map(entry).collect());
        }
        Value::List(items.into_iter().map(|(_, value, _)| value).collect())
    }

    /// What stands in a literal's brackets: names where they are given, values, places.
    fn fields_given(&mut self, kind: Option<&str>) -> Vec<(Option<String>, Value, crate::program::At)> {
        let mut given = Vec::new();
        while let Some(token) = self.peek() {
            if token.kind == Kind::End || token.is(",") {
                self.at += 1;
                continue;
            }
            let first = self.at;
            let mut name = None;
            if token.kind == Kind::Ident && self.is_ahead(1, ":") {
                name = Some(token.text.to_owned());
                self.at += 2;
            }
            let mut value = self.element(kind);
            if self.take(":") {
                name = match value {
                    Value::Text(text) | Value::Name(text) => Some(text),
                    Value::Number(number) => Some(number.to_string()),
                    _ => Some(String::new()),
                };
                value = self.element(kind);
            }
            if self.at == first {
                self.pass();
            }
            if self.peek().is_some_and(|token| !token.is(",") && token.kind != Kind::End) {
                self.skip_expression();
            }
            given.push((name, value, self.place(first)));
        }
        given
    }

    /// An item, whose type may be left out.
    fn element(&mut self, kind: Option<&str>) -> Value {
        if !self.is("{") {
            return self.expression();
        }
        if !self.down() {
            self.pass();
            return Value::Unknown;
        }
        let value = match kind {
            Some(kind) => self.literal(self.at, kind.to_owned()),
            None => self.elements(None),
        };
        self.up();
        value
    }
}

fn joined(value: Value, other: Value) -> Value {
    match (value, other) {
        (Value::Number(a), Value::Number(b)) => a.checked_add(b).map_or(Value::Unknown, Value::Number),
        // a sum of what is not known
        (Value::Number(_), _) | (_, Value::Number(_)) => Value::Unknown,
        (Value::Joined(mut parts), other) => {
            parts.push(other);
            Value::Joined(parts)
        }
        (value, other) => Value::Joined(vec![value, other]),
    }
}

/// Types whose names convert.
fn is_conversion(path: &str) -> bool {
    matches!(path, "string" | "int" | "int8" | "int16" | "int32" | "int64" | "uint" | "uint8" | "uint16" | "uint32" | "uint64" | "any")
}
