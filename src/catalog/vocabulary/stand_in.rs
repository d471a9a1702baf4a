//! What stands in for a variable while an image is built: `[[stand-in]]`.

use serde::Deserialize;

use super::Vocabulary;
use super::slot::Words;

/// Nothing else is known of it.
const PLAIN: &str = "build";

/// A value for variables of a kind, or of a name.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct StandIn {
    /// What is made of the variable: the last word of what reads it, of what it is cast to or put into, or its field's type.
    pub kind: Words,
    /// Words of its name, one of which it has; several between `_` have to follow one another.
    pub name: Words,
    /// The value.
    pub value: String,
}

impl Vocabulary {
    /// A harmless value for the variable `name`, of which the program makes one of `kinds`.
    #[must_use]
    pub fn stand_in(&self, kinds: &[String], name: &str) -> &str {
        let of_kind = |entry: &&StandIn| {
            kinds.iter().any(|kind| {
                // `Optional[int]`, `list[str]`: the outer word counts
                let word = kind.split(['[', ' ', '(']).next().unwrap_or_default();
                entry.kind.has(super::last_word(word))
            })
        };
        let padded = format!("_{}_", name.to_ascii_uppercase());
        let of_name = |entry: &&StandIn| entry.name.0.iter().any(|word| padded.contains(&format!("_{word}_")));
        let found = self.stand_ins.iter().find(of_kind).or_else(|| self.stand_ins.iter().find(of_name));
        found.map_or(PLAIN, |entry| &entry.value)
    }
}
