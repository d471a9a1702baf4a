//! The sources of a program: which files they are, the classes with a `main`, and what is imported.

use camino::{Utf8Path, Utf8PathBuf};

use super::entry::{Main, mains_of, syntax};
use super::outline::outline;
use crate::catalog::Vocabulary;
use crate::evidence::{Evidence, Fact, Rule};
use crate::program::Source;
use crate::program::observe::comes_from;
use crate::tree::Tree;
use crate::version::Version;

const IMPORT: Rule = Rule::parsed("java.import", "this is used");

/// The first Java that starts a `main` which is not static.
const INSTANCES: Version = Version::whole(25);

/// All sources of a program.
#[derive(Debug)]
pub struct Sources<'t> {
    /// In the order of their paths.
    pub files: Vec<Source<'t>>,
}

/// The main sources below these directories, tests left out.
fn paths<'t>(tree: &'t Tree, directories: &[Utf8PathBuf]) -> Vec<&'t Utf8Path> {
    let is_source = |path: &&Utf8Path| matches!(path.extension(), Some("java" | "kt" | "groovy"));
    let of = |directory: &Utf8PathBuf| {
        let main = directory.join("src/main");
        let other = directory.join("src");
        let root = if tree.has_directory(&main) { main } else { other };
        tree.below(root).filter(is_source).filter(|path| !is_test(path))
    };
    let mut paths: Vec<&Utf8Path> = directories.iter().flat_map(of).collect();
    paths.sort();
    paths.dedup();
    tree.read_ahead(&paths);
    paths
}

/// The classes with a `main` below these directories, as Java of this level starts them.
pub fn mains(tree: &Tree, directories: &[Utf8PathBuf], level: Version) -> Vec<Fact<String>> {
    let read = |path: &Utf8Path| tree.text(path).map_or_else(|_| Vec::new(), |text| mains_of(path, text));
    let all: Vec<_> = paths(tree, directories).into_iter().flat_map(read).collect();
    let plain = all.iter().any(|main| !main.instance);
    let is_started = |main: &Main| if plain { !main.instance } else { level >= INSTANCES };
    all.into_iter().filter(is_started).map(|main| main.class).collect()
}

impl<'t> Sources<'t> {
    /// Reads the main sources below these directories. What the vocabulary knows decides between star imports.
    pub fn read(tree: &'t Tree, directories: &[Utf8PathBuf], vocabulary: &Vocabulary) -> Self {
        let source = |path: &'t Utf8Path| {
            let text = tree.text(path).ok()?;
            let outline = outline(text, syntax(path), &|name| vocabulary.knows(name));
            let module = outline.package.clone().unwrap_or_default();
            Some(Source::new(path, text, module, outline))
        };
        Self { files: paths(tree, directories).into_iter().filter_map(source).collect() }
    }

    /// Where something of this package, or this class, is imported.
    pub fn imports(&self, package: &str) -> Option<Evidence> {
        self.files.iter().find_map(|source| {
            let import = source.outline.imports.iter().find(|import| comes_from(&import.path, package))?;
            Some(source.evidence(import.at, IMPORT))
        })
    }
}

fn is_test(path: &Utf8Path) -> bool {
    let parts: Vec<_> = path.components().map(|part| part.as_str()).collect();
    parts
        .windows(2)
        .any(|pair| pair[0] == "src" && (pair[1].to_lowercase().contains("test") || matches!(pair[1], "it" | "jmh" | "benchmark")))
        || path.file_stem().is_some_and(|stem| stem.ends_with("Test") || stem.ends_with("Tests"))
}
