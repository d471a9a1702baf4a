//! The images that a language's programs are built in, and what the build works with.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Installer;
use super::prefer::Otherwise;
use crate::diagnostic::{Diagnostic, Result};
use crate::need::{Libc, Need};
use crate::version::Version;

/// A language's build images.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Toolchain {
    /// The reference for FROM, with `{version}` and `{suite}` to fill in.
    pub image: String,
    /// The distributions that it comes on.
    pub suites: BTreeMap<String, Suite>,
    /// Its releases, newest first.
    pub releases: Vec<Release>,
    /// The oldest release that is taken without being asked for by name.
    pub usual: Option<Version>,
    /// Other images that hold it, by name: their tags begin with its version.
    #[serde(default)]
    pub also: Vec<String>,
    /// Images of other things that hold it too.
    #[serde(default)]
    pub within: Vec<String>,
    /// What stands in their tags before its version.
    #[serde(default)]
    pub marks: Vec<String>,
    /// What is taken where a project names no release that gets fixes.
    #[serde(default)]
    pub otherwise: Otherwise,
    /// What a debug variant installs to hold the program under a debugger.
    pub debugger: Option<Debugger>,
    /// Programs that the build stage works with and that no image of the toolchain has.
    #[serde(default)]
    pub tools: BTreeMap<String, Tool>,
    /// Packages that newer releases do not compile.
    #[serde(default)]
    pub breaks: Vec<Breaks>,
    /// Packages that older releases do not run.
    #[serde(default)]
    pub least: Vec<Least>,
}

/// A program for the build stage.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// The image that it is copied from, or nothing when it is installed.
    pub image: Option<String>,
    /// Where it is in that image.
    #[serde(default)]
    pub path: String,
    /// What is installed, versions included.
    #[serde(default)]
    pub packages: Vec<String>,
    /// The oldest release of the language that it works with.
    pub least: Option<Version>,
    /// Older versions of it, for older releases; the newest first.
    #[serde(default)]
    pub older: Vec<Older>,
    /// Packages that it is known not to work with.
    #[serde(default)]
    pub unfit: Vec<Unfit>,
}

/// An older version of a tool.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Older {
    /// The oldest release of the language that it works with.
    pub least: Version,
    /// What is installed, versions included.
    pub packages: Vec<String>,
}

/// Packages that a tool does not work with, all for one reason.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unfit {
    /// Their names.
    pub packages: Vec<String>,
    /// The reason, completing "this package ...".
    pub why: String,
    /// Whether they count where another package brings them too.
    #[serde(default)]
    pub inherited: bool,
}

/// A package that releases after one do not compile.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Breaks {
    /// Its name.
    pub package: String,
    /// The first version that every release compiles.
    pub below: Version,
    /// The series of its versions that this is about; all where it is left out.
    #[serde(default)]
    pub series: Option<Version>,
    /// The last release that compiles it.
    pub last: Version,
    /// Why, completing "newer releases ...".
    #[serde(default)]
    pub why: String,
    /// Whether it counts where another package brings it too.
    #[serde(default)]
    pub inherited: bool,
}

/// Packages that are compiled for a release, and run on none that is older.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Least {
    /// Their names, those of parents and lists of versions too.
    pub packages: Vec<String>,
    /// The first version that this is about.
    pub from: Version,
    /// The release.
    pub release: Version,
}

/// A distribution that a toolchain's image comes on.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// The distribution release.
    pub release: String,
    /// The C library that its programs are linked against.
    pub libc: Need,
    /// Whether its packages moved to the distribution's archive.
    #[serde(default)]
    pub archived: bool,
    /// What else is in it.
    #[serde(default)]
    pub has: Vec<Need>,
}

/// A release of a toolchain.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Release {
    /// The series that a floating tag names.
    pub version: Version,
    /// The newest release of the series that was seen.
    pub newest: Version,
    /// The month of its first release, `YYYY-MM`, where it matters.
    pub since: Option<String>,
    /// Whether it gets fixes for long.
    #[serde(default)]
    pub long_term: bool,
    /// The day of its last fix, `YYYY-MM-DD`.
    pub end_of_life: String,
    /// The oldest level of sources that it compiles, where it refuses older ones.
    #[serde(default)]
    pub compiles: Option<Version>,
    /// The distributions that there are images for.
    pub suites: Vec<String>,
}

/// A debugger that is installed by the toolchain, or by the distribution.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Debugger {
    /// What to install, version included.
    pub package: String,
    /// The port that it listens on.
    pub port: u16,
}

impl Tool {
    /// Its versions with the oldest release that each works with, the newest first.
    fn versions(&self) -> impl Iterator<Item = (Option<Version>, &[String])> {
        let older = self.older.iter().map(|older| (Some(older.least), older.packages.as_slice()));
        std::iter::once((self.least, self.packages.as_slice())).chain(older)
    }

    /// What is installed for a release of the language: of its newest version that works with that; nothing where none does.
    #[must_use]
    pub fn packages_for(&self, release: Version) -> Option<&[String]> {
        self.versions().find(|(least, _)| least.is_none_or(|least| release >= least)).map(|(_, packages)| packages)
    }

    /// The oldest release of the language that a version of it works with, as far as that is known.
    #[must_use]
    pub fn least_for(&self, version: Version) -> Option<Version> {
        let own = |packages: &[String]| leading(packages.first()?.rsplit(['@', '=']).next()?);
        self.versions().find(|(_, packages)| own(packages).is_some_and(|own| own.major() == version.major())).and_then(|(least, _)| least)
    }

    /// The oldest release of the language that any version of it works with.
    #[must_use]
    pub fn oldest(&self) -> Option<Version> {
        self.versions().filter_map(|(least, _)| least).min()
    }
}

