//! Programs of several subcommands that do nothing by themselves, by clap: which one answers requests.

use super::super::outline::outline;
use super::source::Source;
use crate::declared::SERVING;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule};
use crate::program::{Field, Outline};

const SERVES: Rule = Rule::parsed("rust.subcommand", "this subcommand serves by its name, and the program does nothing without one");
const ONE: Rule = Rule::parsed("rust.subcommand-of-several", "this is one of its subcommands");

/// The words that make the program answer requests, or what there is to say of it.
#[must_use]
pub fn look(sources: &[Source<'_>], listens: bool) -> (Option<Fact<Vec<String>>>, Option<Diagnostic>) {
    let read = sources.iter().filter(|source| source.text.contains("Subcommand"));
    let outlines: Vec<_> = read.map(|source| (source, outline(source.text, None))).collect();
    let found = outlines.iter().find_map(|(source, outline)| {
        let is_root = |base: &String| base.rsplit('.').next() == Some("Parser");
        let mut roots = outlines.iter().flat_map(|(_, outline)| &outline.types).filter(|declared| declared.bases.iter().any(is_root));
        let asked = roots.find_map(|root| root.fields.iter().find_map(|field| demanded(field, outline)))?;
        let commands = outline.types.iter().find(|declared| declared.name == asked)?;
        let named = |field: &Field| {
            let at = Evidence::at(
                source.path.clone(),
                crate::evidence::Span::of(source.text, field.at.start as usize, field.at.end as usize),
                ONE,
                field.name.clone(),
            );
            (name_of(field), at)
        };
        Some(commands.fields.iter().map(named).collect::<Vec<_>>())
    });
    let Some(commands) = found.filter(|commands| !commands.is_empty()) else { return (None, None) };
    // without anything that listens only plain names tell
    let names = if listens { &SERVING[..] } else { &["serve", "server", "web", "api"] };
    let chosen = names.iter().find_map(|name| commands.iter().find(|(command, _)| command == name));
    if let Some((name, at)) = chosen {
        return (Some(Fact::new(vec![name.clone()], at.under(SERVES))), None);
    }
    let several = || {
        let names = commands.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let message = format!("the program does nothing without one of its subcommands: {names}");
        let warning = Diagnostic::warning("start::subcommand", message);
        let warning = commands.iter().take(8).fold(warning, |warning, (_, at)| warning.because(at));
        warning.help("say which one the image starts: `arguments = [\"NAME\"]` in imggen.toml")
    };
    (None, listens.then(several))
}

/// The type of the subcommands that a field of the program's arguments asks for; one that may be missing is none.
fn demanded<'o>(field: &'o Field, outline: &'o Outline) -> Option<&'o str> {
    let kind = field.kind.as_deref()?;
    let is_subcommand = |base: &String| base.rsplit('.').next() == Some("Subcommand");
    let name = kind.rsplit("::").next()?.trim();
    outline.types.iter().find(|declared| declared.name == name && declared.bases.iter().any(is_subcommand)).map(|_| name)
}

/// `#[command(name = "x")]`, or the variant's name as clap spells it: `RunServer` is `run-server`.
fn name_of(field: &Field) -> String {
    let given = field.annotations.iter().filter(|annotation| matches!(annotation.name.as_str(), "command" | "clap"));
    let given = given.flat_map(|annotation| &annotation.arguments).find(|argument| argument.name.as_deref() == Some("name"));
    if let Some(name) = given.and_then(|argument| argument.value.text()) {
        return name.to_owned();
    }
    let mut name = String::new();
    for letter in field.name.chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.extend(letter.to_lowercase());
    }
    name
}
