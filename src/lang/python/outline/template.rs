//! Templates of texts, `"{}:{}".format(host, port)` and `"%s:%d" % (host, port)`, as texts and values in turn, as f-strings are.

use crate::program::{Argument, Value};

/// `template.format(...)`.
pub(super) fn format(template: &str, arguments: &[Argument]) -> Value {
    let mut parts = Parts::default();
    let mut positional = arguments.iter().filter(|argument| argument.name.is_none());
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (text, brace) = rest.split_at(at);
        parts.text(text);
        let doubled = brace.get(..1) == brace.get(1..2);
        let field = if doubled { None } else { brace.strip_prefix('{').and_then(|inner| inner.split_once('}')) };
        let Some((field, behind)) = field else {
            // a brace that stands for itself
            parts.text(&brace[..1]);
            rest = brace.get(if doubled { 2 } else { 1 }..).unwrap_or_default();
            continue;
        };
        let name = field.split([':', '!']).next().unwrap_or_default();
        let value = match name.parse::<usize>() {
            Ok(index) => arguments.iter().filter(|argument| argument.name.is_none()).nth(index),
            Err(_) if name.is_empty() => positional.next(),
            Err(_) => arguments.iter().find(|argument| argument.name.as_deref() == Some(name)),
        };
        parts.value(value.map_or(Value::Unknown, |argument| argument.value.clone()));
        rest = behind;
    }
    parts.text(rest);
    parts.joined()
}

/// `template % values`: a tuple, a table, or one value.
pub(super) fn percent(template: &str, values: Value) -> Value {
    let mut parts = Parts::default();
    let (table, mut values) = match values {
        Value::List(values) => (Vec::new(), values.into_iter()),
        Value::Table(table) => (table, Vec::new().into_iter()),
        one => (Vec::new(), vec![one].into_iter()),
    };
    let mut rest = template;
    while let Some((text, behind)) = rest.split_once('%') {
        parts.text(text);
        let (key, form) = match behind.strip_prefix('(').and_then(|inner| inner.split_once(')')) {
            Some((key, form)) => (Some(key), form),
            None => (None, behind),
        };
        let end = form.find(|c: char| !matches!(c, '#' | '0'..='9' | '-' | ' ' | '+' | '.' | '*')).unwrap_or(form.len());
        let (kind, behind) = form[end..].chars().next().map_or(("", ""), |kind| form[end..].split_at(kind.len_utf8()));
        match (kind, key) {
            ("%", _) => parts.text("%"),
            (_, Some(key)) => {
                let value = table.iter().find(|(name, _)| name.text() == Some(key)).map(|(_, value)| value.clone());
                parts.value(value.unwrap_or(Value::Unknown));
            }
            (_, None) => parts.value(values.next().unwrap_or(Value::Unknown)),
        }
        rest = behind;
    }
    parts.text(rest);
    parts.joined()
}

#[derive(Default)]
struct Parts {
    found: Vec<Value>,
}

impl Parts {
    fn text(&mut self, text: &str) {
        match self.found.last_mut() {
            _ if text.is_empty() => {}
            Some(Value::Text(before)) => before.push_str(text),
            _ => self.found.push(Value::Text(text.to_owned())),
        }
    }

    fn value(&mut self, value: Value) {
        self.found.push(value);
    }

    fn joined(self) -> Value {
        Value::Joined(self.found)
    }
}
