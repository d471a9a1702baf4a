//! What the build says about how the program is run: run plugins, the manifest. And what its build does that an image does without.

use camino::{Utf8Path, Utf8PathBuf};

use super::Facts;
use super::artifact::{Artifact, Form};
use super::maven::Module;
use super::profile;
use super::word::Word;
use crate::app::RunFile;
use crate::command::Line;
use crate::evidence::{Evidence, Fact, Rule};
use crate::read::properties;
use crate::tree::Tree;

const ARGUMENTS: Rule = Rule::parsed("java.arguments", "the build starts it with these arguments");
const OPTION: Rule = Rule::parsed("java.option", "it is run with this option");
const PREVIEW: Rule = Rule::parsed("java.preview", "it is compiled with features that are not final");
const WRAPPER: Rule = Rule::parsed("java.wrapper", "the project is built with this Maven");
const AGENT: Rule = Rule::parsed("java.agent", "the agent that it is run with");

/// Options that let a program reach what it does not run without, each with a value: `--add-opens a=b` or `--add-opens=a=b`.
pub(super) const OPENINGS: [&str; 5] = ["--add-opens", "--add-exports", "--add-reads", "--add-modules", "--enable-native-access"];

/// The options of the virtual machine that it does not run without.
pub fn options(word: &Word, module: &Module<'_>, artifact: &Artifact) -> Vec<Fact<String>> {
    let mut found: Vec<Fact<String>> = Vec::new();
    let mut add = |option: String, at: Evidence| {
        if !found.iter().any(|known| known.value == option) {
            found.push(Fact::new(option, at));
        }
    };
    let arguments =
        [("spring-boot-maven-plugin", "jvmArguments"), ("quarkus-maven-plugin", "jvmArgs"), ("exec-maven-plugin", "commandlineArgs")];
    for (plugin, key) in arguments {
        if let Some(said) = module.plugin(plugin).and_then(|plugin| plugin.configured(&[key])) {
            for option in wanted(words(&said.value).iter().map(String::as_str)) {
                add(option, said.element.evidence(OPTION));
            }
        }
    }
    if let Some(jib) = module.plugin("jib-maven-plugin")
        && let Some(flags) = jib.configured(&["container", "jvmFlags"])
    {
        let words: Vec<_> = flags.element.children.iter().map(|flag| jib.fill(&flag.text)).collect();
        for option in deployed(words.iter().map(String::as_str)) {
            add(option, flags.element.evidence(OPTION));
        }
    }
    for option in word.options() {
        add(option.value.clone(), option.because()[0].under(OPTION));
    }
    // what a manifest opens counts only for the jar that is started by its name
    if matches!(artifact.form, Form::ClassPath(_)) {
        for (entry, option) in [("Add-Opens", "--add-opens"), ("Add-Exports", "--add-exports")] {
            let said = module.plugin("maven-jar-plugin").and_then(|plugin| plugin.configured(&["archive", "manifestEntries", entry]));
            if let Some(said) = said {
                said.value
                    .split_whitespace()
                    .for_each(|package| add(format!("{option}={package}=ALL-UNNAMED"), said.element.evidence(OPTION)));
            }
        }
    }
    if let Some(at) = previews(module) {
        add("--enable-preview".into(), at);
    }
    found
}

/// The profiles of Spring's that Jib's image runs with.
pub fn jib_profiles(module: &Module<'_>) -> Option<Fact<String>> {
    let said = module.plugin("jib-maven-plugin")?.configured(&["container", "environment", profile::VARIABLE])?;
    (!said.value.contains('$') && !profile::is_development(&said.value)).then(|| said.fact(OPTION))
}

fn previews(module: &Module<'_>) -> Option<Evidence> {
    let plugin = module.plugin("maven-compiler-plugin")?;
    let named =
        plugin.configurations().flat_map(|configuration| configuration.list(&["compilerArgs"])).find(|arg| arg.text == "--enable-preview");
    let switch = || plugin.configured(&["enablePreview"]).filter(|said| said.value == "true").map(|said| said.element);
    let one = || plugin.configured(&["compilerArgument"]).filter(|said| said.value.contains("--enable-preview")).map(|said| said.element);
    named.or_else(switch).or_else(one).map(|element| element.evidence(PREVIEW))
}

