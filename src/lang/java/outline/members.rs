//! Declarations: imports, classes, their fields and methods.

use std::collections::BTreeSet;

use super::{Class, Reader};
use crate::program::scan::{Kind, Token};
use crate::program::{Annotation, At, Binding, Context, Field, Function, Import, Parameter, Type, Value};

impl Reader<'_, '_> {
    pub(super) fn file(&mut self) {
        let types: Vec<_> = self
            .tokens
            .windows(2)
            .filter(|pair| matches!(pair[0].text, "class" | "interface" | "enum" | "record" | "object") && pair[0].kind == Kind::Ident)
            .filter_map(|pair| pair[1].ident().filter(|name| name.starts_with(char::is_uppercase)))
            .collect();
        types.iter().for_each(|name| self.names.declare(name));
        self.members(self.tokens.len());
    }

    /// Everything up to `end`, as it stands in a file or a class.
    pub(super) fn members(&mut self, end: usize) {
        while self.at < end {
            let from = self.at;
            self.member(end);
            if self.at == from {
                self.at += 1;
            }
        }
        self.at = end;
    }

    pub(super) fn member(&mut self, end: usize) {
        let from = self.at;
        let annotations = self.annotations();
        let Some(token) = self.peek(0).filter(|_| self.at < end) else { return };
        match token.text {
            _ if token.kind == Kind::Str => self.at += 1,
            "package" if self.classes.is_empty() => self.package(annotations),
            "import" if self.classes.is_empty() => self.import(),
            "{" => self.initializer(end),
            "init" | "static" if self.is_at(self.at + 1, "{") => {
                self.at += 1;
                self.initializer(end);
            }
            "class" | "interface" | "enum" | "record" | "object" if self.names_type() => self.class_like(annotations, from),
            "@" if self.is_at(self.at + 1, "interface") => {
                self.at += 1;
                self.class_like(annotations, from);
            }
            "companion" => {
                self.at += 1;
                self.class_like(annotations, from);
            }
            "fun" if self.is_kotlin() => self.function(annotations, from),
            "constructor" if self.is_kotlin() => self.constructor(annotations, from),
            "val" | "var" if self.is_kotlin() => self.property(annotations),
            _ if self.is_kotlin() => self.at += 1,
            _ => self.java_member(annotations, from, end),
        }
    }

    pub(super) fn names_type(&self) -> bool {
        let name = if self.is("enum") && self.ident(1) == Some("class") { 2 } else { 1 };
        self.ident(name).is_some() || self.is("object") || self.is_kotlin() && self.is("enum")
    }

    pub(super) fn package(&mut self, annotations: Vec<Annotation>) {
        self.at += 1;
        let name = self.dotted();
        self.names.package.clone_from(&name);
        self.outline.package = Some(name);
        // `@file:JvmName` names the class of what stands in no class
        if !annotations.is_empty() {
            self.outline.types.push(Type { annotations, ..Type::default() });
        }
    }

    pub(super) fn dotted(&mut self) -> String {
        let mut name = String::new();
        while let Some(word) = self.peek(0).and_then(|token| token.ident().or_else(|| token.is("*").then_some("*"))) {
            name.push_str(word);
            self.at += 1;
            if !self.is(".") {
                break;
            }
            name.push('.');
            self.at += 1;
        }
        name
    }

    pub(super) fn import(&mut self) {
        let from = self.at;
        self.at += 1;
        self.eat("static");
        let path = self.dotted();
        let last = path.rsplit('.').next().unwrap_or_default().to_owned();
        let name = if self.is_kotlin() && self.eat("as") { self.ident(0).map(str::to_owned).inspect(|_| self.at += 1) } else { None };
        let name = name.unwrap_or(last);
        self.names.import(&path, &name);
        let at = self.span(from);
        let name = (name != "*").then_some(name);
        let path = path.strip_suffix(".*").map_or(path.clone(), str::to_owned);
        self.outline.imports.push(Import { path, name, context: Context::default(), at });
        self.eat(";");
    }

    /// `static { ... }`, `init { ... }`: it runs when the class is loaded, or made.
    pub(super) fn initializer(&mut self, end: usize) {
        let close = self.closing(self.at).min(end);
        self.at += 1;
        self.locals.push(BTreeSet::new());
        self.block(close);
        self.locals.pop();
        self.at = close + 1;
    }

