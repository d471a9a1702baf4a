//! Which Nodes run it, best first: those that the project allows, that its add-ons compile on, and that are still fixed.

use serde::Serialize;

use super::lock::Locked;
use super::package::Package;
use super::range::{Range, is_below};
use crate::catalog::{Catalog, Release, Toolchain, Why, Wish};
use crate::declared;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::read::document::{Document, Value};
use crate::read::version_files;
use crate::tree::Tree;
use crate::version::Version;

const FILE: Rule = Rule::parsed("node.version-file", "the project pins its Node here");
const ENGINES: Rule = Rule::parsed("node.engines", "the project runs on these");
const VOLTA: Rule = Rule::parsed("node.volta", "the project pins its Node here");
const CI: Rule = Rule::parsed("node.ci", "it is tried with this Node");
const PLATFORM: Rule = Rule::parsed("node.platform", "a platform runs it with this Node");
const IMAGE: Rule = Rule::parsed("node.image", "an image with this Node is worked with here");
/// What speaks for a Node where nothing else does.
pub const ANY: Rule = Rule::parsed("node.any", "nothing here asks for another Node");

/// The codenames of long-term series. They were given once and do not change.
const CODENAMES: [(&str, u32); 12] = [
    ("argon", 4),
    ("boron", 6),
    ("carbon", 8),
    ("dubnium", 10),
    ("erbium", 12),
    ("fermium", 14),
    ("gallium", 16),
    ("hydrogen", 18),
    ("iron", 20),
    ("jod", 22),
    ("krypton", 24),
    ("lithium", 26),
];

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
    /// The newest of all.
    Newest,
    /// A long-term series, so many before the newest.
    LongTerm(usize),
    /// This series.
    Major(u32),
    /// A version or range.
    Range(Range),
}

impl Constraint {
    fn allows(&self, release: &Release, toolchain: &Toolchain) -> bool {
        let mut long_term = toolchain.releases.iter().filter(|release| release.long_term);
        match &self.wanted {
            Wanted::Newest => toolchain.releases.first().is_some_and(|newest| release.version == newest.version),
            Wanted::LongTerm(before) => long_term.nth(*before).is_some_and(|wanted| release.version == wanted.version),
            Wanted::Major(major) => release.version.major() == *major,
            // an image's tag names a series and gets its fixes: a pin to a release is one to its series
            Wanted::Range(range) => range.allows(release.newest) || range.touches(release.version.major()),
        }
    }

    /// The series that it names as the least, where it allows all later ones.
    fn least(&self) -> Option<Version> {
        match &self.wanted {
            Wanted::Range(range) => range.least(),
            _ => None,
        }
    }

