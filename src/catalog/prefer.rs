//! Which release is taken where a project states the least one, or none: one rule for all languages, with each language's own taste as data.
//!
//! The series that is named as the least is taken while it gets fixes, for the project was tried with it. Else what the toolchain takes
//! otherwise: its newest release, the one before, the newest long-term one, or the nearest. What states nothing gets the release that was
//! current when the newest of its pins was published.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::written::Month;
use super::{Catalog, Release, Toolchain};
use crate::version::Version;

/// What is taken where no series that gets fixes is named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Otherwise {
    /// The newest release.
    #[default]
    Newest,
    /// The one before the newest: most of what is published works on it by now.
    Second,
    /// The newest that gets fixes for long.
    LongTerm,
    /// The first from the least one on.
    Nearest,
}

/// What a project says and shows of the release that it needs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wish {
    /// The least that it asks for.
    pub least: Option<Version>,
    /// When the newest of its pins was published.
    pub written: Option<Month>,
}

/// Why a release is preferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// The project names no other.
    Only,
    /// Its series is the least that is asked for, and gets fixes.
    Named,
    /// It was current when the newest of the project's pins was published.
    OfItsTime,
    /// It is the first after them that gets fixes.
    After,
    /// What the toolchain takes otherwise.
    Otherwise,
}

/// A release, and why it stands where it does.
#[derive(Clone, Copy, Debug)]
pub struct Preferred<'c> {
    /// The release.
    pub release: &'c Release,
    /// Why.
    pub why: Why,
}

impl Catalog {
    /// These releases of a toolchain, the best first. What speaks `against` one for a reason of the language's own weighs most, then that it
    /// gets no fixes any more.
    pub fn prefer<'c>(
        &self,
        toolchain: &Toolchain,
        releases: &[&'c Release],
        wish: Wish,
        against: impl Fn(&Release) -> u8,
    ) -> Vec<Preferred<'c>> {
        let supported: Vec<Version> =
            toolchain.releases.iter().filter(|release| !self.is_past(release)).map(|release| release.version).collect();
        let rank = |release: &&'c Release| {
            let later = wish.written.is_some_and(|written| release.is_after(written));
            let named = wish.least == Some(release.version) && !self.is_past(release);
            let place = match wish.written {
                // of those that came later the earliest is the nearest, of the others the newest
                Some(_) if later => release.version.distance(Version::whole(0)),
                _ if named => 0,
                Some(_) => u64::MAX - release.version.distance(Version::whole(0)),
                None => 1 + toolchain.place(release, wish.least, &supported),
            };
            (against(release), self.is_past(release), later, !named, place)
        };
        let mut found: Vec<_> = releases.iter().map(|release| (rank(release), *release)).collect();
        found.sort_by_key(|(rank, _)| *rank);
        let why = |later: bool, named: bool| match wish.written {
            _ if named => Why::Named,
            _ if releases.len() == 1 => Why::Only,
            Some(_) if later => Why::After,
            Some(_) => Why::OfItsTime,
            None => Why::Otherwise,
        };
        found.into_iter().map(|((_, _, later, unnamed, _), release)| Preferred { release, why: why(later, !unnamed) }).collect()
    }
}

impl Toolchain {
    /// How far behind the best a release stands, where nothing that gets fixes is named.
    fn place(&self, release: &Release, least: Option<Version>, supported: &[Version]) -> u64 {
        let newest_first = u64::MAX / 2 - release.version.distance(Version::whole(0));
        match self.otherwise {
            Otherwise::Newest => newest_first,
            Otherwise::Second if supported.get(1) == Some(&release.version) => 0,
            Otherwise::Second => 1 + newest_first,
            Otherwise::LongTerm if release.long_term => newest_first,
            Otherwise::LongTerm => u64::MAX / 2 + newest_first,
            Otherwise::Nearest => {
                let floor = least.into_iter().chain(self.usual).max().unwrap_or(release.version);
                let distance = release.version.distance(floor);
                // an older one is taken where no newer one will do
                if release.version < floor { u64::MAX / 2 + distance } else { distance }
            }
        }
    }

    /// What [`Why`] says of a release, in words.
    #[must_use]
    pub fn reason(&self, why: Why) -> &'static str {
        match (why, self.otherwise) {
            (Why::Only, _) => "no other is allowed",
            (Why::Named, _) => "the least that is asked for, which still gets fixes",
            (Why::OfItsTime, _) => "the release of its time, by the newest of what is pinned",
            (Why::After, _) => "the first after all that is pinned that still gets fixes",
            (Why::Otherwise, Otherwise::Newest) => "the newest release that the project allows",
            (Why::Otherwise, Otherwise::Second) => "the one before the newest, which gets fixes and builds what asks for an older one",
            (Why::Otherwise, Otherwise::LongTerm) => "the newest long-term release that the project allows",
            (Why::Otherwise, Otherwise::Nearest) => "the first long-term release that the project allows",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::Packs;

    fn best(language: &str, least: &str, written: &str) -> (String, Why) {
        let catalog = Packs::default().catalog().unwrap();
        let toolchain = catalog.toolchain(language).unwrap();
        let least = least.parse::<Version>().ok();
        let releases: Vec<_> = toolchain.releases.iter().filter(|release| least.is_none_or(|least| release.version >= least)).collect();
        let wish = Wish { least, written: written.parse().ok() };
        let best = catalog.prefer(toolchain, &releases, wish, |_| 0).remove(0);
        (best.release.version.to_string(), best.why)
    }

    #[test]
    fn the_least_is_taken_while_it_gets_fixes() {
        for (language, least) in [("go", "1.26"), ("node", "22"), ("node", "24"), ("python", "3.12"), ("java", "21"), ("java", "17")] {
            assert_eq!(best(language, least, ""), (least.to_owned(), Why::Named), "{language}");
        }
    }

    #[test]
    fn what_gets_no_fixes_gives_way_to_what_the_toolchain_takes() {
        for (language, least, expected) in [
            ("go", "1.20", "1.26"),
            ("node", "18", "26"),
            ("node", "", "26"),
            ("python", "3.8", "3.14"),
            ("java", "18", "21"),
            ("java", "", "17"),
        ] {
            assert_eq!(best(language, least, ""), (expected.to_owned(), Why::Otherwise), "{language} {least}");
        }
    }

    #[test]
    fn what_says_nothing_gets_the_release_of_its_time() {
        for (language, written, expected, why) in [
            ("node", "2025-01", "22", Why::OfItsTime),
            ("node", "2026-01", "24", Why::OfItsTime),
            ("node", "2018-01", "22", Why::After),
            ("python", "2024-04", "3.12", Why::OfItsTime),
            ("java", "2019-03", "11", Why::OfItsTime),
            ("java", "2024-06", "21", Why::OfItsTime),
        ] {
            assert_eq!(best(language, "", written), (expected.to_owned(), why), "{language} {written}");
        }
    }
}
