//! Receivers, parameters and results.

use super::Parser;
use crate::program::Parameter;
use crate::program::scan::{Kind, Token};

impl<'t> Parser<'t> {
    /// A method's receiver: its name and its type's.
    pub(super) fn receiver(&mut self) -> (Option<&'t str>, String) {
        self.within(|parser| {
            let name = if parser.ahead(1).is_some() && !parser.is("*") { parser.word() } else { None };
            parser.take("*");
            let owner = parser.word().unwrap_or_default().to_owned();
            (name, owner)
        })
    }

    /// The parameters in the brackets that open here, with their names as they stand in the text.
    pub(super) fn parameters(&mut self) -> Vec<(&'t str, Parameter)> {
        let items = self.within(Self::items);
        let text = |first: usize, end: usize| self.text_of(first, end);
        let named = items.iter().any(|(first, end)| self.is_named(*first, *end));
        if !named {
            return items.iter().map(|(first, end)| ("_", Parameter { kind: Some(text(*first, *end)), ..Parameter::default() })).collect();
        }
        let mut kind = None;
        let mut parameters: Vec<(&'t str, Parameter)> = Vec::new();
        // `a, b string`: the type stands behind the last name
        for (first, end) in items.into_iter().rev() {
            if end - first > 1 {
                kind = Some(text(first + 1, end));
            }
            let name = self.tokens[first].ident().unwrap_or("_");
            parameters.push((name, Parameter { name: name.to_owned(), kind: kind.clone(), ..Parameter::default() }));
        }
        parameters.reverse();
        parameters
    }

    /// The tokens of what stands apart by commas: the first, and the one behind the last.
    fn items(&mut self) -> Vec<(usize, usize)> {
        let mut items = Vec::new();
        let mut first = self.at;
        while let Some(token) = self.peek() {
            if token.kind == Kind::Punct && token.text == "," {
                items.push((first, self.at));
                first = self.at + 1;
            }
            self.pass();
        }
        items.push((first, self.at));
        items.retain(|(first, end)| first < end);
        items
    }

    fn is_named(&self, first: usize, end: usize) -> bool {
        let is_type = |word: &str| matches!(word, "map" | "chan" | "func" | "struct" | "interface");
        let name = self.tokens[first].ident().filter(|word| !is_type(word));
        name.is_some() && end - first > 1 && !self.tokens[first + 1].is(".")
    }

    /// Passes what a function gives, up to its body; gives the first type as it is written.
    pub(super) fn results(&mut self) -> Option<String> {
        let first = self.at;
        if self.is("(") {
            let items = self.within(Self::items);
            let (first, end) = items.into_iter().next()?;
            let first = if self.is_named(first, end) { first + 1 } else { first };
            return Some(self.text_of(first, end));
        }
        if self.is("{") || !self.peek().is_some_and(starts_type) {
            return None;
        }
        self.kind();
        Some(self.written(first))
    }
}

/// Whether a type may begin with it.
pub(super) fn starts_type(token: &Token<'_>) -> bool {
    token.kind == Kind::Ident || matches!(token.text, "*" | "[" | "(" | "<-")
}

/// Whether only test code has such a parameter.
pub(super) fn is_test(parameter: &Parameter) -> bool {
    parameter.kind.as_deref().is_some_and(|kind| matches!(kind, "*testing.T" | "*testing.B" | "*testing.M" | "*testing.F" | "testing.TB"))
}
