//! What `imggen.toml` keeps of a Dockerfile that imggen replaced: its words, which count as they did when it stood there.

use std::collections::BTreeMap;

use camino::Utf8Path;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{By, Declared, Notes, Purpose, Said, bases, dockerfile, rule};
use crate::command::{Line, inside, quoted};
use crate::evidence::{Evidence, Fact, Rule};
use crate::read::document::{Document, Value};
use crate::tree::Tree;

const START: Rule = rule("declared.recorded", "the Dockerfile that stood here before started it so");
const PORT: Rule = rule("declared.recorded-port", "the Dockerfile that stood here before exposed this port");
const VARIABLE: Rule = rule("declared.recorded-variable", "the Dockerfile that stood here before set this");
const VOLUME: Rule = rule("declared.recorded-volume", "the Dockerfile that stood here before kept this directory");
const PACKAGE: Rule = rule("declared.recorded-package", "the Dockerfile that stood here before installed this");
const STOP: Rule = rule("declared.recorded-stop", "the Dockerfile that stood here before was stopped by this");

/// The file that keeps them, and its table.
const FILE: &str = "imggen.toml";
const TABLE: &str = "declared";

/// What the project's own Dockerfile said before imggen replaced it; imggen writes this when it does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Words {
    /// The line that started the program, as a shell reads it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// The directory that it was started in, relative to the project's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub directory: Option<String>,
    /// The ports that it exposed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<u16>,
    /// The directories that it kept.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<String>,
    /// The packages that its last stage installed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub packages: Vec<String>,
    /// The images that its stages stood on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<String>,
    /// The signal that stopped it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_signal: Option<String>,
    /// The commands that built the program.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub builds: Vec<String>,
    /// The variables that it set.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
}

impl Words {
    /// Those of the Dockerfile of a directory that imggen did not write.
    #[must_use]
    pub fn of(tree: &Tree, directory: &Utf8Path) -> Self {
        let mut notes = Notes { tree, directory, declared: Declared::default() };
        let started = dockerfile::read(&mut notes);
        let Declared { ports, volumes, packages, stop, variables, .. } = notes.declared;
        let (start, around) = started.map(|(line, around)| (written(&line), around)).unzip();
        let around = around.and_then(|around| around.strip_prefix(directory).ok().map(ToString::to_string));
        let builds = dockerfile::runs(tree, directory, START).into_iter().flat_map(|(line, _)| line.commands);
        let mut words = Self {
            start,
            directory: around.filter(|around| !around.is_empty()),
            ports: ports.into_iter().map(|said| said.fact.value).collect(),
            volumes: volumes.into_iter().map(|said| said.fact.value).collect(),
            packages: packages.into_iter().map(|said| said.fact.value).collect(),
            images: bases::of_dockerfile(tree, directory, START).into_iter().map(|(image, _)| image).collect(),
            stop_signal: stop.into_iter().map(|said| said.fact.value).next(),
            builds: builds.map(|(_, command)| command.words.iter().map(quoted).collect::<Vec<_>>().join(" ")).collect(),
            env: variables.into_iter().filter_map(|said| Some((said.fact.value.name, said.fact.value.value?))).collect(),
        };
        words.ports.dedup();
        words
    }
}

/// A line as a shell reads it back.
fn written(line: &Line) -> String {
    match line.commands.as_slice() {
        [(_, command)] if !line.compound && command.redirects.is_empty() => {
            let sets = command.env.iter().map(|(name, value)| format!("{name}={}", quoted(value)));
            sets.chain(command.words.iter().map(quoted)).collect::<Vec<_>>().join(" ")
        }
        _ => line.text.clone(),
    }
}

/// The table, where no Dockerfile stands there that speaks for itself.
fn document<'t>(tree: &'t Tree, directory: &Utf8Path) -> Option<Document<'t>> {
    if dockerfile::foreign(&Notes { tree, directory, declared: Declared::default() }).is_some() {
        return None;
    }
    let path = directory.join(FILE);
    let document = Document::toml(&path, tree.by_hand(&path)?).ok()?;
    document.has(&[TABLE]).then_some(document)
}

pub(super) fn read(notes: &mut Notes<'_>) {
    let Some(document) = document(notes.tree, notes.directory) else { return };
    let (by, purpose) = (By::Dockerfile, Purpose::Production);
    let said = |value: &Value<'_>, text: &str, rule| Said { fact: Fact::new(text.to_owned(), document.evidence(value, rule)), by, purpose };
    if let Some((line, value)) = document.string(&[TABLE, "start"]) {
        let around = document.string(&[TABLE, "directory"]).and_then(|(path, _)| inside(notes.directory, path));
        let around = around.unwrap_or_else(|| notes.directory.to_owned());
        notes.start(by, "", &Line::parse(line), &around, document.evidence(value, START));
    }
    for value in document.get(&[TABLE, "ports"]).map(Value::list).unwrap_or_default() {
        if let Some(port) = value.scalar().and_then(|port| port.parse().ok()) {
            notes.port(by, purpose, port, document.evidence(value, PORT));
        }
    }
    for (name, value) in document.entries(&[TABLE, "env"]) {
        notes.variable(by, purpose, name, value.scalar().map(str::to_owned), document.evidence(value, VARIABLE));
    }
    let list =
        |key: &str, rule| document.strings(&[TABLE, key]).into_iter().map(|(text, value)| said(value, text, rule)).collect::<Vec<_>>();
    notes.declared.volumes.extend(list("volumes", VOLUME));
    notes.declared.packages.extend(list("packages", PACKAGE));
    notes.declared.stop.extend(document.string(&[TABLE, "stop-signal"]).map(|(text, value)| said(value, text, STOP)));
}

/// The images that its stages stood on, as evidence of this rule.
pub(super) fn images(tree: &Tree, directory: &Utf8Path, rule: Rule) -> Vec<(String, Evidence)> {
    let Some(document) = document(tree, directory) else { return Vec::new() };
    document.strings(&[TABLE, "images"]).into_iter().map(|(text, value)| (text.to_owned(), document.evidence(value, rule))).collect()
}

/// The lines that built the program, as evidence of this rule.
pub(super) fn runs(tree: &Tree, directory: &Utf8Path, rule: Rule) -> Vec<(Line, Evidence)> {
    let Some(document) = document(tree, directory) else { return Vec::new() };
    document.strings(&[TABLE, "builds"]).into_iter().map(|(text, value)| (Line::parse(text), document.evidence(value, rule))).collect()
}
