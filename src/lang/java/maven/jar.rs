//! A jar of Maven's that is no framework's: with what the build packs into it or lays beside it, or with what we do.

use camino::Utf8PathBuf;

use super::{Module, Plugin};
use crate::evidence::{Fact, Rule};
use crate::lang::java::artifact::{Artifact, Form, Libraries};
use crate::read::xml::Element;

pub(super) const SHADED: Rule = Rule::parsed("java.shade", "its dependencies are packed into its jar");
const ASSEMBLED: Rule = Rule::parsed("java.assembly", "its dependencies are packed into one jar with it");
const MAIN: Rule = Rule::parsed("java.main-class", "this is the class that is started");

/// The goal that lays a program's dependencies beside it.
const COPY: &str = "dependency:copy-dependencies";

/// What the module's jar is started as, when `starts` names its class.
pub fn plain(module: &Module<'_>, starts: Option<&Fact<String>>) -> Option<Artifact> {
    let starts = starts?;
    let own = module.archive(&module.final_name(), "jar");
    let shade = module.plugin("maven-shade-plugin").filter(|plugin| plugin.execution("shade").is_some() || module.outside.is_some());
    if let Some(shade) = shade {
        return Some(shaded(module, &shade));
    }
    let assembly = module.plugin("maven-assembly-plugin").filter(|plugin| plugin.configurations().any(joins));
    if let Some(assembly) = assembly {
        let at = assembly.element.evidence(ASSEMBLED);
        // the one jar would be packed for nothing
        let options = if assembly.execution("single").is_some() { vec!["-Dassembly.skipAssembly"] } else { Vec::new() };
        return Some(Artifact { options, goals: vec![COPY], ..Artifact::new(Form::ClassPath(Libraries::Copied), own, at) });
    }
    let copies = module.plugin("maven-dependency-plugin").and_then(|plugin| copied(module, &plugin));
    let carries = module.dependencies().iter().any(|dependency| matches!(dependency.scope.as_str(), "compile" | "runtime" | "system"));
    let (form, goals) = match copies {
        Some(directory) => (Form::ClassPath(Libraries::Own(directory)), Vec::new()),
        None if carries => (Form::ClassPath(Libraries::Copied), vec![COPY]),
        None => (Form::Single, Vec::new()),
    };
    Some(Artifact { goals, ..Artifact::new(form, own, starts.because()[0].clone()) })
}

fn joins(configuration: &Element) -> bool {
    let refs = configuration.list(&["descriptorRefs"]).iter().chain(configuration.child("descriptorRef"));
    refs.chain(configuration.list(&["archive"])).any(|element| element.text == "jar-with-dependencies" || element.name == "manifest")
}

fn shaded(module: &Module<'_>, plugin: &Plugin<'_, '_>) -> Artifact {
    let said = |name: &str| plugin.configured(&[name]).map(|said| said.value);
    let attached = said("shadedArtifactAttached").as_deref() == Some("true");
    let renamed = said("finalName").filter(|name| *name != module.final_name());
    let elsewhere = plugin.configurations().find_map(|configuration| configuration.child("outputFile")).map(|file| {
        let file = file.text.replace("${project.build.directory}", &module.build_directory()).replace("${basedir}/", "");
        Utf8PathBuf::from(module.pattern(&file.replace("${project.basedir}/", "")))
    });
    let at = plugin.element.evidence(SHADED);
    if is_ordinary(plugin) {
        let name = if attached || renamed.is_some() || elsewhere.is_some() {
            module.final_name()
        } else {
            format!("original-{}", module.final_name())
        };
        let archive = module.archive(&name, "jar");
        return Artifact { goals: vec![COPY], ..Artifact::new(Form::ClassPath(Libraries::Copied), archive, at) };
    }
    let classifier = said("shadedClassifierName").unwrap_or_else(|| "shaded".into());
    let name = match (renamed, attached) {
        (Some(name), _) => name,
        (None, true) => format!("{}-{classifier}", module.final_name()),
        (None, false) => module.final_name(),
    };
    let archive = elsewhere.unwrap_or_else(|| module.archive(&name, "jar"));
    Artifact::new(Form::Single, archive, at)
}

