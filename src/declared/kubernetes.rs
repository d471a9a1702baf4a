//! Kubernetes: the container of a workload, where the manifests beside the program describe one alone.

use super::{By, Notes, Purpose, Said, rule};
use crate::command::Line;
use crate::evidence::{Fact, Rule};
use crate::read::document::{Document, Value};

const START: Rule = rule("declared.kubernetes", "the workload starts it so");
const PORT: Rule = rule("declared.kubernetes-port", "the workload names this port");
const VARIABLE: Rule = rule("declared.kubernetes-variable", "the workload sets this");
const HEALTH: Rule = rule("declared.kubernetes-health", "the workload's probe asks this");
const VOLUME: Rule = rule("declared.kubernetes-volume", "the workload keeps this directory");

/// Where manifests are kept, relative to the program's directory.
const PLACES: [&str; 7] = ["", "k8s", "kubernetes", "deploy", "deployment", "manifests", "deploy/kubernetes"];
const WORKLOADS: [&str; 5] = ["Deployment", "StatefulSet", "DaemonSet", "Service", "Pod"];

pub(super) fn read(notes: &mut Notes<'_>) {
    let tree = notes.tree;
    let mut containers = Vec::new();
    for place in PLACES {
        let folder = notes.directory.join(place);
        for path in tree.files_in(folder).filter(|path| matches!(path.extension(), Some("yaml" | "yml"))) {
            // a lock file lies beside them, and nobody wrote that by hand
            let Some(text) = tree.text(path).is_ok_and(is_manifest).then(|| tree.by_hand(path)).flatten() else { continue };
            for document in Document::yaml_stream(path, text).unwrap_or_default() {
                let kind = document.string(&["kind"]).map(|(kind, _)| kind).unwrap_or_default();
                if WORKLOADS.contains(&kind) {
                    containers.push(document);
                }
            }
        }
    }
    let spec = |document: &Document<'_>| -> usize { container_list(document).len() };
    // which container is the program's is clear where there is one alone
    if containers.iter().map(spec).sum::<usize>() == 1 {
        for document in &containers {
            note(notes, document);
        }
    }
}

/// Whether a document looks as if it described a workload.
fn is_manifest(text: &str) -> bool {
    let has = |key: &str| text.lines().any(|line| line.trim_start_matches([' ', '-']).starts_with(key));
    has("kind:") && has("containers:")
}

fn container_list<'d, 't>(document: &'d Document<'t>) -> &'d [Value<'t>] {
    let paths: [&[&str]; 2] = [&["spec", "template", "spec", "containers"], &["spec", "containers"]];
    paths.iter().find_map(|path| document.get(path)).map(Value::list).unwrap_or_default()
}

fn note(notes: &mut Notes<'_>, document: &Document<'_>) {
    let (by, purpose) = (By::Platform, Purpose::Production);
    for container in container_list(document) {
        let words = |key: &str| container.get(&[key]).map(Value::list).unwrap_or_default().iter().filter_map(Value::scalar);
        let all: Vec<_> = words("command").chain(words("args")).collect();
        // arguments alone are what an entry point is given that nobody names here
        if let Some(value) = container.get(&["command"]).filter(|_| !all.is_empty()) {
            notes.start(by, "", &Line::of_words(&all), notes.directory, document.evidence(value, START));
        }
        for value in list(container, "ports").iter().filter_map(|port| port.get(&["containerPort"])) {
            if let Some(port) = value.scalar().and_then(|port| port.parse().ok()) {
                notes.port(by, purpose, port, document.evidence(value, PORT));
            }
        }
        for entry in list(container, "env") {
            let Some(name) = entry.get(&["name"]).and_then(Value::string) else { continue };
            let given = entry.get(&["value"]).and_then(Value::scalar).map(str::to_owned);
            notes.variable(by, purpose, name, given, document.evidence(entry, VARIABLE));
        }
        for value in ["livenessProbe", "readinessProbe"].iter().filter_map(|probe| container.get(&[probe, "httpGet", "path"])) {
            let path = value.string().unwrap_or("/").to_owned();
            notes.declared.health.push(Said { fact: Fact::new(path, document.evidence(value, HEALTH)), by, purpose });
        }
        for value in list(container, "volumeMounts").iter().filter_map(|mount| mount.get(&["mountPath"])) {
            let Some(path) = value.string() else { continue };
            notes.declared.volumes.push(Said { fact: Fact::new(path.to_owned(), document.evidence(value, VOLUME)), by, purpose });
        }
    }
}

fn list<'v, 't>(value: &'v Value<'t>, key: &str) -> &'v [Value<'t>] {
    value.get(&[key]).map(Value::list).unwrap_or_default()
}
