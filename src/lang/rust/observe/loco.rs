//! Loco serves by its subcommand `start`, and takes everything else from the settings of its environment: `config/production.yaml`.

use camino::Utf8PathBuf;

use super::super::reach::Reach;
use super::super::workspace::Package;
use super::source::Source;
use crate::app::{Interface, Listen, RunFile};
use crate::evidence::{Evidence, Fact, Rule};
use crate::program::configuration::Configuration;
use crate::program::observe::is_loopback;
use crate::tree::Tree;

const STARTS: Rule = Rule::parsed("rust.loco", "Loco serves by its subcommand `start`");
const READ: Rule = Rule::parsed("rust.loco-settings", "Loco reads its settings here");

/// The port that Loco's own template sets.
const PORT: u16 = 5150;

/// What there is to say of Loco.
pub struct Loco {
    pub command: Fact<Vec<String>>,
    pub listens: Fact<Listen>,
    pub env: Option<Fact<(String, String)>>,
    pub reads: Option<Fact<RunFile>>,
}

/// Looks for Loco, where it has the program's `main`.
#[must_use]
pub fn look(tree: &Tree, sources: &[Source<'_>], reach: &Reach<'_>, package: &Package<'_>) -> Option<Loco> {
    reach.named("loco-rs").next()?;
    let at = sources.iter().find_map(|source| {
        let at = (0..source.tokens.len()).find(|at| source.reads(*at, &["cli", "::", "main"]))?;
        Some(source.evidence(at, at + 2, STARTS))
    })?;
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
    let listens = read.iter().cloned().fold(Fact::new(listen, at.clone()), Fact::and);
    let directory =
        |at: &Evidence| RunFile { source: at.file.parent().map(ToOwned::to_owned).unwrap_or_default(), opened_as: "config".into() };
    Some(Loco {
        command: Fact::new(words.iter().map(ToString::to_string).collect(), at),
        listens,
        env: production.map(|file| Fact::new(("LOCO_ENV".to_owned(), "production".to_owned()), Evidence::exists(file, READ))),
        reads: read.map(|at| Fact::new(directory(&at), at)),
    })
}
