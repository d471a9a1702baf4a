//! A JavaScript or TypeScript file: what it imports, what it calls and with which values, what it names.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use oxc_allocator::Allocator;
use oxc_ast::ast::{
    Argument, AssignmentExpression, BindingPatternKind, CallExpression, ExportAllDeclaration, ExportDefaultDeclaration,
    ExportDefaultDeclarationKind, ExportNamedDeclaration, Expression, FormalParameter, FunctionBody, ImportDeclaration,
    ImportDeclarationSpecifier, ImportExpression, NewExpression, ObjectProperty, ObjectPropertyKind, Statement, StringLiteral,
    TSEnumDeclaration, TSExportAssignment, TSImportEqualsDeclaration, TSModuleDeclaration, VariableDeclarator,
};
use oxc_ast_visit::{Visit, walk};
use oxc_parser::Parser;
use oxc_span::SourceType;

use crate::evidence::{Evidence, Rule, Span};

/// How deep files may nest what they write. What people write stays far below; a hostile file would overflow the stack.
const DEEPEST: usize = 200;
/// How many signs one statement may have between commas.
const LONGEST_STATEMENT: usize = 4000;
/// Files of more than this many bytes are bundles, which nobody wrote and which tell nothing.
const LARGEST: usize = 512 * 1024;

/// A file, read.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// Its path, relative to the project's root.
    pub path: Utf8PathBuf,
    /// What it imports or requires when it runs.
    pub imports: Vec<Placed<String>>,
    /// What it calls, constructors included.
    pub calls: Vec<Placed<Call>>,
    /// Its strings.
    pub strings: Vec<Placed<String>>,
    /// What it writes into objects: options, settings.
    pub options: Vec<Placed<(String, Value)>>,
    /// What the object says that it exports, as settings files do.
    pub exported: Vec<Placed<(String, Value)>>,
    /// What its names stand for.
    pub names: BTreeMap<String, Value>,
    /// The first thing in it that types alone do not explain: an enumeration, a parameter property.
    pub beyond_types: Option<Span>,
}

/// Something and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed<T> {
    /// The thing.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

/// A call.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// What is called: `app.listen`, `new Database`.
    pub name: String,
    /// With what.
    pub arguments: Vec<Value>,
}

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

impl Source {
    /// Reads a file. One that is broken gives what could be read.
    pub fn read(path: &Utf8Path, text: &str) -> Self {
        let mut source = Self { path: path.to_owned(), ..Self::default() };
        if text.len() > LARGEST || is_deep(text) {
            return source;
        }
        let kind = SourceType::from_path(path.as_std_path()).unwrap_or_default();
        // JSX is common in `.js` files, and CommonJS too: the grammar that takes most
        let kind = if kind.is_javascript() { kind.with_jsx(true) } else { kind };
        std::thread::scope(|scope| {
            let parse = || {
                let allocator = Allocator::default();
                let parsed = Parser::new(&allocator, text, kind).parse();
                Reader { source: &mut source, text, objects: BTreeMap::new() }.visit_program(&parsed.program);
            };
            // a file that cannot be read tells nothing, as one that is broken
            let _ = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, parse).map(|thread| thread.join().is_ok());
        });
        source
    }

    /// What an option of that name is set to, and where.
    pub fn option(&self, name: &str) -> Option<(&Value, Span)> {
        self.options.iter().find(|option| option.value.0 == name).map(|option| (&option.value.1, option.span))
    }

    /// Where it imports something of that name.
    pub fn imports(&self, name: &str) -> Option<&Placed<String>> {
        self.imports.iter().find(|import| import.value == name)
    }

    /// A place in this file, as evidence.
    pub fn evidence(&self, span: Span, rule: Rule, said: impl Into<String>) -> Evidence {
        Evidence::at(self.path.clone(), span, rule, said)
    }
}

/// Whether a file nests deeper than the parser and the walk behind it should follow: brackets, `else`, or what one statement chains.
fn is_deep(text: &str) -> bool {
    let (mut depth, mut chained) = (0_usize, 0_usize);
    let deep = text.bytes().any(|byte| {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            b'}' => (depth, chained) = (depth.saturating_sub(1), 0),
            b';' | b',' => chained = 0,
            _ => {}
        }
        chained += usize::from(byte.is_ascii_punctuation());
        depth > DEEPEST || chained > LONGEST_STATEMENT
    });
    deep || text.matches("else").count() > LONGEST_STATEMENT
}

/// What reads a file: a thread of its own, because the parser's depth is the file's.
const STACK: usize = 64 * 1024 * 1024;

struct Reader<'s> {
    source: &'s mut Source,
    text: &'s str,
    /// Objects by the names that they are given.
    objects: BTreeMap<String, Vec<Placed<(String, Value)>>>,
}

