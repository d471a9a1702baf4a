//! Directories that the program writes to: what it makes and creates, and the files of embedded databases.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::index::{At, BindingKind, Call};
use super::place::relative;
use super::resolve::{Resolver, Value};
use crate::app::WritePath;
use crate::evidence::{Evidence, Fact, Rule};

const WRITES: Rule = Rule::parsed("go.writes-path", "makes or writes a path when the program runs");
const DATABASE: Rule = Rule::parsed("go.database-file", "opens a database that is a file, and writes beside it too");

/// Where everybody may write anyway, or what is no directory in the usual sense.
const ELSEWHERE: [&str; 5] = ["/tmp", "/dev", "/proc", "/sys", "/var/tmp"];

/// What a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Names {
    Directory,
    File,
    /// A file, perhaps with a scheme before it and parameters behind it.
    Database,
}

/// All of them, sorted.
#[must_use]
pub fn writes(resolver: &Resolver<'_>) -> Vec<Fact<WritePath>> {
    let mut found: BTreeMap<Utf8PathBuf, Fact<WritePath>> = BTreeMap::new();
    let mut add = |values: &[Value], names: Names, evidence: &Evidence| {
        for directory in values.iter().filter_map(|value| directory(value, names)) {
            let fact = match found.remove(&directory) {
                Some(known) => known.and(evidence.clone()),
                None => Fact::new(WritePath { directory: directory.clone() }, evidence.clone()),
            };
            found.insert(directory, fact);
        }
    };
    for call in resolver.index.calls.iter().filter(|call| call.method) {
        let Some((names, path)) = written(resolver, call) else { continue };
        let rule = if names == Names::Database { DATABASE } else { WRITES };
        let values = resolver.resolve(path, call.function);
        let mut evidence = resolver.index.call_evidence(call, rule);
        if let Some(step) = values.iter().flat_map(|value| &value.steps).find(|step| step.from.file != call.at.file) {
            // the path is said elsewhere; that is what one wants to see
            evidence = resolver.index.evidence(step.from, step.until, rule);
        }
        add(&values, names, &evidence);
    }
    let log_files = resolver.index.bindings("Filename").iter();
    for binding in log_files.filter(|binding| binding.kind == BindingKind::Field && binding.owner == Some("Logger")) {
        let evidence = resolver.index.evidence(binding.at, binding.value + 1, WRITES);
        add(&resolver.resolve(binding.at.move_to(binding.value), binding.function), Names::File, &evidence);
    }
    found.into_values().collect()
}

/// What a call writes, and the argument that says where.
fn written(resolver: &Resolver<'_>, call: &Call<'_>) -> Option<(Names, At)> {
    let import = resolver.index.imported(call).unwrap_or_default();
    let from = |library: &str| import.contains(library);
    let (names, argument) = match call.name {
        "MkdirAll" | "Mkdir" | "CopyFS" if import == "os" => (Names::Directory, 0),
        "Create" | "WriteFile" if import == "os" || import == "io/ioutil" => (Names::File, 0),
        "OpenFile" if import == "os" && creates(resolver, call) => (Names::File, 0),
        "OpenFile" if from("leveldb") => (Names::Directory, 0),
        "SaveUploadedFile" | "SaveFile" => (Names::File, 1),
        "DefaultOptions" if from("badger") => (Names::Directory, 0),
        "Open" if from("pebble") => (Names::Directory, 0),
        "Open" if from("bolt") || from("buntdb") || from("storm") || from("sqlite") => (Names::Database, 0),
        "Open" | "Connect" | "MustConnect" | "MustOpen" | "ConnectContext" if names_sqlite(resolver, call) => {
            (Names::Database, if call.name == "ConnectContext" { 2 } else { 1 })
        }
        _ => return None,
    };
    Some((names, *resolver.index.arguments(call).get(argument)?))
}

/// `sql.Open("sqlite3", ...)` and what is built like it.
fn names_sqlite(resolver: &Resolver<'_>, call: &Call<'_>) -> bool {
    let arguments = resolver.index.arguments(call);
    let driver = usize::from(call.name == "ConnectContext");
    let values = arguments.get(driver).map(|argument| resolver.resolve(*argument, call.function)).unwrap_or_default();
    arguments.len() >= 2 && values.iter().any(|value| matches!(value.text(), Some("sqlite" | "sqlite3" | "libsql")))
}

/// Whether the flags of an `os.OpenFile` let it make or change the file.
pub fn creates(resolver: &Resolver<'_>, call: &Call<'_>) -> bool {
    let Some(flags) = resolver.index.arguments(call).get(1).copied() else { return false };
    let close = resolver.index.closing(call.at.move_to(call.at.token + 1));
    let words = resolver.index.tokens(flags.file).get(flags.token..close).unwrap_or_default();
    words.iter().any(|token| matches!(token.text, "O_CREATE" | "O_RDWR" | "O_APPEND" | "O_WRONLY" | "O_TRUNC"))
}

/// The directory that has to be writable.
fn directory(value: &Value, names: Names) -> Option<Utf8PathBuf> {
    let (text, whole) = value.beginning();
    let mut text = text;
    if names == Names::Database {
        text = text.strip_prefix("file:").unwrap_or(text);
        if text.contains(":memory:") || text.contains("mode=memory") || text.contains("://") {
            return None;
        }
        text = text.split('?').next().unwrap_or(text);
    }
    // beyond the last slash before an unknown part nothing is certain
    let path = if whole { text } else { text.rsplit_once('/').map_or("", |(directory, _)| directory) };
    if path.is_empty() || path.starts_with(['~', '$', '%']) || path.contains(['\n', '\0']) || path.ends_with(".prof") || path.ends_with(".pprof") {
        return None;
    }
    let path = Utf8Path::new(path);
    let is_directory = names == Names::Directory || !whole;
    let directory = if is_directory { path } else { path.parent()? };
    if directory.is_absolute() {
        let elsewhere = directory == "/" || ELSEWHERE.iter().any(|elsewhere| directory.starts_with(elsewhere));
        return (!elsewhere).then(|| directory.to_owned());
    }
    relative(directory.as_str())
}
