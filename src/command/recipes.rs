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

/// A line of a task runner's file, and of the files that it takes in.
struct Written<'t> {
    file: Utf8PathBuf,
    number: usize,
    text: &'t str,
}

impl Written<'_> {
    /// What the line runs, once its variables are filled in.
    fn runs(&self, directory: &Utf8PathBuf, text: &str) -> Called {
        let at = Evidence::at(self.file.clone(), Span::of_line(self.number, self.text), LEADS, self.text.trim());
        Called { line: Line::parse(text.trim_start_matches(['@', '-', '+', ' '])), directory: directory.clone(), at }
    }
}

/// The lines of a file; those of the files that it takes in by one of `words` stand in the place of that line.
fn written<'t>(tree: &'t Tree, directory: &Utf8PathBuf, file: &Utf8PathBuf, words: &[&str], depth: usize) -> Vec<Written<'t>> {
    let mut found = Vec::new();
    for (number, text) in (1..).zip(tree.by_hand(file).unwrap_or_default().lines()) {
        let text = text.trim_end_matches('\r');
        let taken = words.iter().find_map(|word| text.strip_prefix(word)).filter(|_| depth > 0);
        match taken {
            Some(files) => {
                let files = files.split_whitespace().filter_map(|name| super::inside(directory, name.trim_matches(['"', '\''])));
                files.filter(|file| tree.has(file)).for_each(|file| found.extend(written(tree, directory, &file, words, depth - 1)));
            }
            None => found.push(Written { file: file.clone(), number, text }),
        }
    }
    found
}

/// What a target runs that has no lines of its own: what it stands for.
fn or_else(recipe: Vec<Called>, directory: &Utf8PathBuf, heads: &[(Written<'_>, String)]) -> Vec<Called> {
    let recipe: Vec<_> = recipe.into_iter().filter(|called| !called.line.commands.is_empty()).collect();
    if recipe.is_empty() { heads.iter().map(|(head, text)| head.runs(directory, text)).collect() } else { recipe }
}

fn make(tree: &Tree, directory: &Utf8PathBuf, target: Option<&str>, given: &BTreeMap<String, String>) -> Option<Vec<Called>> {
    let file = ["GNUmakefile", "makefile", "Makefile"].iter().map(|name| directory.join(name)).find(|file| tree.has(file))?;
    let mut variables = given.clone();
    variables.entry("MAKE".to_owned()).or_insert_with(|| "make".to_owned());
    let (mut recipe, mut others) = (Vec::new(), Vec::new());
    let (mut inside, mut open) = (false, String::new());
    for line in written(tree, directory, &file, &["include ", "-include ", "sinclude "], DEEPEST) {
        let joined = std::mem::take(&mut open) + line.text;
        if let Some(start) = joined.strip_suffix('\\') {
            open = start.to_owned() + " ";
            continue;
        }
        if let Some(command) = joined.strip_prefix('\t') {
            if inside {
                recipe.push((line, command.to_owned()));
            }
            continue;
        }
        let plain = joined.split('#').next().unwrap_or_default();
        if let Some((name, operator, value)) = assigned(plain) {
            let settled = given.contains_key(&name) || operator == "?" && variables.contains_key(&name);
            if !settled {
                variables.insert(name, value);
            }
        } else if let Some((heads, behind)) = plain.split_once(':').filter(|(heads, _)| !heads.starts_with('.')) {
            let first = recipe.is_empty() && others.is_empty() && target.is_none();
            inside = heads.split_whitespace().any(|head| Some(head) == target) || first;
            if inside {
                let behind = behind.trim_start_matches(':').split('|').next().unwrap_or_default();
                let names = behind.split_whitespace().filter(|name| is_target(name)).map(|name| format!("make {name}"));
                others.extend(names.map(|text| (Written { file: line.file.clone(), ..line }, text)));
            }
        } else if !plain.trim().is_empty() {
            inside = false;
        }
    }
    let runs = recipe.iter().map(|(line, text)| line.runs(directory, &filled(text, &variables, DEEPEST)));
    Some(or_else(runs.collect(), directory, &others))
}

/// Whether a word is the name of a target, and no file or variable.
fn is_target(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
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
    let unquoted = |value: &str| value.trim().trim_matches(['"', '\'']).to_owned();
    let (mut recipe, mut others, mut inside) = (Vec::new(), Vec::new(), false);
    for line in written(tree, directory, &file, &["import ", "import? "], DEEPEST) {
        let text = line.text;
        if text.starts_with([' ', '\t']) {
            if inside && !text.trim().is_empty() {
                recipe.push((line, text.trim()));
            }
            continue;
        }
        if let Some((name, value)) = text.split_once(":=") {
            variables.entry(name.trim().trim_start_matches("export ").to_owned()).or_insert_with(|| unquoted(value));
        } else if let Some((head, behind)) = text.split_once(':').filter(|_| !text.starts_with(['#', '['])) {
            let mut words = head.trim_start_matches('@').split_whitespace();
            let name = words.next().unwrap_or_default();
            inside = target.map_or(recipe.is_empty(), |target| target == name);
            for (name, value) in words.filter(|_| inside).filter_map(|word| word.split_once('=')) {
                let value = variables.get(value).cloned().unwrap_or_else(|| unquoted(value));
                variables.entry(name.trim_start_matches(['+', '*', '$']).to_owned()).or_insert(value);
            }
            let before = behind.split("&&").next().unwrap_or_default();
            let names = before.split_whitespace().filter(|name| inside && is_target(name)).map(|name| format!("just {name}"));
            others.extend(names.map(|text| (Written { file: line.file.clone(), ..line }, text)));
        }
    }
    let runs = recipe.iter().map(|(line, text)| line.runs(directory, &braced(text, &variables)));
    Some(or_else(runs.collect(), directory, &others))
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
    if let Some((namespace, inner)) = target.split_once(':') {
        let included = document.get(&["includes", namespace])?;
        let path = included.string().or_else(|| included.get(&["taskfile"])?.string())?;
        let path = super::inside(directory, path)?;
        // a file is meant, or the directory that it lies in
        let directory = if path.extension().is_some() { path.parent()?.to_owned() } else { path };
        return task(tree, &directory, Some(inner), variables);
    }
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
    let others = task.get(&["deps"]).filter(|_| task.get(&["cmds"]).or_else(|| task.get(&["cmd"])).is_none());
    let commands = others.or_else(|| task.get(&["cmds"])).or_else(|| task.get(&["cmd"])).unwrap_or(task);
    let single = std::slice::from_ref(commands);
    let list = if commands.list().is_empty() { single } else { commands.list() };
    let line = |value: &Value<'_>| {
        let text = value.string().map(|text| if others.is_some() { format!("task {text}") } else { text.to_owned() });
        let text = text.or_else(|| Some(value.get(&["cmd"])?.string()?.to_owned()));
        let text = text.or_else(|| Some(format!("task {}", value.get(&["task"])?.string()?)))?;
        let line = Line::parse(&braced(&text, &variables));
        Some(Called { line, directory: inner.clone().unwrap_or_else(|| directory.clone()), at: document.evidence(value, LEADS) })
    };
    Some(list.iter().filter_map(line).collect())
}
