//! The images that a language's programs are built in, and what the build works with.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Installer;
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
    /// Packages that it is known not to work with.
    #[serde(default)]
    pub unfit: Vec<Unfit>,
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
    /// The series of its versions that this is about: other majors are not.
    pub series: Version,
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
    /// The day of its last fix, `YYYY-MM-DD`.
    pub end_of_life: String,
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
