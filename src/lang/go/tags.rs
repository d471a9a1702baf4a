//! Build tags: those that the project's own builds name, and those without which it does not compile.

use std::collections::BTreeSet;

use camino::Utf8Path;

use super::head::head;
use super::hints::{Hints, built_package, packages};
use super::outline::outline;
use super::scan::scan;
use crate::command::{Command, Word};
use crate::declared::Release;
use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::program::Outline;
use crate::tree::Tree;

const TAGS: Rule = Rule::weak("go.build-tags", "the project builds with these tags");
const NEEDED: Rule = Rule::parsed("go.needed-tag", "the program uses what exists only with this build tag");

/// Tags of what is not part of any program.
const NO_PROGRAM: [&str; 6] = ["ignore", "tools", "generate", "codegen", "wireinject", "never"];

/// Those of the whole project: what the release names first, else what recipes and CI do, and what is needed beside those.
#[must_use]
pub fn tags(tree: &Tree, hints: &Hints) -> Vec<Fact<String>> {
    with_needed(tree, named(hints, None))
}

/// Those of the program in `main`, where what builds it names others than what builds its neighbours; none where they are the project's.
#[must_use]
pub fn own_tags(tree: &Tree, hints: &Hints, main: &Utf8Path) -> Option<Vec<Fact<String>>> {
    let own = named(hints, Some(main));
    (names_of(&own) != names_of(&named(hints, None))).then(|| with_needed(tree, own))
}

/// The tags' names.
#[must_use]
pub fn names_of(tags: &[Fact<String>]) -> Vec<String> {
    tags.iter().map(|tag| tag.value.clone()).collect()
}

fn with_needed(tree: &Tree, mut found: Vec<Fact<String>>) -> Vec<Fact<String>> {
    let known = names_of(&found);
    found.extend(needed(tree, &known));
    found
}

/// What documents name, for the program in `main` or for any.
fn named(hints: &Hints, main: Option<&Utf8Path>) -> Vec<Fact<String>> {
    let meant = |release: &&Release| main.is_none_or(|main| release.directory.value == main);
    let released = hints.releases.iter().filter(meant).map(|release| &release.tags).find(|tags| !tags.is_empty());
    released.cloned().unwrap_or_else(|| built(hints, main))
}

/// The tags of the first command that builds with any which can be read.
fn built(hints: &Hints, main: Option<&Utf8Path>) -> Vec<Fact<String>> {
    let meant = hints.builds.iter().filter(|build| main.is_none_or(|main| may_build(&build.command, main)));
    let tagged = meant.filter_map(|build| Some((build.command.option(&["-tags", "--tags"])?, &build.at)));
    tagged.into_iter().find_map(|(word, at)| listed(&word, at)).unwrap_or_default()
}

/// Whether a command builds the program in `main`, as far as the packages tell that it names.
fn may_build(command: &Command, main: &Utf8Path) -> bool {
    let mut directories = packages(command).filter_map(|package| built_package(command, package)).peekable();
    directories.peek().is_none() || directories.any(|directory| directory == main)
}

fn listed(word: &Word, at: &Evidence) -> Option<Vec<Fact<String>>> {
    let tags: Vec<_> =
        word.text()?.split([',', ' ']).filter(|tag| is_tag(tag)).map(|tag| Fact::new(tag.to_owned(), at.under(TAGS))).collect();
    (!tags.is_empty()).then_some(tags)
}

fn is_tag(tag: &str) -> bool {
    !tag.is_empty() && tag.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.')
}

/// A file that is compiled with a tag alone.
struct Tagged<'t> {
    path: &'t Utf8Path,
    tag: String,
    package: &'t str,
    outline: Outline,
    span: Span,
}

/// Tags whose files declare what the files that are compiled anyway use, and nothing else declares.
fn needed(tree: &Tree, known: &[String]) -> Vec<Fact<String>> {
    let sources: Vec<&Utf8Path> =
        tree.paths().filter(|path| path.as_str().ends_with(".go") && !path.as_str().ends_with("_test.go")).collect();
    tree.read_ahead(&sources);
    let tagged: Vec<Tagged<'_>> = sources.iter().filter_map(|path| tagged(tree, path, known)).collect();
    let mut found: Vec<Fact<String>> = Vec::new();
    for file in &tagged {
        if found.iter().any(|tag| tag.value == file.tag) {
            continue;
        }
        let directory = file.path.parent();
        let is_compiled =
            |path: &&&Utf8Path| tree.text(path).ok().and_then(|text| head(path, text, known)).is_some_and(|head| head.builds.ever());
        // a script that lies beside a package is none of its files
        let is_of_it = |path: &&&Utf8Path| {
            tree.text(path).ok().and_then(|text| head(path, text, known)).is_some_and(|head| head.package == file.package)
        };
        let in_directory = sources.iter().filter(|path| path.parent() == directory).filter(is_compiled);
        let beside: Vec<&str> = in_directory.filter(is_of_it).filter_map(|path| tree.text(path).ok()).collect();
        let others: BTreeSet<String> = beside.iter().flat_map(|text| names(&outline(text))).collect();
        let only: Vec<String> = names(&file.outline).into_iter().filter(|name| !others.contains(name)).collect();
        let uses = |text: &str, name: &str| has_word(text, name);
        let elsewhere = || {
            only.iter().filter(|name| name.starts_with(char::is_uppercase)).any(|name| {
                let qualified = format!("{}.{name}", file.package);
                let outside = sources.iter().filter(|path| path.parent() != directory);
                outside.filter(|path| tree.text(path).is_ok_and(|text| has_word(text, &qualified))).any(|path| is_compiled(&path))
            })
        };
        if only.iter().any(|name| beside.iter().any(|text| uses(text, name))) || elsewhere() {
            found.push(Fact::new(file.tag.clone(), Evidence::at(file.path, file.span, NEEDED, format!("//go:build {}", file.tag))));
        }
    }
    found
}

