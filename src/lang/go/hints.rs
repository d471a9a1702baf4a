//! What the project's own tools say about building it: `Procfile`, GoReleaser's configuration, recipes and CI.

use camino::{Utf8Path, Utf8PathBuf};

use super::tags::tags;
use crate::declared;
use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::tree::Tree;

const PROCFILE: Rule = Rule::weak("go.procfile", "this is what the Procfile starts");
const RELEASED: Rule = Rule::weak("go.goreleaser", "this is what is released");
const MADE: Rule = Rule::weak("go.made", "this is what the project's own build makes");
const PRIVATE: Rule = Rule::weak("go.private", "modules below these paths are private");

/// What the project's tools say.
#[derive(Debug, Default)]
pub struct Hints {
    /// The program that a Procfile starts, by name.
    pub started: Option<Fact<String>>,
    /// The directories of the programs that are built, by the most telling tool that names any.
    pub built: Vec<Fact<Utf8PathBuf>>,
    /// Build tags.
    pub tags: Vec<Fact<String>>,
    /// The value of `GOPRIVATE`.
    pub private: Option<Fact<String>>,
}

impl Hints {
    /// The build tags' names.
    #[must_use]
    pub fn tag_names(&self) -> Vec<String> {
        self.tags.iter().map(|tag| tag.value.clone()).collect()
    }
}

/// Looks through the files in the project's root.
#[must_use]
pub fn hints(tree: &Tree) -> Hints {
    let mut hints = Hints { started: procfile(tree), private: private(tree), ..Hints::default() };
    let released: Vec<_> = [".goreleaser.yml", ".goreleaser.yaml"].iter().flat_map(|file| goreleaser(tree, file)).collect();
    hints.tags = tags(tree);
    hints.built = if released.is_empty() { made(tree) } else { released };
    hints
}

fn lines<'t>(tree: &'t Tree, file: &str) -> impl Iterator<Item = (usize, &'t str)> {
    (1..).zip(tree.text(file).unwrap_or_default().lines())
}

fn at(file: &str, number: usize, line: &str, rule: Rule) -> Evidence {
    Evidence::at(file, Span::of_line(number, line), rule, line.trim())
}

fn procfile(tree: &Tree) -> Option<Fact<String>> {
    lines(tree, "Procfile").find_map(|(number, line)| {
        let command = line.strip_prefix("web:")?;
        let program = command.split_whitespace().find(|word| !word.contains('='))?;
        let name = Utf8Path::new(program).file_name()?;
        Some(Fact::new(name.to_owned(), at("Procfile", number, line, PROCFILE)))
    })
}

fn goreleaser(tree: &Tree, file: &str) -> Vec<Fact<Utf8PathBuf>> {
    let mains = lines(tree, file).filter_map(|(number, line)| {
        let value = line.trim_start().trim_start_matches("- ").strip_prefix("main:")?.trim().trim_matches(['"', '\'']);
        let path = value.trim_start_matches("./").trim_end_matches('/');
        let directory = if path.ends_with(".go") { Utf8Path::new(path).parent()?.to_owned() } else { path.into() };
        let directory = if directory == "." { Utf8PathBuf::new() } else { directory };
        Some(Fact::new(directory, at(file, number, line, RELEASED)))
    });
    mains.collect()
}

/// The packages that the first file builds whose commands name any.
fn made(tree: &Tree) -> Vec<Fact<Utf8PathBuf>> {
    let mut found: Vec<Fact<Utf8PathBuf>> = Vec::new();
    for build in declared::builds(tree, Utf8Path::new(""), "go") {
        let compiles = build.command.does("build") || build.command.does("install");
        if !compiles || found.first().is_some_and(|first| first.file() != build.at.file) {
            continue;
        }
        let packages = build.command.arguments().iter().filter_map(|word| word.text());
        for package in packages.filter(|word| word.starts_with("./") && !word.contains("...")) {
            let Some(path) = build.command.path(package) else { continue };
            let directory = if path.as_str().ends_with(".go") { path.parent().unwrap_or(Utf8Path::new("")).to_owned() } else { path };
            if tree.has_directory(&directory) && !found.iter().any(|known| known.value == directory) {
                found.push(Fact::new(directory, build.at.under(MADE)));
            }
        }
    }
    found
}

fn private(tree: &Tree) -> Option<Fact<String>> {
    let workflows: Vec<String> = tree.files_in(".github/workflows").map(ToString::to_string).collect();
    let files = ["Makefile", ".gitlab-ci.yml", ".envrc"].into_iter().map(str::to_owned).chain(workflows);
    files.into_iter().find_map(|file| {
        lines(tree, &file).find_map(|(number, line)| {
            let (_, value) = line.split_once("GOPRIVATE")?;
            let value = value.trim_start().trim_start_matches([':', '=', '?']).split_whitespace().next()?.trim_matches(['"', '\'', ';']);
            let plain = !value.is_empty() && value.chars().all(|c| c.is_ascii_alphanumeric() || "./-_,*".contains(c));
            plain.then(|| Fact::new(value.to_owned(), at(&file, number, line, PRIVATE)))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_makefile_names_what_it_builds_and_its_tags() {
        let tree = Tree::from_memory([
            ("Makefile", "build:\n\tgo build -tags netgo,osusergo -o bin/app ./cmd/app\n"),
            ("cmd/app/main.go", "package main"),
        ]);
        let hints = hints(&tree);
        assert_eq!(hints.built.iter().map(|fact| fact.value.as_str()).collect::<Vec<_>>(), ["cmd/app"]);
        assert_eq!(hints.tags.iter().map(|fact| fact.value.as_str()).collect::<Vec<_>>(), ["netgo", "osusergo"]);
    }

    #[test]
    fn goprivate_is_taken_as_it_is_set() {
        let tree = Tree::from_memory([(".github/workflows/ci.yml", "env:\n  GOPRIVATE: github.com/acme/*\n")]);
        assert_eq!(hints(&tree).private.map(|fact| fact.value), Some("github.com/acme/*".into()));
    }
}
