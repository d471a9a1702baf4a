//! Which Pythons run it, best first: those that the project allows, that have binaries of what it pins, and that are still fixed.

use serde::Serialize;

use super::constraint::Constraint;
use super::locked::Locked;
use super::outline::ask;
use super::project::Project;
use super::sources::Sources;
use super::stdlib;
use crate::catalog::{Catalog, Release};
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Fact, Rule};
use crate::version::Version;

const REMOVED: Rule = Rule::parsed("python.removed", "this module came with Python until it was removed");
/// Any version will do.
pub const ANY: Rule = Rule::parsed("python.any", "nothing here asks for another Python");

/// The Pythons that run the project.
#[derive(Debug)]
pub struct Ranked {
    /// Best first, and never none.
    pub versions: Vec<Fact<Version>>,
    /// Those that were put last, and because of what.
    pub held_back: Vec<Fact<Held>>,
    /// What wants a look.
    pub warnings: Vec<Diagnostic>,
}

/// A Python that is put behind others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Held {
    /// Which.
    pub version: Version,
    /// What it lacks.
    pub why: &'static str,
}

/// Ranks the releases that the catalog knows.
///
/// # Errors
/// When no release is allowed by all constraints.
pub fn rank(project: &Project, sources: &Sources<'_>, constraints: &[Constraint], catalog: &Catalog) -> Result<Ranked> {
    let toolchain = catalog.toolchain("python")?;
    let allowed: Vec<&Release> = toolchain
        .releases
        .iter()
        .filter(|release| constraints.iter().all(|constraint| constraint.allows(release.version, release.newest)))
        .collect();
    if allowed.is_empty() {
        let known: Vec<_> = toolchain.releases.iter().map(|release| release.version.to_string()).collect();
        return Err(contradiction(constraints, &toolchain.releases, &known.join(", ")).into());
    }
    let pinned = constraints.iter().any(Constraint::is_pin);
    let lacking: Vec<Vec<&Locked>> = allowed.iter().map(|release| lacking(project, release.version, catalog)).collect();
    // what no Python has binaries of speaks against none of them
    let everywhere = |locked: &Locked| lacking.iter().all(|lacking| lacking.iter().any(|other| other.name == locked.name));
    let why = |release: &Release| {
        let speaks = constraints.iter().map(|constraint| constraint.at.clone());
        let nothing = || project.manager.because()[0].under(ANY);
        let mut because = speaks.collect::<Vec<_>>().into_iter();
        let first = because.next().unwrap_or_else(nothing);
        because.fold(Fact::new(release.version, first), Fact::and)
    };
    let removed = removed(project, sources);
    let mut ranked: Vec<(u8, Fact<Version>)> = Vec::new();
    let mut held_back = Vec::new();
    for (release, lacking) in allowed.iter().zip(&lacking) {
        let missing: Vec<_> = lacking.iter().filter(|locked| !everywhere(locked)).map(|locked| locked.at.clone()).collect();
        let gone: Vec<_> = removed.iter().filter(|module| module.value < release.version).flat_map(Fact::because).cloned().collect();
        let penalty = u8::from(catalog.is_past(release)) + 2 * u8::from(!missing.is_empty()) + 4 * u8::from(!gone.is_empty());
        let reasons = [(missing, "what is locked has no binaries for it"), (gone, "it has not got a module that is imported any more")];
        for (places, why) in reasons {
            let held = Held { version: release.version, why };
            let mut places = places.into_iter();
            held_back.extend(places.next().map(|first| places.fold(Fact::new(held, first), Fact::and)));
        }
        ranked.push((penalty, why(release)));
    }
    ranked.sort_by_key(|(penalty, _)| *penalty);
    let mut warnings = Vec::new();
    let best_version = ranked.first().map(|(_, fact)| fact.value);
    warnings.extend(removed.iter().find(|module| Some(module.value) < best_version).map(no_such_module));
    let best = allowed.iter().find(|release| ranked.first().is_some_and(|(_, fact)| fact.value == release.version));
    if let Some(old) = best.filter(|release| catalog.is_past(release)) {
        let message = format!("Python {} has had no fixes since {}", old.version, old.end_of_life);
        let warning = Diagnostic::warning("python::end-of-life", message);
        warnings.push(constraints.iter().fold(warning, |warning, constraint| warning.because(&constraint.at)));
    }
    if pinned {
        held_back.clear();
    }
    Ok(Ranked { versions: ranked.into_iter().map(|(_, fact)| fact).collect(), held_back, warnings })
}

/// Modules that the program relies on, with the last Python that each came with.
fn removed(project: &Project, sources: &Sources<'_>) -> Vec<Fact<Version>> {
    let mut found = Vec::new();
    for source in sources.files.iter().filter(|source| !source.is_aside(&sources.directory)) {
        for import in ask::relies(&source.outline) {
            let name = import.path.split('.').next().unwrap_or_default();
            let Some(module) = stdlib::REMOVED.iter().find(|module| module.name == name) else { continue };
            let brought = module.brought_by.iter().any(|package| project.installs(package).is_some()) || sources.module(name).is_some();
            if !brought && !name.is_empty() {
                found.push(Fact::new(module.last, source.evidence(import.at, REMOVED)));
            }
        }
    }
    found
}

