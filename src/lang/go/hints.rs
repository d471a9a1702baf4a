//! What the project's own tools say about building it: releases, recipes, CI.

use camino::{Utf8Path, Utf8PathBuf};

use super::workspace::Workspace;
use crate::command::{Command, Word};
use crate::declared::{self, Build, Declared, Release};
use crate::evidence::{Fact, Rule};
use crate::tree::Tree;

const MADE: Rule = Rule::weak("go.made", "this is what the project's own build makes");

/// More modules have their own tools for nobody who reads them.
const MOST_MODULES: usize = 50;

/// What the project's tools say.
#[derive(Debug, Default)]
pub struct Hints {
    /// What its documents say of starting it.
    pub declared: Declared,
    /// The directories of the programs that are built, by the most telling tool that names any.
    pub built: Vec<Fact<Utf8PathBuf>>,
    /// What is released.
    pub releases: Vec<Release>,
    /// The commands that compile.
    pub builds: Vec<Build>,
    /// The value of `GOPRIVATE`.
    pub private: Option<Fact<String>>,
}

/// Looks through the documents of the project's root and of its modules.
#[must_use]
pub fn hints(tree: &Tree, workspace: &Workspace) -> Hints {
    let modules = workspace.modules.iter().map(|module| module.directory.clone()).filter(|directory| !directory.as_str().is_empty());
    let directories: Vec<_> = std::iter::once(Utf8PathBuf::new()).chain(modules.take(MOST_MODULES)).collect();
    let releases: Vec<_> = directories.iter().flat_map(|directory| declared::releases(tree, directory)).collect();
    let released: Vec<_> = releases.iter().map(|release| release.directory.clone()).collect();
    let is_compiling = |build: &Build| build.command.does("build") || build.command.does("install");
    let builds: Vec<_> = directories.iter().flat_map(|at| declared::builds(tree, at, "go")).filter(is_compiling).collect();
    Hints {
        declared: declared::read(tree, Utf8Path::new("")),
        built: if released.is_empty() { made(tree, &builds) } else { released },
        private: directories.iter().flat_map(|directory| declared::set(tree, directory, "GOPRIVATE")).next(),
        releases,
        builds,
    }
}

/// The directory of a package that a command builds, by its path or the path of its file.
#[must_use]
pub fn built_package(command: &Command, package: &str) -> Option<Utf8PathBuf> {
    let path = command.path(package)?;
    Some(if path.extension() == Some("go") { path.parent().unwrap_or(Utf8Path::new("")).to_owned() } else { path })
}

/// The words of a command that are paths of packages.
pub fn packages(command: &Command) -> impl Iterator<Item = &str> {
    command.arguments().iter().filter_map(Word::text).filter(|word| word.starts_with("./") && !word.contains("..."))
}

/// The packages that the first file builds whose commands name any.
fn made(tree: &Tree, builds: &[Build]) -> Vec<Fact<Utf8PathBuf>> {
    let mut found: Vec<Fact<Utf8PathBuf>> = Vec::new();
    for build in builds {
        if found.first().is_some_and(|first| first.file() != build.at.file) {
            continue;
        }
        for directory in packages(&build.command).filter_map(|package| built_package(&build.command, package)) {
            if tree.has_directory(&directory) && !found.iter().any(|known| known.value == directory) {
                found.push(Fact::new(directory, build.at.under(MADE)));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built(files: &[(&str, &str)]) -> Vec<String> {
        let tree = Tree::from_memory(files.iter().copied());
        let Ok(workspace) = Workspace::read(&tree) else { panic!("it is read") };
        hints(&tree, &workspace).built.iter().map(|fact| fact.value.to_string()).collect()
    }

    #[test]
    fn makefiles_and_releases_name_what_they_build() {
        let main = ("cmd/app/main.go", "package main");
        for (file, text) in [
            ("Makefile", "build:\n\tgo build -tags netgo,osusergo -o bin/app ./cmd/app\n"),
            ("Makefile", "all: app\n\napp:\n\tgo build ./cmd/app\n"),
            (".goreleaser.yml", "builds:\n  - main: ./cmd/app\n"),
        ] {
            assert_eq!(built(&[main, ("go.mod", "module example.com/app\n"), (file, text)]), ["cmd/app"], "{text}");
        }
        let nested = [("server/go.mod", "module example.com/app\n"), ("server/Makefile", "build:\n\tgo build ./cmd/app\n")];
        assert_eq!(built(&[nested[0], nested[1], ("server/cmd/app/main.go", "package main")]), ["server/cmd/app"]);
    }
}
