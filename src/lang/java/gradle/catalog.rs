//! Version catalogs: what `libs.plugins.spring.boot` stands for.

use camino::Utf8Path;

use crate::read::document::Document;
use crate::tree::Tree;

/// What the version catalogs of a build name.
#[derive(Debug, Default)]
pub struct Versions {
    /// Alias, id, version.
    plugins: Vec<(String, String, Option<String>)>,
    /// Alias, name.
    libraries: Vec<(String, String)>,
    /// Alias, version.
    named: Vec<(String, String)>,
}

impl Versions {
    /// Reads the catalogs below `root`.
    pub fn read(tree: &Tree, root: &Utf8Path) -> Self {
        let mut found = Self::default();
        for path in tree.below(root.join("gradle")).filter(|path| path.as_str().ends_with(".versions.toml")) {
            let Some(document) = tree.text(path).ok().and_then(|text| Document::toml(path, text).ok()) else { continue };
            let version = |entry: &crate::read::document::Value<'_>| {
                let named = entry.get(&["version", "ref"]).and_then(|name| document.string(&["versions", name.string()?]));
                let written = || entry.get(&["version"]).and_then(|version| version.string()).map(str::to_owned);
                named.map(|(version, _)| version.to_owned()).or_else(written)
            };
            for (alias, plugin) in document.entries(&["plugins"]) {
                let short = plugin.string().and_then(|text| text.split_once(':'));
                let own = || Some((plugin.get(&["id"])?.string()?.to_owned(), version(plugin)));
                let read = short.map(|(id, version)| (id.to_owned(), Some(version.to_owned()))).or_else(own);
                found.plugins.extend(read.map(|(id, version)| (alias.to_owned(), id, version)));
            }
            for (alias, library) in document.entries(&["libraries"]) {
                let text = library.string().or_else(|| library.get(&["module"])?.string());
                let name = text.and_then(|text| text.split(':').nth(1)).or_else(|| library.get(&["name"])?.string());
                found.libraries.extend(name.map(|name| (alias.to_owned(), name.to_owned())));
            }
            for (alias, version) in document.entries(&["versions"]) {
                found.named.extend(version.string().map(|version| (alias.to_owned(), version.to_owned())));
            }
        }
        found
    }

    /// The aliases of a plugin, with its version.
    pub fn aliases(&self, id: &str) -> impl Iterator<Item = (String, Option<String>)> {
        self.plugins.iter().filter(move |(_, own, _)| own == id).map(|(alias, _, version)| (alias.clone(), version.clone()))
    }

    /// The aliases of all plugins, and their ids.
    pub fn plugins(&self) -> impl Iterator<Item = (&str, &str)> {
        self.plugins.iter().map(|(alias, id, _)| (alias.as_str(), id.as_str()))
    }

    /// The aliases of the libraries whose names begin so.
    pub fn libraries(&self, name: &str) -> impl Iterator<Item = &str> {
        self.libraries.iter().filter(move |(_, own)| own.starts_with(name)).map(|(alias, _)| alias.as_str())
    }

    /// The version of that name.
    pub fn version(&self, alias: &str) -> Option<&str> {
        self.named.iter().find(|(own, _)| own.replace(['-', '_'], ".") == alias).map(|(_, version)| version.as_str())
    }
}
