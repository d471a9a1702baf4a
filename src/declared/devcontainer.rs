//! The development container: what people work in, which counts where nothing speaks of production.

use super::{By, Notes, Purpose, rule};
use crate::command::Line;
use crate::evidence::Rule;
use crate::read::document::{Document, Value};

const START: Rule = rule("declared.devcontainer", "the development container starts it so");
const PORT: Rule = rule("declared.devcontainer-port", "the development container forwards this port");
const VARIABLE: Rule = rule("declared.devcontainer-variable", "the development container sets this");

const FILES: [&str; 2] = [".devcontainer/devcontainer.json", ".devcontainer.json"];

pub(super) fn read(notes: &mut Notes<'_>) {
    let (by, purpose) = (By::Devcontainer, Purpose::Development);
    for path in FILES.map(|name| notes.directory.join(name)) {
        let Some(document) = notes.tree.by_hand(&path).and_then(|text| Document::jsonc(&path, text).ok()) else { continue };
        for value in ["forwardPorts", "appPort"].iter().filter_map(|key| document.get(&[key])) {
            let single = std::slice::from_ref(value);
            for port in if value.list().is_empty() { single } else { value.list() } {
                if let Some(number) = port.scalar().and_then(|port| port.parse().ok()) {
                    notes.port(by, purpose, number, document.evidence(port, PORT));
                }
            }
        }
        for (name, value) in document.entries(&["containerEnv"]).into_iter().chain(document.entries(&["remoteEnv"])) {
            notes.variable(by, purpose, name, value.scalar().map(str::to_owned), document.evidence(value, VARIABLE));
        }
        for value in ["postStartCommand", "postAttachCommand"].iter().filter_map(|key| document.get(&[key])) {
            let line = value.string().map(Line::parse);
            let words = || Line::of_words(&value.list().iter().filter_map(Value::string).collect::<Vec<_>>());
            let at = document.evidence(value, START);
            notes.start_for(by, purpose, "", &line.unwrap_or_else(words), notes.directory, at, Vec::new());
        }
    }
}
