//! Whose project it is. A manifest at the root says so, and what another language has in the tree may be no more than a part of that:
//! the front end of a Go program, the scripts beside a Rails application.

use crate::app::Claim;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule};
use crate::tree::Tree;

use super::ALL;

const GUEST: Rule = Rule::parsed("lang.guest", "the project is written in another language");
const FOREIGN: Rule = Rule::parsed("lang.foreign", "the project is written in a language that imggen does not know");

/// Manifests of languages that are not [`ALL`], and the languages.
const FOREIGN_MANIFESTS: [(&str, &str); 10] = [
    ("Gemfile", "Ruby"),
    ("Package.swift", "Swift"),
    ("build.sbt", "Scala"),
    ("composer.json", "PHP"),
    ("gleam.toml", "Gleam"),
    ("mix.exs", "Elixir"),
    ("project.clj", "Clojure"),
    ("pubspec.yaml", "Dart"),
    ("rebar.config", "Erlang"),
    ("stack.yaml", "Haskell"),
];

/// Where a language's apps are taken for parts of the project when the manifest of one that stands before it is at the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guest {
    /// Nowhere: the two stand side by side.
    Nowhere,
    /// In directories of their own. What shares the root with the manifest is built with it: a Python package with a Rust extension.
    Below,
    /// Everywhere: tools and front ends have their manifests at the root too.
    Everywhere,
}

/// What there is to say of `language`'s apps because of manifests at the root that are not its own.
pub fn host(tree: &Tree, language: &str) -> Option<Fact<Claim>> {
    let before = ALL.iter().take_while(|other| other.name() != language);
    let known = before.flat_map(|other| other.manifests()).find(|name| tree.has(name));
    let foreign = || FOREIGN_MANIFESTS.iter().map(|(name, _)| name).find(|name| tree.has(name));
    known
        .map(|name| Fact::new(Claim::Aside, Evidence::exists(*name, GUEST)))
        .or_else(|| foreign().map(|name| Fact::new(Claim::Foreign, Evidence::exists(*name, FOREIGN))))
}

/// The manifest of any language but `language` at the root.
pub fn neighbour(tree: &Tree, language: &str) -> Option<Evidence> {
    let known = ALL.iter().filter(|other| other.name() != language).flat_map(|other| other.manifests());
    known.chain(FOREIGN_MANIFESTS.iter().map(|(name, _)| name)).find(|name| tree.has(name)).map(|name| Evidence::exists(*name, GUEST))
}

/// The names of all languages' manifests.
pub fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().flat_map(|language| language.manifests()).copied().chain(FOREIGN_MANIFESTS.iter().map(|(name, _)| *name))
}

/// What to say where there is no app, and a manifest tells why.
pub fn foreign(tree: &Tree) -> Option<Diagnostic> {
    let (manifest, language) = FOREIGN_MANIFESTS.iter().find(|(name, _)| tree.has(name))?;
    let known: Vec<_> = ALL.iter().map(|known| known.name()).collect();
    let error = Diagnostic::error("app::foreign", format!("the project is written in {language}, which imggen does not know"));
    Some(error.because(&Evidence::exists(*manifest, FOREIGN)).help(format!("imggen knows {}", known.join(", "))))
}

/// The language that a manifest speaks for, of those that are not [`ALL`].
pub fn foreign_language(manifest: &str) -> Option<&'static str> {
    FOREIGN_MANIFESTS.iter().find(|(name, _)| *name == manifest).map(|(_, language)| *language)
}
