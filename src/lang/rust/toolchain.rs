//! Which Rust builds it: the one that the project names; else the newest stable release, which builds older code too, unless a locked
//! package is known not to compile on it.

use crate::catalog::{Catalog, Release, Suite, Toolchain};
use crate::decision::{Decision, Topic};
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::Fact;
use crate::layers::{Chosen, Layers};
use crate::read::cargo_lock::Lock;
use crate::version::Version;

use super::Facts;

/// The build image that was chosen.
#[derive(Debug)]
pub struct Picked<'a> {
    /// The toolchain.
    pub toolchain: &'a Toolchain,
    /// The reference for FROM.
    pub image: String,
    /// The distribution.
    pub suite: &'a Suite,
    /// The decision.
    pub decision: Decision,
    /// What wants a look.
    pub warnings: Vec<Diagnostic>,
}

/// Picks the build image.
///
/// # Errors
/// When the version that is asked for is older than the code needs.
pub fn pick<'a>(facts: &Facts, layers: &Layers, catalog: &'a Catalog) -> Result<Picked<'a>> {
    let toolchain = catalog.toolchain("rust")?;
    let newest =
        toolchain.releases.first().ok_or_else(|| Diagnostic::error("catalog::no-toolchain", "the catalog has no release of Rust"))?;
    let asked = layers.choose("rust.version", |settings| settings.languages.rust.version);
    let pinned = facts.config.channel.as_ref().and_then(|channel| Some(channel.with(channel.value.parse::<Version>().ok()?)));
    let (version, suites, decision, warnings) = match (&asked, &pinned, &facts.breaks) {
        (Some(asked), ..) => {
            old_enough(asked, facts)?;
            (asked.value, &known(asked, toolchain, newest)?.suites, Decision::chosen(Topic::Toolchain, String::new(), asked), Vec::new())
        }
        (None, Some(pinned), _) => {
            let unknown = || pinned.because().iter().fold(unknown(pinned.value, toolchain, newest), Diagnostic::because);
            let release = release(toolchain, newest, pinned.value).ok_or_else(unknown)?;
            agrees(pinned, facts)?;
            let decision = Decision::detected(Topic::Toolchain, String::new(), pinned.because()).why("the Rust that the project names");
            (pinned.value, &release.suites, decision, past(pinned, newest))
        }
        (None, None, Some(breaks)) => {
            let release = release(toolchain, newest, breaks.value).unwrap_or(newest);
            let decision =
                Decision::detected(Topic::Toolchain, String::new(), breaks.because()).why("newer releases do not compile what is locked");
            (breaks.value, &release.suites, decision, vec![frozen(breaks)])
        }
        (None, None, None) => {
            let because: Vec<_> = facts.rust.iter().flat_map(|fact| fact.because().to_vec()).collect();
            let decision = Decision::detected(Topic::Toolchain, String::new(), &because).why("the newest release builds older code");
            (newest.version, &newest.suites, decision, newer_than_known(facts, newest))
        }
    };
    let missing = || Diagnostic::error("catalog::no-suite", format!("the catalog knows no distribution for Rust {version}"));
    let name = suites.first().ok_or_else(missing)?;
    let suite = toolchain.suites.get(name).ok_or_else(missing)?;
    let image = toolchain.image(version, name);
    let decision = Decision { value: image.clone(), ..decision };
    Ok(Picked { toolchain, image, suite, decision, warnings })
}

/// The last release that compiles everything that is locked, where there is one.
#[must_use]
pub fn breaks(lock: &Lock, packages: &std::collections::BTreeSet<String>, catalog: &Catalog) -> Option<Fact<Version>> {
    const BREAKS: crate::evidence::Rule =
        crate::evidence::Rule::parsed("rust.breaks", "newer releases of Rust do not compile this version");
    let toolchain = catalog.toolchain("rust").ok()?;
    let found = toolchain.breaks.iter().filter(|breaks| packages.contains(&breaks.package)).filter_map(|breaks| {
        let last = |version: &str| toolchain.last_that_compiles(&breaks.package, version.parse().ok()?, true);
        let (package, last) = lock.named(&breaks.package).find_map(|package| Some((package, last(&package.version)?)))?;
        Some(Fact::new(last, lock.evidence(package, BREAKS)))
    });
    found.min_by_key(|fact| fact.value)
}

