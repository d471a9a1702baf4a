//! The way through a syntax tree to its outline.

use std::collections::BTreeMap;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprCall, Identifier, InterpolatedStringElement, Mod, Number, Operator, Stmt};
use ruff_text_size::Ranged;

use super::{Assign, At, Call, Function, Outline, Scope, Value};

/// The outline of a syntax tree.
pub fn outline(tree: &Mod) -> Outline {
    let mut reader = Reader { outline: Outline::default(), names: BTreeMap::new(), scopes: vec![Scope::Module], tries: 0 };
    if let Mod::Module(module) = tree {
        module.body.iter().for_each(|stmt| reader.visit_stmt(stmt));
    }
    reader.outline
}

struct Reader {
    outline: Outline,
    names: BTreeMap<String, String>,
    scopes: Vec<Scope>,
    /// How many statements around the present one make what it does a try.
    tries: usize,
}

impl Reader {
    fn scope(&self) -> Scope {
        self.scopes.last().cloned().unwrap_or(Scope::Module)
    }

    fn import(&mut self, full: String, bound: &str, to: String, at: &impl Ranged) {
        if self.tries == 0 && self.scope() == Scope::Module {
            self.outline.relies.push(place(full.clone(), at));
        }
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
                Number::Int(int) => int.as_u64().and_then(|int| u32::try_from(int).ok()).map_or(Value::Other, Value::Number),
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
            // `if TYPE_CHECKING:` and `if sys.platform == ...:` are tries too
            Stmt::Try(_) | Stmt::If(_) => {
                self.tries += 1;
                walk_stmt(self, stmt);
                self.tries -= 1;
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
