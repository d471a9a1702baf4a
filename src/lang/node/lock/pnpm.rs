//! pnpm's lock file. From version 9 on what a package depends on stands apart from it, in `snapshots`.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;

use super::{Asked, LOCKED, Lock, Locked, is_elsewhere, is_git, is_set, names, parted};
use crate::read::document::{Document, Value};

/// Reads it.
pub(super) fn read(document: &Document<'_>) -> Lock {
    let format = document.scalar(&["lockfileVersion"]).map_or_else(String::new, |(version, _)| version.to_owned());
    let map = |name: &str| document.get(&[name]).map(Value::map).unwrap_or_default();
    let mut apart: BTreeMap<(&str, &str), &Value<'_>> = BTreeMap::new();
    apart.extend(map("snapshots").iter().filter_map(|(key, value)| Some((parted(&key.name)?, value))));
    let package = |(key, value): &(crate::read::document::Key<'_>, Value<'_>)| {
        let (name, version) = parted(&key.name)?;
        let linked = apart.get(&(name, version)).copied().unwrap_or(value);
        let mut package = Locked::new(name, version, document.entry_evidence(key, value, LOCKED));
        package.development = is_set(value, "dev");
        package.optional = is_set(linked, "optional");
        package.elsewhere = is_elsewhere(value);
        package.scripts = is_set(value, "requiresBuild");
        package.by_git = is_git(version) || value.get(&["resolution", "type"]).and_then(Value::string) == Some("git");
        package.dependencies = names(linked, "dependencies");
        package.choices = names(linked, "optionalDependencies");
        Some(package)
    };
    Lock { format, packages: map("packages").iter().filter_map(package).collect(), asked: importers(document) }
}

/// What each package of the workspace asked for. The oldest format has one table for all of a package's sections.
fn importers(document: &Document<'_>) -> Asked {
    let several = document.get(&["importers"]).map(Value::map).unwrap_or_default();
    let single = [(".", document.root())];
    let importers = several.iter().map(|(key, value)| (key.name.as_ref(), value));
    let importers: Vec<_> = if several.is_empty() { single.into() } else { importers.collect() };
    let mut told = Vec::new();
    for (directory, importer) in importers {
        let directory = Utf8PathBuf::from(if directory == "." { "" } else { directory });
        for section in ["specifiers", "dependencies", "devDependencies", "optionalDependencies"] {
            for (key, value) in importer.get(&[section]).map(Value::map).unwrap_or_default() {
                let specifier = value.get(&["specifier"]).or(Some(value).filter(|_| section == "specifiers"));
                if let Some(specifier) = specifier.and_then(Value::scalar) {
                    told.push((directory.clone(), key.name.to_string(), specifier.to_owned()));
                }
            }
        }
    }
    if told.is_empty() && several.is_empty() { Asked::Unknown } else { Asked::ByPackage(told) }
}
