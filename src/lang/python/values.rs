//! What expressions in settings come to: environment variables and paths.

use camino::{Utf8Path, Utf8PathBuf};

use super::outline::ask;
use super::sources::Source;
use crate::program::{Call, Value};

/// The environment variable that a call reads, and its default.
pub fn variable(call: &Call) -> Option<(&str, Option<&Value>)> {
    let path = call.path.as_str();
    let name = ask::first(call).and_then(Value::text)?;
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    let reads = matches!(
        path,
        "os.environ.__getitem__"
            | "os.environ.get"
            | "environ.get"
            | "os.getenv"
            | "getenv"
            | "decouple.config"
            | "config"
            | "starlette.config.Config()"
    ) || path == "env"
        || path.starts_with("env.")
        || path.starts_with("environ.Env()");
    (reads && plain).then(|| (name, ask::argument(call, "default", Some(1))))
}

/// Stands in a text for what is not to be seen of it.
pub const UNSEEN: char = '*';

/// The texts that an expression may come to when no variable is set, in order.
pub fn texts(source: &Source<'_>, value: &Value) -> Vec<String> {
    seen_texts(source, value, 0)
}

fn seen_texts(source: &Source<'_>, value: &Value, depth: u8) -> Vec<String> {
    if depth > 6 {
        return Vec::new();
    }
    let inner = |value: &Value| seen_texts(source, value, depth + 1);
    match value {
        Value::Text(text) => vec![text.clone()],
        Value::Variable { default, .. } => default.as_deref().map(inner).unwrap_or_default(),
        Value::Either(values) => values.iter().flat_map(inner).collect(),
        Value::Name(name) => {
            source.outline.bindings.iter().filter(|binding| binding.target == *name).flat_map(|binding| inner(&binding.value)).collect()
        }
        Value::Joined(parts) => parts.iter().fold(vec![String::new()], |texts, part| {
            let mut more = inner(part);
            if more.is_empty() {
                more.push(UNSEEN.to_string());
            }
            texts.iter().flat_map(|text| more.iter().map(move |more| format!("{text}{more}"))).take(8).collect()
        }),
        Value::Call(call) => match (variable(call), call.method(), call.receiver.as_deref()) {
            (Some((_, default)), ..) => default.map(inner).unwrap_or_default(),
            (None, "lower" | "strip", Some(receiver)) => inner(receiver),
            (None, "str", _) => ask::first(call).map(inner).unwrap_or_default(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// The directory, relative to the root of the tree, that an expression comes to which starts from `__file__`:
/// `Path(__file__).resolve().parent.parent`, `os.path.dirname(os.path.abspath(__file__))`, and names that stand for these.
pub fn place(source: &Source<'_>, value: &Value, depth: u8) -> Option<Utf8PathBuf> {
    let up = |path: Utf8PathBuf, times: usize| (0..times).try_fold(path, |path, _| path.parent().map(Utf8Path::to_owned));
    let inner = |value: &Value| place(source, value, depth + 1);
    if depth > 12 {
        return None;
    }
    match value {
        Value::Name(name) if name == "__file__" => Some(source.path.to_owned()),
        Value::Name(name) => inner(&ask::bound(&source.outline, name)?.value),
        Value::Joined(parts) => {
            let (first, rest) = parts.split_first()?;
            rest.iter().try_fold(inner(first)?, |path, part| Some(path.join(relative(part)?)))
        }
        Value::Call(call) => {
            let first = || inner(ask::first(call)?);
            let base = || inner(call.receiver.as_deref()?);
            match call.path.rsplit('.').next().unwrap_or_default() {
                "dirname" => up(first()?, 1),
                "abspath" | "realpath" | "normpath" | "Path" | "str" => first(),
                "parent" => up(base()?, 1),
                "resolve" | "absolute" | "as_posix" => base(),
                "__getitem__" => match (call.receiver.as_deref(), ask::first(call)) {
                    (Some(Value::Call(parents)), Some(Value::Number(index))) if parents.method() == "parents" => {
                        up(inner(parents.receiver.as_deref()?)?, usize::try_from(*index).ok()? + 1)
                    }
                    _ => None,
                },
                "joinpath" => ask::placed(call).try_fold(base()?, |path, part| Some(path.join(relative(part)?))),
                "join" if call.path.ends_with("path.join") => {
                    ask::placed(call).skip(1).try_fold(first()?, |path, part| Some(path.join(relative(part)?)))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// The path that an expression comes to, relative to `home`: a directory of the tree that it starts from, or else whatever it starts from.
pub fn below(home: &Utf8Path, source: &Source<'_>, value: &Value) -> Option<String> {
    match place(source, value, 0) {
        Some(path) => path.strip_prefix(home).ok().map(ToString::to_string).filter(|path| !path.is_empty()),
        None => relative(value),
    }
}

/// The relative path that an expression comes to, when all but its beginning can be seen: `BASE_DIR / "media"` is `media`.
pub fn relative(value: &Value) -> Option<String> {
    let text = match value {
        Value::Text(text) => text.clone(),
        Value::Joined(values) => joined(values.iter())?,
        Value::Call(call) => {
            let wraps = matches!(call.path.as_str(), "str" | "pathlib.Path" | "Path" | "os.path.abspath");
            if call.path.ends_with("joinpath") {
                joined(call.receiver.as_deref().into_iter().chain(ask::placed(call)))?
            } else if call.path.ends_with("path.join") {
                ask::placed(call).filter_map(relative).collect::<Vec<_>>().join("/")
            } else if wraps {
                relative(ask::first(call)?)?
            } else {
                return None;
            }
        }
        _ => return None,
    };
    let text = text.trim_start_matches("./").trim_matches('/').replace("//", "/");
    let plain = !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "_-./".contains(c)) && !text.contains("..");
    plain.then_some(text)
}

/// Parts of a path, where at most one, the directory that it starts from, is not to be seen.
fn joined<'v>(values: impl Iterator<Item = &'v Value>) -> Option<String> {
    let all: Vec<_> = values.map(relative).collect();
    let parts: Vec<_> = all.iter().flatten().map(String::as_str).collect();
    let unseen = all.len() - parts.len();
    (unseen <= 1 && !parts.is_empty()).then(|| parts.join("/"))
}