fn tagged<'t>(tree: &'t Tree, path: &'t Utf8Path, known: &[String]) -> Option<Tagged<'t>> {
    let text = tree.text(path).ok()?;
    let head_of = |tags: &[String]| head(path, text, tags);
    let own = head_of(known)?;
    // constraints stand before the package clause
    if own.builds.ever() || !text[..own.package_at as usize].contains("//go:build ") {
        return None;
    }
    let scan = scan(text);
    let line = scan.directives.iter().find(|directive| directive.after("go:build").is_some())?;
    let tag = constraint_words(line.text).find(|word| {
        let with: Vec<String> = known.iter().cloned().chain([(*word).to_owned()]).collect();
        !NO_PROGRAM.contains(word) && head_of(&with).is_some_and(|head| head.builds.ever())
    })?;
    let start = line.offset as usize;
    Some(Tagged {
        path,
        tag: tag.to_owned(),
        package: own.package,
        outline: outline(text),
        span: Span::of(text, start, start + 2 + line.text.len()),
    })
}

fn constraint_words(line: &str) -> impl Iterator<Item = &str> {
    line.trim_start_matches("go:build").split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).filter(|word| !word.is_empty())
}

/// What a file declares for its whole package.
fn names(outline: &Outline) -> Vec<String> {
    let functions = outline.functions.iter().filter(|function| function.inside.is_none()).map(|function| &function.name);
    let bindings =
        outline.bindings.iter().filter(|binding| binding.declares && binding.context.function.is_none()).map(|binding| &binding.target);
    let types = outline.types.iter().map(|declared| &declared.name);
    functions
        .chain(bindings)
        .chain(types)
        .filter(|name| !matches!(name.as_str(), "" | "_" | "init" | "main") && !name.contains('.'))
        .cloned()
        .collect()
}

fn has_word(text: &str, word: &str) -> bool {
    let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word).any(|(at, _)| !joins(text[..at].chars().next_back()) && !joins(text[at + word.len()..].chars().next()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::go::hints::hints;
    use crate::lang::go::workspace::Workspace;

    const TAGGED: [(&str, &str); 3] = [
        ("go.mod", "module example.com/app\n"),
        ("fts/fts.go", "//go:build fts\n\npackage fts\n\nconst FTS = true\n"),
        ("fts/doc.go", "package fts\n"),
    ];

    fn hints_of(tree: &Tree) -> Hints {
        let Ok(workspace) = Workspace::read(tree) else { panic!("it is read") };
        hints(tree, &workspace)
    }

    fn of(files: &[(&str, &str)]) -> Vec<String> {
        let tree = Tree::from_memory(TAGGED.iter().copied().chain(files.iter().copied()));
        names_of(&tags(&tree, &hints_of(&tree)))
    }

    #[test]
    fn each_program_has_the_tags_that_it_is_built_with() {
        let makefile = "build: api worker\napi:\n\tgo build -tags web -o bin/api ./cmd/api\nworker:\n\tgo build -tags queue ./cmd/worker\n";
        let release = "builds:\n  - main: ./cmd/api\n    tags: [web]\n  - main: ./cmd/worker\n    tags: [queue]\n";
        for file in [("Makefile", makefile), (".goreleaser.yaml", release)] {
            let tree = Tree::from_memory([file, TAGGED[0], ("cmd/api/main.go", "package main"), ("cmd/worker/main.go", "package main")]);
            let hints = hints_of(&tree);
            let own = |main: &str| own_tags(&tree, &hints, Utf8Path::new(main)).map(|tags| names_of(&tags));
            assert_eq!(names_of(&tags(&tree, &hints)), ["web"], "{file:?}");
            assert_eq!((own("cmd/api"), own("cmd/worker")), (None, Some(vec!["queue".to_owned()])), "{file:?}");
        }
    }

    #[test]
    fn tags_come_from_recipes_ci_releases_and_need() {
        let uses = ("main.go", "package main\n\nimport \"example.com/app/fts\"\n\nvar _ = fts.FTS\n\nfunc main() {}\n");
        let plain = ("main.go", "package main\n\nfunc main() {}\n");
        for (files, expected) in [
            (vec![uses], &["fts"][..]),
            (vec![plain], &[]),
            (vec![plain, ("Makefile", "TAGS ?= a,b\nbuild:\n\tgo build -tags \"$(TAGS)\" .\n")], &["a", "b"]),
            (
                vec![
                    ("build.go", "//go:build script\n\npackage main\n\nfunc build() {}\n\nfunc main() { build() }\n"),
                    ("mux.go", "package shop\n\nfunc mux(build bool) bool { return build }\n"),
                ],
                &[],
            ),
            (vec![plain, ("justfile", "build:\n    go build -tags a .\n")], &["a"]),
            (vec![uses, ("Makefile", "build:\n\tgo build -tags=a .\n")], &["a", "fts"]),
            (vec![plain, (".goreleaser.yml", "builds:\n  - goos: [darwin]\n    tags: [x]\n  - goos: [linux]\n    tags: [a]\n")], &["a"]),
        ] {
            assert_eq!(of(&files), expected, "{files:?}");
        }
    }
}
