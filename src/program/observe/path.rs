//! Paths as programs name them, and what they name in the tree.

use camino::{Utf8Path, Utf8PathBuf};

use super::Site;
use crate::program::{Part, Place, Resolved};
use crate::tree::Tree;
use crate::tree::path::normal;

/// How a text names the directory of its own manifest, in macros that embed.
const MANIFEST_DIRECTORY: [&str; 2] = ["$CARGO_MANIFEST_DIR", "${CARGO_MANIFEST_DIR}"];

/// A path in a macro that embeds, as seen from its manifest where it names that, and whether it does. Nothing where it begins with another
/// variable of the build, `$OUT_DIR`: what is there the build script makes.
#[must_use]
pub fn named_by_the_build(path: &str) -> Option<(&str, bool)> {
    let manifest = MANIFEST_DIRECTORY.iter().find_map(|name| path.strip_prefix(name));
    if manifest.is_none() && path.starts_with('$') {
        return None;
    }
    Some((manifest.map_or(path, |rest| rest.trim_start_matches('/')), manifest.is_some()))
}

/// `path` without `.` and with `..` taken back; leading `..` stay. Nothing for absolute paths.
#[must_use]
pub fn relative(path: &str) -> Option<Utf8PathBuf> {
    let path = Utf8Path::new(path);
    path.is_relative().then(|| normal(path))
}

/// The path that a value is, from the first base on, and whether that is all of it.
#[must_use]
pub fn of_value(site: &Site<'_>, value: &Resolved) -> Option<(String, bool)> {
    match value.parts.as_slice() {
        [Part::Place(Place::Root), rest @ ..] => {
            let text = if let Some(Part::Text(text)) = rest.first() { text.trim_start_matches('/') } else { "" };
            let home = site.bases.first().map_or(Utf8Path::new(""), Utf8PathBuf::as_path);
            Some((crate::tree::path::relative(home, Utf8Path::new(text)).into_string(), rest.len() < 2))
        }
        [Part::Place(Place::Working | Place::Executable), rest @ ..] => {
            let Some(Part::Text(text)) = rest.first() else { return None };
            Some((text.trim_start_matches('/').to_owned(), rest.len() == 1))
        }
        _ => {
            let (text, whole) = value.beginning();
            Some((text.to_owned(), whole))
        }
    }
}

/// Whether the path holds `*`, `?` or `[`.
#[must_use]
pub fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?', '['])
}

/// The directory above the first part of `pattern` that is a pattern.
#[must_use]
pub fn fixed(pattern: &Utf8Path) -> Utf8PathBuf {
    pattern.components().map(|part| part.as_str()).take_while(|part| !is_pattern(part)).collect()
}

/// The files that `pattern` names, part by part; a directory that it names stands for all below it.
pub fn matching<'t>(tree: &'t Tree, pattern: &Utf8Path) -> impl Iterator<Item = &'t Utf8Path> + use<'t> {
    let parts: Vec<String> = pattern.components().map(|part| part.as_str().to_owned()).collect();
    let start = fixed(pattern);
    // a plain file's own path is not below it
    let start = if tree.has(&start) { start.parent().map(Utf8Path::to_owned).unwrap_or_default() } else { start };
    tree.below(&start).filter(move |path| {
        let mut given = path.components();
        parts.iter().all(|part| given.next().is_some_and(|given| part_matches(part, given.as_str())))
    })
}

/// Go's `path.Match` for one part of a path.
fn part_matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut p, mut t) = (0, 0);
    let mut star = None;
    while t < text.len() {
        if pattern.get(p) == Some(&'*') {
            star = Some((p, t));
            p += 1;
        } else if let Some(width) = one_matches(&pattern[p..], text[t]) {
            p += width;
            t += 1;
        } else if let Some((star_p, star_t)) = star {
            (p, t) = (star_p + 1, star_t + 1);
            star = Some((star_p, t));
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// How much of the pattern one character takes, when it fits.
fn one_matches(pattern: &[char], given: char) -> Option<usize> {
    match pattern.first()? {
        '?' => Some(1),
        '\\' => (pattern.get(1) == Some(&given)).then_some(2),
        '[' => {
            let close = pattern.iter().position(|c| *c == ']').filter(|close| *close > 1)?;
            let (negated, set) = match pattern[1] {
                '^' => (true, &pattern[2..close]),
                _ => (false, &pattern[1..close]),
            };
            let ranges = set.windows(3).any(|range| range[1] == '-' && (range[0]..=range[2]).contains(&given));
            (negated != (ranges || set.contains(&given))).then_some(close + 1)
        }
        expected => (*expected == given).then_some(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lose_their_dots() {
        for (path, expected) in [
            ("./a/../b/./c", Some("b/c")),
            ("../../x", Some("../../x")),
            ("a/../../x", Some("../x")),
            ("", Some("")),
            (".", Some("")),
            ("/etc/x", None),
        ] {
            assert_eq!(relative(path).as_ref().map(|path| path.as_str()), expected, "{path}");
        }
    }

    #[test]
    fn patterns_match_part_by_part() {
        let tree = Tree::from_memory([("web/a.html", ""), ("web/b/c.html", ""), ("web/d1.css", ""), ("x.go", "")]);
        for (pattern, count) in [
            ("web/*.html", 1),
            ("web", 3),
            ("web/*", 3),
            ("web/*/*.html", 1),
            ("*.go", 1),
            ("web/d[0-9].?ss", 1),
            ("web/[^a]*.html", 0),
            ("x.go", 1),
            ("y", 0),
            ("web/*.htm", 0),
        ] {
            assert_eq!(matching(&tree, pattern.into()).count(), count, "{pattern}");
        }
    }
}
