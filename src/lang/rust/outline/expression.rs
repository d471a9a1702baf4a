//! Expressions, but for what stands behind an operand.

use super::Parser;
use crate::program::scan::{Kind, Token};
use crate::program::{Argument, Binding, Function, Parameter, Value};

impl<'t> Parser<'t> {
    /// An expression; where none stands here, nothing is passed.
    pub(super) fn expression(&mut self) -> Value {
        if !self.down() {
            self.skip_to(&[",", "=>"]);
            return Value::Unknown;
        }
        let value = self.binary();
        self.up();
        value
    }

    fn binary(&mut self) -> Value {
        let first = self.at;
        let mut value = self.operand_chain();
        if self.at == first {
            return Value::Unknown;
        }
        while let Some(token) = self.peek().filter(|token| token.kind == Kind::Punct) {
            match token.text {
                "+" => {
                    self.at += 1;
                    let other = self.operand_chain();
                    value = joined(value, other);
                }
                "=" => {
                    self.at += 1;
                    let given = self.expression();
                    self.assigned(&value, given, first);
                    return Value::Unknown;
                }
                "-" | "*" | "/" | "%" | "&" | "|" | "^" | "<" | ">" | "==" | "!=" | "<=" | "+=" | "-=" | "*=" | "/=" | "%=" | "^="
                | ".." | "..=" => {
                    self.at += 1;
                    // `||`, `&&`, `<<`, `>>`, `>=`
                    while self.is(token.text) || self.is("=") {
                        self.at += 1;
                    }
                    if !(self.bare && self.is("{")) {
                        self.operand_chain();
                    }
                    value = Value::Unknown;
                }
                _ => break,
            }
        }
        value
    }

    fn assigned(&mut self, target: &Value, value: Value, first: usize) {
        if let Value::Name(target) = target {
            self.out.bindings.push(Binding {
                target: target.clone(),
                value,
                context: self.context,
                at: self.place(first),
                ..Binding::default()
            });
        }
    }

    /// An operand with what stands before and behind it.
    pub(super) fn operand_chain(&mut self) -> Value {
        let mut known = true;
        while let Some(token) = self.peek() {
            match token.text {
                "&" | "*" if token.kind == Kind::Punct => {}
                "mut" if token.kind == Kind::Ident => {}
                "-" | "!" | ".." | "..=" if token.kind == Kind::Punct => known = false,
                _ => break,
            }
            self.at += 1;
        }
        let first = self.at;
        let value = self.operand();
        let chain = std::mem::take(&mut self.chain);
        let value = self.postfix(first, value);
        self.chain = chain;
        if known { value } else { Value::Unknown }
    }

    fn operand(&mut self) -> Value {
        let Some(token) = self.peek() else { return Value::Unknown };
        match token.kind {
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
            Kind::Lifetime => {
                // a label
                self.at += 1;
                if self.take(":") { self.marked() } else { Value::Unknown }
            }
            Kind::Char => {
                self.at += 1;
                Value::Unknown
            }
            Kind::Punct => match token.text {
                "(" => self.parenthesised(),
                "[" => self.array(),
                "{" if !self.bare => self.block(),
                "|" => self.closure(),
                "<" => self.qualified(),
                "::" => {
                    self.at += 1;
                    self.marked()
                }
                "#" if self.is_ahead(1, "[") => {
                    self.attributes();
                    self.marked()
                }
                _ => Value::Unknown,
            },
            Kind::End => Value::Unknown,
            Kind::Ident => self.word_operand(token.text),
        }
    }

    /// An operand behind a mark of its own: text may hold any number of those.
    fn marked(&mut self) -> Value {
        if !self.down() {
            return Value::Unknown;
        }
        let value = self.operand();
        self.up();
        value
    }

