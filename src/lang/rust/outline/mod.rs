//! Rust's front end: source text to outline. It knows the language and none of its libraries but the standard macros' texts.
//!
//! What is compiled for tests, for other systems or for features that are off is left out. `?`, `.await`, references and casts leave
//! a value as it is. A macro's call ends in `!`; `format!` and `concat!` are joined texts, `vec!` is a list.

mod attribute;
mod block;
mod expression;
mod format;
mod item;
mod kind;
mod pattern;
mod postfix;
#[cfg(test)]
mod tests;
mod uses;

use std::collections::BTreeSet;
use std::ops::{Deref, DerefMut};

use super::cfg::may_hold;
use crate::program::scan::{Cursor, Kind, Names, RUST, Scan, Token, scan};
use crate::program::{Context, Function, Outline, Value};

/// Longer texts name no function.
const LONG_WORD: usize = 60;
/// How many calls of a chain are kept; what comes behind is unknown.
const CHAIN: u32 = 48;

/// A file of Rust.
#[derive(Debug, Default)]
pub struct Unit<'t> {
    /// What it says.
    pub outline: Outline,
    /// The modules that it declares and that lie in files of their own.
    pub modules: Vec<Module>,
    /// The names in it and its short texts, each with its first byte, in order.
    pub words: Vec<(&'t str, u32)>,
}

/// `mod name;`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// Its name below the file's own module: `routes`, `api.v1` inside `mod api { mod v1; }`.
    pub path: String,
    /// The file that `#[path]` names.
    pub file: Option<String>,
}

/// What the file of the module `home` says.
#[must_use]
pub fn outline(text: &str, home: &str, features: Option<&BTreeSet<String>>) -> Outline {
    read(text, home, features).outline
}

/// Reads the file of the module `home` (`crate.config`, `server.routes` of a library) of a package whose features are known, or not.
#[must_use]
pub fn read<'t>(text: &'t str, home: &str, features: Option<&BTreeSet<String>>) -> Unit<'t> {
    let Scan { tokens, cut, .. } = scan(text, &RUST);
    let mut parser = Parser {
        cursor: Cursor::new(text, &tokens),
        names: Names::default(),
        home: home.to_owned(),
        features: features.cloned(),
        context: Context::default(),
        owner: None,
        bare: false,
        chain: 0,
        inside: Vec::new(),
        crates: BTreeSet::new(),
        modules: Vec::new(),
        out: Outline::default(),
    };
    parser.uses();
    parser.items();
    let broken = cut || parser.broken;
    let Parser { out, modules, .. } = parser;
    let said = |token: &Token<'t>| token.kind == Kind::Ident || token.kind == Kind::Str && token.text.len() < LONG_WORD;
    let words = tokens.iter().filter(|token| said(token)).map(|token| (token.text.trim_matches('"'), token.offset)).collect();
    Unit { outline: Outline { broken, ..out }, modules, words }
}

struct Parser<'t> {
    cursor: Cursor<'t>,
    names: Names<'t>,
    /// The module's name as the program's other files know it.
    home: String,
    features: Option<BTreeSet<String>>,
    context: Context,
    /// The type whose methods are read: `Self`.
    owner: Option<String>,
    /// In the head of a statement, where a bracket opens the block and no literal.
    bare: bool,
    /// How many calls the chain that is being read has.
    chain: u32,
    /// The inline modules that are being read.
    inside: Vec<&'t str>,
    /// The crates that are named without a `use`.
    crates: BTreeSet<String>,
    modules: Vec<Module>,
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
    /// Reads what stands in the brackets that open here, and goes on behind them.
    fn within<R>(&mut self, read: impl FnOnce(&mut Self) -> R) -> R {
        let bare = std::mem::replace(&mut self.bare, false);
        let entered = self.enter();
        let result = read(self);
        self.leave(entered);
        self.bare = bare;
        result
    }

    /// Reads a block's insides, whose names end with it.
    fn scope<R>(&mut self, read: impl FnOnce(&mut Self) -> R) -> R {
        let begin = self.names.begin();
        let result = read(self);
        self.names.end(begin);
        result
    }

    /// Reads what need not run.
    fn conditional<R>(&mut self, read: impl FnOnce(&mut Self) -> R) -> R {
        let outer = std::mem::replace(&mut self.context.conditional, true);
        let result = read(self);
        self.context.conditional = outer;
        result
    }

    /// Reads up to the bracket that opens a block.
    fn head<R>(&mut self, read: impl FnOnce(&mut Self) -> R) -> R {
        let bare = std::mem::replace(&mut self.bare, true);
        let result = read(self);
        self.bare = bare;
        result
    }

    fn declare(&mut self, name: &'t str) {
        if name != "_" {
            self.names.declare(name);
        }
    }

    /// Passes tokens up to one of these, brackets as a whole and `<>` by pairs; where `;` stands, at the latest.
    fn skip_to(&mut self, ends: &[&str]) {
        let mut angles = 0_usize;
        while let Some(token) = self.peek() {
            let is_end = angles == 0 && ends.iter().any(|end| token.is(end));
            if is_end || token.is(";") {
                return;
            }
            match token.text {
                "<" => angles += 1,
                ">" => angles = angles.saturating_sub(1),
                _ => {}
            }
            self.pass();
        }
    }

    /// Passes `<...>`.
    fn skip_angles(&mut self) {
        if !self.is("<") {
            return;
        }
        let mut angles = 0_usize;
        while let Some(token) = self.peek() {
            match token.text {
                "<" => angles += 1,
                ">" => angles -= 1,
                ";" | "{" => return,
                _ => {}
            }
            self.pass();
            if angles == 0 {
                return;
            }
        }
    }

    /// Reads the body of a function or closure, whose number it gives.
    fn function(&mut self, function: Function, parameters: &[&'t str], body: impl FnOnce(&mut Self) -> Option<Value>) -> u32 {
        let number = u32::try_from(self.out.functions.len()).unwrap_or(u32::MAX);
        let outer = self.context;
        self.context = Context { function: Some(number), test: outer.test || function.test, ..outer };
        let first = function.at.start;
        self.out.functions.push(Function { inside: outer.function, test: self.context.test, ..function });
        let value = self.scope(|parser| {
            for name in parameters {
                parser.declare(name);
            }
            body(parser)
        });
        self.context = outer;
        let end = self.place(0).end;
        if let Some(function) = self.out.functions.get_mut(number as usize) {
            function.returns.extend(value.filter(|value| *value != Value::Unknown));
            function.body = crate::program::At { start: first, end: end.max(first) };
        }
        number
    }

    /// Notes what the function gives back.
    fn returns(&mut self, value: Value) {
        if let Some(function) = self.context.function.and_then(|number| self.out.functions.get_mut(number as usize)) {
            function.returns.push(value);
        }
    }
}

/// Whether tokens are the words one after the other.
fn reads(tokens: &[Token<'_>], words: &[&str]) -> bool {
    words.len() <= tokens.len() && words.iter().zip(tokens).all(|(word, token)| token.is(word))
}

/// Whether what a `cfg` with this condition stands before is compiled into the program.
fn compiles(condition: &[Token<'_>], features: Option<&BTreeSet<String>>) -> bool {
    may_hold(condition, features)
}
