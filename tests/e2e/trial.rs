//! `imggen try` on the engine: every fixture does what it is there for, and every broken twin is explained, and mended where a run can show how.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Output, Stdio},
    thread::sleep,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use libtest_mimic::Completion;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    common::{
        case::{Case, Tier},
        project::{Project, stderr, stdout},
    },
    engine::Engine,
};

/// A project that is broken in one way.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Twin {
    /// The folder's name.
    #[serde(default)]
    pub name: String,
    /// What is wrong, in a line; for readers.
    #[serde(rename = "summary")]
    _summary: String,
    /// The kind of failure that is named.
    kind: String,
    /// The sentence that says so.
    says: Option<String>,
    /// Whether `--learn` makes it right.
    learns: bool,
    /// Whether it works beside the services of its compose file.
    with: Option<String>,
    #[serde(default)]
    args: Vec<String>,
}

/// All of them, by name.
pub fn twins() -> Result<Vec<Twin>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/trial/twins");
    let mut twins = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let text = fs::read_to_string(path.join("twin.toml")).with_context(|| path.display().to_string())?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        twins.push(Twin { name, ..toml::from_str(&text).with_context(|| path.display().to_string())? });
    }
    twins.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(twins)
}

/// Tries a fixture.
pub fn fixture(case: &Case, tier: Tier) -> Result<Completion> {
    if case.refuse.is_some() || case.tier == Tier::Files {
        return Ok(Completion::ignored_with("it has no image, as its case says"));
    }
    let engine = match engine(tier)? {
        Ok(engine) => engine,
        Err(why) => return Ok(Completion::ignored_with(why)),
    };
    let project = Project::copy(case)?;
    stdout(&project.init(case)?).context("imggen init")?;
    prepare(engine, &project)?;
    let arguments: Vec<String> = case.build.args.iter().map(|(name, value)| format!("--build-arg={name}={value}")).collect();
    let words = case.runs.first().map(|run| run.args.clone()).unwrap_or_default();
    let env: Vec<String> = case.runs.first().iter().flat_map(|run| &run.env).map(|(name, value)| format!("--env={name}={value}")).collect();
    let mut all: Vec<&str> = arguments.iter().chain(&env).map(String::as_str).collect();
    if !words.is_empty() {
        all.push("--");
        all.extend(words.iter().map(String::as_str));
    }
    let (output, report) = tries(engine, &project, &all)?;
    ensure!(report["verdict"] == "fine", "{}", explain(&report, &output));
    ensure!(output.status.success(), "{}", output.status);
    Ok(Completion::Completed)
}

