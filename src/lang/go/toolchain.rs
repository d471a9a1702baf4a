//! Which Go builds it: the one that the project names; else the `go` directive names the least, and the catalog's rule for that decides.
//! Newer releases build older code (go.dev/doc/go1compat), so that no pin's age matters; but not all modules use it as they should.

use super::Facts;
use crate::catalog::{Catalog, Release, Suite, Toolchain, Why, Wish};
use crate::decision::{Decision, Topic};
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::Fact;
use crate::layers::{Chosen, Layers};
use crate::need::{Libc, Need};
use crate::version::Version;

/// The build image that was chosen.
#[derive(Debug)]
pub struct Picked<'a> {
    /// The toolchain.
    pub toolchain: &'a Toolchain,
    /// The version in the tag.
    pub version: Version,
    /// The distribution in the tag.
    pub suite: &'a str,
    /// What it holds.
    pub distribution: &'a Suite,
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

/// Picks the build image. Without C inside, the distribution is that of the C library that is usual.
///
/// # Errors
/// When the version that is asked for is unknown or older than the code needs.
pub fn pick<'a>(facts: &Facts, libc: Libc, layers: &Layers, catalog: &'a Catalog) -> Result<Picked<'a>> {
    let toolchain = catalog.toolchain("go")?;
    let newest =
        toolchain.releases.first().ok_or_else(|| Diagnostic::error("catalog::no-toolchain", "the catalog has no release of Go"))?;
    let choice = Choice { toolchain, newest, libc, catalog };
    if let Some(asked) = layers.choose("go.version", |settings| settings.languages.go.version) {
        return choice.asked(&asked, &facts.go);
    }
    match &facts.pinned {
        Some(pinned) if pinned.value.series() <= newest.version => choice.pinned(pinned, &facts.go),
        Some(newer) => choice.least(newer, None),
        None => choice.least(&facts.go, facts.breaks.as_ref()),
    }
}

struct Choice<'a> {
    toolchain: &'a Toolchain,
    newest: &'a Release,
    libc: Libc,
    catalog: &'a Catalog,
}

impl<'a> Choice<'a> {
    /// By the setting.
    fn asked(&self, asked: &Chosen<Version>, needed: &Fact<Version>) -> Result<Picked<'a>> {
        let unknown = || asked.blame(self.unknown(asked.value));
        let release = self.release(asked.value).ok_or_else(unknown)?;
        if asked.value < needed.value && asked.value.series() < needed.value.series() {
            let error = Diagnostic::usage("go::too-old", format!("Go {} cannot build what asks for {}", asked.value, needed.value));
            let error = needed.because().iter().fold(asked.blame(error), Diagnostic::because);
            return Err(error.help(format!("set `go.version` to {} or newer", needed.value.series())).into());
        }
        let picked = self.picked(release, asked.value, |image| Decision::chosen(Topic::Toolchain, image, asked))?;
        Ok(Picked { warnings: self.end_of_life(release).map(|old| asked.blame(old)).into_iter().collect(), ..picked })
    }

    /// By what the project says it is worked on with.
    fn pinned(&self, pinned: &Fact<Version>, needed: &Fact<Version>) -> Result<Picked<'a>> {
        if pinned.value.series() < needed.value.series() {
            let message = format!("the project is worked on with Go {}, and asks for {} or newer", pinned.value, needed.value);
            let error = Diagnostic::usage("go::version-conflict", message).help("make them agree, or set `go.version`");
            return Err(pinned.because().iter().chain(needed.because()).fold(error, Diagnostic::because).into());
        }
        let unknown = || pinned.because().iter().fold(self.unknown(pinned.value), Diagnostic::because);
        let release = self.release(pinned.value).ok_or_else(unknown)?;
        let decide = |image| Decision::detected(Topic::Toolchain, image, pinned.because()).why("the Go that the project names");
        let picked = self.picked(release, release.version, decide)?;
        let old = self.end_of_life(release).map(|old| pinned.because().iter().fold(old, Diagnostic::because));
        Ok(Picked { warnings: old.into_iter().collect(), ..picked })
    }

    /// By the least that builds it; no newer one than the last that compiles all of it.
    fn least(&self, needed: &Fact<Version>, breaks: Option<&Fact<Version>>) -> Result<Picked<'a>> {
        let builds: Vec<_> = self.toolchain.releases.iter().filter(|release| release.version >= needed.value.series()).collect();
        let wish = Wish { least: Some(needed.value.series()), written: None };
        let too_new = |release: &Release| u8::from(breaks.is_some_and(|last| release.version > last.value));
        let best = self.catalog.prefer(self.toolchain, &builds, wish, too_new).first().copied();
        let release = best.map_or(self.newest, |best| best.release);
        let (fetches, mut warnings) = newer_than_known(needed, self.newest, self.toolchain);
        let why = match (fetches, best.map(|best| best.why)) {
            (Fetches::Toolchain, _) => format!("the newest release that has an image; it fetches {} itself", needed.value),
            (Fetches::Nothing, why) if breaks.is_some_and(|last| last.value < self.newest.version) && why != Some(Why::Named) => {
                format!("newer releases do not compile a module that it is built with; the project asks for {} or newer", needed.value)
            }
            (Fetches::Nothing, why) => self.toolchain.reason(why.unwrap_or(Why::Otherwise)).to_owned(),
        };
        let because: Vec<_> = needed.because().iter().chain(breaks.iter().flat_map(|breaks| breaks.because())).cloned().collect();
        warnings.extend(self.end_of_life(release).map(|old| because.iter().fold(old, Diagnostic::because)));
        let picked = self.picked(release, release.version, |image| Decision::detected(Topic::Toolchain, image, &because).why(why))?;
        Ok(Picked { fetches, warnings, ..picked })
    }

    fn release(&self, version: Version) -> Option<&'a Release> {
        self.toolchain.releases.iter().find(|release| release.version == version.series())
    }

    fn picked(&self, release: &'a Release, version: Version, decide: impl FnOnce(String) -> Decision) -> Result<Picked<'a>> {
        let is_kind = |suite: &Suite| matches!(&suite.libc, Need::Libc(kind, _) if *kind == self.libc);
        let (suite, distribution) = self.toolchain.suite(release.version, is_kind)?;
        let decision = decide(self.toolchain.image(version, suite));
        Ok(Picked { toolchain: self.toolchain, version, suite, distribution, fetches: Fetches::Nothing, decision, warnings: Vec::new() })
    }

    fn unknown(&self, version: Version) -> Diagnostic {
        let message = format!("there is no image of Go {version} that imggen knows");
        Diagnostic::usage("toolchain::unknown-version", message).help(format!("known are {}", self.toolchain.known_versions()))
    }

    fn end_of_life(&self, release: &Release) -> Option<Diagnostic> {
        let message = format!("Go {} has had no fixes since {}", release.version, release.end_of_life);
        let help = format!("Go {} builds the same code", self.newest.version);
        self.catalog.is_past(release).then(|| Diagnostic::warning("go::end-of-life", message).help(help))
    }
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
