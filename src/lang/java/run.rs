//! What the project says about how it is run: Procfile, run plugins, the manifest. And what its build does that an image does without.

use camino::{Utf8Path, Utf8PathBuf};

use super::Facts;
use super::artifact::{Artifact, Form};
use super::maven::Module;
use crate::app::RunFile;
use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::read::properties;
use crate::tree::Tree;

const PROCFILE: Rule = Rule::parsed("java.procfile", "the Procfile starts this class");
const OPTION: Rule = Rule::parsed("java.option", "it is run with this option");
const PREVIEW: Rule = Rule::parsed("java.preview", "it is compiled with features that are not final");
const WRAPPER: Rule = Rule::parsed("java.wrapper", "the project is built with this Maven");
const AGENT: Rule = Rule::parsed("java.agent", "the agent that it is run with");

/// Options that let a program reach what it does not run without, each with a value: `--add-opens a=b` or `--add-opens=a=b`.
const OPENINGS: [&str; 5] = ["--add-opens", "--add-exports", "--add-reads", "--add-modules", "--enable-native-access"];

/// The words of the Procfile's command, in the project's root or the module's directory.
fn procfile(tree: &Tree, directory: &Utf8Path) -> Option<(Vec<String>, Evidence)> {
    let path = [directory.join("Procfile"), "Procfile".into()].into_iter().find(|path| tree.has(path))?;
    (1..).zip(tree.text(&path).ok()?.lines()).find_map(|(number, line)| {
        let command = line.strip_prefix("web:")?.trim();
        let words: Vec<_> = command.split_whitespace().map(str::to_owned).collect();
        let starts = words.iter().any(|word| word == "java");
        starts.then(|| (words, Evidence::at(path.clone(), Span::of_line(number, line), PROCFILE, command)))
    })
}

/// The class that the Procfile starts.
pub fn started(tree: &Tree, directory: &Utf8Path) -> Option<Fact<String>> {
    let (words, at) = procfile(tree, directory)?;
    let mut rest = words.iter().skip_while(|word| *word != "java").skip(1);
    while let Some(word) = rest.next() {
        match word.as_str() {
            "-jar" => return None,
            "-cp" | "-classpath" | "--class-path" | "-p" | "--module-path" => _ = rest.next(),
            // the value of one of these may be a word of its own
            word if OPENINGS.contains(&word) => _ = rest.next(),
            word if word.starts_with(['-', '$']) => {}
            class => return Some(Fact::new(class.to_owned(), at)),
        }
    }
    None
}

/// The options of the virtual machine that it does not run without.
pub fn options(tree: &Tree, module: &Module<'_>, artifact: &Artifact) -> Vec<Fact<String>> {
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
            for option in wanted(said.value.split_whitespace()) {
                add(option, said.element.evidence(OPTION));
            }
        }
    }
    if let Some(flags) = module.plugin("jib-maven-plugin").and_then(|plugin| plugin.configured(&["container", "jvmFlags"])) {
        let words: Vec<_> = flags.element.children.iter().map(|flag| flag.text.as_str()).collect();
        for option in wanted(words.into_iter()) {
            add(option, flags.element.evidence(OPTION));
        }
    }
    if let Some((words, at)) = procfile(tree, module.directory()) {
        let at = at.under(OPTION);
        let of_java = words.iter().map(String::as_str).skip_while(|word| *word != "java").skip(1).take_while(|word| *word != "-jar");
        for option in wanted(of_java) {
            add(option, at.clone());
        }
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

fn previews(module: &Module<'_>) -> Option<Evidence> {
    let plugin = module.plugin("maven-compiler-plugin")?;
    let named =
        plugin.configurations().flat_map(|configuration| configuration.list(&["compilerArgs"])).find(|arg| arg.text == "--enable-preview");
    let switch = || plugin.configured(&["enablePreview"]).filter(|said| said.value == "true").map(|said| said.element);
    let one = || plugin.configured(&["compilerArgument"]).filter(|said| said.value.contains("--enable-preview")).map(|said| said.element);
    named.or_else(switch).or_else(one).map(|element| element.evidence(PREVIEW))
}

/// Options without which a program fails, `--add-opens a=b` as one word. Sizes of memory, debuggers and profiles of a developer's are none.
pub fn wanted<'w>(words: impl Iterator<Item = &'w str>) -> Vec<String> {
    let mut found = Vec::new();
    let mut words = words.map(|word| word.trim_matches(['"', '\'']));
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

/// The arguments of the program itself that the Procfile gives.
pub fn arguments(tree: &Tree, module: &Module<'_>) -> Vec<String> {
    let Some((words, _)) = procfile(tree, module.directory()) else { return Vec::new() };
    let behind = words.iter().skip_while(|word| !word.ends_with(".jar")).skip(1);
    behind.filter(|word| !word.contains('$')).cloned().collect()
}

/// The version of Maven that the wrapper fetches, where its script is there.
pub fn wrapper(tree: &Tree, context: &Utf8Path) -> Option<(String, Evidence)> {
    let path = context.join(".mvn/wrapper/maven-wrapper.properties");
    let url = properties::parse(&path, tree.text(&path).ok()?).into_iter().find(|property| property.key == "distributionUrl")?;
    let version = url.value.rsplit("apache-maven-").next()?.trim_end_matches("-bin.zip").to_owned();
    tree.has(context.join("mvnw")).then(|| (version, url.evidence(WRAPPER)))
}
