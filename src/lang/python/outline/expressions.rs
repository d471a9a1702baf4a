//! Expressions: each is read once, and gives its value and the calls in it.

use std::sync::Arc;

use ruff_python_ast::visitor::walk_expr;
use ruff_python_ast::{Arguments, BoolOp, Expr, ExprCall, ExprSubscript, InterpolatedStringElement, Number, Operator, UnaryOp};
use ruff_text_size::Ranged;

use super::{Reader, at, template};
use crate::program::{Annotation, Argument, Call, Context, Function, Import, Value};

/// Longer chains of calls, and values nested deeper, tell nothing more.
const FAR: usize = 32;
/// And these are not even looked into.
const TOO_FAR: usize = 250;

/// What a dotted expression begins with, and what it is when it is more than a name.
struct Reference {
    path: String,
    value: Option<Value>,
}

impl Reference {
    fn into_value(self) -> Value {
        self.value.unwrap_or(Value::Name(self.path))
    }
}

impl Reader<'_> {
    /// What an expression is. Its calls are noted.
    pub(super) fn value(&mut self, expr: &Expr) -> Value {
        if self.depth > TOO_FAR {
            return Value::Unknown;
        }
        self.depth += 1;
        let value = self.look(expr);
        self.depth -= 1;
        if self.depth > FAR { Value::Unknown } else { value }
    }

    fn values(&mut self, exprs: &[Expr]) -> Vec<Value> {
        exprs.iter().map(|expr| self.value(expr)).collect()
    }

    fn look(&mut self, expr: &Expr) -> Value {
        match expr {
            Expr::StringLiteral(literal) => {
                let text = literal.value.to_str().to_owned();
                self.outline.texts.push((text.clone(), at(literal)));
                Value::Text(text)
            }
            Expr::NumberLiteral(number) => match &number.value {
                Number::Int(int) => int.as_i64().map_or(Value::Unknown, Value::Number),
                _ => Value::Unknown,
            },
            Expr::BooleanLiteral(literal) => Value::Truth(literal.value),
            Expr::NoneLiteral(_) => Value::Name("None".into()),
            Expr::Name(_) | Expr::Attribute(_) | Expr::Subscript(_) => self.reference(expr).into_value(),
            Expr::Call(call) => self.call(call),
            Expr::List(list) => Value::List(self.values(&list.elts)),
            Expr::Tuple(tuple) => Value::List(self.values(&tuple.elts)),
            Expr::Set(set) => Value::List(self.values(&set.elts)),
            Expr::Dict(dict) => Value::Table(
                dict.items
                    .iter()
                    .map(|item| (item.key.as_ref().map_or(Value::Unknown, |key| self.value(key)), self.value(&item.value)))
                    .collect(),
            ),
            Expr::BinOp(pair) => self.pair(expr, &pair.left, pair.op, &pair.right),
            Expr::FString(text) => {
                let parts = text.value.elements().map(|part| self.part(part)).collect();
                Value::Joined(parts)
            }
            Expr::BoolOp(choice) => {
                let mut values = self.values(&choice.values);
                if choice.op == BoolOp::And {
                    values.reverse();
                }
                Value::Either(values)
            }
            Expr::If(choice) => {
                self.value(&choice.test);
                Value::Either(vec![self.value(&choice.body), self.value(&choice.orelse)])
            }
            Expr::UnaryOp(unary) => match (unary.op, self.value(&unary.operand)) {
                (UnaryOp::USub, Value::Number(number)) => number.checked_neg().map_or(Value::Unknown, Value::Number),
                _ => Value::Unknown,
            },
            Expr::Await(waits) => self.value(&waits.value),
            Expr::Named(named) => {
                let value = self.value(&named.value);
                self.bind(&named.target, &named.value, value.clone(), expr);
                value
            }
            Expr::Lambda(lambda) => {
                let parameters = lambda.parameters.as_deref().map(|parameters| self.parameters(parameters, false)).unwrap_or_default();
                let (inside, at) = (self.context.function, at(lambda));
                let index = self.define(Function { inside, parameters, at, body: at, test: self.context.test, ..Function::default() });
                self.inside(index, self.context.test, |reader| {
                    let value = reader.value(&lambda.body);
                    reader.outline.functions[index as usize].returns.push(value);
                });
                Value::Function(index)
            }
            _ => {
                walk_expr(self, expr);
                Value::Unknown
            }
        }
    }

    /// `a + b`, `a / b`, `a % b`.
    fn pair(&mut self, expr: &Expr, left: &Expr, op: Operator, right: &Expr) -> Value {
        let (left, right) = (self.value(left), self.value(right));
        match op {
            Operator::Add => Value::Joined(vec![left, right]),
            Operator::Div => Value::Call(Arc::new(Call {
                path: "pathlib.Path().joinpath".into(),
                receiver: Some(Arc::new(left)),
                arguments: vec![Argument { name: None, value: right, at: at(expr) }],
                context: self.context,
                at: at(expr),
            })),
            Operator::Mod => left.text().map_or(Value::Unknown, |text| template::percent(text, right)),
            _ => Value::Unknown,
        }
    }

    fn part(&mut self, part: &InterpolatedStringElement) -> Value {
        match part {
            InterpolatedStringElement::Literal(literal) => {
                self.outline.texts.push((literal.value.to_string(), at(literal)));
                Value::Text(literal.value.to_string())
            }
            InterpolatedStringElement::Interpolation(inner) => self.value(&inner.expression),
        }
    }

    /// A name, what is behind its dots, and what is in its brackets.
    fn reference(&mut self, expr: &Expr) -> Reference {
        match expr {
            Expr::Name(name) => Reference { path: self.names.full(name.id.as_str()), value: None },
            Expr::Attribute(attribute) => {
                let base = self.base(&attribute.value);
                let path = format!("{}.{}", base.path, attribute.attr);
                let value = base.value.map(|receiver| self.made(path.clone(), Some(receiver), Vec::new(), expr));
                Reference { path, value }
            }
            Expr::Subscript(subscript) => self.subscript(subscript),
            _ => self.base(expr),
        }
    }

    fn subscript(&mut self, subscript: &ExprSubscript) -> Reference {
        let base = self.base(&subscript.value);
        let key = self.value(&subscript.slice);
        let getter = format!("{}.__getitem__", base.path);
        let argument = Argument { name: None, value: key.clone(), at: at(&*subscript.slice) };
        if let (Value::Text(key), "os.environ") = (&key, base.path.as_str()) {
            let path = format!("{}[{key}]", base.path);
            let getter = if self.tried { "os.environ.get".to_owned() } else { getter };
            if subscript.ctx == ruff_python_ast::ExprContext::Load
                && let Value::Call(call) = self.made(getter, None, vec![argument], subscript)
            {
                self.outline.calls.push(Arc::unwrap_or_clone(call));
            }
            return Reference { path, value: Some(Value::variable(key, None)) };
        }
        match (key, base.value) {
            (Value::Text(key), None) => Reference { path: format!("{}[{key}]", base.path), value: None },
            (_, receiver) => {
                let path = format!("{}[]", base.path);
                let receiver = receiver.unwrap_or(Value::Name(base.path));
                Reference { path, value: Some(self.made(getter, Some(receiver), vec![argument], subscript)) }
            }
        }
    }

    /// What stands before a dot, bracket or parenthesis.
    fn base(&mut self, expr: &Expr) -> Reference {
        if self.depth > TOO_FAR {
            return Reference { path: String::new(), value: Some(Value::Unknown) };
        }
        self.depth += 1;
        let base = match expr {
            Expr::Name(_) | Expr::Attribute(_) | Expr::Subscript(_) => self.reference(expr),
            Expr::Call(call) => match self.call(call) {
                Value::Call(call) => Reference { path: format!("{}()", call.path), value: Some(Value::Call(call)) },
                other => Reference { path: "str".into(), value: Some(other) },
            },
            _ => {
                let value = self.look(expr);
                let kind = match &value {
                    Value::Text(_) | Value::Joined(_) => "str",
                    Value::List(_) => "list",
                    Value::Table(_) => "dict",
                    Value::Call(call) if call.path.ends_with(".joinpath") => "pathlib.Path()",
                    _ => "",
                };
                Reference { path: kind.into(), value: Some(value) }
            }
        };
        self.depth -= 1;
        let far = self.depth > FAR || base.path.len() > 16 * FAR;
        if far { Reference { path: String::new(), value: Some(Value::Unknown) } } else { base }
    }

    fn made(&self, path: String, receiver: Option<Value>, arguments: Vec<Argument>, place: &impl Ranged) -> Value {
        Value::Call(Arc::new(Call { path, receiver: receiver.map(Arc::new), arguments, context: self.context, at: at(place) }))
    }

    fn call(&mut self, call: &ExprCall) -> Value {
        let (path, receiver) = match &*call.func {
            Expr::Attribute(attribute) => {
                let base = self.base(&attribute.value);
                (format!("{}.{}", base.path, attribute.attr), base.value)
            }
            func => {
                let base = self.base(func);
                (base.path, base.value.filter(|_| !func.is_name_expr()))
            }
        };
        let arguments = self.arguments(&call.arguments);
        if let (Some(Value::Text(text)), "str.format") = (&receiver, path.as_str()) {
            return template::format(text, &arguments);
        }
        if matches!(path.as_str(), "importlib.import_module" | "__import__")
            && let Some(module) = arguments.first().and_then(|argument| argument.value.text())
        {
            let context = Context { conditional: true, ..self.context };
            self.outline.imports.push(Import { path: module.to_owned(), name: None, context, at: at(call) });
        }
        let made = Call { path, receiver: receiver.map(Arc::new), arguments, context: self.context, at: at(call) };
        self.outline.calls.push(made.clone());
        Value::Call(Arc::new(made))
    }

    fn arguments(&mut self, arguments: &Arguments) -> Vec<Argument> {
        let mut found = Vec::new();
        for argument in &arguments.args {
            let (name, value) = match argument {
                Expr::Starred(starred) => (Some("*".to_owned()), self.value(&starred.value)),
                plain => (None, self.value(plain)),
            };
            found.push(Argument { name, value, at: at(argument) });
        }
        for keyword in &arguments.keywords {
            let name = Some(keyword.arg.as_ref().map_or_else(|| "**".to_owned(), ToString::to_string));
            found.push(Argument { name, value: self.value(&keyword.value), at: at(keyword) });
        }
        found
    }

    /// A decorator, or what stands in `Annotated`.
    pub(super) fn annotation(&mut self, expr: &Expr) -> Option<Annotation> {
        let (func, arguments) = match expr {
            Expr::Call(call) => (&*call.func, self.arguments(&call.arguments)),
            plain => (plain, Vec::new()),
        };
        let name = self.base(func).path;
        (!name.is_empty()).then(|| Annotation { name, arguments, at: at(expr) })
    }

    /// The name of what is assigned to: `app.port`, `app.config[KEY]`.
    pub(super) fn target(&mut self, expr: &Expr) -> Option<String> {
        match expr {
            Expr::Attribute(_) => Some(self.reference(expr).path),
            Expr::Subscript(subscript) => {
                let base = self.base(&subscript.value);
                match self.value(&subscript.slice) {
                    Value::Text(key) => Some(format!("{}[{key}]", base.path)),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}
