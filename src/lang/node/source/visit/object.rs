//! What the objects of a file say: those that are written out, returned, or handed on.

use oxc_ast::ast::{Argument, ArrowFunctionBody, Expression, FunctionBody, ObjectPropertyKind, Statement};

use super::Reader;
use crate::lang::node::source::value::value;
use crate::lang::node::source::{Placed, Value};

impl Reader<'_> {
    /// What an object says that is written out, returned, or handed to a helper such as `defineConfig`.
    pub(super) fn object(&self, expression: &Expression<'_>) -> Vec<Placed<(String, Value)>> {
        match expression {
            Expression::ObjectExpression(object) => {
                let entries = object.properties.iter().filter_map(|property| match property {
                    ObjectPropertyKind::ObjectProperty(property) => {
                        let entry = (property.key.static_name()?.to_string(), value(&property.value));
                        Some(Placed { value: entry, span: self.place(property.span) })
                    }
                    ObjectPropertyKind::SpreadProperty(_) => None,
                });
                entries.collect()
            }
            Expression::CallExpression(call) => {
                let objects = call.arguments.iter().filter_map(Argument::as_expression).map(|argument| self.object(argument));
                objects.flatten().collect()
            }
            Expression::ArrowFunctionExpression(function) => match &function.body {
                ArrowFunctionBody::FunctionBody(body) => self.returned(body),
                body => body.as_expression().map(|only| self.object(only)).unwrap_or_default(),
            },
            Expression::FunctionExpression(function) => function.body.as_ref().map(|body| self.returned(body)).unwrap_or_default(),
            Expression::Identifier(name) => self.objects.get(name.name.as_str()).cloned().unwrap_or_default(),
            Expression::AwaitExpression(inner) => self.object(&inner.argument),
            Expression::ParenthesizedExpression(inner) => self.object(&inner.expression),
            Expression::TSAsExpression(inner) => self.object(&inner.expression),
            Expression::TSSatisfiesExpression(inner) => self.object(&inner.expression),
            _ => Vec::new(),
        }
    }

    /// The object that a function returns at its end.
    pub(super) fn returned(&self, body: &FunctionBody<'_>) -> Vec<Placed<(String, Value)>> {
        let returned = body.statements.iter().rev().find_map(|statement| match statement {
            Statement::ReturnStatement(returned) => returned.argument.as_ref(),
            _ => None,
        });
        returned.map(|expression| self.object(expression)).unwrap_or_default()
    }
}
