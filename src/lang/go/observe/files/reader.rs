//! The calls and fields that are known to read what a path names.

use super::super::index::{At, BindingKind, Call};
use super::super::resolve::{Part, Resolver, Value};
use super::{Proof, READ};

/// Which arguments are paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Paths {
    Nth(usize),
    All,
}

/// Gives every value that is handed to something that reads, with its place.
pub fn known(resolver: &Resolver<'_>, give: &mut impl FnMut(&Value, Proof<'_>)) {
    for call in &resolver.index.calls {
        let Some(paths) = paths(resolver, call) else { continue };
        let proof = || resolver.index.call_evidence(call, READ);
        let arguments = resolver.index.arguments(call);
        let arguments: &[At] = match paths {
            Paths::All => &arguments,
            Paths::Nth(number) => arguments.get(number..=number).unwrap_or_default(),
        };
        for argument in arguments {
            resolver.resolve(*argument, call.function).iter().for_each(|value| give(value, &proof));
        }
    }
    fields(resolver, give);
    viper(resolver, give);
}

fn paths(resolver: &Resolver<'_>, call: &Call<'_>) -> Option<Paths> {
    if !call.method {
        return None;
    }
    let import = call.import.unwrap_or_default();
    match import {
        "os" | "io/ioutil" => return of_system(resolver, call),
        "net/http" => {
            return match call.name {
                "Dir" => Some(Paths::Nth(0)),
                "ServeFile" => Some(Paths::Nth(2)),
                _ => None,
            };
        }
        "path/filepath" => return matches!(call.name, "Glob" | "Walk" | "WalkDir").then_some(Paths::Nth(0)),
        _ => {}
    }
    of_library(resolver, call, import)
}

fn of_system(resolver: &Resolver<'_>, call: &Call<'_>) -> Option<Paths> {
    match call.name {
        "Open" | "ReadFile" | "ReadDir" | "DirFS" | "Stat" | "OpenRoot" => Some(Paths::Nth(0)),
        "OpenFile" => (!super::super::writes::creates(resolver, call)).then_some(Paths::Nth(0)),
        _ => None,
    }
}

/// Names that are telling by themselves, whatever they are called on; others only from the library that has them.
fn of_library(resolver: &Resolver<'_>, call: &Call<'_>, import: &str) -> Option<Paths> {
    let count = || resolver.index.arguments(call).len();
    let from = |library: &str| import.contains(library);
    match call.name {
        "ParseFiles" | "LoadHTMLFiles" => Some(Paths::All),
        "ParseGlob"
        | "LoadHTMLGlob"
        | "LoadMessageFile"
        | "MustLoadMessageFile"
        | "SetConfigFile"
        | "SendFile"
        | "DecodeFile"
        | "FromFile"
        | "NewOSFileSystemLoader"
        | "FileAttachment"
        | "Attachment" => Some(Paths::Nth(0)),
        "Static" | "StaticFile" if count() >= 2 => Some(Paths::Nth(1)),
        // `c.File("x")` sends a file, `e.File("/x", "x")` has it sent
        "File" => Some(Paths::Nth(count().saturating_sub(1).min(1))),
        // `html.New("./views", ".html")`
        "New" if count() == 2 && is_ending(resolver, call) => Some(Paths::Nth(0)),
        "New" if import.ends_with("middleware/static") => Some(Paths::Nth(0)),
        "NewEnforcer" if from("casbin") => Some(Paths::All),
        "Load" | "LoadFiles" if from("configor") || from("/ini") => Some(Paths::All),
        "Load" | "MustLoad" if from("core/conf") => Some(Paths::Nth(0)),
        "ReadConfig" if from("cleanenv") => Some(Paths::Nth(0)),
        "Provider" | "NewSource" if import.ends_with("/file") => Some(Paths::Nth(0)),
        "Open" if from("geoip2") || from("maxminddb") => Some(Paths::Nth(0)),
        "Up" | "UpContext" | "UpTo" | "UpByOne" | "Run" | "RunContext" | "Status" if from("goose") => Some(Paths::All),
        _ => None,
    }
}

fn is_ending(resolver: &Resolver<'_>, call: &Call<'_>) -> bool {
    let second = resolver.index.arguments(call).get(1).and_then(|argument| resolver.index.literal(*argument));
    second.is_some_and(|ending| ending.starts_with('.') && ending.len() > 1 && !ending.contains('/'))
}

/// `middleware.StaticConfig{Root: "x"}` and its like: the field, and a word in its type's name.
const FIELDS: [(&str, &str); 6] = [
    ("Root", "StaticConfig"),
    ("Directory", "Options"),
    ("Dir", "FileMigrationSource"),
    ("File", "Config"),
    ("RootPath", "Config"),
    ("ConfigFile", "Config"),
];

fn fields(resolver: &Resolver<'_>, give: &mut impl FnMut(&Value, Proof<'_>)) {
    for (field, owner) in FIELDS {
        let bindings =
            resolver.index.bindings(field).iter().filter(|binding| binding.kind == BindingKind::Field && binding.owner == Some(owner));
        for binding in bindings {
            let value = binding.at.move_to(binding.value);
            let proof = || resolver.index.evidence(binding.at, binding.value + 1, READ);
            resolver.resolve(value, binding.function).iter().for_each(|value| give(value, &proof));
        }
    }
}

/// viper looks for a name with any ending that it knows in all directories that it is told.
fn viper(resolver: &Resolver<'_>, give: &mut impl FnMut(&Value, Proof<'_>)) {
    const ENDINGS: [&str; 8] = ["yaml", "yml", "json", "toml", "ini", "properties", "hcl", "props"];
    let values = |name: &str| -> Vec<(String, &Call<'_>)> {
        let calls = resolver.index.calls_of(name).filter(|call| call.method);
        let answers = calls.filter_map(|call| Some((resolver.resolve(*resolver.index.arguments(call).first()?, call.function), call)));
        answers.flat_map(|(values, call)| values.into_iter().filter_map(move |value| Some((value.text()?.to_owned(), call)))).collect()
    };
    let directories = values("AddConfigPath");
    if directories.is_empty() {
        return;
    }
    let names = values("SetConfigName");
    let names: Vec<&str> = if names.is_empty() { vec!["config"] } else { names.iter().map(|(name, _)| name.as_str()).collect() };
    let text = |path: String| Value { parts: vec![Part::Text(path)], steps: Vec::new() };
    for (directory, call) in &directories {
        let proof = || resolver.index.call_evidence(call, READ);
        // beside the named file there may be others for every environment
        give(&text(directory.clone()), &proof);
        for name in &names {
            for path in
                std::iter::once(format!("{directory}/{name}")).chain(ENDINGS.iter().map(|ending| format!("{directory}/{name}.{ending}")))
            {
                give(&text(path), &proof);
            }
        }
    }
}
