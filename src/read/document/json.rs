//! JSON, with comments or without, into values.

use jsonc_parser::ast;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::{Broken, Data, Key, Value};

/// What may stand in the text besides JSON.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Nothing.
    Strict,
    /// Comments, and commas before a closing bracket.
    Comments,
}

pub(super) fn parse(text: &str, dialect: Dialect) -> Result<Value<'_>, Broken> {
    let comments = dialect == Dialect::Comments;
    let options = ParseOptions {
        allow_comments: comments,
        allow_trailing_commas: comments,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let parsed = parse_to_ast(text, &CollectOptions::default(), &options).map_err(|error| {
        let range = error.range();
        Broken { why: lower(&error.kind().to_string()), range: Some(range.start..range.end) }
    })?;
    parsed.value.map(convert).ok_or_else(|| Broken { why: "it is empty".to_owned(), range: None })
}

/// The parser's words, as ours begin.
fn lower(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

fn convert(value: ast::Value<'_>) -> Value<'_> {
    let range = value.start()..value.end();
    let data = match value {
        ast::Value::StringLit(text) => Data::String(text.value),
        ast::Value::NumberLit(number) => Data::Number(number.value.into()),
        ast::Value::BooleanLit(boolean) => Data::Boolean(boolean.value),
        ast::Value::NullKeyword(_) => Data::Null,
        ast::Value::Array(array) => Data::List(array.elements.into_iter().map(convert).collect()),
        ast::Value::Object(object) => Data::Map(object.properties.into_iter().map(entry).collect()),
    };
    Value { data, range }
}

fn entry(property: ast::ObjectProp<'_>) -> (Key<'_>, Value<'_>) {
    let range = property.name.start()..property.name.end();
    let name = match property.name {
        ast::ObjectPropName::String(text) => text.value,
        ast::ObjectPropName::Word(word) => word.value.into(),
    };
    (Key { name, range }, convert(property.value))
}
