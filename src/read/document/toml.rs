//! TOML into values.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Broken, Data, Key, Value};

pub(super) fn parse(text: &str) -> Result<Value<'_>, Broken> {
    let root = DeTable::parse(text).map_err(|error| Broken { why: error.message().trim_end().to_owned(), range: error.span() })?;
    let range = root.span();
    Ok(Value { data: table(root.into_inner()), range })
}

fn table(table: DeTable<'_>) -> Data<'_> {
    let entry = |(name, value): (Spanned<_>, _)| {
        let range = name.span();
        (Key { name: name.into_inner(), range }, convert(value))
    };
    let mut entries: Vec<_> = table.into_iter().map(entry).collect();
    entries.sort_by_key(|(key, _)| key.range.start);
    Data::Map(entries)
}

fn convert(value: Spanned<DeValue<'_>>) -> Value<'_> {
    let range = value.span();
    let data = match value.into_inner() {
        DeValue::String(text) => Data::String(text),
        DeValue::Integer(number) => Data::Number(number.to_string().into()),
        DeValue::Float(number) => Data::Number(number.to_string().into()),
        DeValue::Datetime(moment) => Data::Number(moment.to_string().into()),
        DeValue::Boolean(value) => Data::Boolean(value),
        DeValue::Array(values) => Data::List(values.into_iter().map(convert).collect()),
        DeValue::Table(inner) => table(inner),
    };
    Value { data, range }
}
