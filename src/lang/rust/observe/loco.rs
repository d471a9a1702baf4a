//! Loco serves by its subcommand `start`, and takes everything else from the settings of its environment: `config/production.yaml`.

use camino::Utf8PathBuf;

use super::super::workspace::Package;
use crate::app::{Behaviour, Interface, Listen, RunFile, VariableValue};
use crate::evidence::{Evidence, Fact, Rule};
use crate::program::Program;
use crate::program::configuration::Configuration;
use crate::program::observe::is_loopback;
use crate::tree::Tree;

const STARTS: Rule = Rule::parsed("rust.loco", "Loco serves by its subcommand `start`");
const READ: Rule = Rule::parsed("rust.loco-settings", "Loco reads its settings here");

/// The port that Loco's own template sets.
const PORT: u16 = 5150;

/// Where the program hands its `main` over to Loco.
#[must_use]
pub fn starts(program: &Program<'_>) -> Option<Evidence> {
    let (file, call) = program.calls().find(|(_, call)| call.path == "loco_rs.cli.main" || call.path == "cli.main")?;
    program.imports("loco_rs").then(|| program.evidence(file, call.at, STARTS))
}

/// Completes what a program of Loco's does.
pub fn complete(tree: &Tree, package: &Package<'_>, at: &Evidence, behaviour: &mut Behaviour) {
    let directories = [package.directory.clone(), package.root.clone(), Utf8PathBuf::new()];
    let named = |name: &str| directories.iter().map(|directory| directory.join(name)).find(|file| tree.has(file));
    let production = named("config/production.yaml");
    let settings = production.clone().or_else(|| named("config/development.yaml"));
    let mut configuration = Configuration::default();
    if let Some((file, text)) = settings.as_ref().and_then(|file| Some((file, tree.text(file).ok()?))) {
        configuration.add(file, text);
    }
    let port = configuration.get("server.port").find_map(|entry| entry.value.parse().ok()).unwrap_or(PORT);
    let listen = Listen { port: Some(port), variable: None, interface: Interface::Any, host: None };
    // nobody outside its container reaches what is bound to where Loco binds by itself
    let is_open = configuration.get("server.binding").any(|entry| !is_loopback(&entry.value));
    let words: &[&str] = if is_open { &["start"] } else { &["start", "--binding", "0.0.0.0"] };
    let read = settings.map(|file| Evidence::exists(file, READ));
    behaviour.listens.insert(0, read.iter().cloned().fold(Fact::new(listen, at.clone()), Fact::and));
    behaviour.command = Some(Fact::new(words.iter().map(ToString::to_string).collect(), at.clone()));
    let value = VariableValue { name: "LOCO_ENV".to_owned(), value: "production".to_owned() };
    behaviour.environment.extend(production.map(|file| Fact::new(value, Evidence::exists(file, READ))));
    let directory = |at: &Evidence| at.file.parent().map(ToOwned::to_owned).unwrap_or_default();
    behaviour.reads.extend(read.map(|at| Fact::new(RunFile { source: directory(&at), opened_as: "config".into() }, at)));
}