/// The version that a text begins with.
fn leading(text: &str) -> Option<Version> {
    let digits: String = text.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    digits.trim_end_matches('.').split('.').take(3).collect::<Vec<_>>().join(".").parse().ok()
}

impl Suite {
    /// The package manager of the distribution.
    #[must_use]
    pub fn installer(&self) -> Installer {
        if matches!(self.libc, Need::Libc(Libc::Musl, _)) { Installer::Apk } else { Installer::Apt }
    }
}

impl Toolchain {
    /// A program of the build stage.
    ///
    /// # Errors
    /// When the catalog has none of that name.
    pub fn tool(&self, name: &str) -> Result<&Tool> {
        let missing = || Diagnostic::error("catalog::no-tool", format!("the catalog does not know `{name}`"));
        Ok(self.tools.get(name).ok_or_else(missing)?)
    }

    /// The last release that compiles a version of a package, where newer ones do not; `direct` where the project itself asks for it.
    #[must_use]
    pub fn last_that_compiles(&self, package: &str, version: Version, direct: bool) -> Option<Version> {
        let known = self.breaks.iter().filter(|breaks| breaks.package == package && (direct || breaks.inherited));
        known
            .filter(|breaks| breaks.series.is_none_or(|series| version.is_of(series)) && version < breaks.below)
            .map(|breaks| breaks.last)
            .min()
    }

    /// The release that an image of the language holds, by its reference: the catalog's own image, or one that people take.
    #[must_use]
    pub fn release_of(&self, reference: &str) -> Option<Version> {
        let (name, tag) = reference.split('@').next()?.rsplit_once(':')?;
        let own = self.image.split(':').next().unwrap_or_default();
        let name = name.trim_start_matches("docker.io/").trim_start_matches("library/");
        let begins = self.marks.is_empty() && name == own || self.also.iter().any(|also| also == name);
        if !begins && name != own && !self.within.iter().any(|within| within == name) {
            return None;
        }
        let marked = self.marks.iter().find_map(|mark| leading(tag.split_once(mark.as_str())?.1));
        marked.or_else(|| leading(tag).filter(|_| begins))
    }

    /// The distribution to build `version` on and its name in image references: the first that fits, or else the first that there is an
    /// image for.
    ///
    /// # Errors
    /// When the catalog has none.
    pub fn suite(&self, version: Version, fits: impl Fn(&Suite) -> bool) -> Result<(&str, &Suite)> {
        let release = self.releases.iter().find(|release| release.version == version);
        let known = release.into_iter().flat_map(|release| &release.suites);
        let known = known.filter_map(|name| Some((name.as_str(), self.suites.get(name)?)));
        let missing = || {
            let image = self.image.replace("{version}", &version.to_string());
            Diagnostic::error("catalog::no-suite", format!("the catalog names no distribution for `{image}`"))
        };
        Ok(known.clone().find(|(_, suite)| fits(suite)).or_else(|| known.clone().next()).ok_or_else(missing)?)
    }

    /// The oldest C library of a kind among its distributions: what is compiled here asks for no newer one.
    #[must_use]
    pub fn libc(&self, kind: Libc) -> Option<&Need> {
        self.suites.values().map(|suite| &suite.libc).filter(|need| matches!(need, Need::Libc(own, _) if *own == kind)).min()
    }

    /// The versions that there are images of, newest first, with commas between.
    #[must_use]
    pub fn known_versions(&self) -> String {
        self.releases.iter().map(|release| release.version.to_string()).collect::<Vec<_>>().join(", ")
    }

    /// The reference of the image for `version` on `suite`.
    #[must_use]
    pub fn image(&self, version: Version, suite: &str) -> String {
        self.image.replace("{version}", &version.to_string()).replace("{suite}", suite)
    }
}

#[cfg(test)]
mod tests {
    use crate::pack::Packs;

    #[test]
    fn tools_serve_the_releases_that_they_work_with() {
        let catalog = Packs::default().catalog().unwrap();
        let pnpm = catalog.toolchain("node").unwrap().tool("pnpm").unwrap();
        let installs = |release: &str| pnpm.packages_for(release.parse().unwrap()).map(|packages| packages[0].clone());
        assert_eq!(installs("26").as_deref(), Some("pnpm@10"));
        assert_eq!((installs("16").as_deref(), installs("8").as_deref()), (Some("pnpm@8"), Some("pnpm@3")));
        let least = |version: &str| pnpm.least_for(version.parse().unwrap()).map(|least| least.to_string());
        assert_eq!((least("9.1.0").as_deref(), least("7.33.1").as_deref(), least("99")), (Some("18"), Some("14"), None));
    }

    #[test]
    fn images_tell_what_they_hold() {
        let catalog = Packs::default().catalog().unwrap();
        for (language, reference, version) in [
            ("node", "node:20.9.0-alpine", Some("20.9.0")),
            ("node", "cimg/node:22.3", Some("22.3")),
            ("node", "node:lts-alpine", None),
            ("node", "nginx:1.27", None),
            ("python", "docker.io/library/python:3.11-slim@sha256:0123", Some("3.11")),
            ("go", "golang:1.25-alpine", Some("1.25")),
            ("java", "eclipse-temurin:11-jre", Some("11")),
            ("java", "amazoncorretto:17-alpine", Some("17")),
            ("java", "maven:3.9-eclipse-temurin-21", Some("21")),
            ("java", "maven:3.9", None),
            ("java", "gradle:8.5-jdk17-alpine", Some("17")),
            ("java", "gradle:8-jdk", None),
        ] {
            let found = catalog.toolchain(language).unwrap().release_of(reference).map(|version| version.to_string());
            assert_eq!(found.as_deref(), version, "{reference}");
        }
    }
}
