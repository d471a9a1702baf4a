//! Go sources that are not there and that a program makes: which, by what command, and whether the build can run it.

mod makes;
mod run;
mod tools;

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use self::makes::{Made, Output, by_command, by_files, named};
pub use self::run::settle;
use self::tools::{Sources, Tools, name_of, started};
use super::workspace::{Module, Workspace, is_not_ours};
use crate::catalog::Generator;
use crate::command::{Command, Line, Word};
use crate::declared::{self, Build};
use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::need::Need;
use crate::plan::ShellLine;
use crate::tree::Tree;
use crate::tree::path::relative;

const GENERATES: Rule = Rule::parsed("go.generate", "this makes Go sources");

/// A command that makes sources which are not there.
#[derive(Clone, Debug, Serialize)]
pub struct Generation {
    /// What it makes, relative to the project's root; the import path of a package that nobody is seen to make.
    pub makes: Utf8PathBuf,
    /// The command, for people; empty where nothing is known of it.
    pub says: String,
    /// What the build runs, in the project's root.
    pub command: ShellLine,
    /// What `go install` takes before.
    pub installs: Vec<String>,
    /// Programs of the distribution that it starts.
    pub needs: Vec<Need>,
    /// Packages of programs of which nothing says a version: the build cannot run it.
    pub lacks: Vec<String>,
    /// Whether the program surely does not compile without it.
    pub fatal: bool,
}

impl Generation {
    /// Whether the build can run it.
    #[must_use]
    pub fn runs(&self) -> bool {
        self.lacks.is_empty() && !self.command.as_str().is_empty()
    }
}

/// A package of the module that is imported and has no sources.
#[derive(Debug)]
pub struct Missing {
    /// Its import path.
    pub import: String,
    /// The directory where it has to be.
    pub directory: Utf8PathBuf,
    /// What imports it.
    pub at: Evidence,
}

/// What is looked for, and where.
pub struct Search<'a> {
    /// The project.
    pub tree: &'a Tree,
    /// The program's module.
    pub module: &'a Module,
    /// All modules.
    pub workspace: &'a Workspace,
    /// The directories of the packages that the program reaches.
    pub reached: BTreeSet<Utf8PathBuf>,
    /// Packages that are imported and not there.
    pub missing: &'a [Missing],
    /// What is known of generators.
    pub generators: &'a [Generator],
}

/// A command that may make sources.
struct Candidate<'a> {
    generator: &'a Generator,
    outputs: Vec<Output>,
    command: Option<Build>,
    /// The package's directory, for a line that `go generate` runs.
    line_in: Option<Utf8PathBuf>,
}

impl<'a> Search<'a> {
    /// The commands that make what is missing, in the order in which they are run.
    #[must_use]
    pub fn generations(&self) -> Vec<Fact<Generation>> {
        let lines = self.lines();
        let known = |command: &Command| self.generator(command).is_some();
        let installs = |command: &Command| command.program() == "go" && command.words.iter().any(|word| word.head().contains('@'));
        let recipes = declared::generations(self.tree, &self.module.directory, &|command| known(command) || installs(command));
        let sources = Sources { tree: self.tree, module: self.module, generators: self.generators, commands: &recipes };
        let mut candidates: Vec<Candidate<'_>> = Vec::new();
        for (build, line_in) in lines.iter().map(|line| (line, true)).chain(recipes.iter().map(|recipe| (recipe, false))) {
            let Some(generator) = self.generator(&build.command) else { continue };
            let mut outputs = by_command(self.tree, generator, &build.command, &build.at);
            outputs.extend(by_files(self.tree, &self.module.directory, generator));
            let line_in = line_in.then(|| build.command.directory.clone());
            candidates.push(Candidate { generator, outputs, command: Some(build.clone()), line_in });
        }
        for generator in self.generators {
            let outputs = by_files(self.tree, &self.module.directory, generator);
            candidates.push(Candidate { generator, outputs, command: None, line_in: None });
        }
        let mut found: Vec<Fact<Generation>> = Vec::new();
        let mut covered: Vec<Made> = Vec::new();
        for candidate in &candidates {
            let wanted = |output: &&Output| !covered.contains(&output.made) && self.wants(&output.made);
            let Some(output) = candidate.outputs.iter().find(wanted) else { continue };
            let makes = self.path(&output.made);
            let fatal = candidate.generator.inputs.is_some() || self.missing.iter().any(|missing| Self::is_made(&output.made, missing));
            let generation = self.generation(sources, candidate, output, &lines, makes, fatal);
            covered.extend(candidate.outputs.iter().map(|output| output.made.clone()));
            let fact = Fact::new(generation, output.at.clone());
            let by = candidate.command.iter().map(|build| build.at.clone()).filter(|at| *at != output.at);
            found.push(by.fold(fact, Fact::and));
        }
        for missing in self.missing.iter().filter(|missing| !covered.iter().any(|made| Self::is_made(made, missing))) {
            found.push(self.by_own_program(sources, &lines, missing));
        }
        found.dedup_by(|one, other| !one.value.command.as_str().is_empty() && one.value.command == other.value.command);
        found
    }

