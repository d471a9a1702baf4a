//! Which Go builds it: the series that go.mod names as long as it gets fixes, for it was tried with that; else the one before the newest,
//! which most modules compile with by now. Newer releases build older code (go.dev/doc/go1compat), but not all modules use it as they should.

use crate::catalog::{Catalog, Release, Toolchain};
use crate::decision::{Decision, Topic};
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::Fact;
use crate::layers::{Chosen, Layers};
use crate::version::Version;

/// The distribution on which a variant is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Libc {
    /// Debian: also for programs without C inside, which link nothing.
    Debian,
    /// Alpine: for C that is linked with musl.
    Alpine,
}

/// The build image that was chosen.
#[derive(Debug)]
pub struct Picked<'a> {
    /// The toolchain.
    pub toolchain: &'a Toolchain,
    /// The version in the tag.
    pub version: Version,
    /// The distribution in the tag.
    pub suite: String,
    /// Whether Go has to fetch a newer Go than any image has.
    pub fetches: Fetches,
    /// The decision.
    pub decision: Decision,
    /// What wants a look.
    pub warnings: Vec<Diagnostic>,
}

/// Whether the toolchain is fetched during the build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fetches {
    /// The image's own is used.
    Nothing,
    /// `GOTOOLCHAIN=auto` fetches the one that go.mod asks for.
    Toolchain,
}

/// Picks the build image.
///
/// # Errors
/// When the version that is asked for is unknown or older than the code needs.
pub fn pick<'a>(needed: &Fact<Version>, libc: Libc, layers: &Layers, catalog: &'a Catalog) -> Result<Picked<'a>> {
    let toolchain = catalog.toolchain("go")?;
    let asked = layers.choose("go.version", |settings| settings.languages.go.version);
    let newest =
        toolchain.releases.first().ok_or_else(|| Diagnostic::error("catalog::no-toolchain", "the catalog has no release of Go"))?;
    let Some(asked) = asked else {
        let release = fitting(needed.value, toolchain, catalog).unwrap_or(newest);
        let suite = suite(release, libc)?;
        let image = toolchain.image(release.version, &suite);
        let (fetches, warnings) = newer_than_known(needed, newest, toolchain);
        let why = match fetches {
            Fetches::Nothing if release.version == needed.value.series() => "the series that go.mod names, which still gets fixes".into(),
            Fetches::Nothing => format!("it gets fixes, and builds what asks for {} or newer", needed.value),
            Fetches::Toolchain => format!("the newest release that has an image; it fetches {} itself", needed.value),
        };
        let decision = Decision::detected(Topic::Toolchain, image, needed.because()).why(why);
        return Ok(Picked { toolchain, version: release.version, suite, fetches, decision, warnings });
    };
    let release = known(&asked, toolchain)?;
    if asked.value < needed.value && asked.value.series() < needed.value.series() {
        let error = Diagnostic::usage("go::too-old", format!("Go {} cannot build what asks for {}", asked.value, needed.value));
        return Err(needed
            .because()
            .iter()
            .fold(asked.blame(error), Diagnostic::because)
            .help(format!("set `go.version` to {} or newer", needed.value.series()))
            .into());
    }
    let suite = suite(release, libc)?;
    let decision = Decision::chosen(Topic::Toolchain, toolchain.image(asked.value, &suite), &asked);
    let old = Diagnostic::warning("go::end-of-life", format!("Go {} has had no fixes since {}", release.version, release.end_of_life));
    let warnings = if catalog.is_past(release) {
        vec![asked.blame(old).help(format!("Go {} builds the same code", newest.version))]
    } else {
        Vec::new()
    };
    Ok(Picked { toolchain, version: asked.value, suite, fetches: Fetches::Nothing, decision, warnings })
}

/// The series that is named while it gets fixes, else the one before the newest; nothing where only the newest will do.
fn fitting<'a>(needed: Version, toolchain: &'a Toolchain, catalog: &Catalog) -> Option<&'a Release> {
    let mut supported = toolchain.releases.iter().filter(|release| !catalog.is_past(release));
    let named = supported.clone().find(|release| release.version == needed.series());
    named.or_else(|| supported.nth(1).filter(|second| second.version >= needed.series()))
}

fn known<'a>(asked: &Chosen<Version>, toolchain: &'a Toolchain) -> Result<&'a Release> {
    let found = toolchain.releases.iter().find(|release| release.version.series() == asked.value.series());
    let unknown = || {
        asked
            .blame(Diagnostic::usage("toolchain::unknown-version", format!("there is no image of Go {} that imggen knows", asked.value)))
            .help(format!("known are {}", toolchain.known_versions()))
    };
    Ok(found.ok_or_else(unknown)?)
}

fn suite(release: &Release, libc: Libc) -> Result<String> {
    let fits = |suite: &&String| (suite.as_str() == "alpine") == (libc == Libc::Alpine);
    let missing =
        || Diagnostic::error("catalog::no-suite", format!("the catalog has no image of Go {} for this distribution", release.version));
    Ok(release.suites.iter().find(fits).cloned().ok_or_else(missing)?)
}

fn newer_than_known(needed: &Fact<Version>, newest: &Release, toolchain: &Toolchain) -> (Fetches, Vec<Diagnostic>) {
    if needed.value.series() > newest.version {
        let message = format!("go.mod asks for Go {}, newer than any image that imggen knows: the build fetches it", needed.value);
        let warning = Diagnostic::warning("go::newer-than-known", message).help("a newer imggen, or a pack's catalog, may know its image");
        return (Fetches::Toolchain, vec![needed.because().iter().fold(warning, Diagnostic::because)]);
    }
    let same_series = toolchain.releases.iter().find(|release| release.version == needed.value.series());
    if same_series.is_some_and(|release| release.version == newest.version && needed.value > release.newest) {
        let message = format!("go.mod asks for Go {}, newer than the {} that imggen has seen", needed.value, newest.newest);
        let note = Diagnostic::note("go::newer-patch", message).help("pull the build image again if yours is older");
        return (Fetches::Nothing, vec![needed.because().iter().fold(note, Diagnostic::because)]);
    }
    (Fetches::Nothing, Vec::new())
}
