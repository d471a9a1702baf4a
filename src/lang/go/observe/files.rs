//! Files of the project that the program opens by a relative path: templates, static files, migrations, configuration.
//!
//! A string counts only when it names something that is there. Handed to a call that reads, that is certain; anywhere else it is a
//! guess, and only paths that can hardly be anything else are taken.

mod reader;

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::Source;
use super::place::{fixed, is_pattern, matching, relative};
use super::resolve::{Resolver, Value};
use crate::app::RunFile;
use crate::evidence::{Evidence, Fact, Rule, Strength};
use crate::lang::go::head::Import;
use crate::lang::go::scan::Kind;
use crate::tree::Tree;
use crate::tree::path::inside;

const READ: Rule = Rule::parsed("go.reads-file", "this opens a path of the project when the program runs");
const MENTIONED: Rule = Rule::weak("go.names-file", "this names a path of the project that the program seems to open");

/// More files than a pattern in the root may name.
const MOST_FILES: usize = 20;

/// Directories that are read and not compiled, when they hold no Go.
const ASSETS: &str = "asset assets config configs conf etc data db files fixtures frontend i18n images lang locale locales migrations migration \
    partials pages public resources schema schemas sql static template templates themes translations ui view views web www html";

/// Makes the evidence, which most paths never need because they name nothing.
type Proof<'p> = &'p dyn Fn() -> Evidence;

/// What a path may name, and the path itself, while all strings are gone through.
struct Finder<'t> {
    tree: &'t Tree,
    /// From where relative paths are tried, in order.
    bases: Vec<Utf8PathBuf>,
    /// What is compiled into the program, and so not opened.
    embedded: &'t [Fact<Utf8PathBuf>],
    found: BTreeMap<Utf8PathBuf, Fact<RunFile>>,
}

/// All of them; of paths inside one another the outer.
#[must_use]
pub fn reads(tree: &Tree, bases: &[&Utf8Path], embedded: &[Fact<Utf8PathBuf>], resolver: &Resolver<'_>) -> Vec<Fact<RunFile>> {
    let bases = bases.iter().map(|base| (*base).to_owned()).collect();
    let mut finder = Finder { tree, bases, embedded, found: BTreeMap::new() };
    reader::known(resolver, &mut |value, proof| finder.opened(value, proof));
    finder.settings(resolver);
    finder.mentions(resolver);
    finder.outer()
}

