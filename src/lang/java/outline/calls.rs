//! Calls: names, arguments, and what stands behind a dot.

use std::sync::Arc;

use super::Reader;
use crate::program::scan::Kind;
use crate::program::{Argument, Call, Value};

/// How many steps of a chain are kept, dots and brackets; what comes behind is unknown.
const CHAIN: usize = 48;

impl Reader<'_, '_> {
    pub(super) fn call(&mut self, path: String, receiver: Option<Arc<Value>>, arguments: Vec<Argument>, from: usize) -> Value {
        let call = Call { path, receiver, arguments, context: self.context, at: self.span(from) };
        self.outline.calls.push(call.clone());
        Value::Call(Arc::new(call))
    }

    /// What stands between the brackets of a call.
    pub(super) fn arguments(&mut self) -> Vec<Argument> {
        let close = self.closing(self.at);
        self.at += 1;
        let mut arguments = Vec::new();
        while self.at < close {
            let from = self.at;
            let named = self.ident(0).filter(|_| self.is_at(self.at + 1, "=")).map(str::to_owned);
            if named.is_some() {
                self.at += 2;
            }
            let value = self.expression();
            // what is left of an expression that nobody understood makes it unknown
            let rest = self.at;
            while self.at < close && !self.is(",") {
                self.at = if self.is("(") || self.is("{") || self.is("[") { self.closing(self.at) + 1 } else { self.at + 1 };
            }
            let value = if self.at > rest { Value::Unknown } else { value };
            arguments.push(Argument { name: named, value, at: self.span(from) });
            self.eat(",");
        }
        self.at = (close + 1).min(self.tokens.len());
        arguments
    }

    /// Calls, members and elements behind a value.
    pub(super) fn postfix(&mut self, mut value: Value, from: usize) -> Value {
        let mut chain = 0;
        loop {
            chain += 1;
            if chain > CHAIN {
                // what is that long is data, and every step would hold all those before it
                (value, chain) = (Value::Unknown, 0);
            }
            let Some(token) = self.peek(0) else { return value };
            match token.text {
                "." | "?." if token.kind == Kind::Punct => {
                    self.at += 1;
                    self.type_arguments();
                    let Some(word) = self.ident(0) else { return value };
                    self.at += 1;
                    match (word, value) {
                        ("class", Value::Name(name)) => return Value::Name(format!("{name}.class")),
                        ("class" | "new", _) => return Value::Unknown,
                        (_, before) => value = before,
                    }
                    value = self.member_of(value, word, from);
                }
                "::" => {
                    self.at += 1;
                    let word = self.ident(0).unwrap_or_default().to_owned();
                    self.at += 1;
                    value = match value {
                        Value::Name(name) if word != "class" => Value::Name(format!("{name}.{word}")),
                        _ => Value::Unknown,
                    };
                }
                "!!" | "++" | "--" => self.at += 1,
                "[" if !(self.is_kotlin() && token.fresh) => {
                    let close = self.closing(self.at);
                    let key = self.list(close);
                    let Value::List(mut keys) = key else { return Value::Unknown };
                    let key = keys.pop().unwrap_or_default();
                    let at = self.span(from);
                    let arguments = vec![Argument { name: None, value: key, at }];
                    value = self.method(value, "get", arguments, from);
                }
                "(" if !(self.is_kotlin() && token.fresh) => {
                    let mut arguments = self.arguments();
                    arguments.extend(self.trailing());
                    value = self.called(value, arguments, from);
                }
                "<" if self.is_kotlin() && matches!(value, Value::Name(_)) => {
                    let at = self.at;
                    if !(self.type_arguments() && (self.is("(") || self.is("{"))) {
                        self.at = at;
                        return value;
                    }
                }
                "{" if self.is_kotlin() && !token.fresh && matches!(&value, Value::Name(name) if Self::takes_block(name)) => {
                    let arguments: Vec<_> = self.trailing().into_iter().collect();
                    value = self.called(value, arguments, from);
                }
                _ => return value,
            }
        }
    }

    /// Whether a name with a block behind it is a call, and not the head of something: `routing { ... }`.
    pub(super) fn takes_block(name: &str) -> bool {
        let last = name.rsplit('.').next().unwrap_or(name);
        last.starts_with(char::is_lowercase) && !matches!(last, "else" | "try" | "do" | "finally" | "get" | "set" | "init")
    }

    /// Kotlin's block behind the brackets of a call.
    pub(super) fn trailing(&mut self) -> Option<Argument> {
        let from = self.at;
        if !(self.is_kotlin() && self.is("{") && !self.fresh()) {
            return None;
        }
        let value = self.kotlin_lambda();
        Some(Argument { name: None, value, at: self.span(from) })
    }

    pub(super) fn member_of(&mut self, value: Value, word: &str, from: usize) -> Value {
        self.type_arguments_before_call();
        if self.is("(") && !(self.is_kotlin() && self.fresh()) {
            let mut arguments = self.arguments();
            arguments.extend(self.trailing());
            return self.method(value, word, arguments, from);
        }
        if self.is_kotlin() && self.is("{") && !self.fresh() && word.starts_with(char::is_lowercase) {
            let arguments: Vec<_> = self.trailing().into_iter().collect();
            return self.method(value, word, arguments, from);
        }
        match value {
            Value::Name(name) => Value::Name(format!("{name}.{word}")),
            // an attribute of more than a name
            other => self.method(other, word, Vec::new(), from),
        }
    }

    pub(super) fn type_arguments_before_call(&mut self) {
        let at = self.at;
        if self.is_kotlin() && self.is("<") && !(self.type_arguments() && (self.is("(") || self.is("{"))) {
            self.at = at;
        }
    }

    pub(super) fn called(&mut self, value: Value, arguments: Vec<Argument>, from: usize) -> Value {
        match value {
            Value::Name(name) => self.call(name, None, arguments, from),
            other => self.method(other, "invoke", arguments, from),
        }
    }

    pub(super) fn method(&mut self, value: Value, word: &str, arguments: Vec<Argument>, from: usize) -> Value {
        match value {
            Value::Name(name) => self.call(format!("{name}.{word}"), None, arguments, from),
            Value::Call(before) => {
                let path = format!("{}().{word}", before.path);
                self.call(path, Some(Arc::new(Value::Call(before))), arguments, from)
            }
            other => self.call(word.to_owned(), Some(Arc::new(other)), arguments, from),
        }
    }
}
