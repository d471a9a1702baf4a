//! The words of an expression, whatever it comes to: `os.O_CREATE|os.O_WRONLY`, `OpenOptions::new().append(true)`.

use crate::program::Value;

/// Adds all names, methods and texts of `value`, a blank between them.
pub fn all(value: &Value, words: &mut String) {
    walk(value, words, 0);
}

fn walk(value: &Value, words: &mut String, depth: u32) {
    if depth > 12 {
        return;
    }
    let mut add = |name: &str| {
        words.push_str(name);
        words.push(' ');
    };
    match value {
        Value::Name(text) | Value::Text(text) => add(text),
        Value::Call(call) => {
            add(&call.path);
            call.receiver.iter().for_each(|receiver| walk(receiver, words, depth + 1));
            call.arguments.iter().for_each(|argument| walk(&argument.value, words, depth + 1));
        }
        Value::Joined(values) | Value::Either(values) | Value::List(values) => {
            for value in values {
                walk(value, words, depth + 1);
            }
        }
        Value::Table(entries) => entries.iter().for_each(|(key, value)| {
            walk(key, words, depth + 1);
            walk(value, words, depth + 1);
        }),
        _ => {}
    }
}

/// The names in an expression, as far as they are near its beginning.
pub(super) fn near(value: &Value, words: &mut String, depth: u32) {
    const LONG: usize = 400;
    if depth > 3 || words.len() > LONG {
        return;
    }
    let mut add = |name: &str| {
        words.push_str(name);
        words.push(' ');
    };
    match value {
        Value::Name(name) | Value::Variable { name, .. } => add(name),
        Value::Call(call) => {
            add(&call.path);
            for argument in &call.arguments {
                near(&argument.value, words, depth + 1);
            }
        }
        Value::Joined(values) | Value::Either(values) | Value::List(values) => {
            for value in values {
                near(value, words, depth + 1);
            }
        }
        _ => {}
    }
}
