//! Which Nodes run it, best first: those that the project allows, that its add-ons compile on, and that are still fixed.

use super::lock::Locked;
use super::package::Package;
use super::range::{Range, is_below};
use crate::catalog::{Catalog, Release, Toolchain};
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::read::version_files;
use crate::tree::Tree;
use crate::version::Version;

const FILE: Rule = Rule::parsed("node.version-file", "the project pins its Node here");
const ENGINES: Rule = Rule::parsed("node.engines", "the project runs on these");
const VOLTA: Rule = Rule::parsed("node.volta", "the project pins its Node here");
const CI: Rule = Rule::parsed("node.ci", "it is tried with this Node");
/// What speaks for a Node where nothing else does.
pub const ANY: Rule = Rule::parsed("node.any", "nothing here asks for another Node");

/// The codenames of long-term series. They were given once and do not change.
const CODENAMES: [(&str, u32); 8] =
    [("hydrogen", 18), ("iron", 20), ("jod", 22), ("krypton", 24), ("lithium", 26), ("gallium", 16), ("fermium", 14), ("erbium", 12)];

/// What the project says about its Node in one place.
#[derive(Clone, Debug)]
pub struct Constraint {
    /// What is allowed.
    wanted: Wanted,
    /// The place.
    pub at: Evidence,
}

#[derive(Clone, Debug)]
enum Wanted {
    /// The newest long-term series, or the newest of all.
    Newest,
    /// This series.
    Major(u32),
    /// A version or range.
    Range(Range),
}

impl Constraint {
    fn allows(&self, release: &Release, newest: &Release) -> bool {
        match &self.wanted {
            Wanted::Newest => release.version == newest.version,
            Wanted::Major(major) => release.version.major() == *major,
            // an image's tag names a series and gets its fixes: a pin to a release is one to its series
            Wanted::Range(range) => range.allows(release.newest) || range.touches(release.version.major()),
        }
    }

    fn parse(text: &str, at: Evidence) -> Result<Self> {
        let word = text.trim().trim_start_matches('v').to_lowercase();
        let word = word.strip_prefix("node@").unwrap_or(&word).to_owned();
        let major = |name: &str| CODENAMES.iter().find(|(codename, _)| *codename == name).map(|(_, major)| *major);
        let wanted = match word.as_str() {
            "lts/*" | "lts" | "lts/latest" | "node" | "current" | "latest" | "stable" | "lts/-0" => Some(Wanted::Newest),
            named => match named.strip_prefix("lts/").map_or_else(|| major(named), major) {
                Some(major) => Some(Wanted::Major(major)),
                None => Range::parse(named).map(Wanted::Range),
            },
        };
        let wrong = || {
            Diagnostic::error("node::unknown-version", format!("`{}` is no version of Node", text.trim()))
                .because(&at)
                .help("write a version or a range: `24`, `>=22`, `lts/*`")
        };
        match wanted {
            Some(wanted) => Ok(Self { wanted, at }),
            None => Err(wrong().into()),
        }
    }
}

/// What a project says: its own files first, then its workspace's.
///
/// # Errors
/// When a place does not name a version.
pub fn constraints(tree: &Tree, package: &Package<'_>, root: &Package<'_>) -> Result<Vec<Constraint>> {
    for package in [package, root] {
        let pinned = pins(tree, package)?;
        if !pinned.is_empty() {
            return Ok(pinned);
        }
        for keys in [&["devEngines", "runtime", "version"][..], &["engines", "node"]] {
            let named = package.document.string(&["devEngines", "runtime", "name"]).is_none_or(|(name, _)| name == "node");
            if let Some((text, value)) = package.document.string(keys).filter(|(text, _)| named && !text.trim().is_empty()) {
                return Ok(vec![Constraint::parse(text, package.document.evidence(value, ENGINES))?]);
            }
        }
    }
    // a word by the way counts where nothing else is said
    let tried = version_files::in_ci(tree, &["node-version", "node_version"], CI).into_iter().next();
    Ok(tried.and_then(|(word, at)| Constraint::parse(&word, at).ok()).into_iter().collect())
}

