//! Whether an asset is there, or only something that keeps its place.

use camino::Utf8Path;

use crate::tree::Tree;

/// Files that keep a directory in git, and say nothing.
const KEEPERS: [&str; 7] = [".gitkeep", ".gitignore", ".keep", ".placeholder", ".empty", "README.md", "placeholder.txt"];
/// Pages longer than this many bytes are no placeholders.
const LONGEST_PLACEHOLDER: usize = 2048;
/// What pages say that stand for those that were not built, in lower case.
const PLACEHOLDER_WORDS: [&str; 9] = [
    "not built",
    "not been built",
    "placeholder",
    "run build",
    "run `npm",
    "npm run build",
    "make build",
    "build the frontend",
    "build the front end",
];

/// Whether the project holds the file or directory itself, and not only a placeholder for it.
#[must_use]
pub fn is_present(tree: &Tree, path: &Utf8Path) -> bool {
    if tree.has(path) {
        return !is_placeholder(tree, path);
    }
    tree.below(path).any(|file| !file.file_name().is_some_and(|name| KEEPERS.contains(&name)) && !is_placeholder(tree, file))
}

/// Whether all that is there are short pages that load nothing: they stand in for what a build makes in the same place.
#[must_use]
pub fn is_bare(tree: &Tree, path: &Utf8Path) -> bool {
    tree.below(path).all(|file| {
        let keeps = file.file_name().is_some_and(|name| KEEPERS.contains(&name));
        keeps || tree.text(file).is_ok_and(|text| file.extension() == Some("html") && text.len() < LONGEST_PLACEHOLDER && !loads(text))
    })
}

/// Whether a page loads a script or a style, or holds one.
fn loads(page: &str) -> bool {
    ["<script", "<style", "<link", "src="].iter().any(|tag| page.contains(tag))
}

fn is_placeholder(tree: &Tree, file: &Utf8Path) -> bool {
    if !matches!(file.extension(), Some("html" | "htm" | "txt")) {
        return false;
    }
    let Ok(text) = tree.text(file) else { return false };
    let text = text.trim().to_lowercase();
    text.is_empty() || text.len() < LONGEST_PLACEHOLDER && PLACEHOLDER_WORDS.iter().any(|words| text.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_is_not_the_thing() {
        for (file, text, expected) in [
            ("dist/.gitkeep", "", false),
            ("dist/index.html", "<p>The UI is not built</p>", false),
            ("dist/index.html", "", false),
            ("dist/index.html", "<h1>Shop</h1>", true),
            ("dist/app.js", "1", true),
            ("dist2/app.js", "1", false),
        ] {
            let tree = Tree::from_memory([(file, text)]);
            assert_eq!(is_present(&tree, "dist".into()), expected, "{file} {text}");
        }
    }
}
