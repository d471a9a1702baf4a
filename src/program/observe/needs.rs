//! What libraries and calls ask of the image: time zones, locales, programs that a library starts.

use std::collections::BTreeMap;

use crate::catalog::vocabulary::Meaning;
use crate::evidence::{Evidence, Fact, Rule};
use crate::need::Need;
use crate::program::Program;
use crate::program::origin::{Match, comes_from};

const NEEDS: Rule = Rule::parsed("program.needs", "this needs something of the image");

impl Program<'_> {
    /// All of them, sorted.
    #[must_use]
    pub fn needs(&self) -> Vec<Fact<Need>> {
        let mut found: BTreeMap<Need, Fact<Need>> = BTreeMap::new();
        let mut add = |needs: &[Need], evidence: &Evidence| {
            for need in needs {
                let fact = match found.remove(need) {
                    Some(known) => known.and(evidence.clone()),
                    None => Fact::new(need.clone(), evidence.clone()),
                };
                found.insert(need.clone(), fact);
            }
        };
        for (file, call, entries) in self.known_calls() {
            for entry in entries {
                let Meaning::Needs(needs) = &*entry.meaning else { continue };
                if self.matches(entry, file, call) != Match::No && self.is_given(file, call, &needs.when) {
                    let at = self.evidence(file, call.at, NEEDS);
                    add(&needs.needs, &at);
                    let named =
                        self.given(file, call, &needs.locale).into_iter().flat_map(|given| self.resolve_given(file, call.context, given));
                    let locales: Vec<_> = named.filter_map(|value| locale(value.text()?)).collect();
                    add(&locales, &at);
                }
            }
        }
        for entry in &self.vocabulary.imports {
            for source in self.sources() {
                let imports = source.outline.imports.iter().filter(|import| !import.context.test);
                for import in imports.filter(|import| entry.import.0.iter().any(|wanted| comes_from(&import.path, wanted))) {
                    add(&entry.needs, &source.evidence(import.at, NEEDS));
                }
            }
        }
        found.into_values().collect()
    }
}

/// The data of a locale, unless every C library has it or the environment names it.
#[must_use]
pub fn locale(name: &str) -> Option<Need> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_.-@".contains(c);
    let language = name.split(['.', '@']).next().unwrap_or_default();
    // `German_Germany.1252` is Windows' own
    let is_known = language.split_once('_').is_some_and(|(language, country)| (2..4).contains(&language.len()) && country.len() == 2);
    (is_known && name.chars().all(plain)).then(|| Need::Locale(name.to_owned()))
}
