//! Images and containers, which are gone when nobody holds them any longer.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::{Command, Output, id},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tempfile::NamedTempFile;

use crate::{
    common::{
        case::{Build, Run},
        project::{stderr, stdout},
    },
    engine::Engine,
};

/// What a build left.
pub struct Image {
    engine: &'static Engine,
    tag: String,
    log: String,
}

/// One build at a time. A step that two builds have in common is run once, and as long as one of them lasts BuildKit misses for the other
/// what the cache holds behind that step. It costs little: a build keeps all cores busy by itself.
static BUILDING: Mutex<()> = Mutex::new(());

impl Image {
    /// `docker build` as a user would call it, here with a log that can be read.
    pub fn build(engine: &'static Engine, project: &Path, dockerfile: &str, how: &Build) -> Result<Self> {
        let tag = unique("imggen-e2e:");
        engine.prepare(&project.join(dockerfile))?;

        let mut args: Vec<String> = ["build", "--progress", "plain", "--tag", &tag].map(Into::into).into();
        if dockerfile != "Dockerfile" {
            args.extend(["--file".into(), project.join(dockerfile).display().to_string()]);
        }
        if how.offline {
            args.extend(["--network".into(), "none".into()]);
        }
        for (name, value) in &how.args {
            args.extend(["--build-arg".into(), format!("{name}={value}")]);
        }
        args.push(project.display().to_string());

        let alone = BUILDING.lock().unwrap_or_else(PoisonError::into_inner);
        let output = engine.docker(&args)?;
        drop(alone);
        let log = stderr(&output);
        ensure!(output.status.success(), "docker build with {dockerfile}:\n{}", last_lines(&log, 60));
        Ok(Self { engine, tag, log })
    }

    /// What `docker image inspect` knows at a JSON pointer.
    pub fn inspect(&self, pointer: &str) -> Result<Value> {
        let all: Value = serde_json::from_str(&self.engine.ask(["image", "inspect", &self.tag])?)?;
        Ok(all.pointer(&format!("/0{pointer}")).cloned().unwrap_or_default())
    }

    /// The numeric user that it runs as.
    pub fn uid(&self) -> Result<u32> {
        let user = self.inspect("/Config/User")?;
        let text = user.as_str().unwrap_or_default();
        text.split(':').next().unwrap_or_default().parse().with_context(|| format!("the image's user is `{text}`, not a number"))
    }

    /// All of its files, as an archive.
    pub fn export(&self) -> Result<NamedTempFile> {
        let container = Container { engine: self.engine, id: self.engine.ask(["create", &self.tag])? };
        let archive = NamedTempFile::new()?;
        self.engine.ask(["export", "--output", &archive.path().display().to_string(), &container.id])?;
        Ok(archive)
    }

    /// Every path in it, without a slash at either end.
    pub fn paths(&self) -> Result<BTreeSet<String>> {
        listed(self.export()?.path())
    }

    /// The paths in an archive of it that have one of these names.
    pub fn named(archive: &NamedTempFile, names: &[String]) -> Result<BTreeSet<String>> {
        let all = listed(archive.path())?;
        Ok(all.into_iter().filter(|path| names.iter().any(|name| path.ends_with(name.as_str()))).collect())
    }

    /// The steps of the build, by their text, and whether each came from the cache.
    pub fn steps(&self) -> BTreeMap<String, bool> {
        let lines = || self.log.lines().filter(|line| line.starts_with('#'));
        let cached: BTreeSet<&str> = lines().filter_map(|line| line.strip_suffix(" CACHED")).collect();
        let steps = lines().filter_map(|line| line.split_once(' ').filter(|(_, text)| text.starts_with('[')));
        steps.map(|(id, text)| (text.split_whitespace().collect::<Vec<_>>().join(" "), cached.contains(id))).collect()
    }

