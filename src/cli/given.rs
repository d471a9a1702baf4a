//! What a run is given beside the project's directory: a project's files as JSON, and what standard input brings.

use std::collections::BTreeMap;
use std::io::{self, Read};

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use serde::Deserialize;

use crate::diagnostic::{Diagnostic, Result};
use crate::pack::Pack;
use crate::read::file;
use crate::tree::READ_LIMIT;

/// What stands for standard input.
const STDIN: &str = "-";
/// More than a project's sources come to, and less than a machine's memory.
const LIMIT: u64 = 256 << 20;
/// The example of every error.
const FORM: &str = "for example {\"go.mod\": \"module example.com/hello\\n\", \"main.go\": \"package main ...\"}";

/// A project that is held in memory: texts by their paths.
pub type Files = BTreeMap<Utf8PathBuf, String>;

/// Either of the two forms in which files are given.
#[derive(Deserialize)]
#[serde(untagged)]
enum Given {
    Named { files: Files },
    Plain(Files),
}

/// Reads a project's files.
///
/// # Errors
/// When they are no JSON object of paths and texts, or a path leads outside.
pub fn files(from: &Utf8Path) -> Result<Files> {
    let broken = |what: String| Diagnostic::usage("files::broken", what).help(FORM);
    let text = text(from, LIMIT).map_err(|error| broken(format!("`--files {from}` cannot be read: {error}")))?;
    let given = serde_json::from_str(&text);
    let (Given::Named { files } | Given::Plain(files)) =
        given.map_err(|error| broken(format!("`--files {from}` is no JSON object of paths and texts ({error})")))?;
    let outside = |path: &Utf8Path| path.as_str().is_empty() || !path.components().all(|part| matches!(part, Utf8Component::Normal(_)));
    match files.keys().find(|path| outside(path)) {
        Some(path) => Err(broken(format!("`{path}` is no path inside a project")).into()),
        None => Ok(files),
    }
}

/// The text of an answers file.
///
/// # Errors
/// When it cannot be read.
pub fn answers(from: &Utf8Path) -> Result<String> {
    let unreadable = |error| Diagnostic::usage("answers::unreadable", format!("`{from}` cannot be read: {error}"));
    Ok(text(from, READ_LIMIT).map_err(|error| unreadable(error).help("`--answers` takes a file that is written like imggen.toml"))?)
}

fn text(from: &Utf8Path, limit: u64) -> Result<String, String> {
    if from != STDIN {
        return file::text(file::followed(from, limit)).map_err(|error| error.to_string());
    }
    let mut text = String::new();
    let read = io::stdin().lock().take(limit + 1).read_to_string(&mut text).map_err(|error| error.to_string())?;
    if read as u64 > limit { Err("it is too long".into()) } else { Ok(text) }
}

/// The pack that a project in memory brings, if it does.
pub fn own_pack(files: &Files, directory: &str) -> Option<Pack> {
    let inside = files.iter().filter_map(|(path, text)| Some((path.strip_prefix(directory).ok()?.to_owned(), text.clone())));
    let pack: Vec<_> = inside.filter(|(path, _)| path.starts_with("presets") || path.starts_with("templates")).collect();
    (!pack.is_empty()).then(|| Pack::from_memory(directory, pack))
}
