//! Why an image failed: what was said and seen, joined with what imggen decided, and the setting that mends it.

mod knowledge;
mod remedy;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Serialize;

pub use self::knowledge::{At, Kind, Knowledge, Variable};
use self::knowledge::{Failure, Match, fill};
use super::lesson::{Lesson, settings};
use super::listen::Reach;
use super::observe::Observed;
use super::subject::Subject;
use crate::catalog::Catalog;
use crate::decision::{Decision, Topic};
use crate::diagnostic::{Diagnostic, Severity};
use crate::engine::BuildLog;
use crate::tree::Tree;

/// More of a line would not be read.
const LINE: usize = 200;
/// So many places of one failure are followed.
const PLACES: usize = 20;

/// What explaining needs to know besides what was seen.
#[derive(Clone, Copy)]
pub struct Expert<'a> {
    /// What failures say.
    pub knowledge: &'a Knowledge,
    /// Which packages give what.
    pub catalog: &'a Catalog,
    /// The project.
    pub tree: &'a Tree,
    /// What was put to the trial.
    pub subject: &'a Subject,
    /// What was decided, and why.
    pub decisions: &'a [Decision],
}

/// One thing that went wrong, or wants a look.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// Its kind.
    pub kind: Kind,
    /// What to say of it.
    #[serde(flatten)]
    pub diagnostic: Diagnostic,
    /// What mends it, as a setting can say it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lessons: Vec<Lesson>,
    /// Whether a run that may write everywhere would show where it writes.
    #[serde(skip)]
    pub wants_writable_run: bool,
}

impl Finding {
    /// Whether it makes the image fail.
    #[must_use]
    pub fn fails(&self) -> bool {
        self.diagnostic.severity == Severity::Error
    }
}