fn no_such_module(module: &Fact<Version>) -> Diagnostic {
    let message = format!("a module is imported that came with Python until {} and that nothing installs", module.value);
    let warning = module.because().iter().fold(Diagnostic::warning("python::removed-module", message), Diagnostic::because);
    warning.help("take what replaces it, or a package that brings it back")
}

fn contradiction(constraints: &[Constraint], releases: &[Release], known: &str) -> Diagnostic {
    let alone = |constraint: &&Constraint| !releases.iter().any(|release| constraint.allows(release.version, release.newest));
    let error = match constraints.iter().find(alone) {
        Some(constraint) => Diagnostic::error(
            "python::unknown-version",
            format!("`{}` asks for a Python that imggen knows no image of", constraint.at.text),
        )
        .help(format!("known are {known}")),
        None => Diagnostic::usage("python::version-conflict", "what the project says about its Python is contradictory")
            .help("make them agree, or set `python.version`"),
    };
    constraints.iter().fold(error, |error, constraint| error.because(&constraint.at))
}

/// What is pinned and has no binary for this Python, though it has some for others.
fn lacking<'p>(project: &'p Project, python: Version, catalog: &Catalog) -> Vec<&'p Locked> {
    project.packages.iter().filter(|locked| !by_wheels(locked, python) || !by_table(locked, python, catalog)).collect()
}

fn by_wheels(locked: &Locked, python: Version) -> bool {
    let wheels: Vec<_> = locked.wheels.iter().filter_map(|name| Wheel::of(name)).filter(Wheel::is_for_linux).collect();
    wheels.is_empty() || wheels.iter().any(|wheel| wheel.fits(python))
}

fn by_table(locked: &Locked, python: Version, catalog: &Catalog) -> bool {
    let Some(version) = locked.version.as_deref() else { return true };
    let (name, numbers) = (locked.name.as_str(), leading(version));
    let natives = catalog.natives("python").iter().filter(|native| native.name == name);
    !natives.flat_map(|native| &native.supports).any(|limit| numbers < leading(&limit.below) && python > limit.newest)
}

/// The first package that has wheels for glibc and none for musl.
pub fn only_glibc(packages: &[Locked]) -> Option<&Locked> {
    let on_musl = |wheel: &Wheel<'_>| wheel.platform == "any" || wheel.platform.contains("musllinux");
    packages.iter().find(|locked| {
        let wheels: Vec<_> = locked.wheels.iter().filter_map(|name| Wheel::of(name)).collect();
        wheels.iter().any(Wheel::is_for_linux) && !wheels.iter().any(on_musl)
    })
}

/// The numbers that a version begins with.
fn leading(version: &str) -> Vec<u32> {
    version.split('.').map_while(|part| part.parse().ok()).collect()
}

/// The tags of a wheel's name.
#[derive(Clone, Copy, Debug)]
struct Wheel<'n> {
    python: &'n str,
    abi: &'n str,
    platform: &'n str,
}

impl<'n> Wheel<'n> {
    fn of(name: &'n str) -> Option<Self> {
        let mut parts = name.strip_suffix(".whl")?.rsplitn(4, '-');
        let (platform, abi, python) = (parts.next()?, parts.next()?, parts.next()?);
        parts.next().map(|_| Self { python, abi, platform })
    }

    fn is_for_linux(&self) -> bool {
        self.platform == "any" || self.platform.split('.').any(|tag| tag.contains("manylinux") || tag.starts_with("linux_"))
    }

    fn fits(&self, python: Version) -> bool {
        let digits = python.to_string().replace('.', "");
        let minor = |tag: &str| tag.get(3..).and_then(|minor| minor.parse::<u32>().ok());
        self.python.split('.').any(|tag| {
            let at_most = || minor(tag).is_some_and(|minor| Version::minor(3, minor) <= python);
            match tag {
                "py3" => true,
                _ if tag.starts_with("py3") => at_most(),
                _ if tag.starts_with("cp3") && self.abi.split('.').any(|abi| abi == "abi3") => at_most(),
                _ => tag.strip_prefix("cp") == Some(&digits) && (self.abi == tag || self.abi == "none"),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wheel_fits_by_its_tags() {
        let fits = |name: &str, minor| Wheel::of(name).is_some_and(|wheel| wheel.is_for_linux() && wheel.fits(Version::minor(3, minor)));
        assert!(fits("a-1.0-py3-none-any.whl", 14) && fits("a-1.0-py2.py3-none-any.whl", 14));
        assert!(fits("a-1.0-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", 12));
        assert!(!fits("a-1.0-cp312-cp312-manylinux_2_17_x86_64.whl", 13) && !fits("a-1.0-cp312-cp312-win_amd64.whl", 12));
        assert!(fits("a-1.0-cp38-abi3-manylinux_2_28_x86_64.whl", 14) && !fits("a-1.0-cp313-cp313t-manylinux_2_28_x86_64.whl", 13));
        assert!(Wheel::of("x.whl").is_none() && Wheel::of("é-1-é.whl").is_none());
    }
}
