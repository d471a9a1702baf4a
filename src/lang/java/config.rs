//! What a program's own configuration says: `application.properties` and `application.yml` in its resources.

use camino::{Utf8Path, Utf8PathBuf};

use super::profile;
use super::sources::Sources;
use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::read::document::{Document, Value};
use crate::read::properties;
use crate::tree::Tree;

const CONFIGURED: Rule = Rule::parsed("java.configuration", "the program's configuration says this");

/// What `MicroProfile`'s file of configuration is called, which Helidon, Quarkus and application servers read.
const MICROPROFILE: &str = "META-INF/microprofile-config";
/// Files of configuration that others import are followed as far as this.
const MOST_IMPORTS: usize = 8;
/// Keys that refer to others are followed as far as this.
const MOST_REFERENCES: usize = 4;

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
    production: Option<Fact<String>>,
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
    /// Reads the configuration in the resources below `directories`; what a profile says that is on comes first. `active` are those that
    /// documents name.
    pub fn read(tree: &Tree, directories: &[Utf8PathBuf], sources: &Sources<'_>, active: Option<&Fact<String>>) -> Self {
        Self::named(tree, directories, &names(sources), active)
    }

    /// The same, of files that are called as they usually are, and by themselves.
    pub fn usual(tree: &Tree, directories: &[Utf8PathBuf]) -> Self {
        Self::named(tree, directories, &["application".to_owned()], None)
    }

    fn named(tree: &Tree, directories: &[Utf8PathBuf], names: &[String], active: Option<&Fact<String>>) -> Self {
        let files = names.iter().map(String::as_str).chain([MICROPROFILE]);
        let entries = files.flat_map(|name| read(tree, directories, name)).collect();
        let mut config = Self { entries, production: None };
        config.import(tree, directories);
        let own = config.get("spring.profiles.active").cloned();
        config.production = own.as_ref().and_then(|own| profile::production(tree, directories, own)).filter(|_| active.is_none());
        let profiles = active.or(config.production.as_ref()).map(|fact| fact.value.clone()).or(own.map(|own| own.value));
        let included = config.get("spring.profiles.include").map(|entry| entry.value.clone());
        for profile in included.iter().chain(&profiles).flat_map(|profiles| profiles.split(',')).map(str::trim) {
            if !profile.is_empty() && !profile.contains(['$', '@', '/']) {
                let mut own: Vec<_> = names.iter().flat_map(|name| read(tree, directories, &format!("{name}-{profile}"))).collect();
                own.append(&mut config.entries);
                config.entries = own;
            }
        }
        config
    }

    /// The profiles for production, where those that are on by themselves are for development.
    pub fn production(&self) -> Option<&Fact<String>> {
        self.production.as_ref()
    }

    /// What the files say that it imports: `spring.config.import: classpath:shared.yml`.
    fn import(&mut self, tree: &Tree, directories: &[Utf8PathBuf]) {
        let is_import = |entry: &&Entry| entry.key == "spring.config.import" || entry.key.starts_with("spring.config.import.");
        let named: Vec<_> = self.entries.iter().filter(is_import).map(|entry| entry.value.clone()).collect();
        for name in named.iter().flat_map(|named| named.split(',')).take(MOST_IMPORTS) {
            let name = name.trim().trim_start_matches("optional:");
            let name = name.strip_prefix("classpath:").or_else(|| name.strip_prefix("file:")).unwrap_or("").trim_start_matches(['.', '/']);
            let stem = name.rsplit_once('.').map_or("", |(stem, _)| stem);
            if !stem.is_empty() {
                self.entries.extend(read(tree, directories, stem));
            }
        }
    }

    /// It with what these files say, which comes behind.
    pub fn and_files(mut self, tree: &Tree, files: &[Utf8PathBuf]) -> Self {
        for path in files {
            read_file(tree, path, &mut self.entries);
        }
        self
    }

    /// It with what is said on the command line, which comes before.
    pub fn under(mut self, mut stronger: Vec<Entry>) -> Self {
        stronger.append(&mut self.entries);
        self.entries = stronger;
        self
    }

    /// What is said of a key, by another key where it refers to that.
    pub fn meant(&self, key: &str) -> Option<&Entry> {
        let mut entry = self.get(key)?;
        for _ in 0..MOST_REFERENCES {
            let Some(named) = placeholder(&entry.value).and_then(|placeholder| self.get(&placeholder.name)) else { break };
            entry = named;
        }
        Some(entry)
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
    let (name, default) =
        inner.split_once(':').map_or((inner, None), |(name, default)| (name, Some(default.trim_start_matches('-').to_owned())));
    Some(Placeholder { name: name.to_owned(), default })
}

