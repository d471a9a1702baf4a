//! What of a site's directory is for browsers, and what only lies beside it.

use camino::{Utf8Path, Utf8PathBuf};

use crate::tree::Tree;

/// The one directory with a dot that browsers and their like ask for.
const WELL_KNOWN: &str = ".well-known";

/// What has a dot, seen here or ignored by version control and lying on somebody's disk all the same.
const HIDDEN: &str = "**/.*";

/// Documents, settings and sources that no browser reads, by extension.
const NOT_SERVED: [&str; 24] = [
    "bak", "bat", "cfg", "conf", "coffee", "env", "ini", "less", "lock", "log", "md", "orig", "ps1", "py", "rb", "sass", "scss", "sh",
    "sql", "toml", "ts", "tsx", "yaml", "yml",
];

/// The same, by name.
const NOT_SERVED_NAMES: [&str; 20] = [
    "Caddyfile",
    "Gruntfile.js",
    "Procfile",
    "Staticfile",
    "_headers",
    "_redirects",
    "app.json",
    "biome.json",
    "bower.json",
    "firebase.json",
    "gulpfile.js",
    "jsconfig.json",
    "now.json",
    "serve.json",
    "static.json",
    "staticwebapp.config.json",
    "tsconfig.json",
    "vercel.json",
    "webpack.config.js",
    "wrangler.jsonc",
];

/// Stems of files and names of directories that test something.
const TESTS: [&str; 5] = ["__tests__", "spec", "specs", "test", "tests"];

/// Texts that may name another file.
const TEXTS: [&str; 7] = ["css", "htm", "html", "js", "json", "mjs", "webmanifest"];

/// The files of a site's directory, in two heaps.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// For browsers.
    pub(super) served: Vec<Utf8PathBuf>,
    /// Those of them that look as if they were no part of the site, and are named by a page.
    pub(super) named: Vec<Utf8PathBuf>,
    /// Beside, as patterns for the build context.
    pub(super) beside: Vec<String>,
}

/// Sorts the files of `directory`. What looks as if it were no part of the site is one all the same when a page, script or style names it.
pub(super) fn sort(tree: &Tree, directory: &Utf8Path) -> Files {
    let mut files = Files::default();
    let mut doubtful: Vec<&Utf8Path> = Vec::new();
    if !tree.has_directory(directory.join(WELL_KNOWN)) {
        files.beside.push(HIDDEN.to_owned());
    }
    for path in tree.below(directory) {
        let inside = path.strip_prefix(directory).unwrap_or(path);
        if is_about_the_image(path) {
            continue;
        }
        if is_hidden(inside) {
            files.beside.push(top(directory, inside));
        } else if is_doubtful(inside) {
            doubtful.push(path);
        } else {
            files.served.push(path.to_owned());
        }
    }
    let texts: Vec<&str> = if doubtful.is_empty() { Vec::new() } else { texts(tree, &files.served) };
    for path in doubtful {
        let name = path.file_name().unwrap_or_default();
        // docsify and its like render the documents themselves in the browser
        let is_named = texts.iter().any(|text| text.contains(name) || (path.extension() == Some("md") && text.contains("docsify")));
        // a page that names values of the environment names them as words
        if is_named && path.extension() != Some("env") {
            files.named.push(path.to_owned());
            files.served.push(path.to_owned());
        } else {
            files.beside.push(path.to_string());
        }
    }
    files.beside.sort();
    files.beside.dedup();
    files
}

fn texts<'a>(tree: &'a Tree, served: &[Utf8PathBuf]) -> Vec<&'a str> {
    let is_text = |path: &&Utf8PathBuf| path.extension().is_some_and(|extension| TEXTS.contains(&extension));
    served.iter().filter(is_text).filter_map(|path| tree.text(path).ok()).collect()
}

/// What imggen writes, and the build context leaves out by itself.
fn is_about_the_image(path: &Utf8Path) -> bool {
    path.as_str().starts_with("Dockerfile") || path == "imggen.toml"
}

/// Files and directories with a dot are nobody's business, but for the one.
fn is_hidden(path: &Utf8Path) -> bool {
    path.components().any(|part| part.as_str().starts_with('.') && part.as_str() != WELL_KNOWN)
}

fn is_doubtful(path: &Utf8Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    let by_kind = path
        .extension()
        .map_or_else(|| !path.starts_with(WELL_KNOWN) && path.components().count() == 1, |extension| NOT_SERVED.contains(&extension));
    let mut stems = name.split('.');
    let tests =
        stems.next().is_some_and(|stem| TESTS.contains(&stem) && !name.ends_with(".html")) || stems.any(|part| TESTS.contains(&part));
    let in_tests = path.components().next().is_some_and(|first| TESTS.contains(&first.as_str()));
    by_kind || tests || in_tests || NOT_SERVED_NAMES.contains(&name)
}

/// The first part of a path, which hides all below it.
fn top(directory: &Utf8Path, inside: &Utf8Path) -> String {
    let first = inside.components().position(|part| part.as_str().starts_with('.')).unwrap_or_default();
    directory.join(inside.components().take(first + 1).collect::<Utf8PathBuf>()).into_string()
}
