//! What a build leaves that runs, and how: read from the build's own configuration, never from what lies in `target`.

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use super::maven::{Module, Plugin};
use crate::evidence::{Evidence, Fact, Rule};
use crate::version::Version;

const REPACKAGED: Rule = Rule::parsed("java.boot", "Spring Boot packs it into an archive that runs");
const QUARKUS: Rule = Rule::parsed("java.quarkus", "Quarkus packs it");
const WAR: Rule = Rule::parsed("java.war", "this is a web archive, which a servlet container runs");
const SHADED: Rule = Rule::parsed("java.shade", "its dependencies are packed into its jar");
const ASSEMBLED: Rule = Rule::parsed("java.assembly", "its dependencies are packed into one jar with it");
const MAIN: Rule = Rule::parsed("java.main-class", "this is the class that is started");
const SERVLET: Rule = Rule::parsed("java.servlet", "this is the servlet API that it is written for");

/// What a build leaves that runs.
#[derive(Clone, Debug, Serialize)]
pub struct Artifact {
    /// How it is laid out in the image.
    pub form: Form,
    /// The archive, relative to the module's directory.
    pub archive: Utf8PathBuf,
    /// Why it is this form.
    pub at: Evidence,
    /// Options of Maven's that the form asks for.
    pub options: Vec<&'static str>,
    /// Goals behind `package`.
    pub goals: Vec<&'static str>,
}

/// How a program is laid out in its image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Spring Boot's layers.
    Boot(Boot),
    /// Quarkus' directories, below this one.
    Quarkus(Utf8PathBuf),
    /// One archive: `java -jar`.
    Single,
    /// A jar and the dependencies beside it.
    ClassPath(Libraries),
    /// An unpacked web archive in Tomcat of this series.
    War(Version),
}

/// How Spring Boot's archive is taken apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Boot {
    /// Into jars that are started without Boot's loader, since 3.3.
    Jars,
    /// Into directories that the loader starts, by the command that this names and the class.
    Loader(&'static str, &'static str),
}

/// Where the dependencies of a class path come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Libraries {
    /// `dependency:copy-dependencies` on the command line puts them there.
    Copied,
    /// The build itself copies them there, relative to the module's directory.
    Own(Utf8PathBuf),
}

