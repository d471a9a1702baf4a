//! What a template prints: every value goes out between marks with its kind, for the edge to spell it where it lands.

use minijinja::value::{Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind, Output, State};

use crate::plan::text::{LITERAL, NGINX, SHELL};

/// Stands before a value and its kind. No value holds it, as it is a control character.
pub(super) const OPEN: char = '\u{1}';
/// Stands behind a value.
pub(super) const CLOSE: char = '\u{2}';

/// What a printed value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A string or a number.
    Data,
    /// A line for a shell.
    Shell,
    /// A piece of nginx' configuration.
    Nginx,
    /// Text that the source holds.
    Literal,
    /// A JSON array: the exec form.
    Exec,
    /// The arguments of a COPY.
    Copy,
}

impl Kind {
    const ALL: [(char, Self); 6] =
        [('0', Self::Data), ('1', Self::Shell), ('2', Self::Nginx), ('3', Self::Literal), ('4', Self::Exec), ('5', Self::Copy)];

    fn sign(self) -> char {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or('0', |(sign, _)| *sign)
    }

    pub(super) fn of(sign: char) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == sign).map(|(_, kind)| *kind)
    }
}

/// Strings without control characters, numbers, and what has a type of its own.
pub(super) fn format(out: &mut Output, _: &mut State, value: &Value) -> Result<(), Error> {
    // macros and blocks hand on whole lines, whose values have their marks
    if value.kind() == ValueKind::String && value.is_safe() {
        return out.write_str(value.as_str().unwrap_or_default()).map_err(Error::from);
    }
    let (kind, text) = match value.kind() {
        ValueKind::Number => (Kind::Data, value.to_string()),
        ValueKind::String => (Kind::Data, value.as_str().unwrap_or_default().to_owned()),
        ValueKind::Map => typed(value).ok_or_else(|| refused("a table", value))?,
        ValueKind::Undefined => return Err(refused("something that the plan does not have", value)),
        kind => return Err(refused(&format!("a value of the kind {kind}"), value)),
    };
    if text.chars().any(char::is_control) {
        return Err(refused("a control character", value));
    }
    write!(out, "{OPEN}{}{text}{CLOSE}", kind.sign()).map_err(Error::from)
}

fn refused(what: &str, value: &Value) -> Error {
    Error::new(ErrorKind::InvalidOperation, format!("{what} cannot be printed into a file: {value:?}"))
}

/// A value of one of the types that stand in data as `{"$sh": "..."}`.
fn typed(value: &Value) -> Option<(Kind, String)> {
    let [key] = <[Value; 1]>::try_from(value.try_iter().ok()?.take(2).collect::<Vec<_>>()).ok()?;
    let kind = match key.as_str()? {
        SHELL => Kind::Shell,
        NGINX => Kind::Nginx,
        LITERAL => Kind::Literal,
        EXEC => Kind::Exec,
        COPY => Kind::Copy,
        _ => return None,
    };
    Some((kind, value.get_item(&key).ok()?.as_str()?.to_owned()))
}

const EXEC: &str = "$exec";
const COPY: &str = "$copy";

fn tagged(key: &'static str, text: String) -> Value {
    Value::from_pairs([(key, text)])
}

pub(super) fn add(environment: &mut Environment<'_>) {
    environment.add_filter("exec", |words: Vec<String>| json(&words).map(|text| tagged(EXEC, text)));
    environment.add_filter("copy", |copy: &Value| self::copy(copy).map(|text| tagged(COPY, text)));
    // nothing passes as it is
    for name in ["safe", "escape", "e", "tojson"] {
        environment.remove_filter(name);
    }
}

/// The exec form: a JSON array.
fn json(words: &[String]) -> Result<String, Error> {
    let quoted: Result<Vec<_>, _> = words.iter().map(serde_json::to_string).collect();
    let quoted = quoted.map_err(|error| Error::new(ErrorKind::InvalidOperation, error.to_string()))?;
    Ok(format!("[{}]", quoted.join(", ")))
}

/// The arguments of a COPY: as words, or as a JSON array where a path holds what ends a word.
fn copy(copy: &Value) -> Result<String, Error> {
    let attribute = |name: &str| copy.get_attr(name).ok().and_then(|value| value.as_str().map(str::to_owned));
    let sources = copy.get_attr("sources")?.try_iter()?.filter_map(|source| source.as_str().map(source_path)).collect::<Vec<_>>();
    let to = plain_path(&attribute("to").unwrap_or_default());
    let flags = [("from", attribute("from")), ("chown", attribute("owner"))];
    let mut text = String::new();
    for (name, value) in flags {
        let Some(value) = value else { continue };
        if !super::edge::is_reference(&value) {
            return Err(Error::new(ErrorKind::InvalidOperation, format!("`{value}` cannot be the value of `--{name}`")));
        }
        text.extend(["--", name, "=", &value, " "]);
    }
    let paths: Vec<_> = sources.into_iter().chain([to]).collect();
    // `--` at the front would be a flag, and `<<` a here-document
    let awkward = paths.iter().any(|path| {
        path.is_empty() || path.starts_with("--") || path.contains("<<") || path.chars().any(|c| c.is_whitespace() || "\"'\\[".contains(c))
    });
    Ok(text + &if awkward { json(&paths)? } else { paths.join(" ") })
}

/// A path of COPY in which no character means more than itself: variables and quotes are read in both of its forms.
pub(super) fn plain_path(path: &str) -> String {
    path.chars().flat_map(|c| "\\$\"'".contains(c).then_some('\\').into_iter().chain([c])).collect()
}

/// The same for a source, of which COPY reads patterns as well.
fn source_path(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        match c {
            '*' | '?' | '[' => out.extend(['[', c, ']']),
            // once for the words, once for the pattern
            '\\' => out.push_str(r"\\\\"),
            '$' | '"' | '\'' => out.extend(['\\', c]),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copied(sources: &[&str], to: &str) -> String {
        copy(&minijinja::context! { sources => Value::from(minijinja::value::Serde(sources)), to => to, from => "build" })
            .unwrap_or_default()
    }

    #[test]
    fn paths_of_copy_mean_what_they_say() {
        assert_eq!(copied(&["/out/a"], "/a"), "--from=build /out/a /a");
        assert_eq!(copied(&["a b"], "/a"), r#"--from=build ["a b", "/a"]"#);
        assert_eq!(copied(&["a$b"], "/a"), r#"--from=build ["a\\$b", "/a"]"#);
        assert_eq!(copied(&["[id].js"], "/a"), r#"--from=build ["[[]id].js", "/a"]"#);
        assert_eq!(copied(&["--link"], "/a"), r#"--from=build ["--link", "/a"]"#);
    }
}
