//! A TOML manifest whose values know where they stand.

use camino::{Utf8Path, Utf8PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Rule, Span};

/// A TOML file.
#[derive(Clone, Debug)]
pub struct Table<'t> {
    file: Utf8PathBuf,
    text: &'t str,
    root: Spanned<DeTable<'t>>,
}

impl<'t> Table<'t> {
    /// Parses the text of `file`.
    ///
    /// # Errors
    /// When it is no TOML.
    pub fn parse(file: &Utf8Path, text: &'t str) -> Result<Self> {
        let root = DeTable::parse(text).map_err(|error| {
            let span = error.span().map(|range| Span::of(text, range.start, range.end));
            Diagnostic::error("manifest::broken", format!("`{file}` is no TOML: {}", error.message().trim_end())).at(file, span, "here")
        })?;
        Ok(Self { file: file.to_owned(), text, root })
    }

    /// The value below these keys.
    pub fn get(&self, keys: &[&str]) -> Option<&Spanned<DeValue<'t>>> {
        let (first, rest) = keys.split_first()?;
        rest.iter().try_fold(self.root.get_ref().get(*first)?, |value, key| value.get_ref().as_table()?.get(*key))
    }

    /// Whether there is anything below these keys.
    pub fn has(&self, keys: &[&str]) -> bool {
        self.get(keys).is_some()
    }

    /// The string below these keys.
    pub fn string(&self, keys: &[&str]) -> Option<(&str, &Spanned<DeValue<'t>>)> {
        let value = self.get(keys)?;
        Some((value.get_ref().as_str()?, value))
    }

    /// The strings in the array below these keys.
    pub fn strings(&self, keys: &[&str]) -> Vec<(&str, &Spanned<DeValue<'t>>)> {
        let array = self.get(keys).and_then(|value| value.get_ref().as_array());
        array.into_iter().flatten().filter_map(|value| Some((value.get_ref().as_str()?, value))).collect()
    }

    /// The names and values in the table below these keys, by name; without keys, those of the file.
    pub fn entries(&self, keys: &[&str]) -> Vec<(&str, &Spanned<DeValue<'t>>)> {
        let below = || self.get(keys).and_then(|value| value.get_ref().as_table());
        let table = if keys.is_empty() { Some(self.root.get_ref()) } else { below() };
        table.into_iter().flatten().map(|(name, value)| (name.get_ref().as_ref(), value)).collect()
    }

    /// The boolean below these keys.
    pub fn boolean(&self, keys: &[&str]) -> Option<bool> {
        self.get(keys)?.get_ref().as_bool()
    }

    /// `value`, as evidence.
    pub fn evidence(&self, value: &Spanned<DeValue<'t>>, rule: Rule) -> Evidence {
        let range = value.span();
        let said = self.text.get(range.clone()).unwrap_or_default().lines().next().unwrap_or_default();
        Evidence::at(self.file.clone(), Span::of(self.text, range.start, range.end), rule, said)
    }
}
