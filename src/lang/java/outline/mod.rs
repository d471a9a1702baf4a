//! Java's and Kotlin's front end: source text to an [`Outline`].
//!
//! What they have and outlines have not:
//! - a field that is named bare is written `this.field`, one of an outer class `Outer.field`, a method `package.Type.method`; what a
//!   constructor or method sets is bound as `Type.field`;
//! - a class inside another is `Outer.Inner`; what stands in a companion object belongs to the class around it;
//! - the modifier `static` is an annotation of that name, so is `vararg`; a constructor is the function `Type.<init>`;
//! - names of the same package, and those of `java.lang`, are written in full like imported ones; a name that a star import may bring is
//!   what the vocabulary knows of it;
//! - `map["key"]` is a call of `get`.

mod branches;
mod calls;
mod expressions;
mod lambdas;
mod members;
mod methods;
mod names;
mod statements;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use self::names::Names;
use crate::program::scan::{Dialect, JAVA, KOTLIN, Token, closings, scan};
use crate::program::{Annotation, At, Context, Outline};

/// Deeper code is no program that people wrote.
const DEEPEST: usize = 160;

/// Which of the two languages a file is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// Java, and Groovy as far as it is the same.
    Java,
    /// Kotlin.
    Kotlin,
}

impl Syntax {
    fn dialect(self) -> &'static Dialect {
        if self == Self::Kotlin { &KOTLIN } else { &JAVA }
    }
}

/// The outline of a source file. `knows` says whether a full name is one that means something, which decides between star imports.
pub fn outline(text: &str, syntax: Syntax, knows: &dyn Fn(&str) -> bool) -> Outline {
    let scanned = scan(text, syntax.dialect());
    let close = closings(&scanned.tokens);
    let mut reader = Reader {
        syntax,
        close,
        tokens: scanned.tokens,
        at: 0,
        names: Names::new(knows),
        outline: Outline { broken: scanned.cut, ..Outline::default() },
        context: Context::default(),
        classes: Vec::new(),
        locals: Vec::new(),
        depth: 0,
    };
    reader.file();
    let mut outline = reader.outline;
    // in the order of the text, what is around before what is inside
    outline.calls.sort_by_key(|call| (call.at.start, std::cmp::Reverse(call.at.end)));
    outline
}

/// The way through the tokens of a file.
struct Reader<'t, 'k> {
    syntax: Syntax,
    tokens: Vec<Token<'t>>,
    close: Vec<u32>,
    at: usize,
    names: Names<'k>,
    outline: Outline,
    context: Context,
    /// The classes around the present place.
    classes: Vec<Class>,
    /// The names that each function around it has as its own.
    locals: Vec<BTreeSet<&'t str>>,
    depth: usize,
}

/// A class around the present place.
struct Class {
    name: String,
    fields: BTreeSet<String>,
    methods: BTreeSet<String>,
}

