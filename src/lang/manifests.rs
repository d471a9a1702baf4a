//! Whose project it is. A manifest at the root says so, and what another language has in the tree may be no more than a part of that:
//! the front end of a Go program, the scripts beside a Rails application.

use camino::Utf8Path;

use super::language::{AnyLanguage, Guest, Seen};
use crate::app::Claim;
use crate::auxiliary;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule};
use crate::tree::Tree;

const GUEST: Rule = Rule::parsed("lang.guest", "the project is written in another language");
const FOREIGN: Rule = Rule::parsed("lang.foreign", "the project is written in a language that imggen does not know");

const LIKELY: Rule = Rule::weak("lang.likely-foreign", "nothing else is here that could become an image");

/// Manifests of languages that are not known, and the languages. What begins with a dot is how a name ends.
const FOREIGN_MANIFESTS: [(&str, &str); 25] = [
    ("Gemfile", "Ruby"),
    ("Package.swift", "Swift"),
    ("build.sbt", "Scala"),
    ("build.sc", "Scala"),
    ("build.zig", "Zig"),
    ("composer.json", "PHP"),
    ("deps.edn", "Clojure"),
    ("dub.json", "D"),
    ("dub.sdl", "D"),
    ("dune-project", "OCaml"),
    ("gleam.toml", "Gleam"),
    ("mix.exs", "Elixir"),
    ("project.clj", "Clojure"),
    ("pubspec.yaml", "Dart"),
    ("rebar.config", "Erlang"),
    ("shard.yml", "Crystal"),
    ("stack.yaml", "Haskell"),
    ("v.mod", "V"),
    (".cabal", "Haskell"),
    (".csproj", "C# (.NET)"),
    (".fsproj", "F# (.NET)"),
    (".nimble", "Nim"),
    (".vbproj", "Visual Basic (.NET)"),
    (".sln", "a language of .NET"),
    (".slnx", "a language of .NET"),
];
/// Manifests that say so only where nothing else was found: extensions of what is written in other languages have them as well.
const LIKELY_MANIFESTS: [(&str, &str); 8] = [
    ("CMakeLists.txt", "C or C++"),
    ("Makefile.PL", "Perl"),
    ("Project.toml", "Julia"),
    ("configure.ac", "C or C++"),
    ("cpanfile", "Perl"),
    ("meson.build", "C or C++"),
    ("renv.lock", "R"),
    (".rockspec", "Lua"),
];
/// Sources of languages that are not known, by how their names end.
const FOREIGN_SOURCES: [(&[&str], &str); 21] = [
    (&["R", "r"], "R"),
    (&["c", "cc", "cpp", "cxx"], "C or C++"),
    (&["clj"], "Clojure"),
    (&["cr"], "Crystal"),
    (&["cs"], "C# (.NET)"),
    (&["dart"], "Dart"),
    (&["erl"], "Erlang"),
    (&["ex", "exs"], "Elixir"),
    (&["fs"], "F# (.NET)"),
    (&["groovy"], "Groovy"),
    (&["hs"], "Haskell"),
    (&["jl"], "Julia"),
    (&["lua"], "Lua"),
    (&["ml"], "OCaml"),
    (&["nim"], "Nim"),
    (&["php", "phtml"], "PHP"),
    (&["pl", "pm"], "Perl"),
    (&["rb", "ru"], "Ruby"),
    (&["scala"], "Scala"),
    (&["swift"], "Swift"),
    (&["zig"], "Zig"),
];
/// Those of them that stand for a server wherever they are: the others may be a telephone's, or tools.
const SERVERS: [&str; 6] = ["composer.json", "mix.exs", "build.sbt", "deps.edn", ".csproj", ".fsproj"];
/// Directories of programs that no server runs.
const TELEPHONES: [&str; 2] = ["android", "ios"];

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
    Some(refusal(language, &Evidence::exists(manifest, FOREIGN), known))
}

