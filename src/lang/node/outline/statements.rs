//! Statements: what is imported and exported, declared and assigned, and what need not run.

use oxc_ast::ast::{
    BlockStatement, Class, ExportAllDeclaration, ExportDefaultDeclaration, ExportDefaultDeclarationKind, ExportFromDeclaration,
    ExportNamedDeclaration, Expression, ForOfStatement, ForStatementLeft, Function, IfStatement, ImportDeclaration,
    ImportDeclarationSpecifier, ModuleExportName, ReturnStatement, SwitchStatement, TSEnumDeclaration, TSEnumMemberName,
    TSExportAssignment, TSImportEqualsDeclaration, TSNamespaceDeclaration, TryStatement, VariableDeclarator,
};
use oxc_ast_visit::{Visit, walk};
use oxc_span::GetSpan;
use oxc_syntax::scope::ScopeFlags;

use super::names::What;
use super::{Reader, at};
use crate::program::{At, Binding, Import, Value};

impl<'a> Visit<'a> for Reader<'_> {
    fn visit_expression(&mut self, it: &Expression<'a>) {
        self.value(it);
    }

    fn visit_import_declaration(&mut self, it: &ImportDeclaration<'a>) {
        let place = at(it.source.span);
        let module = it.source.value.as_str();
        let specifiers = it.specifiers.as_ref().map(|specifiers| specifiers.as_slice()).unwrap_or_default();
        if it.import_kind.is_type() {
            return;
        }
        let mut loaded = specifiers.is_empty();
        for specifier in specifiers {
            let (local, what) = match specifier {
                ImportDeclarationSpecifier::ImportSpecifier(one) if one.import_kind.is_type() => continue,
                ImportDeclarationSpecifier::ImportSpecifier(one) => (&one.local, What::Part(name_of(&one.imported))),
                ImportDeclarationSpecifier::ImportDefaultSpecifier(one) => (&one.local, What::Default),
                ImportDeclarationSpecifier::ImportNamespaceSpecifier(one) => (&one.local, What::All),
            };
            loaded = true;
            let full = self.names.imported(module, &what);
            self.names.take(&local.name, &full);
            self.import(full, Some(local.name.to_string()), place);
        }
        if loaded {
            self.load(module, place);
        }
    }

    fn visit_export_all_declaration(&mut self, it: &ExportAllDeclaration<'a>) {
        if !it.export_kind.is_type() {
            self.load(&it.source.value, at(it.source.span));
        }
    }

    fn visit_export_from_declaration(&mut self, it: &ExportFromDeclaration<'a>) {
        if it.export_kind.is_type() {
            return;
        }
        self.load(&it.source.value, at(it.source.span));
        for specifier in it.specifiers.iter().filter(|specifier| !specifier.export_kind.is_type()) {
            let full = self.names.imported(&it.source.value, &What::Part(name_of(&specifier.local)));
            self.bind(name_of(&specifier.exported), Value::Name(full), at(specifier.span));
        }
    }

    fn visit_export_named_declaration(&mut self, it: &ExportNamedDeclaration<'a>) {
        for specifier in it.specifiers.iter().filter(|specifier| name_of(&specifier.local) != name_of(&specifier.exported)) {
            let full = self.names.full(name_of(&specifier.local));
            self.bind(name_of(&specifier.exported), Value::Name(full), at(specifier.span));
        }
    }

    fn visit_export_default_declaration(&mut self, it: &ExportDefaultDeclaration<'a>) {
        let value = match &it.declaration {
            ExportDefaultDeclarationKind::FunctionDeclaration(function) => {
                let number = self.function(function, None);
                match &function.id {
                    Some(name) => Value::Name(name.name.to_string()),
                    None => Value::Function(number),
                }
            }
            ExportDefaultDeclarationKind::ClassDeclaration(class) => {
                self.class(class);
                Value::Name(class.id.as_ref().map(|name| name.name.to_string()).unwrap_or_default())
            }
            declaration => match declaration.as_expression() {
                Some(exported) => self.value(exported),
                None => return,
            },
        };
        self.export(value, at(it.span));
    }

    fn visit_ts_export_assignment(&mut self, it: &TSExportAssignment<'a>) {
        self.beyond(at(it.span));
        let value = self.value(&it.expression);
        self.export(value, at(it.span));
    }

    fn visit_variable_declarator(&mut self, it: &VariableDeclarator<'a>) {
        let kind = it.type_annotation.as_ref().map(|kind| self.kind(at(kind.type_annotation.span())));
        match &it.init {
            Some(init) => {
                let name = it.id.get_identifier_name();
                if let (Some(name), Some(holds)) = (&name, self.holds(init)) {
                    self.module.truths.insert(name.to_string(), holds);
                }
                let value = match &name {
                    Some(name) => self.called(name, init),
                    None => self.value(init),
                };
                self.take(&it.id, value, kind, at(it.span));
            }
            None if kind.is_some() => self.take(&it.id, Value::Unknown, kind, at(it.span)),
            None => {}
        }
    }

    fn visit_for_of_statement(&mut self, it: &ForOfStatement<'a>) {
        let items = self.value(&it.right);
        if let ForStatementLeft::VariableDeclaration(declaration) = &it.left {
            for declarator in &declaration.declarations {
                self.take(&declarator.id, items.clone(), None, at(declarator.span));
            }
        }
        self.visit_statement(&it.body);
    }

    fn visit_function(&mut self, it: &Function<'a>, _: ScopeFlags) {
        self.function(it, None);
    }

    fn visit_class(&mut self, it: &Class<'a>) {
        self.class(it);
    }

    fn visit_return_statement(&mut self, it: &ReturnStatement<'a>) {
        if let Some(argument) = &it.argument {
            let value = self.value(argument);
            self.returned(value);
        }
    }

    fn visit_if_statement(&mut self, it: &IfStatement<'a>) {
        self.check(it);
        let guarded = self.is_entry(&it.test);
        self.value(&it.test);
        if guarded {
            let around = std::mem::replace(&mut self.context.guarded, true);
            self.visit_statement(&it.consequent);
            self.context.guarded = around;
        } else {
            self.conditional(|reader| reader.visit_statement(&it.consequent));
        }
        if let Some(alternate) = &it.alternate {
            self.conditional(|reader| reader.visit_statement(alternate));
        }
    }

    fn visit_try_statement(&mut self, it: &TryStatement<'a>) {
        self.conditional(|reader| walk::walk_try_statement(reader, it));
    }

    fn visit_switch_statement(&mut self, it: &SwitchStatement<'a>) {
        self.conditional(|reader| walk::walk_switch_statement(reader, it));
    }

    fn visit_block_statement(&mut self, it: &BlockStatement<'a>) {
        walk::walk_block_statement(self, it);
    }

    fn visit_ts_enum_declaration(&mut self, it: &TSEnumDeclaration<'a>) {
        self.beyond(at(it.span));
        for member in &it.body.members {
            let name = match &member.id {
                TSEnumMemberName::Identifier(name) => name.name.to_string(),
                TSEnumMemberName::String(name) | TSEnumMemberName::ComputedString(name) => name.value.to_string(),
                TSEnumMemberName::ComputedTemplateString(_) => continue,
            };
            if let Some(initializer) = &member.initializer {
                let value = self.value(initializer);
                self.bind(&format!("{}.{name}", it.id.name), value, at(member.span));
            }
        }
    }

    fn visit_ts_namespace_declaration(&mut self, it: &TSNamespaceDeclaration<'a>) {
        if !it.declare {
            self.beyond(at(it.span));
            walk::walk_ts_namespace_declaration(self, it);
        }
    }

    fn visit_ts_import_equals_declaration(&mut self, it: &TSImportEqualsDeclaration<'a>) {
        self.beyond(at(it.span));
        if let oxc_ast::ast::TSModuleReference::ExternalModuleReference(module) = &it.module_reference {
            let full = self.names.imported(&module.expression.value, &What::Default);
            self.names.take(&it.id.name, &full);
            self.import(full, Some(it.id.name.to_string()), at(module.expression.span));
            self.load(&module.expression.value, at(module.expression.span));
        }
    }
}

