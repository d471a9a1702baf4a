//! What no setting may say, told where it is said: names that no instruction can hold, and secrets, which an image would show to everybody.

use camino::Utf8Path;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Diagnostic, Line, Result};
use crate::evidence::Span;
use crate::render::edge::{is_label, is_variable};
use crate::secret;

/// A table, what its keys are, what such a name is, and what it may be made of.
type Named = (&'static str, &'static str, fn(&str) -> bool, &'static str);

/// Tables whose keys become names in the image, what such a name is, and what it may be made of.
const NAMES: [Named; 2] = [
    ("env", "variable", is_variable, "letters, digits, `_`, `.` and `-`, the first of them a letter or `_`"),
    ("labels", "label", is_label, "letters, digits, `_`, `.`, `-` and `/`"),
];

/// Looks through a settings file.
///
/// # Errors
/// The first name that is none, and the first value that looks like a secret.
pub(super) fn check(file: &Utf8Path, text: &str, table: &DeTable<'_>) -> Result<()> {
    for (name, what, is_name, made_of) in NAMES {
        let Some(DeValue::Table(names)) = table.get(name).map(toml::Spanned::get_ref) else { continue };
        if let Some(key) = names.keys().find(|key| !is_name(key.get_ref())) {
            let span = Span::of(text, key.span().start, key.span().end);
            let error = Diagnostic::usage("settings::name", format!("`{}` cannot be the name of a {what}", key.get_ref()));
            return Err(error.at(file, Some(span), "named here").help(format!("a {what}'s name is made of {made_of}")).into());
        }
    }
    table.values().try_for_each(|value| no_secrets(file, text, value.get_ref(), (value.span().start, value.span().end)))
}

fn no_secrets(file: &Utf8Path, text: &str, value: &DeValue<'_>, (start, end): (usize, usize)) -> Result<()> {
    match value {
        DeValue::String(said) if secret::find(said).is_some() => {
            let message = format!("a value in `{file}` looks like a password or a key, which everybody could read from the image");
            let span = Span::of(text, start, end);
            let mut error = Diagnostic::usage("settings::secret", message).at(file, Some(span), "not shown");
            error.labels.iter_mut().for_each(|label| label.line = Line::Withheld);
            let way = "give it when the container starts (`docker run --env`), or mount it with `RUN --mount=type=secret` where the build needs it";
            Err(error.help(way).into())
        }
        DeValue::Array(list) => {
            list.iter().try_for_each(|value| no_secrets(file, text, value.get_ref(), (value.span().start, value.span().end)))
        }
        DeValue::Table(table) => {
            table.values().try_for_each(|value| no_secrets(file, text, value.get_ref(), (value.span().start, value.span().end)))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::Document;

    #[test]
    fn names_and_secrets_are_refused_where_they_stand() {
        for (text, code, line) in [
            ("[env]\nA = \"b\"\n\"A B\" = \"c\"\n", "settings::name", 3),
            ("labels = { \"a=b\" = \"c\" }\n", "settings::name", 1),
            ("[env]\nURL = \"postgres://shop:hunter2@db/shop\"\n", "settings::secret", 2),
            ("arguments = [\n  \"-v\",\n  \"--key=sk_live_aaaaaaaaaaaaaaaa\",\n]\n", "settings::secret", 3),
            ("[network]\nnpm = \"https://ci:hunter2@npm.example.com\"\n", "settings::secret", 2),
        ] {
            let found = Document::parse("imggen.toml".into(), text, &[])
                .map(|_| ())
                .map_err(|error| (error.code, error.labels[0].span.map(|span| span.line)));
            assert_eq!(found, Err((code, Some(line))), "{text}");
        }
        let fine = "[env]\nURL = \"postgres://shop:$PASSWORD@db/shop\"\n\"a.b-c\" = \"\"\n[labels]\n\"org.example/x\" = \"y\"\n";
        assert!(Document::parse("imggen.toml".into(), fine, &[]).is_ok());
    }
}
