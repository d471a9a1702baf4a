//! `SvelteKit`, by its adapter.

use super::{ADAPTER, Made, Project, Server, Started, elsewhere};
use crate::app::Interface;
use crate::lang::node::bundler::{Bundler, PAGES, Pages};
use crate::lang::node::source::Value;

/// What it makes of a package.
pub fn made(project: &Project<'_, '_>) -> Option<Made> {
    let at = project.depends("@sveltejs/kit")?;
    let settings = project.settings("svelte.config")?;
    let adapter = settings.imports.iter().find_map(|import| Some((import, import.value.strip_prefix("@sveltejs/adapter-")?)));
    let (import, name) = adapter.or_else(|| {
        settings.imports.iter().find(|import| import.value.contains("adapter")).map(|import| (import, import.value.as_str()))
    })?;
    let here = settings.evidence(import.span, ADAPTER, import.value.clone());
    let out = match settings.option("out") {
        Some((Value::Text(directory), _)) => directory.trim_start_matches("./").to_owned(),
        _ => "build".to_owned(),
    };
    Some(match name {
        "node" => Made::Server(Box::new(Server {
            what: "SvelteKit",
            at,
            file: Started::Own(format!("{out}/index.js")),
            arguments: Vec::new(),
            takes: vec![(out.clone(), out)],
            writes: false,
            modules: true,
            build: Some("vite build"),
            port: 3000,
            interface: Interface::Any,
            env: Vec::new(),
            hears: true,
        })),
        "static" => Made::Pages(Pages { bundler: Bundler::SvelteKit, script: None, at: here.under(PAGES) }),
        _ => Made::Nothing(Box::new(elsewhere(
            &here,
            name,
            "install `@sveltejs/adapter-node` and name it in svelte.config.js, or `@sveltejs/adapter-static` for pages alone",
        ))),
    })
}
