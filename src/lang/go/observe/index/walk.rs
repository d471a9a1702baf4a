//! The pass over one file's tokens.

use super::{At, Binding, BindingKind, Call, Function, Index, Tag, is_closing, is_opening};
use crate::lang::go::scan::{Kind, Token};

/// Reads the file that was added last.
pub fn walk(index: &mut Index<'_>) {
    let Some(file) = index.files.len().checked_sub(1) else { return };
    let tokens = index.tokens(file);
    Walk { index, file, tokens, statement: 0, braces: Vec::new(), function: None, pending: None }.run();
}

struct Walk<'i, 'a> {
    index: &'i mut Index<'a>,
    file: usize,
    tokens: &'a [Token<'a>],
    /// The first token of the statement.
    statement: usize,
    braces: Vec<Brace<'a>>,
    /// The function and the depth of its body.
    function: Option<(usize, usize)>,
    /// A function whose body comes next.
    pending: Option<usize>,
}

struct Brace<'a> {
    at: usize,
    /// The word before it: a literal's type, a structure's name.
    owner: Option<&'a str>,
    structure: bool,
}

impl<'a> Walk<'_, 'a> {
    fn run(mut self) {
        let mut at = 0;
        while let Some(token) = self.tokens.get(at) {
            match token.kind {
                Kind::End => self.statement = at + 1,
                Kind::Ident if token.text == "func" && self.braces.is_empty() => {
                    if let Some(body) = self.header(at) {
                        at = body;
                        continue;
                    }
                }
                Kind::Str if token.text.starts_with('`') => self.tag(at),
                Kind::Punct => self.punctuation(at, token.text),
                _ => {}
            }
            at += 1;
        }
    }

    fn punctuation(&mut self, at: usize, text: &str) {
        match text {
            "(" => self.round(at),
            "{" => self.open(at),
            "}" => self.close(at),
            "=" => self.assignment(at, BindingKind::Plain),
            ":=" => self.assignment(at, BindingKind::Local),
            ":" => self.colon(at),
            _ => {}
        }
    }

    fn word(&self, at: usize) -> Option<&'a str> {
        self.tokens.get(at)?.ident()
    }

    fn before(&self, at: usize, back: usize) -> Option<&'a Token<'a>> {
        self.tokens.get(at.checked_sub(back)?)
    }

    fn at(&self, token: usize) -> At {
        At { file: self.file, token }
    }

    fn inside(&self) -> Option<usize> {
        self.function.map(|(number, _)| number)
    }

    fn round(&mut self, at: usize) {
        let Some(name) = self.before(at, 1).and_then(Token::ident) else { return };
        match name {
            "var" | "const" | "type" | "import" => self.statement = at + 1,
            "func" | "if" | "for" | "switch" | "select" | "return" | "case" | "go" | "defer" | "range" | "map" | "chan" | "else" => {}
            _ => {
                let method = self.before(at, 2).is_some_and(|token| token.is("."));
                let qualifier = if method { self.before(at, 3).and_then(Token::ident) } else { None };
                let import = qualifier.and_then(|qualifier| self.index.import(self.file, qualifier));
                let function = self.inside();
                self.index.calls.push(Call { at: self.at(at - 1), name, qualifier, method, import, function });
            }
        }
    }

    fn open(&mut self, at: usize) {
        let word = self.before(at, 1).and_then(Token::ident);
        let structure = word == Some("struct");
        let owner = if structure { self.before(at, 2).and_then(Token::ident) } else { word };
        if let Some(function) = self.pending.take() {
            self.function = Some((function, self.braces.len()));
        }
        self.braces.push(Brace { at, owner, structure });
        self.statement = at + 1;
    }

    fn close(&mut self, at: usize) {
        self.braces.pop();
        self.statement = at + 1;
        if let Some((function, _)) = self.function.filter(|(_, depth)| *depth >= self.braces.len()) {
            self.index.functions[function].body.1 = at;
            self.function = None;
        }
    }

    /// A field of a literal, or what else a colon may stand behind.
    fn colon(&mut self, at: usize) {
        if matches!(self.word(self.statement), Some("case" | "default")) {
            self.statement = at + 1;
            return;
        }
        let Some(name) = self.before(at, 1).and_then(Token::ident) else { return };
        let Some(brace) = self.braces.last() else { return };
        if self.before(at, 2).is_some_and(|token| token.is("{") || token.is(",")) {
            let binding = Binding {
                at: self.at(at - 1),
                value: at + 1,
                result: 0,
                owner: brace.owner,
                kind: BindingKind::Field,
                function: self.inside(),
                brace: brace.at,
            };
            self.index.bindings.entry(name).or_default().push(binding);
        }
    }

    fn assignment(&mut self, at: usize, kind: BindingKind) {
        let mut names = Vec::new();
        let mut next = self.statement;
        while self.word(next).is_some_and(|word| matches!(word, "var" | "const" | "if" | "else" | "for" | "switch" | "select" | "case")) {
            next += 1;
        }
        while next < at {
            if self.tokens[next].is("*") {
                next += 1;
            }
            let Some(mut name) = self.word(next) else { return };
            let mut owner = None;
            while self.tokens[next + 1].is(".") {
                let Some(selected) = self.word(next + 2) else { return };
                (owner, name, next) = (Some(name), selected, next + 2);
            }
            if self.tokens[next + 1].is("[") {
                return;
            }
            names.push((next, name, owner));
            if !self.tokens[next + 1].is(",") {
                break;
            }
            next += 2;
        }
        self.bind(&names, at + 1, kind);
    }

    fn bind(&mut self, names: &[(usize, &'a str, Option<&'a str>)], value: usize, kind: BindingKind) {
        let values = match names.len() {
            // `for _, item := range items`: an item is one of what the items are
            2 if self.word(value) == Some("range") => vec![(value, 0); 2],
            0 | 1 => vec![(value, 0)],
            count => match self.values(value).as_slice() {
                // one call gives them all
                [value] => (0..count).map(|result| (*value, result)).collect(),
                values => values.iter().map(|value| (*value, 0)).collect(),
            },
        };
        for ((at, name, owner), (value, result)) in names.iter().zip(values) {
            let kind = if owner.is_some() { BindingKind::Selected } else { kind };
            let binding = Binding { at: self.at(*at), value, result, owner: *owner, kind, function: self.inside(), brace: 0 };
            self.index.bindings.entry(name).or_default().push(binding);
        }
    }

    /// The first tokens of the values that an assignment to several names lists.
    fn values(&self, from: usize) -> Vec<usize> {
        let mut values = vec![from];
        let mut number = from;
        while let Some(token) = self.tokens.get(number).filter(|token| token.kind != Kind::End && !is_closing(token)) {
            if token.is(",") {
                values.push(number + 1);
            }
            number = if is_opening(token) { self.index.closing(self.at(number)) } else { number } + 1;
        }
        values
    }

    fn tag(&mut self, at: usize) {
        let Some(brace) = self.braces.last().filter(|brace| brace.structure) else { return };
        let Some(name) = self.word(self.statement) else { return };
        let tag = Tag { at: self.at(at), field: self.at(self.statement), name, owner: brace.owner };
        self.index.tags.push(tag);
    }

    /// A function's head; gives the bracket that opens its body.
    fn header(&mut self, at: usize) -> Option<usize> {
        let mut next = at + 1;
        let method = self.tokens.get(next)?.is("(");
        if method {
            next = self.index.closing(self.at(next)) + 1;
        }
        let name = self.word(next)?;
        next += 1;
        if self.tokens.get(next)?.is("[") {
            next = self.index.closing(self.at(next)) + 1;
        }
        let parameters = self.at(next);
        self.tokens.get(next).filter(|token| token.is("("))?;
        let (items, close) = self.index.list(parameters);
        let names = items.iter().filter_map(|item| self.word(item.token)).collect();
        let body = self.body(close + 1)?;
        self.pending = Some(self.index.functions.len());
        self.index.functions.push(Function { name, method, parameters, body: (body, self.tokens.len()), names });
        Some(body)
    }

    fn body(&self, from: usize) -> Option<usize> {
        let mut next = from;
        loop {
            let token = self.tokens.get(next)?;
            match (token.kind, token.text) {
                (Kind::End, _) => return None,
                (Kind::Punct, "{") if !matches!(self.word(next - 1), Some("struct" | "interface")) => return Some(next),
                (Kind::Punct, "(" | "[" | "{") => next = self.index.closing(self.at(next)),
                _ => {}
            }
            next += 1;
        }
    }
}
