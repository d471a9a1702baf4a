//! Types: their names, their fields, and what their tags say.

use super::Parser;
use crate::lang::go::scan::unquote;
use crate::program::scan::{Kind, Token};
use crate::program::{Annotation, Argument, Field, Type, Value};

impl Parser<'_> {
    /// Passes a type; gives its name in full where it has one, without `*`.
    pub(super) fn kind(&mut self) -> Option<String> {
        while self.is("*") || self.is("<-") {
            self.at += 1;
        }
        if !self.down() {
            self.pass();
            return None;
        }
        let name = self.kind_inside();
        self.up();
        name
    }

    fn kind_inside(&mut self) -> Option<String> {
        match self.peek()?.text {
            "[" => {
                self.pass();
                self.kind();
                None
            }
            "(" => self.within(Self::kind),
            "map" => {
                self.at += 1;
                self.pass();
                self.kind();
                None
            }
            "chan" => {
                self.at += 1;
                self.kind()
            }
            "func" => {
                self.at += 1;
                if self.is("(") {
                    self.pass();
                }
                self.results();
                None
            }
            "struct" | "interface" => {
                self.at += 1;
                if self.is("{") {
                    self.pass();
                }
                None
            }
            _ => {
                let mut name = self.full(self.peek()?.ident()?);
                self.at += 1;
                while self.is(".") && self.ahead(1).is_some_and(|token| token.kind == Kind::Ident) {
                    self.at += 1;
                    name = format!("{name}.{}", self.word()?);
                }
                // type arguments touch the name
                if self.is("[") && !self.is_ahead(1, "]") && self.touches() {
                    self.pass();
                }
                Some(name)
            }
        }
    }

    /// Whether the token stands right behind the one before.
    fn touches(&self) -> bool {
        self.at.checked_sub(1).and_then(|before| self.tokens.get(before)).map(Token::end) == self.peek().map(Token::start)
    }

    /// `Name struct { ... }`, `Name = Other`.
    pub(super) fn type_declaration(&mut self) {
        let first = self.at;
        let Some(name) = self.word() else { return };
        if self.is("[") && !self.is_ahead(1, "]") && self.ahead(1).is_some_and(|token| token.kind == Kind::Ident) {
            self.pass();
        }
        self.take("=");
        self.named_type(first, name.to_owned());
    }

    fn named_type(&mut self, first: usize, name: String) {
        let mut declared = Type { name, ..Type::default() };
        if self.is("struct") && self.is_ahead(1, "{") && self.down() {
            self.at += 1;
            self.within(|parser| parser.fields(&mut declared));
            self.up();
        } else {
            declared.bases.extend(self.kind());
        }
        declared.at = self.place(first);
        self.out.types.push(declared);
    }

    fn fields(&mut self, of: &mut Type) {
        while let Some(token) = self.peek() {
            if token.kind == Kind::End {
                self.at += 1;
                continue;
            }
            self.field(of);
            self.next_statement();
        }
    }

    fn field(&mut self, of: &mut Type) {
        let first = self.at;
        let embedded =
            self.is("*") || matches!(self.ahead(1), None | Some(Token { kind: Kind::End | Kind::Str, .. })) || self.is_ahead(1, ".");
        if embedded {
            of.bases.extend(self.kind());
            return;
        }
        let mut names = Vec::new();
        while let Some(name) = self.word() {
            names.push(name);
            if !self.take(",") {
                break;
            }
        }
        let type_at = self.at;
        let kind = if self.is("struct") && self.is_ahead(1, "{") {
            // a structure without a name is called after its field
            let inner = format!("{}.{}", of.name, names.first().copied().unwrap_or_default());
            self.named_type(type_at, inner.clone());
            inner
        } else {
            self.kind();
            self.written(type_at)
        };
        let annotations = self.tag();
        let at = self.place(first);
        let field =
            |name: &&str| Field { name: (*name).to_owned(), kind: Some(kind.clone()), default: None, annotations: annotations.clone(), at };
        of.fields.extend(names.iter().map(field));
    }

    /// A structure tag: one annotation for each of its keys.
    fn tag(&mut self) -> Vec<Annotation> {
        let Some(token) = self.peek().filter(|token| token.kind == Kind::Str) else { return Vec::new() };
        self.at += 1;
        let text = unquote(token.text);
        let said = |value: &str| vec![Argument { name: None, value: Value::Text(value.to_owned()), at: token.at() }];
        pairs(&text).map(|(key, value)| Annotation { name: key.to_owned(), arguments: said(value), at: token.at() }).collect()
    }
}

/// `key:"value"` pairs; what is none ends the list.
fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (key, after) = rest.trim_start().split_once(":\"")?;
        // an escaped quote within a tag is as good as unknown
        let (value, left) = after.split_once('"')?;
        rest = left;
        (!key.contains([' ', '"'])).then_some((key, value))
    })
}
