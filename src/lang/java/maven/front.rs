//! Front ends that a build of Maven's builds by itself: with a Node that it fetches, or with the machine's.

use camino::{Utf8Path, Utf8PathBuf};

use super::{Module, Plugin};
use crate::evidence::{Evidence, Fact, Rule};
use crate::read::xml::Element;
use crate::tree::path::normal;

const BUILDS: Rule = Rule::parsed("java.front-end", "the build builds this");
const NODE: Rule = Rule::parsed("java.node", "the build calls this");

/// Goals of frontend-maven-plugin that run a package's scripts.
const GOALS: [&str; 6] = ["npm", "npx", "yarn", "pnpm", "bun", "corepack"];

/// The directories of the packages that these modules build.
pub fn built(modules: &[Module<'_>]) -> Vec<Fact<Utf8PathBuf>> {
    let of = |module: &Module<'_>| {
        let fetched = module.plugin("frontend-maven-plugin").and_then(|plugin| {
            GOALS.iter().find_map(|goal| plugin.execution(goal))?;
            Some(Fact::new(directory(module, &plugin), plugin.element.evidence(BUILDS)))
        });
        let called = called(module).map(|(plugin, element)| Fact::new(directory(module, &plugin), element.evidence(BUILDS)));
        fetched.into_iter().chain(called).collect::<Vec<_>>()
    };
    modules.iter().flat_map(of).collect()
}

/// Where the build calls Node's tools of the machine.
pub fn node(module: &Module<'_>) -> Option<Evidence> {
    called(module).map(|(_, element)| element.evidence(NODE))
}

fn called<'r, 'm>(module: &'m Module<'r>) -> Option<(Plugin<'r, 'm>, &'r Element)> {
    let plugin = module.plugin("exec-maven-plugin")?;
    let is_node = |name: &str| {
        matches!(name.trim_end_matches(".cmd").rsplit('/').next(), Some("npm" | "npx" | "node" | "yarn" | "pnpm" | "corepack"))
    };
    let element = {
        let mut called = plugin.executions().filter_map(|execution| execution.at(&["configuration", "executable"]));
        called.find(|element| is_node(&plugin.fill(&element.text)))?
    };
    Some((plugin, element))
}

/// The directory in which a plugin calls its programs.
fn directory(module: &Module<'_>, plugin: &Plugin<'_, '_>) -> Utf8PathBuf {
    let said = plugin.configured(&["workingDirectory"]).map(|said| said.value).unwrap_or_default();
    normal(module.directory().join(Utf8Path::new(said.trim_start_matches('/'))))
}
