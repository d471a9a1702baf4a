//! The setting that says what an edit says: who knows it does not have to edit the file.

use std::collections::BTreeMap;

use super::instructions::units;
use super::reference::Reference;
use crate::words::{expand, split};

/// What edits come to as settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suggestions {
    /// An instruction and the line of `imggen.toml` that says the same.
    pub settings: Vec<(String, String)>,
    /// Instructions that no setting stands for.
    pub others: Vec<String>,
}

/// Which of the languages of a file it is in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Build,
    /// The last, which is the image.
    Runs,
}

/// What a Dockerfile says that a setting could say.
#[derive(Default)]
struct Sayings<'t> {
    /// A setting's key and value, and the instruction.
    values: Vec<(String, String, String)>,
    /// Lists, to which each instruction adds.
    lists: BTreeMap<&'static str, Vec<(String, String)>>,
    ports: Vec<u16>,
    image: &'t str,
    /// What no setting says, in the order of the file.
    others: Vec<String>,
}

/// The settings for what `edited` says and `base` does not; both are bodies of the file at `path`.
#[must_use]
pub fn suggest(path: &str, base: &str, edited: &str) -> Suggestions {
    let mut found = Suggestions::default();
    if path.ends_with(".dockerignore") {
        let known: Vec<_> = units(base).into_iter().map(|unit| unit.line()).collect();
        let added = units(edited).into_iter().map(|unit| unit.line()).filter(|line| !line.is_empty() && !known.contains(line));
        let added: Vec<_> = added.collect();
        found.settings.extend(added.first().map(|line| (line.clone(), format!("ignore = {}", list(&added)))));
        return found;
    }
    let (before, after) = (Sayings::of(base), Sayings::of(edited));
    for (key, value, line) in &after.values {
        if !before.values.iter().any(|(other, same, _)| other == key && same == value) {
            found.settings.push((line.clone(), format!("{key} = {value}")));
        }
    }
    for (key, items) in &after.lists {
        let known = before.lists.get(key);
        let added: Vec<_> =
            items.iter().filter(|item| known.is_none_or(|known| !known.iter().any(|(other, _)| *other == item.0))).collect();
        if let Some((_, line)) = added.first() {
            let names: Vec<_> = added.iter().map(|(name, _)| name.clone()).collect();
            found.settings.push((line.clone(), format!("{key} = {}", list(&names))));
        }
    }
    if after.ports != before.ports {
        let line = after.ports.iter().fold("EXPOSE".to_owned(), |line, port| format!("{line} {port}"));
        let value = if let [port] = after.ports[..] { port.to_string() } else { format!("{:?}", after.ports) };
        found.settings.push((if after.ports.is_empty() { "no EXPOSE".into() } else { line }, format!("port = {value}")));
    }
    if let Some((from, to)) = mirror(before.image, after.image) {
        found.settings.push((format!("FROM {}", after.image), format!("registries.{} = {}", quoted(&from), quoted(&to))));
    } else if before.image != after.image {
        found.others.push(format!("FROM {}", after.image));
    }
    found.others.extend(after.others.into_iter().filter(|line| !before.others.contains(line)));
    found
}

/// The names of the labels of a Dockerfile's image.
pub(crate) fn labels(text: &str) -> Vec<String> {
    let body = super::body(text);
    let values = Sayings::of(&body).values;
    let names = values.iter().filter_map(|(key, ..)| key.strip_prefix("labels."));
    names.map(|name| name.trim_matches('"').to_owned()).collect()
}

impl<'t> Sayings<'t> {
    fn of(body: &'t str) -> Self {
        let units = units(body);
        let last = units.iter().rposition(|unit| unit.line().to_ascii_uppercase().starts_with("FROM ")).unwrap_or(0);
        let mut sayings = Self::default();
        for (index, unit) in units.iter().enumerate() {
            let line = unit.line();
            if index == last {
                let mut words = unit.raw.lines().filter(|line| !line.trim_start().starts_with('#')).flat_map(str::split_whitespace);
                sayings.image = words.by_ref().skip(1).find(|word| !word.starts_with("--")).unwrap_or_default();
            } else if !line.is_empty() {
                sayings.take(line, if index < last { Stage::Build } else { Stage::Runs });
            }
        }
        sayings
    }

