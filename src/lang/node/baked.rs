//! Variables that a bundler writes into the files that browsers get, when it builds them.

use camino::Utf8Path;
use serde::Serialize;

use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::lang::node::package::Package;
use crate::tree::Tree;

const BAKED: Rule = Rule::weak("node.baked-variable", "this is read when the site is built");

/// How bundlers spell the variables that they let through, and what those begin with.
const READ_AS: [(&str, &[&str]); 2] = [
    ("import.meta.env.", &["VITE_", "PUBLIC_", "RSBUILD_"]),
    ("process.env.", &["REACT_APP_", "NEXT_PUBLIC_", "VUE_APP_", "GATSBY_", "PUBLIC_"]),
];
/// Files that a bundler reads.
const SOURCES: [&str; 10] = ["astro", "html", "js", "jsx", "mdx", "mjs", "svelte", "ts", "tsx", "vue"];
/// What a name must not hold to be a build argument, whose value can be read from the image.
const SECRETS: [&str; 8] = ["auth", "credential", "key", "passw", "private", "secret", "token", "username"];

/// A variable of the build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Baked {
    /// Its name.
    pub name: String,
    /// Whether it is named like a secret, which no build argument may be.
    pub secret: bool,
}

/// Looks for them in a package's files.
pub fn find(tree: &Tree, package: &Package<'_>) -> Vec<Fact<Baked>> {
    let mut found: Vec<Fact<Baked>> = Vec::new();
    let is_source = |path: &&Utf8Path| path.extension().is_some_and(|extension| SOURCES.contains(&extension));
    for path in tree.below(&package.directory).filter(is_source) {
        let Ok(text) = tree.text(path) else { continue };
        // a file that does not mention the environment is not looked at line by line
        if !READ_AS.iter().any(|(spelt, _)| text.contains(spelt)) {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            if ["//", "*", "/*", "#", "<!--"].iter().any(|comment| line.trim_start().starts_with(comment)) {
                continue;
            }
            for (spelt, starts) in READ_AS {
                for (index, _) in line.match_indices(spelt) {
                    let rest = &line[index + spelt.len()..];
                    let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                    if !starts.iter().any(|start| name.starts_with(start) && name.len() > start.len())
                        || found.iter().any(|fact| fact.value.name == name)
                    {
                        continue;
                    }
                    let at = Evidence::at(path, Span::of_line(number + 1, line), BAKED, line.trim());
                    let lower = name.to_ascii_lowercase();
                    let secret = SECRETS.iter().any(|part| lower.contains(part));
                    found.push(Fact::new(Baked { name, secret }, at));
                }
            }
        }
    }
    found.sort_by(|a, b| a.value.name.cmp(&b.value.name));
    found
}

/// What is to be known of them.
pub fn note(baked: &[Fact<Baked>]) -> Vec<Diagnostic> {
    let names = |secret: bool| baked.iter().filter(move |fact| fact.value.secret == secret);
    let mut notes = Vec::new();
    let list = |facts: &[&Fact<Baked>]| facts.iter().map(|fact| format!("`{}`", fact.value.name)).collect::<Vec<_>>().join(", ");
    let given: Vec<_> = names(false).collect();
    if let Some(first) = given.first() {
        let message = format!("{} is written into the files when they are built: a container's environment comes too late", list(&given));
        let note = Diagnostic::note("node::baked", message);
        notes.push(
            given
                .iter()
                .flat_map(|fact| fact.because())
                .fold(note, Diagnostic::because)
                .help(format!("give it to the build: `docker build --build-arg {}=... .`", first.value.name)),
        );
    }
    let secrets: Vec<_> = names(true).collect();
    if !secrets.is_empty() {
        let message = format!("{} sounds like a secret, and everybody who opens the site can read it", list(&secrets));
        let warning = Diagnostic::warning("node::baked-secret", message);
        notes.push(
            secrets
                .iter()
                .flat_map(|fact| fact.because())
                .fold(warning, Diagnostic::because)
                .help("if it is meant to be public, give it another name; then it can be a build argument"),
        );
    }
    notes
}
