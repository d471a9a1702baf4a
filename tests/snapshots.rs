//! What `init` writes for each fixture, word for word. `IMGGEN_BLESS=1 cargo test --test snapshots` accepts what it writes now.

mod common;

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result, bail, ensure};
use libtest_mimic::{Arguments, Completion, Trial};
use similar::TextDiff;

use common::{
    case::{Case, cases},
    harness::{self, trial},
    project::{Project, stderr, stdout},
    tests,
};

/// Stands for the files where `init` declines.
const REFUSAL: &str = "refusal.txt";

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    harness::run(&arguments, || {
        let cases = cases()?;
        let names: BTreeSet<_> = cases.iter().map(|case| case.name.clone()).collect();
        let mut trials: Vec<Trial> = cases.into_iter().map(|case| trial(case.name.clone(), move || compare(&case))).collect();
        trials.push(trial("no-strays", move || no_strays(&names)));
        Ok(trials)
    })
}

fn compare(case: &Case) -> Result<Completion> {
    let folder = tests("snapshots").join(&case.name);
    let now = write(case)?;
    if env::var_os("IMGGEN_BLESS").is_some() {
        bless(&folder, &now)?;
    }
    let before = read(&folder)?;

    let names: BTreeSet<_> = before.keys().chain(now.keys()).collect();
    let differences: Vec<String> = names.into_iter().filter_map(|name| difference(name, before.get(name), now.get(name))).collect();
    ensure!(differences.is_empty(), "{}\nIMGGEN_BLESS=1 accepts this", differences.join("\n"));
    Ok(Completion::Completed)
}

/// The files that `init` writes, or else what it says.
fn write(case: &Case) -> Result<BTreeMap<PathBuf, String>> {
    let project = Project::copy(case)?;
    let output = project.init(case)?;
    if case.refuse.is_some() {
        ensure!(!output.status.success(), "it did not decline");
        return Ok(BTreeMap::from([(REFUSAL.into(), stderr(&output))]));
    }
    stdout(&output).context("imggen init")?;
    project.written()?.into_iter().map(|path| Ok((path.clone(), fs::read_to_string(project.dir.join(path))?))).collect()
}

fn read(folder: &Path) -> Result<BTreeMap<PathBuf, String>> {
    if !folder.exists() {
        bail!("{} is not there yet; IMGGEN_BLESS=1 makes it", folder.display());
    }
    fs::read_dir(folder)?
        .map(|entry| {
            let entry = entry?;
            Ok((entry.file_name().into(), fs::read_to_string(entry.path())?))
        })
        .collect()
}

fn bless(folder: &Path, files: &BTreeMap<PathBuf, String>) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    for (name, text) in files {
        fs::write(folder.join(name), text).with_context(|| name.display().to_string())?;
    }
    Ok(())
}

fn difference(name: &Path, before: Option<&String>, now: Option<&String>) -> Option<String> {
    let (before, now) = (before.map_or("", String::as_str), now.map_or("", String::as_str));
    let name = name.display().to_string();
    (before != now).then(|| TextDiff::from_lines(before, now).unified_diff().header(&name, &name).to_string())
}

/// Nothing lies here for a case that is gone.
fn no_strays(names: &BTreeSet<String>) -> Result<Completion> {
    for entry in fs::read_dir(tests("snapshots"))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        ensure!(!path.is_dir() || names.contains(name.as_ref()), "{} belongs to no case", path.display());
    }
    Ok(Completion::Completed)
}
