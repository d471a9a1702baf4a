//! A dotted version, compared number by number: `1.9` < `1.10`, and `1.27` covers `1.27.3`.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize};

/// Up to three numbers. A missing number counts as zero when versions are compared.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(into = "String")]
#[schemars(with = "Written")]
pub struct Version {
    numbers: [u32; 3],
    given: u8,
}

impl Version {
    /// `major.minor`.
    #[must_use]
    pub const fn minor(major: u32, minor: u32) -> Self {
        Self { numbers: [major, minor, 0], given: 2 }
    }

    /// `major` alone.
    #[must_use]
    pub const fn whole(major: u32) -> Self {
        Self { numbers: [major, 0, 0], given: 1 }
    }

    /// The first two numbers: the series that a floating image tag names.
    #[must_use]
    pub const fn series(self) -> Self {
        Self { numbers: [self.numbers[0], self.numbers[1], 0], given: if self.given > 2 { 2 } else { self.given } }
    }

    /// Whether it belongs to a series: its first numbers are those.
    #[must_use]
    pub fn is_of(self, series: Self) -> bool {
        let given = usize::from(series.given);
        self.numbers[..given] == series.numbers[..given]
    }

    /// How far apart two versions are, the first number weighing most.
    #[must_use]
    pub fn distance(self, other: Self) -> u64 {
        let one = |version: Self| version.numbers.iter().fold(0u64, |sum, number| (sum << 16) + u64::from(*number & 0xffff));
        one(self).abs_diff(one(other))
    }

    /// The first number.
    #[must_use]
    pub const fn major(self) -> u32 {
        self.numbers[0]
    }
}

impl FromStr for Version {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut version = Self { numbers: [0; 3], given: 0 };
        for part in text.split('.') {
            let slot = version.numbers.get_mut(usize::from(version.given));
            match (slot, part.parse()) {
                (Some(slot), Ok(number)) => *slot = number,
                _ => return Err(format!("`{text}` is no version: up to three numbers with dots between are")),
            }
            version.given += 1;
        }
        Ok(version)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, number) in self.numbers.iter().take(usize::from(self.given)).enumerate() {
            if index > 0 {
                f.write_str(".")?;
            }
            write!(f, "{number}")?;
        }
        Ok(())
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.numbers == other.numbers
    }
}

impl Eq for Version {}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.numbers.cmp(&other.numbers)
    }
}

impl From<Version> for String {
    fn from(version: Version) -> Self {
        version.to_string()
    }
}

/// As it is written: a whole number is a version too.
#[derive(JsonSchema)]
#[serde(untagged)]
#[allow(dead_code)]
enum Written {
    Text(String),
    Whole(u32),
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reading)
    }
}

struct Reading;

impl Visitor<'_> for Reading {
    type Value = Version;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a version such as \"1.27\" or 22")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Version, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Version, E> {
        u32::try_from(number).map(Version::whole).map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Version, E> {
        u32::try_from(number).map(Version::whole).map_err(E::custom)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Version, E> {
        Err(E::custom(format!("`{number}` may have lost a zero at its end: write it in quotes")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_as_numbers() {
        let parse = |text: &str| text.parse::<Version>().map_err(|error| panic!("{error}")).unwrap_or(Version::minor(0, 0));
        assert!(parse("1.9") < parse("1.10"));
        assert!(parse("1.100") > parse("1.99"));
        assert_eq!(parse("1.27"), parse("1.27.0"));
        assert_eq!(parse("1.27.3").series().to_string(), "1.27");
        assert!("1.x".parse::<Version>().is_err() && "1.2.3.4".parse::<Version>().is_err());
    }
}
