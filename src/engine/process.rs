//! Programs that are started, listened to line by line, and ended when the user says so.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::interrupt;

/// How often it is asked whether the user has had enough.
const TICK: Duration = Duration::from_millis(50);

/// Whether what a program printed so far is all that is wanted.
pub type Enough<'a> = &'a dyn Fn(&[u8]) -> bool;

/// A program to run.
pub struct Call<'a> {
    /// The program.
    pub program: String,
    /// Its words.
    pub words: Vec<String>,
    /// What it reads. Its input stays open until it ends.
    pub input: Vec<u8>,
    /// How long it may take.
    pub patience: Duration,
    /// Whether what it printed so far is all that is wanted.
    pub enough: Option<Enough<'a>>,
    /// Whether it runs although the user has had enough: it cleans up.
    pub is_last: bool,
}

impl<'a> Call<'a> {
    /// `program` with these words.
    pub fn new(program: impl Into<String>, words: Vec<String>) -> Self {
        Self { program: program.into(), words, input: Vec::new(), patience: Duration::MAX, enough: None, is_last: false }
    }

    /// It may take so long.
    #[must_use]
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// It reads this.
    #[must_use]
    pub fn input(self, input: Vec<u8>) -> Self {
        Self { input, ..self }
    }

    /// It is ended as soon as this holds for what it printed.
    #[must_use]
    pub fn enough(self, enough: Enough<'a>) -> Self {
        Self { enough: Some(enough), ..self }
    }

    /// It cleans up.
    #[must_use]
    pub fn last(self) -> Self {
        Self { is_last: true, ..self }
    }
}

/// How a program's run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// By itself.
    ByItself,
    /// It had printed enough, or took too long.
    Cut,
    /// The user had enough.
    Interrupted,
}

/// What came of a program.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Its exit code, where it has one.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: Vec<u8>,
    /// What it said besides.
    pub stderr: String,
    /// How it ended.
    pub ended: Ended,
}

impl Outcome {
    /// Whether it ended well.
    #[must_use]
    pub fn is_fine(&self) -> bool {
        self.code == Some(0)
    }

    /// What it printed, as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }
}

