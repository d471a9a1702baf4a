//! Astro: pages, or a server by its adapter for Node.

use camino::Utf8Path;

use super::{ADAPTER, Made, Project, Server, Started, elsewhere};
use crate::app::Interface;
use crate::lang::node::bundler::{Bundler, PAGES, Pages};
use crate::tree::path::normal;

/// What it makes of a package.
pub fn made(project: &Project<'_, '_>) -> Option<Made> {
    let at = project.depends("astro")?;
    let settings = project.settings("astro.config");
    let adapters = ["@astrojs/vercel", "@astrojs/netlify", "@astrojs/cloudflare", "@deno/astro-adapter"];
    let foreign = settings.as_ref().and_then(|source| {
        let import = source.loads().iter().find(|load| adapters.iter().any(|adapter| load.module.starts_with(adapter)))?;
        Some((source.evidence(import.at, ADAPTER, import.module.clone()), import.module.clone()))
    });
    if let Some((at, name)) = foreign {
        return Some(Made::Nothing(Box::new(elsewhere(
            &at,
            &name,
            "install `@astrojs/node` and name it as the adapter, or leave the adapter out for pages alone",
        ))));
    }
    let node = settings.as_ref().and_then(|source| Some((source, source.loaded("@astrojs/node")?)));
    let Some((source, import)) = node else {
        return Some(Made::Pages(Pages { bundler: Bundler::Astro, script: None, single: None, at: at.under(PAGES) }));
    };
    let out = source.text(&["outDir"]).map_or_else(|| "dist".to_owned(), |out| normal(Utf8Path::new(&out.value)).into_string());
    let at = source.evidence(import.at, ADAPTER, import.module.clone());
    Some(Made::Server(Box::new(Server {
        takes: vec![(out.clone(), out.clone())],
        build: Some("astro build"),
        port: 4321,
        interface: Interface::Loopback,
        hears: false,
        ..Server::of("Astro", at, Started::Own(format!("{out}/server/entry.mjs")))
    })))
}
