//! `fmt`'s texts.

use crate::program::{Argument, Value};

/// What `fmt.Sprintf` and `fmt.Sprint` put together; nothing where the format cannot be read.
pub fn formatted(path: &str, arguments: &[Argument]) -> Option<Value> {
    match path {
        "fmt.Sprintf" => {
            let Value::Text(format) = &arguments.first()?.value else { return None };
            Some(printf(format, &arguments[1..]))
        }
        "fmt.Sprint" => Some(Value::Joined(arguments.iter().map(|argument| argument.value.clone()).collect())),
        _ => None,
    }
}

fn printf(format: &str, arguments: &[Argument]) -> Value {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut given = arguments.iter();
    let mut rest = format;
    while let Some((before, after)) = rest.split_once('%') {
        text.push_str(before);
        let flags = after.bytes().take_while(|byte| matches!(byte, b'+' | b'-' | b'#' | b' ' | b'.' | b'0'..=b'9' | b'[' | b']')).count();
        let Some(verb) = after[flags..].chars().next() else { break };
        rest = &after[flags + verb.len_utf8()..];
        if verb == '%' {
            text.push('%');
            continue;
        }
        if !text.is_empty() {
            parts.push(Value::Text(std::mem::take(&mut text)));
        }
        // an explicit index makes the order unknown
        let value = if after[..flags].contains('[') { None } else { given.next() };
        parts.push(value.map_or(Value::Unknown, |argument| argument.value.clone()));
    }
    text.push_str(rest);
    if !text.is_empty() {
        parts.push(Value::Text(text));
    }
    Value::Joined(parts)
}