    pub(super) fn class_like(&mut self, annotations: Vec<Annotation>, from: usize) {
        let is_enum = self.is("enum");
        let companion = from < self.at && self.is_at(self.at - 1, "companion");
        while matches!(self.peek(0).map(|token| token.text), Some("class" | "interface" | "enum" | "record" | "object")) {
            self.at += 1;
        }
        let own = self.ident(0).filter(|_| !self.is("extends"));
        self.at += usize::from(own.is_some());
        let outer = self.class().map(|class| class.name.clone());
        let name = match (outer, own) {
            // what a companion has is its class's own
            (Some(outer), _) if companion => outer,
            (Some(outer), Some(own)) => format!("{outer}.{own}"),
            (outer, own) => own.map(str::to_owned).or(outer).unwrap_or_default(),
        };
        self.type_arguments();
        self.classes.push(Class { name: name.clone(), fields: BTreeSet::new(), methods: BTreeSet::new() });
        let mut declared = Type { name, annotations, at: self.span(from), ..Type::default() };
        if self.is_kotlin() {
            self.annotations();
            self.eat("constructor");
        }
        if self.is("(") {
            let parameters = self.parameters();
            for parameter in &parameters {
                let field = |parameter: &Parameter| Field {
                    name: parameter.name.clone(),
                    kind: parameter.kind.clone(),
                    default: parameter.default.clone(),
                    annotations: parameter.annotations.clone(),
                    at: declared.at,
                };
                declared.fields.push(field(parameter));
            }
            if let Some(class) = self.classes.last_mut() {
                class.fields.extend(parameters.iter().map(|parameter| parameter.name.clone()));
            }
            let name = format!("{}.<init>", declared.name);
            self.outline.functions.push(Function { name, parameters, at: declared.at, body: declared.at, ..Function::default() });
        }
        declared.bases = self.bases();
        if self.is("{") {
            let close = self.closing(self.at);
            let (fields, methods) = (self.field_names(self.at + 1, close), self.method_names(self.at + 1, close));
            if let Some(class) = self.classes.last_mut() {
                class.fields.extend(fields);
                class.methods = methods;
            }
            self.at += 1;
            self.outline.types.push(declared);
            // methods of a class inside a function are none of that function's
            let (context, locals) = (self.context, std::mem::take(&mut self.locals));
            self.context = Context { function: None, ..context };
            if is_enum {
                self.constants(close);
            }
            self.members(close);
            (self.context, self.locals) = (context, locals);
            self.at = close + 1;
        } else {
            self.outline.types.push(declared);
            self.eat(";");
        }
        self.classes.pop();
    }

    /// The constants of an enumeration, up to the `;` behind them.
    pub(super) fn constants(&mut self, end: usize) {
        while self.at < end && !self.is(";") {
            if self.is("(") {
                self.arguments();
            } else if self.is("{") {
                self.skip();
            } else {
                self.at += 1;
            }
        }
    }

    /// What a class extends and implements.
    pub(super) fn bases(&mut self) -> Vec<String> {
        let mut bases = Vec::new();
        while let Some(token) = self.peek(0) {
            match token.text {
                "{" | ";" | "}" => break,
                "(" => _ = self.arguments(),
                "<" if self.type_arguments() => {}
                "extends" | "implements" | "permits" | ":" | "," | "by" | "where" => self.at += 1,
                _ if token.ident().is_some() && !(self.is_kotlin() && token.fresh && !self.is_at(self.at.saturating_sub(1), ",")) => {
                    let name = self.dotted();
                    bases.push(if name.contains('.') { name } else { self.names.full(&name) });
                }
                _ if self.is_kotlin() => break,
                _ => self.at += 1,
            }
        }
        bases
    }

    /// The names of the fields that stand between, without those of classes inside.
    pub(super) fn field_names_of_body(&self, close: usize) -> BTreeSet<String> {
        self.field_names(self.at, close)
    }

