//! A copy of a fixture, and the program under test inside it.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use super::case::{Case, Refuse};

/// A fixture's copy in a folder of the same name, because names are among the things that are detected.
pub struct Project {
    pub dir: PathBuf,
    given: BTreeSet<PathBuf>,
    _temporary: TempDir,
}

impl Project {
    pub fn copy(case: &Case) -> Result<Self> {
        Self::of(&case.fixture, "case.toml")
    }

    /// A folder's copy, without the file that describes it.
    pub fn of(folder: &Path, description: &str) -> Result<Self> {
        let temporary = tempfile::tempdir()?;
        let dir = temporary.path().join(folder.file_name().unwrap_or_default());
        copy(folder, &dir).with_context(|| format!("copying {}", folder.display()))?;
        fs::remove_file(dir.join(description))?;
        let given = files(&dir)?;
        Ok(Self { dir, given, _temporary: temporary })
    }

    /// Runs `imggen` here, as a machine would: without a terminal.
    pub fn imggen<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Result<Output> {
        self.command(args).output().context("imggen does not start")
    }

    /// `imggen` as it is run here.
    pub fn command<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_imggen"));
        command.args(args).current_dir(&self.dir).env("NO_COLOR", "1").stdin(Stdio::null());
        command
    }

    /// `imggen init --yes` with the case's arguments.
    pub fn init(&self, case: &Case) -> Result<Output> {
        self.imggen(["init", "--yes"].into_iter().chain(case.init.iter().map(String::as_str)))
    }

    /// What was written since, relative to the project.
    pub fn written(&self) -> Result<BTreeSet<PathBuf>> {
        Ok(files(&self.dir)?.difference(&self.given).cloned().collect())
    }

    /// `init` declined for the reason given, and wrote nothing.
    pub fn refused(&self, output: &Output, refuse: &Refuse) -> Result<()> {
        let said = stderr(output);
        ensure!(output.status.code() == Some(refuse.exit), "{}, not {}:\n{said}", output.status, refuse.exit);
        for part in std::iter::once(&format!("error[{}]", refuse.code)).chain(&refuse.contains) {
            ensure!(said.contains(part.as_str()), "`{part}` is missing from:\n{said}");
        }
        ensure!(self.written()?.is_empty(), "it declined and wrote {:?}", self.written()?);
        Ok(())
    }
}

/// The output of a program that ended well.
pub fn stdout(output: &Output) -> Result<String> {
    ensure!(output.status.success(), "{}\n{}", output.status, stderr(output));
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn files(root: &Path) -> Result<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(root)?.to_path_buf());
            }
        }
    }
    Ok(found)
}
