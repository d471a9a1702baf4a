//! What is known of a language's packages by their names and versions alone: when they were published, and which have binaries.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::Text;
use super::lazy::Files;
use crate::diagnostic::Result;

/// What is known of a registry.
#[derive(Clone, Debug, Default)]
pub(super) struct Registry(Files<Known>);

#[derive(Clone, Debug, Default)]
struct Known {
    published: BTreeMap<String, String>,
    calendar: BTreeSet<String>,
    wheels: BTreeSet<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RegistryFile {
    /// By name: versions and the months of their publishing.
    published: BTreeMap<String, String>,
    calendar: Named,
    wheels: Listed,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Named {
    names: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Listed {
    names: String,
}

impl Registry {
    pub(super) fn add(&mut self, name: &str, text: &Text) -> Result<()> {
        self.0.add::<RegistryFile>(name, text)
    }

    fn known(&self) -> &Known {
        self.0.get(|files| {
            files.fold(Known::default(), |mut known, file: RegistryFile| {
                known.published.extend(file.published);
                known.calendar.extend(file.calendar.names);
                known.wheels.extend(file.wheels.names.split_whitespace().map(str::to_owned));
                known
            })
        })
    }

    /// The month in which a version was published at the latest known, as `YYYY-MM`.
    pub(super) fn published(&self, name: &str, version: &str) -> Option<String> {
        let numbers = numbers(version);
        match numbers.as_slice() {
            [year @ 2010..=2099, month @ 1..=12, ..] => return Some(format!("{year}-{month:02}")),
            [year @ 18..=40, month @ 1..=12, ..] if self.known().calendar.contains(name) => return Some(format!("20{year}-{month:02}")),
            _ => {}
        }
        let entries = self.known().published.get(name)?.split(',').filter_map(|entry| entry.trim().split_once(' '));
        entries.filter(|(from, _)| self::numbers(from) <= numbers).map(|(_, month)| month.to_owned()).max()
    }

    /// Whether a package is known to be installed without a compiler.
    pub(super) fn has_binaries(&self, name: &str) -> bool {
        self.known().wheels.contains(name)
    }
}

/// The numbers that a version begins with.
fn numbers(version: &str) -> Vec<u32> {
    version.split('.').map_while(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_files_are_read() {
        let text = include_str!("../../presets/_catalog/registry-python.toml");
        let file: std::result::Result<RegistryFile, _> = toml::from_str(text);
        assert!(file.is_ok(), "{:?}", file.err());
    }

    #[test]
    fn a_version_is_as_old_as_the_last_one_before_it() {
        let mut registry = Registry::default();
        let text =
            "[published]\nflask = \"2.3 2023-04, 3.0 2023-09, 3.1 2024-11\"\n[calendar]\nnames = [\"gevent\"]\n[wheels]\nnames = \"a b\"\n";
        assert!(registry.add("registry-python.toml", &text.into()).is_ok());
        let month = |name: &str, version: &str| registry.published(name, version);
        assert_eq!(month("flask", "3.0.3").as_deref(), Some("2023-09"));
        assert_eq!((month("flask", "1.0"), month("django", "5.0")), (None, None));
        assert_eq!(month("gevent", "23.9.1").as_deref(), Some("2023-09"));
        assert_eq!((month("regex", "2023.10.3").as_deref(), month("gunicorn", "21.2.0")), (Some("2023-10"), None));
        assert!(registry.has_binaries("a") && !registry.has_binaries("c"));
    }
}
