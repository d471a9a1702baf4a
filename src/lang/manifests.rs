//! Whose project it is. A manifest at the root says so, and what another language has in the tree may be no more than a part of that:
//! the front end of a Go program, the scripts beside a Rails application.

use camino::Utf8Path;

use super::language::{AnyLanguage, Guest, Seen};
use crate::app::Claim;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule};
use crate::tree::Tree;

const GUEST: Rule = Rule::parsed("lang.guest", "the project is written in another language");
const FOREIGN: Rule = Rule::parsed("lang.foreign", "the project is written in a language that imggen does not know");

/// Manifests of languages that are not known, and the languages. What begins with a dot is how a name ends.
const FOREIGN_MANIFESTS: [(&str, &str); 16] = [
    ("Gemfile", "Ruby"),
    ("Package.swift", "Swift"),
    ("build.sbt", "Scala"),
    ("composer.json", "PHP"),
    ("deps.edn", "Clojure"),
    ("gleam.toml", "Gleam"),
    ("mix.exs", "Elixir"),
    ("project.clj", "Clojure"),
    ("pubspec.yaml", "Dart"),
    ("rebar.config", "Erlang"),
    ("stack.yaml", "Haskell"),
    (".csproj", "C# (.NET)"),
    (".fsproj", "F# (.NET)"),
    (".vbproj", "Visual Basic (.NET)"),
    (".sln", "a language of .NET"),
    (".slnx", "a language of .NET"),
];
/// Those of them that stand for a server wherever they are: the others may be a telephone's, or tools.
const SERVERS: [&str; 6] = ["composer.json", "mix.exs", "build.sbt", "deps.edn", ".csproj", ".fsproj"];
/// Directories in which a manifest says nothing of the program.
const AUXILIARY: [&str; 16] = [
    "docs",
    "doc",
    "website",
    "site",
    "examples",
    "example",
    "samples",
    "test",
    "tests",
    "tools",
    "scripts",
    "vendor",
    "third_party",
    "node_modules",
    "ios",
    "android",
];

/// Takes the apps of `language` for guests where others' manifests say so; `before` are the languages that may be its hosts.
pub fn claim_guests(tree: &Tree, language: &dyn AnyLanguage, before: &[&dyn AnyLanguage], seen: &mut Vec<Seen<'_>>) {
    match language.guest() {
        Guest::Nowhere => {}
        Guest::Unseen => seen.retain(|seen| !is_claimed(tree, before, &seen.sighting.directory)),
        Guest::Below | Guest::Everywhere => {
            let Some(host) = host(tree, before) else { return };
            let at_home = |seen: &Seen<'_>| language.guest() == Guest::Below && seen.sighting.directory.as_str().is_empty();
            seen.iter_mut().filter(|seen| !at_home(seen)).for_each(|seen| seen.sighting.claims.push(host.clone()));
        }
    }
}

/// What to say where there is no app, and a manifest tells why.
#[must_use]
pub fn foreign(tree: &Tree, known: &[&dyn AnyLanguage]) -> Option<Diagnostic> {
    let manifest = at_root(tree)?;
    let language = foreign_language(manifest.file_name()?)?;
    let known: Vec<_> = known.iter().map(|known| known.name()).collect();
    let error = Diagnostic::error("app::foreign", format!("the project is written in {language}, which imggen does not know"));
    Some(error.because(&Evidence::exists(manifest, FOREIGN)).help(format!("imggen knows {}", known.join(", "))))
}

/// The language that a manifest speaks for, of those that are not known.
#[must_use]
pub fn foreign_language(manifest: &str) -> Option<&'static str> {
    let manifest = manifest.rsplit('/').next().unwrap_or(manifest);
    FOREIGN_MANIFESTS.iter().find(|(name, _)| is_named(manifest, name)).map(|(_, language)| *language)
}

fn is_named(file: &str, name: &str) -> bool {
    if name.starts_with('.') { file.ends_with(name) } else { file == name }
}

/// A manifest of a language that is not known, at the root.
fn at_root(tree: &Tree) -> Option<&Utf8Path> {
    FOREIGN_MANIFESTS.iter().find_map(|(name, _)| tree.files_in("").find(|file| is_named(file.as_str(), name)))
}

/// A manifest of a server in a language that is not known, in a directory that holds nothing that is known.
fn beside<'t>(tree: &'t Tree, known: &[&dyn AnyLanguage]) -> Option<&'t Utf8Path> {
    tree.paths().find(|path| {
        let directory = path.parent().unwrap_or(Utf8Path::new(""));
        let auxiliary = directory.components().count() > 3 || directory.components().any(|part| AUXILIARY.contains(&part.as_str()));
        let name = path.file_name().unwrap_or_default();
        let manifests = || known.iter().flat_map(|language| language.manifests());
        SERVERS.iter().any(|server| is_named(name, server)) && !auxiliary && !manifests().any(|name| tree.has(directory.join(name)))
    })
}

/// Claims what may be no more than the pages of a server in a language that is not known: all that was seen is JavaScript or files, and
/// that server lies beside it.
pub fn claim_pages(tree: &Tree, known: &[&dyn AnyLanguage], seen: &mut [Seen<'_>]) {
    let pages = |seen: &Seen<'_>| matches!(seen.language.guest(), Guest::Everywhere | Guest::Unseen);
    if !seen.iter().all(pages) {
        return;
    }
    let Some(server) = beside(tree, known) else { return };
    let claim = Fact::new(Claim::Foreign, Evidence::exists(server, FOREIGN));
    for app in seen.iter_mut().filter(|app| !app.sighting.claims.iter().any(|fact| fact.value == Claim::Foreign)) {
        app.sighting.claims.push(claim.clone());
    }
}

/// What a manifest at the root says against the apps of another language.
fn host(tree: &Tree, hosts: &[&dyn AnyLanguage]) -> Option<Fact<Claim>> {
    let known = hosts.iter().flat_map(|language| language.manifests()).find(|name| tree.has(name));
    known
        .map(|name| Fact::new(Claim::Aside, Evidence::exists(*name, GUEST)))
        .or_else(|| at_root(tree).map(|file| Fact::new(Claim::Foreign, Evidence::exists(file, FOREIGN))))
}

/// Whether a manifest stands in the directory or above it.
fn is_claimed(tree: &Tree, hosts: &[&dyn AnyLanguage], directory: &Utf8Path) -> bool {
    let known = || hosts.iter().flat_map(|language| language.manifests()).copied();
    let exact = FOREIGN_MANIFESTS.iter().map(|(name, _)| *name).filter(|name| !name.starts_with('.'));
    let names: Vec<_> = known().chain(exact).collect();
    directory.ancestors().any(|above| names.iter().any(|name| tree.has(above.join(name)))) || at_root(tree).is_some()
}
