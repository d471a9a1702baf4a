//! Programs of several subcommands that do nothing by themselves, by what derives their command line: which one answers requests.

use crate::catalog::vocabulary::last_word;
use crate::declared::SERVING;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule};
use crate::program::{Annotation, At, Field, Program, Type};

const SERVES: Rule = Rule::parsed("rust.subcommand", "this subcommand serves by its name, and the program does nothing without one");
const LISTENS: Rule = Rule::parsed("rust.subcommand-listens", "this subcommand listens, and the program does nothing without one");
const ONE: Rule = Rule::parsed("rust.subcommand-of-several", "this is one of its subcommands");

/// What the type of a command line derives, by the libraries that people use.
const ROOTS: [&str; 4] = ["Parser", "StructOpt", "FromArgs", "Options"];
/// What the type of its subcommands derives.
const COMMANDS: [&str; 4] = ["Subcommand", "StructOpt", "FromArgs", "Options"];

/// How deep subcommands may lie in one another.
const NESTED: usize = 4;

/// A subcommand that has none itself.
struct Leaf<'t> {
    /// The words that ask for it.
    words: Vec<String>,
    at: Evidence,
    /// The enumeration and the variant that it is.
    variant: (&'t str, &'t str),
}

/// The words that make the program answer requests, or what there is to say of it.
#[must_use]
pub fn look(program: &Program<'_>, listens: bool) -> (Option<Fact<Vec<String>>>, Option<Diagnostic>) {
    let Some(asked) = asked_for(program) else { return (None, None) };
    let mut leaves = Vec::new();
    gather(program, asked, &[], &mut leaves);
    if leaves.is_empty() {
        return (None, None);
    }
    let told = |leaf: &Leaf<'_>, rule| (Some(Fact::new(leaf.words.clone(), leaf.at.under(rule))), None);
    let listening: Vec<_> =
        leaves.iter().filter(|leaf| arms(program, leaf.variant).any(|(file, at)| program.listens_within(file, at))).collect();
    if let [one] = listening.as_slice() {
        return told(one, LISTENS);
    }
    let meant: Vec<&Leaf<'_>> = if listening.is_empty() { leaves.iter().collect() } else { listening };
    // without anything that listens only plain names tell
    let names = if listens { &SERVING[..] } else { &["serve", "server", "web", "api"] };
    match named(&meant, names, listens) {
        Some(leaf) => told(leaf, SERVES),
        None => (None, listens.then(|| several(&leaves))),
    }
}

/// The one that serves by its name.
fn named<'l, 't>(leaves: &[&'l Leaf<'t>], names: &[&str], listens: bool) -> Option<&'l Leaf<'t>> {
    let last = |leaf: &Leaf<'_>| leaf.words.last().cloned().unwrap_or_default();
    let exact = names.iter().find_map(|name| {
        let called = || leaves.iter().copied().filter(|leaf| last(leaf) == *name);
        // of several of one name the one whose group speaks of serving
        let first = called().next()?;
        if called().count() == 1 { Some(first) } else { called().find(|leaf| speaks(&leaf.words, names)) }
    });
    exact.or_else(|| {
        // `http-server`, where no other speaks of serving
        let mut speaking = leaves.iter().copied().filter(|leaf| listens && last(leaf).split('-').any(|word| names.contains(&word)));
        speaking.next().filter(|_| speaking.next().is_none())
    })
}

fn several(leaves: &[Leaf<'_>]) -> Diagnostic {
    let names = leaves.iter().map(|leaf| format!("`{}`", leaf.words.join(" "))).collect::<Vec<_>>().join(", ");
    let message = format!("the program does nothing without one of its subcommands: {names}");
    let warning = Diagnostic::warning("start::subcommand", message);
    let warning = leaves.iter().take(8).fold(warning, |warning, leaf| warning.because(&leaf.at));
    warning.help("say which one the image starts: `arguments = [\"NAME\"]` in imggen.toml")
}

/// What is done for a variant: the arms of `match` behind `Command::Serve { port } =>`.
fn arms<'p>(program: &'p Program<'_>, (of, variant): (&str, &str)) -> impl Iterator<Item = (usize, At)> + use<'p> {
    let pattern = format!("{of}::{variant}");
    program.sources().iter().enumerate().flat_map(move |(file, source)| {
        let found: Vec<_> = source.text.match_indices(&pattern).filter_map(|(at, _)| arm(source.text, at + pattern.len())).collect();
        found.into_iter().map(move |at| (file, at))
    })
}

/// The arm that follows the name of a variant.
fn arm(text: &str, from: usize) -> Option<At> {
    let rest = text.get(from..)?;
    if rest.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
        return None;
    }
    let arrow = rest.find("=>").filter(|arrow| !rest[..*arrow].contains([';', '"']))?;
    let start = from + arrow + 2;
    let mut depth = 0_u32;
    let end = text[start..].char_indices().find_map(|(at, c)| {
        match c {
            '(' | '[' | '{' => depth += 1,
            '}' | ')' | ']' | ',' if depth == 0 => return Some(at),
            '}' if depth == 1 => return Some(at + 1),
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        None
    })?;
    Some(At { start: u32::try_from(start).ok()?, end: u32::try_from(start + end).ok()? })
}

/// Whether what stands before the last word speaks of serving.
fn speaks(words: &[String], names: &[&str]) -> bool {
    words.iter().rev().skip(1).any(|word| names.contains(&word.as_str()))
}

/// The subcommands of an enumeration, each with the words that ask for it; those of a variant that has subcommands itself in its place.
fn gather<'t>(program: &Program<'t>, (file, of): (usize, &'t Type), above: &[String], found: &mut Vec<Leaf<'t>>) {
    for field in &of.fields {
        let words = [above, &[name_of(program, field)]].concat();
        let inner = field.kind.as_deref().map(last_segment).and_then(|kind| asking(program, kind)).filter(|_| words.len() < NESTED);
        if let Some(inner) = inner {
            gather(program, inner, &words, found);
        } else {
            let variant = (of.name.as_str(), field.name.as_str());
            found.push(Leaf { words, at: program.sources()[file].evidence(field.at, ONE), variant });
        }
    }
}

/// The enumeration of subcommands that a type is, or has to be given.
fn asking<'t>(program: &Program<'t>, name: &str) -> Option<(usize, &'t Type)> {
    let types = || program.sources().iter().enumerate().flat_map(|(file, source)| source.outline.types.iter().map(move |of| (file, of)));
    let commands = |name: &str| types().find(|(_, of)| of.name == name && is_enumeration(of) && derives(of, &COMMANDS));
    commands(name).or_else(|| {
        let (_, of) = types().find(|(_, of)| of.name == name && !is_enumeration(of))?;
        of.fields.iter().find_map(|field| commands(last_segment(field.kind.as_deref()?)))
    })
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
