//! Astro: pages, or a server by its adapter for Node.

use super::{ADAPTER, Made, Project, Server, Started, elsewhere};
use crate::app::Interface;
use crate::lang::node::bundler::{Bundler, PAGES, Pages};

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
    Some(Made::Server(Box::new(Server {
        what: "Astro",
        at: source.evidence(import.at, ADAPTER, import.module.clone()),
        file: Started::Own("dist/server/entry.mjs".into()),
        arguments: Vec::new(),
        takes: vec![("dist".into(), "dist".into())],
        writes: false,
        modules: true,
        build: Some("astro build"),
        apart: Vec::new(),
        build_env: Vec::new(),
        port: 4321,
        interface: Interface::Loopback,
        env: Vec::new(),
        hears: false,
    })))
}
