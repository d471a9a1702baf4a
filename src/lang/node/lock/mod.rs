//! Lock files: what is installed, in which version, and of which format the file is.

mod npm;
mod pnpm;
mod yarn;

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use crate::diagnostic::Result;
use crate::evidence::{Evidence, Rule};
use crate::read::document::{Document, Value};
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
    /// Whether the others work without it: an installation that fails is no fault.
    pub optional: bool,
    /// Whether it is for another system than Linux.
    pub elsewhere: bool,
    /// Whether it runs a script of its own when it is installed, as far as the format says so.
    pub scripts: bool,
    /// Whether it is fetched with git.
    pub by_git: bool,
    /// What it depends on.
    pub dependencies: Vec<String>,
    /// What it would take where that can be installed: binaries for each system.
    pub choices: Vec<String>,
    /// Where it stands.
    pub at: Evidence,
}

impl Locked {
    fn new(name: &str, version: &str, at: Evidence) -> Self {
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
            development: false,
            optional: false,
            elsewhere: false,
            scripts: false,
            by_git: false,
            dependencies: Vec::new(),
            choices: Vec::new(),
            at,
        }
    }
}

/// What the manifests asked for when the file was written.
#[derive(Clone, Debug, Default)]
pub enum Asked {
    /// The format does not say.
    #[default]
    Unknown,
    /// A package's directory, a dependency's name, and what was asked for.
    ByPackage(Vec<(Utf8PathBuf, String, String)>),
    /// Names with what is asked for, whoever asks: `left@^1.0.0`.
    Anywhere(BTreeSet<String>),
}

/// A lock file.
#[derive(Clone, Debug, Default)]
pub struct Lock {
    /// The version of its format, as it says itself; empty where it does not.
    pub format: String,
    /// What is installed.
    pub packages: Vec<Locked>,
    /// What it was made for.
    pub asked: Asked,
}

/// Reads a lock file.
///
/// # Errors
/// When it is broken.
pub fn read(tree: &Tree, file: &Utf8Path) -> Result<Lock> {
    let name = file.file_name().unwrap_or_default();
    if name == "bun.lockb" {
        // binary, and read by bun alone
        return Ok(Lock::default());
    }
    let text = tree.text(file).map_err(|why| why.about(file))?;
    Ok(match name {
        "pnpm-lock.yaml" => pnpm::read(&Document::yaml(file, text)?),
        "bun.lock" => bun(&Document::jsonc(file, text)?),
        "yarn.lock" => yarn::read(file, text),
        _ => npm::read(&Document::json(file, text)?),
    })
}

/// Whether a `yarn.lock` is of Yarn 2 or newer.
pub fn is_berry(text: &str) -> bool {
    text.lines().any(|line| line == "__metadata:")
}

/// Whether what is asked for, or what it came to, is fetched with git.
pub fn is_git(asked: &str) -> bool {
    let archive = [".tgz", ".tar.gz", ".zip"].iter().any(|ending| asked.ends_with(ending));
    let host = ["github:", "gitlab:", "bitbucket:", "gist:", "git@"].iter().any(|scheme| asked.starts_with(scheme));
    let scheme = asked.starts_with("git+") || asked.starts_with("git:");
    let address = (asked.starts_with("http") || asked.starts_with("ssh:")) && (asked.contains(".git#") || asked.ends_with(".git"));
    let commit = asked.contains("#commit=");
    !archive && (host || scheme || address || commit || is_shorthand(asked))
}

/// `owner/repository`, with a branch perhaps: npm looks for it at GitHub.
fn is_shorthand(asked: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    let path = asked.split('#').next().unwrap_or_default();
    path.split_once('/').is_some_and(|(owner, name)| plain(owner) && plain(name) && !owner.starts_with('.'))
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

/// The names in a table of dependencies.
fn names(value: &Value<'_>, section: &str) -> Vec<String> {
    value.get(&[section]).map(Value::map).unwrap_or_default().iter().map(|(key, _)| key.name.to_string()).collect()
}

fn is_set(value: &Value<'_>, key: &str) -> bool {
    value.get(&[key]).and_then(Value::boolean) == Some(true)
}

/// Whether a package that names its systems leaves Linux out.
fn is_elsewhere(value: &Value<'_>) -> bool {
    let systems = value.get(&["os"]);
    let names: Vec<_> = systems.map(Value::list).unwrap_or_default().iter().filter_map(Value::string).collect();
    names.contains(&"!linux") || names.iter().any(|name| !name.starts_with('!')) && !names.contains(&"linux")
}

/// The dependencies that sections of a manifest name, as a lock repeats them.
fn asked<'v>(value: &'v Value<'_>, sections: &'v [&str]) -> impl Iterator<Item = (String, String)> + 'v {
    let entries = sections.iter().flat_map(|section| value.get(&[section]).map(Value::map).unwrap_or_default());
    entries.filter_map(|(key, value)| Some((key.name.to_string(), value.string()?.to_owned())))
}

