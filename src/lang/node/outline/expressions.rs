//! Expressions: what each comes to, and the calls in it.

use std::sync::Arc;

use oxc_ast::ast::{
    Argument, ArrayExpressionElement, BinaryExpression, CallExpression, ChainElement, ConditionalExpression, Expression, ImportExpression,
    LogicalExpression, MemberExpression, NewExpression, ObjectExpression, ObjectPropertyKind, TemplateLiteral,
};
use oxc_ast_visit::walk;
use oxc_span::GetSpan;

use super::patterns::or;
use super::{Reader, at};
use crate::program::{Argument as Given, At, Call, Value};

impl<'a> Reader<'_> {
    /// What an expression comes to; its calls and strings are noted.
    pub(super) fn value(&mut self, it: &Expression<'a>) -> Value {
        if let Some(member) = it.as_member_expression() {
            return self.member_value(member);
        }
        match it {
            Expression::StringLiteral(text) => {
                self.module.outline.texts.push((text.value.to_string(), at(text.span)));
                Value::Text(text.value.to_string())
            }
            Expression::NumericLiteral(number) => whole(number.value).map_or(Value::Unknown, Value::Number),
            Expression::BooleanLiteral(truth) => Value::Truth(truth.value),
            Expression::NullLiteral(_) => Value::Name("null".into()),
            Expression::TemplateLiteral(template) => self.template(template),
            Expression::Identifier(name) => self.identifier(&name.name, at(name.span)),
            Expression::ThisExpression(_) => Value::Name("this".into()),
            Expression::ArrayExpression(array) => {
                let items = array.elements.iter().filter_map(|element| match element {
                    ArrayExpressionElement::SpreadElement(spread) => Some(&spread.argument),
                    ArrayExpressionElement::Elision(_) => None,
                    element => element.as_expression(),
                });
                Value::List(items.collect::<Vec<_>>().into_iter().map(|item| self.value(item)).collect())
            }
            Expression::ObjectExpression(object) => self.object(object),
            Expression::ArrowFunctionExpression(function) => Value::Function(self.arrow(function)),
            Expression::FunctionExpression(function) => Value::Function(self.function(function, None)),
            Expression::ClassExpression(class) => {
                self.class(class);
                Value::Unknown
            }
            Expression::AssignmentExpression(assignment) => self.assigned(assignment),
            Expression::AwaitExpression(inner) => self.value(&inner.argument),
            Expression::ParenthesizedExpression(inner) => self.value(&inner.expression),
            Expression::TSAsExpression(inner) => self.value(&inner.expression),
            Expression::TSSatisfiesExpression(inner) => self.value(&inner.expression),
            Expression::TSTypeAssertion(inner) => self.value(&inner.expression),
            Expression::TSNonNullExpression(inner) => self.value(&inner.expression),
            Expression::TSInstantiationExpression(inner) => self.value(&inner.expression),
            Expression::BinaryExpression(binary) => self.binary(binary),
            Expression::LogicalExpression(logical) => self.logical(logical),
            Expression::ConditionalExpression(choice) => self.choice(choice),
            Expression::CallExpression(call) => self.call(call),
            Expression::NewExpression(new) => self.constructed(new),
            Expression::ImportExpression(import) => self.loaded(import),
            Expression::ChainExpression(chain) => self.chained(&chain.expression),
            Expression::ImportMeta(meta) => self.asks("import.meta", at(meta.span)),
            Expression::UnaryExpression(unary) => {
                let value = self.value(&unary.argument);
                if unary.operator.as_str() == "+" { value } else { Value::Unknown }
            }
            _ => {
                walk::walk_expression(self, it);
                Value::Unknown
            }
        }
    }

    fn identifier(&mut self, name: &str, place: At) -> Value {
        if matches!(name, "__dirname" | "__filename") {
            return self.asks(name, place);
        }
        Value::Name(self.names.full(name))
    }

    /// Notes that the file asks which one it is.
    fn asks(&mut self, words: &str, place: At) -> Value {
        self.module.itself.push((words.to_owned(), place));
        Value::Name(words.to_owned())
    }

    fn member_value(&mut self, member: &MemberExpression<'a>) -> Value {
        let place = at(member.span());
        if let MemberExpression::ComputedMemberExpression(computed) = member
            && !matches!(computed.expression, Expression::StringLiteral(_))
        {
            let object = self.value(&computed.object);
            let key = self.value(&computed.expression);
            return match (object, key) {
                (Value::List(items), Value::Number(number)) => {
                    usize::try_from(number).ok().and_then(|number| items.into_iter().nth(number)).unwrap_or_default()
                }
                _ => Value::Unknown,
            };
        }
        let name = self.member(member);
        if let Some(variable) = ["process.env.", "import.meta.env.", "Bun.env."].iter().find_map(|prefix| name.strip_prefix(prefix)) {
            return Value::variable(variable, None);
        }
        if name == "require.main" || name.starts_with("import.meta.") && name.matches('.').count() == 2 {
            return self.asks(&name, place);
        }
        // what it is a part of has calls of its own
        self.visit_expression_of(member.object());
        if name.contains('?') { Value::Unknown } else { Value::Name(name) }
    }

