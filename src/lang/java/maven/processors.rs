//! Processors of annotations, which the compiler plugin fetches by itself when there is something to compile: no goal that fetches
//! dependencies knows of them.

use serde::Serialize;

use super::{Module, Plugin};
use crate::read::xml::Element;

/// Parents that are published and bring processors of their own.
const PARENTS: [&str; 1] = ["micronaut-parent"];
/// Plugins that compile, and where they list them.
const COMPILERS: [(&str, &str); 2] =
    [("maven-compiler-plugin", "annotationProcessorPaths"), ("kotlin-maven-plugin", "annotationProcessorPaths")];

/// The processors of a build, as far as its poms tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Processors {
    /// All of them, `group:name:version`.
    Named(Vec<String>),
    /// Some come from a parent that is not here, or in versions that it says: the compiler itself has to fetch them.
    Hidden,
}

impl Default for Processors {
    fn default() -> Self {
        Self::Named(Vec::new())
    }
}

/// The processors that these modules are compiled with, beyond what is among their dependencies anyway.
pub fn processors(modules: &[Module<'_>], is_own: impl Fn(&str) -> bool) -> Processors {
    let mut named: Vec<String> = Vec::new();
    for module in modules {
        if module.outside.and_then(|parent| parent.child("artifactId")).is_some_and(|id| PARENTS.contains(&id.text.as_str())) {
            return Processors::Hidden;
        }
        let dependencies = module.dependencies();
        for (name, list) in COMPILERS {
            let Some(plugin) = module.plugin(name) else { continue };
            for path in plugin.configurations().flat_map(|configuration| configuration.list(&[list])) {
                let Some((group, artifact)) = coordinates(&plugin, path) else { continue };
                let version =
                    path.child("version").map(|version| plugin.fill(&version.text)).or_else(|| module.managed_version(&group, &artifact));
                let is_dependency = |version: &str| {
                    let same = |text: Option<&str>| text == Some(version);
                    dependencies.iter().any(|own| own.group == group && own.artifact == artifact && same(own.version.as_deref()))
                };
                match version.filter(|version| !version.contains('$')) {
                    _ if is_own(&artifact) => {}
                    Some(version) if is_dependency(&version) => {}
                    Some(version) => named.push(format!("{group}:{artifact}:{version}")),
                    None => return Processors::Hidden,
                }
            }
        }
    }
    named.sort();
    named.dedup();
    Processors::Named(named)
}

fn coordinates(plugin: &Plugin<'_, '_>, path: &Element) -> Option<(String, String)> {
    let text = |name: &str| path.child(name).map(|child| plugin.fill(&child.text));
    Some((text("groupId")?, text("artifactId")?))
}
