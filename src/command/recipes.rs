//! Targets of make, just and task: what they run, with their variables filled in.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;

use super::follow::{Called, LEADS};
use super::{Command, Line};
use crate::evidence::{Evidence, Span};
use crate::read::document::{Document, Value};
use crate::tree::Tree;

/// How deep variables may stand in one another.
const DEEPEST: usize = 8;

/// What a command of a task runner runs.
pub(super) fn called(tree: &Tree, command: &Command) -> Option<Vec<Called>> {
    let mut directory = command.directory.clone();
    let mut target = None;
    let mut given = BTreeMap::new();
    let mut words = command.arguments().iter();
    while let Some(word) = words.next() {
        match word.text()? {
            "-C" | "-d" | "--directory" | "--dir" => directory = super::inside(&directory, words.next()?.text()?)?,
            text if text.starts_with('-') => {}
            text => match text.split_once('=') {
                Some((name, value)) => _ = given.insert(name.to_owned(), value.to_owned()),
                None if target.is_none() => target = Some(text.to_owned()),
                None => {}
            },
        }
    }
    let recipe = match command.program() {
        "make" | "gmake" => make(tree, &directory, target.as_deref(), &given),
        "just" => just(tree, &directory, target.as_deref(), given),
        "task" | "go-task" => task(tree, &directory, target.as_deref(), given),
        _ => return None,
    };
    recipe.filter(|recipe| !recipe.is_empty())
}

/// The recipe of a target: each of its lines with its place.
fn lines(directory: &Utf8PathBuf, file: &Utf8PathBuf, recipe: Vec<(usize, String, String)>) -> Vec<Called> {
    let line = |(number, written, text): (usize, String, String)| {
        let text = text.trim_start_matches(['@', '-', '+', ' ']).to_owned();
        let at = Evidence::at(file.clone(), Span::of_line(number, &written), LEADS, written.trim());
        Called { line: Line::parse(&text), directory: directory.clone(), at }
    };
    recipe.into_iter().map(line).filter(|called| !called.line.commands.is_empty()).collect()
}

fn make(tree: &Tree, directory: &Utf8PathBuf, target: Option<&str>, given: &BTreeMap<String, String>) -> Option<Vec<Called>> {
    let file = ["GNUmakefile", "makefile", "Makefile"].iter().map(|name| directory.join(name)).find(|file| tree.has(file))?;
    let text = tree.by_hand(&file)?;
    let mut variables = given.clone();
    let mut recipe = Vec::new();
    let (mut inside, mut open) = (false, String::new());
    for (number, line) in (1..).zip(text.lines()) {
        let joined = std::mem::take(&mut open) + line.trim_end_matches('\r');
        if let Some(start) = joined.strip_suffix('\\') {
            open = start.to_owned() + " ";
            continue;
        }
        if let Some(command) = joined.strip_prefix('\t') {
            if inside {
                recipe.push((number, line.to_owned(), command.to_owned()));
            }
            continue;
        }
        let plain = joined.split('#').next().unwrap_or_default();
        if let Some((name, operator, value)) = assigned(plain) {
            let settled = given.contains_key(&name) || operator == "?" && variables.contains_key(&name);
            if !settled {
                variables.insert(name, value);
            }
        } else if let Some((heads, _)) = plain.split_once(':').filter(|(heads, _)| !heads.starts_with('.')) {
            let first = recipe.is_empty() && target.is_none();
            inside = heads.split_whitespace().any(|head| Some(head) == target) || first;
        } else if !plain.trim().is_empty() {
            inside = false;
        }
    }
    let filled = recipe.into_iter().map(|(number, written, text)| (number, written, filled(&text, &variables, DEEPEST)));
    Some(lines(directory, &file, filled.collect()))
}

/// `NAME := value`, with what stands before the equals sign.
fn assigned(line: &str) -> Option<(String, &str, String)> {
    let (left, value) = line.split_once('=')?;
    let name = left.trim_end_matches([':', '?', '+', '!']);
    let operator = &left[name.len()..];
    let name = name.trim().trim_start_matches("export ").trim();
    let fits = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    fits.then(|| (name.to_owned(), operator, value.trim().to_owned()))
}

