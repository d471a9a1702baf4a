//! Lock files: what is installed, in which version, and of which format the file is.

use camino::Utf8Path;

use crate::diagnostic::Result;
use crate::evidence::{Evidence, Rule, Span};
use crate::read::document::Document;
use crate::tree::Tree;

const LOCKED: Rule = Rule::parsed("node.locked", "this package is installed");

/// A package that is installed.
#[derive(Clone, Debug)]
pub struct Locked {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Whether it is there when the program is built alone.
    pub development: bool,
    /// Where it stands.
    pub at: Evidence,
}

/// A lock file.
#[derive(Debug, Default)]
pub struct Lock {
    /// The version of its format, as it says itself; empty where it does not.
    pub format: String,
    /// What is installed.
    pub packages: Vec<Locked>,
}

/// Reads a lock file.
///
/// # Errors
/// When it is broken.
pub fn read(tree: &Tree, file: &Utf8Path) -> Result<Lock> {
    let name = file.file_name().unwrap_or_default();
    let lock = |format: String, packages| Lock { format, packages };
    if name == "bun.lockb" {
        // binary, and read by bun alone
        return Ok(lock(String::new(), Vec::new()));
    }
    let text = tree.text(file).map_err(|why| why.about(file))?;
    Ok(match name {
        "pnpm-lock.yaml" => {
            let document = Document::yaml(file, text)?;
            let format = document.scalar(&["lockfileVersion"]).map_or_else(String::new, |(version, _)| version.to_owned());
            lock(format, pnpm(&document))
        }
        "bun.lock" => lock(String::new(), bun(&Document::jsonc(file, text)?)),
        "yarn.lock" => lock(String::new(), yarn(file, text)),
        _ => {
            let document = Document::json(file, text)?;
            let format = document.scalar(&["lockfileVersion"]).map_or_else(String::new, |(version, _)| version.to_owned());
            lock(format, npm(&document))
        }
    })
}

/// Whether a `yarn.lock` is of Yarn 2 or newer.
pub fn is_berry(text: &str) -> bool {
    text.lines().any(|line| line == "__metadata:")
}

fn npm(document: &Document<'_>) -> Vec<Locked> {
    // version 1 has a tree of `dependencies`, later ones list the paths of `packages`
    let section = document.get(&["packages"]).or_else(|| document.get(&["dependencies"]));
    let entries = section.map(crate::read::document::Value::map).unwrap_or_default();
    entries
        .iter()
        .filter_map(|(key, value)| {
            let name = key.name.rsplit("node_modules/").next().unwrap_or(&key.name);
            let version = value.get(&["version"])?.string()?;
            let development = value.get(&["dev"]).and_then(crate::read::document::Value::boolean).unwrap_or(false);
            (!name.is_empty()).then(|| Locked {
                name: name.to_owned(),
                version: version.to_owned(),
                development,
                at: document.entry_evidence(key, value, LOCKED),
            })
        })
        .collect()
}

/// `name@version`, with whatever stands around it: `/`, peers in brackets.
fn parted(key: &str) -> Option<(&str, &str)> {
    let key = key.trim_start_matches('/');
    let key = key.split('(').next().unwrap_or(key);
    // the format of pnpm 5: name/1.2.3_peers
    let old = key.split('_').next().unwrap_or(key);
    let slash = old.rfind('/').filter(|index| old[index + 1..].starts_with(|c: char| c.is_ascii_digit()));
    let at = slash.or_else(|| key.char_indices().skip(1).find(|(_, letter)| *letter == '@').map(|(index, _)| index))?;
    let version = key[at + 1..].split('_').next().unwrap_or_default();
    Some((&key[..at], version))
}

fn pnpm(document: &Document<'_>) -> Vec<Locked> {
    let entries = document.get(&["packages"]).map(crate::read::document::Value::map).unwrap_or_default();
    entries
        .iter()
        .filter_map(|(key, value)| {
            let (name, version) = parted(&key.name)?;
            let development = value.get(&["dev"]).and_then(crate::read::document::Value::boolean).unwrap_or(false);
            let at = document.entry_evidence(key, value, LOCKED);
            Some(Locked { name: name.to_owned(), version: version.to_owned(), development, at })
        })
        .collect()
}

