//! Python sources by their syntax tree, cut down to what tells how a program starts: imports, assignments, functions and calls.
//! Names are spelt in full: after `from fastapi import FastAPI as API`, `API()` is a call of `fastapi.FastAPI`.

use std::collections::BTreeMap;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprCall, Identifier, InterpolatedStringElement, Number, Operator, Stmt};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::Ranged;

use crate::evidence::Span;

/// Longer files are made by machines, and their trees are deep.
const LONGEST: usize = 512 * 1024;
/// Deeper expressions are no program that people wrote, and the parser goes down with them.
const DEEPEST: usize = 120;

/// What a source file says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outline {
    /// What is imported, in full: `fastapi.FastAPI`; relative ones begin with dots.
    pub imports: Vec<At<String>>,
    /// Names that are given a value.
    pub assigns: Vec<Assign>,
    /// Functions of the module itself.
    pub functions: Vec<Function>,
    /// All calls.
    pub calls: Vec<Call>,
    /// `if __name__ == "__main__":`
    pub guard: Option<At<()>>,
    /// Whether it is no Python of today, or was not read to its end.
    pub broken: bool,
}

/// Something and the bytes where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct At<T> {
    /// What.
    pub value: T,
    /// From where.
    pub start: usize,
    /// To where.
    pub end: usize,
}

impl<T> At<T> {
    /// Where it stands in `text`, which it was read from.
    pub fn span(&self, text: &str) -> Span {
        Span::of(text, self.start, self.end)
    }
}

/// Where a statement stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// In the module: it runs when the module is imported.
    Module,
    /// Below `if __name__ == "__main__":`.
    Guard,
    /// In a function of that name.
    Function(String),
}

/// `target = value`
#[derive(Clone, Debug, PartialEq)]
pub struct Assign {
    /// The name, or `app.config[KEY]` as `app.config[KEY]`.
    pub target: String,
    /// The value.
    pub value: Value,
    /// Where it stands.
    pub scope: Scope,
    /// Its place.
    pub at: At<()>,
}

/// A function of the module.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// How many arguments it does not work without.
    pub required: usize,
    /// What its `return` statements give.
    pub returns: Vec<Value>,
    /// Its place.
    pub at: At<()>,
}

/// A call.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// What is called, in full.
    pub path: String,
    /// Arguments by place.
    pub args: Vec<Value>,
    /// Arguments by name.
    pub keywords: BTreeMap<String, Value>,
    /// Where it stands.
    pub scope: Scope,
    /// Its place.
    pub at: At<()>,
}

impl Call {
    /// The argument of that name, or at that place.
    pub fn argument(&self, name: &str, place: Option<usize>) -> Option<&Value> {
        self.keywords.get(name).or_else(|| self.args.get(place?))
    }
}

/// An expression, as far as it tells anything.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A string.
    Text(String),
    /// A whole number.
    Number(u32),
    /// A name, in full.
    Name(String),
    /// A call; `a[b]` is a call of `a[]`.
    Call(Box<Call>),
    /// A list, tuple or set.
    List(Vec<Value>),
    /// The keys and values of a dictionary.
    Table(Vec<(Value, Value)>),
    /// Parts that are put together: an f-string, `+`, `/`.
    Joined(Vec<Value>),
    /// One of several: `a or b`, `a if b else c`.
    Either(Vec<Value>),
    /// Anything else.
    Other,
}

impl Value {
    /// The string, when it is one.
    pub fn text(&self) -> Option<&str> {
        if let Value::Text(text) = self { Some(text) } else { None }
    }
}

impl Outline {
    /// Reads a source file. A file that is no Python gives what can be made out of it.
    pub fn of(text: &str) -> Self {
        if text.len() > LONGEST || deep(text) {
            return Self { broken: deep(text), ..Self::default() };
        }
        let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module));
        let mut reader = Reader { outline: Self::default(), names: BTreeMap::new(), scopes: vec![Scope::Module] };
        if let ruff_python_ast::Mod::Module(module) = parsed.syntax() {
            for stmt in &module.body {
                reader.visit_stmt(stmt);
            }
        }
        reader.outline.broken = parsed.has_syntax_errors();
        reader.outline
    }

    /// The last value that the module gives to `name`.
    pub fn value(&self, name: &str) -> Option<&Assign> {
        self.assigns.iter().rev().find(|assign| assign.target == name && assign.scope == Scope::Module)
    }

    /// Whether `module`, or something in it, is imported.
    pub fn imports(&self, module: &str) -> bool {
        self.imports
            .iter()
            .any(|import| import.value == module || import.value.strip_prefix(module).is_some_and(|rest| rest.starts_with('.')))
    }
}

/// Whether brackets are nested deeper, or operators chained longer, than any parser should follow.
fn deep(text: &str) -> bool {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    let crowded = |line: &str| line.bytes().filter(|byte| matches!(byte, b'+' | b'-' | b'~' | b'.' | b'*' | b':')).count() > 4000;
    let words = |line: &str| line.len() > 8000 && line.matches(" not ").count() + line.matches("lambda").count() > 500;
    let indent = |line: &str| line.bytes().take_while(u8::is_ascii_whitespace).count() > 8 * DEEPEST;
    deepest > DEEPEST || text.lines().any(|line| crowded(line) || words(line) || indent(line))
}