/// Whoever runs programs.
pub trait Runner {
    /// Runs a program to its end; `line` hears each line of its error stream.
    ///
    /// # Errors
    /// When it cannot be started.
    fn run(&self, call: &Call<'_>, line: &mut dyn FnMut(&str)) -> io::Result<Outcome>;

    /// Runs a program and hands what it prints to `consume`.
    ///
    /// # Errors
    /// When it cannot be started, fails, or `consume` does.
    fn read(&self, call: &Call<'_>, consume: &mut dyn FnMut(&mut dyn Read) -> io::Result<()>) -> io::Result<()>;
}

/// Programs of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Process;

enum Heard {
    Printed(Vec<u8>),
    Said(String),
}

impl Runner for Process {
    fn run(&self, call: &Call<'_>, line: &mut dyn FnMut(&str)) -> io::Result<Outcome> {
        let mut child = spawn(call)?;
        if let Some(input) = &mut child.stdin {
            // who does not read it says why on the error stream
            _ = input.write_all(&call.input).and_then(|()| input.flush());
        }
        if call.input.is_empty() {
            drop(child.stdin.take());
        }
        let heard = listen(&mut child);
        let mut outcome = Outcome { code: None, stdout: Vec::new(), stderr: String::new(), ended: Ended::ByItself };
        let deadline = Instant::now().checked_add(call.patience);
        loop {
            match heard.recv_timeout(TICK) {
                Ok(Heard::Printed(bytes)) => outcome.stdout.extend(bytes),
                Ok(Heard::Said(said)) => {
                    line(&said);
                    outcome.stderr += &said;
                    outcome.stderr.push('\n');
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if interrupt::is_wanted() && !call.is_last {
                outcome.ended = Ended::Interrupted;
            } else if call.enough.is_some_and(|enough| enough(&outcome.stdout)) || deadline.is_some_and(|end| Instant::now() > end) {
                outcome.ended = Ended::Cut;
            }
            if outcome.ended != Ended::ByItself {
                _ = child.kill();
                break;
            }
        }
        drop(child.stdin.take());
        outcome.code = child.wait()?.code();
        Ok(outcome)
    }

    fn read(&self, call: &Call<'_>, consume: &mut dyn FnMut(&mut dyn Read) -> io::Result<()>) -> io::Result<()> {
        let mut child = spawn(call)?;
        drop(child.stdin.take());
        let mut said = child.stderr.take();
        let errors = thread::spawn(move || {
            let mut text = String::new();
            said.as_mut().map(|said| said.read_to_string(&mut text));
            text
        });
        let consumed = child.stdout.take().map_or(Ok(()), |mut printed| consume(&mut Interruptible(&mut printed)));
        if consumed.is_err() {
            _ = child.kill();
        }
        let status = child.wait()?;
        let errors = errors.join().unwrap_or_default();
        consumed?;
        if status.success() { Ok(()) } else { Err(io::Error::other(errors.trim().to_owned())) }
    }
}

fn spawn(call: &Call<'_>) -> io::Result<Child> {
    let mut command = Command::new(&call.program);
    command.args(&call.words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if call.program == "docker" {
        // what older ones do not do by themselves
        command.env("DOCKER_BUILDKIT", "1");
    }
    #[cfg(unix)]
    {
        // Ctrl-C at the terminal is ours to answer: what cleans up must not die of it
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
    }
    command.spawn()
}

fn listen(child: &mut Child) -> Receiver<Heard> {
    let (send, heard) = channel();
    if let Some(mut printed) = child.stdout.take() {
        let send = send.clone();
        thread::spawn(move || {
            let mut buffer = [0; 16 << 10];
            while let Ok(count @ 1..) = printed.read(&mut buffer) {
                if send.send(Heard::Printed(buffer[..count].to_vec())).is_err() {
                    break;
                }
            }
        });
    }
    if let Some(said) = child.stderr.take() {
        thread::spawn(move || {
            let mut said = BufReader::new(said);
            let mut line = Vec::new();
            while let Ok(1..) = said.read_until(b'\n', &mut line) {
                let text = String::from_utf8_lossy(&line).trim_end().to_owned();
                line.clear();
                if send.send(Heard::Said(text)).is_err() {
                    break;
                }
            }
        });
    }
    heard
}

/// A stream that ends when the user has had enough.
struct Interruptible<'a>(&'a mut dyn Read);

impl Read for Interruptible<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if interrupt::is_wanted() { Err(io::Error::other("interrupted")) } else { self.0.read(buffer) }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn sh(script: &str) -> Call<'static> {
        Call::new("sh", vec!["-c".into(), script.into()])
    }

    #[test]
    fn both_streams_and_the_exit_code_are_heard() {
        let mut lines = Vec::new();
        let outcome = Process.run(&sh("echo out; echo one >&2; echo two >&2; exit 3"), &mut |line| lines.push(line.to_owned()));
        let outcome = outcome.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((outcome.code, outcome.text().as_str(), lines.join(" ").as_str()), (Some(3), "out\n", "one two"));
    }

    #[test]
    fn who_has_printed_enough_or_takes_too_long_is_ended() {
        let enough = |bytes: &[u8]| bytes.starts_with(b"ready");
        let outcome = Process.run(&sh("echo ready; sleep 60").enough(&enough), &mut |_| ());
        assert_eq!(outcome.map(|outcome| outcome.ended).ok(), Some(Ended::Cut));
        let outcome = Process.run(&sh("sleep 60").patience(Duration::from_millis(1)), &mut |_| ());
        assert_eq!(outcome.map(|outcome| outcome.ended).ok(), Some(Ended::Cut));
    }
}