/// A recipe's line with make's variables filled in: `$(NAME)`, `${NAME}`. `$$` is the shell's; what make computes stays for a shell.
fn filled(text: &str, variables: &BTreeMap<String, String>, depth: usize) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let closing = match rest.chars().next() {
            Some('$') => {
                out.push('$');
                rest = &rest[1..];
                continue;
            }
            Some('(') => ')',
            Some('{') => '}',
            _ => continue,
        };
        let Some(end) = rest.find(closing) else { break };
        let name = &rest[1..end];
        match variables.get(name).filter(|_| depth > 0) {
            Some(value) => out.push_str(&filled(value, variables, depth - 1)),
            // what nothing sets may come from outside
            None if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') => out.extend(["${", name, ":-}"]),
            None => out.extend(["$(", name, ")"]),
        }
        rest = &rest[end + 1..];
    }
    out + rest
}

fn just(tree: &Tree, directory: &Utf8PathBuf, target: Option<&str>, mut variables: BTreeMap<String, String>) -> Option<Vec<Called>> {
    let file = ["justfile", "Justfile", ".justfile"].iter().map(|name| directory.join(name)).find(|file| tree.has(file))?;
    let text = tree.by_hand(&file)?;
    let unquoted = |value: &str| value.trim().trim_matches(['"', '\'']).to_owned();
    let (mut recipe, mut inside) = (Vec::new(), false);
    for (number, line) in (1..).zip(text.lines().map(|line| line.trim_end_matches('\r'))) {
        if line.starts_with([' ', '\t']) {
            if inside && !line.trim().is_empty() {
                recipe.push((number, line.to_owned(), line.trim().to_owned()));
            }
            continue;
        }
        if let Some((name, value)) = line.split_once(":=") {
            variables.entry(name.trim().trim_start_matches("export ").to_owned()).or_insert_with(|| unquoted(value));
        } else if let Some((head, _)) = line.split_once(':').filter(|_| !line.starts_with(['#', '['])) {
            let mut words = head.trim_start_matches('@').split_whitespace();
            let name = words.next().unwrap_or_default();
            inside = target.map_or(recipe.is_empty(), |target| target == name);
            for (name, value) in words.filter(|_| inside).filter_map(|word| word.split_once('=')) {
                let value = variables.get(value).cloned().unwrap_or_else(|| unquoted(value));
                variables.entry(name.trim_start_matches(['+', '*', '$']).to_owned()).or_insert(value);
            }
        }
    }
    let filled = recipe.into_iter().map(|(number, written, text)| (number, written, braced(&text, &variables)));
    Some(lines(directory, &file, filled.collect()))
}

/// `{{ name }}` and `{{.NAME}}`, filled in.
fn braced(text: &str, variables: &BTreeMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, (name, after))) = rest.split_once("{{").and_then(|(before, inner)| Some((before, inner.split_once("}}")?))) {
        out.push_str(before);
        let name = name.trim().trim_start_matches('.');
        match variables.get(name) {
            Some(value) => out.push_str(value),
            None if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') => out.extend(["${", name, ":-}"]),
            None => {}
        }
        rest = after;
    }
    out + rest
}

fn task(tree: &Tree, directory: &Utf8PathBuf, target: Option<&str>, mut variables: BTreeMap<String, String>) -> Option<Vec<Called>> {
    let names = ["Taskfile.yml", "Taskfile.yaml", "taskfile.yml", "Taskfile.dist.yml"];
    let file = names.iter().map(|name| directory.join(name)).find(|file| tree.has(file))?;
    let document = Document::yaml(&file, tree.by_hand(&file)?).ok()?;
    let target = target.unwrap_or("default");
    for table in [&["tasks", target, "vars"][..], &["vars"], &["tasks", target, "env"], &["env"]] {
        for (name, value) in document.entries(table) {
            if let Some(text) = value.scalar() {
                variables.entry(name.to_owned()).or_insert_with(|| text.to_owned());
            }
        }
    }
    let base = ["tasks", target];
    let task = document.get(&base)?;
    let inner = task.get(&["dir"]).and_then(Value::string).and_then(|dir| super::inside(directory, dir));
    let commands = task.get(&["cmds"]).or_else(|| task.get(&["cmd"])).unwrap_or(task);
    let single = std::slice::from_ref(commands);
    let list = if commands.list().is_empty() { single } else { commands.list() };
    let line = |value: &Value<'_>| {
        let text = value.string().map(str::to_owned).or_else(|| Some(value.get(&["cmd"])?.string()?.to_owned()));
        let text = text.or_else(|| Some(format!("task {}", value.get(&["task"])?.string()?)))?;
        let line = Line::parse(&braced(&text, &variables));
        Some(Called { line, directory: inner.clone().unwrap_or_else(|| directory.clone()), at: document.evidence(value, LEADS) })
    };
    Some(list.iter().filter_map(line).collect())
}
