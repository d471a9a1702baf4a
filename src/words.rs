//! The words of an instruction: split as `BuildKit` splits them, with the variables filled in that the file itself gives a value.

/// Longer values are not followed: a few lines of `ENV A=$A$A` would fill the memory.
const LENGTH_LIMIT: usize = 4096;

/// Deeper defaults of defaults are not followed.
const DEPTH_LIMIT: usize = 8;

/// The words of `text`, split at blanks outside quotes, with quotes and backslashes kept.
pub(crate) fn split(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = None;
    let mut quote = None;
    let mut chars = text.char_indices();
    while let Some((at, next)) = chars.next() {
        if quote.is_none() && next.is_whitespace() {
            words.extend(start.take().map(|start| &text[start..at]));
            continue;
        }
        start.get_or_insert(at);
        match (next, quote) {
            ('\\', None | Some('"')) => _ = chars.next(),
            ('"' | '\'', None) => quote = Some(next),
            (_, Some(open)) if next == open => quote = None,
            _ => {}
        }
    }
    words.extend(start.map(|start| &text[start..]));
    words
}

/// `text` without its quotes and with its variables filled in; nothing when a variable has no value that `known` gives.
pub(crate) fn expand(text: &str, known: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    expand_within(text, known, DEPTH_LIMIT)
}

fn expand_within(text: &str, known: &dyn Fn(&str) -> Option<String>, depth: usize) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut quote = None;
    while let Some(next) = rest.chars().next() {
        rest = &rest[next.len_utf8()..];
        match (next, quote) {
            ('\\', None | Some('"')) => {
                let quoted = rest.chars().next();
                out.extend(quoted);
                rest = &rest[quoted.map_or(0, char::len_utf8)..];
            }
            ('"' | '\'', None) => quote = Some(next),
            (_, Some(open)) if next == open => quote = None,
            ('$', None | Some('"')) => {
                let (value, after) = variable(rest, known, depth)?;
                out.push_str(&value);
                rest = after;
            }
            _ => out.push(next),
        }
        if out.len() > LENGTH_LIMIT {
            return None;
        }
    }
    Some(out)
}

/// The value of the variable whose `$` was just read, and what stands after it.
fn variable<'a>(rest: &'a str, known: &dyn Fn(&str) -> Option<String>, depth: usize) -> Option<(String, &'a str)> {
    let Some(inner) = rest.strip_prefix('{') else {
        let (name, after) = name(rest);
        return if name.is_empty() { Some(("$".to_owned(), rest)) } else { Some((known(name)?, after)) };
    };
    let (inner, after) = inner.split_at_checked(closing_brace(inner)?)?;
    let (name, modifier) = name(inner);
    let value = known(name);
    let set = value.as_ref().is_some_and(|value| !value.is_empty());
    let other = |word| expand_within(word, known, depth.checked_sub(1)?);
    let value = match modifier.split_at_checked(2).unwrap_or((modifier, "")) {
        (":-", word) if !set => other(word)?,
        ("" | ":-", _) => value?,
        (":+", word) if set => other(word)?,
        (":+", _) => String::new(),
        _ => return None,
    };
    Some((value, &after[1..]))
}

fn name(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(text.len()))
}

fn closing_brace(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    for (at, next) in text.char_indices() {
        match next {
            '{' => open += 1,
            '}' if open == 0 => return Some(at),
            '}' => open -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{expand, split};

    #[test]
    fn words_end_at_blanks_outside_quotes() {
        assert_eq!(split(r#" A=1  B="x y" C=a\ b D='"' "#), ["A=1", r#"B="x y""#, r"C=a\ b", r#"D='"'"#]);
        assert_eq!(split(""), [""; 0]);
    }

    #[test]
    fn variables_are_filled_in_as_far_as_they_are_known() {
        let known = |name: &str| match name {
            "TAG" => Some("1.27".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        for (text, expected) in [
            ("golang:$TAG", Some("golang:1.27")),
            ("golang:${TAG}-trixie", Some("golang:1.27-trixie")),
            ("'$TAG' \"$TAG\" \\$TAG", Some("$TAG 1.27 $TAG")),
            ("${NONE:-${TAG}}", Some("1.27")),
            ("${EMPTY:-x}${TAG:+y}${NONE:+z}", Some("xy")),
            ("$", Some("$")),
            ("$NONE", None),
            ("${TAG", None),
            ("${TAG#1}", None),
        ] {
            assert_eq!(expand(text, &known).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn nesting_ends_somewhere() {
        let deep = format!("{}{}", "${A:-".repeat(20_000), "}".repeat(20_000));
        assert_eq!(expand(&deep, &|_| None), None);
    }
}
