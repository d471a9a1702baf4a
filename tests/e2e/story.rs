//! The story of one case, from an empty image to a debugger's.

use std::{
    collections::BTreeSet,
    fs::OpenOptions,
    io::Write,
    thread::sleep,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result, bail, ensure};
use libtest_mimic::Completion;
use serde_json::Value;

use crate::{
    common::{
        case::{Case, Debug, Edit, Expect, Run, Tier},
        project::{Project, stderr, stdout},
    },
    engine::Engine,
    image::{Container, Image},
    probe,
};

/// How long a server may take until it answers.
const START: Duration = Duration::from_secs(30);
/// How long a worker must live to count as running.
const SETTLE: Duration = Duration::from_secs(2);
/// The exit code of a process that did not end by itself.
const KILLED: i32 = 137;

const SHELLS: [&str; 5] = ["sh", "ash", "bash", "dash", "busybox"];

/// A user whom no image knows, as `OpenShift` takes one: his group is root's, and nothing else is.
pub const SOMEBODY: u32 = 12345;

/// Goes as far as the tier asks for and the machine allows.
pub fn tell(case: &Case, tier: Tier) -> Result<Completion> {
    let project = Project::copy(case)?;
    let output = project.init(case)?;
    if let Some(refuse) = &case.refuse {
        project.refused(&output, refuse)?;
        return Ok(Completion::Completed);
    }
    let said = stdout(&output).context("imggen init")?;
    let Some(expect) = &case.expect else { bail!("nothing is expected") };
    files_are_written(&project, expect)?;

    if case.tier == Tier::Files {
        return Ok(Completion::ignored_with("files only, as its case says"));
    }
    if case.tier == Tier::Full && tier == Tier::Smoke {
        return Ok(Completion::ignored_with("files only; IMGGEN_E2E=full builds it"));
    }
    let engine = match Engine::get() {
        Ok(engine) => engine,
        Err(reason) => return Ok(Completion::ignored_with(format!("files only; {reason}"))),
    };

    let image = Image::build(engine, &project.dir, "Dockerfile", &case.build)?;
    image_is_as_expected(&image, expect)?;
    for run in &case.runs {
        runs(&image, run, expect.uid, &[])?;
    }
    if tier == Tier::Full && case.unconfined.is_none() {
        let flags = confined(&said);
        case.runs.iter().try_for_each(|run| runs(&image, run, SOMEBODY, &flags)).with_context(|| flags.join(" "))?;
    }
    if let Some(edit) = &case.edit {
        edits_keep_dependencies(engine, &project, case, edit).context("after the edit")?;
    }
    if let Some(debug) = &case.debug {
        debugs(engine, &project, case, expect, debug, &image).context("the debug variant")?;
    }
    Ok(Completion::Completed)
}

/// The files are there, are current, and rest on the base that was meant.
fn files_are_written(project: &Project, expect: &Expect) -> Result<()> {
    let written = project.written()?;
    let is_written = |name: &str| written.iter().any(|path| path.as_os_str() == name);
    for name in ["Dockerfile", ".dockerignore"] {
        ensure!(is_written(name), "{name} is not among {written:?}");
    }
    stdout(&project.imggen(["generate", "--check"])?).context("imggen generate --check after init")?;

    let plan: Value = serde_json::from_str(&stdout(&project.imggen(["plan", "--format", "json"])?)?)?;
    let has_debug = plan.get("debug").is_some_and(|debug| !debug.is_null());
    ensure!(is_written("Dockerfile.debug") == has_debug, "Dockerfile.debug, planned: {has_debug}, and {written:?}");
    let base = plan.pointer("/image/runtime/base").and_then(Value::as_str).unwrap_or_default();
    ensure!(base == expect.base, "the base is `{base}`, not `{}`", expect.base);
    Ok(())
}

fn image_is_as_expected(image: &Image, expect: &Expect) -> Result<()> {
    let uid = image.uid()?;
    ensure!(uid == expect.uid, "the image's user is {uid}, not {}", expect.uid);

    let exposed = image.inspect("/Config/ExposedPorts")?;
    let exposed: BTreeSet<&str> = exposed.as_object().into_iter().flat_map(|ports| ports.keys()).map(String::as_str).collect();
    let ports: Vec<String> = expect.exposes.iter().map(|port| format!("{port}/tcp")).collect();
    let expected: BTreeSet<&str> = ports.iter().map(String::as_str).collect();
    ensure!(exposed == expected, "it exposes {exposed:?}, not {expected:?}");

    let megabytes = image.inspect("/Size")?.as_u64().unwrap_or_default().div_ceil(1_000_000);
    ensure!(megabytes <= expect.max_mb, "it has {megabytes} MB, more than {}", expect.max_mb);

    let paths = image.paths()?;
    for file in &expect.files {
        ensure!(paths.contains(file.trim_matches('/')), "{file} is not in the image");
    }
    for file in &expect.absent {
        ensure!(!paths.contains(file.trim_matches('/')), "{file} is in the image");
    }
    let shell = paths.iter().find(|path| is_shell(path));
    ensure!(shell.is_some() == expect.shell, "a shell: {shell:?}");
    Ok(())
}

/// The flags of a platform that allows as little as it can, with the volumes of the line that `init` printed.
pub fn confined(said: &str) -> Vec<String> {
    let words: Vec<&str> =
        said.lines().find(|line| line.trim_start().starts_with("docker run ")).unwrap_or_default().split_whitespace().collect();
    let mounts = words.windows(2).filter(|pair| matches!(pair[0], "-v" | "--tmpfs"));
    // a volume's name is the test's own, and goes with its container
    let mounts = mounts.flat_map(|pair| [pair[0].to_owned(), pair[1].rsplit(':').next().unwrap_or_default().trim_matches('\'').to_owned()]);
    let user = format!("--user={SOMEBODY}:0");
    let closed = ["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", &user].map(str::to_owned);
    closed.into_iter().chain(mounts).collect()
}

