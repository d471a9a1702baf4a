//! Tests for what is missing: `if dsn == "" { ... }`, `if !found { ... }`.

use std::ops::Range;

use super::Parser;
use crate::program::scan::Kind;
use crate::program::{At, Check, Value};

impl Parser<'_> {
    /// How many values the function gives back so far.
    pub(super) fn returned(&self) -> usize {
        self.context.function.and_then(|number| self.out.functions.get(number as usize)).map_or(0, |function| function.returns.len())
    }

    /// Notes what the condition tests, whose block was just read; `returned` values were known before it.
    pub(super) fn checks(&mut self, condition: Range<usize>, block: usize, returned: usize, first: usize) {
        let place = self.place_of(block, self.at);
        let operands = self.operands(condition);
        if operands.is_empty() {
            return;
        }
        let gives_up = self.returns_error(returned) || self.panics(place);
        let at = self.place_of(first, block);
        for missing in operands {
            self.out.checks.push(Check { missing, block: place, gives_up, context: self.context, at });
        }
    }

    fn returns_error(&self, returned: usize) -> bool {
        let Some(function) = self.context.function.and_then(|number| self.out.functions.get(number as usize)) else { return false };
        let is_error = |value: &Value| match value {
            Value::Call(call) => matches!(call.path.as_str(), "errors.New" | "fmt.Errorf") || call.method().contains("Err"),
            Value::Name(name) => name.rsplit('.').next().is_some_and(|name| name.starts_with("err") || name.starts_with("Err")),
            _ => false,
        };
        function.returns.iter().skip(returned).any(|value| match value {
            Value::List(values) => values.last().is_some_and(is_error),
            value => is_error(value),
        })
    }

    fn panics(&self, block: At) -> bool {
        let inside = self.out.calls.iter().rev().take_while(|call| call.at.start >= block.start);
        inside.filter(|call| call.at.end <= block.end).any(|call| call.path == "panic")
    }

    /// What the operands of the condition find missing; none where it takes more than one thing.
    fn operands(&mut self, condition: Range<usize>) -> Vec<Value> {
        let mut parts = Vec::new();
        let mut from = condition.start;
        let mut at = condition.start;
        while at < condition.end {
            let token = &self.tokens[at];
            if token.kind == Kind::Punct {
                match token.text {
                    "&&" => return Vec::new(),
                    "||" => {
                        parts.push(from..at);
                        from = at + 1;
                    }
                    "(" | "[" | "{" => at = self.closing(at),
                    _ => {}
                }
            }
            at += 1;
        }
        parts.push(from..condition.end);
        parts.into_iter().filter_map(|part| self.operand_missing(part)).collect()
    }

    fn operand_missing(&mut self, part: Range<usize>) -> Option<Value> {
        let tokens = self.tokens.get(part.clone())?;
        let subject = match tokens {
            [not, ..] if not.is("!") => part.start + 1..part.end,
            [.., equals, empty] if equals.is("==") && (empty.text == "\"\"" || empty.text == "``" || empty.is("nil")) => {
                part.start..part.end - 2
            }
            [len, open, .., close, equals, zero]
                if len.is("len") && open.is("(") && close.is(")") && equals.is("==") && zero.text == "0" =>
            {
                part.start + 2..part.end - 3
            }
            _ => return None,
        };
        let value = self.again(subject)?;
        let Value::Name(name) = &value else { return Some(value) };
        // `v, ok := f()`: what is missing is the value
        let told = self.out.bindings.iter().rev().find(|binding| binding.target == *name);
        Some(told.filter(|binding| binding.result > 0).map_or(value.clone(), |binding| binding.value.clone()))
    }

    /// The value of tokens that were read before; what they call is not noted again.
    fn again(&mut self, tokens: Range<usize>) -> Option<Value> {
        if self.tokens[tokens.clone()].iter().any(|token| token.is("{")) {
            return None;
        }
        let saved = (self.at, self.end, self.out.calls.len(), self.out.functions.len(), self.out.texts.len(), self.out.bindings.len());
        (self.at, self.end) = (tokens.start, tokens.end);
        let value = self.expression();
        let whole = self.at == tokens.end;
        (self.at, self.end) = (saved.0, saved.1);
        self.out.calls.truncate(saved.2);
        self.out.functions.truncate(saved.3);
        self.out.texts.truncate(saved.4);
        self.out.bindings.truncate(saved.5);
        (whole && !matches!(value, Value::Unknown | Value::Function(_))).then_some(value)
    }
}
