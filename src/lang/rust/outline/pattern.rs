//! Patterns, as far as they bind names.

use std::ops::Range;

use super::Parser;
use crate::program::scan::Token;
use crate::program::{Binding, Value};

impl<'t> Parser<'t> {
    /// Passes a pattern up to one of these; gives its tokens.
    pub(super) fn pattern(&mut self, ends: &[&str]) -> Range<usize> {
        let first = self.at;
        while let Some(token) = self.peek() {
            if ends.iter().any(|end| token.is(end)) || token.is(";") {
                break;
            }
            self.pass();
        }
        first..self.at
    }

    /// Binds the names of a pattern to what a value gives them.
    pub(super) fn bind(&mut self, pattern: Range<usize>, kind: Option<&str>, value: &Value, first: usize) {
        let tokens = &self.cursor.tokens[pattern.clone()];
        let words: Vec<&'t str> = tokens.iter().filter_map(Token::ident).filter(|word| !matches!(*word, "mut" | "ref" | "box")).collect();
        let names = words.iter().filter(|word| is_variable(word));
        match tokens {
            // `(a, b)`: one result each
            [open, ..] if open.is("(") => {
                for (result, name) in names.clone().enumerate() {
                    self.binding(name, None, value.clone(), result, first);
                }
            }
            _ if words.len() == 1 => {
                for name in names.clone() {
                    self.binding(name, kind.map(str::to_owned), value.clone(), 0, first);
                }
            }
            // `Some(a)`, `Ok(a)`: what is inside
            [_, open, ..] if open.is("(") => {
                if let [_, name] = words.as_slice()
                    && is_variable(name)
                {
                    self.binding(name, None, value.clone(), 0, first);
                }
            }
            // `Config { port, host: h, .. }`: the fields
            _ => {
                for name in names.clone() {
                    let field = match value {
                        Value::Name(path) => Value::Name(format!("{path}.{name}")),
                        Value::Call(call) => Value::Name(format!("{}().{name}", call.path)),
                        _ => Value::Unknown,
                    };
                    self.binding(name, None, field, 0, first);
                }
            }
        }
        names.for_each(|name| self.declare(name));
    }

    fn binding(&mut self, name: &str, kind: Option<String>, value: Value, result: usize, first: usize) {
        if name == "_" {
            return;
        }
        self.out.bindings.push(Binding {
            target: name.to_owned(),
            kind,
            value,
            result: u32::try_from(result).unwrap_or(u32::MAX),
            declares: true,
            context: self.context,
            at: self.place(first),
        });
    }
}

/// Whether a word of a pattern is a name that it binds.
fn is_variable(word: &str) -> bool {
    word.starts_with(|c: char| c.is_lowercase() || c == '_') && !matches!(word, "true" | "false" | "self" | "crate" | "super" | "in" | "if")
}
