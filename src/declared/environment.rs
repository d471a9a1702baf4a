//! What the files that build a project set a variable of the environment to, whatever stage or job it is for.

use camino::Utf8Path;
use parse_dockerfile::{self as syntax, Instruction};

use super::{dockerfile, rule};
use crate::command::{Command, Line};
use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::read::document::{Document, Value};
use crate::tree::Tree;

const SET: Rule = rule("declared.build-variable", "the project is built with this variable");

/// Files whose lines may be assignments.
const SCRIPTS: [&str; 8] = ["Makefile", "makefile", "GNUmakefile", "justfile", "Justfile", ".envrc", "build.sh", "scripts/build.sh"];
/// Documents with maps of variables beside those of CI.
const DOCUMENTS: [&str; 2] = ["Taskfile.yml", "Taskfile.yaml"];
/// What such a map is called.
const MAPS: [&str; 4] = ["env", "variables", "environment", "vars"];

/// The values that a variable is given, as far as they can be read, in the order of the files.
#[must_use]
pub fn set(tree: &Tree, directory: &Utf8Path, name: &str) -> Vec<Fact<String>> {
    let mut found = Vec::new();
    found.extend(by_dockerfile(tree, directory, name));
    for (line, at) in dockerfile::runs(tree, directory, SET) {
        found.extend(line.commands.iter().filter_map(|(_, command)| Some(Fact::new(by_command(command, name)?, at.clone()))));
    }
    for file in SCRIPTS.iter().map(|file| directory.join(file)) {
        let lines = tree.by_hand(&file).unwrap_or_default().lines();
        let given = (1..).zip(lines).filter_map(|(number, line)| Some((number, line, by_line(line, name)?)));
        found.extend(
            given.map(|(number, line, value)| Fact::new(value, Evidence::at(file.clone(), Span::of_line(number, line), SET, line.trim()))),
        );
    }
    let own = DOCUMENTS.iter().map(|file| directory.join(file)).filter(|file| tree.has(file));
    let ci = super::builds::ci(tree, directory).map(Utf8Path::to_owned);
    for path in ci.chain(own) {
        let Some(document) = tree.by_hand(&path).and_then(|text| Document::yaml(&path, text).ok()) else { continue };
        in_maps(&document, document.root(), name, 0, &mut found);
        for value in super::builds::scripts(&document) {
            let values = value.string().unwrap_or_default().lines().filter_map(|line| by_line(line, name));
            found.extend(values.map(|value_of| Fact::new(value_of, document.evidence(value, SET))));
        }
    }
    found.retain(|fact| !fact.value.is_empty());
    found
}

fn in_maps(document: &Document<'_>, value: &Value<'_>, name: &str, depth: usize, found: &mut Vec<Fact<String>>) {
    const DEEPEST: usize = 12;
    if depth > DEEPEST {
        return;
    }
    for (key, inner) in value.map() {
        if MAPS.contains(&key.name.as_ref())
            && let Some(given) = inner.get(&[name])
            && let Some(text) = given.scalar().or_else(|| given.get(&["value"])?.scalar()).and_then(plain)
        {
            found.push(Fact::new(text, document.evidence(given, SET)));
        }
        in_maps(document, inner, name, depth + 1, found);
    }
    value.list().iter().for_each(|inner| in_maps(document, inner, name, depth + 1, found));
}

fn by_dockerfile(tree: &Tree, directory: &Utf8Path, name: &str) -> Vec<Fact<String>> {
    let Some((path, text)) = dockerfile::foreign_in(tree, directory) else { return Vec::new() };
    let Ok(file) = syntax::parse(text) else { return Vec::new() };
    let given = |instruction: &Instruction<'_>| {
        let (text_of, start) = match instruction {
            Instruction::Env(env) => (env.arguments.value.to_string(), env.env.span.start),
            Instruction::Arg(argument) => (argument.arguments.value.to_string(), argument.arg.span.start),
            _ => return None,
        };
        // `ENV NAME value` is as good as `ENV NAME=value`
        let value = text_of.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
        let value = value.or_else(|| text_of.strip_prefix(name)?.strip_prefix(' '));
        let number = text[..start].lines().count().max(1);
        let line = text.lines().nth(number - 1).unwrap_or_default();
        Some(Fact::new(plain(value?)?, Evidence::at(path.clone(), Span::of_line(number, line), SET, line.trim())))
    };
    file.instructions.iter().filter_map(given).collect()
}

