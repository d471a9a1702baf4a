//! What Maven leaves that runs: read from the build's own configuration, never from what lies in `target`.

use super::jar::{SHADED, plain};
use super::quarkus::{self, QUARKUS};
use super::{Module, Plugin, bundle};
use crate::evidence::{Evidence, Fact, Rule};
use crate::lang::java::artifact::{Artifact, Form, series};
use crate::tree::Tree;
use crate::version::Version;

const REPACKAGED: Rule = Rule::parsed("java.boot", "Spring Boot packs it into an archive that runs");
const WAR: Rule = Rule::parsed("java.war", "this is a web archive, which a servlet container runs");
const SERVLET: Rule = Rule::parsed("java.servlet", "this is the servlet API that it is written for");

/// What `module` leaves that runs, when it is a program. `starts` is the class that is started, where that is known.
pub fn of_module(tree: &Tree, module: &Module<'_>, boot: Option<Version>, starts: Option<&Fact<String>>) -> Option<Artifact> {
    let packaging = module.packaging();
    if packaging == "pom" {
        return None;
    }
    if let Some(quarkus) = quarkus::packed(tree, module, &packaging) {
        return Some(quarkus);
    }
    if let Some(bundle) = bundle::packed(module) {
        return Some(bundle);
    }
    if let Some(boot) = repackaged(module, &packaging, boot) {
        return Some(boot);
    }
    match packaging.as_str() {
        "war" => Some(web_archive(module)),
        "jar" | "bundle" | "takari-jar" => plain(module, starts),
        _ => None,
    }
}

/// The version of Spring Boot that a module is built with.
pub fn boot_version(module: &Module<'_>) -> Option<Fact<String>> {
    const VERSION: Rule = Rule::parsed("java.boot-version", "this is its Spring Boot");
    let parent =
        module.outside.filter(|parent| parent.child("artifactId").is_some_and(|id| id.text.starts_with("spring-boot-starter-parent")));
    let of_parent =
        parent.and_then(|parent| parent.child("version")).map(|version| Fact::new(module.fill(&version.text), version.evidence(VERSION)));
    let of_plugin = || {
        let version =
            module.plugin("spring-boot-maven-plugin").and_then(|plugin| Some((plugin.version()?, plugin.element.evidence(VERSION))));
        version.map(|(version, evidence)| Fact::new(version, evidence))
    };
    let imported = || module.imported("spring-boot-dependencies").map(|said| said.fact(VERSION));
    of_parent.or_else(imported).or_else(of_plugin).filter(|version| !version.value.contains('$'))
}

fn repackaged(module: &Module<'_>, packaging: &str, version: Option<Version>) -> Option<Artifact> {
    let plugin = module.plugin("spring-boot-maven-plugin")?;
    // a parent that is not here may repackage, as Boot's own does
    let repackages = plugin.execution("repackage").is_some() || (module.outside.is_some() && !is_off(&plugin));
    let skipped = plugin.configured(&["skip"]).is_some_and(|skip| skip.value == "true");
    if !repackages || skipped || !matches!(packaging, "jar" | "war") {
        return None;
    }
    let classifier = plugin.configured(&["classifier"]).map_or_else(String::new, |said| format!("-{}", said.value));
    let is = |path: &[&str], value: &str| plugin.configured(path).is_some_and(|said| said.value == value);
    let one_file = is(&["layers", "enabled"], "false")
        || is(&["includeTools"], "false")
        || is(&["executable"], "true")
        || plugin.configured(&["layers", "configuration"]).is_some();
    let form = if one_file { Form::whole_boot(version) } else { Form::of_boot(version, packaging == "war") };
    let archive = module.archive(&format!("{}{classifier}", module.final_name()), packaging);
    Some(Artifact::new(form, archive, plugin.element.evidence(REPACKAGED)))
}

fn is_off(plugin: &Plugin<'_, '_>) -> bool {
    plugin.executions().any(|execution| execution.child("phase").is_some_and(|phase| phase.text == "none"))
}

fn web_archive(module: &Module<'_>) -> Artifact {
    let name = module.plugin("maven-war-plugin").and_then(|plugin| plugin.configured(&["webappDirectory"]));
    let exploded = name.map(|said| said.value.replace("${project.build.directory}", &module.build_directory()));
    let exploded = exploded.unwrap_or_else(|| format!("{}/{}", module.build_directory(), module.final_name()));
    let nothing = || Evidence::exists(module.pom.clone(), WAR);
    let at = module.identity().map_or_else(nothing, |element| element.evidence(WAR));
    Artifact::new(Form::War(tomcat(module).value), exploded, at)
}

/// The series of Tomcat whose servlets a module is written for.
pub fn tomcat(module: &Module<'_>) -> Fact<Version> {
    let (old, usual, new) = (Version::minor(9, 0), Version::minor(10, 1), Version::minor(11, 0));
    let dependencies = module.dependencies();
    let api = dependencies.iter().find(|dependency| {
        dependency.artifact == "servlet-api"
            || dependency.artifact.contains("servlet-api")
            || dependency.artifact.ends_with("jakartaee-api")
            || dependency.artifact.starts_with("javaee-")
    });
    if let Some(api) = api {
        let version = api.version.as_deref().and_then(series);
        let series = match (api.group.starts_with("javax"), version) {
            (true, _) => old,
            (false, Some(version)) if api.artifact.contains("servlet") && version < Version::minor(5, 0) => old,
            (false, Some(version)) if api.artifact.contains("servlet") && version >= Version::minor(6, 1) => new,
            (false, Some(version)) if api.artifact.contains("jakartaee") && version >= Version::minor(11, 0) => new,
            (false, _) => usual,
        };
        return Fact::new(series, api.element.evidence(SERVLET));
    }
    match boot_version(module).and_then(|version| Some((series(&version.value)?, version))) {
        Some((boot, fact)) if boot < Version::minor(3, 0) => fact.with(old),
        Some((boot, fact)) if boot >= Version::minor(4, 0) => fact.with(new),
        Some((_, fact)) => fact.with(usual),
        None => Fact::new(usual, Evidence::exists(module.pom.clone(), SERVLET)),
    }
}

/// Whether the archive itself says what is started.
pub fn starts_itself(artifact: &Artifact, module: &Module<'_>) -> bool {
    match artifact.form {
        Form::Boot(_) | Form::Quarkus(_) | Form::War(_) => true,
        Form::ClassPath(_) => false,
        Form::Single => {
            let jar = module.plugin("maven-jar-plugin").and_then(|plugin| plugin.configured(&["archive", "manifest", "mainClass"]));
            jar.is_some() || [REPACKAGED.id, SHADED.id, QUARKUS.id, bundle::BUNDLED.id].contains(&artifact.at.rule)
        }
    }
}
