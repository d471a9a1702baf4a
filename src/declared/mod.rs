//! The project's own word: what people wrote about starting, building and deploying it, read from the documents that they wrote it in.
//!
//! Every kind of document gives the same facts, each with file and line. A word that is meant for production beats one that is meant for
//! development, and among equals the order of [`By`] decides. [`read`] asks for the words about one directory; a document that stands above
//! it counts where it names the directory.

mod arguments;
mod bases;
mod builds;
mod compose;
mod devcontainer;
mod dockerfile;
mod environment;
mod goreleaser;
mod heard;
mod helm;
mod kubernetes;
mod packages;
mod placed;
mod platforms;
mod procfile;
mod recipes;
mod recorded;
mod systemd;
#[cfg(test)]
mod tests;

use camino::{Utf8Path, Utf8PathBuf};

use crate::command::{Command, Line, Obstacle, Reader, Start, Word};
use crate::evidence::{Evidence, Fact, Rule};
use crate::tree::Tree;

pub use self::arguments::{Own, PORT, SERVING};
pub use self::bases::bases;
pub use self::builds::{Build, builds, generations};
pub use self::compose::Beside;
pub use self::environment::set;
pub use self::goreleaser::{Release, releases};
pub use self::heard::hear;
pub use self::recorded::Words;

/// The kinds of documents, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// A platform's manifest, Kubernetes, systemd.
    Platform,
    /// A Procfile.
    Procfile,
    /// The last stage of a Dockerfile that imggen did not write.
    Dockerfile,
    /// A compose file for production.
    ProductionCompose,
    /// Another compose file.
    Compose,
    /// make, just, task.
    Recipe,
    /// The container that people work in.
    Devcontainer,
}

/// What a word is meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// Deployment, or nothing says otherwise.
    Production,
    /// Work on the program: it mounts the sources, watches them, or debugs.
    Development,
}

/// Something that a document says.
#[derive(Clone, Debug)]
pub struct Said<T> {
    /// What, and where.
    pub fact: Fact<T>,
    /// The kind of document.
    pub by: By,
    /// What it is meant for.
    pub purpose: Purpose,
}

impl Said<u16> {
    /// Whether a debugger listens there while one works on the program.
    fn is_debuggers(&self) -> bool {
        self.purpose == Purpose::Development && DEBUGGERS.contains(&self.fact.value)
    }
}

/// A command that starts something.
#[derive(Clone, Debug)]
pub struct Started {
    /// The process's name, where there are several: `web`, `worker`.
    pub process: String,
    /// The command line as it is written.
    pub text: String,
    /// What it comes down to.
    pub start: Start,
    /// The ports that go with it.
    pub ports: Vec<u16>,
    /// Whether one manager starts it together with others, in one container.
    pub together: bool,
}

/// Names of processes that answer requests.
const ANSWERING: [&str; 9] = ["", "web", "app", "api", "server", "http", "backend", "main", "start"];
/// Programs that do nothing else.
const SERVERS: [&str; 12] = [
    "gunicorn",
    "uvicorn",
    "hypercorn",
    "daphne",
    "granian",
    "waitress-serve",
    "uwsgi",
    "streamlit",
    "chainlit",
    "fastapi",
    "flask",
    "puma",
];

impl Started {
    /// Whether it answers requests, as far as its name, its ports and its program tell.
    #[must_use]
    pub fn answers(&self) -> bool {
        let serves = |command: &Command| SERVERS.contains(&command.program()) || command.words.iter().any(Word::names_port);
        ANSWERING.contains(&self.process.as_str()) || !self.ports.is_empty() || self.start.program().is_some_and(serves)
    }
}

/// An environment variable that a document sets or asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value; none where somebody else has to give it.
    pub value: Option<String>,
}

/// Where debuggers listen while one works on a program.
const DEBUGGERS: [u16; 5] = [2345, 5005, 5678, 9229, 40000];

/// All words about one directory, the strongest first.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    /// Start commands.
    pub starts: Vec<Said<Started>>,
    /// Ports inside the container.
    pub ports: Vec<Said<u16>>,
    /// Environment variables.
    pub variables: Vec<Said<Variable>>,
    /// Directories inside the container that keep data.
    pub volumes: Vec<Said<String>>,
    /// Packages of the distribution that the running program needs.
    pub packages: Vec<Said<String>>,
    /// Packages of the distribution that the build needs.
    pub build_packages: Vec<Said<String>>,
    /// Build arguments and their defaults.
    pub arguments: Vec<Said<Variable>>,
    /// The path that a health check asks.
    pub health: Vec<Said<String>>,
    /// The signal that stops it.
    pub stop: Vec<Said<String>>,
    /// What somewhere refers to in the Dockerfile: a stage, by name.
    pub targets: Vec<Said<String>>,
    /// What would hide or contradict the image: mounts over its files, a user.
    pub contradictions: Vec<Fact<String>>,
    /// The directory in which the project's own image has it, where that is another than in ours.
    pub home: Option<Utf8PathBuf>,
}

