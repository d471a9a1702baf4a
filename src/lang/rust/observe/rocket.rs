//! Rocket listens where its configuration says: `Rocket.toml`, or variables of the environment over it.

use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;
use toml::Spanned;

use super::super::reach::Reach;
use super::super::workspace::Package;
use super::source::Source;
use crate::app::{Interface, Listen, PortVariable, Role, RunFile};
use crate::evidence::{Evidence, Fact, Rule};
use crate::read::cargo::place;
use crate::tree::Tree;

const LAUNCHES: Rule = Rule::parsed("rust.rocket", "Rocket is started here");
const CONFIGURED: Rule = Rule::parsed("rust.rocket-toml", "Rocket's configuration says so");
const READ: Rule = Rule::parsed("rust.rocket-file", "Rocket reads it when it starts");

/// The port that Rocket takes when nobody says otherwise.
const PORT: u16 = 8000;

/// What there is to say of Rocket.
pub struct Rocket {
    pub listens: Fact<Listen>,
    pub env: Option<Fact<(String, String)>>,
    pub reads: Vec<Fact<RunFile>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct File {
    default: Profile,
    release: Profile,
    global: Profile,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Profile {
    port: Option<Spanned<u16>>,
    address: Option<Spanned<String>>,
}

/// Looks for Rocket, where the program launches one.
#[must_use]
pub fn look(tree: &Tree, sources: &[Source<'_>], reach: &Reach<'_>, package: &Package<'_>) -> Option<Rocket> {
    reach.named("rocket").next()?;
    let launch = sources.iter().find_map(|source| {
        let at = (0..source.tokens.len()).find(|at| matches!(source.tokens[*at].text, "launch" | "ignite") && source.mentions("rocket"))?;
        Some(source.evidence(at, at, LAUNCHES))
    })?;
    let file = [Utf8PathBuf::new(), package.root.clone(), package.directory.clone()]
        .into_iter()
        .map(|directory| directory.join("Rocket.toml"))
        .find(|file| tree.has(file));
    let text = file.as_ref().and_then(|file| tree.text(file).ok()).unwrap_or_default();
    let read: File = toml::from_str(text).unwrap_or_default();
    let at =
        |span: std::ops::Range<usize>, words: String| Evidence::at(file.clone().unwrap_or_default(), place(text, span), CONFIGURED, words);
    let profiles = [&read.global, &read.release, &read.default];
    let port = profiles.iter().find_map(|profile| profile.port.as_ref());
    let address = profiles.iter().find_map(|profile| profile.address.as_ref());
    let listen = Listen {
        port: Some(port.map_or(PORT, |port| *port.get_ref())),
        variable: Some(PortVariable { name: "ROCKET_PORT".into(), role: Role::Optional }),
        interface: Interface::Any,
        host: Some("ROCKET_ADDRESS".into()),
    };
    let listens = Fact::new(listen, port.map_or_else(|| launch.clone(), |port| at(port.span(), format!("port = {}", port.get_ref()))))
        .and(launch.clone());
    let is_open =
        address.is_some_and(|address| !matches!(address.get_ref().as_str(), "localhost" | "::1") && !address.get_ref().starts_with("127."));
    let evidence = address.map_or(launch, |address| at(address.span(), format!("address = {}", address.get_ref())));
    let env = (!is_open).then(|| Fact::new(("ROCKET_ADDRESS".to_owned(), "0.0.0.0".to_owned()), evidence));
    Some(Rocket { listens, env, reads: reads(tree, reach, package, file.as_deref()) })
}

fn reads(tree: &Tree, reach: &Reach<'_>, package: &Package<'_>, file: Option<&Utf8Path>) -> Vec<Fact<RunFile>> {
    let fact = |source: Utf8PathBuf, name: &str, evidence: Evidence| Fact::new(RunFile { source, opened_as: name.into() }, evidence);
    let mut found: Vec<_> = file.map(|file| fact(file.to_owned(), "Rocket.toml", Evidence::exists(file, READ))).into_iter().collect();
    if let Some(engine) = reach.asks_for(&["rocket_dyn_templates", "rocket_contrib"]) {
        let beside = file.and_then(Utf8Path::parent).unwrap_or(&package.directory).join("templates");
        if tree.has_directory(&beside) {
            found.push(fact(beside, "templates", engine.evidence.clone()));
        }
    }
    found
}
