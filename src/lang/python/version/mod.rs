//! Which Pythons run it, best first: those that the project allows, that have binaries of what it pins, and that are still fixed.

mod age;
mod wheel;

use std::collections::BTreeMap;

use serde::Serialize;

pub use self::wheel::only_glibc;
use super::constraint::Constraint;
use super::local;
use super::locked::Locked;
use super::outline::ask;
use super::project::Project;
use super::sources::Sources;
use super::stdlib;
use crate::catalog::{Catalog, Release, Why, Wish};
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule};
use crate::version::Version;

const REMOVED: Rule = Rule::parsed("python.removed", "this module came with Python until it was removed");
const UNBUILT: Rule = Rule::parsed("python.no-binary", "it is not known to have binaries, and may be compiled where it is installed");
/// Any version will do.
pub const ANY: Rule = Rule::parsed("python.any", "nothing here asks for another Python");

/// The Pythons that run the project.
#[derive(Debug)]
pub struct Ranked {
    /// Best first, and never none.
    pub versions: Vec<Fact<Version>>,
    /// Why the first is the best.
    pub why: Why,
    /// Those that were put last, and because of what.
    pub held_back: Vec<Fact<Held>>,
    /// What is compiled where it is installed, as far as it is known, for each of them.
    pub compiled: BTreeMap<String, Vec<Fact<String>>>,
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

/// What speaks against a release, the worst last.
#[derive(Default)]
struct Against {
    missing: Vec<Evidence>,
    gone: Vec<Evidence>,
}

impl Against {
    fn weight(&self) -> u8 {
        u8::from(!self.missing.is_empty()) + 2 * u8::from(!self.gone.is_empty())
    }

