//! Go: modules to programs, what they reach, whether C is inside, and the build that follows.

mod apps;
mod build;
mod cgo;
mod generate;
mod head;
mod hints;
mod observe;
pub mod outline;
mod packages;
mod scan;
pub mod settings;
mod tags;
mod toolchain;
mod workspace;

use std::sync::OnceLock;

use camino::Utf8PathBuf;
use serde::Serialize;

use self::cgo::CInside;
use self::generate::Generation;
use self::observe::{Observed, Stamp};
use self::settings::Link;
use super::language::{Guest, Language, Offers};
use crate::app::App;
use crate::catalog::Catalog;
use crate::choices::Choices;
use crate::diagnostic::Result;
use crate::evidence::{Evidence, Fact};
use crate::ladder::Variant;
use crate::layers::Layers;
use crate::need::{Libc, Need};
use crate::plan::{Blueprint, Target};
use crate::version::Version;

/// The Go language.
#[derive(Clone, Copy, Debug)]
pub struct Go;

/// How a program is found again.
#[derive(Debug)]
pub struct Seed {
    /// The directory of its module, relative to the project's root.
    module: Utf8PathBuf,
    /// What the program does, once somebody asked.
    observed: OnceLock<Observed>,
}

/// What is Go's own about an app.
#[derive(Debug, Serialize)]
pub struct Facts {
    /// The directory of its module, relative to the project's root.
    pub module: Utf8PathBuf,
    /// Its package, relative to the module: `./cmd/app`.
    pub package: String,
    /// The least version of Go that builds it.
    pub go: Fact<Version>,
    /// The last release of Go that compiles all its modules, where newer ones do not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub breaks: Option<Fact<Version>>,
    /// The Go that the project is worked on with, where it names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pinned: Option<Fact<Version>>,
    /// The directories whose manifests its dependencies are resolved from: its module's, then the others of its workspace.
    pub manifests: Vec<Manifest>,
    /// Where its dependencies come from.
    pub dependencies: Dependencies,
    /// C in it that it does not work without.
    pub c_inside: Vec<Fact<CInside>>,
    /// C in it that it has another way for.
    pub c_optional: Vec<Fact<CInside>>,
    /// Variables that wait for a value from the linker.
    pub stamps: Vec<Fact<Stamp>>,
    /// Build tags that the project builds with.
    pub tags: Vec<Fact<String>>,
    /// Sources that are not there, and what makes them.
    pub generations: Vec<Fact<Generation>>,
    /// The value of `GOPRIVATE` that the project works with.
    pub private: Option<Fact<String>>,
}

/// The manifests in one directory.
#[derive(Debug, Serialize)]
pub struct Manifest {
    /// The directory, relative to the project's root.
    pub directory: Utf8PathBuf,
    /// The files: `go.mod`, and `go.sum` where it is there.
    pub files: Vec<&'static str>,
}

/// Where dependencies come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dependencies {
    /// There are none.
    None,
    /// They are downloaded.
    Downloaded,
    /// They are in the project's `vendor` directory.
    Vendored(Evidence),
}

impl Language for Go {
    const INSTANCE: &'static Self = &Go;
    const NAME: &'static str = "go";
    const MANIFESTS: &'static [&'static str] = &["go.mod", "go.work"];
    const WORKSPACES: &'static [(&'static str, &'static str)] = &[("go.work", "use")];
    const ENDINGS: &'static [&'static str] = &["go"];
    const GUEST: Guest = Guest::Nowhere;
    type Project<'t> = apps::Project<'t>;
    type Facts = Facts;
    type Build = build::Build;

    fn variants(&self, app: &App, facts: &Facts, layers: &Layers, catalog: &Catalog) -> Result<Offers> {
        let common = || on_by_default(app).into_iter().chain(app.behaviour.needs.iter().cloned());
        let pure = || Variant { id: "static", summary: "static, CGO_ENABLED=0".into(), needs: common().collect() };
        let with_c = |id, libc: Libc, summary: &str| {
            // it is linked with what the image that builds it has
            let libc = toolchain::pick(facts, libc, layers, catalog).map(|picked| picked.distribution.libc.clone()).ok();
            let loads = facts.c_inside.iter().flat_map(|inside| libc.iter().chain(&inside.value.run).map(|need| inside.with(need.clone())));
            Variant { id, summary: summary.into(), needs: common().chain(loads).collect() }
        };
        // what was compiled for glibc cannot be linked with musl
        let bound = facts
            .c_inside
            .iter()
            .flat_map(|inside| inside.value.run.iter().filter(|need| matches!(need, Need::Libc(..))).map(|need| inside.with(need.clone())));
        let inside =
            Variant { id: "static-c", summary: "C inside, linked statically with musl".into(), needs: common().chain(bound).collect() };
        let wants_c =
            layers.choose("go.cgo", |settings| settings.languages.go.cgo).map_or(!facts.c_inside.is_empty(), |chosen| chosen.value);
        if !wants_c {
            return Ok(Offers { variants: vec![pure()], on_request: Vec::new() });
        }
        let link = layers.iter().find_map(|layer| layer.settings().languages.go.link);
        if link == Some(Link::Static) {
            return Ok(Offers { variants: vec![inside], on_request: Vec::new() });
        }
        let variants = vec![
            with_c("glibc", Libc::Glibc, "C inside, so glibc at run time"),
            with_c("musl", Libc::Musl, "C inside, so musl at run time"),
        ];
        let on_request = vec![
            (inside, "link the C statically: `--set go.link=static`".to_owned()),
            (pure(), "if the program works without its C, build it without: `--set go.cgo=false`".to_owned()),
        ];
        Ok(Offers { variants, on_request })
    }

    fn plan(&self, facts: &Facts, choices: &Choices<'_>, target: Target) -> Result<Blueprint<build::Build>> {
        build::blueprint(facts, choices, target)
    }
}

/// What any program may come to need, and what nobody misses until it is too late: kept unless it is shown that it is not needed.
fn on_by_default(app: &App) -> Vec<Fact<Need>> {
    let needs = [Need::CaCertificates, Need::TimeZones, Need::UserDatabase, Need::TemporaryDirectory];
    needs.into_iter().map(|need| Fact::new(need, app.program.clone())).collect()
}
