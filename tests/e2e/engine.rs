//! The Docker engine: the one that answers, or one that a script beside this checkout starts.

use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::{LazyLock, Mutex, PoisonError},
};

use anyhow::{Context, Result, ensure};

use crate::common::project::{stderr, stdout};

/// Where builds and containers run.
pub struct Engine {
    /// A program that makes base images where no registry is reached; `IMGGEN_ENGINE` names another.
    script: Option<PathBuf>,
    host: Option<String>,
    /// Two tests may want the same base image.
    preparing: Mutex<()>,
}

/// Found when the first test asks, because starting one may take a minute.
static ENGINE: LazyLock<Result<Engine, String>> = LazyLock::new(Engine::find);

impl Engine {
    /// The engine, or why there is none.
    pub fn get() -> Result<&'static Self, &'static str> {
        ENGINE.as_ref().map_err(String::as_str)
    }

    fn find() -> Result<Self, String> {
        let script = env::var_os("IMGGEN_ENGINE")
            .map(PathBuf::from)
            .or_else(|| Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/engine/engine")).filter(|path| path.exists()));
        let host = script.as_deref().map(start).transpose().map_err(|error| format!("{error:#}"))?;

        let engine = Self { script, host, preparing: Mutex::default() };
        match engine.docker(["version"]) {
            Ok(output) if output.status.success() => Ok(engine),
            _ => Err("no Docker engine answers".into()),
        }
    }

    /// Has the base images that a Dockerfile names at hand.
    pub fn prepare(&self, dockerfile: &Path) -> Result<()> {
        let Some(script) = &self.script else { return Ok(()) };
        let _one_at_a_time = self.preparing.lock().unwrap_or_else(PoisonError::into_inner);
        stdout(&Command::new(script).arg("for").arg(dockerfile).output()?).context("base images").map(drop)
    }

    /// `docker ARGS`, whatever comes of it.
    pub fn docker(&self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Result<Output> {
        let mut docker = Command::new("docker");
        docker.args(args).env("DOCKER_BUILDKIT", "1");
        self.point(&mut docker);
        docker.output().context("docker does not start")
    }

    /// Has a command find this engine.
    pub fn point(&self, command: &mut Command) {
        if let Some(host) = &self.host {
            command.env("DOCKER_HOST", host);
        }
    }

    /// What `docker ARGS` prints, trimmed.
    pub fn ask(&self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Result<String> {
        Ok(stdout(&self.docker(args)?)?.trim().to_owned())
    }
}

/// Starts the script's engine and returns its address.
fn start(script: &Path) -> Result<String> {
    let output = Command::new(script).arg("up").output().with_context(|| script.display().to_string())?;
    ensure!(output.status.success(), "{} up: {}", script.display(), stderr(&output));
    let said = stdout(&output)?;
    let host = said.lines().find_map(|line| line.strip_prefix("DOCKER_HOST="));
    Ok(host.context("the engine does not say where it listens")?.to_owned())
}
