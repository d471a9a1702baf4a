//! Attributes: what is left out, and what is said of functions, types and fields.

use super::{Parser, compiles, reads};
use crate::program::scan::Token;
use crate::program::{Annotation, Argument, Value};

impl Parser<'_> {
    /// Passes the attributes that stand here: whether what follows is compiled for the program, and what they say.
    pub(super) fn attributes(&mut self) -> (bool, Vec<Annotation>) {
        let (mut compiled, mut annotations) = (true, Vec::new());
        while self.is("#") {
            let open = if self.is_ahead(1, "!") { 2 } else { 1 };
            if !self.is_ahead(open, "[") {
                break;
            }
            self.at += open;
            compiled &= self.within(|parser| parser.attribute(&mut annotations));
        }
        (compiled, annotations)
    }

    /// What stands in `#[...]`.
    fn attribute(&mut self, annotations: &mut Vec<Annotation>) -> bool {
        let inside = &self.cursor.tokens[self.at..self.end];
        if reads(inside, &["cfg", "("]) {
            return compiles(&inside[2..inside.len().saturating_sub(1)], self.features.as_ref());
        }
        if reads(inside, &["cfg_attr", "("]) {
            self.at += 1;
            self.within(|parser| {
                let first = parser.at;
                parser.skip_to(&[","]);
                let holds = compiles(&parser.cursor.tokens[first..parser.at], parser.features.as_ref());
                if parser.take(",") && holds {
                    while parser.peek().is_some() {
                        annotations.extend(parser.annotation());
                        parser.skip_to(&[","]);
                        parser.take(",");
                    }
                }
            });
            return true;
        }
        annotations.extend(self.annotation());
        true
    }

    /// `name`, `name = value`, `a::name(arguments)`.
    fn annotation(&mut self) -> Option<Annotation> {
        let first = self.at;
        let word = self.word()?;
        let mut name = self.names.full(word);
        while self.take("::") {
            name = format!("{name}.{}", self.word()?);
        }
        let mut arguments = Vec::new();
        if self.is("(") {
            let of_traits = name == "derive";
            arguments = self.within(|parser| parser.annotation_arguments(of_traits));
        } else if self.take("=") {
            let first = self.at;
            let value = self.expression();
            arguments.push(Argument { name: None, value, at: self.place(first) });
        }
        Some(Annotation { name, arguments, at: self.place(first) })
    }

    /// A word alone says that it is so: `#[arg(long)]`; of `derive` it is a trait.
    fn annotation_arguments(&mut self, of_traits: bool) -> Vec<Argument> {
        let mut arguments = Vec::new();
        while self.peek().is_some() {
            let first = self.at;
            let word = self.peek().and_then(Token::ident);
            let alone = word.is_some() && !of_traits && self.ahead(1).is_none_or(|token| token.is(","));
            let name = word.filter(|_| alone || self.is_ahead(1, "="));
            let value = if alone {
                self.at += 1;
                Value::Truth(true)
            } else {
                self.at += if name.is_some() { 2 } else { 0 };
                self.expression()
            };
            self.skip_to(&[","]);
            let name = name.map(str::to_owned);
            // `rename_all(serialize = "x")` and the like hold more than a value
            arguments.push(Argument { name, value, at: self.place(first) });
            if !self.take(",") {
                self.pass();
            }
        }
        arguments
    }

    /// The traits that `derive` names, taken out of the annotations.
    pub(super) fn derived(annotations: &mut Vec<Annotation>) -> Vec<String> {
        let mut derived = Vec::new();
        annotations.retain(|annotation| {
            let is_derive = annotation.name == "derive";
            if is_derive {
                derived.extend(annotation.arguments.iter().filter_map(|argument| match &argument.value {
                    Value::Name(name) => Some(name.clone()),
                    _ => None,
                }));
            }
            !is_derive
        });
        derived
    }
}
