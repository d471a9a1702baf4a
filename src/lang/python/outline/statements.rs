//! Statements: imports, bindings, functions, classes, and what surrounds them.

use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{
    Decorator, ExceptHandler, Expr, Parameters, Stmt, StmtClassDef, StmtFunctionDef, StmtIf, StmtImportFrom, StmtTry, StmtWith,
};

use super::{BLOCKS, Reader, at};
use crate::program::{Annotation, Binding, Context, Field, Function, Import, Parameter, Type, Value};

impl<'a> Visitor<'a> for Reader<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        self.statement(stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        self.value(expr);
    }

    /// What stands in for a type is no code.
    fn visit_annotation(&mut self, _: &'a Expr) {}
}

impl Reader<'_> {
    /// Statements, one after another.
    pub(super) fn body(&mut self, statements: &[Stmt]) {
        self.blocks += 1;
        if self.blocks <= BLOCKS {
            statements.iter().for_each(|stmt| self.statement(stmt));
        }
        self.blocks -= 1;
    }

    fn statement(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Import(import) => {
                for alias in &import.names {
                    let full = alias.name.as_str();
                    let first = full.split('.').next().unwrap_or_default();
                    let bound = alias.asname.as_ref().map_or((first, first), |name| (name.as_str(), full));
                    self.names.import(bound.0, bound.1);
                    // `import a.b` gives the name `a` alone, which is no name of `a.b`
                    self.import(full.to_owned(), Some(bound.0).filter(|_| bound.1 == full), import);
                }
            }
            Stmt::ImportFrom(from) => self.import_from(from),
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::ClassDef(class) => self.class(class),
            Stmt::Assign(assign) => {
                let value = self.value(&assign.value);
                assign.targets.iter().for_each(|target| self.bind(target, &assign.value, value.clone(), stmt));
            }
            Stmt::AnnAssign(assign) => {
                let value = assign.value.as_deref().map(|value| (value, self.value(value)));
                self.field(&assign.target, Some(&assign.annotation), value.as_ref().map(|(_, value)| value), stmt);
                if let Some((expr, value)) = value {
                    let before = self.outline.bindings.len();
                    self.bind(&assign.target, expr, value, stmt);
                    let kind = self.said(&*assign.annotation);
                    self.outline.bindings.iter_mut().skip(before).for_each(|binding| binding.kind = Some(kind.clone()));
                }
            }
            Stmt::AugAssign(assign) => {
                let (before, more) = (self.value(&assign.target), self.value(&assign.value));
                self.bind(&assign.target, &assign.value, Value::Joined(vec![before, more]), stmt);
            }
            Stmt::Return(back) => {
                let value = back.value.as_deref().map(|value| self.value(value));
                self.returned(value);
            }
            // a docstring, or a comment in quotes
            Stmt::Expr(expr) if expr.value.is_string_literal_expr() => {}
            Stmt::Assert(assert) => self.asserted(&assert.test),
            Stmt::Global(global) => global.names.iter().for_each(|name| self.names.share(name.as_str())),
            Stmt::If(choice) => self.choice(choice),
            Stmt::Try(attempt) => self.attempt(attempt),
            Stmt::With(with) => self.with(with),
            Stmt::For(each) => {
                // one of them at a time
                let items = Some(self.value(&each.iter)).filter(|items| matches!(items, Value::List(_)) && each.target.is_name_expr());
                self.bind(&each.target, &each.iter, items.unwrap_or_default(), &*each.target);
                self.body(&each.body);
                self.body(&each.orelse);
            }
            Stmt::Match(choice) => {
                self.value(&choice.subject);
                self.within(Context { conditional: true, ..self.context }, |reader| {
                    choice.cases.iter().for_each(|case| reader.body(&case.body));
                });
            }
            _ => walk_stmt(self, stmt),
        }
    }

    /// Notes what `from module import *` brings.
    pub(super) fn stars(&mut self, body: &[Stmt]) {
        let stars = body.iter().filter_map(|stmt| match stmt {
            Stmt::ImportFrom(from) if from.names.iter().any(|alias| alias.name.as_str() == "*") => Some(from),
            _ => None,
        });
        let stars: Vec<_> = stars.collect();
        let Some(first) = stars.first() else { return };
        let bound = |stmt: &Stmt| match stmt {
            Stmt::FunctionDef(function) => vec![function.name.to_string()],
            Stmt::ClassDef(class) => vec![class.name.to_string()],
            Stmt::Assign(assign) => assign.targets.iter().filter_map(|target| Some(target.as_name_expr()?.id.to_string())).collect(),
            Stmt::AnnAssign(assign) => assign.target.as_name_expr().map(|name| name.id.to_string()).into_iter().collect(),
            _ => Vec::new(),
        };
        self.names.star(&module_of(first), body.iter().flat_map(bound), stars.len() > 1);
    }

    fn import(&mut self, path: String, name: Option<&str>, place: &impl ruff_text_size::Ranged) {
        let framework = path.split('.').next().unwrap_or_default();
        self.tests |= matches!(framework, "pytest" | "unittest");
        let name = name.map(str::to_owned);
        self.outline.imports.push(Import { path, name, context: self.context, at: at(place) });
    }

    fn import_from(&mut self, from: &StmtImportFrom) {
        let module = module_of(from);
        for alias in &from.names {
            let dot = if module.ends_with('.') { "" } else { "." };
            let full = format!("{module}{dot}{}", alias.name);
            let bound = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
            let star = bound == "*";
            if !star {
                self.names.import(bound, &full);
            }
            self.import(full, Some(bound).filter(|_| !star), from);
        }
    }

    /// `target = value`; `expr` is what the value was read from.
    pub(super) fn bind(&mut self, target: &Expr, expr: &Expr, value: Value, place: &impl ruff_text_size::Ranged) {
        match target {
            Expr::Tuple(_) | Expr::List(_) => {
                let targets = match target {
                    Expr::Tuple(tuple) => &tuple.elts,
                    Expr::List(list) => &list.elts,
                    _ => return,
                };
                for (index, target) in targets.iter().enumerate() {
                    let (value, result) = match &value {
                        Value::List(values) => (values.get(index).cloned().unwrap_or_default(), 0),
                        other => (other.clone(), u32::try_from(index).unwrap_or(u32::MAX)),
                    };
                    self.bind_one(target, value, result, place);
                }
            }
            _ => {
                self.bind_one(target, value, 0, place);
                if !self.classes.is_empty() && self.context.function.is_none() && target.is_name_expr() {
                    let value = self.outline.bindings.last().map(|binding| binding.value.clone());
                    self.field(target, None, value.as_ref(), expr);
                }
            }
        }
    }

    fn bind_one(&mut self, target: &Expr, value: Value, result: u32, place: &impl ruff_text_size::Ranged) {
        let (name, declares) = match target {
            Expr::Name(name) if self.context.function.is_none() && !self.classes.is_empty() => (self.member(name.id.as_str()), true),
            Expr::Name(name) => {
                // what is only perhaps bound hides nothing
                if self.context.function.is_some() || !self.context.conditional {
                    self.names.own(name.id.as_str());
                }
                (name.id.to_string(), self.context.function.is_some() && !self.names.is_shared(name.id.as_str()))
            }
            Expr::Starred(starred) => return self.bind_one(&starred.value, Value::Unknown, 0, place),
            _ => match self.target(target) {
                Some(name) => (name, false),
                None => return,
            },
        };
        let (context, at) = (self.context, at(place));
        self.outline.bindings.push(Binding { target: name, kind: None, value, result, declares, context, at });
    }

    /// A field of the class that is being read.
    fn field(&mut self, target: &Expr, kind: Option<&Expr>, default: Option<&Value>, place: &impl ruff_text_size::Ranged) {
        let Expr::Name(name) = target else { return };
        if self.classes.is_empty() || self.context.function.is_some() {
            return;
        }
        let class = self.classes.join(".");
        let field = Field {
            name: name.id.to_string(),
            kind: kind.map(|kind| self.said(kind)),
            default: default.cloned(),
            annotations: kind.map(|kind| self.annotated(kind)).unwrap_or_default(),
            at: at(place),
        };
        let kind = self.outline.types.iter_mut().rev().find(|kind| kind.name == class);
        if let Some(kind) = kind.filter(|kind| !kind.fields.iter().any(|known| known.name == field.name)) {
            kind.fields.push(field);
        }
    }

    fn returned(&mut self, value: Option<Value>) {
        let function = self.context.function.and_then(|index| self.outline.functions.get_mut(index as usize));
        if let (Some(function), Some(value)) = (function, value) {
            function.returns.push(value);
        }
    }

    fn function(&mut self, function: &StmtFunctionDef) {
        let method = !self.classes.is_empty() && self.context.function.is_none();
        let annotations = self.annotations(&function.decorator_list);
        let bound = method && !annotations.iter().any(|annotation| annotation.name == "staticmethod");
        let parameters = self.parameters(&function.parameters, bound);
        let name = function.name.as_str();
        let test = self.context.test || (self.tests && name.starts_with("test"));
        if !method {
            self.names.own(name);
        }
        let index = self.define(Function {
            name: if method { self.member(name) } else { name.to_owned() },
            inside: self.context.function,
            parameters,
            annotations,
            public: !name.starts_with('_'),
            asynchronous: function.is_async,
            test,
            at: at(&function.name),
            body: at(function),
            ..Function::default()
        });
        self.inside(index, test, |reader| reader.body(&function.body));
    }

    /// Adds a function, and gives its number.
    pub(super) fn define(&mut self, function: Function) -> u32 {
        self.outline.functions.push(function);
        u32::try_from(self.outline.functions.len() - 1).unwrap_or(u32::MAX)
    }

    /// Reads a function's body.
    pub(super) fn inside(&mut self, index: u32, test: bool, act: impl FnOnce(&mut Self)) {
        self.names.enter();
        let parameters = self.outline.functions.get(index as usize).map(|function| function.parameters.clone()).unwrap_or_default();
        parameters.iter().for_each(|parameter| self.names.own(&parameter.name));
        self.within(Context { function: Some(index), test, ..Context::default() }, act);
        self.names.leave();
    }

    /// The parameters of a function; of a method without the first.
    pub(super) fn parameters(&mut self, parameters: &Parameters, bound: bool) -> Vec<Parameter> {
        let plain = parameters.posonlyargs.iter().chain(&parameters.args).skip(usize::from(bound)).chain(&parameters.kwonlyargs);
        let one = |parameter: &ruff_python_ast::ParameterWithDefault| {
            let kind = parameter.parameter.annotation.as_deref();
            Parameter {
                name: parameter.parameter.name.to_string(),
                kind: kind.map(|kind| self.said(kind)),
                default: parameter.default.as_deref().map(|default| self.value(default)),
                annotations: kind.map(|kind| self.annotated(kind)).unwrap_or_default(),
            }
        };
        plain.map(one).collect()
    }

    /// What `Annotated[type, ...]` says besides the type.
    fn annotated(&mut self, kind: &Expr) -> Vec<Annotation> {
        let Expr::Subscript(subscript) = kind else { return Vec::new() };
        let Some(Expr::Tuple(parts)) = Some(&*subscript.slice).filter(|_| self.said(&*subscript.value).ends_with("Annotated")) else {
            return Vec::new();
        };
        parts.elts.iter().skip(1).filter_map(|part| self.annotation(part)).collect()
    }

    fn annotations(&mut self, decorators: &[Decorator]) -> Vec<Annotation> {
        decorators.iter().filter_map(|decorator| self.annotation(&decorator.expression)).collect()
    }

    fn class(&mut self, class: &StmtClassDef) {
        let annotations = self.annotations(&class.decorator_list);
        let mut bases = Vec::new();
        for base in class.arguments.iter().flat_map(|arguments| &arguments.args) {
            if let Value::Name(name) = self.value(base) {
                bases.push(name);
            }
        }
        for keyword in class.arguments.iter().flat_map(|arguments| &arguments.keywords) {
            self.value(&keyword.value);
        }
        let name = class.name.as_str();
        if self.context.function.is_none() && self.classes.is_empty() {
            self.names.own(name);
        }
        let test = self.context.test || bases.iter().any(|base| base.ends_with("TestCase")) || (self.tests && name.starts_with("Test"));
        // a class in a function is no member of the function's class
        let outer = if self.context.function.is_some() { std::mem::take(&mut self.classes) } else { self.classes.clone() };
        let kind = Type { name: self.member(name), bases, fields: Vec::new(), annotations, at: at(&class.name) };
        self.outline.types.push(kind);
        self.classes.push(name.to_owned());
        self.within(Context { function: None, test, ..self.context }, |reader| reader.body(&class.body));
        self.classes = outer;
    }

    fn choice(&mut self, choice: &StmtIf) {
        let asked = self.asked(&choice.test);
        self.check(asked.missing, &choice.body, &*choice.test);
        if let Some(otherwise) = choice.elif_else_clauses.first().filter(|clause| clause.test.is_none()) {
            self.check(asked.present, &otherwise.body, &*choice.test);
        }
        let guarded = self.context.guarded || (self.context.function.is_none() && is_guard(&choice.test));
        let conditional = self.context.conditional || guarded == self.context.guarded;
        self.within(Context { conditional, guarded, ..self.context }, |reader| reader.body(&choice.body));
        for clause in &choice.elif_else_clauses {
            clause.test.iter().for_each(|test| _ = self.value(test));
            self.within(Context { conditional: true, ..self.context }, |reader| reader.body(&clause.body));
        }
    }

    fn attempt(&mut self, attempt: &StmtTry) {
        let caught = Context { conditional: true, ..self.context };
        let tried = if attempt.handlers.is_empty() { self.context } else { caught };
        let raises = |handler: &ExceptHandler| {
            let ExceptHandler::ExceptHandler(handler) = handler;
            handler.body.iter().any(|stmt| matches!(stmt, Stmt::Raise(_)))
        };
        let outer = self.tried;
        self.tried |= !attempt.handlers.is_empty() && !attempt.handlers.iter().any(raises);
        self.within(tried, |reader| reader.body(&attempt.body));
        self.tried = outer;
        self.within(caught, |reader| {
            for ExceptHandler::ExceptHandler(handler) in &attempt.handlers {
                reader.body(&handler.body);
            }
            reader.body(&attempt.orelse);
        });
        self.body(&attempt.finalbody);
    }

    fn with(&mut self, with: &StmtWith) {
        let mut suppressed = false;
        for item in &with.items {
            let value = self.value(&item.context_expr);
            suppressed |= matches!(&value, Value::Call(call) if call.path.ends_with("suppress"));
            if let Some(target) = &item.optional_vars {
                self.bind(target, &item.context_expr, value, item);
            }
        }
        let conditional = self.context.conditional || suppressed;
        self.within(Context { conditional, ..self.context }, |reader| reader.body(&with.body));
    }
}

/// `..package.module`
fn module_of(from: &StmtImportFrom) -> String {
    format!("{}{}", ".".repeat(from.level as usize), from.module.as_ref().map_or("", |module| module.as_str()))
}

/// `__name__ == "__main__"`
fn is_guard(test: &Expr) -> bool {
    match test {
        Expr::Compare(compare) => {
            let sides: Vec<&Expr> = std::iter::once(&*compare.left).chain(&compare.comparators).collect();
            let asks = sides.iter().any(|side| matches!(side, Expr::Name(name) if name.id == "__name__"));
            let equal = compare.ops.iter().all(|op| matches!(op, ruff_python_ast::CmpOp::Eq | ruff_python_ast::CmpOp::In));
            asks && equal && sides.iter().any(|side| matches!(side, Expr::StringLiteral(main) if main.value.to_str() == "__main__"))
        }
        Expr::BoolOp(choice) => choice.values.iter().any(is_guard),
        _ => false,
    }
}
