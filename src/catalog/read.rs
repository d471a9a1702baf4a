//! A file of a catalog, as it is read: errors say which entry of it is wrong, and where.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use toml::de::DeTable;

use super::lazy::Entries;
use super::{Toolchain, inherit};
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::Span;

/// What the weaker files of each name said, for entries that are like one of theirs.
#[derive(Default)]
pub(super) struct Below<'t> {
    texts: BTreeMap<&'t str, Vec<&'t str>>,
}

/// `toolchains.toml`
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Toolchains {
    /// A pack that changes something says nothing of the rest.
    as_of: Option<String>,
    #[serde(flatten)]
    languages: BTreeMap<String, Toolchain>,
}

/// The built-in entries, as they are written.
type Raw = BTreeMap<String, Box<RawValue>>;

impl<'t> Below<'t> {
    /// Reads a file of entries over those of its name that were read before.
    pub(super) fn entries<T: for<'de> Deserialize<'de>>(&mut self, name: &'t str, text: &'t str) -> Result<Entries<T>> {
        if is_built_in(text) {
            return self.read(name, text).map(Entries::built_in);
        }
        self.read(name, text).map(Entries::own)
    }

    /// The same for toolchains, and the day on which the catalog was made.
    pub(super) fn toolchains(&mut self, name: &'t str, text: &'t str) -> Result<(Option<String>, Entries<Toolchain>)> {
        if is_built_in(text) {
            let mut raw: Raw = self.read(name, text)?;
            let as_of = raw.remove("as-of").and_then(|as_of| serde_json::from_str(as_of.get()).ok());
            return Ok((as_of, Entries::built_in(raw)));
        }
        let Toolchains { as_of, languages } = self.read(name, text)?;
        Ok((as_of, Entries::own(languages)))
    }

    /// Reads a file over those of its name that were read before.
    fn read<T: for<'de> Deserialize<'de>>(&mut self, name: &'t str, text: &'t str) -> Result<T> {
        let weaker = self.texts.entry(name).or_default();
        let likes = !is_built_in(text) && text.contains(inherit::LIKE);
        let table = if likes { table(text).filter(inherit::is_used) } else { None };
        let read = match table {
            None => parse(name, text),
            Some(mut own) => {
                inherit::fill(&mut own, &entries(weaker.iter().copied()))
                    .map_err(|wrong| broken(name, text, Some(&wrong.entry), &wrong.why))?;
                filled(name, text, &own)
            }
        };
        weaker.push(text);
        read
    }
}

/// The entries of a file that the packs make together, from the texts of it, the weakest first.
pub fn entries<'t>(texts: impl IntoIterator<Item = &'t str>) -> Map<String, Value> {
    texts.into_iter().fold(Map::new(), |mut below, text| {
        let own = table_of(&below, text);
        below.extend(own);
        below
    })
}

/// The entries of a weaker file, which was read already.
fn table_of(below: &Map<String, Value>, text: &str) -> Map<String, Value> {
    let mut own = table(text).unwrap_or_default();
    _ = inherit::fill(&mut own, below);
    own
}

fn table(text: &str) -> Option<Map<String, Value>> {
    if is_built_in(text) { serde_json::from_str(text).ok() } else { toml::from_str(text).ok() }
}

/// Reads what was filled in, an entry at a time, so that the one that is wrong is named.
fn filled<T: for<'de> Deserialize<'de>>(name: &str, text: &str, own: &Map<String, Value>) -> Result<T> {
    let whole = serde_json::from_value(Value::Object(own.clone()));
    whole.map_err(|error| {
        let wrong = |entry: &String, value: Value| {
            serde_json::from_value::<T>(Value::Object(Map::from_iter([(entry.clone(), value)]))).err().map(|error| error.to_string())
        };
        let alone = |(entry, value): (&String, &Value)| {
            let why = wrong(entry, value.clone())?;
            // without the key that is wrong, something else is
            let without = |key: &&String| {
                let mut less = value.clone();
                less.as_object_mut().and_then(|less| less.remove(*key));
                wrong(entry, less).as_ref() != Some(&why)
            };
            let key = value.as_object().and_then(|value| value.keys().find(without));
            Some((entry.clone(), key.map_or_else(|| why.clone(), |key| format!("`{key}`: {why}"))))
        };
        let (entry, why) = own.iter().find_map(alone).map_or((None, error.to_string()), |(entry, why)| (Some(entry), why));
        Box::new(broken(name, text, entry.as_deref(), &why))
    })
}

/// Whether a file is the built-in one, which the build script made JSON.
pub(super) fn is_built_in(text: &str) -> bool {
    text.starts_with('{')
}

/// Reads a file of a catalog: packs have TOML, the built-in one was made JSON by the build script.
pub(super) fn parse<T: for<'de> Deserialize<'de>>(name: &str, text: &str) -> Result<T> {
    if is_built_in(text) {
        let broken = |error| Diagnostic::error("catalog::broken", format!("`{name}` of the built-in catalog is broken: {error}"));
        return serde_json::from_str(text).map_err(broken).map_err(Box::new);
    }
    toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |range| range.start);
        let entry = places(text).into_iter().rev().find(|(_, at)| at.start <= start).map(|(entry, _)| entry);
        let mut found = broken(name, text, entry.as_deref(), error.message());
        if let Some(range) = error.span() {
            found.labels.clear();
            found = found.at(name, Some(Span::of(text, range.start, range.end)), "here");
        }
        Box::new(found)
    })
}

/// What is wrong in an entry.
fn broken(name: &str, text: &str, entry: Option<&str>, why: &str) -> Diagnostic {
    let of = entry.map_or_else(String::new, |entry| format!("`[{entry}]` in "));
    let error = Diagnostic::usage("catalog::broken", format!("{of}`{name}` of the catalog is broken: {why}"));
    let place = places(text).into_iter().find(|(known, _)| Some(known.as_str()) == entry);
    let span = place.map(|(_, at)| Span::of(text, at.start, at.end));
    error.at(name, span, "here").help("`imggen catalog show` prints what it stands on, `imggen schema catalog` what can be said")
}

/// The entries of a file and where their names stand.
fn places(text: &str) -> Vec<(String, std::ops::Range<usize>)> {
    let table = DeTable::parse(text).map(toml::Spanned::into_inner).unwrap_or_default();
    let mut found: Vec<_> = table.iter().map(|(key, _)| (key.get_ref().to_string(), key.span())).collect();
    found.sort_by_key(|(_, at)| at.start);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Base;

    #[test]
    fn the_key_that_is_wrong_is_named() {
        let mut below = Below::default();
        let weaker = "[bare]\nsummary = \"x\"\nimage = \"bare:1\"\nmegabytes = 1\n[bare.debug]\nimage = \"bare:1\"\nshell = \"/bin/sh\"\n";
        assert!(below.read::<BTreeMap<String, Base>>("bases.toml", weaker).is_ok());
        let error = below.read::<BTreeMap<String, Base>>("bases.toml", "[own]\nlike = \"bare\"\nimage = 3\n").err();
        assert!(error.is_some_and(|error| error.message.contains("`[own]`") && error.message.contains("`image`")));
    }
}