struct Reader {
    outline: Outline,
    names: BTreeMap<String, String>,
    scopes: Vec<Scope>,
}

impl Reader {
    fn scope(&self) -> Scope {
        self.scopes.last().cloned().unwrap_or(Scope::Module)
    }

    fn import(&mut self, full: String, bound: &str, to: String, at: &impl Ranged) {
        self.outline.imports.push(place(full, at));
        self.names.insert(bound.to_owned(), to);
    }

    /// A dotted name, its first part spelt in full.
    fn path(&self, expr: &Expr) -> Option<String> {
        match expr {
            Expr::Name(name) => Some(self.names.get(name.id.as_str()).cloned().unwrap_or_else(|| name.id.to_string())),
            Expr::Attribute(attribute) => Some(format!("{}.{}", self.path(&attribute.value)?, attribute.attr)),
            Expr::Call(call) => Some(format!("{}()", self.path(&call.func)?)),
            Expr::Subscript(subscript) => Some(format!("{}[]", self.path(&subscript.value)?)),
            _ => None,
        }
    }

    fn call(&self, call: &ExprCall) -> Option<Call> {
        let keyword = |keyword: &ruff_python_ast::Keyword| Some((keyword.arg.as_ref()?.to_string(), self.value(&keyword.value)));
        Some(Call {
            path: self.path(&call.func)?,
            args: call.arguments.args.iter().map(|arg| self.value(arg)).collect(),
            keywords: call.arguments.keywords.iter().filter_map(keyword).collect(),
            scope: self.scope(),
            at: place((), call),
        })
    }

    fn value(&self, expr: &Expr) -> Value {
        let values = |exprs: &[Expr]| exprs.iter().map(|expr| self.value(expr)).collect::<Vec<_>>();
        match expr {
            Expr::StringLiteral(text) => Value::Text(text.value.to_str().to_owned()),
            Expr::NumberLiteral(number) => match &number.value {
                Number::Int(int) => int.as_u32().map_or(Value::Other, Value::Number),
                _ => Value::Other,
            },
            Expr::Name(_) | Expr::Attribute(_) => self.path(expr).map_or(Value::Other, Value::Name),
            Expr::Call(call) => self.formatted(call).or_else(|| Some(Value::Call(Box::new(self.call(call)?)))).unwrap_or(Value::Other),
            Expr::Subscript(subscript) => self.path(expr).map_or(Value::Other, |path| {
                let (args, keywords) = (vec![self.value(&subscript.slice)], BTreeMap::new());
                Value::Call(Box::new(Call { path, args, keywords, scope: self.scope(), at: place((), expr) }))
            }),
            Expr::List(list) => Value::List(values(&list.elts)),
            Expr::Tuple(tuple) => Value::List(values(&tuple.elts)),
            Expr::Set(set) => Value::List(values(&set.elts)),
            Expr::Dict(dict) => {
                Value::Table(dict.items.iter().filter_map(|item| Some((self.value(item.key.as_ref()?), self.value(&item.value)))).collect())
            }
            Expr::BinOp(pair) if matches!(pair.op, Operator::Add | Operator::Div) => {
                Value::Joined(vec![self.value(&pair.left), self.value(&pair.right)])
            }
            Expr::FString(text) => Value::Joined(text.value.elements().map(|part| self.part(part)).collect()),
            Expr::BoolOp(choice) => Value::Either(values(&choice.values)),
            Expr::If(choice) => Value::Either(vec![self.value(&choice.body), self.value(&choice.orelse)]),
            Expr::Await(waits) => self.value(&waits.value),
            _ => Value::Other,
        }
    }

    /// `"...".format(...)`
    fn formatted(&self, call: &ExprCall) -> Option<Value> {
        let Expr::Attribute(attribute) = &*call.func else { return None };
        let text = attribute.value.as_string_literal_expr().filter(|_| attribute.attr.as_str() == "format")?;
        let values = call.arguments.args.iter().map(|arg| self.value(arg));
        Some(Value::Joined(std::iter::once(Value::Text(text.value.to_str().to_owned())).chain(values).collect()))
    }

    fn part(&self, part: &InterpolatedStringElement) -> Value {
        match part {
            InterpolatedStringElement::Literal(literal) => Value::Text(literal.value.to_string()),
            InterpolatedStringElement::Interpolation(inner) => self.value(&inner.expression),
        }
    }

    fn assign(&mut self, target: &Expr, value: &Expr) {
        let target = match target {
            Expr::Name(name) => name.id.to_string(),
            Expr::Attribute(_) => self.path(target).unwrap_or_default(),
            Expr::Subscript(subscript) => match (self.path(&subscript.value), self.value(&subscript.slice)) {
                (Some(path), Value::Text(key)) => format!("{path}[{key}]"),
                _ => return,
            },
            _ => return,
        };
        let assign = Assign { target, value: self.value(value), scope: self.scope(), at: place((), value) };
        self.outline.assigns.push(assign);
    }

