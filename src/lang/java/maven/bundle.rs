//! A web archive that the build packs its application server with: a jar that runs by itself.

use super::{Module, Plugin};
use crate::evidence::Rule;
use crate::lang::java::artifact::{Artifact, Form, Server};

pub(super) const BUNDLED: Rule = Rule::parsed("java.bundle", "it is packed with its server into a jar that runs");

/// A plugin that packs a server.
struct Bundle {
    plugin: &'static str,
    goal: &'static str,
    /// What has to be configured for it, where the goal alone packs no jar.
    switch: Option<(&'static str, &'static str)>,
    /// What is behind the name of the archive.
    suffix: &'static str,
    server: Server,
}

/// `WildFly` answers itself alone until it is told otherwise.
const WILDFLY: Server = Server { port: 8080, directory: None, arguments: &["-b=0.0.0.0"] };
const HTTP: Server = Server { port: 8080, directory: None, arguments: &[] };
const LIBERTY: Server = Server { port: 9080, directory: None, arguments: &[] };

const BUNDLES: [Bundle; 5] = [
    Bundle { plugin: "wildfly-maven-plugin", goal: "package", switch: Some(("bootableJar", "true")), suffix: "-bootable", server: WILDFLY },
    Bundle { plugin: "wildfly-jar-maven-plugin", goal: "package", switch: None, suffix: "-bootable", server: WILDFLY },
    Bundle { plugin: "payara-micro-maven-plugin", goal: "bundle", switch: None, suffix: "-microbundle", server: HTTP },
    Bundle { plugin: "tomee-maven-plugin", goal: "exec", switch: None, suffix: "-exec", server: HTTP },
    Bundle { plugin: "liberty-maven-plugin", goal: "package", switch: Some(("include", "runnable")), suffix: "", server: LIBERTY },
];

/// The jar that holds the server, when the build makes one.
pub fn packed(module: &Module<'_>) -> Option<Artifact> {
    let packs = |bundle: &&Bundle, plugin: &Plugin<'_, '_>| {
        let switch = bundle.switch.is_none_or(|(name, value)| {
            plugin.configured(&[name]).is_some_and(|said| said.value.split(',').any(|word| word.trim() == value))
        });
        switch && plugin.execution(bundle.goal).is_some()
    };
    BUNDLES.iter().find_map(|bundle| {
        let plugin = module.plugin(bundle.plugin).filter(|plugin| packs(&bundle, plugin))?;
        let archive = module.archive(&format!("{}{}", module.final_name(), bundle.suffix), "jar");
        let at = plugin.element.evidence(BUNDLED);
        Some(Artifact { server: Some(bundle.server), ..Artifact::new(Form::Single, archive, at) })
    })
}
