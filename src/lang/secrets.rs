//! Secrets that a step of a build is given as variables and that no layer keeps.

use crate::plan::ShellLine;

/// The mount of one.
pub fn mount(name: &str) -> String {
    format!("--mount=type=secret,id={name}")
}

/// Commands that put them into the environment of those that follow.
pub fn exported<'n>(names: impl Iterator<Item = &'n str>) -> Vec<ShellLine> {
    let read = |name: &'n str| {
        let read = ShellLine::words([name]).glued("=\"$(cat /run/secrets/").in_quotes(name).glued(")\"");
        [read, ShellLine::of("export").word(name)]
    };
    names.flat_map(read).collect()
}

/// The flags of `docker build` that give them.
pub fn flags<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names.map(|name| format!("--secret id={name},env={name}")).collect::<Vec<_>>().join(" ")
}

/// The variables that a text names: `${NPM_TOKEN}`, `${NPM_TOKEN:-}`, and `$NPM_TOKEN` as Bun writes it.
pub fn variables(text: &str) -> Vec<String> {
    let name = |part: &str| part.trim_start_matches('{').chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>();
    text.split('$').skip(1).map(name).filter(|name| is_variable(name)).collect()
}

/// Whether it may be the name of one: it becomes a word of a command and an id.
fn is_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}
