//! With which arguments documents start a program that the build makes.

use camino::Utf8Path;

use super::{By, Declared, Purpose, Said, Started};
use crate::app::{Behaviour, Interface, Listen};
use crate::command::{Command, Part, Word};
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact};

/// Stands for the port among arguments until it is settled.
pub const PORT: &str = "{port}";
/// What programs that have several tasks call the one that answers requests, the likeliest first.
pub const SERVING: [&str; 9] = ["serve", "server", "start", "run", "web", "api", "http", "up", "daemon"];
/// Options that say where a program listens.
const LISTENING: [&str; 14] = [
    "--port",
    "-port",
    "-p",
    "--addr",
    "-addr",
    "--address",
    "-address",
    "--listen",
    "-listen",
    "--bind",
    "-bind",
    "--http",
    "-http",
    "--http-addr",
];

/// How documents speak of a program.
pub struct Own<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Whether the project has no other, so that a path of any name is its.
    pub alone: bool,
    /// The arguments, where a command of the language's own tool runs it from its sources: `go run ./cmd/x ARGUMENTS`.
    pub from_sources: &'a dyn Fn(&Command) -> Option<Vec<Word>>,
}

impl Own<'_> {
    /// The arguments that a word gives the program: itself, or a script that it starts and that does more besides.
    fn started(&self, said: &Said<Started>) -> Option<Vec<Word>> {
        let start = &said.fact.value.start;
        let within = || start.within.iter().rev().find_map(|command| self.arguments(command, By::Dockerfile));
        self.arguments(start.program()?, said.by).or_else(within)
    }

    /// The arguments that a document's command gives the program; none where it starts something else.
    fn arguments(&self, command: &Command, by: By) -> Option<Vec<Word>> {
        if let Some(arguments) = (self.from_sources)(command) {
            return Some(arguments);
        }
        let first = command.words.first()?.text()?;
        let name = Utf8Path::new(first).file_name()?;
        let of_any_name = self.alone && first.contains('/') && !name.contains('.') && !is_of_a_system(first) && by <= By::Compose;
        if name == self.name || of_any_name {
            return Some(command.arguments().to_vec());
        }
        // what a container is given when it keeps its entry point
        let kept = matches!(by, By::Platform | By::ProductionCompose | By::Compose);
        (kept && (first.starts_with('-') || SERVING.contains(&first))).then(|| command.words.clone())
    }
}

fn is_of_a_system(path: &str) -> bool {
    ["/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/"].iter().any(|directory| path.starts_with(directory))
}

impl Declared {
    /// Where the strongest word on what answers requests names this program.
    #[must_use]
    pub fn names(&self, own: &Own<'_>) -> Option<Evidence> {
        let said = self.web().find(|said| said.purpose == Purpose::Production && said.by <= By::Compose)?;
        let command = said.fact.value.start.program()?;
        let name = || Utf8Path::new(command.words.first()?.text()?).file_name();
        let is_own = (own.from_sources)(command).is_some() || name() == Some(own.name);
        is_own.then(|| said.fact.because()[0].clone())
    }

    /// Gives `behaviour` the arguments and the port that the strongest word about the program names; says what cannot be taken.
    pub fn complete(&self, own: &Own<'_>, behaviour: &mut Behaviour) -> Option<Diagnostic> {
        let meant = self.web().filter(|said| said.purpose == Purpose::Production);
        let found = meant.into_iter().find_map(|said| Some((said, own.started(said)?)));
        if let Some(port) = self.port().filter(|_| behaviour.listens.first().is_some_and(is_nowhere)) {
            for listen in behaviour.listens.iter_mut().take(1) {
                listen.value.port = Some(port.value);
                *listen = port.because().iter().cloned().fold(listen.clone(), Fact::and);
            }
        }
        let (said, arguments) = found.filter(|(_, arguments)| !arguments.is_empty())?;
        let script = said.fact.value.start.scripts.last();
        let mut words = Vec::new();
        for word in arguments.iter().filter(|word| !matches!(word.parts.as_slice(), [Part::Shell(all)] if all == "$@")) {
            match self.filled(word) {
                Some(word) => words.push(word),
                // options that nobody gives are none; the value of one has to be there
                None if script.is_some() && is_variable(word) && !words.last().is_some_and(|last: &String| last.starts_with('-')) => {}
                None => return Some(unfilled(said, word)),
            }
        }
        self.take_port(said, &arguments, &words, behaviour);
        behaviour.command = (!words.is_empty()).then(|| said.fact.with(words));
        script.map(|script| without_script(said, script, own.name))
    }

