//! What a `.dockerignore` keeps out of the build context.
//!
//! The rules are `BuildKit`'s and not git's: patterns start at the root, the last one that holds wins, what holds for a directory holds
//! for everything in it, and `!` brings back even what lies in a directory that is left out.

use std::borrow::Cow;

use camino::Utf8Path;

use super::glob::Glob;

/// The patterns of a `.dockerignore`.
#[derive(Clone, Debug, Default)]
pub struct Ignore {
    patterns: Vec<Pattern>,
    malformed: Vec<usize>,
}

#[derive(Clone, Debug)]
struct Pattern {
    line: usize,
    brings_back: bool,
    glob: Glob,
}

impl Ignore {
    /// Reads the text of a `.dockerignore`. A malformed pattern hides nothing here and is one of [`Ignore::malformed`].
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut ignore = Self::default();
        for (index, line) in text.strip_prefix('\u{feff}').unwrap_or(text).lines().enumerate() {
            // only a `#` in the first column makes a comment
            let pattern = line.trim();
            if line.starts_with('#') || pattern.is_empty() {
                continue;
            }
            let (brings_back, pattern) = pattern.strip_prefix('!').map_or((false, pattern), |rest| (true, rest.trim()));
            let cleaned = clean(pattern);
            // Docker looks for the mark once more when the leading slash is gone
            let (brings_back, cleaned) = match cleaned.strip_prefix('!') {
                Some(rest) if !brings_back => (true, rest),
                _ => (brings_back, &*cleaned),
            };
            let empty = pattern.is_empty() || cleaned.is_empty() || brings_back && pattern.starts_with('/') && cleaned == ".";
            let glob = if empty { None } else { Glob::of_ignore(cleaned) };
            match glob {
                Some(glob) => ignore.patterns.push(Pattern { line: index + 1, brings_back, glob }),
                None => ignore.malformed.push(index + 1),
            }
        }
        ignore
    }

    /// The line (from 1) that keeps `path` out of the build context, if one does. The path is relative to the context's root.
    #[must_use]
    pub fn hides(&self, path: impl AsRef<Utf8Path>) -> Option<usize> {
        let path = clean(path.as_ref().as_str());
        if path == "." {
            return None;
        }
        let mut hidden = None;
        let mut held_above = vec![false; self.patterns.len()];
        let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
        for end in ends {
            hidden = None;
            for (pattern, held) in self.patterns.iter().zip(&mut held_above) {
                // a pattern that would change nothing is not asked, and so does not hold for what lies below either
                if !*held && pattern.brings_back == hidden.is_some() {
                    *held = pattern.glob.matches(&path[..end]);
                }
                if *held {
                    hidden = if pattern.brings_back { None } else { hidden.or(Some(pattern.line)) };
                }
            }
        }
        hidden
    }

    /// The lines (from 1) with a malformed pattern, for which Docker refuses the whole build once it is asked.
    #[must_use]
    pub fn malformed(&self) -> &[usize] {
        &self.malformed
    }
}

/// The shortest way to write `path` relative to the root, as Go's `filepath.Clean` finds it: `.` for the root itself.
pub(super) fn clean(path: &str) -> Cow<'_, str> {
    if path.split('/').all(|part| !matches!(part, "" | "." | "..")) {
        return path.into();
    }
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => _ = parts.pop(),
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    if parts.is_empty() { ".".into() } else { parts.join("/").into() }
}

#[cfg(test)]
mod tests {
    use super::Ignore;

    /// The text of a `.dockerignore`, what it hides, what it leaves.
    const TABLE: &[(&str, &[&str], &[&str])] = &[
        // patterns start at the root
        ("node_modules", &["node_modules", "node_modules/a/b.js"], &["packages/a/node_modules/x.js", "node_modules2"]),
        ("*.md", &["README.md"], &["docs/a.md"]),
        ("/docs", &["docs/a"], &["src/docs"]),
        ("./docs/", &["docs/a"], &["src/docs"]),
        ("../docs", &[], &["docs"]),
        ("*\n/!docs", &["src"], &["docs/a"]),
        // unless they say otherwise
        ("**/node_modules", &["node_modules/x", "packages/a/node_modules/x.js"], &["my_node_modules"]),
        ("**/.env*", &[".env", "a/.env.local"], &["a/x.env"]),
        ("**/*.pem", &["tls.pem", "a/b/tls.pem"], &["a/pem"]),
        // the last match wins, and a child comes back from a directory that is left out
        ("target\n!target/release/app", &["target/release/other", "target/debug"], &["target/release/app"]),
        ("docs\n!docs/README.md", &["docs/x.md"], &["docs/README.md"]),
        ("!docs/README.md\ndocs", &["docs/README.md"], &[]),
        ("*\n!src\n!go.mod", &["README.md", "cmd/main.go"], &["src", "src/deep/down.go", "go.mod"]),
        ("*\n!src\n**/.env*", &["src/.env", ".env"], &["src/main.go"]),
        ("*\n!src/\nsrc/gen", &["src/gen/x"], &["src/x"]),
        ("**\n!util/docker/web", &["util/docker/other"], &["util/docker/web/foo"]),
        // no comments but in the first column, blanks around a pattern do not count
        ("# a\n #b\n  tmp  \n! tmp/keep", &["#b", "tmp/x"], &["a", "tmp/keep"]),
        ("a # b", &["a # b"], &["a"]),
        ("\u{feff}a\r\nb\r\n", &["a", "b"], &["c"]),
        // as BuildKit's walk has it: what was left out already when the directory was looked at is not asked again below it
        ("a\n!a/b\na", &["a/c"], &["a/b"]),
        // nothing hides the root, and nothing at all hides nothing
        (".\n*", &["x"], &["", "."]),
        ("", &[], &["a"]),
    ];

    #[test]
    fn paths_are_hidden_as_docker_hides_them() {
        for (text, hidden, left) in TABLE {
            let ignore = Ignore::parse(text);
            assert!(ignore.malformed().is_empty(), "{text:?}");
            for path in *hidden {
                assert!(ignore.hides(path).is_some(), "{text:?} hides {path}");
            }
            for path in *left {
                assert_eq!(ignore.hides(path), None, "{text:?} leaves {path}");
            }
        }
    }

    #[test]
    fn the_line_is_told() {
        let ignore = Ignore::parse("# secrets\n.env*\n\nui\n!\n[\n! /\n");
        assert_eq!((ignore.hides("ui/index.html"), ignore.hides(".env")), (Some(4), Some(2)));
        assert_eq!(ignore.malformed(), [5, 6, 7]);
    }
}
