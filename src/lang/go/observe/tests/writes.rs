//! Directories that it writes to.

use super::super::testing::program;

#[test]
fn what_is_made_created_and_kept() {
    for (imports, body, expected) in [
        (&["os"][..], r#"func main() { os.MkdirAll("./data/uploads", 0o755) }"#, &["data/uploads"][..]),
        (&["os"], r#"func main() { os.Create("out/report.csv") }"#, &["out"]),
        (&["os"], r#"func main() { os.WriteFile("report.csv", b, 0o644) }"#, &[""]),
        (&["os"], r#"func main() { os.OpenFile("logs/app.log", os.O_APPEND|os.O_CREATE, 0o644) }"#, &["logs"]),
        (&["os"], r#"func main() { os.OpenFile("config.yaml", os.O_RDONLY, 0) }"#, &[]),
        (&["os"], r#"func main() { os.MkdirAll("/var/lib/app", 0o755); os.MkdirAll("/tmp/x", 0o755) }"#, &["/tmp", "/var/lib/app"]),
        (&["os"], "func main() { os.MkdirAll(os.TempDir(), 0o755); os.Create(\"cpu.prof\"); os.Create(\"~/x\") }", &["/tmp"]),
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
        (&["github.com/gin-gonic/gin"], r#"func f(c *gin.Context) { c.SaveUploadedFile(file, "uploads/"+file.Filename) }"#, &["uploads"]),
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