/// The same, by what tells less: manifests that others have as well, and the sources themselves.
#[must_use]
pub fn likely_foreign(tree: &Tree, known: &[&dyn AnyLanguage]) -> Option<Diagnostic> {
    let files = || tree.files_in("").chain(tree.files_in("src"));
    let manifest = LIKELY_MANIFESTS.iter().find_map(|(name, language)| {
        let file = tree.files_in("").find(|file| is_named(file.as_str(), name))?;
        Some((file, *language))
    });
    let written = || {
        let of = |(endings, language): &(&[&str], &'static str)| {
            let mut sources = files().filter(|file| file.extension().is_some_and(|ending| endings.contains(&ending)));
            let first = sources.next()?;
            Some((sources.count(), first, *language))
        };
        let most = FOREIGN_SOURCES.iter().filter_map(of).reduce(|most, next| if next.0 > most.0 { next } else { most });
        most.map(|(_, first, language)| (first, language))
    };
    let (file, language) = manifest.or_else(written)?;
    Some(refusal(language, &Evidence::exists(file, LIKELY), known))
}

fn refusal(language: &str, at: &Evidence, known: &[&dyn AnyLanguage]) -> Diagnostic {
    let known: Vec<_> = known.iter().map(|known| known.name()).collect();
    let error = Diagnostic::error("app::foreign", format!("the project is written in {language}, which imggen does not know"));
    error.because(at).help(format!("imggen knows {}", known.join(", ")))
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
        let auxiliary = directory.components().count() > 3
            || auxiliary::of(directory).is_some()
            || directory.components().any(|part| TELEPHONES.contains(&part.as_str()));
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
    // pages that a server makes are no files to hand out
    let made = |file: &Utf8Path| matches!(file.extension(), Some("php" | "phtml"));
    if tree.files_in(directory).any(made) {
        return true;
    }
    directory.ancestors().any(|above| names.iter().any(|name| tree.has(above.join(name)))) || at_root(tree).is_some()
}

#[cfg(test)]
mod tests {
    use crate::detect::detect;
    use crate::tree::Tree;

    /// The language that a project of these files is refused by.
    fn refused(files: &[&str]) -> String {
        let tree = Tree::from_memory(files.iter().map(|file| (*file, "x")));
        let refusals = detect(&tree).map(|detection| detection.refusals).unwrap_or_default();
        let first = refusals.first().filter(|first| first.code == "app::foreign").map(|first| first.message.clone());
        let language = first.as_deref().and_then(|message| message.split_once(" in ")?.1.split_once(", ").map(|(language, _)| language));
        language.unwrap_or_default().to_owned()
    }

    #[test]
    fn languages_that_are_not_known_are_refused_by_their_names() {
        for (files, language) in [
            (&["Gemfile", "config.ru"][..], "Ruby"),
            (&["composer.json", "index.php"], "PHP"),
            (&["index.php", "style.css", "index.html"], "PHP"),
            (&["Shop.sln", "Shop/Shop.csproj"], "a language of .NET"),
            (&["Shop.fsproj", "Program.fs"], "F# (.NET)"),
            (&["mix.exs"], "Elixir"),
            (&["Package.swift"], "Swift"),
            (&["build.sbt"], "Scala"),
            (&["pubspec.yaml"], "Dart"),
            (&["shard.yml"], "Crystal"),
            (&["build.zig"], "Zig"),
            (&["shop.cabal"], "Haskell"),
            (&["gleam.toml"], "Gleam"),
            (&["rebar.config"], "Erlang"),
            (&["project.clj"], "Clojure"),
            (&["dune-project"], "OCaml"),
            (&["shop.nimble"], "Nim"),
            (&["CMakeLists.txt", "src/main.cpp"], "C or C++"),
            (&["Makefile", "main.c"], "C or C++"),
            (&["cpanfile"], "Perl"),
            (&["app.R"], "R"),
            (&["server.rb"], "Ruby"),
            (&["src/main.lua"], "Lua"),
        ] {
            assert_eq!(refused(files), language, "{files:?}");
        }
    }
}