impl Finder<'_> {
    /// `value` is handed to something that reads.
    fn opened(&mut self, value: &Value, proof: Proof<'_>) {
        let (text, whole) = value.beginning();
        let path = if whole { text } else { text.rsplit_once('/').map_or("", |(directory, _)| directory) };
        let known = self.add(path, proof, false);
        if !known && whole {
            // a directory that a template engine or a file server is given may carry a slash or a scheme
            self.add(text.strip_prefix("file://").unwrap_or(text), proof, false);
        }
    }

    /// Defaults of flags and settings.
    fn settings(&mut self, resolver: &Resolver<'_>) {
        for default in &resolver.defaults {
            for value in resolver.resolve_default(default) {
                let Some(text) = value.text().filter(|text| self.is_path_alone(text)) else { continue };
                self.add(text, &|| resolver.index.evidence(default.at, default.until, MENTIONED), true);
            }
        }
    }

    /// Strings anywhere that look like paths.
    fn mentions(&mut self, resolver: &Resolver<'_>) {
        for source in resolver.index.files.iter().map(|file| file.source).filter(|source| !is_generated(source)) {
            let after = source.head.imports.last().map_or(0, Import::end);
            for token in source.tokens.iter().filter(|token| token.kind == Kind::Str && token.start() >= after) {
                // the cheap question first: most strings are no paths
                if !token.text.contains('/') || token.text.contains(' ') || token.text.len() > 200 {
                    continue;
                }
                let Some(text) = token.value().filter(|text| !text.starts_with('/')) else { continue };
                let (path, rule) = text.strip_prefix("file://").map_or((&*text, MENTIONED), |path| (path, READ));
                if !is_pattern(path) {
                    self.add(path, &|| Evidence::at(source.path, token.span(source.text), rule, token.text), true);
                }
            }
        }
    }

    /// Whether a string says by itself that it is a path: by its slash, its ending, or by being called as directories of such files are.
    fn is_path_alone(&self, text: &str) -> bool {
        let is_asset = || ASSETS.split_whitespace().any(|asset| asset == text) && self.holds_no_go(text);
        text.contains('/') || Utf8Path::new(text).extension().is_some() || is_asset()
    }

    fn holds_no_go(&self, directory: &str) -> bool {
        self.bases
            .iter()
            .filter_map(|base| inside(base, Utf8Path::new(directory)))
            .any(|directory| self.tree.below(&directory).all(|path| path.extension() != Some("go")))
    }

    /// Adds what `path` names, if it names something.
    fn add(&mut self, path: &str, proof: Proof<'_>, only_what_is_not_embedded: bool) -> bool {
        let Some(opened) = relative(path).filter(|opened| opened.file_name().is_some()) else { return false };
        let bases = self.bases.clone();
        for base in &bases {
            let Some(source) = inside(base, &opened).filter(|source| !source.as_str().is_empty() && !bases.contains(source)) else {
                continue;
            };
            let found = if is_pattern(path) { self.pattern(&opened, &source) } else { self.plain(&opened, &source) };
            if found.is_empty() {
                continue;
            }
            for file in found {
                if !(only_what_is_not_embedded && self.is_embedded(&file.source)) {
                    self.insert(file, proof());
                }
            }
            return true;
        }
        false
    }

    fn insert(&mut self, file: RunFile, evidence: Evidence) {
        match self.found.remove(&file.source) {
            // what is certain needs no guess beside it
            Some(known) if evidence.strength == Strength::Weak => self.found.insert(file.source, known),
            Some(known) => self.found.insert(file.source, known.and(evidence)),
            None => self.found.insert(file.source.clone(), Fact::new(file, evidence)),
        };
    }

    fn plain(&self, opened: &Utf8Path, source: &Utf8Path) -> Vec<RunFile> {
        let is_file = self.tree.has(source) && source.extension() != Some("go");
        let is_directory =
            || self.tree.has_directory(source) && self.tree.below(source).any(|path| path.extension() != Some("go") && is_wanted(path));
        if is_wanted(source) && (is_file || is_directory()) {
            vec![RunFile { source: source.to_owned(), opened_as: opened.to_owned() }]
        } else {
            Vec::new()
        }
    }

    /// The directory of a pattern that matches; the files themselves where that is the directory of everything.
    fn pattern(&self, opened: &Utf8Path, source: &Utf8Path) -> Vec<RunFile> {
        let mut files = matching(self.tree, source).filter(|path| path.extension() != Some("go") && is_wanted(path)).peekable();
        if files.peek().is_none() {
            return Vec::new();
        }
        let (directory, named) = (fixed(source), fixed(opened));
        if named.file_name().is_some() && !self.bases.contains(&directory) {
            return vec![RunFile { source: directory, opened_as: named }];
        }
        let name = |path: &Utf8Path| path.strip_prefix(&directory).map(|rest| named.join(rest)).unwrap_or_default();
        files.take(MOST_FILES).map(|path| RunFile { source: path.to_owned(), opened_as: name(path) }).collect()
    }

    fn is_embedded(&self, source: &Utf8Path) -> bool {
        self.embedded.iter().any(|pattern| {
            let fixed = fixed(&pattern.value);
            // a pattern in the directory of everything covers its own matches alone
            if fixed.file_name().is_some() && fixed != *source {
                source.starts_with(&fixed)
            } else {
                matching(self.tree, &pattern.value).any(|path| path.starts_with(source))
            }
        })
    }

    fn outer(self) -> Vec<Fact<RunFile>> {
        let mut kept: Vec<Fact<RunFile>> = Vec::new();
        // sorted, so that a directory comes before what is in it
        for fact in self.found.into_values() {
            if !kept.iter().any(|outer| fact.value.source.starts_with(&outer.value.source)) {
                kept.push(fact);
            }
        }
        kept
    }
}

/// Generated code names the files that it was made from.
fn is_generated(source: &Source<'_>) -> bool {
    source.text.get(..source.head.package_at as usize).is_some_and(|before| before.contains("Code generated"))
}

/// Secrets, the repository's own files and test data never go into an image.
fn is_wanted(path: &Utf8Path) -> bool {
    let is_key = matches!(path.extension(), Some("pem" | "key" | "p12" | "pfx" | "jks"));
    let is_hidden = |part: &str| part == ".git" || part == "testdata" || part == ".env" || part.starts_with(".env.");
    !is_key && !path.components().any(|part| is_hidden(part.as_str()))
}

#[cfg(test)]
mod tests {
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
            let guess = if fact.because()[0].rule == "go.names-file" { "?" } else { "" };
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
            (&["html/template"], r#"var t = template.Must(template.ParseGlob("templates/*.html"))"#, &["templates/a.txt"], &[]),
            (&["html/template"], r#"func f() { template.ParseFiles("a.html", "b.html") }"#, &["a.html", "b.html"], &["a.html", "b.html"]),
            (&["html/template"], r#"func f() { template.ParseGlob("*.tmpl") }"#, &["a.tmpl", "b.tmpl", "c.txt"], &["a.tmpl", "b.tmpl"]),
        ]);
    }

    #[test]
    fn frameworks_and_libraries() {
        check(&[
            (&["github.com/gin-gonic/gin"], r#"func f() { r.LoadHTMLGlob("views/**/*") }"#, &["views/a/b.html"], &["views"]),
            (&["github.com/gin-gonic/gin"], r#"func f() { r.Static("/assets", "./assets") }"#, &["assets/a.js"], &["assets"]),
            (
                &["github.com/gin-gonic/gin"],
                r#"func f() { r.StaticFile("/favicon.ico", "favicon.ico") }"#,
                &["favicon.ico"],
                &["favicon.ico"],
            ),
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
            (
                &["embed"],
                "//go:embed templates\nvar fs embed.FS\n\nfunc f() { parse(fs, \"templates/a.html\") }",
                &["templates/a.html"],
                &[],
            ),
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
}