/// `export NAME=value`, `NAME ?= value`, `NAME := "value"`, and what a command in the line sets.
fn by_line(line: &str, name: &str) -> Option<String> {
    let line = line.trim();
    let rest = line.strip_prefix("export ").unwrap_or(line).trim_start();
    let assigned = rest.strip_prefix(name).map(|rest| rest.trim_start().trim_start_matches([':', '?']));
    if let Some(value) = assigned.and_then(|rest| rest.strip_prefix('=')) {
        // more behind it is a command that it is set for
        let value = value.trim();
        let value = value.split_whitespace().next().unwrap_or(value);
        return plain(value);
    }
    Line::parse(line.trim_start_matches(['@', '-'])).commands.iter().find_map(|(_, command)| by_command(command, name))
}

/// `NAME=value command`, `go env -w NAME=value`, `export NAME=value`. A star in it is no pattern for a shell.
fn by_command(command: &Command, name: &str) -> Option<String> {
    let own = command.env.iter().find(|(key, _)| key == name).map(|(_, value)| value.to_string());
    let writes = command.program() == "export" || command.program() == "go" && command.does("env");
    let among = || {
        let mut words = command.arguments().iter().filter(|_| writes).map(ToString::to_string);
        words.find_map(|word| Some(word.strip_prefix(name)?.strip_prefix('=')?.to_owned()))
    };
    plain(&own.or_else(among)?)
}

/// A value that stands for itself.
fn plain(text: &str) -> Option<String> {
    let text = text.trim().trim_matches(['"', '\'', ';']);
    (!text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "./-_,*:@".contains(c))).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_found_where_builds_set_them() {
        for (file, text) in [
            (".github/workflows/ci.yml", "env:\n  GOPRIVATE: github.com/acme/*\n"),
            (".github/workflows/ci.yml", "jobs:\n  a:\n    steps:\n      - env: {GOPRIVATE: github.com/acme/*}\n        run: go build .\n"),
            (".github/workflows/ci.yml", "jobs:\n  a:\n    steps:\n      - run: |\n          go env -w GOPRIVATE=github.com/acme/*\n"),
            (".gitlab-ci.yml", "variables:\n  GOPRIVATE: 'github.com/acme/*'\n"),
            ("Makefile", "export GOPRIVATE ?= github.com/acme/*\n"),
            ("Makefile", "build:\n\tGOPRIVATE=github.com/acme/* go build .\n"),
            ("justfile", "export GOPRIVATE := \"github.com/acme/*\"\n"),
            ("Taskfile.yml", "env:\n  GOPRIVATE: github.com/acme/*\n"),
            (".envrc", "export GOPRIVATE=github.com/acme/*\n"),
            ("Dockerfile", "FROM golang AS build\nENV GOPRIVATE=github.com/acme/*\nRUN go build .\n"),
            ("Dockerfile", "FROM golang AS build\nRUN go env -w GOPRIVATE=github.com/acme/* && go build .\n"),
        ] {
            let found = set(&Tree::from_memory([(file, text)]), Utf8Path::new(""), "GOPRIVATE");
            assert_eq!(found.iter().map(|fact| fact.value.as_str()).collect::<Vec<_>>(), ["github.com/acme/*"], "{file}: {text}");
        }
    }

    #[test]
    fn what_is_only_mentioned_is_not_set() {
        for (file, text) in [
            ("Makefile", "# GOPRIVATE=github.com/acme/*\ncheck:\n\techo $(GOPRIVATE)\n"),
            (".github/workflows/ci.yml", "env:\n  GOPRIVATE: ${{ vars.GOPRIVATE }}\n"),
            (".github/workflows/ci.yml", "jobs: {a: {steps: [{run: 'echo GOPRIVATE=x'}]}}\n"),
        ] {
            let found = set(&Tree::from_memory([(file, text)]), Utf8Path::new(""), "GOPRIVATE");
            assert!(found.is_empty(), "{file}: {text}: {found:?}");
        }
    }
}
