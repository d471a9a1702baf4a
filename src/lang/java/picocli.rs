//! Picocli: a program of several subcommands that does nothing by itself is told the one that serves.

use super::sources::Sources;
use crate::app::Behaviour;
use crate::catalog::vocabulary::last_word;
use crate::declared::SERVING;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule};
use crate::program::{Annotation, Source, Value};

const SERVES: Rule = Rule::parsed("java.subcommand", "this subcommand serves, and the program does nothing without one");

/// The annotation that makes a class or method a command.
const COMMAND: &str = "picocli.CommandLine.Command";

/// A subcommand.
struct Subcommand {
    name: String,
    /// The class that it is, or that has it as a method.
    class: String,
    at: Evidence,
    /// Whether a server starts in its file.
    listens: bool,
}

/// The word that makes it serve, or what there is to say where none of several shows that it does.
pub fn subcommand(sources: &Sources<'_>, behaviour: &Behaviour) -> (Option<Fact<Vec<String>>>, Option<Diagnostic>) {
    let listens = |source: &Source<'_>| behaviour.listens.iter().flat_map(Fact::because).any(|at| at.file == source.path);
    let (mut found, mut groups): (Vec<Subcommand>, Vec<Group>) = (Vec::new(), Vec::new());
    for source in &sources.files {
        let acts = |class: &str| {
            let methods = ["run", "call"].map(|method| format!("{class}.{method}"));
            source.outline.functions.iter().any(|function| methods.contains(&function.name))
        };
        for declared in &source.outline.types {
            let Some(annotation) = command(&declared.annotations) else { continue };
            let leads = annotation.argument("subcommands", None).map(|argument| classes(&argument.value));
            match (leads, acts(&declared.name)) {
                // what acts by itself needs no word
                (Some(_), true) => return (None, None),
                (Some(holds), false) => groups.push(Group { name: name(annotation), class: declared.name.clone(), holds }),
                (None, _) => found.extend(name(annotation).map(|name| Subcommand {
                    name,
                    class: declared.name.clone(),
                    at: source.evidence(annotation.at, SERVES),
                    listens: listens(source),
                })),
            }
        }
        for function in &source.outline.functions {
            let Some(annotation) = command(&function.annotations) else { continue };
            let own = function.name.rsplit('.').next().unwrap_or_default().to_owned();
            let name = name(annotation).unwrap_or(own);
            let class = function.name.rsplit_once('.').map_or("", |(class, _)| class).to_owned();
            found.push(Subcommand { name, class, at: source.evidence(annotation.at, SERVES), listens: false });
        }
    }
    if found.len() < 2 {
        return (None, None);
    }
    let listening: Vec<_> = found.iter().filter(|one| one.listens).collect();
    let named = || SERVING.iter().find_map(|name| found.iter().find(|one| one.name == *name));
    let one = if let [one] = listening.as_slice() { Some(*one) } else { named() };
    match one.filter(|_| !behaviour.listens.is_empty()) {
        Some(one) => (Some(Fact::new(words(one, &groups), one.at.clone())), None),
        None => (None, (!behaviour.listens.is_empty()).then(|| several(&found))),
    }
}

/// A class of commands that names others as its subcommands.
struct Group {
    name: Option<String>,
    class: String,
    holds: Vec<String>,
}

/// The words that ask for a subcommand: those of the groups that it lies in, the program itself apart, and its own.
fn words(one: &Subcommand, groups: &[Group]) -> Vec<String> {
    let holder = |class: &str| groups.iter().find(|group| group.holds.iter().any(|held| held == last_word(class)));
    let (mut words, mut next) = (vec![one.name.clone()], holder(&one.class));
    while let Some(group) = next.filter(|_| words.len() <= groups.len()) {
        next = holder(&group.class);
        // what no other holds is the program
        words.extend(group.name.clone().filter(|_| next.is_some()));
    }
    words.reverse();
    words
}

/// `{A.class, B.class}`: the names of the classes.
fn classes(value: &Value) -> Vec<String> {
    match value {
        Value::List(values) => values.iter().flat_map(classes).collect(),
        Value::Name(name) => vec![last_word(name.strip_suffix(".class").unwrap_or(name)).to_owned()],
        _ => Vec::new(),
    }
}

fn command(annotations: &[Annotation]) -> Option<&Annotation> {
    annotations.iter().find(|annotation| annotation.name == COMMAND || annotation.name == "CommandLine.Command")
}

fn name(annotation: &Annotation) -> Option<String> {
    Some(annotation.argument("name", None)?.value.text()?.to_owned())
}

fn several(found: &[Subcommand]) -> Diagnostic {
    let names: Vec<_> = found.iter().map(|one| format!("`{}`", one.name)).collect();
    let message = format!("the program does nothing without a subcommand, and nothing shows which one is meant: {}", names.join(", "));
    let warning = found.iter().take(3).fold(Diagnostic::warning("start::subcommand", message), |warning, one| warning.because(&one.at));
    warning.help(format!("name it: `arguments = [\"{}\"]` in imggen.toml", found.first().map_or("", |one| one.name.as_str())))
}