/// What is known of a release: the floating one, or the entry that stands for its series.
fn release<'a>(toolchain: &'a Toolchain, newest: &'a Release, version: Version) -> Option<&'a Release> {
    let frozen = || toolchain.releases.iter().skip(1).find(|release| release.version <= version);
    if version == newest.version { Some(newest) } else { frozen() }
}

fn known<'a>(asked: &Chosen<Version>, toolchain: &'a Toolchain, newest: &'a Release) -> Result<&'a Release> {
    let unknown = || asked.blame(unknown(asked.value, toolchain, newest));
    Ok(release(toolchain, newest, asked.value).ok_or_else(unknown)?)
}

fn unknown(version: Version, toolchain: &Toolchain, newest: &Release) -> Diagnostic {
    let oldest = toolchain.releases.last().map_or(newest.version, |release| release.version);
    let error = Diagnostic::usage("toolchain::unknown-version", format!("there is no image of Rust {version} that imggen knows"));
    error.help(format!("known are {oldest} and newer"))
}

/// Refuses a Rust that is pinned and older than the one that the manifest asks for.
fn agrees(pinned: &Fact<Version>, facts: &Facts) -> Result<()> {
    let Some(needed) = facts.rust.first().filter(|needed| pinned.value < needed.value) else { return Ok(()) };
    let message = format!("the project is worked on with Rust {}, and asks for {} or newer", pinned.value, needed.value);
    let error = Diagnostic::usage("rust::version-conflict", message).help("make them agree, or set `rust.version`");
    Err(pinned.because().iter().chain(needed.because()).fold(error, Diagnostic::because).into())
}

/// Says that a pinned release gets no fixes: one stable release does.
fn past(pinned: &Fact<Version>, newest: &Release) -> Vec<Diagnostic> {
    if pinned.value.series() >= newest.newest.series() || pinned.value == newest.version {
        return Vec::new();
    }
    let message = format!("Rust {} gets no fixes any more", pinned.value);
    let warning = Diagnostic::warning("rust::end-of-life", message).help(format!("Rust {} builds older code too", newest.newest.series()));
    vec![pinned.because().iter().fold(warning, Diagnostic::because)]
}

fn old_enough(asked: &Chosen<Version>, facts: &Facts) -> Result<()> {
    let Some(needed) = facts.rust.first().filter(|needed| asked.value < needed.value && asked.value.to_string().contains('.')) else {
        return Ok(());
    };
    let error = Diagnostic::usage("rust::too-old", format!("Rust {} cannot build what asks for {}", asked.value, needed.value));
    let error = needed.because().iter().fold(asked.blame(error), Diagnostic::because);
    Err(error.help(format!("set `rust.version` to {} or newer", needed.value)).into())
}

fn frozen(breaks: &Fact<Version>) -> Diagnostic {
    let message = format!("a locked package keeps this project at Rust {}, which gets no fixes any more", breaks.value);
    let package = breaks.because()[0].text.split(' ').next().unwrap_or_default();
    breaks
        .because()
        .iter()
        .fold(Diagnostic::warning("rust::frozen-release", message), Diagnostic::because)
        .help(format!("`cargo update -p {package}` frees it"))
}

fn newer_than_known(facts: &Facts, newest: &Release) -> Vec<Diagnostic> {
    let Some(needed) = facts.rust.first().filter(|needed| needed.value > newest.newest) else { return Vec::new() };
    let message = format!("the project asks for Rust {}, newer than the {} that imggen has seen", needed.value, newest.newest);
    let note = Diagnostic::note("rust::newer-than-known", message).help("pull the build image again if yours is older");
    vec![needed.because().iter().fold(note, Diagnostic::because)]
}
