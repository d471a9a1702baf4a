//! GoReleaser's configuration: the programs that a release builds, each with its tags.

use camino::{Utf8Path, Utf8PathBuf};

use super::rule;
use crate::evidence::{Evidence, Fact, Rule};
use crate::read::document::{Document, Value};
use crate::tree::Tree;
use crate::tree::path::inside;

const RELEASED: Rule = rule("declared.release", "this is what is released");
const TAGGED: Rule = rule("declared.release-tag", "the release is built with this tag");

/// Where it stands, relative to the directory that it builds.
const FILES: [&str; 6] =
    [".goreleaser.yml", ".goreleaser.yaml", "goreleaser.yml", "goreleaser.yaml", ".config/goreleaser.yml", ".config/goreleaser.yaml"];
/// The system that images run.
const SYSTEM: &str = "linux";

/// A program that a release builds for Linux.
#[derive(Clone, Debug)]
pub struct Release {
    /// The directory of its sources, relative to the project's root.
    pub directory: Fact<Utf8PathBuf>,
    /// Its build tags.
    pub tags: Vec<Fact<String>>,
}

/// What GoReleaser, started in `directory`, builds for Linux with Go, in the order of the file.
#[must_use]
pub fn releases(tree: &Tree, directory: &Utf8Path) -> Vec<Release> {
    let file = FILES.iter().map(|file| directory.join(file)).find(|file| tree.has(file));
    let read = |file: Utf8PathBuf| Document::yaml(&file, tree.by_hand(&file)?).ok();
    let Some(document) = file.and_then(read) else { return Vec::new() };
    let builds = document.get(&["builds"]).map(Value::list).unwrap_or_default();
    builds.iter().filter(|build| is_of_go(build) && is_for_linux(build)).filter_map(|build| release(&document, directory, build)).collect()
}

fn is_of_go(build: &Value<'_>) -> bool {
    let skipped = build.get(&["skip"]).and_then(Value::boolean) == Some(true);
    !skipped && build.get(&["builder"]).and_then(Value::string).is_none_or(|builder| builder == "go")
}

/// Without a word it is built for all of the usual systems.
fn is_for_linux(build: &Value<'_>) -> bool {
    let systems: Vec<_> = texts(build.get(&["goos"])).collect();
    let targets: Vec<_> = texts(build.get(&["targets"])).collect();
    let is_linux = |value: &&Value<'_>| value.string().is_some_and(|text| text == SYSTEM || text.starts_with("linux_"));
    let fits = |values: &[&Value<'_>]| values.is_empty() || values.iter().any(is_linux);
    fits(&systems) && fits(&targets)
}

fn release(document: &Document<'_>, root: &Utf8Path, build: &Value<'_>) -> Option<Release> {
    let main = build.get(&["main"]);
    let written = main.and_then(Value::string).unwrap_or(".");
    // what a template makes is not known before the release
    if written.contains("{{") {
        return None;
    }
    let around = build.get(&["dir"]).and_then(Value::string).unwrap_or_default();
    let path = inside(root.join(around), Utf8Path::new(written))?;
    let directory = if path.extension() == Some("go") { path.parent()?.to_owned() } else { path };
    let at = document.evidence(main.unwrap_or(build), RELEASED);
    let at = if main.is_some() { at } else { Evidence { text: "builds".to_owned(), ..at } };
    Some(Release { directory: Fact::new(directory, at), tags: tags(document, build) })
}

/// Those of `tags`, and those of `flags`, where they are an option of the compiler's.
fn tags(document: &Document<'_>, build: &Value<'_>) -> Vec<Fact<String>> {
    let flags: Vec<_> = texts(build.get(&["flags"])).collect();
    let words = flags.iter().flat_map(|value| value.string().unwrap_or_default().split(' ').map(move |word| (word, *value)));
    let words: Vec<_> = words.collect();
    let behind = words.windows(2).filter(|pair| matches!(pair[0].0, "-tags" | "--tags")).map(|pair| pair[1]);
    let glued = words.iter().filter_map(|(word, value)| Some((word.trim_start_matches('-').strip_prefix("tags=")?, *value)));
    let named = texts(build.get(&["tags"])).map(|value| (value.string().unwrap_or_default(), value));
    let all = named.chain(glued).chain(behind);
    let mut found: Vec<Fact<String>> = Vec::new();
    for (text, value) in all {
        for tag in text.trim_matches(['"', '\'']).split([',', ' ']).filter(|tag| is_tag(tag)) {
            if !found.iter().any(|known| known.value == tag) {
                found.push(Fact::new(tag.to_owned(), Evidence { text: text.to_owned(), ..document.evidence(value, TAGGED) }));
            }
        }
    }
    found
}

fn is_tag(tag: &str) -> bool {
    !tag.is_empty() && tag.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.')
}

/// The strings of a list, or the one that stands for it.
fn texts<'d, 't>(value: Option<&'d Value<'t>>) -> impl Iterator<Item = &'d Value<'t>> {
    value.into_iter().flat_map(|value| std::iter::once(value).chain(value.list())).filter(|value| value.string().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, Vec<String>)> {
        let releases = releases(&Tree::from_memory([("api/.goreleaser.yaml", text)]), Utf8Path::new("api"));
        let tags = |release: &Release| release.tags.iter().map(|tag| tag.value.clone()).collect();
        releases.iter().map(|release| (release.directory.value.to_string(), tags(release))).collect()
    }

    #[test]
    fn what_is_built_for_linux_with_go() {
        for (text, expected) in [
            ("builds:\n  - main: ./cmd/app\n    binary: app\n", vec![("api/cmd/app", vec![])]),
            (
                "builds:\n  - main: cmd/app/main.go\n    goos: [darwin]\n  - main: ./cmd/b/\n    goos: [linux]\n",
                vec![("api/cmd/b", vec![])],
            ),
            ("builds:\n  - id: a\n    tags: [x, y]\n", vec![("api", vec!["x", "y"])]),
            (
                "builds:\n  - dir: server\n    main: ./cmd\n    flags: [-trimpath, -tags=a, '-tags b,c']\n",
                vec![("api/server/cmd", vec!["a", "b", "c"])],
            ),
            ("builds:\n  - flags: -trimpath -tags netgo\n", vec![("api", vec!["netgo"])]),
            ("builds:\n  - flags:\n      - -tags\n      - one,two\n", vec![("api", vec!["one", "two"])]),
            ("builds:\n  - builder: rust\n    main: x\n  - skip: true\n    main: y\n", vec![]),
            ("builds:\n  - main: ./cmd/{{ .Name }}\n", vec![]),
            ("builds:\n  - targets: [darwin_arm64]\n  - main: a\n    targets: [linux_amd64_v1]\n", vec![("api/a", vec![])]),
            ("# main: ./cmd/no\nproject_name: main\n", vec![]),
            ("builds: {", vec![]),
        ] {
            let expected: Vec<_> = expected
                .into_iter()
                .map(|(path, tags)| (path.to_owned(), tags.into_iter().map(str::to_owned).collect::<Vec<_>>()))
                .collect();
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
