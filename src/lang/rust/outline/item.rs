//! Items: functions, types, constants, modules.

use super::{Module, Parser};
use crate::catalog::vocabulary::last_word;
use crate::program::scan::{Kind, Token};
use crate::program::{Annotation, Binding, Field, Function, Type};

impl Parser<'_> {
    /// Reads items up to the end.
    pub(super) fn items(&mut self) {
        while self.peek().is_some() {
            let before = self.at;
            if !self.item() {
                self.pass();
            }
            if self.at == before {
                self.at += 1;
            }
        }
    }

    /// Reads an item with its attributes; whether there was one.
    pub(super) fn item(&mut self) -> bool {
        let first = self.at;
        let (compiled, annotations) = self.attributes();
        if !compiled {
            self.skip_item();
            return true;
        }
        let public = self.visibility();
        if self.item_inside(first, public, annotations) {
            return true;
        }
        self.at > first
    }

    fn visibility(&mut self) -> bool {
        let public = self.take("pub");
        if public && self.is("(") && self.ahead(1).is_some_and(|token| matches!(token.text, "crate" | "super" | "self" | "in")) {
            self.pass();
        }
        public
    }

    fn item_inside(&mut self, first: usize, public: bool, annotations: Vec<Annotation>) -> bool {
        let begin = self.at;
        let asynchronous = self.modifiers();
        let Some(word) = self.peek().and_then(Token::ident) else { return false };
        let named = self.ahead(1).is_some_and(|token| token.kind == Kind::Ident);
        match word {
            "fn" => self.function_item(first, Function { annotations, public, asynchronous, ..Function::default() }),
            "struct" | "union" if named => self.structure(first, annotations),
            "enum" if named => self.enumeration(first, annotations),
            "impl" => self.implementation(),
            "trait" if named => self.trait_item(),
            "mod" if named => self.module(&annotations),
            "const" | "static" if named => self.constant(),
            "type" if named => self.skip_statement(),
            "use" => self.skip_statement(),
            "extern" => self.skip_item(),
            "macro_rules" if self.is_ahead(1, "!") => self.skip_item(),
            _ => {
                self.at = begin;
                return self.lazy();
            }
        }
        true
    }

    /// Passes what stands before `fn`, `impl` and `trait`; whether `async` is among it.
    fn modifiers(&mut self) -> bool {
        let mut asynchronous = false;
        while self.peek().is_some_and(|token| matches!(token.text, "async" | "unsafe" | "const" | "extern" | "default"))
            && self.leads_to_item()
        {
            asynchronous |= self.is("async");
            self.at += 1;
            if self.peek().is_some_and(|token| token.kind == Kind::Str) {
                self.at += 1;
            }
        }
        asynchronous
    }

    /// Whether the modifier here stands before a function or a trait.
    fn leads_to_item(&self) -> bool {
        let mut by = 1;
        if self.ahead(by).is_some_and(|token| token.kind == Kind::Str) {
            by += 1;
        }
        self.ahead(by).is_some_and(|token| matches!(token.text, "fn" | "unsafe" | "extern" | "impl" | "trait" | "async"))
    }

    /// Passes an item: to its `;` or behind its block.
    pub(super) fn skip_item(&mut self) {
        while let Some(token) = self.peek() {
            let ends = token.kind == Kind::Punct && matches!(token.text, "{" | ";");
            self.pass();
            if ends {
                return;
            }
        }
    }

    fn skip_statement(&mut self) {
        while self.peek().is_some() && !self.take(";") {
            self.pass();
        }
    }

    fn function_item(&mut self, first: usize, mut function: Function) {
        self.at += 1;
        let Some(name) = self.word() else { return };
        function.name = self.owner.as_ref().map_or_else(|| name.to_owned(), |owner| format!("{owner}.{name}"));
        function.test = function.annotations.iter().any(|annotation| annotation.name.rsplit('.').next() == Some("test"));
        self.skip_angles();
        if !self.is("(") {
            return;
        }
        let (parameters, names) = self.parameters();
        function.parameters = parameters;
        function.at = self.place(first);
        if self.take("->") {
            function.gives = Some(self.kind(&["{", "where"]));
        }
        self.skip_to(&["{"]);
        if !self.is("{") {
            return;
        }
        let owner = self.owner.clone();
        self.function(function, &names, |parser| Some(parser.block()));
        self.owner = owner;
    }

    fn structure(&mut self, first: usize, mut annotations: Vec<Annotation>) {
        self.at += 1;
        let Some(name) = self.word() else { return };
        let bases = Self::derived(&mut annotations);
        let mut declared = Type { name: name.to_owned(), bases, annotations, ..Type::default() };
        self.skip_angles();
        self.skip_to(&["{", "("]);
        self.fields(&mut declared);
        declared.at = self.place(first);
        self.out.types.push(declared);
    }

    /// The fields in the brackets that open here.
    fn fields(&mut self, of: &mut Type) {
        let named = self.is("{");
        if !named && !self.is("(") {
            return;
        }
        let name = of.name.clone();
        let outer = self.owner.replace(name);
        self.within(|parser| {
            while parser.peek().is_some() {
                let first = parser.at;
                let (compiled, annotations) = parser.attributes();
                parser.visibility();
                let name = if named { parser.word().unwrap_or_default().to_owned() } else { of.fields.len().to_string() };
                if named && !parser.take(":") {
                    parser.skip_to(&[","]);
                }
                let kind = Some(parser.kind(&[","]));
                if compiled {
                    of.fields.push(Field { name, kind, default: None, annotations, at: parser.place(first) });
                }
                if !parser.take(",") {
                    parser.pass();
                }
            }
        });
        self.owner = outer;
    }

    /// An enumeration's variants are its fields; one with fields of its own is a type too.
    fn enumeration(&mut self, first: usize, mut annotations: Vec<Annotation>) {
        self.at += 1;
        let Some(name) = self.word() else { return };
        let bases = Self::derived(&mut annotations);
        let mut declared = Type { name: name.to_owned(), bases, annotations, ..Type::default() };
        self.skip_angles();
        self.skip_to(&["{"]);
        if self.is("{") {
            self.within(|parser| parser.variants(&mut declared));
        }
        declared.at = self.place(first);
        self.out.types.push(declared);
    }

    fn variants(&mut self, of: &mut Type) {
        while self.peek().is_some() {
            let first = self.at;
            let (compiled, annotations) = self.attributes();
            let Some(name) = self.word() else {
                self.pass();
                continue;
            };
            let kind = self.is("(").then(|| {
                let open = self.at + 1;
                self.pass();
                self.text_of(open, self.at.saturating_sub(1))
            });
            if self.is("{") {
                let mut variant = Type { name: format!("{}.{name}", of.name), annotations: annotations.clone(), ..Type::default() };
                self.fields(&mut variant);
                variant.at = self.place(first);
                if compiled {
                    self.out.types.push(variant);
                }
            }
            if compiled {
                of.fields.push(Field { name: name.to_owned(), kind, default: None, annotations, at: self.place(first) });
            }
            self.skip_to(&[","]);
            if !self.take(",") {
                self.pass();
            }
        }
    }

    /// `impl Trait for Type { ... }`.
    fn implementation(&mut self) {
        self.at += 1;
        self.skip_angles();
        self.take("!");
        let mut name = self.type_name();
        if self.take("for") {
            name = self.type_name();
        }
        // wherever the type comes from, its methods are called by its own name
        self.members(last_word(&name).to_owned());
    }

    fn trait_item(&mut self) {
        self.at += 1;
        let name = self.word().unwrap_or_default().to_owned();
        self.members(name);
    }

    fn members(&mut self, name: String) {
        self.skip_to(&["{"]);
        if !self.is("{") {
            return;
        }
        if !self.down() {
            return self.pass();
        }
        let outer = self.owner.replace(name);
        self.within(Self::items);
        self.owner = outer;
        self.up();
    }

    fn module(&mut self, annotations: &[Annotation]) {
        self.at += 1;
        let name = self.word().unwrap_or_default();
        if !self.is("{") {
            let file = annotations.iter().find(|annotation| annotation.name == "path");
            let file = file.and_then(|annotation| annotation.arguments.first()?.value.text().map(str::to_owned));
            let path = self.inside.iter().chain([&name]).copied().collect::<Vec<_>>().join(".");
            self.modules.push(Module { path: path.replace("r#", ""), file });
            self.take(";");
            return;
        }
        if !self.down() {
            return self.pass();
        }
        let outer = self.context;
        self.context.test |= annotations.iter().any(|annotation| annotation.name == "test");
        self.inside.push(name);
        self.within(Self::items);
        self.inside.pop();
        self.context = outer;
        self.up();
    }

    /// `const NAME: T = value;`.
    fn constant(&mut self) {
        let first = self.at;
        self.at += 1;
        self.take("mut");
        self.take("ref");
        let Some(name) = self.word() else { return };
        let kind = if self.take(":") { Some(self.kind(&["="])) } else { None };
        if self.take("=") {
            let value = self.expression();
            let target = self.owner.as_ref().map_or_else(|| name.to_owned(), |owner| format!("{owner}.{name}"));
            self.out.bindings.push(Binding {
                target,
                kind,
                value,
                declares: true,
                context: self.context,
                at: self.place(first),
                ..Binding::default()
            });
        }
        self.skip_statement();
    }

    /// `lazy_static! { static ref NAME: T = value; }` and macros of items like it.
    fn lazy(&mut self) -> bool {
        let is_macro = self.is("lazy_static") && self.is_ahead(1, "!") && self.is_ahead(2, "{");
        if !is_macro || !self.down() {
            return false;
        }
        self.at += 2;
        self.within(Self::items);
        self.up();
        true
    }
}
