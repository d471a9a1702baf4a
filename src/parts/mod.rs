//! Parts: files that another toolchain builds, and that the app embeds or hands out.
//!
//! What joins the two sides is a fact with evidence: the path that the app embeds or serves on one side, what a package's build makes on
//! the other. Each part becomes a stage of its own in the app's image.

mod among;
mod copied;
mod present;

use camino::{Utf8Path, Utf8PathBuf};

use self::among::Among;
use self::present::is_bare;
pub use self::present::is_present;
use crate::app::{App, Asset, Claim, Needed};
use crate::auxiliary;
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule};
use crate::lang::language::{AnyProject, Found, Seen};
use crate::layers::{Chosen, Layers};
use crate::settings::{PartList, PartSetting, tree_path};
use crate::tree::Tree;
use crate::tree::path::normal;

const BESIDE: Rule = Rule::weak("parts.beside", "this package is the one whose build can make it");
const MAKES: Rule = Rule::parsed("parts.makes", "its build makes it");

/// Names of stages that no part can have, and no project can give the stage that runs, because an image's own stages bear them.
pub const TAKEN_STAGES: [&str; 16] = [
    "archive",
    "build",
    "context",
    "debug",
    "deps",
    "install",
    "jre",
    "manifests",
    "program",
    "python",
    "runtime",
    "scratch",
    "scripts",
    "sources",
    "toolchain",
    "uv",
];

/// Files that another toolchain builds, and where the app has them.
#[derive(Debug)]
pub struct Part {
    /// The package that builds them.
    pub found: Found,
    /// Its stage's name.
    pub stage: String,
    /// What it builds, relative to the project's root.
    pub output: Utf8PathBuf,
    /// Where the app looks for it, relative to the project's root.
    pub into: Utf8PathBuf,
    /// When it has to be there.
    pub needed: Needed,
    /// Why the two belong together: the app's side first.
    pub because: Vec<Evidence>,
}

/// The parts of an app, and what wants a look.
#[derive(Debug, Default)]
pub struct Parts {
    /// Each is a stage.
    pub parts: Vec<Part>,
    /// Front ends that nothing joins, and assets that nothing makes.
    pub warnings: Vec<Diagnostic>,
}

/// A package whose build makes files.
struct Maker<'d> {
    seen: Seen<'d>,
    output: Option<Fact<Utf8PathBuf>>,
}

impl Maker<'_> {
    fn directory(&self) -> &Utf8Path {
        &self.seen.sighting.directory
    }
}

/// A maker, what it makes, and the places that say so.
struct Match<'m, 'd> {
    maker: &'m Maker<'d>,
    output: Utf8PathBuf,
    into: Utf8PathBuf,
    because: Vec<Evidence>,
}

/// Finds the parts of an app.
///
/// # Errors
/// When a setting names what is not there, a manifest is broken, or the app cannot be built or started without files that nothing makes.
pub fn find<'t>(tree: &Tree, projects: &[Box<dyn AnyProject + 't>], catalog: &Catalog, found: &Found, settings: &Layers) -> Result<Parts> {
    let app = &found.app;
    let set = settings.choose("parts", |settings| settings.parts.clone());
    let prebuilt = settings.list("prebuilt", |settings| settings.prebuilt.clone(), Vec::new());
    let brought = |path: &Utf8Path| prebuilt.iter().any(|chosen| path.starts_with(tree_path(&chosen.value)));
    let mut makers = Vec::new();
    for project in projects {
        makers.extend(project.makers()?.into_iter().map(|(seen, output)| Maker { seen, output }));
    }
    let own = |maker: &Maker<'_>| maker.seen.sighting.directory == app.directory && maker.seen.language.name() == found.language.name();
    let (own, mut makers): (Vec<_>, Vec<_>) = makers.into_iter().partition(own);
    let mut parts = Parts::default();
    if let Some(set) = set {
        for part in &set.value.0 {
            parts.parts.push(stated(&set, part, &makers, app, catalog)?);
        }
        return Ok(parts);
    }
    makers.retain(|maker| !app.behaviour.builds.iter().any(|built| built.value == *maker.directory()));
    let is_made = |path: &Utf8Path| makers.iter().any(|maker| maker.output.as_ref().is_some_and(|output| output.value == path));
    let there = |path: &Utf8Path| brought(path) || is_present(tree, path) && !(is_made(path) && is_bare(tree, path));
    // what a build makes is there before the program writes into it
    let comes = |path: &Utf8Path| there(path) || is_written(app, path) && !is_made(path) || by_output(&own, path).is_some();
    for asset in app.behaviour.assets.iter().filter(|asset| !comes(&asset.value.path)) {
        let path = &asset.value.path;
        if parts.parts.iter().any(|part: &Part| path.starts_with(&part.into)) {
            continue;
        }
        match by_output(&makers, path).or_else(|| copied::find(tree, &makers, path)).or_else(|| beside(&makers, path)) {
            Some(joined) => parts.parts.push(part(joined, asset, catalog)?),
            None => parts.warnings.extend(unmade(asset, &makers)?),
        }
    }
    let among = Among { tree, app, language: found.language.name(), endings: found.language.endings() };
    for maker in &makers {
        let Some(output) = &maker.output else { continue };
        let holder = app.behaviour.assets.iter().find(|asset| output.value.starts_with(&asset.value.path));
        if holder.is_none() && !among.put_there(maker, &output.value) {
            continue;
        }
        let joined = |part: &Part| part.found.app.directory == maker.directory() || output.value.starts_with(&part.into);
        if !parts.parts.iter().any(joined) && !there(&output.value) {
            // one build may put several files there
            let beside = makers.iter().filter(|other| other.directory() == maker.directory()).filter_map(|other| other.output.as_ref());
            let beside = beside.map(|output| &output.value).filter(|path| among.put_there(maker, path) && !there(path));
            let path = among.shared(beside, &output.value);
            let needed = holder.map_or(Needed::AtBuild, |asset| asset.value.needed);
            let because = holder.into_iter().flat_map(Fact::because).chain(output.because()).cloned().collect();
            parts.parts.push(made(maker, path.clone(), path, needed, because, catalog)?);
        }
    }
    for index in 0..parts.parts.len() {
        let directory = &parts.parts[index].found.app.directory;
        let name = stage_name(directory, &parts.parts[..index].iter().map(|part| part.stage.as_str()));
        parts.parts[index].stage = name;
    }
    let used = |maker: &&Maker<'_>| parts.parts.iter().any(|part| part.found.app.directory == maker.directory());
    let mut unjoined: Vec<&Maker<'_>> = makers.iter().filter(|maker| !used(maker)).filter(|maker| is_left(tree, maker)).collect();
    unjoined.sort_by_key(|maker| maker.directory());
    parts.warnings.extend(unjoined.chunk_by(|one, next| one.directory() == next.directory()).filter_map(|of| not_joined(of, app)));
    Ok(parts)
}

