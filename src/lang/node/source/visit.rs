//! The walk through a parsed file: what it picks up on the way.

mod object;

use std::collections::BTreeMap;

use oxc_ast::ast::{
    Argument, ArrowFunctionExpression, AssignmentExpression, BindingPattern, CallExpression, ConditionalExpression, ExportAllDeclaration,
    ExportDefaultDeclaration, ExportDefaultDeclarationKind, ExportFromDeclaration, Expression, FormalParameter, FunctionBody,
    IdentifierReference, IfStatement, ImportDeclaration, ImportDeclarationSpecifier, ImportExpression, ImportMeta, LogicalExpression,
    NewExpression, ObjectProperty, StaticMemberExpression, StringLiteral, SwitchStatement, TSEnumDeclaration, TSExportAssignment,
    TSImportEqualsDeclaration, TSNamespaceDeclaration, TryStatement, VariableDeclarator,
};
use oxc_ast_visit::{Visit, walk};

use super::value::{named, value};
use super::{Call, Placed, Source, Value};
use crate::evidence::Span;

/// What walks through a file and notes what it finds in [`Source`].
pub(super) struct Reader<'s> {
    source: &'s mut Source,
    text: &'s str,
    /// How many functions and conditions are around what is visited.
    sheltered: usize,
    /// Objects by the names that they are given.
    objects: BTreeMap<String, Vec<Placed<(String, Value)>>>,
}

impl<'s> Reader<'s> {
    /// A walk through `text` that writes into `source`.
    pub(super) fn new(source: &'s mut Source, text: &'s str) -> Self {
        Self { source, text, sheltered: 0, objects: BTreeMap::new() }
    }

    /// Visits what need not happen when the file is loaded.
    fn within(&mut self, visit: impl FnOnce(&mut Self)) {
        self.sheltered += 1;
        visit(self);
        self.sheltered -= 1;
    }

    fn place(&self, span: oxc_span::Span) -> Span {
        Span::of(self.text, span.start as usize, span.end as usize)
    }

    fn import(&mut self, name: &str, span: oxc_span::Span) {
        let span = self.place(span);
        if self.sheltered == 0 {
            self.source.at_once.insert(span);
        }
        self.source.imports.push(Placed { value: name.to_owned(), span });
    }

    fn itself(&mut self, words: String, span: oxc_span::Span) {
        let span = self.place(span);
        self.source.itself.push(Placed { value: words, span });
    }

    fn beyond(&mut self, span: oxc_span::Span) {
        let span = self.place(span);
        self.source.beyond_types.get_or_insert(span);
    }

    fn call(&mut self, name: String, arguments: &[Argument<'_>], span: oxc_span::Span) {
        if (name == "require" || name.ends_with("require.resolve"))
            && let Some(Argument::StringLiteral(name)) = arguments.first()
        {
            self.import(&name.value, name.span);
        }
        let arguments: Vec<_> = arguments.iter().map(|argument| argument.as_expression().map_or(Value::Unknown, value)).collect();
        let span = self.place(span);
        if name == "require.resolve" || name == "require" && !matches!(arguments.first(), Some(Value::Text(_))) {
            self.source.computed.push(span);
        }
        self.source.calls.push(Placed { value: Call { name, arguments }, span });
    }
}

impl<'a> Visit<'a> for Reader<'_> {
    fn visit_import_declaration(&mut self, it: &ImportDeclaration<'a>) {
        let types = it.import_kind.is_type()
            || it.specifiers.as_ref().is_some_and(|specifiers| {
                !specifiers.is_empty()
                    && specifiers
                        .iter()
                        .all(|specifier| matches!(specifier, ImportDeclarationSpecifier::ImportSpecifier(one) if one.import_kind.is_type()))
            });
        if !types {
            self.import(&it.source.value, it.source.span);
        }
    }

    fn visit_export_all_declaration(&mut self, it: &ExportAllDeclaration<'a>) {
        if !it.export_kind.is_type() {
            self.import(&it.source.value, it.source.span);
        }
    }

    fn visit_export_from_declaration(&mut self, it: &ExportFromDeclaration<'a>) {
        if !it.export_kind.is_type() {
            self.import(&it.source.value, it.source.span);
        }
        walk::walk_export_from_declaration(self, it);
    }

    fn visit_import_expression(&mut self, it: &ImportExpression<'a>) {
        if let Expression::StringLiteral(name) = &it.source {
            self.within(|reader| reader.import(&name.value, name.span));
        } else if !matches!(value(&it.source), Value::Text(_)) {
            let span = self.place(it.span);
            self.source.computed.push(span);
        }
        walk::walk_import_expression(self, it);
    }

    fn visit_identifier_reference(&mut self, it: &IdentifierReference<'a>) {
        if matches!(it.name.as_str(), "__dirname" | "__filename") {
            self.itself(it.name.to_string(), it.span);
        }
    }

    fn visit_static_member_expression(&mut self, it: &StaticMemberExpression<'a>) {
        let name = format!("{}.{}", named(&it.object), it.property.name);
        if name.starts_with("import.meta.") && name.matches('.').count() == 2 || name == "require.main" {
            self.itself(name, it.span);
        } else {
            walk::walk_static_member_expression(self, it);
        }
    }

