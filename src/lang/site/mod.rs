//! Sites that nothing has to build: a directory of pages that no manifest claims.

mod apps;
mod build;
mod files;
pub mod settings;

use camino::Utf8PathBuf;
use serde::Serialize;

use super::language::{Guest, Language, Offers};
use crate::app::App;
use crate::catalog::Catalog;
use crate::choices::Choices;
use crate::diagnostic::Result;
use crate::ladder::Variant;
use crate::layers::Layers;
use crate::plan::{Blueprint, Target};
use crate::web;

/// Sites as they are.
#[derive(Clone, Copy, Debug)]
pub struct Site;

/// What was found of a site.
#[derive(Debug, Serialize)]
pub struct Facts {
    /// Its directory, relative to the project's root.
    pub directory: Utf8PathBuf,
    /// How it is to be handed out.
    pub site: web::Site,
}

impl Language for Site {
    const INSTANCE: &'static Self = &Site;
    const NAME: &'static str = "site";
    const MANIFESTS: &'static [&'static str] = &[];
    const ENDINGS: &'static [&'static str] = &[];
    const GUEST: Guest = Guest::Unseen;
    type Project<'t> = apps::Pages<'t>;
    type Facts = Facts;
    type Build = build::Build;

    fn variants(&self, app: &App, _: &Facts, _: &Layers, _: &Catalog) -> Result<Offers> {
        let variant = Variant { id: "files", summary: "files, which a web server hands out".into(), needs: app.behaviour.needs.clone() };
        Ok(Offers { variants: vec![variant], on_request: Vec::new() })
    }

    fn plan(&self, facts: &Facts, choices: &Choices<'_>, target: Target) -> Result<Blueprint<build::Build>> {
        build::blueprint(facts, choices, target)
    }
}