    fn parse(text: &str, at: Evidence) -> Result<Self> {
        let word = text.trim().trim_start_matches('v').to_lowercase();
        let word = word.strip_prefix("node@").unwrap_or(&word).to_owned();
        let major = |name: &str| CODENAMES.iter().find(|(codename, _)| *codename == name).map(|(_, major)| *major);
        let of_lts = word.strip_prefix("lts").map(|rest| rest.trim_start_matches(['/', '-']));
        let before = word.strip_prefix("lts/-").and_then(|before| before.parse().ok());
        let wanted = match (word.as_str(), of_lts, before) {
            ("node" | "current" | "latest", ..) => Some(Wanted::Newest),
            ("stable", ..) | (_, Some("" | "*" | "latest"), _) => Some(Wanted::LongTerm(0)),
            (.., Some(before)) => Some(Wanted::LongTerm(before)),
            (named, of_lts, None) => match major(of_lts.unwrap_or(named)) {
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

/// What a project says: the package first, then its workspace, and what is said by the way where neither says anything.
///
/// # Errors
/// When a place does not name a version.
pub fn constraints(tree: &Tree, package: &Package<'_>, root: &Package<'_>, catalog: &Catalog) -> Result<Vec<Constraint>> {
    for package in [package, root] {
        let mut said = pins(tree, package)?;
        said.extend(ranges(package)?);
        if !said.is_empty() {
            return Ok(said);
        }
    }
    Ok(hint(tree, package, catalog).into_iter().collect())
}

/// What names one version: files of version managers, Volta, pnpm's settings.
fn pins(tree: &Tree, package: &Package<'_>) -> Result<Vec<Constraint>> {
    let mut found = Vec::new();
    let alone = [".nvmrc", ".node-version"].into_iter().filter_map(|name| version_files::alone(tree, &package.directory, name, FILE));
    let pinned = version_files::pinned(tree, &package.directory, &["node", "nodejs", "core:node"], FILE).into_iter().take(1);
    for (line, at) in alone.chain(pinned).chain(of_pnpm(tree, package)) {
        found.push(Constraint::parse(line.split('#').next().unwrap_or(&line), at)?);
    }
    if let Some((text, value)) = package.document.string(&["volta", "node"]) {
        found.push(Constraint::parse(text, package.document.evidence(value, VOLTA))?);
    }
    Ok(found)
}

/// The Node that pnpm fetches to run scripts with.
fn of_pnpm(tree: &Tree, package: &Package<'_>) -> Option<(String, Evidence)> {
    let file = package.directory.join(".npmrc");
    let of_npmrc = (1..).zip(tree.text(&file).unwrap_or_default().lines()).find_map(|(number, line)| {
        let (_, version) = line.split_once('=').filter(|(key, _)| key.trim() == "use-node-version")?;
        Some((version.trim().to_owned(), Evidence::at(file.clone(), Span::of_line(number, line), FILE, line.trim())))
    });
    of_npmrc.or_else(|| {
        let file = package.directory.join("pnpm-workspace.yaml");
        let table = Document::yaml(&file, tree.text(&file).ok()?).ok()?;
        let value = table.get(&["useNodeVersion"])?;
        Some((value.scalar()?.to_owned(), table.evidence(value, FILE)))
    })
}

/// `engines`, and `devEngines` with one runtime or several.
fn ranges(package: &Package<'_>) -> Result<Vec<Constraint>> {
    let document = &package.document;
    let runtimes = document.get(&["devEngines", "runtime"]);
    let one = |runtime: &Value| runtime.get(&["name"]).is_none_or(|name| name.string() == Some("node"));
    let mut several = runtimes.into_iter().flat_map(|runtimes| std::iter::once(runtimes).chain(runtimes.list()));
    let developed = several.find_map(|runtime| runtime.get(&["version"]).filter(|_| one(runtime)));
    let said = [developed, document.get(&["engines", "node"])].into_iter().flatten();
    let said = said.filter_map(|value| Some((value.string().filter(|text| !text.trim().is_empty())?, value)));
    said.map(|(text, value)| Constraint::parse(text, document.evidence(value, ENGINES))).collect()
}

/// What is said by the way: where a platform runs it, what CI tries it with, the image that it is worked with.
fn hint(tree: &Tree, package: &Package<'_>, catalog: &Catalog) -> Option<Constraint> {
    let variables = declared::read(tree, &package.directory).variables;
    let platform = variables.into_iter().filter(|said| said.fact.value.name == "NODE_VERSION").find_map(|said| {
        let at = said.fact.because().first()?.under(PLATFORM);
        Some((said.fact.value.value?, at))
    });
    let tried = version_files::in_ci(tree, &["node-version", "node_version"], CI);
    let toolchain = catalog.toolchain("node").ok()?;
    let images = declared::bases(tree, &package.directory, IMAGE);
    let images = images.into_iter().filter_map(|(image, at)| Some((toolchain.release_of(&image)?.major().to_string(), at)));
    let words = platform.into_iter().chain(tried).chain(images);
    let mut said = words.filter_map(|(word, at)| Constraint::parse(&word, at).ok());
    // what is tried with a Node that nobody mends any more is not said to run on it
    let lives = |constraint: &Constraint| {
        toolchain.releases.iter().any(|release| !catalog.is_past(release) && constraint.allows(release, toolchain))
    };
    said.find(lives)
}

/// A Node that is put behind others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Held {
    /// Which.
    pub version: Version,
    /// What speaks against it.
    pub why: &'static str,
}

/// The Nodes that run the project.
#[derive(Debug)]
pub struct Ranked {
    /// Best first, and never none.
    pub versions: Vec<Fact<Version>>,
    /// Why the first is the best.
    pub why: Why,
    /// Those that were put last, and because of what.
    pub held_back: Vec<Fact<Held>>,
    /// What wants a look.
    pub warnings: Vec<Diagnostic>,
}

/// Ranks the releases that the catalog knows.
///
/// # Errors
/// When no release is allowed by all constraints.
pub fn rank(constraints: &[Constraint], locked: &[Locked], otherwise: &Evidence, catalog: &Catalog) -> Result<Ranked> {
    let toolchain = catalog.toolchain("node")?;
    let allowed: Vec<&Release> =
        toolchain.releases.iter().filter(|release| constraints.iter().all(|constraint| constraint.allows(release, toolchain))).collect();
    if allowed.is_empty() {
        return Err(contradiction(constraints, toolchain).into());
    }
    let why = |release: &Release| {
        let mut because = constraints.iter().map(|constraint| constraint.at.clone());
        let nothing = || otherwise.under(ANY);
        let first = because.next().unwrap_or_else(nothing);
        because.fold(Fact::new(release.version, first), Fact::and)
    };
    let broken = |release: &Release| locked.iter().filter(|package| is_too_new(package, release.version, catalog)).collect::<Vec<_>>();
    let mut held_back = Vec::new();
    for release in &allowed {
        if let Some((first, rest)) = broken(release).split_first() {
            let held = Held { version: release.version, why: "what is locked does not work on it" };
            held_back.push(rest.iter().fold(Fact::new(held, first.at.clone()), |fact, package| fact.and(package.at.clone())));
        }
    }
    let least = constraints.iter().filter_map(Constraint::least).max();
    let pins = locked.iter().map(|package| (package.name.as_str(), package.version.as_str(), &package.at));
    // what states its Node has said with which it works
    let written = if constraints.is_empty() { catalog.written("node", pins) } else { None };
    let wish = Wish { least, written: written.as_ref().map(|newest| newest.value) };
    let ranked = catalog.prefer(toolchain, &allowed, wish, |release| u8::from(!broken(release).is_empty()));
    for (release, newest) in allowed.iter().filter_map(|release| Some((release, written.as_ref()?))) {
        if release.is_after(newest.value) {
            held_back.push(newest.with(Held { version: release.version, why: "it came after what is locked" }));
        }
    }
    let best = ranked.first().ok_or_else(|| Diagnostic::error("catalog::no-release", "the catalog knows no Node"))?;
    let mut warnings = Vec::new();
    if catalog.is_past(best.release) {
        let message = format!("Node {} has had no fixes since {}", best.release.version, best.release.end_of_life);
        let current = toolchain.releases.iter().find(|release| release.long_term).unwrap_or(best.release);
        let warning =
            Diagnostic::warning("node::end-of-life", message).help(format!("Node {} is the current long-term release", current.version));
        warnings.push(constraints.iter().fold(warning, |warning, constraint| warning.because(&constraint.at)));
    }
    let why_best = best.why;
    Ok(Ranked { versions: ranked.iter().map(|preferred| why(preferred.release)).collect(), why: why_best, held_back, warnings })
}

/// Whether a package that is locked does not work on so new a Node.
fn is_too_new(package: &Locked, node: Version, catalog: &Catalog) -> bool {
    let natives = catalog.natives("node").iter().filter(|native| native.name == package.name);
    natives.flat_map(|native| &native.supports).any(|limit| is_below(&package.version, &limit.below) && node > limit.newest)
}

fn contradiction(constraints: &[Constraint], toolchain: &Toolchain) -> Diagnostic {
    let alone = |constraint: &&Constraint| !toolchain.releases.iter().any(|release| constraint.allows(release, toolchain));
    let error = match constraints.iter().find(alone) {
        Some(constraint) => Diagnostic::error(
            "node::unknown-version",
            format!("`{}` asks for a Node that imggen knows no image of", constraint.at.text.trim_matches('"')),
        )
        .help(format!("known are {}", toolchain.known_versions())),
        None => Diagnostic::usage("node::version-conflict", "what the project says about its Node is contradictory")
            .help("make them agree, or set `node.version`"),
    };
    constraints.iter().fold(error, |error, constraint| error.because(&constraint.at))
}
