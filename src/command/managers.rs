//! Package managers that run what a manifest names: `npm run X`, `poetry run X`, `deno task X`.

use camino::{Utf8Path, Utf8PathBuf};

use super::follow::{Called, LEADS};
use super::members::{member, script};
use super::{Command, Line, Word, inside};
use crate::evidence::Evidence;
use crate::read::document::{Document, Value};
use crate::tree::Tree;

/// What a command of a package manager runs, where a manifest says it.
pub(super) fn called(tree: &Tree, command: &Command) -> Option<Vec<Called>> {
    match command.program() {
        "npm" | "pnpm" | "yarn" | "bun" | "turbo" | "lerna" => javascript(tree, command).map(|called| vec![called]),
        "node" if command.does("--run") => {
            let given = command.arguments().get(2..).unwrap_or_default();
            Some(vec![named(tree, &command.directory, command.argument(1)?, given)?])
        }
        "run-s" => several(tree, command),
        "npm-run-all" if !command.arguments().iter().any(|word| matches!(word.text(), Some("-p" | "--parallel"))) => several(tree, command),
        "deno" if command.does("task") => {
            let name = command.argument(1)?;
            let files = ["deno.json", "deno.jsonc"].map(|file| command.directory.join(file));
            files.iter().find_map(|file| in_document(tree, file, Document::jsonc, &["tasks", name], command, 2)).map(|called| vec![called])
        }
        "poetry" | "uv" | "pdm" | "pipenv" | "hatch" | "rye" | "pixi" if command.does("run") => {
            let place = command.arguments().iter().skip(1).position(|word| !word.head().starts_with('-'))? + 1;
            python(tree, command, place).map(|called| vec![called])
        }
        "poe" | "task" | "taskipy" => python(tree, command, 0).map(|called| vec![called]),
        _ => None,
    }
}

/// Options of JavaScript's managers that take the next word.
const VALUED: [&str; 12] =
    ["--prefix", "-C", "--cwd", "--dir", "-w", "--workspace", "--filter", "-F", "--scope", "--loglevel", "--concurrency", "--env-file"];

fn javascript(tree: &Tree, command: &Command) -> Option<Called> {
    let program = command.program();
    let mut directory = command.directory.clone();
    let (mut verbs, mut given): (Vec<&str>, Vec<Word>) = (Vec::new(), Vec::new());
    let mut words = command.arguments().iter().peekable();
    while let Some(word) = words.next() {
        let text = word.text().unwrap_or_default();
        let script_named = verbs.last().is_some_and(|last| !matches!(*last, "run" | "run-script" | "workspace" | "workspaces"))
            && !(verbs.first() == Some(&"workspace") && verbs.len() < 3 && !matches!(verbs.last(), Some(&"start")));
        if text == "--" {
            given.extend(words.cloned());
            break;
        }
        let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        if matches!(text, "-r" | "--recursive" | "-ws" | "--workspaces" | "--parallel") {
            return None;
        }
        if VALUED.contains(&name) && (!script_named || program == "npm" || program == "turbo" || program == "lerna") {
            let value = match value {
                Some(value) => value,
                None => words.next()?.text()?,
            };
            directory = elsewhere(tree, &directory, name, value)?;
        } else if script_named && (program != "npm" || !text.starts_with('-')) {
            given.push(word.clone());
        } else if !text.starts_with('-') {
            verbs.push(text);
        }
    }
    // what a task runner is told of no package it does in all of them
    if matches!(program, "turbo" | "lerna") && directory == command.directory {
        return None;
    }
    if verbs.first() == Some(&"workspace") {
        directory = member(tree, &directory, verbs.get(1)?)?;
        verbs.drain(..2);
    }
    let (first, second) = (verbs.first().copied()?, verbs.get(1).copied());
    let name = match first {
        "run" | "run-script" => second?,
        "start" | "test" | "stop" => first,
        _ if matches!(program, "pnpm" | "yarn" | "turbo") => first,
        // `bun build` and its like are Bun's own
        _ if program == "bun" && !["build", "install", "add", "x", "pm", "create", "init"].contains(&first) => first,
        _ => return None,
    };
    named(tree, &directory, name, &given).or_else(|| {
        // npm starts a server.js that nothing names
        let server = directory.join("server.js");
        (name == "start" && tree.has(&server)).then(|| Called {
            line: Line::of_words(&["node", "server.js"]),
            directory: directory.clone(),
            at: Evidence::exists(server, LEADS),
        })
    })
}

