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

/// Manifests of languages that are not known, and the languages.
const FOREIGN_MANIFESTS: [(&str, &str); 11] = [
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
    let (manifest, language) = FOREIGN_MANIFESTS.iter().find(|(name, _)| tree.has(name))?;
    let known: Vec<_> = known.iter().map(|known| known.name()).collect();
    let error = Diagnostic::error("app::foreign", format!("the project is written in {language}, which imggen does not know"));
    Some(error.because(&Evidence::exists(*manifest, FOREIGN)).help(format!("imggen knows {}", known.join(", "))))
}

/// The language that a manifest speaks for, of those that are not known.
#[must_use]
pub fn foreign_language(manifest: &str) -> Option<&'static str> {
    FOREIGN_MANIFESTS.iter().find(|(name, _)| *name == manifest).map(|(_, language)| *language)
}

/// What a manifest at the root says against the apps of another language.
fn host(tree: &Tree, hosts: &[&dyn AnyLanguage]) -> Option<Fact<Claim>> {
    let known = hosts.iter().flat_map(|language| language.manifests()).find(|name| tree.has(name));
    let foreign = || FOREIGN_MANIFESTS.iter().map(|(name, _)| name).find(|name| tree.has(name));
    known
        .map(|name| Fact::new(Claim::Aside, Evidence::exists(*name, GUEST)))
        .or_else(|| foreign().map(|name| Fact::new(Claim::Foreign, Evidence::exists(*name, FOREIGN))))
}

/// Whether a manifest stands in the directory or above it.
fn is_claimed(tree: &Tree, hosts: &[&dyn AnyLanguage], directory: &Utf8Path) -> bool {
    let known = || hosts.iter().flat_map(|language| language.manifests()).copied();
    let names = || known().chain(FOREIGN_MANIFESTS.iter().map(|(name, _)| *name));
    directory.ancestors().any(|above| names().any(|name| tree.has(above.join(name))))
}