fn bun(document: &Document<'_>) -> Vec<Locked> {
    let entries = document.get(&["packages"]).map(crate::read::document::Value::map).unwrap_or_default();
    entries
        .iter()
        .filter_map(|(key, value)| {
            let (name, version) = parted(value.list().first()?.string()?)?;
            let at = document.entry_evidence(key, value, LOCKED);
            Some(Locked { name: name.to_owned(), version: version.to_owned(), development: false, at })
        })
        .collect()
}

/// Yarn's own format: a line of descriptors without indent, then `version "1.2.3"` below it.
fn yarn(file: &Utf8Path, text: &str) -> Vec<Locked> {
    let mut packages = Vec::new();
    let mut current: Option<(String, usize, &str)> = None;
    for (number, line) in (1..).zip(text.lines()) {
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        if !line.starts_with(' ') {
            let first = line.trim_end_matches(':').split(", ").next().unwrap_or_default().trim_matches('"');
            current = parted(first).map(|(name, _)| (name.to_owned(), number, line));
            continue;
        }
        let Some(version) = line.trim().strip_prefix("version").map(|rest| rest.trim_start_matches(':').trim().trim_matches('"')) else {
            continue;
        };
        if let Some((name, number, line)) = current.take().filter(|_| !version.starts_with("0.0.0-use.local")) {
            let at = Evidence::at(file, Span::of_line(number, line), LOCKED, line.trim_end_matches(':'));
            packages.push(Locked { name, version: version.to_owned(), development: false, at });
        }
    }
    packages
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(file: &str, text: &str) -> Vec<String> {
        let tree = Tree::from_memory([(file, text)]);
        let lock = read(&tree, file.into()).map_err(|error| error.to_string());
        lock.map_or_else(
            |error| vec![error],
            |lock| lock.packages.iter().map(|package| format!("{}@{}", package.name, package.version)).collect(),
        )
    }

    #[test]
    fn every_format_names_what_is_installed() {
        let npm3 = r#"{"lockfileVersion": 3, "packages": {"": {"name": "x", "version": "1.0.0"}, "node_modules/a": {"version": "1.2.3"}, "node_modules/b/node_modules/@s/c": {"version": "2.0.0", "dev": true}}}"#;
        assert_eq!(names("package-lock.json", npm3), ["a@1.2.3", "@s/c@2.0.0"]);
        assert_eq!(names("package-lock.json", r#"{"lockfileVersion": 1, "dependencies": {"a": {"version": "1.2.3"}}}"#), ["a@1.2.3"]);
        assert_eq!(
            names("pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages:\n  '@s/c@2.0.0(a@1.2.3)': {}\n  a@1.2.3: {}\n"),
            ["@s/c@2.0.0", "a@1.2.3"]
        );
        assert_eq!(
            names("pnpm-lock.yaml", "lockfileVersion: 5.4\npackages:\n  /a/1.2.3_react@18.0.0: {dev: true}\n  /@s/c/2.0.0: {}\n"),
            ["a@1.2.3", "@s/c@2.0.0"]
        );
        assert_eq!(
            names(
                "yarn.lock",
                "# yarn lockfile v1\n\n\"@s/c@^2.0.0\", \"@s/c@2\":\n  version \"2.0.0\"\n  resolved \"x\"\n\na@^1:\n  version \"1.2.3\"\n"
            ),
            ["@s/c@2.0.0", "a@1.2.3"]
        );
        assert_eq!(
            names("yarn.lock", "__metadata:\n  version: 8\n\n\"a@npm:^1\":\n  version: 1.2.3\n  resolution: \"a@npm:1.2.3\"\n"),
            ["a@1.2.3"]
        );
        assert_eq!(names("bun.lock", "{\"packages\": {\"a\": [\"a@1.2.3\", \"\", {}, \"sha\"],}}"), ["a@1.2.3"]);
    }
}