    /// Starts it and leaves it running, with its port published to this machine.
    pub fn start(&self, run: &Run, flags: &[String]) -> Result<Container> {
        // Named beforehand, because one that fails to start is there all the same.
        let container = Container { engine: self.engine, id: unique("imggen-e2e-") };
        let publish = run.port.map(|port| format!("--publish=127.0.0.1::{port}"));
        let options = ["--detach".to_owned(), format!("--name={}", container.id)].into_iter().chain(publish);
        stdout(&self.run(options.chain(flags.iter().cloned()), run)?)?;
        Ok(container)
    }

    /// Runs it to its end.
    pub fn finish(&self, run: &Run, flags: &[String]) -> Result<Output> {
        self.run(["--rm".to_owned()].into_iter().chain(flags.iter().cloned()), run)
    }

    /// What a command in its shell prints.
    pub fn shell(&self, command: &str) -> Result<String> {
        self.engine.ask(["run", "--rm", "--entrypoint", "sh", &self.tag, "-c", command]).context("its shell")
    }

    fn run(&self, options: impl IntoIterator<Item = String>, run: &Run) -> Result<Output> {
        let env = run.env.iter().map(|(name, value)| format!("--env={name}={value}"));
        let options: Vec<String> = options.into_iter().collect();
        let read_only = (run.read_only && !options.iter().any(|option| option == "--read-only"))
            .then_some(["--read-only", "--tmpfs=/tmp"].map(str::to_owned));
        let args = std::iter::once("run".to_owned()).chain(options).chain(env).chain(read_only.into_iter().flatten());
        self.engine.docker(args.chain([self.tag.clone()]).chain(run.args.iter().cloned()))
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        discard(self.engine, &["image", "rm", "--force", &self.tag]);
    }
}

/// Something that runs, or ran.
pub struct Container {
    engine: &'static Engine,
    id: String,
}

impl Container {
    pub fn is_running(&self) -> Result<bool> {
        Ok(self.state("{{.State.Running}}")? == "true")
    }

    pub fn exit_code(&self) -> Result<i32> {
        Ok(self.state("{{.State.ExitCode}}")?.parse()?)
    }

    /// Where a port of it is found on this machine.
    pub fn address(&self, port: u16) -> Result<String> {
        self.engine.ask(["port", &self.id, &format!("{port}/tcp")])
    }

    /// The user of its first process as the kernel has it, or else as `docker top` does where the kernel is another machine's.
    pub fn uid(&self) -> Result<u32> {
        let uid = match fs::read_to_string(format!("/proc/{}/status", self.state("{{.State.Pid}}")?)) {
            Ok(status) => status.lines().find_map(|line| line.strip_prefix("Uid:")).map(str::to_owned),
            Err(_) => self.engine.ask(["top", &self.id, "-o", "uid,pid"])?.lines().nth(1).map(str::to_owned),
        };
        Ok(uid.iter().flat_map(|uid| uid.split_whitespace()).next().context("it has no process")?.parse()?)
    }

    /// Everything that it said, on either stream.
    pub fn logs(&self) -> Result<String> {
        let output = self.engine.docker(["logs", &self.id])?;
        Ok(stdout(&output)? + &stderr(&output))
    }

    pub fn stop(&self) -> Result<()> {
        self.engine.ask(["stop", &self.id]).map(drop)
    }

    fn state(&self, format: &str) -> Result<String> {
        self.engine.ask(["inspect", "--format", format, &self.id])
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        discard(self.engine, &["rm", "--force", "--volumes", &self.id]);
    }
}

fn listed(archive: &Path) -> Result<BTreeSet<String>> {
    let listing = stdout(&Command::new("tar").arg("-tf").arg(archive).output().context("tar does not start")?)?;
    Ok(listing.lines().map(|path| path.trim_matches('/').to_owned()).collect())
}

/// A name that no other test uses, in this run or in one beside it.
fn unique(prefix: &str) -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    format!("{prefix}{}-{}", id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// What cannot be removed is said and left: the test has its result already.
fn discard(engine: &Engine, args: &[&str]) {
    if let Err(error) = engine.ask(args) {
        eprintln!("docker {}: {error:#}", args.join(" "));
    }
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}