/// Whether the packed jar holds nothing but what a class path holds: classes that were moved or left out, and a manifest of its own, are
/// there in that jar alone.
fn is_ordinary(plugin: &Plugin<'_, '_>) -> bool {
    const MERGES: [&str; 7] = [
        "ServicesResourceTransformer",
        "AppendingTransformer",
        "ApacheLicenseResourceTransformer",
        "ApacheNoticeResourceTransformer",
        "DontIncludeResourceTransformer",
        "ManifestResourceTransformer",
        "Log4j2PluginCacheFileTransformer",
    ];
    let of_manifest = ["Main-Class", "Multi-Release", "Built-By", "Build-Time"];
    plugin.configurations().all(|configuration| {
        let relocates = !configuration.list(&["relocations"]).is_empty();
        let minimises = configuration.child("minimizeJar").is_some_and(|element| element.text == "true");
        let chooses = !configuration.list(&["artifactSet"]).is_empty();
        let entries = configuration.list(&["transformers"]).iter().flat_map(|transformer| transformer.list(&["manifestEntries"]));
        let manifest = entries.into_iter().any(|entry| !of_manifest.contains(&entry.name.as_str()));
        let unknown = configuration.list(&["transformers"]).iter().any(|transformer| !MERGES.iter().any(|name| transformer.is_a(name)));
        !(relocates || minimises || chooses || manifest || unknown)
    })
}

/// Where the build itself copies the dependencies.
fn copied(module: &Module<'_>, plugin: &Plugin<'_, '_>) -> Option<Utf8PathBuf> {
    let execution = plugin.execution("copy-dependencies")?;
    let said = execution.at(&["configuration", "outputDirectory"]).map(|element| plugin.fill(&element.text));
    let said = said.unwrap_or_else(|| format!("{}/dependency", module.build_directory()));
    (!said.contains('$')).then(|| said.trim_start_matches('/').into())
}

/// Parents that are published and name the class, which is the framework's own.
const PARENTS: [(&str, &str); 1] = [("helidon-mp", "io.helidon.microprofile.cdi.Main")];

fn of_parent(module: &Module<'_>) -> Option<Fact<String>> {
    let id = module.outside?.child("artifactId")?;
    let (_, class) = PARENTS.iter().find(|(parent, _)| *parent == id.text)?;
    Some(Fact::new((*class).to_owned(), id.evidence(MAIN)))
}

/// The class that a module starts, as its build is told.
pub fn main_class(module: &Module<'_>) -> Option<Fact<String>> {
    let configured: [(&str, &[&str]); 9] = [
        ("maven-assembly-plugin", &["archive", "manifest", "mainClass"]),
        ("maven-jar-plugin", &["archive", "manifest", "mainClass"]),
        ("maven-jar-plugin", &["archive", "manifestEntries", "Main-Class"]),
        ("spring-boot-maven-plugin", &["mainClass"]),
        ("jib-maven-plugin", &["container", "mainClass"]),
        ("appassembler-maven-plugin", &["programs", "program", "mainClass"]),
        ("maven-war-plugin", &["archive", "manifest", "mainClass"]),
        ("exec-maven-plugin", &["mainClass"]),
        ("maven-bundle-plugin", &["instructions", "Main-Class"]),
    ];
    let transformed = module.plugin("maven-shade-plugin").and_then(|plugin| {
        let mut transformers = plugin.configurations().flat_map(|configuration| configuration.list(&["transformers"]).iter());
        let main = transformers
            .find_map(|transformer| transformer.child("mainClass").or_else(|| transformer.at(&["manifestEntries", "Main-Class"])))?;
        Some(Fact::new(plugin.fill(&main.text), main.evidence(MAIN)))
    });
    let plugin = || configured.iter().find_map(|(plugin, path)| module.plugin(plugin)?.configured(path)).map(|said| said.fact(MAIN));
    let property = || {
        ["start-class", "exec.mainClass", "mainClass", "main.class", "main-class"]
            .iter()
            .find_map(|name| module.property(name))
            .map(|said| said.fact(MAIN))
    };
    let said = transformed.or_else(plugin).or_else(property).filter(|main| !main.value.contains('$') && !main.value.is_empty());
    said.or_else(|| of_parent(module))
}