    pub(super) fn field_names(&self, from: usize, end: usize) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        let mut at = from;
        while at < end {
            let token = self.tokens[at];
            if ["(", "{", "["].iter().any(|open| token.is(open)) {
                // the companion's are the class's own
                let companion = token.is("{") && (from..at).rev().take(3).any(|before| self.is_at(before, "companion"));
                if companion {
                    names.extend(self.field_names(at + 1, self.closing(at).min(end)));
                }
                at = self.closing(at) + 1;
                continue;
            }
            if self.is_kotlin() {
                if matches!(token.text, "val" | "var") {
                    names.extend(self.tokens.get(at + 1).and_then(Token::ident).map(str::to_owned));
                }
            } else if let Some(name) = token.ident() {
                let before = at.checked_sub(1).map(|before| self.tokens[before]);
                let typed = before.is_some_and(|before| before.ident().is_some() || before.is(">") || before.is("]") || before.is(","));
                if typed && ["=", ";", ","].iter().any(|next| self.is_at(at + 1, next)) {
                    names.insert(name.to_owned());
                }
            }
            at += 1;
        }
        names
    }

    /// The names of the methods that stand between, without those of classes inside.
    pub(super) fn method_names(&self, from: usize, end: usize) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        let mut at = from;
        while at < end {
            let token = self.tokens[at];
            let before = at.checked_sub(1).map(|before| self.tokens[before]);
            let declared = if self.is_kotlin() {
                before.is_some_and(|before| before.is("fun"))
            } else {
                before.is_some_and(|before| before.ident().is_some_and(|word| word != "new") || before.is(">") || before.is("]"))
            };
            if self.is_at(at + 1, "(") && declared {
                names.extend(token.ident().map(str::to_owned));
            }
            if token.is("{") && (from..at).rev().take(3).any(|before| self.is_at(before, "companion")) {
                names.extend(self.method_names(at + 1, self.closing(at).min(end)));
            }
            at = if ["(", "{", "["].iter().any(|open| token.is(open)) { self.closing(at) + 1 } else { at + 1 };
        }
        names
    }

    /// A method, constructor or field of Java.
    pub(super) fn java_member(&mut self, annotations: Vec<Annotation>, from: usize, end: usize) {
        self.type_arguments();
        let start = self.at;
        // the type, and the name behind it
        let mut name = None;
        while self.at < end {
            if let Some(word) = self.ident(0) {
                name = Some((word, self.at));
                self.at += 1;
            } else if self.is("<") && self.type_arguments() || self.is("[") && self.is_at(self.at + 1, "]") {
                self.at += if self.is("[") { 2 } else { 0 };
            } else if self.is(".") || self.is("@") || self.is("...") {
                self.at += 1;
            } else {
                break;
            }
        }
        let Some((word, at)) = name else {
            self.at = (self.at + 1).min(end);
            return;
        };
        let kind = self.words(start, at);
        if self.is("(") {
            let is_constructor = kind.is_empty() && self.class().is_some_and(|class| class.name.rsplit('.').next() == Some(word));
            self.at = at;
            self.method_like(if is_constructor { "<init>" } else { word }, kind, annotations, from);
        } else if self.is("{") && self.class().is_some_and(|class| class.name.rsplit('.').next() == Some(word)) {
            // a record's constructor without a list
            self.at = at;
            self.initializer_of_record();
        } else {
            self.at = at;
            self.java_fields(&kind, &annotations, end);
        }
    }

    pub(super) fn initializer_of_record(&mut self) {
        self.at += 1;
        let close = self.closing(self.at);
        self.at += 1;
        self.locals.push(BTreeSet::new());
        self.block(close);
        self.locals.pop();
        self.at = close + 1;
    }

    pub(super) fn java_fields(&mut self, kind: &str, annotations: &[Annotation], end: usize) {
        while let Some(name) = self.ident(0).filter(|_| self.at < end) {
            let from = self.at;
            self.at += 1;
            while self.is("[") {
                self.skip();
            }
            let default = if self.eat("=") { Some(self.expression()) } else { None };
            self.field(name, Some(kind.to_owned()), default, annotations.to_vec(), self.span(from));
            if !self.eat(",") {
                break;
            }
        }
        if !self.eat(";") {
            // not what it seemed to be: on to the end of it
            while self.at < end && !self.is(";") && !self.is("{") && !self.is("}") {
                self.at += 1;
            }
        }
    }

    pub(super) fn field(&mut self, name: &str, kind: Option<String>, default: Option<Value>, annotations: Vec<Annotation>, at: At) {
        let kind = kind.filter(|kind| !kind.is_empty());
        if let Some(class) = self.class().map(|class| class.name.clone()) {
            let field = Field { name: name.to_owned(), kind, default, annotations, at };
            if let Some(declared) = self.outline.types.iter_mut().rev().find(|declared| declared.name == class) {
                declared.fields.push(field);
            }
        } else {
            let value = default.unwrap_or_default();
            let context = self.context;
            self.outline.bindings.push(Binding { target: name.to_owned(), kind, value, result: 0, declares: true, context, at });
        }
    }

    /// `val name: Type = value`, in a class or in none.
    pub(super) fn property(&mut self, annotations: Vec<Annotation>) {
        self.at += 1;
        self.type_arguments();
        let from = self.at;
        let Some(name) = self.ident(0) else { return };
        self.at += 1;
        let mut name = name;
        // `val String.length`
        while self.is(".") && self.ident(1).is_some() {
            name = self.ident(1).unwrap_or(name);
            self.at += 2;
        }
        let kind = if self.eat(":") { Some(self.kind()) } else { None };
        let default = if self.eat("=") || self.eat("by") { Some(self.expression()) } else { None };
        let at = self.span(from);
        let getter = default.is_none() && self.is("get") && self.is_at(self.at + 1, "(");
        let default = if getter {
            self.at += 1;
            self.skip();
            if self.eat("=") { Some(self.expression()) } else { None }
        } else {
            default
        };
        self.field(name, kind, default, annotations, at);
        self.eat(";");
    }

    /// A type as it is written.
    pub(super) fn kind(&mut self) -> String {
        let from = self.at;
        self.annotations();
        loop {
            if self.is("(") {
                self.skip();
            } else if self.ident(0).is_some() {
                self.at += 1;
            } else {
                break;
            }
            self.type_arguments();
            while self.is("[") && self.is_at(self.at + 1, "]") {
                self.at += 2;
            }
            self.eat("?");
            if !(self.eat(".") || self.eat("->")) {
                break;
            }
        }
        self.eat("...");
        self.words(from, self.at)
    }
}
