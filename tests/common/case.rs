//! `case.toml`: what must hold for a fixture.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::tests;

/// A fixture under one set of arguments. A variant is a case of its own over the same folder.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The folder's name; a variant's follows after an `@`.
    #[serde(default)]
    pub name: String,
    /// The idea, in a line.
    pub summary: String,
    #[serde(default)]
    pub tier: Tier,
    /// What follows `imggen init --yes`.
    #[serde(default)]
    pub init: Vec<String>,
    #[serde(default)]
    pub build: Build,
    pub expect: Option<Expect>,
    /// In the order given, each in a fresh container.
    #[serde(default, rename = "run")]
    pub runs: Vec<Run>,
    /// Why it does not run under a root that is read-only, as a user whom its image does not know, with what the printed line mounts.
    pub unconfined: Option<String>,
    pub edit: Option<Edit>,
    pub debug: Option<Debug>,
    /// Instead of all that: `init` declines, and writes nothing.
    pub refuse: Option<Refuse>,
    #[serde(default)]
    variants: Vec<Case>,
    #[serde(skip)]
    pub fixture: PathBuf,
}

/// When a case is built and run.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// With every `cargo test`.
    Smoke,
    /// With the full matrix alone.
    #[default]
    Full,
    /// Never: its base is one that not every engine has. Its files are written, checked and linted.
    Files,
}

/// How `docker build` is called.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Build {
    #[serde(default)]
    pub args: BTreeMap<String, String>,
    /// Without a network.
    #[serde(default)]
    pub offline: bool,
}

/// The plan and the image.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// The catalog's id of the run-time base.
    pub base: String,
    /// All of them.
    #[serde(default)]
    pub exposes: Vec<u16>,
    #[serde(default = "Expect::nonroot")]
    pub uid: u32,
    /// Megabytes, as `docker images` counts them.
    pub max_mb: u64,
    #[serde(default)]
    pub files: Vec<String>,
    #[serde(default)]
    pub absent: Vec<String>,
    /// The base holds a shell because the program needs its distribution.
    #[serde(default)]
    pub shell: bool,
}

impl Expect {
    const fn nonroot() -> u32 {
        65532
    }
}

/// A container. With `port` it answers, with `exit` it ends, with neither it keeps running until it is stopped.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    #[serde(default)]
    pub args: Vec<String>,
    /// Nothing in it can be changed, but for `/tmp`.
    #[serde(default)]
    pub read_only: bool,
    pub port: Option<u16>,
    #[serde(default)]
    pub get: Vec<Get>,
    pub exit: Option<i32>,
    /// Parts of what it prints, on either stream.
    #[serde(default)]
    pub output: Vec<String>,
    /// `docker stop` takes less.
    #[serde(default = "Run::stop_s")]
    pub stop_s: u64,
}

impl Run {
    const fn stop_s() -> u64 {
        5
    }
}

/// A request and its answer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Get {
    pub path: String,
    #[serde(default = "Get::ok")]
    pub status: u16,
    /// A part of the body.
    #[serde(default)]
    pub body: String,
    /// What the answer may be compressed with.
    pub accepts: Option<String>,
    /// Headers of the answer.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

impl Get {
    const fn ok() -> u16 {
        200
    }
}

/// A change to the sources, after which the dependencies are not fetched again.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    pub file: String,
    /// With `{now}` in it, lest an earlier run's build be taken from the cache.
    pub append: String,
    /// Nothing compiles it: it only has to be copied anew.
    #[serde(default)]
    pub copied: bool,
    /// Steps with these words come from the cache.
    #[serde(default)]
    pub keeps: Vec<String>,
}

/// The debug variant is built, and its first `run` holds there too, unless its debugger holds the program until a client comes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Debug {
    pub shell: bool,
    /// What a debugger says that waits for a client.
    pub waits: Option<String>,
}

/// What `init` says when it declines.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refuse {
    /// The diagnostic's.
    pub code: String,
    /// The process's.
    pub exit: i32,
    #[serde(default)]
    pub contains: Vec<String>,
}

/// All cases, by name.
pub fn cases() -> Result<Vec<Case>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(tests("fixtures"))? {
        let fixture = entry?.path();
        if fixture.is_dir() {
            found.extend(read(&fixture)?);
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

fn read(fixture: &Path) -> Result<Vec<Case>> {
    let file = fixture.join("case.toml");
    let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    let mut case: Case = toml::from_str(&text).with_context(|| file.display().to_string())?;
    case.name = fixture.file_name().unwrap_or_default().to_string_lossy().into_owned();

    let mut all = Vec::new();
    for mut variant in std::mem::take(&mut case.variants) {
        ensure!(!variant.name.is_empty(), "{}: a variant has no name", file.display());
        variant.name = format!("{}@{}", case.name, variant.name);
        all.push(variant);
    }
    all.insert(0, case);
    for case in &mut all {
        ensure!(case.expect.is_some() != case.refuse.is_some(), "{}: {} needs either `expect` or `refuse`", file.display(), case.name);
        case.fixture = fixture.to_path_buf();
    }
    Ok(all)
}
