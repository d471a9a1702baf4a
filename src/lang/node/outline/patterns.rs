//! What declarations and assignments take apart: `const { PORT = 3000, host: HOST } = process.env`.

use oxc_ast::ast::{AssignmentExpression, BindingPattern};

use super::names::What;
use super::{Reader, at};
use crate::program::{At, Binding, Value};

impl<'a> Reader<'_> {
    /// Binds the names of a pattern to what they take of a value.
    pub(super) fn take(&mut self, pattern: &BindingPattern<'_>, value: Value, kind: Option<String>, place: At) {
        match pattern {
            BindingPattern::BindingIdentifier(name) => self.declare(&name.name, value, kind, 0, place),
            BindingPattern::AssignmentPattern(pattern) => {
                let default = self.value(&pattern.right);
                self.take(&pattern.left, or(value, default), kind, place);
            }
            BindingPattern::ObjectPattern(pattern) => {
                for property in &pattern.properties {
                    let Some(key) = property.key.static_name() else { continue };
                    let part = self.part(&value, &key);
                    self.take(&property.value, part, None, at(property.span));
                }
            }
            BindingPattern::ArrayPattern(pattern) => {
                for (number, element) in pattern.elements.iter().enumerate() {
                    let Some(BindingPattern::BindingIdentifier(name)) = element else { continue };
                    let number = u32::try_from(number).unwrap_or(u32::MAX);
                    self.declare(&name.name, value.clone(), None, number, at(name.span));
                }
            }
        }
    }

    /// `value.key`.
    fn part(&self, value: &Value, key: &str) -> Value {
        match value {
            Value::Name(name) if name == "process.env" || name == "import.meta.env" || name == "Bun.env" => Value::variable(key, None),
            Value::Name(name) => Value::Name(self.names.taken(name, key)),
            // as every language spells the field of what a call gives
            Value::Call(call) if call.receiver.is_none() => Value::Name(format!("{}().{key}", call.path)),
            Value::Table(_) => value.get(key).cloned().unwrap_or_default(),
            _ => Value::Unknown,
        }
    }

    fn declare(&mut self, name: &str, value: Value, kind: Option<String>, result: u32, place: At) {
        // `const fs = require("fs")` imports
        if let Value::Name(full) = &value
            && self.context.function.is_none()
            && self.names.is_required(full)
        {
            let full = full.clone();
            self.names.take(name, &full);
            self.import(full, Some(name.to_owned()), place);
            return;
        }
        let declares = self.context.function.is_some();
        let binding = Binding { target: name.to_owned(), value, kind, result, declares, context: self.context, at: place };
        self.module.outline.bindings.push(binding);
    }

    /// `a.b = c`, `module.exports = c`, `exports.a = c`.
    pub(super) fn assigned(&mut self, it: &AssignmentExpression<'a>) -> Value {
        let place = at(it.span);
        let target = it.left.as_member_expression().map(|member| self.member(member)).or_else(|| {
            let name = it.left.get_identifier_name()?;
            Some(name.to_owned())
        });
        // a function without a name is called by that of what it is given to
        let name = target.as_deref().map(|target| exported(target).unwrap_or(target)).filter(|name| !name.contains(['.', '?', '[']));
        let value = match name {
            Some(name) => self.called(name, &it.right),
            None => self.value(&it.right),
        };
        let Some(target) = target.filter(|target| !target.contains('?')) else { return value };
        let value = match it.operator.as_str() {
            "=" => value,
            "||=" | "??=" => or(Value::Name(target.clone()), value),
            "+=" => Value::Joined(vec![Value::Name(target.clone()), value]),
            _ => Value::Unknown,
        };
        match exported(&target) {
            _ if target == "module.exports" || target == "exports" => self.export(value.clone(), place),
            Some("default") => self.export(value.clone(), place),
            Some(name) if !name.contains('.') => {
                self.exported.insert(name.to_owned());
                if value != Value::Name(name.to_owned()) {
                    self.bind(name, value.clone(), place);
                }
            }
            Some(_) | None => self.bind(&target, value.clone(), place),
        }
        value
    }

    /// The name of what `require` or `import()` gives.
    pub(super) fn required(&mut self, module: &str, name: At) -> Value {
        let full = self.names.imported(module, &What::Default);
        self.import(full.clone(), None, name);
        self.load(module, name);
        self.names.requires(&full);
        Value::Name(full)
    }
}

/// The name that a module exports, of `exports.name` or `module.exports.name`.
fn exported(target: &str) -> Option<&str> {
    target.strip_prefix("module.exports.").or_else(|| target.strip_prefix("exports."))
}

/// `value`, or `default` where it is not there.
pub(super) fn or(value: Value, default: Value) -> Value {
    match value {
        Value::Variable { name, default: None } => Value::variable(name, Some(default)),
        Value::Variable { name, default: Some(inner) } => Value::variable(name, Some(or(*inner, default))),
        Value::Either(mut values) => {
            values.push(default);
            Value::Either(values)
        }
        Value::Unknown => Value::Either(vec![Value::Unknown, default]),
        value => Value::Either(vec![value, default]),
    }
}
