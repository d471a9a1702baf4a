//! Go's front end: source text to outline. It knows the language and none of its libraries but `fmt`'s texts.
//!
//! A method's receiver is spelt `self` whatever its name, so that all methods of a type speak of the same fields. A field of what a call
//! gives is a name that holds the call: `config.Load().Port`. A variable that is declared without a value has a
//! binding only where it is a structure of another package, which is there and empty.

mod check;
mod expression;
mod format;
mod signature;
mod statement;
#[cfg(test)]
mod tests;
mod types;

use std::ops::{Deref, DerefMut};

use super::head::import_name;
use crate::program::scan::{Cursor, GO, Kind, Names, Scan, Token, scan};
use crate::program::{Context, Function, Import, Outline, Value};

/// How many calls of a chain are kept; what comes behind is unknown.
const CHAIN: u32 = 32;

/// Reads a file.
#[must_use]
pub fn outline(text: &str) -> Outline {
    let Scan { tokens, cut, .. } = scan(text, &GO);
    let mut parser = Parser {
        cursor: Cursor::new(text, &tokens),
        names: Names::default(),
        context: Context::default(),
        receiver: None,
        bare: false,
        chain: 0,
        out: Outline::default(),
    };
    parser.file();
    Outline { broken: cut || parser.broken, ..parser.out }
}

struct Parser<'t> {
    cursor: Cursor<'t>,
    names: Names<'t>,
    context: Context,
    receiver: Option<&'t str>,
    /// In the head of a statement, where a bracket opens the block and no literal.
    bare: bool,
    /// How many calls the chain that is being read has.
    chain: u32,
    out: Outline,
}

impl<'t> Deref for Parser<'t> {
    type Target = Cursor<'t>;

    fn deref(&self) -> &Cursor<'t> {
        &self.cursor
    }
}

impl DerefMut for Parser<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.cursor
    }
}

impl<'t> Parser<'t> {
    fn file(&mut self) {
        while let Some(token) = self.peek() {
            match token.ident() {
                Some("package") => {
                    self.at += 1;
                    self.out.package = self.word().map(str::to_owned);
                }
                Some("import") => self.grouped(Self::import),
                Some("func") => self.function(),
                Some("type" | "var" | "const") => self.declaration(),
                _ => self.at += 1,
            }
            self.next_statement();
        }
    }

    fn import(&mut self) {
        let first = self.at;
        let alias = match self.peek() {
            Some(token) if token.is(".") => Some("."),
            token => token.and_then(Token::ident),
        };
        if alias.is_some() {
            self.at += 1;
        }
        let Some(path) = self.peek().and_then(Token::value) else { return };
        self.at += 1;
        let name = alias.map_or_else(|| import_name(&path).to_owned(), str::to_owned);
        let name = (name != "_").then_some(name);
        if let Some(name) = name.as_deref().filter(|name| *name != ".") {
            self.names.import(name, path.as_ref());
        }
        let import = Import { path: path.into_owned(), name, context: self.context, at: self.place(first) };
        self.out.imports.push(import);
    }

    /// `word item` and `word ( item; item )`.
    fn grouped(&mut self, mut item: impl FnMut(&mut Self)) {
        self.at += 1;
        if !self.is("(") {
            return item(self);
        }
        self.within(|parser| {
            while parser.peek().is_some() {
                item(parser);
                parser.next_statement();
            }
        });
    }

    /// Reads what stands in the brackets that open here, and goes on behind them.
    fn within<R>(&mut self, read: impl FnOnce(&mut Self) -> R) -> R {
        let bare = std::mem::replace(&mut self.bare, false);
        let entered = self.enter();
        let result = read(self);
        self.leave(entered);
        self.bare = bare;
        result
    }

    /// Goes behind the statement's end.
    fn next_statement(&mut self) {
        while let Some(token) = self.peek() {
            if token.kind == Kind::End {
                self.at += 1;
                return;
            }
            self.pass();
        }
    }

    fn declare(&mut self, name: &'t str) {
        if self.context.function.is_some() && name != "_" {
            self.names.declare(name);
        }
    }

    /// Reads a block's insides, whose names end with it.
    fn scope<R>(&mut self, read: impl FnOnce(&mut Self) -> R) -> R {
        let begin = self.names.begin();
        let result = read(self);
        self.names.end(begin);
        result
    }

    /// A name as all files know it.
    fn full(&self, name: &str) -> String {
        if self.receiver == Some(name) && !self.names.is_local(name) { "self".to_owned() } else { self.names.full(name) }
    }

    fn function(&mut self) {
        let first = self.at;
        self.at += 1;
        let (mut receiver, mut owner) = (None, String::new());
        if self.is("(") {
            (receiver, owner) = self.receiver();
        }
        let Some(name) = self.word() else { return };
        let name = if owner.is_empty() { name.to_owned() } else { format!("{owner}.{name}") };
        let public = name.rsplit('.').next().is_some_and(|name| name.starts_with(char::is_uppercase));
        if self.is("[") {
            self.pass();
        }
        let outer = std::mem::replace(&mut self.receiver, receiver);
        self.body(first, Function { name, public, ..Function::default() });
        self.receiver = outer;
    }

    /// Reads parameters, results and body of a function whose head begins with the token `first`. Nothing where it is only a type.
    fn body(&mut self, first: usize, mut function: Function) -> Option<u32> {
        if !self.is("(") {
            return None;
        }
        let parameters = self.parameters();
        function.gives = self.results();
        function.at = self.place(first);
        function.test = self.context.test || parameters.iter().any(|(_, parameter)| signature::is_test(parameter));
        function.inside = self.context.function;
        function.parameters = parameters.iter().map(|(_, parameter)| parameter.clone()).collect();
        if !self.is("{") {
            return None;
        }
        let number = u32::try_from(self.out.functions.len()).ok()?;
        let outer = self.context;
        self.context = Context { function: Some(number), test: function.test, ..outer };
        self.out.functions.push(function);
        if self.down() {
            self.scope(|parser| {
                for (name, _) in &parameters {
                    parser.declare(name);
                }
                parser.within(Self::statements);
            });
            self.up();
        } else {
            self.pass();
        }
        self.context = outer;
        let whole = self.place(first);
        self.out.functions[number as usize].body = whole;
        Some(number)
    }

    /// Notes what a function gives back.
    fn returns(&mut self, mut values: Vec<Value>) {
        let Some(function) = self.context.function.and_then(|number| self.out.functions.get_mut(number as usize)) else { return };
        match values.len() {
            0 => {}
            1 => function.returns.extend(values.pop()),
            _ => function.returns.push(Value::List(values)),
        }
    }
}
