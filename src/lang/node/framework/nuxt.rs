//! Nuxt, which puts all that runs in one directory.

use super::{Made, Project, Server, Started, nitro};
use crate::app::Interface;
use crate::lang::node::bundler::{Bundler, PAGES, Pages};

/// What it makes of a package.
pub fn made(project: &Project<'_, '_>) -> Option<Made> {
    let at = project.depends("nuxt").or_else(|| project.depends("nuxt-nightly"))?;
    let settings = project.settings("nuxt.config");
    let (build_env, elsewhere) = nitro::preset(settings.as_ref());
    if let Some(why) = elsewhere {
        return Some(Made::Nothing(why));
    }
    let generates =
        project.package.script("build").filter(|(script, _)| script.contains("nuxt generate") || script.contains("nuxi generate"));
    let generates = generates.filter(|_| build_env.is_empty());
    if let Some((_, at)) = generates {
        let at = at.under(PAGES);
        return Some(Made::Pages(Pages { bundler: Bundler::Nuxt, script: None, single: None, at }));
    }
    Some(Made::Server(Box::new(Server {
        what: "Nuxt",
        at,
        file: Started::Own(".output/server/index.mjs".into()),
        arguments: Vec::new(),
        takes: vec![(".output".into(), ".output".into())],
        writes: false,
        modules: false,
        build: Some("nuxt build"),
        apart: Vec::new(),
        build_env,
        port: 3000,
        interface: Interface::Any,
        env: Vec::new(),
        hears: true,
    })))
}
