//! Lists of the distribution's packages: `packages.txt`, `Aptfile`, `apt.txt`; and what the packages that documents name are there for.

use camino::Utf8Path;

use super::{By, Declared, Notes, Purpose, Said, rule};
use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::need::Need;
use crate::tree::Tree;

const LISTED: Rule = rule("declared.packages", "this list names it");
const PASSED: Rule = rule("declared.package-source", "this adds a source of packages, or a package that no source has");

/// Files that list them.
const LISTS: [&str; 3] = ["packages.txt", "Aptfile", "apt.txt"];
/// Packages that compile, and are of no use to what runs.
const COMPILERS: [&str; 12] = [
    "build-essential",
    "gcc",
    "g++",
    "clang",
    "make",
    "cmake",
    "ninja-build",
    "pkg-config",
    "autoconf",
    "automake",
    "python3-dev",
    "gfortran",
];

/// What a Dockerfile on a plain distribution installs to run a language: the base of the image has it. By language, how the names begin.
const RUNTIMES: [(&str, &[&str]); 6] = [
    ("node", &["nodejs", "npm", "yarn"]),
    ("python", &["python3", "python-", "py3-pip", "py3-virtualenv", "uv"]),
    ("java", &["openjdk", "default-jre", "default-jdk", "maven", "gradle"]),
    ("go", &["go", "golang"]),
    ("rust", &["rust", "cargo"]),
    ("deno", &["deno"]),
];

pub(super) fn read(notes: &mut Notes<'_>) {
    for name in LISTS {
        let Some((path, text)) = notes.text(name) else { continue };
        // Streamlit's is for Python; others keep lists of their own under the name
        let plain = name == "packages.txt" && !notes.tree.files_in(notes.directory).any(|path| path.extension() == Some("py"));
        if plain || !is_list(text) {
            continue;
        }
        for (number, line) in (1..).zip(text.lines()) {
            let written = words(line).join(" ");
            for package in words(line).into_iter().filter(|_| !is_source(line)) {
                let package = package.split(['=', '/']).next().unwrap_or_default();
                let at = Evidence::at(path.clone(), Span::of_line(number, line), LISTED, written.as_str());
                notes.declared.packages.push(Said {
                    fact: Fact::new(package.to_owned(), at),
                    by: By::Platform,
                    purpose: Purpose::Production,
                });
            }
        }
    }
}

/// Whether every word is a package's: a list of Python's or R's may bear the name, too.
fn is_list(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "+-.:=/~".contains(c);
    let package = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()) && word.chars().all(plain) && !word.contains("==")
    };
    text.lines().filter(|line| !is_source(line)).flat_map(words).all(package)
}

fn words(line: &str) -> Vec<&str> {
    line.split('#').next().unwrap_or_default().split_whitespace().collect()
}

/// `:repo:deb http://...`, `https://.../x.deb`: Heroku's lists may hold them.
fn is_source(line: &str) -> bool {
    line.trim_start().starts_with(':') || line.contains("://")
}

/// What the packages of a project's own lists are there for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// In the image that runs.
    pub run: Vec<Fact<Need>>,
    /// In the build stage.
    pub build: Vec<Fact<Need>>,
    /// What cannot be followed.
    pub warnings: Vec<Diagnostic>,
}

/// What the packages that the documents of `directory` name ask for: what the catalog knows of, on whichever release, goes by what it
/// gives, so that it has its name on the base that is taken. Everything else goes by its own where it stands in a list; what a Dockerfile
/// installs may be of another distribution, and is told.
pub(super) fn asked(tree: &Tree, directory: &Utf8Path, declared: &Declared, catalog: &Catalog, language: &str) -> Asked {
    let (mut asked, mut strangers) = (Asked::default(), Vec::new());
    let own = RUNTIMES.iter().find(|(name, _)| *name == language).map_or(&[][..], |(_, names)| names);
    for said in &declared.packages {
        let name = said.fact.value.as_str();
        if said.by == By::Dockerfile && own.iter().any(|own| name.starts_with(own)) {
            continue;
        }
        let own = Need::Package(name.to_owned());
        let is_listed = said.by == By::Platform;
        let (run, build) = match (catalog.given_by(name), catalog.built_with(name)) {
            _ if catalog.lists(&own) => (Some(own), None),
            _ if COMPILERS.contains(&name) => (None, is_listed.then_some(own)),
            (Some(need), _) => (Some(need.clone()), None),
            (None, Some(need)) => (Some(need.clone()), Some(need.clone())),
            (None, None) if !is_listed => {
                strangers.push(said);
                continue;
            }
            (None, None) if name.ends_with("-dev") => (Some(own.clone()), Some(own)),
            (None, None) => (Some(own), None),
        };
        asked.run.extend(run.map(|need| said.fact.with(need)));
        asked.build.extend(build.map(|need| said.fact.with(need)));
    }
    asked.warnings.extend(unknown(&strangers));
    asked.warnings.extend(LISTS.iter().filter_map(|name| sources(tree, &directory.join(name))));
    asked
}

/// Packages of a Dockerfile that no list of imggen's holds.
fn unknown(strangers: &[&Said<String>]) -> Option<Diagnostic> {
    let names: Vec<_> = strangers.iter().map(|said| said.fact.value.as_str()).collect();
    let message = format!("`{}` of the project's own Dockerfile: the image goes without", names.join("`, `"));
    let note = Diagnostic::note("packages::not-taken", message);
    let note = strangers.first()?.fact.because().iter().fold(note, Diagnostic::because);
    Some(note.help(format!("if the program needs it: `packages.run = {names:?}`")))
}

/// Lines that add sources of packages.
fn sources(tree: &Tree, file: &Utf8Path) -> Option<Diagnostic> {
    let text = tree.by_hand(file)?;
    let (number, line) = (1..).zip(text.lines()).find(|(_, line)| is_source(line) && !line.trim_start().starts_with('#'))?;
    let warning =
        Diagnostic::warning("packages::source", format!("`{}` is passed over: imggen installs what Debian itself has", line.trim()));
    let at = Evidence::at(file, Span::of_line(number, line), PASSED, line.trim());
    Some(warning.because(&at).help("build on an image that has it: `base` in imggen.toml, from a pack"))
}
