//! Branches that give a value: `if`, `when`, `switch`, `try`.

use super::Reader;
use crate::program::Value;

impl Reader<'_, '_> {
    pub(super) fn if_expression(&mut self) -> Value {
        self.at += 1;
        if self.is("(") {
            let close = self.closing(self.at);
            self.at += 1;
            self.expression();
            self.at = close + 1;
        }
        let (then, other) = self.conditionally(|reader| {
            let end = reader.tokens.len();
            let then = reader.branch_value(end);
            let other = if reader.eat("else") { Some(reader.branch_value(end)) } else { None };
            (then, other)
        });
        Value::Either(std::iter::once(then).chain(other).collect())
    }

    pub(super) fn when_expression(&mut self) -> Value {
        self.at += 1;
        if self.is("(") {
            let close = self.closing(self.at);
            self.at += 1;
            if self.eat("val") {
                self.at += 2;
            }
            self.expression();
            self.at = close + 1;
        }
        if !self.is("{") {
            return Value::Unknown;
        }
        let close = self.closing(self.at);
        self.at += 1;
        let values = self.conditionally(|reader| reader.when_branches(close));
        self.at = (close + 1).min(self.tokens.len());
        Value::Either(values)
    }

    pub(super) fn switch_expression(&mut self) -> Value {
        self.at += 1;
        if self.is("(") {
            let close = self.closing(self.at);
            self.at += 1;
            self.expression();
            self.at = close + 1;
        }
        if !self.is("{") {
            return Value::Unknown;
        }
        let close = self.closing(self.at);
        self.at += 1;
        let values = self.conditionally(|reader| {
            let mut values = Vec::new();
            while reader.at < close {
                let from = reader.at;
                while reader.at < close && !reader.is("->") && !reader.is(":") {
                    reader.at += 1;
                }
                if reader.eat("->") {
                    if reader.is("{") || reader.is("throw") {
                        let end = if reader.is("{") { reader.closing(reader.at) + 1 } else { reader.at };
                        reader.at += usize::from(reader.is("{"));
                        reader.block(end.saturating_sub(1).max(reader.at));
                        reader.at = end.max(reader.at);
                        if reader.is("throw") {
                            reader.at += 1;
                            reader.expression();
                        }
                    } else {
                        values.push(reader.expression());
                    }
                }
                reader.eat(";");
                if reader.at == from {
                    reader.at += 1;
                }
            }
            values
        });
        self.at = (close + 1).min(self.tokens.len());
        Value::Either(values)
    }

    pub(super) fn try_expression(&mut self) -> Value {
        self.at += 1;
        let end = self.tokens.len();
        let mut values = vec![self.branch_value(end)];
        while self.is("catch") || self.is("finally") {
            let is_catch = self.is("catch");
            self.at += 1;
            if self.is("(") {
                self.skip();
            }
            let value = self.conditionally(|reader| reader.branch_value(end));
            if is_catch {
                values.push(value);
            }
        }
        Value::Either(values)
    }
}
