//! Lines that build the program: of a Dockerfile that is there already, of make, just, task, CI. What flags they pass is the language's to read.

use camino::Utf8Path;

use crate::command::{Command, Line, Reader};
use crate::evidence::{Evidence, Rule, Span};
use crate::read::document::{Document, Value};
use crate::tree::Tree;

use super::rule;

const BUILDS: Rule = rule("declared.build", "the project builds it so");

/// A command that builds.
#[derive(Clone, Debug)]
pub struct Build {
    /// The command, with the variables of its file filled in.
    pub command: Command,
    /// Where it stands.
    pub at: Evidence,
    /// Whether an image is built by it.
    pub image: bool,
}

/// Targets that build.
const TARGETS: [&str; 12] =
    ["build-prod", "release", "build-release", "build-linux", "build", "binary", "compile", "dist", "all", "install", "bundle", "run"];

/// Targets that make sources, and those that install what makes them.
const GENERATES: [&str; 24] = [
    "generate",
    "gen",
    "codegen",
    "generate-all",
    "go-generate",
    "proto",
    "protobuf",
    "protos",
    "buf",
    "templ",
    "templates",
    "sqlc",
    "wire",
    "swag",
    "swagger",
    "docs",
    "openapi",
    "api",
    "ent",
    "mocks",
    "mock",
    "tools",
    "install-tools",
    "deps",
];

/// The commands of `program` (`go`, `cargo`, `npm`) that the files of a directory build with: those of its Dockerfile
/// first, then recipes, then CI.
#[must_use]
pub fn builds(tree: &Tree, directory: &Utf8Path, program: &str) -> Vec<Build> {
    let wanted = |command: &Command| command.program() == program;
    let mut found = Vec::new();
    let recorded = super::recorded::runs(tree, directory, BUILDS);
    for (line, at) in super::dockerfile::runs(tree, directory, BUILDS).into_iter().chain(recorded) {
        line.commands.iter().for_each(|(_, command)| push(&mut found, command, &wanted, Some(&at), true));
    }
    found.extend(commands(tree, directory, &TARGETS, &wanted));
    found
}

/// The commands of the project's recipes and CI that may make sources, as far as `wanted` takes them.
#[must_use]
pub fn generations(tree: &Tree, directory: &Utf8Path, wanted: &dyn Fn(&Command) -> bool) -> Vec<Build> {
    let targets: Vec<&str> = GENERATES.iter().chain(&TARGETS).copied().collect();
    commands(tree, directory, &targets, wanted)
}

fn commands(tree: &Tree, directory: &Utf8Path, targets: &[&str], wanted: &dyn Fn(&Command) -> bool) -> Vec<Build> {
    let reader = Reader::new(tree);
    let mut found = Vec::new();
    for (runner, file) in [("make", "Makefile"), ("just", "justfile"), ("task", "Taskfile.yml"), ("task", "Taskfile.yaml")] {
        let path = directory.join(file);
        if !tree.has(&path) {
            continue;
        }
        for target in targets {
            let start = reader.follow(&Line::parse(&format!("{runner} {target}")), directory, Evidence::exists(path.clone(), BUILDS));
            let at = start.at.last().map(|at| at.under(BUILDS));
            for (_, command) in start.steps {
                push(&mut found, &command, wanted, at.as_ref(), false);
            }
        }
    }
    for path in ci(tree, directory) {
        let Some(document) = tree.by_hand(path).and_then(|text| Document::yaml(path, text).ok()) else { continue };
        for value in scripts(&document) {
            let text = value.string().unwrap_or_default();
            let at = document.evidence(value, BUILDS);
            for (number, line) in text.lines().enumerate() {
                for (_, command) in Line::parse(line).commands {
                    let own = at.span.map(|span| Span { line: span.line + u32::try_from(number).unwrap_or(0), column: 1, length: 1 });
                    push(&mut found, &command, wanted, Some(&Evidence { span: own, text: line.trim().to_owned(), ..at.clone() }), false);
                }
            }
        }
    }
    found
}

fn push(found: &mut Vec<Build>, command: &Command, wanted: &dyn Fn(&Command) -> bool, at: Option<&Evidence>, image: bool) {
    if !wanted(command) || found.iter().any(|build| build.command == *command) {
        return;
    }
    found.extend(at.map(|at| Build { command: command.clone(), at: at.clone(), image }));
}

/// The documents of CI that are about a directory.
pub(super) fn ci<'t>(tree: &'t Tree, directory: &Utf8Path) -> impl Iterator<Item = &'t Utf8Path> {
    tree.files_in(directory.join(".github/workflows")).chain(tree.files_in(directory)).filter(|path| is_ci(path))
}

/// The scripts that a document of CI runs, wherever they stand.
pub(super) fn scripts<'d, 't>(document: &'d Document<'t>) -> Vec<&'d Value<'t>> {
    let mut lines = Vec::new();
    runs(document.root(), 0, &mut lines);
    lines
}

fn is_ci(path: &Utf8Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    let workflow = path.parent().is_some_and(|parent| parent.ends_with("workflows"));
    let yaml = matches!(path.extension(), Some("yml" | "yaml"));
    yaml && (workflow
        || matches!(name, ".gitlab-ci.yml" | "azure-pipelines.yml" | ".travis.yml" | "bitbucket-pipelines.yml" | ".drone.yml"))
}

/// The lines below `run` and `script`, wherever they stand.
fn runs<'d, 't>(value: &'d Value<'t>, depth: usize, found: &mut Vec<&'d Value<'t>>) {
    if depth > 12 {
        return;
    }
    for (key, inner) in value.map() {
        if matches!(key.name.as_ref(), "run" | "script" | "before_script" | "commands") {
            found.extend(std::iter::once(inner).chain(inner.list()).filter(|line| line.string().is_some()));
        }
        runs(inner, depth + 1, found);
    }
    value.list().iter().for_each(|inner| runs(inner, depth + 1, found));
}
