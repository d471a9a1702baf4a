//! One run of an image: a helper holds the network namespace and looks from beside the program, the program starts in it, is asked, and is
//! told to stop.

use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::ask::{self, Reply};
use super::listen::{Listener, Reach, listeners};
use super::subject::{Subject, Wishes};
use super::tenths;
use super::traces::Traces;
use crate::diagnostic::Result;
use crate::engine::{Engine, Run, State};

/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(100);
/// How long a port has to answer once.
const ANSWER: Duration = Duration::from_secs(5);
/// How long what is not known to listen has to stay alive.
const SETTLE: Duration = Duration::from_secs(3);
/// How long it is waited for a port that is known when others are open, and for a better answer than an error.
const GRACE: Duration = Duration::from_secs(8);
/// How long it has to stop.
const STOP: u32 = 10;
/// How a process ends that is killed.
const KILLED: i64 = 137;
/// The user of a cluster that gives each namespace its own; the group is 0.
const ANY_USER: &str = "1000730000:0";

/// Sends what it reads to a port, and prints what comes back. Busybox has `nc`; where bash is, it needs none.
const CONNECT: &str = r#"if command -v nc >/dev/null 2>&1; then exec nc "$1" "$2"; fi
exec bash -c 'exec 3<>"/dev/tcp/$1/$2" || exit 1; cat <&3 & cat >&3; wait' bash "$1" "$2""#;

/// How an image is run.
#[derive(Clone, Debug, Default)]
pub struct How {
    /// The directories that may be written to, where nothing else may.
    pub hardened: Option<Vec<String>>,
    /// The user, where it is not the image's.
    pub user: Option<String>,
}

impl How {
    /// As clusters run what they do not trust: any user, and nothing to write to but what the plan knows of and what an earlier run wrote.
    #[must_use]
    pub fn hardened(subject: &Subject, before: Option<&Observed>) -> Self {
        let mut writable = subject.writable.clone();
        writable.extend(before.iter().flat_map(|before| &before.written).filter_map(|path| Some(path.rsplit_once('/')?.0.to_owned())));
        writable.retain(|path| !path.is_empty() && path != "/tmp" && !path.starts_with("/tmp/"));
        writable.sort();
        writable.dedup();
        // a volume inside of a volume says nothing more
        let outer = writable.clone();
        writable.retain(|path| !outer.iter().any(|other| path.strip_prefix(other.as_str()).is_some_and(|rest| rest.starts_with('/'))));
        Self { hardened: Some(writable), user: Some(ANY_USER.to_owned()) }
    }
}

/// A port's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The port.
    pub port: u16,
    /// The path that was asked.
    pub path: String,
    /// What it answered.
    #[serde(flatten)]
    pub reply: Reply,
    /// How long after the start, in tenths of a second.
    pub after_tenths: u64,
}

/// How it stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stopped {
    /// How long it took, in tenths of a second.
    pub tenths: u64,
    /// Its exit code.
    pub code: i64,
    /// Whether it had to be killed.
    pub killed: bool,
}

/// What one run showed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Observed {
    /// What the engine said in place of starting it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// Where it listens.
    pub listens: Vec<Listener>,
    /// What it answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// Its exit code, where it ended by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<i64>,
    /// Whether it took more memory than it may.
    pub out_of_memory: bool,
    /// How it stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Stopped>,
    /// The files that it wrote.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub written: Vec<String>,
    /// The directories that it might write to, where it might not write anywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub writable: Option<Vec<String>>,
    /// Everything that it said.
    #[serde(skip)]
    pub logs: String,
}

impl Observed {
    /// Whether it does what it is there for: it answers, or works, or has ended well.
    #[must_use]
    pub fn is_fine(&self, serves: bool) -> bool {
        match (&self.answer, self.ended, &self.refused) {
            (_, _, Some(_)) => false,
            (Some(answer), None, _) => answer.reply.is_fine() && self.listens.iter().any(|listener| listener.reach == Reach::Any),
            (_, Some(code), _) => !serves && (code == 0 || asks_for_words(code, &self.logs)),
            (None, None, _) => !serves && self.listens.is_empty(),
        }
    }
}

/// Whether a tool ended because it was given nothing to do.
fn asks_for_words(code: i64, said: &str) -> bool {
    let said = said.to_lowercase();
    (code == 1 || code == 2 || code == 64) && ["usage:", "usage of", "usage\n", "--help"].iter().any(|word| said.contains(word))
}

/// Runs an image once.
///
/// # Errors
/// When the engine does not run.
pub fn observe(engine: &Engine, subject: &Subject, image: &str, how: &How, wishes: &Wishes, traces: &Traces<'_>) -> Result<Observed> {
    engine.fetch(&subject.shell.image)?;
    let (helper, program) = (traces.container(), traces.container());
    let beside = Run {
        name: &helper,
        image: &subject.shell.image,
        network: wishes.network.clone(),
        entrypoint: Some(&subject.shell.path),
        arguments: vec!["-c".into(), "while :; do sleep 3600; done".into()],
        ..Run::default()
    };
    let started = engine.start(&beside)?;
    if !started.is_fine() {
        let said = started.stderr.trim().lines().last().unwrap_or_default().to_owned();
        return Err(crate::diagnostic::Diagnostic::error("try::no-helper", format!("the helper does not start: {said}")).into());
    }
    let run = Run {
        name: &program,
        image,
        network: Some(format!("container:{helper}")),
        env: subject
            .env
            .iter()
            .filter(|(name, _)| !wishes.env.iter().any(|(other, _)| other == name))
            .chain(&wishes.env)
            .cloned()
            .collect(),
        arguments: wishes.words.clone(),
        user: how.user.clone(),
        memory: wishes.memory.clone(),
        hardened: how.hardened.clone(),
        ..Run::default()
    };
    let clock = Instant::now();
    let started = engine.start(&run)?;
    let mut observed = Observed { writable: how.hardened.clone(), ..Observed::default() };
    if started.is_fine() {
        let watch = Watch { engine, subject, wishes, helper: &helper, program: &program, clock };
        watch.until_it_answers(&mut observed)?;
        watch.end(&mut observed)?;
    } else {
        observed.refused = Some(started.stderr.trim().to_owned());
    }
    traces.discard(&program);
    traces.discard(&helper);
    Ok(observed)
}