    fn held(&self, version: Version) -> impl Iterator<Item = Fact<Held>> {
        let reasons =
            [(&self.missing, "what is locked has no binaries for it"), (&self.gone, "it has not got a module that is imported any more")];
        reasons.into_iter().filter_map(move |(places, why)| {
            let mut places = places.iter().cloned();
            places.next().map(|first| places.fold(Fact::new(Held { version, why }, first), Fact::and))
        })
    }
}

/// Ranks the releases that the catalog knows.
///
/// # Errors
/// When no release is allowed by all constraints.
pub fn rank(project: &Project, sources: &Sources<'_>, constraints: &[Constraint], catalog: &Catalog) -> Result<Ranked> {
    let toolchain = catalog.toolchain("python")?;
    // what is tried with a Python that nobody mends any more is not said to run on it
    let is_stale = |constraint: &&Constraint| {
        let allowed = |release: &&Release| constraint.allows(release.version, release.newest);
        [super::constraint::CI.id, super::constraint::IMAGE.id].contains(&constraint.at.rule)
            && toolchain.releases.iter().filter(allowed).all(|release| catalog.is_past(release))
    };
    let (hints, firm): (Vec<_>, Vec<_>) = constraints.iter().filter(|one| !is_stale(one)).partition(|constraint| constraint.hint);
    let fits = |release: &&Release, all: &[&Constraint]| all.iter().all(|one| one.allows(release.version, release.newest));
    let allowed: Vec<&Release> = toolchain.releases.iter().filter(|release| fits(release, &firm)).collect();
    if allowed.is_empty() {
        let known: Vec<_> = toolchain.releases.iter().map(|release| release.version.to_string()).collect();
        return Err(contradiction(&firm, &toolchain.releases, &known.join(", ")).into());
    }
    // a word by the way counts where it contradicts nothing
    let hinted: Vec<&Release> = allowed.iter().copied().filter(|release| fits(release, &hints)).collect();
    let (allowed, speaking) = if hinted.is_empty() { (allowed, firm) } else { (hinted, firm.into_iter().chain(hints).collect()) };
    let pinned = speaking.iter().any(|constraint| constraint.is_pin());
    let least = speaking.iter().filter_map(|constraint| constraint.least()).max();
    let why = |release: &Release| {
        let nothing = || project.manager.because()[0].under(ANY);
        let mut because = speaking.iter().map(|constraint| constraint.at.clone());
        let first = because.next().unwrap_or_else(nothing);
        because.fold(Fact::new(release.version, first), Fact::and)
    };
    let removed = removed(project, sources);
    let written = age::newest(project, catalog);
    let against: BTreeMap<Version, Against> =
        allowed.iter().map(|release| release.version).zip(against(project, &allowed, &removed, catalog)).collect();
    let wish = Wish { least, written: written.as_ref().map(|newest| newest.value) };
    let preferred = catalog.prefer(toolchain, &allowed, wish, |release| against.get(&release.version).map_or(0, Against::weight));
    let because = preferred.first().map_or(Why::Otherwise, |best| best.why);
    let ranked: Vec<Fact<Version>> = preferred.iter().map(|preferred| why(preferred.release)).collect();
    let after = |release: &Release| written.as_ref().filter(|newest| release.is_after(newest.value));
    let mut held_back: Vec<_> = allowed
        .iter()
        .flat_map(|release| {
            let later = after(release).map(|newest| newest.with(Held { version: release.version, why: "it came after what is pinned" }));
            against.get(&release.version).into_iter().flat_map(|against| against.held(release.version)).chain(later)
        })
        .collect();
    let mut warnings = Vec::new();
    let best = ranked.first().map(|fact| fact.value);
    warnings.extend(removed.iter().find(|module| Some(module.value) < best).map(no_such_module));
    if let Some(old) = allowed.iter().find(|release| Some(release.version) == best).filter(|release| catalog.is_past(release)) {
        let message = format!("Python {} has had no fixes since {}", old.version, old.end_of_life);
        let warning = Diagnostic::warning("python::end-of-life", message);
        warnings.push(speaking.iter().fold(warning, |warning, constraint| warning.because(&constraint.at)));
    }
    if pinned {
        held_back.clear();
    }
    let compiled = allowed.iter().map(|release| (release.version.to_string(), compiled(project, release.version, catalog))).collect();
    Ok(Ranked { versions: ranked, why: because, held_back, compiled, warnings })
}

/// What speaks against each of these releases.
fn against(project: &Project, allowed: &[&Release], removed: &[Fact<Version>], catalog: &Catalog) -> Vec<Against> {
    let lacking: Vec<Vec<&Locked>> = allowed.iter().map(|release| lacking(project, release.version, catalog)).collect();
    // what no Python has binaries of speaks against none of them
    let everywhere = |locked: &Locked| lacking.iter().all(|lacking| lacking.iter().any(|other| other.name == locked.name));
    let one = |(release, lacking): (&&Release, &Vec<&Locked>)| Against {
        missing: lacking.iter().filter(|locked| !everywhere(locked)).map(|locked| locked.at.clone()).collect(),
        gone: removed.iter().filter(|module| module.value < release.version).flat_map(Fact::because).cloned().collect(),
    };
    allowed.iter().zip(&lacking).map(one).collect()
}

/// Modules that the program relies on, with the last Python that each came with.
fn removed(project: &Project, sources: &Sources<'_>) -> Vec<Fact<Version>> {
    let mut found = Vec::new();
    for source in sources.files.iter().filter(|source| !source.is_aside()) {
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

fn contradiction(constraints: &[&Constraint], releases: &[Release], known: &str) -> Diagnostic {
    let alone = |constraint: &&&Constraint| !releases.iter().any(|release| constraint.allows(release.version, release.newest));
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
    project.packages.iter().filter(|locked| !wheel::has_one(locked, python) || !by_table(locked, python, catalog)).collect()
}

fn by_table(locked: &Locked, python: Version, catalog: &Catalog) -> bool {
    let Some(version) = locked.version.as_deref() else { return true };
    let (name, numbers) = (locked.name.as_str(), leading(version));
    let natives = catalog.natives("python").iter().filter(|native| native.name == name);
    !natives.flat_map(|native| &native.supports).any(|limit| numbers < leading(&limit.below) && python > limit.newest)
}

/// What a compiler may be needed for: what is locked without a wheel that fits, and, in lists that name no wheels, what is not known to
/// have any.
fn compiled(project: &Project, python: Version, catalog: &Catalog) -> Vec<Fact<String>> {
    let named = project.packages.iter().any(|locked| !locked.wheels.is_empty());
    let natives = || catalog.natives("python").iter();
    // what compiles has its needs by its entry, and what only starts or loads something is Python
    let is_known = |name: &str| {
        natives().any(|native| {
            native.name == name && !(native.build.is_empty() && native.run.is_empty())
                || native.through.iter().any(|through| through == name)
        })
    };
    let own = |locked: &&Locked| !local::is_one(project, locked) && !locked.name.contains('[') && !is_known(&locked.name);
    let unknown = |locked: &&Locked| {
        if named { locked.wheels.is_empty() || !wheel::has_one(locked, python) } else { !catalog.has_binaries("python", &locked.name) }
    };
    let known = |locked: &Locked| named && locked.wheels.is_empty() && catalog.has_binaries("python", &locked.name);
    project
        .packages
        .iter()
        .filter(own)
        .filter(|locked| unknown(locked) && !known(locked))
        .map(|locked| Fact::new(locked.name.clone(), locked.at.under(UNBUILT)))
        .collect()
}

/// The numbers that a version begins with.
fn leading(version: &str) -> Vec<u32> {
    version.split('.').map_while(|part| part.parse().ok()).collect()
}
