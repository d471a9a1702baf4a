//! Functions and classes.

use oxc_ast::ast::{
    ArrowFunctionBody, ArrowFunctionExpression, BindingPattern, Class, ClassElement, Decorator, Expression, FormalParameters,
    Function as Written, FunctionBody, MethodDefinition, PropertyDefinition,
};
use oxc_ast_visit::walk;
use oxc_span::GetSpan;

use super::{Reader, at};
use crate::program::{Annotation, At, Context, Field, Function, Parameter, Type, Value};

impl<'a> Reader<'_> {
    /// Reads what gets a name: a function without one of its own is called by it.
    pub(super) fn called(&mut self, name: &str, it: &Expression<'a>) -> Value {
        match super::expressions::unwrapped(it) {
            Expression::ArrowFunctionExpression(function) => {
                let number = self.arrow(function);
                self.name(number, name);
                Value::Function(number)
            }
            Expression::FunctionExpression(function) => Value::Function(self.function(function, Some(name.to_owned()))),
            it => self.value(it),
        }
    }

    fn name(&mut self, number: u32, name: &str) {
        if let Some(function) = self.module.outline.functions.get_mut(number as usize) {
            name.clone_into(&mut function.name);
        }
    }

    /// Notes a function, and reads it.
    pub(super) fn function(&mut self, it: &Written<'a>, name: Option<String>) -> u32 {
        let own = it.id.as_ref().map(|id| id.name.to_string());
        let gives = it.return_type.as_ref().map(|kind| self.kind(at(kind.type_annotation.span())));
        let function = Function {
            name: own.or(name).unwrap_or_default(),
            inside: self.context.function,
            asynchronous: it.r#async,
            gives,
            at: At { start: it.span.start, end: it.params.span.end },
            body: at(it.span),
            ..Function::default()
        };
        self.inside(function, &it.params, |reader| {
            if let Some(body) = &it.body {
                reader.body(body);
            }
        })
    }

    /// Notes an arrow function, and reads it.
    pub(super) fn arrow(&mut self, it: &ArrowFunctionExpression<'a>) -> u32 {
        let gives = it.return_type.as_ref().map(|kind| self.kind(at(kind.type_annotation.span())));
        let function = Function {
            inside: self.context.function,
            asynchronous: it.r#async,
            gives,
            at: At { start: it.span.start, end: it.params.span.end },
            body: at(it.span),
            ..Function::default()
        };
        self.inside(function, &it.params, |reader| match &it.body {
            ArrowFunctionBody::FunctionBody(body) => reader.body(body),
            body => {
                if let Some(only) = body.as_expression() {
                    let value = reader.value(only);
                    reader.returned(value);
                }
            }
        })
    }

    fn inside(&mut self, function: Function, parameters: &FormalParameters<'a>, read: impl FnOnce(&mut Self)) -> u32 {
        let number = u32::try_from(self.module.outline.functions.len()).unwrap_or(u32::MAX);
        self.module.outline.functions.push(function);
        let inner = Context { function: Some(number), conditional: false, ..self.context };
        let around = std::mem::replace(&mut self.context, inner);
        let found = parameters.items.iter().map(|parameter| {
            let default = parameter.initializer.as_ref().map(|value| self.value(value));
            let kind = parameter.type_annotation.as_ref().map(|kind| self.kind(at(kind.type_annotation.span())));
            let annotations = self.annotations(&parameter.decorators);
            if parameter.accessibility.is_some() || parameter.readonly || !parameter.decorators.is_empty() {
                self.beyond(at(parameter.span));
            }
            let name = match &parameter.pattern {
                BindingPattern::BindingIdentifier(name) => name.name.to_string(),
                pattern => {
                    self.take(pattern, Value::Unknown, None, at(parameter.span));
                    String::new()
                }
            };
            Parameter { name, kind, default, annotations }
        });
        let found = found.collect();
        if let Some(function) = self.module.outline.functions.get_mut(number as usize) {
            function.parameters = found;
        }
        read(self);
        self.context = around;
        number
    }

    fn body(&mut self, body: &FunctionBody<'a>) {
        walk::walk_function_body(self, body);
    }

    /// Notes what the present function gives back.
    pub(super) fn returned(&mut self, value: Value) {
        let function = self.context.function.and_then(|number| self.module.outline.functions.get_mut(number as usize));
        if let Some(function) = function {
            function.returns.push(value);
        }
    }

    fn annotations(&mut self, decorators: &[Decorator<'a>]) -> Vec<Annotation> {
        let annotations = decorators.iter().map(|decorator| {
            let place = at(decorator.span);
            match self.value(&decorator.expression) {
                Value::Call(call) => Annotation { name: call.path.clone(), arguments: call.arguments.clone(), at: place },
                Value::Name(name) => Annotation { name, arguments: Vec::new(), at: place },
                _ => Annotation { at: place, ..Annotation::default() },
            }
        });
        annotations.collect()
    }

    /// Notes a class, and reads it.
    pub(super) fn class(&mut self, it: &Class<'a>) {
        let own = it.id.as_ref().map_or("", |id| id.name.as_str());
        let name = self.classes.iter().map(String::as_str).chain([own]).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".");
        let extended = it.heritage.as_ref().map(|heritage| match self.value(&heritage.expression) {
            Value::Name(name) => name,
            Value::Call(call) => call.path.clone(),
            _ => String::new(),
        });
        let implemented: Vec<_> = it.implements.iter().map(|one| self.kind(at(one.span))).collect();
        let bases = extended.into_iter().chain(implemented).filter(|base| !base.is_empty()).collect();
        let annotations = self.annotations(&it.decorators);
        self.classes.push(own.to_owned());
        let mut fields = Vec::new();
        for element in &it.body.body {
            match element {
                ClassElement::MethodDefinition(method) => self.method(&name, method, &mut fields),
                ClassElement::PropertyDefinition(property) => fields.extend(self.property(&name, property)),
                element => walk::walk_class_element(self, element),
            }
        }
        self.classes.pop();
        self.module.outline.types.push(Type { name, bases, fields, annotations, at: at(it.span) });
    }

    fn method(&mut self, class: &str, it: &MethodDefinition<'a>, fields: &mut Vec<Field>) {
        let name = it.key.static_name().unwrap_or_default();
        let annotations = self.annotations(&it.decorators);
        let number = self.function(&it.value, None);
        let Some(function) = self.module.outline.functions.get_mut(number as usize) else { return };
        function.name = format!("{class}.{name}");
        function.annotations = annotations;
        // a parameter with an accessibility is a field
        let declared = it.value.params.items.iter().zip(&function.parameters).filter(|(written, _)| written.accessibility.is_some());
        fields.extend(declared.map(|(written, parameter)| Field {
            name: parameter.name.clone(),
            kind: parameter.kind.clone(),
            default: parameter.default.clone(),
            annotations: parameter.annotations.clone(),
            at: at(written.span),
        }));
    }

    fn property(&mut self, class: &str, it: &PropertyDefinition<'a>) -> Option<Field> {
        let name = it.key.static_name()?.into_owned();
        let annotations = self.annotations(&it.decorators);
        let kind = it.type_annotation.as_ref().map(|kind| self.kind(at(kind.type_annotation.span())));
        let default = it.value.as_ref().map(|value| self.called(&name, value));
        if let Some(Value::Function(number)) = default {
            self.name(number, &format!("{class}.{name}"));
        }
        Some(Field { name, kind, default, annotations, at: at(it.span) })
    }
}