impl Declared {
    /// The start commands of what answers requests, or of the only process: the strongest first.
    pub fn web(&self) -> impl Iterator<Item = &Said<Started>> {
        let alone = |said: &Said<Started>| self.starts.iter().filter(|other| other.by == said.by).count() == 1;
        self.starts.iter().filter(move |said| alone(said) || said.fact.value.answers())
    }

    /// The port that the strongest word names, where words of that strength name one alone.
    #[must_use]
    pub fn port(&self) -> Option<Fact<u16>> {
        let meant = || self.ports.iter().filter(|said| !said.is_debuggers());
        let first = meant().next()?;
        let same = meant().filter(|said| said.by == first.by && said.purpose == first.purpose);
        let single = same.clone().all(|said| said.fact.value == first.fact.value);
        let agree = self.ports.iter().filter(|said| said.fact.value == first.fact.value).flat_map(|said| said.fact.because());
        single.then(|| agree.skip(1).cloned().fold(first.fact.clone(), Fact::and))
    }

    /// Adds the words about another directory.
    fn extend(&mut self, other: Self) {
        self.starts.extend(other.starts);
        self.ports.extend(other.ports);
        self.variables.extend(other.variables);
        self.volumes.extend(other.volumes);
        self.packages.extend(other.packages);
        self.build_packages.extend(other.build_packages);
        self.arguments.extend(other.arguments);
        self.health.extend(other.health);
        self.stop.extend(other.stop);
        self.targets.extend(other.targets);
        self.contradictions.extend(other.contradictions);
        self.sort();
    }

    fn sort(&mut self) {
        fn sort<T>(said: &mut [Said<T>]) {
            said.sort_by_key(|said| (said.purpose, said.by));
        }
        sort(&mut self.starts);
        sort(&mut self.ports);
        sort(&mut self.variables);
        sort(&mut self.volumes);
        sort(&mut self.packages);
        sort(&mut self.build_packages);
        sort(&mut self.arguments);
        sort(&mut self.health);
        sort(&mut self.stop);
        sort(&mut self.targets);
    }
}

/// Reads what the documents of a project say about the program in `directory`, relative to the root.
#[must_use]
pub fn read(tree: &Tree, directory: &Utf8Path) -> Declared {
    let mut notes = Notes { tree, directory, declared: Declared::default() };
    platforms::read(&mut notes);
    kubernetes::read(&mut notes);
    helm::read(&mut notes);
    systemd::read(&mut notes);
    procfile::read(&mut notes);
    _ = dockerfile::read(&mut notes);
    recorded::read(&mut notes);
    compose::read(&mut notes);
    recipes::read(&mut notes);
    devcontainer::read(&mut notes);
    packages::read(&mut notes);
    let mut declared = notes.declared;
    declared.sort();
    declared
}

/// Whether a compiled language's manifest stands in a directory, so that a program of any name may be its.
#[must_use]
pub fn compiles(tree: &Tree, directory: &Utf8Path) -> bool {
    ["go.mod", "go.work", "Cargo.toml", "pom.xml", "build.gradle", "build.gradle.kts"].iter().any(|name| tree.has(directory.join(name)))
}

/// The lines that the project's own Dockerfile runs for its last stage, in that and in those that it copies from, as evidence of this rule.
#[must_use]
pub fn steps(tree: &Tree, directory: &Utf8Path, rule: Rule) -> Vec<(Line, Evidence)> {
    dockerfile::steps(tree, directory, rule)
}

/// The directories of which the project's compose files make images, each by itself.
#[must_use]
pub fn images(tree: &Tree) -> Vec<(Utf8PathBuf, Evidence)> {
    compose::images(tree)
}

/// The services that a compose file starts beside the program in `directory`, from images that are there.
#[must_use]
pub fn services(tree: &Tree, directory: &Utf8Path) -> Vec<Beside> {
    compose::beside(tree, directory)
}

/// The build contexts from which compose files build images.
pub fn contexts(tree: &Tree) -> Vec<Utf8PathBuf> {
    compose::contexts(tree)
}

/// More start commands are not followed: nobody starts a program in as many ways.
const MOST_STARTS: usize = 500;

