//! Services of a compose file, started beside the image on a network of their own.

use std::thread;
use std::time::{Duration, Instant};

use super::listen::listeners;
use super::traces::Traces;
use crate::declared::Beside;
use crate::diagnostic::{Diagnostic, Result};
use crate::engine::{Engine, Run};

/// How long a service may take until it listens.
const PATIENCE: Duration = Duration::from_mins(1);

/// Starts services on a network of their own, and returns its name.
///
/// # Errors
/// When one of them does not start.
pub fn start(engine: &Engine, services: &[Beside], traces: &Traces<'_>) -> Result<String> {
    let network = traces.network();
    engine.network(&network)?;
    for service in services {
        let name = traces.container();
        let run = Run {
            name: &name,
            image: &service.image,
            network: Some(network.clone()),
            aliases: vec![service.name.clone()],
            env: service.env.clone(),
            arguments: service.command.clone(),
            ..Run::default()
        };
        let started = engine.start(&run)?;
        if !started.is_fine() {
            let said = started.stderr.trim().lines().last().unwrap_or_default().to_owned();
            return Err(Diagnostic::error("try::service", format!("the service `{}` does not start: {said}", service.name)).into());
        }
        wait(engine, &name, service)?;
    }
    Ok(network)
}

/// Waits until a service listens, as far as it can be looked into.
fn wait(engine: &Engine, container: &str, service: &Beside) -> Result<()> {
    let clock = Instant::now();
    while clock.elapsed() < PATIENCE {
        if !engine.state(container)?.is_running {
            let said = engine.logs(container)?;
            let error = Diagnostic::error("try::service", format!("the service `{}` ends by itself", service.name));
            return Err(said.lines().rev().take(3).fold(error, |error, line| error.info(line.trim())).into());
        }
        let tables = engine.exec(container, &["cat", "/proc/net/tcp", "/proc/net/tcp6"], |call| call)?;
        // an image without `cat` is given a moment
        if !listeners(&tables.text()).is_empty() || !tables.is_fine() && clock.elapsed() > Duration::from_secs(3) {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(200));
    }
    Ok(())
}
