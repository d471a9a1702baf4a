//! Small projects for the observers' tests.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Observed, Package, Reach, Source, observe};
use crate::lang::go::head::head;
use crate::tree::Tree;

/// What is seen of a module `example.com/app` with these files; all of its packages are reached, and the first is the program.
pub fn seen(files: &[(&str, &str)]) -> Observed {
    let tree = Tree::from_memory(files.iter().copied());
    let mut directories: BTreeMap<Utf8PathBuf, Vec<Source<'_>>> = BTreeMap::new();
    for path in tree.paths().filter(|path| path.extension() == Some("go") && !path.as_str().ends_with("_test.go")) {
        let Ok(text) = tree.text(path) else { continue };
        let Some(head) = head(path, text, &[]) else { continue };
        let directory = path.parent().unwrap_or(Utf8Path::new("")).to_owned();
        let import_path = Utf8Path::new("example.com/app").join(&directory).as_str().trim_end_matches('/').to_owned();
        directories.entry(directory).or_default().push(Source::read(path, text, head, &import_path));
    }
    let packages: Vec<_> = directories
        .into_iter()
        .map(|(directory, files)| {
            let import_path = Utf8Path::new("example.com/app").join(&directory).as_str().trim_end_matches('/').to_owned();
            let name = files.first().map_or(String::new(), |source| source.head.package.to_owned());
            Package { import_path, name, files }
        })
        .collect();
    let main =
        packages.iter().find(|package| package.name == "main").and_then(|package| package.import_path.strip_prefix("example.com/app/"));
    let main = main.map(Utf8PathBuf::from).unwrap_or_default();
    let vocabulary = crate::catalog::Vocabulary::read([
        ("go.toml", include_str!("../../../../presets/_catalog/vocabulary/go.toml")),
        ("common.toml", include_str!("../../../../presets/_catalog/vocabulary/common.toml")),
    ])
    .unwrap();
    observe(&tree, &Reach { main, module: Utf8PathBuf::new(), packages: packages.iter().collect() }, &vocabulary)
}

/// What is seen of a program of one file with these imports and declarations.
pub fn program(imports: &[&str], body: &str) -> Observed {
    seen(&[("main.go", &source(imports, body))])
}

/// A file of package `main`.
pub fn source(imports: &[&str], body: &str) -> String {
    let imports = imports.iter().map(|import| format!("\t{import:?}\n")).collect::<Vec<_>>().concat();
    format!("package main\n\nimport (\n{imports})\n\n{body}\n")
}