    /// The lines of the module's sources that `go generate` runs.
    fn lines(&self) -> Vec<Build> {
        let own = |path: &&Utf8Path| {
            path.extension() == Some("go")
                && !path.components().any(|part| is_not_ours(part.as_str()))
                && self.workspace.holding(path).is_some_and(|module| module.directory == self.module.directory)
        };
        let mut found = Vec::new();
        for path in self.tree.below(&self.module.directory).filter(own) {
            let Ok(text) = self.tree.text(path) else { continue };
            for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| line.starts_with("//go:generate ")) {
                let Some((_, mut command)) = Line::parse(&line["//go:generate ".len()..]).commands.into_iter().next() else { continue };
                command.directory = path.parent().unwrap_or(Utf8Path::new("")).to_owned();
                found.push(Build { command, at: Evidence::at(path, Span::of_line(number, line), GENERATES, line), image: false });
            }
        }
        found
    }

    /// The generator that a command starts.
    fn generator(&self, command: &Command) -> Option<&'a Generator> {
        let name = started(command).map_or(command.program(), name_of);
        self.generators.iter().find(|generator| generator.name == name)
    }

    fn wants(&self, made: &Made) -> bool {
        if self.missing.iter().any(|missing| Self::is_made(made, missing)) {
            return true;
        }
        let Made::At(path) = made else { return false };
        let is_file = path.extension() == Some("go");
        let directory = if is_file { path.parent().unwrap_or(Utf8Path::new("")) } else { path };
        // an option may put something before the name of a generated file
        let own = path.file_name().unwrap_or_default();
        let there = self
            .tree
            .files_in(directory)
            .any(|file| file.file_name().is_some_and(|name| if is_file { name.ends_with(own) } else { name.ends_with(".go") }));
        !there && self.reached.contains(directory)
    }

    /// Whether what is made is the package that is missing, or holds it.
    fn is_made(made: &Made, missing: &Missing) -> bool {
        match made {
            Made::At(path) if path.extension() == Some("go") => path.parent() == Some(&missing.directory),
            Made::At(path) => !path.as_str().is_empty() && missing.directory.starts_with(path),
            Made::Package(package) => missing.import == *package || missing.import.ends_with(&format!("/{package}")),
        }
    }

    fn path(&self, made: &Made) -> Utf8PathBuf {
        match made {
            Made::At(path) => path.clone(),
            Made::Package(_) => self
                .missing
                .iter()
                .find(|missing| Self::is_made(made, missing))
                .map(|missing| missing.directory.clone())
                .unwrap_or_default(),
        }
    }

    fn generation(
        &self,
        sources: Sources<'_>,
        candidate: &Candidate<'_>,
        output: &Output,
        lines: &[Build],
        makes: Utf8PathBuf,
        fatal: bool,
    ) -> Generation {
        let generator = candidate.generator;
        let mut tools = Tools::default();
        let mut plugins: Vec<String> = named(self.tree, &self.module.directory, generator);
        let (says, command) = match (&candidate.command, &candidate.line_in, &generator.run) {
            (Some(build), Some(directory), _) => (build.command.text(), self.by_go_generate(generator, directory, lines)),
            (Some(build), None, _) => (build.command.text(), written(&build.command).unwrap_or_default()),
            (None, _, Some(run)) => {
                let inputs = format!("./{}", relative(&output.from, &output.inputs));
                let words: Vec<String> = run.iter().map(|word| word.replace("{directory}", &inputs)).collect();
                let says = std::iter::once(&generator.name).chain(&words).map(String::as_str).collect::<Vec<_>>().join(" ");
                (says, Self::by_default(sources, generator, &output.from, &words))
            }
            (None, _, None) => (generator.name.clone(), ShellLine::default()),
        };
        match &candidate.command {
            Some(build) if build.command.program() == "go" => sources.by_go(&build.command, &mut tools),
            None if sources.module_tool(&generator.name).is_some() => {}
            _ => sources.program(&generator.name, &mut tools),
        }
        plugins.extend(candidate.command.iter().flat_map(|build| plugged(&build.command)));
        sources.plugins(&plugins, &mut tools);
        Generation { makes, says, command, installs: tools.installs, needs: tools.needs, lacks: tools.lacks, fatal }
    }

    /// The generator's usual command, in the directory where it is started.
    fn by_default(sources: Sources<'_>, generator: &Generator, from: &Utf8Path, words: &[String]) -> ShellLine {
        if sources.module_tool(&generator.name).is_some() {
            let go = if from.as_str().is_empty() { ShellLine::of("go tool") } else { ShellLine::of("go -C").path(from).then("tool") };
            return words.iter().fold(go.word(&generator.name), ShellLine::word);
        }
        in_directory(from, words.iter().fold(ShellLine::words([&generator.name]), ShellLine::word))
    }

    /// `go generate` of a package: of one generator's lines alone where others stand beside them.
    fn by_go_generate(&self, generator: &Generator, directory: &Utf8Path, lines: &[Build]) -> ShellLine {
        let other = |line: &&Build| {
            line.command.directory == directory && self.generator(&line.command).is_none_or(|other| other.name != generator.name)
        };
        let only = lines.iter().any(|line| other(&line)).then_some(generator.name.as_str());
        self.go_generate(directory, only)
    }

    fn go_generate(&self, directory: &Utf8Path, only: Option<&str>) -> ShellLine {
        let module = &self.module.directory;
        let go =
            if module.as_str().is_empty() { ShellLine::of("go generate") } else { ShellLine::of("go -C").path(module).then("generate") };
        let go = only.into_iter().fold(go, |go, name| go.then("-run").word(name));
        go.word(package_of(module, directory))
    }

    /// A program of the project itself, or one that a line names with its version, makes the package; or nothing is known of it.
    fn by_own_program(&self, sources: Sources<'_>, lines: &[Build], missing: &Missing) -> Fact<Generation> {
        let name = missing.directory.file_name().unwrap_or_default();
        let named = |line: &&Build| self.generator(&line.command).is_none() && line.command.text().contains(name);
        let around = |line: &&Build| missing.directory.starts_with(&line.command.directory);
        let mut generation = Generation {
            makes: missing.directory.clone(),
            says: String::new(),
            command: ShellLine::default(),
            installs: Vec::new(),
            needs: Vec::new(),
            lacks: Vec::new(),
            fatal: true,
        };
        let Some(line) = lines.iter().find(named).or_else(|| lines.iter().find(around)) else {
            return Fact::new(generation, missing.at.clone());
        };
        let mut tools = Tools::default();
        generation.says = line.command.text();
        if line.command.program() == "go" {
            sources.by_go(&line.command, &mut tools);
        } else {
            sources.program(line.command.program(), &mut tools);
            sources.plugins(&plugged(&line.command), &mut tools);
        }
        generation.command = self.go_generate(&line.command.directory, None);
        (generation.installs, generation.needs, generation.lacks) = (tools.installs, tools.needs, tools.lacks);
        Fact::new(generation, missing.at.clone()).and(line.at.clone())
    }
}

