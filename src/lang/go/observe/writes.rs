//! Directories that the program writes to: what it makes and creates, and the files of embedded databases.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::index::{At, BindingKind, Call};
use super::place::relative;
use super::resolve::{Resolver, Value, trace};
use crate::app::WritePath;
use crate::evidence::{Evidence, Fact, Rule};

const WRITES: Rule = Rule::parsed("go.writes-path", "this makes or writes a path when the program runs");
const DATABASE: Rule = Rule::parsed("go.database-file", "this opens a database that is a file, and writes beside it too");

/// Where everybody may write anyway, or what is no directory in the usual sense.
const ELSEWHERE: [&str; 5] = ["/tmp", "/dev", "/proc", "/sys", "/var/tmp"];

/// The most values that a path may come to before it is held to be computed.
const LIKELY: usize = 3;

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
        // what may be many things is none of them for certain
        if values.len() > LIKELY {
            return;
        }
        for (value, directory) in values.iter().filter_map(|value| Some((value, directory(value, names)?))) {
            let fact = match found.remove(&directory) {
                Some(known) => known.and(evidence.clone()),
                None => Fact::new(WritePath { directory: directory.clone() }, evidence.clone()),
            };
            found.insert(directory, trace(resolver.index, fact, &value.steps));
        }
    };
    for call in resolver.index.calls.iter().filter(|call| call.method) {
        let Some((names, path)) = written(resolver, call) else { continue };
        let rule = if names == Names::Database { DATABASE } else { WRITES };
        add(&resolver.resolve(path, call.function), names, &resolver.index.call_evidence(call, rule));
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
    let import = call.import.unwrap_or_default();
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
    if path.is_empty() || path.starts_with('~') || path.contains(['\n', '\0', '$', '%', '{', '<']) {
        return None;
    }
    let path = Utf8Path::new(path);
    let is_test_data = path.components().any(|part| part.as_str() == "testdata");
    if is_test_data || matches!(path.extension(), Some("prof" | "pprof" | "trace")) {
        return None;
    }
    let is_directory = names == Names::Directory || !whole;
    // `path + ".tmp"`, of which only the end is known
    let is_ending =
        !is_directory && path.as_str().starts_with(['-', '.']) && !path.as_str().starts_with("./") && !path.as_str().starts_with("..");
    if is_ending {
        return None;
    }
    let directory = if is_directory { path } else { path.parent()? };
    if directory.is_absolute() {
        let elsewhere = directory == "/" || ELSEWHERE.iter().any(|elsewhere| directory.starts_with(elsewhere));
        return (!elsewhere).then(|| directory.to_owned());
    }
    relative(directory.as_str())
}

#[cfg(test)]
mod tests {
    use super::super::testing::program;

    #[test]
    fn what_is_made_created_and_kept() {
        for (imports, body, expected) in [
            (&["os"][..], r#"func main() { os.MkdirAll("./data/uploads", 0o755) }"#, &["data/uploads"][..]),
            (&["os"], r#"func main() { os.Create("out/report.csv") }"#, &["out"]),
            (&["os"], r#"func main() { os.WriteFile("report.csv", b, 0o644) }"#, &[""]),
            (&["os"], r#"func main() { os.OpenFile("logs/app.log", os.O_APPEND|os.O_CREATE, 0o644) }"#, &["logs"]),
            (&["os"], r#"func main() { os.OpenFile("config.yaml", os.O_RDONLY, 0) }"#, &[]),
            (&["os"], r#"func main() { os.MkdirAll("/var/lib/app", 0o755); os.MkdirAll("/tmp/x", 0o755) }"#, &["/var/lib/app"]),
            (&["os"], "func main() { os.MkdirAll(os.TempDir(), 0o755); os.Create(\"cpu.prof\"); os.Create(\"~/x\") }", &[]),
            (&["os", "path/filepath"], "func save(name string) { os.Create(filepath.Join(\"uploads\", name)) }", &["uploads"]),
            (
                &["os", "path/filepath", "flag"],
                "var path = flag.String(\"db\", \"./state/app.db\", \"f\")\nfunc main() { os.MkdirAll(filepath.Dir(*path), 0o755) }",
                &["state"],
            ),
            (&["database/sql"], r#"func main() { sql.Open("sqlite3", "file:./data/app.db?cache=shared") }"#, &["data"]),
            (&["database/sql"], r#"func main() { sql.Open("sqlite", ":memory:"); sql.Open("postgres", "x/y") }"#, &[]),
            (&["gorm.io/driver/sqlite", "gorm.io/gorm"], r#"func main() { gorm.Open(sqlite.Open("test.db"), &gorm.Config{}) }"#, &[""]),
            (&["github.com/jinzhu/gorm"], r#"func main() { gorm.Open("sqlite3", "./../gorm.db") }"#, &[".."]),
            (&["go.etcd.io/bbolt"], r#"func main() { bbolt.Open("/data/my.db", 0o600, nil) }"#, &["/data"]),
            (&["github.com/dgraph-io/badger/v4"], r#"func main() { badger.Open(badger.DefaultOptions("./badger")) }"#, &["badger"]),
            (
                &["gopkg.in/natefinch/lumberjack.v2"],
                r#"func main() { log.SetOutput(&lumberjack.Logger{Filename: "logs/app.log"}) }"#,
                &["logs"],
            ),
            (
                &["github.com/gin-gonic/gin"],
                r#"func f(c *gin.Context) { c.SaveUploadedFile(file, "uploads/"+file.Filename) }"#,
                &["uploads"],
            ),
            (
                &["os"],
                "func main() {\n\tpath := os.Getenv(\"DB\")\n\tif path == \"\" {\n\t\tpath = \"db/a.db\"\n\t}\n\tos.Create(path)\n}",
                &["db"],
            ),
        ] {
            let writes = program(imports, body).behaviour.writes;
            assert_eq!(writes.iter().map(|fact| fact.value.directory.as_str()).collect::<Vec<_>>(), expected, "{body}");
        }
    }
}
