//! What the `.dockerignore` makes of git's ignore files, held against git itself.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};
use camino::Utf8Path;
use imggen::internal::{Ignore, translate};
use proptest::prelude::*;

/// Paths that git's answer is asked about: a few names at several depths, so that patterns meet them.
fn paths() -> Vec<String> {
    let names = ["a", "b", "log", "a.log", "b.txt", ".env", "keep.log", "sp ace", "[x]", "#h", "!n", "ab"];
    let one: Vec<String> = names.iter().map(ToString::to_string).collect();
    let two = names.iter().flat_map(|above| names.iter().map(move |name| format!("{above}/{name}")));
    let above = ["a", "b", "log", "a.log"].iter().flat_map(|top| ["a", "b", "log"].map(|below| format!("{top}/{below}")));
    let three = above.flat_map(|above| names.map(|name| format!("{above}/{name}")));
    // `a` itself is a directory, which Docker sends with what is in it
    one.iter().cloned().chain(two).chain(three).filter(|path| path != "a").collect()
}

/// The paths that git ignores.
fn by_git(directory: &Utf8Path, files: &[(&str, &str)], paths: &[String]) -> Result<BTreeSet<String>> {
    for (place, text) in files {
        let place = directory.join(place);
        std::fs::create_dir_all(&place)?;
        std::fs::write(place.join(".gitignore"), text)?;
    }
    let mut git = Command::new("git");
    git.args(["check-ignore", "--no-index", "--stdin", "-z"]).current_dir(directory).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = git.spawn().context("git")?;
    let asked = paths.join("\0");
    let mut input = child.stdin.take().context("no stdin")?;
    let writer = std::thread::spawn(move || input.write_all(asked.as_bytes()));
    let output = child.wait_with_output()?;
    writer.join().ok();
    Ok(String::from_utf8(output.stdout)?.split_terminator('\0').map(str::to_owned).collect())
}

fn repository() -> Result<tempfile::TempDir> {
    let directory = tempfile::tempdir()?;
    let made = Command::new("git").args(["init", "-q"]).current_dir(directory.path()).status()?;
    anyhow::ensure!(made.success(), "git init");
    Ok(directory)
}

/// The paths that the translation hides.
fn by_docker(files: &[(&str, &str)], paths: &[String]) -> (Vec<String>, BTreeSet<String>) {
    let lines = translate(files.iter().map(|(place, text)| (Utf8Path::new(*place), *text)), |_| false);
    let ignore = Ignore::parse(&lines.join("\n"));
    assert!(ignore.malformed().is_empty(), "{lines:?}");
    let hidden = paths.iter().filter(|path| ignore.hides(path).is_some()).cloned().collect();
    (lines, hidden)
}

fn compare(files: &[(&str, &str)], paths: &[String], exact: bool) -> Result<(), TestCaseError> {
    let broken = |error: anyhow::Error| TestCaseError::fail(error.to_string());
    let directory = repository().map_err(broken)?;
    let root = Utf8Path::from_path(directory.path()).ok_or_else(|| TestCaseError::fail("a path"))?;
    let git = by_git(root, files, paths).map_err(broken)?;
    let (lines, docker) = by_docker(files, paths);
    let lost: Vec<_> = docker.difference(&git).collect();
    prop_assert!(lost.is_empty(), "{files:?} became {lines:?}, which hides what git keeps: {lost:?}");
    if exact {
        let sent: Vec<_> = git.difference(&docker).collect();
        prop_assert!(sent.is_empty(), "{files:?} became {lines:?}, which lets through what git ignores: {sent:?}");
    }
    Ok(())
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(vec!["a", "b", "log", "a.log", ".env", "keep.log", "ab"]).prop_map(str::to_owned),
        3 => prop::sample::select(vec!["*", "*.log", "a*", "?", "*e*", "[ab]", "[!a]", "[^a-b]*", "**", "a**b", ".*"]).prop_map(str::to_owned),
        1 => prop::sample::select(vec!["sp ace", "sp\\ ace", "\\[x\\]", "\\#h", "\\!n", "[[:alpha:]]", "a\\b", "[b-a]", "."]).prop_map(str::to_owned),
    ]
}

fn pattern() -> impl Strategy<Value = String> {
    (any::<bool>(), prop::collection::vec(name(), 1..4), prop::bool::weighted(0.3), prop::sample::select(vec!["", "", "", " ", "\r"]))
        .prop_map(|(anchored, parts, directory, end)| {
            format!("{}{}{}{end}", if anchored { "/" } else { "" }, parts.join("/"), if directory { "/" } else { "" })
        })
}

fn text(negations: bool) -> impl Strategy<Value = String> {
    let line =
        (prop::bool::weighted(0.4), pattern()).prop_map(move |(back, line)| if back && negations { format!("!{line}") } else { line });
    prop::collection::vec(line, 1..6).prop_map(|lines| lines.join("\n") + "\n")
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Where nothing comes back, the two say the same.
    #[test]
    fn patterns_hide_what_git_ignores(root in text(false), below in text(false)) {
        compare(&[("", &root), ("a", &below)], &paths(), true)?;
    }

    /// Where something comes back, nothing is hidden that git keeps.
    #[test]
    fn nothing_is_hidden_that_git_keeps(root in text(true), below in text(true)) {
        compare(&[("", &root), ("a", &below)], &paths(), false)?;
    }
}

#[test]
fn what_people_write_means_the_same() -> Result<()> {
    // a directory that is called like a file is nobody's
    let paths: Vec<_> = paths().into_iter().filter(|path| !path.contains(".log/")).collect();
    for text in [
        "*.log\n!keep.log\n",
        "/*\n!/a\n!/.gitignore\n",
        "*\n!*/\n!*.log\n",
        "*\n!.gitignore\n",
        "a/*\n!a/keep.log\n",
        "a/\n!a/keep.log\n",
        "log/\n!**/a/**/log/\n*.txt\n",
        ".env*\n!.env\n",
        "b\n!b/a\n",
        "# x\n\n  \n/a/**/log\n!/a/b/log\n",
    ] {
        compare(&[("", text)], &paths, true).map_err(|error| anyhow::anyhow!("{error}"))?;
    }
    Ok(())
}
