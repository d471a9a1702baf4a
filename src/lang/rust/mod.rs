//! Rust: packages to programs, what goes into them, whether it is all Rust, and the build that follows.

mod apps;
mod build;
mod build_script;
mod cfg;
mod config;
mod native;
mod observe;
pub mod outline;
mod reach;
mod scan;
pub mod settings;
mod toolchain;
mod workspace;

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use serde::Serialize;

use self::config::Config;
use self::native::Inside;
use self::settings::Link;
use super::language::{Guest, Language, Offers};
use crate::app::App;
use crate::catalog::{Catalog, Links};
use crate::choices::Choices;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact};
use crate::ladder::Variant;
use crate::layers::Layers;
use crate::need::Need;
use crate::plan::{Blueprint, Target};
use crate::version::Version;

/// The Rust language.
#[derive(Clone, Copy, Debug)]
pub struct Rust;

/// What is Rust's own about an app.
#[derive(Debug, Serialize)]
pub struct Facts {
    /// The directory of its workspace, relative to the project's root.
    pub root: Utf8PathBuf,
    /// Its package, where the workspace has several.
    pub package: Option<String>,
    /// Its name among the package's programs.
    pub bin: String,
    /// What says that it is a program.
    pub main: Evidence,
    /// What it says of the Rust that it needs, the most demanding first.
    pub rust: Vec<Fact<Version>>,
    /// Its edition.
    pub edition: Option<Fact<String>>,
    /// The last release of Rust that compiles what is locked, where newer ones do not.
    pub breaks: Option<Fact<Version>>,
    /// The lock file.
    pub lock: Option<Utf8PathBuf>,
    /// Whether the dependencies can be built apart from the sources.
    pub dependencies: Dependencies,
    /// Sources that its workspace's manifests name in places of their own: Cargo reads no manifest without them.
    pub roots: Vec<Utf8PathBuf>,
    /// Something that is fetched by SSH.
    pub ssh: Option<Fact<String>>,
    /// What in it is not Rust.
    pub inside: Vec<Fact<Inside>>,
    /// What in it is not Rust with all features on, where that is more.
    pub inside_at_most: Vec<Fact<Inside>>,
    /// What its build scripts start.
    pub script_needs: Vec<Fact<Need>>,
    /// Its build asks for the repository's history.
    pub history: Option<Fact<()>>,
    /// Features of which one has to be on, and none is.
    pub one_of: Option<Fact<Vec<String>>>,
    /// Features that it is built with only.
    pub required: Vec<String>,
    /// What the manifest says of the release profile, by key.
    pub profile: Vec<String>,
    /// What the project's configuration of Cargo and rustup says.
    pub config: Config,
    /// Environment of the build.
    pub build_env: BTreeMap<String, String>,
    /// What it gains by an allocator of its own when it is static.
    pub allocator: Option<Diagnostic>,
    /// The directory of vendored dependencies.
    pub vendored: Option<Utf8PathBuf>,
}

/// How dependencies get into a layer of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dependencies {
    /// There are none.
    None,
    /// Built from the manifests alone.
    Apart,
    /// Built with the sources: a path leads to a package that is no member of the workspace.
    WithSources,
}

impl Facts {
    /// What is in the program under these settings.
    fn inside(&self, layers: &Layers) -> &[Fact<Inside>] {
        let more = layers.iter().any(|layer| layer.settings().languages.rust.features.is_some());
        if more && !self.inside_at_most.is_empty() { &self.inside_at_most } else { &self.inside }
    }

    /// Whether it is shown that nothing but Rust is linked.
    fn is_pure(&self, inside: &[Fact<Inside>]) -> bool {
        let is_shown = self.lock.is_some() || self.dependencies == Dependencies::None;
        is_shown && inside.iter().all(|fact| fact.value.links == Links::Nothing)
    }
}

