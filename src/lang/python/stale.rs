//! Locks that were written before their manifest changed: whoever wrote them refuses them, or they install what the manifest does not allow.

use std::str::FromStr;

use camino::Utf8Path;
use pep440_rs::{Version, VersionSpecifiers};

use super::lock::{Lock, Own};
use super::locked::Locked;
use super::package::name;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Rule};
use crate::read::document::Document;

const SAID: Rule = Rule::parsed("python.manifest-says", "the manifest says this");

/// Refuses a lock that does not know, or does not allow, what the manifest asks for.
///
/// # Errors
/// When it does not.
pub fn check(file: &Utf8Path, lock: &Lock, listed: &[Locked], pyproject: Option<&Document<'_>>) -> Result<()> {
    let unknown = listed.iter().find(|locked| !lock.known.contains_key(&locked.name));
    if let Some(locked) = unknown {
        return Err(stale(file, format!("`{}` is asked for, and `{file}` does not know it", locked.name), &locked.at).into());
    }
    for locked in listed {
        let versions = lock.known.get(&locked.name).map(Vec::as_slice).unwrap_or_default();
        if !versions.is_empty() && !versions.iter().any(|version| allows(&locked.wants, version)) {
            let message = format!("`{}` is asked for as `{}`, and `{file}` has {}", locked.name, locked.wants, versions.join(" and "));
            return Err(stale(file, message, &locked.at).into());
        }
    }
    let Some((own, table)) = lock.own.as_ref().zip(pyproject) else { return Ok(()) };
    own_differs(own, table).map_or(Ok(()), |(what, at)| Err(stale(file, format!("{what}, and `{file}` says otherwise"), &at).into()))
}

/// What uv compares besides: the project's own version, the least Python, and the lists as they were when it was locked.
fn own_differs(own: &Own, table: &Document<'_>) -> Option<(String, Evidence)> {
    let (project, _) = table.string(&["project", "name"]).zip(name(table))?;
    if project.0 != own.name && crate::read::requirement::normal(project.0) != own.name {
        return None;
    }
    if let (Some((version, value)), Some(locked)) = (table.string(&["project", "version"]), &own.version)
        && let (Ok(said), Ok(known)) = (Version::from_str(version), Version::from_str(locked))
        && said != known
    {
        return Some((format!("the project's version is {version}"), table.evidence(value, SAID)));
    }
    if let (Some((python, value)), Some(locked)) = (table.string(&["project", "requires-python"]), &own.python)
        && let (Some(said), Some(known)) = (least(python), least(locked))
        && said != known
    {
        return Some((format!("the project asks for Python {python}"), table.evidence(value, SAID)));
    }
    None
}

/// The bound of a range that has one alone: `>=3.11`.
fn least(range: &str) -> Option<Version> {
    let version = range.trim().strip_prefix(">=")?;
    Version::from_str(version.trim()).ok()
}

/// Whether a range takes in a version; what cannot be read does.
fn allows(range: &str, version: &str) -> bool {
    match (VersionSpecifiers::from_str(range), Version::from_str(version)) {
        (Ok(range), Ok(version)) => range.contains(&version),
        _ => true,
    }
}

fn stale(file: &Utf8Path, message: String, at: &Evidence) -> Diagnostic {
    let command = match file.file_name() {
        Some("poetry.lock") => "poetry lock",
        Some("pdm.lock") => "pdm lock",
        Some("Pipfile.lock") => "pipenv lock",
        _ => "uv lock",
    };
    let error = Diagnostic::error("python::stale-lock", message).because(at).at(file.to_owned(), None, "this is older");
    error.help(format!("run `{command}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_allowed() {
        assert!(allows(">=3.1,<4", "3.1.2") && allows("", "1") && allows("what", "1") && !allows("==3.1", "3.0"));
        assert_eq!((least(">=3.11"), least(">=3.11,<4")), (Version::from_str("3.11").ok(), None));
    }
}
