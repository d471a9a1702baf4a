//! Values that stand in for real ones while an image is built: of the kind that the settings make of them, and harmless.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Django;
use crate::catalog::vocabulary::{Vocabulary, last_word};
use crate::evidence::Fact;
use crate::lang::python::sources::{Source, Sources};
use crate::program::{At, Call, Program, Value};

/// A variable and what stands in for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StandIn {
    /// The variable.
    pub name: String,
    /// Its value in the build.
    pub value: String,
}

/// What Django's commands load: the settings, and what they and the project's models import.
pub fn loaded<'s, 't>(django: &Django<'s, 't>, sources: &'s Sources<'t>) -> Vec<&'s Source<'t>> {
    let models =
        sources.files.iter().filter(|source| matches!(source.path.file_name(), Some("models.py" | "apps.py")) && !source.is_aside());
    let mut found = sources.reach_of(django.settings.iter().copied().chain(models));
    found.sort_by_key(|source| source.path);
    found
}

/// What stands in for the variables that `program` does not load without, and for those that it asks for on a condition.
pub fn stand_ins(program: &Program<'_>, vocabulary: &Vocabulary) -> Vec<Fact<StandIn>> {
    let schemes = schemes(program);
    let mut names: BTreeMap<String, Fact<String>> = BTreeMap::new();
    let perhaps = program.strict_reads().into_iter().filter(|fact| !is_optional(program, &fact.value));
    for fact in program.demands(Vec::new()).into_iter().chain(perhaps) {
        names.entry(fact.value.clone()).or_insert(fact);
    }
    let given = |fact: &Fact<String>| schemes.get(&fact.value).is_none_or(|scheme| !scheme.has_default);
    let stands = |fact: Fact<String>| {
        let mut kinds = kinds(program, &fact.value);
        kinds.extend(schemes.get(&fact.value).and_then(|scheme| scheme.kind.clone()));
        let value = vocabulary.stand_in(&kinds, &fact.value);
        fact.with(StandIn { name: fact.value.clone(), value: value.to_owned() })
    };
    names.into_values().filter(given).map(stands).collect()
}

/// Whether it is also read, or asked for, where it need not be there.
fn is_optional(program: &Program<'_>, name: &str) -> bool {
    let asks = |call: &Call| {
        let quiet = matches!(call.path.as_str(), "os.environ.get" | "os.getenv" | "os.environ.__contains__");
        quiet && call.arguments.first().and_then(|argument| argument.value.text()) == Some(name)
    };
    program.calls().any(|(_, call)| asks(call))
}

/// What `environ.Env(PORT=(int, 8000))` says of a variable.
struct Scheme {
    kind: Option<String>,
    has_default: bool,
}

fn schemes(program: &Program<'_>) -> BTreeMap<String, Scheme> {
    let mut found = BTreeMap::new();
    for (_, call) in program.calls().filter(|(_, call)| matches!(call.method(), "Env" | "FileAwareEnv")) {
        for argument in &call.arguments {
            let Some(name) = &argument.name else { continue };
            let (kind, has_default) = match &argument.value {
                Value::List(pair) => (pair.first(), pair.len() > 1),
                other => (Some(other), false),
            };
            found.insert(name.clone(), Scheme { kind: kind.and_then(spelt), has_default });
        }
    }
    found
}

/// What is made of a variable: the words of what reads it, what it is cast to, what it is put into, the type of its field.
fn kinds(program: &Program<'_>, name: &str) -> Vec<String> {
    let mut kinds = Vec::new();
    for (file, call) in program.calls() {
        let names = call.arguments.iter().any(|argument| argument.value.text() == Some(name));
        if !names {
            continue;
        }
        let outline = &program.sources()[file].outline;
        kinds.extend(
            call.arguments.iter().filter(|argument| argument.name.as_deref() == Some("cast")).filter_map(|argument| spelt(&argument.value)),
        );
        kinds.push(last_word(&call.path).to_owned());
        kinds.extend(around(&outline.calls, call.at));
        // `port = os.environ["PORT"]`, and further down `int(port)`
        let bound = outline.bindings.iter().filter(|binding| binding.at.start <= call.at.start && call.at.end <= binding.at.end);
        for binding in bound {
            let takes = |call: &&Call| {
                call.arguments.iter().any(|argument| matches!(&argument.value, Value::Name(name) if *name == binding.target))
            };
            kinds.extend(outline.calls.iter().filter(takes).map(|call| last_word(&call.path).to_owned()));
        }
    }
    let settings = program.settings().iter().filter(|setting| setting.variables.iter().any(|variable| variable == name));
    for setting in settings {
        let fields = program.sources()[setting.file].outline.types.iter().flat_map(|kind| &kind.fields);
        kinds.extend(fields.filter(|field| field.at == setting.at).filter_map(|field| field.kind.clone()));
    }
    kinds
}

/// The calls that something is an argument of, the nearest first.
fn around(calls: &[Call], at: At) -> Vec<String> {
    let inside = |call: &&Call| call.at.start <= at.start && at.end <= call.at.end && call.at != at;
    let mut outer: Vec<&Call> = calls.iter().filter(inside).collect();
    outer.sort_by_key(|call| call.at.end - call.at.start);
    outer.iter().take(2).map(|call| last_word(&call.path).to_owned()).collect()
}

/// `int`, `decouple.Csv()`, `Csv(int)`: the word for a kind.
fn spelt(value: &Value) -> Option<String> {
    match value {
        Value::Name(name) => Some(last_word(name).to_owned()),
        Value::Call(call) => Some(last_word(&call.path).to_owned()),
        _ => None,
    }
}
