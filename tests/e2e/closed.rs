//! A checkout under `umask 077`: its owner alone may read it, and the image's user is another.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use anyhow::{Context, Result, ensure};
use libtest_mimic::Completion;

use crate::{
    common::{
        case::{Case, Tier},
        project::{Project, stderr, stdout},
    },
    engine::Engine,
    image::Image,
    story::{SOMEBODY, confined, runs},
};

/// Projects whose files pass through a build stage, each on another way.
pub const PROJECTS: [&str; 7] =
    ["python-flask", "python-django", "deno-server", "node-typescript", "node-vite", "node-part-client", "go-part-served"];

/// They are built and run as nobody whom the image knows, and nothing is said of modes.
pub fn tell(case: &Case, tier: Tier) -> Result<Completion> {
    if tier == Tier::Smoke {
        return Ok(Completion::ignored_with("IMGGEN_E2E=full builds it"));
    }
    let project = Project::copy(case)?;
    close(&project.dir)?;
    let output = project.init(case)?;
    let said = stdout(&output).context("imggen init")?;
    ensure!(!stderr(&output).contains("context::mode"), "{}", stderr(&output));
    let engine = match Engine::get() {
        Ok(engine) => engine,
        Err(reason) => return Ok(Completion::ignored_with(format!("files only; {reason}"))),
    };
    let image = Image::build(engine, &project.dir, "Dockerfile", &case.build)?;
    let flags = confined(&said);
    case.runs.iter().try_for_each(|run| runs(&image, run, SOMEBODY, &flags)).with_context(|| flags.join(" "))?;
    Ok(Completion::Completed)
}

fn close(path: &Path) -> Result<()> {
    let mode = if path.is_dir() { 0o700 } else { 0o600 };
    fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    if path.is_dir() {
        fs::read_dir(path)?.try_for_each(|entry| close(&entry?.path()))?;
    }
    Ok(())
}