    fn take(&mut self, line: String, stage: Stage) {
        let Some((keyword, rest)) = line.split_once(' ') else { return self.others.push(line) };
        let words: Option<Vec<String>> = split(rest).into_iter().map(|word| expand(word, &|_| None)).collect();
        let words = words.unwrap_or_default();
        let known = match (keyword.to_ascii_uppercase().as_str(), stage) {
            ("ENV", Stage::Runs) => self.pairs("env", &words, &line),
            ("LABEL", Stage::Runs) => self.pairs("labels", &words, &line),
            ("EXPOSE", Stage::Runs) => {
                let ports = words.iter().filter_map(|port| port.trim_end_matches("/tcp").parse::<u16>().ok());
                self.ports.extend(ports);
                true
            }
            ("USER", Stage::Runs) => self.value("user", words.first().filter(|user| is_numeric(user)), &line),
            ("WORKDIR", Stage::Runs) => self.value("workdir", words.first(), &line),
            ("CMD", Stage::Runs) => {
                let arguments: Option<Vec<String>> = serde_json::from_str(rest).ok();
                self.values.extend(arguments.iter().map(|words| ("arguments".to_owned(), format!("{words:?}"), line.clone())));
                arguments.is_some()
            }
            ("COPY", Stage::Runs) if !rest.starts_with("--") && words.len() > 1 => {
                let sources = words[..words.len() - 1].iter().map(|source| (source.clone(), line.clone()));
                self.lists.entry("files").or_default().extend(sources);
                true
            }
            ("RUN", _) => self.packages(&words, if stage == Stage::Runs { "packages.run" } else { "packages.build" }, &line),
            _ => false,
        };
        if !known {
            self.others.push(line);
        }
    }

    fn pairs(&mut self, table: &str, words: &[String], line: &str) -> bool {
        let pairs: Option<Vec<_>> = words.iter().map(|word| word.split_once('=')).collect();
        let Some(pairs) = pairs.filter(|pairs| !pairs.is_empty()) else { return false };
        self.values.extend(pairs.into_iter().map(|(name, value)| (format!("{table}.{}", key(name)), quoted(value), line.to_owned())));
        true
    }

    fn value(&mut self, key: &str, value: Option<&String>, line: &str) -> bool {
        self.values.extend(value.map(|value| (key.to_owned(), quoted(value), line.to_owned())));
        value.is_some()
    }

    /// The packages of an installation that does nothing else.
    fn packages(&mut self, words: &[String], key: &'static str, line: &str) -> bool {
        let words: Vec<_> = words.iter().map(String::as_str).filter(|word| !word.starts_with("--mount")).collect();
        let mut found: Vec<&str> = Vec::new();
        for command in words.split(|word| matches!(*word, "&&" | ";")) {
            match command {
                ["apt-get" | "apt", "update", ..] | ["rm", "-rf", ..] | ["apt-get", "clean"] => {}
                ["apt-get" | "apt", rest @ ..] if rest.contains(&"install") => found.extend(rest),
                ["apk", rest @ ..] if rest.contains(&"add") => found.extend(rest),
                _ => return false,
            }
        }
        let names = found.into_iter().filter(|word| !word.starts_with('-') && !matches!(*word, "install" | "add"));
        self.lists.entry(key).or_default().extend(names.map(|name| (name.to_owned(), line.to_owned())));
        true
    }
}

