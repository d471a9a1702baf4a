//! What of the catalog is read when somebody asks, as a run asks for little of it. What a pack says is read at once, so that it is said
//! what is wrong with it; the built-in files are right, as the tests read them all.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::Text;
use super::read::{is_built_in, parse};
use crate::diagnostic::Result;

/// Files that say something together, the weakest first.
#[derive(Clone, Debug)]
pub(super) struct Files<T> {
    texts: Vec<Text>,
    read: OnceLock<T>,
}

impl<T> Default for Files<T> {
    fn default() -> Self {
        Self { texts: Vec::new(), read: OnceLock::new() }
    }
}

impl<T> Files<T> {
    /// Adds a file of the form `F`.
    ///
    /// # Errors
    /// When it is a pack's, and is none.
    pub(super) fn add<F: DeserializeOwned>(&mut self, name: &str, text: &Text) -> Result<()> {
        if !is_built_in(text) {
            parse::<F>(name, text)?;
        }
        self.texts.push(text.clone());
        Ok(())
    }

    /// What they say together, by what each of them says.
    pub(super) fn get<F: DeserializeOwned>(&self, join: impl FnOnce(&mut dyn Iterator<Item = F>) -> T) -> &T {
        self.read.get_or_init(|| join(&mut self.texts.iter().filter_map(|text| parse("", text).ok())))
    }
}

/// Entries by their names.
#[derive(Clone, Debug)]
pub(super) struct Entries<T>(BTreeMap<String, Entry<T>>);

#[derive(Clone, Debug)]
enum Entry<T> {
    /// As it is written, and read.
    BuiltIn(Box<RawValue>, OnceLock<Option<T>>),
    /// Of a pack.
    Own(T),
}

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> Entries<T> {
    /// The entries of a pack's file.
    pub(super) fn own(entries: BTreeMap<String, T>) -> Self {
        Self(entries.into_iter().map(|(name, entry)| (name, Entry::Own(entry))).collect())
    }

    /// The built-in ones.
    pub(super) fn built_in(entries: BTreeMap<String, Box<RawValue>>) -> Self {
        Self(entries.into_iter().map(|(name, entry)| (name, Entry::BuiltIn(entry, OnceLock::new()))).collect())
    }
}

impl<T: DeserializeOwned> Entry<T> {
    fn get(&self) -> Option<&T> {
        match self {
            Self::BuiltIn(written, read) => read.get_or_init(|| serde_json::from_str(written.get()).ok()).as_ref(),
            Self::Own(entry) => Some(entry),
        }
    }
}

impl<T: DeserializeOwned> Entries<T> {
    pub(super) fn get(&self, name: &str) -> Option<&T> {
        self.0.get(name)?.get()
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.0.iter().filter_map(|(name, entry)| Some((name.as_str(), entry.get()?)))
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &T> {
        self.0.values().filter_map(Entry::get)
    }

    /// The entries in whose text a word stands; all of packs.
    pub(super) fn mentioning<'e>(&'e self, word: &str) -> impl Iterator<Item = &'e T> {
        let mentions = move |entry: &&Entry<T>| match entry {
            Entry::BuiltIn(written, _) => written.get().contains(word),
            Entry::Own(_) => true,
        };
        self.0.values().filter(mentions).filter_map(Entry::get)
    }

    /// Adds entries that are stronger than those that are there.
    pub(super) fn append(&mut self, mut stronger: Self) {
        self.0.append(&mut stronger.0);
    }
}

#[cfg(test)]
mod tests {
    use crate::pack::Packs;

    #[test]
    fn all_that_is_built_in_can_be_read() {
        let catalog = Packs::default().catalog().unwrap();
        assert_eq!(catalog.bases.iter().count(), catalog.bases.names().count());
        assert_eq!(catalog.toolchains.iter().count(), catalog.toolchains.names().count());
        assert!(catalog.natives.keys().all(|language| !catalog.natives(language).is_empty()));
        assert!(catalog.generators.keys().all(|language| !catalog.generators(language).is_empty()));
        assert!(catalog.vocabularies.keys().all(|language| catalog.vocabulary(language).is_ok()));
    }

    #[test]
    fn the_bases_of_an_image_are_found_by_its_reference() {
        let catalog = Packs::default().catalog().unwrap();
        for (_, base) in catalog.bases() {
            for image in [&base.image, &base.debug.image] {
                let reference = image.replace("{version}", "24");
                assert!(catalog.bases_of(&reference).any(|other| other.image == base.image), "{reference}");
            }
        }
    }
}
