//! npm's lock file: version 1 has a tree of `dependencies`, later ones list the paths of `packages`.

use camino::Utf8PathBuf;

use super::{Asked, LOCKED, Lock, Locked, asked, is_elsewhere, is_git, is_set, names};
use crate::read::document::{Document, Value};

/// Reads it.
pub(super) fn read(document: &Document<'_>) -> Lock {
    let format = document.scalar(&["lockfileVersion"]).map_or_else(String::new, |(version, _)| version.to_owned());
    let newer = document.get(&["packages"]);
    let entries = newer.or_else(|| document.get(&["dependencies"])).map(Value::map).unwrap_or_default();
    let mut packages = Vec::with_capacity(entries.len());
    let mut told = Vec::new();
    for (key, value) in entries {
        if newer.is_some() && !key.name.contains("node_modules/") {
            let directory = Utf8PathBuf::from(key.name.as_ref());
            let sections = ["dependencies", "devDependencies", "optionalDependencies"];
            told.extend(asked(value, &sections).map(|(name, asked)| (directory.clone(), name, asked)));
            continue;
        }
        let name = key.name.rsplit("node_modules/").next().unwrap_or(&key.name);
        let Some(version) = value.get(&["version"]).and_then(Value::string).filter(|_| !name.is_empty()) else { continue };
        let mut package = Locked::new(name, version, document.entry_evidence(key, value, LOCKED));
        package.development = is_set(value, "dev");
        package.optional = is_set(value, "optional") || is_set(value, "devOptional");
        package.elsewhere = is_elsewhere(value);
        package.scripts = is_set(value, "hasInstallScript");
        // version 1 has the address for a version
        package.by_git = value.get(&["resolved"]).and_then(Value::string).is_some_and(is_git) || is_git(version);
        package.dependencies = names(value, "dependencies");
        package.choices = names(value, "optionalDependencies");
        packages.push(package);
    }
    Lock { format, packages, asked: if newer.is_some() { Asked::ByPackage(told) } else { Asked::Unknown } }
}