/// The words of a command line, or of a part of one.
fn words(text: &str) -> Vec<String> {
    Line::parse(text).commands.iter().flat_map(|(_, command)| command.words.iter().map(ToString::to_string)).collect()
}

/// The options of what is deployed: those without which it fails, and the properties without which it is another program.
pub fn deployed<'w>(words: impl Iterator<Item = &'w str> + Clone) -> Vec<String> {
    let told = words.clone().filter(|word| word.starts_with("-D") && property(word).is_some()).map(str::to_owned);
    wanted(words).into_iter().chain(told).collect()
}

/// `-Dname=value` and `--name=value`, of frameworks' names.
pub fn property(word: &str) -> Option<(&str, &str)> {
    let told = word.strip_prefix("-D").or_else(|| word.strip_prefix("--").filter(|told| told.contains('.')))?;
    let (key, value) = told.split_once('=')?;
    // how much memory there is, and how it is watched, is another machine's
    (!key.starts_with("com.sun.management.") && !value.contains('$')).then_some((key, value))
}

/// Options without which a program fails, `--add-opens a=b` as one word. Sizes of memory, debuggers and profiles of a developer's are none.
pub fn wanted<'w>(mut words: impl Iterator<Item = &'w str>) -> Vec<String> {
    let mut found = Vec::new();
    while let Some(word) = words.next() {
        let name = word.split('=').next().unwrap_or_default();
        if word == "--enable-preview" {
            found.push(word.to_owned());
        } else if OPENINGS.contains(&name) {
            found.push(if word == name { format!("{name}={}", words.next().unwrap_or_default()) } else { word.to_owned() });
        } else if word.starts_with("-javaagent:") && !word.contains('$') {
            found.push(word.to_owned());
        }
    }
    found
}

/// Agents among the options that lie in the project.
pub fn reads(tree: &Tree, facts: &Facts) -> Vec<Fact<RunFile>> {
    let agent = |option: &Fact<String>| {
        let path = option.value.strip_prefix("-javaagent:")?.split('=').next()?;
        let path = Utf8PathBuf::from(path.trim_start_matches("./"));
        tree.has(&path).then(|| Fact::new(RunFile { source: path.clone(), opened_as: path }, option.because()[0].under(AGENT)))
    };
    facts.options.iter().filter_map(agent).collect()
}

/// The arguments that the build's own tools give the program: Jib in its image, `exec:java`.
pub fn arguments(module: &Module<'_>) -> Option<Fact<Vec<String>>> {
    let of = |plugin: &str, list: &[&str]| {
        let plugin = module.plugin(plugin)?;
        let element = plugin.configurations().find_map(|configuration| configuration.at(list))?;
        let words = element.children.iter().map(|word| plugin.fill(&word.text)).collect::<Vec<_>>();
        // what is started by `exec:exec` is given as arguments too
        let is_java = plugin.configured(&["executable"]).is_none();
        (is_java && !words.is_empty()).then(|| Fact::new(words, element.evidence(ARGUMENTS)))
    };
    of("jib-maven-plugin", &["container", "args"]).or_else(|| of("exec-maven-plugin", &["arguments"]))
}

/// The version of Maven that the wrapper fetches, where its script is there.
pub fn wrapper(tree: &Tree, context: &Utf8Path) -> Option<(String, Evidence)> {
    let path = context.join(".mvn/wrapper/maven-wrapper.properties");
    let url = properties::parse(&path, tree.text(&path).ok()?).into_iter().find(|property| property.key == "distributionUrl")?;
    let version = url.value.rsplit("apache-maven-").next()?.trim_end_matches("-bin.zip").to_owned();
    tree.has(context.join("mvnw")).then(|| (version, url.evidence(WRAPPER)))
}