/// The package in a directory, as the go command takes it in a module.
fn package_of(module: &Utf8Path, directory: &Utf8Path) -> String {
    let rest = directory.strip_prefix(module).unwrap_or(directory);
    if rest.as_str().is_empty() { ".".to_owned() } else { format!("./{rest}") }
}

/// A command of the project's, where every word of it stands for itself.
fn written(command: &Command) -> Option<ShellLine> {
    let words: Option<Vec<&str>> = command.words.iter().map(Word::text).collect();
    Some(in_directory(&command.directory, ShellLine::words(words?)))
}

fn in_directory(directory: &Utf8Path, line: ShellLine) -> ShellLine {
    if directory.as_str().is_empty() { line } else { ShellLine::of("cd").path(directory).and(line).between("(", ")") }
}

/// The plugins that a command of protoc's starts: `--go_out` is `protoc-gen-go`'s.
fn plugged(command: &Command) -> Vec<String> {
    if command.program() != "protoc" {
        return Vec::new();
    }
    let flags = command.arguments().iter().map(Word::head).filter_map(|word| word.strip_prefix("--"));
    let plugins = flags.filter_map(|flag| flag.split('=').next()?.strip_suffix("_out"));
    plugins.filter(|name| *name != "descriptor_set").map(str::to_owned).collect()
}
