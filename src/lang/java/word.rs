//! How the project's own documents start a program: the options of the virtual machine, the class, the arguments, and the files among them.

use camino::{Utf8Path, Utf8PathBuf};

use super::config::Entry;
use super::profile;
use super::run::{self, OPENINGS, property};
use crate::app::{Behaviour, RunFile};
use crate::command::{Command, Line, Word as Token};
use crate::declared::{self, Declared, Own, Purpose};
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule};
use crate::tree::Tree;

pub const STARTED: Rule = Rule::parsed("java.started", "the project starts it so");
const ARGUMENT: Rule = Rule::parsed("java.argument-file", "the program is started with this file");

/// Options of `java` whose value is a word of its own.
const WITH_VALUE: [&str; 5] = ["-cp", "-classpath", "--class-path", "-p", "--module-path"];
/// Where files lie that programs are started with, relative to a module.
const PLACES: [&str; 6] = ["", "src/main/resources", "src/dist", "config", "conf", "src/main/config"];
/// Their endings.
const FILES: [&str; 7] = ["yml", "yaml", "json", "properties", "conf", "xml", "toml"];

/// What documents say about the start of the program in a directory.
#[derive(Clone, Debug, Default)]
pub struct Word {
    /// All that they say.
    declared: Declared,
    /// The command that starts it by `java`, and where that stands.
    java: Option<(Command, Evidence)>,
}

/// A call of `java`, taken apart.
struct Call<'c> {
    options: &'c [Token],
    /// The class, where it is no archive that says it.
    class: Option<&'c str>,
    archive: Option<&'c str>,
    arguments: &'c [Token],
}

impl Word {
    /// Reads them, in `directory` and, where that says nothing, in the project's own.
    pub fn read(tree: &Tree, directory: &Utf8Path) -> Self {
        let here = Self::of(declared::read(tree, directory));
        if here.java.is_some() || directory.as_str().is_empty() {
            return here;
        }
        let above = Self::of(declared::read(tree, Utf8Path::new("")));
        if above.speaks_of(tree, directory) { above } else { here }
    }

    /// Whether what is started is, as far as its name tells, made in `directory`.
    fn speaks_of(&self, tree: &Tree, directory: &Utf8Path) -> bool {
        let Some((call, _)) = self.call() else { return false };
        match (call.class, call.archive) {
            (Some(class), _) => {
                let file = class.split('$').next().unwrap_or(class).replace('.', "/");
                ["java", "kt"].iter().any(|ending| tree.has(directory.join(format!("src/main/{ending}/{file}.{ending}"))))
            }
            (None, Some(archive)) => {
                let path = archive.trim_start_matches("./");
                path.starts_with('/') || !path.contains('/') || path.starts_with("target/") || Utf8Path::new(path).starts_with(directory)
            }
            (None, None) => false,
        }
    }

    fn of(declared: Declared) -> Self {
        let java = declared.web().filter(|said| said.purpose == Purpose::Production).find_map(|said| {
            let command = said.fact.value.start.program().filter(|command| call(command).is_some())?;
            Some((command.clone(), said.fact.because().first()?.under(STARTED)))
        });
        Self { declared, java }
    }

    fn call(&self) -> Option<(Call<'_>, &Evidence)> {
        let (command, at) = self.java.as_ref()?;
        Some((call(command)?, at))
    }

    /// The class that they start.
    pub fn class(&self) -> Option<Fact<String>> {
        let (call, at) = self.call()?;
        Some(Fact::new(call.class?.to_owned(), at.clone()))
    }

    /// The options of the virtual machine without which it is another program: what it opens, and what it is told by properties.
    pub fn options(&self) -> Vec<Fact<String>> {
        let Some((call, at)) = self.call() else { return Vec::new() };
        let words: Vec<_> = call.options.iter().filter_map(Token::text).collect();
        run::deployed(words.into_iter()).into_iter().map(|option| Fact::new(option, at.clone())).collect()
    }

    /// The profiles of Spring's that documents for production run it with.
    pub fn profiles(&self) -> Option<Fact<String>> {
        let mut told = self.declared.variables.iter().filter(|said| said.purpose == Purpose::Production);
        told.find_map(|said| {
            let variable = &said.fact.value;
            let value = variable.value.as_ref().filter(|value| variable.name == profile::VARIABLE && !value.contains('$'))?;
            (!value.is_empty() && !profile::is_development(value)).then(|| said.fact.with(value.clone()))
        })
    }

