//! Values of expressions, as far as they can be told without running the file.

use oxc_ast::ast::{CallExpression, Expression, ObjectPropertyKind};

/// A value, as far as it can be told without running the file.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A string.
    Text(String),
    /// A whole number.
    Number(u32),
    /// An environment variable, and what stands in for it.
    Variable(String, Option<Box<Value>>),
    /// What a name stands for: `port`, `config.port`.
    Name(String),
    /// Parts that are joined to a path or a string.
    Joined(Vec<Value>),
    /// An object.
    Object(Vec<(String, Value)>),
    /// Something else.
    Unknown,
}

/// `a.b.c` as it is written; what is computed is `?`, a call is its name with `()`.
pub(super) fn named(expression: &Expression<'_>) -> String {
    match expression {
        Expression::Identifier(name) => name.name.to_string(),
        Expression::ThisExpression(_) => "this".into(),
        Expression::StaticMemberExpression(member) => format!("{}.{}", named(&member.object), member.property.name),
        Expression::CallExpression(call) => format!("{}()", named(&call.callee)),
        Expression::ChainExpression(chain) => chain
            .expression
            .as_member_expression()
            .map_or_else(|| "?".into(), |member| format!("{}.{}", named(member.object()), member.static_property_name().unwrap_or("?"))),
        Expression::AwaitExpression(inner) => named(&inner.argument),
        Expression::ParenthesizedExpression(inner) => named(&inner.expression),
        Expression::TSNonNullExpression(inner) => named(&inner.expression),
        Expression::TSAsExpression(inner) => named(&inner.expression),
        Expression::NewExpression(new) => format!("new {}()", named(&new.callee)),
        Expression::ImportMeta(_) => "import.meta".into(),
        Expression::NewTarget(_) => "new.target".into(),
        _ => "?".into(),
    }
}

/// The value of an expression.
pub(super) fn value(expression: &Expression<'_>) -> Value {
    match expression {
        Expression::StringLiteral(text) => Value::Text(text.value.to_string()),
        Expression::NumericLiteral(number) => whole(number.value).map_or(Value::Unknown, Value::Number),
        Expression::TemplateLiteral(template) => {
            let mut parts = Vec::new();
            for (index, quasi) in template.quasis.iter().enumerate() {
                let text = quasi.value.cooked.as_ref().map_or("", |text| text.as_str());
                if !text.is_empty() {
                    parts.push(Value::Text(text.to_owned()));
                }
                parts.extend(template.expressions.get(index).map(value));
            }
            if let [Value::Text(text)] = parts.as_slice() { Value::Text(text.clone()) } else { Value::Joined(parts) }
        }
        Expression::LogicalExpression(either) => match value(&either.left) {
            Value::Variable(name, None) => Value::Variable(name, Some(Box::new(value(&either.right)))),
            Value::Unknown => value(&either.right),
            left => left,
        },
        Expression::BinaryExpression(sum) if sum.operator.as_str() == "+" => Value::Joined(vec![value(&sum.left), value(&sum.right)]),
        Expression::ConditionalExpression(choice) => match value(&choice.consequent) {
            Value::Unknown => value(&choice.alternate),
            Value::Variable(name, None) => Value::Variable(name, Some(Box::new(value(&choice.alternate)))),
            first => first,
        },
        Expression::UnaryExpression(unary) if unary.operator.as_str() == "+" => value(&unary.argument),
        Expression::CallExpression(call) => called(call),
        Expression::ObjectExpression(object) => Value::Object(
            object
                .properties
                .iter()
                .filter_map(|property| match property {
                    ObjectPropertyKind::ObjectProperty(property) => Some((property.key.static_name()?.to_string(), value(&property.value))),
                    ObjectPropertyKind::SpreadProperty(_) => None,
                })
                .collect(),
        ),
        Expression::AwaitExpression(inner) => value(&inner.argument),
        Expression::ParenthesizedExpression(inner) => value(&inner.expression),
        Expression::TSNonNullExpression(inner) => value(&inner.expression),
        Expression::TSAsExpression(inner) => value(&inner.expression),
        Expression::TSSatisfiesExpression(inner) => value(&inner.expression),
        Expression::ComputedMemberExpression(member) if named(&member.object) == "process.env" => match &member.expression {
            Expression::StringLiteral(name) => Value::Variable(name.value.to_string(), None),
            _ => Value::Unknown,
        },
        Expression::Identifier(_) | Expression::StaticMemberExpression(_) | Expression::ChainExpression(_) => name_or_variable(expression),
        _ => Value::Unknown,
    }
}

fn name_or_variable(expression: &Expression<'_>) -> Value {
    let name = named(expression);
    match name.strip_prefix("process.env.").or_else(|| name.strip_prefix("import.meta.env.")) {
        Some(variable) => Value::Variable(variable.to_owned(), None),
        None if name.contains('?') => Value::Unknown,
        None => Value::Name(name),
    }
}

/// The value of a call that hands its argument on: `parseInt(process.env.PORT)`, `path.join(__dirname, "public")`.
fn called(call: &CallExpression<'_>) -> Value {
    let name = named(&call.callee);
    let mut arguments = call.arguments.iter().map(|argument| argument.as_expression().map_or(Value::Unknown, value));
    match name.rsplit('.').next().unwrap_or_default() {
        "parseInt" | "Number" | "String" | "normalizePort" | "parseFloat" | "toString" | "Boolean" => {
            arguments.next().unwrap_or(Value::Unknown)
        }
        "join" | "resolve" if name.starts_with("path") || !name.contains('.') => {
            let mut parts: Vec<Value> = Vec::new();
            for part in arguments {
                if !parts.is_empty() {
                    parts.push(Value::Text("/".into()));
                }
                parts.push(part);
            }
            Value::Joined(parts)
        }
        "cwd" if name == "process.cwd" => Value::Text(".".into()),
        "dirname" => match arguments.next() {
            Some(Value::Name(name)) if name != "__filename" => Value::Joined(vec![Value::Name(name), Value::Text("/..".into())]),
            Some(path @ (Value::Text(_) | Value::Joined(_) | Value::Variable(..))) => Value::Joined(vec![path, Value::Text("/..".into())]),
            // of this very file
            _ => Value::Name("__dirname".into()),
        },
        // configService.get("PORT", 3000), env.get("PORT").default(3000)
        "get" | "getOrThrow" => match (arguments.next(), arguments.next()) {
            (Some(Value::Text(name)), fallback) if is_variable(&name) => Value::Variable(name, fallback.map(Box::new)),
            _ => Value::Unknown,
        },
        _ => Value::Unknown,
    }
}

/// Whether a name is one of an environment variable.
pub fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

fn whole(number: f64) -> Option<u32> {
    // the text form is exact for whole numbers, and a cast would need a bound
    number.to_string().parse().ok()
}
