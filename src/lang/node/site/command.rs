//! The script that builds a site: what its flags say over the settings.

use camino::{Utf8Path, Utf8PathBuf};

use crate::evidence::{Evidence, Fact};
use crate::lang::node::making;
use crate::lang::node::package::Package;
use crate::lang::node::script;

/// A command of a bundler.
pub(super) struct Command {
    words: Vec<String>,
    /// The directory that it runs in, inside the package.
    below: Utf8PathBuf,
    at: Evidence,
}

impl Command {
    /// The command that one of `programs` runs in the script that builds.
    pub(super) fn of(package: &Package<'_>, script: Option<&str>, programs: &[&str]) -> Option<Self> {
        let chain = script::chain(package, script.or_else(|| making::build_script(package))?)?;
        let at = chain.at.last()?.clone();
        let found = chain.own().find(|command| programs.contains(&command.program()))?;
        let below = found.directory.strip_prefix(&package.directory).unwrap_or(Utf8Path::new("")).to_owned();
        Some(Self { words: found.arguments().to_vec(), below, at })
    }

    /// The directory inside the package that it runs in, where that is not the package's own.
    pub(super) fn below(&self) -> Option<Fact<String>> {
        (!self.below.as_str().is_empty()).then(|| Fact::new(self.below.to_string(), self.at.clone()))
    }

    /// The value of a flag: `--outDir public`, `--outDir=public`.
    pub(super) fn flag(&self, names: &[&str]) -> Option<Fact<String>> {
        let mut words = self.words.iter();
        while let Some(word) = words.next() {
            let (name, value) = word.split_once('=').map_or((word.as_str(), None), |(name, value)| (name, Some(value)));
            if names.contains(&name) {
                let value = value.or_else(|| words.next().map(String::as_str))?;
                return Some(Fact::new(value.to_owned(), self.at.clone()));
            }
        }
        None
    }

    /// The words that are no flags and no values of such, with their place.
    pub(super) fn word(&self, number: usize) -> Option<Fact<String>> {
        let before = std::iter::once("").chain(self.words.iter().map(String::as_str));
        let mut words = self.words.iter().zip(before).filter(|(word, before)| !word.starts_with('-') && !VALUED.contains(before));
        words.nth(number).map(|(word, _)| Fact::new(word.clone(), self.at.clone()))
    }
}

/// Flags of bundlers that take the next word.
const VALUED: [&str; 14] = [
    "--assetsDir",
    "--base",
    "--base-href",
    "--config",
    "--configuration",
    "--dist-dir",
    "--logLevel",
    "--mode",
    "--outDir",
    "--output-path",
    "--public-url",
    "-c",
    "-l",
    "-m",
];
