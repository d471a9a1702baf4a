//! Settings files by key, whatever their notation: YAML, TOML, JSON, properties, INI, dotenv, plain HOCON.
//!
//! They are read as far as they can be: a template's `{{ }}`, a build's `@x@`, a tab or a broken line costs that line and no more.

mod braces;
mod lines;

use foldhash::HashMap;

use camino::Utf8Path;

use super::outline::At;
use crate::evidence::{Evidence, Lines, Rule};

/// A settings file says this.
pub const CONFIGURED: Rule = Rule::parsed("program.configuration", "the program's configuration says this");

/// Longer files are no settings that people write.
const LONGEST: usize = 256 * 1024;
/// More settings than anybody keeps.
const MOST: usize = 4_000;

/// A value of a settings file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its key with all that it lies in, dots between.
    pub key: String,
    /// Its value as it is written, without quotes, `${...}` included.
    pub value: String,
    /// The number of its file.
    pub file: usize,
    /// Its place.
    pub at: At,
}

#[derive(Debug)]
struct File {
    path: camino::Utf8PathBuf,
    text: String,
    lines: Lines,
}

/// The settings files of a program.
#[derive(Debug, Default)]
pub struct Configuration {
    files: Vec<File>,
    entries: Vec<Entry>,
    keys: HashMap<String, Vec<usize>>,
}

/// How a settings file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Notation {
    Yaml,
    /// TOML, INI, properties, dotenv: a key, a sign and a value in each line, perhaps below `[section]`.
    Lines,
    /// JSON and HOCON.
    Braces,
}

impl Notation {
    fn of(path: &Utf8Path) -> Option<Self> {
        let name = path.file_name()?;
        if name == ".env" || name.starts_with(".env.") {
            return Some(Self::Lines);
        }
        match path.extension()? {
            "yaml" | "yml" => Some(Self::Yaml),
            "toml" | "ini" | "properties" | "cfg" | "env" => Some(Self::Lines),
            "json" | "json5" | "jsonc" | "conf" | "hocon" => Some(Self::Braces),
            _ => None,
        }
    }
}

/// Whether a file is one for settings, by its name.
#[must_use]
pub fn is_settings(path: &Utf8Path) -> bool {
    Notation::of(path).is_some() && !is_of_development(path)
}

/// Whether the file's name says that it is for people's own machines, or for tests.
fn is_of_development(path: &Utf8Path) -> bool {
    let stem = path.file_stem().unwrap_or_default().to_ascii_lowercase();
    let words = stem.split(['-', '.', '_']);
    words.into_iter().any(|word| matches!(word, "dev" | "development" | "test" | "testing" | "local" | "example" | "sample" | "ci"))
}

/// The same key in every spelling.
fn normal(key: &str) -> String {
    key.chars().filter(|c| !matches!(c, '-' | '_')).flat_map(char::to_lowercase).collect()
}

impl Configuration {
    /// Adds the settings of a file; nothing for files that are none, or too long.
    pub fn add(&mut self, path: &Utf8Path, text: &str) {
        let Some(notation) = Notation::of(path).filter(|_| text.len() <= LONGEST) else { return };
        if self.files.iter().any(|file| file.path == path) {
            return;
        }
        let number = self.files.len();
        let mut add = |key: &str, value: &str, at: At| {
            if self.entries.len() < MOST && !key.is_empty() {
                self.keys.entry(normal(key)).or_default().push(self.entries.len());
                self.entries.push(Entry { key: key.to_owned(), value: value.to_owned(), file: number, at });
            }
        };
        match notation {
            Notation::Yaml => lines::yaml(text, &mut add),
            Notation::Lines => lines::settings(text, &mut add),
            // HOCON needs no braces around all
            Notation::Braces => braces::read(text, &mut add),
        }
        self.files.push(File { path: path.to_owned(), text: text.to_owned(), lines: Lines::default() });
    }

    /// The settings of that key, in the order of the files.
    pub fn get(&self, key: &str) -> impl Iterator<Item = &Entry> {
        self.keys.get(&normal(key)).into_iter().flatten().map(|number| &self.entries[*number])
    }