/// The registry that a reference was moved from and to, where the rest of it is the same.
fn mirror(before: &str, after: &str) -> Option<(String, String)> {
    let (old, new) = (Reference::parse(before)?, Reference::parse(after)?);
    if old.tag != new.tag || old.repository == new.repository {
        return None;
    }
    let full = crate::registry::in_full(old.repository);
    let (registry, path) = full.split_once('/')?;
    let prefix = new.repository.strip_suffix(path).or_else(|| new.repository.strip_suffix(old.repository))?;
    let registry = if new.repository.ends_with(path) {
        registry.to_owned()
    } else {
        full.strip_suffix(old.repository)?.trim_end_matches('/').to_owned()
    };
    let prefix = prefix.strip_suffix('/').filter(|prefix| !prefix.is_empty())?;
    Some((registry, prefix.to_owned()))
}

fn is_numeric(user: &str) -> bool {
    !user.is_empty() && user.split(':').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A part of a dotted key.
fn key(name: &str) -> String {
    let is_bare = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if is_bare { name.to_owned() } else { quoted(name) }
}

/// A list that adds to the one that imggen finds.
fn list(items: &[String]) -> String {
    let items: Vec<_> = items.iter().map(|item| quoted(item)).collect();
    format!("[\"...\", {}]", items.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "FROM golang:1.27 AS build\nRUN go build\nFROM debian:13-slim AS runtime\n\
                        RUN apt-get update \\\n    && apt-get install -y --no-install-recommends git \\\n    && rm -rf /var/lib/apt/lists/*\n\
                        ENV HOME=/tmp\nUSER 65532:65532\nEXPOSE 8080\nCMD [\"serve\"]\n";

    fn settings(from: &str, to: &str) -> Vec<String> {
        let edited = BASE.replace(from, to);
        suggest("Dockerfile", BASE, &edited).settings.into_iter().map(|(_, setting)| setting).collect()
    }

    #[test]
    fn an_edit_has_a_setting_that_says_the_same() {
        for (from, to, expected) in [
            ("ENV HOME=/tmp", "ENV HOME=/tmp\nENV TZ=UTC", "env.TZ = \"UTC\""),
            ("ENV HOME=/tmp", "ENV HOME=/tmp GREETING=\"hello world\"", "env.GREETING = \"hello world\""),
            ("git", "curl git", "packages.run = [\"...\", \"curl\"]"),
            ("RUN go build", "RUN apt-get update && apt-get install -y make\nRUN go build", "packages.build = [\"...\", \"make\"]"),
            ("EXPOSE 8080", "EXPOSE 8080 9090", "port = [8080, 9090]"),
            ("EXPOSE 8080\n", "", "port = []"),
            ("65532:65532", "1000:1000", "user = \"1000:1000\""),
            ("EXPOSE", "LABEL org.opencontainers.image.vendor=Us\nEXPOSE", "labels.\"org.opencontainers.image.vendor\" = \"Us\""),
            ("EXPOSE", "WORKDIR /srv\nEXPOSE", "workdir = \"/srv\""),
            ("\"serve\"", "\"serve\", \"-v\"", "arguments = [\"serve\", \"-v\"]"),
            ("EXPOSE", "COPY conf conf\nEXPOSE", "files = [\"...\", \"conf\"]"),
            ("debian:13-slim", "mirror.example.com/hub/library/debian:13-slim", "registries.\"docker.io\" = \"mirror.example.com/hub\""),
        ] {
            assert_eq!(settings(from, to), [expected], "{to}");
        }
        let patterns = suggest(".dockerignore", "*.md\n", "*.md\nnotes\n").settings;
        assert_eq!(patterns, [("notes".to_owned(), "ignore = [\"...\", \"notes\"]".to_owned())]);
    }

    #[test]
    fn what_has_no_setting_is_named() {
        let edited = BASE.replace("RUN go build", "RUN go vet && go build");
        assert_eq!(suggest("Dockerfile", BASE, &edited).others, ["RUN go vet && go build"]);
        assert_eq!(suggest("Dockerfile", BASE, BASE), Suggestions::default());
    }
}
