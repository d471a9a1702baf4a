//! What a program's own configuration says: `application.properties` and `application.yml` in its resources.

use camino::{Utf8Path, Utf8PathBuf};

use crate::evidence::{Evidence, Rule, Span};
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
    pub fn read(tree: &Tree, directories: &[Utf8PathBuf]) -> Self {
        let mut config = Self { entries: read(tree, directories, "application") };
        if let Some(profiles) = config.get("spring.profiles.active").map(|entry| entry.value.clone()) {
            for profile in profiles.split(',').map(str::trim).filter(|name| !name.is_empty() && !name.contains(['$', '@', '/'])) {
                let mut own = read(tree, directories, &format!("application-{profile}"));
                own.append(&mut config.entries);
                config.entries = own;
            }
        }
        config
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

impl Placeholder {
    /// The value without any variable: that of the innermost default.
    pub fn fallback(&self) -> Option<String> {
        let default = self.default.as_deref()?;
        placeholder(default).map_or_else(|| Some(default.to_owned()), |inner| inner.fallback())
    }
}

/// `value` with the defaults of its placeholders; one without a default stays.
pub fn filled(value: &str) -> String {
    let Some(start) = value.find("${") else { return value.to_owned() };
    let mut depth = 0_usize;
    let end = value[start..].char_indices().find_map(|(at, c)| {
        depth = match c {
            '{' => depth + 1,
            '}' => depth.saturating_sub(1),
            _ => depth,
        };
        (c == '}' && depth == 0).then_some(start + at)
    });
    let Some(end) = end else { return value.to_owned() };
    let default = value[start + 2..end].split_once(':').map(|(_, default)| filled(default.trim_start_matches('-')));
    let inner = default.unwrap_or_else(|| value[start..=end].to_owned());
    format!("{}{inner}{}", &value[..start], filled(&value[end + 1..]))
}

/// The placeholder that a value is, if it is one and nothing else.
pub fn placeholder(value: &str) -> Option<Placeholder> {
    let inner = value.trim().strip_prefix("${")?.strip_suffix('}')?;
    let (name, default) = inner.split_once(':').map_or((inner, None), |(name, default)| (name, Some(default.to_owned())));
    Some(Placeholder { name: name.to_owned(), default })
}

fn read(tree: &Tree, directories: &[Utf8PathBuf], name: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    for directory in directories {
        for place in ["src/main/resources/config", "src/main/resources", "config", "grails-app/conf"] {
            for ending in ["properties", "yml", "yaml", "conf"] {
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
                } else if ending == "conf" {
                    of_hocon(&path, text, &mut entries);
                } else {
                    of_yaml(&path, text, &mut entries);
                }
            }
        }
    }
    entries
}

fn of_yaml(path: &Utf8Path, text: &str, entries: &mut Vec<Entry>) {
    // what the build fills in (`@name@`, `${...}` of Gradle's) is no YAML until then, and all around it counts
    let clean = if text.contains(": @") { None } else { Document::yaml_stream(path, text).ok() };
    let Some(documents) = clean else { return of_lines(path, text, entries) };
    for document in documents {
        let of_profile = document.has(&["spring", "profiles"]) && document.string(&["spring", "profiles"]).is_some();
        if of_profile || document.has(&["spring", "config", "activate"]) {
            continue;
        }
        let root = document.get(&["%prod"]).unwrap_or(document.root());
        for start in [root, document.root()] {
            flatten(&document, start, "", entries);
        }
    }
}

/// What can be read line by line of a file that is no clean YAML.
fn of_lines(path: &Utf8Path, text: &str, entries: &mut Vec<Entry>) {
    let mut above: Vec<(usize, String)> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let said = line.split(" #").next().unwrap_or_default().trim_end();
        let indent = said.len() - said.trim_start().len();
        let pair = said.trim_start().split_once(':');
        let Some((key, value)) = pair.filter(|(key, _)| !key.is_empty() && !key.starts_with(['#', '-', '@', '{'])) else { continue };
        let key = key.trim_matches(['"', '\'']);
        above.retain(|(outer, _)| *outer < indent);
        let name = above.iter().map(|(_, key)| key.as_str()).chain([key]).collect::<Vec<_>>().join(".");
        let value = value.trim();
        if value.is_empty() {
            above.push((indent, key.to_owned()));
        } else if !value.starts_with('@') && !value.starts_with("{{") {
            let at = Evidence::at(path, Span::of_line(number, line), CONFIGURED, line.trim());
            entries.push(Entry { key: name, value: value.trim_matches(['"', '\'']).to_owned(), at });
        }
    }
}

/// HOCON where it is plain: blocks, assignments, and a variable that replaces what stands before it.
fn of_hocon(path: &Utf8Path, text: &str, entries: &mut Vec<Entry>) {
    let mut above: Vec<String> = Vec::new();
    let mut found: Vec<Entry> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let said = line.split("//").next().unwrap_or_default().split('#').next().unwrap_or_default().trim();
        if said.ends_with('{') {
            let key = said.trim_end_matches('{').trim().trim_end_matches(['=', ':']).trim();
            above.push(key.trim_matches('"').to_owned());
            continue;
        }
        if said == "}" {
            above.pop();
            continue;
        }
        let Some((key, value)) = said.split_once(['=', ':']) else { continue };
        let name = above.iter().map(String::as_str).chain([key.trim()]).collect::<Vec<_>>().join(".");
        let value = value.trim().trim_end_matches(',').trim_matches('"');
        let at = Evidence::at(path, Span::of_line(number, line), CONFIGURED, line.trim());
        let variable = value.strip_prefix("${?").and_then(|rest| rest.strip_suffix('}'));
        let known = found.iter_mut().find(|entry| entry.key == name);
        match (variable, known) {
            (Some(variable), Some(known)) => known.value = format!("${{{variable}:{}}}", known.value),
            (Some(_), None) => {}
            (None, _) => found.push(Entry { key: name, value: value.to_owned(), at }),
        }
    }
    entries.append(&mut found);
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
