//! When a project was written, by the newest of what it pins: a release of the language that came after it was not tried with it.

use std::fmt;
use std::str::FromStr;

use super::{Catalog, Release};
use crate::evidence::{Evidence, Fact, Rule};

const NEWEST: Rule = Rule::parsed("pins.age", "this is the newest of what is pinned");

/// Packages are ready for a new release of their language some months after it.
const MONTHS: u32 = 4;

/// What stands in the place of a month for versions that are newer than all that the table knows.
const LATER: &str = "later";

/// A month of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(u32);

impl FromStr for Month {
    type Err = fmt::Error;

    /// `2023-10`
    fn from_str(text: &str) -> Result<Self, fmt::Error> {
        if text == LATER {
            return Ok(Self(u32::MAX));
        }
        let (year, month) = text.split_once('-').ok_or(fmt::Error)?;
        let number = |text: &str| text.parse::<u32>().map_err(|_| fmt::Error);
        Ok(Self(number(year)? * 12 + number(month)?))
    }
}

impl Catalog {
    /// The month in which the newest of these pins was published, as far as the registry's table knows: names, versions and places.
    pub fn written<'p>(&self, language: &str, pins: impl IntoIterator<Item = (&'p str, &'p str, &'p Evidence)>) -> Option<Fact<Month>> {
        let dated = |(name, version, at): (&str, &str, &Evidence)| {
            let month = self.published(language, name, version)?.parse().ok()?;
            Some(Fact::new(month, at.under(NEWEST)))
        };
        pins.into_iter().filter_map(dated).max_by_key(|fact| fact.value)
    }
}

impl Release {
    /// Whether it came after what was written in a month, or so shortly before that it was not yet in use.
    #[must_use]
    pub fn is_after(&self, written: Month) -> bool {
        let since = self.since.as_deref().and_then(|since| since.parse::<Month>().ok());
        since.is_some_and(|since| since.0 + MONTHS > written.0)
    }
}