/// What `module` leaves that runs, when it is a program. `starts` is the class that is started, where that is known.
pub fn of_maven(module: &Module<'_>, boot: Option<Version>, starts: Option<&Fact<String>>) -> Option<Artifact> {
    let packaging = module.packaging();
    if packaging == "pom" {
        return None;
    }
    if let Some(quarkus) = quarkus(module, &packaging) {
        return Some(quarkus);
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

/// The first two numbers of a version such as `3.3.0-SNAPSHOT`.
pub fn series(version: &str) -> Option<Version> {
    let mut numbers = version.split(['.', '-']).map(str::parse::<u32>);
    Some(Version::minor(numbers.next()?.ok()?, numbers.next()?.ok()?))
}

fn archive(module: &Module<'_>, name: &str, ending: &str) -> Utf8PathBuf {
    Utf8Path::new(&module.build_directory()).join(format!("{name}.{ending}"))
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
    let war = packaging == "war";
    let launcher = |package: &str| match (war, package) {
        (true, "launch") => "org.springframework.boot.loader.launch.WarLauncher",
        (true, _) => "org.springframework.boot.loader.WarLauncher",
        (false, "launch") => "org.springframework.boot.loader.launch.JarLauncher",
        (false, _) => "org.springframework.boot.loader.JarLauncher",
    };
    let form = match version {
        _ if one_file => Form::Single,
        Some(version) if version >= Version::minor(3, 3) && war => Form::Boot(Boot::Loader("tools", launcher("launch"))),
        Some(version) if version >= Version::minor(3, 3) => Form::Boot(Boot::Jars),
        Some(version) if version >= Version::minor(3, 2) => Form::Boot(Boot::Loader("layertools", launcher("launch"))),
        // wars have layers since 2.5
        Some(version) if version >= Version::minor(2, if war { 5 } else { 3 }) => Form::Boot(Boot::Loader("layertools", launcher(""))),
        _ => Form::Single,
    };
    let archive = archive(module, &format!("{}{classifier}", module.final_name()), packaging);
    Some(Artifact { form, archive, at: plugin.element.evidence(REPACKAGED), options: Vec::new(), goals: Vec::new() })
}

fn is_off(plugin: &Plugin<'_, '_>) -> bool {
    plugin.executions().any(|execution| execution.child("phase").is_some_and(|phase| phase.text == "none"))
}

fn quarkus(module: &Module<'_>, packaging: &str) -> Option<Artifact> {
    let plugin = module.plugin("quarkus-maven-plugin")?;
    let builds = packaging == "quarkus" || plugin.execution("build").is_some() || module.outside.is_some();
    if !builds {
        return None;
    }
    let kind = module
        .property("quarkus.package.jar.type")
        .or_else(|| module.property("quarkus.package.type"))
        .map_or_else(String::new, |said| said.value);
    let directory = Utf8PathBuf::from(module.build_directory());
    let (form, archive) = match kind.as_str() {
        "uber-jar" => (Form::Single, archive(module, &format!("{}-runner", module.final_name()), "jar")),
        _ => (Form::Quarkus(directory.join("quarkus-app")), directory.join("quarkus-app/quarkus-run.jar")),
    };
    Some(Artifact { form, archive, at: plugin.element.evidence(QUARKUS), options: Vec::new(), goals: Vec::new() })
}

fn web_archive(module: &Module<'_>) -> Artifact {
    let name = module.plugin("maven-war-plugin").and_then(|plugin| plugin.configured(&["webappDirectory"]));
    let exploded = name.map(|said| said.value.replace("${project.build.directory}", &module.build_directory()));
    let exploded = exploded.unwrap_or_else(|| format!("{}/{}", module.build_directory(), module.final_name()));
    let nothing = || Evidence::exists(module.pom.clone(), WAR);
    let at = module.identity().map_or_else(nothing, |element| element.evidence(WAR));
    Artifact { form: Form::War(tomcat(module).value), archive: exploded.into(), at, options: Vec::new(), goals: Vec::new() }
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

/// A jar: with what the build packs into it or lays beside it, or with what we do.
fn plain(module: &Module<'_>, starts: Option<&Fact<String>>) -> Option<Artifact> {
    let starts = starts?;
    let own = archive(module, &module.final_name(), "jar");
    let shade = module.plugin("maven-shade-plugin").filter(|plugin| plugin.execution("shade").is_some() || module.outside.is_some());
    if let Some(shade) = shade {
        return Some(shaded(module, &shade));
    }
    let assembly = module.plugin("maven-assembly-plugin").filter(|plugin| plugin.configurations().any(joins));
    if let Some(assembly) = assembly {
        let at = assembly.element.evidence(ASSEMBLED);
        // the one jar would be packed for nothing
        let options = if assembly.execution("single").is_some() { vec!["-Dassembly.skipAssembly"] } else { Vec::new() };
        return Some(Artifact {
            form: Form::ClassPath(Libraries::Copied),
            archive: own,
            at,
            options,
            goals: vec!["dependency:copy-dependencies"],
        });
    }
    let copies = module.plugin("maven-dependency-plugin").and_then(|plugin| copied(module, &plugin));
    let carries = module.dependencies().iter().any(|dependency| matches!(dependency.scope.as_str(), "compile" | "runtime"));
    let (form, goals) = match copies {
        Some(directory) => (Form::ClassPath(Libraries::Own(directory)), Vec::new()),
        None if carries => (Form::ClassPath(Libraries::Copied), vec!["dependency:copy-dependencies"]),
        None => (Form::Single, Vec::new()),
    };
    Some(Artifact { form, archive: own, at: starts.because()[0].clone(), options: Vec::new(), goals })
}

fn joins(configuration: &crate::read::xml::Element) -> bool {
    let refs = configuration.list(&["descriptorRefs"]).iter().chain(configuration.child("descriptorRef"));
    refs.chain(configuration.list(&["archive"])).any(|element| element.text == "jar-with-dependencies" || element.name == "manifest")
}

fn shaded(module: &Module<'_>, plugin: &Plugin<'_, '_>) -> Artifact {
    let said = |name: &str| plugin.configured(&[name]).map(|said| said.value);
    let attached = said("shadedArtifactAttached").as_deref() == Some("true");
    let renamed = said("finalName").filter(|name| *name != module.final_name());
    let at = plugin.element.evidence(SHADED);
    if is_ordinary(plugin) {
        let name = if attached || renamed.is_some() { module.final_name() } else { format!("original-{}", module.final_name()) };
        let archive = archive(module, &name, "jar");
        return Artifact {
            form: Form::ClassPath(Libraries::Copied),
            archive,
            at,
            options: Vec::new(),
            goals: vec!["dependency:copy-dependencies"],
        };
    }
    let classifier = said("shadedClassifierName").unwrap_or_else(|| "shaded".into());
    let name = match (renamed, attached) {
        (Some(name), _) => name,
        (None, true) => format!("{}-{classifier}", module.final_name()),
        (None, false) => module.final_name(),
    };
    Artifact { form: Form::Single, archive: archive(module, &name, "jar"), at, options: Vec::new(), goals: Vec::new() }
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
    transformed.or_else(plugin).or_else(property).filter(|main| !main.value.contains('$') && !main.value.is_empty())
}

impl Artifact {
    /// Whether the archive itself says what is started.
    pub fn starts_itself(&self, module: &Module<'_>) -> bool {
        match self.form {
            Form::Boot(_) | Form::Quarkus(_) | Form::War(_) => true,
            Form::ClassPath(_) => false,
            Form::Single => {
                let jar = module.plugin("maven-jar-plugin").and_then(|plugin| plugin.configured(&["archive", "manifest", "mainClass"]));
                jar.is_some() || [REPACKAGED.id, SHADED.id, QUARKUS.id].contains(&self.at.rule)
            }
        }
    }
}
