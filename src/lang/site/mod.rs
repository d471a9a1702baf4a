//! Sites that nothing has to build: a directory of pages that no manifest claims.

mod apps;
mod build;
mod files;
pub mod settings;

use camino::Utf8PathBuf;
use serde::Serialize;

use super::language::{Guest, Language, Offers, Sightings};
use crate::app::{App, Sighting};
use crate::catalog::Catalog;
use crate::choices::Choices;
use crate::diagnostic::Result;
use crate::evidence::Evidence;
use crate::ladder::Variant;
use crate::layers::Layers;
use crate::plan::{Blueprint, Target};
use crate::tree::Tree;
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
    const GUEST: Guest = Guest::Unseen;
    type Seed = apps::Seed;
    type Facts = Facts;
    type Build = build::Build;

    fn find(&self, tree: &Tree) -> Result<Sightings<apps::Seed>> {
        Ok(apps::find(tree).into())
    }

    fn look(&self, tree: &Tree, _: &Catalog, sighting: &Sighting, seed: &apps::Seed) -> Result<(App, Facts)> {
        apps::look(tree, sighting, seed)
    }

    fn listening(&self, _: &Tree, _: &Catalog, apps: &[(&Sighting, &apps::Seed)]) -> Result<Vec<Vec<Evidence>>> {
        Ok(apps.iter().map(|(sighting, _)| vec![sighting.program.clone()]).collect())
    }

    fn variants(&self, app: &App, _: &Facts, _: &Layers, _: &Catalog) -> Result<Offers> {
        let variant = Variant { id: "files", summary: "files, which a web server hands out".into(), needs: app.behaviour.needs.clone() };
        Ok(Offers { variants: vec![variant], on_request: Vec::new() })
    }

    fn plan(&self, facts: &Facts, choices: &Choices<'_>, target: Target) -> Result<Blueprint<build::Build>> {
        build::blueprint(facts, choices, target)
    }
}