impl Language for Rust {
    const INSTANCE: &'static Self = &Rust;
    const NAME: &'static str = "rust";
    const MANIFESTS: &'static [&'static str] = &["Cargo.toml"];
    const WORKSPACES: &'static [(&'static str, &'static str)] = &[("Cargo.toml", "[workspace]")];
    const ENDINGS: &'static [&'static str] = &["rs"];
    const GUEST: Guest = Guest::Nowhere;
    type Project<'t> = apps::Programs<'t>;
    type Facts = Facts;
    type Build = build::Build;

    fn variants(&self, app: &App, facts: &Facts, layers: &Layers, catalog: &Catalog) -> Result<Offers> {
        let inside = facts.inside(layers);
        let common = || on_by_default(facts).into_iter().chain(app.behaviour.needs.iter().cloned());
        let alone = |id, summary: &str| Variant { id, summary: summary.into(), needs: common().collect() };
        let pure = || alone("static", "nothing but Rust inside, so static");
        let with_c = || alone("static-c", "C inside, linked statically with musl");
        let dynamic = || -> Result<Variant> {
            let picked = toolchain::pick(facts, layers, catalog)?;
            let libc = Fact::new(picked.suite.libc.clone(), facts.main.clone());
            let first = inside.iter().find(|fact| fact.value.links != Links::Nothing);
            let linked = [picked.suite.libc.clone(), Need::Library("libgcc".into())];
            let linked = linked.into_iter().map(|need| first.map_or_else(|| libc.with(need.clone()), |fact| fact.with(need.clone())));
            let loads = inside.iter().flat_map(|fact| runs_with(&fact.value).into_iter().map(|need| fact.with(need)));
            let summary = match first {
                Some(fact) => format!("{} inside, so glibc at run time", kind(&fact.value)),
                None if !facts.is_pure(inside) => "no Cargo.lock shows what is inside, so glibc at run time".to_owned(),
                None => "glibc at run time".to_owned(),
            };
            Ok(Variant { id: "glibc", summary, needs: common().chain(linked).chain(loads).collect() })
        };
        let c_alone = inside.iter().all(|fact| matches!(fact.value.links, Links::C | Links::Nothing) && fact.value.run.is_empty());
        let asked = layers.choose("rust.link", |settings| settings.languages.rust.link.map(|link| format!("{link:?}")));
        let link = layers.iter().find_map(|layer| layer.settings().languages.rust.link);
        let variants = if link != Some(Link::Dynamic) && facts.is_pure(inside) {
            vec![pure()]
        } else if link == Some(Link::Static) && !c_alone {
            let error = not_static(inside);
            return Err(asked.map_or(error.clone(), |asked| asked.blame(error)).into());
        } else if link == Some(Link::Static) {
            vec![with_c()]
        } else if link.is_none() && c_alone && facts.lock.is_some() {
            vec![dynamic()?, with_c()]
        } else {
            vec![dynamic()?]
        };
        Ok(Offers { variants, on_request: Vec::new() })
    }

    fn plan(&self, facts: &Facts, choices: &Choices<'_>, target: Target) -> Result<Blueprint<build::Build>> {
        build::blueprint(facts, choices, target)
    }
}

/// What any program may come to need, and what nobody misses until it is too late: kept unless it is shown that it is not needed.
fn on_by_default(facts: &Facts) -> Vec<Fact<Need>> {
    let needs = [Need::CaCertificates, Need::TimeZones, Need::UserDatabase, Need::TemporaryDirectory];
    needs.into_iter().map(|need| Fact::new(need, facts.main.clone())).collect()
}

fn runs_with(inside: &Inside) -> Vec<Need> {
    let cxx = (inside.links == Links::Cxx).then(|| Need::Library("libstdc++".into()));
    inside.run.iter().cloned().chain(cxx).collect()
}

fn kind(inside: &Inside) -> &'static str {
    match inside.links {
        Links::C | Links::Unknown => "C",
        Links::Cxx => "C++",
        Links::Loads => "a loader of libraries",
        Links::Nothing => "nothing",
    }
}

fn not_static(inside: &[Fact<Inside>]) -> Diagnostic {
    let cannot = inside.iter().filter(|fact| !matches!(fact.value.links, Links::C | Links::Nothing) || !fact.value.run.is_empty());
    let names: Vec<_> = cannot.clone().map(|fact| format!("`{}`", fact.value.name)).collect();
    let error = Diagnostic::error("rust::cannot-be-static", format!("{} cannot be linked into a static program", names.join(", ")));
    cannot
        .flat_map(Fact::because)
        .fold(error, Diagnostic::because)
        .help("leave `rust.link` out, or have the package bring its C along (often a feature `bundled` or `vendored`)")
}