/// Whether the program itself puts there what it hands out, such as what its users upload.
fn is_written(app: &App, path: &Utf8Path) -> bool {
    let home = |directory: &Utf8Path| normal(app.home.join(directory));
    app.behaviour.writes.iter().map(|write| home(&write.value.directory)).any(|directory| {
        !directory.as_str().is_empty() && directory != app.home && (path.starts_with(&directory) || directory.starts_with(path))
    })
}

/// The maker whose output is the asset, holds it, or lies in it.
fn by_output<'m, 'd>(makers: &'m [Maker<'d>], path: &Utf8Path) -> Option<Match<'m, 'd>> {
    makers.iter().find_map(|maker| {
        let output = maker.output.as_ref()?;
        let joins = path.starts_with(&output.value) || output.value.starts_with(path);
        let because = output.because().to_vec();
        joins.then(|| Match { maker, output: output.value.clone(), into: output.value.clone(), because })
    })
}

/// The one package around the asset whose output nothing tells: its build has to make it, and the build of the image tests that it does.
fn beside<'m, 'd>(makers: &'m [Maker<'d>], path: &Utf8Path) -> Option<Match<'m, 'd>> {
    let around = makers.iter().filter(|maker| maker.output.is_none() && path.starts_with(maker.directory()));
    let maker = around.max_by_key(|maker| maker.directory().components().count())?;
    let because = vec![maker.seen.sighting.program.under(BESIDE)];
    Some(Match { maker, output: path.to_owned(), into: path.to_owned(), because })
}

fn part(joined: Match<'_, '_>, asset: &Fact<Asset>, catalog: &Catalog) -> Result<Part> {
    let Match { maker, output, into, because } = joined;
    let because = asset.because().iter().cloned().chain(because).collect();
    made(maker, output, into, asset.value.needed, because, catalog)
}

fn made(
    maker: &Maker<'_>,
    output: Utf8PathBuf,
    into: Utf8PathBuf,
    needed: Needed,
    because: Vec<Evidence>,
    catalog: &Catalog,
) -> Result<Part> {
    let found = maker.seen.look(catalog)?;
    let stage = stage_name(maker.directory(), &std::iter::empty());
    Ok(Part { found, stage, output, into, needed, because })
}

