//! What a program's own configuration says: `application.properties` and `application.yml` in its resources.

use camino::{Utf8Path, Utf8PathBuf};

use crate::evidence::{Evidence, Rule};
use crate::read::properties;
use crate::tree::Tree;

const CONFIGURED: Rule = Rule::parsed("java.configuration", "the program's configuration says this");

/// A value with the place that says it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its dotted key.
    pub key: String,
    /// Its value as it is written, `${...}` included.
    pub value: String,
    /// Where it stands.
    pub at: Evidence,
}

/// All that is said, the first of a key being what holds.
#[derive(Debug, Default)]
pub struct Config {
    entries: Vec<Entry>,
}

/// A value that an environment variable may replace: `${PORT:8080}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placeholder {
    /// The variable.
    pub name: String,
    /// The value without it.
    pub default: Option<String>,
}

impl Config {
    /// Reads the configuration in the resources below `directories`.
    pub fn read(tree: &Tree, directories: &[Utf8PathBuf]) -> Self {
        let mut entries = Vec::new();
        for directory in directories {
            for place in ["src/main/resources/config", "src/main/resources", "config", ""] {
                for name in ["application.properties", "microprofile-config.properties", "META-INF/microprofile-config.properties"] {
                    let path = directory.join(place).join(name);
                    if let Ok(text) = tree.text(&path) {
                        entries.extend(properties::parse(&path, text).into_iter().map(|property| Entry {
                            at: property.evidence(CONFIGURED),
                            key: property.key.strip_prefix("%prod.").unwrap_or(&property.key).to_owned(),
                            value: property.value,
                        }));
                    }
                }
            }
        }
        Self { entries }
    }

    /// The value of a key; `some-name` and `someName` are one.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        let plain = |key: &str| key.replace(['-', '_'], "").to_lowercase();
        self.entries.iter().find(|entry| plain(&entry.key) == plain(key))
    }

    /// All entries.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }
}

/// The placeholder that a value is, if it is one and nothing else.
pub fn placeholder(value: &str) -> Option<Placeholder> {
    let inner = value.trim().strip_prefix("${")?.strip_suffix('}')?;
    let (name, default) = inner.split_once(':').map_or((inner, None), |(name, default)| (name, Some(default.to_owned())));
    Some(Placeholder { name: name.to_owned(), default })
}

/// Whether `path` is a directory of resources.
pub fn resources(directory: &Utf8Path) -> Utf8PathBuf {
    directory.join("src/main/resources")
}
