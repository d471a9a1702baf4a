//! Types, as far as their names matter, and the parameters of functions.

use super::Parser;
use crate::program::Parameter;
use crate::program::scan::{Kind, Token};

impl<'t> Parser<'t> {
    /// Passes a type up to one of these; gives it as it is written.
    pub(super) fn kind(&mut self, ends: &[&str]) -> String {
        let first = self.at;
        self.skip_to(ends);
        self.written(first)
    }

    /// The name of the type that an `impl` or a base names, without references and type arguments.
    pub(super) fn type_name(&mut self) -> String {
        while self.is("&") || self.is("mut") || self.is("dyn") || self.peek().is_some_and(|token| token.kind == Kind::Lifetime) {
            self.at += 1;
        }
        let mut name = String::new();
        while let Some(word) = self.word() {
            name = if name.is_empty() { self.names.full(word) } else { format!("{name}.{word}") };
            self.skip_angles();
            if !self.take("::") {
                break;
            }
            self.skip_angles();
        }
        name
    }

    /// The parameters in the brackets that open here without `self`, and all names that they declare.
    pub(super) fn parameters(&mut self) -> (Vec<Parameter>, Vec<&'t str>) {
        let mut parameters = Vec::new();
        let mut names = Vec::new();
        self.within(|parser| {
            while parser.peek().is_some() {
                let annotations = parser.attributes().1;
                let first = parser.at;
                parser.skip_to(&[":", ","]);
                let pattern = &parser.cursor.tokens[first..parser.at];
                let is_self = pattern.iter().any(|token| token.is("self"));
                // `State(app): State<App>` declares `app`
                let words = || pattern.iter().filter_map(Token::ident).filter(|word| !matches!(*word, "mut" | "ref"));
                names.extend(words().filter(|word| !word.starts_with(char::is_uppercase)));
                let name = words().next_back().unwrap_or("_").to_owned();
                let kind = if parser.take(":") { Some(parser.kind(&[","])) } else { None };
                if !is_self && parser.at > first {
                    parameters.push(Parameter { name, kind, default: None, annotations });
                }
                if !parser.take(",") && parser.at == first {
                    parser.at += 1;
                }
            }
        });
        (parameters, names)
    }
}
