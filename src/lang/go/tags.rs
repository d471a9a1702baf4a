//! Build tags: those that the project's own builds name, and those without which it does not compile.

use std::collections::BTreeSet;

use camino::Utf8Path;

use super::head::head;
use super::outline::outline;
use super::scan::scan;
use crate::command::Word;
use crate::declared;
use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::program::Outline;
use crate::read::document::{Document, Value};
use crate::tree::Tree;

const TAGS: Rule = Rule::weak("go.build-tags", "the project builds with these tags");
const NEEDED: Rule = Rule::parsed("go.needed-tag", "the program uses what exists only with this build tag");

/// Tags of what is not part of any program.
const NO_PROGRAM: [&str; 6] = ["ignore", "tools", "generate", "codegen", "wireinject", "never"];

/// All of them: what the release names first, else what recipes and CI do, and what is needed beside those.
#[must_use]
pub fn tags(tree: &Tree) -> Vec<Fact<String>> {
    let mut found = released(tree);
    if found.is_empty() {
        found = built(tree);
    }
    let known: Vec<String> = found.iter().map(|tag| tag.value.clone()).collect();
    found.extend(needed(tree, &known));
    found
}

/// The tags of the first command that builds with any which can be read.
fn built(tree: &Tree) -> Vec<Fact<String>> {
    let builds = declared::builds(tree, Utf8Path::new(""), "go");
    let compiles = builds.iter().filter(|build| build.command.does("build") || build.command.does("install"));
    compiles
        .filter_map(|build| Some((build.command.option(&["-tags", "--tags"])?, &build.at)))
        .find_map(|(word, at)| listed(&word, at))
        .unwrap_or_default()
}

fn listed(word: &Word, at: &Evidence) -> Option<Vec<Fact<String>>> {
    let tags: Vec<_> =
        word.text()?.split([',', ' ']).filter(|tag| is_tag(tag)).map(|tag| Fact::new(tag.to_owned(), at.under(TAGS))).collect();
    (!tags.is_empty()).then_some(tags)
}

fn is_tag(tag: &str) -> bool {
    !tag.is_empty() && tag.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.')
}

/// The tags of `GoReleaser`'s first build that makes a program for Linux.
fn released(tree: &Tree) -> Vec<Fact<String>> {
    let file = [".goreleaser.yml", ".goreleaser.yaml", "goreleaser.yml", "goreleaser.yaml"].into_iter().find(|file| tree.has(file));
    let read = |file: &&str| Document::yaml(Utf8Path::new(file), tree.text(file).ok()?).ok();
    let Some(document) = file.as_ref().and_then(read) else { return Vec::new() };
    let Some(builds) = document.get(&["builds"]) else { return Vec::new() };
    let texts = |value: Option<&Value<'_>>| -> Vec<(String, Evidence)> {
        let text = |value: &Value<'_>| Some((value.string()?.to_owned(), document.evidence(value, TAGS)));
        value.map(|value| value.list().iter().chain(std::iter::once(value)).filter_map(text).collect()).unwrap_or_default()
    };
    for build in builds.list() {
        let systems = texts(build.get(&["goos"]));
        if !systems.is_empty() && !systems.iter().any(|(system, _)| system == "linux") {
            continue;
        }
        let flags = texts(build.get(&["flags"])).into_iter().filter_map(|(flag, at)| Some((flag.split_once("-tags=")?.1.to_owned(), at)));
        let named = texts(build.get(&["tags"])).into_iter().chain(flags);
        let tags: Vec<_> = named
            .flat_map(|(text, at)| {
                text.split([',', ' ']).filter(|tag| is_tag(tag)).map(|tag| Fact::new(tag.to_owned(), at.clone())).collect::<Vec<_>>()
            })
            .collect();
        if !tags.is_empty() {
            return tags;
        }
    }
    Vec::new()
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
        tree.paths().filter(|path| path.extension() == Some("go") && !path.as_str().ends_with("_test.go")).collect();
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
    if !text.contains("//go:build ") {
        return None;
    }
    let scan = scan(text);
    let line = scan.directives.iter().find(|directive| directive.after("go:build").is_some())?;
    if head(path, text, known)?.builds.ever() {
        return None;
    }
    let tag = constraint_words(line.text).find(|word| {
        let with: Vec<String> = known.iter().cloned().chain([(*word).to_owned()]).collect();
        !NO_PROGRAM.contains(word) && head(path, text, &with).is_some_and(|head| head.builds.ever())
    })?;
    let start = line.offset as usize;
    let package = head(path, text, known)?.package;
    Some(Tagged { path, tag: tag.to_owned(), package, outline: outline(text), span: Span::of(text, start, start + 2 + line.text.len()) })
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

    const TAGGED: [(&str, &str); 3] = [
        ("go.mod", "module example.com/app\n"),
        ("fts/fts.go", "//go:build fts\n\npackage fts\n\nconst FTS = true\n"),
        ("fts/doc.go", "package fts\n"),
    ];

    fn of(files: &[(&str, &str)]) -> Vec<String> {
        tags(&Tree::from_memory(TAGGED.iter().copied().chain(files.iter().copied()))).into_iter().map(|tag| tag.value).collect()
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
