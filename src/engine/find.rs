//! Which engine is there.

use super::{Dialect, Engine, Process};
use crate::diagnostic::{Diagnostic, Result};

/// How to get one, by system.
const HOW: [&str; 3] = [
    "on Linux: `apt install podman`, `dnf install podman`, or Docker Engine by docs.docker.com/engine/install",
    "on macOS and Windows: Docker Desktop, Rancher Desktop, Podman Desktop, or `colima start`",
    "an engine on another machine: `DOCKER_HOST=ssh://user@host`; a builder alone: `--engine buildx:NAME`",
];

/// The engine that is asked for, or the first that answers.
///
/// # Errors
/// When none answers, with how to get one.
pub fn find(asked: Option<&str>) -> Result<Engine> {
    let candidates = match asked {
        None => Dialect::FOUND.to_vec(),
        Some(name) => {
            let unknown = || Diagnostic::usage("engine::unknown", format!("`{name}` is no engine that imggen knows"));
            let dialect = Dialect::named(name).ok_or_else(|| unknown().help("there are docker, podman, nerdctl and buildx:NAME"))?;
            vec![dialect]
        }
    };
    let mut said = Vec::new();
    for dialect in candidates {
        let name = dialect.to_string();
        match Engine::open(dialect, Box::new(Process)) {
            Ok(engine) => return Ok(engine),
            Err(why) => said.push(format!("{name}: {why}")),
        }
    }
    let error = Diagnostic::error("engine::none", "no container engine answers here, and `try` needs one; nothing else of imggen does");
    let error = said.into_iter().fold(error, Diagnostic::info);
    Err(HOW.iter().fold(error, |error, how| error.help(*how)).into())
}
