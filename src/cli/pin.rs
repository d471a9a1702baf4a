//! `imggen pin`: digests for the references in the files that imggen wrote, asked of their registries by the tool that is there. It is the
//! one verb that opens the network; `generate` keeps what it writes.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use super::args::Pin;
use super::console::Console;
use super::{Exit, Stop};
use crate::change::{self, Change, Header, Pinned, State};
use crate::diagnostic::{Diagnostic, Result};

/// Files with references in them.
const FILES: [&str; 2] = ["Dockerfile", "Dockerfile.debug"];
/// Who can tell the digest of a tag, with the words before and after the reference. A login is the tool's own. Docker takes its template
/// for a digest alone as one for people.
const TOOLS: [(&str, &[&str], &[&str]); 3] = [
    ("docker", &["buildx", "imagetools", "inspect"], &["--format", "{{json .Manifest}}"]),
    ("skopeo", &["inspect", "--no-tags", "--format", "{{.Digest}}"], &[]),
    ("crane", &["digest"], &[]),
];

pub(super) fn run(args: &Pin, console: &mut Console) -> Result<Exit, Stop> {
    let dir = &args.place.dir;
    let texts = change::read(dir, FILES)?;
    let ours = FILES.into_iter().zip(texts).filter_map(|(path, text)| Some((path, text.filter(|text| Header::find(text).is_some())?)));
    let ours: Vec<_> = ours.collect();
    if ours.is_empty() {
        let error = Diagnostic::usage("pin::nothing", format!("there is no file in `{dir}` that imggen wrote"));
        return Err(error.help("`imggen init` writes them").into());
    }
    let mut digests = BTreeMap::new();
    for reference in ours.iter().flat_map(|(_, text)| change::references(text)) {
        if !digests.contains_key(&reference.plain) {
            digests.insert(reference.plain.clone(), ask(&reference.plain)?);
        }
    }
    if args.check {
        let wrong = ours.iter().map(|(path, text)| check(path, &change::references(text), &digests, console)).sum::<usize>();
        return Ok(if wrong == 0 { Exit::Fine } else { Exit::Differs });
    }
    let pin = |(path, text): (&str, String)| {
        let after = change::pin(&text, &digests);
        let state = if after == text { State::Same } else { State::Ours };
        Change { path: path.into(), state, before: Some(text), after, carried: Vec::new() }
    };
    let changes: Vec<_> = ours.into_iter().map(pin).collect();
    change::write(dir, &changes)?;
    for (reference, digest) in &digests {
        console.say(&format!("{reference} is {digest}\n"));
    }
    if changes.iter().all(|change| change.state == State::Same) {
        console.say("nothing to write: the digests are as they should be\n");
    }
    Ok(Exit::Fine)
}

/// Says which references of a file have no digest, or not the one that their tag has now.
fn check(path: &str, references: &[Pinned], digests: &BTreeMap<String, String>, console: &mut Console) -> usize {
    let mut wrong = 0;
    for Pinned { plain, digest } in references {
        let current = digests.get(plain);
        let message = match digest {
            None => format!("`{plain}` in `{path}` has no digest"),
            Some(digest) if Some(digest) != current => format!("`{plain}` in `{path}` is no longer `{digest}`"),
            Some(_) => continue,
        };
        wrong += 1;
        console.draw(&Diagnostic::warning("pin::differs", message).help("`imggen pin` writes the digests of today"));
    }
    wrong
}

/// The digest that a reference has in its registry.
fn ask(reference: &str) -> Result<String> {
    let mut said = Vec::new();
    for (tool, before, after) in TOOLS {
        let mut command = Command::new(tool);
        command.args(before);
        if tool == "skopeo" {
            // as docker does, and nobody listens in between
            let is_local = ["localhost", "127.0.0.1"].iter().any(|host| reference.starts_with(&format!("{host}:")));
            command.args(is_local.then_some("--tls-verify=false")).arg(format!("docker://{reference}"));
        } else {
            command.arg(reference);
        }
        let Ok(output) = command.args(after).stdin(Stdio::null()).output() else { continue };
        if let Some(digest) = digest(&String::from_utf8_lossy(&output.stdout)).filter(|_| output.status.success()) {
            return Ok(digest);
        }
        let error = String::from_utf8_lossy(&output.stderr);
        said.push(format!("{tool}: {}", error.lines().last().unwrap_or("it gave no digest")));
    }
    let error = Diagnostic::error("pin::unknown", format!("nobody here tells the digest of `{reference}`"));
    let error = said.iter().fold(error, |error, said| error.info(said.clone()));
    let help = if said.is_empty() {
        "install docker with buildx, skopeo or crane"
    } else {
        "log in with that tool where the registry asks who you are"
    };
    Err(error.help(help).into())
}

/// A digest as a tool says it: by itself, or in a manifest's description.
fn digest(answer: &str) -> Option<String> {
    let manifest: Option<serde_json::Value> = serde_json::from_str(answer).ok();
    let digest = manifest.as_ref().and_then(|manifest| manifest.get("digest")?.as_str()).unwrap_or(answer.trim());
    let hex = digest.strip_prefix("sha256:")?;
    (hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| digest.to_owned())
}
