//! Helm: the one workload of a chart that lies with the program. Templates are no YAML; what stands in their lines is, once the chart's
//! values are filled in.

use camino::{Utf8Path, Utf8PathBuf};

use super::{By, Notes, Purpose, Said, rule};
use crate::command::Line;
use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::read::document::{Document, Value};

const START: Rule = rule("declared.helm", "the chart starts it so");
const PORT: Rule = rule("declared.helm-port", "the chart names this port");
const VARIABLE: Rule = rule("declared.helm-variable", "the chart sets this");
const HEALTH: Rule = rule("declared.helm-health", "the chart's probe asks this");
const VOLUME: Rule = rule("declared.helm-volume", "the chart keeps this directory");

/// How deep below the program its chart may lie: `deploy/helm/shop/Chart.yaml`.
const DEEPEST: usize = 4;

pub(super) fn read(notes: &mut Notes<'_>) {
    let tree = notes.tree;
    let is_chart = |path: &&Utf8Path| {
        let depth = path.strip_prefix(notes.directory).map_or(usize::MAX, |inside| inside.components().count());
        path.file_name() == Some("Chart.yaml") && depth <= DEEPEST
    };
    let mut charts = tree.paths().filter(is_chart).filter_map(Utf8Path::parent);
    // which of several is the program's nobody says
    let (Some(chart), None) = (charts.next(), charts.next()) else { return };
    let templates = tree.files_in(chart.join("templates")).filter_map(|path| Some((path, tree.by_hand(path)?)));
    let mut workloads = templates.filter(|(_, text)| text.contains("containers:") && text.contains("image:"));
    let (Some((path, text)), None) = (workloads.next(), workloads.next()) else { return };
    let file = chart.join("values.yaml");
    let Some(values) = tree.by_hand(&file).and_then(|text| Document::yaml(&file, text).ok()) else { return };
    Template { path, lines: text.lines().collect(), values: &values }.note(notes);
    for (name, value) in values.entries(&["env"]) {
        let given = value.scalar().map(str::to_owned);
        notes.variable(By::Platform, Purpose::Production, name, given, values.evidence(value, VARIABLE));
    }
    for entry in values.get(&["env"]).map(Value::list).unwrap_or_default() {
        let Some(name) = entry.get(&["name"]).and_then(Value::string) else { continue };
        let given = entry.get(&["value"]).and_then(Value::scalar).map(str::to_owned);
        notes.variable(By::Platform, Purpose::Production, name, given, values.evidence(entry, VARIABLE));
    }
}

/// A template with the values that its chart comes with.
struct Template<'a> {
    path: &'a Utf8Path,
    lines: Vec<&'a str>,
    values: &'a Document<'a>,
}

impl Template<'_> {
    fn at(&self, number: usize, rule: Rule) -> Evidence {
        let line = self.lines[number];
        Evidence::at(Utf8PathBuf::from(self.path), Span::of_line(number + 1, line), rule, line.trim())
    }

    fn note(&self, notes: &mut Notes<'_>) {
        let (by, purpose) = (By::Platform, Purpose::Production);
        let said = |text: String, at: Evidence| Said { fact: Fact::new(text, at), by, purpose };
        let mut name = None;
        for (number, line) in self.lines.iter().enumerate() {
            let Some((key, written)) = line.trim().trim_start_matches("- ").split_once(':') else { continue };
            let value = || self.filled(written);
            match key {
                "containerPort" => {
                    if let Some(port) = value().and_then(|port| port.parse().ok()) {
                        notes.port(by, purpose, port, self.at(number, PORT));
                    }
                }
                "path" if number > 0 && self.lines[number - 1].trim() == "httpGet:" => {
                    notes.declared.health.extend(value().map(|path| said(path, self.at(number, HEALTH))));
                }
                "mountPath" => notes.declared.volumes.extend(value().map(|path| said(path, self.at(number, VOLUME)))),
                "name" => name = value(),
                "value" => {
                    if let Some(name) = name.take() {
                        notes.variable(by, purpose, &name, value(), self.at(number, VARIABLE));
                    }
                }
                "command" => {
                    let further = self.lines.iter().position(|line| line.trim().starts_with("args:"));
                    let mut words = self.list(number);
                    words.extend(further.filter(|_| !words.is_empty()).map(|number| self.list(number)).unwrap_or_default());
                    notes.start(by, "", &Line::of_words(&words), notes.directory, self.at(number, START));
                }
                _ => {}
            }
        }
    }

    /// A scalar: as it is written, or the value that it names; nothing where the template computes it.
    fn filled(&self, written: &str) -> Option<String> {
        let plain = written.split(" #").next().unwrap_or_default().trim().trim_matches(['"', '\'']);
        let Some(inner) = plain.strip_prefix("{{").and_then(|inner| inner.strip_suffix("}}")) else {
            return (!plain.is_empty() && !plain.contains("{{")).then(|| plain.to_owned());
        };
        let keys = named(inner)?;
        let default =
            || inner.split_once("default ").map(|(_, rest)| rest.split([' ', '|']).next().unwrap_or(rest).trim_matches('"').to_owned());
        self.values.get(&keys).and_then(Value::scalar).map(str::to_owned).or_else(default)
    }

    /// A list: behind the key, in the lines below it, or the value that they name.
    fn list(&self, number: usize) -> Vec<String> {
        let written = self.lines[number].split_once(':').map_or("", |(_, rest)| rest.trim());
        let depth = |line: &str| line.len() - line.trim_start().len();
        let own = depth(self.lines[number]);
        let below = self.lines[number + 1..].iter().take_while(|line| {
            let is_item = line.trim_start().starts_with("- ") && depth(line) >= own;
            is_item || depth(line) > own || line.trim_start().starts_with("{{")
        });
        let text: Vec<&str> = std::iter::once(written).filter(|text| !text.is_empty()).chain(below.map(|line| line.trim())).collect();
        if let Some(keys) = text.iter().find_map(|line| named(line)) {
            let value = self.values.get(&keys).map(Value::list).unwrap_or_default();
            return value.iter().filter_map(Value::scalar).map(str::to_owned).collect();
        }
        if text.iter().any(|line| line.contains("{{")) {
            return Vec::new();
        }
        let text = text.join("\n");
        let document = Document::yaml(self.path, &text);
        let items = |document: &Document<'_>| document.root().list().iter().filter_map(Value::scalar).map(str::to_owned).collect();
        document.as_ref().map(items).unwrap_or_default()
    }
}

/// The keys of `.Values.service.port`.
fn named(text: &str) -> Option<Vec<&str>> {
    let (_, rest) = text.split_once(".Values.")?;
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '_').unwrap_or(rest.len());
    Some(rest[..end].split('.').collect())
}