impl Expert<'_> {
    /// Why a build failed.
    #[must_use]
    pub fn of_build(&self, log: &BuildLog) -> Vec<Finding> {
        let step = log.failed.as_ref().map(|step| clip(&step.instruction));
        let found = self.knowledge.find(At::Build, &log.said);
        let mut finding = if let Some((failure, first)) = found {
            self.known(failure, &first, &log.said)
        } else {
            let message = match &step {
                Some(step) => format!("the build fails at `{step}`"),
                None => "the build fails".to_owned(),
            };
            self.finding(Kind::Build, Diagnostic::error(Kind::Build.code(), message), Vec::new(), last_lines(&log.said))
        };
        if let (Some(step), true) = (step, finding.kind != Kind::Build) {
            finding.diagnostic.notes.insert(0, format!("the step is `{step}`"));
        }
        vec![finding]
    }

    /// What is wrong with a run; nothing where it does what it should.
    #[must_use]
    pub fn of_run(&self, observed: &Observed) -> Vec<Finding> {
        let mut findings: Vec<Finding> = Vec::new();
        if !observed.is_fine(self.subject.serves) {
            findings.extend(self.cause(observed));
        } else if let Some(finding) = self.port_differs(observed) {
            findings.push(finding);
        }
        if observed.stopped.as_ref().is_some_and(|stopped| stopped.killed) && !observed.out_of_memory {
            let message = "it does not stop on SIGTERM and is killed after ten seconds";
            let warning = Diagnostic::warning(Kind::IgnoresSigterm.code(), message);
            let warning = warning.help("handle SIGTERM, or start it by something that does; a deployment waits as long for every instance");
            findings.push(self.finding(Kind::IgnoresSigterm, warning, Vec::new(), Vec::new()));
        }
        findings
    }

    fn cause(&self, observed: &Observed) -> Option<Finding> {
        let said = format!("{}\n{}", observed.refused.as_deref().unwrap_or_default(), observed.logs);
        if observed.out_of_memory {
            let failure = self.knowledge.failures.iter().find(|failure| failure.kind == Kind::OutOfMemory)?;
            return Some(self.known(failure, &Match::default(), ""));
        }
        let is_open = observed.listens.iter().any(|listener| listener.reach == Reach::Any);
        if !observed.listens.is_empty() && !is_open {
            return Some(self.loopback(observed));
        }
        if let Some(answer) = observed.answer.as_ref().filter(|answer| !answer.reply.is_fine()) {
            let known = self.knowledge.find(At::Run, &said).map(|(failure, first)| self.known(failure, &first, &said));
            return Some(known.unwrap_or_else(|| {
                let message = format!("it answers `{}` on port {} with {}", answer.path, answer.port, answer.reply.words());
                self.finding(Kind::AnswersError, Diagnostic::error(Kind::AnswersError.code(), message), Vec::new(), last_lines(&said))
            }));
        }
        if let Some((failure, first)) = self.knowledge.find(At::Run, &said) {
            return Some(self.known(failure, &first, &said));
        }
        let finding = match (observed.ended, &observed.refused) {
            (_, Some(_)) => self.finding(
                Kind::Ended,
                Diagnostic::error(Kind::Ended.code(), "the engine cannot start it"),
                Vec::new(),
                last_lines(&said),
            ),
            (Some(code), None) => {
                let message = match (code, said.trim().is_empty()) {
                    (0, _) => "it ends by itself, and was expected to listen".to_owned(),
                    (code, true) => format!("it ends with {code} and says nothing"),
                    (code, false) => format!("it ends with {code}"),
                };
                let error = Diagnostic::error(Kind::Ended.code(), message);
                let error = if self.subject.serves { error } else { error.help("where it needs arguments: `imggen try -- ARGUMENTS`") };
                self.finding(Kind::Ended, error, Vec::new(), last_lines(&said))
            }
            (None, None) => {
                let ports = self.subject.ports.iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
                let message =
                    if ports.is_empty() { "it runs and opens no port".to_owned() } else { format!("it runs and never opens port {ports}") };
                let error = Diagnostic::error(Kind::PortNeverOpened.code(), message);
                let error =
                    error.help("where it takes longer to start: `--wait 180`; where it listens on nothing: `port = []` in imggen.toml");
                self.finding(Kind::PortNeverOpened, error, Vec::new(), last_lines(&said))
            }
        };
        Some(finding)
    }

    fn port_differs(&self, observed: &Observed) -> Option<Finding> {
        let open: Vec<u16> =
            observed.listens.iter().filter(|listener| listener.reach == Reach::Any).map(|listener| listener.port).collect();
        if open.is_empty() || self.subject.ports.iter().any(|port| open.contains(port)) {
            return None;
        }
        let answered = observed.answer.as_ref().map(|answer| answer.port);
        let ports: Vec<u16> = if open.len() > 4 { answered.into_iter().collect() } else { open };
        let words = ports.iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
        let known = self.subject.ports.iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
        let message = if known.is_empty() {
            format!("it listens on port {words}, and the image exposes none")
        } else {
            format!("it listens on port {words}, and the image exposes {known}")
        };
        let lessons = vec![Lesson::Port(ports)];
        Some(self.finding(Kind::PortDiffers, Diagnostic::warning(Kind::PortDiffers.code(), message), lessons, Vec::new()))
    }

    fn loopback(&self, observed: &Observed) -> Finding {
        let ports = observed.listens.iter().map(|listener| listener.port.to_string()).collect::<Vec<_>>().join(", ");
        let message = format!("it listens on port {ports} of 127.0.0.1: only reachable from inside the container");
        let mut error = Diagnostic::error(Kind::LoopbackOnly.code(), message);
        let lessons = remedy::bind(self, observed);
        if lessons.is_empty() {
            error = error.help("let it listen on 0.0.0.0; where a variable or an argument says so, `env` or `arguments` in imggen.toml");
        }
        self.finding(Kind::LoopbackOnly, error, lessons, Vec::new())
    }

    fn known(&self, failure: &Failure, first: &Match, said: &str) -> Finding {
        let mut says = fill(&failure.says, &first.names).replace(" ()", "");
        let mut lessons = Vec::new();
        let mut places: Vec<Match> = failure.matches(said).take(PLACES).collect();
        if places.is_empty() {
            places.push(first.clone());
        }
        for place in &places {
            for lesson in remedy::lessons(self, failure, &place.names) {
                if !lessons.contains(&lesson) {
                    lessons.push(lesson);
                }
            }
        }
        // what is opened and not there may be meant to be made
        if failure.kind == Kind::MissingFile && matches!(lessons.first(), Some(Lesson::Writable(_))) {
            says = fill("the program writes to `{path}`, whose directory is not in the image", &first.names);
        }
        let severity = if failure.kind == Kind::ServiceMissing { Diagnostic::warning } else { Diagnostic::error };
        let mut diagnostic = severity(failure.kind.code(), says);
        for help in &failure.help {
            diagnostic = diagnostic.help(fill(help, &first.names));
        }
        let line = clip(&first.line);
        let mut finding = self.finding(failure.kind, diagnostic, lessons, if line.is_empty() { Vec::new() } else { vec![line] });
        finding.wants_writable_run = failure.kind == Kind::Permission && finding.lessons.is_empty();
        finding
    }

    /// Joins what was seen with what was decided.
    fn finding(&self, kind: Kind, diagnostic: Diagnostic, lessons: Vec<Lesson>, said: Vec<String>) -> Finding {
        let mut diagnostic = said.into_iter().fold(diagnostic, |diagnostic, line| diagnostic.info(format!("it said: {line}")));
        if let Some(decision) = topic(kind).and_then(|topic| self.decisions.iter().find(|decision| decision.topic == topic)) {
            let why = if decision.why.is_empty() { String::new() } else { format!(": {}", decision.why) };
            diagnostic = diagnostic.info(format!("decided was `{} {}`{why}", decision.topic.id(), decision.value));
            if let Some(evidence) = decision.because.first() {
                diagnostic = diagnostic.because(evidence);
            }
        }
        let (fine, forbidden): (Vec<_>, Vec<_>) = lessons.into_iter().partition(|lesson| lesson.forbidden().is_none());
        let settings = settings(&fine).into_iter().map(|setting| format!("`{setting}`")).collect::<Vec<_>>().join(" and ");
        if !settings.is_empty() {
            diagnostic.help.insert(0, format!("{settings} in imggen.toml mends it, and `imggen try --learn` writes it"));
        }
        for why in forbidden.iter().filter_map(Lesson::forbidden) {
            diagnostic = diagnostic.info(format!("not learned: {why}"));
        }
        Finding { kind, diagnostic, lessons: fine, wants_writable_run: false }
    }
}