fn read(tree: &Tree, directories: &[Utf8PathBuf], name: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    for directory in directories {
        for place in ["src/main/resources/config", "src/main/resources", "config", "grails-app/conf"] {
            for ending in ["properties", "yml", "yaml", "conf"] {
                read_file(tree, &directory.join(place).join(format!("{name}.{ending}")), &mut entries);
            }
        }
    }
    entries
}

/// A file that cannot be read says nothing: it is no manifest of the build.
fn read_file(tree: &Tree, path: &Utf8Path, entries: &mut Vec<Entry>) {
    let Ok(text) = tree.text(path) else { return };
    match path.extension() {
        Some("properties") => {
            let all = properties::parse(path, text).into_iter();
            // Quarkus' profile of what is built comes before what holds for all
            let (own, rest): (Vec<_>, Vec<_>) = all.partition(|property| property.key.starts_with("%prod."));
            entries.extend(own.into_iter().chain(rest).map(|property| Entry {
                at: property.evidence(CONFIGURED),
                key: property.key.strip_prefix("%prod.").unwrap_or(&property.key).to_owned(),
                value: property.value,
            }));
        }
        Some("conf") => of_hocon(path, text, entries),
        Some("yml" | "yaml") => of_yaml(path, text, entries),
        _ => {}
    }
}

/// What the files of configuration are called: `application`, or as the program says.
fn names(sources: &Sources<'_>) -> Vec<String> {
    let told = sources.files.iter().flat_map(|source| {
        source.text.match_indices("spring.config.name").filter_map(|(at, key)| {
            // `"spring.config.name=shop"`, `"spring.config.name", "shop"`
            let rest = source.text.get(at + key.len()..)?;
            let rest = rest.trim_start_matches(['=', '"', ',', ' ', '\n', ':']);
            let name = rest.split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | ','))).next()?;
            (!name.is_empty()).then(|| name.split(',').map(str::to_owned).collect::<Vec<_>>())
        })
    });
    let told: Vec<String> = told.flatten().collect();
    if told.is_empty() { vec!["application".to_owned()] } else { told }
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
    let statements = (1..).zip(text.lines()).flat_map(|(number, line)| statements(line).into_iter().map(move |said| (number, line, said)));
    for (number, line, said) in statements {
        let said = said.trim();
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

/// The statements of a line of HOCON: what opens or closes a block stands by itself, and a comment is none.
fn statements(line: &str) -> Vec<&str> {
    let (mut found, mut start, mut quoted, mut inside) = (Vec::new(), 0, false, false);
    for (at, c) in line.char_indices() {
        match c {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '#' => return [found, vec![&line[start..at]]].concat(),
            '/' if line[at..].starts_with("//") => return [found, vec![&line[start..at]]].concat(),
            '{' if line[..at].ends_with('$') => inside = true,
            '}' if inside => inside = false,
            '{' => {
                found.push(&line[start..=at]);
                start = at + 1;
            }
            '}' | ',' => {
                found.push(&line[start..at]);
                found.extend((c == '}').then_some("}"));
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(&line[start..]);
    found
}

fn flatten(document: &Document<'_>, value: &Value<'_>, prefix: &str, entries: &mut Vec<Entry>) {
    for (number, item) in value.list().iter().enumerate() {
        let name = format!("{prefix}.{number}");
        match item.scalar() {
            Some(text) => entries.push(Entry { key: name, value: text.to_owned(), at: document.evidence(item, CONFIGURED) }),
            None => flatten(document, item, &name, entries),
        }
    }
    for (key, value) in value.map() {
        let name = if prefix.is_empty() { key.name.to_string() } else { format!("{prefix}.{}", key.name) };
        if let Some(text) = value.scalar() {
            entries.push(Entry { key: name, value: text.to_owned(), at: document.entry_evidence(key, value, CONFIGURED) });
        } else {
            flatten(document, value, &name, entries);
        }
    }
}
