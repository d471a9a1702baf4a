//! Methods, constructors, and their parameters.

use std::collections::BTreeSet;

use super::Reader;
use crate::program::{Annotation, At, Context, Function, Parameter};

impl Reader<'_, '_> {
    pub(super) fn function(&mut self, annotations: Vec<Annotation>, from: usize) {
        self.at += 1;
        self.type_arguments();
        let mut name = "";
        // `fun Type.name(`: it belongs to the file
        while let Some(word) = self.ident(0) {
            name = word;
            self.at += 1;
            self.type_arguments();
            self.eat("?");
            if !self.eat(".") {
                break;
            }
        }
        self.at -= 1;
        let suspends = annotations.iter().any(|annotation| annotation.name == "suspend");
        let number = self.outline.functions.len();
        self.method_like(name, String::new(), annotations, from);
        if let Some(function) = self.outline.functions.get_mut(number) {
            function.asynchronous = suspends;
        }
    }

    pub(super) fn constructor(&mut self, annotations: Vec<Annotation>, from: usize) {
        self.method_like("<init>", String::new(), annotations, from);
    }

    /// A function whose name stands here, its parameters behind it.
    pub(super) fn method_like(&mut self, name: &str, gives: String, annotations: Vec<Annotation>, from: usize) {
        let test = annotations.iter().any(|annotation| {
            matches!(annotation.name.rsplit('.').next(), Some("Test" | "ParameterizedTest" | "BeforeEach" | "BeforeAll" | "Before"))
        });
        let at = self.peek(0).map_or_else(At::default, |token| token.at());
        self.at += 1;
        let number = u32::try_from(self.outline.functions.len()).unwrap_or(u32::MAX);
        let name = self.class().map_or_else(|| name.to_owned(), |class| format!("{}.{name}", class.name));
        let public = annotations.iter().any(|annotation| annotation.name == "public") || self.is_kotlin();
        let inside = self.context.function;
        self.outline.functions.push(Function { name, inside, annotations, public, test, at, ..Function::default() });
        let context = self.context;
        self.context = Context { function: Some(number), conditional: false, test: context.test || test, guarded: false };
        self.locals.push(BTreeSet::new());
        let parameters = if self.is("(") { self.parameters() } else { Vec::new() };
        let mut gives = gives;
        if self.is_kotlin() && self.eat(":") {
            if self.is("this") || self.is("super") {
                self.expression();
            } else {
                gives = self.kind();
            }
        }
        while self.is("throws") || self.is("where") || self.is(",") || self.is("[") || self.ident(0).is_some() && !self.is_kotlin() {
            self.at += 1;
        }
        self.with(number, |function| {
            function.parameters = parameters;
            function.gives = (!gives.is_empty() && gives != "void").then_some(gives);
        });
        if self.is("{") {
            let close = self.closing(self.at);
            self.at += 1;
            self.block(close);
            self.at = (close + 1).min(self.tokens.len());
        } else if self.is_kotlin() && self.eat("=") {
            let value = self.expression();
            self.with(number, |function| function.returns.push(value));
        } else {
            if self.eat("default") {
                self.expression();
            }
            self.eat(";");
        }
        let body = self.span(from);
        self.with(number, |function| function.body = body);
        self.locals.pop();
        self.context = context;
    }

    pub(super) fn with(&mut self, number: u32, change: impl FnOnce(&mut Function)) {
        if let Some(function) = self.outline.functions.get_mut(number as usize) {
            change(function);
        }
    }

    /// A list of parameters, between brackets.
    pub(super) fn parameters(&mut self) -> Vec<Parameter> {
        let close = self.closing(self.at);
        self.at += 1;
        let mut parameters = Vec::new();
        while self.at < close {
            let from = self.at;
            let annotations = self.annotations();
            let parameter = if self.is_kotlin() { self.kotlin_parameter(annotations) } else { self.java_parameter(annotations, close) };
            parameters.extend(parameter);
            self.eat(",");
            if self.at == from {
                self.at += 1;
            }
        }
        self.at = close + 1;
        parameters
    }

    pub(super) fn kotlin_parameter(&mut self, annotations: Vec<Annotation>) -> Option<Parameter> {
        if !self.eat("val") {
            self.eat("var");
        }
        let name = self.ident(0)?;
        self.at += 1;
        self.declare(name);
        let kind = if self.eat(":") { Some(self.kind()) } else { None };
        let default = if self.eat("=") { Some(self.expression()) } else { None };
        Some(Parameter { name: name.to_owned(), kind, default, annotations })
    }

    pub(super) fn java_parameter(&mut self, annotations: Vec<Annotation>, close: usize) -> Option<Parameter> {
        let from = self.at;
        let kind = self.kind();
        let Some(name) = self.ident(0).filter(|_| self.at < close) else {
            // a lambda's, which has a name alone
            let name = self.tokens.get(from)?.ident()?;
            self.declare(name);
            return Some(Parameter { name: name.to_owned(), annotations, ..Parameter::default() });
        };
        self.at += 1;
        while self.is("[") {
            self.skip();
        }
        self.declare(name);
        Some(Parameter { name: name.to_owned(), kind: Some(kind), default: None, annotations })
    }
}