    fn word_operand(&mut self, word: &str) -> Value {
        match word {
            "true" | "false" => {
                self.at += 1;
                Value::Truth(word == "true")
            }
            "if" => self.if_expression(),
            "match" => self.match_expression(),
            "while" => {
                self.at += 1;
                self.scope(|parser| {
                    parser.condition();
                    parser.block()
                });
                Value::Unknown
            }
            "for" => self.for_expression(),
            "loop" => {
                self.at += 1;
                self.block();
                Value::Unknown
            }
            "unsafe" | "const" if self.is_ahead(1, "{") => {
                self.at += 1;
                self.block()
            }
            "async" if self.is_ahead(1, "{") || (self.is_ahead(1, "move") && self.is_ahead(2, "{")) => {
                self.at += if self.is_ahead(1, "move") { 2 } else { 1 };
                self.block()
            }
            "async" | "move" | "static" => {
                self.at += 1;
                self.marked()
            }
            "return" | "break" => {
                self.at += 1;
                let value = self.expression();
                if word == "return" {
                    self.returns(value);
                }
                Value::Unknown
            }
            "continue" => {
                self.at += 1;
                Value::Unknown
            }
            "as" | "in" | "else" | "where" | "let" => Value::Unknown,
            _ => self.path(),
        }
    }

    fn for_expression(&mut self) -> Value {
        let first = self.at;
        self.at += 1;
        self.scope(|parser| {
            let pattern = parser.pattern(&["in"]);
            parser.take("in");
            let items = parser.head(Self::expression);
            parser.bind(pattern, None, &items, first);
            parser.block();
        });
        Value::Unknown
    }

    fn parenthesised(&mut self) -> Value {
        let items = self.within(Self::listed);
        let [(item, comma)] = items.as_slice() else { return Value::List(items.into_iter().map(|(value, _)| value).collect()) };
        if *comma { Value::List(vec![item.clone()]) } else { item.clone() }
    }

    /// `[a, b]`, and `[a; 4]`.
    fn array(&mut self) -> Value {
        // more of the same say nothing more
        const MOST: i64 = 16;
        self.within(|parser| {
            let items = parser.listed();
            let mut values: Vec<Value> = items.into_iter().map(|(value, _)| value).collect();
            if parser.take(";") {
                let count = parser.expression();
                if let (Value::Number(count @ 0..=MOST), Some(value)) = (count, values.first().cloned()) {
                    values = (0..count).map(|_| value.clone()).collect();
                } else {
                    return Value::Unknown;
                }
            }
            Value::List(values)
        })
    }

    /// Expressions apart by commas, and whether a comma follows.
    fn listed(&mut self) -> Vec<(Value, bool)> {
        let mut values = Vec::new();
        while self.peek().is_some() && !self.is(";") {
            let value = self.expression();
            self.skip_to(&[","]);
            values.push((value, self.take(",")));
        }
        values
    }

    /// The arguments of a call or macro, up to the bracket that closes them.
    pub(super) fn arguments(&mut self) -> Vec<Argument> {
        let mut arguments = Vec::new();
        while self.peek().is_some() {
            let first = self.at;
            let name = self.peek().and_then(Token::ident).filter(|_| self.is_ahead(1, "="));
            if name.is_some() {
                self.at += 2;
            }
            let value = self.expression();
            self.skip_to(&[","]);
            arguments.push(Argument { name: name.map(str::to_owned), value, at: self.place(first) });
            if !self.take(",") {
                self.pass();
            }
        }
        arguments
    }

    /// `|a, b| value`.
    fn closure(&mut self) -> Value {
        let first = self.at;
        self.at += 1;
        let mut names = Vec::new();
        let mut parameters = Vec::new();
        while self.peek().is_some_and(|token| !token.is("|")) {
            let begin = self.at;
            self.skip_to(&["|", ":", ","]);
            let words = self.cursor.tokens[begin..self.at].iter().filter_map(Token::ident);
            let words: Vec<&'t str> = words.filter(|word| !matches!(*word, "mut" | "ref" | "move")).collect();
            let kind = if self.take(":") { Some(self.kind(&["|", ","])) } else { None };
            if let Some(name) = words.last() {
                parameters.push(Parameter { name: (*name).to_owned(), kind, ..Parameter::default() });
            }
            names.extend(words);
            if !self.take(",") && self.at == begin {
                break;
            }
        }
        self.take("|");
        let at = self.place(first);
        if self.is("->") {
            self.skip_to(&["{"]);
        }
        let function = Function { parameters, at, ..Function::default() };
        Value::Function(self.function(function, &names, |parser| Some(parser.expression())))
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
