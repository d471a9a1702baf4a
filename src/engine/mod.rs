//! Container engines as typed command lines: one type for Docker, Podman, nerdctl and a buildx builder. Whoever starts the programs stands
//! behind [`Runner`], so that tests replay what an engine said.

mod build_log;
mod dialect;
mod find;
pub mod interrupt;
mod process;
#[cfg(test)]
#[cfg(test)]
pub mod recorded;
mod state;
mod words;

use std::io::Read;
use std::time::Duration;

use serde_json::Value;

pub use self::build_log::{BuildLog, Step};
pub use self::dialect::Dialect;
pub use self::find::find;
pub use self::process::{Call, Ended, Outcome, Process, Runner};
pub use self::state::{Layer, State};
pub use self::words::{Build, Run};
use crate::diagnostic::{Diagnostic, Result};

/// What an engine takes for a question that it answers from memory.
const SHORT: Duration = Duration::from_mins(1);
/// What engines put into containers.
const OWN: [&str; 8] = ["/etc", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/etc/mtab", "/run", "/dev", "/proc"];
/// What a build or a download may take.
const LONG: Duration = Duration::from_hours(2);

/// An engine that answers.
pub struct Engine {
    /// Which words it understands.
    pub dialect: Dialect,
    /// What it calls its own version.
    pub version: String,
    runner: Box<dyn Runner>,
}

impl Engine {
    /// The engine of that dialect behind `runner`, when it answers.
    ///
    /// # Errors
    /// What it said in place of a version.
    pub fn open(dialect: Dialect, runner: Box<dyn Runner>) -> Result<Self, String> {
        let call = Call::new(dialect.program(), dialect.version()).patience(SHORT);
        let outcome = runner.run(&call, &mut |_| ()).map_err(|error| error.to_string())?;
        let version = outcome.text().trim().to_owned();
        if !outcome.is_fine() || version.is_empty() {
            let said = outcome.stderr.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it does not answer");
            return Err(said.to_owned());
        }
        Ok(Self { dialect, version, runner })
    }

    /// Runs a command of the engine's, whatever comes of it.
    ///
    /// # Errors
    /// When it cannot be started, or the user ends it.
    pub fn call(&self, call: &Call<'_>, line: &mut dyn FnMut(&str)) -> Result<Outcome> {
        let outcome = self.runner.run(call, line).map_err(|error| self.broken(&error.to_string()))?;
        if outcome.ended == Ended::Interrupted { Err(interrupt::stop().into()) } else { Ok(outcome) }
    }

    /// Runs a program that is no part of the engine; nothing where it is not installed or fails.
    ///
    /// # Errors
    /// When the user ends it.
    pub fn beside(&self, call: &Call<'_>) -> Result<Option<Outcome>> {
        let Ok(outcome) = self.runner.run(call, &mut |_| ()) else { return Ok(None) };
        match outcome.ended {
            Ended::Interrupted => Err(interrupt::stop().into()),
            _ => Ok(Some(outcome).filter(Outcome::is_fine)),
        }
    }

    fn words(&self, words: Vec<String>) -> Call<'static> {
        Call::new(self.dialect.program(), words)
    }

    /// What a command prints, when it ends well.
    fn ask(&self, words: Vec<String>) -> Result<String> {
        let outcome = self.call(&self.words(words).patience(SHORT), &mut |_| ())?;
        if outcome.is_fine() { Ok(outcome.text().trim().to_owned()) } else { Err(self.broken(outcome.stderr.trim()).into()) }
    }

    fn json(&self, words: Vec<String>) -> Result<Value> {
        let text = self.ask(words)?;
        match serde_json::from_str(&text) {
            // Podman lists what it was asked for, and is asked for one thing
            Ok(Value::Array(mut all)) if all.len() == 1 => Ok(all.remove(0)),
            Ok(value) => Ok(value),
            Err(error) => Err(self.broken(&format!("its answer is no JSON ({error})")).into()),
        }
    }

    fn broken(&self, said: &str) -> Diagnostic {
        let said = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("nothing");
        Diagnostic::error("engine::failed", format!("{} failed: {said}", self.dialect))
    }

    /// Builds an image; `line` hears each line of the log.
    ///
    /// # Errors
    /// When the engine cannot be started. A build that fails is no error: the log tells.
    pub fn build(&self, build: &Build<'_>, line: &mut dyn FnMut(&str)) -> Result<BuildLog> {
        let call = self.words(self.dialect.build(build)).patience(LONG);
        let outcome = self.call(&call, line)?;
        // BuildKit's log stands on the error stream, Buildah's on both
        let log = format!("{}{}", outcome.text(), outcome.stderr);
        Ok(BuildLog::read(&log, outcome.is_fine()))
    }

    /// Starts a container in the background.
    ///
    /// # Errors
    /// When the engine cannot be started. That the container does not start is no error: the outcome tells.
    pub fn start(&self, run: &Run<'_>) -> Result<Outcome> {
        self.call(&self.words(run.words()).patience(LONG), &mut |_| ())
    }

    /// Runs a command inside a container.
    ///
    /// # Errors
    /// When the engine cannot be started.
    pub fn exec<'c>(&self, container: &str, command: &[&str], call: impl FnOnce(Call<'c>) -> Call<'c>) -> Result<Outcome> {
        let words = ["exec", "-i", container].iter().chain(command).map(ToString::to_string).collect();
        self.call(&call(self.words(words).patience(SHORT)), &mut |_| ())
    }

    /// How a container is.
    ///
    /// # Errors
    /// When it is not there.
    pub fn state(&self, container: &str) -> Result<State> {
        let value = self.json(words(["inspect", "--type", "container", "--format", "{{json .State}}", container]))?;
        Ok(State::read(&value))
    }

    /// Everything that a container said, on either stream.
    ///
    /// # Errors
    /// When it is not there.
    pub fn logs(&self, container: &str) -> Result<String> {
        let outcome = self.call(&self.words(words(["logs", container])).patience(SHORT), &mut |_| ())?;
        Ok(format!("{}{}", outcome.text(), outcome.stderr))
    }

    /// Asks a container to stop, and kills it after so many seconds.
    ///
    /// # Errors
    /// When it is not there.
    pub fn stop(&self, container: &str, seconds: u32) -> Result<()> {
        self.ask(words(["stop", "-t", &seconds.to_string(), container])).map(drop)
    }

    /// What a container's file system holds beyond its image: `A /app/data`, `C /tmp`.
    ///
    /// # Errors
    /// When the engine cannot tell.
    pub fn written(&self, container: &str) -> Result<Vec<String>> {
        let text = self.ask(words(["diff", container]))?;
        let paths = text.lines().filter_map(|line| line.strip_prefix("A ").or_else(|| line.strip_prefix("C ")));
        // what the engine itself puts into every container
        Ok(paths.filter(|path| !OWN.contains(path)).map(str::to_owned).collect())
    }

    /// What is known of an image.
    ///
    /// # Errors
    /// When it is not there.
    pub fn image(&self, image: &str) -> Result<Value> {
        self.json(words(["image", "inspect", "--format", "{{json .}}", image]))
    }

    /// Its layers with the commands that made them, the lowest first.
    ///
    /// # Errors
    /// When it is not there.
    pub fn layers(&self, image: &str) -> Result<Vec<Layer>> {
        let text = self.ask(words(["history", "--no-trunc", "--human=false", "--format", self.dialect.history(), image]))?;
        Ok(Layer::read(&text))
    }

    /// Has an image at hand, from its registry where it has to be.
    ///
    /// # Errors
    /// When it cannot be had.
    pub fn fetch(&self, image: &str) -> Result<()> {
        if self.image(image).is_ok() {
            return Ok(());
        }
        let outcome = self.call(&self.words(words(["pull", image])).patience(LONG), &mut |_| ())?;
        if outcome.is_fine() { Ok(()) } else { Err(self.broken(&outcome.stderr).into()) }
    }

    /// Hands an image's archive to `consume`.
    ///
    /// # Errors
    /// When the engine cannot make one, or it cannot be read.
    pub fn save<T>(&self, image: &str, consume: &mut dyn FnMut(&mut dyn Read) -> std::io::Result<T>) -> Result<T> {
        let call = self.words(words(["save", image]));
        let mut result = None;
        let read = self.runner.read(&call, &mut |archive| {
            result = Some(consume(archive)?);
            Ok(())
        });
        let broken = |error: std::io::Error| self.broken(&format!("the image's archive cannot be read ({error})"));
        read.map_err(broken)?;
        result.ok_or_else(|| self.broken("it gave no archive").into())
    }

    /// Makes a network.
    ///
    /// # Errors
    /// When the engine refuses.
    pub fn network(&self, name: &str) -> Result<()> {
        self.ask(words(["network", "create", name])).map(drop)
    }

    /// Removes what was made, whether or not it is there, and whatever the user does meanwhile.
    pub fn remove(&self, trace: &Trace) {
        let words = match trace {
            // Podman asks politely first, and waits
            Trace::Container(name) if self.dialect == Dialect::Podman => words(["rm", "--force", "--volumes", "--time", "0", name]),
            Trace::Container(name) => words(["rm", "--force", "--volumes", name]),
            Trace::Image(name) => words(["rmi", "--force", name]),
            Trace::Network(name) => words(["network", "rm", name]),
        };
        // what cannot be removed is not there, or the engine is gone
        _ = self.runner.run(&self.words(words).patience(SHORT).last(), &mut |_| ());
    }
}

/// Something that a trial makes and takes away again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trace {
    /// A container, by its name.
    Container(String),
    /// An image, by its tag.
    Image(String),
    /// A network, by its name.
    Network(String),
}

fn words<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.map(str::to_owned).to_vec()
}