    /// The one key that ends with `word` in a section that `before` speaks of: `server.address` for `server_config.address`.
    #[must_use]
    pub fn related(&self, before: &str, word: &str) -> Option<String> {
        let before = normal(before);
        let fits = |entry: &&Entry| {
            let Some((sections, key)) = entry.key.rsplit_once('.').filter(|(_, key)| key.eq_ignore_ascii_case(word)) else { return false };
            let section = normal(sections.rsplit('.').next().unwrap_or(sections));
            !key.is_empty() && !section.is_empty() && before.contains(&section)
        };
        let mut keys = self.entries.iter().filter(fits).map(|entry| &entry.key);
        let first = keys.next()?;
        keys.all(|key| key == first).then(|| first.clone())
    }

    /// All settings.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// A place of a file as evidence.
    #[must_use]
    pub fn evidence(&self, file: usize, at: At, rule: Rule) -> Option<Evidence> {
        let file = self.files.get(file)?;
        let said = file.text.get(at.range())?.trim_end();
        let (start, end) = (at.start as usize, at.start as usize + said.len());
        Some(Evidence::at(file.path.clone(), file.lines.span(&file.text, start, end), rule, said))
    }
}

/// A value without quotes and what stands behind it.
fn plain(value: &str) -> &str {
    let value = value.trim();
    for quote in ['"', '\''] {
        if let Some(inside) = value.strip_prefix(quote) {
            return inside.split(quote).next().unwrap_or(inside);
        }
    }
    let value = value.split(" #").next().unwrap_or(value);
    value.trim_end().trim_end_matches(',')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str, text: &str) -> Vec<String> {
        let mut configuration = Configuration::default();
        configuration.add(Utf8Path::new(path), text);
        configuration.entries().iter().map(|entry| format!("{}={}", entry.key, entry.value)).collect()
    }

    #[test]
    fn every_notation_gives_keys_and_values() {
        for (path, text, expected) in [
            (
                "a.yml",
                "server:\n  port: 8080 # here\n  hosts:\n    - a\n    - b\nname: \"x: y\"\n",
                "server.port=8080 server.hosts=a server.hosts=b name=x: y",
            ),
            ("a.yaml", "a: |\n  port: 1\n  more\nb:\n\tport: @port@\nc: {{ port }}\n", "b.port=@port@"),
            ("a.yaml", "server: {port: 81, host: x}\n- name: y\n", "server.port=81 server.host=x name=y"),
            ("a.toml", "port = 1\n[server.http]\nport = \"2\" # x\n[[list]]\nname = 'n'\n", "port=1 server.http.port=2 list.name=n"),
            ("a.ini", "; c\n[db]\nport=5\n", "db.port=5"),
            ("a.properties", "# c\nserver.port=${PORT:8080}\nname : x\n", "server.port=${PORT:8080} name=x"),
            (".env", "export PORT=1\nHOST='h'\n", "PORT=1 HOST=h"),
            ("a.json", "{\"a\": {\"port\": 1, \"b\": [1, {\"c\": \"d\"}]}, // no\n \"port\": 2,}", "a.port=1 a.b=1 a.b.c=d port=2"),
            (
                "a.conf",
                "ktor {\n  deployment {\n    port = 8080\n    port = ${?PORT}\n  }\n  application.modules = [ x.y ]\n}\n",
                "ktor.deployment.port=8080 ktor.deployment.port=${?PORT} ktor.application.modules=x.y",
            ),
        ] {
            assert_eq!(read(path, text).join(" "), expected, "{path}: {text}");
        }
    }

    #[test]
    fn broken_text_is_read_as_far_as_it_goes() {
        for text in ["{{{{", "}}}}", "a: [", "\"", ":::", "[", "\t- \t-", "a = {b = {", "${"] {
            for path in ["a.yaml", "a.toml", "a.json", "a.conf"] {
                let _ = read(path, &text.repeat(1000));
            }
        }
    }
}