    /// A word of the exec form, which nothing expands: variables have the values that documents give them.
    fn filled(&self, word: &Word) -> Option<String> {
        let value = |name: &str| self.variables.iter().find(|said| said.fact.value.name == name)?.fact.value.value.clone();
        let part = |part: &Part| match part {
            Part::Literal(text) => Some(text.clone()),
            Part::Port { .. } => Some(PORT.to_owned()),
            Part::Variable { name, default } => value(name).or_else(|| default.clone()),
            Part::Shell(_) => None,
        };
        word.parts.iter().map(part).collect()
    }

    /// The port that the arguments name is where the program listens, whatever it does without them.
    fn take_port(&self, said: &Said<Started>, arguments: &[Word], filled: &[String], behaviour: &mut Behaviour) {
        let words = std::iter::once(Word::default()).chain(filled.iter().map(Word::literal)).collect();
        let command = Command { words, ..Command::default() };
        let option = command.option(&LISTENING);
        let number = option.as_ref().and_then(|word| port_of(word.text()?));
        let named = arguments.iter().flat_map(|word| &word.parts).find_map(|part| match part {
            Part::Port { default } => Some(*default),
            _ => None,
        });
        let known = || behaviour.listens.first().and_then(|listen| listen.value.port);
        let any = || self.port().map(|port| port.value).or_else(known).unwrap_or(8080);
        let Some(port) = number.or_else(|| named.map(|default| default.unwrap_or_else(any))) else { return };
        let because = said.fact.because();
        match behaviour.listens.first_mut() {
            Some(listen) if listen.value.port == Some(port) => {}
            Some(listen) => {
                listen.value.port = Some(port);
                *listen = because.iter().cloned().fold(listen.clone(), Fact::and);
            }
            None => {
                behaviour.listens.push(said.fact.with(Listen { port: Some(port), variable: None, interface: Interface::Any, host: None }));
            }
        }
    }
}

fn is_variable(word: &Word) -> bool {
    matches!(word.parts.as_slice(), [Part::Variable { .. }])
}

fn is_nowhere(listen: &Fact<Listen>) -> bool {
    listen.value.port.is_none() && listen.value.variable.is_none()
}

/// The port of `8080`, `:8080`, `0.0.0.0:8080`.
pub(super) fn port_of(text: &str) -> Option<u16> {
    text.rsplit(':').next()?.parse().ok()
}

fn without_script(said: &Said<Started>, script: &Utf8Path, name: &str) -> Diagnostic {
    let message = format!("`{script}` does more than start `{name}`, and the image starts `{name}` itself, with the arguments from there");
    let warning = said.fact.because().iter().fold(Diagnostic::warning("start::script", message), Diagnostic::because);
    warning.help("see that the program does without what the script prepares, or prepare it where the container is run")
}

fn unfilled(said: &Said<Started>, word: &Word) -> Diagnostic {
    let message = format!("`{}` is how the program is started, and nothing but a shell can fill in `{word}`", said.fact.value.text);
    let warning = said.fact.because().iter().fold(Diagnostic::warning("start::needs-shell", message), Diagnostic::because);
    warning.help("the image starts it without arguments: give them as they are to be, `arguments = [...]` in imggen.toml")
}