impl<'t> Reader<'t, '_> {
    fn is_kotlin(&self) -> bool {
        self.syntax == Syntax::Kotlin
    }

    fn peek(&self, ahead: usize) -> Option<Token<'t>> {
        self.tokens.get(self.at + ahead).copied()
    }

    fn is(&self, text: &str) -> bool {
        self.is_at(self.at, text)
    }

    fn is_at(&self, at: usize, text: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is(text))
    }

    fn ident(&self, ahead: usize) -> Option<&'t str> {
        self.peek(ahead)?.ident()
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.is(text);
        self.at += usize::from(found);
        found
    }

    /// The bracket that closes the one at `at`, or the end of the file.
    fn closing(&self, at: usize) -> usize {
        self.close.get(at).map_or(self.tokens.len(), |close| *close as usize)
    }

    /// Behind the bracket that closes the one here.
    fn skip(&mut self) {
        self.at = (self.closing(self.at) + 1).min(self.tokens.len());
    }

    /// Whether the token here begins a line, so that in Kotlin a statement ends before it.
    fn fresh(&self) -> bool {
        self.peek(0).is_none_or(|token| token.fresh)
    }

    /// From the token at `from` to the one before the present.
    fn span(&self, from: usize) -> At {
        let start = self.tokens.get(from).map_or(0, |token| token.at().start);
        let end = self.at.checked_sub(1).and_then(|last| self.tokens.get(last.max(from))).map_or(start, |token| token.at().end);
        At { start, end }
    }

    /// The text of the tokens from one to another, put together.
    fn words(&self, from: usize, to: usize) -> String {
        self.tokens.get(from..to).unwrap_or_default().iter().map(|token| token.text).collect()
    }

    /// The present class, and `.` behind it.
    fn class(&self) -> Option<&Class> {
        self.classes.last()
    }

    fn is_local(&self, name: &str) -> bool {
        self.locals.iter().any(|names| names.contains(name))
    }

    fn declare(&mut self, name: &'t str) {
        if let Some(names) = self.locals.last_mut() {
            names.insert(name);
        }
    }

    /// Leaves out what stands between `<` and `>`, when that is a list of types.
    fn type_arguments(&mut self) -> bool {
        const LONGEST: usize = 80;
        if !self.is("<") {
            return false;
        }
        let mut depth = 0_usize;
        for (at, token) in self.tokens.iter().enumerate().skip(self.at).take(LONGEST) {
            match token.text {
                "<" => depth += 1,
                ">" => {
                    depth -= 1;
                    if depth == 0 {
                        self.at = at + 1;
                        return true;
                    }
                }
                "," | "." | "?" | "&" | "[" | "]" | "*" | ":" | "@" | "->" | "(" | ")" => {}
                _ if token.ident().is_some() => {}
                _ => return false,
            }
        }
        false
    }

    /// Annotations and modifiers before a declaration.
    fn annotations(&mut self) -> Vec<Annotation> {
        let mut found = Vec::new();
        loop {
            let from = self.at;
            if self.is("@") && !self.tokens.get(self.at + 1).is_some_and(|next| next.is("interface")) {
                self.at += 1;
                // `@file:JvmName`, `@get:Value`
                if self.is_at(self.at + 1, ":") {
                    self.at += 2;
                }
                if self.is("[") {
                    self.skip();
                    continue;
                }
                let mut name = String::new();
                while let Some(word) = self.ident(0) {
                    name.push_str(word);
                    self.at += 1;
                    if !(self.is(".") && self.ident(1).is_some()) {
                        break;
                    }
                    name.push('.');
                    self.at += 1;
                }
                self.type_arguments();
                let arguments = if self.is("(") && !(self.is_kotlin() && self.fresh()) { self.arguments() } else { Vec::new() };
                let name = if name.contains('.') { name } else { self.names.full(&name) };
                found.push(Annotation { name, arguments, at: self.span(from) });
            } else if self.modifier() {
                if matches!(self.tokens[from].text, "static" | "vararg" | "suspend" | "public") {
                    let name = self.tokens[from].text.to_owned();
                    found.push(Annotation { name, arguments: Vec::new(), at: self.tokens[from].at() });
                }
            } else {
                return found;
            }
        }
    }

    fn modifier(&mut self) -> bool {
        const MODIFIERS: [&str; 35] = [
            "public",
            "private",
            "protected",
            "internal",
            "static",
            "final",
            "abstract",
            "open",
            "override",
            "synchronized",
            "native",
            "strictfp",
            "transient",
            "volatile",
            "default",
            "sealed",
            "const",
            "lateinit",
            "suspend",
            "inline",
            "tailrec",
            "operator",
            "infix",
            "external",
            "data",
            "inner",
            "annotation",
            "expect",
            "actual",
            "vararg",
            "noinline",
            "crossinline",
            "reified",
            "value",
            "companion",
        ];
        let Some(word) = self.ident(0) else { return false };
        if word == "non" && self.is_at(self.at + 1, "-") {
            self.at += 3;
            return true;
        }
        // the same words are names elsewhere
        let follows = self.peek(1).is_some_and(|next| next.ident().is_some() || next.is("@") || next.is("<"));
        if word == "companion" || !MODIFIERS.contains(&word) || !follows {
            return false;
        }
        if self.is_kotlin() && matches!(word, "default" | "static" | "native")
            || !self.is_kotlin() && matches!(word, "value" | "data" | "open" | "inner")
        {
            return false;
        }
        self.at += 1;
        true
    }
}