    /// Notes the calls in what a member is taken of.
    fn visit_expression_of(&mut self, object: &Expression<'a>) {
        match unwrapped(object) {
            Expression::Identifier(_) | Expression::ThisExpression(_) | Expression::ImportMeta(_) => {}
            object => {
                self.value(object);
            }
        }
    }

    /// The name of a member, in full: `app.locals.port`, `this.server`, `a[KEY]`; what cannot be told is `?`.
    pub(super) fn member(&mut self, member: &MemberExpression<'a>) -> String {
        let object = self.path(member.object());
        match member {
            MemberExpression::StaticMemberExpression(member) => format!("{object}.{}", member.property.name),
            MemberExpression::PrivateFieldExpression(member) => format!("{object}.{}", member.field.name),
            MemberExpression::ComputedMemberExpression(member) => match &member.expression {
                Expression::StringLiteral(key) => format!("{object}.{}", key.value),
                Expression::Identifier(key) => format!("{object}[{}]", key.name),
                _ => "?".into(),
            },
        }
    }

    /// An expression as what something is called on.
    fn path(&mut self, it: &Expression<'a>) -> String {
        let it = unwrapped(it);
        if let Some(member) = it.as_member_expression() {
            return self.member(member);
        }
        match it {
            Expression::Identifier(name) => self.names.full(&name.name),
            Expression::ThisExpression(_) => "this".into(),
            Expression::ImportMeta(_) => "import.meta".into(),
            Expression::CallExpression(call) => match required(call) {
                Some(module) => self.names.imported(module, &super::names::What::Default),
                None => format!("{}()", self.path(&call.callee)),
            },
            Expression::NewExpression(new) => format!("{}()", self.path(&new.callee)),
            Expression::ChainExpression(chain) => match &chain.expression {
                ChainElement::CallExpression(call) => format!("{}()", self.path(&call.callee)),
                element => element.as_member_expression().map_or_else(|| "?".into(), |member| self.member(member)),
            },
            _ => "?".into(),
        }
    }

    fn chained(&mut self, element: &ChainElement<'a>) -> Value {
        match element {
            ChainElement::CallExpression(call) => self.call(call),
            ChainElement::TSNonNullExpression(inner) => self.value(&inner.expression),
            element => element.as_member_expression().map_or(Value::Unknown, |member| self.member_value(member)),
        }
    }

    fn call(&mut self, it: &CallExpression<'a>) -> Value {
        let place = at(it.span);
        if let Some(module) = required(it) {
            let name = it.arguments.first().map_or(place, |argument| at(argument.span()));
            self.module.outline.texts.push((module.to_owned(), name));
            return self.required(module, name);
        }
        let path = self.path(&it.callee);
        if path == "require" || path == "require.resolve" {
            self.module.computed.push(place);
            if let Some(Argument::StringLiteral(module)) = it.arguments.first() {
                self.load(&module.value, at(module.span));
            }
        }
        let receiver = unwrapped(&it.callee).as_member_expression().and_then(|member| match unwrapped(member.object()) {
            Expression::Identifier(_) | Expression::ThisExpression(_) => None,
            object => Some(self.value(object)),
        });
        // a plain member of names is no receiver of its own
        let receiver = receiver.filter(|value| !matches!(value, Value::Name(_) | Value::Unknown)).map(Arc::new);
        if !matches!(unwrapped(&it.callee), Expression::Identifier(_)) && unwrapped(&it.callee).as_member_expression().is_none() {
            self.value(&it.callee);
        }
        let arguments = self.arguments(&it.arguments);
        // `require(path.join(__dirname, "..", "defaults.js"))`
        if path == "require"
            && let Some(argument) = arguments.first()
            && let Some(module) = beside(&argument.value).filter(|module| module.starts_with('.'))
        {
            return self.required(&module, argument.at);
        }
        self.note(Call { path, receiver, arguments, context: self.context, at: place })
    }

    fn constructed(&mut self, it: &NewExpression<'a>) -> Value {
        let path = self.path(&it.callee);
        let arguments = self.arguments(&it.arguments);
        let place = at(it.span);
        if let (true, [relative, base]) = (path == "URL", arguments.as_slice())
            && base.value == Value::Name("import.meta.url".into())
        {
            let beside = Given { name: None, value: Value::Name("__dirname".into()), at: base.at };
            let arguments = vec![beside, relative.clone()];
            return self.note(Call { path: "path.join".into(), arguments, context: self.context, at: place, ..Call::default() });
        }
        self.note(Call { path, arguments, context: self.context, at: place, ..Call::default() })
    }

    fn note(&mut self, call: Call) -> Value {
        self.module.outline.calls.push(call.clone());
        Value::Call(Arc::new(call))
    }