impl Reader<'_> {
    fn place(&self, span: oxc_span::Span) -> Span {
        Span::of(self.text, span.start as usize, span.end as usize)
    }

    fn import(&mut self, name: &str, span: oxc_span::Span) {
        let span = self.place(span);
        self.source.imports.push(Placed { value: name.to_owned(), span });
    }

    fn call(&mut self, name: String, arguments: &[Argument<'_>], span: oxc_span::Span) {
        if (name == "require" || name.ends_with("require.resolve"))
            && let Some(Argument::StringLiteral(name)) = arguments.first()
        {
            self.import(&name.value, name.span);
        }
        let arguments = arguments.iter().map(|argument| argument.as_expression().map_or(Value::Unknown, value)).collect();
        let span = self.place(span);
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

    fn visit_export_named_declaration(&mut self, it: &ExportNamedDeclaration<'a>) {
        if let Some(source) = it.source.as_ref().filter(|_| !it.export_kind.is_type()) {
            self.import(&source.value, source.span);
        }
        walk::walk_export_named_declaration(self, it);
    }

    fn visit_import_expression(&mut self, it: &ImportExpression<'a>) {
        if let Expression::StringLiteral(name) = &it.source {
            self.import(&name.value, name.span);
        }
        walk::walk_import_expression(self, it);
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        self.call(named(&it.callee), &it.arguments, it.span);
        walk::walk_call_expression(self, it);
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
        if let (BindingPatternKind::BindingIdentifier(name), Some(init)) = (&it.id.kind, &it.init) {
            let object = self.object(init);
            if !object.is_empty() {
                self.objects.insert(name.name.to_string(), object);
            }
        }
        match (&it.id.kind, &it.init) {
            (BindingPatternKind::BindingIdentifier(name), Some(init)) => {
                self.source.names.entry(name.name.to_string()).or_insert_with(|| value(init));
            }
            // const { PORT = 3000 } = process.env
            (BindingPatternKind::ObjectPattern(pattern), Some(init)) if named(init) == "process.env" => {
                for property in &pattern.properties {
                    let Some(variable) = property.key.static_name() else { continue };
                    let (name, fallback) = match &property.value.kind {
                        BindingPatternKind::AssignmentPattern(pattern) => (&pattern.left.kind, Some(Box::new(value(&pattern.right)))),
                        kind => (kind, None),
                    };
                    if let BindingPatternKind::BindingIdentifier(name) = name {
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

    fn visit_ts_module_declaration(&mut self, it: &TSModuleDeclaration<'a>) {
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

impl Reader<'_> {
    /// What an object says that is written out, returned, or handed to a helper such as `defineConfig`.
    fn object(&self, expression: &Expression<'_>) -> Vec<Placed<(String, Value)>> {
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
            Expression::ArrowFunctionExpression(function) => match function.body.statements.first() {
                Some(Statement::ExpressionStatement(only)) if function.expression => self.object(&only.expression),
                _ => self.returned(&function.body),
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
    fn returned(&self, body: &FunctionBody<'_>) -> Vec<Placed<(String, Value)>> {
        let returned = body.statements.iter().rev().find_map(|statement| match statement {
            Statement::ReturnStatement(returned) => returned.argument.as_ref(),
            _ => None,
        });
        returned.map(|expression| self.object(expression)).unwrap_or_default()
    }

    fn beyond(&mut self, span: oxc_span::Span) {
        let span = self.place(span);
        self.source.beyond_types.get_or_insert(span);
    }
}

/// `a.b.c` as it is written; what is computed is `?`, a call is its name with `()`.
fn named(expression: &Expression<'_>) -> String {
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
        Expression::MetaProperty(meta) => format!("{}.{}", meta.meta.name, meta.property.name),
        _ => "?".into(),
    }
}

/// The value of an expression.
fn value(expression: &Expression<'_>) -> Value {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Source {
        Source::read("a.ts".into(), text)
    }

    #[test]
    fn imports_are_those_of_the_run_time() {
        let source = read(
            "import a from 'a';\nimport type b from 'b';\nimport { type c } from 'c';\nconst d = require('d');\nexport * from './e';\nawait import('f');\n",
        );
        assert_eq!(source.imports.iter().map(|import| import.value.as_str()).collect::<Vec<_>>(), ["a", "d", "./e", "f"]);
    }

    #[test]
    fn a_port_is_a_variable_and_what_stands_in_for_it() {
        let port = Value::Variable("PORT".into(), Some(Box::new(Value::Number(3000))));
        for text in [
            "const port = process.env.PORT || 3000",
            "const port = +process.env['PORT']! ?? 3000",
            "const port = parseInt(process.env.PORT ?? '3000', 10)",
            "const { PORT: port = 3000 } = process.env",
            "const port = config.get('PORT', 3000)",
            "const port = process.env.PORT ? process.env.PORT : 3000",
        ] {
            let source = read(text);
            let found = source.names.get("port").cloned();
            let same =
                found == Some(port.clone()) || found == Some(Value::Variable("PORT".into(), Some(Box::new(Value::Text("3000".into())))));
            assert!(same, "{text}: {found:?}");
        }
    }

    #[test]
    fn hostile_files_are_read_or_left() {
        for text in [
            "(".repeat(100_000),
            "[".repeat(100_000),
            "!".repeat(100_000),
            "{\"a\":".repeat(50_000),
            "`${".repeat(50_000),
            "a?".repeat(50_000),
            "x => ".repeat(50_000),
            "-".repeat(9),
            String::from_utf8_lossy(&[0, 159, 146, 150]).into_owned(),
        ] {
            read(&text);
        }
    }
}
