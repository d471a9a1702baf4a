//! The standard macros' texts: `format!("{host}:{}", port)`.

use crate::program::{Argument, Value};

/// What `format!` puts together; nothing where the text cannot be read.
pub fn formatted(arguments: &[Argument], full: impl Fn(&str) -> String) -> Option<Value> {
    let Value::Text(format) = &arguments.first()?.value else { return None };
    let given = &arguments[1..];
    let mut positional = given.iter().filter(|argument| argument.name.is_none());
    let (mut parts, mut text) = (Vec::new(), String::new());
    let mut rest = format.as_str();
    while let Some(at) = rest.find(['{', '}']) {
        text.push_str(&rest[..at]);
        let mark = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(mark) {
            // `{{` and `}}` are brackets
            text.push_str(mark);
            rest = after;
            continue;
        }
        let Some((inside, after)) = rest.split_once('}').filter(|_| mark == "{") else { break };
        rest = after;
        if !text.is_empty() {
            parts.push(Value::Text(std::mem::take(&mut text)));
        }
        let name = inside.split(':').next().unwrap_or_default().trim();
        let value = if name.is_empty() {
            positional.next().map(|argument| argument.value.clone())
        } else if let Ok(number) = name.parse::<usize>() {
            given.iter().filter(|argument| argument.name.is_none()).nth(number).map(|argument| argument.value.clone())
        } else {
            let named = given.iter().find(|argument| argument.name.as_deref() == Some(name));
            Some(named.map_or_else(|| Value::Name(full(name)), |argument| argument.value.clone()))
        };
        parts.push(value.unwrap_or_default());
    }
    text.push_str(rest);
    if !text.is_empty() {
        parts.push(Value::Text(text));
    }
    Some(if let [Value::Text(text)] = parts.as_slice() { Value::Text(text.clone()) } else { Value::Joined(parts) })
}
