//! Paths, and what stands behind an operand: fields, calls, indexes, literals of structures.

use std::sync::Arc;

use super::{CHAIN, Parser, format};
use crate::program::scan::{Kind, Token};
use crate::program::{Argument, Call, Check, Import, Value};

impl Parser<'_> {
    /// `a::b::<T>::c`, a macro's call, a structure's literal.
    pub(super) fn path(&mut self) -> Value {
        let first = self.at;
        let word = self.word().unwrap_or_default();
        let mut path = match word {
            "Self" => self.owner.clone().unwrap_or_else(|| word.to_owned()),
            "crate" | "self" | "super" if self.is("::") => self.absolute_path(word),
            _ if self.is("::") => self.named_in_full(word, first),
            _ => self.names.full(word),
        };
        while self.take("::") {
            if self.is("<") {
                self.skip_angles();
                continue;
            }
            let Some(part) = self.word() else { break };
            path = format!("{path}.{part}");
        }
        if self.is("!") && self.ahead(1).is_some_and(|token| token.kind == Kind::Punct && matches!(token.text, "(" | "[" | "{")) {
            self.at += 1;
            return self.macro_call(first, format!("{path}!"));
        }
        let is_type = path.rsplit('.').next().is_some_and(|name| name.starts_with(char::is_uppercase));
        if self.is("{") && !self.bare && is_type {
            return self.literal(first, path);
        }
        Value::Name(path)
    }

    /// The first word of a path. A crate needs no `use` before it is named.
    fn named_in_full(&mut self, word: &str, first: usize) -> String {
        if let Some(path) = self.names.imported(word) {
            return path.to_owned();
        }
        if word.starts_with(|c: char| c.is_ascii_lowercase()) && self.crates.insert(word.to_owned()) {
            self.out.imports.push(Import { path: word.to_owned(), name: None, context: self.context, at: self.place(first) });
        }
        word.to_owned()
    }

    /// `crate::a`, `super::super::b`, behind its first word.
    fn absolute_path(&mut self, word: &str) -> String {
        let mut path = word.to_owned();
        while self.is("::") && self.ahead(1).is_some_and(|token| token.ident().is_some()) {
            self.at += 1;
            path = format!("{path}.{}", self.word().unwrap_or_default());
        }
        self.absolute(&path)
    }

    /// `<T as Trait>::name`: the trait's, whatever the type.
    pub(super) fn qualified(&mut self) -> Value {
        let first = self.at;
        self.skip_angles();
        let inside = &self.cursor.tokens[first..self.at];
        let name = inside.iter().rev().find_map(Token::ident).unwrap_or_default();
        let mut path = self.names.full(name);
        while self.take("::") {
            let Some(part) = self.word() else { break };
            path = format!("{path}.{part}");
        }
        Value::Name(path)
    }

    fn macro_call(&mut self, first: usize, path: String) -> Value {
        if !self.down() {
            self.pass();
            return Value::Unknown;
        }
        let arguments = self.within(Self::arguments);
        self.up();
        let value = match path.as_str() {
            "format!" | "std.format!" | "format_args!" | "alloc.format!" => format::formatted(&arguments, |name| self.names.full(name)),
            "concat!" => Some(Value::Joined(arguments.iter().map(|argument| argument.value.clone()).collect())),
            "vec!" => Some(Value::List(arguments.iter().map(|argument| argument.value.clone()).collect())),
            _ => None,
        };
        let call = self.called(path, None, arguments, first);
        value.unwrap_or(call)
    }

    /// `Config { port: 80, host, ..other }`: a call of the type, with its fields by name.
    fn literal(&mut self, first: usize, path: String) -> Value {
        if !self.down() {
            self.pass();
            return Value::Unknown;
        }
        let arguments = self.within(|parser| {
            let mut arguments = Vec::new();
            while parser.peek().is_some() {
                parser.attributes();
                let begin = parser.at;
                if parser.take("..") {
                    parser.expression();
                    continue;
                }
                let Some(name) = parser.word() else {
                    parser.pass();
                    continue;
                };
                let value = if parser.take(":") { parser.expression() } else { Value::Name(parser.names.full(name)) };
                arguments.push(Argument { name: Some(name.to_owned()), value, at: parser.place(begin) });
                parser.skip_to(&[","]);
                if !parser.take(",") {
                    parser.pass();
                }
            }
            arguments
        });
        self.up();
        self.called(path, None, arguments, first)
    }

    pub(super) fn postfix(&mut self, first: usize, mut value: Value) -> Value {
        loop {
            let Some(token) = self.peek() else { return value };
            match token.text {
                "?" if token.kind == Kind::Punct => {
                    self.at += 1;
                    self.demanded(&value, first);
                }
                "." if token.kind == Kind::Punct => {
                    self.at += 1;
                    match self.peek() {
                        Some(field) if field.kind == Kind::Ident && field.text != "await" => {
                            self.at += 1;
                            value = self.select(first, value, field.text);
                        }
                        Some(field) if field.kind == Kind::Number => {
                            self.at += 1;
                            value = element(value, field.text);
                        }
                        Some(_) => self.at += 1,
                        None => return value,
                    }
                }
                "(" if token.kind == Kind::Punct => value = self.call(first, value, None),
                "[" if token.kind == Kind::Punct => value = self.indexed(value),
                "as" if token.kind == Kind::Ident => {
                    self.at += 1;
                    self.type_name();
                }
                _ => return value,
            }
        }
    }

    /// A field, or a method's call.
    fn select(&mut self, first: usize, value: Value, name: &str) -> Value {
        if self.is("::") {
            self.at += 1;
            self.skip_angles();
        }
        let path = match &value {
            Value::Name(path) => format!("{path}.{name}"),
            Value::Call(call) => format!("{}().{name}", call.path),
            _ => name.to_owned(),
        };
        if !self.is("(") {
            return if matches!(value, Value::Name(_) | Value::Call(_)) { Value::Name(path) } else { Value::Unknown };
        }
        if matches!(name, "unwrap" | "expect") {
            self.demanded(&value, first);
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
        let call = self.called(path, receiver, arguments, first);
        self.chain += 1;
        if self.chain > CHAIN {
            // what is that long is data, and every call would hold all those before it
            self.chain = 0;
            return Value::Unknown;
        }
        call
    }

    fn called(&mut self, path: String, receiver: Option<Value>, arguments: Vec<Argument>, first: usize) -> Value {
        let call = Call { path, receiver: receiver.map(Arc::new), arguments, context: self.context, at: self.place(first) };
        self.out.calls.push(call.clone());
        Value::Call(Arc::new(call))
    }

    /// `unwrap`, `expect` and `?` give up where the call that they follow gives nothing.
    fn demanded(&mut self, value: &Value, first: usize) {
        // `var("A").context("no A")?` asks for what the first call asks for
        let mut asked = value;
        while let Value::Call(call) = asked
            && let Some(receiver) = call.receiver.as_deref()
        {
            asked = receiver;
        }
        let Value::Call(call) = asked else { return };
        let names = |argument: &Argument| matches!(argument.value, Value::Text(_) | Value::Name(_));
        if call.arguments.first().is_some_and(names) {
            let at = self.place(first);
            self.out.checks.push(Check { missing: value.clone(), block: at, gives_up: true, context: self.context, at });
        }
    }

    fn indexed(&mut self, value: Value) -> Value {
        let key = self.within(|parser| {
            let key = parser.expression();
            if parser.peek().is_none() { key } else { Value::Unknown }
        });
        match (value, key) {
            (Value::Name(path), Value::Text(key)) => Value::Name(format!("{path}[{key}]")),
            (Value::List(items), Value::Number(number)) => element(Value::List(items), &number.to_string()),
            _ => Value::Unknown,
        }
    }
}

/// `value.0`.
fn element(value: Value, number: &str) -> Value {
    match value {
        Value::List(items) => number.parse::<usize>().ok().and_then(|number| items.into_iter().nth(number)).unwrap_or_default(),
        Value::Name(path) => Value::Name(format!("{path}.{number}")),
        Value::Call(call) => Value::Name(format!("{}().{number}", call.path)),
        _ => Value::Unknown,
    }
}