    pub(super) fn arguments(&mut self, arguments: &[Argument<'a>]) -> Vec<Given> {
        let given = arguments.iter().map(|argument| match argument {
            Argument::SpreadElement(spread) => Given { name: Some("...".into()), value: self.value(&spread.argument), at: at(spread.span) },
            argument => {
                let value = argument.as_expression().map_or(Value::Unknown, |argument| self.value(argument));
                Given { name: None, value, at: at(argument.span()) }
            }
        });
        given.collect()
    }

    /// `import("./a")`.
    fn loaded(&mut self, it: &ImportExpression<'a>) -> Value {
        let value = self.value(&it.source);
        if let Some(module) = value.text() {
            let module = module.to_owned();
            let around = std::mem::replace(&mut self.context.conditional, true);
            let loaded = self.required(&module, at(it.source.span()));
            self.context.conditional = around;
            loaded
        } else {
            self.module.computed.push(at(it.span));
            Value::Unknown
        }
    }

    fn template(&mut self, it: &TemplateLiteral<'a>) -> Value {
        let mut parts = Vec::new();
        for (index, quasi) in it.quasis.iter().enumerate() {
            let text = quasi.value.cooked.as_ref().map_or("", |text| text.as_str());
            if !text.is_empty() {
                self.module.outline.texts.push((text.to_owned(), at(quasi.span)));
                parts.push(Value::Text(text.to_owned()));
            }
            if let Some(expression) = it.expressions.get(index) {
                parts.push(self.value(expression));
            }
        }
        match parts.as_slice() {
            [] => Value::Text(String::new()),
            [Value::Text(text)] => Value::Text(text.clone()),
            _ => Value::Joined(parts),
        }
    }

    fn binary(&mut self, it: &BinaryExpression<'a>) -> Value {
        let (left, right) = (self.value(&it.left), self.value(&it.right));
        if it.operator.as_str() == "+" { Value::Joined(vec![left, right]) } else { Value::Unknown }
    }

    fn logical(&mut self, it: &LogicalExpression<'a>) -> Value {
        let left = self.value(&it.left);
        let right = self.conditional(|reader| reader.value(&it.right));
        match it.operator.as_str() {
            "&&" => match self.holds(&it.left) {
                Some(false) => Value::Either(vec![Value::Name("undefined".into()), right]),
                Some(true) => right,
                None => Value::Either(vec![right, Value::Name("undefined".into())]),
            },
            _ => or(left, right),
        }
    }

    fn choice(&mut self, it: &ConditionalExpression<'a>) -> Value {
        let test = self.value(&it.test);
        let (first, second) = self.conditional(|reader| (reader.value(&it.consequent), reader.value(&it.alternate)));
        // `process.env.PORT ? process.env.PORT : 3000`
        if matches!(&test, Value::Variable { .. }) && test == first {
            return or(first, second);
        }
        match self.holds(&it.test) {
            Some(false) => Value::Either(vec![second, first]),
            _ => Value::Either(vec![first, second]),
        }
    }

    fn object(&mut self, it: &ObjectExpression<'a>) -> Value {
        let mut entries = Vec::new();
        for property in &it.properties {
            match property {
                ObjectPropertyKind::ObjectProperty(property) => {
                    let Some(key) = property.key.static_name() else {
                        walk::walk_object_property(self, property);
                        continue;
                    };
                    let value = self.called(&key, &property.value);
                    self.module.options.push((key.to_string(), value.clone(), at(property.span)));
                    entries.push((Value::Text(key.into_owned()), value));
                }
                ObjectPropertyKind::SpreadProperty(spread) => {
                    let value = self.value(&spread.argument);
                    entries.push((Value::Name("...".into()), value));
                }
            }
        }
        Value::Table(entries)
    }
}

/// What an expression is without what only types, brackets and waiting add.
pub(super) fn unwrapped<'e, 'a>(mut it: &'e Expression<'a>) -> &'e Expression<'a> {
    loop {
        it = match it {
            Expression::AwaitExpression(inner) => &inner.argument,
            Expression::ParenthesizedExpression(inner) => &inner.expression,
            Expression::TSNonNullExpression(inner) => &inner.expression,
            Expression::TSAsExpression(inner) => &inner.expression,
            Expression::TSSatisfiesExpression(inner) => &inner.expression,
            Expression::TSInstantiationExpression(inner) => &inner.expression,
            other => return other,
        };
    }
}

/// The module of `require("module")`.
fn required<'c>(call: &'c CallExpression<'_>) -> Option<&'c str> {
    let Expression::Identifier(name) = &call.callee else { return None };
    match call.arguments.first() {
        Some(Argument::StringLiteral(module)) if matches!(name.name.as_str(), "require" | "__require") => Some(module.value.as_str()),
        _ => None,
    }
}

/// A path that is put together from the file's own directory, relative to it.
fn beside(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Name(name) if name == "__dirname" => Some(".".into()),
        Value::Call(call) if matches!(call.path.as_str(), "path.join" | "path.resolve") => {
            let parts: Option<Vec<_>> = call.arguments.iter().map(|argument| beside(&argument.value)).collect();
            parts.map(|parts| parts.join("/"))
        }
        Value::Joined(parts) => parts.iter().map(beside).collect(),
        _ => None,
    }
}

fn whole(number: f64) -> Option<i64> {
    // the text form is exact for whole numbers, and a cast would need a bound
    number.to_string().parse().ok()
}
