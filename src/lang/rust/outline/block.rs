//! Blocks and statements, `if` and `match`, and the tests for what is missing.

use std::ops::Range;

use super::Parser;
use crate::program::scan::Token;
use crate::program::{At, Check, Value};

impl Parser<'_> {
    /// The block that opens here; gives its last expression.
    pub(super) fn block(&mut self) -> Value {
        if !self.is("{") {
            return Value::Unknown;
        }
        if !self.down() {
            self.pass();
            return Value::Unknown;
        }
        let value = self.scope(|parser| parser.within(Self::statements));
        self.up();
        value
    }

    fn statements(&mut self) -> Value {
        let mut last = Value::Unknown;
        while self.peek().is_some() {
            let before = self.at;
            if self.take(";") {
                last = Value::Unknown;
                continue;
            }
            if self.is("let") {
                self.let_statement();
                last = Value::Unknown;
            } else if !self.item() {
                last = self.expression();
            } else {
                last = Value::Unknown;
            }
            if self.at == before {
                self.pass();
            }
        }
        last
    }

    /// `let pattern: T = value else { ... };`.
    fn let_statement(&mut self) {
        let first = self.at;
        self.at += 1;
        let pattern = self.pattern(&[":", "="]);
        let kind = if self.take(":") { Some(self.kind(&["="])) } else { None };
        if !self.take("=") {
            let words: Vec<_> = self.cursor.tokens[pattern].iter().filter_map(Token::ident).collect();
            for name in words {
                self.declare(name);
            }
            return;
        }
        let returned = self.returned();
        let value = self.expression();
        let tested = self.at;
        self.bind(pattern, kind.as_deref(), &value, first);
        if self.take("else") {
            let block = self.at;
            self.conditional(Self::block);
            self.check(value, self.place_of(block, self.at), returned, self.place_of(first, tested));
        }
    }

    /// `if`, with what its branches give.
    pub(super) fn if_expression(&mut self) -> Value {
        if !self.down() {
            self.skip_to(&[]);
            return Value::Unknown;
        }
        let mut values = Vec::new();
        let first = self.at;
        self.at += 1;
        let begin = self.names.begin();
        let missing = self.condition();
        let (returned, block) = (self.returned(), self.at);
        values.push(self.conditional(Self::block));
        self.names.end(begin);
        let place = self.place_of(block, self.at);
        for value in missing {
            self.check(value, place, returned, self.place_of(first, block));
        }
        if self.take("else") {
            values.push(self.conditional(|parser| if parser.is("if") { parser.if_expression() } else { parser.block() }));
        }
        self.up();
        either(values)
    }

    /// Reads the condition of `if` or `while`; gives what it finds missing.
    pub(super) fn condition(&mut self) -> Vec<Value> {
        let first = self.at;
        self.head(|parser| {
            loop {
                if parser.take("let") {
                    let pattern = parser.pattern(&["="]);
                    let start = pattern.start;
                    parser.take("=");
                    let value = parser.operand_chain();
                    parser.conditional(|parser| parser.bind(pattern, None, &value, start));
                } else {
                    parser.operand_chain();
                }
                if !(parser.is("&") && parser.is_ahead(1, "&")) {
                    break;
                }
                parser.at += 2;
            }
        });
        // behind an operator there is more of it
        if !self.is("{") {
            self.head(|parser| {
                while parser.peek().is_some() && !parser.is("{") {
                    let before = parser.at;
                    parser.expression();
                    if parser.at == before {
                        parser.pass();
                    }
                }
            });
        }
        self.missing(first..self.at)
    }

    /// `a.is_empty() || b.is_none()` finds both missing; with `&&` nothing is certain.
    fn missing(&mut self, condition: Range<usize>) -> Vec<Value> {
        let tokens = &self.cursor.tokens[condition.clone()];
        if tokens.iter().any(|token| matches!(token.text, "{" | "&" | "let" | "!")) {
            return Vec::new();
        }
        let mut found = Vec::new();
        let mut from = condition.start;
        let mut ends: Vec<usize> =
            tokens.windows(2).enumerate().filter(|(_, pair)| pair[0].is("|") && pair[1].is("|")).map(|(at, _)| at).collect();
        ends.push(tokens.len());
        for end in ends {
            let end = condition.start + end;
            if let [.., dot, method, open, close] = &self.cursor.tokens[from.min(end)..end]
                && dot.is(".")
                && matches!(method.text, "is_empty" | "is_none" | "is_err")
                && open.is("(")
                && close.is(")")
            {
                found.extend(self.again(from..end - 4));
            }
            from = end + 2;
        }
        found
    }

    /// The value of tokens that were read before; what they call is not noted again.
    fn again(&mut self, tokens: Range<usize>) -> Option<Value> {
        let (at, end, calls, texts) = (self.at, self.end, self.out.calls.len(), self.out.texts.len());
        (self.at, self.end) = (tokens.start, tokens.end);
        let value = self.operand_chain();
        let whole = self.at == tokens.end;
        (self.at, self.end) = (at, end);
        self.out.calls.truncate(calls);
        self.out.texts.truncate(texts);
        (whole && value != Value::Unknown).then_some(value)
    }

    pub(super) fn match_expression(&mut self) -> Value {
        self.at += 1;
        let value = self.head(Self::expression);
        if !self.is("{") {
            return Value::Unknown;
        }
        if !self.down() {
            self.pass();
            return Value::Unknown;
        }
        let values = self.conditional(|parser| parser.within(|parser| parser.arms(&value)));
        self.up();
        either(values)
    }

    fn arms(&mut self, matched: &Value) -> Vec<Value> {
        let mut values = Vec::new();
        while self.peek().is_some() {
            let (compiled, _) = self.attributes();
            let first = self.at;
            let begin = self.names.begin();
            let pattern = self.pattern(&["=>", "if"]);
            let returned = self.returned();
            self.bind(pattern.clone(), None, matched, first);
            if self.take("if") {
                self.expression();
            }
            if !self.take("=>") {
                self.pass();
                continue;
            }
            let (arm, calls) = (self.at, self.out.calls.len());
            let value = self.expression();
            self.names.end(begin);
            self.take(",");
            if !compiled {
                self.out.calls.truncate(calls);
                continue;
            }
            let fails = matches!(self.cursor.tokens[pattern.clone()].first().map(|token| token.text), Some("Err" | "None"));
            if fails && matches!(matched, Value::Call(_)) {
                self.check(matched.clone(), self.place_of(arm, self.at), returned, self.place_of(first, arm));
            }
            values.push(value);
        }
        values
    }

    /// How many values the function gives back so far.
    fn returned(&self) -> usize {
        self.context.function.and_then(|number| self.out.functions.get(number as usize)).map_or(0, |function| function.returns.len())
    }

    /// Notes a test, whose block was just read; `returned` values were known before it.
    fn check(&mut self, missing: Value, block: At, returned: usize, at: At) {
        let gives_up = self.panics(block) || self.returns_error(returned);
        self.out.checks.push(Check { missing, block, gives_up, context: self.context, at });
    }

    fn panics(&self, block: At) -> bool {
        const PANIC: [&str; 5] = ["panic!", "unreachable!", "todo!", "anyhow.bail!", "bail!"];
        let inside = self.out.calls.iter().rev().take_while(|call| call.at.start >= block.start);
        inside.filter(|call| call.at.end <= block.end).any(|call| PANIC.contains(&call.path.as_str()))
    }

    fn returns_error(&self, returned: usize) -> bool {
        let Some(function) = self.context.function.and_then(|number| self.out.functions.get(number as usize)) else { return false };
        function.returns.iter().skip(returned).any(|value| matches!(value, Value::Call(call) if call.path == "Err"))
    }
}

/// One of several; those that say nothing count as long as another says something.
fn either(mut values: Vec<Value>) -> Value {
    if values.iter().all(|value| *value == Value::Unknown) {
        return Value::Unknown;
    }
    if values.len() == 1 { values.pop().unwrap_or_default() } else { Value::Either(values) }
}