    fn visit_import_meta(&mut self, it: &ImportMeta) {
        self.itself("import.meta".into(), it.span);
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        self.call(named(&it.callee), &it.arguments, it.span);
        walk::walk_call_expression(self, it);
    }

    fn visit_function_body(&mut self, it: &FunctionBody<'a>) {
        self.within(|reader| walk::walk_function_body(reader, it));
    }

    fn visit_arrow_function_expression(&mut self, it: &ArrowFunctionExpression<'a>) {
        self.within(|reader| walk::walk_arrow_function_expression(reader, it));
    }

    fn visit_if_statement(&mut self, it: &IfStatement<'a>) {
        self.within(|reader| walk::walk_if_statement(reader, it));
    }

    fn visit_try_statement(&mut self, it: &TryStatement<'a>) {
        self.within(|reader| walk::walk_try_statement(reader, it));
    }

    fn visit_switch_statement(&mut self, it: &SwitchStatement<'a>) {
        self.within(|reader| walk::walk_switch_statement(reader, it));
    }

    fn visit_conditional_expression(&mut self, it: &ConditionalExpression<'a>) {
        self.within(|reader| walk::walk_conditional_expression(reader, it));
    }

    fn visit_logical_expression(&mut self, it: &LogicalExpression<'a>) {
        self.within(|reader| walk::walk_logical_expression(reader, it));
    }

    fn visit_new_expression(&mut self, it: &NewExpression<'a>) {
        self.call(format!("new {}", named(&it.callee)), &it.arguments, it.span);
        walk::walk_new_expression(self, it);
    }

    fn visit_export_default_declaration(&mut self, it: &ExportDefaultDeclaration<'a>) {
        match &it.declaration {
            ExportDefaultDeclarationKind::FunctionDeclaration(function) => {
                self.source.exported = function.body.as_ref().map(|body| self.returned(body)).unwrap_or_default();
            }
            declaration => {
                self.source.exported = declaration.as_expression().map(|exported| self.object(exported)).unwrap_or_default();
            }
        }
        walk::walk_export_default_declaration(self, it);
    }

    fn visit_assignment_expression(&mut self, it: &AssignmentExpression<'a>) {
        let to = it
            .left
            .as_member_expression()
            .map(|member| format!("{}.{}", named(member.object()), member.static_property_name().unwrap_or("?")));
        if to.as_deref() == Some("module.exports") {
            self.source.exported = self.object(&it.right);
        }
        walk::walk_assignment_expression(self, it);
    }

    fn visit_variable_declarator(&mut self, it: &VariableDeclarator<'a>) {
        if let (BindingPattern::BindingIdentifier(name), Some(init)) = (&it.id, &it.init) {
            let object = self.object(init);
            if !object.is_empty() {
                self.objects.insert(name.name.to_string(), object);
            }
        }
        match (&it.id, &it.init) {
            (BindingPattern::BindingIdentifier(name), Some(init)) => {
                self.source.names.entry(name.name.to_string()).or_insert_with(|| value(init));
            }
            // const { PORT = 3000 } = process.env
            (BindingPattern::ObjectPattern(pattern), Some(init)) if named(init) == "process.env" => {
                for property in &pattern.properties {
                    let Some(variable) = property.key.static_name() else { continue };
                    let (name, fallback) = match &property.value {
                        BindingPattern::AssignmentPattern(pattern) => (&pattern.left, Some(Box::new(value(&pattern.right)))),
                        kind => (kind, None),
                    };
                    if let BindingPattern::BindingIdentifier(name) = name {
                        let value = Value::Variable(variable.to_string(), fallback);
                        self.source.names.entry(name.name.to_string()).or_insert(value);
                    }
                }
            }
            _ => {}
        }
        walk::walk_variable_declarator(self, it);
    }

    fn visit_object_property(&mut self, it: &ObjectProperty<'a>) {
        if let Some(name) = it.key.static_name() {
            let span = self.place(it.span);
            self.source.options.push(Placed { value: (name.to_string(), value(&it.value)), span });
        }
        walk::walk_object_property(self, it);
    }

    fn visit_string_literal(&mut self, it: &StringLiteral<'a>) {
        let span = self.place(it.span);
        self.source.strings.push(Placed { value: it.value.to_string(), span });
    }

    fn visit_ts_enum_declaration(&mut self, it: &TSEnumDeclaration<'a>) {
        self.beyond(it.span);
    }

    fn visit_ts_namespace_declaration(&mut self, it: &TSNamespaceDeclaration<'a>) {
        if !it.declare {
            self.beyond(it.span);
        }
    }

    fn visit_ts_import_equals_declaration(&mut self, it: &TSImportEqualsDeclaration<'a>) {
        self.beyond(it.span);
    }

    fn visit_ts_export_assignment(&mut self, it: &TSExportAssignment<'a>) {
        self.beyond(it.span);
        walk::walk_ts_export_assignment(self, it);
    }

    fn visit_formal_parameter(&mut self, it: &FormalParameter<'a>) {
        if it.accessibility.is_some() || it.readonly || !it.decorators.is_empty() {
            self.beyond(it.span);
        }
        walk::walk_formal_parameter(self, it);
    }
}