    /// What it is told by properties and by arguments that frameworks take for properties, as entries of its configuration.
    pub fn properties(&self) -> Vec<Entry> {
        let Some((call, at)) = self.call() else { return Vec::new() };
        let words = call.options.iter().chain(call.arguments).filter_map(Token::text);
        words.filter_map(property).map(|(key, value)| Entry { key: key.to_owned(), value: value.to_owned(), at: at.clone() }).collect()
    }

    /// Gives `behaviour` the arguments and the port that documents name; `name` is the program's.
    pub fn complete(&self, name: &str, behaviour: &mut Behaviour) -> Option<Diagnostic> {
        let from_sources = |command: &Command| call(command).map(|call| call.arguments.to_vec()).or_else(|| by_build(command));
        self.declared.complete(&Own { name, alone: false, from_sources: &from_sources }, behaviour)
    }
}

/// `java OPTIONS -jar ARCHIVE ARGUMENTS`, `java OPTIONS -cp PATH CLASS ARGUMENTS`.
fn call(command: &Command) -> Option<Call<'_>> {
    if command.program() != "java" {
        return None;
    }
    let words = command.arguments();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let head = word.head();
        let text = word.text().unwrap_or(head);
        match text {
            "-jar" => {
                let archive = words.get(at + 1).map(Token::head);
                return Some(Call { options: &words[..at], class: None, archive, arguments: words.get(at + 2..).unwrap_or_default() });
            }
            "-m" | "--module" => return None,
            text if WITH_VALUE.contains(&text) || OPENINGS.contains(&text) => at += 2,
            text if text.starts_with('-') || word.needs_shell() || text.starts_with('@') => at += 1,
            class => {
                let launcher = class.starts_with("org.springframework.boot.loader.");
                return Some(Call {
                    options: &words[..at],
                    class: Some(class).filter(|_| !launcher),
                    archive: launcher.then_some(""),
                    arguments: words.get(at + 1..).unwrap_or_default(),
                });
            }
        }
    }
    None
}

/// The arguments of `./gradlew run --args="..."`.
fn by_build(command: &Command) -> Option<Vec<Token>> {
    let program = Utf8Path::new(command.program()).file_name()?;
    let line = matches!(program, "gradle" | "gradlew").then(|| {
        let runs = command.arguments().iter().any(|word| word.text().is_some_and(|text| text == "run" || text.ends_with(":run")));
        runs.then(|| command.option(&["--args"])).flatten()
    });
    let line = line.flatten()?;
    Some(Line::parse(line.text()?).commands.into_iter().flat_map(|(_, command)| command.words).collect())
}

/// The words that a program is started with, the files among them called as they are in the image.
pub fn with_files(tree: &Tree, directory: &Utf8Path, command: &Fact<Vec<String>>) -> (Fact<Vec<String>>, Vec<Fact<RunFile>>) {
    let mut files = Vec::new();
    let words = command.value.iter().map(|word| {
        let Some((source, opened_as)) = file(tree, directory, word) else { return word.clone() };
        let at = command.because().first().map(|at| at.under(ARGUMENT));
        let at = at.unwrap_or_else(|| Evidence::exists(source.clone(), ARGUMENT));
        files.push(Fact::new(RunFile { source, opened_as: opened_as.clone() }, at));
        opened_as.into_string()
    });
    let words = words.collect();
    (command.with(words), files)
}

/// The project's file that an argument names, and what it is called from the working directory.
fn file(tree: &Tree, directory: &Utf8Path, word: &str) -> Option<(Utf8PathBuf, Utf8PathBuf)> {
    let path = Utf8Path::new(word.trim_start_matches("./"));
    if word.starts_with('-') || word.contains("://") || !path.extension().is_some_and(|ending| FILES.contains(&ending)) {
        return None;
    }
    let name = Utf8PathBuf::from(path.file_name()?);
    let whole = [directory, Utf8Path::new("")].into_iter().map(|base| base.join(path)).find(|path| tree.has(path));
    if let Some(source) = whole.filter(|_| path.is_relative()) {
        // what lies among the sources has no such place beside the program
        let beside = if path.components().any(|part| part.as_str() == "src") { name } else { path.to_owned() };
        return Some((source, beside));
    }
    let source = PLACES.iter().flat_map(|place| [directory.join(place), Utf8PathBuf::from(*place)]).map(|place| place.join(&name));
    source.into_iter().find(|path| tree.has(path)).map(|source| (source, name))
}