/// The decision that a failure speaks against.
fn topic(kind: Kind) -> Option<Topic> {
    Some(match kind {
        Kind::MissingLibrary | Kind::LibcMismatch | Kind::MissingProgram => Topic::Base,
        Kind::MissingModule | Kind::PackageManager => Topic::Dependencies,
        Kind::MissingHeader | Kind::MissingCompiler | Kind::NoWheel => Topic::Toolchain,
        Kind::MissingFile => Topic::Files,
        Kind::Permission => Topic::Writable,
        Kind::MissingVariable => Topic::Environment,
        Kind::PortDiffers | Kind::PortNeverOpened | Kind::LoopbackOnly => Topic::Port,
        Kind::Ended | Kind::WrongArchitecture => Topic::Entry,
        _ => return None,
    })
}

fn last_lines(said: &str) -> Vec<String> {
    let lines: Vec<_> = said.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(3)..].iter().map(|line| clip(line)).collect()
}

fn clip(line: &str) -> String {
    let line = line.trim();
    if line.chars().count() <= LINE { line.to_owned() } else { line.chars().take(LINE).chain("...".chars()).collect() }
}

/// Names that sentences and values may use besides those of the pattern.
fn names(expert: &Expert<'_>) -> BTreeMap<String, String> {
    let port = expert.subject.ports.first().copied().unwrap_or(8080);
    let workdir = if expert.subject.workdir.is_empty() { "/app" } else { &expert.subject.workdir };
    [("port", port.to_string()), ("workdir", workdir.to_owned())].into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
