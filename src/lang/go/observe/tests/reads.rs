//! Files that it opens.

use super::super::testing::{seen, source};

/// What is read of a project with these other files: `source`, or `source as opened` where they differ; `?` behind a guess.
fn reads(imports: &[&str], body: &str, others: &[&str]) -> Vec<String> {
    reads_from("main.go", imports, body, others)
}

fn reads_from(main: &str, imports: &[&str], body: &str, others: &[&str]) -> Vec<String> {
    let main_text = source(imports, body);
    let files: Vec<_> = others.iter().map(|path| (*path, "package x")).chain([(main, main_text.as_str())]).collect();
    let reads = seen(&files).behaviour.reads;
    let shown = reads.iter().map(|fact| {
        let guess = if fact.because()[0].rule == "program.names-file" { "?" } else { "" };
        let (source, opened) = (&fact.value.source, &fact.value.opened_as);
        if source == opened { format!("{source}{guess}") } else { format!("{source} as {opened}{guess}") }
    });
    shown.collect()
}

/// Imports, declarations, other files, and what is read of them.
type Case<'c> = (&'c [&'c str], &'c str, &'c [&'c str], &'c [&'c str]);

fn check(cases: &[Case<'_>]) {
    for (imports, body, others, expected) in cases {
        assert_eq!(reads(imports, body, others), *expected, "{body}");
    }
}

#[test]
fn the_standard_library() {
    check(&[
        (&["os"], r#"func main() { os.ReadFile("config.yaml") }"#, &["config.yaml"], &["config.yaml"]),
        (&["os"], r#"func main() { os.Open("./data/seed.json") }"#, &["data/seed.json"], &["data/seed.json"]),
        (&["os"], r#"func main() { os.DirFS("web") }"#, &["web/index.html"], &["web"]),
        (&["os"], r#"func main() { os.ReadFile("missing.txt") }"#, &["config.yaml"], &[]),
        (&["os"], r#"func main() { os.ReadFile("/etc/passwd") }"#, &["etc/passwd"], &[]),
        (&["os"], r#"func main() { os.ReadFile("../outside.txt") }"#, &["outside.txt"], &[]),
        (
            &["os", "path/filepath"],
            "func page(name string) { os.ReadFile(filepath.Join(\"pages\", name+\".md\")) }",
            &["pages/a.md"],
            &["pages"],
        ),
        (&["os"], "const schema = \"schema.sql\"\nfunc main() { os.ReadFile(schema) }", &["schema.sql"], &["schema.sql"]),
        (&["os"], r#"func main() { os.OpenFile("app.log", os.O_CREATE|os.O_WRONLY, 0o644) }"#, &["app.log"], &[]),
        (&["net/http"], r#"func main() { http.Handle("/", http.FileServer(http.Dir("./public"))) }"#, &["public/a.css"], &["public"]),
        (&["net/http"], r#"func f() { http.ServeFile(w, r, "index.html") }"#, &["index.html"], &["index.html"]),
        (&["html/template"], r#"var t = template.Must(template.ParseGlob("templates/*.html"))"#, &["templates/a.html"], &["templates"]),
        (&["html/template"], r#"var t = template.Must(template.ParseGlob("pages/*.html"))"#, &["pages/a.txt"], &[]),
        (&["html/template"], r#"func f() { template.ParseFiles("a.html", "b.html") }"#, &["a.html", "b.html"], &["a.html", "b.html"]),
        (&["html/template"], r#"func f() { template.ParseGlob("*.tmpl") }"#, &["a.tmpl", "b.tmpl", "c.txt"], &["a.tmpl", "b.tmpl"]),
    ]);
}

#[test]
fn frameworks_and_libraries() {
    check(&[
        (&["github.com/gin-gonic/gin"], r#"func f() { r.LoadHTMLGlob("views/**/*") }"#, &["views/a/b.html"], &["views"]),
        (&["github.com/gin-gonic/gin"], r#"func f() { r.Static("/assets", "./assets") }"#, &["assets/a.js"], &["assets"]),
        (&["github.com/gin-gonic/gin"], r#"func f() { r.StaticFile("/favicon.ico", "favicon.ico") }"#, &["favicon.ico"], &["favicon.ico"]),
        (&["github.com/labstack/echo/v4"], r#"func f() { e.File("/", "index.html") }"#, &["index.html"], &["index.html"]),
        (&["github.com/labstack/echo/v4"], r#"func f() { c.File("index.html") }"#, &["index.html"], &["index.html"]),
        (&["github.com/gofiber/template/html/v2"], r#"func f() { html.New("./views", ".html") }"#, &["views/a.html"], &["views"]),
        (
            &["github.com/gofiber/fiber/v3/middleware/static"],
            r#"func f() { app.Get("/*", static.New("./files")) }"#,
            &["files/a"],
            &["files"],
        ),
        (
            &["github.com/golang-migrate/migrate/v4"],
            r#"func f() { migrate.New("file://migrations", url) }"#,
            &["migrations/1.sql"],
            &["migrations"],
        ),
        (&["github.com/pressly/goose/v3"], r#"func f() { goose.Up(db, "migrations") }"#, &["migrations/1.sql"], &["migrations"]),
        (
            &["github.com/spf13/viper"],
            "func f() {\n\tviper.SetConfigName(\"app\")\n\tviper.AddConfigPath(\".\")\n\tviper.AddConfigPath(\"./config\")\n}",
            &["config/app.toml", "app.txt"],
            &["config"],
        ),
        (&["github.com/spf13/viper"], r#"func f() { viper.SetConfigFile("config.yaml") }"#, &["config.yaml"], &["config.yaml"]),
        (&["github.com/spf13/viper"], r#"func f() { viper.SetConfigFile(".env") }"#, &[".env"], &[]),
        (
            &["github.com/casbin/casbin/v2"],
            r#"func f() { casbin.NewEnforcer("model.conf", "policy.csv") }"#,
            &["model.conf", "policy.csv"],
            &["model.conf", "policy.csv"],
        ),
    ]);
}

#[test]
fn guesses_are_few() {
    check(&[
        (&["flag"], r#"var ui = flag.String("ui-path", "./ui", "the UI")"#, &["ui/a.html"], &["ui?"]),
        (&["flag"], r#"var ui = flag.String("mode", "templates", "a directory")"#, &["templates/a.html"], &["templates?"]),
        (&["flag"], r#"var api = flag.String("kind", "api", "a package")"#, &["api/api.go"], &[]),
        (&[], "func f() { open(\"./docs/swagger.json\") }", &["docs/swagger.json"], &["docs/swagger.json?"]),
        (&[], "func f() { open(\"text/html\", \"docs\", \"x/x.go\") }", &["docs/a.md", "x/x.go"], &[]),
        (
            &["example.com/app/web/assets"],
            "type T struct {\n\tA int `json:\"web/assets\"`\n}",
            &["web/assets/a.go", "web/assets/b.css"],
            &[],
        ),
        (
            &["os"],
            "func f() { os.ReadFile(\"certs/tls.key\"); os.ReadFile(\"testdata/x.json\") }",
            &["certs/tls.key", "testdata/x.json"],
            &[],
        ),
        (&["embed"], "//go:embed templates\nvar fs embed.FS\n\nfunc f() { parse(fs, \"templates/a.html\") }", &["templates/a.html"], &[]),
    ]);
}

#[test]
fn the_outer_of_two_paths_is_kept() {
    let body = r#"func main() { os.ReadFile("web/a/b.html"); http.Dir("web"); os.Open("webx/c") }"#;
    assert_eq!(reads(&["os", "net/http"], body, &["web/a/b.html", "webx/c"]), ["web", "webx/c"]);
}

#[test]
fn the_module_is_tried_before_the_program() {
    let body = r#"func main() { os.ReadFile("conf/a.yaml"); os.ReadFile("local.txt"); os.ReadDir("../../shared") }"#;
    let others = ["conf/a.yaml", "cmd/x/conf/a.yaml", "cmd/x/local.txt", "shared/a.txt"];
    assert_eq!(
        reads_from("cmd/x/main.go", &["os"], body, &others),
        ["cmd/x/local.txt as local.txt", "conf/a.yaml", "shared as ../../shared"]
    );
}
