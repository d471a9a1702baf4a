//! Frameworks that read settings from files which no source of the project names.

use super::bundler::settings::Settings;
use super::package::Package;
use crate::app::Behaviour;
use crate::evidence::Rule;
use crate::program::Value;
use crate::tree::Tree;

const SETTING: Rule = Rule::parsed("node.framework-setting", "the framework reads its port here");

/// The frameworks, by package, and the files that they read in production, the strongest first.
const FILES: [(&str, &[&str]); 2] =
    [("sails", &["config/local", "config/env/production"]), ("egg", &["config/config.prod", "config/config.default"])];

/// Takes the port from such a file, where there is one.
pub fn apply(tree: &Tree, package: &Package<'_>, behaviour: &mut Behaviour) {
    let stems = FILES.iter().find(|(name, _)| package.runs_with(name).is_some()).map_or(&[][..], |(_, stems)| stems);
    let set = stems.iter().find_map(|stem| {
        let settings = Settings::read(tree, package, stem)?;
        let (value, at) = settings.anywhere("port")?;
        let port = match value {
            Value::Number(port) => u16::try_from(*port).ok(),
            Value::Variable { default: Some(default), .. } => default.text().and_then(|port| port.parse().ok()),
            _ => None,
        };
        Some((port, settings.evidence(at, SETTING, "port")))
    });
    if let (Some((port, at)), Some(listen)) = (set, behaviour.listens.first_mut()) {
        listen.value.port = port;
        listen.value.variable = None;
        *listen = listen.clone().and(at);
    }
}
