//! Which files of a tree in memory its own `.gitignore` files name.

use camino::{Utf8Path, Utf8PathBuf};
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::Tree;

/// The files that git would ignore if it did not track them, sorted.
pub(super) fn ignored(tree: &Tree) -> Vec<Utf8PathBuf> {
    let files = tree.named(&[".gitignore"]);
    let mut matchers: Vec<(&Utf8Path, Gitignore)> = files.filter_map(|file| Some((file.parent()?, matcher(tree, file)?))).collect();
    if matchers.is_empty() {
        return Vec::new();
    }
    // the deepest has the last word
    matchers.sort_by_key(|(directory, _)| std::cmp::Reverse(directory.components().count()));
    let names = |path: &Utf8Path, is_directory: bool| {
        let said = matchers
            .iter()
            .filter(|(directory, _)| path.starts_with(directory) && path != *directory)
            .map(|(_, m)| m.matched(path, is_directory));
        said.into_iter().find(|said| !said.is_none()).is_some_and(|said| matches!(said, Match::Ignore(_)))
    };
    let is_ignored = |path: &&Utf8Path| {
        path.ancestors().take_while(|part| !part.as_str().is_empty()).enumerate().any(|(depth, part)| names(part, depth > 0))
    };
    tree.paths().filter(is_ignored).map(Utf8Path::to_owned).collect()
}

fn matcher(tree: &Tree, file: &Utf8Path) -> Option<Gitignore> {
    let mut builder = GitignoreBuilder::new(file.parent()?);
    for line in tree.text(file).ok()?.lines() {
        // a line that is no pattern names nothing
        builder.add_line(None, line).ok();
    }
    builder.build().ok()
}