    fn import_from(&mut self, from: &ruff_python_ast::StmtImportFrom) {
        let dots = ".".repeat(from.level as usize);
        let module = format!("{dots}{}", from.module.as_ref().map_or("", Identifier::as_str));
        let join = |name: &str| if module.ends_with('.') { format!("{module}{name}") } else { format!("{module}.{name}") };
        for alias in &from.names {
            let full = join(&alias.name);
            let bound = alias.asname.as_ref().unwrap_or(&alias.name).to_string();
            self.import(full.clone(), &bound, full, from);
        }
    }

    fn function(&mut self, function: &ruff_python_ast::StmtFunctionDef) {
        let parameters = &function.parameters;
        let required = parameters.posonlyargs.iter().chain(&parameters.args).chain(&parameters.kwonlyargs);
        let required = required.filter(|parameter| parameter.default.is_none()).count();
        if self.scope() == Scope::Module {
            let mut returns = Returns(Vec::new());
            function.body.iter().for_each(|stmt| returns.visit_stmt(stmt));
            self.outline.functions.push(Function {
                name: function.name.to_string(),
                required,
                returns: returns.0.into_iter().map(|expr| self.value(expr)).collect(),
                at: place((), &function.name),
            });
        }
    }
}

impl<'a> Visitor<'a> for Reader {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Import(import) => {
                for alias in &import.names {
                    let full = alias.name.to_string();
                    let first = full.split('.').next().unwrap_or_default().to_owned();
                    match &alias.asname {
                        Some(name) => self.import(full.clone(), name.as_str(), full, import),
                        None => self.import(full.clone(), &first.clone(), first, import),
                    }
                }
            }
            Stmt::ImportFrom(from) => self.import_from(from),
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.assign(target, &assign.value);
                }
                walk_stmt(self, stmt);
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.assign(&assign.target, value);
                }
                walk_stmt(self, stmt);
            }
            Stmt::FunctionDef(function) => {
                self.scopes.push(Scope::Function(function.name.to_string()));
                walk_stmt(self, stmt);
                self.scopes.pop();
                self.function(function);
            }
            Stmt::If(choice) if is_guard(&choice.test) => {
                self.outline.guard = Some(place((), &*choice.test));
                self.scopes.push(Scope::Guard);
                walk_stmt(self, stmt);
                self.scopes.pop();
            }
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr {
            let call = self.call(call);
            self.outline.calls.extend(call);
        }
        walk_expr(self, expr);
    }
}

/// The values of a function's own `return` statements.
struct Returns<'a>(Vec<&'a Expr>);

impl<'a> Visitor<'a> for Returns<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Return(back) => self.0.extend(back.value.as_deref()),
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, _: &'a Expr) {}
}

fn is_guard(test: &Expr) -> bool {
    let Expr::Compare(compare) = test else { return false };
    let sides: Vec<&Expr> = std::iter::once(&*compare.left).chain(&compare.comparators).collect();
    let asks = sides.iter().any(|side| matches!(side, Expr::Name(name) if name.id == "__name__"));
    asks && sides.iter().any(|side| matches!(side, Expr::StringLiteral(main) if main.value.to_str() == "__main__"))
}

fn place<T>(value: T, at: &impl Ranged) -> At<T> {
    At { value, start: at.start().to_usize(), end: at.end().to_usize() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelt_in_full() {
        let text = "from fastapi import FastAPI as API\nimport uvicorn\napp: API = API(title='x')\nif __name__ == '__main__':\n    uvicorn.run(app, port=int(os.environ.get('PORT', 9000)))\n";
        let outline = Outline::of(text);
        let Some(Value::Call(call)) = outline.value("app").map(|assign| &assign.value) else { panic!("a call") };
        assert_eq!(call.path, "fastapi.FastAPI");
        let Some(run) = outline.calls.iter().find(|call| call.path == "uvicorn.run") else { panic!("a run") };
        assert_eq!((run.scope.clone(), outline.guard.is_some()), (Scope::Guard, true));
        assert_eq!(run.at.span(text).line, 5);
    }

    #[test]
    fn a_factory_says_what_it_makes() {
        let outline = Outline::of("from flask import Flask\ndef create_app(config=None):\n    app = Flask(__name__)\n    return app\n");
        let function = outline.functions.first().map(|function| (function.name.as_str(), function.required, function.returns.clone()));
        assert_eq!(function, Some(("create_app", 0, vec![Value::Name("app".into())])));
    }

    #[test]
    fn what_is_no_python_gives_what_there_is() {
        for text in
            ["", "x = (", "def f(:\n  pass\nimport os\n", "\u{0}\u{1}", "class", "print 'two'", &"(".repeat(100_000), &"a+".repeat(100_000)]
        {
            _ = Outline::of(text);
        }
        assert!(Outline::of("def f(:\n  pass\nimport os\n").imports("os"));
    }
}
