//! A bundler's settings file: what the object that it exports says.

use camino::{Utf8Path, Utf8PathBuf};

use crate::evidence::{Evidence, Fact, Rule};
use crate::lang::node::package::Package;
use crate::lang::node::source::{Placed, Source, Value};
use crate::tree::Tree;
use crate::tree::path::normal;

const SETTING: Rule = Rule::parsed("node.bundler-setting", "the bundler's settings say so");
/// The endings that bundlers look for.
const ENDINGS: [&str; 6] = ["js", "mjs", "ts", "cjs", "mts", "cts"];

/// A settings file that was read.
pub struct Settings {
    source: Source,
}

impl Settings {
    /// The first of the files `stem.js`, `stem.ts` and so on that is there; `stem` may name directories.
    pub fn read(tree: &Tree, package: &Package<'_>, stem: &str) -> Option<Self> {
        let files = ENDINGS.iter().map(|ending| package.inside(&format!("{stem}.{ending}")));
        files.into_iter().find_map(|file| Self::of(tree, &file))
    }

    /// This file, if it is there.
    pub fn of(tree: &Tree, file: &Utf8Path) -> Option<Self> {
        tree.text(file).ok().map(|text| Self { source: Source::read(file, text) })
    }

    /// What stands below these keys, and where its first key does.
    fn get(&self, keys: &[&str]) -> Option<(&Value, &Placed<(String, Value)>)> {
        let (first, rest) = keys.split_first()?;
        let place = self.source.exported.iter().rev().find(|entry| entry.value.0 == *first)?;
        let below = rest.iter().try_fold(&place.value.1, |value, key| match value {
            Value::Object(entries) => entries.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        });
        Some((below?, place))
    }

    /// Whether something stands there, whatever it is.
    pub fn has(&self, keys: &[&str]) -> Option<Evidence> {
        let (_, place) = self.get(keys)?;
        Some(self.source.evidence(self.narrowed(keys, place), SETTING, keys.join(".")))
    }

    /// The text that stands there.
    pub fn text(&self, keys: &[&str]) -> Option<Fact<String>> {
        let (value, place) = self.get(keys)?;
        let Value::Text(text) = value else { return None };
        Some(Fact::new(text.clone(), self.source.evidence(self.narrowed(keys, place), SETTING, format!("{}: \"{text}\"", keys.join(".")))))
    }

    /// The path that stands there: a text, or one that is put together from the file's own directory.
    pub fn path(&self, keys: &[&str]) -> Option<Fact<Utf8PathBuf>> {
        if let Some(text) = self.text(keys) {
            return Some(text.map(Utf8PathBuf::from));
        }
        let (value, place) = self.get(keys)?;
        let Value::Joined(parts) = value else { return None };
        let parts = parts.iter().map(|part| match part {
            Value::Text(text) => Some(text.as_str()),
            Value::Name(name) if matches!(name.as_str(), "__dirname" | "import.meta.dirname") => Some("."),
            _ => None,
        });
        let joined = parts.collect::<Option<String>>()?;
        Some(Fact::new(normal(Utf8Path::new(&joined)), self.source.evidence(self.narrowed(keys, place), SETTING, keys.join("."))))
    }

    /// The text of an option in the first argument of a call: `adapter({ fallback: "200.html" })`.
    pub fn argument(&self, call: &str, key: &str) -> Option<Fact<String>> {
        let found = self.source.calls.iter().find(|found| found.value.name == call)?;
        let Some(Value::Object(options)) = found.value.arguments.first() else { return None };
        let (_, value) = options.iter().rev().find(|(name, _)| name == key)?;
        let Value::Text(text) = value else { return None };
        Some(Fact::new(text.clone(), self.source.evidence(found.span, SETTING, format!("{key}: \"{text}\""))))
    }

    /// The first text among the arguments of a call: `setOutputDirectory("dist")`.
    pub fn called_with(&self, call: &str) -> Option<Fact<String>> {
        let found = self.source.calls.iter().find(|found| found.value.name.rsplit('.').next() == Some(call))?;
        let Some(Value::Text(text)) = found.value.arguments.first() else { return None };
        Some(Fact::new(text.clone(), self.source.evidence(found.span, SETTING, format!("{call}(\"{text}\")"))))
    }

    /// The place of the last key, which an object's own entries do not keep.
    fn narrowed(&self, keys: &[&str], place: &Placed<(String, Value)>) -> crate::evidence::Span {
        let last = keys.last().copied().unwrap_or_default();
        let own = self.source.options.iter().filter(|option| option.value.0 == last);
        own.map(|option| option.span).find(|span| (span.line, span.column) >= (place.span.line, place.span.column)).unwrap_or(place.span)
    }
}
