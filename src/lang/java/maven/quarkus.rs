//! How Quarkus packs a module, as Maven's properties say, and after them Quarkus' own configuration.

use camino::{Utf8Path, Utf8PathBuf};

use super::Module;
use crate::evidence::Rule;
use crate::lang::java::artifact::{Artifact, Form};
use crate::lang::java::config::Config;
use crate::tree::Tree;

pub(super) const QUARKUS: Rule = Rule::parsed("java.quarkus", "Quarkus packs it");

/// What Quarkus packs of a module, when it packs it.
pub fn packed(tree: &Tree, module: &Module<'_>, packaging: &str) -> Option<Artifact> {
    let plugin = module.plugin("quarkus-maven-plugin")?;
    let builds = packaging == "quarkus" || plugin.execution("build").is_some() || module.outside.is_some();
    if !builds {
        return None;
    }
    let config = Config::usual(tree, &[module.directory().to_owned()]);
    let said = |keys: &[&str]| {
        let of_maven = || keys.iter().find_map(|key| module.property(key)).map(|said| said.value);
        of_maven().or_else(|| keys.iter().find_map(|key| config.get(key)).map(|entry| entry.value.trim().to_owned()))
    };
    let kind = said(&["quarkus.package.jar.type", "quarkus.package.type"]).unwrap_or_default();
    let native = said(&["quarkus.native.enabled"]).as_deref() == Some("true");
    let directory =
        Utf8Path::new(&module.build_directory()).join(said(&["quarkus.package.output-directory"]).as_deref().unwrap_or("quarkus-app"));
    let (form, archive, options) = match kind.as_str() {
        "uber-jar" => {
            let name = said(&["quarkus.package.output-name"]).unwrap_or_else(|| module.final_name());
            let suffix = said(&["quarkus.package.runner-suffix", "quarkus.package.jar.runner-suffix"]).unwrap_or_else(|| "-runner".into());
            (Form::Single, module.archive(&format!("{name}{suffix}"), "jar"), Vec::new())
        }
        // a program for one machine is none for Java, and the layout before the directories has no layers
        "native" | "native-sources" => in_directories(directory, vec!["-Dquarkus.package.type=fast-jar"]),
        "legacy-jar" => in_directories(directory, vec!["-Dquarkus.package.jar.type=fast-jar"]),
        _ if native => in_directories(directory, vec!["-Dquarkus.native.enabled=false"]),
        _ => in_directories(directory, Vec::new()),
    };
    Some(Artifact { options, ..Artifact::new(form, archive, plugin.element.evidence(QUARKUS)) })
}

fn in_directories(directory: Utf8PathBuf, options: Vec<&'static str>) -> (Form, Utf8PathBuf, Vec<&'static str>) {
    let archive = directory.join("quarkus-run.jar");
    (Form::Quarkus(directory), archive, options)
}
