//! What the program does as a process: the signals that it hears, and the programs that it starts.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;

use super::call_bracket;
use super::source::Source;
use super::value::{Clue, Part, Place, Values};
use crate::app::StopSignal;
use crate::evidence::{Fact, Rule};
use crate::need::Need;

const ONLY_INTERRUPT: Rule = Rule::parsed("rust.only-interrupt", "waits for Ctrl-C, and nothing in the program waits for SIGTERM");
const STARTS: Rule = Rule::parsed("rust.starts-program", "starts another program");
const SERVES: Rule = Rule::parsed("rust.hears-nothing", "runs until it is stopped, and nothing in the program waits for SIGTERM");

/// Frameworks that end on SIGTERM by themselves.
const HEARS: [&str; 5] = ["actix-web", "rocket", "ntex", "salvo-signals", "pingora"];

/// What runs until it is stopped and listens on no port: bots, consumers of queues, schedulers.
pub const LASTS: [&str; 11] = [
    "serenity",
    "poise",
    "twilight-gateway",
    "teloxide",
    "matrix-sdk",
    "lapin",
    "rdkafka",
    "async-nats",
    "apalis",
    "tokio-cron-scheduler",
    "rumqttc",
];

/// A name that may come to more programs than these is the user's to choose, and says nothing of what the image needs.
const CHOICES: usize = 3;

/// How the program ends when it is asked to.
#[derive(Debug, PartialEq, Eq)]
pub enum Stops {
    /// On SIGTERM, by itself or because it is no server.
    Usual,
    /// On Ctrl-C alone.
    OnInterrupt(Fact<StopSignal>),
    /// On nothing: as the first process it needs another before it.
    Deaf(Fact<Need>),
}

/// What the program hears. `lasts` is what makes it run until it is stopped.
#[must_use]
pub fn stops(sources: &[Source<'_>], lasts: &[crate::evidence::Evidence], has: &dyn Fn(&str) -> bool) -> Stops {
    let names = |name: &str| sources.iter().any(|source| source.mentions(name));
    let waits = |source: &Source<'_>| (0..source.tokens.len()).any(|at| source.reads(at, &["SignalKind", "::", "terminate"]));
    let hears = ["SIGTERM", "TermSignals", "TERM_SIGNALS"].iter().any(|name| names(name)) || sources.iter().any(waits);
    if hears || HEARS.iter().any(|framework| has(framework)) {
        return Stops::Usual;
    }
    for source in sources {
        let interrupt = (0..source.tokens.len()).find(|at| {
            let token = &source.tokens[*at];
            (token.is("ctrl_c") || token.is("SIGINT")) && !source.tokens.get(at + 1).is_some_and(|next| next.is("::"))
                || source.reads(*at, &["ctrlc", "::", "set_handler"])
                || source.reads(*at, &["SignalKind", "::", "interrupt"])
        });
        if let Some(at) = interrupt.filter(|at| !in_use(source, *at)) {
            return Stops::OnInterrupt(Fact::new(StopSignal::Interrupt, source.evidence(at, at, ONLY_INTERRUPT)));
        }
    }
    match lasts.first() {
        Some(evidence) => {
            let because = evidence.under(SERVES);
            Stops::Deaf(Fact::new(Need::Init, because))
        }
        None => Stops::Usual,
    }
}

/// Whether the token stands in a `use` declaration.
fn in_use(source: &Source<'_>, at: usize) -> bool {
    let start = source.tokens[..at].iter().rposition(|token| token.is(";") || token.is("}")).map_or(0, |index| index + 1);
    source.tokens[start..at].iter().any(|token| token.is("use"))
}

/// The programs that it starts, by name.
#[must_use]
pub fn programs(values: &Values<'_, '_>) -> Vec<Fact<Need>> {
    let mut found: BTreeMap<String, Fact<Need>> = BTreeMap::new();
    for (index, source) in values.sources.iter().enumerate() {
        for at in 2..source.tokens.len() {
            let Some(open) = call_bracket(source, at).filter(|_| source.tokens[at].is("new") && source.reads(at - 2, &["Command", "::"]))
            else {
                continue;
            };
            if !of_process(source, at - 2) {
                continue;
            }
            let Some((from, to)) = source.arguments(open).first().copied() else { continue };
            let clues = values.of(Place { source: index, from, to });
            let text = |clue: &Clue| if let Part::Text(text) = &clue.part { program(text) } else { None };
            let names: BTreeSet<String> = clues.iter().filter_map(text).collect();
            if names.len() > CHOICES {
                continue;
            }
            for name in names {
                let evidence = source.evidence(at - 2, to, STARTS);
                let fact = match found.remove(&name) {
                    Some(known) => known.and(evidence),
                    None => Fact::new(Need::Program(name.clone()), evidence),
                };
                found.insert(name, fact);
            }
        }
    }
    found.into_values().collect()
}

/// Whether `Command` is the system's and not that of a library that reads the command line.
fn of_process(source: &Source<'_>, at: usize) -> bool {
    if at > 1 && source.tokens[at - 1].is("::") {
        return source.tokens[at - 2].is("process");
    }
    let imports = |index: usize| {
        let end = (index..source.tokens.len()).find(|end| source.tokens[*end].is(";")).unwrap_or(index);
        source.tokens[index..end].iter().any(|token| token.is("process"))
            && source.tokens[index..end].iter().any(|token| token.is("Command"))
    };
    (0..source.tokens.len()).any(|index| source.tokens[index].is("use") && imports(index))
}

/// The name of what is started, unless it is a file of the project's own or speaks to a desktop.
fn program(path: &str) -> Option<String> {
    const DESKTOP: &str =
        "open xdg-open cmd cmd.exe explorer powershell pwsh osascript pbcopy pbpaste xclip wl-copy notify-send cargo rustc";
    let name = Utf8Path::new(path).file_name()?;
    let is_name =
        name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.+".contains(c));
    let own = path.contains('/') && !path.starts_with('/') || path.starts_with("/proc/");
    (is_name && !own && !DESKTOP.split_whitespace().any(|desktop| desktop == name)).then(|| name.to_owned())
}
