//! The versions of tools that a directory pins for whoever works in it: `.tool-versions`, `mise.toml` and their like, from the directory up
//! to the root; the nearest word comes first.

use camino::Utf8Path;

use super::document::{Document, Value};
use crate::evidence::{Evidence, Rule, Span};
use crate::tree::Tree;

/// What mise reads, in a directory.
const MISE: [&str; 6] =
    ["mise.toml", ".mise.toml", "mise/config.toml", ".mise/config.toml", ".config/mise.toml", ".config/mise/config.toml"];

/// What the files in `directory`, and above it, say of a tool by any of these names; a word as it is written, and its place.
pub fn pinned(tree: &Tree, directory: &Utf8Path, names: &[&str], rule: Rule) -> Vec<(String, Evidence)> {
    let mut found = Vec::new();
    for place in directory.ancestors() {
        found.extend(MISE.iter().find_map(|file| mise(tree, &place.join(file), names, rule)));
        found.extend(asdf(tree, &place.join(".tool-versions"), names, rule));
    }
    found
}

/// The first line of a file that holds nothing but a version, from `directory` up to the root.
pub fn alone(tree: &Tree, directory: &Utf8Path, file: &str, rule: Rule) -> Option<(String, Evidence)> {
    directory.ancestors().find_map(|place| {
        let path = place.join(file);
        let mut lines = (1..).zip(tree.text(&path).ok()?.lines());
        let (number, line) = lines.find(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with('#'))?;
        Some((line.trim().to_owned(), Evidence::at(path.clone(), Span::of_line(number, line), rule, line.trim())))
    })
}

/// `python 3.12.1`
fn asdf(tree: &Tree, file: &Utf8Path, names: &[&str], rule: Rule) -> Option<(String, Evidence)> {
    (1..).zip(tree.text(file).ok()?.lines()).find_map(|(number, line)| {
        let mut words = line.split_whitespace();
        words.next().filter(|name| names.contains(name))?;
        let version = words.next().filter(|word| !word.starts_with('#'))?;
        Some((version.to_owned(), Evidence::at(file, Span::of_line(number, line), rule, line.trim())))
    })
}

/// `python = "3.12"`, `["3.12", "3.11"]` or `{ version = "3.12" }` in `[tools]`.
fn mise(tree: &Tree, file: &Utf8Path, names: &[&str], rule: Rule) -> Option<(String, Evidence)> {
    let table = Document::toml(file, tree.text(file).ok()?).ok()?;
    let value = names.iter().find_map(|name| table.get(&["tools", name]))?;
    let value = value.list().first().unwrap_or(value);
    let version = value.scalar().or_else(|| value.get(&["version"]).and_then(Value::scalar))?;
    Some((version.to_owned(), table.evidence(value, rule)))
}

/// What workflows of CI try it with, under any of these keys: a step's version or a matrix of several, the newest first. It is said by the
/// way: a project may be tried with more than it runs on.
pub fn in_ci(tree: &Tree, keys: &[&str], rule: Rule) -> Vec<(String, Evidence)> {
    let workflows = tree.files_in(".github/workflows").filter(|path| matches!(path.extension(), Some("yml" | "yaml")));
    let mut found = Vec::new();
    for file in workflows {
        let Some(table) = tree.text(file).ok().and_then(|text| Document::yaml(file, text).ok()) else { continue };
        let mut waiting = vec![table.root()];
        while let Some(value) = waiting.pop() {
            waiting.extend(value.list());
            for (key, value) in value.map() {
                waiting.push(value);
                if keys.contains(&key.name.as_ref()) {
                    let words = value.scalar().map(|word| (word, value));
                    let all = words.into_iter().chain(value.list().iter().filter_map(|value| Some((value.scalar()?, value))));
                    found.extend(all.map(|(word, value)| (word.trim().to_owned(), table.evidence(value, rule))));
                }
            }
        }
    }
    found.retain(|(word, _)| word.starts_with(|c: char| c.is_ascii_digit()));
    let numbers = |word: &str| -> Vec<u32> { word.split('.').map_while(|part| part.parse().ok()).collect() };
    found.sort_by_key(|(word, at)| (std::cmp::Reverse(numbers(word)), at.place().to_string()));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIN: Rule = Rule::parsed("test.pin", "this is pinned");

    #[test]
    fn the_nearest_word_comes_first() {
        let tree = Tree::from_memory([
            (".tool-versions", "nodejs 22\npython 3.11.1 3.10\n"),
            ("api/mise.toml", "[tools]\npython = [\"3.13\", \"3.12\"]\ngo = { version = \"1.27\" }\n"),
            (".go-version", "# ours\n1.26.1\n"),
        ]);
        let words = |directory: &str, name: &str| -> Vec<String> {
            pinned(&tree, directory.into(), &[name], PIN).into_iter().map(|(word, _)| word).collect()
        };
        assert_eq!((words("api", "python"), words("", "python")), (vec!["3.13".to_owned(), "3.11.1".into()], vec!["3.11.1".into()]));
        assert_eq!((words("api", "go"), words("api", "rust")), (vec!["1.27".to_owned()], vec![]));
        let alone = alone(&tree, "api".into(), ".go-version", PIN).map(|(word, at)| (word, at.place().to_string()));
        assert_eq!(alone, Some(("1.26.1".into(), ".go-version:2".into())));
    }

    #[test]
    fn workflows_say_by_the_way_what_they_try() {
        let workflow = "on: push\njobs:\n  test:\n    strategy:\n      matrix:\n        node-version: [18, 20.x]\n    steps:\n      \
                        - uses: actions/setup-node@v4\n        with:\n          node-version: ${{ matrix.node-version }}\n";
        let tree = Tree::from_memory([(".github/workflows/ci.yml", workflow), ("docs/ci.yml", "node-version: 24\n")]);
        let words: Vec<_> = in_ci(&tree, &["node-version"], PIN).into_iter().map(|(word, _)| word).collect();
        assert_eq!(words, ["20.x", "18"]);
    }
}