/// A part that the settings name.
fn stated(set: &Chosen<PartList>, part: &PartSetting, makers: &[Maker<'_>], app: &App, catalog: &Catalog) -> Result<Part> {
    let directory = tree_path(&part.directory);
    let maker = makers.iter().find(|maker| maker.directory() == directory).ok_or_else(|| {
        let there: Vec<_> = makers.iter().map(|maker| format!("`{}`", maker.directory())).collect();
        let error = Diagnostic::usage("parts::unknown", format!("`{directory}` is no package whose build makes files"));
        set.blame(if there.is_empty() { error } else { error.help(format!("there are {}", there.join(", "))) })
    })?;
    let own = maker.output.as_ref().map(|output| output.value.clone());
    let output = part.output.as_ref().map(|output| directory.join(tree_path(output))).or(own);
    let missing = || set.blame(Diagnostic::usage("parts::output", format!("nothing says what the build of `{directory}` makes")));
    let output = output.ok_or_else(|| missing().help("add `output = \"dist\"` to the part"))?;
    let into = part.into.as_ref().map_or_else(|| output.clone(), |into| tree_path(into));
    let asset = app.behaviour.assets.iter().find(|asset| asset.value.path.starts_with(&into) || into.starts_with(&asset.value.path));
    let needed = asset.map_or(Needed::AtBuild, |asset| asset.value.needed);
    let because = asset.map(|asset| asset.because().to_vec()).unwrap_or_default();
    made(maker, output, into, needed, because, catalog)
}

/// What to say of an asset that nothing makes.
fn unmade(asset: &Fact<Asset>, makers: &[Maker<'_>]) -> Result<Option<Diagnostic>> {
    let path = &asset.value.path;
    let front_ends: Vec<_> = makers.iter().map(|maker| format!("`{}`", shown(maker.directory()))).collect();
    let message = |what: &str| format!("nothing in the project makes `{path}`, which the program {what}");
    let help = |diagnostic: Diagnostic| {
        let diagnostic = asset.because().iter().take(1).fold(diagnostic, Diagnostic::because);
        match makers.first() {
            Some(maker) => diagnostic.info(format!("packages with a build: {}", front_ends.join(", "))).help(format!(
                "if one makes it, say so in imggen.toml: `[[parts]]`, `directory = \"{}\"`, `output = \"dist\"`, `into = \"{path}\"`",
                maker.directory()
            )),
            None => diagnostic.help("commit it, or make it with a command that the build runs"),
        }
        .help(format!("if it is built outside of Docker: `prebuilt = [\"{path}\"]`"))
    };
    match asset.value.needed {
        Needed::AtBuild => Err(help(Diagnostic::error("parts::missing", message("embeds"))).into()),
        Needed::AtStart if !makers.is_empty() => Err(help(Diagnostic::error("parts::missing", message("does not start without"))).into()),
        Needed::AtStart => Ok(Some(help(Diagnostic::warning("parts::missing", message("does not start without"))))),
        Needed::WhenAsked => Ok(Some(help(Diagnostic::warning("parts::missing", message("hands out"))))),
    }
}

/// Whether what a package makes is of this project and not there.
fn is_left(tree: &Tree, maker: &Maker<'_>) -> bool {
    let other = auxiliary::holds_no_pages(maker.directory());
    let foreign = maker.seen.sighting.claims.iter().any(|claim| claim.value == Claim::Foreign);
    !other && !foreign && maker.output.as_ref().is_some_and(|output| !is_present(tree, &output.value))
}

/// What to say of a front end that nothing joins to the app: a package, by all that it makes.
fn not_joined(makers: &[&Maker<'_>], app: &App) -> Option<Diagnostic> {
    let first = makers.first()?;
    let directory = shown(first.directory());
    let made: Vec<_> = makers.iter().filter_map(|maker| maker.output.as_ref()).collect();
    let mut names: Vec<_> = made.iter().map(|output| format!("`{}`", output.value)).collect();
    names.dedup();
    let (name, names) = (&app.name, names.join(", "));
    let message = format!("nothing shows that `{name}` uses {names}, which `{directory}` builds: the image does not hold it");
    let warning = Diagnostic::warning("parts::not-joined", message).because(&made.first()?.because()[0].under(MAKES));
    let written = if first.directory().as_str().is_empty() { "." } else { first.directory().as_str() };
    let help =
        format!("if it belongs into the image, say where in imggen.toml: `[[parts]]`, `directory = \"{written}\"`, `into = \"...\"`");
    Some(warning.help(help).help(format!("if it is an image of its own: `imggen init --app {}`", first.seen.sighting.name)))
}

fn shown(directory: &Utf8Path) -> &str {
    if directory.as_str().is_empty() { "package.json" } else { directory.as_str() }
}

/// The name of a part's stage: its directory's, where a stage can bear it.
fn stage_name<'a>(directory: &Utf8Path, others: &(impl Iterator<Item = &'a str> + Clone)) -> String {
    let plain: String = directory
        .file_name()
        .unwrap_or_default()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
        .collect();
    let plain = plain.trim_matches('-');
    let fits = plain.starts_with(|c: char| c.is_ascii_alphabetic()) && !TAKEN_STAGES.contains(&plain);
    let name = if fits { plain } else { "web" };
    let taken = |name: &str| others.clone().any(|other| other == name);
    let mut free = name.to_owned();
    let mut number = 1;
    while taken(&free) {
        number += 1;
        free = format!("{name}-{number}");
    }
    free
}
