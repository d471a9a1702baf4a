//! Values as one would write them, for tests of front ends.

use super::{Argument, Binding, Call, Value};

/// A value.
#[must_use]
pub fn show(value: &Value) -> String {
    let all = |values: &[Value], by: &str| values.iter().map(show).collect::<Vec<_>>().join(by);
    match value {
        Value::Text(text) => format!("{text:?}"),
        Value::Number(number) => number.to_string(),
        Value::Truth(truth) => truth.to_string(),
        Value::Variable { name, .. } => format!("${name}"),
        Value::Name(name) => name.clone(),
        Value::Call(call) => called(call),
        Value::Joined(parts) => all(parts, " + "),
        Value::Either(values) => all(values, " | "),
        Value::List(values) => format!("[{}]", all(values, ", ")),
        Value::Table(entries) => {
            format!("{{{}}}", entries.iter().map(|(key, value)| format!("{}: {}", show(key), show(value))).collect::<Vec<_>>().join(", "))
        }
        Value::Function(number) => format!("fn{number}"),
        Value::Unknown => "?".into(),
    }
}

/// A call, with the names of its arguments and without its receiver.
#[must_use]
pub fn called(call: &Call) -> String {
    let argument = |argument: &Argument| match &argument.name {
        Some(name) => format!("{name}={}", show(&argument.value)),
        None => show(&argument.value),
    };
    format!("{}({})", call.path, call.arguments.iter().map(argument).collect::<Vec<_>>().join(", "))
}

/// A binding: `+` before a name that is new, the number of the result behind it.
#[must_use]
pub fn bound(binding: &Binding) -> String {
    let result = if binding.result > 0 { format!("#{}", binding.result) } else { String::new() };
    format!("{}{}{result} {}", if binding.declares { "+" } else { "" }, binding.target, show(&binding.value))
}
