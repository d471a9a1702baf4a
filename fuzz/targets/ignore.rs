//! An ignore file at the root and behind a zero one below it: nothing that git keeps is hidden, as far as the crate that ripgrep uses is
//! git, and what is written is a file that Docker reads.
#![no_main]

use camino::Utf8Path;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use imggen::internal::{Ignore, translate};
use libfuzzer_sys::fuzz_target;

const PATHS: [&str; 12] = ["a", "b", "a/b", "a/log", "a/b/c", "log", "a.log", "a/x.log", ".env", "a/.env", "b/a/log", "sp ace"];

fuzz_target!(|text: &str| {
    let (root, below) = text.split_once('\0').unwrap_or((text, ""));
    let lines = translate([(Utf8Path::new(""), root), (Utf8Path::new("a"), below)], |_| false);
    let docker = Ignore::parse(&lines.join("\n"));
    assert!(docker.malformed().is_empty(), "{lines:?}");
    let matchers = [matcher("a", below), matcher("", root)];
    for path in PATHS {
        // a path that another lies in is a directory, which Docker sends with what is in it
        let is_directory = PATHS.iter().any(|other| other.starts_with(&format!("{path}/")));
        if !is_directory && docker.hides(path).is_some() && !(is_strange(root) || is_strange(below)) {
            assert!(is_ignored(&matchers, path), "{path} is hidden by {lines:?}");
        }
    }
});

/// Classes of characters, escapes, blanks and a bare `!`, in which that crate and git are two.
fn is_strange(text: &str) -> bool {
    text.contains(['[', '\\', '\r', '\t', '{', '}', '\u{feff}']) || text.contains("//") || text.lines().any(|line| line.ends_with(' ') || line == "!")
}

fn matcher(directory: &str, text: &str) -> (String, Gitignore) {
    let mut builder = GitignoreBuilder::new(directory);
    text.lines().for_each(|line| _ = builder.add_line(None, line));
    (directory.to_owned(), builder.build().unwrap_or_else(|_| Gitignore::empty()))
}

fn is_ignored(matchers: &[(String, Gitignore)], path: &str) -> bool {
    let said = |part: &Utf8Path, is_directory: bool| {
        let inside = matchers.iter().filter(|(directory, _)| directory.is_empty() || part != directory && part.starts_with(directory));
        inside.map(|(_, matcher)| matcher.matched(part.as_std_path(), is_directory)).find(|said| !said.is_none()).is_some_and(|said| said.is_ignore())
    };
    Utf8Path::new(path).ancestors().take_while(|part| !part.as_str().is_empty()).enumerate().any(|(depth, part)| said(part, depth > 0))
}