/// The directory that an option of a manager's names.
fn elsewhere(tree: &Tree, directory: &Utf8Path, option: &str, value: &str) -> Option<Utf8PathBuf> {
    match option {
        "--prefix" | "-C" | "--cwd" | "--dir" => inside(directory, value),
        "-w" | "--workspace" | "--filter" | "-F" | "--scope" => member(tree, directory, value),
        _ => Some(directory.to_owned()),
    }
}

fn several(tree: &Tree, command: &Command) -> Option<Vec<Called>> {
    let names = command.arguments().iter().filter_map(Word::text).filter(|name| !name.starts_with('-'));
    let lines: Vec<_> = names.filter_map(|name| named(tree, &command.directory, name, &[])).collect();
    let mut first = true;
    let joined = lines.into_iter().map(|mut called| {
        if let Some((joint, _)) = called.line.commands.first_mut().filter(|_| !std::mem::take(&mut first)) {
            *joint = super::Joint::And;
        }
        called
    });
    let joined: Vec<_> = joined.collect();
    (!joined.is_empty()).then_some(joined)
}

fn named(tree: &Tree, directory: &Utf8Path, name: &str, given: &[Word]) -> Option<Called> {
    let (text, at) = script(tree, directory, name)?;
    Some(Called { line: Line::parse(&text).with(given), directory: directory.to_owned(), at })
}

/// Where Python's managers keep scripts: by manager, the file and the table.
const TABLES: [(&str, &str, &[&str]); 7] = [
    ("pdm", "pyproject.toml", &["tool", "pdm", "scripts"]),
    ("pipenv", "Pipfile", &["scripts"]),
    ("rye", "pyproject.toml", &["tool", "rye", "scripts"]),
    ("hatch", "pyproject.toml", &["tool", "hatch", "envs", "default", "scripts"]),
    ("pixi", "pyproject.toml", &["tool", "pixi", "tasks"]),
    ("poe", "pyproject.toml", &["tool", "poe", "tasks"]),
    ("task", "pyproject.toml", &["tool", "taskipy", "tasks"]),
];

fn python(tree: &Tree, command: &Command, place: usize) -> Option<Called> {
    let name = command.argument(place)?;
    TABLES.iter().filter(|(manager, ..)| *manager == command.program()).find_map(|(_, file, table)| {
        let path: Vec<&str> = table.iter().copied().chain([name]).collect();
        in_document(tree, &command.directory.join(file), Document::toml, &path, command, place + 1)
    })
}

type Parse<'t> = fn(&Utf8Path, &'t str) -> crate::diagnostic::Result<Document<'t>>;

/// The line below some keys of a document, with the arguments from `rest` on.
fn in_document<'t>(tree: &'t Tree, file: &Utf8Path, parse: Parse<'t>, path: &[&str], command: &Command, rest: usize) -> Option<Called> {
    let document = parse(file, tree.text(file).ok()?).ok()?;
    let value = document.get(path)?;
    let line = line_of(value)?.with(command.arguments().get(rest..).unwrap_or_default());
    Some(Called { line, directory: command.directory.clone(), at: document.evidence(value, LEADS) })
}

/// A script as a text, a list of words, or a table with either.
fn line_of(value: &Value<'_>) -> Option<Line> {
    if let Some(text) = value.string() {
        return Some(Line::parse(text));
    }
    let words: Vec<_> = value.list().iter().filter_map(Value::string).collect();
    if !words.is_empty() {
        // several lines, or the words of one
        return Some(if words.iter().any(|word| word.contains(' ')) { Line::parse(&words.join(" && ")) } else { Line::of_words(&words) });
    }
    ["cmd", "shell", "command"].iter().find_map(|key| line_of(value.get(&[key])?))
}
