//! Programs of several subcommands that do nothing by themselves, by what derives their command line: which one answers requests.

use crate::catalog::vocabulary::last_word;
use crate::declared::SERVING;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Fact, Rule};
use crate::program::{Annotation, Field, Program, Type};

const SERVES: Rule = Rule::parsed("rust.subcommand", "this subcommand serves by its name, and the program does nothing without one");
const ONE: Rule = Rule::parsed("rust.subcommand-of-several", "this is one of its subcommands");

/// What the type of a command line derives, by the libraries that people use.
const ROOTS: [&str; 4] = ["Parser", "StructOpt", "FromArgs", "Options"];
/// What the type of its subcommands derives.
const COMMANDS: [&str; 4] = ["Subcommand", "StructOpt", "FromArgs", "Options"];

/// The words that make the program answer requests, or what there is to say of it.
#[must_use]
pub fn look(program: &Program<'_>, listens: bool) -> (Option<Fact<Vec<String>>>, Option<Diagnostic>) {
    let Some((file, commands)) = asked_for(program) else { return (None, None) };
    let commands: Vec<_> =
        commands.fields.iter().map(|field| (name_of(program, field), program.sources()[file].evidence(field.at, ONE))).collect();
    if commands.is_empty() {
        return (None, None);
    }
    // without anything that listens only plain names tell
    let names = if listens { &SERVING[..] } else { &["serve", "server", "web", "api"] };
    let chosen = names.iter().find_map(|name| commands.iter().find(|(command, _)| command == name));
    let chosen = chosen.or_else(|| {
        // `http-server`, where no other speaks of serving
        let mut speaking = commands.iter().filter(|(command, _)| listens && command.split('-').any(|word| names.contains(&word)));
        speaking.next().filter(|_| speaking.next().is_none())
    });
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

/// The type whose variants are the subcommands that the program asks for; where one may be missing, it asks for none.
fn asked_for<'t>(program: &Program<'t>) -> Option<(usize, &'t Type)> {
    let types = || program.sources().iter().enumerate().flat_map(|(file, source)| source.outline.types.iter().map(move |of| (file, of)));
    types().filter(|(_, root)| derives(root, &ROOTS)).find_map(|(file, root)| {
        if is_enumeration(root) && derives(root, &["Parser", "StructOpt", "Options"]) && !holds(types(), root) {
            return Some((file, root));
        }
        root.fields.iter().filter(|_| !is_enumeration(root)).find_map(|field| {
            let name = last_segment(field.kind.as_deref()?);
            types().find(|(_, of)| of.name == name && is_enumeration(of) && (derives(of, &COMMANDS)))
        })
    })
}

/// Whether another type has a field of this one.
fn holds<'t>(mut types: impl Iterator<Item = (usize, &'t Type)>, of: &Type) -> bool {
    let is = |field: &Field| {
        field.kind.as_deref().is_some_and(|kind| kind.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == of.name))
    };
    types.any(|(_, other)| other.fields.iter().any(is))
}

fn derives(of: &Type, traits: &[&str]) -> bool {
    of.bases.iter().any(|base| traits.contains(&last_word(base)))
}

fn is_enumeration(of: &Type) -> bool {
    of.fields.first().is_some_and(|field| field.name.starts_with(char::is_uppercase))
}

fn last_segment(kind: &str) -> &str {
    kind.rsplit("::").next().unwrap_or(kind).trim()
}

/// `#[command(name = "x")]`, or the variant's name as clap spells it: `RunServer` is `run-server`.
fn name_of(program: &Program<'_>, field: &Field) -> String {
    let given = |annotations: &[Annotation]| {
        let own = annotations.iter().filter(|annotation| matches!(annotation.name.as_str(), "command" | "clap" | "structopt" | "argh"));
        let mut arguments = own.flat_map(|annotation| &annotation.arguments);
        arguments.find(|argument| argument.name.as_deref() == Some("name"))?.value.text().map(str::to_owned)
    };
    // argh names a command at the type of its arguments
    let inner = field.kind.as_deref().map(last_segment);
    let mut types = program.sources().iter().flat_map(|source| &source.outline.types);
    let of_type = || types.find(|of| Some(of.name.as_str()) == inner).and_then(|of| given(&of.annotations));
    if let Some(name) = given(&field.annotations).or_else(of_type) {
        return name;
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