/// What names one version: files of version managers, Volta.
fn pins(tree: &Tree, package: &Package<'_>) -> Result<Vec<Constraint>> {
    let mut found = Vec::new();
    for name in [".nvmrc", ".node-version"] {
        let file = package.directory.join(name);
        if let Some(text) = tree.manifest(&file)? {
            let line = text.lines().enumerate().find(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
            if let Some((number, line)) = line {
                let word = line.split('#').next().unwrap_or(line).trim();
                found.push(Constraint::parse(word, Evidence::at(file, Span::of_line(number + 1, line), FILE, word))?);
            }
        }
    }
    for (word, at) in version_files::pinned(tree, &package.directory, &["node", "nodejs"], FILE).into_iter().take(1) {
        found.push(Constraint::parse(&word, at)?);
    }
    if let Some((text, value)) = package.document.string(&["volta", "node"]) {
        found.push(Constraint::parse(text, package.document.evidence(value, VOLTA))?);
    }
    Ok(found)
}

/// The Nodes that run the project.
#[derive(Debug)]
pub struct Ranked {
    /// Best first, and never none.
    pub versions: Vec<Fact<Version>>,
    /// Those that were put last, and because of what.
    pub held_back: Vec<Fact<Version>>,
    /// What wants a look.
    pub warnings: Vec<Diagnostic>,
}

/// Ranks the releases that the catalog knows.
///
/// # Errors
/// When no release is allowed by all constraints.
pub fn rank(constraints: &[Constraint], locked: &[Locked], otherwise: &Evidence, catalog: &Catalog) -> Result<Ranked> {
    let toolchain = catalog.toolchain("node")?;
    let current = toolchain.releases.first().ok_or_else(|| Diagnostic::error("catalog::no-release", "the catalog knows no Node"))?;
    // what is tried with a Node that nobody mends any more is not said to run on it
    let is_stale = |constraint: &Constraint| {
        let allowed = |release: &&Release| constraint.allows(release, current);
        constraint.at.rule == CI.id && toolchain.releases.iter().filter(allowed).all(|release| catalog.is_past(release))
    };
    let constraints: &[Constraint] = if constraints.iter().any(is_stale) { &[] } else { constraints };
    let allowed: Vec<&Release> =
        toolchain.releases.iter().filter(|release| constraints.iter().all(|constraint| constraint.allows(release, current))).collect();
    if allowed.is_empty() {
        return Err(contradiction(constraints, toolchain, current).into());
    }
    let why = |release: &Release| {
        let mut because = constraints.iter().map(|constraint| constraint.at.clone());
        let nothing = || otherwise.under(ANY);
        let first = because.next().unwrap_or_else(nothing);
        because.fold(Fact::new(release.version, first), Fact::and)
    };
    let mut ranked: Vec<(bool, bool, Fact<Version>)> = Vec::new();
    let mut held_back = Vec::new();
    for release in &allowed {
        let broken: Vec<_> = locked.iter().filter(|package| is_too_new(package, release.version, catalog)).collect();
        if let Some((first, rest)) = broken.split_first() {
            held_back.push(rest.iter().fold(Fact::new(release.version, first.at.clone()), |fact, package| fact.and(package.at.clone())));
        }
        ranked.push((!broken.is_empty(), catalog.is_past(release), why(release)));
    }
    ranked.sort_by_key(|(broken, past, _)| (*broken, *past));
    let mut warnings = Vec::new();
    let best = allowed.iter().find(|release| ranked.first().is_some_and(|(.., fact)| fact.value == release.version));
    if let Some(old) = best.filter(|release| catalog.is_past(release)) {
        let message = format!("Node {} has had no fixes since {}", old.version, old.end_of_life);
        let warning =
            Diagnostic::warning("node::end-of-life", message).help(format!("Node {} is the current long-term release", current.version));
        warnings.push(constraints.iter().fold(warning, |warning, constraint| warning.because(&constraint.at)));
    }
    Ok(Ranked { versions: ranked.into_iter().map(|(.., fact)| fact).collect(), held_back, warnings })
}

/// Whether a package that is locked does not work on so new a Node.
fn is_too_new(package: &Locked, node: Version, catalog: &Catalog) -> bool {
    let natives = catalog.natives("node").iter().filter(|native| native.name == package.name);
    natives.flat_map(|native| &native.supports).any(|limit| is_below(&package.version, &limit.below) && node > limit.newest)
}

fn contradiction(constraints: &[Constraint], toolchain: &Toolchain, current: &Release) -> Diagnostic {
    let known: Vec<_> = toolchain.releases.iter().map(|release| release.version.to_string()).collect();
    let alone = |constraint: &&Constraint| !toolchain.releases.iter().any(|release| constraint.allows(release, current));
    let error = match constraints.iter().find(alone) {
        Some(constraint) => Diagnostic::error(
            "node::unknown-version",
            format!("`{}` asks for a Node that imggen knows no image of", constraint.at.text.trim_matches('"')),
        )
        .help(format!("known are {}", known.join(", "))),
        None => Diagnostic::usage("node::version-conflict", "what the project says about its Node is contradictory")
            .help("make them agree, or set `node.version`"),
    };
    constraints.iter().fold(error, |error, constraint| error.because(&constraint.at))
}
