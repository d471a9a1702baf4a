//! npm's version ranges.

use nodejs_semver::{Range as Semver, Version as Exact};

use crate::version::Version;

/// A range of versions.
#[derive(Clone, Debug)]
pub struct Range(Semver);

impl Range {
    /// Parses a range as npm does; nothing where it is none.
    pub fn parse(text: &str) -> Option<Self> {
        Semver::parse(text.trim()).ok().map(Self)
    }

    /// Whether it allows a version.
    pub fn allows(&self, version: Version) -> bool {
        exact(&version.to_string()).is_some_and(|version| self.0.satisfies(&version))
    }

    /// Whether it allows a version as a lock has it; nothing where that is no version.
    pub fn allows_exactly(&self, version: &str) -> Option<bool> {
        exact(version).map(|version| self.0.satisfies(&version))
    }

    /// Whether it allows whatever comes.
    pub fn is_open(&self) -> bool {
        exact("9999.0.0").is_some_and(|version| self.0.satisfies(&version))
    }

    /// The series of the least that it allows, where it allows all that come later.
    pub fn least(&self) -> Option<Version> {
        let least = self.0.min_version().filter(|_| self.is_open())?;
        u32::try_from(least.major()).ok().filter(|major| *major > 0).map(Version::whole)
    }

    /// Whether it allows some version of a major.
    pub fn touches(&self, major: u32) -> bool {
        Semver::parse(format!("^{major}.0.0")).is_ok_and(|series| self.0.allows_any(&series))
    }
}

/// Whether a version, as a lock has it, is below another.
pub fn is_below(version: &str, other: &str) -> bool {
    exact(version).zip(exact(other)).is_some_and(|(version, other)| version < other)
}

/// The first number of a version or range: `^9.1.2` is 9.
pub fn major(text: &str) -> Option<u32> {
    let digits = text.trim_start_matches(|c: char| !c.is_ascii_digit());
    digits.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

fn exact(text: &str) -> Option<Exact> {
    let dots = text.matches('.').count();
    let full = if dots < 2 { format!("{text}{}", ".0".repeat(2 - dots)) } else { text.to_owned() };
    Exact::parse(full.trim_start_matches('v')).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_npms() {
        let allows = |range: &str, version: &str| {
            Range::parse(range).zip(version.parse().ok()).is_some_and(|(range, version)| range.allows(version))
        };
        assert!(
            allows(">=18", "26.13.0") && allows("^20 || >=22", "26.13.0") && allows("18.x || 20.x", "20.20.2") && allows("*", "26.1.0")
        );
        assert!(!allows("<21", "26.13.0") && !allows("~22.11", "22.23.3") && !allows("18 - 20", "22.1.0"));
        assert!(Range::parse("~22.11").is_some_and(|range| range.touches(22) && !range.touches(24)));
        assert!(Range::parse("not a range").is_none());
        assert!(is_below("11.9.1", "12.0.0") && !is_below("12.0.0", "12.0.0") && !is_below("x", "1.0.0"));
        assert_eq!(major("^9.1.2"), Some(9));
    }
}
