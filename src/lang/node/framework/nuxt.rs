//! Nuxt, which puts all that runs in one directory.

use super::{ADAPTER, Made, Project, Server, Started, elsewhere};
use crate::app::Interface;
use crate::lang::node::bundler::{Bundler, PAGES, Pages};
use crate::lang::node::source::Value;

/// What it makes of a package.
pub fn made(project: &Project<'_, '_>) -> Option<Made> {
    let at = project.depends("nuxt").or_else(|| project.depends("nuxt-nightly"))?;
    let settings = project.settings("nuxt.config");
    if let Some((source, (Value::Text(preset), span))) = settings.as_ref().and_then(|source| Some((source, source.option("preset")?)))
        && preset != "node-server"
        && preset != "node"
        && preset != "node_server"
    {
        let at = source.evidence(span, ADAPTER, format!("preset: '{preset}'"));
        return Some(Made::Nothing(Box::new(elsewhere(&at, preset, "remove the preset: Nuxt then builds a server for Node"))));
    }
    let generates =
        project.package.script("build").filter(|(script, _)| script.contains("nuxt generate") || script.contains("nuxi generate"));
    if let Some((_, at)) = generates {
        let at = at.under(PAGES);
        return Some(Made::Pages(Pages { bundler: Bundler::Nuxt, script: None, at }));
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
        port: 3000,
        interface: Interface::Any,
        env: Vec::new(),
        hears: true,
    })))
}
