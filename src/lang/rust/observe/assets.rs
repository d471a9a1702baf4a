//! Directories that the program embeds or hands out, by the observers of all languages.

use super::source::Source;
use crate::app::Asset;
use crate::catalog::vocabulary::Vocabulary;
use crate::evidence::Fact;
use crate::lang::rust::outline::outline;
use crate::program::{self, Program, Site};
use crate::tree::Tree;

/// All of them. Paths of macros count from the package, all others from where the program is started.
pub fn assets(tree: &Tree, sources: &[Source<'_>], package: &super::Package<'_>, vocabulary: &Vocabulary) -> Vec<Fact<Asset>> {
    let read: Vec<_> = sources
        .iter()
        .map(|source| program::Source::new(&source.path, source.text, module(&source.path), outline(source.text, None)))
        .collect();
    let bases = vec!["".into(), package.directory.clone()];
    Program::new(read.iter().collect(), vocabulary).assets(&Site { tree, bases, embedded: &[], compiled: &["rs"], ships_alone: true })
}

/// What a file is called from others: `crate.routes.api`.
fn module(path: &camino::Utf8Path) -> String {
    let inside = path.as_str().split_once("src/").map_or(path.as_str(), |(_, inside)| inside).trim_end_matches(".rs");
    let inside = inside.trim_end_matches("/mod").trim_end_matches("/lib");
    if matches!(inside, "main" | "lib" | "mod") { "crate".to_owned() } else { format!("crate.{}", inside.replace('/', ".")) }
}