/// Tries a twin, and learns from it where that helps.
pub fn twin(twin: &Twin, tier: Tier) -> Result<Completion> {
    let engine = match engine(tier)? {
        Ok(engine) => engine,
        Err(why) => return Ok(Completion::ignored_with(why)),
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/trial/twins").join(&twin.name);
    let project = Project::of(&folder, "twin.toml")?;
    prepare(engine, &project)?;
    let args: Vec<&str> = if twin.args.is_empty() { vec!["--wait", "10"] } else { twin.args.iter().map(String::as_str).collect() };

    let (output, report) = tries(engine, &project, &args)?;
    let first = report.pointer("/findings/0").cloned().unwrap_or_default();
    ensure!(first["kind"] == twin.kind.as_str(), "it is not `{}`:\n{}", twin.kind, explain(&report, &output));
    if let Some(says) = &twin.says {
        ensure!(first["message"] == says.as_str(), "it says {}", first["message"]);
    }
    let is_warning = first["severity"] == "warning";
    ensure!(output.status.code() == Some(i32::from(!is_warning)), "{}", output.status);
    ensure!(project.written()?.is_empty(), "it wrote {:?}", project.written()?);

    if let Some(with) = &twin.with {
        let (output, report) = tries(engine, &project, &[args.clone(), vec!["--with", with.as_str()]].concat())?;
        ensure!(report["verdict"] == "fine", "with {with}:\n{}", explain(&report, &output));
    }
    let (output, report) = tries(engine, &project, &[vec!["--learn"], args].concat())?;
    let works = report["verdict"] == "fine" && report.get("learned").is_some();
    ensure!(works == twin.learns, "after --learn:\n{}", explain(&report, &output));
    if twin.learns {
        let rounds = stderr(&output).matches("trying ").count();
        ensure!(rounds <= 4, "it took {rounds} rounds");
        let settings = fs::read_to_string(project.dir.join("imggen.toml"))?;
        ensure!(settings.contains("[learned") && settings.contains("seen when it ran"), "{settings}");
        let explained = stdout(&project.imggen(["explain"])?)?;
        ensure!(explained.contains("seen when it ran") || !settings.contains("port ="), "{explained}");
    }
    Ok(Completion::Completed)
}

/// Ctrl-C while the program runs: nothing is left, and the exit code says so.
pub fn interrupted(tier: Tier) -> Result<Completion> {
    let engine = match engine(tier)? {
        Ok(engine) => engine,
        Err(why) => return Ok(Completion::ignored_with(why)),
    };
    let project = Project::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/trial/twins/never-opened"), "twin.toml")?;
    prepare(engine, &project)?;
    let mut command = project.command(["try", "--wait", "120"]);
    engine.point(&mut command);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let said = BufReader::new(child.stderr.take().context("its stderr")?);
    for line in said.lines() {
        if line?.contains("starting it") {
            sleep(Duration::from_secs(2));
            stdout(&Command::new("kill").args(["-INT", &child.id().to_string()]).output()?)?;
        }
    }
    let id = child.id();
    let status = child.wait()?;
    ensure!(status.code() == Some(130), "{status}");
    left(engine, id)?;
    ensure!(project.written()?.is_empty(), "it wrote {:?}", project.written()?);
    Ok(Completion::Completed)
}

fn engine(tier: Tier) -> Result<Result<&'static Engine, String>> {
    match (tier, Engine::get()) {
        (Tier::Full, Ok(engine)) => Ok(Ok(engine)),
        (Tier::Full, Err(reason)) => Ok(Err(reason.to_owned())),
        (Tier::Smoke, _) => Ok(Err("IMGGEN_E2E=full tries it".to_owned())),
        (Tier::Files, _) => bail!("no tier to run"),
    }
}

fn prepare(engine: &Engine, project: &Project) -> Result<()> {
    for name in ["Dockerfile", "Dockerfile.debug"] {
        let output = project.imggen(["generate", &format!("--stdout={name}")])?;
        if stderr(&output).contains("generate::no-file") {
            continue;
        }
        let text = stdout(&output)?;
        let file = tempfile::NamedTempFile::new()?;
        fs::write(file.path(), text)?;
        engine.prepare(file.path())?;
    }
    Ok(())
}

/// `imggen try`, and that it leaves nothing behind.
fn tries(engine: &Engine, project: &Project, args: &[&str]) -> Result<(Output, Value)> {
    let mut command = project.command(["try", "--format", "json"].iter().chain(args).copied());
    engine.point(&mut command);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let id = child.id();
    let output = child.wait_with_output()?;
    let report = serde_json::from_slice(&output.stdout).with_context(|| stderr(&output))?;
    left(engine, id)?;
    Ok((output, report))
}

/// Nothing of a trial is left.
fn left(engine: &Engine, id: u32) -> Result<()> {
    let own = format!("imggen-try-{id}-");
    for list in [
        vec!["ps", "-a", "--format", "{{.Names}}"],
        vec!["images", "--format", "{{.Repository}}"],
        vec!["network", "ls", "--format", "{{.Name}}"],
    ] {
        let all = engine.ask(&list)?;
        ensure!(!all.contains(&own), "it leaves behind:\n{all}");
    }
    Ok(())
}

fn explain(report: &Value, output: &Output) -> String {
    format!("{report:#}\n{}", stderr(output))
}