/// Takes down what the readers find.
struct Notes<'t> {
    tree: &'t Tree,
    /// The directory that is asked about.
    directory: &'t Utf8Path,
    declared: Declared,
}

impl<'t> Notes<'t> {
    /// The text of a file in the directory that is asked about.
    fn text(&self, name: &str) -> Option<(Utf8PathBuf, &'t str)> {
        let path = self.directory.join(name);
        let text = self.tree.by_hand(&path)?;
        Some((path, text))
    }

    /// A start command, with the process's name. What it comes down to tells whether it is meant for development.
    fn start(&mut self, by: By, process: &str, line: &Line, around: &Utf8Path, at: Evidence) {
        let purpose = Purpose::Production;
        self.start_for(by, purpose, process, line, around, at, Vec::new());
    }

    #[expect(clippy::too_many_arguments, reason = "a word is all of these")]
    fn start_for(&mut self, by: By, purpose: Purpose, process: &str, line: &Line, around: &Utf8Path, at: Evidence, ports: Vec<u16>) {
        if line.commands.is_empty() || self.declared.starts.len() >= MOST_STARTS {
            return;
        }
        let start = Reader::new(self.tree).follow(line, around, at.clone());
        if let Some(Obstacle::Several(processes)) = start.obstacle {
            for process in processes {
                let at = process.start.at.last().cloned().unwrap_or_else(|| at.clone());
                let (text, start) = (process.line, process.start);
                self.push(by, purpose, Started { process: process.name, text, start, ports: Vec::new(), together: true }, at);
            }
            return;
        }
        self.push(by, purpose, Started { process: process.to_owned(), text: line.text.clone(), start, ports, together: false }, at);
    }

    fn push(&mut self, by: By, purpose: Purpose, started: Started, at: Evidence) {
        let develops = started.start.program().is_some_and(is_development);
        let purpose = if develops { Purpose::Development } else { purpose };
        self.declared.starts.push(Said { fact: Fact::new(started, at), by, purpose });
    }

    fn port(&mut self, by: By, purpose: Purpose, port: u16, at: Evidence) {
        self.declared.ports.push(Said { fact: Fact::new(port, at), by, purpose });
    }

    fn variable(&mut self, by: By, purpose: Purpose, name: &str, value: Option<String>, at: Evidence) {
        let port = value.as_deref().and_then(|value| value.parse().ok()).filter(|_| name == "PORT");
        if let Some(port) = port {
            self.port(by, purpose, port, at.clone());
        }
        let variable = Variable { name: name.to_owned(), value };
        self.declared.variables.push(Said { fact: Fact::new(variable, at), by, purpose });
    }
}

/// Flags that programs have for working on what they run.
const DEVELOPING: [&str; 6] = ["--reload", "--debug", "--watch", "--hot", "--inspect-brk", "--dev"];
/// Programs that start another again when its files change.
const WATCHERS: [&str; 10] =
    ["nodemon", "ts-node-dev", "tsnd", "node-dev", "air", "watchexec", "watchmedo", "gow", "CompileDaemon", "webpack-dev-server"];
/// Programs with a command that is for working on what they run; `*` stands for any program.
const DEVELOPMENT_VERBS: [(&str, &[&str]); 12] = [
    ("*", &["runserver", "develop", "dev"]),
    ("cargo", &["watch"]),
    ("bacon", &["run"]),
    ("vite", &["serve", ""]),
    ("ng", &["serve"]),
    ("vue-cli-service", &["serve"]),
    ("react-scripts", &["start"]),
    ("tsx", &["watch"]),
    ("flask", &["run"]),
    ("nest", &["start"]),
    ("nx", &["serve"]),
    ("gatsby", &["serve"]),
];

/// Whether a command is for working on the program: it watches its files or debugs.
#[must_use]
pub fn is_development(command: &Command) -> bool {
    let words: Vec<_> = command.words.iter().filter_map(Word::text).collect();
    let program = command.program();
    let verb = words.iter().skip(1).find(|word| !word.starts_with('-') && !word.contains(['.', ':', '/'])).copied().unwrap_or_default();
    let verbs = |(name, verbs): &(&str, &[&str])| (*name == "*" || *name == program) && verbs.contains(&verb);
    let of_module = words.get(1) == Some(&"-m") && words.get(2) == Some(&"flask");
    words.iter().any(|word| DEVELOPING.contains(word) || *word == "runserver")
        || WATCHERS.contains(&program)
        || DEVELOPMENT_VERBS.iter().any(verbs)
        || of_module
}

const fn rule(id: &'static str, meaning: &'static str) -> Rule {
    Rule::parsed(id, meaning)
}
