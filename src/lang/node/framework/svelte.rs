//! `SvelteKit`, by its adapter.

use super::{ADAPTER, Made, Project, Server, Started, elsewhere};
use crate::lang::node::bundler::{Bundler, PAGES, Pages};
use crate::program::Value;

/// What it makes of a package.
pub fn made(project: &Project<'_, '_>) -> Option<Made> {
    let at = project.depends("@sveltejs/kit")?;
    let settings = project.settings("svelte.config")?;
    let adapter = settings.loads().iter().find_map(|load| Some((load, load.module.strip_prefix("@sveltejs/adapter-")?)));
    let (import, name) = adapter
        .or_else(|| settings.loads().iter().find(|load| load.module.contains("adapter")).map(|load| (load, load.module.as_str())))?;
    let here = settings.evidence(import.at, ADAPTER, import.module.clone());
    let out = match settings.anywhere("out") {
        Some((Value::Text(directory), _)) => directory.trim_start_matches("./").to_owned(),
        _ => "build".to_owned(),
    };
    Some(match name {
        "node" => Made::Server(Box::new(Server {
            takes: vec![(out.clone(), out.clone())],
            build: Some("vite build"),
            ..Server::of("SvelteKit", at, Started::Own(format!("{out}/index.js")))
        })),
        "static" => Made::Pages(Pages { bundler: Bundler::SvelteKit, script: None, single: None, at: here.under(PAGES) }),
        _ => Made::Nothing(Box::new(elsewhere(
            &here,
            name,
            "install `@sveltejs/adapter-node` and name it in svelte.config.js, or `@sveltejs/adapter-static` for pages alone",
        ))),
    })
}