struct Watch<'a> {
    engine: &'a Engine,
    subject: &'a Subject,
    wishes: &'a Wishes,
    helper: &'a str,
    program: &'a str,
    clock: Instant,
}

impl Watch<'_> {
    fn until_it_answers(&self, observed: &mut Observed) -> Result<()> {
        let here = self.engine.exec(self.helper, &["hostname", "-i"], |call| call)?.text();
        let here = here.split_whitespace().next().unwrap_or("127.0.0.1").to_owned();
        let mut first = None;
        loop {
            let state = self.engine.state(self.program)?;
            let tables = self.engine.exec(self.helper, &["cat", "/proc/net/tcp", "/proc/net/tcp6"], |call| call)?;
            observed.listens = listeners(&tables.text());
            if !state.is_running {
                note(observed, &state);
                return Ok(());
            }
            if !observed.listens.is_empty() {
                let first = *first.get_or_insert_with(Instant::now);
                self.ask_all(observed, &here)?;
                let known = self.subject.ports.is_empty()
                    || observed.answer.as_ref().is_some_and(|answer| self.subject.ports.contains(&answer.port));
                let is_fine = observed.answer.as_ref().is_some_and(|answer| answer.reply.is_fine());
                if is_fine && known || observed.answer.is_some() && first.elapsed() > GRACE {
                    return Ok(());
                }
            }
            let patience = if self.subject.serves || !observed.listens.is_empty() { self.wishes.patience } else { SETTLE };
            if self.clock.elapsed() > patience {
                return Ok(());
            }
            thread::sleep(LOOK);
        }
    }

    /// Asks those that are reached first, and known ones before others.
    fn ask_all(&self, observed: &mut Observed, here: &str) -> Result<()> {
        let mut open = observed.listens.clone();
        open.sort_by_key(|listener| (listener.reach == Reach::Loopback, !self.subject.ports.contains(&listener.port)));
        for listener in open {
            let host = if listener.reach == Reach::Any { here } else { "127.0.0.1" };
            let path = self.subject.health.as_deref().unwrap_or("/");
            let Some(reply) = self.ask(host, listener.port, path)? else { continue };
            let answer = Answer { port: listener.port, path: path.to_owned(), reply, after_tenths: tenths(self.clock) };
            let better = observed.answer.as_ref().is_none_or(|before| !before.reply.is_fine() || before.port != answer.port);
            let is_fine = answer.reply.is_fine();
            if better {
                observed.answer = Some(answer);
            }
            if is_fine {
                return Ok(());
            }
        }
        Ok(())
    }

    fn ask(&self, host: &str, port: u16, path: &str) -> Result<Option<Reply>> {
        let port_word = port.to_string();
        let command = [&*self.subject.shell.path, "-c", CONNECT, "sh", host, &port_word];
        let send = |bytes: Vec<u8>, enough: &dyn Fn(&[u8]) -> bool| {
            self.engine.exec(self.helper, &command, |call| call.input(bytes).patience(ANSWER).enough(enough))
        };
        let answered = send(ask::http(port, path), &ask::is_enough)?;
        let is_refused = answered.stdout.is_empty() && answered.code.is_some_and(|code| code != 0);
        match ask::read(&answered.stdout) {
            None if is_refused => Ok(None),
            None => Ok(Some(Reply::Connects)),
            Some(Reply::Grpc { .. }) => {
                let answered = send(ask::grpc(), &|bytes| ask::serving(bytes).is_some())?;
                Ok(Some(Reply::Grpc { serving: ask::serving(&answered.stdout) }))
            }
            known => Ok(known),
        }
    }

    /// What it wrote and said, and how long it takes to stop.
    fn end(&self, observed: &mut Observed) -> Result<()> {
        observed.written = self.engine.written(self.program).unwrap_or_default();
        if observed.ended.is_none() {
            let clock = Instant::now();
            self.engine.stop(self.program, STOP)?;
            let state = self.engine.state(self.program)?;
            observed.stopped = Some(Stopped { tenths: tenths(clock), code: state.exit_code, killed: state.exit_code == KILLED });
            observed.out_of_memory = state.out_of_memory;
        }
        observed.logs = self.engine.logs(self.program)?;
        Ok(())
    }
}

fn note(observed: &mut Observed, state: &State) {
    observed.ended = Some(state.exit_code);
    observed.out_of_memory = state.out_of_memory;
    if !state.error.is_empty() {
        observed.refused = Some(state.error.clone());
    }
}
