//! Whether the bots that keep images current read every reference that imggen writes: with a digest and without, in all snapshots.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use regex::Regex;

const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// All Dockerfiles of the snapshots, as they are and with a digest behind each reference.
fn dockerfiles() -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for folder in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots")).unwrap() {
        let folder = folder.unwrap();
        for file in ["Dockerfile", "Dockerfile.debug"] {
            let Ok(text) = fs::read_to_string(folder.path().join(file)) else { continue };
            let name = format!("{}/{file}", folder.file_name().display());
            let digests = imggen_references(&text).into_iter().map(|reference| (reference, DIGEST.to_owned())).collect();
            files.insert(format!("{name} with digests"), imggen::internal::pin(&text, &digests));
            files.insert(name, text);
        }
    }
    assert!(files.len() > 300, "{}", files.len());
    files
}

fn imggen_references(text: &str) -> Vec<String> {
    imggen::internal::references(text).into_iter().map(|reference| reference.plain).collect()
}

/// The images of a Dockerfile, read as plainly as can be: the repository, the tag, and the digest or nothing.
fn images(text: &str, keywords: &[&str]) -> Vec<String> {
    let lines: Vec<_> = text.replace("\\\n", " ").lines().map(str::to_owned).collect();
    let mut stages: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for line in &lines {
        let words: Vec<_> = line.split_whitespace().collect();
        let image = match words[..] {
            ["FROM", ..] => {
                let rest: Vec<_> = words[1..].iter().filter(|word| !word.starts_with("--")).copied().collect();
                let is_stage = stages.contains(&rest[0]);
                stages.extend(rest.get(2));
                Some(rest[0]).filter(|image| !is_stage && *image != "scratch")
            }
            ["COPY", ..] => words.iter().find_map(|word| word.strip_prefix("--from=")).filter(|image| !stages.contains(image)),
            _ => None,
        };
        let Some(image) = image.filter(|_| keywords.contains(&words[0])) else { continue };
        let (name, digest) = image.split_once('@').unwrap_or((image, ""));
        let (repository, tag) = name.rsplit_once(':').unwrap_or((name, ""));
        found.push(format!("{repository} {tag} {digest}"));
    }
    found.sort();
    found
}

/// A line with FROM as Dependabot takes it apart (`docker/lib/dependabot/shared/shared_file_parser.rb`), which follows the grammar of
/// references that Docker's own registry documents.
fn dependabot() -> Regex {
    let component = "(?:[[:alnum:]]|[[:alnum:]][[:alnum:]-]*[[:alnum:]])";
    let registry = format!(r"(?<registry>{component}(?:\.{component})+(?::\d+)?)");
    let name = r"(?:[a-z\d]+(?:(?:[._]|__|-*)[a-z\d]+)*)";
    let image = format!("(?<image>{name}(?:/{name})*)");
    let version = r"(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>\S+))?";
    Regex::new(&format!(r"^(?i:FROM)\s+(?:--platform=\S+\s+)?(?:{registry}/)?{image}{version}(?:\s+AS\s+(?<name>[\w-]+))?")).unwrap()
}

#[test]
fn dependabot_reads_every_from() {
    let from = dependabot();
    for (name, text) in dockerfiles() {
        let mut found: Vec<_> = text
            .lines()
            .filter_map(|line| from.captures(line))
            .map(|captures| {
                let part = |name: &str| captures.name(name).map_or("", |part| part.as_str()).to_owned();
                let registry = Some(part("registry")).filter(|registry| !registry.is_empty()).map_or(String::new(), |name| name + "/");
                format!("{registry}{} {} {}", part("image"), part("tag"), part("digest"))
            })
            // without tag and digest it is a stage's name for it too
            .filter(|found| !found.ends_with("  "))
            .collect();
        found.sort();
        assert_eq!(found, images(&text, &["FROM"]), "{name}");
    }
}

/// By Renovate itself, where `IMGGEN_RENOVATE` names the `node_modules` that its package lies in; `.ci/full` installs it.
#[test]
fn renovate_reads_every_reference() {
    let Some(modules) = std::env::var_os("IMGGEN_RENOVATE") else {
        eprintln!("IMGGEN_RENOVATE names no node_modules with Renovate: skipped");
        return;
    };
    let files = dockerfiles();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bots/renovate.mjs");
    let mut node = Command::new("node").arg(script).arg(modules).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    node.stdin.take().unwrap().write_all(serde_json::to_string(&files).unwrap().as_bytes()).unwrap();
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success());
    let found: BTreeMap<String, Vec<String>> = serde_json::from_slice(&output.stdout).unwrap();
    for (name, text) in files {
        assert_eq!(found[&name], images(&text, &["FROM", "COPY"]), "{name}");
    }
}