impl Reader<'_> {
    /// Notes something that types alone do not explain.
    pub(super) fn beyond(&mut self, at: At) {
        self.module.beyond_types.get_or_insert(at);
    }

    /// Notes what a name of the file's is imported as.
    pub(super) fn import(&mut self, path: String, name: Option<String>, at: At) {
        self.module.outline.imports.push(Import { path, name, context: self.context, at });
    }

    /// Notes that a module is loaded, as it is written.
    pub(super) fn load(&mut self, module: &str, at: At) {
        self.module.loads.push(super::Load { module: module.to_owned(), context: self.context, at });
    }

    pub(super) fn bind(&mut self, target: &str, value: Value, at: At) {
        let binding = Binding { target: target.to_owned(), value, context: self.context, at, ..Binding::default() };
        self.module.outline.bindings.push(binding);
    }

    /// What the module exports by default; the keys of an object are names of the module too.
    pub(super) fn export(&mut self, value: Value, at: At) {
        if let Value::Table(entries) = &value {
            let keys: Vec<_> = entries.iter().filter_map(|(key, value)| Some((key.text()?.to_owned(), value.clone()))).collect();
            for (key, value) in keys.into_iter().filter(|(key, value)| *value != Value::Name(key.clone())) {
                self.bind(&key, value, at);
            }
        }
        self.bind("default", value, at);
    }

    /// What was given to `exports` is an object too, for those who take the whole of it.
    pub(super) fn exports(&mut self) {
        if self.exported.is_empty() || self.module.outline.bindings.iter().any(|binding| binding.target == "default") {
            return;
        }
        let entries = self.exported.iter().map(|name| (Value::Text(name.clone()), Value::Name(name.clone()))).collect();
        self.bind("default", Value::Table(entries), At::default());
    }

    /// A type as it is written.
    pub(super) fn kind(&self, at: At) -> String {
        self.written(at).to_owned()
    }
}

fn name_of<'n>(name: &'n ModuleExportName<'_>) -> &'n str {
    match name {
        ModuleExportName::IdentifierName(name) => name.name.as_str(),
        ModuleExportName::IdentifierReference(name) => name.name.as_str(),
        ModuleExportName::StringLiteral(name) => name.value.as_str(),
    }
}