fn is_shell(path: &str) -> bool {
    path.rsplit_once('/').is_some_and(|(folder, name)| (folder.ends_with("bin") || folder == "busybox") && SHELLS.contains(&name))
}

pub fn runs(image: &Image, run: &Run, uid: u32, flags: &[String]) -> Result<()> {
    match (run.port, run.exit) {
        (Some(port), None) => serves(&image.start(run, flags)?, run, port, uid),
        (None, Some(exit)) => ends(image, run, exit, flags),
        (None, None) => works(&image.start(run, flags)?, run, uid),
        (Some(_), Some(_)) => bail!("a run has either a port or an exit code"),
    }
}

/// A server: it answers, and stops when asked to.
fn serves(container: &Container, run: &Run, port: u16, uid: u32) -> Result<()> {
    let address = answers(container, port)?;
    run.get.iter().try_for_each(|get| probe::get(&address, get)).with_context(|| container.logs().unwrap_or_default())?;
    stops(container, run, uid)
}

/// Waits for the first answer, and returns where it came from.
fn answers(container: &Container, port: u16) -> Result<String> {
    let started = Instant::now();
    loop {
        ensure!(container.is_running()?, "it ended with {}:\n{}", container.exit_code()?, container.logs()?);
        ensure!(started.elapsed() < START, "nothing answers on port {port}:\n{}", container.logs()?);
        match container.address(port) {
            Ok(address) if probe::answers(&address) => return Ok(address),
            _ => sleep(Duration::from_millis(100)),
        }
    }
}

/// A worker: it says what it should, keeps running, and stops when asked to.
fn works(container: &Container, run: &Run, uid: u32) -> Result<()> {
    sleep(SETTLE);
    let started = Instant::now();
    while prints(&container.logs()?, run).is_err() && container.is_running()? && started.elapsed() < START {
        sleep(Duration::from_millis(200));
    }
    ensure!(container.is_running()?, "it ended with {}:\n{}", container.exit_code()?, container.logs()?);
    stops(container, run, uid)
}

fn stops(container: &Container, run: &Run, uid: u32) -> Result<()> {
    let actual = container.uid()?;
    ensure!(actual == uid, "the process runs as {actual}, not {uid}");
    prints(&container.logs()?, run)?;

    let asked = Instant::now();
    container.stop()?;
    let took = asked.elapsed();
    ensure!(container.exit_code()? != KILLED, "it did not stop and was killed");
    ensure!(took < Duration::from_secs(run.stop_s), "it took {took:?} to stop");
    Ok(())
}

/// A tool: it prints, and ends.
fn ends(image: &Image, run: &Run, exit: i32, flags: &[String]) -> Result<()> {
    let output = image.finish(run, flags)?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &stderr(&output);
    ensure!(output.status.code() == Some(exit), "it ended with {}, not {exit}:\n{said}", output.status);
    prints(&said, run)
}

fn prints(said: &str, run: &Run) -> Result<()> {
    for part in &run.output {
        ensure!(said.contains(part), "`{part}` is missing from:\n{said}");
    }
    Ok(())
}

/// An edit is compiled, or copied where the case says that nothing compiles it, and no dependency is fetched or compiled again.
fn edits_keep_dependencies(engine: &'static Engine, project: &Project, case: &Case, edit: &Edit) -> Result<()> {
    let path = project.dir.join(&edit.file);
    let mut file = OpenOptions::new().append(true).open(&path).with_context(|| edit.file.clone())?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos().to_string();
    file.write_all(edit.append.replace("{now}", &now).as_bytes())?;

    let steps = Image::build(engine, &project.dir, "Dockerfile", &case.build)?.steps();
    for words in &edit.keeps {
        let step = steps.iter().find(|(text, _)| text.contains(words.as_str()));
        ensure!(step.is_some_and(|(_, cached)| *cached), "`{words}` is not cached: {steps:#?}");
    }
    let verb = if edit.copied { "] COPY" } else { "] RUN" };
    ensure!(steps.iter().any(|(text, cached)| text.contains(verb) && !cached), "no `{verb}` was done again: {steps:#?}");
    Ok(())
}

/// The same program with a shell beside it, under the same user, in an image of its own.
fn debugs(engine: &'static Engine, project: &Project, case: &Case, expect: &Expect, debug: &Debug, production: &Image) -> Result<()> {
    let image = Image::build(engine, &project.dir, "Dockerfile.debug", &case.build)?;
    ensure!(image.uid()? == expect.uid, "its user is {}", image.uid()?);
    ensure!(image.inspect("/Id")? != production.inspect("/Id")?, "it is the image for production");
    if debug.shell {
        let id = image.shell("id -u")?;
        ensure!(id == expect.uid.to_string(), "its shell runs as {id}");
    }
    match (&debug.waits, case.runs.first()) {
        (Some(words), Some(run)) => waits(&image.start(run, &[])?, words),
        (None, Some(run)) => runs(&image, run, expect.uid, &[]),
        (_, None) => Ok(()),
    }
}

/// A debugger that holds the program until a client comes: it says so, and stays.
fn waits(container: &Container, words: &str) -> Result<()> {
    let started = Instant::now();
    while !container.logs()?.contains(words) {
        ensure!(container.is_running()? && started.elapsed() < START, "it does not say `{words}`:\n{}", container.logs()?);
        sleep(Duration::from_millis(200));
    }
    ensure!(container.is_running()?, "it ended with {}:\n{}", container.exit_code()?, container.logs()?);
    Ok(())
}
