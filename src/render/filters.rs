//! What templates may print, and the few ways to spell a value in a Dockerfile.

use minijinja::value::{Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind, Output, State};

/// Strings without control characters and numbers: what a manifest says can fill a word and never add a line.
pub(super) fn format(out: &mut Output, _: &mut State, value: &Value) -> Result<(), Error> {
    let refuse = |what: &str| Err(Error::new(ErrorKind::InvalidOperation, format!("{what} cannot be printed into a file: {value:?}")));
    match value.kind() {
        ValueKind::Number => write!(out, "{value}").map_err(Error::from),
        ValueKind::String => {
            let text = value.as_str().unwrap_or_default();
            // macros and blocks hand on whole lines that were checked when they were printed
            if !value.is_safe() && text.chars().any(char::is_control) {
                return refuse("a control character");
            }
            out.write_str(text).map_err(Error::from)
        }
        ValueKind::Undefined => refuse("something that the plan does not have"),
        kind => refuse(&format!("a value of the kind {kind}")),
    }
}

pub(super) fn add(environment: &mut Environment<'_>) {
    environment.add_filter("exec", exec);
    environment.add_filter("env", env);
    environment.add_filter("sh", sh);
    environment.add_filter("copy", copy);
}

/// The exec form: a JSON array.
#[expect(clippy::needless_pass_by_value, reason = "a filter owns its arguments")]
fn exec(words: Vec<String>) -> Result<String, Error> {
    let quoted: Result<Vec<_>, _> = words.iter().map(serde_json::to_string).collect();
    let quoted = quoted.map_err(|error| Error::new(ErrorKind::InvalidOperation, error.to_string()))?;
    Ok(format!("[{}]", quoted.join(", ")))
}

/// The value of an ENV or LABEL, quoted where it has to be.
fn env(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+,=".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        value.to_owned()
    } else {
        format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$"))
    }
}

/// A word for the shell, quoted where it has to be.
pub(crate) fn sh(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+,=".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

/// The arguments of a COPY: as words, or as a JSON array where a path has a blank in it.
fn copy(copy: &Value) -> Result<String, Error> {
    let attribute = |name: &str| copy.get_attr(name).ok().and_then(|value| value.as_str().map(str::to_owned));
    let sources: Vec<String> = copy.get_attr("sources")?.try_iter()?.filter_map(|source| source.as_str().map(str::to_owned)).collect();
    let to = attribute("to").unwrap_or_default();
    let flags = [("from", attribute("from")), ("chown", attribute("owner"))];
    let flags: String = flags.into_iter().filter_map(|(name, value)| value.map(|value| format!("--{name}={value} "))).collect();
    let paths: Vec<_> = sources.into_iter().chain([to]).collect();
    let awkward = paths.iter().any(|path| path.chars().any(|c| c.is_whitespace() || "\"'\\$[".contains(c)));
    if awkward { Ok(format!("{flags}{}", exec(paths)?)) } else { Ok(format!("{flags}{}", paths.join(" "))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_only_where_they_have_to_be() {
        assert_eq!(sh("./cmd/app"), "./cmd/app");
        assert_eq!(sh("it's"), "'it'\\''s'");
        assert_eq!(env("8080"), "8080");
        assert_eq!(env("a \"b\" $c"), "\"a \\\"b\\\" \\$c\"");
        assert_eq!(exec(vec!["/app".into(), "a\"b".into()]).ok(), Some(r#"["/app", "a\"b"]"#.to_owned()));
    }
}