fn bun(document: &Document<'_>) -> Lock {
    let entries = document.get(&["packages"]).map(Value::map).unwrap_or_default();
    let package = |(key, value): &(crate::read::document::Key<'_>, Value<'_>)| {
        let parts = value.list();
        let whole = parts.first()?.string()?;
        let (name, version) = parted(whole)?;
        let mut locked = Locked::new(name, version, document.entry_evidence(key, value, LOCKED));
        // `name@github:owner/name#commit`
        locked.by_git = is_git(version) || whole.contains("@git+") || whole.contains("@github:");
        let about = parts.iter().find(|part| !part.map().is_empty());
        locked.dependencies = about.map(|about| names(about, "dependencies")).unwrap_or_default();
        Some(locked)
    };
    let workspaces = document.get(&["workspaces"]).map(Value::map).unwrap_or_default();
    let sections = ["dependencies", "devDependencies", "optionalDependencies"];
    let told = workspaces.iter().flat_map(|(directory, value)| {
        let directory = Utf8PathBuf::from(directory.name.as_ref());
        asked(value, &sections).map(move |(name, asked)| (directory.clone(), name, asked)).collect::<Vec<_>>()
    });
    let asked = if workspaces.is_empty() { Asked::Unknown } else { Asked::ByPackage(told.collect()) };
    Lock { format: String::new(), packages: entries.iter().filter_map(package).collect(), asked }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(file: &str, text: &str) -> Vec<String> {
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
        assert_eq!(listed("package-lock.json", npm3), ["a@1.2.3", "@s/c@2.0.0"]);
        assert_eq!(listed("package-lock.json", r#"{"lockfileVersion": 1, "dependencies": {"a": {"version": "1.2.3"}}}"#), ["a@1.2.3"]);
        assert_eq!(
            listed("pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages:\n  '@s/c@2.0.0(a@1.2.3)': {}\n  a@1.2.3: {}\n"),
            ["@s/c@2.0.0", "a@1.2.3"]
        );
        assert_eq!(
            listed("pnpm-lock.yaml", "lockfileVersion: 5.4\npackages:\n  /a/1.2.3_react@18.0.0: {dev: true}\n  /@s/c/2.0.0: {}\n"),
            ["a@1.2.3", "@s/c@2.0.0"]
        );
        assert_eq!(
            listed(
                "yarn.lock",
                "# yarn lockfile v1\n\n\"@s/c@^2.0.0\", \"@s/c@2\":\n  version \"2.0.0\"\n  resolved \"x\"\n\na@^1:\n  version \"1.2.3\"\n"
            ),
            ["@s/c@2.0.0", "a@1.2.3"]
        );
        assert_eq!(
            listed("yarn.lock", "__metadata:\n  version: 8\n\n\"a@npm:^1\":\n  version: 1.2.3\n  resolution: \"a@npm:1.2.3\"\n"),
            ["a@1.2.3"]
        );
        assert_eq!(
            listed("yarn.lock", "__metadata:\n  version: 8\n\n\"a@https://x.example/a.git#commit=1\":\n  version: 1.2.3\n"),
            ["a@1.2.3"]
        );
        assert_eq!(listed("bun.lock", "{\"packages\": {\"a\": [\"a@1.2.3\", \"\", {}, \"sha\"],}}"), ["a@1.2.3"]);
    }

    #[test]
    fn what_git_fetches_is_told_from_archives() {
        for yes in [
            "github:acme/left#v1",
            "acme/left",
            "git+https://x.example/left.git#v1",
            "git+ssh://git@github.com/acme/left.git#abc",
            "https://x.example/left.git",
            "git@x.example:acme/left.git",
        ] {
            assert!(is_git(yes), "{yes}");
        }
        for no in ["^1.0.0", "https://codeload.github.com/acme/left/tar.gz/abc", "npm:left@1", "file:../left", "./left", "workspace:*"] {
            assert!(!is_git(no), "{no}");
        }
    }

    #[test]
    fn every_format_says_what_depends_on_what() {
        let on = |file: &str, text: &str| {
            let tree = Tree::from_memory([(file, text)]);
            read(&tree, file.into()).map_or_else(|_| Vec::new(), |lock| lock.packages[0].dependencies.clone())
        };
        assert_eq!(on("package-lock.json", r#"{"packages": {"node_modules/a": {"version": "1.0.0", "dependencies": {"b": "1"}}}}"#), ["b"]);
        assert_eq!(
            on("pnpm-lock.yaml", "packages:\n  a@1.0.0: {}\nsnapshots:\n  a@1.0.0(c@1.0.0):\n    dependencies:\n      b: 1.0.0\n"),
            ["b"]
        );
        assert_eq!(on("yarn.lock", "a@1:\n  version \"1.0.0\"\n  dependencies:\n    \"b\" \"^1\"\n"), ["b"]);
        assert_eq!(on("yarn.lock", "__metadata:\n  version: 8\n\n\"a@npm:1\":\n  version: 1.0.0\n  dependencies:\n    b: ^1\n"), ["b"]);
        assert_eq!(on("bun.lock", r#"{"packages": {"a": ["a@1.0.0", "", {"dependencies": {"b": "1"}}, "sha"]}}"#), ["b"]);
    }
}
