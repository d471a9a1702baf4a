//! What a program's own configuration says: `application.properties` and `application.yml` in its resources.

use camino::{Utf8Path, Utf8PathBuf};

use crate::diagnostic::Result;
use crate::evidence::{Evidence, Rule};
use crate::read::document::{Document, Value};
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
    /// Reads the configuration in the resources below `directories`; what a profile says that is on by itself comes first.
    ///
    /// # Errors
    /// When a YAML file is none.
    pub fn read(tree: &Tree, directories: &[Utf8PathBuf]) -> Result<Self> {
        let mut config = Self { entries: read(tree, directories, "application")? };
        if let Some(profiles) = config.get("spring.profiles.active").map(|entry| entry.value.clone()) {
            for profile in profiles.split(',').map(str::trim).filter(|name| !name.is_empty() && !name.contains(['$', '@', '/'])) {
                let mut own = read(tree, directories, &format!("application-{profile}"))?;
                own.append(&mut config.entries);
                config.entries = own;
            }
        }
        Ok(config)
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

fn read(tree: &Tree, directories: &[Utf8PathBuf], name: &str) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for directory in directories {
        for place in ["src/main/resources/config", "src/main/resources", "config"] {
            for ending in ["properties", "yml", "yaml"] {
                let path = directory.join(place).join(format!("{name}.{ending}"));
                // a file that cannot be read says nothing: it is no manifest of the build
                let Ok(text) = tree.text(&path) else { continue };
                if ending == "properties" {
                    let all = properties::parse(&path, text).into_iter();
                    // Quarkus' profile of what is built comes before what holds for all
                    let (own, rest): (Vec<_>, Vec<_>) = all.partition(|property| property.key.starts_with("%prod."));
                    entries.extend(own.into_iter().chain(rest).map(|property| Entry {
                        at: property.evidence(CONFIGURED),
                        key: property.key.strip_prefix("%prod.").unwrap_or(&property.key).to_owned(),
                        value: property.value,
                    }));
                } else {
                    of_yaml(&path, text, &mut entries)?;
                }
            }
        }
    }
    Ok(entries)
}

fn of_yaml(path: &Utf8Path, text: &str, entries: &mut Vec<Entry>) -> Result<()> {
    // placeholders of Maven's, `@name@`, are no YAML until the build fills them in
    if text.contains(": @") {
        return Ok(());
    }
    for document in Document::yaml_stream(path, text)? {
        let of_profile = document.has(&["spring", "profiles"]) && document.string(&["spring", "profiles"]).is_some();
        if of_profile || document.has(&["spring", "config", "activate"]) {
            continue;
        }
        let root = document.get(&["%prod"]).unwrap_or(document.root());
        for start in [root, document.root()] {
            flatten(&document, start, "", entries);
        }
    }
    Ok(())
}

fn flatten(document: &Document<'_>, value: &Value<'_>, prefix: &str, entries: &mut Vec<Entry>) {
    for (key, value) in value.map() {
        let name = if prefix.is_empty() { key.name.to_string() } else { format!("{prefix}.{}", key.name) };
        if let Some(text) = value.scalar() {
            entries.push(Entry { key: name, value: text.to_owned(), at: document.entry_evidence(key, value, CONFIGURED) });
        } else {
            flatten(document, value, &name, entries);
        }
    }
}
